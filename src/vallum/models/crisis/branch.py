"""Quantal response in games whose equilibria are fixed points of two numbers: the principal branch, and following it.

In the agent logit equilibrium (McKelvey & Palfrey 1998) every type, at every move of its own, takes each option with
a chance proportional to exp(lambda * expected payoff), beliefs by Bayes. Where such an equilibrium is fixed by
two numbers z, all else being a closed form in them, it solves

    z = G(z, lambda)                                                                            (1)

which has one solution at lambda = 0 (pure chance) and may have several further on. The solutions connected with
chance are the *principal branch*; it leads to one of the game's equilibria as lambda grows: a choice among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Float64

    Respond = Callable[[Float[Array, " 2"], Float[Array, ""], Any], Float[Array, " 2"]]

CLOSE = 1e-9  # a fixed point is met when its gap is below this, relative to 1 + |z|
STEPS, SHORTEST = 400, 1e-9  # of the path, before it counts as lost
CROSSING = 1e-5  # a step this short may cross a bifurcation, where the curve's sense flips
BLOCK = 256  # games solved at once
BEND = 0.95  # cosine between one step's direction and the next's, at least


@dataclass(frozen=True, eq=False)
class Quantal:
    """The agent logit quantal response equilibrium on the principal branch, for a batch of games.

    Attributes
    ----------
    strategy : mapping of str to array (game,)
        Keys as in the game's families.
    outcomes : mapping of str to array (game,)
    residual : array (game,)
        Largest distance of a chance from the logit reply to all the others.
    converged : array of bool (game,)
        Whether the branch was followed to the end. If not, a damped iteration from where it was lost
        found the point: perhaps another branch's, and an equilibrium only if the residual says so.
    """

    strategy: Mapping[str, Float64[np.ndarray, " game"]]
    outcomes: Mapping[str, Float64[np.ndarray, " game"]]
    residual: Float64[np.ndarray, " game"]
    converged: Bool[np.ndarray, " game"]


def principal_branch(
    respond: Respond, game: Any, rate: Float64[np.ndarray, " game"]
) -> tuple[Float64[np.ndarray, "game 2"], Bool[np.ndarray, " game"]]:
    """Follow the fixed points of a reply in two log-odds from chance, at lambda = 0, to each game's lambda.

    The curve z = respond(z, lambda) in (z, lambda) is followed by its arc length (Turocy 2005), so that it may turn
    back in lambda; what counts is where it first reaches the lambda asked for. A step goes along the tangent, then
    back by Newton's least change; it is halved where that fails or where the curve bends. Across a
    symmetric game's bifurcation it goes straight on.

    Parameters
    ----------
    respond : callable of (z, lambda, game), one game at a time; a function of a module, since it is compiled once
    game : tree of arrays, shape (game,)
        In units in which payoffs differ by about one.
    rate : array, shape (game,)
        lambda in those units.

    Returns
    -------
    z : array (game, 2)
    converged : array of bool (game,)
        False where the branch was lost: there z comes from a damped iteration.
    """
    z, reached = in_blocks(_trace(respond), rate, game)
    if not reached.all():

        def lost(x: Any) -> Any:
            return x[~reached]

        z[~reached] = in_blocks(_damped(respond), z[~reached], rate[~reached], _each(lost, game))
    return z, reached


def in_blocks(solve: Callable[..., Any], *batch: Any) -> Any:
    """Solve games block by block in double precision: one compilation for all sizes, and slow games delay few."""
    import jax

    n = len(batch[0])
    rows = np.resize(np.arange(n), n + -n % BLOCK).reshape(-1, BLOCK)

    def solve_rows(some: Any) -> Any:
        def those(x: Any) -> Any:
            return x[some]

        return _each(np.asarray, solve(*_each(those, batch)))

    def joined(*parts: Any) -> Any:
        return np.concatenate(parts)[:n]

    with jax.enable_x64(True):
        return _each(joined, *(solve_rows(some) for some in rows))


def _each(change: Callable[..., Any], *trees: Any) -> Any:
    import jax

    return jax.tree.map(change, *trees)


@cache
def _trace(respond: Respond) -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    until: Any = jax.lax.while_loop  # pyright: ignore[reportUnknownVariableType]
    repeat: Any = jax.lax.fori_loop  # pyright: ignore[reportUnknownVariableType]

    def trace(target: Array, game: Any) -> tuple[Array, Array]:
        def gap(at: Array) -> Array:
            return respond(at[:2], at[2], game) - at[:2]

        def look(at: Array) -> tuple[Array, Array]:  # the gaps and their slopes
            def along(axis: Array) -> tuple[Array, Array]:
                return jax.jvp(gap, (at,), (axis,))

            return jax.vmap(along, out_axes=(None, 1))(jnp.eye(3))

        def back(_: int, at: Array) -> Array:
            gaps, J = look(at)
            return at - J.T @ _solved(J @ J.T, gaps)

        def step(state: tuple[Any, ...]) -> tuple[Any, ...]:
            at, last, way, sense, length, n = state
            guess = at + jnp.minimum(length, jnp.where(way[2] > 0, 1.01 * (target - at[2]) / way[2], jnp.inf)) * way
            ahead = repeat(0, 4, back, guess)
            gaps, J = look(ahead)
            across = jnp.cross(J[0], J[1])  # the curve runs across both gaps' slopes
            turned = across / _norm(across)
            kept = sense * jnp.where(turned @ way * sense < 0, -1.0, 1.0)
            close = jnp.abs(gaps).max() < CLOSE * (1 + jnp.abs(ahead[:2]).max())
            straight = (turned @ way * kept > BEND) & (_norm(ahead - guess) < length / 2)
            good = close & straight & ((kept == sense) | (length < CROSSING))
            pairs = (ahead, at), (at, last), (kept * turned, way), (kept, sense)
            return *(jnp.where(good, *x) for x in pairs), length * jnp.where(good, 1.5, 0.5), n + 1

        def on_the_way(state: tuple[Any, ...]) -> Array:
            at, *_, length, n = state
            return (at[2] < target) & (at[2] >= 0) & (length > SHORTEST) & (n < STEPS)

        zero, little = jnp.zeros(3), jnp.asarray(1e-6)
        way = jnp.append(respond(zero[:2], little, game) / little, 1.0)  # at lambda = 0 no reply depends on z
        start = zero, zero, way / _norm(way), jnp.asarray(1.0), jnp.asarray(0.05), 0
        at, last, *_ = until(on_the_way, step, start)
        share = jnp.where(at[2] > last[2], (target - last[2]) / (at[2] - last[2]), 1.0)
        entry = last[:2] + share * (at[:2] - last[:2])

        def newton(_: int, z: Array) -> Array:
            gaps, J = look(jnp.append(z, target))
            return z - _solved(J[:, :2], gaps)

        z = repeat(0, 6, newton, entry)
        close = jnp.abs(gap(jnp.append(z, target))).max() < CLOSE * (1 + jnp.abs(z).max())
        near = _norm(z - entry) <= _norm(at - last) + CLOSE
        reached = (at[2] >= target) & close & near
        return jnp.where(reached, z, at[:2]), reached

    return jax.jit(jax.vmap(trace))


def _norm(v: Array) -> Array:
    import jax.numpy as jnp

    return jnp.sqrt(v @ v)


def _solved(M: Array, v: Array) -> Array:
    """M^-1 v of two by two."""
    import jax.numpy as jnp

    across = jnp.stack([M[1, 1] * v[0] - M[0, 1] * v[1], M[0, 0] * v[1] - M[1, 0] * v[0]])
    return across / (M[0, 0] * M[1, 1] - M[0, 1] * M[1, 0])


@cache
def _damped(respond: Respond) -> Callable[..., Any]:
    import jax

    repeat: Any = jax.lax.fori_loop  # pyright: ignore[reportUnknownVariableType]

    def settle(z: Array, rate: Array, game: Any) -> Array:
        def step(_: int, z: Array) -> Array:
            return z + 0.1 * (respond(z, rate, game) - z)

        return repeat(0, 2_000, step, z)

    return jax.jit(jax.vmap(settle))
