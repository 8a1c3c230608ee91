"""How sure numbers of the years are: the whole pipeline again, with parts of the design left out.

What the challenger expects is fitted on the campaigns of the study, so that every number of the years has the error
of that fit in it, which the spread over futures does not show. The delete-a-group jackknife (Kott 2001) fits anew
without each of `GROUPS` groups of independent scrambles, and takes

    se^2 = (G - 1) / G sum over g of (theta_g - mean theta)^2                                      (1)

with Student's t of G - 1 degrees of freedom for the interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from scipy import stats

from vallum.analysis.estimates import LEVEL, Estimate
from vallum.study.fought import Runs
from vallum.study.pipeline import Pipeline

GROUPS = 8


class Jackknife:
    """A pipeline, and the same without each group of scrambles.

    Parameters
    ----------
    runs : Runs
    options, plans : sequence of str
    reference : str
        As for `Pipeline`.

    Attributes
    ----------
    whole : Pipeline
        With the effect of every factor.
    options : tuple of str
    futures : int
    """

    def __init__(self, runs: Runs, options: Sequence[str], plans: Sequence[str], reference: str) -> None:
        self._made = runs, tuple(options), tuple(plans), reference
        self.whole = Pipeline(*self._made)
        self.options, self.futures = self.whole.options, len(runs.scramble)
        self._parts = self.without(())

    def without(self, effects: Collection[str]) -> list[Pipeline]:
        """The pipelines that leave a group out, with the effects of some factors; none where nothing is independent."""
        scramble = self._made[0].scramble
        groups = np.unique(scramble, return_inverse=True)[1] % GROUPS
        if len(np.unique(groups)) < GROUPS:
            return []
        return [Pipeline(*self._made, part=groups != group, effects=effects) for group in range(GROUPS)]

    def mean(self, values: Callable[[Pipeline], Any], weights: Callable[[Pipeline], Any] | None = None) -> Estimate:
        """The mean over futures of what a pipeline gives, arrays (future,), perhaps weighted."""

        def average(pipeline: Pipeline) -> float:
            found = np.asarray(values(pipeline), np.float64)
            return float(found.mean() if weights is None else np.average(found, weights=weights(pipeline)))

        return estimate(average(self.whole), [average(part) for part in self._parts])

    def difference(self, one: Callable[[Pipeline], Any], other: Callable[[Pipeline], Any]) -> Estimate:
        """The mean difference over futures of what a pipeline gives, the same futures."""
        return self.mean(lambda pipeline: np.asarray(one(pipeline), np.float64) - other(pipeline))


def estimate(value: float, left: Sequence[float]) -> Estimate:
    """Equation (1): a value, and the same without each group.

    Examples
    --------
    >>> found = estimate(2.0, [1.9, 2.1, 2.0, 2.0])
    >>> round(found.standard_error, 6)
    0.122474
    """
    groups = len(left)
    if groups < 2:
        return Estimate(value, math.nan, math.nan, math.nan)
    spread = np.asarray(left) - np.mean(left)
    error = math.sqrt((groups - 1) / groups * float(spread @ spread))
    reach = float(stats.t.ppf(0.5 + LEVEL / 2, groups - 1)) * error
    return Estimate(value, error, value - reach, value + reach)
