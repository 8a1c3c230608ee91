"""The Unilateral Deterrence Game against frozen solutions of another solver, and what theory says of it."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.models.crisis.families import how_many, names
from vallum.models.crisis.unilateral import equilibria, quantal_response, thresholds, unilateral

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())["udg"]
OURS = {
    "cSQ": "c_sq", "cDC": "c_dc", "cCD": "c_cd", "cDDh": "c_dd_hard", "cDDs": "c_dd_soft",
    "dSQ": "d_sq", "dDC": "d_dc", "dCD": "d_cd", "dDDh": "d_dd_hard", "dDDs": "d_dd_soft",
}  # fmt: skip
PAYOFFS = {OURS[name]: value for name, value in GOLDEN["payoffs"].items()}
SETS = {
    "challenger_hard": "Ch1H:D", "challenger_soft": "Ch1S:D", "defender_hard": "Def2H:D",
    "defender_soft": "Def2S:D", "fights_hard": "Ch3H:D", "fights_soft": "Ch3S:D",
}  # fmt: skip
CASES = {case["pbe"].replace("_", " "): case for case in GOLDEN["cases"]}


def golden(case):
    return unilateral(**PAYOFFS, p_challenger=case["pCh"], p_defender=case["pD"])


def drawn(seed, games):
    """Payoffs in order, otherwise anything in 0 to 1."""
    rng = np.random.default_rng(seed)
    c, d = (-np.sort(-rng.random((n, games)), axis=0) for n in (5, 4))
    return unilateral(
        c_dc=c[0], c_sq=c[1], c_dd_hard=c[2], c_cd=c[3], c_dd_soft=c[4],
        d_cd=d[0], d_dd_hard=d[1], d_dc=d[2], d_dd_soft=d[3], d_sq=d[1] + rng.random(games) + 1e-9,
        p_challenger=rng.random(games), p_defender=rng.random(games),
    )  # fmt: skip


def test_the_thresholds_are_the_published_formulas():
    found = thresholds(golden(GOLDEN["cases"][0]))
    for ours, theirs in (("d_star", "d_star"), ("c_hard", "c_H"), ("c_soft", "c_S")):
        assert found[ours][0] == pytest.approx(GOLDEN["thresholds"][theirs], abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_each_region_has_its_family_and_what_is_played_in_it(name):
    game = golden(CASES[name])
    families = {x.name: x for x in equilibria(game)}
    assert names(tuple(families.values()), 0)[0] == name
    for ours, theirs in (("challenger_hard", "xH"), ("challenger_soft", "xS"), ("defender_soft", "yS")):
        if CASES[name]["analytic"][theirs] is not None:
            assert families[name].strategy[ours][0] == pytest.approx(CASES[name]["analytic"][theirs], abs=1e-12)
    for outcome, chance in CASES[name]["limit_outcomes"].items():
        assert families[name].outcomes[outcome][0] == pytest.approx(chance, abs=1e-6)


@pytest.mark.parametrize("precision", [1, 2, 5, 10, 20, 50])
@pytest.mark.parametrize("name", CASES)
def test_quantal_response_gives_the_frozen_values(name, precision):
    wanted = CASES[name]["qre"][str(precision)]
    found = quantal_response(golden(CASES[name]), precision)
    for ours, theirs in SETS.items():
        assert found.strategy[ours][0] == pytest.approx(wanted[theirs], abs=1e-6), theirs
    for outcome, chance in wanted["outcomes"].items():
        assert found.outcomes[outcome][0] == pytest.approx(chance, abs=1e-6), outcome


def replies(game, family):
    """Whether every type's move is a best reply to the others' and beliefs follow Bayes' rule where they can."""
    x_hard, x_soft, y_soft = (family.strategy[x] for x in ("challenger_hard", "challenger_soft", "defender_soft"))
    resisted = game.p_defender + (1 - game.p_defender) * y_soft
    gain_hard = resisted * game.c_dd_hard + (1 - resisted) * game.c_dc - game.c_sq
    gain_soft = resisted * game.c_cd + (1 - resisted) * game.c_dc - game.c_sq
    hard, soft = game.p_challenger * x_hard, (1 - game.p_challenger) * x_soft
    believed = np.where(hard + soft > 0, hard / np.where(hard + soft > 0, hard + soft, 1), 0.0)
    gain_resist = believed * game.d_dd_soft + (1 - believed) * game.d_cd - game.d_dc

    def best(chance, gain):
        tiny = 1e-9
        return np.where(gain > tiny, chance > 1 - tiny, np.where(gain < -tiny, chance < tiny, True))

    met = best(x_hard, gain_hard) & best(x_soft, gain_soft)
    return met & ((hard + soft == 0) | best(y_soft, gain_resist))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_every_equilibrium_is_a_best_reply_of_every_type(seed):
    game = drawn(seed, 64)
    for family in equilibria(game):
        assert replies(game, family)[family.exists].all(), family.name


def test_certain_deterrence_needs_only_that_a_soft_defender_may_yield():
    game = golden(CASES["certain deterrence"])
    family = equilibria(game)[0]
    assert family.strategy["defender_soft"][0] == 0
    assert replies(game, family).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_some_plausible_family_always_exists_and_only_borders_have_two(seed):
    families = [x for x in equilibria(drawn(seed, 256)) if x.plausible]
    assert (how_many(families) == 1).all()


def test_where_resistance_is_too_likely_a_second_family_rests_on_beliefs():
    game = golden(CASES["bluff"])
    assert names(equilibria(game), 0) == ("bluff", "steadfast deterrence")
    assert [x.plausible for x in equilibria(game) if x.exists[0]] == [True, False]


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 200))
@settings(max_examples=40)
def test_one_quantal_response_exists_at_every_precision(seed, precision):
    """The map falls in the expected resistance, so that it meets the diagonal once."""
    import jax

    from vallum.models.crisis.unilateral import _respond

    game = drawn(seed, 16)
    with jax.enable_x64(True):
        grid = np.linspace(0, 1, 201)
        answers = np.array([_respond(game, np.full(16, precision), np.full(16, x))[0] for x in grid])
    assert (np.diff(answers, axis=0) <= 1e-12).all()


def test_quantal_response_is_solved_in_all_games_and_says_where_the_bracket_was_needed():
    game = drawn(3, 200_000)
    precision = np.exp(np.random.default_rng(4).uniform(0, np.log(300), 200_000))
    found = quantal_response(game, precision)
    assert (found.residual <= 1e-6).mean() >= 0.999
    assert 0 < found.bisected.mean() < 0.01
    total = sum(found.outcomes.values())
    np.testing.assert_allclose(total, 1, atol=1e-12)


def test_sure_players_play_the_plausible_family_well_inside_its_region():
    game = drawn(11, 4000)
    at, p = thresholds(game), game.p_defender
    wide = (np.abs(p - at["c_hard"]) > 0.1) & (np.abs(p - at["c_soft"]) > 0.1)
    wide &= np.abs(game.p_challenger - at["d_star"]) > 0.1
    wide &= np.minimum.reduce([
        game.c_dd_hard - game.c_cd, game.c_cd - game.c_dd_soft, game.d_dd_hard - game.d_dc, game.d_dc - game.d_dd_soft,
        game.d_cd - game.d_dd_hard, game.c_sq - game.c_dd_hard, game.c_dc - game.c_sq,
    ]) > 0.03  # fmt: skip
    found = quantal_response(game, 20_000.0)
    seen = 0
    for family in (x for x in equilibria(game) if x.plausible):
        here = family.exists & wide
        seen += here.sum()
        for outcome, chance in family.outcomes.items():
            np.testing.assert_allclose(found.outcomes[outcome][here], chance[here], atol=0.02, err_msg=family.name)
    assert seen > 300


def test_payoffs_out_of_order_are_refused_with_their_place():
    with pytest.raises(ValueError, match=r"c_sq = 0.1 is not above c_dd_hard = 0.4 in game 1"):
        unilateral(**(PAYOFFS | {"c_sq": [0.6, 0.1]}), p_challenger=0.5, p_defender=0.5)
    with pytest.raises(ValueError, match=r"p_defender must lie in 0 to 1, found 1.5"):
        unilateral(**PAYOFFS, p_challenger=0.5, p_defender=1.5)
    with pytest.raises(ValueError, match="d_sq must be finite, a number or one a game; found inf"):
        unilateral(**(PAYOFFS | {"d_sq": np.inf}), p_challenger=0.5, p_defender=0.5)
    with pytest.raises(ValueError, match="precision must be finite and at least 0, found inf"):
        quantal_response(golden(CASES["bluff"]), [1, np.inf])


def test_credibilities_may_be_certain():
    for p, q in ((0, 0), (0, 1), (1, 0), (1, 1)):
        found = quantal_response(unilateral(**PAYOFFS, p_challenger=p, p_defender=q), [1, 5, 50])
        assert np.isfinite(list(found.outcomes.values())).all()
