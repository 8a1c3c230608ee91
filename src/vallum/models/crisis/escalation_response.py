"""Quantal response in the Asymmetric Escalation Game: the fixed points of two beliefs.

In the symbols of `escalation` and `escalation_equilibria`, the two numbers z of `branch` are log likelihood ratios,

    z_1 = log P(initiated | hard) / P(initiated | soft)                          r = logistic(logit p + z_1)     (1)
    z_2 = log P(in kind | strategically hard) / P(in kind | strategically soft)  q likewise from p_HH + p_SH     (2)

and the last moves, `matches` and `answers`, depend on no belief.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.branch import Quantal, in_blocks, principal_branch
from vallum.models.crisis.checks import in_units
from vallum.models.crisis.escalation import CHALLENGERS, DEFENDERS, ORDERS, Escalation, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Array, ArrayLike, Float


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
        With the keys of `escalation_equilibria.equilibria`.

    Raises
    ------
    ValueError
        If a precision is below zero or not finite.
    """
    scale = np.maximum(game.c_dc - game.c_ee_soft, game.d_sq - game.d_ee_soft)
    rate = in_units(precision, scale)
    units = vars(replace(game, **{k: getattr(game, k) / scale for order in ORDERS for k in order}))
    z, converged = principal_branch(_respond, units, rate)
    once, strategy = in_blocks(_play(), z, rate, units)
    _, again = in_blocks(_play(), once, rate, units)
    residual = np.max([np.abs(strategy[k] - again[k]) for k in strategy], axis=0)
    return Quantal(strategy, outcomes(game, strategy), residual, converged)


def _respond(z: Float[Array, " 2"], rate: Float[Array, ""], units: Any) -> Float[Array, " 2"]:
    """The z that the replies to z make."""
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
