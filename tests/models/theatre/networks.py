"""Small networks from short words, and what moves over them, for tests.

    tables("A B/transit C*", roads=["A B 120 6", "B C 30 24 border=0.5"], formations=["F A C kit=B"])

Nodes: an id, its nation after a slash ("home" if none), a star for a crossing, where no train
loads. Links: both ends, km, loads a day each way (soldiers by air). Wheels, trains, ships and
aircraft cover a km in a minute, transporters on a road take two; so minutes can be read off.
"""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from vallum.models.theatre import spec, twin
from vallum.models.theatre.network import GAUGE, LINKS, PLANNED_TRAIN, PORT, RAMP, Network
from vallum.models.theatre.routes import plan_network
from vallum.spec import Rows, Tables

DAY = 1440
HANDLING = {"load": 0, "gauge": 0, "rail": 0, "draw": 0, "ramp": 0}  # minutes each, and trains a day on a ramp (0: any)


class Case(NamedTuple):
    """A network, and what movement takes on it in one run."""

    tables: Tables
    network: Network
    travel: np.ndarray
    border: np.ndarray
    headway: np.ndarray


def tables(
    nodes,
    *,
    roads=(),
    railways=(),
    sea_routes=(),
    air_routes=(),
    ports=(),
    gauge_breaks=(),
    formations=(),
    falling="",
) -> Tables:
    """A case: in `ports` and `gauge_breaks` a place and loads a day, in `falling` the places that may fall."""
    places = [word.rstrip("*").partition("/") for word in nodes.split()]
    home = {id: nation or "home" for id, _, nation in places}
    parsed = [_words(text, "id origin destination") for text in formations]
    records = {
        "nations": [{"id": nation} for nation in sorted({*home.values(), "home"})],
        "nodes": [
            {"id": id, "nation": home[id], "kind": "crossing" if word.endswith("*") else "other"}
            for (id, _, _), word in zip(places, nodes.split(), strict=True)
        ],
        "roads": [_link(text, PLANNED_TRAIN) for text in roads],
        "railways": [{"gauge": "1435", **_link(text, 1)} for text in railways],
        "sea_routes": [{"exposed": 0.0, **_link(text, PLANNED_TRAIN)} for text in sea_routes],
        "air_routes": [_link(text, 1) for text in air_routes],
        "ports": [_place(text, PLANNED_TRAIN) for text in ports],
        "gauge_breaks": [_place(text, 1) for text in gauge_breaks],
        "formations": [{"nation": home[x["origin"]], "heaviness": "heavy", **x} for x in parsed],
        "node_losses": [{"id": place, "plan": "plan", "node": place} for place in falling.split()],
    }
    return {name: _rows(name, found) for name, found in records.items()}


def _words(text, names):
    plain = [word for word in text.split() if "=" not in word]
    return dict(zip(names.split(), plain, strict=True)) | dict(word.split("=") for word in text.split() if "=" in word)


def _link(text, loads):
    found = {"border": "0"} | _words(text, "start end length capacity")
    return {
        **found,
        "id": f"{found['start']}-{found['end']}",
        "length": float(found["length"]),
        "capacity": float(found["capacity"]) * loads,
        "speed": 60.0,
        "border_delay": float(found["border"]),
        "usable_by": found.get("usable_by", "defender"),
    }


def _place(text, loads):
    found = _words(text, "node throughput")
    return {"id": found["node"], "node": found["node"], "throughput": float(found["throughput"]) * loads}


def _rows(table, records) -> Rows:
    """With the columns that the model declares; what is not said is empty."""
    names = [column.name for column in spec.table(table).columns]
    return Rows(
        tuple(record["id"] for record in records), {x: tuple(record.get(x, "") for record in records) for x in names}
    )


def case(given: Tables, **handling) -> Case:
    """Plan the routes and measure the ways; `handling` as in HANDLING."""
    handling = HANDLING | handling
    network = plan_network(given)
    border = np.array([round(_cell(given, e, "border_delay") * DAY) if e.table in LINKS else 0 for e in network.edges])
    wheels = np.array([_minutes(given, edge, handling) for edge in network.edges])
    heavy = np.array(
        [minutes * (1 + (edge.table == "roads")) for minutes, edge in zip(wheels, network.edges, strict=True)]
    )
    headway = np.array([_headway(given, table, row, handling) for table, row in network.resources])
    return Case(
        given, network, np.array([heavy + border, wheels + border], int), border.astype(int), headway.astype(int)
    )


def _cell(given, edge, column):
    return given[edge.table].columns[column][edge.row]


def _minutes(given, edge, handling):
    if edge.table in LINKS:
        return round(_cell(given, edge, "length"))
    if edge.kind == PORT:
        return 0 if edge.back else handling["load"]
    return {GAUGE: handling["gauge"], RAMP: handling["rail"]}.get(
        edge.kind, handling["draw"] if edge.table == "draw" else 0
    )


def _headway(given, table, row, handling):
    if not table:
        return 0
    if table == "nodes":
        return round(DAY / handling["ramp"]) if handling["ramp"] else 0
    column = "capacity" if table in LINKS else "throughput"
    unit = {"railways": 1, "gauge_breaks": 1, "air_routes": twin.SHARE}.get(table, PLANNED_TRAIN)
    return round(DAY * unit / given[table].columns[column][row])


def order(loads=4, ready=0, rank=0, march=1, soldiers=100) -> twin.Order:
    return twin.Order(ready, loads, soldiers, march, rank)


def moved(given: Case, orders, refused="", falls=None) -> dict[str, twin.Arrival]:
    """What became of each formation; `refused` names nations, `falls` gives places their minute."""
    return twin_run(given, orders, refused, falls)[0]


def twin_run(given: Case, orders, refused="", falls=None):
    """The same, and every passage."""
    nodes, nations = given.tables["nodes"].ids, given.tables["nations"].ids
    ids = [given.tables["formations"].ids[row] for row in given.network.movers]
    arrivals, passages = twin.move(
        given.network,
        [orders[id] for id in ids],
        given.travel,
        given.border,
        given.headway,
        sum(1 << nations.index(nation) for nation in refused.split()),
        [(falls or {}).get(nodes[place], twin.END) for place in given.network.doomed],
    )
    return dict(zip(ids, arrivals, strict=True)), passages


@st.composite
def campaigns(draw):
    """A random small network with roads, railways of two gauges, ships and aircraft, and orders, refusals and falls."""
    names = "ABCDEF"
    nations = draw(st.lists(st.sampled_from(["home", "x", "y"]), min_size=6, max_size=6))
    pairs = [f"{a} {b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    kilometres, loads = st.integers(1, 400), st.sampled_from([1, 2, 3, 6, 24, 100])

    def links(least, most, options=("",)):
        chosen = draw(st.lists(st.sampled_from(pairs), min_size=least, max_size=most, unique=True))
        return [f"{pair} {draw(kilometres)} {draw(loads)} {draw(st.sampled_from(options))}" for pair in chosen]

    through = ["A D 50 24 gauge=1435", "D F 50 24 gauge=1520"]  # with a change of gauge at D
    formations = []
    for id in "PQRS"[: draw(st.integers(1, 4))]:
        origin, destination = draw(st.permutations(names))[:2]
        weight = draw(st.sampled_from(["heavy", "light"]))
        kit = draw(st.sampled_from(["", "", "kit=C"]))
        formations.append(f"{id} {origin} {destination} heaviness={weight} {kit}")
    given = case(
        tables(
            " ".join(f"{name}/{nation}" for name, nation in zip(names, nations, strict=True)),
            roads=links(1, 8, ("", "", "border=0.25")),
            railways=[*links(0, 4, ("gauge=1435", "gauge=1520")), *draw(st.sampled_from([[], through]))],
            sea_routes=links(0, 1),
            air_routes=[f"{link.strip()}0" for link in links(0, 2)],
            ports=["A 6", "B 3"],
            gauge_breaks=["D 12"],
            formations=formations,
            falling=draw(st.sampled_from(["", "B", "B E"])),
        ),
        **{name: draw(st.integers(0, 300)) for name in ("load", "gauge", "rail", "draw")},
        ramp=draw(st.sampled_from([0, 3, 12])),
    )
    ranks = draw(st.permutations(range(len(formations))))
    ready = st.one_of(st.integers(0, 500), st.sampled_from([0, twin.END - 500, twin.END]))
    orders = {
        id: order(draw(st.integers(0, 14)), draw(ready), rank, draw(st.integers(0, 1)), draw(st.integers(1, 300)))
        for id, rank in zip(given.tables["formations"].ids, ranks, strict=True)
    }
    refused = draw(st.sampled_from(["", "", "x", "x y"]))
    falls = {place: draw(st.one_of(st.integers(0, 2000), st.just(twin.END))) for place in "BE"}
    refused = " ".join(nation for nation in refused.split() if nation in given.tables["nations"].ids)
    return given, orders, refused, falls
