"""Deployment, answer and tension against reference numbers, and what must hold of any path."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from vallum.models import rivalry
from vallum.spec import Rows
from vallum.testing import check_model, random_inputs, run_batch

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "rivalry.json").read_text())["deployment_spiral"]
CASES = ["no_parity", "half_parity", "full_parity", "full_parity_with_negotiation_N0.5_l_halved"]
P = GOLDEN["params"]
FREE = 1e9  # a limit that never binds
BASE = {
    "start_brigades": 0.0, "target_brigades": P["bbar"], "adjustment_rate": P["al"], "build_rate": FREE,
    "forward_ceiling": FREE,
    "counter_reaction": P["k"], "forward_budget": 1e18, "brigade_cost": 1.0, "opponent_rate": P["be"],
    "parity": 0.5, "reaction_lag": 0.0, "opponent_build_rate": FREE, "opponent_ceiling": FREE,
    "reciprocity": 1.0, "mutual_limit": FREE, "guarantee": 0.0, "tension_gain": P["aT"],
    "tension_decay": P["dT"], "highest_tension": FREE, "negotiation": 0.0, "base_hazard": P["h0"],
    "tension_war_effect": P["bT"],
    "denial_effect": P["bD"], "incident_rate": 2.0, "tension_incident_effect": 0.3, "presence": 1.0,
    "presence_factor": 1.3,
}  # fmt: skip
RANGES = {
    "start_brigades": (-1, 1), "target_brigades": (-3, 9), "adjustment_rate": (0.2, 1), "build_rate": (0.5, 4),
    "forward_ceiling": (2, 12),
    "counter_reaction": (0, 0.2), "forward_budget": (1e9, 3e10), "brigade_cost": (1e9, 3e9),
    "opponent_rate": (0.15, 0.6), "parity": (0, 1.2), "reaction_lag": (0, 3), "opponent_build_rate": (0.5, 5),
    "opponent_ceiling": (2, 20), "reciprocity": (0, 1), "mutual_limit": (1, 10), "guarantee": (0, 1),
    "tension_gain": (0.1, 0.3), "tension_decay": (0.2, 0.8), "highest_tension": (1, 3), "negotiation": (0, 0.5),
    "base_hazard": (0.001, 0.05),
    "tension_war_effect": (0, 0.6), "denial_effect": (0, 0.4), "incident_rate": (0, 5),
    "tension_incident_effect": (0, 0.6), "presence": (0, 1), "presence_factor": (0.8, 2),
}  # fmt: skip


def clock(years):
    return {"years": Rows(tuple(str(year) for year in range(years + 1)))}


def path(years=30, **changed):
    """Every outcome of one path."""
    return {
        name: x[0] for name, x in batch({name: np.array([x]) for name, x in (BASE | changed).items()}, years).items()
    }


def batch(values, years=10):
    """Every outcome of many paths."""
    rows = clock(years)
    return run_batch(rivalry, rows, values) | run_batch(rivalry, rows, values, series=True)


def drawn(seed, **changed):
    """Inputs of 256 random paths; what is changed is a number, or made of what was drawn."""
    values = random_inputs(rivalry.spec, RANGES, clock(10), 256, seed)
    values["start_brigades"] *= 0.0
    for name, change in changed.items():
        values[name] = np.asarray(change(values[name])) if callable(change) else np.full(256, float(change))
    return values


def golden(name):
    return path(parity=GOLDEN[name]["parity_ratio"], negotiation=0.5 if "N0.5" in name else 0.0)


def test_the_model_keeps_the_contract():
    check_model(rivalry, RANGES, tables=clock(10), runs=64)


@pytest.mark.parametrize("name", CASES)
def test_the_path_gives_the_reference_numbers(name):
    found = golden(name)
    for year, (forward, reaction, tension) in GOLDEN[name]["traj"].items():
        at = int(year)
        assert found["forward_by_year"][at] == pytest.approx(forward, abs=1e-6)
        assert found["reaction_by_year"][at] == pytest.approx(reaction, abs=1e-6)
        assert found["tension_by_year"][at] == pytest.approx(tension, abs=1e-6)
    assert found["stable"]


@pytest.mark.parametrize("name", CASES)
def test_the_equilibrium_and_its_hazard_are_the_reference_numbers(name):
    ended = rivalry.equilibrium(
        BASE | {"parity": GOLDEN[name]["parity_ratio"], "negotiation": 0.5 if "N0.5" in name else 0.0}
    )
    assert [float(x) for x in ended] == pytest.approx(GOLDEN[name]["eq"], abs=1e-6)
    hazard = P["h0"] * np.exp(P["bT"] * float(ended.tension) - P["bD"] * float(ended.forward))
    assert hazard == pytest.approx(GOLDEN[name]["hazard_eq"], abs=1e-9)
    assert path(120, parity=GOLDEN[name]["parity_ratio"])["hazard_by_year"][-1] == pytest.approx(
        hazard if "N0.5" not in name else GOLDEN["half_parity"]["hazard_eq"], abs=1e-8
    )


def test_full_parity_eats_the_whole_of_deterrence_and_none_leaves_it():
    """The reference case with its own b_D: the hazard ends where it was before anyone was deployed."""
    assert path(120, parity=1.0)["hazard_by_year"][-1] == pytest.approx(P["h0"], rel=1e-6)
    assert path(120, parity=0.0)["hazard_by_year"][-1] < P["h0"] / 2


@pytest.mark.parametrize("lag", [0.25, 1.0, 3.0])
def test_a_lag_is_a_third_order_delay_of_that_mean(lag):
    """Against an adaptive solver of the same delay, written as the response to an impulse: a gamma law of order 3."""
    found = path(4, reaction_lag=lag, parity=1.0, counter_reaction=0.0)

    def seen(t):
        age = np.linspace(0, t, 4001)
        weight = 27 / (2 * lag**3) * age**2 * np.exp(-3 * age / lag)
        return np.trapezoid(weight * P["bbar"] * (1 - np.exp(-P["al"] * (t - age))), age)

    exact = solve_ivp(lambda t, r: P["be"] * (seen(t) - r), (0, 4), [0.0], rtol=1e-8, atol=1e-10, t_eval=range(5))
    np.testing.assert_allclose(found["reaction_by_year"], exact.y[0], atol=1e-4)


def test_a_lag_of_days_is_none():
    np.testing.assert_array_equal(path(4, reaction_lag=0.05)["reaction_by_year"], path(4)["reaction_by_year"])


seeds = st.integers(0, 2**32 - 1)


@given(seeds)
@settings(max_examples=10)
def test_no_ceiling_no_treaty_and_no_rate_is_ever_exceeded(seed):
    given = drawn(seed)
    found = batch(given)
    forward, reaction = found["forward_by_year"], found["reaction_by_year"]
    budget = given["forward_budget"] / given["brigade_cost"]
    most = np.minimum.reduce([given["forward_ceiling"], budget, given["mutual_limit"]])
    assert (forward <= most[:, None] + 1e-9).all()
    assert (reaction <= np.minimum(given["opponent_ceiling"], given["mutual_limit"])[:, None] + 1e-9).all()
    assert (np.diff(forward) <= given["build_rate"][:, None] + 1e-9).all()
    assert (np.diff(reaction) <= given["opponent_build_rate"][:, None] + 1e-9).all()


@given(seeds, st.floats(0, 0.5))
@settings(max_examples=10)
def test_talks_and_guarantees_never_raise_tension_of_a_build_up(seed, more):
    up = {"target_brigades": np.abs}
    now = batch(drawn(seed, **up))["tension_at_end"]
    for better in ({"negotiation": lambda x: x + more}, {"guarantee": lambda x: np.minimum(1, x + more)}):
        assert (batch(drawn(seed, **up, **better))["tension_at_end"] <= now + 1e-9).all()


@given(seeds, st.floats(0, 4))
@settings(max_examples=10)
def test_without_answer_and_tension_more_denial_never_raises_the_risk_of_war(seed, more):
    off = {"parity": 0, "tension_war_effect": 0}
    now = batch(drawn(seed, **off))["war_probability"]
    larger = batch(drawn(seed, **off, target_brigades=lambda x: x + more))["war_probability"]
    assert (larger <= now + 1e-12).all()


@given(seeds, st.floats(0, 0.5))
@settings(max_examples=10)
def test_a_stronger_answer_never_lowers_the_risk_that_a_build_up_leaves(seed, more):
    """The spiral's logic: with no reaction of the defender's own to blur it."""
    up = {"target_brigades": np.abs, "counter_reaction": 0}
    now = batch(drawn(seed, **up))["war_probability"]
    assert (batch(drawn(seed, **up, parity=lambda x: x + more))["war_probability"] >= now - 1e-12).all()


def test_presence_moves_the_two_hazards_in_opposite_directions():
    """Near forces: fewer wars, more incidents short of war."""
    without, here = path(10, target_brigades=0.0, presence=0.0), path(10, parity=0.0)
    assert here["war_probability"] < without["war_probability"]
    assert here["incidents"] > without["incidents"]


def test_an_unstable_race_is_flagged_and_runs_until_a_ceiling_stops_it():
    unstable = {"counter_reaction": 0.9, "parity": 2.0}
    assert not path(10, **unstable)["stable"]
    assert path(10, **unstable)["forward_at_end"] > 100
    assert path(40, **unstable, forward_ceiling=12.0)["forward_at_end"] == pytest.approx(12)
    assert np.isnan(rivalry.equilibrium(BASE | unstable).forward)


def test_what_stands_at_the_start_is_answered_too():
    """Nobody builds anything, and yet the opponent has something to answer."""
    found = path(30, start_brigades=4.0)
    assert found["forward_by_year"][0] == 4
    assert found["reaction_by_year"][1] > path(30)["reaction_by_year"][1]
    assert found["reaction_at_end"] == pytest.approx(path(30)["reaction_at_end"], abs=1e-3)


def test_what_stands_above_a_new_limit_goes_down_to_it_in_time():
    found = path(30, start_brigades=6.5, mutual_limit=1.0, parity=0.5)["forward_by_year"]
    assert found[0] == 6.5
    assert 3 < found[1] < 6
    assert (np.diff(found) <= 1e-12).all()
    assert found[-1] == pytest.approx(1, abs=0.05)


def test_a_withdrawal_is_answered_as_far_as_it_is_reciprocated():
    full, none = (path(30, target_brigades=-2.0, reciprocity=x) for x in (1.0, 0.0))
    assert full["reaction_at_end"] < -0.9
    assert none["reaction_at_end"] == 0
    assert full["tension_at_end"] < none["tension_at_end"] < 0


def test_money_and_treaties_stop_a_build_up():
    assert path(30, forward_budget=3.0, parity=0.0)["forward_at_end"] == pytest.approx(3)
    assert path(30, mutual_limit=1.0, parity=1.0)["forward_at_end"] == pytest.approx(1)
    assert path(30, mutual_limit=1.0, parity=1.0)["reaction_at_end"] == pytest.approx(1, abs=0.01)
