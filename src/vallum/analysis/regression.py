"""The statistics of the engagement law: regressions for many weightings of the rows at once, resampling of campaigns.

A resample of campaigns is a weighting of their battles, so that one call fits all resamples. Battles of a campaign
share armies, ground and historian: errors come from whole campaigns, by resampling or by the sandwich.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from vallum.analysis.battles import BattleError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Shaped

LIMIT = 10.0  # on every coefficient of the winner: odds of 22,000 to 1 a unit; beyond, the data separate completely
EXACT = 1e-10


def resampled(campaigns: int, draws: int, seed: int) -> Float64[np.ndarray, "draw campaign"]:
    """How often each campaign is drawn, when as many as there are are drawn with replacement."""
    generator = np.random.Generator(np.random.Philox(key=seed))
    return generator.multinomial(campaigns, np.full(campaigns, 1 / campaigns), size=draws).astype(np.float64)


def fit_winner(
    design: Float64[np.ndarray, "battle covariate"],
    won: Bool[np.ndarray, " battle"],
    weights: Float64[np.ndarray, "draw battle"] | None = None,
    low: Float64[np.ndarray, " covariate"] | None = None,
    high: Float64[np.ndarray, " covariate"] | None = None,
) -> Float64[np.ndarray, "draw covariate"]:
    """Logistic regression by maximum likelihood inside a box, for many weightings of the battles at once.

    Parameters
    ----------
    design : array, shape (battle, covariate)
    won : array of bool, shape (battle,)
    weights : array, shape (draw, battle), optional
        How often each battle counts; once unless given.
    low, high : array, shape (covariate,), optional
        The box; within plus or minus `LIMIT` in any case.

    Returns
    -------
    array, shape (draw, covariate)

    Raises
    ------
    BattleError
        If the maximum is not found.

    Notes
    -----
    Newton's method: the likelihood's quadratic model is maximised in the box, coordinate by coordinate, and the step
    shortened until the likelihood rises. The likelihood is concave, so that this finds the maximum.
    """
    covariates = design.shape[1]
    weights = np.ones((1, len(design))) if weights is None else weights
    least, most = np.full(covariates, -LIMIT), np.full(covariates, LIMIT)
    least, most = (
        (least if low is None else np.clip(low, least, most)),
        (most if high is None else np.clip(high, least, most)),
    )
    products = _products(design)
    found = np.tile(np.clip(0.0, least, most), (len(weights), 1))
    value = _likelihood(found, design, won, weights)
    for _ in range(50):
        chance = expit(found @ design.T)
        slope = (weights * (won - chance)) @ design
        curve = ((weights * chance * (1 - chance)) @ products).reshape(-1, covariates, covariates)
        curve += 1e-10 * weights.sum(axis=1)[:, None, None] * np.eye(covariates)
        step = _box_step(slope, curve, least - found, most - found)
        size, moved = np.ones((len(weights), 1)), value
        for _ in range(20):
            moved = _likelihood(found + size * step, design, won, weights)
            worse = moved < value - EXACT * np.abs(value)  # less than rounding leaves
            if not worse.any():
                break
            size[worse] /= 2
        found = np.clip(found + size * step, least, most)
        value = moved
        if np.abs(size * step).max() < 100 * EXACT:
            return found
    raise BattleError("who wins has no likeliest law in these battles: they are too few, or too much alike")


def _products(design: Float64[np.ndarray, "battle covariate"]) -> Float64[np.ndarray, "battle square"]:
    """Each battle's outer product with itself, flat: sums of these are one matrix product for all weightings."""
    return (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


def _likelihood(
    found: Float64[np.ndarray, "draw covariate"],
    design: Float64[np.ndarray, "battle covariate"],
    won: Bool[np.ndarray, " battle"],
    weights: Float64[np.ndarray, "draw battle"],
) -> Float64[np.ndarray, " draw"]:
    odds = found @ design.T
    return -(weights * np.logaddexp(0.0, np.where(won, -odds, odds))).sum(axis=1)


def _box_step(
    slope: Float64[np.ndarray, "draw covariate"],
    curve: Float64[np.ndarray, "draw covariate covariate"],
    low: Float64[np.ndarray, "draw covariate"],
    high: Float64[np.ndarray, "draw covariate"],
) -> Float64[np.ndarray, "draw covariate"]:
    """The step s in the box that maximises slope s - s curve s / 2: Newton's step, or coordinate descent at a bound."""
    step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
    bound = ((step < low) | (step > high)).any(axis=1)
    step = np.clip(step, low, high)
    slope, curve, low, high, inside = slope[bound], curve[bound], low[bound], high[bound], step[bound]
    for _ in range(500 if bound.any() else 0):
        before = inside.copy()
        for place in range(slope.shape[1]):
            rest = slope[:, place] - np.einsum("dc,dc->d", curve[:, place], inside)
            moved = inside[:, place] + rest / curve[:, place, place]
            inside[:, place] = np.clip(moved, low[:, place], high[:, place])
        if np.abs(inside - before).max() < EXACT / 10:
            break
    step[bound] = inside
    return step


def winner_errors(
    design: Float64[np.ndarray, "battle covariate"],
    won: Bool[np.ndarray, " battle"],
    coefficients: Float64[np.ndarray, " covariate"],
    campaign: Shaped[np.ndarray, " battle"],
) -> tuple[Float64[np.ndarray, " covariate"], Float64[np.ndarray, " covariate"]]:
    """Standard errors of an unconstrained winner fit without resampling.

    Returns
    -------
    hessian, sandwich : array, shape (covariate,)
        From the curvature of the likelihood, and robust to likeness within campaigns (Liang & Zeger 1986).
    """
    chance = np.asarray(expit(design @ coefficients), np.float64)
    inverse = np.linalg.inv(((chance * (1 - chance)) @ _products(design)).reshape(design.shape[1], -1))
    scores = (won - chance)[:, None] * design
    _, group = np.unique(campaign, return_inverse=True)
    sums = np.array([np.bincount(group, scores[:, x]) for x in range(design.shape[1])])
    groups = sums.shape[1]
    middle = sums @ sums.T * groups / (groups - 1)
    return np.sqrt(np.diag(inverse)), np.sqrt(np.diag(inverse @ middle @ inverse))


def least_squares(
    design: Float64[np.ndarray, "row term"],
    response: Float64[np.ndarray, " row"],
    weights: Float64[np.ndarray, "draw row"] | None = None,
) -> Float64[np.ndarray, "draw term"]:
    """Least squares for many weightings of the rows at once.

    Raises
    ------
    BattleError
        If the rows of a weighting do not tell the terms apart.
    """
    weights = np.ones((1, len(design))) if weights is None else weights
    square = (weights @ _products(design)).reshape(len(weights), design.shape[1], -1)
    try:
        return np.linalg.solve(square, ((weights * response) @ design)[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        raise BattleError("too few battles, or too few with either winner, to fit losses in every resample") from None


def campaign_share(residuals: Float64[np.ndarray, "side battle"], campaign: Shaped[np.ndarray, " battle"]) -> float:
    """Share of the residuals' variance that battles of a campaign have in common.

    The one-way analysis-of-variance estimate for groups of unequal size (Searle, Casella & McCulloch 1992, ch. 3),
    sums of squares pooled over the two sides, each scaled to one; NaN marks a side without losses.
    """
    between = within = between_freedom = within_freedom = size = 0.0
    for side in residuals:
        known = np.isfinite(side)
        _, group, count = np.unique(campaign[known], return_inverse=True, return_counts=True)
        centred = (side[known] - side[known].mean()) / side[known].std()
        means = np.bincount(group, centred) / count
        between += float(count @ means**2)
        within += float(np.sum((centred - means[group]) ** 2))
        between_freedom += len(count) - 1
        within_freedom += int(count.sum()) - len(count)
        size += float(count.sum() - count @ count / count.sum()) / max(len(count) - 1, 1) / len(residuals)
    if not between_freedom or not within_freedom:
        return 0.0
    between, within = between / between_freedom, within / within_freedom
    return float(np.clip((between - within) / (between + (size - 1) * within), 0.0, 1.0))


def weighted_median(
    values: Float64[np.ndarray, " row"], weights: Float64[np.ndarray, "draw row"]
) -> Float64[np.ndarray, " draw"]:
    """The median of values that count so many times each; the middle of two where two are in the middle."""
    order = np.argsort(values)
    up_to = np.cumsum(weights[:, order], axis=1)
    half = up_to[:, -1:] / 2
    lower, upper = np.argmax(up_to >= half, axis=1), np.argmax(up_to > half, axis=1)
    return (values[order][lower] + values[order][upper]) / 2
