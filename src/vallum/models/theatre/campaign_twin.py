"""The campaign once more, in plain Python: one run, floats and lists, and a trace of what happened why.

Documentation for a reader who wants to follow a campaign by hand, and the independent coding that
`campaign` is tested against: it shares with it the declaration, the planned network, the fits of the
engagement law as tables, and the luck (the same address gives the same number). The rules:

**Before the attack.** The attacker takes one plan, by weight. Its warning is believed or not; alliance
and nations decide d days after it, or at the attack at the latest; an attacker that sees the alliance
decide may strike early, and all dates count from that attack. Nations join by a common and an own draw;
those that stay out let others through or not. Whoever moves is ordered by its nation or the alliance and
is ready after its notice; whoever stands in place mans its positions, less the share that surprise catches.

**Movement** is that of `twin`, two days at a time. Requests of both are served at the headways of their end,
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
`hold_days`. The war may escalate in each phase.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.keys import entity_key
from vallum.models.theatre.campaign_declaration import DENIED_BY, SCALES, TERMS
from vallum.models.theatre.engagement import Fits, read_fits
from vallum.models.theatre.network import GAUGE, LINKS, PORT, RAMP, Edge, Network, place_rows, real_ids
from vallum.models.theatre.routes import plan_network, with_losses
from vallum.models.theatre.twin import END, MOST, MOST_FLOWN, SHARE, Arrival, March, Order
from vallum.spec import Rows, Tables

if TYPE_CHECKING:
    from vallum.models.contract import Draws

STEPS = 4  # of a day
MOVES_EVERY = 2  # days in which everyone on the way goes on together
EVENTS = 3  # of an axis in a step
NO_GAIN = 0.999  # a repulsed attacker does not get beyond this share of a segment
SOMEBODY = 1.0  # soldiers
NEAR = 1e-3  # km: so near the end of its supply the attacker is at it
CLOCK = 200  # days before the attack on which the clock of movement starts
DAY = 1440  # minutes
MOST_SOLDIERS = 4095  # of one load
MOVING, BATTLE, PAUSE = "moving", "battle", "pause"
HOST, TRIPWIRE, HELPER = range(3)  # defenders: on their own soil, allies there when the attack came, allies come later
NORMAL = NormalDist()
Values = Mapping[str, float | Sequence[float] | Sequence[bool]]


@dataclass(frozen=True)
class Event:
    """Something that happened, for a reader.

    Attributes
    ----------
    day : float
        From the attack.
    what : str
        "plan taken", "decision", "forces arrive", "battle begins", "battle ends", "pause", "segment passed",
        "attacker waits", "axis halted", "place falls", "aim reached", "aim taken" or "escalation".
    axis : str
        Id of the axis, empty where it is on none.
    who : str
        Id of the formation, echelon, segment, place or plan.
    why : str
        The reason, in words.
    numbers : mapping of str to float
        What there is to count, by name.
    """

    day: float
    what: str
    axis: str = ""
    who: str = ""
    why: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])


class Story(NamedTuple):
    """One run: outcomes by name, numbers or one a row as the declaration says; and events in order of time."""

    outcomes: dict[str, Any]
    events: list[Event]


class Stage(NamedTuple):
    """What no run changes: tables, the planned network, the fits, and each axis's rows of `segments`."""

    tables: Tables
    network: Network
    fits: Fits
    chains: tuple[tuple[int, ...], ...]


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
            (row for row, _ in _real(segments) if segments.columns["axis"][row] == axis),
            key=lambda row: _number(segments, "place", row),
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
    given = _Given(inputs)
    politics = _politics(stage, given, draws)
    return _Campaign(stage, given, draws, politics).fought()


class _Given:
    """Inputs by name, and by row where they have one."""

    def __init__(self, inputs: Values) -> None:
        self.inputs = inputs

    def __call__(self, name: str, row: int | None = None) -> float:
        value = self.inputs[name]
        if isinstance(value, Sequence):
            assert row is not None, f"{name} has one number a row"
            return float(value[row])
        return float(value)

    def active(self, table: str, row: int) -> bool:
        return self(f"{table}.active", row) > 0.5


def _real(rows: Rows) -> list[tuple[int, str]]:
    """Rows and ids of a table without padding."""
    return list(enumerate(real_ids(rows)))


def _number(rows: Rows, column: str, row: int) -> float:
    return float(str(rows.columns[column][row]))


def _text(rows: Rows, column: str, row: int) -> str:
    """A cell, empty where nothing stands."""
    value = rows.columns[column][row]
    return "" if value is None else str(value)


def _clip(value: float, low: float = 0.0, high: float = 1.0) -> float:
    return min(max(value, low), high)


def _minute(day: float) -> int:
    """Minute of the clock of movement."""
    return round(_clip((day + CLOCK) * DAY, 0, END))


def _step(day: float) -> float:
    """The step whose beginning is nearest to a time."""
    return math.floor(_clip(day, 0.0, 1e5) * STEPS + 0.5) if math.isfinite(day) else math.inf


# Warning, decision and alliance


class _Politics(NamedTuple):
    """What was decided: days from the attack, nations by id, and one bit a nation that lets nobody through."""

    plan: str
    aim: str
    believed: bool
    alliance: float
    nation: dict[str, float]
    delegated: float
    joined: frozenset[str]
    refused: int


def _politics(stage: Stage, given: _Given, draws: Draws) -> _Politics:
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
        for x, id in _real(stage.tables["nations"])
    }
    delegated = min((-warning if believed else 0.0) - attack, 0.0)
    joined, refused = _alliance(stage, given, draws)
    id, aim = (plans.ids[row], _text(plans, "aim", row)) if row >= 0 else ("", "")
    return _Politics(id, aim, believed, alliance - attack, nation, delegated, joined, refused)


def _plan_taken(stage: Stage, given: _Given, draws: Draws) -> int:
    """Row of the plan, by weight: the largest of ln w + Gumbel; -1 where none has a weight."""
    best, taken = -math.inf, -1
    for row, id in _real(stage.tables["plans"]):
        weight = given("plan_weight", row) if given.active("plans", row) else 0.0
        if weight > 0:
            luck = math.log(weight) - math.log(-math.log(float(draws.uniform("plan", entity_key(id)))))
            if luck > best:
                best, taken = luck, row
    return taken


def _alliance(stage: Stage, given: _Given, draws: Draws) -> tuple[frozenset[str], int]:
    """Nations that join; and one bit each that neither joins nor lets others through."""
    rho, common = given("cohesion_correlation"), float(draws.normal("common"))
    joined, refused = set[str](), 0
    for row, id in _real(stage.tables["nations"]):
        key, chance = entity_key(id), given("intervention_probability", row)
        mood = math.sqrt(rho) * common + math.sqrt(1 - rho) * float(draws.normal("ally", key))
        willing = chance >= 1 or (chance > 0 and mood <= NORMAL.inv_cdf(chance))
        if willing and given.active("nations", row) and given("intervention") > 0.5:
            joined.add(id)
        elif float(draws.uniform("transit", key)) >= given("transit_if_out", row):
            refused |= 1 << row
    return frozenset(joined), refused


def _order_day(stage: Stage, given: _Given, politics: _Politics, row: int) -> float:
    """Day on which a formation is told to move or to man its positions, infinite if never."""
    formations = stage.tables["formations"]
    nation = _text(formations, "nation", row)
    own = politics.nation[nation] if given("national", row) > 0.5 else politics.alliance
    day = min(politics.delegated, own) if given("delegated", row) > 0.5 else own
    if not given.active("formations", row):
        return math.inf
    if row not in stage.network.movers:
        return min(day, 0.0)  # the attack itself is the last order
    return day if nation in politics.joined or _at_home(stage, row) else math.inf


def _at_home(stage: Stage, row: int) -> bool:
    """Whether a formation is to fight on its own nation's soil."""
    formations, nodes = stage.tables["formations"], stage.tables["nodes"]
    place = place_rows(nodes)[_text(formations, "destination", row)]
    return _text(nodes, "nation", place) == _text(formations, "nation", row)


def _axis_of(stage: Stage, row: int) -> str:
    """The axis that a formation defends, empty if none."""
    nodes = stage.tables["nodes"]
    axis = _text(nodes, "axis", place_rows(nodes)[_text(stage.tables["formations"], "destination", row)])
    return axis if axis in stage.tables["axes"].ids else ""


# Movement


def _orders(stage: Stage, given: _Given, order_day: Mapping[int, float]) -> list[Order]:
    """What every formation that moves is told; who goes first: by the day it is wanted, then by id."""
    formations, movers = stage.tables["formations"], [int(x) for x in stage.network.movers]
    first = sorted(movers, key=lambda row: (given("required_day", row), formations.ids[row]))
    orders = list[Order]()
    for row in movers:
        share, day = given("turnout", row), order_day[row]
        sent = math.isfinite(day)
        loads = max(math.ceil(given("vehicles", row) * share / given("vehicles_per_train")), 1)
        loads = loads if sent and share > 0 else 0
        soldiers = min(math.ceil(given("personnel", row) * share / max(loads, 1)), MOST_SOLDIERS)
        ready = _minute(day + given("notice_to_move", row)) if sent else END
        march = int(_text(formations, "heaviness", row) != "heavy")
        orders.append(Order(ready, loads, soldiers, march, first.index(row)))
    return orders


def _loads_a_day(given: _Given, stage: Stage, table: str, row: int, at_sea: float, in_port: float) -> float:
    """What passes a capacity in a day: trainloads, or soldiers by air."""
    vehicles = given("vehicles_per_train")
    if not given.active(table, row):
        return 0.0
    if table == "roads":
        return given("road_capacity", row) / vehicles
    if table == "sea_routes":
        exposed = _number(stage.tables[table], "exposed", row)
        return given("sea_capacity", row) * (1 - at_sea * exposed) / vehicles
    if table == "ports":
        return given("port_throughput", row) * (1 - in_port) / vehicles
    if table == "air_routes":
        return given("air_capacity", row)
    name = {"railways": "rail_capacity", "gauge_breaks": "gauge_throughput", "nodes": "ramp_capacity"}[table]
    return given(name, row) * (1 - given("rail_interdiction"))


def _headway(stage: Stage, table: str, loads: float) -> tuple[int, bool]:
    """Minutes between loads (a SHARE-th of a minute between soldiers); and whether nothing passes at all."""
    if not table:
        return 0, False
    if loads <= DAY / MOST:
        return 0, True
    one = DAY / loads
    return (round(min(one * SHARE, MOST_FLOWN)), False) if table == "air_routes" else (round(min(one, MOST)), False)


def _travel(stage: Stage, given: _Given, edge: Edge, march: str) -> tuple[float, float]:
    """Days from start to end of an edge, and of them at the border."""
    if edge.table not in LINKS:
        days = {PORT: 0.0 if edge.back else given("ship_loading"), GAUGE: given("gauge_transfer")}
        days |= {RAMP: given("rail_loading")}
        return days.get(edge.kind, given("kit_draw") if edge.table == "draw" else 0.0), 0.0
    name = {"roads": "road", "railways": "rail", "sea_routes": "sea", "air_routes": "air"}[edge.table]
    length = _number(stage.tables[edge.table], "length", edge.row)
    days = length / given(f"{name}_speed", edge.row) / 24
    if name == "road":
        days = max(days, length / given(march))
    delay = given(f"{name}_border_delay", edge.row) * given("border_delay_share") if name in ("road", "rail") else 0.0
    return days + delay, delay


class _Columns:
    """Everyone on the way: the movement of `twin`, day by day."""

    def __init__(self, stage: Stage, given: _Given, politics: _Politics, orders: Sequence[Order]) -> None:
        self.stage, self.given, self.politics = stage, given, politics
        self.march = March(stage.network, orders, politics.refused)
        days = [
            [_travel(stage, given, edge, march) for edge in stage.network.edges]
            for march in ("heavy_march", "wheeled_march")
        ]
        self.travel = [[round(min(whole * DAY, END)) for whole, _ in x] for x in days]
        self.border = np.array([round(delay * DAY) for _, delay in days[0]], int)

    def until(self, day: float, falls: Sequence[int], minute: int) -> None:
        """Serve who asks before a minute, at the headways of a day."""
        network = self.stage.network
        at_sea, in_port = (self.given(x) * self._disputed(day) for x in ("sea_interdiction", "port_interdiction"))
        found = [
            _headway(
                self.stage, table, _loads_a_day(self.given, self.stage, table, row, at_sea, in_port) if table else 0
            )
            for table, row in network.resources
        ]
        shut = [found[int(resource)][1] for resource in network.resource]
        travel = np.array([[END if x else y for x, y in zip(shut, row, strict=True)] for row in self.travel], int)
        self.march.go_on(travel, self.border, np.array([x for x, _ in found], int), falls, minute)

    def _disputed(self, day: float) -> float:
        """Share of the enemy's grip on the sea that is left: none before the attack, then what is not won yet."""
        if day < 0:
            return 0.0
        return 1 - _clip((day - max(self.politics.alliance, 0.0)) / self.given("sea_control_days"))


# The engagement law


class _Law(NamedTuple):
    """Terms and scales by name, and whether a whole fit is in force."""

    term: dict[str, float]
    scale: dict[str, float]
    whole: bool

    def odds(self, attackers: float, defenders: float, segment: _Segment, day: _Today) -> float:
        """Log odds that the attacker wins a battle."""
        term, ratio = self.term, math.log(max(attackers, 1.0) / max(defenders, 1.0))
        return (
            term["win_constant"]
            + term["win_force_ratio"] * ratio
            + term["win_surprise"] * day.surprise
            + term["win_prepared"] * min(segment.preparation, 1.0)
            + term["win_fortified"] * max(segment.preparation - 1.0, 0.0)
            + term["win_rugged"] * segment.rugged
            + term["win_air"] * day.air
            + term["win_quality"] * day.quality
        )

    def losses(self, side: str, wins: bool, own: float, enemy: float, noise: float) -> float:
        """Share of its soldiers that a side loses in a day of battle, which is fought at the size of those of record.

        A front of A against D is m = sqrt(A D) / reference of them side by side; each costs k N_own^q N_enemy^p.
        """
        own, enemy = max(own, 1.0), max(enemy, 1.0)
        m = math.sqrt(own * enemy) / self.scale["reference_strength"]
        k = self.term[f"loss_{'attacker' if wins else 'defender'}_wins_{side}"]
        logarithm = k + self.term["loss_own"] * math.log(own / m) + self.term["loss_enemy"] * math.log(enemy / m)
        return m * math.exp(logarithm + noise) / own

    def noise(self, first: float, second: float, share: float) -> tuple[float, float]:
        """Both sides' noise from two normal numbers, as a share of its variance."""
        together = self.scale["loss_sides_correlation"]
        second = together * first + math.sqrt(1 - together**2) * second
        part = math.sqrt(share)
        return self.scale["loss_sd_attacker"] * part * first, self.scale["loss_sd_defender"] * part * second


def _law(stage: Stage, given: _Given) -> _Law:
    """The fit in force, each term at the quantile that its deviate has, cut off at its bounds."""
    laws, fits = stage.tables["laws"], stage.fits
    force = {row: given("law_in_force", row) if given.active("laws", row) else -1.0 for row, _ in _real(laws)}
    law = min(force, key=lambda row: (-force[row], laws.ids[row]))
    deviate = [given("law_deviate", int(row)) for row in fits.row]
    term = dict[str, float]()
    for at, name in enumerate(TERMS):
        estimate, error = float(fits.estimate[law, at]), float(fits.error[law, at])
        if error > 0:
            together = sum(float(fits.factor[law, at, other]) * x for other, x in enumerate(deviate))
            low, high = ((float(x[at]) - estimate) / error for x in (fits.low, fits.high))
            estimate += error * _inside(together, low, high)
        term[name] = estimate
    scale = {name: float(fits.scale[law, at]) for at, name in enumerate(SCALES)}
    return _Law(term, scale, bool(fits.whole[law]) and force[law] > 0)


def _inside(deviate: float, low: float, high: float) -> float:
    """The normal number at the quantile of another, if it is known to be between two bounds.

    From the side on which less is cut off: the tails of the normal law are exact on the left only.
    """
    if math.isfinite(low):
        return -_inside(-deviate, -high, -low) if math.isinf(high) else _between(deviate, low, high)
    return NORMAL.inv_cdf(NORMAL.cdf(high) * NORMAL.cdf(deviate)) if math.isfinite(high) else deviate


def _between(deviate: float, low: float, high: float) -> float:
    below, above = NORMAL.cdf(low), NORMAL.cdf(high)
    return NORMAL.inv_cdf(below + (above - below) * NORMAL.cdf(deviate))


# The axes


class _Segment(NamedTuple):
    row: int
    id: str
    key: int
    node: str
    start: float
    length: float
    frontage: float
    preparation: float
    rugged: float


class _Today(NamedTuple):
    """What a step brings: surprise, air superiority, and the attacker's edge in quality."""

    surprise: float
    air: float
    quality: float


class _Force(NamedTuple):
    """Some that come: who, in brigades, and soldiers of each pool."""

    who: str
    brigades: float
    soldiers: tuple[float, float, float]
    why: str = "its own axis is attacked"


@dataclass
class _Axis:
    """Where an axis stands."""

    id: str
    sector: str
    chain: list[_Segment]
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
    def segment(self) -> _Segment | None:
        """The one it has come to; none once all are passed."""
        return self.chain[self.here] if self.here < len(self.chain) else None

    @property
    def depth(self) -> float:
        """Km from its start to the front."""
        if self.segment:
            return self.segment.start + self.along
        return self.chain[-1].start + self.chain[-1].length if self.chain else 0.0


class _Fighting:
    """How the axes go on: battles, pauses and advances, and what lay outside the evidence."""

    def __init__(self, stage: Stage, given: _Given, draws: Draws, events: list[Event]) -> None:
        self.given, self.draws, self.events = given, draws, events
        self.law = _law(stage, given)
        first, second = (float(draws.normal("loss", side)) for side in range(2))
        self.common = self.law.noise(first, second, self.law.scale["loss_campaign_share"])
        self.outside = {x: False for x in ("density", "force_ratio", "advance", "losses")}
        self.battles, self.battles_won, self.battle_days = 0, 0, 0.0
        axes = stage.tables["axes"]
        self.axes = [
            _Axis(
                id,
                _text(axes, "sector", row),
                _chain(stage, given, row),
                self._opposed(id),
                taken=[math.inf] * len(stage.chains[row]),
            )
            for row, id in _real(axes)
        ]

    def _opposed(self, axis: str) -> float:
        """Km a day that the attacker gains against a held segment."""
        spread = self.law.scale["advance_sd"] * float(self.draws.normal("advance", entity_key(axis)))
        return math.exp(self.law.term["log_advance"] + spread)

    def arrive(
        self, axis: _Axis, when: float, today: _Today, echelons: Mapping[str, float], come: Sequence[_Force]
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

    def go_on(self, axis: _Axis, today: _Today, until: float) -> None:
        """An axis on to a time, at most EVENTS events farther."""
        for _ in range(EVENTS):
            if axis.segment is None:
                axis.now = until
            else:
                self._event(axis, axis.segment, today, until)

    def _event(self, axis: _Axis, segment: _Segment, today: _Today, until: float) -> None:
        held, goes_on = self._held(axis, segment), self._goes_on(axis)
        opposed = axis.mode == MOVING and goes_on and held and not axis.won
        waits = opposed and self._waits(axis, segment)
        if opposed and not waits:
            self._battle_begins(axis, segment, today)
        budget = max(until - axis.now, 0.0)
        if axis.mode == BATTLE:
            self._battle(axis, segment, budget)
        elif axis.mode == PAUSE:
            spent = min(axis.left, budget)
            axis.now += spent
            axis.mode, axis.left = MOVING if axis.left <= budget else PAUSE, axis.left - spent
        elif goes_on and not waits:
            self._advance(axis, segment, budget)
        else:
            axis.now += budget

    def _waits(self, axis: _Axis, segment: _Segment) -> bool:
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

    def _held(self, axis: _Axis, segment: _Segment) -> bool:
        """Whether the defenders hold a line across the segment."""
        wide = axis.brigades * self.given("frontage_per_brigade") >= segment.frontage
        whole = sum(axis.defenders_lost) <= self.given("defender_breakpoint") * sum(axis.defended)
        return wide and whole and sum(axis.defenders) > 0

    def _goes_on(self, axis: _Axis) -> bool:
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

    def _battle_begins(self, axis: _Axis, segment: _Segment, today: _Today) -> None:
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
            chance_attacker_wins=_logistic(axis.chance),
            attempt=axis.attempt + 1,
        )

    def _battle(self, axis: _Axis, segment: _Segment, budget: float) -> None:
        """Fight for as long as the battle or the step lasts."""
        wins = float(self.draws.uniform("winner", segment.key, axis.attempt)) < _logistic(axis.chance)
        first, second = (float(self.draws.normal("loss", segment.key, 2 * axis.attempt + side)) for side in range(2))
        own = self.law.noise(first, second, 1 - self.law.scale["loss_campaign_share"])
        noise = self.common[0] + own[0], self.common[1] + own[1]
        there, spent = sum(axis.defenders), min(axis.left, budget)
        ends = axis.left <= budget
        attackers = self.law.losses("attacker", wins, axis.attackers, there, noise[0])
        defenders = self.law.losses("defender", wins, there, axis.attackers, noise[1])
        self.outside["losses"] |= max(attackers, defenders) > self.law.scale["loss_high"]
        self._lose(axis, attackers, defenders, spent)
        axis.now += spent
        axis.left -= spent
        self.battle_days += spent
        if ends:
            self._battle_ends(axis, segment, wins)

    def _lose(self, axis: _Axis, attackers: float, defenders: float, days: float) -> None:
        """Lose shares a day for some days."""
        lost = axis.attackers * (1 - math.exp(-attackers * days))
        axis.attackers -= lost
        axis.attackers_lost += lost
        left = math.exp(-defenders * days)
        for pool, soldiers in enumerate(axis.defenders):
            axis.defenders[pool] = soldiers * left
            axis.defenders_lost[pool] += soldiers * (1 - left)
        axis.brigades *= left

    def _battle_ends(self, axis: _Axis, segment: _Segment, wins: bool) -> None:
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

    def _free(self, segment: _Segment) -> float:
        """Km a day where nobody holds."""
        slowed = 1 - segment.rugged * (1 - self.given("rugged_multiplier"))
        return min(self.given("advance_rate") * slowed, self.given("march_rate"))

    def _supplied(self, axis: _Axis, segment: _Segment) -> float:
        """Km into the segment that supply reaches now; nobody gives ground up for want of it."""
        head = self.given("supply_reach") + self.given("supply_rate") * axis.now
        return max(min(head, self.given("supply_limit")) - segment.start, axis.along)

    def _advance(self, axis: _Axis, segment: _Segment, budget: float) -> None:
        """Go on as far as the end of the segment or of the step."""
        rate = self._free(segment)
        self.outside["advance"] |= rate > self.law.scale["advance_high"]
        end, needed = segment.start + segment.length, math.inf
        if end <= self.given("supply_limit"):
            supplied = (end - self.given("supply_reach")) / max(self.given("supply_rate"), 1e-6) - axis.now
            needed = max((segment.length - axis.along) / rate, supplied, 0.0)
        spent = min(needed, budget)
        axis.now += spent
        self._lose(axis, self.given("advance_losses"), 0.0, spent)
        if needed > budget:
            axis.along = min(axis.along + rate * spent, self._supplied(axis, segment))
            return
        axis.taken[axis.here] = axis.now
        why = "its battle is won" if axis.won else "nobody holds it"
        self._tell(axis.now, "segment passed", axis, segment.id, why, depth=end, rate=rate)
        if segment.node:
            self._tell(axis.now, "place falls", axis, segment.node, f"segment {segment.id} is passed")
        axis.here, axis.along, axis.won, axis.attempt, axis.waited = axis.here + 1, 0.0, False, 0, False

    def _tell(self, day: float, what: str, axis: _Axis, who: str, why: str, **numbers: float) -> None:
        self.events.append(Event(day, what, axis.id, who, why, numbers))


def _chain(stage: Stage, given: _Given, axis: int) -> list[_Segment]:
    segments, start, chain = stage.tables["segments"], 0.0, list[_Segment]()
    for row in stage.chains[axis]:
        id, length = segments.ids[row], given("segment_length", row)
        frontage, preparation = (given(x, row) for x in ("frontage", "preparation"))
        node, rugged = _text(segments, "node", row), _number(segments, "rugged", row)
        chain.append(_Segment(row, id, entity_key(id), node, start, length, frontage, preparation, rugged))
        start += length
    return chain


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


# The campaign


class _Campaign:
    """One run from day to day."""

    def __init__(self, stage: Stage, given: _Given, draws: Draws, politics: _Politics) -> None:
        self.stage, self.given, self.draws, self.politics = stage, given, draws, politics
        self.horizon = len(stage.tables["clock"]) - 1
        self.events = list[Event]()
        self.fighting = _Fighting(stage, given, draws, self.events)
        self.axes = self.fighting.axes
        formations = _real(stage.tables["formations"])
        self.order_day = {row: _order_day(stage, given, politics, row) for row, _ in formations}
        self.orders = _orders(stage, given, self.order_day)
        self.columns = _Columns(stage, given, politics, self.orders)
        self.echelons = self._echelons()
        self.in_place = self._in_place()
        self.waiting = list[tuple[str, _Force]]()  # sector, and who waits there for an axis to be attacked
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
        axes = {x.id: x for x in self.axes}
        for row, id in _real(echelons):
            soldiers = self.given("echelon_personnel", row) * self.given("echelon_available", row)
            mine = self.given.active("echelons", row) and _text(echelons, "plan", row) == self.politics.plan
            if mine and soldiers > 0:
                axis, step = axes[_text(echelons, "axis", row)], _step(self.given("echelon_day", row))
                axis.attacked |= bool(axis.chain)
                found.setdefault(step, {}).setdefault(axis.id, {})[id] = soldiers
        return {step: x for step, x in found.items() if step < self.horizon * STEPS}

    def _in_place(self) -> dict[float, list[tuple[str, str, _Force]]]:
        """Formations in place by step: axis, or "" and the sector whose weakest axis they come to."""
        found = dict[float, list[tuple[str, str, _Force]]]()
        axes = {x.id: x for x in self.axes}
        for row, id in _real(self.stage.tables["formations"]):
            axis = axes.get(_axis_of(self.stage, row))
            if row in self.stage.network.movers or axis is None:
                continue
            day = self._manned(row)
            day = day if axis.attacked else max(day, 0.0) + self.given("shift_days")
            force = self._force(id, row, self.given("turnout", row) * (1 - self._caught(row)), TRIPWIRE)
            found.setdefault(_step(day), []).append((axis.id if axis.attacked else "", axis.sector, force))
        extra = self.given("extra_brigades")
        for axis in self.axes:
            if axis.attacked and extra > 0:
                force = _Force("extra brigades", extra, (0.0, extra * self.given("extra_personnel"), 0.0))
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
        return self.given("surprise_share") * _clip(1 - lead)

    def _force(self, who: str, row: int, share: float, allies: int) -> _Force:
        """A share of a formation."""
        pool = HOST if _at_home(self.stage, row) else allies
        soldiers = self.given("personnel", row) * share
        host, tripwire, helper = (soldiers if x == pool else 0.0 for x in range(3))
        return _Force(who, self.given("brigade_equivalents", row) * share, (host, tripwire, helper))

    def _falls(self) -> list[int]:
        """Minute in which each place that may fall has fallen."""
        nodes, falls = self.stage.tables["nodes"].ids, dict[str, float]()
        for axis in self.axes:
            for segment, day in zip(axis.chain, axis.taken, strict=True):
                falls[segment.node] = min(day, falls.get(segment.node, math.inf))
        days = [falls.get(nodes[int(row)], math.inf) for row in self.stage.network.doomed]
        return [_minute(day) if math.isfinite(day) else END for day in days]

    def _arrivals(self, day: int) -> None:
        """Those who have moved and are fit to fight at the start of a day come to the weakest axis of their sector."""
        if day % MOVES_EVERY == 0:
            self.columns.until(day if day else -1, self._falls(), _minute(day))
        found = self.columns.march.arrivals()
        taken = self._reached() + self.given("hold_days") <= day
        attacked = {x.sector for x in self.axes if x.attacked}
        sectors = {x.id: x.sector for x in self.axes}
        for at, (row, arrival) in enumerate(zip(self.stage.network.movers, found, strict=True)):
            by = _minute(day - self.given("integration", int(row)))
            there = sum(1 for x in arrival.minutes if x <= by and x < END)
            share = there / max(len(arrival.minutes), 1)
            fresh = max((share if share >= 0.5 else 0.0) - self.come[at], 0.0)
            axis = _axis_of(self.stage, int(row))
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
        today, weakest = self._today(start), dict[str, _Axis | None]()
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

    def _weakest(self, sector: str, echelons: Mapping[str, Mapping[str, float]]) -> _Axis | None:
        """The axis with the most attackers for each defender, those who come now among them; none if none has any."""

        def attackers(axis: _Axis) -> float:
            return axis.attackers + sum(echelons.get(axis.id, {}).values())

        found = [x for x in self.axes if x.sector == sector and attackers(x) >= SOMEBODY]
        return min(found, key=lambda x: (-attackers(x) / max(sum(x.defenders), 1.0), x.id), default=None)

    def _today(self, day: float) -> _Today:
        """Surprise fades with warning and with time; air superiority goes from its start to its end."""
        given, decision = self.given, self.politics.alliance
        warned = _clip(1 - max(-decision, 0.0) / given("surprise_lead"))
        surprise = given("surprise_level") * warned * _clip(1 - day / given("surprise_days"))
        start, end = given("air_superiority_start"), given("air_superiority_end")
        return _Today(surprise, start + (end - start) * self._air_won(day), given("quality_edge"))

    def _air_won(self, day: float) -> float:
        if self.given("intervention") <= 0.5:
            return 0.0
        return _clip((day - max(self.politics.alliance, 0.0)) / self.given("air_defence_suppression_days"))

    def _strike(self, step: int) -> None:
        """Strikes on echelons still to come, at the rate at which the step begins: N exp(-killed / N) are left."""
        given, day = self.given, step / STEPS
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
        axes = self.stage.tables["axes"]
        aims = {id: _text(axes, "aim", row) for row, id in _real(axes)}
        days = [x.taken[-1] for x in self.axes if x.chain and self.politics.aim and aims[x.id] == self.politics.aim]
        return min(days, default=math.inf)

    def _escalation(self) -> float:
        """Day somewhere in the first phase whose chance comes true."""
        phases, days = self.stage.tables["phases"], [math.inf]
        for row, id in _real(phases):
            luck, when = (float(self.draws.uniform("escalation", entity_key(id), x)) for x in range(2))
            if luck < self.given("escalation_probability", row) and self.given.active("phases", row):
                first, last = _number(phases, "first_day", row), _number(phases, "last_day", row)
                days.append(first + (last - first) * when)
        return min(days)

    def _outcomes(self, arrivals: Sequence[Arrival]) -> dict[str, Any]:
        horizon, reached, escalates = self.horizon, self._reached(), self._escalation()
        aim = reached + self.given("hold_days")
        if aim <= horizon:
            self.events.append(Event(aim, "aim taken", who=self.politics.aim, why="held long enough"))
        if escalates <= horizon:
            self.events.append(Event(escalates, "escalation", why="the chance of a phase comes true"))
        outside = self.fighting.outside
        return {
            **self._race(arrivals),
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


def _passed(axis: _Axis, place: int) -> float:
    """Km of a segment behind the front."""
    return axis.chain[place].length if place < axis.here else axis.along if place == axis.here else 0.0
