"""A campaign in words: a line an event, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from vallum.analysis.explanation import Explanation

if TYPE_CHECKING:
    from vallum.models.theatre.campaign_twin import Event

NAMED = ("formations", "echelons", "nodes", "axes", "plans")


def told_lines(found: Explanation) -> Iterator[str]:
    """The story of a run, a line an event, then its outcomes; see `analysis.explanation.explain`."""
    names = _names(found)
    yield f"{found.case.title}: option {found.option}, future {found.future}, replicate {found.replicate}"
    yield ""
    for event in found.events:
        where = f"{names.get(event.axis, event.axis)}: " if event.axis else ""
        yield f"day {event.day:6.1f}  {where}{_sentence(event, names)}"
    yield ""
    yield from _outcomes(found)
    if found.different:
        listed = ", ".join(x.replace("_", " ") for x in found.different)
        yield f"Told in double precision; the study, in its own, has other values of: {listed}."
    else:
        yield "Every outcome told here is the one that the study stored."


def _names(found: Explanation) -> dict[str, str]:
    """Readable names by id, of every table that has them; a segment is the way to the place at its end."""
    names: dict[str, str] = {}
    for table in NAMED:
        rows = found.case.tables[table]
        names |= {id: str(name) for id, name in zip(rows.ids, rows.columns["name"], strict=True)}
    segments = found.case.tables["segments"]
    ends = zip(segments.ids, segments.columns["node"], strict=True)
    return names | {id: f"the way to {names[str(node)]}" if node else id for id, node in ends}


def _arrives(who: str, why: str, n: Mapping[str, float]) -> str:
    worth = f", worth {n['brigades']:.2f} brigades" if n.get("brigades") else ""
    return f"{who} arrives with {n['soldiers']:,.0f} soldiers{worth} ({why})"


SENTENCES: dict[str, Callable[[str, str, Mapping[str, float]], str]] = {
    "plan taken": lambda who, why, n: f"the attacker takes the plan '{who}'; {why}",
    "decision": lambda who, why, n: f"{why}; nations that send their forces: {n['nations_in']:.0f}",
    "forces arrive": _arrives,
    "battle begins": lambda who, why, n: (
        f"battle for {who}, attempt {n['attempt']:.0f}: {n['attackers']:,.0f} against {n['defenders']:,.0f}, "
        f"the attacker's chance {n['chance_attacker_wins']:.2f} ({why})"
    ),
    "battle ends": lambda who, why, n: (
        f"{why} after {n['days']:.1f} days; lost: attacker {n['attackers_lost']:,.0f}, "
        f"defender {n['defenders_lost']:,.0f}"
    ),
    "pause": lambda who, why, n: f"the attacker, {why}, pauses for {n['days']:.1f} days",
    "segment passed": lambda who, why, n: (
        f"{who} is passed ({why}); {n['depth']:.0f} km from the start, {n['rate']:.1f} km a day"
    ),
    "attacker waits": lambda who, why, n: (
        f"the attacker, {n['attackers']:,.0f} against {n['defenders']:,.0f}, gives no battle for {who}: {why}"
    ),
    "axis halted": lambda who, why, n: (
        f"the attacker stops at {n['depth']:.0f} km: {why}; {100 * n['share_lost']:.0f} % of it lost"
    ),
    "place falls": lambda who, why, n: f"{who} is behind the front and its links are closed",
    "aim reached": lambda who, why, n: f"an objective of the aim '{who}' is reached",
    "aim taken": lambda who, why, n: f"the aim '{who}' counts as taken: {why}",
    "counter-offensive begins": lambda who, why, n: (
        f"the counter-offensive begins ({why}): {n['attackers']:,.0f} attack {n['defenders']:,.0f} on {who}; from here "
        "the attacker is who defended before"
    ),
    "aim retaken": lambda who, why, n: f"the objective is retaken: {why}",
    "escalation": lambda who, why, n: f"the war escalates: {why}",
}


def _sentence(event: Event, names: Mapping[str, str]) -> str:
    return SENTENCES[event.what](names.get(event.who, event.who), event.why, event.numbers)


def _outcomes(found: Explanation) -> Iterator[str]:
    """What came of it, in three sentences."""
    o = found.outcomes
    held = [day for day in (3, 10, 30, 60) if o[f"denied_by_day_{day}"]]
    yield f"Denied by day: {', '.join(map(str, held)) or 'none of 3, 10, 30, 60'}. Deepest advance {o['depth']:.0f} km."
    yield (
        f"Lost in battle: attacker {o['attacker_losses']:,.0f} (and {o['attacker_strike_losses']:,.0f} to strikes), "
        f"hosts {o['host_losses']:,.0f}, allies who stood there {o['tripwire_losses']:,.0f}, allies who came "
        f"{o['helper_losses']:,.0f}. Battles {o['battles']:.0f}, won by the attacker {o['battles_won']:.0f}."
    )
    outside = [x for x in ("density", "force_ratio", "advance", "losses") if o[f"outside_{x}"]]
    if outside:
        yield f"Outside the evidence of the engagement law: {', '.join(x.replace('_', ' ') for x in outside)}."
