"""The race as a model: its contract with the engine, and what a run must hold to."""

import numpy as np
import pytest

from tests.models.theatre import cases
from vallum.models import theatre
from vallum.spec import Rows
from vallum.testing import check_model

RANGES = {
    "plan_weight": (0.1, 1), "warning_days": (0, 60), "belief_probability": (0.2, 0.9),
    "preemption_probability": (0, 0.5), "preemption_lag": (0, 7), "alliance_delay": (0, 20),
    "alliance_delay_after_attack": (0, 3), "national_delay": (0, 20), "intervention": (0, 1),
    "intervention_probability": (0.3, 1), "transit_if_out": (0.2, 1), "cohesion_correlation": (0, 0.6),
    "false_alarms_per_year": (0.2, 2), "mobilisation_cost": (5e7, 1e9), "surprise_share": (0, 0.3),
    "surprise_lead": (1, 7), "brigade_equivalents": (0, 2), "vehicles": (100, 3000), "personnel": (500, 5000),
    "turnout": (0.5, 1), "notice_to_move": (0, 60), "integration": (0, 14), "required_day": (0, 30),
    "national": (0, 1), "delegated": (0, 1), "to_positions": (0.25, 1), "vehicles_per_train": (93, 139),
    "heavy_march": (150, 400), "wheeled_march": (200, 450), "rail_loading": (0.1, 1), "ship_loading": (3, 6),
    "gauge_transfer": (0.1, 0.5), "kit_draw": (4, 8), "border_delay_share": (0, 1), "rail_interdiction": (0, 0.3),
    "sea_interdiction": (0, 0.6), "port_interdiction": (0, 0.2), "road_speed": (30, 60),
    "road_capacity": (1000, 7000), "road_border_delay": (0, 5), "rail_speed": (25, 60), "rail_capacity": (2, 36),
    "rail_border_delay": (0, 5), "sea_speed": (22, 37), "sea_capacity": (150, 500), "air_speed": (600, 850),
    "air_capacity": (300, 2000), "ramp_capacity": (1, 8), "port_throughput": (100, 2000), "gauge_throughput": (1, 6),
    "lost_day": (0.2, 20), "advance_rate": (4, 110), "needed_brigades": (20, 50), "report_day": (10, 60),
}  # fmt: skip


def rows():
    """The shipped case's tables without rows of padding."""
    found = {}
    for name, table in cases.work().superset.rows.items():
        number = sum(not id.startswith("~") for id in table.ids)
        found[name] = Rows(table.ids[:number], {x: column[:number] for x, column in table.columns.items()})
    return found


@pytest.mark.heavy
def test_the_model_keeps_its_contract():
    check_model(theatre, RANGES, tables=rows(), runs=64)


FUTURES = np.arange(64, dtype=np.uint32)
P1 = 0


def replayed(change=None, option=P1, work=None):
    """Series of 64 futures, run by run."""
    work = work or cases.work()
    return {name: x[:, 0] for name, x in work.replay(option, FUTURES, change).items()}


def formation(id):
    return cases.work().superset.rows["formations"].ids.index(id)


def given(**numbers):
    """A change of inputs to one number for every future and row."""
    return lambda values: values | {name: np.full_like(values[name], number) for name, number in numbers.items()}


def test_a_nation_that_stays_out_sends_nobody_abroad_and_those_in_place_fight():
    found = replayed(given(intervention=0.0))
    work = cases.work()
    closed, moves, home = found["closed_day"], work.structure.moves, work.structure.home
    active = work.superset.active["formations"][P1]
    assert np.isinf(closed[:, moves & ~home & active]).all()
    assert np.isfinite(closed[:, ~moves & active]).all()
    assert np.isfinite(closed[:, moves & home & active]).all()


def test_where_all_others_refuse_transit_only_those_who_need_none_arrive():
    work = cases.work()
    nations = work.superset.rows["nations"].ids

    def change(values):
        join = np.zeros_like(values["intervention_probability"])
        join[..., nations.index("UK")] = 1.0
        free = given(transit_if_out=0.0, cohesion_correlation=0.0, intervention=1.0)(values)
        return free | {"intervention_probability": join}

    found = replayed(change)
    assert (found["sent"][:, formation("UK-12")]).all()
    assert found["cut_off"][:, formation("UK-12")].all()  # its host lets nobody in
    assert not found["sent"][:, formation("DE-41")].any()


def test_nothing_flies_where_the_airlift_has_no_capacity():
    found = replayed(given(air_capacity=0.0))
    sent = found["sent"][:, formation("UK-16")]
    assert sent.any()
    np.testing.assert_array_equal(found["cut_off"][:, formation("UK-16")], sent)
    assert np.isinf(found["closed_day"][:, formation("UK-16")]).all()


def test_whoever_comes_to_a_railway_without_capacity_goes_no_farther_and_nobody_queues_for_it():
    """The capacity is a draw of a future: routes do not know it."""
    found = replayed(given(rail_capacity=0.0))
    assert found["rail_wait"].sum() == 0
    np.testing.assert_array_equal(found["cut_off"][:, formation("DE-9")], found["sent"][:, formation("DE-9")])


def test_a_link_that_an_option_switches_off_carries_nobody(shipped):
    work = shipped("formations.csv", "required_day", "UK-16", "8")
    link = work.superset.rows["air_routes"].ids.index("BRIZE-TALLINN-air")
    assert replayed(work=work)["air_traffic"][:, link].any()
    work.superset.active["air_routes"][P1, link] = False
    found = replayed(work=work)
    np.testing.assert_array_equal(found["cut_off"][:, formation("UK-16")], found["sent"][:, formation("UK-16")])


def test_days_are_told_apart_without_rest():
    found = replayed()
    spent = (
        "notice",
        "moving",
        "border",
        "line_wait",
        "ramp_wait",
        "gauge_wait",
        "port_wait",
        "lift_wait",
        "integration",
    )
    total = found["order_day"] + sum(found[f"{name}_days"] for name in spent)
    closed = np.isfinite(found["closed_day"])
    assert closed.any()
    np.testing.assert_allclose(total[closed], found["closed_day"][closed], atol=2e-3)


def test_brigades_only_grow_and_what_moved_is_part_of_all():
    found = replayed()
    for name in ("brigades_by_day", "reinforcements_by_day", "vehicles_by_day", "combat_value_by_day"):
        assert (np.diff(found[name], axis=1) >= -1e-9).all(), name
    assert (found["reinforcements_by_day"] <= found["brigades_by_day"] + 1e-9).all()
    moving = cases.work().structure.moves
    values = cases.work().inputs(P1, FUTURES)
    sent = found["sent"][:, moving] * (values["vehicles"] * values["turnout"])[:, moving]
    assert (found["vehicles_by_day"][:, -1] <= sent.sum(axis=1) + 1e-6).all()


def test_a_formation_is_worth_nothing_until_half_of_it_has_come():
    found = replayed()
    nobody_closed = found["reinforcements_by_day"] == 0
    value = found["combat_value_by_day"] - (found["brigades_by_day"] - found["reinforcements_by_day"])
    few = nobody_closed & (value > 0)
    assert few.any()
    assert (value[few] >= 0.5 * 0.3).all()  # half of the smallest that moves


def test_prepositioned_equipment_is_drawn_where_it_is_stored():
    found = replayed(option=cases.work().superset.options.index("prepositioned"))
    own, stored = formation("US-ABCT-SEA4"), formation("KIT-LT")
    both = np.isfinite(found["closed_day"][:, own]) & np.isfinite(found["closed_day"][:, stored])
    assert (found["moving_days"][both, stored] < found["moving_days"][both, own]).all()
    assert (found["port_wait_days"][both, stored] == 0).all()


def test_ids_are_names_only(monkeypatch):
    """Every id renamed, each with the stream of its old name: nothing changes."""
    from vallum.keys import entity_keys
    from vallum.models.theatre import structure
    from vallum.testing import random_inputs, run_batch

    tables = rows()
    values = random_inputs(theatre.spec, RANGES, tables, 64)
    before = run_batch(theatre, tables, values)
    monkeypatch.setattr(structure, "entity_keys", lambda ids: entity_keys(id.removeprefix("x") for id in ids))
    after = run_batch(theatre, cases.renamed(theatre.spec, tables), values)
    for name, found in before.items():
        np.testing.assert_array_equal(found, after[name], err_msg=name)


def test_a_link_planned_without_capacity_is_closed(shipped):
    found, expected = replayed(work=shipped("air_routes.csv", "capacity", "BRIZE-TALLINN-air", "0")), replayed()
    link = cases.work().superset.rows["air_routes"].ids.index("BRIZE-TALLINN-air")
    assert expected["air_traffic"][:, link].any()
    assert not found["air_traffic"][:, link].any()
    later = found["closed_day"][:, formation("UK-16")] > expected["closed_day"][:, formation("UK-16")]
    np.testing.assert_array_equal(later, np.isfinite(expected["closed_day"][:, formation("UK-16")]))


def test_a_formation_without_a_way_is_cut_off(shipped):
    found = replayed(work=shipped("formations.csv", "origin", "UK-16", "MURMANSK"))
    assert found["sent"][:, formation("UK-16")].any()
    np.testing.assert_array_equal(found["cut_off"][:, formation("UK-16")], found["sent"][:, formation("UK-16")])
    assert np.isinf(found["closed_day"][:, formation("UK-16")]).all()


def test_a_place_without_links_changes_nothing(shipped):
    found = replayed(work=shipped("nodes.csv", "", "LONELY", "LONELY,Lonely,EE,other,59,25,,ramp,2,4,8,GEO,GEO,"))
    expected = replayed()
    np.testing.assert_array_equal(found["brigades_by_day"], expected["brigades_by_day"])
    np.testing.assert_array_equal(found["closed_day"], expected["closed_day"])


@pytest.fixture
def shipped():
    """A function that makes the shipped case a race with one cell, or one more row, of a table changed."""

    def edit(file, column, id, cell):
        def change(rows):
            next(row for row in rows if row["id"] == id)[column] = cell

        texts = cases.race_texts()
        if not column:
            return cases.work_of(texts | {file: texts[file].rstrip("\n") + f"\n{cell}\n"})
        return cases.work_of(cases.edited(texts, file, change))

    return edit
