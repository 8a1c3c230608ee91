"""Tipping values put to the test: fresh campaigns, other luck, the factor at the end of its prior on that side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from vallum.analysis.arms import plans_of
from vallum.analysis.jackknife import Jackknife
from vallum.analysis.tipping import Checked, Tip
from vallum.analysis.years import with_years
from vallum.case import Case
from vallum.study.designs import Design
from vallum.study.fought import fresh
from vallum.study.pipeline import Pipeline

MOST = 5  # tipping values that are checked


def check_tips(case: Case, told: Sequence[Tip], design: Design, first: str = "") -> tuple[Checked, ...]:
    """Fight the campaigns of both options anew with the factor of each of the first tips fixed.

    Parameters
    ----------
    case : Case
        As the analyst wrote it.
    told : sequence of Tip
        The smallest shift first; the first `MOST` are checked.
    design : Design
        Of the study that they come from; the seed is another here.
    first : str
        The recommended option: what tips it is checked before what tips others.

    Returns
    -------
    tuple of Checked
    """
    found: list[Checked] = []
    cases: dict[tuple[str, ...], Case] = {}
    other = replace(design, seed=design.seed + 1)
    mine = [tip for tip in told if tip.better == first]
    for tip in (different(mine) + different([x for x in told if x not in mine]))[:MOST]:
        options = tuple(dict.fromkeys((case.question.reference, tip.better, tip.other)))
        if options not in cases:
            cases[options] = with_years(case, options)
        runs = fresh(cases[options], other, {tip.factor: tip.end})
        jackknife = Jackknife(runs, (tip.better, tip.other), plans_of(case), case.question.reference)
        better, second = (_war(option) for option in (tip.better, tip.other))
        found.append(Checked(tip, tip.end, jackknife.difference(better, second)))
    return tuple(found)


def _war(option: str) -> Callable[[Pipeline], Any]:
    return lambda pipeline: pipeline.ahead(option).war


def different(told: Sequence[Tip]) -> list[Tip]:
    """The first tip of every factor."""
    seen: dict[str, Tip] = {}
    for tip in told:
        seen.setdefault(tip.factor, tip)
    return list(seen.values())
