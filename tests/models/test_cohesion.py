"""Alliance cohesion against independently computed numbers, and its qualitative facts."""

import json
import re
from itertools import pairwise
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vallum.models.cohesion import cascade, chance_of_at_least, joins, open_routes

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "cohesion.json").read_text())
COPULA = [name for name in GOLDEN["cohesion"] if name.startswith("copula")]
THRESHOLDS, SHARES = jnp.array([0.2, 0.4, 0.5, 0.6, 0.8]), jnp.full(5, 0.2)
probabilities = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=8).map(np.array)


@pytest.mark.parametrize("name", COPULA)
def test_the_copula_gives_the_reference_numbers(name):
    p, rho, n, count = re.fullmatch(r"copula p=([\d.]+) rho=([\d.]+) n=(\d+) (all|atleast3)", name).groups()
    wanted = int(n) if count == "all" else 3
    assert chance_of_at_least(np.full(int(n), float(p)), float(rho), wanted) == pytest.approx(
        GOLDEN["cohesion"][name], abs=1e-9
    )


@pytest.mark.parametrize("p", [0.745, 0.41])
def test_without_correlation_all_come_with_the_product_of_their_chances(p):
    assert chance_of_at_least(np.full(5, p), 0, 5) == pytest.approx(
        GOLDEN["cohesion"][f"independent p={p:g} n=5 all".replace("0.", ".")], abs=1e-12
    )


def test_a_fair_coin_at_half_correlation_comes_up_alike_in_one_of_six():
    assert chance_of_at_least(np.full(5, 0.5), 0.5, 5) == pytest.approx(1 / 6, abs=1e-12)


def test_correlation_raises_the_chance_of_all_and_lowers_the_chance_of_most():
    p = np.full(5, 0.745)
    all_five = [chance_of_at_least(p, rho, 5) for rho in (0, 0.2, 0.5, 0.9, 1)]
    most = [chance_of_at_least(p, rho, 3) for rho in (0, 0.2, 0.5, 0.9, 1)]
    assert all_five == sorted(all_five)
    assert most == sorted(most, reverse=True)


@settings(deadline=None, max_examples=30)
@given(probabilities, st.floats(0, 1))
def test_chances_fall_with_the_count_and_add_up_to_the_expected_number(p, rho):
    chances = [chance_of_at_least(p, rho, count) for count in range(len(p) + 1)]
    assert chances[0] == 1
    assert all(a >= b - 1e-12 for a, b in pairwise(chances))
    if rho < 0.999:
        assert sum(chances[1:]) == pytest.approx(p.sum(), abs=1e-6)


@settings(deadline=None, max_examples=20)
@given(probabilities)
def test_independent_chances_are_poisson_binomial(p):
    drawn = np.random.default_rng(0).random((20_000, len(p))) < p
    for count in range(1, len(p) + 1):
        share = (drawn.sum(axis=1) >= count).mean()
        assert chance_of_at_least(p, 0, count) == pytest.approx(share, abs=0.02)


def test_runs_join_as_often_as_the_quadrature_says():
    p, rho, runs = jnp.array([0.3, 0.6, 0.9, 0.745]), 0.4, 200_000
    rng = np.random.default_rng(1)
    common, own = rng.normal(size=runs), rng.normal(size=(runs, 4))
    joined = np.asarray(jax.vmap(lambda z, e: joins(p, jnp.float32(rho), z, e))(common, own))
    for ally in range(4):
        assert joined[:, ally].mean() == pytest.approx(float(p[ally]), abs=5 * np.sqrt(0.25 / runs))
    for count in (1, 2, 3, 4):
        wanted = chance_of_at_least(np.asarray(p, np.float64), rho, count)
        found = stats.binomtest(int((joined.sum(axis=1) >= count).sum()), runs).proportion_ci(0.9999)
        assert found.low <= wanted <= found.high


def test_an_ally_that_is_certain_comes_and_one_that_never_would_stays():
    p = jnp.array([0.0, 1.0])
    for z in (-5.0, 0.0, 5.0):
        assert joins(p, jnp.float32(0.5), jnp.float32(z), jnp.array([z, z])).tolist() == [False, True]


@pytest.mark.parametrize(("base", "name"), [(0.30, "base=.30"), (0.25, "base=.25")])
def test_the_cascade_tips_where_the_reference_does(base, name):
    assert cascade(THRESHOLDS, SHARES, jnp.float32(base), jnp.float32(0.5)).tolist() == GOLDEN["cascade"][name]


thresholds = st.lists(st.floats(0, 2), min_size=1, max_size=8)


@settings(deadline=None, max_examples=50)
@given(thresholds, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_pressure_never_makes_anybody_leave(levels, base, weight, more):
    theta, share = jnp.array(levels, jnp.float32), jnp.full(len(levels), 1 / len(levels), jnp.float32)
    before = cascade(theta, share, jnp.float32(base), jnp.float32(weight))
    assert not (before & ~cascade(theta, share, jnp.float32(base + more), jnp.float32(weight))).any()
    assert not (before & ~cascade(theta, share, jnp.float32(base), jnp.float32(weight + more))).any()


@settings(deadline=None, max_examples=50)
@given(thresholds, st.floats(0, 1), st.floats(0, 1), st.randoms(use_true_random=False))
def test_the_order_of_allies_does_not_matter(levels, base, weight, random):
    order = list(range(len(levels)))
    random.shuffle(order)
    theta, share = jnp.array(levels, jnp.float32), jnp.full(len(levels), 1 / len(levels), jnp.float32)
    joined = cascade(theta, share, jnp.float32(base), jnp.float32(weight))
    moved = cascade(theta[jnp.array(order)], share, jnp.float32(base), jnp.float32(weight))
    assert moved.tolist() == joined[jnp.array(order)].tolist()


def test_one_veto_closes_every_route_that_needs_it():
    crosses = jnp.array([[True, False, False], [True, True, False], [False, False, False]])
    assert open_routes(jnp.array([True, False, True]), crosses).tolist() == [True, False, True]
    assert open_routes(jnp.array([False, False, False]), crosses).tolist() == [False, False, True]


@pytest.mark.parametrize(
    "wrong", [([1.1], 0.5, 1), ([0.5], 1.5, 1), ([0.5], 0.5, 2), ([0.5], -0.1, 1), ([np.nan], 0.1, 1)]
)
def test_numbers_out_of_range_are_refused(wrong):
    p, rho, count = wrong
    with pytest.raises(ValueError, match="out of range"):
        chance_of_at_least(np.array(p), rho, count)
