"""Quantal response in games whose equilibria are fixed points of two beliefs, and in the Asymmetric Escalation Game.

In the agent logit equilibrium (McKelvey & Palfrey 1998) every type, at every move of its own, takes each option with
a chance proportional to exp(lambda * expected payoff), beliefs by Bayes. Where such an equilibrium is fixed by
two numbers z, all else being a closed form in them, it solves

    z = G(z, lambda)                                                                            (1)

which has one solution at lambda = 0 (pure chance) and may have several further on. The solutions connected with
chance are the *principal branch*; it leads to one of the game's equilibria as lambda grows: a choice among them.

In the Asymmetric Escalation Game (`escalation.py`, whose symbols hold here) the two numbers are log likelihood ratios,

    z_1 = log P(initiated | hard) / P(initiated | soft)                          r = logistic(logit p + z_1)     (2)
    z_2 = log P(in kind | strategically hard) / P(in kind | strategically soft)  q likewise from p_HH + p_SH     (3)

and the last moves, `matches` and `answers`, depend on no belief.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.escalation import CHALLENGERS, DEFENDERS, ORDERS, Escalation, outcomes
from vallum.models.crisis.tripartite import precisions

if TYPE_CHECKING:
    from jaxtyping import Array, ArrayLike, Bool, Float, Float64

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


def quantal_response(game: Escalation, precision: ArrayLike) -> Quantal:
    """The agent logit quantal response equilibrium of the Asymmetric Escalation Game on the principal branch.

    Parameters
    ----------
    game : Escalation
    precision : number or array, shape () or (game,)
        lambda, per unit of utility: 0 is chance, a large one the best reply.

    Returns
    -------
    Quantal
        With the keys of `escalation.equilibria`.

    Raises
    ------
    ValueError
        If a precision is below zero or not finite.
    """
    scale = np.maximum(game.c_dc - game.c_ee_soft, game.d_sq - game.d_ee_soft)
    rate = precisions(precision, scale)
    units = vars(replace(game, **{k: getattr(game, k) / scale for order in ORDERS for k in order}))
    z, converged = principal_branch(_respond, units, rate)
    once, strategy = in_blocks(_play(), z, rate, units)
    _, again = in_blocks(_play(), once, rate, units)
    residual = np.max([np.abs(strategy[k] - again[k]) for k in strategy], axis=0)
    return Quantal(strategy, outcomes(game, strategy), residual, converged)


def _respond(z: Float[Array, " 2"], rate: Float[Array, ""], units: Any) -> Float[Array, " 2"]:
    """G of (1)."""
    return _round(z, rate, units)[0]


@cache
def _play() -> Callable[..., Any]:
    import jax

    return jax.jit(jax.vmap(_round))


def _round(z: Float[Array, " 2"], rate: Float[Array, ""], units: Any) -> tuple[Float[Array, " 2"], dict[str, Any]]:
    """Everybody's logit replies to the beliefs that z makes, from the last move to the first, and the z they make."""
    import jax.numpy as jnp
    from jax.nn import log_sigmoid, logsumexp, sigmoid, softmax

    g = Escalation(**units)
    ee_c, ee_d = jnp.stack([g.c_ee_hard, g.c_ee_soft]), jnp.stack([g.d_ee_hard, g.d_ee_soft])
    dd_d = jnp.stack([g.d_dd_hard, g.d_dd_soft])
    types = jnp.stack([g.p_hh, g.p_hs, g.p_sh, g.p_ss])
    tactical, strategic = jnp.array([0, 0, 1, 1]), jnp.array([0, 1, 0, 1])
    r = sigmoid(_logit(g.p_challenger) + z[0]) * jnp.array([1, -1]) + jnp.array([0, 1])  # hard, soft
    q = sigmoid(_logit(g.p_hh + g.p_sh) + z[1])

    matches, answers = sigmoid(rate * (ee_c - g.c_de)), sigmoid(rate * (ee_d - g.d_ed))
    pressed = answers * ee_c[:, None] + (1 - answers) * g.c_ed  # challenger's value by its type and the strategic one
    presses = sigmoid(rate * (q * pressed[:, 0] + (1 - q) * pressed[:, 1] - g.c_dd))

    on, met = r @ presses, r @ matches
    answered = answers * ee_d + (1 - answers) * g.d_ed
    in_kind = (1 - on) * dd_d[tactical] + on * answered[strategic]
    up = met * ee_d[strategic] + (1 - met) * g.d_de
    value = rate * jnp.stack([jnp.full(4, g.d_dc), in_kind, up])
    concedes, kind, escalates = softmax(value, axis=0)

    limited = presses[:, None] * pressed[:, strategic] + (1 - presses[:, None]) * g.c_dd
    war = matches * ee_c + (1 - matches) * g.c_de
    initiating = rate * ((concedes * g.c_dc + kind * limited + escalates * war[:, None]) @ types - g.c_sq)
    likely = log_sigmoid(initiating)
    chance = value[1] - logsumexp(value, axis=0)
    made = jnp.stack([likely[0] - likely[1], _mean(chance, types, 0) - _mean(chance, types, 1)])
    names = (f"{x}_{t}" for x in ("initiates", "presses", "matches", "answers") for t in CHALLENGERS)
    moves = dict(zip(names, (*sigmoid(initiating), *presses, *matches, *answers), strict=True))
    names = (f"{x}_{t}" for x in ("in_kind", "escalates") for t in DEFENDERS)
    return made, moves | dict(zip(names, (*kind, *escalates), strict=True))


def _mean(chance: Float[Array, " 4"], types: Float[Array, " 4"], soft: int) -> Float[Array, ""]:
    """Log chance of an answer in kind, over HH and SH or over HS and SS, evenly if neither has any chance."""
    import jax.numpy as jnp
    from jax.nn import logsumexp

    weight = jnp.where(types[soft::2].sum() > 0, types[soft::2], 1.0)
    return logsumexp(chance[soft::2], b=weight / weight.sum())


def _logit(p: Any) -> Any:
    import jax.numpy as jnp

    return jnp.log(p) - jnp.log1p(-jnp.minimum(p, 1.0))


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
