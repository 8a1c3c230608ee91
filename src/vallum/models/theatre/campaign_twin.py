"""The campaign once more, in plain Python: one run, floats and lists, and a trace of what happened why.

Documentation for a reader who wants to follow a campaign by hand, and the independent coding that
`campaign` is tested against: it shares with it the declaration, the planned network, the fits of the
engagement law as tables, and the luck (the same address gives the same number). The rules:

**Before the attack.** The attacker takes one plan, by weight. Its warning is believed or not; alliance
and nations decide d days after it, or at the attack at the latest; an attacker that sees the alliance
decide may strike early, and all dates count from that attack. Nations join by a common and an own draw;
those that stay out let others through or not. Whoever moves is ordered by its nation or the alliance and
is ready after its notice; whoever stands in place mans its positions, less the share that surprise catches.

**Movement** is that of `twin`, a day at a time. Requests of a day are served at the headways of its end,
at which exposed sea routes and ports have lost a share to the enemy that falls as control of the sea is won
(nothing before the attack); a place falls with the segment that it lies at. Of a formation that moves
counts what has come, is integrated, and is at least half of it.

**Who fights where.** The plan's echelons come to their axes on their days; an axis with one is attacked.
A formation in place fights on its own axis, or `shift_days` later on the weakest axis of its sector where its
own is not attacked; whoever moved comes there at once. The weakest axis has the most attackers for each
defender; the first by id of those alike. Where nobody attacks in the sector yet, they wait.

**On an axis**, from event to event within a quarter of a day, at most three of them:

* The defender holds a segment if its brigades cover the width, and it has not lost more than its breakpoint.
* The attacker goes on while it has not lost more than its own, and supply carries it. Against a held
  segment that it has not won yet it gives battle, of drawn length and odds; odds are those of the start
  or of when forces last came. If it wins, it gains the opposed rate for every day of it, and the line is
  broken; if not, it gains a little, pauses, and tries again.
* Where no line is held, or it is broken, it advances at the rate of the case's branch, less on rugged
  ground, at most the march rate.
  Nobody gets beyond the supply head, and a segment is passed only once that is at its end.
* Both lose in battle what the engagement law says; an attacker that advances loses a fixed share a day.

**From the air** the alliance strikes echelons that have not come yet, all alike.

**Outcome.** The aim is reached when the last segment of one of its axes is passed, and taken once held for
`hold_days`. The war may escalate in each phase. A taken aim may be retaken by day 180 (`twin_counter`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vallum.keys import entity_key
from vallum.models.theatre.campaign_declaration import DENIED_BY, RETAKEN_BY
from vallum.models.theatre.engagement import read_fits
from vallum.models.theatre.routes import plan_network, with_losses
from vallum.models.theatre.twin import END, Arrival
from vallum.models.theatre.twin_axes import BATTLE, SOMEBODY, Axis, Fighting, Force
from vallum.models.theatre.twin_counter import Counter, Later, beginning
from vallum.models.theatre.twin_counter import fought as counter_offensive
from vallum.models.theatre.twin_law import Today
from vallum.models.theatre.twin_movement import Columns, orders_of
from vallum.models.theatre.twin_politics import Politics, at_home, axis_of, decided, order_day_of
from vallum.models.theatre.twin_stage import (
    CLOCK,
    DAY,
    STEPS,
    Event,
    Given,
    Stage,
    Story,
    Values,
    clip,
    minute_of,
    number,
    real_rows,
    step_of,
    text,
)
from vallum.spec import Tables

if TYPE_CHECKING:
    from vallum.models.contract import Draws

__all__ = ["Event", "Stage", "Story", "plan", "run"]

HOST, TRIPWIRE, HELPER = range(3)  # defenders: on their own soil, allies there when the attack came, allies come later


def plan(tables: Tables) -> Stage:
    """Plan routes and read the engagement law.

    Parameters
    ----------
    tables : mapping of str to Rows

    Returns
    -------
    Stage
    """
    segments, axes = tables["segments"], tables["axes"]
    network = plan_network(with_losses(tables))
    chains = [
        sorted(
            (row for row, _ in real_rows(segments) if segments.columns["axis"][row] == axis),
            key=lambda row: number(segments, "place", row),
        )
        for axis in axes.ids
    ]
    return Stage(tables, network, read_fits(tables), tuple(tuple(x) for x in chains))


def run(stage: Stage, inputs: Values, draws: Draws) -> Story:
    """One campaign, from the warning to the last day of the clock.

    Parameters
    ----------
    stage : Stage
        From `plan`.
    inputs : mapping of str to number, or to one number a row
        Every declared input, and for each table whether its rows are active (`"nations.active"` and so on).
    draws : Draws
        Of this run.

    Returns
    -------
    Story
        The outcomes of the campaign and those of the race but for its accounts of waits and traffic.
    """
    given = Given(inputs)
    politics = decided(stage, given, draws)
    return _Campaign(stage, given, draws, politics).fought()


class _Campaign:
    """One run from day to day."""

    def __init__(self, stage: Stage, given: Given, draws: Draws, politics: Politics) -> None:
        self.stage, self.given, self.draws, self.politics = stage, given, draws, politics
        self.horizon = len(stage.tables["clock"]) - 1
        self.events = list[Event]()
        self.fighting = Fighting(stage, given, draws, self.events)
        self.axes = self.fighting.axes
        formations = real_rows(stage.tables["formations"])
        self.order_day = {row: order_day_of(stage, given, politics, row) for row, _ in formations}
        self.orders = orders_of(stage, given, self.order_day)
        self.columns = Columns(stage, given, politics, self.orders)
        self.echelons = self._echelons()
        self.in_place = self._in_place()
        self.waiting = list[tuple[str, Force]]()  # sector, and who waits there for an axis to be attacked
        self.come = [0.0] * len(self.orders)  # share of each formation that moves
        self.reserve, self.struck, self.helped = 1.0, 0.0, 0.0
        self.days = [{"contact": 0.0, "depth": 0.0, "attackers": 0.0, "defenders": 0.0}]

    def fought(self) -> Story:
        """The whole campaign."""
        self._open()
        for day in range(self.horizon):
            self._arrivals(day)
            for step in range(day * STEPS, (day + 1) * STEPS):
                self._step(step)
            self.days.append(self._row())
        self.columns.until(self.horizon, self._falls(), END)  # those who come after the last day
        return Story(self._outcomes(self.columns.march.arrivals()), sorted(self.events, key=lambda x: x.day))

    def _open(self) -> None:
        politics = self.politics
        belief = "its warning is believed" if politics.believed else "its warning is not believed"
        self.events.append(Event(min(politics.alliance, 0.0), "plan taken", who=politics.plan, why=belief))
        count = {"nations_in": float(len(politics.joined))}
        self.events.append(Event(politics.alliance, "decision", why="the alliance decides", numbers=count))

    # who comes

    def _echelons(self) -> dict[float, dict[str, dict[str, float]]]:
        """Soldiers of the plan's echelons by step, axis and id; and axes with one are attacked."""
        echelons, found = self.stage.tables["echelons"], dict[float, dict[str, dict[str, float]]]()
        rows = {id: row for row, id in real_rows(self.stage.tables["axes"])}
        axes = {x.id: x for x in self.axes if self.given.active("axes", rows[x.id])}
        for row, id in real_rows(echelons):
            soldiers = self.given("echelon_personnel", row) * self.given("echelon_available", row)
            mine = self.given.active("echelons", row) and text(echelons, "plan", row) == self.politics.plan
            if mine and soldiers > 0 and text(echelons, "axis", row) in axes:
                axis, step = axes[text(echelons, "axis", row)], step_of(self.given("echelon_day", row))
                axis.attacked |= bool(axis.chain)
                found.setdefault(step, {}).setdefault(axis.id, {})[id] = soldiers
        return {step: x for step, x in found.items() if step < self.horizon * STEPS}

    def _in_place(self) -> dict[float, list[tuple[str, str, Force]]]:
        """Formations in place by step: axis, or "" and the sector whose weakest axis they come to."""
        found = dict[float, list[tuple[str, str, Force]]]()
        axes = {x.id: x for x in self.axes}
        for row, id in real_rows(self.stage.tables["formations"]):
            axis = axes.get(axis_of(self.stage, row))
            if row in self.stage.network.movers or axis is None:
                continue
            day = self._manned(row)
            day = day if axis.attacked else max(day, 0.0) + self.given("shift_days")
            force = self._force(id, row, self.given("turnout", row) * (1 - self._caught(row)), TRIPWIRE)
            found.setdefault(step_of(day), []).append((axis.id if axis.attacked else "", axis.sector, force))
        extra = self.given("extra_brigades")
        for axis in self.axes:
            if axis.attacked and extra > 0:
                force = Force("extra brigades", extra, (0.0, extra * self.given("extra_personnel"), 0.0))
                found.setdefault(0, []).append((axis.id, axis.sector, force))
        return found

    def _manned(self, row: int) -> float:
        """Day on which a formation in place mans its positions."""
        if self.given("turnout", row) <= 0:
            return math.inf
        return self.order_day[row] + self.given("notice_to_move", row) + self.given("to_positions")

    def _caught(self, row: int) -> float:
        """Share of a formation in place that surprise catches: the less, the longer before the attack its order."""
        lead = max(-self.order_day[row], 0.0) / self.given("surprise_lead")
        return self.given("surprise_share") * clip(1 - lead)

    def _force(self, who: str, row: int, share: float, allies: int) -> Force:
        """A share of a formation."""
        pool = HOST if at_home(self.stage, row) else allies
        soldiers = self.given("personnel", row) * share
        host, tripwire, helper = (soldiers if x == pool else 0.0 for x in range(3))
        return Force(who, self.given("brigade_equivalents", row) * share, (host, tripwire, helper))

    def _falls(self) -> list[int]:
        """Minute in which each place that may fall has fallen."""
        nodes, falls = self.stage.tables["nodes"].ids, dict[str, float]()
        for axis in self.axes:
            for segment, day in zip(axis.chain, axis.taken, strict=True):
                falls[segment.node] = min(day, falls.get(segment.node, math.inf))
        days = [falls.get(nodes[int(row)], math.inf) for row in self.stage.network.doomed]
        return [minute_of(day) if math.isfinite(day) else END for day in days]

    def _arrivals(self, day: int) -> None:
        """Those who have moved and are fit to fight at the start of a day come to the weakest axis of their sector."""
        self.columns.until(day if day else -1, self._falls(), minute_of(day))
        found = self.columns.march.arrivals()
        taken = self._reached() + self.given("hold_days") <= day
        attacked = {x.sector for x in self.axes if x.attacked}
        sectors = {x.id: x.sector for x in self.axes}
        for at, (row, arrival) in enumerate(zip(self.stage.network.movers, found, strict=True)):
            by = minute_of(day - self.given("integration", int(row)))
            there = sum(1 for x in arrival.minutes if x <= by and x < END)
            share = there / max(len(arrival.minutes), 1)
            fresh = max((share if share >= 0.5 else 0.0) - self.come[at], 0.0)
            axis = axis_of(self.stage, int(row))
            if fresh > 0 and axis:
                self.come[at] += fresh
                id, turnout = self.stage.tables["formations"].ids[int(row)], self.given("turnout", int(row))
                force = self._force(id, int(row), fresh * turnout, HELPER)
                self.waiting.append((sectors[axis], force))
                if sectors[axis] in attacked and not taken:
                    self.helped += force.brigades

    # the front

    def _step(self, step: int) -> None:
        """One step: strikes, arrivals, battle."""
        start = step / STEPS
        today, weakest = self._today((step + 0.5) / STEPS), dict[str, Axis | None]()
        echelons = {
            axis: {id: soldiers * self.reserve for id, soldiers in x.items()}
            for axis, x in self.echelons.get(step, {}).items()
        }
        for sector in {x.sector for x in self.axes}:
            weakest[sector] = self._weakest(sector, echelons)
        self.waiting += [(sector, force) for axis, sector, force in self.in_place.get(step, []) if not axis]
        for axis in self.axes:
            own = [force for id, _, force in self.in_place.get(step, []) if id == axis.id]
            why = "the weakest axis of its sector"
            sent = [force._replace(why=why) for sector, force in self.waiting if weakest[sector] is axis]
            self.fighting.arrive(axis, start, today, echelons.get(axis.id, {}), own + sent)
        self.waiting = [(sector, force) for sector, force in self.waiting if weakest[sector] is None]
        self._strike(step)
        reached = self._reached()
        for axis in self.axes:
            self.fighting.go_on(axis, today, (step + 1) / STEPS)
        if math.isinf(reached) and math.isfinite(self._reached()):
            self.events.append(Event(self._reached(), "aim reached", who=self.politics.aim, why="an axis is passed"))

    def _weakest(self, sector: str, echelons: Mapping[str, Mapping[str, float]]) -> Axis | None:
        """The axis with the most attackers for each defender, those who come now among them; none if none has any."""

        def attackers(axis: Axis) -> float:
            return axis.attackers + sum(echelons.get(axis.id, {}).values())

        found = [x for x in self.axes if x.sector == sector and attackers(x) >= SOMEBODY]
        return min(found, key=lambda x: (-attackers(x) / max(sum(x.defenders), 1.0), x.id), default=None)

    def _today(self, day: float) -> Today:
        """Surprise fades with warning and with time; air superiority goes from its start to its end."""
        given, decision = self.given, self.politics.alliance
        warned = clip(1 - max(-decision, 0.0) / given("surprise_lead"))
        surprise = given("surprise_level") * warned * clip(1 - day / given("surprise_days"))
        return Today(surprise, self._air(day), given("quality_edge"))

    def _air(self, day: float) -> float:
        """The attacker's air superiority."""
        start, end = self.given("air_superiority_start"), self.given("air_superiority_end")
        return start + (end - start) * self._air_won(day)

    def _air_won(self, day: float) -> float:
        if self.given("intervention") <= 0.5:
            return 0.0
        return clip((day - max(self.politics.alliance, 0.0)) / self.given("air_defence_suppression_days"))

    def _strike(self, step: int) -> None:
        """Strikes on echelons still to come, at the rate amid the step: N exp(-killed / N) are left."""
        given, day = self.given, (step + 0.5) / STEPS
        flown = given("sorties_per_day") * max(day - max(self.politics.alliance, 0.0), 0.0)
        aircraft = (1 - given("sortie_losses")) ** flown
        peak = given("strike_battalions") * given("battalion_personnel")
        killed = peak * self._air_won(day) * aircraft / STEPS
        later = sum(sum(x.values()) for at, axes in self.echelons.items() for x in axes.values() if at > step)
        left = self.reserve * math.exp(-killed / max(later * self.reserve, 1.0))
        self.struck += later * (self.reserve - left)
        self.reserve = left

    def _row(self) -> dict[str, float]:
        """The end of a day."""
        return {
            "contact": sum(x.brigades for x in self.axes if x.mode == BATTLE),
            "depth": max((x.depth for x in self.axes), default=0.0),
            "attackers": sum(x.attackers for x in self.axes),
            "defenders": sum(sum(x.defenders) for x in self.axes),
        }

    # what came of it

    def _reached(self) -> float:
        """Day on which the last segment of an axis of the aim was first passed."""
        return min((x.taken[-1] for x in self._serving()), default=math.inf)

    def _serving(self) -> list[Axis]:
        """Axes to an objective of the aim."""
        axes = self.stage.tables["axes"]
        aims = {id: text(axes, "aim", row) for row, id in real_rows(axes)}
        return [x for x in self.axes if x.chain and self.politics.aim and aims[x.id] == self.politics.aim]

    def _escalation(self) -> float:
        """Day somewhere in the first phase whose chance comes true."""
        phases, days = self.stage.tables["phases"], [math.inf]
        for row, id in real_rows(phases):
            luck, when = (float(self.draws.uniform("escalation", entity_key(id), x)) for x in range(2))
            if luck < self.given("escalation_probability", row) and self.given.active("phases", row):
                first, last = number(phases, "first_day", row), number(phases, "last_day", row)
                days.append(first + (last - first) * when)
        return min(days)

    def _counter(self, closed: Mapping[int, float]) -> Counter:
        """The counter-offensive against an objective that is taken on the last day."""
        reached = self._reached()
        if reached + self.given("hold_days") > self.horizon:
            return Counter()
        lost = next(x for x in self._serving() if x.taken[-1] == reached)
        start = beginning(lost, list(self._free(closed)), self.given("counter_brigades"), self.horizon)
        if start[0] > RETAKEN_BY:
            return Counter()
        return counter_offensive(self.stage, self.given, self.draws, lost, start, -self._air(start[0]))

    def _free(self, closed: Mapping[int, float]) -> Iterator[Later]:
        """Who moved, and does not fight on the last day or comes after it."""
        attacked = {x.sector for x in self.axes if x.attacked}
        sectors = {x.id: x.sector for x in self.axes}
        for at, row in enumerate(map(int, self.stage.network.movers)):
            fights = sectors.get(axis_of(self.stage, row)) in attacked
            share = (1 - self.come[at] if fights else 1.0) * self.given("turnout", row)
            brigades, soldiers = (share * self.given(x, row) for x in ("brigade_equivalents", "personnel"))
            yield Later(closed[row], brigades, soldiers)

    def _outcomes(self, arrivals: Sequence[Arrival]) -> dict[str, Any]:
        horizon, reached, escalates = self.horizon, self._reached(), self._escalation()
        aim = reached + self.given("hold_days")
        if aim <= horizon:
            self.events.append(Event(aim, "aim taken", who=self.politics.aim, why="held long enough"))
        if escalates <= horizon:
            self.events.append(Event(escalates, "escalation", why="the chance of a phase comes true"))
        outside, race = self.fighting.outside, self._race(arrivals)
        counter = self._counter(dict(zip(self.order_day, race["closed_day"], strict=True)))
        self.events += counter.events
        return {
            **race,
            "counter_day": counter.day,
            "aim_retaken_day": counter.retaken,
            f"retaken_by_day_{RETAKEN_BY}": counter.retaken <= RETAKEN_BY,
            "counter_losses": counter.lost,
            "occupier_losses": counter.occupier_lost,
            "outside_counter": counter.outside,
            **self._losses(),
            **self._by_day(),
            **{f"denied_by_day_{day}": aim > day for day in DENIED_BY},
            "aim_taken_day": aim if aim <= horizon else math.inf,
            "aim_reached_day": reached if reached <= horizon else math.inf,
            "closed_when_taken": self.helped,
            "escalation_day": escalates if escalates <= horizon else math.inf,
            "denied_at_end": aim > horizon and escalates > horizon,
            **{f"outside_{name}": outside[name] for name in outside},
            "outside_evidence": any(outside.values()),
            "battles": self.fighting.battles,
            "battles_won": self.fighting.battles_won,
            "battle_days": self.fighting.battle_days,
            "status": self._status(),
        }

    def _status(self) -> int:
        if not 0 <= self.given("report_day") <= self.horizon:
            return 1
        return 2 if not self.politics.plan else 0 if self.fighting.law.whole else 3

    def _losses(self) -> dict[str, Any]:
        axes = self.axes
        pools = [sum(x.defenders_lost[pool] for x in axes) for pool in range(3)]
        return {
            "attacker_losses": sum(x.attackers_lost for x in axes),
            "attacker_strike_losses": self.struck,
            "defender_losses": sum(pools),
            "host_losses": pools[HOST],
            "tripwire_losses": pools[TRIPWIRE],
            "helper_losses": pools[HELPER],
            "axis_depth": [x.depth for x in axes],
            "axis_attackers": [x.committed for x in axes],
            "axis_attacker_losses": [x.attackers_lost for x in axes],
            "axis_defenders": [sum(x.defended) for x in axes],
            "axis_defender_losses": [sum(x.defenders_lost) for x in axes],
            "segment_taken_day": self._segments(),
            "depth": max((x.depth for x in axes), default=0.0),
            "area": sum(_passed(x, place) * s.frontage for x in axes for place, s in enumerate(x.chain)),
        }

    def _segments(self) -> list[float]:
        days = [math.inf] * len(self.stage.tables["segments"])
        for axis in self.axes:
            for segment, day in zip(axis.chain, axis.taken, strict=True):
                days[segment.row] = day
        return days

    def _by_day(self) -> dict[str, Any]:
        contact = [x["contact"] for x in self.days]
        return {
            **{f"in_contact_day_{day}": contact[min(day, self.horizon)] for day in DENIED_BY[:-1]},
            **{f"{name}_by_day": [x[name] for x in self.days] for name in ("depth", "attackers", "defenders")},
        }

    def _race(self, arrivals: Sequence[Arrival]) -> dict[str, Any]:
        """Of the race: orders, closure and worth."""
        movers = {int(row): arrival for row, arrival in zip(self.stage.network.movers, arrivals, strict=True)}
        closed, worth = dict[int, float](), dict[int, float]()
        for row in self.order_day:
            kept = 1.0 if row in movers else 1 - self._caught(row)
            worth[row] = self.given("brigade_equivalents", row) * self.given("turnout", row) * kept
            closed[row] = self._closed(row, movers[row]) if row in movers else self._manned(row)
        report, decision = self.given("report_day"), self.politics.alliance
        return {
            "decision_day": decision,
            "warning_believed": self.politics.believed,
            "nations_in": len(self.politics.joined),
            "formations_cut_off": sum(x.cut_off for x in arrivals),
            "cut_off": [row in movers and movers[row].cut_off for row in closed],
            "order_day": list(self.order_day.values()),
            "closed_day": list(closed.values()),
            "worth": list(worth.values()),
            "brigades_closed": sum(worth[row] for row, day in closed.items() if day <= report),
            "reinforcements_closed": sum(worth[row] for row, day in closed.items() if day <= report and row in movers),
            "brigades_on_attack_day": sum(worth[row] for row, day in closed.items() if day <= 0),
        }

    def _closed(self, row: int, arrival: Arrival) -> float:
        """Day on which the last load of a formation that moves has come and is integrated."""
        if not arrival.minutes or max(arrival.minutes) >= END:
            return math.inf
        return max(arrival.minutes) / DAY - CLOCK + self.given("integration", row)


def _passed(axis: Axis, place: int) -> float:
    """Km of a segment behind the front."""
    return axis.chain[place].length if place < axis.here else axis.along if place == axis.here else 0.0
