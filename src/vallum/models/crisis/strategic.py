"""Strategic choice in three nodes: what theory says of a demand, an answer and a last word, with errors.

Signorino (1999, 2003). A challenger keeps the status quo (SQ) or demands; a defender concedes (DC) or
resists; the challenger backs down (CD) or fights (DD). Everyone knows all payoffs but a shock of the other's:

    e = F(DD_c - CD_c)                                            chance that it fights          (1)
    y = F(e DD_d + (1 - e) CD_d - DC_d)                           chance of resistance           (2)
    x = F(y [e DD_c + (1 - e) CD_c] + (1 - y) DC_c - SQ_c)        chance of a demand             (3)

with F(v) = 1 / (1 + exp(-lambda v)): the quantal response of complete information, solved backwards.

**Two nodes, to be fitted.** The first player acts or not (outcome 1), the second then gives way
(outcome 3) or stands (outcome 4). With utilities u11, u13, u14 of the first and u24 of the second, whose
own of giving way is 0, and shocks of standard deviation sigma,

    p4 = F(u24 / (sigma sqrt 2))                                                                 (4)
    p2 = F((p3 u13 + p4 u14 - u11) / (sigma s)),  p3 = 1 - p4                                    (5)
    s = sqrt 2 where agents err;  s = sqrt(1 + p3^2 + p4^2) where utilities are private          (6)

F is normal (probit) or logistic (logit). The R package `games` scales its logit by sqrt 2, so that its
coefficients are those of lambda = 1 / sqrt 2: `link` "logit" does the same here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from scipy.special import expit

from vallum.models.crisis.checks import precisions

if TYPE_CHECKING:
    from jaxtyping import Array, ArrayLike, Float, Float64

Link = Literal["probit", "logit"]
Errors = Literal["agent", "private"]


class ThreeNodes(NamedTuple):
    """Chances of each move and of each outcome, arrays of the payoffs' common shape."""

    demand: Float64[np.ndarray, " game"]
    resist: Float64[np.ndarray, " game"]
    fight: Float64[np.ndarray, " game"]
    outcomes: dict[str, Float64[np.ndarray, " game"]]


def three_nodes(
    challenger: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    defender: tuple[ArrayLike, ArrayLike, ArrayLike],
    precision: ArrayLike,
) -> ThreeNodes:
    """Equations (1)-(3).

    Parameters
    ----------
    challenger : four numbers or arrays (game,)
        Its payoffs of SQ, DC, CD and DD.
    defender : three numbers or arrays (game,)
        Its payoffs of DC, CD and DD; what it has at SQ decides nothing.
    precision : number or array (game,)
        lambda, at least 0.

    Returns
    -------
    ThreeNodes

    Raises
    ------
    ValueError
        If a precision is below 0 or not finite.

    Examples
    --------
    >>> found = three_nodes((0.6, 1, 0.2, 0.4), (0.3, 0.8, 0.5), 5)
    >>> float(found.demand.round(6))
    0.348859
    """
    sq, dc, cd, dd = (np.asarray(x, np.float64) for x in challenger)
    d_dc, d_cd, d_dd = (np.asarray(x, np.float64) for x in defender)
    rate = precisions(precision)
    e = expit(rate * (dd - cd))  # (1)
    y = expit(rate * (e * d_dd + (1 - e) * d_cd - d_dc))  # (2)
    x = expit(rate * (y * (e * dd + (1 - e) * cd) + (1 - y) * dc - sq))  # (3)
    shares = {"SQ": 1 - x, "DC": x * (1 - y), "CD": x * y * (1 - e), "DD": x * y * e}
    return ThreeNodes(x, y, e, shares)


def log_chances(
    utilities: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
    scale: ArrayLike = 1.0,
    link: Link = "probit",
    errors: Errors = "private",
) -> Float[Array, "3 case"]:
    """Logarithm of the chances of no act, giving way and standing: equations (4)-(6).

    Parameters
    ----------
    utilities : four numbers or arrays (case,)
        u11, u13, u14 and u24.
    scale : number or array (case,)
        sigma, above 0.
    link : "probit" or "logit"
    errors : "agent" or "private"
        Private utilities are for the probit only: sums of logistic shocks are not logistic.

    Returns
    -------
    array (3, case)
        Of JAX, in the precision of the caller, to be differentiated when the model is fitted.

    Raises
    ------
    ValueError
        If private errors are asked of a logit.
    """
    import jax.numpy as jnp
    from jax import nn
    from jax.scipy import special

    if link == "logit" and errors == "private":
        raise ValueError("private errors need the probit link: sums of logistic shocks are not logistic")
    u11, u13, u14, u24 = jnp.broadcast_arrays(*(jnp.atleast_1d(jnp.asarray(x)) for x in utilities))
    normal: Any = special.log_ndtr  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    law: Any = normal if link == "probit" else nn.log_sigmoid
    stands = u24 / (scale * np.sqrt(2))
    p4, p3 = jnp.exp(law(stands)), jnp.exp(law(-stands))
    s = np.sqrt(2) if errors == "agent" else jnp.sqrt(1 + p3**2 + p4**2)
    acts = (p3 * u13 + p4 * u14 - u11) / (scale * s)
    return jnp.stack([law(-acts), law(acts) + law(-stands), law(acts) + law(stands)])
