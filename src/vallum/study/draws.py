"""Random numbers by address: Threefry-2x32 with 20 rounds.

A number is a function of (seed, future, replicate) and of what it is for (stream,
entity, step), never of the order in which numbers are asked for. So the same future
meets the same luck under every option, on any number of workers, before and after a
crash; and a row added to a table leaves the luck of the others alone.

Source: Salmon, J. K., Moraes, M. A., Dror, R. O. and Shaw, D. E. (2011). Parallel random
numbers: as easy as 1, 2, 3. SC '11. The known answers of that paper's Random123 library
are tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.keys import entity_keys
from vallum.models.settled import settled
from vallum.study.errors import StudyError

if TYPE_CHECKING:
    from jaxtyping import Array, ArrayLike, Float, UInt32

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = np.uint32(0x1BD11BDA)
STEP_BITS = 20
NO_REPLICATE = np.uint32(0xFFFFFFFF)


class DrawsError(StudyError):
    """Chance that cannot be addressed: a stream no model declared, a step or a seed out of range."""


def threefry2x32(key: tuple[Any, Any], counter: tuple[Any, Any]) -> tuple[Any, Any]:
    """Two random 32-bit words from two words of key and two of counter.

    Works alike on NumPy and JAX arrays of dtype uint32; all four broadcast.

    Examples
    --------
    >>> zero = np.zeros(1, np.uint32)
    >>> [f"{word[0]:08x}" for word in threefry2x32((zero, zero), (zero, zero))]
    ['6b200159', '99ba4efe']
    """
    keys = (key[0], key[1], key[0] ^ key[1] ^ PARITY)
    x0, x1 = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[group % 2]:
            x0 = x0 + x1
            x1 = ((x1 << np.uint32(rotation)) | (x1 >> np.uint32(32 - rotation))) ^ x0
        x0 = x0 + keys[(group + 1) % 3]
        x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def seed_words(seed: int) -> tuple[np.uint32, np.uint32]:
    """A seed of up to 64 bits as two words; 0 is a seed like any other."""
    if not 0 <= seed < 2**64:
        raise DrawsError(f"seed {seed} is not a whole number from 0 to 2**64 - 1")
    return np.uint32(seed & 0xFFFFFFFF), np.uint32(seed >> 32)


def run_key(seed: tuple[Any, Any], future: Any, replicate: Any) -> tuple[Any, Any]:
    """The key of one run, from which all its numbers come."""
    return threefry2x32(seed, (future, replicate))


@dataclass(frozen=True)
class KeyedDraws:
    """The draws of one run: what the engine hands to a model (see `models.contract.Draws`).

    Parameters
    ----------
    key : pair of uint32
        From `run_key`.
    streams : mapping of str to int
        A model's streams and their places.
    dtype : numpy dtype
        float32 or float64; the same address gives the same number to 2**-23.
    block : bool
        Of a block of runs at once: each call is a part of the program of its own (`settled`).
    """

    key: tuple[Any, Any]
    streams: Mapping[str, int]
    dtype: np.dtype[Any]
    block: bool = False

    def uniform(self, stream: str, entity: ArrayLike = 0, step: ArrayLike = 0) -> Float[Array, "..."]:
        """Numbers in the open interval (0, 1)."""
        return self._numbers(stream, entity, step, lambda uniform: uniform)

    def normal(self, stream: str, entity: ArrayLike = 0, step: ArrayLike = 0) -> Float[Array, "..."]:
        """Standard normal numbers, by inversion: monotone in the uniform of the same address."""
        from jax.scipy.special import ndtri

        return self._numbers(stream, entity, step, ndtri)

    def exponential(self, stream: str, entity: ArrayLike = 0, step: ArrayLike = 0) -> Float[Array, "..."]:
        """Exponential numbers of mean one."""
        import jax.numpy as jnp

        return self._numbers(stream, entity, step, lambda uniform: -jnp.log(uniform))

    def _numbers(self, stream: str, entity: ArrayLike, step: ArrayLike, made: Callable[[Any], Any]) -> Any:
        """Numbers of an address, made of uniform ones."""
        import jax.numpy as jnp

        if stream not in self.streams:
            raise DrawsError(f"no stream is called {stream!r}; declared: {', '.join(self.streams) or 'none'}")
        if isinstance(step, (int, np.integer, np.ndarray)) and np.any(np.asarray(step) >= 2**STEP_BITS):
            raise DrawsError(f"step {np.max(np.asarray(step))} of stream {stream!r}: steps go up to 2**{STEP_BITS} - 1")
        place = jnp.uint32(self.streams[stream] << STEP_BITS)
        entities, steps = jnp.broadcast_arrays(jnp.asarray(entity, jnp.uint32), jnp.asarray(step, jnp.uint32))

        def numbers() -> Any:
            high, low = threefry2x32(self.key, (entities, place | steps))
            # Half-way between neighbours of a grid of 2**-23 or 2**-52: exactly representable, never 0 or 1.
            if self.dtype == np.float32:
                return made(((high >> 9).astype(jnp.float32) + 0.5) * np.float32(2.0**-23))
            word = high.astype(jnp.float64) * 2.0**20 + (low >> 12).astype(jnp.float64)
            return made((word + 0.5) * 2.0**-52)

        return settled(numbers) if self.block else numbers()


class PlainDraws:
    """The draws of one run as Python numbers: those of `KeyedDraws` in double precision, for codings without arrays.

    Parameters
    ----------
    seed, future, replicate : int
        Identity of the run.
    streams : mapping of str to int
        A model's streams and their places.
    """

    def __init__(self, seed: int, future: int, replicate: int, streams: Mapping[str, int]) -> None:
        words = [np.array([x], np.uint32) for x in (*seed_words(seed), future, replicate)]
        self._key = run_key((words[0], words[1]), words[2], words[3])
        self._streams = streams

    def uniform(self, stream: str, entity: Any = 0, step: Any = 0) -> Any:
        """A number in the open interval (0, 1)."""
        counter = np.array([entity], np.uint32), np.array([self._streams[stream] << STEP_BITS | step], np.uint32)
        high, low = (int(x[0]) for x in threefry2x32(self._key, counter))
        return (high * 2.0**20 + (low >> 12) + 0.5) * 2.0**-52

    def normal(self, stream: str, entity: Any = 0, step: Any = 0) -> Any:
        """A standard normal number."""
        return _NORMAL.inv_cdf(self.uniform(stream, entity, step))

    def exponential(self, stream: str, entity: Any = 0, step: Any = 0) -> Any:
        """An exponential number of mean one."""
        return -math.log(self.uniform(stream, entity, step))


_NORMAL = NormalDist()


def row_noise(
    seed: int, futures: UInt32[np.ndarray, " future"], name: str, ids: tuple[str, ...]
) -> Float[np.ndarray, "future row"]:
    """Standard normal numbers for the rows' own part of an input per table row.

    They depend on the seed, the future, the input's name and the row's id: not on the
    option, not on the other rows.
    """
    from scipy.special import ndtri

    first, second = seed_words(seed)
    key = run_key((np.full_like(futures, first), np.full_like(futures, second)), futures, NO_REPLICATE)
    rows = entity_keys(f"{name}/{row}" for row in ids)
    high, low = threefry2x32((key[0][:, None], key[1][:, None]), (rows[None, :], np.zeros((1, 1), np.uint32)))
    return ndtri((high * 2.0**20 + (low >> np.uint32(12)) + 0.5) * 2.0**-52)
