"""The counter-offensive in the plain coding of the campaign (`campaign_twin`; equations in `counteroffensive`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vallum.keys import entity_key
from vallum.models.theatre.campaign_declaration import RETAKEN_BY
from vallum.models.theatre.twin_axes import EVENTS, Axis, Fighting
from vallum.models.theatre.twin_law import Today
from vallum.models.theatre.twin_stage import STEPS, Event, Given, Stage

if TYPE_CHECKING:
    from vallum.models.contract import Draws

MOST_EVENTS = EVENTS * STEPS * RETAKEN_BY  # as many as an axis may have in as many days of the campaign itself


class Counter(NamedTuple):
    """What came of a counter-offensive: its day, that of its success, losses of both, and what happened."""

    day: float = math.inf
    retaken: float = math.inf
    lost: float = 0.0
    occupier_lost: float = 0.0
    outside: bool = False
    events: tuple[Event, ...] = ()


class Later(NamedTuple):
    """Some that moved and have nobody to fight: from which day on they are free, in brigades and in soldiers."""

    day: float
    brigades: float
    soldiers: float


def beginning(left: Axis, later: Sequence[Later], needed: float, first: float) -> tuple[float, float]:
    """Day on which enough brigades are free, not before `first`, and soldiers free then; infinite if never."""
    brigades, soldiers = left.brigades, sum(left.defenders)
    waiting = sorted((max(x.day, first), x.brigades, x.soldiers) for x in later if math.isfinite(x.day))
    day = first
    while True:
        while waiting and waiting[0][0] <= day:
            _, more, men = waiting.pop(0)
            brigades, soldiers = brigades + more, soldiers + men
        if brigades >= needed:
            return day, soldiers
        if not waiting:
            return math.inf, soldiers
        day = waiting[0][0]


def fought(stage: Stage, given: Given, draws: Draws, lost: Axis, start: tuple[float, float], air: float) -> Counter:
    """Attack the last segment of a lost axis, with the sides swapped, until it is passed or day 180 is over.

    Parameters
    ----------
    stage, given, draws
        Those of the campaign.
    lost : Axis
        As the campaign left it.
    start : (float, float)
        The day, and the alliance's soldiers.
    air : float
        The air superiority of who attacks now.
    """
    (day, soldiers), last, occupier = start, lost.chain[-1], lost.attackers
    numbers = {"attackers": soldiers, "defenders": occupier}
    why = "enough brigades are free"
    events = [Event(day, "counter-offensive begins", lost.id, last.id, why, numbers)]
    swapped = {"quality_edge": -given("quality_edge"), "supply_reach": math.inf, "supply_limit": math.inf}
    fighting = Fighting(stage, Given({**given.inputs, **swapped}), draws, events)
    prepared = 1 + min((day - lost.taken[-1]) / given("fortify_days"), 1.0)
    segment = last._replace(key=entity_key(f"{last.id} retaken"), node="", start=0.0, preparation=prepared)
    axis = Axis(
        lost.id,
        lost.sector,
        [segment],
        lost.opposed,
        now=day,
        attackers=soldiers,
        committed=soldiers,
        brigades=occupier / max(given("extra_personnel"), 1.0),
        defenders=[occupier, 0.0, 0.0],
        defended=[occupier, 0.0, 0.0],
        taken=[math.inf],
    )
    today = Today(0.0, air, -given("quality_edge"))
    for _ in range(MOST_EVENTS):
        if axis.segment is None or axis.now >= RETAKEN_BY:
            break
        fighting.one(axis, axis.segment, today, RETAKEN_BY)
    retaken, outside = axis.taken[0], any(fighting.outside.values())
    if math.isfinite(retaken):
        events.append(Event(retaken, "aim retaken", lost.id, last.id, "its last segment is passed"))
    return Counter(day, retaken, axis.attackers_lost, sum(axis.defenders_lost), outside, tuple(events))
