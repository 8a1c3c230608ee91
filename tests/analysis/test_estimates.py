"""Standard errors cover: intervals contain the truth as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vallum.analysis.estimates import difference, mean, spread
from vallum.study.designs import Design

REPETITIONS = {"sobol": 400, "latin-hypercube": 400, "monte-carlo": 4000}  # as many as are cheap


def g_function(u):
    """Sobol's g-function with a = 0, 1, 9: integral 1 over the unit cube (Saltelli & Sobol' 1995)."""
    a = np.array([0.0, 1.0, 9.0])
    return np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=1)


def inside_ball(u):
    """A flag: inside the quarter disc, probability pi / 4."""
    return (u[:, :2] ** 2).sum(axis=1) < 1


def estimates(function, kind, futures):
    for seed in range(REPETITIONS[kind]):
        design = Design(kind, futures, seed)
        values = function(design.quantiles(3))[:, None]
        yield mean(values, np.ones(values.shape, bool), design.scramble())


@pytest.mark.parametrize("kind", ["sobol", "latin-hypercube", "monte-carlo"])
@pytest.mark.parametrize(("function", "truth"), [(g_function, 1.0), (inside_ball, np.pi / 4)])
def test_95_percent_intervals_contain_the_truth_in_93_to_97_percent_of_repetitions(kind, function, truth):
    hits = [x.low <= truth <= x.high for x in estimates(function, kind, 1024)]
    assert 0.93 <= np.mean(hits) <= 0.97


def test_the_standard_error_is_the_spread_of_the_estimate():
    found = list(estimates(g_function, "sobol", 1024))
    claimed = np.sqrt(np.mean([x.standard_error**2 for x in found]))
    assert claimed == pytest.approx(np.std([x.value for x in found]), rel=0.1)


def test_sobol_is_closer_to_the_truth_than_monte_carlo():
    errors = {kind: np.std([x.value for x in estimates(g_function, kind, 1024)]) for kind in ("sobol", "monte-carlo")}
    assert errors["sobol"] < errors["monte-carlo"] / 5


def test_the_interval_uses_students_t_with_fifteen_degrees_of_freedom():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=16)
    found = mean(parts[:, None], np.ones((16, 1), bool), np.arange(16))
    low, high = stats.t.interval(0.95, 15, loc=parts.mean(), scale=stats.sem(parts))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_replicates_of_a_future_are_not_counted_as_independent():
    rng = np.random.default_rng(0)
    futures = np.repeat(rng.normal(size=(64, 1)), 50, axis=1)
    found = mean(futures, np.ones(futures.shape, bool), np.arange(64))
    assert found.standard_error == pytest.approx(stats.sem(futures[:, 0]))


def test_runs_with_a_bad_status_do_not_count():
    values, good = np.array([[1.0], [2.0], [np.nan], [3.0]]), np.array([[True], [True], [False], [True]])
    assert mean(values, good, np.arange(4)).value == 2.0


def test_without_a_good_run_there_is_no_estimate():
    assert np.isnan(mean(np.ones((4, 1)), np.zeros((4, 1), bool), np.arange(4)).value)


def test_an_event_that_was_never_seen_keeps_an_exact_upper_bound():
    found = mean(np.zeros((1000, 1), bool), np.ones((1000, 1), bool), np.arange(1000) % 16)
    assert found.low == 0
    assert found.high == pytest.approx(stats.binomtest(0, 1000).proportion_ci(method="exact").high)
    always = mean(np.ones((1000, 1), bool), np.ones((1000, 1), bool), np.arange(1000) % 16)
    assert always.low == pytest.approx(1 - found.high)


def test_explicit_futures_claim_no_sampling_error():
    found = mean(np.ones((4, 1)), np.ones((4, 1), bool), np.arange(4), sampled=False)
    assert found.value == 1
    assert np.isnan(found.standard_error)


def test_where_nothing_varies_the_value_is_exact():
    found = mean(np.ones((4, 1), bool), np.ones((4, 1), bool), np.arange(4), certain=True)
    assert (found.low, found.high, found.uncertainty) == (1, 1, "none")


def test_paired_differences_have_smaller_errors_than_unpaired():
    design = Design("monte-carlo", 4096)
    u = design.quantiles(3)
    one, other, good = g_function(u)[:, None], (g_function(u) + 0.01 * u[:, 0])[:, None], np.ones((4096, 1), bool)
    paired = difference(other, one, good, design.scramble())
    alone = mean(one, good, design.scramble())
    assert paired.standard_error < alone.standard_error / 20
    assert paired.low < 0.005 < paired.high


def test_alike_flags_keep_a_bound_on_how_often_they_may_differ():
    flags, good = np.zeros((1000, 1), bool), np.ones((1000, 1), bool)
    found = difference(flags, flags, good, np.arange(1000) % 16)
    assert found.value == 0
    assert -0.005 < found.low < 0 < found.high < 0.005


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("inf")), min_size=1, max_size=50))
def test_a_spread_is_ordered_and_made_of_values_that_occurred(numbers):
    values = np.array(numbers)[:, None]
    found = spread(values, np.ones(values.shape, bool))
    assert found.low <= found.middle <= found.high
    assert {found.low, found.middle, found.high} <= set(numbers)
