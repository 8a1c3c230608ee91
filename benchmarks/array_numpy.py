"""A model's array program carried out by NumPy: every operation on a whole block of runs, one after the other.

JAX traces a Tier-B model to a list of array operations; here each is done by NumPy, with loops and
branches in Python. It is what the model would be, were it written in NumPy with masks, and knows
nothing of the compiler that Vallum runs it through: a second opinion on its numbers, and the measure of what
the compiler is worth.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import Literal
from scipy import special

Array = np.ndarray
Step = tuple[Callable[..., Any], tuple[Any, ...], tuple[int, ...]]


def program_of(function: Callable[..., Any], *examples: Any) -> Callable[..., Any]:
    """A function of JAX arrays as one of NumPy arrays, for inputs of the shapes and dtypes of the examples.

    Raises
    ------
    NotImplementedError
        If the function uses an operation that is not written here.
    """
    closed, shape = jax.make_jaxpr(function, return_shape=True)(*examples)
    program, tree = _Program(closed), jax.tree.structure(shape)

    def run(*values: Any) -> Any:
        with np.errstate(all="ignore"):  # what is masked afterwards may divide by zero, as in JAX
            return jax.tree.unflatten(tree, program(*(np.asarray(x) for x in jax.tree.leaves(values))))

    return run


class _Program:
    """A list of operations on numbered places."""

    def __init__(self, closed: Any) -> None:
        jaxpr, self._places = closed.jaxpr, {}
        self._given = [self._place(x) for x in jaxpr.invars]
        self._constants = [(self._place(x), np.asarray(c)) for x, c in zip(jaxpr.constvars, closed.consts, strict=True)]
        self._steps: list[Step] = []
        for equation in jaxpr.eqns:
            reads = tuple(self._operand(x) for x in equation.invars)
            self._steps.append((_operation(equation), reads, tuple(self._place(x) for x in equation.outvars)))
        self._returns = [self._operand(x) for x in jaxpr.outvars]

    def _place(self, variable: Any) -> int:
        return self._places.setdefault(variable, len(self._places))

    def _operand(self, variable: Any) -> Any:
        if isinstance(variable, Literal):
            return np.asarray(variable.val, variable.aval.dtype)
        return self._place(variable)

    def __call__(self, *values: Any) -> list[Any]:
        at: list[Any] = [None] * len(self._places)
        for place, value in zip(self._given, values, strict=True):
            at[place] = value
        for place, value in self._constants:
            at[place] = value
        for does, reads, writes in self._steps:
            found = does(*(at[x] if isinstance(x, int) else x for x in reads))
            if len(writes) == 1:
                at[writes[0]] = found
            else:
                for place, value in zip(writes, found, strict=True):
                    at[place] = value
        return [at[x] if isinstance(x, int) else x for x in self._returns]


def _operation(equation: Any) -> Callable[..., Any]:
    name, given = equation.primitive.name, equation.params
    if name in PLAIN:
        return PLAIN[name]
    if name in MADE:
        return MADE[name](**given)
    raise NotImplementedError(f"{name} {given}")


def _one(program: _Program) -> Callable[..., Any]:
    """Its only result itself, as for any operation that gives one."""
    return lambda *values: found[0] if len(found := program(*values)) == 1 else found


def _integers(x: Array, y: Array, floats: Callable[..., Any], whole: Callable[..., Any]) -> Any:
    return whole(x, y) if np.issubdtype(np.result_type(x), np.integer) else floats(x, y)


def _truncated(x: Array, y: Array) -> Any:
    return np.trunc(np.divide(x, y, dtype=np.float64)).astype(x.dtype)


def _select(which: Array, *cases: Array) -> Any:
    return np.where(which, cases[1], cases[0]) if len(cases) == 2 and which.dtype == bool else np.choose(which, cases)


def _logical_shift(x: Array, by: Array) -> Any:
    unsigned = np.dtype(f"u{x.dtype.itemsize}")
    return (x.view(unsigned) >> by.astype(unsigned)).view(x.dtype)


PLAIN: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": lambda x, y: _integers(x, y, np.divide, _truncated),
    "rem": np.fmod,
    "max": np.maximum,
    "min": np.minimum,
    "pow": np.power,
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "square": np.square,
    "erf": special.erf,
    "erfc": special.erfc,
    "is_finite": np.isfinite,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "not": np.invert,
    "shift_left": np.left_shift,
    "shift_right_logical": _logical_shift,
    "shift_right_arithmetic": np.right_shift,
    "select_n": _select,
    "optimization_barrier": lambda *values: values[0] if len(values) == 1 else values,
    "stop_gradient": lambda x: x,
}


def _rounded(rounding_method: Any) -> Callable[[Array], Any]:
    if int(rounding_method) == 1:  # to the nearest even
        return np.rint
    return lambda x: np.trunc(x + np.copysign(0.5, x))


def _converted(new_dtype: Any, **_: Any) -> Callable[[Array], Any]:
    dtype = np.dtype(new_dtype)

    def to_whole(x: Array) -> Any:
        """What is beyond the whole numbers becomes the last of them, and NaN zero."""
        if not np.issubdtype(x.dtype, np.floating):
            return x.astype(dtype)
        ends = np.iinfo(dtype)
        inside = np.where(np.isnan(x), 0, np.clip(x.astype(np.float64), ends.min, ends.max))
        return inside.astype(dtype)

    return to_whole if np.issubdtype(dtype, np.integer) else lambda x: x.astype(dtype)


def _broadcast(shape: Sequence[int], broadcast_dimensions: Sequence[int], **_: Any) -> Callable[[Array], Any]:
    def put(x: Array) -> Any:
        size = [1] * len(shape)
        for place, dimension in enumerate(broadcast_dimensions):
            size[dimension] = x.shape[place]
        return np.broadcast_to(x.reshape(size), shape)

    return put


def _iota(dtype: Any, shape: Sequence[int], dimension: int, **_: Any) -> Callable[[], Any]:
    size = [1] * len(shape)
    size[dimension] = shape[dimension]
    found = np.broadcast_to(np.arange(shape[dimension], dtype=dtype).reshape(size), shape)
    return lambda: found


def _sliced(start_indices: Any, limit_indices: Any, strides: Any) -> Callable[[Array], Any]:
    steps = strides or [1] * len(start_indices)
    parts = tuple(slice(*x) for x in zip(start_indices, limit_indices, steps, strict=True))
    return lambda x: x[parts]


def _dynamic_slice(slice_sizes: Sequence[int], **_: Any) -> Callable[..., Any]:
    def cut(x: Array, *starts: Array) -> Any:
        first = [min(max(int(s), 0), n - size) for s, n, size in zip(starts, x.shape, slice_sizes, strict=True)]
        return x[tuple(slice(a, a + size) for a, size in zip(first, slice_sizes, strict=True))]

    return cut


def _split(sizes: Sequence[int], axis: int) -> Callable[[Array], Any]:
    def cut(x: Array) -> Any:
        parts = np.split(x, np.cumsum(sizes)[:-1], axis)
        return parts[0] if len(parts) == 1 else parts

    return cut


def _reduced(function: Callable[..., Any]) -> Callable[..., Callable[[Array], Any]]:
    return lambda axes, **_: lambda x: function(x, axis=tuple(axes)).astype(x.dtype)


def _place_of(function: Callable[..., Any]) -> Callable[..., Callable[[Array], Any]]:
    return lambda axes, index_dtype: lambda x: function(x, axis=axes[0]).astype(index_dtype)


def _sort(dimension: int, num_keys: int, **_: Any) -> Callable[..., Any]:
    def by(*values: Array) -> Any:
        order = np.lexsort(values[:num_keys][::-1], axis=dimension)
        found = [np.take_along_axis(x, order, dimension) for x in values]
        return found[0] if len(found) == 1 else found

    return by


def _index(
    indices: Array, dims: Any, shape: Sequence[int], sizes: Sequence[int], window: Sequence[int], out: Sequence[int]
) -> tuple[list[Array], Any]:
    """For each dimension of the operand the place of every entry of the result, and which lie inside.

    `dims` says which dimension each column of the indices is of, `window` where dimensions that are not
    dropped stand in the result, `out` the shape of the result.
    """
    dropped, columns, batching, of_batch = dims
    free = [x for x in range(len(out)) if x not in window]  # where dimensions of the indices stand in the result
    kept = [d for d in range(len(shape)) if d not in dropped and d not in batching]
    places, inside = [], np.ones((), bool)

    def spread(values: Array, at: Sequence[int]) -> Array:
        size = [1] * len(out)
        for axis, length in zip(at, values.shape, strict=True):
            size[axis] = length
        return values.reshape(size)

    for d in range(len(shape)):
        place = np.zeros((1,) * len(out), np.int64)
        if d in columns:
            start = spread(indices[..., columns.index(d)].astype(np.int64), free)
            inside = inside & (start >= 0) & (start <= shape[d] - sizes[d])
            place = place + np.clip(start, 0, shape[d] - sizes[d])
        if d in batching:
            axis = of_batch[batching.index(d)]
            place = place + spread(np.arange(shape[d]), [free[axis]])
        if d in kept:
            place = place + spread(np.arange(sizes[d]), [window[kept.index(d)]])
        places.append(place)
    return places, inside


def _dims(numbers: Any, dropped: str, columns: str, of_batch: str) -> tuple[list[int], ...]:
    """Dimensions of an operand: dropped, indexed by column, of a batch; and those of the indices of the batch."""
    return tuple(list(getattr(numbers, name)) for name in (dropped, columns, "operand_batching_dims", of_batch))


def _gather(dimension_numbers: Any, slice_sizes: Any, mode: Any, fill_value: Any, **_: Any) -> Callable[..., Any]:
    numbers, fills = dimension_numbers, "FILL" in str(mode)
    dims = _dims(numbers, "collapsed_slice_dims", "start_index_map", "start_indices_batching_dims")

    def rows(x: Array, indices: Array) -> Any:
        """Whole rows of the first dimension, the usual case."""
        return np.take(x, np.clip(indices[..., 0], 0, len(x) - 1), axis=0)

    def take(x: Array, indices: Array) -> Any:
        batch, window = list(indices.shape[:-1]), list(numbers.offset_dims)
        kept = [s for d, s in enumerate(slice_sizes) if d not in dims[0] and d not in dims[2]]
        trailing = window == list(range(len(batch), len(batch) + len(kept)))
        if dims[:3] == ([0], [0], []) and kept == list(x.shape[1:]) and trailing and not fills:
            return rows(x, indices)
        out = [0] * (len(batch) + len(kept))
        for at, size in zip(window, kept, strict=True):
            out[at] = size
        for at, size in zip([i for i in range(len(out)) if i not in window], batch, strict=True):
            out[at] = size
        places, inside = _index(indices, dims, x.shape, slice_sizes, window, out)
        found = np.broadcast_to(x[tuple(places)], out)
        return np.where(inside, found, _filler(x.dtype, fill_value)) if fills else found

    return take


def _filler(dtype: Any, fill_value: Any) -> Any:
    """What JAX fills in for entries outside: NaN, or the first, or for unsigned ones the last, number there is."""
    if fill_value is not None:
        return np.asarray(fill_value, dtype)
    if np.issubdtype(dtype, np.floating):
        return np.asarray(np.nan, dtype)
    ends = None if np.issubdtype(dtype, np.bool_) else np.iinfo(dtype)
    return np.asarray(True if ends is None else ends.min if ends.min < 0 else ends.max, dtype)


def _scatter(put: Callable[[Array, Any, Array], None]) -> Callable[..., Callable[..., Any]]:
    def made(dimension_numbers: Any, mode: Any, **_: Any) -> Callable[..., Any]:
        numbers, drops = dimension_numbers, "FILL" in str(mode)
        dims = _dims(numbers, "inserted_window_dims", "scatter_dims_to_operand_dims", "scatter_indices_batching_dims")

        def into(x: Array, indices: Array, updates: Array) -> Any:
            window, found = list(numbers.update_window_dims), x.copy()
            sizes = [1] * x.ndim
            kept = [d for d in range(x.ndim) if d not in dims[0] and d not in dims[2]]
            for d, at in zip(kept, window, strict=True):
                sizes[d] = updates.shape[at]
            places, inside = _index(indices, dims, x.shape, sizes, window, updates.shape)
            places = np.broadcast_arrays(*places, inside, updates)
            if drops and not np.all(inside):
                which = places[-2]
                places = [p[which] for p in places]
            put(found, tuple(places[:-2]), places[-1])
            return found

        return into

    return made


def _while(cond_jaxpr: Any, body_jaxpr: Any, cond_nconsts: int, body_nconsts: int, **_: Any) -> Callable[..., Any]:
    more, one = _Program(cond_jaxpr), _Program(body_jaxpr)

    def loop(*values: Any) -> Any:
        asks, keeps = values[:cond_nconsts], values[cond_nconsts : cond_nconsts + body_nconsts]
        state = list(values[cond_nconsts + body_nconsts :])
        while more(*asks, *state)[0]:
            state = one(*keeps, *state)
        return state[0] if len(state) == 1 else state

    return loop


def _scan(jaxpr: Any, length: int, reverse: bool, num_consts: int, num_carry: int, **_: Any) -> Callable[..., Any]:
    one = _Program(jaxpr)

    def loop(*values: Any) -> Any:
        constants, state = values[:num_consts], list(values[num_consts : num_consts + num_carry])
        along, rows = values[num_consts + num_carry :], []
        for at in range(length)[:: -1 if reverse else 1]:
            found = one(*constants, *state, *(x[at] for x in along))
            state = found[:num_carry]
            rows.append(found[num_carry:])
        rows = rows[:: -1 if reverse else 1]
        gathered = [np.stack(x) for x in zip(*rows, strict=True)]
        found = [*state, *gathered]
        return found[0] if len(found) == 1 else found

    return loop


def _cond(branches: Any, **_: Any) -> Callable[..., Any]:
    ways = [_one(_Program(x)) for x in branches]
    return lambda which, *values: ways[int(np.clip(which, 0, len(ways) - 1))](*values)


MADE: dict[str, Callable[..., Callable[..., Any]]] = {
    "jit": lambda jaxpr, **_: _one(_Program(jaxpr)),
    "custom_jvp_call": lambda call_jaxpr, **_: _one(_Program(call_jaxpr)),
    "while": _while,
    "scan": _scan,
    "cond": _cond,
    "round": _rounded,
    "convert_element_type": _converted,
    "integer_pow": lambda y: lambda x: np.power(x, y),
    "broadcast_in_dim": _broadcast,
    "iota": _iota,
    "reshape": lambda new_sizes, **_: operator.methodcaller("reshape", new_sizes),
    "squeeze": lambda dimensions: lambda x: np.squeeze(x, tuple(dimensions)),
    "transpose": lambda permutation: lambda x: np.transpose(x, permutation),
    "rev": lambda dimensions: lambda x: np.flip(x, dimensions),
    "slice": _sliced,
    "dynamic_slice": _dynamic_slice,
    "concatenate": lambda dimension: lambda *x: np.concatenate(x, dimension),
    "stack": lambda axis, **_: lambda *x: np.stack(x, axis),
    "split": _split,
    "sort": _sort,
    "cumsum": lambda axis, reverse: (
        lambda x: np.flip(np.cumsum(np.flip(x, axis), axis, x.dtype), axis) if reverse else np.cumsum(x, axis, x.dtype)
    ),
    "argmin": _place_of(np.argmin),
    "argmax": _place_of(np.argmax),
    "reduce_sum": _reduced(np.sum),
    "reduce_max": _reduced(np.max),
    "reduce_min": _reduced(np.min),
    "reduce_or": _reduced(np.any),
    "reduce_and": _reduced(np.all),
    "gather": _gather,
    "scatter": _scatter(operator.setitem),
    "scatter-add": _scatter(np.add.at),
    "scatter-min": _scatter(np.minimum.at),
    "scatter-max": _scatter(np.maximum.at),
}
