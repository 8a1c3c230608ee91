"""Arms races against published and independently computed numbers, and the properties of Richardson's equations."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vallum.models.rivalry.reactions import deterrence_cone, log_var, spending_response, static_multiplier
from vallum.models.rivalry.richardson import (
    Race,
    budget_trajectory,
    determinant,
    eigenvalues,
    equilibrium,
    fit_total,
    is_stable,
    trajectory,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "rivalry.json").read_text())
rates = st.floats(0.01, 1.5)
grievances = st.floats(-20, 20)
pairs = st.tuples(rates, rates).map(np.array)
races = st.builds(Race, pairs, pairs, st.tuples(grievances, grievances).map(np.array))
starts = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(np.array)


def reference(case):
    x = GOLDEN["richardson"][case]
    return Race(np.array([x["k"], x["l"]]), np.array([x["alpha"], x["beta"]]), np.array([x["g"], x["h"]])), x


def mirrored(race):
    return Race(race.reaction[..., ::-1], race.fatigue[..., ::-1], race.grievance[..., ::-1])


def growth(race, at):
    return race.reaction * at[..., ::-1] - race.fatigue * at + race.grievance


@pytest.mark.parametrize("case", ["stable", "unstable"])
def test_stability_balance_point_and_modes_are_the_reference_ones(case):
    race, wanted = reference(case)
    assert bool(is_stable(race)) is wanted["stable"]
    assert determinant(race) == pytest.approx(wanted["det"], abs=1e-12)
    assert equilibrium(race) == pytest.approx(np.array(wanted["eq"]), rel=1e-12)
    assert eigenvalues(race) == pytest.approx(np.array(wanted["eig"]), rel=1e-12)


def test_the_path_of_the_stable_race_is_the_reference_one():
    race, _ = reference("stable")
    wanted = GOLDEN["richardson"]["traj_from_(20,10)"]
    found = trajectory(race, [20.0, 10.0], [float(t) for t in wanted])
    assert found == pytest.approx(np.array(list(wanted.values())), abs=1e-6)


def test_spending_before_1914_gives_the_slope_that_richardson_printed():
    data = GOLDEN["richardson_1909_13"]
    found = fit_total(data["totals_million_pounds"])
    assert found.slope == pytest.approx(data["slope"], rel=1e-12)
    assert found.zero == pytest.approx(data["intercept_x"], rel=1e-12)
    assert found.correlation == pytest.approx(data["r"], rel=1e-12)
    assert round(found.slope, 2) == 0.73


def test_the_race_under_a_budget_limit_is_the_reference_one():
    race = Race(np.full(2, 0.9), np.full(2, 0.2), np.ones(2))
    wanted = GOLDEN["richardson_budget_logistic"]["traj"]
    found = budget_trajectory(race, [1, 1], [float(t) for t in wanted], 60, pulse=[5, 0], pulse_years=10)
    # the reference stepped across the end of the pulse, which costs it 9.3e-7 there and at most 1e-9 elsewhere
    assert found == pytest.approx(np.array(list(wanted.values())), abs=1e-6)


def test_the_logarithmic_autoregression_is_the_reference_one():
    wanted = GOLDEN["var_reaction"]
    found = log_var(wanted["A"])
    assert found.eigenvalues == pytest.approx(np.array(wanted["eig"], complex), rel=1e-12)
    assert found.multiplier == pytest.approx(np.array(wanted["long_run_multiplier"]), rel=1e-12)
    assert found.half_life == pytest.approx(wanted["half_life_yr"], rel=1e-12)


def test_static_multipliers_are_the_reference_ones():
    b1, b2 = np.array([0.2, 0.5, 0.7]), np.array([0.3, 0.5, 0.75])
    wanted = np.array(list(GOLDEN["reaction_multiplier_static"].values()))
    assert static_multiplier(b1, b2) == pytest.approx(wanted, rel=1e-12)


def test_five_points_more_risk_of_a_fatal_dispute_raise_spending_by_the_reference_share():
    wanted = GOLDEN["nordhaus_oneal_russett"]
    assert spending_response(wanted["dp_pp"]) == pytest.approx(wanted["multiplier"], abs=1e-12)
    assert 1 + wanted["dp_pp"] * (spending_response(1) - 1) == pytest.approx(wanted["linear"], abs=1e-12)


@given(races)
def test_arms_at_the_balance_point_do_not_change(race):
    assume(abs(determinant(race)) > 1e-6)
    at = equilibrium(race)
    assert growth(race, at) == pytest.approx(0, abs=1e-9 * (1 + np.abs(at).max()))


@settings(deadline=None)
@given(races, starts)
def test_arms_tend_to_the_balance_point_from_any_start_if_stable(race, start):
    slowest = -eigenvalues(race)[..., 1]
    assume(slowest > 0.01)
    settled = trajectory(race, start, [30 / slowest])[0]
    far = np.abs(start - equilibrium(race)).max()
    assert settled == pytest.approx(equilibrium(race), abs=1e-9 * (1 + far + np.abs(start).max()))


@given(races)
def test_a_race_is_stable_iff_both_modes_fade(race):
    assume(abs(determinant(race)) > 1e-9)
    assert bool(is_stable(race)) == bool((eigenvalues(race) < 0).all())


@settings(deadline=None)
@given(races, starts)
def test_swapping_the_sides_mirrors_the_race(race, start):
    times = [0.0, 0.5, 3.0]
    there, here = trajectory(race, start, times), trajectory(mirrored(race), start[::-1], times)
    assert here[:, ::-1] == pytest.approx(there, rel=1e-9, abs=1e-9)
    assert eigenvalues(mirrored(race)) == pytest.approx(eigenvalues(race), rel=1e-12)


@settings(deadline=None)
@given(races, starts, st.floats(0, 5), st.floats(0, 5))
def test_the_path_goes_on_from_where_it_has_come_to(race, start, first, second):
    halfway, whole = trajectory(race, start, [first, first + second])
    onward = trajectory(race, halfway, [second])[0]
    assert onward == pytest.approx(whole, rel=1e-8, abs=1e-8 * (1 + np.abs(whole).max()))


def test_a_race_on_the_edge_of_stability_grows_by_a_straight_line():
    race = Race(np.full(2, 0.5), np.full(2, 0.5), np.ones(2))
    assert not is_stable(race)
    assert np.isnan(equilibrium(race)).all()
    assert trajectory(race, [3, 3], [0, 10, 20]) == pytest.approx(np.array([[3, 3], [13, 13], [23, 23]]), rel=1e-12)


def test_a_batch_of_races_is_each_race_by_itself():
    rng = np.random.default_rng(0)
    k, a, g, start = rng.random((4, 5, 2))
    batch = trajectory(Race(k, a, g), start, [1, 2, 3])
    assert batch.shape == (5, 3, 2)
    for i in range(5):
        assert batch[i] == pytest.approx(trajectory(Race(k[i], a[i], g[i]), start[i], [1, 2, 3]), rel=1e-12)


def test_two_alike_sides_show_richardsons_straight_line():
    race = Race(np.full(2, 0.3), np.full(2, 0.5), np.full(2, 2.0))  # z' = -0.2 z + 4
    z = trajectory(race, [1, 5], np.arange(6)).sum(axis=1)
    found = fit_total(z)
    assert found.zero == pytest.approx(20, rel=1e-9)
    assert found.correlation == pytest.approx(-1, abs=1e-12)
    assert found.slope == pytest.approx(-2 * np.tanh(0.1), rel=1e-9)  # one-year differences of an exponential


@settings(deadline=None, max_examples=20)
@given(races, starts)
def test_a_far_ceiling_changes_nothing(race, start):
    free = trajectory(race, start, [1.0, 2.0])
    found = budget_trajectory(race, start, [1.0, 2.0], 1e12)
    assert found == pytest.approx(free, rel=1e-6, abs=1e-6 * (1 + np.abs(free).max()))


@settings(deadline=None, max_examples=20)
@given(races, st.floats(0, 12))
def test_nobody_passes_the_ceiling(race, pulse_years):
    race = Race(race.reaction, race.fatigue, np.abs(race.grievance))
    arms = budget_trajectory(race, [0, 10], np.linspace(0, 30, 16), 50, pulse=[4, 0], pulse_years=pulse_years)
    assert (arms <= 50 + 1e-6).all()
    assert (arms >= -1e-6).all()


def test_times_may_come_in_any_order_and_more_than_once():
    race = Race(np.full(2, 0.9), np.full(2, 0.2), np.ones(2))
    arms = budget_trajectory(race, [1, 1], [8, 2, 2, 0], 60, pulse=[5, 0], pulse_years=5)
    assert arms[1].tolist() == arms[2].tolist()
    assert arms[3].tolist() == [1, 1]
    assert arms[0] == pytest.approx(budget_trajectory(race, [1, 1], [8], 60, pulse=[5, 0], pulse_years=5)[0], rel=1e-9)


def test_a_lasting_rise_comes_out_as_the_sum_of_all_its_rounds():
    A = np.array([[0.5, 0.2], [0.1, 0.6]])
    rounds = sum(np.linalg.matrix_power(A, n) for n in range(400))
    assert log_var(A).multiplier == pytest.approx(rounds, rel=1e-9)


def test_shocks_that_do_not_fade_have_no_long_run():
    found = log_var(np.array([[[0.9, 0.3], [0.3, 0.9]], [[0.0, 0.0], [0.0, 0.0]]]))
    assert np.isnan(found.multiplier[0]).all()
    assert found.multiplier[1].tolist() == [[1, 0], [0, 1]]
    assert found.half_life.tolist() == [np.inf, 0]


@given(st.floats(0, 0.99), st.floats(0, 0.99))
def test_the_static_multiplier_is_the_sum_of_answers_to_answers(b1, b2):
    level = 0.0
    for _ in range(5000):
        level = 1 + b1 * b2 * level
    assert static_multiplier(b1, b2) == pytest.approx(level, rel=1e-9)


def test_a_risk_that_comes_and_goes_leaves_spending_as_it_was():
    assert spending_response(7) * spending_response(-7) == pytest.approx(1, rel=1e-12)


@given(st.floats(0, 3), st.floats(0.1, 100), st.floats(0, 3), st.floats(0.1, 100))
def test_both_deter_just_so_at_the_vertex_of_the_cone(f_A, c_A, f_B, c_B):
    assume(abs(f_A * f_B - 1) > 1e-3)
    cone = deterrence_cone(f_A, c_A, f_B, c_B)
    assert bool(cone.exists) == (f_A * f_B < 1)
    if cone.exists:
        M_A, M_B = cone.vertex
        assert M_A == pytest.approx(f_B * M_B + c_B, rel=1e-9)
        assert M_B == pytest.approx(f_A * M_A + c_A, rel=1e-9)
    else:
        assert np.isnan(cone.vertex).all()


@pytest.mark.parametrize(
    ("reaction", "fatigue", "grievance", "said"),
    [
        ([-0.1, 0.2], [0.5, 0.5], [1, 1], "reaction"),
        ([0.1, 0.2], [0.5, np.nan], [1, 1], "fatigue"),
        ([0.1, 0.2], [0.5, 0.5], [1, np.inf], "grievance"),
        ([[0.1]], [[0.5]], [[1]], "two sides"),
    ],
)
def test_coefficients_out_of_range_are_refused_by_name(reaction, fatigue, grievance, said):
    with pytest.raises(ValueError, match=said):
        Race(reaction, fatigue, grievance)


RACE = Race(np.full(2, 0.9), np.full(2, 0.2), np.ones(2))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: trajectory(RACE, [1, 2, 3], [1]), "two sides"),
        (lambda: trajectory(RACE, [1, 2], [-1]), "0 or more"),
        (lambda: budget_trajectory(RACE, [1, 2], [1], 1.5), "ceiling"),
        (lambda: budget_trajectory(RACE, [1, 2], [1], 9, pulse_years=-1), "pulse"),
        (lambda: budget_trajectory(RACE, [[1, 2]], [1], 9), r"has to be \(2,\)"),
        (lambda: budget_trajectory(RACE, [-30, -30], [99], 9), "run away below zero"),
        (lambda: fit_total([1, 2]), "three"),
        (lambda: fit_total([1, 2, 3]), "no zero"),
        (lambda: log_var(np.ones((2, 3))), "square"),
        (lambda: static_multiplier(2, 0.5), "product below 1"),
        (lambda: static_multiplier(-1, 0.5), "0 or more"),
        (lambda: spending_response(101), "100"),
        (lambda: deterrence_cone(-1, 1, 1, 1), "exchange ratios"),
        (lambda: deterrence_cone(1, 0, 0.5, 1), "unacceptable damage"),
    ],
)
def test_numbers_out_of_range_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
