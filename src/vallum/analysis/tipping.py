"""Tipping values: by how much one would have to change one's mind about one input to recommend another option.

The recommendation is the option with the lower risk of war. Of each uncertain factor in turn everybody, challenger
included, takes a quantile q of its prior for what it is (of each option's own, where options differ in it); the
other factors stay uncertain. The *tipping value* is the q nearest to one half at which the difference of two options
changes its sign, and the shift is its distance from one half, "in prior quantiles". What campaigns say at a
quantile comes from the regressions on the futures of the stored study (`vallum.study.beliefs`), so that every
factor is looked at without a campaign being fought; a tip that is not beyond sampling even at the end of the prior is
kept apart. The smallest shifts are put to *fresh* campaigns, with other luck and the
factor at that end.

The interval of a tipping value is that of the jackknife (`vallum.analysis.jackknife`), the risks taken as straight
between the two quantiles on either side of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.analysis.estimates import Estimate
from vallum.analysis.jackknife import estimate
from vallum.analysis.years_ahead import ALL, YearsFindings, ahead_of
from vallum.study.pipeline import CAMPAIGN, Ahead, Pipeline

if TYPE_CHECKING:
    from jaxtyping import Float64

LEADING = 3  # options with the lowest risks that are looked at, beside those of the schools and the reference
QUANTILES = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
UNSEEN = ("campaign_year", "opponent_personnel", "minimum_confidence")
"""Not looked at: no belief; within the answer as campaigns have met it; not asked for where a prize is weighed."""


@dataclass(frozen=True, slots=True)
class Tip:
    """One factor that can change the recommendation between two options.

    Attributes
    ----------
    better, other : str
        The option with the lower risk as things stand, and the one that then has it.
    factor : str
    quantile, low, high : float
        Where the risks are alike, with its interval; within 0 and 1.
    end : float
        The end of the prior on that side.
    gain : Estimate
        Risk of `better` less that of `other` there.
    """

    better: str
    other: str
    factor: str
    quantile: float
    low: float
    high: float
    end: float
    gain: Estimate

    @property
    def clear(self) -> bool:
        """Whether the risks change places beyond sampling, at that end of the prior."""
        return self.gain.low > 0

    @property
    def shift(self) -> float:
        """Distance from the middle of the prior, 0 to 0.5."""
        return abs(self.quantile - 0.5)


@dataclass(frozen=True, slots=True)
class Near:
    """One factor that cannot take the lowest risk from the recommended option, but comes near it.

    Attributes
    ----------
    other, factor : str
    quantile : float
        The end of the prior that comes nearest.
    left : float
        What is left there of the lead over the other option; below zero where it is lost, but not beyond sampling.
    share : float
        That as a share of the risk there: a risk that is low anyway leaves little of any lead.
    """

    other: str
    factor: str
    quantile: float
    left: float
    share: float


class Tipping(NamedTuple):
    """What a change of mind about one factor would do.

    Attributes
    ----------
    tips : tuple of Tip
        At most one a pair and factor; those beyond sampling first, the smallest shift first.
    near : tuple of Near
        Of the factors that do not tip the option with the lowest risk beyond sampling; the smallest share first.
    """

    tips: tuple[Tip, ...]
    near: tuple[Near, ...]


def tips(found: YearsFindings, options: Sequence[str] = ()) -> Tipping:
    """The factors that can flip the recommendation of one option before another, and those that nearly do.

    Parameters
    ----------
    found : YearsFindings
    options : sequence of str
        The options to look at, every pair that can be told apart; `leading` unless given.

    Returns
    -------
    Tipping
    """
    pipeline = found.jackknife.whole
    chosen = sorted(options or leading(found), key=found.order.index)
    pairs = apart(found, chosen)
    chosen = [x for x in chosen if any(x in pair for pair in pairs)]
    wars: dict[str, dict[str, Any]] = {}
    near: list[Near] = []
    for factor in _factors(pipeline):
        ends = _wars(pipeline, chosen, factor, (QUANTILES[0], QUANTILES[-1]))
        near += _near(ends, [x for x in pairs if x[0] == found.order[0]], factor)
        if _can_tip(ends, pairs):
            wars[factor] = _wars(pipeline, chosen, factor, QUANTILES)
    parts = found.jackknife.without(wars) if wars else []
    told: list[Tip] = []
    for factor, by_option in wars.items():
        for pair in pairs:
            tip = _tip(parts, pair, factor, by_option[pair[0]] - by_option[pair[1]])
            told += [tip] if tip else []
    flipping = {tip.factor for tip in told if tip.better == found.order[0] and tip.clear}
    kept = sorted((x for x in near if x.factor not in flipping), key=lambda x: x.share)
    return Tipping(tuple(sorted(told, key=lambda tip: (not tip.clear, tip.shift))), tuple(kept))


def _near(ends: Mapping[str, Any], pairs: Sequence[tuple[str, str]], factor: str) -> list[Near]:
    """Over all rivals and both ends of the prior, where the lead is the smallest share; none without rivals."""
    gaps: list[Near] = []
    for best, other in pairs:
        for end in (0, -1):
            left = float(ends[other][end] - ends[best][end])
            gaps.append(Near(other, factor, QUANTILES[end], left, left / float(ends[other][end])))
    return [min(gaps, key=lambda x: x.share)] if gaps else []


def apart(found: YearsFindings, options: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs whose risks can be told apart, the lower first: of others there is no recommendation to change."""
    jackknife = found.jackknife

    def war(option: str) -> Callable[[Pipeline], Any]:
        return lambda pipeline: ahead_of(pipeline, ALL, option).war

    ordered = sorted(options, key=found.order.index)
    return [x for x in combinations(ordered, 2) if jackknife.difference(war(x[1]), war(x[0])).low > 0]


def leading(found: YearsFindings) -> tuple[str, ...]:
    """The options with the lowest risks, those that either school has first, and the one that stands at the start."""
    first = (*found.order[:LEADING], *(x.option for x in found.safest.values()), found.jackknife.whole.reference)
    return tuple(sorted(set(first), key=found.order.index))


def _factors(pipeline: Pipeline) -> list[str]:
    """Everything uncertain but `UNSEEN`."""
    return [x.name for x in pipeline.work.superset.factors if x.varies and x.input not in UNSEEN]


def _wars(
    pipeline: Pipeline, options: Sequence[str], factor: str, quantiles: Sequence[float]
) -> dict[str, Float64[np.ndarray, " quantile"]]:
    """The mean risk of war of each option, the factor at each quantile."""
    return {x: np.array([at(pipeline, x, factor, q).war.mean() for q in quantiles]) for x in options}


def at(pipeline: Pipeline, option: str, factor: str, quantile: float) -> Ahead:
    """The years under an option with one factor at a quantile of its prior."""
    return pipeline.ahead(option, *pipeline.fixed(option, {factor: quantile}))


def _can_tip(ends: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether at either end of the prior any pair stands the other way round."""
    return any(ends[lower][end] > ends[higher][end] for lower, higher in pairs for end in (0, -1))


def _tip(
    parts: Sequence[Pipeline], pair: tuple[str, str], factor: str, gap: Float64[np.ndarray, " quantile"]
) -> Tip | None:
    """The tipping value of one pair, the lower risk first, from the difference at every quantile.

    None where the risks do not change places.
    """
    where = 0.5 if gap[len(QUANTILES) // 2] > 0 else crossing(gap)
    if math.isnan(where):
        return None
    end = QUANTILES[0] if where < 0.5 or gap[0] > gap[-1] else QUANTILES[-1]
    around = _around(where)
    left: list[float] = []
    gains: list[float] = []
    for part in parts:
        below, above, gain = (
            float(at(part, pair[0], factor, q).war.mean() - at(part, pair[1], factor, q).war.mean())
            for q in (*around, end)
        )
        slope = (above - below) / (around[1] - around[0])
        left.append(float(np.clip(around[0] - below / slope, 0.0, 1.0)) if slope else where)
        gains.append(gain)
    gained = estimate(float(gap[QUANTILES.index(end)]), gains)
    found = estimate(where, left)
    return Tip(*pair, factor, where, max(found.low, 0.0), min(found.high, 1.0), end, gained)


def _around(where: float) -> tuple[float, float]:
    """The two of `QUANTILES` on either side."""
    place = int(np.clip(np.searchsorted(QUANTILES, where), 1, len(QUANTILES) - 1))
    return QUANTILES[place - 1], QUANTILES[place]


def crossing(gap: Float64[np.ndarray, " quantile"]) -> float:
    """The quantile nearest to one half at which a difference changes its sign, by straight lines; NaN where none does.

    Examples
    --------
    >>> round(crossing(np.array(QUANTILES) - 0.63), 6)
    0.63
    """
    q = np.asarray(QUANTILES)
    middle = len(q) // 2
    sides = (zip(q[middle:], gap[middle:], strict=True), zip(q[middle::-1], gap[middle::-1], strict=True))
    found = [where for side in sides if not math.isnan(where := _first_zero([(float(x), float(y)) for x, y in side]))]
    return min(found, key=lambda x: abs(x - 0.5), default=math.nan)


def _first_zero(points: Sequence[tuple[float, float]]) -> float:
    """Where a broken line through some points is first zero; NaN where it is not."""
    for (here, value), (there, after) in pairwise(points):
        if value == 0:
            return here
        if value * after < 0:
            return here + (there - here) * value / (value - after)
    return points[-1][0] if points[-1][1] == 0 else math.nan


def in_campaigns(pipeline: Pipeline, tip: Tip) -> bool:
    """Whether a factor acts in campaigns, and not only in the rivalry or the choice."""
    inputs = {x.name: x.input for x in pipeline.work.superset.factors}
    return inputs[tip.factor] in CAMPAIGN


@dataclass(frozen=True, slots=True)
class Checked:
    """A tipping value put to fresh campaigns.

    Attributes
    ----------
    tip : Tip
    quantile : float
        At which they were fought.
    gap : Estimate
        Risk of the option that was better less that of the other: above zero where the flip holds.
    """

    tip: Tip
    quantile: float
    gap: Estimate

    @property
    def holds(self) -> bool:
        """Whether the other option has the lower risk there."""
        return self.gap.value > 0

    @property
    def sure(self) -> bool:
        """Whether that is beyond sampling."""
        return self.gap.clear_of_zero
