"""The Generalized Mutual Deterrence Game against frozen equilibria of an independent solver and its own tree."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.models.crisis.families import how_many
from vallum.models.crisis.mutual import equilibria, mutual, outcomes, payoffs, quantal_response, thresholds

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())["gmdg"]
KEYS = {"a_hard": "AH:D", "a_soft": "AS:D", "b_hard": "BH:D", "b_soft": "BS:D"}
NAMED = dict(dc="DC", sq="SQ", dd_hard="DDh", cd="CD", dd_soft="DDs")
PAY = {ours: GOLDEN["payoffs"][theirs] for ours, theirs in NAMED.items()}
CASES = GOLDEN["cases"]
seeds = st.integers(0, 2**32 - 1)


def golden():
    return mutual(dict(PAY, p=[x["pA"] for x in CASES]), dict(PAY, p=[x["pB"] for x in CASES]))


def drawn(seed, games=256):
    rng = np.random.default_rng(seed)

    def player():
        falling = -np.sort(-rng.random((5, games)), axis=0)
        return dict(zip(NAMED, falling, strict=True), p=rng.uniform(0.001, 0.999, games))

    return mutual(player(), player())


def worth(me, hard, attacks, other, hits):
    """What a move is worth to one type, told from the tree; `hits` are the opponent's chances when hard and soft."""
    war = me.dd_hard if hard else me.dd_soft
    total = 0.0
    for strikes_back, p, hit in ((True, other.p, hits[0]), (False, 1 - other.p, hits[1])):
        if attacks:
            held, hit_me = (war if strikes_back else me.dc), war
        else:
            held, hit_me = me.sq, (war if hard else me.cd)
        total = total + p * ((1 - hit) * held + hit * hit_me)
    return total


def most_gained(game, s):
    """The most that any type gains by another move."""
    gained = []
    for me, other, mine, theirs in ((game.a, game.b, "a", "b"), (game.b, game.a, "b", "a")):
        for kind in ("hard", "soft"):
            x = s[f"{mine}_{kind}"]
            hits = s[f"{theirs}_hard"], s[f"{theirs}_soft"]
            attack, hold = (worth(me, kind == "hard", move, other, hits) for move in (True, False))
            gained.append(np.maximum(attack, hold) - x * attack - (1 - x) * hold)
    return np.max(gained, axis=0)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_equilibrium_that_the_solver_lists_is_one_of_the_families_with_its_payoffs(number):
    game = golden()
    found = [x for x in equilibria(game) if x.exists[number]]
    for listed in CASES[number]["equilibria"]:
        match = [
            x for x in found if all(abs(x.strategy[k][number] - listed[g]) < 1e-6 for k, g in KEYS.items())
        ]  # printed to six places
        assert match, listed
        paid = payoffs(game, match[0].strategy)
        assert (paid["a"][number], paid["b"][number]) == pytest.approx((listed["uA"], listed["uB"]), abs=1e-6)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_plausible_family_is_one_that_the_solver_lists(number):
    for x in equilibria(golden()):
        if x.exists[number] and x.plausible:
            assert any(
                all(abs(x.strategy[k][number] - listed[g]) < 1e-6 for k, g in KEYS.items())
                for listed in CASES[number]["equilibria"]
            ), x.name


def test_thresholds_are_the_reference_ones():
    t, X = thresholds(golden().a)
    assert t[0] == pytest.approx(GOLDEN["t_H"], abs=1e-15)
    assert X[0] == pytest.approx(GOLDEN["X_star"], abs=1e-15)


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_no_type_gains_by_another_move_where_a_family_exists(seed):
    game = drawn(seed)
    for x in equilibria(game):
        chances = np.array([x.strategy[k][x.exists] for k in KEYS])
        assert ((chances >= 0) & (chances <= 1)).all(), x.name
        assert (most_gained(game, x.strategy)[x.exists] < 1e-12).all(), x.name
        assert np.allclose(sum(x.outcomes.values())[x.exists], 1)


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_every_equilibrium_without_mixing_is_listed(seed):
    game = drawn(seed)
    families = equilibria(game)
    for moves in itertools.product((0.0, 1.0), repeat=4):
        pure = {k: np.full_like(game.a.p, x) for k, x in zip(KEYS, moves, strict=True)}
        stands = most_gained(game, pure) <= 0
        listed = [
            x.exists & np.all([np.nan_to_num(x.strategy[k], nan=-1) == pure[k] for k in KEYS], axis=0) for x in families
        ]
        assert (stands == np.any(listed, axis=0)).all(), moves


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_plausible_equilibria_are_odd_in_number(seed):
    assert (how_many([x for x in equilibria(drawn(seed, 2_000)) if x.plausible]) % 2 == 1).all()


@settings(deadline=None, max_examples=20)
@given(seeds, st.floats(0, 1))
def test_a_power_that_waits_may_attack_with_any_higher_chance(seed, share):
    game = drawn(seed)
    for name, waits in (("attack by A, B waiting", "b_hard"), ("attack by B, A waiting", "a_hard")):
        x = next(x for x in equilibria(game) if x.name == name)
        more = dict(x.strategy) | {waits: x.strategy[waits] + share * (1 - x.strategy[waits])}
        assert (most_gained(game, more)[x.exists] < 1e-12).all()


@pytest.mark.parametrize("rate", [5, 20])
def test_quantal_responses_are_the_solvers(rate):
    found = quantal_response(golden(), rate)
    assert found.converged.all()
    for ours, theirs in KEYS.items():
        assert found.strategy[ours] == pytest.approx([x["qre"][str(rate)][theirs] for x in CASES], abs=1e-6)


def test_where_nobody_need_attack_the_principal_branch_goes_to_the_separating_equilibrium():
    game = mutual(dict(PAY, p=0.8), dict(PAY, p=0.7))
    assert [x.name for x in equilibria(game) if x.exists[0]] == ["sure-thing deterrence", "hybrid", "separating"]
    found = quantal_response(game, 500)
    assert [found.strategy[k][0] for k in KEYS] == pytest.approx([1, 0, 1, 0], abs=1e-3)
    assert payoffs(game, found.strategy)["a"][0] < 0.51 < 0.6  # both would have 0.6 in deterrence


def test_in_most_games_that_allow_deterrence_the_principal_branch_does_go_to_it():
    game = drawn(2, 2_000)
    deterred = next(x for x in equilibria(game) if x.name == "sure-thing deterrence").exists
    assert 0.75 < (quantal_response(game, 500).outcomes["SQ"][deterred] > 0.9).mean() < 0.95


@settings(deadline=None, max_examples=5)
@given(seeds)
def test_quantal_responses_answer_each_other_in_all_but_one_of_a_thousand_games(seed):
    game = drawn(seed, 2_000)
    rate = np.exp(np.random.default_rng(seed).uniform(0, np.log(200), 2_000))
    found = quantal_response(game, rate)
    s = found.strategy
    off = []
    for me, other, mine, theirs in ((game.a, game.b, "a", "b"), (game.b, game.a, "b", "a")):
        hits = s[f"{theirs}_hard"], s[f"{theirs}_soft"]
        for kind in ("hard", "soft"):
            attack, hold = (worth(me, kind == "hard", move, other, hits) for move in (True, False))
            off.append(np.abs(s[f"{mine}_{kind}"] - 1 / (1 + np.exp(-rate * (attack - hold)))))
    assert np.mean((np.max(off, axis=0) <= 1e-6) & (found.residual <= 1e-6) & found.converged) >= 0.999


def apart(game, s):
    """By how much each type prefers one move to the other, least first."""
    gained = []
    for me, other, theirs in ((game.a, game.b, "b"), (game.b, game.a, "a")):
        hits = s[f"{theirs}_hard"], s[f"{theirs}_soft"]
        for kind in (True, False):
            gained.append(np.abs(worth(me, kind, True, other, hits) - worth(me, kind, False, other, hits)))
    return np.sort(gained, axis=0)


@settings(deadline=None, max_examples=3)
@given(seeds)
def test_where_there_is_one_equilibrium_a_large_precision_leads_to_it(seed):
    game = drawn(seed, 2_000)
    families = equilibria(game)
    separating = next(x for x in families if x.name == "separating")
    alone = separating.exists & (how_many(families) == 1) & (apart(game, separating.strategy)[0] > 0.02)
    for me, other in ((game.a, game.b), (game.b, game.a)):  # what is nearly an equilibrium holds the branch up
        alone &= (np.abs(other.p - np.array(thresholds(me))) > 0.05).all(axis=0)
    assert alone.sum() > 10
    found = quantal_response(game, 3_000)
    for name, chance in separating.outcomes.items():
        assert found.outcomes[name][alone] == pytest.approx(chance[alone], abs=1e-3)


def test_where_one_power_attacks_and_the_other_need_not_hold_the_branch_comes_near_more_slowly():
    game = drawn(1, 2_000)
    families = [x for x in equilibria(game) if x.plausible]
    off = []
    for rate in (100, 1_000, 3_000):
        found, far = quantal_response(game, rate), []
        for x in (x for x in families if x.name.startswith("attack")):
            here = x.exists & (how_many(families) == 1) & (apart(game, x.strategy)[1] > 0.01)  # one is indifferent
            far.append(np.abs(found.outcomes["DD"] - x.outcomes["DD"])[here] > 0.02)
        off.append(np.concatenate(far).mean())
    assert off == sorted(off, reverse=True)
    assert off[-1] < 0.05


def test_players_that_are_alike_do_alike_even_past_the_bifurcation():
    game = drawn(3, 500)
    found = quantal_response(mutual(vars(game.a), vars(game.a)), 100)
    there = found.converged  # at a bifurcation itself the last bits may lose the branch; then the flag says so
    assert there.mean() >= 0.995
    assert found.strategy["a_soft"][there] == pytest.approx(found.strategy["b_soft"][there], abs=1e-9)


def test_renaming_the_players_renames_the_answer():
    game = drawn(4)
    one, other = quantal_response(game, 30), quantal_response(mutual(vars(game.b), vars(game.a)), 30)
    assert one.outcomes["a_wins"] == pytest.approx(other.outcomes["b_wins"], abs=1e-8)


def test_the_unit_of_utility_does_not_matter():
    game = drawn(5)
    larger = [{k: x if k == "p" else 1000 * x for k, x in vars(me).items()} for me in (game.a, game.b)]
    one, other = quantal_response(game, 30), quantal_response(mutual(*larger), 0.03)
    assert one.strategy["a_hard"] == pytest.approx(other.strategy["a_hard"], abs=1e-8)


def test_without_precision_everybody_tosses_a_coin():
    found = quantal_response(drawn(6), 0)
    assert all((x == 0.5).all() for x in found.strategy.values())


def test_outcomes_are_those_of_the_tree():
    game = mutual(dict(PAY, p=0.8), dict(PAY, p=0.7))
    chances = outcomes(game, dict(zip(KEYS, np.array([[1.0], [0.5], [0.25], [0.0]]), strict=True)))
    a, b = 0.9, 0.175
    wanted = dict(SQ=(1 - a) * (1 - b), a_wins=a * 0.3, b_wins=b * 0.1)
    assert {k: x[0] for k, x in chances.items()} == pytest.approx(wanted | {"DD": 1 - sum(wanted.values())})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (dict(sq=1.5), "a_dc = 1 is not above a_sq = 1.5 in game 0"),
        (dict(cd=0.0), "a_cd = 0 is not above a_dd_soft = 0"),
        (dict(p=1.2), "a_p must lie in 0 to 1, found 1.2"),
        (dict(dc=np.inf), "a_dc must be finite"),
    ],
)
def test_what_is_no_such_game_is_refused_with_its_numbers(change, told):
    with pytest.raises(ValueError, match=told):
        mutual(dict(PAY, p=0.5) | change, dict(PAY, p=0.5))


def test_a_negative_precision_is_refused():
    with pytest.raises(ValueError, match="at least 0, found -1"):
        quantal_response(golden(), -1)
