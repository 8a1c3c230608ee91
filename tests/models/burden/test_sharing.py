"""Burden sharing against published and independently computed numbers, and its facts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vallum.models.burden.sharing import (
    burden_ratio,
    guideline_gap,
    joint_product,
    paid_by_nation,
    public_good,
    rank_correlation,
    shares,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "burden.json").read_text())
NATO_1964 = GOLDEN["olson_zeckhauser_1964"]
GNP, PERCENT = np.array([row[1:] for row in NATO_1964["rows"]]).T
FOUR = np.array([100.0, 30.0, 15.0, 5.0])
incomes = st.lists(st.floats(1, 1000), min_size=1, max_size=8).map(np.array)
tastes, weights = st.floats(0.01, 0.9), st.floats(0.01, 1)


def test_the_published_rank_correlation_of_1964_comes_out():
    found = rank_correlation(GNP, PERCENT)
    assert round(found.spearman, 2) == NATO_1964["published"]
    assert found.spearman == pytest.approx(NATO_1964["spearman"], abs=1e-12)
    assert found.kendall == pytest.approx(NATO_1964["kendall_tau"], abs=1e-12)
    assert ((stats.rankdata(GNP) - stats.rankdata(PERCENT)) ** 2).sum() == NATO_1964["sum_d2"]


def test_the_united_states_carried_more_than_their_weight_in_1964():
    spending = GNP * PERCENT / 100
    ratio = burden_ratio(spending, GNP)
    assert spending.sum() == pytest.approx(NATO_1964["ME_total"], abs=1e-9)
    assert spending[0] / spending.sum() == pytest.approx(NATO_1964["US_ME_share"], abs=1e-12)
    assert shares(GNP)[0] == pytest.approx(NATO_1964["US_GNP_share"], abs=1e-12)
    assert ratio[0] == pytest.approx(NATO_1964["US_burden_ratio"], abs=1e-12)
    assert ratio[-1] == pytest.approx(NATO_1964["Lux_burden_ratio"], abs=1e-12)


@settings(deadline=None)
@given(incomes, st.floats(0.1, 10))
def test_burden_ratios_average_one_and_know_no_currency(gdp, rate):
    spending = gdp * np.linspace(0.01, 0.05, len(gdp))
    ratio = burden_ratio(spending, gdp)
    assert ratio @ shares(gdp) == pytest.approx(1, abs=1e-12)
    assert burden_ratio(rate * spending, gdp) == pytest.approx(ratio)


@pytest.mark.parametrize("name", ["alliance_public_good", "alliance_public_good_interior"])
def test_a_public_good_is_given_as_the_reference_says(name):
    case = GOLDEN[name]
    given_ = public_good(np.array(case["incomes"]), case["beta"])
    assert given_ == pytest.approx(np.array(case["q"]), abs=1e-9)
    assert given_.sum() == pytest.approx(case["total"], abs=1e-9)


@settings(deadline=None)
@given(incomes, st.lists(tastes, min_size=8, max_size=8))
def test_nobody_would_rather_give_another_amount_to_a_public_good(income, taste):
    beta = np.array(taste[: len(income)])
    q = public_good(income, beta)
    others = q.sum() - q
    wanted = np.maximum(0, beta * (income + others) - others)  # the best response
    assert q == pytest.approx(wanted, abs=1e-9 * income.sum())
    for factor in (0.9, 0.99, 1.01, 1.1):  # and by perturbation of its utility
        there = np.clip(q * factor + (factor - 1) * 0.01 * income, 1e-12, income * (1 - 1e-12))
        assert (utility(there, others, income, beta) <= utility(q, others, income, beta) + 1e-9).all()


def utility(q, others, income, beta):
    return (1 - beta) * np.log(income - q) + beta * np.log(q + others)


@settings(deadline=None)
@given(incomes, tastes)
def test_a_richer_ally_never_gives_less(income, taste):
    income = np.sort(income)
    assert (np.diff(public_good(income, taste)) >= -1e-9).all()
    assert (np.diff(joint_product(income, 1 - taste, 0.1 * taste, 0.9 * taste)) >= -1e-9 * income.sum()).all()


@settings(deadline=None)
@given(incomes, tastes)
def test_an_alliance_gives_no_more_than_one_nation_of_the_same_income_would(income, taste):
    total = public_good(income, taste).sum()
    assert taste * income.max() - 1e-9 <= total <= taste * income.sum() + 1e-9


def test_income_moved_between_givers_changes_nothing():
    """Neutrality: what one gives up the other takes over."""
    before, after = public_good(np.array([20.0, 19, 18]), 0.4), public_good(np.array([20.5, 18.5, 18]), 0.4)
    assert before.sum() == pytest.approx(after.sum(), abs=1e-12)
    assert after - before == pytest.approx(np.array([0.5, -0.5, 0]), abs=1e-12)


@settings(deadline=None)
@given(incomes, st.randoms(use_true_random=False))
def test_the_order_of_allies_does_not_matter(income, random):
    order = np.array(random.sample(range(len(income)), len(income)))
    assert public_good(income[order], 0.3) == pytest.approx(public_good(income, 0.3)[order], abs=1e-9)


def test_many_alliances_are_solved_at_once():
    both = np.stack([FOUR, np.full(4, 20.0)])
    assert public_good(both, 0.1) == pytest.approx(np.stack([public_good(row, 0.1) for row in both]))


@pytest.mark.parametrize(("b", "c", "name"), [(0.02, 0.08, "a=.9,b=.02,c=.08"), (0.08, 0.02, "a=.9,b=.08,c=.02")])
def test_a_joint_product_is_given_as_the_reference_says(b, c, name):
    case, q = GOLDEN["alliance_joint_product"][name], joint_product(FOUR, 0.9, b, c)
    assert q == pytest.approx(np.array(case["q"]), abs=1e-6)
    assert q / FOUR == pytest.approx(np.array(case["share_gdp"]), abs=1e-8)
    assert q.sum() == pytest.approx(case["total"], abs=1e-6)


@settings(deadline=None)
@given(incomes, weights, weights, st.floats(0, 1))
def test_the_first_order_condition_holds_for_every_ally(income, a, b, c):
    q = joint_product(income, a, b, c)
    assert ((q > 0) & (q < income)).all()
    assert a / (income - q) == pytest.approx(b / q + c / q.sum(), rel=1e-9)


@settings(deadline=None)
@given(incomes, weights, weights)
def test_with_nothing_shared_all_give_the_same_share_of_income(income, a, b):
    assert joint_product(income, a, b, 0.0) == pytest.approx(income * b / (a + b))


@settings(deadline=None)
@given(incomes, tastes)
def test_with_hardly_anything_excludable_the_joint_product_is_a_public_good(income, taste):
    joint = joint_product(income, 1 - taste, 1e-12, taste)
    assert joint == pytest.approx(public_good(income, taste), abs=1e-4 * income.sum())


def test_the_larger_the_excludable_part_the_more_evenly_the_burden_lies():
    spread = [np.ptp(joint_product(FOUR, 0.9, b, 0.1 - b) / FOUR) for b in (0.001, 0.02, 0.05, 0.08, 0.1)]
    assert spread == sorted(spread, reverse=True)


@settings(deadline=None)
@given(incomes, tastes)
def test_under_every_rule_the_shares_add_up_to_one(gdp, taste):
    rules = shares(gdp), shares(public_good(gdp, taste)), shares(joint_product(gdp, 1 - taste, 0.02, taste))
    for share in rules:
        assert share.sum() == pytest.approx(1, abs=1e-12)
        assert (share >= 0).all()


def test_the_rules_disagree_about_the_small():
    rules = shares(FOUR), shares(joint_product(FOUR, 0.9, 0.02, 0.08)), shares(public_good(FOUR, 0.1))
    assert [share[-1] for share in rules] == sorted((share[-1] for share in rules), reverse=True)
    assert rules[-1].tolist() == [1, 0, 0, 0]


@settings(deadline=None)
@given(incomes)
def test_nations_pay_together_what_the_programme_costs(gdp):
    paid = paid_by_nation(shares(gdp), up_front=600.0, yearly=50.0, rate=0.03, years=20, build_up=7)
    cost = sum(600 / 7 / 1.03**t for t in range(1, 8)) + sum(50 / 1.03**t for t in range(8, 21))
    assert paid.sum() == pytest.approx(cost)


def test_who_is_below_a_guideline_and_by_how_much():
    gap = guideline_gap(np.array([3.5, 0.5, 1.0]), np.array([100.0, 50.0, 50.0]), 0.02)
    assert gap.tolist() == [0.0, 0.5, 0.0]
    assert guideline_gap(GNP * PERCENT / 100, GNP, 0.02)[-1] == pytest.approx(0.003 * 0.53)  # Luxembourg alone


@settings(deadline=None)
@given(incomes, st.floats(0, 0.1))
def test_whoever_pays_its_gap_meets_the_guideline(gdp, guideline):
    spending = gdp * np.linspace(0.001, 0.05, len(gdp))
    filled = spending + guideline_gap(spending, gdp, guideline)
    assert (filled >= guideline * gdp - 1e-9).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: burden_ratio(np.zeros(2), np.ones(2)), "spending .*at least one above zero"),
        (lambda: burden_ratio(np.ones(2), np.array([1.0, 0.0])), "gdp .*above zero"),
        (lambda: rank_correlation(np.ones(3), np.arange(3.0)), "two different values"),
        (lambda: guideline_gap(np.ones(2), np.ones(2), 2.0), r"2 % is 0\.02"),
        (lambda: public_good(np.array([-1.0]), 0.1), "income .*above zero"),
        (lambda: public_good(FOUR, 1.0), "between zero and one"),
        (lambda: joint_product(FOUR, 0.9, 0.0, 0.1), "excludable 0.0"),
        (lambda: joint_product(FOUR, 0.9, 0.1, -0.1), "shared -0.1"),
        (lambda: paid_by_nation(np.array([0.5, 0.4]), 1.0, 1.0, 0.03, 10), "add up to one"),
    ],
)
def test_numbers_out_of_range_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
