"""The counter-offensive: when it begins, whom it needs, and what holds of it always."""

from functools import cache
from math import inf

import numpy as np
import pytest

from tests.models.theatre import campaign_cases as cases
from vallum.models.theatre.campaign_declaration import RETAKEN_BY
from vallum.models.theatre.twin_axes import Axis
from vallum.models.theatre.twin_counter import Later, beginning

SEEDS = range(4)
RUNS = 128


@cache
def given(seed):
    return cases.case(seed, RUNS)


@cache
def found(seed, **change):
    case = given(seed)
    inputs = {**case.inputs, **{name: np.full(RUNS, float(value)) for name, value in change.items()}}
    return cases.blocks(case._replace(inputs=inputs))


def axis(brigades, soldiers):
    return Axis("x", "s", [], 1.0, brigades=brigades, defenders=[soldiers, 0.0, 0.0])


def test_it_begins_on_the_first_day_on_which_enough_are_free():
    later = [Later(80.0, 2.0, 8000.0), Later(70.0, 1.0, 4000.0), Later(20.0, 0.5, 2000.0), Later(inf, 9.0, 9.0)]
    left = axis(1.0, 3000.0)
    assert beginning(left, later, 1.0, 60.0) == (60.0, 5000.0)  # those free by the last day all come along
    assert beginning(left, later, 2.0, 60.0) == (70.0, 9000.0)
    assert beginning(left, later, 2.5, 60.0) == (70.0, 9000.0)
    assert beginning(left, later, 3.0, 60.0) == (80.0, 17000.0)
    assert beginning(left, later, 5.0, 60.0)[0] == inf  # whoever is cut off never counts


def test_who_closes_on_one_day_comes_together():
    later = [Later(65.0, 1.0, 1000.0), Later(65.0, 1.0, 3000.0)]
    assert beginning(axis(0.0, 0.0), later, 0.5, 60.0) == (65.0, 4000.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_only_what_is_taken_is_retaken_and_only_after_the_last_day(seed):
    o = found(seed)
    begun, back = np.isfinite(o["counter_day"]), np.isfinite(o["aim_retaken_day"])
    assert 0 < begun.sum() < RUNS
    assert np.isfinite(o["aim_taken_day"][begun]).all()
    assert ((o["counter_day"][begun] >= cases.DAYS) & (o["counter_day"][begun] <= RETAKEN_BY)).all()
    assert (begun | ~back).all()
    assert (o["aim_retaken_day"][back] >= o["counter_day"][back]).all()
    np.testing.assert_array_equal(o[f"retaken_by_day_{RETAKEN_BY}"], o["aim_retaken_day"] <= RETAKEN_BY)
    for name in ("counter_losses", "occupier_losses"):
        assert (o[name] >= 0).all()
        assert (o[name][~begun] == 0).all()
    assert not o["outside_counter"][~begun].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_occupiers_lost_are_among_the_attackers_who_are_left(seed):
    o = found(seed)
    left = o["axis_attackers"] - o["axis_attacker_losses"]
    assert (o["occupier_losses"] <= left.max(axis=0) * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_it_changes_nothing_before_it(seed):
    usual, never = found(seed), found(seed, counter_brigades=1e6)
    assert np.isinf(never["counter_day"]).all()
    for name, value in usual.items():
        if name not in ("counter_day", "aim_retaken_day", f"retaken_by_day_{RETAKEN_BY}", "counter_losses",
                        "occupier_losses", "outside_counter"):  # fmt: skip
            np.testing.assert_array_equal(value, never[name], err_msg=name)


def test_whoever_needs_more_brigades_begins_no_sooner():
    for seed in SEEDS:
        few, many = found(seed, counter_brigades=1), found(seed, counter_brigades=4)
        assert (few["counter_day"] <= many["counter_day"]).all()
        assert (few["counter_day"] < many["counter_day"]).any()


def test_a_fortified_occupier_is_dislodged_no_more_often():
    slow, fast = (
        np.concatenate([found(seed, fortify_days=days)[f"retaken_by_day_{RETAKEN_BY}"] for seed in SEEDS])
        for days in (10_000, 0.1)
    )
    assert slow.sum() > fast.sum()
    assert (fast & ~slow).mean() <= 0.002
