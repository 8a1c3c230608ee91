"""The attrition-FEBA expansion model against the published calculator, and against its own claims."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models import posen
from vallum.models import feba_expansion as model
from vallum.models.feba_expansion_oracle import campaign
from vallum.spec import Rows
from vallum.study.lanes import kernel, sweep
from vallum.testing import check_model

ROWS = {"clock": Rows(tuple(str(day) for day in range(100)))}
CASES = posen.rows("posen_cases_inputs")
DRAWS = posen.rows("posen_draws")
SINGLE = 5e-6  # relative tolerance of float32: 100 additions, each good to 6e-8

MIDDLE = {name: float(x[0]) for name, x in posen.inputs(CASES[:1]).items()}
RANGES = {
    "front_length": (600, 900),
    "breakthrough_width": (20, 80),
    "breakthroughs": (0, 6),
    "assault_frontage": (8, 40),
    "holding_frontage": (15, 45),
    "defender_frontage": (15, 60),
    "advance_rate": (0, 20),
    "attacker_attrition_rate": (0, 0.1),
    "exchange_ratio": (0.5, 6),
    "defender_multiplier": (0.8, 2),
    "earliest_attack_step": (0, 30),
    "counted_from_day": (0, 30),
    "report_day": (30, 99),
    "vehicles_per_ade": (1000, 1400),
    "attacker_aircraft": (0, 2000),
    "attacker_loss_per_sortie": (0.0, 0.3),
    "attacker_kills_per_sortie": (0, 1),
    "attacker_sorties_per_day": (0, 4),
    "defender_aircraft": (0, 2500),
    "defender_loss_per_sortie": (0.0, 0.3),
    "defender_kills_per_sortie": (0, 1),
    "defender_sorties_per_day": (0, 3),
    "attacker_supply": (10, 90),
    "defender_supply": (10, 60),
}


def run(inputs, *, dtype="float64", series=False):
    runs = len(inputs["front_length"])
    shared = {name: x for name, x in posen.curves().items() if name not in inputs}
    ids = np.arange(runs, dtype=np.uint32), np.zeros(runs, np.uint32)
    return sweep(kernel(model, dtype, series), model.plan(ROWS), shared, inputs, 0, *ids)


def run_one(**changes):
    inputs = MIDDLE | changes
    return {name: x[0] for name, x in run({name: np.array([x]) for name, x in inputs.items()}).items()}


CASE_COLUMNS = {
    "attack_days": "attack_days",
    "pact_needs_d91": "attacker_need",
    "nato_needs_d91": "defender_need",
    "nato_ades_d91": "defender_strength",
    "nato_loss_d91": "defender_loss",
    "pact_loss_d91": "attacker_loss",
    "nato_flank_d91": "defender_flank",
    "red_ac_d91": "attacker_aircraft_left",
    "blue_ac_d91": "defender_aircraft_left",
    "shortfall_days": "shortfall_days",
}


def test_the_31_deterministic_cases_agree_with_the_calculator():
    outcomes, expected = run(posen.inputs(CASES)), posen.rows("posen_cases_outputs")
    assert [row["case"] for row in expected] == [row["case"] for row in CASES]
    for theirs, ours in CASE_COLUMNS.items():
        np.testing.assert_allclose(outcomes[ours], posen.numbers(expected, theirs), rtol=1e-8, err_msg=theirs)
    first_attack = posen.numbers(expected, "first_attack_step", np.inf) - 1
    first_short = posen.numbers(expected, "first_shortfall_step", np.inf) - 1
    np.testing.assert_array_equal(outcomes["first_attack_day"], first_attack)
    np.testing.assert_array_equal(outcomes["first_shortfall_day"], first_short)


def test_needs_on_other_days_agree_with_the_calculator():
    series, expected = run(posen.inputs(CASES), series=True), posen.rows("posen_cases_outputs")
    for theirs, ours, step in (
        ("pact_needs_d31", "attacker_need_by_day", 31),
        ("nato_needs_d31", "defender_need_by_day", 31),
        ("nato_needs_d61", "defender_need_by_day", 61),
    ):
        np.testing.assert_allclose(series[ours][:, step - 1], posen.numbers(expected, theirs), rtol=1e-8)


DRAW_COLUMNS = {
    "nato_needs_d90": "defender_need",
    "pact_needs_d90": "attacker_need",
    "nato_loss_d90": "defender_loss",
    "pact_loss_d90": "attacker_loss",
}


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-8), ("float32", SINGLE)])
def test_the_500_explicit_draws_agree_with_the_calculator(dtype, rtol):
    outcomes = run(posen.inputs(DRAWS), dtype=dtype)
    for theirs, ours in DRAW_COLUMNS.items():
        np.testing.assert_allclose(outcomes[ours], posen.numbers(DRAWS, theirs), rtol=rtol, err_msg=theirs)
    np.testing.assert_array_equal(outcomes["attack_days"], posen.numbers(DRAWS, "attack_days"))
    short = outcomes["first_shortfall_day"] <= 90
    np.testing.assert_array_equal(short, posen.numbers(DRAWS, "ever_shortfall_d90") == 1)
    assert 50 < short.sum() < 200
    np.testing.assert_array_equal(
        outcomes["first_shortfall_day"][short], posen.numbers(DRAWS, "first_short_day")[short]
    )


DAILY_COLUMNS = {
    "attack_history": "attack_by_day",
    "pact_force_needs": "attacker_need_by_day",
    "nato_ades": "defender_strength_by_day",
    "nato_force_needs": "defender_need_by_day",
    "nato_flank_force": "defender_flank_by_day",
    "nato_total_losses": "defender_loss_by_day",
    "pact_attrition_total": "attacker_loss_by_day",
    "red_cas_ac": "attacker_aircraft_by_day",
    "blue_cas_ac": "defender_aircraft_by_day",
}


@pytest.mark.parametrize("case", posen.NAMED_CASES)
def test_daily_series_agree_with_the_calculator(case):
    inputs = posen.inputs([row for row in CASES if row["case"] == case])
    series, expected = run(inputs, series=True), posen.rows(f"posen_daily_{case}")
    for theirs, ours in DAILY_COLUMNS.items():
        wanted = posen.numbers(expected, theirs)
        found = np.where(np.isnan(wanted), np.nan, series[ours][0])  # the calculator leaves day 0 undefined
        np.testing.assert_allclose(found, wanted, rtol=1e-8, err_msg=theirs)


def test_the_model_keeps_its_contract_and_agrees_with_its_oracle():
    check_model(model, RANGES, tables=ROWS, oracle=campaign, runs=1000)


def test_the_oracle_itself_agrees_with_the_calculator():
    inputs = posen.inputs(DRAWS)
    for place in range(0, 500, 25):
        found = campaign({**{name: x[place] for name, x in inputs.items()}, **posen.curves()})
        assert found["defender_need"] == pytest.approx(float(DRAWS[place]["nato_needs_d90"]), rel=1e-12)


def test_need_for_divisions_is_highest_at_three_breakthroughs():
    needs = {n: run_one(breakthroughs=float(n))["defender_need"] for n in (1, 2, 3, 4, 5)}
    published = {1: 41.51, 2: 49.45, 3: 53.86, 4: 53.25, 5: 51.60}
    assert {n: round(float(x), 2) for n, x in needs.items()} == published


@pytest.mark.parametrize(
    ("change", "need"),
    [
        ({"front_length": 700.0}, 53.33),
        ({"front_length": 800.0}, 53.58),
        ({"breakthrough_width": 40.0}, 54.16),
        ({"breakthrough_width": 60.0}, 52.62),
    ],
)
def test_geometry_moves_the_need_as_published(change, need):
    assert run_one(**change)["defender_need"] == pytest.approx(need, abs=0.005)


def test_supply_and_not_the_earliest_day_gates_the_attack_in_the_long_run():
    needs = {float(run_one(earliest_attack_step=float(step))["defender_need"]) for step in (0, 7, 21, 30)}
    assert {round(x, 2) for x in needs} == {53.86}


def test_losing_more_aircraft_a_sortie_raises_the_defenders_need():
    assert (
        run_one(defender_loss_per_sortie=0.06)["defender_need"]
        > run_one(defender_loss_per_sortie=0.04)["defender_need"]
    )


MONOTONE = [
    ("defender_multiplier", "down"),
    ("exchange_ratio", "down"),
    ("defender_kills_per_sortie", "down"),
    ("defender_frontage", "down"),
    ("attacker_kills_per_sortie", "up"),
]


@pytest.mark.parametrize(("name", "direction"), MONOTONE)
def test_mean_need_beyond_strength_moves_one_way_with_an_input(name, direction):
    inputs = posen.inputs(DRAWS)
    low, high = np.quantile(inputs[name], (0.1, 0.9))
    gaps = [np.mean(run(inputs | {name: np.full(500, x)})["worst_shortfall"]) for x in (low, high)]
    assert gaps[1] < gaps[0] if direction == "down" else gaps[1] > gaps[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("loss", [1e-17, 1e-12, 3e-8, 1e-6])
def test_sorties_flown_have_their_limit_at_no_losses(loss, dtype):
    def defender_loss(q):
        return run(
            {name: np.array([x]) for name, x in (MIDDLE | {"attacker_loss_per_sortie": q}).items()}, dtype=dtype
        )["defender_loss"][0]

    assert defender_loss(loss) == pytest.approx(defender_loss(0.0), rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.floats(0, 4))
def test_losing_aircraft_never_raises_what_they_kill(loss, sorties):
    some = run_one(attacker_loss_per_sortie=loss, attacker_sorties_per_day=sorties)["defender_loss"]
    none = run_one(attacker_loss_per_sortie=0.0, attacker_sorties_per_day=sorties)["defender_loss"]
    assert some <= none * (1 + 1e-12)


def test_impossible_geometry_is_a_status_and_not_an_exception():
    assert run_one(front_length=100.0)["status"] == 1
    assert run_one(report_day=200.0)["status"] == 2
    assert run_one(counted_from_day=100.0)["status"] == 3
    assert run_one()["status"] == 0


def test_without_breakthroughs_no_flank_grows():
    assert run_one(breakthroughs=0.0)["defender_flank"] == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_losses_and_flanks_never_shrink_and_aircraft_never_grow(seed):
    rng = np.random.default_rng(seed)
    inputs = {
        name: np.rint(low + (high - low) * rng.random(64))
        if model.spec.input(name).whole
        else low + (high - low) * rng.random(64)
        for name, (low, high) in RANGES.items()
        if not name.endswith("_supply")
    }
    series = run(inputs, series=True)
    for name in ("attacker_loss_by_day", "defender_loss_by_day", "defender_flank_by_day"):
        assert (np.diff(series[name], axis=1) >= 0).all()
    for name in ("attacker_aircraft_by_day", "defender_aircraft_by_day"):
        assert (np.diff(series[name], axis=1) <= 0).all()
        assert (series[name] >= 0).all()
