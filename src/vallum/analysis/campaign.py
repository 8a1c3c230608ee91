"""What a campaign study says: which option denies which aim, how surely, at what cost, and how far to trust it.

Every number goes into a `Book` under an id that names option, plan, arm and branch of the advance
(`P4.capital.on/all/denied-30`). Nothing is pooled silently: plans, arms and branches stand apart, and
"all" pools the branches with the weights of the case. A verdict, that is a statement on which option
does best, is withheld where more than a quarter of the runs leave the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from vallum.analysis.arms import OFF, ON, Arm
from vallum.analysis.book import Book
from vallum.analysis.campaign_runs import ALL, CampaignRuns, Level
from vallum.analysis.estimates import LEVEL, Estimate
from vallum.analysis.retaking import enter_retaking
from vallum.case import Option
from vallum.models.theatre.campaign_declaration import DENIED_BY

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

    from vallum.analysis.rival_laws import LawLeader
    from vallum.analysis.years_told import YearsTold

DAY = 30  # of the days that are reported, the one that options are ranked by
TRUSTED = 0.25  # no verdict where a larger share of runs is outside the evidence
YEARS = 10  # over which costs are added up
REACHED = (0.1, 0.25, 0.5)  # shares of futures whose day of fall is told
LOSSES: Mapping[str, str] = {
    "attacker_losses": "the attacker's losses",
    "defender_losses": "the defenders' losses",
    "host_losses": "losses of host nations",
    "tripwire_losses": "losses of allies who stood there when the attack came",
    "helper_losses": "losses of allies who came later",
}
OUTSIDE: Mapping[str, str] = {
    "density": "fewer defenders to the km than the record has",
    "force_ratio": "a force ratio beyond the record's",
    "advance": "an advance faster than any kept up on record",
    "losses": "losses a day beyond the record's",
}
CONTACT = (3, 10, 30)
ERRORS = 0.05  # chance that any level is called different by sampling alone


@dataclass(frozen=True, slots=True)
class Leader:
    """The option that denies an aim most often in part of the runs.

    Attributes
    ----------
    plan, branch : str
        Branch is "all" for all together.
    option : str
    rivals : tuple of str
        Options that cannot be told apart from it: the 95 % interval of the difference includes zero.
    trusted : bool
        Whether at most a quarter of its runs is outside the evidence.
    """

    plan: str
    branch: str
    option: str
    rivals: tuple[str, ...]
    trusted: bool


@dataclass(frozen=True, slots=True)
class Flip:
    """A part of the futures in which another option leads, beyond sampling.

    Attributes
    ----------
    plan : str
    level : Level
    option : str
    gain : Estimate
        Of P(denied) over the option that leads in all futures.
    """

    plan: str
    level: Level
    option: str
    gain: Estimate


@dataclass(frozen=True, slots=True)
class Choice:
    """What the attacker would do against an option.

    Attributes
    ----------
    option : str
    expects : bool
        Whether it expects the alliance to fight.
    plan : str
        The one it would succeed with most often.
    """

    option: str
    expects: bool
    plan: str


@dataclass(frozen=True)
class CampaignFindings:
    """Everything that is told of a campaign study.

    Attributes
    ----------
    runs : CampaignRuns
    book : Book
        Every number.
    leaders : mapping of (plan, branch) to Leader
        With the alliance fighting; options that can be compared.
    alone : mapping of plan to Leader
        The same without the alliance, all branches together.
    flips : mapping of plan to tuple of Flip
        The largest first.
    choices : tuple of Choice
    worst : mapping of option to plan
        The plan that costs the defenders most soldiers, with the alliance fighting.
    frugal : mapping of plan to option
        The cheapest of those that cannot be told apart from the leader.
    laws : tuple of LawLeader
        Of the case's own law of battle and of others, where they were tried (`rival_laws`).
    years : YearsTold or None
        What the years after say, where the case has any (`years_told`).
    """

    runs: CampaignRuns
    book: Book
    leaders: Mapping[tuple[str, str], Leader]
    alone: Mapping[str, Leader]
    flips: Mapping[str, tuple[Flip, ...]]
    choices: tuple[Choice, ...]
    worst: Mapping[str, str]
    frugal: Mapping[str, str]
    laws: tuple[LawLeader, ...] = ()
    years: YearsTold | None = None


def slug(name: str) -> str:
    """A name as part of an id.

    Examples
    --------
    >>> slug("as RAND's games imply")
    'as-rand-s-games-imply'
    """
    return "-".join("".join(x if x.isalnum() else " " for x in name.lower()).split())


def cell(arm: Arm, branch: str, what: str) -> str:
    """The id of a number of one arm and branch."""
    return f"{arm.id}/{slug(branch)}/{what}"


def findings(runs: CampaignRuns) -> CampaignFindings:
    """Work out everything that is told of a campaign study.

    Parameters
    ----------
    runs : CampaignRuns

    Returns
    -------
    CampaignFindings

    Raises
    ------
    AnalysisError
        If the case and its study do not fit (from `CampaignRuns`).
    """
    book = Book()
    book.add("runs", float(runs.study.attributes["runs"]), "count", "campaigns in the study")
    book.add("failures", float(runs.study.attributes["failures"]), "count", "campaigns that failed and do not count")
    book.add("futures", runs.futures, "count", "futures, the same for every option, plan and arm")
    for day in DENIED_BY:
        book.add(f"day-{day}", day, "day", "day by which denial is counted")
    book.add("years", YEARS, "count", "years over which costs are added up")
    book.add("hold", float(runs.case.inputs["hold_days"].marginal.median()), "count", "days to hold what is taken")
    book.add("trusted", TRUSTED, "share", "share of runs outside the evidence above which no verdict is given")
    parts = {ALL: np.ones(runs.futures, bool), **runs.branches}
    for branch, inside in runs.branches.items():
        book.add(f"weight/{slug(branch)}", float(inside.mean()), "share", f"share of futures of the branch {branch}")
    for arm in runs.arms:
        for branch, inside in parts.items():
            _enter(book, runs, arm, branch, inside)
    _enter_ranges(book, runs)
    enter_retaking(book, runs)
    _enter_costs(book, runs)
    _enter_confidence(book, runs)
    leaders = {
        (plan, branch): _leader(book, runs, plan, branch, parts[branch]) for plan in runs.plans for branch in parts
    }
    return CampaignFindings(
        runs=runs,
        book=book,
        leaders=leaders,
        alone={plan: _leader(book, runs, plan, ALL, parts[ALL], on=False) for plan in runs.plans},
        flips={plan: _flips(book, runs, leaders[plan, ALL]) for plan in runs.plans},
        choices=tuple(_choice(book, runs, option, on) for option in runs.options for on in (True, False)),
        worst={option: _worst(book, runs, option) for option in runs.options},
        frugal={plan: _frugal(book, leaders[plan, ALL]) for plan in runs.plans},
    )


def _enter(book: Book, runs: CampaignRuns, arm: Arm, branch: str, inside: Bool[np.ndarray, " future"]) -> None:
    """Every number of one option under one plan, arm and branch."""

    def add(what: str, value: Any, form: Any, about: str, ends: tuple[float, float] | None = None) -> None:
        book.add(cell(arm, branch, what), value, form, about, ends=ends)

    for day in DENIED_BY:
        add(f"denied-{day}", runs.average(f"denied_by_day_{day}", arm, inside), "share", f"P(aim denied by day {day})")
    add("outside", runs.average("outside_evidence", arm, inside), "share", "share of runs outside the evidence")
    for name, words in OUTSIDE.items():
        add(name, runs.average(f"outside_{name}", arm, inside), "share", f"share of runs with {words}")
    good = runs.good(arm) & inside[:, None]
    taken = runs.outcome("aim_taken_day", arm)[good].astype(np.float64)
    for share in REACHED:
        day = float(np.quantile(taken, share, method="inverted_cdf")) if len(taken) else math.nan
        id = f"taken-day-{100 * share:.0f}"
        add(
            id,
            day,
            "day",
            f"day by which {100 * share:.0f} % of campaigns have taken the aim; infinite if not by the last",
        )
    for day in CONTACT:
        found = runs.average(f"in_contact_day_{day}", arm, inside)
        add(f"contact-{day}", found, "brigades", f"brigades in contact on day {day}, mean")
    fallen = np.isfinite(taken)
    closed = runs.outcome("closed_when_taken", arm)[good].astype(np.float64)[fallen]
    if fallen.any():
        low, middle, high = (float(x) for x in np.quantile(closed, [0.05, 0.5, 0.95]))
        add("closed", middle, "brigades", "brigades closed when the aim was taken, median of such runs", (low, high))
    for name, words in LOSSES.items():
        lost = runs.outcome(name, arm)[good].astype(np.float64)
        if len(lost):
            low, high = (float(x) for x in np.quantile(lost, [0.05, 0.95]))
            add(name.replace("_", "-"), lost.mean(), "people", f"{words}, mean; 5 to 95 % of runs", (low, high))
    escalated = np.isfinite(runs.outcome("escalation_day", arm))
    add(
        "escalated",
        float(escalated[good].mean()) if good.any() else math.nan,
        "share",
        "share of campaigns that escalate",
    )
    calm = good & ~escalated
    last = runs.outcome(f"denied_by_day_{DENIED_BY[-1]}", arm)
    add(
        "denied-without-escalation",
        float(last[calm].mean()) if calm.any() else math.nan,
        "share",
        f"P(aim denied by day {DENIED_BY[-1]}) in campaigns that do not escalate",
    )


def _denials(runs: CampaignRuns, arm: Arm, day: int) -> Float64[np.ndarray, "future 2"]:
    """Denials and good runs of each future."""
    good = runs.good(arm)
    both: Any = np.stack([runs.outcome(f"denied_by_day_{day}", arm) & good, good])
    return both.sum(axis=2, dtype=np.float64).T


def _enter_ranges(book: Book, runs: CampaignRuns) -> None:
    """The range of P(denied) over the levels of inputs that move it more than sampling can."""
    for arm in runs.arms:
        for day in DENIED_BY:
            low, high = _range(runs, arm, day)
            book.add(
                cell(arm, ALL, f"denied-{day}-range"),
                book[cell(arm, ALL, f"denied-{day}")].value,
                "share",
                f"P(aim denied by day {day}); range over values and thirds of the uncertain inputs that stand out",
                ends=(low, high),
            )


def _range(runs: CampaignRuns, arm: Arm, day: int) -> tuple[float, float]:
    counts = _denials(runs, arm, day)
    whole, count = counts.sum(axis=0)
    if not count:
        return math.nan, math.nan
    inside = runs.inside @ counts
    others = np.array([whole, count]) - inside
    share = _ratio(inside)
    pooled = whole / count
    error = np.sqrt(pooled * (1 - pooled) * (1 / np.maximum(inside[:, 1], 1) + 1 / np.maximum(others[:, 1], 1)))
    clear = np.abs(share - _ratio(others)) > stats.norm.isf(ERRORS / 2 / max(len(share), 1)) * error
    kept = [*share[clear & (inside[:, 1] > 0) & (others[:, 1] > 0)], pooled]
    return float(min(kept)), float(max(kept))


def _ratio(sums: Float64[np.ndarray, "level 2"]) -> Float64[np.ndarray, " level"]:
    return sums[:, 0] / np.maximum(sums[:, 1], 1)


def _enter_costs(book: Book, runs: CampaignRuns) -> None:
    """Ten years of what an option costs a year, and what it costs once, with those of the option it comes on top of."""
    options = {option.id: option for option in runs.case.options}
    for option in options.values():
        beside = options.get(option.cost_beside)
        spent = [ten_years(x) for x in (option, beside) if x is not None]
        known = [x for x in spent if x is not None]
        if len(known) < len(spent) or len({currency for _, currency in known}) > 1:
            continue
        best, low, high = (sum(x) for x in zip(*(amounts for amounts, _ in known), strict=True))
        about = f"cost of {YEARS} years, with what is spent once" + (f", beside {beside.id}" if beside else "")
        book.add(f"cost.{option.id}", best, "money", about, ends=(low, high), unit=known[0][1])


def ten_years(option: Option) -> tuple[tuple[float, float, float], str] | None:
    """Best, low and high of what an option's own cost adds up to, and the currency; None where it states none."""
    yearly, once = option.cost, option.upfront
    if yearly is None or not yearly.unit.endswith("/year") or (once and yearly.unit != f"{once.unit}/year"):
        return None
    a_year, at_once = (yearly.best, *yearly.range), (once.best, *once.range) if once else (0.0, 0.0, 0.0)
    best, low, high = (YEARS * a + b for a, b in zip(a_year, at_once, strict=True))
    return (best, low, high), yearly.unit.removesuffix("/year")


def _leader(
    book: Book, runs: CampaignRuns, plan: str, branch: str, inside: Bool[np.ndarray, " future"], on: bool = True
) -> Leader:
    def over(best: Arm, arm: Arm) -> str:
        id = f"lead.{plan}/{slug(branch)}/{ON if on else OFF}/{best.option}-over-{arm.option}"
        about = f"P(denied by day {DAY}) of {best.option} less that of {arm.option}, same futures"
        return book.add(id, runs.gain(f"denied_by_day_{DAY}", best, arm, inside), "share", about)

    arms = [Arm(option, plan, on) for option in runs.comparable]
    best, rivals = foremost(book, arms, lambda arm: cell(arm, branch, f"denied-{DAY}"), over)
    trusted = book[cell(best, branch, "outside")].value <= TRUSTED
    return Leader(plan, branch, best.option, rivals, trusted)


def foremost(
    book: Book, arms: Sequence[Arm], share: Callable[[Arm], str], over: Callable[[Arm, Arm], str]
) -> tuple[Arm, tuple[str, ...]]:
    """The arm with the largest share, and the options that cannot be told apart from it.

    Parameters
    ----------
    book : Book
    arms : sequence of Arm
    share : (arm) -> id
        Of the share in the book.
    over : (best, arm) -> id
        Enters by how much one arm is before another, and gives the id.
    """
    best = max(arms, key=lambda arm: book[share(arm)].value)
    leads = {arm.option: book[over(best, arm)] for arm in arms if arm != best}
    return best, tuple(option for option, lead in leads.items() if not lead.low > 0)


def _flips(book: Book, runs: CampaignRuns, leader: Leader) -> tuple[Flip, ...]:
    """Levels of inputs in which another option leads beyond sampling, the largest lead first."""
    if not runs.levels:
        return ()
    name, base = f"denied_by_day_{DAY}", Arm(leader.option, leader.plan)
    others = [Arm(option, leader.plan) for option in runs.comparable if option != leader.option]
    shares = {arm: _ratio(runs.inside @ _denials(runs, arm, DAY)) for arm in (*others, base)}
    doubt = (1 - LEVEL) / max(len(runs.levels) * len(others), 1)
    found: list[Flip] = []
    for place, level in enumerate(runs.levels):
        arm = max(others, key=lambda x: shares[x][place], default=base)
        if shares[arm][place] <= shares[base][place]:
            continue
        gain = runs.gain(name, arm, base, level.inside)
        if gain.value > stats.norm.isf(doubt / 2) * gain.standard_error:
            found.append(Flip(leader.plan, level, arm.option, gain))
    found.sort(key=lambda flip: -flip.gain.value)
    for flip in found:
        where = f"where {flip.level.input} is {flip.level.level}"
        about = f"P(denied by day {DAY}) of {flip.option} less that of {leader.option} {where}"
        book.add(flip_id(flip), flip.gain, "share", about)
    return tuple(found)


def flip_id(flip: Flip) -> str:
    """The id of the gain of a flip."""
    return f"flip.{flip.plan}/{slug(flip.level.input)}/{slug(flip.level.level)}"


def chance_id(option: str, plan: str, on: bool) -> str:
    """The id of the attacker's chance."""
    return f"chance.{Arm(option, plan, on).id}"


def _choice(book: Book, runs: CampaignRuns, option: str, on: bool) -> Choice:
    """The plan that succeeds most often over all that the attacker does not know, in one arm."""
    last = DENIED_BY[-1]
    for plan in runs.plans:
        held = book[cell(Arm(option, plan, on), ALL, f"denied-{last}")]
        chance = Estimate(1 - held.value, math.nan, 1 - held.high, 1 - held.low)
        book.add(chance_id(option, plan, on), chance, "share", f"the attacker's chance to take its aim by day {last}")
    plan = max(runs.plans, key=lambda x: book[chance_id(option, x, on)].value)
    asked, best = runs.confidence(Arm(option, plan, on)), book[chance_id(option, plan, on)].value
    about = "share of futures in which no plan's chance is what the attacker asks for"
    book.add(hesitates_id(option, on), float(np.mean(asked > best)), "share", about)
    return Choice(option, on, plan)


def hesitates_id(option: str, on: bool) -> str:
    """The id of the share of futures in which the attacker is not sure enough of any plan."""
    return f"hesitates.{option}.{ON if on else OFF}"


def _enter_confidence(book: Book, runs: CampaignRuns) -> None:
    """The chance of success that the attacker asks for: median, and the range of nine in ten futures."""
    asked = runs.confidence(Arm(runs.case.question.reference, runs.plans[0]))
    low, middle, high = (float(x) for x in np.quantile(asked, [0.05, 0.5, 0.95]))
    about = "chance of success that the attacker asks for, median; 5 to 95 % of futures"
    book.add("confidence", middle, "share", about, ends=(low, high))


def _worst(book: Book, runs: CampaignRuns, option: str) -> str:
    return max(runs.plans, key=lambda plan: book[cell(Arm(option, plan), ALL, "defender-losses")].value)


def _frugal(book: Book, leader: Leader) -> str:
    """The cheapest of the options that the leader cannot be told apart from; itself where costs are not known."""
    costed = [x for x in (leader.option, *leader.rivals) if f"cost.{x}" in book]
    return min(costed, key=lambda x: book[f"cost.{x}"].value, default=leader.option)
