"""Parts of a program that are computed once.

A compiler that joins elementwise work to whoever uses it computes it again for every user, unless it
takes it for expensive. Random numbers or a choice by place, cheap one by one, may so be compiled and
computed a dozen times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Values = TypeVar("Values")


def settled(compute: Callable[[], Values]) -> Values:
    """What a function gives, computed once by a part of the program of its own.

    Parameters
    ----------
    compute : function
        Gives an array or a pytree of arrays.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> settled(lambda: jnp.arange(3) + 1).tolist()
    [1, 2, 3]
    """
    import jax
    import jax.numpy as jnp

    # A loop is left alone, as long as nobody knows that it is gone through once.
    barrier: Any = jax.lax.optimization_barrier  # pyright: ignore[reportUnknownVariableType]
    loop: Any = jax.lax.while_loop  # pyright: ignore[reportUnknownVariableType]
    once = barrier(jnp.ones((), jnp.int32))
    traced: Any = jax.jit(compute)  # traced once, for its shapes and for the loop
    each: Any = jax.tree.map

    def room(shape: Any) -> Any:
        return jnp.zeros(shape.shape, shape.dtype)

    def more(state: tuple[Any, Any]) -> Any:
        return state[0] < once

    def one(state: tuple[Any, Any]) -> tuple[Any, Any]:
        return state[0] + 1, traced()

    return loop(more, one, (jnp.zeros((), jnp.int32), each(room, jax.eval_shape(traced))))[1]
