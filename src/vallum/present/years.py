"""What is said of the years after: a table, and sentences, as marked text (`vallum.present.marked`)."""

from __future__ import annotations

from collections.abc import Iterator

from vallum.analysis.book import Book
from vallum.analysis.campaign import CampaignFindings
from vallum.analysis.tipping import Checked, Tip, in_campaigns
from vallum.analysis.tipping_check import different
from vallum.analysis.years_ahead import ALL, DETERRENCE, SPIRAL, Safest, war_id, years_id
from vallum.analysis.years_told import YearsTold, tip_id
from vallum.present.marked import Grid
from vallum.present.naming import listed

TOLD = 3  # inputs that most easily change the recommendation
SCHOOL_NAMES = {DETERRENCE: "the deterrence school", SPIRAL: "the spiral school"}


def years_grid(found: CampaignFindings, told: YearsTold) -> Grid:
    """The risk of war under both schools, and what goes with it, by option."""
    record = "years.crises" in found.book
    head = (
        "option",
        "P(war) in\n[[years.last]] years",
        "<<95 %>> interval",
        "deterrence\nschool",
        "spiral\nschool",
        *(("given the\nrecord",) if record else ()),
        "defenders\nlost",
        "incidents",
        "crisis becomes\nattack: now",
        "then",
        "then, no\ntripwire",
        "answer,\nbrigades",
        "tension",
        "beyond\nrecord",
    )
    rows = tuple(tuple(_row(option, record)) for option in told.found.order)
    note = (
        "Lowest risk first; [[years.campaigns]] campaigns in [[years.futures]] futures. A crisis becomes an attack by "
        "what the challenger expects of its best plan, over all it does not know. Deterrence school: a build-up is not "
        "answered or feared, and offers change nothing. Spiral school: it is answered in full and feared, and offers "
        "are taken up. Neither is the default. "
    )
    if record:
        note += (
            "Given the record: futures weighed by the chance that they give to [[years.crises]] crises that became no "
            "war (on average [[years.record]]): how high the risk is, is a judgement; which option is lower, less so. "
        )
    note += (
        "Defenders lost: in a war, times its chance. Incidents are low-level disputes, kept apart from war. Tension "
        "<<1>> is that of the tense times on record; beyond record: share of futures with more in some year."
    )
    return Grid("The years after: does the posture keep the peace?", head, rows, note)


def _row(option: str, record: bool) -> Iterator[str]:
    yield f"<<{option}>>"
    yield f"[[{war_id(option, ALL)}]]"
    yield f"[[{war_id(option, ALL)}|ends]]"
    for part in (DETERRENCE, SPIRAL):
        yield f"[[{war_id(option, part)}]]"
    if record:
        yield f"[[{years_id(option, 'war-record')}]]"
    measures = ("losses", "incidents", "attack-now", "attack-then", "attack-bare", "answer", "tension", "beyond")
    yield from (f"[[{years_id(option, what)}]]" for what in measures)


def years_peace(found: CampaignFindings, told: YearsTold) -> Iterator[str]:
    """Which option has the lowest risk, with the priors and under both schools."""
    book = found.book
    yield f"With the case's priors {_lowest(book, told.found.safest[ALL])}."
    for school, name in SCHOOL_NAMES.items():
        yield f"As {name} has it, {_lowest(book, told.found.safest[school])}."
    schools = {told.found.safest[school].option for school in SCHOOL_NAMES}
    if len(schools) > 1:
        yield (
            "The two schools recommend different options. Which of them is right about the answer to a build-up, the "
            "fear of it and the worth of offers is not decided by any campaign: it is what a reader has to believe."
        )
    costed = [x for x in told.found.order if f"cost.{x}" in book]
    if costed:
        yield f"[[years]] years of <<{costed[0]}>> cost [[cost.{costed[0]}]] ([[cost.{costed[0]}|ends]])."
    reference = told.found.jackknife.whole.reference
    yield (
        f"What presence adds to resolve is shown beside: under <<{reference}>> a crisis in the last year becomes an "
        f"attack with [[{years_id(reference, 'attack-then')}]], without that addition with "
        f"[[{years_id(reference, 'attack-bare')}]]."
    )


def years_bottom(told: YearsTold) -> str:
    """What can be said of the years in one sentence."""
    safest = told.found.safest
    parts = [
        f"<<{safest[x].option}>> ([[{war_id(safest[x].option, x)}]]) as {SCHOOL_NAMES[x]} has it" for x in SCHOOL_NAMES
    ]
    first = safest[ALL].option
    return (
        f"Over [[years.last]] years the risk of war is lowest with <<{first}>> ([[{war_id(first, ALL)}]]) under the "
        f"case's priors, with {' and with '.join(parts)}."
    )


def _lowest(book: Book, safest: Safest) -> str:
    id = war_id(safest.option, safest.part)
    text = f"<<{safest.option}>> has the lowest risk of war within [[years.last]] years, [[{id}]] ([[{id}|ends]])"
    if not safest.rivals:
        return f"{text}, lower than every other option"
    return f"{text}; {listed([f'<<{x}>>' for x in safest.rivals])} cannot be told apart from it"


def years_tipping(found: CampaignFindings, told: YearsTold) -> Iterator[str]:
    """The inputs that most easily change the recommendation, and what fresh campaigns say of them."""
    best = told.found.order[0]
    mine = different([tip for tip in told.tips if tip.better == best])
    looked = listed([f"<<{x}>>" for x in told.looked_at])
    yield (
        f"Looked at: every pair of {looked} that can be told apart, each uncertain input alone, at quantiles of its "
        "prior, in everybody's eyes; <<50 %>> is the middle."
    )
    if not mine:
        yield f"No single input, anywhere in its prior, takes the lowest risk from <<{best}>>."
    for tip in mine[:TOLD]:
        yield _tip(told, tip, f"Another option than <<{best}>>")
    if 0 < len(mine) < TOLD:
        yield f"No other single input, anywhere in its prior, takes the lowest risk from <<{best}>>."
    others = [tip for tip in different(told.tips) if tip not in mine]
    for tip in others[:TOLD]:
        yield _tip(told, tip, "Between the others")
    for x in told.checked:
        yield f"Fresh campaigns, other luck, <<{_words(x.tip.factor)}>> at [[{tip_id(x.tip, 'tip-at')}]]: {_check(x)}."


def _tip(told: YearsTold, tip: Tip, first: str) -> str:
    where = "campaigns" if in_campaigns(told.found.jackknife.whole, tip) else "rivalry and choice"
    return (
        f"{first}: <<{tip.other}>> instead of <<{tip.better}>> where <<{_words(tip.factor)}>> is at or beyond the "
        f"[[{tip_id(tip)}]] quantile of its prior ([[{tip_id(tip)}|ends]]; {where})."
    )


def _check(checked: Checked) -> str:
    tip, gap = checked.tip, f"[[{tip_id(checked.tip, 'tip-check')}|points]]"
    ends = f"[[{tip_id(checked.tip, 'tip-check')}|points-ends]]"
    told = f"the risk of <<{tip.better}>> less that of <<{tip.other}>> is {gap} points ({ends})"
    if not checked.sure:
        return f"{told}, which leaves it open"
    return f"{told}, which {'confirms' if checked.holds else 'contradicts'} it"


def years_sure(found: CampaignFindings, told: YearsTold) -> Iterator[str]:
    """Errors of the years: when the runs double, and unstable futures."""
    options = told.found.order
    most = max(options, key=lambda x: found.book[years_id(x, "doubling")].value)
    yield (
        f"The years rest on [[years.campaigns]] campaigns. From half of the runs to all, the mean chance of an attack "
        f"moves by at most [[{years_id(most, 'doubling')}]] (<<{most}>>); intervals are of the jackknife, what the "
        "challenger expects fitted anew each time."
    )
    wild = max(options, key=lambda x: found.book[years_id(x, "unstable")].value)
    yield f"Action and reaction do not die out in [[{years_id(wild, 'unstable')}]] of futures at most (<<{wild}>>)."


def _words(factor: str) -> str:
    return factor.replace("_", " ").replace("[", " [")
