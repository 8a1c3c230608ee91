"""What a campaign study says, in plain sentences: five questions answered, each number from the book.

Sentences are marked text (`vallum.present.marked`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vallum.analysis.arms import Arm
from vallum.analysis.campaign import (
    DAY,
    OUTSIDE,
    CampaignFindings,
    Flip,
    Leader,
    cell,
    chance_id,
    flip_id,
    hesitates_id,
)
from vallum.analysis.campaign_runs import ALL
from vallum.models.theatre.campaign_declaration import DENIED_BY
from vallum.present.laws import laws_change, laws_sure
from vallum.present.naming import listed, option_name, plan_name
from vallum.present.retaking import retaking_lines
from vallum.present.years import years_bottom, years_cost, years_peace, years_sure, years_tipping

NOBODY = 0.05  # an aim that the best option denies less often is denied by nobody
TOLD_FLIPS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A question and its answer.

    Attributes
    ----------
    question : str
    lines : tuple of str
        Marked text, a paragraph each.
    """

    question: str
    lines: tuple[str, ...]


def answers(found: CampaignFindings) -> tuple[Finding, ...]:
    """The findings in the order in which they are told."""
    return (
        Finding("Which option denies which aim best?", tuple(_best(found))),
        *_peace(found),
        Finding("How sure is that?", tuple(_sure(found))),
        Finding("What does it cost?", tuple(_cost(found))),
        Finding("What would change the ranking?", tuple(_change(found))),
        *_tipping(found),
        Finding("Where is the model outside its evidence?", tuple(_outside(found))),
        Finding("What would the attacker choose, and what would be worst for the defender?", tuple(_attacker(found))),
        Finding("Would help come too late?", tuple(_late(found))),
        Finding("Is what is taken retaken?", tuple(retaking_lines(found))),
        Finding("What is not compared?", tuple(_left_out(found))),
    )


def _peace(found: CampaignFindings) -> Iterator[Finding]:
    if found.years:
        yield Finding("Which option keeps the peace?", tuple(years_peace(found, found.years)))


def _tipping(found: CampaignFindings) -> Iterator[Finding]:
    if found.years:
        question = "What would one have to believe to recommend another option for the peace?"
        yield Finding(question, tuple(years_tipping(found, found.years)))


def bottom_line(found: CampaignFindings) -> tuple[str, ...]:
    """What can be said of each plan in one sentence of marked text."""
    lines: list[str] = []
    for plan in found.runs.plans:
        name = f"<<{plan_name(found, plan)}>>"
        trusted = [x for x in found.runs.branches if found.leaders[plan, x].trusted]
        if found.leaders[plan, ALL].trusted:
            lines.append(f"{name}: {_verdict(found, found.leaders[plan, ALL])}.")
        elif trusted:
            told = [f"on the branch <<{x}>> {_verdict(found, found.leaders[plan, x])}" for x in trusted]
            lines.append(f"{name}: {'; '.join(told)}. On the others the model is outside its evidence.")
        else:
            lines.append(f"{name}: no verdict; the model is outside its evidence.")
    if found.years:
        lines.append(years_bottom(found, found.years))
    return tuple(lines)


def _of(option: str, plan: str, branch: str, what: str, style: str = "", on: bool = True) -> str:
    """The mark of a number of one arm."""
    return f"[[{cell(Arm(option, plan, on), branch, what)}{'|' * bool(style)}{style}]]"


def _named(options: Sequence[str]) -> str:
    return listed([f"<<{x}>>" for x in options])


def _denied(leader: Leader) -> str:
    share = _of(leader.option, leader.plan, leader.branch, f"denied-{DAY}")
    ends = _of(leader.option, leader.plan, leader.branch, f"denied-{DAY}", "ends")
    return f"{share} ({ends})"


def _verdict(found: CampaignFindings, leader: Leader) -> str:
    """What can be said of the options in part of the runs."""
    value = found.book[cell(Arm(leader.option, leader.plan), leader.branch, f"denied-{DAY}")].value
    if value < NOBODY:
        most = _of(leader.option, leader.plan, leader.branch, f"denied-{DAY}")
        return f"no option denies it in more than {most} of futures"
    if len(leader.rivals) == len(found.runs.comparable) - 1:
        return f"the options cannot be told apart; the most often is {_denied(leader)}"
    first = f"<<{leader.option}>> denies it in {_denied(leader)} of futures"
    if not leader.rivals:
        return f"{first}, more often than every other option"
    return f"{first}; {_named(leader.rivals)} cannot be told apart from it, every other option denies it less often"


def _withheld(leader: Leader) -> str:
    outside = _of(leader.option, leader.plan, leader.branch, "outside")
    return f"no verdict, because {outside} of the runs of the leading option <<{leader.option}>> leave the evidence"


def _best(found: CampaignFindings) -> Iterator[str]:
    yield (
        f"Denied means that no objective of the aim is reached and held for [[hold]] days by day [[day-{DAY}]], with "
        "the alliance fighting; in brackets the <<95 %>> interval of sampling. A verdict is given where at most "
        "[[trusted]] of the runs leave the evidence."
    )
    for plan in found.runs.plans:
        leader = found.leaders[plan, ALL]
        name = f"<<{plan_name(found, plan)}>>"
        if leader.trusted:
            yield f"{name}: {_verdict(found, leader)} (<<{option_name(found, leader.option)}>>)."
        elif not found.runs.branches:
            yield f"{name}: {_withheld(leader)}."
        else:
            yield f"{name}: over all branches of the advance together, {_withheld(leader)}."
        for branch in found.runs.branches:
            mine = found.leaders[plan, branch]
            words = _verdict(found, mine) if mine.trusted else _withheld(mine)
            yield f"{name}, on the branch <<{branch}>>: {words}."


def _sure(found: CampaignFindings) -> Iterator[str]:
    for plan in found.runs.plans:
        best = found.leaders[plan, ALL].option
        share, ends = (_of(best, plan, ALL, f"denied-{DAY}", style) for style in ("", "ends"))
        over = _of(best, plan, ALL, f"denied-{DAY}-range", "ends")
        off = _of(best, plan, ALL, f"denied-{DAY}", on=False)
        yield (
            f"<<{plan_name(found, plan)}>>, <<{best}>>: {share} with a sampling interval of {ends}; over values and "
            f"thirds of the uncertain inputs, one at a time, it ranges from {over}. If no ally fought but those who "
            f"stand there, it would be {off}."
        )
    yield from laws_sure(found)
    if found.years:
        yield from years_sure(found, found.years)
    yield (
        "More futures narrow the sampling interval and leave the range over inputs as it is. Neither says whether the "
        "model is right; what it gets right and wrong of past wars stands in the README."
    )


def _cost(found: CampaignFindings) -> Iterator[str]:
    said = False
    for plan in found.runs.plans:
        leader, frugal = found.leaders[plan, ALL], found.frugal[plan]
        if f"cost.{leader.option}" not in found.book:
            continue
        said = True
        text = (
            f"<<{plan_name(found, plan)}>>: [[years]] years of <<{leader.option}>> cost [[cost.{leader.option}]] "
            f"([[cost.{leader.option}|ends]])"
        )
        if frugal != leader.option:
            text += (
                f"; <<{frugal}>>, which cannot be told apart from it, costs [[cost.{frugal}]] ([[cost.{frugal}|ends]]) "
                f"and denies the aim in {_of(frugal, plan, ALL, f'denied-{DAY}')}"
            )
        yield text + "."
    if found.years:
        yield from years_cost(found, found.years)
    if said:
        yield "What a cost covers, and on whose word, says each option's note (<<vallum evidence>>)."
    else:
        yield "The case states no costs."


def _change(found: CampaignFindings) -> Iterator[str]:
    for plan in found.runs.plans:
        leader, flips, name = found.leaders[plan, ALL], found.flips[plan], f"<<{plan_name(found, plan)}>>"
        if not flips:
            yield (
                f"{name}: no single value and no third of any uncertain input puts another option before "
                f"<<{leader.option}>> beyond sampling."
            )
        for flip in flips[:TOLD_FLIPS]:
            yield f"{name}: {_flip(flip, leader)}."
        alone = found.alone[plan]
        if alone.option != leader.option and leader.option not in alone.rivals:
            id = cell(Arm(alone.option, plan, False), ALL, f"denied-{DAY}")
            yield f"{name}: without the alliance <<{alone.option}>> leads, with [[{id}]]."
    yield from laws_change(found)
    if not found.runs.branches:
        return
    for plan in found.runs.plans:
        heads = {branch: found.leaders[plan, branch] for branch in found.runs.branches}
        clear = {x.option for x in heads.values() if x.trusted and len(x.rivals) < len(found.runs.comparable) - 1}
        if len(clear) > 1:
            name = f"<<{plan_name(found, plan)}>>"
            yield f"{name}: the leader depends on the branch of the advance: {_named(sorted(clear))}."


def _flip(flip: Flip, leader: Leader) -> str:
    id = flip_id(flip)
    where = f"where <<{words(flip.level.input)}>> is <<{flip.level.level}>>"
    return (
        f"{where}, <<{flip.option}>> is before <<{leader.option}>> by [[{id}|points]] points ([[{id}|points-ends]], "
        "before any allowance for having looked at every input)"
    )


def words(input: str) -> str:
    """An input's name for a reader."""
    return input.replace("_", " ").replace("[", " [")


def _outside(found: CampaignFindings) -> Iterator[str]:
    for plan in found.runs.plans:
        best = found.leaders[plan, ALL].option
        text = f"<<{plan_name(found, plan)}>>, <<{best}>>: {_of(best, plan, ALL, 'outside')} of runs"
        shares = [f"{_of(best, plan, branch, 'outside')} on the branch <<{branch}>>" for branch in found.runs.branches]
        if shares:
            text += f" ({listed(shares)})"
        reasons = sorted(OUTSIDE, key=lambda x: -found.book[cell(Arm(best, plan), ALL, x)].value)
        told = [f"{OUTSIDE[x]} in {_of(best, plan, ALL, x)}" for x in reasons[:2]]
        yield f"{text}: {listed(told)}."


def _attacker(found: CampaignFindings) -> Iterator[str]:
    last = DENIED_BY[-1]
    for expects in (True, False):
        by_plan: dict[str, list[str]] = {}
        for choice in found.choices:
            if choice.expects == expects:
                by_plan.setdefault(choice.plan, []).append(choice.option)
        belief = "that the alliance will fight" if expects else "that nobody will come to help"
        for plan, options in by_plan.items():
            chances = sorted(options, key=lambda x: found.book[chance_id(x, plan, expects)].value)
            low, high = (f"[[{chance_id(x, plan, expects)}]]" for x in (chances[0], chances[-1]))
            who = "every option" if len(options) == len(found.runs.options) else _named(options)
            yield (
                f"If it expects {belief}, the plan with the best chance against {who} is "
                f"<<{plan_name(found, plan)}>>: {low} (<<{chances[0]}>>) to {high} (<<{chances[-1]}>>) by day "
                f"[[day-{last}]]."
            )
    yield from _hesitates(found)
    by_worst: dict[str, list[str]] = {}
    for option, plan in found.worst.items():
        by_worst.setdefault(plan, []).append(option)
    for plan, options in by_worst.items():
        who = "every option" if len(options) == len(found.runs.options) else _named(options)
        reference = found.runs.case.question.reference
        losses = _of(reference, plan, ALL, "defender-losses"), _of(reference, plan, ALL, "tripwire-losses")
        yield (
            f"Most soldiers of the defenders fall under <<{plan_name(found, plan)}>> with {who}: {losses[0]} on "
            f"average with <<{reference}>>, of them {losses[1]} of allies who stood there when the attack came."
        )


def _hesitates(found: CampaignFindings) -> Iterator[str]:
    """How often the attacker is not sure enough of any plan."""
    told: list[str] = []
    for expects in (True, False):
        shares = sorted(found.runs.options, key=lambda x: found.book[hesitates_id(x, expects)].value)
        low, high = (f"[[{hesitates_id(x, expects)}]] (<<{x}>>)" for x in (shares[0], shares[-1]))
        told.append(
            f"{low} to {high} of futures if it expects {'the alliance to fight' if expects else 'nobody to come'}"
        )
    yield (
        f"It takes no plan whose chance is below what it asks for, by the case [[confidence]] ([[confidence|ends]]): "
        f"none is good enough in {told[0]}, and in {told[1]}."
    )
    if not found.years:
        yield "What a prize is worth to it, and what it expects to pay afterwards, is not weighed here."


def _late(found: CampaignFindings) -> Iterator[str]:
    if "accompli-most" not in found.book:
        yield "Not tried in this study."
        return
    last = DENIED_BY[-1]
    for plan in found.runs.plans:
        best, reference = found.leaders[plan, ALL].option, found.runs.case.question.reference
        told = [
            f"[[accompli.{Arm(x, plan).id}]] ([[accompli.{Arm(x, plan).id}|ends]]) with <<{x}>>, and in "
            f"[[hopeless.{Arm(x, plan).id}]] no number tried would have denied it"
            for x in dict.fromkeys((reference, best))
        ]
        yield (
            f"<<{plan_name(found, plan)}>>: the aim is taken by day [[day-{last}]] before as many brigades have closed "
            f"as would have denied it, had they stood there from the start, in {'; in '.join(told)}."
        )
    yield "Each future was fought again with up to [[accompli-most]] more brigades in place on every attacked axis."


def _left_out(found: CampaignFindings) -> Iterator[str]:
    for option in found.runs.case.options:
        if option.not_comparable:
            why = option.not_comparable
            where = "the years after are told apart" if found.years else "the case has no years after"
            yield f"<<{option.id}>>, <<{option.title}>>: not comparable by its campaign, {where}; {why}."
    reference, last = found.runs.case.question.reference, DENIED_BY[-1]
    plan = next(x.plan for x in found.choices if x.option == reference and x.expects)
    escalated, calm, all_of_them = (
        _of(reference, plan, ALL, x) for x in ("escalated", "denied-without-escalation", f"denied-{last}")
    )
    yield (
        f"Escalation is a chance that the case gives, without any physics. <<{plan_name(found, plan)}>>, "
        f"<<{reference}>>: it comes in {escalated} of campaigns; denied by day [[day-{last}]] are {calm} of the "
        f"others, {all_of_them} of all."
    )
