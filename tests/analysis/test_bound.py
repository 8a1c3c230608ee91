"""The bound on deliveries: against hand counts, against every simulated plan, against a plainer programme."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scipy.optimize import linprog
from scipy.sparse import csr_array, lil_array, vstack

from tests.models.theatre import networks
from tests.models.theatre.networks import campaigns, case, order, tables, twin_run
from vallum.analysis.bound import bound
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.planning import (
    PlanningRun,
    Ways,
    allowed_edges,
    closing,
    open_network,
    planning_run,
    resource_names,
)
from vallum.case import load_case, shipped_cases
from vallum.models.theatre.clock import BEFORE, DAY
from vallum.models.theatre.twin import END

START = BEFORE * DAY  # minute of the attack
HANDLED = networks.HANDLING


def planned(given, orders, falls=None, **handling) -> PlanningRun:
    """The planning run of a small network, moved by the plain twin; a load is one vehicle."""
    handling = HANDLED | handling
    arrivals, passages = twin_run(given, orders, falls=falls)
    network, everywhere = given.network, open_network(given.tables, given.network)
    edges = everywhere.edges
    border = [
        round(float(given.tables[e.table].columns["border_delay"][e.row]) * DAY) if e.table in networks.LINKS else 0
        for e in edges
    ]
    wheels = np.array([networks._minutes(given.tables, e, handling) for e in edges])
    heavy = wheels * np.array([1 + (e.table == "roads") for e in edges])
    headway = np.array([networks._headway(given.tables, *x, handling) for x in everywhere.resources])
    ids = [given.tables["formations"].ids[row] for row in network.movers]
    mine = [orders[id] for id in ids]
    free = np.zeros(len(network.resources), int)
    for passage in passages:
        place = network.resource[passage.edge]
        free[place] = max(free[place], passage.left)
    fallen = [(falls or {}).get(given.tables["nodes"].ids[place], END) for place in network.doomed]
    return PlanningRun(
        option="option",
        plan="plan",
        planned=Ways(network, given.travel, given.border, given.headway),
        everywhere=Ways(everywhere, np.stack([heavy, wheels]) + border, np.array(border), headway),
        allowed=allowed_edges(given.tables, everywhere),
        closes=closing(network, everywhere, fallen, free),
        ids=tuple(ids),
        march=np.array([x.march for x in mine]),
        ready=np.array([x.ready for x in mine]),
        loads=np.array([x.loads for x in mine]),
        soldiers=np.array([x.soldiers for x in mine]),
        vehicles=np.ones(len(mine)),
        integration=np.zeros(len(mine)),
        arrival=tuple(np.sort(np.array(arrivals[id].minutes, int)) for id in ids),
        waited=np.ones(len(network.resources), int),
        names=resource_names(given.tables, everywhere),
    )


def at(found, day):
    return found.vehicles[found.days == day].item()


# By hand


def test_on_one_road_one_formation_arrives_as_the_bound_says():
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B"]))
    found = bound(planned(road, {"F": order(10, ready=START + 1)}), 2)
    np.testing.assert_allclose(found.vehicles, found.plan_vehicles, atol=1e-3)
    assert at(found, 1) == pytest.approx(10, rel=1e-4)
    assert found.area_ratio == pytest.approx(1, rel=1e-4)


def test_23_trains_over_one_a_day_come_one_a_day_but_for_the_first():
    line = case(tables("A B", railways=["A B 600 1"], formations=["F A B"]))
    run = planned(line, {"F": order(23, ready=START + 1)})
    found = bound(run, 30)
    np.testing.assert_allclose(found.vehicles, np.minimum(found.days, 23), atol=1e-3)
    assert found.plan_vehicles[found.days == 6].item() == 6  # they come off the train in quarters
    assert found.plan_vehicles[found.days == 5].item() == 0


def test_a_line_that_does_not_fit_the_step_lets_one_more_load_start():
    line = case(tables("A B", railways=["A B 600 7"], formations=["F A B"]))
    found = bound(planned(line, {"F": order(40, ready=START + 1)}), 8)
    best = np.minimum(np.maximum((found.days * DAY - 1 - 600) // round(DAY / 7) + 1, 0), 40)
    assert np.all(found.vehicles >= best)
    assert np.all(found.vehicles <= best + 7 * 10 / 24 + 2)


def test_two_formations_with_two_goals_share_the_one_road_between():
    roads = case(tables("A B C D", roads=["A B 60 4", "B C 60 400", "B D 60 400"], formations=["F A C", "G A D"]))
    run = planned(roads, {"F": order(12, ready=START + 1, rank=0), "G": order(12, ready=START + 1, rank=1)})
    found = bound(run, 9)
    assert at(found, 3) < 12 + 1 + 1e-3
    assert at(found, 6) == pytest.approx(24, rel=1e-4)
    assert np.all(found.vehicles >= found.plan_vehicles - 1e-9)
    assert found.area_ratio > 0.85
    assert found.area_ratio_whole < found.area_ratio


def test_the_bound_knows_the_way_that_no_plan_has():
    """Two roads: a plan sends a formation over the quicker one, the best flow over both."""
    roads = case(tables("A B C", roads=["A B 60 2", "A C 60 2", "C B 60 2"], formations=["F A B"]))
    found = bound(planned(roads, {"F": order(12, ready=START + 1)}), 8)
    assert at(found, 3) == pytest.approx(12, abs=2)
    assert found.plan_vehicles[found.days == 3].item() == 6


def test_nothing_passes_a_place_after_its_fall():
    road = case(tables("A B C", roads=["A B 60 2", "B C 60 2"], formations=["F A C"], falling="B"))
    run = planned(road, {"F": order(12, ready=START + 1)}, falls={"B": START + 2 * DAY})
    found = bound(run, 8)
    assert np.all(found.vehicles >= found.plan_vehicles - 1e-9)
    assert found.plan_vehicles[-1] < 12


def test_without_capacities_kept_only_time_and_distance_bind():
    line = case(tables("A B", railways=["A B 2000 1"], formations=["F A B"]))
    run = planned(line, {"F": order(23, ready=START + 1)})
    found = bound(run, 30, keep=())
    assert at(found, 1) == 0
    assert at(found, 2) == pytest.approx(23)
    assert "railways A-B" in found.overloaded


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"step_hours": 7}, "whole number"),
        ({"keep": ["roads X"]}, "no capacity"),
        ({"horizon_days": -9}, "nothing moves"),
    ],
)
def test_what_cannot_be_answered_is_said(arguments, says):
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B"]))
    with pytest.raises(AnalysisError, match=says):
        bound(planned(road, {"F": order(10, ready=START + 1)}), **({"horizon_days": 2} | arguments))


# On random networks


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(campaigns(), networks.st.sampled_from([6, 24]))
def test_no_simulated_delivery_is_above_the_bound(drawn, step):
    given, orders, _, falls = drawn
    orders = {id: x._replace(ready=START + x.ready % 1000) for id, x in orders.items()}
    falls = {place: START + minute if minute < END else END for place, minute in falls.items()}
    if not len(given.network.movers) or not any(orders[x].loads for x in orders):
        return
    run = _with_measured(given, orders, falls)
    if not run.loads.any():
        return
    found = bound(run, 12, step)
    assert np.all(found.vehicles >= found.plan_vehicles - 1e-6)
    assert np.sum(found.best_curve) >= np.sum(found.plan_vehicles) - 1e-6
    assert np.all(found.plan_vehicles >= found.plan_whole)


def _with_measured(given, orders, falls):
    """A drawn campaign: handling times are read off the planned network; what no edge shows takes no time."""
    run = planned(given, orders, falls)
    travel, headway = run.everywhere.travel, run.everywhere.headway
    kinds = {}
    for place, e in enumerate(given.network.edges):
        if e.table not in networks.LINKS:
            kinds[e.kind, e.back if e.kind == networks.PORT else e.table == "draw"] = given.travel[:, place]
    for place, e in enumerate(run.everywhere.network.edges):
        if e.table not in networks.LINKS:
            found = kinds.get((e.kind, e.back if e.kind == networks.PORT else e.table == "draw"))
            travel[:, place] = 0 if found is None else found
    ramps = [given.headway[x] for x, (table, _) in enumerate(given.network.resources) if table == "nodes"]
    for place, (table, _) in enumerate(run.everywhere.network.resources):
        if table == "nodes":
            headway[place] = ramps[0] if ramps else 0
    return run


HOUR = 60


def by_the_hour(run, hours):
    """Most vehicles by some hour, on all edges, formation by formation: times and headways are whole hours."""
    network, columns, rows = run.everywhere.network, [], []
    travel, headway = run.everywhere.travel, run.everywhere.headway
    start = run.ready.min()
    states = sorted({x for e in network.edges for x in e[:2]})
    for mover in range(len(run.loads)):
        for place, e in enumerate(network.edges):
            if run.allowed[mover, place]:
                lag = travel[run.march[mover], place] // HOUR
                columns += [("go", mover, place, h, e.start, e.end, h + lag) for h in range(hours - lag + 1)]
        columns += [("wait", mover, -1, h, x, x, h + 1) for x in states for h in range(hours)]
    number = {
        key: n
        for n, key in enumerate((m, x, h) for m in range(len(run.loads)) for x in states for h in range(hours + 1))
    }
    balance = lil_array((len(number), len(columns)))
    windows = {}
    for n, (_, mover, edge, h, a, b, then) in enumerate(columns):
        balance[number[mover, a, h], n] -= 1
        balance[number[mover, b, then], n] += 1
        long = headway[network.resource[edge]] // HOUR if edge >= 0 else 0
        for first in range(h - long + 1, h + 1) if long else ():
            windows.setdefault((network.resource[edge], first), []).append(n)
    right, goals = np.zeros(len(number)), []
    for mover, load in enumerate(run.loads):
        right[number[mover, network.start[mover], (run.ready[mover] - start) // HOUR]] = -load
        goals.append([number[mover, network.goal[mover], hours]])
    at_goals = [place for goal in goals for place in goal]
    inner = [n for n in range(len(number)) if n not in at_goals]
    for (_, _), used in windows.items():
        row = np.zeros(len(columns))
        row[used] = 1
        rows.append(row)
    balance = balance.tocsr()
    objective = -np.asarray(balance[at_goals].sum(axis=0)).ravel()
    most = vstack([csr_array(np.array(rows)), -balance[inner]])  # no more leaves a state than has come there
    found = linprog(objective, A_ub=most, b_ub=np.concatenate([np.ones(len(rows)), -right[inner]]))
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("keep", [None, "everything"])
def test_a_plainer_programme_without_contraction_lies_between_the_plan_and_the_bound(keep):
    roads = case(
        tables(
            "A B C D",
            roads=["A B 120 6", "B C 180 4", "A D 240 3", "D C 60 8"],
            railways=["A C 480 2"],
            formations=["F A C", "G B C"],
        )
    )
    run = planned(roads, {"F": order(9, ready=START + 1), "G": order(5, ready=START + 241, rank=1)})
    found = bound(run, 4, 12, keep=None if keep is None else [x for x in run.names if x != "nothing"])
    for day in (1, 2):
        plain = by_the_hour(run, (day * DAY - 1) // HOUR)
        assert found.plan_vehicles[found.days == day].item() <= plain + 1e-6
        assert plain <= at(found, day) + 1e-6


# The shipped case


@pytest.fixture(scope="module")
def eastern():
    return load_case(shipped_cases()["eastern-flank-2022"])


def test_the_planning_run_of_the_shipped_case_delivers_everything_that_comes(eastern):
    run = planning_run(eastern, "P1")
    assert run.plan == "grab"
    assert sum(len(x) for x in run.arrival) == run.loads.sum() > 300
    assert np.all(run.ready[run.loads > 0] < END)


def test_an_unknown_option_or_plan_is_named_with_the_nearest(eastern):
    with pytest.raises(AnalysisError, match="did you mean 'cleared'"):
        planning_run(eastern, "cleard")
    with pytest.raises(AnalysisError, match="did you mean 'grab'"):
        planning_run(eastern, "P1", plan="grap")


def test_the_plan_of_the_surge_is_never_above_the_bound_and_reaches_nine_tenths_of_it(eastern):
    """Area under the curve of whole formations, to closure, against the sum of the daily maxima."""
    found = bound(planning_run(eastern, "P1"), 112)
    assert np.all(found.vehicles >= found.plan_vehicles - 1e-6)
    assert np.all(found.plan_vehicles >= found.plan_whole)
    assert found.area_ratio_whole >= 0.90
    assert found.area_ratio >= found.area_ratio_whole
