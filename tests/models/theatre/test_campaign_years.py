"""The campaign in one of the years after: without an answer the campaign itself, with one a stronger attacker."""

from functools import cache

import numpy as np
import pytest

from tests.models.theatre.test_campaign import RANGES as CAMPAIGN
from tests.models.theatre.test_campaign import rows
from vallum.models import rivalry
from vallum.models.theatre import campaign, campaign_years
from vallum.spec import Rows
from vallum.testing import check_spec, random_inputs, run_batch

RIVALRY = {
    "start_brigades": (0, 8), "target_brigades": (-1, 15), "adjustment_rate": (0.3, 0.8), "build_rate": (1, 4),
    "forward_ceiling": (10, 30), "counter_reaction": (0, 0.15), "forward_budget": (8e9, 6e10),
    "brigade_cost": (3e8, 1.8e9), "opponent_rate": (0.15, 0.6), "parity": (0.2, 1.2), "reaction_lag": (0.5, 3),
    "opponent_build_rate": (0.5, 5), "opponent_ceiling": (5, 25), "reciprocity": (0, 1), "mutual_limit": (50, 100),
    "guarantee": (0, 0.5), "tension_gain": (0.005, 0.1), "tension_decay": (0.2, 0.8), "highest_tension": (1, 3),
    "negotiation": (0, 0.2),
    "base_hazard": (0.02, 0.12), "tension_war_effect": (0, 2), "denial_effect": (0, 0), "incident_rate": (0.15, 0.75),
    "tension_incident_effect": (0.3, 1.6), "presence": (0, 1), "presence_factor": (0.7, 2.5),
}  # fmt: skip
OWN = {
    "punishment": (0.2, 3), "resolve": (0, 1), "tripwire_resolve": (0, 0.3), "status_quo": (-0.3, 0.4),
    "precision": (1, 20), "campaign_year": (0, 10), "opponent_personnel": (3000, 5000), "joining_share": (0.3, 1),
    "prize": (0.1, 1), "worth_of_losses": (0.2, 1), "reassurance": (0, 0.3), "second_theatre": (0, 1),
    "diversion": (0, 0.75),
}  # fmt: skip
RANGES = CAMPAIGN | RIVALRY | OWN
RUNS = 128


def tables():
    return rows() | {"years": Rows(tuple(str(year) for year in range(11)))}


@cache
def drawn():
    return random_inputs(campaign_years.spec, RANGES, tables(), RUNS)


@cache
def fought(**changed):
    values = drawn() | {name: np.full_like(drawn()[name], x) for name, x in changed.items()}
    return run_batch(campaign_years, tables(), values)


def test_the_declaration_is_one():
    check_spec(campaign_years.spec)


def test_without_an_answer_a_run_is_that_of_the_campaign():
    inputs = {x.name: drawn()[x.name] for x in campaign.spec.inputs}
    plain = run_batch(campaign, rows(), inputs)
    without = fought(parity=0.0)
    assert (without["answer"] == 0).all()
    for outcome in campaign.spec.scalars:
        close = 1e-9 if outcome.kind in ("number", "time") else 0.0
        np.testing.assert_allclose(without[outcome.name], plain[outcome.name], close, close, err_msg=outcome.name)


def test_the_answer_is_that_of_the_rivalry_in_the_year_of_the_campaign():
    inputs = {x.name: drawn()[x.name] for x in rivalry.spec.inputs}
    path = run_batch(rivalry, {"years": tables()["years"]}, inputs, series=True)
    year = drawn()["campaign_year"]
    for ours, series in (("answer", "reaction_by_year"), ("tension", "tension_by_year")):
        wanted = [np.interp(x, range(11), row) for x, row in zip(year, path[series], strict=True)]
        np.testing.assert_allclose(fought()[ours], wanted, rtol=1e-9, atol=1e-9)


def test_what_joins_strengthens_the_attack_by_its_soldiers():
    values = drawn()
    added = values["joining_share"] * fought()["answer"] * values["opponent_personnel"]
    np.testing.assert_allclose(
        fought()["attackers_available"] - fought(parity=0.0)["attackers_available"], added, rtol=1e-9, atol=1e-6
    )
    assert (fought()["attackers_available"] > 0).all()


def test_an_answer_takes_more_prizes_than_it_loses():
    with_answer, without = fought()["holds_prize"], fought(parity=0.0)["holds_prize"]
    assert (with_answer & ~without).sum() >= (without & ~with_answer).sum()


def test_a_prize_is_held_only_if_it_was_taken_and_losses_are_a_share():
    found = fought()
    assert not (found["holds_prize"] & found["denied_by_day_60"]).any()
    assert not (found["holds_prize"] & found["retaken_by_day_180"]).any()
    assert ((found["attacker_loss_share"] >= 0) & (found["attacker_loss_share"] <= 1)).all()


@pytest.mark.parametrize("name", ["punishment", "resolve", "tripwire_resolve", "status_quo", "precision", "prize"])
def test_what_decides_the_choice_changes_no_campaign(name):
    """Resolve enters once: in the crisis."""
    low, high = RANGES[name]
    one, other = fought(**{name: float(low)}), fought(**{name: float(high)})
    for outcome in one:
        np.testing.assert_array_equal(one[outcome], other[outcome], err_msg=outcome)
