"""What is said of counter-offensives: a table and sentences, as marked text (`vallum.present.marked`)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from vallum.analysis.arms import Arm
from vallum.analysis.campaign import TRUSTED, CampaignFindings
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
    """A sentence a plan on the reference, and one on what this rests on."""
    reference = found.runs.case.question.reference
    for plan in found.runs.plans:
        arm, name = Arm(reference, plan), f"<<{plan_name(found, plan)}>>, <<{reference}>>"

        def of(what: str, style: str = "", arm: Arm = arm) -> str:
            return f"[[{retaking_id(arm, what)}{'|' * bool(style)}{style}]]"

        if math.isnan(found.book[retaking_id(arm, "share")].value):
            yield f"{name}: the aim is never taken."
            continue
        share = f"{of('share')} ({of('share', 'ends')})"
        text = f"{name}: once taken, the objective is retaken by day [[retaken-by]] in {share}"
        if math.isfinite(found.book[retaking_id(arm, "day")].value):
            text += f", in half of these by day {of('day')}"
        text += f"; in {of('begins')} a counter-offensive begins at all"
        if found.book[retaking_id(arm, "begins")].value > 0:
            text += f", which costs the alliance {of('losses')} more soldiers on average"
        yield f"{text}. Taken and kept: {of('kept')} of all futures."
    least = min(found.runs.comparable, key=lambda x: found.book[_kept(x, found.runs.plans[0])].value)
    yield (
        f"Denial and retaking are different ends: <<{plan_name(found, found.runs.plans[0])}>> is least often taken and "
        f"kept with <<{least}>>, [[{_kept(least, found.runs.plans[0])}]]. Whether a state that was overrun would be "
        "fought for, and what an occupier does meanwhile, this model does not say."
    )


def _kept(option: str, plan: str) -> str:
    return retaking_id(Arm(option, plan), "kept")
