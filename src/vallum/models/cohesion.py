"""Alliance cohesion: who comes, who follows, and who lets others through.

Three mechanisms that a theatre model puts together:

* **Copula.** Ally j intervenes with probability p_j, and allies' decisions go together
  through one common factor (Vasicek 1987, for defaults of loans; the one-factor Gaussian
  copula): j joins iff  sqrt(rho) Z + sqrt(1 - rho) e_j <= Phi^-1(p_j),  Z and e_j standard
  normal. Correlation *raises* the chance that all come and *lowers* the chance that most
  do, where each is likelier than not to come.                                         (1)
* **Threshold cascade.** Ally j joins once  base + w * (share that has joined)  reaches its
  threshold theta_j (Granovetter 1978): a small change of the base can tip all.         (2)
* **Transit veto.** A route is open iff every ally whose territory it crosses lets it
  through: a product of weakest links, never a weighted sum.                            (3)

What it cannot say: where p_j, rho and theta_j come from. They are judgements of a case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Float64

REACH, NODES = 9.0, 4001  # the trapezium rule on [-9, 9] is exact to rounding for such smooth, vanishing integrands
TIE = 1e-6  # a threshold that is reached to within float32 is reached


def joins(
    probability: Float[Array, " ally"],
    correlation: Float[Array, ""],
    common: Float[Array, ""],
    own: Float[Array, " ally"],
) -> Bool[Array, " ally"]:
    """Which allies intervene in one run: equation (1).

    Parameters
    ----------
    probability : array, shape (ally,)
        Chance that each intervenes, 0 to 1.
    correlation : array, shape ()
        rho, 0 (each for itself) to 1 (all on one factor).
    common, own : arrays, shapes () and (ally,)
        Standard normal draws: the alliance's, and each ally's.

    Returns
    -------
    array of bool, shape (ally,)
    """
    import jax.numpy as jnp
    from jax.scipy.special import ndtri

    return jnp.sqrt(correlation) * common + jnp.sqrt(1 - correlation) * own <= ndtri(probability)


def cascade(
    threshold: Float[Array, " ally"],
    share: Float[Array, " ally"],
    base: Float[Array, ""],
    weight: Float[Array, ""],
) -> Bool[Array, " ally"]:
    """Which allies have joined once nobody else follows: equation (2).

    Parameters
    ----------
    threshold : array, shape (ally,)
        theta: pressure at which each joins.
    share : array, shape (ally,)
        What each counts for when others look at who has joined; the shares add up to one.
    base, weight : arrays, shape ()
        Pressure before anybody has joined, and what all of them together add to it.

    Returns
    -------
    array of bool, shape (ally,)
        The smallest set that satisfies (2); a weight below zero counts as zero, so that
        nobody who joined leaves.
    """
    import jax.numpy as jnp

    def follow(joined: Bool[Array, " ally"]) -> Bool[Array, " ally"]:
        pressure = base + jnp.maximum(weight, 0) * jnp.sum(jnp.where(joined, share, 0))
        return joined | (threshold <= pressure + TIE)

    joined = jnp.zeros(threshold.shape, bool)
    for _ in range(threshold.shape[0]):  # after as many rounds as there are allies nobody follows any more
        joined = follow(joined)
    return joined


def open_routes(lets_through: Bool[Array, " ally"], crosses: Bool[Array, "route ally"]) -> Bool[Array, " route"]:
    """Which routes are open: equation (3).

    Parameters
    ----------
    lets_through : array of bool, shape (ally,)
        Whether each ally opens its territory.
    crosses : array of bool, shape (route, ally)
        Whether a route crosses an ally's territory.

    Returns
    -------
    array of bool, shape (route,)
        A route that crosses nobody's territory is open.
    """
    import jax.numpy as jnp

    return jnp.all(~crosses | lets_through, axis=1)


def chance_of_at_least(probability: Float64[np.ndarray, " ally"], correlation: float, count: int) -> float:
    """The chance that at least `count` allies intervene, by quadrature over the common factor.

    Parameters
    ----------
    probability : array, shape (ally,)
        Chance that each intervenes, 0 to 1.
    correlation : float
        rho, 0 to 1.
    count : int
        0 to the number of allies.

    Returns
    -------
    float
        Given the factor, allies are independent: the count is Poisson-binomial.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> round(chance_of_at_least(np.full(5, 0.5), 0.5, 5), 9)
    0.166666667
    """
    p = np.asarray(probability, np.float64)
    if not ((p >= 0).all() and (p <= 1).all() and 0 <= correlation <= 1 and 0 <= count <= len(p)):
        raise ValueError(f"probabilities {p}, correlation {correlation}, count {count}: out of range")
    if count == 0:
        return 1.0
    if correlation == 1:  # all on one factor: the count-th most willing decides
        return float(np.sort(p)[-count])
    from scipy.special import ndtri

    weights, chance = _given_factor(ndtri(p), correlation)
    return float(weights @ _at_least(chance, count))


def _given_factor(
    limits: Float64[np.ndarray, " ally"], correlation: float
) -> tuple[Float64[np.ndarray, " node"], Float64[np.ndarray, "node ally"]]:
    """The common factor's nodes: their weights, and the chance of each ally there."""
    from scipy.special import ndtr

    z = np.linspace(-REACH, REACH, NODES)
    weights = np.exp(-0.5 * z**2)
    chance: Any = ndtr((limits - np.sqrt(correlation) * z[:, None]) / np.sqrt(1 - correlation))
    return weights / weights.sum(), chance


def _at_least(chance: Float64[np.ndarray, "node ally"], count: int) -> Float64[np.ndarray, " node"]:
    """Chance that at least `count` of independent allies join, ally by ally."""
    exactly = np.zeros((len(chance), chance.shape[1] + 1))
    exactly[:, 0] = 1.0
    for ally in range(chance.shape[1]):
        p = chance[:, ally, None]
        exactly[:, 1:] = exactly[:, 1:] * (1 - p) + exactly[:, :-1] * p
        exactly[:, :1] *= 1 - p
    return exactly[:, count:].sum(axis=1)
