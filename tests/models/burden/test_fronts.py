"""Two fronts against reference numbers, an exact discrete game and their facts."""

import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.special import expit

from vallum.models.burden.fronts import Intervention, blotto_share, divert, lottery_blotto, reserve, two_theatres

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "burden.json").read_text())
NONE, ALL = Intervention(0.4, 0.3, 0.5), Intervention(0.9, 0.1, 0.25)
DIVERSION = GOLDEN["simultaneity_diversion"]["rows"]
CORNER = 1e-5  # the reference's corners lie at its solver's bound, 1e-6, ours at 0


@pytest.mark.parametrize("phi", DIVERSION)
def test_diversion_raises_the_chance_of_attack_as_the_reference_says(phi):
    """Prize 1, s0 = .9, k0 = .1, status quo .2, resolve .6, logit precision 5."""
    there, wanted = divert(float(phi), NONE, ALL), DIVERSION[phi]
    u_no, u_int = 0.9 - 0.1, there.success - there.cost - there.punishment
    attack = 0.4 * u_no + 0.6 * u_int
    assert u_no == pytest.approx(wanted["U_no"], abs=1e-12)
    assert u_int == pytest.approx(wanted["U_int"], abs=1e-12)
    assert (u_no - 0.2) / (u_no - u_int) == pytest.approx(wanted["rho_star"], abs=1e-12)
    assert (attack <= 0.2) == wanted["deterred_at_rho_0_6"]
    assert expit(5 * (attack - 0.2)) == pytest.approx(wanted["P_attack_lam5"], abs=1e-12)


def test_without_diversion_nothing_changes():
    assert divert(0.0, NONE, ALL) == NONE
    assert divert(np.array([0.0, 1.0]), NONE, ALL).success.tolist() == [0.4, 0.9]


@pytest.mark.parametrize("name", GOLDEN["blotto"])
def test_the_weaker_side_wins_the_share_of_the_reference(name):
    n, weaker, stronger = re.fullmatch(r"n=(\d+),XA=([\d.]+),XB=([\d.]+)", name).groups()
    found = blotto_share(float(weaker) / float(stronger), int(n))
    assert found == pytest.approx(GOLDEN["blotto"][name], abs=1e-12)


@cache
def exact_game(weaker, stronger, battlefields, tie=0.5):
    """Weaker side's value of Blotto in whole units, by linear programming over mixed strategies."""
    a, b = divisions(weaker, battlefields), divisions(stronger, battlefields)
    won = ((a[:, None] > b) + tie * (a[:, None] == b)).mean(axis=-1)
    none, every = np.zeros((len(b), 1)), np.ones((1, len(a)))
    found = linprog(
        np.r_[np.zeros(len(a)), -1.0],
        A_ub=np.hstack([-won.T, none + 1]),
        b_ub=none[:, 0],
        A_eq=np.hstack([every, [[0.0]]]),
        b_eq=[1.0],
        bounds=[(0, None)] * len(a) + [(None, None)],
    )
    assert found.status == 0
    return found.x[-1]


def divisions(total, battlefields):
    """All ways to divide whole units over battlefields."""
    grid = np.indices((total + 1,) * (battlefields - 1)).reshape(battlefields - 1, -1).T
    rest = total - grid.sum(axis=1, keepdims=True)
    return np.hstack([grid, rest])[rest[:, 0] >= 0]


@pytest.mark.parametrize("name", GOLDEN["blotto_discrete_LP"])
def test_the_exact_discrete_game_has_the_value_of_the_reference(name):
    n, weaker, stronger = (int(x) for x in re.fullmatch(r"n=(\d+),(\d+)v(\d+)", name).groups())
    assert exact_game(weaker, stronger, n) == pytest.approx(GOLDEN["blotto_discrete_LP"][name], abs=1e-9)


@pytest.mark.parametrize(
    ("weaker", "stronger", "share"), [(70, 101, 1 / 3), (31, 40, 0.375), (58, 101, 0.25), (19, 31, 0.25)]
)
def test_two_battlefields_have_the_value_of_the_exact_discrete_game(weaker, stronger, share):
    """Ratios between the steps, where ties do not matter."""
    assert blotto_share(weaker / stronger, 2) == pytest.approx(share, abs=1e-12)
    assert exact_game(weaker, stronger, 2) == pytest.approx(share, abs=1e-9)


def test_on_a_step_the_rule_for_ties_decides():
    """8 v 12 has r / (1 - r) = 2: ties to the stronger give the formula, halved ties the next step."""
    assert exact_game(8, 12, 2, tie=0.0) == pytest.approx(0.25, abs=1e-9) == float(blotto_share(8 / 12, 2))
    assert exact_game(8, 12, 2) == pytest.approx(1 / 3, abs=1e-9) == float(blotto_share(8 / 12 + 1e-6, 2))


@pytest.mark.parametrize(("weaker", "stronger"), [(6, 6), (12, 16), (13, 17), (17, 24)])
def test_three_battlefields_lie_near_the_exact_discrete_game(weaker, stronger):
    """Whole units on three battlefields only come near continuous ones."""
    assert exact_game(weaker, stronger, 3) == pytest.approx(float(blotto_share(weaker / stronger, 3)), abs=0.012)


@settings(deadline=None)
@given(st.integers(2, 12), st.lists(st.floats(0, 1), min_size=2, max_size=20).map(sorted))
def test_more_force_never_wins_less(n, ratios):
    share = blotto_share(np.array(ratios), n)
    assert (np.diff(share) >= -1e-12).all()
    assert ((share >= 0) & (share <= np.array(ratios) / 2 + 1e-12)).all()


@pytest.mark.parametrize("n", [3, 4, 5, 10])
def test_the_share_has_no_jump_where_its_formulas_meet(n):
    for edge in (1 / (n - 1), 2 / n):
        below, there, above = blotto_share(edge + np.array([-1e-9, 0, 1e-9]), n)
        assert below == pytest.approx(there, abs=1e-6)
        assert above == pytest.approx(there, abs=1e-6)


def test_a_side_that_the_other_can_match_everywhere_wins_nothing():
    assert blotto_share(np.array([0.0, 0.1, 0.5]), 2).tolist() == [0, 0, 0]
    assert blotto_share(1.0, 2) == 0.5


def test_the_lottery_divides_in_proportion_to_value():
    wanted = GOLDEN["lottery_blotto"]
    found = lottery_blotto(wanted["XA"], wanted["XB"], np.array(wanted["v"]))
    assert found.own == pytest.approx(np.array(wanted["alloc_A"]), abs=1e-12)
    assert found.other == pytest.approx(np.array(wanted["alloc_B"]), abs=1e-12)
    assert found.share == pytest.approx(wanted["share_A"], abs=1e-12)


forces = st.floats(0.5, 50)
values = st.lists(st.floats(0.1, 10), min_size=2, max_size=6).map(np.array)


@settings(deadline=None)
@given(forces, forces, values, st.integers(0, 2**31))
def test_no_other_division_wins_more_of_the_lottery(own, other, value, seed):
    found = lottery_blotto(own, other, value)
    tried = own * np.random.default_rng(seed).dirichlet(np.ones(len(value)), size=50)
    won = tried / (tried + found.other) @ value / value.sum()
    assert (won <= found.share + 1e-12).all()
    assert (found.own / (found.own + found.other) @ value / value.sum()) == pytest.approx(float(found.share))


@pytest.mark.parametrize("name", [name for name in GOLDEN["two_theatre"] if name.startswith("X")])
def test_two_theatres_are_divided_as_the_reference_says(name):
    numbers = re.fullmatch(r"X=(\d+),y=\((\d+),(\d+)\),v=\((\d+),(\d+)\),m=(\d+)", name).groups()
    X, y1, y2, v1, v2, m = (float(x) for x in numbers)
    x1, value = GOLDEN["two_theatre"][name]
    found = two_theatres(X, np.array([y1, y2]), np.array([v1, v2]), m)
    assert found.value == pytest.approx(value, abs=1e-6)
    if m == 1:
        assert found.own[0] == pytest.approx(x1, abs=1e-6)
    else:
        assert found.own[0] <= CORNER


def test_equal_marginal_gains_have_a_closed_form_at_decisiveness_one():
    """8 / (x1 + 8)^2 = 6 / (x2 + 6)^2 with x1 + x2 = 10."""
    found = two_theatres(10.0, np.array([8.0, 6.0]), np.array([1.0, 1.0]), 1.0)
    assert found.own[0] == pytest.approx(24 / (1 + np.sqrt(0.75)) - 8, abs=1e-10)


pairs = st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)).map(np.array)


@settings(deadline=None)
@given(forces, pairs, pairs, st.floats(0.2, 8))
def test_no_division_on_a_grid_is_better(total, opponent, value, m):
    found = two_theatres(total, opponent, value, m)
    x1 = np.linspace(0, total, 3001)[1:-1]
    grid = sum(v * expit(m * np.log(x / y)) for v, x, y in zip(value, (x1, total - x1), opponent, strict=True))
    assert found.value >= grid.max() - 1e-12
    assert found.own.sum() == pytest.approx(total)
    assert 0 <= found.value <= value.sum()


@settings(deadline=None)
@given(forces, pairs, pairs, st.floats(0.2, 8))
def test_exchanged_theatres_have_the_same_worth(total, opponent, value, m):
    there, back = two_theatres(total, opponent, value, m), two_theatres(total, opponent[::-1], value[::-1], m)
    assert there.value == pytest.approx(back.value, abs=1e-9)


def test_a_theatre_that_a_token_wins_gets_a_token():
    found = two_theatres(10.0, np.array([1e-3, 8.0]), np.array([1.0, 1.0]), 4.0)
    assert 1e-3 < found.own[0] < 0.2
    assert found.value > 1.7


def test_a_very_decisive_contest_is_won_in_both_theatres_if_force_suffices():
    assert two_theatres(20.0, np.array([8.0, 6.0]), np.array([1.0, 1.0]), 1000.0).value == pytest.approx(2)


def test_the_reserve_is_that_of_the_reference():
    case = GOLDEN["two_theatre"]["reserve_newsvendor"]
    found = reserve(case["mu"], case["sigma"], case["cu"], case["co"])
    assert found == pytest.approx(case["R_star"], abs=1e-9)


def test_no_other_reserve_costs_less():
    need = np.maximum(0, np.random.default_rng(0).normal(4, 1.5, 200_000))
    need[np.random.default_rng(1).random(200_000) > 0.6] = 0  # the crisis that did not come
    held = np.linspace(0, 8, 161)
    cost = [np.where(need > r, 3 * (need - r), r - need).mean() for r in held]
    assert held[np.argmin(cost)] == pytest.approx(float(reserve(4.0, 1.5, 3.0, 1.0, 0.6)), abs=0.1)


def test_the_likelier_the_crisis_the_larger_the_reserve_and_none_for_an_unlikely_one():
    held = reserve(4.0, 1.5, 3.0, 1.0, np.array([0.1, 0.25, 0.3, 0.5, 0.8, 1.0])).tolist()
    assert held[:2] == [0, 0]
    assert all(a < b for a, b in pairwise(held[1:]))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: divert(1.1, NONE, ALL), "must be 0 to 1"),
        (lambda: blotto_share(1.5, 3), "ratio 1.5"),
        (lambda: blotto_share(0.5, 1), "at least 2"),
        (lambda: lottery_blotto(0.0, 1.0, np.ones(2)), "own force 0.0"),
        (lambda: two_theatres(1.0, np.zeros(2), np.ones(2), 1.0), "opponent"),
        (lambda: two_theatres(1.0, np.ones(3), np.ones(3), 1.0), "two theatres"),
        (lambda: two_theatres(1.0, np.ones(2), np.ones(2), 0.0), "decisiveness 0.0"),
        (lambda: reserve(4.0, 0.0, 3.0, 1.0), "spread 0.0"),
        (lambda: reserve(4.0, 1.0, 3.0, 1.0, 1.1), "at most 1"),
    ],
)
def test_numbers_out_of_range_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
