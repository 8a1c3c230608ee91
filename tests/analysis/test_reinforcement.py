"""The reinforcement race told: what it says follows from the runs, and what it refuses it names."""

import itertools

import numpy as np
import pytest

from vallum.analysis.comparison import AnalysisError
from vallum.analysis.reinforcement import REASONS, race
from vallum.case import load_case

FUTURES = 256


@pytest.fixture(scope="module")
def told():
    return race(load_case("eastern-flank-2022"), options=["P1", "prepositioned"], futures=FUTURES, trials=3)


def test_every_active_formation_is_told(told):
    case = told.case
    for result in told.results:
        inactive = result.option.inactive["formations"]
        assert {x.id for x in result.closures} == set(case.tables["formations"].ids) - set(inactive)


def test_what_a_formation_spends_adds_up_to_its_mean_day_of_closure(told):
    for closure in told.results[0].movers:
        total = closure.reasons["decision_days"] + sum(closure.reasons[name] for name in REASONS)
        assert closure.closed[0] <= total
        assert total > 0


def test_places_and_axes_add_up_to_all_brigades(told):
    """Medians do not add up exactly; on the last day, where little is open any more, they nearly do."""
    for result in told.results:
        last = result.fans["brigades_by_day"][2][-1]
        for fans in (result.places, result.axes):
            assert sum(fan[2][-1] for fan in fans.values()) == pytest.approx(last, rel=0.1)


def test_prepositioned_equipment_is_there_before_the_same_brigade_by_sea(told):
    closed = {result.option.id: {x.id: x.closed[2] for x in result.movers} for result in told.results}
    assert max(closed["prepositioned"][x] for x in ("KIT-LT", "KIT-LV", "KIT-PL")) < closed["P1"]["US-ABCT-SEA1"]


def test_one_more_trainload_where_formations_wait_is_no_loss(told):
    for result in told.results:
        tried = [x for x in result.capacities if x.gain is not None]
        assert len(tried) == 3
        assert [x.waiting for x in tried] == sorted((x.waiting for x in result.capacities), reverse=True)[:3]
        for capacity in tried:
            assert capacity.gain.value > 0
            assert capacity.gain.low <= capacity.gain.value <= capacity.gain.high


def test_planned_ways_lead_from_origin_to_destination(told):
    cells = told.case.tables["formations"].columns
    for row, legs in told.ways.items():
        start = str(cells["kit"][row]) and str(cells["origin"][row])
        assert legs[0].start == (start or str(cells["origin"][row]))
        assert legs[-1].end == str(cells["destination"][row])
        assert all(a.end == b.start for a, b in itertools.pairwise(legs))


def test_the_plan_asked_for_is_the_plan_taken():
    found = race(load_case("eastern-flank-2022"), options=["P1"], plan="capital", futures=FUTURES, trials=0)
    assert found.plans == {"P1": {"capital": 1.0}}
    moved = found.results[0].fans["reinforcements_by_day"]
    assert moved[2][0] > 5  # warning comes months before
    assert found.results[0].capacities[0].gain is None


def test_the_same_question_has_the_same_answer(told):
    again = race(told.case, options=["P1"], futures=FUTURES, trials=0, workers=1)
    np.testing.assert_array_equal(again.results[0].fans["brigades_by_day"], told.results[0].fans["brigades_by_day"])


@pytest.mark.parametrize(
    ("case", "asked", "said"),
    [
        ("eastern-flank-2022", {"options": ["P 1"]}, "no option is called 'P 1'.*did you mean 'P1'"),
        ("eastern-flank-2022", {"plan": "corridors"}, "no plan is called 'corridors'.*did you mean 'corridor'"),
        ("central-europe-1984", {}, "only the models theatre and campaign deploy formations"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(case, asked, said):
    with pytest.raises(AnalysisError, match=said):
        race(load_case(case), futures=FUTURES, **asked)
