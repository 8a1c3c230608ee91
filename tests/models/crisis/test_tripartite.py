"""The Tripartite Crisis Game against the reference table, and its quantal response against the tree."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.models.crisis.tripartite import OUTCOMES, quantal_response, subgame_perfect, tripartite

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "crisis.json").read_text())["tripartite"]
TYPED = {"det": ("c_cf", 0.3), "hes": ("c_cf", 0.0), "loyal": ("p_pr", 0.0), "disloyal": ("p_pr", 0.25)}
TYPED |= {"staunch": ("d_cf", 0.2), "perfidious": ("d_cf", -0.2)}
KEYS = ("outcome", "if_demand", "if_resist", "no_support", "support")
seeds = st.integers(0, 2**32 - 1)


def fixed():
    return {
        f"{player}_{outcome.lower()}": x
        for outcome, values in GOLDEN["utilities"].items()
        for player, x in zip("cpd", values, strict=True)
        if x is not None
    }


def game(types, **change):
    return tripartite(**fixed() | dict(TYPED[x] for x in types.split("/")) | change)


def drawn(seed, games=200):
    rng = np.random.default_rng(seed)
    x = {}
    c, p, d = (-np.sort(-rng.random((n, games)), axis=0) for n in (6, 5, 5))
    x |= dict(zip(("c_cw", "c_pl", "c_pr", "c_sq", "c_cc", "c_cf"), c, strict=True))
    swap = rng.random(games) < 0.5
    x["c_cc"], x["c_cf"] = np.where(swap, x["c_cf"], x["c_cc"]), np.where(swap, x["c_cc"], x["c_cf"])
    x |= dict(zip(("p_sq", "p_cc", "p_cf", "p_cw", "p_pl"), p, strict=True), p_pr=rng.random(games))
    x |= dict(zip(("d_sq", "d_cc", "d_cw", "d_pl"), d, strict=False))
    return tripartite(**x, d_cf=x["d_pl"] * rng.random(games), d_pr=x["d_pl"] * rng.random(games))


@pytest.mark.parametrize("types", GOLDEN["table"])
def test_backward_induction_gives_the_reference_table(types):
    paths = subgame_perfect(game(types))
    assert {key: str(getattr(paths, key)[0]) for key in KEYS} == GOLDEN["table"][types]


@pytest.mark.parametrize("types", GOLDEN["table"])
def test_types_are_read_from_payoffs(types):
    found = game(types)
    challenger, protege, defender = types.split("/")
    assert found.determined[0] == (challenger == "det")
    assert found.disloyal[0] == (protege == "disloyal")
    assert found.staunch[0] == (defender == "staunch")


def test_the_perfidious_are_left_only_by_a_protege_that_would_rather_realign_than_concede():
    assert subgame_perfect(game("det/disloyal/perfidious", p_pr=0.15)).outcome[0] == "CW"
    assert subgame_perfect(game("det/disloyal/perfidious", p_pr=0.25)).outcome[0] == "PR"


@settings(deadline=None, max_examples=30)
@given(seeds)
def test_types_alone_decide_but_for_that(seed):
    x = drawn(seed)
    leaves = x.determined & x.disloyal & ~x.staunch
    wanted = np.where(x.determined, "CW", "SQ")
    wanted = np.where(x.determined & x.disloyal & x.staunch, "SQ", wanted)
    wanted = np.where(leaves & (x.p_pr > x.p_cw), "PR", wanted)
    assert (subgame_perfect(x).outcome == wanted).all()


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(0, 50))
def test_quantal_response_is_the_logit_of_what_follows(seed, rate):
    x = drawn(seed)
    s, chances = quantal_response(x, rate)

    def after(player, *moves):
        pl, pr, cc, cf = (getattr(x, f"{player}_{name}") for name in ("pl", "pr", "cc", "cf"))
        alone = (1 - s["realigns"]) * pl + s["realigns"] * pr
        helped = (1 - s["fights"]) * cc + s["fights"] * cf
        resisted = (1 - s["supports"]) * alone + s["supports"] * helped
        demanded = (1 - s["resists"]) * getattr(x, f"{player}_cw") + s["resists"] * resisted
        return dict(alone=alone, helped=helped, resisted=resisted, demanded=demanded)

    c, p, d = (after(player) for player in "cpd")
    for move, gain in (
        ("fights", x.c_cf - x.c_cc),
        ("realigns", x.p_pr - x.p_pl),
        ("supports", d["helped"] - d["alone"]),
        ("resists", p["resisted"] - x.p_cw),
        ("demands", c["demanded"] - x.c_sq),
    ):
        assert s[move] == pytest.approx(1 / (1 + np.exp(-rate * gain)), abs=1e-12), move
    assert sum(chances.values()) == pytest.approx(np.ones(200))
    paid = sum(chances[name] * getattr(x, f"c_{name.lower()}") for name in OUTCOMES)
    assert paid == pytest.approx((1 - s["demands"]) * x.c_sq + s["demands"] * c["demanded"])


@pytest.mark.parametrize("types", GOLDEN["table"])
def test_a_large_precision_gives_the_table(types):
    _, chances = quantal_response(game(types), 1_000)
    assert chances[GOLDEN["table"][types]["outcome"]][0] == pytest.approx(1, abs=1e-9)


def test_one_batch_holds_games_of_different_types():
    x = tripartite(**fixed() | dict(c_cf=[0.3, 0.0], p_pr=0.25, d_cf=0.2))
    assert subgame_perfect(x).if_demand.tolist() == ["CF", "CC"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (dict(c_cf=0.6), "c_sq = 0.5 is not above c_cf = 0.6 in game 0"),
        (dict(p_cw=0.05), "p_cw = 0.05 is not above p_pl = 0.1"),
        (dict(d_cf=0.5), "d_pl = 0.35 is not above d_cf = 0.5"),
        (dict(d_cf=0.0), "d_cf = d_pr = 0 in game 0 leaves the type open"),
        (dict(c_cf=[0.3, 0.1]), "c_cf = c_cc = 0.1 in game 1 leaves the type open"),
        (dict(p_sq=np.nan), "p_sq must be finite"),
    ],
)
def test_what_is_no_such_game_is_refused_with_its_numbers(change, told):
    with pytest.raises(ValueError, match=told):
        game("det/disloyal/staunch", **change)


def test_a_missing_payoff_is_refused():
    with pytest.raises(TypeError, match="c_cf"):
        tripartite(**fixed() | dict(p_pr=0.25, d_cf=0.2))
