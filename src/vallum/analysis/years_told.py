"""Everything that is told of the years after: risks, tipping values with their checks, and the flip map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vallum.analysis.book import Book
from vallum.analysis.campaign import slug
from vallum.analysis.estimates import Estimate
from vallum.analysis.tipping import Checked, Near, Tip, leading, tips
from vallum.analysis.tipping_check import check_tips
from vallum.analysis.years_ahead import YearsFindings, enter_years
from vallum.analysis.years_burden import Burden, enter_burden
from vallum.case import Case

if TYPE_CHECKING:
    from jaxtyping import Float64

    from vallum.study.study import Study

ANSWERED = ("parity", "tension_gain", "tension_war_effect")  # what makes a build-up costly in risk
ANSWERS = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98)
NEAR = 3  # factors that are told although they do not tip
DENIALS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, eq=False)
class FlipMap:
    """The risk of war over how strongly a build-up is answered and how much denial impresses.

    Attributes
    ----------
    options : tuple of str
    answers : array (answer,)
        Quantile at which all of `ANSWERED` stand together.
    denials : array (denial,)
        By what the difference that options make to campaigns is multiplied.
    war : array (option, denial, answer)
    """

    options: tuple[str, ...]
    answers: Float64[np.ndarray, " answer"]
    denials: Float64[np.ndarray, " denial"]
    war: Float64[np.ndarray, "option denial answer"]


@dataclass(frozen=True, eq=False)
class YearsTold:
    """What is told of the years after.

    Attributes
    ----------
    found : YearsFindings
    tips : tuple of Tip
        The smallest shift first.
    near : tuple of Near
        What comes nearest to tipping the option with the lowest risk.
    checked : tuple of Checked
        The first of the tips, put to fresh campaigns.
    looked_at : tuple of str
        Options of which every pair was looked at.
    flips : FlipMap
    burden : Burden or None
    """

    found: YearsFindings
    tips: tuple[Tip, ...]
    near: tuple[Near, ...]
    checked: tuple[Checked, ...]
    looked_at: tuple[str, ...]
    flips: FlipMap
    burden: Burden | None


def tip_id(tip: Tip, what: str = "tip") -> str:
    """The id of a tipping value, or of its check."""
    return f"{what}.{tip.better}-{tip.other}/{slug(tip.factor)}"


def near_id(near: Near, what: str = "near") -> str:
    """The id of what is left of a lead where a factor comes nearest to tipping."""
    return f"{what}.{near.other}/{slug(near.factor)}"


def tell_years(book: Book, case: Case, study: Study) -> YearsTold:
    """Work out everything that is told of the years after, and enter it into the book.

    Raises
    ------
    AnalysisError
        If the study was made of another case.
    StudyError
        If it is unfinished or has explicit futures.
    """
    found = enter_years(book, case, study)
    told, near = tips(found)
    near = near[:NEAR]
    checked = check_tips(case, told, found.jackknife.whole.work.settings.design, found.order[0])
    for tip in told:
        about = f"quantile of {tip.factor} at which {tip.better} and {tip.other} have the same risk of war"
        book.add(tip_id(tip), Estimate(tip.quantile, np.nan, tip.low, tip.high), "share", about)
    for x in checked:
        about = f"P(war) of {x.tip.better} less that of {x.tip.other}, fresh campaigns, {x.tip.factor} at that end"
        book.add(tip_id(x.tip, "tip-check"), x.gap, "share", about)
        about = f"quantile of {x.tip.factor} at which those campaigns were fought"
        book.add(tip_id(x.tip, "tip-at"), x.quantile, "share", about)
    for x in near:
        about = f"P(war) of {x.other} less that of {found.order[0]}, {x.factor} at its {100 * x.quantile:g} % quantile"
        book.add(near_id(x), x.left, "share", about)
        about = f"quantile of {x.factor} at which that is so"
        book.add(near_id(x, "near-at"), x.quantile, "share", about)
    return YearsTold(found, told, near, checked, leading(found), flip_map(found), enter_burden(book, case))


def flip_map(found: YearsFindings, answers: Sequence[float] = ANSWERS, denials: Sequence[float] = DENIALS) -> FlipMap:
    """The risk of war of every option over both."""
    pipeline = found.jackknife.whole
    varies = {x.name for x in pipeline.work.superset.factors if x.varies}
    war = np.empty((len(pipeline.options), len(denials), len(answers)))
    for row, option in enumerate(pipeline.options):
        for column, quantile in enumerate(answers):
            held = pipeline.fixed(option, {name: quantile for name in ANSWERED if name in varies})
            for line, denial in enumerate(denials):
                war[row, line, column] = pipeline.ahead(option, *held, denial).war.mean()
    return FlipMap(pipeline.options, np.array(answers), np.array(denials), war)
