"""Trust and the security dilemma against independently computed numbers, and their qualitative facts."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vallum.models.rivalry.trust import (
    belief_path,
    explained_build,
    fear_game,
    reassurance_signal,
    strategic_risk,
    trust_threshold,
    war_payoffs,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "rivalry.json").read_text())
chances = st.floats(0.02, 0.98)


@pytest.mark.parametrize("case", [None, "offense_dom", "defense_dom"])
def test_the_least_trust_is_the_reference_one(case):
    x = GOLDEN["trust_threshold"] if case is None else GOLDEN["trust_threshold"][case]
    assert trust_threshold(x["CC"], x["DC"], x["CD"], x["DD"]) == pytest.approx(x["min_trust"], rel=1e-12)


@pytest.mark.parametrize(("phi", "case"), [(0.1, "phi=.1"), (0.25, "phi=.25")])
def test_war_payoffs_and_their_least_trust_are_the_reference_ones(phi, case):
    wanted = GOLDEN["kydd_like_war"][case]
    payoffs = war_payoffs(0.5, phi, 0.6, 0.2)
    for name, value in payoffs._asdict().items():
        assert value == pytest.approx(wanted[name], abs=1e-12)
    assert trust_threshold(*payoffs) == pytest.approx(wanted["min_trust"], abs=1e-12)


def test_the_reassuring_gesture_costs_what_the_reference_says():
    x = GOLDEN["reassurance_signal_interval"]
    T, U = x["trustworthy"], x["untrustworthy"]
    found = reassurance_signal(T["CC"], T["DD"], U["DC"], U["DD"])
    assert found.least == pytest.approx(x["min_cost_to_separate"], rel=1e-12)
    assert found.most == pytest.approx(x["max_cost_T_pays"], rel=1e-12)
    assert bool(found.separates) is x["separating_possible"]


@pytest.mark.parametrize("case", GOLDEN["baliga_sjostrom_uniform"])
def test_the_fear_game_is_the_reference_one(case):
    mu, d, top = (float(x) for x in re.fullmatch(r"mu=([\d.]+),d=([\d.]+),cbar=([\d.]+)", case).groups())
    wanted, found = GOLDEN["baliga_sjostrom_uniform"][case], fear_game(mu, d, top)
    assert found.cutoff == pytest.approx(wanted["x"], rel=1e-12)
    assert found.arm == pytest.approx(wanted["P_arm"], rel=1e-12)
    assert found.race == pytest.approx(wanted["P_race"], rel=1e-12)
    assert bool(found.multiplier) is wanted["multiplier"]


def test_beliefs_move_as_the_reference_ones():
    x = GOLDEN["bayes_spiral"]
    paths = belief_path(x["prior_security_seeker"], 0.4, 0.9, [[True] * 3, [False] * 3])
    assert paths[:, 0].tolist() == [0.7, 0.7] == [x["prior_security_seeker"]] * 2
    assert paths[0, 1] == pytest.approx(x["posterior_after_build"], rel=1e-12)
    assert paths[1, 1] == pytest.approx(x["posterior_after_restraint"], rel=1e-12)
    assert paths[0, 3] == pytest.approx(x["after_three_builds"], rel=1e-12)


@pytest.mark.parametrize("wanted", GOLDEN["chassang_padro"], ids=lambda x: f"pi={x['pi']}")
def test_strategic_risk_is_the_reference_one(wanted):
    found = strategic_risk(wanted["delta"], wanted["pi"], wanted["F"], wanted["S"], wanted["W"])
    assert found.peace == pytest.approx(wanted["V_peace"], rel=1e-12)
    assert found.predatory == pytest.approx(wanted["predatory"], rel=1e-12)
    assert found.preemptive == pytest.approx(wanted["preemptive"], rel=1e-12)
    assert bool(found.holds_if_certain) is wanted["complete_info"]
    assert bool(found.holds_under_risk) is wanted["strategic_risk"]


payoffs = st.floats(-5, 5).map(lambda x: round(x, 3))


@given(payoffs, payoffs, payoffs, payoffs, st.floats(0.001, 0.999))
def test_a_side_cooperates_iff_its_trust_reaches_the_threshold(CC, DC, CD, DD, trust):
    least = trust_threshold(CC, DC, CD, DD)
    gain = trust * (CC - DC) - (1 - trust) * (DD - CD)  # of cooperating, in expectation
    assume(abs(gain) > 1e-9)
    if np.isnan(least):
        assert CC < DC
        assert DD < CD
    else:
        assert (gain > 0) == (trust >= least)


def test_trust_has_its_limits():
    assert trust_threshold(1, 0.5, 0.4, 0.3) == 0  # cooperation is best whatever the other does
    assert trust_threshold(1, 1.5, 0, 0.3) == np.inf  # a prisoner's dilemma: no trust is enough
    assert np.isnan(trust_threshold(1, 1.5, 0.4, 0.3))  # chicken: trust works backwards
    assert trust_threshold(1, 1, 0, 0.3) == 1
    assert trust_threshold(0, 0, 0, 0) == 0


@given(st.floats(0.3, 0.6), st.floats(0.001, 0.2), st.floats(0, 1), st.floats(0.2, 1))
def test_the_threshold_is_a_straight_line_in_the_first_strike_advantage(win, phi, gain, cost):
    war = war_payoffs(win, phi, gain, cost)
    assume(war.DD < -0.05)
    line = phi * (1 + gain) / -war.DD
    assume(abs(line - 1) > 1e-6)
    assert trust_threshold(*war) == pytest.approx(line if line < 1 else np.inf, rel=1e-9)


@given(payoffs, payoffs, payoffs, payoffs)
def test_a_gesture_that_separates_pays_for_one_kind_only(CC_T, DD_T, DC_U, DD_U):
    found = reassurance_signal(CC_T, DD_T, DC_U, DD_U)
    if found.separates:
        cost = (found.least + found.most) / 2
        assert CC_T - cost >= DD_T - 1e-9
        assert DC_U - cost <= DD_U + 1e-9
        assert cost >= 0


rounds = st.lists(st.booleans(), max_size=12)


@given(chances, chances, chances, rounds, st.randoms(use_true_random=False))
def test_beliefs_are_chances_and_the_order_of_rounds_does_not_matter(prior, seeker, greedy, builds, random):
    path = belief_path(prior, seeker, greedy, builds)
    shuffled = random.sample(builds, len(builds))
    assert path.shape == (len(builds) + 1,)
    assert ((path >= 0) & (path <= 1)).all()
    assert belief_path(prior, seeker, greedy, shuffled)[-1] == pytest.approx(path[-1], rel=1e-9)


@given(chances, chances, chances)
def test_what_is_believed_on_average_is_the_prior(prior, seeker, greedy):
    after = belief_path(prior, seeker, greedy, [[True], [False]])[:, 1]
    build = prior * seeker + (1 - prior) * greedy
    assert build * after[0] + (1 - build) * after[1] == pytest.approx(prior, rel=1e-9)


@given(chances, chances, chances, st.floats(0, 1), st.floats(0, 1))
def test_more_transparency_makes_a_build_less_alarming(prior, low, high, less, more):
    seeker, greedy = sorted((low, high))
    less, more = sorted((less, more))
    after = [belief_path(prior, explained_build(seeker, greedy, t), greedy, [True])[-1] for t in (less, more)]
    assert after[0] <= after[1] + 1e-12
    assert after[1] <= prior + 1e-12


def test_a_build_that_anybody_would_have_answered_with_says_nothing():
    assert belief_path(0.7, explained_build(0.4, 0.9, 1), 0.9, [True, False])[-1] == pytest.approx(0.7, rel=1e-12)


def test_one_who_is_sure_stays_so():
    assert belief_path([0.0, 1.0], 0.4, 0.9, [True, False])[:, -1].tolist() == [0, 1]


@given(st.floats(0.001, 0.5), st.floats(0, 0.3), st.floats(0.6, 1.5), st.floats(0, 0.5))
def test_more_arm_the_more_arming_gains_and_being_late_costs(mu, more_mu, d, more_d):
    mu, top = min(mu, d - 0.4), 1.0
    base = fear_game(mu, d, top)
    assert fear_game(mu + more_mu, d, top).cutoff >= base.cutoff - 1e-12
    assert fear_game(mu, d + more_d, top).cutoff >= base.cutoff - 1e-12


@given(st.floats(0.001, 0.3), st.floats(0.31, 0.95), st.floats(1, 5))
def test_whoever_is_at_the_cutoff_does_not_care(mu, d, top):
    game = fear_game(mu, d, top)
    assert game.cutoff == pytest.approx(mu * (1 - game.arm) + d * game.arm, rel=1e-9)


def test_under_the_multiplier_condition_all_arm_for_the_least_gain():
    assert fear_game(1e-9, 1.0, 1.0).race == 1
    assert fear_game(1e-9, 0.9, 1.0).race < 1e-12


@given(st.floats(0, 0.99), payoffs, payoffs, payoffs, st.floats(0, 5))
def test_strategic_risk_never_saves_a_peace(delta, flow, F, S, fear):
    found = strategic_risk(delta, flow, F, S, S + fear)
    assert found.holds_if_certain or not found.holds_under_risk


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: trust_threshold(np.nan, 0, 0, 0), "payoff"),
        (lambda: war_payoffs(1.2, 0, 1, 1), "chance to win"),
        (lambda: war_payoffs(0.9, 0.2, 1, 1), r"win \+ first_strike"),
        (lambda: war_payoffs(0.1, 0.2, 1, 1), "win - first_strike"),
        (lambda: war_payoffs(0.5, 0.2, 1, -1), "cost"),
        (lambda: reassurance_signal(np.inf, 0, 0, 0), "payoff"),
        (lambda: belief_path(1.1, 0.4, 0.9, [True]), "prior"),
        (lambda: belief_path(0.5, 0, 0.9, [True]), "chance of a build"),
        (lambda: explained_build(0.4, 0.9, 2), "transparency"),
        (lambda: fear_game(0.5, 0.5, 1), "0 < mu < d"),
        (lambda: fear_game(0, 0.5, 1), "0 < mu < d"),
        (lambda: strategic_risk(1, 1, 1, -1, 0), "delta"),
        (lambda: strategic_risk(0.9, 1, 1, 0, -1), "being struck first"),
    ],
)
def test_numbers_out_of_range_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
