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
        For flags the interval stays within [0, 1]; where no part of the design saw the
        event (or all did), it is the exact binomial one, which takes runs as independent
        and so is, for an even design, too wide rather than too narrow.
    """
    numbers = np.where(good, values.astype(np.float64), 0.0)
    per_part = np.bincount(scramble, weights=numbers.sum(axis=1))
    counts = np.bincount(scramble, weights=good.sum(axis=1))
    if counts.sum() == 0:
        return Estimate(math.nan, math.nan, math.nan, math.nan)
    parts = per_part[counts > 0] / counts[counts > 0]
    value = float(parts.mean() if len(parts) <= 64 else per_part.sum() / counts.sum())
    if certain:
        return Estimate(value, 0.0, value, value, "none")
    if not sampled or len(parts) < 2:
        return Estimate(value, math.nan, math.nan, math.nan)
    error = float(parts.std(ddof=1) / math.sqrt(len(parts)))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, len(parts) - 1)) * error
    low, high = value - reach, value + reach
    if values.dtype == bool:
        if value in (0.0, 1.0):
            low, high = _binomial(value, int(np.count_nonzero(good.any(axis=1))))
        low, high = max(low, 0.0), min(high, 1.0)
    return Estimate(value, error, low, high)


def _binomial(share: float, trials: int) -> tuple[float, float]:
    """Clopper-Pearson interval where none or all of the trials succeeded."""
    reach = 1 - ((1 - LEVEL) / 2) ** (1 / trials)
    return (0.0, reach) if share == 0.0 else (1 - reach, 1.0)


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
        # Not one of the runs differs: the share that does may still be as large as the exact bound.
        reach = _binomial(0.0, int(np.count_nonzero(good.any(axis=1))))[1]
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
