"""What is said of the years after: a table, and sentences, as marked text (`vallum.present.marked`)."""

from __future__ import annotations

from collections.abc import Iterator

from vallum.analysis.book import Book
from vallum.analysis.campaign import TRUSTED, CampaignFindings
from vallum.analysis.tipping import Checked, Tip, in_campaigns
from vallum.analysis.tipping_check import different
from vallum.analysis.years_ahead import ALL, DETERRENCE, SPIRAL, Safest, usual_plan, war_id, years_id
from vallum.analysis.years_burden import RULES, Burden, burden_id
from vallum.analysis.years_told import YearsTold, near_id, tip_id
from vallum.present.marked import Grid
from vallum.present.naming import DOUBTED, listed, plan_name

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
        "outside\nevidence",
        "defenders\nlost",
        "incidents",
        "crisis becomes\nattack: now",
        "then",
        "then, no\ntripwire",
        "answer,\nbrigades",
        "beyond\nrecord",
    )
    rows = tuple(tuple(_row(found.book, option, record)) for option in told.found.order)
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
        f"{DOUBTED}: more than [[trusted]] of the campaigns of the plan that the challenger would choose are outside "
        "the evidence. Defenders lost: in a war, times its chance. Incidents are low-level disputes, no wars. Beyond "
        "record: share of futures with more tension in some year than in the tense times on record."
    )
    return Grid("The years after: does the posture keep the peace?", head, rows, note)


def _row(book: Book, option: str, record: bool) -> Iterator[str]:
    doubt = DOUBTED if book[years_id(option, "outside")].value > TRUSTED else ""
    yield f"<<{option}>>"
    yield f"[[{war_id(option, ALL)}]]{doubt}"
    yield f"[[{war_id(option, ALL)}|ends]]"
    for part in (DETERRENCE, SPIRAL):
        yield f"[[{war_id(option, part)}]]{doubt}"
    if record:
        yield f"[[{years_id(option, 'war-record')}]]"
    yield f"[[{years_id(option, 'outside')}]]"
    measures = ("losses", "incidents", "attack-now", "attack-then", "attack-bare", "answer", "beyond")
    yield from (f"[[{years_id(option, what)}]]" for what in measures)


def burden_grid(burden: Burden) -> Grid:
    """Who would pay which part of an option by three rules, and who is short of the guideline."""
    head = ("ally", "ability\nto pay", "joint\nproduct", "public\ngood", "short of\n[[burden.guideline]]")
    rows = tuple(
        (f"<<{nation}>>", *(f"[[{burden_id(nation, what)}]]" for what in (*RULES, "gap"))) for nation in burden.nations
    )
    values = "; ".join(f"<<{option}>> [[pv.{option}]] ([[pv.{option}|ends]])" for option in burden.costed)
    note = (
        "Parts of the cost of any option; what an ally is short of is a year's. Present value of [[years.last]] years, "
        f"with the option that each comes on top of: {values}."
    )
    return Grid("Who would pay?", head, rows, note)


def years_cost(found: CampaignFindings, told: YearsTold) -> Iterator[str]:
    """Present value and burden of the options that are safest with the priors and to either school."""
    burden = told.burden
    if burden is None:
        return
    largest = burden.nations[0]
    shown = [x for x in dict.fromkeys(x.option for x in told.found.safest.values()) if x in burden.costed]
    for option in shown:
        yield (
            f"[[years.last]] years of <<{option}>> are worth [[pv.{option}]] today ([[pv.{option}|ends]]); of that "
            f"<<{largest}>> would pay [[{burden_id(largest, 'ability')}]] by its GDP, "
            f"[[{burden_id(largest, 'joint')}]] if defence also serves each ally itself, and "
            f"[[{burden_id(largest, 'public')}]] if it serves all alike."
        )
    gaps = {x: found.book[burden_id(x, "gap")].value for x in burden.nations}
    short = sorted((x for x in gaps if gaps[x] > 0), key=lambda x: -gaps[x])
    if short:
        yield (
            f"[[burden.guideline]] of GDP is not spent by {listed([f'<<{x}>>' for x in short])}; most money lacks in "
            f"<<{short[0]}>>, [[{burden_id(short[0], 'gap')}]] a year."
        )


def years_peace(found: CampaignFindings, told: YearsTold) -> Iterator[str]:
    """Which option has the lowest risk, with the priors and under both schools."""
    book = found.book
    yield f"With the case's priors {_lowest(book, told.found.safest[ALL])}."
    for school, name in SCHOOL_NAMES.items():
        yield f"As {name} has it, {_lowest(book, told.found.safest[school])}."
    yield from _grounds(found, told)
    schools = {told.found.safest[school].option for school in SCHOOL_NAMES}
    if len(schools) > 1:
        yield (
            "The two schools recommend different options. Which of them is right about the answer to a build-up, the "
            "fear of it and the worth of offers is not decided by any campaign: it is what a reader has to believe."
        )
    reference = told.found.jackknife.whole.reference
    yield (
        f"What presence adds to resolve is shown beside: under <<{reference}>> a crisis in the last year becomes an "
        f"attack with [[{years_id(reference, 'attack-then')}]], without that addition with "
        f"[[{years_id(reference, 'attack-bare')}]]."
    )


def _grounds(found: CampaignFindings, told: YearsTold) -> Iterator[str]:
    """Which plan the challenger would choose, and how far campaigns under it leave the evidence."""
    pipeline, book = told.found.jackknife.whole, found.book
    plans = {option: usual_plan(pipeline, option) for option in told.found.order}
    for plan in dict.fromkeys(plans.values()):
        options = [x for x in plans if plans[x] == plan]
        outside = sorted(options, key=lambda x: book[years_id(x, "outside")].value)
        who = "every option" if len(options) == len(plans) else listed([f"<<{x}>>" for x in options])
        text = (
            f"Against {who} the plan of most worth to the challenger is <<{plan_name(found, plan)}>>; "
            f"[[{years_id(outside[0], 'outside')}]] to [[{years_id(outside[-1], 'outside')}]] of its campaigns leave "
            "the evidence"
        )
        doubted = book[years_id(outside[-1], "outside")].value > TRUSTED
        yield text + (", more than [[trusted]]: what is said of the risk of war is no verdict." if doubted else ".")


def years_bottom(found: CampaignFindings, told: YearsTold) -> str:
    """What can be said of the years in one sentence."""
    outside = max(told.found.order, key=lambda x: found.book[years_id(x, "outside")].value)
    doubt = (
        f" No verdict: up to [[{years_id(outside, 'outside')}]] of the campaigns behind this leave the evidence."
        if found.book[years_id(outside, "outside")].value > TRUSTED
        else ""
    )
    safest = told.found.safest
    parts = [
        f"<<{safest[x].option}>> ([[{war_id(safest[x].option, x)}]]) as {SCHOOL_NAMES[x]} has it" for x in SCHOOL_NAMES
    ]
    first = safest[ALL].option
    return (
        f"Over [[years.last]] years the risk of war is lowest with <<{first}>> ([[{war_id(first, ALL)}]]) under the "
        f"case's priors, with {' and with '.join(parts)}.{doubt}"
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
    clear = [tip for tip in told.tips if tip.clear]
    mine = different([tip for tip in clear if tip.better == best])
    looked = listed([f"<<{x}>>" for x in told.looked_at])
    yield (
        f"Looked at: every pair of {looked} that can be told apart, each uncertain input alone, at quantiles of its "
        "prior, in everybody's eyes; <<50 %>> is the middle."
    )
    for tip in mine[:TOLD]:
        yield _tip(told, tip, f"Another option than <<{best}>>")
    if len(mine) < TOLD and told.near:
        nearest = [
            f"<<{_words(x.factor)}>> at its [[{near_id(x, 'near-at')}]] quantile, where <<{x.other}>> less it is "
            f"[[{near_id(x)}|points]] points{'' if x.left > 0 else ' but not beyond sampling'}"
            for x in told.near[: TOLD - len(mine)]
        ]
        others = "other " * bool(mine)
        yield f"No {others}single input does so beyond sampling; nearest come: {'; '.join(nearest)}."
    others = [tip for tip in different([tip for tip in clear if tip.better != best]) if tip not in mine]
    for tip in others[:TOLD]:
        yield _tip(told, tip, "Between the others")
    for x in told.checked:
        at = f"[[{tip_id(x.tip, 'tip-at')}]]"
        yield f"Fresh campaigns, other luck, <<{_words(x.tip.factor)}>> at its {at} quantile: {_check(x)}."


def _tip(told: YearsTold, tip: Tip, first: str) -> str:
    side = "below" if tip.quantile < 0.5 else "above"
    where = "campaigns" if in_campaigns(told.found.jackknife.whole, tip) else "rivalry and choice"
    return (
        f"{first}: <<{tip.other}>> instead of <<{tip.better}>> where <<{_words(tip.factor)}>> is at or {side} the "
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
    wrong = max(options, key=lambda x: found.book[years_id(x, "attack-error")].value)
    error = f"[[{years_id(wrong, 'attack-error')}]]"
    yield f"The standard error of the chance of an attack is at most {error} (<<{wrong}>>)."
    wild = max(options, key=lambda x: found.book[years_id(x, "unstable")].value)
    yield f"Action and reaction do not die out in [[{years_id(wild, 'unstable')}]] of futures at most (<<{wild}>>)."


def _words(factor: str) -> str:
    return factor.replace("_", " ").replace("[", " [")
