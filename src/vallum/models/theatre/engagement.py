"""The engagement law: how long a battle lasts, who wins it, what it costs, how far the winner gets.

Fitted on battles of record (`vallum.analysis.fit`; docs/models/engagement_law.md), and here only
applied. With A and D the attacker's and defender's soldiers on the axis, local reserves included,

    P(attacker wins)  = logistic(c + b ln(A/D) + s surprise + p prepared + f fortified
                                 + r rugged + a air + e quality)                            (1)
    days of battle    = E exp(log_battle_days),  E ~ Exp(1)                                 (2)
    C_s per day       = exp(k_s,winner + q ln N_s + p ln N_o + noise_s)                     (3)
    km per day gained = exp(log_advance + advance_sd z)                                     (4)

(2) does not depend on the force ratio. (3) is applied at the size of the battles of record: a
front of A against D is m = sqrt(A D) / reference_strength battles side by side, so that one axis of
twice the soldiers loses as two axes do. The median is calibrated. Noise of (3) has a part common to
a side's whole campaign and a part of each battle, and goes together between the sides:

    noise_s = sd_s (sqrt(rho) Z_s,campaign + sqrt(1 - rho) Z_s,battle)                      (5)

Errors of the terms are drawn together: deviate x (independent, standard normal) gives L x with
L L' the fit's correlation, and each term is its estimate plus as many standard errors, cut off
where the law says it cannot go (attack is not easier against more preparation, say).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vallum.models.settled import settled
from vallum.models.theatre.campaign_declaration import RIVAL_SCALES, SCALES, TERMS
from vallum.spec import Tables

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32

    from vallum.models.contract import Inputs

ALL_SCALES = (*SCALES, *RIVAL_SCALES)


class Fits(NamedTuple):
    """The fits of a case as arrays, terms and scales in the order of the declaration, those of rival laws last.

    Attributes
    ----------
    estimate, error : arrays (law, term)
    low, high : arrays (term,)
        What a term cannot be below or above; infinite where it may be anything.
    factor : array (law, term, term)
        L, with L L' the correlation of the terms' errors.
    row : array (term,)
        Row of each term among `law_terms`.
    scale : array (law, scale)
    whole : array of bool (law,)
        Whether a fit has every term and every scale.
    rivals : array of bool (law,)
        Whether it has what rival laws take from the record.
    """

    estimate: Float[np.ndarray, "law term"]
    error: Float[np.ndarray, "law term"]
    low: Float[np.ndarray, " term"]
    high: Float[np.ndarray, " term"]
    factor: Float[np.ndarray, "law term term"]
    row: Int32[np.ndarray, " term"]
    scale: Float[np.ndarray, "law scale"]
    whole: Bool[np.ndarray, " law"]
    rivals: Bool[np.ndarray, " law"]


class Law(NamedTuple):
    """The law that holds in each run: terms and scales by name, arrays (run,); and whether it has all of them."""

    term: dict[str, Float[Array, " run"]]
    scale: dict[str, Float[Array, " run"]]
    whole: Bool[Array, " run"]


def read_fits(tables: Tables) -> Fits:
    """The fits in a case's tables.

    Raises
    ------
    ValueError
        A fit gives a term twice, a term is bounded on both sides, or a fit has correlations that exclude each other.
    """
    laws, values = tables["laws"], tables["law_values"]
    law_row = {id: row for row, id in enumerate(laws.ids)}
    place = {term: at for at, term in enumerate(TERMS)}
    known = {id: row for row, id in enumerate(tables["law_terms"].ids)}
    shape = len(laws), len(TERMS)
    estimate, error = np.zeros(shape), np.zeros(shape)
    seen: set[tuple[str, str]] = set()
    for row, id in enumerate(values.ids):
        law, term = str(values.columns["law"][row]), str(values.columns["term"][row])
        if id.startswith("~") or term not in place:
            continue
        if (law, term) in seen:
            raise ValueError(f"law_values gives {term} of law {law!r} twice")
        seen.add((law, term))
        at = law_row[law], place[term]
        estimate[at] = float(str(values.columns["estimate"][row]))
        error[at] = float(str(values.columns["standard_error"][row]))
    scale = _scales(tables, law_row)
    whole = [all((id, term) in seen for term in TERMS) for id in laws.ids]
    rows, terms = np.array([known.get(x, 0) for x in TERMS], np.int32), tables["law_terms"].columns
    low, high = (
        np.array([beyond if terms[x][row] is None else float(str(terms[x][row])) for row in rows])
        for x, beyond in (("low", -np.inf), ("high", np.inf))
    )
    both = [term for term, a, b in zip(TERMS, low, high, strict=True) if np.isfinite(a) and np.isfinite(b)]
    if both:
        raise ValueError(f"law_terms bounds {both[0]} on both sides; one side is possible")
    return Fits(
        estimate,
        error,
        low,
        high,
        _factors(tables, law_row),
        rows,
        np.nan_to_num(scale, nan=1.0),
        np.array(whole, bool) & ~np.isnan(scale[:, : len(SCALES)]).any(axis=1),
        np.array(~np.isnan(scale[:, len(SCALES) :]).any(axis=1), bool),
    )


def _factors(tables: Tables, law_row: dict[str, int]) -> Float[np.ndarray, "law term term"]:
    pairs, place = tables["law_covariances"], {term: at for at, term in enumerate(TERMS)}
    correlation = np.tile(np.eye(len(TERMS)), (len(law_row), 1, 1))
    for row, id in enumerate(pairs.ids):
        first, second = (str(pairs.columns[x][row]) for x in ("first", "second"))
        if id.startswith("~") or first not in place or second not in place:
            continue
        law, i, j = law_row[str(pairs.columns["law"][row])], place[first], place[second]
        correlation[law, i, j] = correlation[law, j, i] = float(str(pairs.columns["correlation"][row]))
    for id, law in law_row.items():
        if np.linalg.eigvalsh(correlation[law]).min() < 1e-9:
            raise ValueError(f"the correlations of law {id!r} exclude each other (not positive definite)")
    return np.linalg.cholesky(correlation)


def _scales(tables: Tables, law_row: dict[str, int]) -> Float[np.ndarray, "law scale"]:
    rows = tables["law_scales"]
    scale = np.full((len(law_row), len(ALL_SCALES)), np.nan)
    for row, id in enumerate(rows.ids):
        quantity = str(rows.columns["quantity"][row])
        if not id.startswith("~") and quantity in ALL_SCALES:
            at = law_row[str(rows.columns["law"][row])], ALL_SCALES.index(quantity)
            scale[at] = float(str(rows.columns["value"][row]))
    return scale


def law_of(fits: Fits, inputs: Inputs) -> Law:
    """The law that holds, with the errors of this future.

    Parameters
    ----------
    fits : Fits
    inputs : mapping
        `law_in_force` (law, run), `law_deviate` (term, run).

    Returns
    -------
    Law
    """
    import jax.numpy as jnp
    from jax.scipy.special import ndtr, ndtri

    runs = inputs["report_day"].shape[0]
    force = jnp.where(inputs["laws.active"], inputs["law_in_force"], -1.0)
    force = jnp.broadcast_to(force, (force.shape[0], runs))
    chosen = jnp.argmax(force, axis=0)  # of two that hold alike, the one whose id sorts first
    deviate = jnp.broadcast_to(inputs["law_deviate"], (inputs["law_deviate"].shape[0], runs))[fits.row]
    factor = jnp.asarray(fits.factor, deviate.dtype)[chosen]  # run, term, term
    together = jnp.sum(factor * deviate.T[:, None, :], axis=2).T
    estimate, error = (jnp.asarray(x, deviate.dtype)[chosen].T for x in (fits.estimate, fits.error))
    low, high = (jnp.asarray(x, deviate.dtype)[:, None] for x in (fits.low, fits.high))

    def inside() -> Array:
        spread = jnp.where(error > 0, error, 1.0)
        # A normal deviate known to be above (below) a bound, at the same quantile; exact in the tail that is left.
        above = -ndtri(ndtr(-(low - estimate) / spread) * ndtr(-together))
        below = ndtri(ndtr((high - estimate) / spread) * ndtr(together))
        found = jnp.where(jnp.isfinite(low), above, jnp.where(jnp.isfinite(high), below, together))
        return jnp.where(error > 0, estimate + error * found, estimate)

    value = settled(inside)
    scale = jnp.asarray(fits.scale, deviate.dtype)[chosen].T
    terms: dict[str, Array] = {name: value[at] for at, name in enumerate(TERMS)}
    scales: dict[str, Array] = {name: scale[at] for at, name in enumerate(ALL_SCALES)}
    return Law(terms, scales, jnp.asarray(fits.whole)[chosen] & (jnp.max(force, axis=0) > 0))


def odds(
    law: Law,
    log_ratio: Float[Array, "axis run"],
    surprise: Float[Array, " run"],
    preparation: Float[Array, "axis run"],
    rugged: Float[Array, "axis run"],
    air: Float[Array, " run"],
    quality: Float[Array, " run"],
) -> Float[Array, "axis run"]:
    """Log odds that the attacker wins, equation (1); preparation from 0 (hasty) over 1 (prepared) to 2 (fortified)."""
    import jax.numpy as jnp

    term = law.term
    return (
        term["win_constant"]
        + term["win_force_ratio"] * log_ratio
        + term["win_surprise"] * surprise
        + term["win_prepared"] * jnp.minimum(preparation, 1.0)
        + term["win_fortified"] * jnp.maximum(preparation - 1.0, 0.0)
        + term["win_rugged"] * rugged
        + term["win_air"] * air
        + term["win_quality"] * quality
    )


def loss_rates(
    law: Law,
    attackers: Float[Array, "axis run"],
    defenders: Float[Array, "axis run"],
    attacker_wins: Bool[Array, "axis run"],
    noise_attacker: Float[Array, "axis run"],
    noise_defender: Float[Array, "axis run"],
) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    """Share of its soldiers that each side loses in a day of battle: equation (3) over N_s; noise in logarithms."""
    import jax.numpy as jnp

    term, q, p = law.term, law.term["loss_own"], law.term["loss_enemy"]
    size = (q + p - 1) * jnp.log(law.scale["reference_strength"])
    lean = 0.5 * (q - p - 1) * jnp.log(jnp.maximum(attackers, 1.0) / jnp.maximum(defenders, 1.0))

    def side(name: str, lean: Float[Array, "axis run"], noise: Float[Array, "axis run"]) -> Float[Array, "axis run"]:
        won, lost = (term[f"loss_{winner}_wins_{name}"] for winner in ("attacker", "defender"))
        return jnp.exp(jnp.where(attacker_wins, won, lost) + size + lean + noise)

    return side("attacker", lean, noise_attacker), side("defender", -lean, noise_defender)
