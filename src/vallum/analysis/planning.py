"""One run of a theatre or campaign case as a planner sees it: medians, everyone comes, nothing surprises.

The *planning run* is what a plan is judged by: the warning is believed, every nation joins,
the attacker takes one plan and does not strike early. Of a campaign it takes the race alone, and
the front and control of the sea as unmoved: no place falls but those that a race's case says fall
under the plan. Beside what the simulation delivers, load by load, it has the network of *all*
edges that the defender may use, not only those on a planned route, so that
`vallum.analysis.bound` can ask what any plan could deliver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.comparison import AnalysisError
from vallum.case import Case, Superset, compile_case
from vallum.case.faults import did_you_mean, listed
from vallum.models.theatre import deployment, race, structure
from vallum.models.theatre.network import (
    AIR,
    FLYING,
    GROUND,
    LAYERS,
    LINKS,
    NOTHING,
    PEOPLE,
    ROUTES,
    Edge,
    Network,
    all_edges,
    place_rows,
    real_ids,
    state,
)
from vallum.models.theatre.routes import plan_network, with_losses
from vallum.spec import Rows, Tables
from vallum.study.draws import KeyedDraws

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int64

MODELS = ("theatre", "campaign")
CERTAIN = {  # what a planner takes for granted
    "intervention": 1.0,
    "intervention_probability": 1.0,
    "transit_if_out": 1.0,
    "cohesion_correlation": 0.0,
    "belief_probability": 1.0,
    "preemption_probability": 0.0,
}


@dataclass(frozen=True, eq=False)
class Ways:
    """A network and what movement takes on it, in whole minutes.

    Attributes
    ----------
    network : Network
    travel : array (march, edge)
        Transporters (0) and wheels (1); delay at the border included.
    border : array (edge,)
        That delay alone.
    headway : array (resource,)
        Between loads; of airlifts per soldier and times `deployment.SHARE`.
    """

    network: Network
    travel: Int64[np.ndarray, "march edge"]
    border: Int64[np.ndarray, " edge"]
    headway: Int64[np.ndarray, " resource"]


@dataclass(frozen=True, eq=False)
class PlanningRun:
    """The planned and simulated deployment of one option, and everything that any other plan could use.

    Minutes count from the start of the clock of movement, `clock.BEFORE` days before the attack.

    Attributes
    ----------
    option, plan : str
        Ids of the option and of the attacker's plan.
    planned, everywhere : Ways
        On the planned network and on all edges that the defender may use; the second has no routes.
    allowed : array of bool (mover, edge of everywhere)
        Heavy equipment does not fly, and everyone draws only its own stored equipment.
    closes : array (edge of everywhere,)
        Minute from which no load starts over an edge, because a place at its ends has fallen.
    ids : tuple of str
        Of the formations that move.
    march, ready, loads, soldiers : arrays (mover,)
        0 on transporters and 1 on wheels; minute; trainloads (0: it does not come); soldiers a load.
    vehicles : array (mover,)
        Vehicles a load.
    integration : array (mover,)
        Days from arrival to ready to fight.
    arrival : tuple of arrays (load,)
        By mover, minute in which each load is there, in order; `deployment.END` if it never is.
    waited : array (resource of planned,)
        Load-minutes that the plan waited for each capacity.
    names : tuple of str
        Of each resource of everywhere: table, row and "(back)" against the direction of a link.
    """

    option: str
    plan: str
    planned: Ways
    everywhere: Ways
    allowed: Bool[np.ndarray, "mover edge"]
    closes: Int64[np.ndarray, " edge"]
    ids: tuple[str, ...]
    march: Int64[np.ndarray, " mover"]
    ready: Int64[np.ndarray, " mover"]
    loads: Int64[np.ndarray, " mover"]
    soldiers: Int64[np.ndarray, " mover"]
    vehicles: Float64[np.ndarray, " mover"]
    integration: Float64[np.ndarray, " mover"]
    arrival: tuple[Int64[np.ndarray, " load"], ...]
    waited: Int64[np.ndarray, " resource"]
    names: tuple[str, ...]


def planning_run(case: Case, option: str, plan: str = "") -> PlanningRun:
    """Run an option once, every input at its median and everyone coming.

    Parameters
    ----------
    case : Case
        Of the theatre or the campaign model.
    option : str
        Id.
    plan : str
        Id of the attacker's plan; the one of the largest weight unless given.

    Returns
    -------
    PlanningRun

    Raises
    ------
    AnalysisError
        If the case is of another model, or has no such option or plan.
    """
    if case.spec.name not in MODELS:
        raise AnalysisError(f"{case.name} is a case of {case.spec.name}: planning runs are of {' and '.join(MODELS)}")
    superset = compile_case(case)
    place = superset.options.index(_known("option", option, superset.options))
    inputs = _medians(superset, place)
    plans = real_ids(superset.rows["plans"])
    weights = inputs["plan_weight"][: len(plans), 0] * inputs["plans.active"][: len(plans), 0]
    plan = _known("plan", plan, plans) if plan else plans[int(np.argmax(weights))]
    inputs["plan_weight"] = np.array([[float(id == plan)] for id in superset.rows["plans"].ids])
    inputs["plans.active"] = inputs["plan_weight"] > 0
    return simulated(superset.rows, inputs, option, plan)


def simulated(tables: Tables, inputs: Mapping[str, Any], option: str, plan: str) -> PlanningRun:
    """Run the race of a theatre or campaign case once on given inputs, shapes (row, 1) and (1,)."""
    import jax
    import jax.numpy as jnp

    from vallum.models.theatre import spec

    tables = with_losses(tables)
    network = plan_network(tables)
    everywhere = open_network(tables, network)
    fixed = structure.theatre(tables, network)
    streams = {name: number for number, name in enumerate(spec.streams)}
    draws = KeyedDraws((np.uint32(0), np.uint32(0)), streams, np.dtype(np.float64))
    with jax.enable_x64(True):
        inputs = {name: jnp.asarray(value) for name, value in inputs.items()}
        politics = race.decided(fixed, inputs, draws)
        ordered = race.ordered if "lost_day" in inputs else race.called  # in a campaign only a front takes places
        orders, _ = ordered(fixed, inputs, politics)
        ways = race.measured(fixed, inputs)
        begun = deployment.begin(fixed.grid, orders)
        moved = deployment.advance(fixed.grid, ways, orders, begun)
        open_ways = race.measured(structure.theatre(tables, everywhere), inputs)
        counts, last, spacing = deployment.arrivals(orders, moved)
    got: Any = jax.device_get((orders, ways, open_ways, moved, counts, last, spacing))
    orders, ways, open_ways, moved, counts, last, spacing = got
    movers: list[int] = network.movers.tolist()
    loads = orders.loads[:, 0].astype(np.int64)
    total = np.asarray(inputs["vehicles"] * inputs["turnout"])[movers, 0]
    planned = _ways(network, ways)
    return PlanningRun(
        option=option,
        plan=plan,
        planned=planned,
        everywhere=_ways(everywhere, open_ways),
        allowed=allowed_edges(tables, everywhere),
        closes=closing(network, everywhere, orders.falls[:, 0], moved.free),
        ids=tuple(tables["formations"].ids[row] for row in movers),
        march=np.asarray(orders.march, np.int64),
        ready=orders.ready[:, 0].astype(np.int64),
        loads=loads,
        soldiers=orders.soldiers[:, 0].astype(np.int64),
        vehicles=total / np.maximum(loads, 1),
        integration=np.asarray(inputs["integration"])[movers, 0],
        arrival=tuple(
            load_arrivals(counts[mover, :, 0], last[mover, :, 0], spacing[mover, :, 0]) for mover in range(len(movers))
        ),
        waited=np.asarray(moved.queues, np.int64),
        names=resource_names(tables, everywhere),
    )


def _known(what: str, name: str, names: tuple[str, ...]) -> str:
    if name not in names:
        near = did_you_mean(name, names)
        raise AnalysisError(f"no {what} is called {name!r}; there are {listed(names)}" + (f"; {near}" if near else ""))
    return name


def _medians(superset: Superset, option: int) -> dict[str, Any]:
    """Every input at its median, as a block of one run, with what a planner takes for granted."""

    def still(name: str, ids: tuple[str, ...]) -> Float64[np.ndarray, "future row"]:
        return np.zeros((1, len(ids)))

    values = superset.values(option, np.full((1, len(superset.factors)), 0.5), still)
    inputs: dict[str, Any] = {}
    for declared in superset.spec.inputs:
        value = np.asarray(values[declared.name], np.float64).reshape(-1)
        value = np.full_like(value, CERTAIN[declared.name]) if declared.name in CERTAIN else value
        inputs[declared.name] = value[:, None] if declared.per else value
    return inputs | {f"{table}.active": mask[option][:, None] for table, mask in superset.active.items()}


def _ways(network: Network, ways: deployment.Ways) -> Ways:
    travel, border, headway = (np.asarray(x)[..., 0].astype(np.int64) for x in ways)
    return Ways(network, travel, border, headway)


def open_network(tables: Tables, planned: Network) -> Network:
    """All edges that the defender may use, without routes; states are numbered as `network.state` does."""
    edges = all_edges(tables)
    keys = [resource_key(edge) for edge in edges]
    resources = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    formations, place = tables["formations"], place_rows(tables["nodes"])
    empty = np.zeros((len(planned.movers), ROUTES, 0), np.uint32)

    def stands(mover: int, column: str, layer: int) -> int:
        return state(place[_cell(formations, column, mover)], layer)

    starts = [stands(m, "origin", PEOPLE if _cell(formations, "kit", m) else GROUND) for m in planned.movers]
    return Network(
        edges=edges,
        resource=np.array([resources[key] for key in keys], np.int32),
        resources=tuple((table, row) for table, row, _ in resources),
        movers=planned.movers,
        start=np.array(starts, np.int32),
        goal=np.array([stands(m, "destination", GROUND) for m in planned.movers], np.int32),
        hop=empty.astype(np.int32),
        crosses=empty,
        passes=empty,
        doomed=planned.doomed,
    )


def resource_key(edge: Edge) -> tuple[str, int, bool]:
    """What an edge takes the capacity of: table, row, and whether against the direction of a link."""
    if edge.kind == NOTHING or not edge.table:
        return "", -1, False
    return edge.table, edge.row, edge.back and edge.table in LINKS


def resource_keys(network: Network) -> list[tuple[str, int, bool]]:
    """The key of each resource of a network."""
    found = {int(number): resource_key(edge) for number, edge in zip(network.resource, network.edges, strict=True)}
    return [found[number] for number in range(len(network.resources))]


def resource_names(tables: Tables, network: Network) -> tuple[str, ...]:
    """The name of each resource of a network."""
    return tuple(
        f"{table} {tables[table].ids[row]}{' (back)' * back}" if table else "nothing"
        for table, row, back in resource_keys(network)
    )


def allowed_edges(tables: Tables, everywhere: Network) -> Bool[np.ndarray, "mover edge"]:
    """The edges that each formation may use."""
    formations, place = tables["formations"], place_rows(tables["nodes"])
    edges = everywhere.edges
    in_air = np.array([AIR in (edge.start % LAYERS, edge.end % LAYERS) for edge in edges], bool)
    drawn = np.array([edge.row if edge.table == "draw" else -1 for edge in edges])
    found = np.ones((len(everywhere.movers), len(edges)), bool)
    for number, row in enumerate(everywhere.movers):
        kit = _cell(formations, "kit", row)
        found[number] = (drawn < 0) | (drawn == (place[kit] if kit else -2))
        if _cell(formations, "heaviness", row) not in FLYING:
            found[number] &= ~in_air
    return found


def closing(planned: Network, everywhere: Network, falls: Any, free: Any) -> Int64[np.ndarray, " edge"]:
    """Minute from which no load starts over an edge: when a place at its ends falls.

    Who has asked before the fall still passes afterwards, in the simulation, when its turn
    comes: such a capacity counts as open until the last load that the simulation sent over
    it, and what has no capacity stays open.
    """
    fall = {int(place): int(minute) for place, minute in zip(planned.doomed, falls, strict=True)}
    cleared = {key: int(minute) + 1 for key, minute in zip(resource_keys(planned), free, strict=True)}
    closes: list[int] = []
    for edge in everywhere.edges:
        key = resource_key(edge)
        first = min(fall.get(state // LAYERS, deployment.END) for state in (edge.start, edge.end))
        closes.append(max(first, cleared.get(key, 0)) if key[0] and first < deployment.END else deployment.END)
    return np.array(closes, np.int64)


def load_arrivals(counts: Any, last: Any, spacing: Any) -> Int64[np.ndarray, " load"]:
    """Minute of every load from the last one of each serial and the minutes between."""
    found: list[Any] = [
        np.where(end < deployment.END, end - gap * np.arange(int(count)), deployment.END).astype(np.int64)
        for count, end, gap in zip(counts, last, spacing, strict=True)
    ]
    return np.sort(np.concatenate(found))


def _cell(rows: Rows, column: str, row: int) -> str:
    return str(rows.columns[column][row])
