"""Comparisons against the same numbers counted by hand, with failures under one option only."""

import numpy as np
import pytest

from tests.study import convoy
from vallum.analysis.comparison import compare
from vallum.analysis.estimates import difference, mean
from vallum.study.designs import Design
from vallum.study.run import run_study

FAILING = (
    convoy.CASE
    + """
[options.greedy]
title = "Needs too much"
inputs.needed = { uniform = [3, 97], unit = "brigade", status = "assumption" }
"""
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    case = convoy.load(FAILING)
    return run_study(case, tmp_path_factory.mktemp("s"), design=Design("sobol", 512), replicates=2, model=convoy), case


@pytest.fixture(scope="module")
def by_hand(study):
    data = study[0].data
    held, status = data["held_day"].to_numpy(), data["status"].to_numpy()
    return {
        "held": held <= 12,
        "arrived": data["arrived"].to_numpy(),
        "late": data["late"].to_numpy(),
        "good": status == 0,
    }


def test_shares_and_means_are_over_good_runs_only(study, by_hand):
    for place, result in enumerate(compare(*study).results):
        good = by_hand["good"][place]
        assert result.events[12].value == pytest.approx(by_hand["held"][place][good].mean())
        assert result.averages["late"].value == pytest.approx(by_hand["late"][place][good].mean())


def test_there_are_failures_under_one_option_only(study, by_hand):
    failed = [sum(x.failed.values()) for x in compare(*study).results]
    assert failed[:3] == [0, 0, 0]
    assert failed[3] == np.count_nonzero(~by_hand["good"][3]) > 100


def test_differences_are_over_runs_that_are_good_under_both(study, by_hand):
    for place, result in enumerate(compare(*study).results[1:], start=1):
        both = by_hand["good"][place] & by_hand["good"][0]
        held = by_hand["held"][place][both].astype(float) - by_hand["held"][0][both]
        late = by_hand["late"][place][both].astype(float) - by_hand["late"][0][both]
        assert result.events_against[12].value == pytest.approx(held.mean())
        assert result.averages_against["late"].value == pytest.approx(late.mean())


def test_spreads_are_over_good_runs_only(study, by_hand):
    for place, result in enumerate(compare(*study).results):
        late = by_hand["late"][place][by_hand["good"][place]]
        expected = np.quantile(late, (0.05, 0.5, 0.95), method="nearest")
        assert (result.spreads["late"].low, result.spreads["late"].middle, result.spreads["late"].high) == tuple(
            expected
        )


def test_an_average_of_times_leaves_out_runs_without_one(study, by_hand):
    held = study[0].data["held_day"].to_numpy()[2]
    assert np.isinf(held).any()
    assert compare(*study).results[2].averages["held_day"].value == pytest.approx(held[np.isfinite(held)].mean())


@pytest.mark.parametrize("parts", [16, 64, 66, 400])
def test_the_mean_is_over_runs_however_many_parts_there_are(parts):
    values, good = np.zeros((parts, 2), bool), np.ones((parts, 2), bool)
    values[: parts // 2] = True
    good[: parts // 2, 1] = False
    assert mean(values, good, np.arange(parts)).value == pytest.approx(1 / 3)


def test_the_interval_of_a_share_stays_within_its_bounds():
    values = np.zeros((64, 1), bool)
    values[:2] = True
    found = mean(values, np.ones((64, 1), bool), np.arange(64))
    assert found.low >= 0
    found = mean(~values, np.ones((64, 1), bool), np.arange(64))
    assert found.high <= 1


def test_a_rare_event_has_at_least_the_exact_interval():
    from scipy import stats

    values = np.zeros((1024, 1), bool)
    values[:3] = True
    found = mean(values, np.ones((1024, 1), bool), np.arange(1024) % 16)
    exact = stats.binomtest(3, 1024).proportion_ci(method="exact")
    assert found.low <= exact.low
    assert found.high >= exact.high


def test_bounds_count_futures_and_not_replicates():
    values, good = np.zeros((100, 10), bool), np.ones((100, 10), bool)
    assert mean(values, good, np.arange(100) % 16).high == pytest.approx(1 - 0.025 ** (1 / 100))
    assert difference(values, values, good, np.arange(100) % 16).high == pytest.approx(1 - 0.025 ** (1 / 100))
