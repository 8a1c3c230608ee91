"""What it takes and costs to keep a unit in theatre, against reference numbers and its facts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.models.burden.stationing import (
    Rotation,
    break_even_premium,
    permanent_cost,
    present_value,
    rotational_cost,
    units_deployed,
    units_required,
    yearly_equivalent,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "burden.json").read_text())["rotation"]
rotations = st.builds(
    lambda dwell, tour, part: Rotation(dwell, tour, part * tour), st.floats(0, 6), st.floats(1, 24), st.floats(0, 0.9)
)
money, parts = st.floats(0, 5000), st.floats(0, 1)


@pytest.mark.parametrize(
    ("rotation", "name"),
    [
        (Rotation(2, 9), "BOG:dwell 1:2 -> units per deployed"),
        (Rotation(3, 9), "1:3"),
        (Rotation(3, 9, 1), "9-month tour with 1 month overlap (RIP/TOA), dwell 1:3"),
    ],
)
def test_rotation_takes_as_many_units_as_the_reference_says(rotation, name):
    assert units_required(rotation) == pytest.approx(GOLDEN[name], abs=1e-12)


def test_a_schedule_of_tours_needs_as_many_units_as_the_formula():
    """Units of a 1:3 rotation of 9 months and 1 of overlap, sent in turn, month by month over 36 years."""
    dwell, tour, overlap, months = 3, 9, 1, 36 * 12
    starts = np.arange(0, months, tour - overlap)
    free_at = []  # when each unit has had its time at home
    for start in starts:
        ready = [k for k, month in enumerate(free_at) if month <= start]
        if ready:
            free_at[ready[0]] = start + tour * (1 + dwell)
        else:
            free_at.append(start + tour * (1 + dwell))
    assert len(free_at) == 5  # 4.5, and a unit is whole
    away = sum(((m >= starts) & (m < starts + tour)).sum() for m in range(tour, months)) / (months - tour)
    assert away == pytest.approx(float(units_deployed(Rotation(dwell, tour, overlap))), abs=0.01)


@settings(deadline=None)
@given(rotations)
def test_rotation_never_takes_less_than_stationing(rotation):
    assert units_required(rotation) >= units_deployed(rotation) >= 1


@settings(deadline=None)
@given(rotations, st.floats(0, 3))
def test_more_rest_takes_more_units(rotation, more):
    assert units_required(rotation._replace(dwell=rotation.dwell + more)) >= units_required(rotation)


@settings(deadline=None)
@given(rotations, money, money, parts)
def test_at_the_break_even_premium_both_cost_the_same(rotation, unit, base, attributed):
    premium = break_even_premium(rotation, unit, base, attributed)
    if premium >= 0:
        both = rotational_cost(rotation, unit, premium, attributed), permanent_cost(unit, base)
        assert both[0] == pytest.approx(both[1], rel=1e-9, abs=1e-6)
    else:
        assert rotational_cost(rotation, unit, 0.0, attributed) >= permanent_cost(unit, base)


@settings(deadline=None)
@given(rotations, money, money)
def test_units_that_exist_anyhow_leave_only_the_premium(rotation, unit, premium):
    extra = rotational_cost(rotation, unit, premium, 0.0) - unit
    assert extra == pytest.approx(float(premium * units_deployed(rotation)), abs=1e-6)


def test_the_whole_force_structure_costs_as_many_units_as_it_takes():
    assert rotational_cost(Rotation(3, 9, 1), 100.0, 0.0, 1.0) == pytest.approx(450.0)


def test_costs_broadcast_over_runs():
    runs = Rotation(np.array([2.0, 3.0]), 9.0)
    assert rotational_cost(runs, 10.0, np.array([[1.0], [2.0]]), 1.0).tolist() == [[31.0, 41.0], [32.0, 42.0]]


@settings(deadline=None)
@given(money, money, st.floats(-0.5, 0.3), st.integers(1, 40))
def test_the_present_value_is_the_sum_of_discounted_payments(up_front, yearly, rate, years):
    paid = up_front + sum(yearly / (1 + rate) ** t for t in range(1, years + 1))
    assert present_value(up_front, yearly, rate, years) == pytest.approx(paid, rel=1e-9)


def test_what_is_being_built_costs_nothing_to_run_and_is_paid_for_in_parts():
    paid = 30 / 1.05 + 30 / 1.05**2 + 7 / 1.05**3 + 7 / 1.05**4
    assert present_value(60.0, 7.0, 0.05, years=4, build_up=2) == pytest.approx(paid, abs=1e-12)


def test_without_discounting_money_is_only_added_up():
    assert present_value(100.0, 10.0, 0.0, years=20, build_up=5) == pytest.approx(250.0)


@settings(deadline=None)
@given(money, st.floats(-0.5, 0.3), st.integers(1, 40))
def test_a_yearly_equivalent_is_worth_what_it_replaces(up_front, rate, years):
    yearly = yearly_equivalent(up_front, rate, years)
    assert present_value(0.0, yearly, rate, years) == pytest.approx(up_front, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("wrong", [Rotation(-1, 9), Rotation(2, 0), Rotation(2, 9, 9), Rotation(2, 9, -1)])
def test_a_rotation_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="shorter than its tour"):
        units_required(wrong)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: permanent_cost(-1.0, 0.0), "unit cost -1.0"),
        (lambda: permanent_cost(1.0, np.nan), "base cost nan"),
        (lambda: rotational_cost(Rotation(2, 9), 1.0, -1.0, 0.0), "premium -1.0"),
        (lambda: rotational_cost(Rotation(2, 9), 1.0, 1.0, 1.5), "must be 0 to 1"),
        (lambda: present_value(1.0, 1.0, -1.0, 10), "above -1"),
        (lambda: present_value(1.0, 1.0, 0.03, 10, 11), "build-up 11"),
        (lambda: present_value(1.0, 1.0, 0.03, 0), "years 0"),
    ],
)
def test_numbers_out_of_range_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
