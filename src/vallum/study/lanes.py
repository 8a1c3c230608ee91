"""Batches of runs: one compiled program per model, structure and precision.

The same run must give the same bits whatever its neighbours, its place in the batch and
the number of workers. On CPUs a compiler may round differently in programs of different
width, so the width is a constant of this engine version: every call computes BLOCKS
blocks of LANES runs, the last call padded with copies of its last run, never reshaped.
`tests/study/test_bits.py` shows what happens otherwise. 512 is what small models want (see
`benchmarks/README.md`); a multiple of 16 leaves no remainder loop that rounds otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from vallum.models.settled import settled
from vallum.spec import ModelSpec, Outcome
from vallum.study.draws import KeyedDraws, run_key, seed_words

if TYPE_CHECKING:
    from jaxtyping import Array, Shaped, UInt32

    from vallum.registry import Model

ENGINE = 1  # raised when anything here or in `draws` and `designs` changes the numbers of a study
LANES = 512
BLOCKS = 16
CALL = LANES * BLOCKS
WIDE_BLOCKS = 8  # blocks a call of a model that computes a block at once and brings its own LANES


class Kernel(Protocol):
    """A compiled program that runs `call` runs at once; see `kernel`."""

    call: int
    compiled: Any

    def __call__(
        self,
        structure: Any,
        shared: Mapping[str, Shaped[np.ndarray, "..."]],
        own: Mapping[str, Shaped[np.ndarray, "run ..."]],
        seed: tuple[np.uint32, np.uint32],
        future: UInt32[np.ndarray, " run"],
        replicate: UInt32[np.ndarray, " run"],
        runs: int = ...,
    ) -> dict[str, Any]:
        """Outcomes and status of every run; of a model that computes a block at once, of the first `runs` alone."""
        ...


def width(model: Model) -> tuple[int, int]:
    """Runs of a block, and blocks of a call."""
    lanes = getattr(model, "LANES", None)
    return (int(lanes), WIDE_BLOCKS) if lanes else (LANES, BLOCKS)


def statuses(spec: ModelSpec) -> tuple[str, ...]:
    """What the status of a run means: the model's own statuses and the engine's."""
    return (*spec.statuses, "non-finite outcome")


@partial(jax.tree_util.register_dataclass, data_fields=["arrays"], meta_fields=["layout"])
@dataclass(frozen=True)
class Stacked:
    """Arrays by name as one array a dtype, rows by runs: a program with few inputs and outputs compiles sooner.

    Attributes
    ----------
    arrays : mapping of str to array (..., row, run)
        By dtype.
    layout : tuple of (name, dtype, shape without the run axis)
    """

    arrays: dict[str, Any]
    layout: tuple[tuple[str, str, tuple[int, ...]], ...]


def stacked(values: Mapping[str, Any], numbers: Any) -> Stacked:
    """Arrays (..., run) as `Stacked`, with the functions of `numbers`: NumPy or its JAX counterpart."""
    layout = tuple((name, str(x.dtype), tuple(x.shape[:-1])) for name, x in values.items())
    rows: dict[str, list[Any]] = {}
    for x in values.values():
        rows.setdefault(str(x.dtype), []).append(x.reshape(-1, x.shape[-1]))
    return Stacked({dtype: numbers.concatenate(x) for dtype, x in rows.items()}, layout)


def unstacked(found: Stacked) -> dict[str, Any]:
    """The arrays (..., run) by name."""
    values: dict[str, Any] = {}
    done = dict.fromkeys(found.arrays, 0)
    for name, dtype, shape in found.layout:
        first, array = done[dtype], found.arrays[dtype]
        done[dtype] += math.prod(shape)
        values[name] = array[first : done[dtype]].reshape(*shape, array.shape[-1])
    return values


def one_run(model: Model, dtype: np.dtype[Any], outcomes: tuple[Outcome, ...]) -> Callable[..., dict[str, Array]]:
    """A function of one run (or, of a Tier-B model, of a block) that draws, checks and names what the model returns.

    Returns
    -------
    function
        (structure, shared, own, seed, future, replicate) -> outcomes by name, and
        `status`: int32, 0 where the run is good.
    """
    spec = model.spec
    whole = hasattr(model, "LANES")
    streams = {name: place for place, name in enumerate(spec.streams)}
    kinds = {"number": dtype, "time": dtype, "count": np.dtype(np.int32), "flag": np.dtype(bool)}

    def run(
        structure: Any,
        shared: Mapping[str, Array],
        own: Mapping[str, Array],
        seed: tuple[Array, Array],
        future: Array,
        replicate: Array,
    ) -> dict[str, Array]:
        key = partial(run_key, seed, future, replicate)
        draws = KeyedDraws(settled(key) if whole else key(), streams, dtype, whole)
        result = model.run(structure, {**shared, **own}, draws)
        status = jnp.asarray(result.get("status", 0), jnp.int32)
        good = jnp.ones(status.shape, bool)
        for outcome in spec.scalars:  # before they are cast: a count or flag made of NaN would look like a number
            value = jnp.asarray(result[outcome.name])
            good &= ~jnp.isnan(value) if outcome.kind == "time" else jnp.isfinite(value)
            if outcome.kind == "count" and jnp.issubdtype(value.dtype, jnp.floating):
                good &= jnp.abs(value) < 2.0**31
        status = jnp.where((status == 0) & ~good, len(spec.statuses), status)
        return {x.name: jnp.asarray(result[x.name], kinds[x.kind]) for x in outcomes} | {"status": status}

    return run


def kernel(model: Model, dtype: str, series: bool = False) -> Kernel:
    """The compiled program that runs many runs of `model` at once: CALL, unless the model is of Tier B.

    Parameters
    ----------
    model : Model
    dtype : {"float32", "float64"}
    series : bool
        Return the series along clocks instead of the scalar outcomes.

    Returns
    -------
    function
        (structure, shared, own, seed, future, replicate) -> outcomes; `own` holds
        arrays of shape (call, ...), `shared` those that all runs of the call share.
        It recompiles for another structure or other shapes, never for other numbers. Asked
        for again, it is the same program.
    """
    return _kernel(model, dtype, series)


@cache
def _kernel(model: Model, dtype: str, series: bool) -> Kernel:
    precision = np.dtype(dtype)
    outcomes = model.spec.series if series else model.spec.scalars
    run = one_run(model, precision, outcomes)

    lanes, blocks = width(model)
    whole = hasattr(model, "LANES")

    def call(
        structure: _Static, arrays: tuple[Array, ...], shared: Any, own: Any, seed: Any, ids: Any, used: Any
    ) -> Any:
        def one(numbers: Any, future: Array, replicate: Array) -> dict[str, Array]:
            return run(structure.join(arrays), shared, numbers, seed, future, replicate)

        def each(mine: tuple[Any, Any]) -> dict[str, Array]:
            numbers, (future, replicate) = mine
            return jax.vmap(one)(numbers, future, replicate)

        def at_once(mine: tuple[Any, Any]) -> Stacked:
            numbers, (future, replicate) = mine
            alike = {name: x[:, None] if x.ndim else jnp.full(lanes, x) for name, x in shared.items()}
            found = run(structure.join(arrays), alike, unstacked(numbers), seed, future, replicate)
            return stacked(found, jnp)

        def into_blocks(array: Array) -> Array:
            return array.reshape(blocks, lanes, *array.shape[1:])

        def out_of_blocks(array: Array) -> Array:
            return array.reshape(blocks * lanes, *array.shape[2:])

        ids = jax.tree.map(into_blocks, ids)
        if whole:
            return first_of(at_once, (own, ids), used)
        return jax.tree.map(out_of_blocks, jax.lax.map(each, (jax.tree.map(into_blocks, own), ids)))

    compiled = jax.jit(call, static_argnums=0)

    def enter(
        structure: Any,
        shared: Mapping[str, Shaped[np.ndarray, "..."]],
        own: Mapping[str, Shaped[np.ndarray, "run ..."]],
        seed: tuple[np.uint32, np.uint32],
        future: UInt32[np.ndarray, " run"],
        replicate: UInt32[np.ndarray, " run"],
        runs: int = lanes * blocks,
    ) -> dict[str, Any]:
        with jax.enable_x64(precision == np.float64):
            cast = {name: in_precision(x, precision) for name, x in shared.items()}
            mine: Any = {name: in_precision(x, precision) for name, x in own.items()}
            static, arrays = _split(structure)
            if whole:
                mine = _by_block(mine, blocks, lanes)
            used = np.int32(-(-runs // lanes))
            found = jax.device_get(compiled(static, arrays, cast, mine, seed, (future, replicate), used))
            return _by_run(found) if whole else found

    program: Any = enter
    program.compiled, program.call = compiled, lanes * blocks
    return program


def first_of(compute: Callable[[Any], Any], blocks: Any, used: Array) -> Any:
    """What a function gives for each of the first blocks, zeros for the others: they take no time."""
    traced: Any = jax.jit(compute)  # traced once, for its shapes and for the loop

    each: Any = jax.tree.map
    leaves: list[Any] = jax.tree.leaves(blocks)

    def at(block: Array | int) -> Any:
        def mine(array: Any) -> Any:
            return array[block]

        return each(mine, blocks)

    def room(shape: Any) -> Any:
        return jnp.zeros((len(leaves[0]), *shape.shape), shape.dtype)

    def put(found: Any, new: Any, block: Array) -> Any:
        return found.at[block].set(new)

    def one(block: Array, found: Any) -> Any:
        return each(partial(put, block=block), found, traced(at(block)))

    loop: Any = jax.lax.fori_loop  # pyright: ignore[reportUnknownVariableType]
    return loop(0, used, one, each(room, jax.eval_shape(traced, at(0))))


def _by_block(values: Mapping[str, Shaped[np.ndarray, "run ..."]], blocks: int, lanes: int) -> Stacked:
    """Inputs with one entry a run as arrays (block, row, lane)."""
    found = stacked({name: np.moveaxis(x, 0, -1) for name, x in values.items()}, np)
    cut = {kind: x.reshape(-1, blocks, lanes).swapaxes(0, 1) for kind, x in found.arrays.items()}
    return Stacked({kind: np.ascontiguousarray(x) for kind, x in cut.items()}, found.layout)


def _by_run(found: Stacked) -> dict[str, Any]:
    """Outcomes from arrays (block, row, lane), one entry a run along the first axis."""
    joined = {kind: x.swapaxes(0, 1).reshape(x.shape[1], -1) for kind, x in found.arrays.items()}
    return {name: np.moveaxis(x, -1, 0) for name, x in unstacked(Stacked(joined, found.layout)).items()}


def sweep(
    program: Kernel,
    structure: Any,
    shared: Mapping[str, Shaped[np.ndarray, "..."]],
    own: Mapping[str, Shaped[np.ndarray, "run ..."]],
    seed: int,
    future: UInt32[np.ndarray, " run"],
    replicate: UInt32[np.ndarray, " run"],
    pool: Executor | None = None,
) -> dict[str, Shaped[np.ndarray, "run ..."]]:
    """Run any number of runs, one call of the program after the other.

    Parameters
    ----------
    program : function
        From `kernel`.
    structure
        From the model's `plan`.
    shared, own : mapping of str to array
        Inputs that all runs share, and inputs with one entry a run along the first axis.
    seed : int
    future, replicate : array of uint32, shape (run,)
        Identity of every run, which decides its draws.
    pool : Executor, optional
        Threads to share the calls; the results do not depend on it.

    Returns
    -------
    dict
        Outcomes and `status`, one entry a run along the first axis.
    """
    runs, words, size = len(future), seed_words(seed), program.call

    def call(first: int) -> dict[str, Any]:
        if first + size <= runs:
            take: Any = slice(first, first + size)
        else:
            take = np.minimum(np.arange(first, first + size), runs - 1)
        mine = {name: x[take] for name, x in own.items()}
        return program(structure, shared, mine, words, future[take], replicate[take], min(size, runs - first))

    pieces = list((pool.map if pool else map)(call, range(0, runs, size)))
    return {name: np.concatenate([piece[name] for piece in pieces])[:runs] for name in pieces[0]}


class _Static:
    """A structure without its arrays: what the compiled program depends on."""

    def __init__(self, leaves: tuple[Any, ...], tree: Any) -> None:
        self.leaves = leaves
        self.tree: Any = tree

    def __hash__(self) -> int:
        return hash((self.leaves, self.tree))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Static) and (self.leaves, self.tree) == (other.leaves, other.tree)

    def join(self, arrays: tuple[Any, ...]) -> Any:
        """The structure again, with arrays in the places that held arrays."""
        following = iter(arrays)
        return jax.tree.unflatten(self.tree, [next(following) if x is _ARRAY else x for x in self.leaves])


_ARRAY = object()


def _split(structure: Any) -> tuple[_Static, tuple[Any, ...]]:
    tree: Any = jax.tree.structure(structure)  # pyright: ignore[reportUnknownVariableType]  (JAX has no type for it)
    leaves: list[Any] = jax.tree.leaves(structure)
    arrays: list[Any] = [x for x in leaves if isinstance(x, np.ndarray)]
    return _Static(tuple(_ARRAY if isinstance(x, np.ndarray) else x for x in leaves), tree), tuple(arrays)


def in_precision(array: Shaped[np.ndarray, "..."], dtype: np.dtype[Any]) -> Shaped[np.ndarray, "..."]:
    """Bring inputs to the precision of the study; one too large becomes infinite, and its run gets a status."""
    with np.errstate(over="ignore"):
        return array if array.dtype == bool else array.astype(dtype, copy=False)
