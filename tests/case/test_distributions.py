import pickle
import time

import numpy as np
import pytest
import scipy.special
import scipy.stats as stats
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.case import (
    Beta,
    Branches,
    CaseError,
    Constant,
    DistributionError,
    Empirical,
    LogNormal,
    Normal,
    Pinned,
    Triangular,
    Uniform,
)

U = np.concatenate([np.linspace(0.0005, 0.9995, 997), [1e-12, 1e-6, 1 - 1e-6, 1 - 1e-12]])
SCIPY = {
    "uniform": (Uniform(2.0, 5.0), stats.uniform(2, 3)),
    "triangular": (Triangular(2.0, 3.0, 7.0), stats.triang(0.2, 2, 5)),
    "triangular at the left": (Triangular(2.0, 2.0, 7.0), stats.triang(0.0, 2, 5)),
    "triangular at the right": (Triangular(2.0, 7.0, 7.0), stats.triang(1.0, 2, 5)),
    "normal": (Normal(3.0, 2.0), stats.norm(3, 2)),
    "normal from below": (Normal(3.0, 2.0, low=1.0), stats.truncnorm(-1, np.inf, 3, 2)),
    "normal from above": (Normal(3.0, 2.0, high=4.0), stats.truncnorm(-np.inf, 0.5, 3, 2)),
    "normal on both sides": (Normal(3.0, 2.0, 1.0, 4.0), stats.truncnorm(-1, 0.5, 3, 2)),
    "normal in its left tail": (Normal(0.0, 1.0, -12.0, -10.0), stats.truncnorm(-12, -10)),
    "normal in its right tail": (Normal(0.0, 1.0, 10.0, 12.0), stats.truncnorm(10, 12)),
    "normal beyond reach of its cdf": (Normal(0.0, 1.0, low=40.0), stats.truncnorm(40, np.inf)),
    "lognormal": (LogNormal(3.0, 0.5), stats.lognorm(0.5, scale=3)),
    "beta": (Beta(2.0, 5.0, 1.0, 4.0), stats.beta(2, 5, 1, 3)),
    "beta at its ends": (Beta(0.5, 0.5), stats.beta(0.5, 0.5)),
}


@pytest.mark.parametrize("name", SCIPY)
def test_quantiles_are_those_of_scipy(name):
    ours, theirs = SCIPY[name]
    x = ours.ppf(U)
    candidates = [theirs.ppf(U), theirs.isf(1 - U)]  # scipy loses digits in one of them, depending on the tail
    assert np.all(np.any([np.isclose(x, theirs_x, rtol=1e-9, atol=1e-12) for theirs_x in candidates], axis=0))


def test_truncated_lognormal_quantiles_undo_the_truncated_cdf():
    low, high = 1.0, 8.0
    whole = stats.lognorm(0.7, scale=3)
    x = LogNormal(3.0, 0.7, low, high).ppf(U)
    share = (whole.cdf(x) - whole.cdf(low)) / (whole.cdf(high) - whole.cdf(low))
    np.testing.assert_allclose(share, U, atol=1e-9)


def test_beta_quantiles_are_numbers_where_scipy_finds_no_root():
    assert np.isnan(scipy.special.betaincinv(1.02, 0.1, 1e-17))
    x = Beta(1.02, 0.1).ppf(np.array([0.0, 1e-300, 1e-17, 1e-14]))
    assert np.all(np.diff(x) > 0)
    np.testing.assert_allclose(scipy.special.betainc(1.02, 0.1, x[2]), 1e-17, rtol=1e-9)


def test_branch_quantiles_are_those_of_scipy_away_from_the_steps():
    branches = Branches(np.array([5.0, 1.0, 3.0]), np.array([2.0, 1.0, 1.0]))
    theirs = stats.rv_discrete(values=([1, 3, 5], [0.25, 0.25, 0.5]))
    u = U[(np.abs(U - 0.25) > 1e-9) & (np.abs(U - 0.5) > 1e-9)]
    np.testing.assert_array_equal(branches.ppf(u), theirs.ppf(u))


def test_empirical_quantiles_are_the_observations_in_equal_shares():
    drawn = Empirical(np.array([4.0, 2.0, 9.0, 2.0])).ppf((np.arange(400) + 0.5) / 400)
    values, counts = np.unique(drawn, return_counts=True)
    assert dict(zip(values, counts, strict=True)) == {2.0: 200, 4.0: 100, 9.0: 100}


def test_an_unscrambled_dyadic_grid_splits_even_branches_evenly():
    drawn = Branches(np.array([0.0, 1.0]), np.array([1.0, 1.0])).ppf(np.arange(8) / 8)
    assert drawn.mean() == 0.5


def test_a_branch_without_weight_is_never_taken():
    branches = Branches(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_array_equal(branches.ppf(np.array([0.0, 0.5, 1.0])), [2.0, 2.0, 2.0])
    assert branches.certain


positive = st.floats(1e-3, 1e6)
ordinary = st.floats(-1e6, 1e6)
three = st.lists(ordinary, min_size=3, max_size=3).map(sorted)
rising = st.lists(positive, min_size=3, max_size=3).map(sorted)
several = st.lists(ordinary, min_size=1, max_size=6).map(np.array)
MARGINALS = st.one_of(
    ordinary.map(Constant),
    three.map(lambda x: Uniform(x[0], x[2])),
    three.map(lambda x: Triangular(*x)),
    st.builds(Normal, ordinary, st.floats(0, 1e6)),
    st.builds(lambda x, sd: Normal(x[1], sd, x[0], x[2]), three, st.floats(0, 1e6)),
    st.builds(lambda x, sd: Normal(x[0] - 20 * sd, sd, x[0], x[2]), three, st.floats(1e-3, 1e3)),
    st.builds(LogNormal, positive, st.floats(0, 5)),
    st.builds(lambda x, sigma: LogNormal(x[1], sigma, x[0], x[2]), rising, st.floats(0, 5)),
    st.builds(lambda a, b, x: Beta(a, b, x[0], x[2]), st.floats(0.01, 1e4), st.floats(0.01, 1e4), three),
    st.builds(lambda x: Branches(x, np.arange(1.0, len(x) + 1)), several),
    several.map(Empirical),
)
quantiles = st.lists(st.floats(0, 1), min_size=1, max_size=20).map(lambda x: np.array([0.0, *sorted(x), 1.0]))


@settings(max_examples=300, deadline=None)
@given(MARGINALS, quantiles)
def test_every_quantile_lies_in_the_support(marginal, u):
    low, high = marginal.support()
    x = marginal.ppf(u)
    assert x.dtype == np.float64
    assert np.all(np.isfinite(x))
    assert np.all((low <= x) & (x <= high))


@settings(max_examples=300, deadline=None)
@given(MARGINALS, quantiles)
def test_quantiles_never_fall(marginal, u):
    x = marginal.ppf(u)
    assert np.all(np.diff(x) >= -1e-12 * np.maximum(1.0, np.abs(x[1:])))


@settings(max_examples=100, deadline=None)
@given(MARGINALS, quantiles, st.sampled_from([0.01, 1.609344, 1000.0]))
def test_another_unit_scales_every_quantile(marginal, u, times):
    x = marginal.ppf(u) * times
    largest = max(np.max(np.abs(y), initial=0.0, where=np.isfinite(y)) for y in marginal.parameters().values())
    np.testing.assert_allclose(marginal.scaled(times).ppf(u), x, rtol=1e-9, atol=1e-300 + 1e-12 * largest * times)


@pytest.mark.parametrize(
    "marginal",
    [
        Uniform(3.0, 3.0),
        Triangular(3.0, 3.0, 3.0),
        Normal(3.0, 0.0),
        Normal(5.0, 2.0, 3.0, 3.0),
        LogNormal(3.0, 0.0),
        LogNormal(3.0, 0.0, 1.0, 4.0),
        Beta(2.0, 2.0, 3.0, 3.0),
        Branches(np.array([3.0, 3.0]), np.array([1.0, 2.0])),
        Empirical(np.array([3.0])),
    ],
    ids=lambda marginal: type(marginal).__name__,
)
def test_a_distribution_whose_ends_meet_gives_exactly_that_number(marginal):
    assert marginal.certain
    np.testing.assert_array_equal(marginal.ppf(np.linspace(0, 1, 11)), np.full(11, 3.0))


ROWS = [
    (lambda x: Constant(x[1]), 1),
    (lambda x: Uniform(x[0], x[2]), 1),
    (lambda x: Triangular(x[0], x[1], x[2]), 1),
    (lambda x: Normal(x[1], 1.0, x[0], x[2]), 1),
    (lambda x: LogNormal(x[1], 0.4, x[0], x[2]), 1),
    (lambda x: Beta(2.0, 3.0, x[0], x[2]), 1),
    (lambda x: Branches(x, np.array([1.0, 2.0, 1.0])), 1),
    (lambda x: Branches(x[:, 0] if x.ndim == 1 else x, np.ones_like(x)), 1),
    (lambda x: Empirical(x), 1),
]


@pytest.mark.parametrize("make", [make for make, _ in ROWS])
def test_parameters_by_row_give_what_each_row_gives_alone(make):
    columns = np.array([[1.0, 2.0, 0.5], [1.5, 3.0, 2.0], [4.0, 3.5, 9.0]])
    u = np.linspace(0.01, 0.99, 7)
    together = make(columns).ppf(np.repeat(u[:, None], 3, axis=1))
    alone = np.stack([make(columns[:, [row]]).ppf(u[:, None])[:, 0] for row in range(3)], axis=1)
    assert together.shape == (7, 3)
    np.testing.assert_array_equal(together, alone)


def test_pinned_rows_have_their_value_and_the_others_their_distribution():
    pinned = Pinned(Uniform(0.0, 10.0), np.array([True, False]), np.array([3.0, 0.0]))
    np.testing.assert_array_equal(pinned.ppf(np.array([[0.2, 0.2], [0.9, 0.9]])), [[3.0, 2.0], [3.0, 9.0]])
    np.testing.assert_array_equal(pinned.support(), [[3.0, 0.0], [3.0, 10.0]])
    np.testing.assert_array_equal(pinned.median(), [3.0, 5.0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Uniform(2.0, 1.0), "low 2 is above high 1"),
        (lambda: Triangular(1.0, 0.5, 2.0), "out of order"),
        (lambda: Normal(1.0, -1.0), "sd -1 is negative"),
        (lambda: Normal(1.0, 1.0, 3.0, 2.0), "low 3 is above high 2"),
        (lambda: Normal(1.0, 0.0, 2.0, 3.0), "more than 1000 sd outside"),
        (lambda: LogNormal(0.0, 1.0), "median 0 is not positive"),
        (lambda: LogNormal(1.0, -1.0), "sigma -1"),
        (lambda: LogNormal(1.0, 1.0, -1.0), "low -1 is negative"),
        (lambda: LogNormal(1.0, 0.0, 2.0), "too far outside"),
        (lambda: Beta(0.0, 1.0), "a 0 is out of range"),
        (lambda: Branches(np.array([1.0]), np.array([0.0])), "add up to 0"),
        (lambda: Empirical(np.array([])), "no observed value"),
        (lambda: Uniform(np.array([1.0, 3.0]), np.array([2.0, 2.0])), "row 1: low 3 is above high 2"),
    ],
)
def test_impossible_parameters_are_refused(make, words):
    with pytest.raises(CaseError, match=words):
        make()


def test_errors_travel_between_processes():
    with pytest.raises(DistributionError) as caught:
        Uniform(2.0, 1.0)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_seven_percent_is_exactly_seven_hundredths():
    assert Constant(7.0).scaled(0.01).value == 0.07


def test_a_million_uniform_quantiles_take_milliseconds():
    u, uniform = np.random.default_rng(0).random(2**20), Uniform(2.0, 5.0)
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        uniform.ppf(u)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.05
