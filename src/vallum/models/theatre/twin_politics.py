"""Warning, decision and alliance in the plain coding of the campaign (`campaign_twin`)."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from vallum.keys import entity_key
from vallum.models.theatre.network import place_rows
from vallum.models.theatre.twin_stage import Given, Stage, real_rows, text

if TYPE_CHECKING:
    from vallum.models.contract import Draws

NORMAL = NormalDist()


class Politics(NamedTuple):
    """What was decided: days from the attack, nations by id, and one bit a nation that lets nobody through."""

    plan: str
    aim: str
    believed: bool
    alliance: float
    nation: dict[str, float]
    delegated: float
    joined: frozenset[str]
    refused: int


def decided(stage: Stage, given: Given, draws: Draws) -> Politics:
    """The plan taken, warning and decision, and who joins."""
    plans = stage.tables["plans"]
    row = _plan_taken(stage, given, draws)
    warning = given("warning_days", row) if row >= 0 else 0.0
    belief = given("belief_probability", row) if row >= 0 else 0.0
    believed = float(draws.uniform("belief")) < belief
    after = given("alliance_delay_after_attack")
    alliance = min(given("alliance_delay") - warning, after) if believed else after
    early = float(draws.uniform("preemption")) < given("preemption_probability")
    attack = min(alliance + given("preemption_lag"), 0.0) if early else 0.0
    nation = {
        id: min((min(given("national_delay", x) - warning, 0.0) if believed else 0.0) - attack, 0.0)
        for x, id in real_rows(stage.tables["nations"])
    }
    delegated = min((-warning if believed else 0.0) - attack, 0.0)
    joined, refused = _alliance(stage, given, draws)
    id, aim = (plans.ids[row], text(plans, "aim", row)) if row >= 0 else ("", "")
    return Politics(id, aim, believed, alliance - attack, nation, delegated, joined, refused)


def _plan_taken(stage: Stage, given: Given, draws: Draws) -> int:
    """Row of the plan, by weight: the largest of ln w + Gumbel; -1 where none has a weight."""
    best, taken = -math.inf, -1
    for row, id in real_rows(stage.tables["plans"]):
        weight = given("plan_weight", row) if given.active("plans", row) else 0.0
        if weight > 0:
            luck = math.log(weight) - math.log(-math.log(float(draws.uniform("plan", entity_key(id)))))
            if luck > best:
                best, taken = luck, row
    return taken


def _alliance(stage: Stage, given: Given, draws: Draws) -> tuple[frozenset[str], int]:
    """Nations that join; and one bit each that neither joins nor lets others through."""
    rho, common = given("cohesion_correlation"), float(draws.normal("common"))
    joined, refused = set[str](), 0
    for row, id in real_rows(stage.tables["nations"]):
        key, chance = entity_key(id), given("intervention_probability", row)
        mood = math.sqrt(rho) * common + math.sqrt(1 - rho) * float(draws.normal("ally", key))
        willing = chance >= 1 or (chance > 0 and mood <= NORMAL.inv_cdf(chance))
        if willing and given.active("nations", row) and given("intervention") > 0.5:
            joined.add(id)
        elif float(draws.uniform("transit", key)) >= given("transit_if_out", row):
            refused |= 1 << row
    return frozenset(joined), refused


def order_day_of(stage: Stage, given: Given, politics: Politics, row: int) -> float:
    """Day on which a formation is told to move or to man its positions, infinite if never."""
    formations = stage.tables["formations"]
    nation = text(formations, "nation", row)
    own = politics.nation[nation] if given("national", row) > 0.5 else politics.alliance
    day = min(politics.delegated, own) if given("delegated", row) > 0.5 else own
    if not given.active("formations", row):
        return math.inf
    if row not in stage.network.movers:
        return min(day, 0.0)  # the attack itself is the last order
    return day if nation in politics.joined or at_home(stage, row) else math.inf


def at_home(stage: Stage, row: int) -> bool:
    """Whether a formation is to fight on its own nation's soil."""
    formations, nodes = stage.tables["formations"], stage.tables["nodes"]
    place = place_rows(nodes)[text(formations, "destination", row)]
    return text(nodes, "nation", place) == text(formations, "nation", row)


def axis_of(stage: Stage, row: int) -> str:
    """The axis that a formation defends, empty if none."""
    nodes = stage.tables["nodes"]
    axis = text(nodes, "axis", place_rows(nodes)[text(stage.tables["formations"], "destination", row)])
    return axis if axis in stage.tables["axes"].ids else ""
