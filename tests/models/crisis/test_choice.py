"""The reduced choice against its reference numbers, and what each lever does."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.models import crisis
from vallum.testing import check_model, run_batch

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())
CASES = GOLDEN["denial_punishment_tripwire"]
TERMS = {"V": "prize", "s0": "success_alone", "k0": "cost_alone", "s1": "success_against_help",
         "k1": "cost_against_help", "Pi": "punishment", "U0": "status_quo"}  # fmt: skip
RANGES = {
    "prize": (0.5, 1.5), "success_alone": (0.05, 0.95), "cost_alone": (0, 0.5), "success_against_help": (0.05, 0.8),
    "cost_against_help": (0, 0.5), "punishment": (0, 3), "resolve": (0, 1), "tripwire_resolve": (0, 0.3),
    "status_quo": (-0.3, 0.4), "precision": (1, 20),
}  # fmt: skip


def once(**values):
    base = dict(zip(TERMS.values(), CASES["baseline"]["params"].values(), strict=True))
    base |= {"resolve": 0.4, "tripwire_resolve": 0.0, "precision": 5.0} | values
    return {name: x[0] for name, x in run_batch(crisis, {}, {name: np.array([x]) for name, x in base.items()}).items()}


def test_the_choice_keeps_the_contract_of_models():
    check_model(crisis, RANGES, runs=64)


@pytest.mark.parametrize("name", CASES)
def test_the_choice_gives_the_reference_numbers(name):
    case = CASES[name]
    found = once(**{TERMS[key]: value for key, value in case["params"].items()}, resolve=case["rho"])
    assert found["utility_alone"] == pytest.approx(case["U_no_interv"], abs=1e-12)
    assert found["utility_against_help"] == pytest.approx(case["U_interv"], abs=1e-12)
    assert found["critical_resolve"] == pytest.approx(case["rho_star"], abs=1e-12)
    assert found["attack_utility"] == pytest.approx(case["EU_attack"], abs=1e-12)
    assert found["attack_probability"] == pytest.approx(case["P_attack_logit_lam5"], abs=1e-9)
    assert bool(found["deterred"]) == case["deterred"]


@pytest.mark.parametrize("share", GOLDEN["simultaneity_diversion"]["rows"])
def test_a_second_theatre_takes_deterrence_away(share):
    case, phi = GOLDEN["simultaneity_diversion"]["rows"][share], float(share)
    terms = {"success_against_help": 0.4 + 0.5 * phi, "cost_against_help": 0.3 * (1 - phi) + 0.1 * phi,
             "punishment": 0.5 * (1 - 0.5 * phi)}  # fmt: skip
    found = once(**terms, resolve=0.6)
    assert found["attack_probability"] == pytest.approx(case["P_attack_lam5"], abs=1e-9)
    assert found["critical_resolve"] == pytest.approx(min(case["rho_star"], 1), abs=1e-12)
    assert bool(found["undeterrable"]) == (case["rho_star"] > 1)


def test_a_tripwire_acts_on_resolve_alone_and_both_chances_are_given():
    found = once(tripwire_resolve=0.03)
    assert found["attack_probability"] == pytest.approx(CASES["tripwire+3pp"]["P_attack_logit_lam5"], abs=1e-9)
    assert found["attack_probability_without_tripwire"] == pytest.approx(
        CASES["baseline"]["P_attack_logit_lam5"], abs=1e-9
    )


def test_denial_works_without_any_resolve_and_a_tripwire_then_adds_nothing_that_decides():
    found = once(success_alone=0.2, resolve=0.0)
    assert found["denied"]
    assert found["deterred"]
    assert found["critical_resolve"] == 0
    assert not once()["denied"]


unit = st.floats(0, 1)


@given(unit, unit, st.floats(0, 0.5))
def test_more_denial_more_punishment_more_resolve_never_make_an_attack_likelier(resolve, success, more):
    base = {"success_alone": success, "success_against_help": 0.5 * success, "resolve": resolve}
    now = once(**base)["attack_probability"]
    slack = now + 1e-12
    assert once(**base | {"success_alone": success * (1 - more)})["attack_probability"] <= slack
    assert once(**base, punishment=0.5 + more)["attack_probability"] <= slack
    assert once(**base, status_quo=0.2 + more)["attack_probability"] <= slack
    if once(**base)["utility_alone"] >= once(**base)["utility_against_help"]:
        assert once(**base, tripwire_resolve=min(more, 1 - resolve))["attack_probability"] <= slack
