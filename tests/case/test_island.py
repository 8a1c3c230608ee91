"""The fictional island case: help comes by sea and air alone, so that ports and the sea decide when."""

from functools import cache

import numpy as np
import pytest

from vallum.case import ledger, load_case
from vallum.models.theatre import campaign
from vallum.study.designs import Design
from vallum.study.lanes import kernel
from vallum.study.work import Settings, Work

FUTURES = np.arange(512, dtype=np.uint32)
OPTIONS = ("tripwire", "garrison", "prepositioned", "escorts")


@pytest.fixture(scope="module")
def case():
    return load_case("island-strait", model=campaign)


@cache
def work():
    return Work(load_case("island-strait", model=campaign), campaign, Settings(Design("sobol", 512, 5)), None)


@cache
def outcomes(option="tripwire", **numbers):
    """Outcomes of 512 futures, with some inputs set to one number; the same luck in every option."""
    row = [x.id for x in work().case.options].index(option)
    values = work().inputs(row, FUTURES)
    values |= {name: np.full_like(values[name], number) for name, number in numbers.items()}
    program = kernel(campaign, "float32")
    return {name: x[:, 0] for name, x in work().outcomes(program, row, values, FUTURES, None).items()}


def rise(name, more, less):
    """Mean paired difference of an outcome between two sets of runs with the same luck, and its standard error."""
    difference = more[name].astype(float) - less[name].astype(float)
    return difference.mean(), difference.std(ddof=1) / np.sqrt(len(difference))


def test_it_is_fiction_and_says_so_of_every_value(case):
    assert not case.claims
    assert {row.status for row in ledger(case)} == {"assumption"}
    assert tuple(x.id for x in case.options) == OPTIONS


def test_no_help_reaches_the_island_over_land(case):
    nation = dict(zip(case.tables["nodes"].ids, case.tables["nodes"].columns["nation"], strict=True))
    for name in ("roads", "railways"):
        columns = case.tables[name].columns
        assert all(nation[a] == nation[b] for a, b in zip(columns["start"], columns["end"], strict=True))


@pytest.mark.parametrize("option", OPTIONS)
def test_every_future_is_run_to_its_end(option):
    assert not outcomes(option)["status"].any()


def test_losses_at_sea_delay_the_help():
    free, shut = outcomes(sea_interdiction=0.0), outcomes(sea_interdiction=0.9)
    mean, error = rise("reinforcements_closed", free, shut)
    assert mean > 3 * error > 0
    assert (shut["reinforcements_closed"] <= free["reinforcements_closed"] + 1e-4).mean() > 0.98


def test_the_longer_the_fight_for_the_sea_the_later_the_help():
    soon, late = outcomes(sea_control_days=2.0), outcomes(sea_control_days=60.0)
    mean, error = rise("reinforcements_closed", soon, late)
    assert mean > 3 * error > 0


def test_narrow_ports_delay_the_help():
    wide, narrow = outcomes(port_throughput=1000.0), outcomes(port_throughput=40.0)
    mean, error = rise("reinforcements_closed", wide, narrow)
    assert mean > 3 * error > 0


def test_stored_equipment_brings_help_earlier_and_does_not_make_denial_less_likely():
    stored, shipped = outcomes("prepositioned"), outcomes("tripwire")
    mean, error = rise("reinforcements_closed", stored, shipped)
    assert mean > 3 * error > 0
    mean, error = rise("denied_by_day_60", stored, shipped)
    assert mean > -2 * error


def test_a_brigade_on_the_spot_denies_more_than_one_that_has_to_come():
    mean, error = rise("denied_by_day_60", outcomes("garrison"), outcomes("tripwire"))
    assert mean > 2 * error > 0


def test_alone_the_island_holds_in_fewer_futures():
    alone = outcomes(intervention=0.0)
    assert not alone["reinforcements_closed"].any()
    assert not alone["helper_losses"].any()
    mean, error = rise("denied_by_day_60", outcomes(), alone)
    assert mean > 2 * error > 0


def test_who_does_not_land_takes_nothing():
    nobody = outcomes(echelon_available=0.0)
    assert nobody["denied_by_day_60"].all()
    assert not nobody["battles"].any()
    assert not nobody["defender_losses"].any()
