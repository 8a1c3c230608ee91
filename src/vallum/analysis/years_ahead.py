"""What the years after say of every option: war risk, incidents, losses, under both schools, and how sure.

Every number goes into the book of the campaign's findings under `years.OPTION/...`. Two *schools* are named
regions of the one model (Jervis 1976, ch. 3, sets them side by side), the corners of what they disagree on
(`HELD`): *deterrence*, where a build-up is not answered, nobody fears it, and guarantees change nothing; and *spiral*,
where it is answered in full and feared, and what is offered is taken up. Each is told over all futures, with those
inputs at the 1st or 99th percentile of their priors. Neither is the default; pooled numbers are of the priors.

How high the risk is, as opposed to which option has the lowest, hangs on judgements. One record bears on it:
crises without a war. Weighing each future with the chance that it gives that record,
(1 - P(attack))^crises under the reference at the start, gives `war-record`: a check on the level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.arms import plans_of
from vallum.analysis.book import Book, Form
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.jackknife import Jackknife
from vallum.analysis.years import with_years, years_file
from vallum.case import Case
from vallum.study.fought import stored
from vallum.study.pipeline import ARMS, Ahead, Pipeline

if TYPE_CHECKING:
    from vallum.study.study import Study

ALL, DETERRENCE, SPIRAL = "all", "deterrence", "spiral"
SCHOOLS: Mapping[str, float] = {DETERRENCE: 0.01, SPIRAL: 0.99}
HELD = ("parity", "tension_gain", "tension_war_effect", "reciprocity", "guarantee", "reassurance")
"""What the schools disagree on: low for the one, high for the other."""


@dataclass(frozen=True, slots=True)
class Safest:
    """The option with the lowest risk of war.

    Attributes
    ----------
    part : str
        "all" for the priors, or a school.
    option : str
    rivals : tuple of str
        Options that cannot be told apart from it: the 95 % interval of the difference includes zero.
    """

    part: str
    option: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class YearsFindings:
    """What is told of the years after.

    Attributes
    ----------
    jackknife : Jackknife
        The pipeline, whole and with parts of the design left out.
    safest : mapping of str to Safest
        By part.
    order : tuple of str
        Options by their risk of war in all futures, the lowest first.
    last : int
        The last year.
    """

    jackknife: Jackknife
    safest: Mapping[str, Safest]
    order: tuple[str, ...]
    last: int


def years_id(option: str, what: str) -> str:
    """The id of a number of one option.

    Examples
    --------
    >>> years_id("P4", "war")
    'years.P4/war'
    """
    return f"years.{option}/{what}"


def war_id(option: str, part: str) -> str:
    """The id of the risk of war in part of the futures."""
    return years_id(option, "war" if part == ALL else f"war-{part}")


def enter_years(book: Book, case: Case, study: Study) -> YearsFindings:
    """Carry a study of the years on to the risk of war, and enter every number.

    Parameters
    ----------
    book : Book
    case : Case
        As the analyst wrote it, with a file of the years after.
    study : Study
        Of `with_years(case)`.

    Returns
    -------
    YearsFindings

    Raises
    ------
    AnalysisError
        If the study was made of another case.
    StudyError
        If it is unfinished or has explicit futures.
    """
    if study.attributes["case_digest"] != with_years(case).digest:
        raise AnalysisError(f"{study.folder} was made of another case than {case.name} as it is now; run it anew")
    runs = stored(study)
    options, plans, reference = [x.id for x in case.options], plans_of(case), case.question.reference
    jackknife = Jackknife(runs, options, plans, reference)
    last = years_file(case).last_year
    book.add("years.last", last, "count", "years that are looked ahead")
    book.add("years.campaigns", float(study.attributes["runs"]), "count", "campaigns fought in those years")
    book.add("years.futures", jackknife.futures, "count", "futures of the years, the same for every option")
    half = Pipeline(runs, options, plans, reference, part=runs.scramble % 2 == 0, effects=())
    for option in options:
        _enter_option(book, jackknife, option, last)
        _enter_doubling(book, jackknife, option, half)
    _enter_record(book, case, jackknife)
    safest = {part: _safest(book, jackknife, part) for part in (ALL, *SCHOOLS)}
    order = tuple(sorted(options, key=lambda x: book[war_id(x, ALL)].value))
    return YearsFindings(jackknife, safest, order, last)


def ahead_of(pipeline: Pipeline, part: str, option: str) -> Ahead:
    """The years under an option, with the priors or as a school has it; computed once."""
    if (part, option) not in pipeline.kept:
        varies = {x.name for x in pipeline.work.superset.factors if x.varies}
        held = {name: SCHOOLS[part] for name in HELD if name in varies} if part != ALL else {}
        pipeline.kept[part, option] = pipeline.ahead(option, *pipeline.fixed(option, held))
    return pipeline.kept[part, option]


def _enter_option(book: Book, jackknife: Jackknife, option: str, last: int) -> None:
    """Everything about one option."""
    years = f"within {last} years"
    for part in (ALL, *SCHOOLS):
        about = f"P(war {years})" + ("" if part == ALL else f", where all is as the {part} school has it")
        book.add(war_id(option, part), jackknife.mean(_of(part, option, _war)), "share", about)
    for what, (form, values, about) in MEASURES.items():
        book.add(years_id(option, what), jackknife.mean(_of(ALL, option, values)), form, about)
    whole, plan = jackknife.whole, usual_plan(jackknife.whole, option)
    chosen = ahead_of(whole, ALL, option).plan == whole.plans.index(plan)
    about = f"share of futures and years in which the plan of most worth is {plan}"
    book.add(years_id(option, "plan"), float(chosen.mean()), "share", about)
    about = f"share of campaigns under {plan}, the alliance fighting, outside the evidence"
    book.add(years_id(option, "outside"), whole.outside[option, plan, ARMS[1]], "share", about)
    attack = jackknife.mean(_of(ALL, option, lambda x: x.attack.mean(axis=1)))
    about = "standard error of the chance that a crisis becomes an attack, mean of all years"
    book.add(years_id(option, "attack-error"), attack.standard_error, "share", about)


def usual_plan(pipeline: Pipeline, option: str) -> str:
    """The plan that is of most worth to the challenger most often."""
    counts = np.bincount(ahead_of(pipeline, ALL, option).plan.ravel(), minlength=len(pipeline.plans))
    return pipeline.plans[int(np.argmax(counts))]


def _of(part: str, option: str, values: Callable[[Ahead], Any]) -> Callable[[Pipeline], Any]:
    """What a pipeline gives of one option."""
    return lambda pipeline: values(ahead_of(pipeline, part, option))


def _war(found: Ahead) -> Any:
    return found.war


MEASURES: Mapping[str, tuple[Form, Callable[[Ahead], Any], str]] = {
    "incidents": ("number", lambda x: x.incidents, "low-level incidents to be expected by the last year"),
    "losses": (
        "people",
        lambda x: x.losses,
        "defenders lost in a war by the last year, counter-offensive included, times its chance",
    ),
    "attack-now": ("share", lambda x: x.attack[:, 0], "chance that a crisis becomes an attack, at the start"),
    "attack-then": ("share", lambda x: x.attack[:, -1], "chance that a crisis becomes an attack, in the last year"),
    "attack-bare": (
        "share",
        lambda x: x.attack_without_tripwire[:, -1],
        "chance that a crisis becomes an attack, in the last year, if presence added nothing to resolve",
    ),
    "success": ("share", lambda x: x.success[:, -1], "what the challenger expects of its best plan, in the last year"),
    "answer": ("brigades", lambda x: x.answer[:, -1], "opponent's answer above the baseline, in the last year"),
    "forward": ("brigades", lambda x: x.forward[:, -1], "forward forces above the baseline, in the last year"),
    "tension": (
        "number",
        lambda x: x.tension[:, -1],
        "tension in the last year; 1 is that of the tense times on record",
    ),
    "beyond": ("share", lambda x: x.tension.max(axis=1) > 1, "share of futures with more tension than is on record"),
    "unstable": ("share", lambda x: ~x.stable, "share of futures in which action and reaction do not die out"),
}
"""By the last part of an id: form, values (future,), meaning."""


def _enter_doubling(book: Book, jackknife: Jackknife, option: str, half: Pipeline) -> None:
    """By how much the chance of an attack moves when the runs double."""
    whole, less = (ahead_of(x, ALL, option).attack.mean() for x in (jackknife.whole, half))
    moved = abs(float(whole - less))
    about = "by how much the mean chance of an attack moves from half of the runs to all"
    book.add(years_id(option, "doubling"), moved, "share", about)


def _safest(book: Book, jackknife: Jackknife, part: str) -> Safest:
    best = min(jackknife.options, key=lambda x: book[war_id(x, part)].value)
    rivals: list[str] = []
    for option in jackknife.options:
        if option == best:
            continue
        over = jackknife.difference(_of(part, option, _war), _of(part, best, _war))
        about = f"P(war) of {option} less that of {best}, same futures" + f", {part}" * (part != ALL)
        book.add(f"years.lead/{part}/{option}-over-{best}", over, "share", about)
        if not over.low > 0:
            rivals.append(option)
    return Safest(part, best, tuple(rivals))


def _enter_record(book: Book, case: Case, jackknife: Jackknife) -> None:
    """The risk of war, futures weighed by the chance that they give to crises that became no war."""
    crises = years_file(case).crises_without_war
    if not crises:
        return

    def likely(pipeline: Pipeline) -> Any:
        return (1 - ahead_of(pipeline, ALL, pipeline.reference).attack[:, 0]) ** crises

    book.add("years.crises", crises, "count", "crises on record that became no war")
    about = "chance that the futures of the case give to that record"
    book.add("years.record", jackknife.mean(likely), "share", about)
    for option in jackknife.options:
        about = "P(war), futures weighed by the chance that they give to the crises on record that became no war"
        weighed = jackknife.mean(_of(ALL, option, _war), likely)
        book.add(years_id(option, "war-record"), weighed, "share", about)
