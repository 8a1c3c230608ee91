"""Identities as numbers: the key by which an entity's chance is addressed, from its id alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from vallum.errors import VallumError

if TYPE_CHECKING:
    from jaxtyping import UInt32


class SharedKeyError(VallumError):
    """Two ids with one key: they would share their luck."""


def entity_key(name: str) -> int:
    """The 32-bit key of an entity, from its id alone."""
    return int.from_bytes(hashlib.blake2s(name.encode(), digest_size=4).digest(), "little")


def entity_keys(names: Iterable[str]) -> UInt32[np.ndarray, " entity"]:
    """Keys of several entities.

    Raises
    ------
    SharedKeyError
        If two different ids share a key: they would share their luck.
    """
    owner: dict[int, str] = {}
    keys: list[int] = []
    for name in names:
        key = entity_key(name)
        if owner.setdefault(key, name) != name:
            raise SharedKeyError(f"ids {owner[key]!r} and {name!r} have the same random key; rename one of them")
        keys.append(key)
    return np.asarray(keys, np.uint32)
