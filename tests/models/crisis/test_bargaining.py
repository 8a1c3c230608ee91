"""Bargaining in the shadow of war against independently computed numbers, and its qualitative facts."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vallum.models.crisis.bargaining import (
    acceptable_risk,
    bargaining_range,
    least_arms,
    preventive_threshold,
    preventive_war,
    risk_return,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())
GUNS = GOLDEN["powell_guns_butter_sym"]["m_min"]
DOUBLE_ROOT = "phi=0.4,delta=0.8"
chances, costs, discounts = st.floats(0, 1), st.floats(0, 1), st.floats(0.05, 0.95)


def holds(m, phi, delta):
    """What peace is worth above striking with the best arms of 100,001, at m: equation (4) without its algebra."""
    strike = np.linspace(0, 1, 100_001)
    chance = np.divide(strike, strike + m, out=np.full_like(strike, 0.5), where=strike + m > 0)
    return (1 - m) / (1 - delta) - np.max(1 - strike + chance * 2 * (1 - phi) * delta / (1 - delta))


def test_the_bargaining_range_is_the_reference_one():
    x = GOLDEN["fearon_range"]
    found = bargaining_range(x["p"], x["cA"], x["cB"])
    assert found.low == pytest.approx(x["lo"], rel=1e-12)
    assert found.high == pytest.approx(x["hi"], rel=1e-12)
    assert found.high - found.low == pytest.approx(x["width"], rel=1e-12)


def test_the_best_demand_and_its_risk_are_the_reference_ones():
    x = GOLDEN["fearon_risk_return"]
    found = risk_return(x["p"], x["cA"], x["cmax"])
    assert found.share == pytest.approx(x["x_star"], rel=1e-12)
    assert found.war == pytest.approx(x["P_war"], rel=1e-12)


@pytest.mark.parametrize("x", GOLDEN["preventive_war"], ids=lambda x: f"p1={x['p1']},p2={x['p2']}")
def test_war_now_and_the_best_peace_are_the_reference_ones(x):
    found = preventive_war(x["p1"], x["p2"], x["cD"], x["delta"])
    assert found.war_now == pytest.approx(x["war_now"], rel=1e-12)
    assert found.best_peace == pytest.approx(x["best_peace"], rel=1e-12)
    assert bool(found.war) is x["preventive_war"]


def test_the_threshold_of_preventive_war_is_the_reference_one():
    x = GOLDEN["preventive_war_threshold"]
    assert preventive_threshold(x["p1"], x["c"], x["delta"]) == pytest.approx(x["p2_star"], rel=1e-12)
    assert preventive_war(0.7, [0.62, 0.66], 0.1, 0.9).war.tolist() == [True, False]


@pytest.mark.parametrize("case", GUNS)
def test_the_least_arms_are_the_reference_ones(case):
    phi, delta = (float(x) for x in re.fullmatch(r"phi=([\d.]+),delta=([\d.]+)", case).groups())
    found = least_arms(phi, delta)
    if GUNS[case] is None:
        assert np.isnan(found)
    else:  # at the double root a root-finder gets half the digits, and the reference was made by one
        assert found == pytest.approx(GUNS[case], abs=1e-8 if case == DOUBLE_ROOT else 1e-12)


def test_at_the_double_root_the_least_arms_are_two_fifteenths():
    assert least_arms(0.4, 0.8) == pytest.approx(2 / 15, abs=1e-12)


def test_a_side_stands_firm_up_to_the_reference_risk():
    x = GOLDEN["brinkmanship_r_star"]
    assert acceptable_risk(x["win"], x["quit"], x["disaster"]) == pytest.approx(x["r_star"], rel=1e-12)


@given(chances, costs, costs)
def test_the_bargaining_range_holds_what_war_would_decide(p, c_A, c_B):
    found = bargaining_range(p, c_A, c_B)
    assert 0 <= found.low <= p <= found.high <= 1


@given(chances, costs, costs)
def test_seen_from_the_other_side_the_range_is_the_mirror_image(p, c_A, c_B):
    here, there = bargaining_range(p, c_A, c_B), bargaining_range(1 - p, c_B, c_A)
    assert there.low == pytest.approx(1 - here.high, abs=1e-12)
    assert there.high == pytest.approx(1 - here.low, abs=1e-12)


@given(chances, costs, st.floats(0.01, 1), chances)
def test_no_other_demand_is_worth_more_to_the_one_who_asks(p, c_A, top, other):
    def worth(share):
        accepted = np.clip(1 - (share - p) / top, 0, 1)
        return accepted * share + (1 - accepted) * (p - c_A)

    found = risk_return(p, c_A, top)
    assert found.war == pytest.approx(np.clip((found.share - p) / top, 0, 1), abs=1e-12)
    assert worth(found.share) >= worth(other) - 1e-12


@given(chances, chances, costs, discounts)
def test_preventive_war_comes_below_the_threshold_only(p1, p2, c, delta):
    threshold = preventive_threshold(p1, c, delta)
    assume(abs(p2 - threshold) > 1e-9)
    assume(abs(p1 - c - (1 - delta)) > 1e-9)
    assert bool(preventive_war(p1, p2, c, delta).war) == (p2 < threshold)


@given(st.floats(0.01, 1), costs, discounts)
def test_nobody_fights_a_preventive_war_without_decline(p1, c, delta):
    assert preventive_threshold(p1, c, delta) < p1 + 1e-12
    assert not preventive_war(p1, p1, c, delta).war


@given(chances, discounts)
def test_peace_is_possible_iff_war_destroys_half_the_discount_factor(phi, delta):
    assume(abs(2 * phi - delta) > 1e-9)
    assert np.isnan(least_arms(phi, delta)) == (2 * phi < delta)
    assert not np.isnan(least_arms(delta / 2, delta))


@pytest.mark.parametrize("phi", [0.05, 0.2, 0.35, 0.45, 0.49])
@pytest.mark.parametrize("delta", [0.05, 0.3, 0.6, 0.85, 0.97])
def test_the_least_arms_are_where_the_best_strike_stops_paying(phi, delta):
    least = float(least_arms(phi, delta))
    if np.isnan(least):
        assert max(holds(m, phi, delta) for m in np.linspace(0, 1, 101)) < 0
    else:
        assert holds(least, phi, delta) == pytest.approx(0, abs=1e-6)
        assert all(holds(m, phi, delta) < 0 for m in np.linspace(0, 0.98 * least, 20))


@given(st.floats(0, 0.5), discounts, st.floats(0, 0.3))
def test_the_more_war_destroys_the_fewer_arms_keep_the_peace(phi, delta, more):
    assume(2 * phi > delta)
    assert least_arms(phi + more, delta) <= least_arms(phi, delta) + 1e-12


@given(st.floats(0.1, 5), st.floats(0.1, 5), st.floats(-5, 5))
def test_at_the_acceptable_risk_standing_firm_is_worth_as_much_as_quitting(gain, loss, left):
    risk = acceptable_risk(left + gain, left, left - loss)
    assert (1 - risk) * (left + gain) + risk * (left - loss) == pytest.approx(left, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: bargaining_range(1.1, 0, 0), "p is 1.1"),
        (lambda: bargaining_range(0.5, -0.1, 0), "c_A"),
        (lambda: bargaining_range(0.5, 0, np.nan), "c_B"),
        (lambda: risk_return(0.5, 0.1, 0), "highest_cost"),
        (lambda: preventive_war(0.5, -0.5, 0.1, 0.9), "p2"),
        (lambda: preventive_war(0.5, 0.5, 0.1, 1), "delta"),
        (lambda: preventive_threshold(0.5, -1, 0.5), "c is -1"),
        (lambda: least_arms(1.5, 0.5), "phi"),
        (lambda: least_arms(0.5, 0), "delta"),
        (lambda: acceptable_risk(0, 1, -1), "disaster < back_down < win"),
    ],
)
def test_numbers_out_of_range_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
