"""Whole campaigns under each law of battle: what holds always, and what the law decides and what not."""

import itertools
from functools import cache

import numpy as np
import pytest

from tests.models.theatre.test_campaign import DENIED, RANGES, rows
from vallum.case import load_case
from vallum.models.theatre import campaign, campaign_epstein, campaign_feba, campaign_lanchester
from vallum.study.designs import Design
from vallum.study.lanes import kernel
from vallum.study.work import Settings, Work
from vallum.testing import check_model

LAWS = {"lanchester": campaign_lanchester, "epstein": campaign_epstein, "feba": campaign_feba}
ALL = {"fitted": campaign} | LAWS
FUTURES = 8192
pytestmark = pytest.mark.heavy


@cache
def fought(law, dtype="float32", steps=campaign.STEPS, futures=FUTURES, series=False):
    """Outcomes of the island's first option; futures and luck are those of every law."""
    model = ALL[law]
    work = Work(load_case("island-strait"), model, Settings(Design("sobol", futures, 5), dtype=dtype), None)
    work.structure = work.structure._replace(steps=steps)
    future = np.arange(futures, dtype=np.uint32)
    found = work.outcomes(kernel(model, dtype, series), 0, work.inputs(0, future), future, None)
    return {name: x[:, 0] for name, x in found.items()}


@pytest.mark.parametrize("law", LAWS)
def test_the_model_keeps_its_contract(law):
    check_model(LAWS[law], RANGES, tables=rows(), runs=64)


@pytest.mark.parametrize("law", LAWS)
def test_who_is_left_and_who_is_lost_are_those_who_came(law):
    now = fought(law, "float64", futures=1024) | fought(law, "float64", futures=1024, series=True)
    assert (now["status"] == 0).all()
    for side in ("attacker", "defender"):
        there, lost = now[f"{side}s_by_day"], now[f"{side}_losses"]
        came = now[f"axis_{side}s"].sum(axis=1)
        np.testing.assert_allclose(there[:, -1] + lost, came, rtol=1e-9, atol=1e-6)
        assert (there >= 0).all()
        assert (lost >= 0).all()
        assert np.median(lost) > 100
    pools = now["host_losses"] + now["tripwire_losses"] + now["helper_losses"]
    np.testing.assert_allclose(now["defender_losses"], pools, rtol=1e-9, atol=1e-6)
    assert (np.diff(now["depth_by_day"], axis=1) >= -1e-9).all()
    for earlier, later in itertools.pairwise(DENIED):
        assert (now[earlier] >= now[later]).all()


@pytest.mark.parametrize("law", LAWS)
def test_half_the_step_changes_no_probability_by_half_a_point_beyond_sampling(law):
    """The bound of the specification, which wants more campaigns than these for it: two standard errors are allowed."""
    whole, half = fought(law), fought(law, steps=2 * campaign.STEPS)
    for name in DENIED:
        change = whole[name].astype(float) - half[name]
        print(f"{law}, {name}: {change.mean():+.4f}, {(change != 0).mean():.4f} of campaigns differ")
        assert abs(change.mean()) <= 0.005 + 2 * change.std() / np.sqrt(FUTURES), name


@pytest.mark.parametrize("law", LAWS)
def test_single_precision_gives_the_flags_of_double(law):
    single, double = fought(law), fought(law, "float64")
    assert (single["defender_losses"] != double["defender_losses"]).any()
    for name in DENIED:
        print(f"{law}, {name}: {(single[name] == double[name]).mean():.5f}")
        assert (single[name] == double[name]).mean() >= 0.999, name


@pytest.mark.parametrize("law", LAWS)
def test_the_law_decides_battles_and_nothing_else(law):
    here, fitted = fought(law), fought("fitted")
    for name in ("decision_day", "warning_believed", "escalation_day"):
        np.testing.assert_array_equal(here[name], fitted[name])
    assert (here["denied_by_day_30"] != fitted["denied_by_day_30"]).any()
    assert (here["defender_losses"] != fitted["defender_losses"]).mean() > 0.5


@pytest.mark.parametrize("law", ["epstein", "feba"])
def test_a_day_of_contact_is_whole_or_ends_with_a_segment(law):
    now = fought(law, "float64", futures=1024)
    missing = now["battles"] - now["battle_days"]  # and the one that goes on as the campaign ends
    assert (missing <= now["battles_won"] + 1e-9).all()
    assert (missing[now["battles_won"] == 0] <= 1e-9).all()
    assert (now["battles_won"] > 0).any()
