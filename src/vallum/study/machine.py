"""What a study's bits depend on beside the study itself: engine, libraries, device."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.study.lanes import BLOCKS, ENGINE, LANES

if TYPE_CHECKING:
    from vallum.registry import Model


def machine() -> dict[str, Any]:
    """Everything that may change the last bits of a result, by name.

    Resuming a study where any of these differs mixes bits of two kinds.
    """
    import jax

    devices: list[Any] = jax.devices()  # pyright: ignore[reportUnknownVariableType]
    configuration: Any = np.show_config(mode="dicts")
    return {
        "vallum": version("vallum"),
        "engine": ENGINE,
        "lanes": LANES,
        "blocks": BLOCKS,
        "device": f"{devices[0].platform}: {devices[0].device_kind}",
        "architecture": platform.machine(),
        "simd": sorted(configuration.get("SIMD Extensions", {}).get("found", [])),
        "jax": version("jax"),
        "jaxlib": version("jaxlib"),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
    }


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """What differs between two machines, one line each."""
    return [
        f"{key}: {there.get(key)!r} in the study, {here.get(key)!r} here" for key in here if here[key] != there.get(key)
    ]


def model_digest(model: Model) -> str:
    """SHA-256 of a model's code: a model that was edited is another model.

    Covers the source of its module, or, where there is none, the compiled code of `plan`
    and `run`; and the fields of a model that is an object.
    """
    total = hashlib.sha256(repr(model.spec).encode())
    for function in (model.plan, model.run):
        total.update(_code(getattr(function, "__code__", None)))
        module = inspect.getmodule(function)
        with suppress(OSError, TypeError):
            total.update(inspect.getsource(module).encode() if module else b"")
    if dataclasses.is_dataclass(model):
        for field in dataclasses.fields(model):
            value: Any = getattr(model, field.name)
            total.update(field.name.encode() + (b"" if callable(value) else repr(value).encode()))
    return total.hexdigest()


def _code(code: CodeType | None) -> bytes:
    """What a function does, without the names and places of its source."""
    if code is None:
        return b""
    constants = [_code(x) if isinstance(x, CodeType) else repr(x).encode() for x in code.co_consts]
    return b"".join((code.co_code, repr(code.co_names).encode(), *constants))
