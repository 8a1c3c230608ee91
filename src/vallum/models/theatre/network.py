"""The network that formations move over.

A place is not one point: a formation on its ground, on a train of either gauge, on a ship
or in an aircraft stands in different *states* of it, and getting from one to another takes
time and the capacity of a ramp, a port or a gauge break. Links join states of two places,
one way each. Traffic of the defender never takes a link of the attacker or one across the
front.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vallum.spec import Rows, Tables

if TYPE_CHECKING:
    from jaxtyping import Int, Int32, UInt32

ROUTES = 4
GROUND, RAIL_1435, RAIL_1520, SEA, AIR, PEOPLE, PEOPLE_AIR = range(7)
LAYERS = 7
LINE, LIFT, PORT, GAUGE, RAMP, NOTHING = range(6)
"""What an edge is, and so what a formation that waits for it waits for."""
LINKS = {"roads": LINE, "railways": LINE, "sea_routes": LIFT, "air_routes": LIFT}
MINUTES = 1440.0
PLANNED_TRAIN = 109.0  # vehicles on a train, for comparing routes only: 2,500 vehicles of a brigade on 23 trains
PLANNED_MARCH = 250.0
PLANNED_LOADS = 6.0
PLANNED_HOURS = {"rail": 6.0, "gauge": 4.0, "port": 96.0, "draw": 96.0}
FLYING = frozenset({"light"})


class Edge(NamedTuple):
    """One way from a state to another.

    `table` and `row` name what it takes the capacity of ("" for nothing), `back` whether it
    runs against the direction in which a link is written.
    """

    start: int
    end: int
    kind: int
    table: str
    row: int
    back: bool


@dataclass(frozen=True, eq=False)
class Network:
    """Everything about movement that no future changes.

    Attributes
    ----------
    edges : tuple of Edge
        Those that some route uses.
    resource : array (edge,)
        The capacity each edge takes: an index that edges may share.
    resources : tuple of (table, row)
        What each capacity is of.
    movers : array (mover,)
        Rows of `formations` that have to move.
    start, goal : array (mover,)
        States.
    hop : array (mover, route, state)
        The edge to take, -1 where there is none.
    crosses : array (mover, route, state) of uint32
        One bit a nation on whose territory the rest of the route lies, the formation's own left out.
    passes : array (mover, route, state) of uint32
        One bit a place that may fall on the rest of the route.
    doomed : array (doomed,)
        Rows of `nodes` that may fall, in the order of their bits.
    """

    edges: tuple[Edge, ...]
    resource: Int32[np.ndarray, " edge"]
    resources: tuple[tuple[str, int], ...]
    movers: Int[np.ndarray, " mover"]
    start: Int32[np.ndarray, " mover"]
    goal: Int32[np.ndarray, " mover"]
    hop: Int32[np.ndarray, "mover route state"]
    crosses: UInt32[np.ndarray, "mover route state"]
    passes: UInt32[np.ndarray, "mover route state"]
    doomed: Int[np.ndarray, " doomed"]

    def path(self, mover: int, route: int) -> tuple[Edge, ...]:
        """The edges of a route from its start to its goal; empty where there is none."""
        state, found = int(self.start[mover]), list[Edge]()
        while state != self.goal[mover]:
            edge = int(self.hop[mover, route, state])
            if edge < 0:
                return ()
            found.append(self.edges[edge])
            state = self.edges[edge].end
        return tuple(found)


def state(node: int, layer: int) -> int:
    """The state of a place."""
    return node * LAYERS + layer


def all_edges(tables: Tables) -> tuple[Edge, ...]:
    """Every edge that the defender's traffic may use, both ways, in a stable order."""
    place = place_rows(tables["nodes"])
    edges: list[Edge] = []
    layers: dict[int, set[int]] = {node: set() for node in range(len(place))}
    for name, kind in LINKS.items():
        rows = tables[name]
        for row, _ in enumerate(real_ids(rows)):
            if cell(rows, "usable_by", row) != "defender" or not rows.columns["capacity"][row]:
                continue
            ends = place[cell(rows, "start", row)], place[cell(rows, "end", row)]
            for layer in _layers(name, rows, row):
                for back, (a, b) in enumerate((ends, ends[::-1])):
                    edges.append(Edge(state(a, layer), state(b, layer), kind, name, row, bool(back)))
                    layers[a].add(layer)
    for table, kind in (("ports", PORT), ("gauge_breaks", GAUGE)):
        rows = tables[table]
        where = {place[cell(rows, "node", row)]: row for row, _ in enumerate(real_ids(rows))}
        for node in sorted(layers):
            edges.extend(_transfers(node, layers[node], kind, table, where, tables))
    for node, crossing in enumerate(cell(tables["nodes"], "kind", n) == "crossing" for n in range(len(place))):
        edges.extend(_boarding(node, layers[node], crossing))
    return tuple(edges)


def _layers(table: str, rows: Rows, row: int) -> tuple[int, ...]:
    if table == "railways":
        return (RAIL_1435,) if cell(rows, "gauge", row) == "1435" else (RAIL_1520,)
    return {"roads": (GROUND, PEOPLE), "sea_routes": (SEA,), "air_routes": (AIR, PEOPLE_AIR)}[table]


def _transfers(
    node: int, layers: set[int], kind: int, table: str, where: Mapping[int, int], tables: Tables
) -> Iterable[Edge]:
    """Between ship and shore at ports, between gauges at gauge breaks."""
    row = where.get(node, -1)
    name = table if row >= 0 else ""
    if row >= 0 and not tables[table].columns["throughput"][row]:
        return
    if kind == PORT and SEA in layers:
        for layer in sorted({GROUND, *layers} & {GROUND, RAIL_1435, RAIL_1520}):
            yield Edge(state(node, layer), state(node, SEA), PORT, name, row, False)
            yield Edge(state(node, SEA), state(node, layer), PORT, name, row, True)
    if kind == GAUGE and row >= 0 and {RAIL_1435, RAIL_1520} <= layers:
        yield Edge(state(node, RAIL_1435), state(node, RAIL_1520), GAUGE, name, row, False)
        yield Edge(state(node, RAIL_1520), state(node, RAIL_1435), GAUGE, name, row, True)


def _boarding(node: int, layers: set[int], crossing: bool) -> Iterable[Edge]:
    """Onto trains and aircraft and off them, and the drawing of stored equipment."""
    for layer in sorted(layers & {RAIL_1435, RAIL_1520}) if not crossing else ():
        yield Edge(state(node, GROUND), state(node, layer), RAMP, "nodes", node, False)
        yield Edge(state(node, layer), state(node, GROUND), RAMP, "nodes", node, True)
    if AIR in layers:
        for ground, air in ((GROUND, AIR), (PEOPLE, PEOPLE_AIR)):
            yield Edge(state(node, ground), state(node, air), NOTHING, "", -1, False)
            yield Edge(state(node, air), state(node, ground), NOTHING, "", -1, True)
    yield Edge(state(node, PEOPLE), state(node, GROUND), NOTHING, "draw", node, False)


def planned_minutes(edge: Edge, tables: Tables) -> float:
    """How long a quarter of a brigade takes over an edge when nobody is before it, at the planned values."""
    if edge.table in LINKS:
        columns = tables[edge.table].columns
        length, speed, capacity, border = (
            float(str(columns[x][edge.row])) for x in ("length", "speed", "capacity", "border_delay")
        )
        days = length / speed / 24 + border
        if edge.table == "roads":
            days = max(length / speed / 24, length / PLANNED_MARCH) + border
        load = 1.0 if edge.table == "railways" else PLANNED_TRAIN
        return (days + PLANNED_LOADS * load / capacity) * MINUTES
    hours = {RAMP: "rail", GAUGE: "gauge", PORT: "port", NOTHING: "draw"}[edge.kind]
    if edge.kind == NOTHING:
        return PLANNED_HOURS["draw"] * 60 if edge.table == "draw" else 1.0
    wait = 0.0
    if edge.table in ("ports", "gauge_breaks"):
        load = PLANNED_TRAIN if edge.table == "ports" else 1.0
        wait = PLANNED_LOADS * load / float(str(tables[edge.table].columns["throughput"][edge.row])) * 24
    elif edge.kind == RAMP:
        wait = PLANNED_LOADS / 3 * 24
    return (wait + (0.0 if edge.kind == PORT and edge.back else PLANNED_HOURS[hours])) * 60


def real_ids(rows: Rows) -> tuple[str, ...]:
    """Ids of a table without those of padding."""
    return tuple(id for id in rows.ids if not id.startswith("~"))


def place_rows(nodes: Rows) -> dict[str, int]:
    """Row of each place by its id."""
    return {id: row for row, id in enumerate(real_ids(nodes))}


def cell(rows: Rows, column: str, row: int) -> str:
    """A cell as text."""
    return str(rows.columns[column][row])
