"""The axes in the plain coding of the campaign: battles, pauses and advances (`campaign_twin`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from vallum.keys import entity_key
from vallum.models.theatre.twin_law import Segment, Today, law_of
from vallum.models.theatre.twin_stage import Event, Given, Stage, number, real_rows, text

if TYPE_CHECKING:
    from vallum.models.contract import Draws

EVENTS = 3  # of an axis in a step
NO_GAIN = 0.999  # a repulsed attacker does not get beyond this share of a segment
SOMEBODY = 1.0  # soldiers
NEAR = 1e-3  # km: so near the end of its supply the attacker is at it
MOVING, BATTLE, PAUSE = "moving", "battle", "pause"


class Force(NamedTuple):
    """Some that come: who, in brigades, and soldiers of each pool."""

    who: str
    brigades: float
    soldiers: tuple[float, float, float]
    why: str = "its own axis is attacked"


@dataclass
class Axis:
    """Where an axis stands."""

    id: str
    sector: str
    chain: list[Segment]
    opposed: float
    attacked: bool = False
    now: float = 0.0
    here: int = 0
    mode: str = MOVING
    attempt: int = 0
    along: float = 0.0
    left: float = 0.0
    lasts: float = 0.0
    won: bool = False
    chance: float = 0.0
    attackers: float = 0.0
    committed: float = 0.0
    attackers_lost: float = 0.0
    brigades: float = 0.0
    defenders: list[float] = field(default_factory=lambda: [0.0] * 3)
    defended: list[float] = field(default_factory=lambda: [0.0] * 3)
    defenders_lost: list[float] = field(default_factory=lambda: [0.0] * 3)
    taken: list[float] = field(default_factory=list[float])
    before_battle: tuple[float, float] = (0.0, 0.0)
    halted: str = ""
    waited: bool = False

    @property
    def segment(self) -> Segment | None:
        """The one it has come to; none once all are passed."""
        return self.chain[self.here] if self.here < len(self.chain) else None

    @property
    def depth(self) -> float:
        """Km from its start to the front."""
        if self.segment:
            return self.segment.start + self.along
        return self.chain[-1].start + self.chain[-1].length if self.chain else 0.0


class Fighting:
    """How the axes go on: battles, pauses and advances, and what lay outside the evidence."""

    def __init__(self, stage: Stage, given: Given, draws: Draws, events: list[Event]) -> None:
        self.given, self.draws, self.events = given, draws, events
        self.law = law_of(stage, given)
        first, second = (float(draws.normal("loss", side)) for side in range(2))
        self.common = self.law.noise(first, second, self.law.scale["loss_campaign_share"])
        self.outside = {x: False for x in ("density", "force_ratio", "advance", "losses")}
        self.battles, self.battles_won, self.battle_days = 0, 0, 0.0
        axes = stage.tables["axes"]
        self.axes = [
            Axis(
                id,
                text(axes, "sector", row),
                chain_of(stage, given, row),
                self._opposed(id),
                taken=[math.inf] * len(stage.chains[row]),
            )
            for row, id in real_rows(axes)
        ]

    def _opposed(self, axis: str) -> float:
        """Km a day that the attacker gains against a held segment."""
        spread = self.law.scale["advance_sd"] * float(self.draws.normal("advance", entity_key(axis)))
        return math.exp(self.law.term["log_advance"] + spread)

    def arrive(
        self, axis: Axis, when: float, today: Today, echelons: Mapping[str, float], come: Sequence[Force]
    ) -> None:
        """Forces come to an axis; where a battle is on, its odds are those of the forces there now."""
        for who, soldiers in echelons.items():
            axis.attackers += soldiers
            axis.committed += soldiers
            self._tell(when, "forces arrive", axis, who, "the attacker's plan", soldiers=soldiers)
        for force in come:
            axis.brigades += force.brigades
            for pool, soldiers in enumerate(force.soldiers):
                axis.defenders[pool] += soldiers
                axis.defended[pool] += soldiers
            self._tell(
                when,
                "forces arrive",
                axis,
                force.who,
                force.why,
                soldiers=sum(force.soldiers),
                brigades=force.brigades,
            )
        came = any(x > 0 for x in echelons.values()) or any(sum(x.soldiers) > 0 for x in come)
        if came and axis.mode == BATTLE and axis.segment:
            axis.chance = self.law.odds(axis.attackers, sum(axis.defenders), axis.segment, today)

    def go_on(self, axis: Axis, today: Today, until: float) -> None:
        """An axis on to a time, at most EVENTS events farther."""
        for _ in range(EVENTS):
            if axis.now >= until:
                return
            if axis.segment is None:
                axis.now = until
            else:
                self.one(axis, axis.segment, today, until)

    def one(self, axis: Axis, segment: Segment, today: Today, until: float) -> None:
        """An axis on to its next event, or to a time."""
        held, goes_on = self._held(axis, segment), self._goes_on(axis)
        opposed = axis.mode == MOVING and goes_on and held and not axis.won
        waits = opposed and self._waits(axis, segment)
        if opposed and not waits:
            self._battle_begins(axis, segment, today)
        if axis.mode == BATTLE:
            self._battle(axis, segment, until)
        elif axis.mode == PAUSE:
            ends, spent = _spent(axis, axis.left, until)
            axis.mode, axis.left = MOVING if ends else PAUSE, axis.left - spent
        elif goes_on and not waits:
            self._advance(axis, segment, until)
        else:
            axis.now = until

    def _waits(self, axis: Axis, segment: Segment) -> bool:
        """Whether the attacker is too few to give battle; says so, once for a segment."""
        there, least = sum(axis.defenders), self.given("least_force_ratio")
        waits = axis.attackers < least * there
        if waits and not axis.waited:
            axis.waited = True
            self._tell(
                axis.now,
                "attacker waits",
                axis,
                segment.id,
                f"fewer than {least:.2g} for each defender",
                attackers=axis.attackers,
                defenders=there,
            )
        return waits

    def _held(self, axis: Axis, segment: Segment) -> bool:
        """Whether the defenders hold a line across the segment."""
        wide = axis.brigades * self.given("frontage_per_brigade") >= segment.frontage
        whole = sum(axis.defenders_lost) <= self.given("defender_breakpoint") * sum(axis.defended)
        return wide and whole and sum(axis.defenders) > 0

    def _goes_on(self, axis: Axis) -> bool:
        """Whether the attacker attacks at all; says why not, once."""
        exhausted = axis.attackers_lost > self.given("attacker_breakpoint") * axis.committed
        far = axis.depth >= self.given("supply_limit") - NEAR
        halted = "its losses are beyond its breakpoint" if exhausted else "supply does not reach farther" if far else ""
        if halted != axis.halted and axis.attackers >= SOMEBODY and axis.mode == MOVING:
            axis.halted = halted
            if halted:
                lost = axis.attackers_lost / axis.committed
                self._tell(axis.now, "axis halted", axis, "", halted, share_lost=lost, depth=axis.depth)
        return axis.attackers >= SOMEBODY and not exhausted and not far

    def _battle_begins(self, axis: Axis, segment: Segment, today: Today) -> None:
        there, scale = sum(axis.defenders), self.law.scale
        luck = float(self.draws.exponential("battle", segment.key, axis.attempt))
        axis.mode, axis.lasts = BATTLE, luck * math.exp(self.law.term["log_battle_days"])
        axis.left, axis.chance = axis.lasts, self.law.odds(axis.attackers, there, segment, today)
        axis.before_battle = axis.attackers_lost, sum(axis.defenders_lost)
        ratio = axis.attackers / max(there, 1.0)
        self.outside["density"] |= there < scale["density_low"] * segment.frontage
        self.outside["force_ratio"] |= ratio < scale["force_ratio_low"] or ratio > scale["force_ratio_high"]
        self._tell(
            axis.now,
            "battle begins",
            axis,
            segment.id,
            f"held: {axis.brigades:.1f} brigades cover {axis.brigades * self.given('frontage_per_brigade'):.0f} km, "
            f"the segment is {segment.frontage:.0f} km wide",
            attackers=axis.attackers,
            defenders=there,
            chance_attacker_wins=logistic(axis.chance),
            attempt=axis.attempt + 1,
        )

    def _battle(self, axis: Axis, segment: Segment, until: float) -> None:
        """Fight for as long as the battle or the step lasts."""
        wins = float(self.draws.uniform("winner", segment.key, axis.attempt)) < logistic(axis.chance)
        first, second = (float(self.draws.normal("loss", segment.key, 2 * axis.attempt + side)) for side in range(2))
        own = self.law.noise(first, second, 1 - self.law.scale["loss_campaign_share"])
        noise = self.common[0] + own[0], self.common[1] + own[1]
        there = sum(axis.defenders)
        attackers = self.law.losses("attacker", wins, axis.attackers, there, noise[0])
        defenders = self.law.losses("defender", wins, there, axis.attackers, noise[1])
        self.outside["losses"] |= max(attackers, defenders) > self.law.scale["loss_high"]
        ends, spent = _spent(axis, axis.left, until)
        self._lose(axis, attackers, defenders, spent)
        axis.left -= spent
        self.battle_days += spent
        if ends:
            self._battle_ends(axis, segment, wins)

    def _lose(self, axis: Axis, attackers: float, defenders: float, days: float) -> None:
        """Lose shares a day for some days."""
        lost = axis.attackers * (1 - math.exp(-attackers * days))
        axis.attackers -= lost
        axis.attackers_lost += lost
        left = math.exp(-defenders * days)
        for pool, soldiers in enumerate(axis.defenders):
            axis.defenders[pool] = soldiers * left
            axis.defenders_lost[pool] += soldiers * (1 - left)
        axis.brigades *= left

    def _battle_ends(self, axis: Axis, segment: Segment, wins: bool) -> None:
        self.battles += 1
        self.battles_won += wins
        free = self._free(segment)
        gain = (min(axis.opposed, free) if wins else self.law.scale["repulse_advance"]) * axis.lasts
        limit = segment.length if wins else max(NO_GAIN * segment.length, axis.along)
        axis.along = min(axis.along + gain, limit, self._supplied(axis, segment))
        axis.attempt, axis.won, axis.mode = axis.attempt + 1, wins, MOVING if wins else PAUSE
        self._tell(
            axis.now,
            "battle ends",
            axis,
            segment.id,
            "the attacker wins" if wins else "the defender wins",
            days=axis.lasts,
            attackers_lost=axis.attackers_lost - axis.before_battle[0],
            defenders_lost=sum(axis.defenders_lost) - axis.before_battle[1],
            along=axis.along,
        )
        if not wins:
            axis.left = self.given("pause_days")
            self._tell(axis.now, "pause", axis, segment.id, "repulsed", days=axis.left)

    def _free(self, segment: Segment) -> float:
        """Km a day where nobody holds."""
        slowed = 1 - segment.rugged * (1 - self.given("rugged_multiplier"))
        return min(self.given("advance_rate") * slowed, self.given("march_rate"))

    def _supplied(self, axis: Axis, segment: Segment) -> float:
        """Km into the segment that supply reaches now; nobody gives ground up for want of it."""
        head = self.given("supply_reach") + self.given("supply_rate") * axis.now
        return max(min(head, self.given("supply_limit")) - segment.start, axis.along)

    def _advance(self, axis: Axis, segment: Segment, until: float) -> None:
        """Go on as far as the end of the segment or of the step."""
        rate = self._free(segment)
        self.outside["advance"] |= rate > self.law.scale["advance_high"]
        end, needed = segment.start + segment.length, math.inf
        if end <= self.given("supply_limit"):
            supplied = (end - self.given("supply_reach")) / max(self.given("supply_rate"), 1e-6) - axis.now
            needed = max((segment.length - axis.along) / rate, supplied, 0.0)
        passes, spent = _spent(axis, needed, until)
        self._lose(axis, self.given("advance_losses"), 0.0, spent)
        if not passes:
            axis.along = min(axis.along + rate * spent, self._supplied(axis, segment))
            return
        axis.taken[axis.here] = axis.now
        why = "its battle is won" if axis.won else "nobody holds it"
        self._tell(axis.now, "segment passed", axis, segment.id, why, depth=end, rate=rate)
        if segment.node:
            self._tell(axis.now, "place falls", axis, segment.node, f"segment {segment.id} is passed")
        axis.here, axis.along, axis.won, axis.attempt, axis.waited = axis.here + 1, 0.0, False, 0, False

    def _tell(self, day: float, what: str, axis: Axis, who: str, why: str, **numbers: float) -> None:
        self.events.append(Event(day, what, axis.id, who, why, numbers))


def _spent(axis: Axis, needed: float, until: float) -> tuple[bool, float]:
    """Let the time pass that something needs, at most up to a time; whether that was enough, and how much passed."""
    budget = until - axis.now
    if needed <= budget:
        axis.now += needed
        return True, needed
    axis.now = until
    return False, budget


def chain_of(stage: Stage, given: Given, axis: int) -> list[Segment]:
    """The segments of an axis from the attacker's side."""
    segments, start, chain = stage.tables["segments"], 0.0, list[Segment]()
    for row in stage.chains[axis]:
        id, length = segments.ids[row], given("segment_length", row)
        frontage, preparation = (given(x, row) for x in ("frontage", "preparation"))
        node, rugged = text(segments, "node", row), number(segments, "rugged", row)
        chain.append(Segment(row, id, entity_key(id), node, start, length, frontage, preparation, rugged))
        start += length
    return chain


def logistic(x: float) -> float:
    """Chance from log odds."""
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
