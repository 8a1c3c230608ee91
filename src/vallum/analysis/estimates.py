"""Estimates that know their error, and what kind of error it is.

A randomised design says how far off it may be through the spread between its independent
randomisations: 16 scrambles give 16 independent means, and Student's t with 15 degrees
of freedom the interval (Owen 2013, Monte Carlo theory, methods and examples, ch. 17). A
Monte Carlo design has as many independent parts as futures; replicates within a future
are not independent and are averaged first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int, Shaped

Uncertainty = Literal["sampling", "input", "model", "none"]
LEVEL = 0.95
FEW = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its error.

    Parameters
    ----------
    value : float
        NaN where no run is good.
    standard_error : float
        NaN where the design is no sample (explicit futures).
    low, high : float
        95 % interval; NaN likewise.
    uncertainty : {"sampling", "input", "model", "none"}
        What the interval is about. "none": nothing varies, the value is exact.
    """

    value: float
    standard_error: float
    low: float
    high: float
    uncertainty: Uncertainty = "sampling"

    @property
    def clear_of_zero(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


QUANTILES = (0.05, 0.5, 0.95)
EXTREMES = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Spread:
    """How far an outcome ranges over the uncertain inputs.

    `shares` says which share of runs lies below each of the three: 5, 50 and 95 %, or,
    for explicit futures, none, half and all.
    """

    low: float
    middle: float
    high: float
    shares: tuple[float, float, float] = QUANTILES
    uncertainty: Uncertainty = "input"


def mean(
    values: Shaped[np.ndarray, "future replicate"],
    good: Bool[np.ndarray, "future replicate"],
    scramble: Int[np.ndarray, " future"],
    *,
    sampled: bool = True,
    certain: bool = False,
) -> Estimate:
    """The mean of an outcome over good runs.

    Parameters
    ----------
    values : array, shape (future, replicate)
        Outcomes; flags count as 0 and 1.
    good : array of bool, shape (future, replicate)
        Runs that count.
    scramble : array of int, shape (future,)
        The independent part of the design that each future belongs to.
    sampled : bool
        False for explicit futures: no standard error is claimed.
    certain : bool
        True where nothing varies between runs.

    Returns
    -------
    Estimate
        For flags the interval stays within [0, 1]; where fewer than ten futures are on
        one side it is joined with the exact binomial one, which takes futures as
        independent and so is, for an even design, too wide rather than too narrow.
    """
    numbers = np.where(good, values.astype(np.float64), 0.0)
    sums = np.bincount(scramble, weights=numbers.sum(axis=1))
    counts = np.bincount(scramble, weights=good.sum(axis=1))
    sums, counts = sums[counts > 0], counts[counts > 0]
    if not len(counts):
        return Estimate(math.nan, math.nan, math.nan, math.nan)
    value = float(sums.sum() / counts.sum())
    if certain:
        return Estimate(value, 0.0, value, value, "none")
    parts = len(counts)
    if not sampled or parts < 2:
        return Estimate(value, math.nan, math.nan, math.nan)
    # A ratio of two sums over independent parts, linearised (Cochran 1977, ch. 6): equal parts give the usual error.
    residuals = sums - value * counts
    error = math.sqrt(parts / (parts - 1) * float(residuals @ residuals)) / float(counts.sum())
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, parts - 1)) * error
    low, high = value - reach, value + reach
    if values.dtype == bool:
        low, high = _flag_interval(values & good, good, low, high, parts)
    return Estimate(value, error, low, high)


def _flag_interval(
    happened: Bool[np.ndarray, "future replicate"],
    good: Bool[np.ndarray, "future replicate"],
    low: float,
    high: float,
    parts: int,
) -> tuple[float, float]:
    """The interval of a share, made honest where few futures are on one side of it.

    With fewer than `FEW` of them the spread between parts is no normal error: the exact
    binomial interval over futures is joined to it. And the parts of an even design can all
    hit the same count: then no interval is narrower than one future a part, averaged over
    the parts.
    """
    trials = int(np.count_nonzero(good.any(axis=1)))
    events = int(np.count_nonzero(happened.any(axis=1)))
    share = float(happened.sum() / good.sum())
    if min(events, trials - events) < FEW:
        exact_low = stats.beta.ppf(0.5 - LEVEL / 2, events, trials - events + 1) if events else 0.0
        exact_high = stats.beta.ppf(0.5 + LEVEL / 2, events + 1, trials - events) if events < trials else 1.0
        low, high = min(low, float(exact_low)), max(high, float(exact_high))
    if 0.0 < share < 1.0 and parts < trials:
        floor = math.sqrt(parts) / trials
        low, high = min(low, share - floor), max(high, share + floor)
    return max(low, 0.0), min(high, 1.0)


def difference(
    values: Shaped[np.ndarray, "future replicate"],
    reference: Shaped[np.ndarray, "future replicate"],
    good: Bool[np.ndarray, "future replicate"],
    scramble: Int[np.ndarray, " future"],
    *,
    sampled: bool = True,
    certain: bool = False,
) -> Estimate:
    """The mean of `values - reference`, run by run: both options met the same futures and luck.

    Parameters and errors are those of `mean`; `good` marks runs that are good under both.
    """
    zero = np.zeros(1)
    paired = np.where(good, values, zero) - np.where(good, reference, zero)
    found = mean(paired, good, scramble, sampled=sampled, certain=certain)
    if values.dtype == bool and found.standard_error == 0.0 and not certain:
        # All parts differ by the same share: the true one may be off by as much as zero events bound it.
        reach = 1 - ((1 - LEVEL) / 2) ** (1 / int(np.count_nonzero(good.any(axis=1))))
        return Estimate(found.value, 0.0, max(found.value - reach, -1.0), min(found.value + reach, 1.0))
    return found


def spread(
    values: Float[np.ndarray, "future replicate"], good: Bool[np.ndarray, "future replicate"], *, sampled: bool = True
) -> Spread:
    """The range of an outcome over good runs; infinite values are allowed, NaN where no run is good."""
    shares = QUANTILES if sampled else EXTREMES
    numbers = values[good].astype(np.float64)
    if not len(numbers):
        return Spread(math.nan, math.nan, math.nan, shares)
    # "nearest" never interpolates between a finite time and one that is never reached.
    low, middle, high = (float(x) for x in np.quantile(numbers, shares, method="nearest"))
    return Spread(low, middle, high, shares)
