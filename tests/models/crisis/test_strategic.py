"""Strategic choice in three nodes against reference numbers; its fit against published ones and simulations."""

import csv
import json
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.analysis.battles import BattleError, data_root
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.strategic_fit import fit_strategic
from vallum.models.crisis.strategic import log_chances, three_nodes

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())
WAR = "validation/war1800_disputes_1816_1899.csv"
FIXED = GOLDEN["signorino_published_leblang_JSS"]["fixed_utils"]
U = dict(zip(("u11", "u13", "u14", "u24"), map(float, FIXED["u"]), strict=True))


@pytest.mark.parametrize("precision", GOLDEN["aqre3"])
def test_three_nodes_give_the_reference_numbers(precision):
    wanted = GOLDEN["aqre3"][precision]
    found = three_nodes((0.6, 1, 0.2, 0.4), (0.3, 0.8, 0.5), float(precision))
    assert found.fight == pytest.approx(wanted["p_esc"], abs=1e-12)
    assert found.resist == pytest.approx(wanted["p_resist"], abs=1e-12)
    assert found.demand == pytest.approx(wanted["p_challenge"], abs=1e-12)
    for outcome in ("SQ", "DC", "CD", "DD"):
        assert found.outcomes[outcome] == pytest.approx(wanted[outcome], abs=1e-12)


payoff = st.floats(-2, 2)


@given(st.lists(payoff, min_size=7, max_size=7), st.floats(0, 60))
def test_chances_add_up_and_sure_players_solve_the_game_backwards(values, precision):
    challenger, defender = values[:4], values[4:]
    assert sum(three_nodes(challenger, defender, precision).outcomes.values()) == pytest.approx(1)
    found = three_nodes(challenger, defender, 1e9)
    sq, dc, cd, dd = challenger
    fights = dd > cd
    resists = (defender[2] if fights else defender[1]) > defender[0]
    worth = (dd if fights else cd) if resists else dc
    gaps = abs(dd - cd), abs((defender[2] if fights else defender[1]) - defender[0]), abs(worth - sq)
    if min(gaps) > 1e-6:
        expected = "SQ" if worth < sq else ("DD" if fights else "CD") if resists else "DC"
        assert found.outcomes[expected] == pytest.approx(1)


def test_the_fit_with_known_utilities_gives_the_published_scale_from_counts():
    """Leblang (2003) in Kenkel & Signorino: 7,152 without attack, 42 devaluations, 46 defences."""
    found = fit_strategic(np.arange(3), {"log_scale": np.ones((3, 1))}, U, np.array(FIXED["counts"], float))
    assert found.coefficients["log_scale"][0] == pytest.approx(FIXED["log_sigma"], abs=5e-5)
    assert found.coefficients["log_scale"][0] == pytest.approx(FIXED["log_sigma_full"], abs=1e-7)
    assert found.log_likelihood == pytest.approx(FIXED["loglik"], abs=5e-3)
    assert found.log_likelihood == pytest.approx(FIXED["loglik_full"], abs=1e-6)
    np.testing.assert_allclose(found.chances[:, 0], FIXED["probs"], atol=1e-8)


@pytest.fixture(scope="module")
def disputes():
    """War and capitulation in disputes of 1816-99 (Correlates of War, in the R package `games`): complete rows."""
    try:
        path = data_root() / WAR
    except BattleError:
        path = None
    if not path or not path.is_file():
        pytest.skip(f"the disputes are not there: set VALLUM_DATA to the folder that holds {WAR}")
    used = ("s_wt_re1", "revis1", "regime1", "balanc", "regime2", "esc", "war")
    with path.open(encoding="utf-8") as handle:
        return [row for row in csv.DictReader(handle) if all(row[name] not in ("", "NA") for name in used)]


@pytest.mark.parametrize("model", GOLDEN["signorino_games_package"])
def test_the_fit_to_disputes_is_that_of_the_published_package(disputes, model):
    """esc + war ~ s_wt_re1 + revis1 | 0 | regime1 | balanc + regime2, the package's own example."""
    wanted, (link, errors) = GOLDEN["signorino_games_package"][model], model.split("_")
    one = np.ones(len(disputes))

    def column(name):
        return np.array([float(row[name]) for row in disputes])

    def regime(side):
        return [np.array([float(row[f"regime{side}"] == kind) for row in disputes]) for kind in ("dem", "mixed")]

    regressors = {
        "u11": np.column_stack([one, column("s_wt_re1"), column("revis1")]),
        "u14": np.column_stack([one, *regime(1)]),
        "u24": np.column_stack([one, column("balanc"), *regime(2)]),
    }
    outcome = np.where(column("esc") == 0, 0, np.where(column("war") == 1, 2, 1))
    found = fit_strategic(outcome, regressors, link=link, errors=errors)
    assert len(disputes) == 282
    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-6)
    # the package stops where the likelihood is flat to 1e-12; there its coefficients are good to five digits
    np.testing.assert_allclose(np.concatenate(list(found.coefficients.values())), wanted["coef"], atol=1e-5)
    np.testing.assert_allclose(found.chances.mean(axis=1), wanted["mean_pred"], atol=1e-6)
    np.testing.assert_allclose(found.chances[:, 0], wanted["first_row"], atol=1e-6)


@pytest.mark.parametrize(("link", "errors"), [("probit", "private"), ("probit", "agent"), ("logit", "agent")])
def test_the_fit_finds_what_simulated_actors_were_made_with(link, errors):
    rng = np.random.default_rng(8)
    n, truth = 40_000, {"u11": [-0.5, 0.4], "u14": [-0.6], "u24": [0.3, -0.8]}
    x, z = rng.standard_normal((2, n))
    one = np.ones(n)
    regressors = {"u11": np.c_[one, x], "u14": np.c_[one], "u24": np.c_[one, z]}
    utilities = [regressors[name] @ np.array(truth[name]) if name in truth else 0.0 for name in U]
    with jax.enable_x64(True):
        chances = np.exp(np.asarray(log_chances(utilities, 1.0, link, errors)))
    outcome = (rng.random(n) > np.cumsum(chances, axis=0)[:2]).sum(axis=0)
    found = fit_strategic(outcome, regressors, link=link, errors=errors)
    errors_of = np.sqrt(np.diag(found.covariance))
    estimates, wanted = np.concatenate(list(found.coefficients.values())), np.concatenate(list(truth.values()))
    assert list(found.coefficients) == ["u11", "u14", "u24"]
    assert (np.abs(estimates - wanted) < 4 * errors_of).all()
    assert (errors_of < 0.2).all()


def test_chances_of_a_case_add_up_to_one_under_every_law():
    with jax.enable_x64(True):
        for link, errors in (("probit", "private"), ("probit", "agent"), ("logit", "agent")):
            found = np.asarray(log_chances((0.3, np.linspace(-9, 9, 7), -2.0, 1.0), 0.5, link, errors))
            np.testing.assert_allclose(np.exp(found).sum(axis=0), 1, rtol=1e-12)


def test_a_logit_is_scaled_as_in_the_published_package():
    """Its link is the logistic law with scale sqrt 2: lambda is 1 / sqrt 2."""
    with jax.enable_x64(True):
        found = np.exp(np.asarray(log_chances((1.0, -1.0, 0.5, 0.7), 1.0, "logit", "agent")))[:, 0]
    same = three_nodes((1.0, -1.0, 0.5, 0.5), (0.0, 0.7, 0.7), 1 / np.sqrt(2)).outcomes
    np.testing.assert_allclose(found, [same["SQ"], same["DC"], same["CD"] + same["DD"]], rtol=1e-12)


def test_what_cannot_be_fitted_is_refused_with_the_reason():
    outcome, one = np.array([0, 1, 2, 0]), np.ones((4, 1))
    with pytest.raises(AnalysisError, match="no part of the model is called 'u12'"):
        fit_strategic(outcome, {"u12": one})
    with pytest.raises(AnalysisError, match="u24 is both estimated and fixed"):
        fit_strategic(outcome, {"u24": one}, {"u24": 1.0})
    with pytest.raises(AnalysisError, match="nothing is to be estimated"):
        fit_strategic(outcome, {}, U)
    with pytest.raises(AnalysisError, match=r"shape \(3, 1\); \(4, regressor\) is needed"):
        fit_strategic(outcome, {"u24": one[:3]})
    with pytest.raises(AnalysisError, match="outcome must be 0"):
        fit_strategic(np.array([0, 3, 1, 1]), {"u24": one})
    with pytest.raises(AnalysisError, match="no maximum was found"):
        fit_strategic(outcome, {"u24": np.c_[one, one]}, {"u14": -1.0})
    with pytest.raises(ValueError, match="private errors need the probit"):
        log_chances((1.0, 1.0, 1.0, 1.0), link="logit", errors="private")
    with pytest.raises(ValueError, match="precision must be finite and at least 0, found -1"):
        three_nodes((0.6, 1, 0.2, 0.4), (0.3, 0.8, 0.5), -1)
