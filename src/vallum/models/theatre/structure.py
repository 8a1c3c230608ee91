"""What no run of the theatre changes: the tables as arrays, and the planned network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.keys import entity_keys
from vallum.models.theatre import deployment as moves
from vallum.models.theatre.network import (
    GAUGE,
    LINKS,
    NOTHING,
    PORT,
    RAMP,
    Edge,
    Network,
    place_rows,
    real_ids,
)
from vallum.models.theatre.routes import axis_lengths, plan_network
from vallum.spec import Tables

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int32, UInt32


CAPACITIES = {  # tables whose rows are capacities, and how their outcomes begin
    "roads": "road",
    "railways": "rail",
    "sea_routes": "sea",
    "air_routes": "air",
    "ports": "port",
    "gauge_breaks": "gauge",
    "nodes": "ramp",
}


class Theatre(NamedTuple):
    """What no run changes: rows of tables, as arrays, and the planned network.

    Attributes
    ----------
    days : int
        Length of the clock.
    grid : Grid
    nation, axis : arrays (formation,)
        Rows of `nations` and `axes`; the number of axes where there is none.
    moves, home : arrays of bool (formation,)
        Whether it has to move, and whether it fights on its own nation's soil.
    movers, marches, alphabet : arrays (mover,)
        Rows of `formations`; 0 on transporters, 1 on wheels; place of the id in the order of ids.
    edge_slot, resource_slot : arrays (edge,) and (resource,)
        Where the travel time of an edge and the headway of a capacity stand in what `measured` lists.
    road_length, rail_length, sea_length, air_length, axis_length : arrays (row,)
        km; an axis that no road leads along has an infinite one.
    exposed : array (sea route,)
    loss_plan, loss_place : arrays (loss,)
        Row of `plans`, and which of the places that may fall; -1 for padding.
    doomed : int
        How many places may fall.
    plan_keys, nation_keys : arrays of uint32
        Identity of plans and nations, for their chance.
    nation_bits : array of uint32 (nation,)
    """

    days: int
    grid: moves.Grid
    nation: Int32[np.ndarray, " formation"]
    axis: Int32[np.ndarray, " formation"]
    moves: Bool[np.ndarray, " formation"]
    home: Bool[np.ndarray, " formation"]
    movers: Int32[np.ndarray, " mover"]
    marches: Int32[np.ndarray, " mover"]
    alphabet: Int32[np.ndarray, " mover"]
    edge_slot: Int32[np.ndarray, " edge"]
    resource_slot: Int32[np.ndarray, " resource"]
    road_length: Float[np.ndarray, " road"]
    rail_length: Float[np.ndarray, " railway"]
    sea_length: Float[np.ndarray, " sea_route"]
    air_length: Float[np.ndarray, " air_route"]
    axis_length: Float[np.ndarray, " axis"]
    exposed: Float[np.ndarray, " sea_route"]
    loss_plan: Int32[np.ndarray, " loss"]
    loss_place: Int32[np.ndarray, " loss"]
    doomed: int
    plan_keys: UInt32[np.ndarray, " plan"]
    nation_keys: UInt32[np.ndarray, " nation"]
    nation_bits: UInt32[np.ndarray, " nation"]


def plan(tables: Tables) -> Theatre:
    """Plan routes, and turn the tables into arrays.

    Parameters
    ----------
    tables : mapping of str to Rows

    Returns
    -------
    Theatre

    Raises
    ------
    ValueError
        More than 32 nations or places that may fall.
    """
    return theatre(tables, plan_network(tables))


def theatre(tables: Tables, network: Network) -> Theatre:
    """The arrays of a case on its planned network."""
    formations, nodes, nations = tables["formations"], tables["nodes"], tables["nations"]
    place = place_rows(nodes)
    nation_row = {id: row for row, id in enumerate(nations.ids)}
    axis_row = {id: row for row, id in enumerate(tables["axes"].ids)}
    plan_row = {id: row for row, id in enumerate(tables["plans"].ids)}
    fights_at = [place.get(str(x), -1) for x in formations.columns["destination"]]
    soil = [str(nodes.columns["nation"][row]) if row >= 0 else "" for row in fights_at]
    axes = [str(nodes.columns["axis"][row]) if row >= 0 else "" for row in fights_at]
    moving = np.zeros(len(formations), bool)
    moving[network.movers] = True
    ids = [formations.ids[int(row)] for row in network.movers]
    doomed = {int(row): bit for bit, row in enumerate(network.doomed)}
    losses = tables["node_losses"]

    def numbers(table: str, column: str) -> Float[np.ndarray, " row"]:
        return np.array([float(str(x or 0)) for x in tables[table].columns[column]])

    def rows(found: Any) -> Int32[np.ndarray, " row"]:
        return np.array(list(found), np.int32)

    return Theatre(
        days=len(tables["clock"]),
        grid=moves.grid(network),
        nation=rows(nation_row.get(str(x), 0) for x in formations.columns["nation"]),
        axis=rows(axis_row.get(x, len(axis_row)) for x in axes),
        moves=moving,
        home=np.array([x == str(n) for x, n in zip(soil, formations.columns["nation"], strict=True)]),
        movers=network.movers.astype(np.int32),
        marches=rows(int(formations.columns["heaviness"][row] != "heavy") for row in network.movers),
        alphabet=rows(sorted(ids).index(id) for id in ids),
        edge_slot=rows(_edge_slot(edge, tables) for edge in network.edges),
        resource_slot=rows(_first(CAPACITIES, tables).get(table, -row - 1) + row for table, row in network.resources),
        road_length=numbers("roads", "length"),
        rail_length=numbers("railways", "length"),
        sea_length=numbers("sea_routes", "length"),
        air_length=numbers("air_routes", "length"),
        axis_length=axis_lengths(tables),
        exposed=numbers("sea_routes", "exposed"),
        loss_plan=rows(plan_row.get(str(x), -1) for x in losses.columns["plan"]),
        loss_place=rows(doomed.get(place.get(str(x), -1), -1) for x in losses.columns["node"]),
        doomed=len(doomed),
        plan_keys=entity_keys(tables["plans"].ids),
        nation_keys=entity_keys(nations.ids),
        nation_bits=np.array(
            [1 << row if row < len(real_ids(nations)) else 0 for row in range(len(nations))], np.uint32
        ),
    )


def _first(names: Iterable[str], tables: Tables) -> dict[str, int]:
    """Where each table begins if they stand one below the other."""
    found: dict[str, int] = {}
    total = 0
    for name in names:
        found[name], total = total, total + len(tables[name])
    return found


def _edge_slot(edge: Edge, tables: Tables) -> int:
    """Links stand in the order of LINKS; then loading ships, unloading, gauges, trains, drawing equipment, nothing."""
    if edge.table in LINKS:
        return _first(LINKS, tables)[edge.table] + edge.row
    handling = {PORT: 1 if edge.back else 0, GAUGE: 2, RAMP: 3, NOTHING: 4 if edge.table == "draw" else 5}[edge.kind]
    return sum(len(tables[name]) for name in LINKS) + handling
