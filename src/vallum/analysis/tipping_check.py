"""Tipping values put to the test: fresh campaigns, other luck, the factor fixed beyond the value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from vallum.analysis.arms import plans_of
from vallum.analysis.jackknife import Jackknife
from vallum.analysis.tipping import Checked, Tip, beyond
from vallum.analysis.years import with_years
from vallum.case import Case
from vallum.study.designs import Design
from vallum.study.fought import fresh
from vallum.study.pipeline import Pipeline

MOST = 5  # tipping values that are checked
FUTURES = 512


def check_tips(case: Case, told: Sequence[Tip], design: Design) -> tuple[Checked, ...]:
    """Fight the campaigns of both options anew with the factor of each of the first tips fixed.

    Parameters
    ----------
    case : Case
        As the analyst wrote it.
    told : sequence of Tip
        The smallest shift first; the first `MOST` of different factors are checked.
    design : Design
        Of the study that they come from; the seed is another here, and the futures at most `FUTURES`.

    Returns
    -------
    tuple of Checked
    """
    found: list[Checked] = []
    cases: dict[tuple[str, ...], Case] = {}
    other = replace(design, futures=min(design.futures, FUTURES), seed=design.seed + 1)
    for tip in different(told)[:MOST]:
        options = tuple(dict.fromkeys((case.question.reference, tip.better, tip.other)))
        quantile = beyond(tip)
        if options not in cases:
            cases[options] = with_years(case, options)
        runs = fresh(cases[options], other, {tip.factor: quantile})
        jackknife = Jackknife(runs, (tip.better, tip.other), plans_of(case), case.question.reference)
        better, second = (_war(option) for option in (tip.better, tip.other))
        found.append(Checked(tip, quantile, jackknife.difference(better, second)))
    return tuple(found)


def _war(option: str) -> Callable[[Pipeline], Any]:
    return lambda pipeline: pipeline.ahead(option).war


def different(told: Sequence[Tip]) -> list[Tip]:
    """The first tip of every factor."""
    seen: dict[str, Tip] = {}
    for tip in told:
        seen.setdefault(tip.factor, tip)
    return list(seen.values())
