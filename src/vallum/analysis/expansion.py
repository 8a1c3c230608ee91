"""What the best plan could deliver by each day: an upper bound for the deployment of one planning run.

The bound is a multi-commodity maximum flow over time (Ford and Fulkerson 1958; Hajek and
Ogier 1984 for several sources), solved as a linear programme on a time-expanded network
with HiGHS. Every schedule that the simulation can produce is a feasible flow that delivers
no later, so no simulated delivery is ever above it. It is a bound and not a plan: it may
split loads, mix formations and let them wait anywhere.

**Commodities.** Loads that go to the same place by the same rules (march, flight, stored
equipment) are one commodity with several sources, each open from its ready minute.

**Clocks.** Let p(v) be a potential: the shortest time from state v to any destination, over
all edges and the quicker march, where the states that share a capacity are one. The bin of
an event at minute t in v is floor((t + p(v) - origin) / step). A load that starts at t in v
and is D minutes later at the earliest in w asks there at t' >= t + D, so its bin there is at
least its bin in v plus

    lag = floor((D + p(w) - p(v)) / step)                                               (1)

and p(v) <= D + p(w) makes every lag >= 0: flow never goes back in time, and on a quickest
way to the nearest destination rounding loses nothing. The origin is the first minute after
the end of a day, so that "arrived by the end of day T" is a whole number of bins.

**Capacities.** Loads that start on a capacity in the bins up to u hold it one after the
other, each for its headway h <= H. So with B(u) what the last of them holds beyond bin u,
0 <= B(u) <= H - 1 minute,

    sum of h over loads that start in bin u  +  B(u - 1) - B(u)  <=  step,              (2)

that is, in k bins no more than k step + H - 1 minutes of work start. Work comes in whole
loads, so that with g, the greatest common divisor of the step and of all h, it is no more
than k step + H - g, and B(u) <= H - g does as well.

A load counts whole in the bin in which it starts; (1) is then exact for each load of a
convoy, since load k of a serial starts k headways after the first everywhere and never
before it has come off the edge before (rules (2) to (4) of `vallum.models.theatre.deployment`).

**Relaxations.** Capacities that are not *kept* are dropped; stretches of edges without
capacity become their shortest travel time. Of the others' soldiers a load the fewest count.
An edge at a place that falls closes with it (`planning.closing`). Arcs that no load can use
before the horizon, by shortest times from its sources and to its goal, are left out.

**Which capacities are kept** unless told: first those that the plan waited for; then, as
long as the flow overloads others on its way, those too (constraint generation). Whatever
is kept, the bound holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy import optimize as _optimize
from scipy.sparse import csgraph as _csgraph
from scipy.sparse import csr_array

from vallum.analysis.comparison import AnalysisError
from vallum.analysis.planning import PlanningRun, resource_keys
from vallum.models.theatre import deployment
from vallum.models.theatre.clock import BEFORE, DAY

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

optimize: Any = _optimize  # untyped
csgraph: Any = _csgraph

OVERLOAD = 0.05  # loads over capacity that are let pass
SLACK = 1e-6  # relative; what the solver's tolerance may leave below the optimum
FINE = 4096  # whole parts of a minute in shortest paths, one of which an edge takes at least
FAR = 2**40


class _Commodity(NamedTuple):
    """Loads that move alike: members are places among all movers."""

    members: Int64[np.ndarray, " member"]
    goal: int
    march: int
    edges: Int64[np.ndarray, " edge"]


class Solution(NamedTuple):
    """Vehicles by day, their weighted sum, dropped capacities that the flow overloads, size of the programme."""

    curve: Float64[np.ndarray, " day"]
    area: float
    overloaded: set[int]
    columns: int
    rows: int
    status: str


class _Arc(NamedTuple):
    """A way from one queue to the next: over the kept edge before which flow queues (-1: none), then freely."""

    start: int
    end: int
    edge: int
    origin: int
    minutes: int


class Expansion:
    """What all programmes of a run share."""

    def __init__(self, run: PlanningRun, moving: Int64[np.ndarray, " mover"], step: int, first: int) -> None:
        self.run, self.step = run, step
        self.origin = (first + BEFORE) * DAY + 1  # of bins: the minute after the end of a day
        network = run.everywhere.network
        ends = np.array([edge[:2] for edge in network.edges], np.int64)
        self.starts, self.ends = ends[:, 0], ends[:, 1]
        self.resource = network.resource.astype(np.int64)
        self.flown = np.array([table == "air_routes" for table, _ in network.resources], bool)
        self.sources, self.goals = network.start.astype(np.int64), network.goal.astype(np.int64)
        self.states = int(max(ends.max(), self.sources.max(), self.goals.max())) + 1
        self.commodities = self._commodities(moving)
        self.soonest = self._without_limits()
        self.everything = float(run.vehicles[moving] @ run.loads[moving])

    def waited(self) -> set[int]:
        """The capacities that the plan waited for."""
        number = {key: place for place, key in enumerate(resource_keys(self.run.everywhere.network))}
        planned = resource_keys(self.run.planned.network)
        return {number[key] for key, waited in zip(planned, self.run.waited, strict=True) if waited and key[0]}

    def _commodities(self, moving: Int64[np.ndarray, " mover"]) -> list[_Commodity]:
        found: dict[Any, list[int]] = {}
        for mover in moving:
            key = int(self.goals[mover]), int(self.run.march[mover]), self.run.allowed[mover].tobytes()
            found.setdefault(key, []).append(int(mover))
        passable = self.run.everywhere.travel < deployment.END
        return [
            _Commodity(np.array(members), goal, march, np.flatnonzero(self.run.allowed[members[0]] & passable[march]))
            for (goal, march, _), members in found.items()
        ]

    def at_once(self, day: int) -> float:
        """Vehicles that could be there by a day if nothing had a limit."""
        run, minute = self.run, (day + BEFORE) * DAY
        return float(sum(run.vehicles[m] * run.loads[m] for m, soonest in self.soonest if soonest <= minute))

    def _without_limits(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for commodity in self.commodities:
            travel = self.run.everywhere.travel[commodity.march][commodity.edges]
            apart = self.distances(commodity.edges, travel, self.sources[commodity.members])[0] // FINE
            soonest = apart[:, commodity.goal] + self.run.ready[commodity.members]
            found += [(int(m), int(x)) for m, x in zip(commodity.members, soonest, strict=True)]
        return found

    def solve(self, kept: set[int], days: Int64[np.ndarray, " day"], weights: Any) -> Solution:
        """The flow that delivers most vehicles, summed with weights over days."""
        queued = np.isin(self.resource, list(kept)) | (self.run.closes < deployment.END)
        programme = _Programme(self, self._potential(queued), kept, days, weights)
        for commodity in self.commodities:
            programme.add(commodity, queued)
        programme.limit()
        return programme.solve()

    def distances(self, edges: Any, minutes: Any, sources: Any, *, back: bool = False) -> tuple[Any, Any]:
        """Shortest times from (or back to) states, in parts of a minute, and the state before on the way."""
        ends = (self.ends[edges], self.starts[edges]) if back else (self.starts[edges], self.ends[edges])
        return shortest(ends, minutes, sources, self.states)

    def _potential(self, queued: Any) -> Int64[np.ndarray, " state"]:
        """Least time from each state to a destination, states that share a capacity as one."""
        quick = self.run.everywhere.travel.min(axis=0)
        edges = np.flatnonzero(self.run.allowed.any(axis=0) & (quick < deployment.END))
        ties = np.array([*self._ties(queued)], np.int64).reshape(-1, 2)
        pairs = np.concatenate([self.ends[edges], ties[:, 0]]), np.concatenate([self.starts[edges], ties[:, 1]])
        minutes = np.concatenate([quick[edges], np.zeros(len(ties), np.int64)])
        goals = np.unique([x.goal for x in self.commodities])
        distance = shortest(pairs, minutes, goals, self.states)[0].min(axis=0) // FINE
        return np.where(distance < FAR // FINE, distance, 0)

    def _ties(self, queued: Any) -> Iterable[tuple[int, int]]:
        for resource in np.unique(self.resource[queued]):
            first, *others = np.unique(self.starts[queued & (self.resource == resource)])
            for other in others:
                yield from ((first, other), (other, first))

    def hold(self, resource: int, commodity: _Commodity) -> int:
        """Minutes for which a load holds a capacity: of those merged, the least."""
        one = int(self.run.everywhere.headway[resource])
        if not self.flown[resource]:
            return one
        if one >= deployment.MOST_FLOWN:
            return deployment.MOST
        fewest = int(self.run.soldiers[commodity.members].min())
        return min(fewest * one // deployment.SHARE, deployment.MOST)


def shortest(pairs: tuple[Any, Any], minutes: Any, sources: Any, states: int) -> tuple[Any, Any]:
    """Shortest times over pairs of states in parts of a minute (FINE), exact; of parallel pairs the quickest."""
    start, end = pairs
    order = np.lexsort((minutes, end, start))
    start, end, weight = start[order], end[order], np.asarray(minutes, np.float64)[order] * FINE + 1
    new = np.ones(len(order), bool)
    new[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    matrix: Any = csr_array((weight[new], (start[new], end[new])), shape=(states, states))
    found: Any = csgraph.dijkstra(matrix, indices=sources, return_predecessors=True)
    distance, before = np.asarray(found[0], np.float64), found[1]
    return np.where(np.isfinite(distance), np.minimum(distance, FAR), FAR).astype(np.int64), before


class _Flow:
    """One commodity between its queues: shortest times, and the bins in which each queue can matter."""

    def __init__(self, world: Expansion, commodity: _Commodity, queued: Any, horizon: int) -> None:
        self.world, self.commodity = world, commodity
        mine, self.travel = commodity.edges, world.run.everywhere.travel[commodity.march]
        self.sources = world.sources[commodity.members]
        ready = world.run.ready[commodity.members]
        apart = world.distances(mine, self.travel[mine], self.sources)[0] // FINE
        self.earliest = (apart + ready[:, None]).min(axis=0)
        back = world.distances(mine, self.travel[mine], [commodity.goal], back=True)
        self.to_goal = back[0][0] // FINE
        self.free, kept = mine[~queued[mine]], mine[queued[mine]]
        start, end = world.starts[kept], world.ends[kept]
        useful = self.earliest[start] + self.travel[kept] + self.to_goal[end] <= horizon
        self.kept = kept[useful & (start != commodity.goal)]
        self.queues = np.unique(np.concatenate([world.starts[self.kept], [commodity.goal]]))
        self.place = {int(state): place for place, state in enumerate(self.queues)}
        origins = np.unique(np.concatenate([self.queues, world.ends[self.kept], self.sources]))
        self.apart, self.before = world.distances(self.free, self.travel[self.free], origins)
        self.origin = {int(state): place for place, state in enumerate(origins)}
        passed = self.queues != commodity.goal  # nobody passes its destination
        between = self.apart[[self.origin[int(x)] for x in self.queues]][:, self.queues]
        self.between = np.where(passed[:, None], between, FAR)

    def onward(self, state: int) -> list[tuple[int, int]]:
        """The queues that are next from a state, none on the way to another, and the minutes there."""
        minutes = self.apart[self.origin[state]][self.queues].copy()
        if state in self.place:
            minutes[self.place[state]] = FAR
        through = minutes[:, None] + self.between
        np.fill_diagonal(through, FAR + 1)
        next_ones = np.flatnonzero((minutes < FAR) & (through > minutes).all(axis=0))
        return [(int(self.queues[x]), int(minutes[x] // FINE)) for x in next_ones]

    def arcs(self) -> Iterable[_Arc]:
        """Over every kept edge to the next queues, and between queues."""
        for edge in self.kept:
            start, end = int(self.world.starts[edge]), int(self.world.ends[edge])
            for queue, minutes in self.entered(end):
                yield _Arc(start, queue, int(edge), end, int(self.travel[edge]) + minutes)
        for state in self.queues[self.queues != self.commodity.goal]:
            for queue, minutes in self.onward(int(state)):
                yield _Arc(int(state), queue, -1, int(state), minutes)

    def entered(self, state: int) -> list[tuple[int, int]]:
        """Where those who come to a state queue next: there, if that is a queue."""
        return [(state, 0)] if state in self.place else self.onward(state)

    def passed(self, arc: _Arc) -> list[tuple[int, int]]:
        """The free edges of an arc, and the minutes from its start to each."""
        found: list[tuple[int, int]] = []
        row = self.origin[arc.origin]
        begun = int(self.travel[arc.edge]) if arc.edge >= 0 else 0
        state = arc.end
        while state != arc.origin:
            previous = int(self.before[row, state])
            between = self.free[(self.world.starts[self.free] == previous) & (self.world.ends[self.free] == state)]
            found.append(
                (int(between[np.argmin(self.travel[between])]), begun + int(self.apart[row, previous] // FINE))
            )
            state = previous
        return found


class _Programme:
    """One linear programme: columns are flows in loads, rows are queues (equal to 0) and limits (at most)."""

    def __init__(
        self, world: Expansion, potential: Any, kept: set[int], days: Int64[np.ndarray, " day"], weights: Any
    ) -> None:
        self.world, self.potential, self.kept, self.days, self.weights = world, potential, kept, days, weights
        self.horizon = (int(days[-1]) + BEFORE) * DAY
        self.equal, self.most = _Rows(), _Rows()
        self.columns = 0
        self.worth: list[Any] = []
        self.upper: list[Any] = []
        self.right: list[Any] = []
        self.work: dict[int, list[tuple[Any, Any, int]]] = {}  # by capacity: bins, columns, minutes
        self.passed: list[tuple[Any, Any, _Flow, _Arc]] = []
        self.counted: list[tuple[Any, Any, Any]] = []

    def bin(self, minute: Any, state: Any) -> Any:
        """Bin of a minute on the clock of a state."""
        return (minute + self.potential[state] - self.world.origin) // self.world.step

    def new(self, number: int, upper: Any = np.inf, worth: Any = 0.0) -> Any:
        """Columns of the programme."""
        self.upper.append(np.broadcast_to(np.asarray(upper, float), number))
        self.worth.append(np.broadcast_to(np.asarray(worth, float), number))
        self.columns += number
        return np.arange(self.columns - number, self.columns)

    def limited(self, right: Any) -> Any:
        """Rows whose sum is at most something."""
        self.right.append(np.atleast_1d(np.asarray(right, float)))
        return self.most.new(len(self.right[-1]))

    def add(self, commodity: _Commodity, queued: Any) -> None:
        """The flow of one commodity."""
        flow = _Flow(self.world, commodity, queued, self.horizon)
        if flow.earliest[commodity.goal] > self.horizon:
            return
        queues = flow.queues
        low = self.bin(flow.earliest[queues], queues)
        high = self.bin(self.horizon - flow.to_goal[queues], queues)
        rows = [self.equal.new(int(size)) for size in high - low + 1]
        for place in range(len(queues)):  # who waits is there in the next bin too, at the destination for good
            self._move(rows[place][:-1], rows[place][1:])
        for arc in flow.arcs():
            a, b = flow.place[arc.start], flow.place[arc.end]
            lag = (arc.minutes + self.potential[arc.end] - self.potential[arc.start]) // self.world.step
            last = min(high[a], high[b] - lag)
            if arc.edge >= 0:
                last = min(last, self.bin(self.world.run.closes[arc.edge] - 1, arc.start))
            bins: Any = np.arange(int(low[a]), int(last) + 1)
            columns = self._move(rows[a][bins - low[a]], rows[b][np.maximum(bins + lag - low[b], 0)])
            begun = bins * self.world.step + self.world.origin - self.potential[arc.start]
            self.passed.append((begun, columns, flow, arc))
            if arc.edge >= 0:
                resource = int(self.world.resource[arc.edge])
                self.work.setdefault(resource, []).append((bins, columns, self.world.hold(resource, commodity)))
        self._inject(flow, rows, low, high)
        self._count(commodity, rows[flow.place[commodity.goal]], int(low[flow.place[commodity.goal]]))

    def _move(self, start: Any, end: Any) -> Any:
        """Flow from some rows to others."""
        columns = self.new(len(start))
        self.equal.put(start, columns, -1.0)
        self.equal.put(end, columns, 1.0)
        return columns

    def _inject(self, flow: _Flow, rows: list[Any], low: Any, high: Any) -> None:
        """Every formation's loads, from its ready minute on."""
        run = self.world.run
        for mover, source in zip(flow.commodity.members, flow.sources, strict=True):
            limit = self.limited(run.loads[mover])
            for queue, minutes in flow.entered(int(source)):
                place = flow.place[queue]
                entry = self.bin(run.ready[mover] + minutes, queue)
                if entry <= high[place]:
                    column = self.new(1, upper=run.loads[mover])
                    self.most.put(limit, column, 1.0)
                    self.equal.put(rows[place][[max(entry - low[place], 0)]], column, 1.0)
                    arc = _Arc(int(source), queue, -1, int(source), minutes)
                    self.passed.append((run.ready[[mover]], column, flow, arc))

    def _count(self, commodity: _Commodity, rows: Any, low: int) -> None:
        """Vehicles at the destination by each day: of as many loads as are there, the fullest."""
        run = self.world.run
        there = self.new(len(rows))  # what has come by each bin: the flow that waits at the destination
        self.equal.put(rows, there, -1.0)
        self.equal.put(rows[1:], there[:-1], 1.0)
        bins = self.bin((self.days + BEFORE) * DAY, commodity.goal) - low
        which = np.flatnonzero(bins >= 0)
        limit = self.limited(np.zeros(len(which)))
        self.most.put(limit, there[bins[which]], -1.0)
        for mover in commodity.members:
            columns = self.new(len(which), run.loads[mover], run.vehicles[mover] * self.weights[which])
            self.most.put(limit, columns, 1.0)
            self.counted.append((which, columns, float(run.vehicles[mover])))

    def limit(self) -> None:
        """Capacities (2), in bins: loads that start, and what the last of them holds beyond the bin."""
        step = self.world.step
        for resource in sorted(self.kept & set(self.work)):
            uses = self.work[resource]
            longest = max(hold for _, _, hold in uses)
            taken = [bins for bins, _, _ in uses if len(bins)]
            if not longest or not taken:
                continue
            first, last = min(x[0] for x in taken), max(x[-1] for x in taken)
            limit = self.limited(np.ones(last - first + 1))
            beyond = self.new(last - first + 1, upper=(longest - math.gcd(step, *(hold for *_, hold in uses))) / step)
            self.most.put(limit, beyond, -1.0)
            self.most.put(limit[1:], beyond[:-1], 1.0)
            for bins, columns, hold in uses:
                self.most.put(limit[bins - first], columns, hold / step)

    def solve(self) -> Solution:
        """Solve it with HiGHS."""
        curve = np.zeros(len(self.days))
        if not self.counted:
            return Solution(curve, 0.0, set(), self.columns, self.equal.number, "nothing can arrive")
        worth, upper = np.concatenate(self.worth), np.concatenate(self.upper)
        found: Any = optimize.linprog(
            -worth / worth.max(),
            A_ub=self.most.matrix(self.columns),
            b_ub=np.concatenate(self.right),
            A_eq=self.equal.matrix(self.columns),
            b_eq=np.zeros(self.equal.number),
            bounds=np.stack([np.zeros(self.columns), upper], axis=1),
            method="highs",
        )
        if found.status != 0:
            raise AnalysisError(f"the bound has no solution: {found.message}")
        flow = np.asarray(found.x, np.float64)
        for which, columns, vehicles in self.counted:
            curve[which] += vehicles * flow[columns]
        rows = self.equal.number + self.most.number
        area = float(self.weights @ curve) + SLACK * self.world.everything
        return Solution(curve, area, self._overloaded(flow), self.columns, rows, str(found.message))

    def _overloaded(self, flow: Float64[np.ndarray, " column"]) -> set[int]:
        """Dropped capacities that a flow takes more of than there is."""
        world, load = self.world, dict[int, Any]()
        bins_in_all = (self.horizon - world.origin) // world.step + 2
        longest: dict[int, int] = {}
        for begun, columns, along, arc in self.passed:
            used = flow[columns] > 1e-6
            if not used.any():
                continue
            for edge, minutes in along.passed(arc):
                resource = int(world.resource[edge])
                hold = world.hold(resource, along.commodity)
                longest[resource] = max(hold, longest.get(resource, 0))
                at = np.clip((begun[used] + minutes - world.origin) // world.step, 0, bins_in_all - 1)
                np.add.at(load.setdefault(resource, np.zeros(bins_in_all)), at, flow[columns][used] * hold)
        return {x for x, work in load.items() if _backlog(work, world.step) > longest[x] * (1 + OVERLOAD)}


def _backlog(work: Float64[np.ndarray, " bin"], step: int) -> float:
    """The most minutes of work that is left at the end of a bin."""
    left = most = 0.0
    for minutes in work:
        left = max(left + float(minutes) - step, 0.0)
        most = max(most, left)
    return most


class _Rows:
    """A sparse matrix that grows."""

    def __init__(self) -> None:
        self.number = 0
        self.parts: list[tuple[Any, Any, Any]] = []

    def new(self, number: int) -> Any:
        """More rows."""
        self.number += number
        return np.arange(self.number - number, self.number)

    def put(self, rows: Any, columns: Any, value: float) -> None:
        """An entry in each of some rows and columns, pairwise; those in the same place add up."""
        rows, columns = np.broadcast_arrays(rows, columns)
        self.parts.append((rows, columns, np.full(len(rows), value)))

    def matrix(self, columns: int) -> Any:
        """The matrix."""
        if not self.parts:
            return csr_array((self.number, columns))
        rows, places, values = (np.concatenate(x) for x in zip(*self.parts, strict=True))
        return csr_array((values, (rows, places)), shape=(self.number, columns))
