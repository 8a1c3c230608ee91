"""Movement in blocks of runs is the twin's, exactly; and it has the anchors that arithmetic gives it."""

import numpy as np
import pytest

from tests.models.theatre import cases
from vallum.models.theatre import deployment
from vallum.models.theatre.twin import move

RUNS = 100


@pytest.mark.parametrize("option", range(10))
def test_movement_is_the_twins_for_every_formation_of_1000_random_cases(option):
    """Ten options, 100 futures each, with plans, refusals and losses of places stirred beyond what the case expects."""
    work = cases.work()
    futures = np.arange(option * RUNS, (option + 1) * RUNS, dtype=np.uint32)
    values = dict(work.inputs(option, futures))
    rng = np.random.default_rng(option)
    values["plan_weight"] = np.pad(np.array([1.0, 1.0, 1.0]), (0, values["plan_weight"].shape[-1] - 3))
    for name in ("intervention_probability", "transit_if_out"):
        values[name] = rng.random((RUNS, values[name].shape[-1])) ** 0.3
    values["lost_day"] = rng.uniform(0, 40, (RUNS, values["lost_day"].shape[-1]))
    values["required_day"] = np.rint(rng.uniform(0, 3, (RUNS, values["required_day"].shape[-1])))
    values["notice_to_move"] = np.rint(values["notice_to_move"] * rng.random(values["notice_to_move"].shape))
    inputs, draws = cases.block(values, {t: mask[option] for t, mask in work.superset.active.items()}, RUNS, option)
    orders, ways, movement, cut_off = cases.moved(work.structure, inputs, draws)
    movers = len(orders.loads)
    shape = movers, deployment.SERIALS, RUNS
    last, waits = movement.arrived.reshape(shape), movement.waits.reshape(*shape[:2], deployment.WAITS, RUNS)
    spacing, free = movement.spacing.reshape(shape), movement.free.reshape(-1, RUNS)
    assert free.max() > 0
    for run in range(RUNS):
        expected, _ = move(
            cases.network(),
            cases.orders_of(orders, run),
            ways.travel[:, :, run],
            ways.border[:, run],
            ways.headway[:, run],
            int(orders.refused[run]),
            [int(x) for x in orders.falls[:, run]],
        )
        for mover, arrival in enumerate(expected):
            loads = int(orders.loads[mover, run])
            assert cut_off[mover, run] == arrival.cut_off
            found = [
                int(last[mover, k, run]) - j * int(spacing[mover, k, run])
                for k in range(deployment.SERIALS)
                for n in [(loads + deployment.SERIALS - 1 - k) // deployment.SERIALS]
                for j in reversed(range(n))
            ]
            if not arrival.cut_off:
                assert tuple(found) == arrival.minutes
            final = max(min(loads, deployment.SERIALS) - 1, 0)
            assert tuple(waits[mover, final, :, run]) == arrival.waits


def best_values():
    """The inputs of one run at the case's best values, the columns that routes are planned with."""
    work = cases.work()
    middle = np.full((1, len(work.superset.factors)), 0.5)
    values = dict(work.superset.values(0, middle, lambda name, ids: np.zeros((1, len(ids)))))
    columns = {
        "road_speed": ("roads", "speed"), "road_capacity": ("roads", "capacity"),
        "road_border_delay": ("roads", "border_delay"),
        "rail_speed": ("railways", "speed"), "rail_capacity": ("railways", "capacity"),
        "rail_border_delay": ("railways", "border_delay"), "sea_speed": ("sea_routes", "speed"),
        "gauge_throughput": ("gauge_breaks", "throughput"),
    }  # fmt: skip
    for name, (table, column) in columns.items():
        values[name] = np.array([[float(x or 0) for x in work.superset.rows[table].columns[column]]])
    best = {"heavy_march": 250.0, "rail_loading": 0.25, "gauge_transfer": 4 / 24, "vehicles_per_train": 2500 / 23,
            "rail_interdiction": 0.0, "sea_interdiction": 0.0, "port_interdiction": 0.0}  # fmt: skip
    return values | {name: np.full(1, number) for name, number in best.items()}


def travelled(origin, destination, **numbers):
    """Days over the first route of an armoured brigade that nobody is in the way of, and the links it takes."""
    import jax

    from vallum.models.theatre import race, structure
    from vallum.models.theatre.clock import DAY
    from vallum.models.theatre.routes import plan_network
    from vallum.spec import Rows

    work = cases.work()
    tables = dict(work.superset.rows)
    formations = tables["formations"]
    row = formations.ids.index("DE-37")
    ends = {"origin": origin, "destination": destination}
    columns = {
        name: tuple(ends.get(name, cell) if place == row else cell for place, cell in enumerate(column))
        for name, column in formations.columns.items()
    }
    tables["formations"] = Rows(formations.ids, columns)
    network = plan_network(tables)
    values = best_values() | {name: np.full(1, number) for name, number in numbers.items()}
    inputs, _ = cases.block(values, {t: mask[0] for t, mask in work.superset.active.items()}, 1)
    with jax.enable_x64(True):
        inputs = {name: jax.numpy.asarray(x) for name, x in inputs.items()}
        ways = jax.device_get(race.measured(structure.theatre(tables, network), inputs))
    path = network.path(list(network.movers).index(row), 0)
    edges = [network.edges.index(edge) for edge in path]
    names = [tables[edge.table].ids[edge.row] for edge in path if edge.table in ("roads", "railways", "sea_routes")]
    return ways.travel[0, edges, 0].sum() / DAY, ways.border[edges, 0].sum() / DAY, names


def test_from_bremerhaven_to_rukla_it_takes_4_to_5_days_with_a_day_at_borders():
    """Notes to the case: 4.4 to 4.5 days through Suwalki; the railway promises five, an exercise took 3 to 5."""
    days, border, links = travelled("BREMERHAVEN", "RUKLA", border_delay_share=0.5)
    assert border == pytest.approx(1.0)
    assert any("SUWALKI" in link for link in links)
    assert 4 <= days <= 5


def test_from_savannah_to_bremerhaven_it_takes_11_days_at_15_knots():
    """Notes to the case: 7,399 km at 28 km an hour, loading apart; about ten days were observed."""
    days, _, links = travelled("SAVANNAH", "BREMERHAVEN", ship_loading=0.0)
    assert links == ["SAVANNAH-BREMERHAVEN-sea"]
    assert days == pytest.approx(11.0, abs=0.05)


@pytest.mark.parametrize(("trains_a_day", "days"), [(1, 22.0), (3, 22 / 3), (6, 22 / 6)])
def test_the_last_of_23_trains_is_through_a_gauge_break_4_to_22_days_after_one_train_alone(trains_a_day, days):
    """Notes to the case: an armoured brigade of 23 trains at Sestokai, one to six trains a day."""
    from tests.models.theatre.networks import case, order, tables, twin_run

    line = tables(
        "A B* C",
        railways=["A B 60 1000", "B C 60 1000 gauge=1520"],
        gauge_breaks=[f"B {trains_a_day}"],
        formations=["F A C"],
    )
    alone, _ = twin_run(case(line), {"F": order(1)})
    found, _ = twin_run(case(line), {"F": order(23)})
    assert (max(found["F"].minutes) - alone["F"].minutes[0]) / 1440 == pytest.approx(days, abs=0.02)
