"""What is said of counter-offensives: a table and sentences, as marked text (`vallum.present.marked`)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from vallum.analysis.arms import Arm
from vallum.analysis.campaign import TRUSTED, CampaignFindings, cell
from vallum.analysis.campaign_runs import ALL
from vallum.analysis.retaking import retaking_id
from vallum.models.theatre.campaign_declaration import DENIED_BY
from vallum.present.marked import Grid
from vallum.present.naming import DOUBTED, plan_name, row_name


def retaking_grid(found: CampaignFindings) -> Grid:
    """For each plan how often what is taken is retaken, how often it is kept, and what retaking costs."""
    plans = found.runs.plans
    head = [
        text
        for plan in plans
        for text in (
            f"<<{plan_name(found, plan)}>>:\nretaken, if taken",
            "taken\nand kept",
            "alliance's\nlosses",
        )
    ]
    rows = tuple(tuple(_row(found, option)) for option in found.runs.options)
    note = (
        f"Retaken by day [[retaken-by]], of campaigns in which the aim is taken by day [[day-{DENIED_BY[-1]}]], the "
        "alliance fighting; taken and kept, of all. A counter-offensive begins once enough brigades are free, not "
        "before the last day of the clock; losses are means of those that begin, beside those of the campaign. "
        f"{DOUBTED}: more than [[trusted]] of them are outside the evidence."
    )
    return Grid("Is what is taken retaken?", ("option", *head), rows, note)


def _row(found: CampaignFindings, option: str) -> Iterator[str]:
    yield row_name(found, option)
    for plan in found.runs.plans:
        arm = Arm(option, plan)
        if math.isnan(found.book[retaking_id(arm, "share")].value):
            yield from ("not taken", f"[[{retaking_id(arm, 'kept')}]]", "")
            continue
        doubt = DOUBTED if found.book[retaking_id(arm, "outside")].value > TRUSTED else ""
        yield f"[[{retaking_id(arm, 'share')}]]{doubt}"
        yield f"[[{retaking_id(arm, 'kept')}]]"
        begun = not math.isnan(found.book[retaking_id(arm, "losses")].value)
        yield f"[[{retaking_id(arm, 'losses')}]]" if begun else "none begins"


def retaking_lines(found: CampaignFindings) -> Iterator[str]:
    """A sentence a plan on the reference, and what these numbers rest on."""
    reference = found.runs.case.question.reference
    for plan in found.runs.plans:
        yield f"<<{plan_name(found, plan)}>>, <<{reference}>>: {_told(found, Arm(reference, plan))}."
    yield from _least(found, found.runs.plans[0])
    yield (
        "Denial and retaking are different ends. Whether a state that was overrun would be fought for, and what an "
        "occupier does meanwhile, this model does not say."
    )


def _told(found: CampaignFindings, arm: Arm) -> str:
    """What comes of a plan against one option."""
    value = {what: found.book[retaking_id(arm, what)].value for what in ("share", "begins", "day")}
    mark = {what: f"[[{retaking_id(arm, what)}]]" for what in ("share", "begins", "day", "losses", "outside", "kept")}
    if math.isnan(value["share"]):
        return "the aim is never taken"
    half = f", in half of these by day {mark['day']}" if math.isfinite(value["day"]) else ""
    text = (
        f"once taken, the objective is retaken by day [[retaken-by]] in {mark['share']} "
        f"([[{retaking_id(arm, 'share')}|ends]]){half}; in {mark['begins']} a counter-offensive begins at all"
    )
    if value["begins"] > 0:
        text += (
            f", which costs the alliance {mark['losses']} more soldiers on average and leaves the evidence in "
            f"{mark['outside']}"
        )
    return f"{text}. Taken and kept: {mark['kept']} of all futures"


def _least(found: CampaignFindings, plan: str) -> Iterator[str]:
    """The option with which a plan's aim is least often taken and kept, where that is within the evidence."""
    least = min(found.runs.comparable, key=lambda x: found.book[retaking_id(Arm(x, plan), "kept")].value)
    arm, name = Arm(least, plan), f"<<{plan_name(found, plan)}>>"
    doubts = found.book[cell(arm, ALL, "outside")].value, found.book[retaking_id(arm, "outside")].value
    if max(x for x in (*doubts, 0.0) if not math.isnan(x)) > TRUSTED:
        yield f"{name}: no verdict on which option keeps it best in the end; too many runs leave the evidence."
    else:
        yield f"{name} is least often taken and kept with <<{least}>>, [[{retaking_id(arm, 'kept')}]]."
