"""The Asymmetric Escalation Game against frozen equilibria of an independent solver and its own tree."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.models.crisis.branch import principal_branch
from vallum.models.crisis.escalation import (
    CHALLENGERS,
    DEFENDERS,
    ORDERS,
    OUTCOMES,
    complete_information,
    escalation,
    outcomes,
    payoffs,
)
from vallum.models.crisis.escalation_equilibria import equilibria, thresholds
from vallum.models.crisis.escalation_response import quantal_response
from vallum.models.crisis.families import how_many

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())["aeg"]
TYPE = {"h": "_hard", "s": "_soft", "": ""}
PAY = {f"{x[0]}_{x[1:3].lower()}{TYPE[x[3:]]}": value for x, value in GOLDEN["payoffs"].items()}
CASES = {x["name"]: x for x in GOLDEN["incomplete"]}
PRIORS = {"p_challenger": "pCh", "p_hh": "pHH", "p_hs": "pHS", "p_sh": "pSH", "p_ss": "pSS"}
FAMILY = {"ch_soft_bluff": "bluff", "attack_low_def": "attack", "strong_def": "deterrence"}
LETTER = {"H": "hard", "S": "soft"}
KEYS = {
    f"Ch{node}{x}:{move}": f"{name}_{word}"
    for node, move, name in (("1", "D", "initiates"), ("3a", "E", "presses"), ("3b", "E", "matches"))
    for x, word in LETTER.items()
}
KEYS |= {f"Def2{x}:D": f"in_kind_{x}" for x in DEFENDERS} | {f"Def2{x}:E": f"escalates_{x}" for x in DEFENDERS}
KEYS |= {f"Def4{x}:E": f"answers_{LETTER[x[1]]}" for x in DEFENDERS}
TIMES = (5, 10, 20)
seeds = st.integers(0, 2**32 - 1)


def golden(*names):
    return escalation(**PAY, **{ours: [CASES[x][theirs] for x in names] for ours, theirs in PRIORS.items()})


def drawn(seed, games=256):
    rng = np.random.default_rng(seed)
    values = {}
    for order in ORDERS:
        values |= dict(zip(order, -np.sort(-rng.random((len(order), games)), axis=0), strict=True))
    types = dict(zip(("p_hh", "p_hs", "p_sh", "p_ss"), rng.dirichlet(np.ones(4), games).T, strict=True))
    return escalation(**values, **types, p_challenger=rng.uniform(0.001, 0.999, games))


class Tree:
    """What each move is worth, told from the tree move by move, given r and q."""

    def __init__(self, game, s, r, q):
        self.g, self.s, self.believed, self.q = game, s, {"hard": r, "soft": 1 - r}, q

    def c(self, outcome, kind):
        return getattr(self.g, "c_ee_" + kind if outcome == "EE" else "c_" + outcome.lower())

    def d(self, outcome, types):
        name = {"DD": "d_dd_" + types[0], "EE": "d_ee_" + types[1]}.get(outcome, "d_" + outcome.lower())
        return getattr(self.g, name)

    def pressing(self, kind, strategic):
        answers = self.s["answers_" + strategic]
        return answers * self.c("EE", kind) + (1 - answers) * self.c("ED", kind)

    def initiating(self, kind, name, types):
        kinds, ups = self.s["in_kind_" + name], self.s["escalates_" + name]
        presses, matches = self.s["presses_" + kind], self.s["matches_" + kind]
        limited = presses * self.pressing(kind, types[1]) + (1 - presses) * self.c("DD", kind)
        war = matches * self.c("EE", kind) + (1 - matches) * self.c("DE", kind)
        return (1 - kinds - ups) * self.c("DC", kind) + kinds * limited + ups * war

    def choices(self):
        """For each information set: the chances of its moves, and their worth."""
        s = self.s
        for kind in CHALLENGERS:
            x = s["initiates_" + kind]
            worth = sum(getattr(self.g, "p_" + n.lower()) * self.initiating(kind, n, t) for n, t in DEFENDERS.items())
            yield (1 - x, x), (self.c("SQ", kind), worth)
            x = s["presses_" + kind]
            worth = self.q * self.pressing(kind, "hard") + (1 - self.q) * self.pressing(kind, "soft")
            yield (1 - x, x), (self.c("DD", kind), worth)
            x = s["matches_" + kind]
            yield (1 - x, x), (self.c("DE", kind), self.c("EE", kind))
        for name, types in DEFENDERS.items():
            x = s["answers_" + types[1]]
            last = x * self.d("EE", types) + (1 - x) * self.d("ED", types)
            yield (1 - x, x), (self.d("ED", types), self.d("EE", types))
            in_kind = escalate = 0.0
            for kind, r in self.believed.items():
                presses, matches = s["presses_" + kind], s["matches_" + kind]
                in_kind = in_kind + r * (presses * last + (1 - presses) * self.d("DD", types))
                escalate = escalate + r * (matches * self.d("EE", types) + (1 - matches) * self.d("DE", types))
            x, y = s["in_kind_" + name], s["escalates_" + name]
            yield (1 - x - y, x, y), (self.d("DC", types), in_kind, escalate)

    def most_gained(self):
        return np.max(
            [np.max(worth, axis=0) - sum(x * w for x, w in zip(chance, worth, strict=True))
             for chance, worth in ((x, np.broadcast_arrays(*w)) for x, w in self.choices())],
            axis=0,
        )  # fmt: skip

    def logit(self, rate):
        """Largest distance from the logit reply."""
        off = []
        for chance, worth in self.choices():
            worth = np.array(np.broadcast_arrays(*worth)) * rate
            reply = np.exp(worth - worth.max(axis=0))
            off.append(np.abs(np.array(chance) - reply / reply.sum(axis=0)).max(axis=0))
        return np.max(off, axis=0)


def bayes(game, s, free_r, free_q):
    """r and q by Bayes' rule; the given ones where nobody moves so."""
    with np.errstate(invalid="ignore", divide="ignore"):
        hard, soft = game.p_challenger * s["initiates_hard"], (1 - game.p_challenger) * s["initiates_soft"]
        firm = game.p_hh * s["in_kind_HH"] + game.p_sh * s["in_kind_SH"]
        weak = game.p_hs * s["in_kind_HS"] + game.p_ss * s["in_kind_SS"]
        r = np.where(hard + soft > 0, hard / (hard + soft), free_r)
        return r, np.where(firm + weak > 0, firm / (firm + weak), free_q)


@pytest.mark.parametrize("pair", GOLDEN["complete_information"])
def test_backward_induction_gives_the_reference_for_each_pair_of_types(pair):
    ch, tactical, strategic = pair[3], pair.split("tac")[1][0], pair.split("strat")[1][0]
    found = complete_information(golden("strong_def"))
    at = 0, "HS".index(ch), list(DEFENDERS).index(tactical + strategic)
    wanted = GOLDEN["complete_information"][pair]
    assert (found.outcome[at], found.after_challenge[at]) == (wanted["outcome"], wanted["after_challenge"])


@settings(deadline=None, max_examples=20)
@given(seeds)
def test_with_complete_information_the_ordering_alone_decides(seed):
    found, one = complete_information(drawn(seed)), complete_information(golden("strong_def"))
    assert (found.outcome == one.outcome).all()
    assert (found.after_challenge == one.after_challenge).all()


@pytest.mark.parametrize("name", CASES)
def test_the_solvers_equilibrium_is_the_plausible_family(name):
    game, case = golden(name), CASES[name]
    (found,) = [x for x in equilibria(game) if x.exists[0] and x.plausible]
    assert found.name == FAMILY[name] + ", constrained"
    for theirs, ours in KEYS.items():
        assert found.strategy[ours][0] == pytest.approx(case["limit"][theirs], abs=1e-5), theirs  # to five places
    paid = payoffs(game, found.strategy)
    assert [paid["challenger"][0], paid["defender"][0]] == pytest.approx(case["limit_payoffs"], abs=1e-7)


def test_the_bluff_has_its_closed_form():
    game = golden("ch_soft_bluff")
    bluff = next(x for x in equilibria(game) if x.name == "bluff, constrained")
    assert thresholds(game)["r_h"][0] == pytest.approx(0.5, abs=1e-15)
    assert bluff.strategy["initiates_soft"][0] == pytest.approx(3 / 17, abs=1e-12)
    assert bluff.strategy["escalates_SH"][0] == pytest.approx(20 / 27, abs=1e-12)
    assert "0.1764706" in GOLDEN["bluff_closed_form"]["xS"]
    assert "0.7407407" in GOLDEN["bluff_closed_form"]["y_SH_escalate"]


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_no_type_gains_by_another_move_where_a_family_exists(seed):
    game = drawn(seed)
    for x in equilibria(game):
        assert np.allclose(sum(x.outcomes.values())[x.exists], 1)
        for key, chance in x.strategy.items():
            assert ((chance[x.exists] >= 0) & (chance[x.exists] <= 1 + 1e-12)).all(), (x.name, key)
        gained = [
            Tree(game, x.strategy, *bayes(game, x.strategy, *free)).most_gained()
            for free in itertools.product((0.0, 1.0), repeat=2)
        ]
        assert (np.min(gained, axis=0)[x.exists] < 1e-9).all(), x.name


@settings(deadline=None, max_examples=10)
@given(seeds)
def test_deterrence_needs_no_kinder_belief_than_that_who_initiates_is_hard(seed):
    game = drawn(seed)
    for x in equilibria(game):
        if x.name.startswith("deterrence, "):
            assert (Tree(game, x.strategy, *bayes(game, x.strategy, 1.0, 1.0)).most_gained()[x.exists] < 1e-9).all()


@settings(deadline=None, max_examples=10)
@given(seeds)
def test_at_most_one_plausible_family_exists_and_one_unless_beliefs_bind(seed):
    game = drawn(seed, 2_000)
    number = how_many([x for x in equilibria(game) if x.plausible])
    assert number.max() == 1
    assert number.mean() > 0.9


@settings(deadline=None, max_examples=10)
@given(seeds)
def test_every_game_has_a_listed_family_beside_deterrence_by_fear(seed):
    assert how_many(equilibria(drawn(seed, 2_000))[:-1]).min() >= 1


def test_every_family_occurs_in_some_game():
    rng, games = np.random.default_rng(11), 200_000
    game = drawn(rng.integers(2**32), games)
    assert all(x.exists.any() for x in equilibria(game))


def test_more_credible_answers_in_kind_end_in_deterrence_and_all_or_nothing_in_attack():
    shares = np.array([0.0, 0.2, 0.4, 0.7, 0.9])
    game = escalation(**PAY, p_challenger=0.6, p_hh=shares, p_hs=0, p_sh=(1 - shares) / 2, p_ss=(1 - shares) / 2)
    plausible = [x for x in equilibria(game) if x.plausible]
    names = [next(x.name for x in plausible if x.exists[n]) for n in range(5)]
    assert names == ["attack, constrained"] * 3 + ["deterrence, constrained"] * 2
    attack = next(x for x in plausible if x.name == "attack, constrained")
    assert attack.outcomes["DC"][0] == 1


@pytest.mark.parametrize("types", DEFENDERS)
@pytest.mark.parametrize("challenger", CHALLENGERS)
def test_almost_complete_information_leads_where_complete_information_does(challenger, types):
    little = 1e-7
    priors = {f"p_{x.lower()}": little for x in DEFENDERS} | {f"p_{types.lower()}": 1 - 3 * little}
    game = escalation(**PAY, **priors, p_challenger=1 - little if challenger == "hard" else little)
    here = [x for x in equilibria(game) if x.exists[0]]
    found = next((x for x in here if x.plausible), here[0])  # soft against HS: all or nothing
    at = 0, CHALLENGERS.index(challenger), list(DEFENDERS).index(types)
    assert found.outcomes[complete_information(game).outcome[at]][0] == pytest.approx(1, abs=1e-5)


def test_quantal_responses_are_the_solvers():
    names = [x for x in CASES for _ in TIMES]
    rates = list(TIMES) * len(CASES)
    found = quantal_response(golden(*names), np.array(rates, float))
    assert found.converged.all()
    for n, (name, rate) in enumerate(zip(names, rates, strict=True)):
        wanted = CASES[name]["qre"][str(rate)]
        for theirs, ours in KEYS.items():
            assert found.strategy[ours][n] == pytest.approx(wanted[theirs], abs=1e-6), (name, rate, theirs)
            last = theirs.split(":")[1]
            rest = sum(x for key, x in wanted.items() if key.startswith(theirs[:-1]) and key[-1] != last)
            assert 1 - found.strategy[ours][n] == pytest.approx(rest, abs=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_a_large_precision_leads_to_the_closed_form(name):
    game = golden(name)
    found = quantal_response(game, 1_000)
    (wanted,) = [x for x in equilibria(game) if x.exists[0] and x.plausible]
    for outcome in OUTCOMES:
        assert found.outcomes[outcome] == pytest.approx(wanted.outcomes[outcome], abs=0.01)


def test_quantal_responses_answer_each_other_in_all_but_one_of_a_thousand_games():
    for seed in (1, 2):
        game = drawn(seed, 2_048)
        rate = np.exp(np.random.default_rng(seed).uniform(0, np.log(200), 2_048))
        found = quantal_response(game, rate)
        off = Tree(game, found.strategy, *bayes(game, found.strategy, 0, 0)).logit(rate)
        assert np.mean((off <= 1e-6) & (found.residual <= 1e-6) & found.converged) >= 0.999
        assert sum(found.outcomes.values()) == pytest.approx(np.ones(2_048))


@settings(deadline=None, max_examples=5)
@given(seeds, st.floats(0, 60))
def test_when_types_are_known_quantal_response_is_backward_induction(seed, rate):
    game = drawn(seed, 8)
    hard = np.repeat([1.0, 0.0], 4)
    surely = {k: np.tile(x, 2) for k, x in zip(("p_hh", "p_hs", "p_sh", "p_ss"), np.eye(4), strict=True)}
    known = escalation(**{k: x for k, x in vars(game).items() if k[:2] != "p_"}, **surely, p_challenger=hard)
    found = quantal_response(known, rate)
    assert (found.residual < 1e-9).all()
    for n, (challenger, name) in enumerate(itertools.product(CHALLENGERS, DEFENDERS)):
        tactical, strategic = DEFENDERS[name]
        v = {k: x[n] for k, x in vars(game).items()}
        ee, war = (v["c_ee_" + challenger], v["d_ee_" + strategic]), v["d_dd_" + tactical]
        answers, matches = logit(rate, war_gain := ee[1] - v["d_ed"]), logit(rate, ee[0] - v["c_de"])
        on = [(1 - answers) * v[p + "_ed"] + answers * ee[i] for i, p in enumerate("cd")]
        presses = logit(rate, on[0] - v["c_dd"])
        kind = [(1 - presses) * v["c_dd"] + presses * on[0], (1 - presses) * war + presses * on[1]]
        up = [(1 - matches) * v[p + "_de"] + matches * ee[i] for i, p in enumerate("cd")]
        weights = np.exp(rate * (np.array([v["d_dc"], kind[1], up[1]]) - v["d_sq"]))
        chance = weights / weights.sum()
        initiates = logit(rate, chance @ [v["c_dc"], kind[0], up[0]] - v["c_sq"])
        assert found.strategy["initiates_" + challenger][n] == pytest.approx(initiates, abs=1e-9)
        assert found.strategy["in_kind_" + name][n] == pytest.approx(chance[1], abs=1e-9)
        assert np.isfinite(war_gain)


def logit(rate, gain):
    return 1 / (1 + np.exp(-rate * gain))


def test_the_unit_of_utility_does_not_matter():
    game = drawn(5)
    larger = escalation(**{k: x if k[:2] == "p_" else 1000 * x for k, x in vars(game).items()})
    one, other = quantal_response(game, 30), quantal_response(larger, 0.03)
    assert one.strategy["in_kind_HS"] == pytest.approx(other.strategy["in_kind_HS"], abs=1e-8)


def test_without_precision_every_move_is_as_likely_as_any_other():
    found = quantal_response(drawn(6), 0)
    assert found.strategy["initiates_hard"] == pytest.approx(np.full(256, 1 / 2))
    assert found.strategy["in_kind_SS"] == pytest.approx(np.full(256, 1 / 3))


def test_where_the_principal_branch_turns_back_the_response_jumps():
    types = dict(p_challenger=0.4262, p_hh=0.1596, p_hs=0.2126, p_sh=0.1787, p_ss=0.4491)
    c = dict(c_dc=1.1468, c_sq=1.1447, c_ed=1.1358, c_dd=0.4399, c_ee_hard=0.4226, c_de=0.398, c_ee_soft=0.1468)
    d = dict(d_sq=1.1665, d_de=1.115, d_dd_hard=0.9955, d_dc=0.8941, d_dd_soft=0.4956, d_ee_hard=0.4025)
    rates = np.array([96.2, 96.3, 96.4, 96.5])  # followed at a fixed step of 0.02 it goes from 96.3 back to 94.7
    found = quantal_response(
        escalation(**c, **d, d_ed=0.382, d_ee_soft=0.1949, **types | {"p_ss": [0.4491] * 4}), rates
    )
    assert found.converged.all()
    before, jump, after = -np.diff(found.strategy["presses_soft"])
    assert max(before, after) < 0.01 < 0.1 < jump


def broken(z, rate, game):
    return z * game + rate  # from slope one on it has no fixed point that the curve could reach


def test_a_branch_that_is_lost_is_said_to_be_lost():
    z, converged = principal_branch(broken, np.array([0.5, 1.0]), np.array([2.0, 2.0]))
    assert converged.tolist() == [True, False]
    assert z[0] == pytest.approx([4, 4])


def test_outcomes_and_payoffs_add_up_over_types():
    game = drawn(7)
    s = quantal_response(game, 5).strategy
    assert sum(outcomes(game, s).values()) == pytest.approx(np.ones(256))
    tree = Tree(game, s, *bayes(game, s, 0, 0))
    wanted = 0
    for kind, p in (("hard", game.p_challenger), ("soft", 1 - game.p_challenger)):
        worth = sum(getattr(game, "p_" + n.lower()) * tree.initiating(kind, n, t) for n, t in DEFENDERS.items())
        wanted = wanted + p * ((1 - s["initiates_" + kind]) * game.c_sq + s["initiates_" + kind] * worth)
    assert payoffs(game, s)["challenger"] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (dict(c_ed=0.8), "c_sq = 0.7 is not above c_ed = 0.8 in game 0"),
        (dict(d_dd_soft=0.5), "d_dc = 0.45 is not above d_dd_soft = 0.5"),
        (dict(p_ss=0.6), "must be 1, found 1.1 in game 0"),
        (dict(p_challenger=[0.5, -0.1]), "p_challenger must lie in 0 to 1, found -0.1"),
        (dict(c_sq=np.nan), "c_sq must be finite"),
    ],
)
def test_what_is_no_such_game_is_refused_with_its_numbers(change, told):
    good = dict(PAY, p_challenger=0.5, p_hh=0.1, p_hs=0.1, p_sh=0.3, p_ss=0.5)
    with pytest.raises(ValueError, match=told):
        escalation(**good | change)
