"""The plain coding of the campaign, against the array code and against what holds always."""

from functools import cache

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.theatre import campaign_cases as cases
from vallum.models.theatre import campaign_twin
from vallum.models.theatre.campaign_declaration import spec
from vallum.study.draws import KeyedDraws, PlainDraws, run_key, seed_words

RUNS = 128
KINDS = {x.name: x.kind for x in spec.outcomes} | {"status": "count"}


def differing(case):
    """Outcomes that differ between both codings, by run."""
    found, stage = cases.blocks(case), campaign_twin.plan(case.tables)
    different = []
    for run in range(case.inputs["report_day"].shape[0]):
        for name, expected in cases.told(case, run, stage).outcomes.items():
            value, expected = np.asarray(found[name])[..., run], np.asarray(expected)
            value = value[: expected.shape[0]] if expected.ndim else value  # padding follows
            if KINDS[name] in ("flag", "count"):
                same = np.array_equal(value, expected)
            else:
                same = np.allclose(value, expected, rtol=1e-6, atol=1e-6)
            if not same:
                different.append((run, name, value, expected))
    return different


@pytest.mark.parametrize("seed", range(8))
def test_both_codings_agree_on_1024_campaigns(seed):
    assert not differing(cases.case(seed, RUNS))


def test_the_campaigns_compared_have_everything_that_may_happen():
    told = [story(seed, run) for seed in range(8) for run in range(20)]
    whats = {event.what for x in told for event in x.events}
    assert whats == {
        "plan taken", "decision", "forces arrive", "battle begins", "battle ends", "pause", "segment passed",
        "attacker waits", "axis halted", "place falls", "aim reached", "aim taken", "escalation",
        "counter-offensive begins", "aim retaken",
    }  # fmt: skip
    assert {event.why for x in told for event in x.events if event.what == "axis halted"} == {
        "its losses are beyond its breakpoint",
        "supply does not reach farther",
    }
    for name in ("host_losses", "tripwire_losses", "helper_losses", "attacker_strike_losses", "formations_cut_off"):
        assert any(x.outcomes[name] > 0 for x in told), name
    for name in ("density", "force_ratio", "advance", "losses"):
        assert len({x.outcomes[f"outside_{name}"] for x in told}) == 2, name


def test_plain_luck_is_the_engines():
    keys = run_key(seed_words(5), np.arange(3, dtype=np.uint32), np.zeros(3, np.uint32))
    with jax.enable_x64(True):
        engine = KeyedDraws(keys, cases.STREAMS, np.dtype(np.float64))
        for address in (("plan", 0, 0), ("loss", 2**32 - 5, 7), ("advance", 17, 0)):
            for kind in ("uniform", "normal", "exponential"):
                expected = np.asarray(getattr(engine, kind)(*address))
                plain = [getattr(PlainDraws(5, run, 0, cases.STREAMS), kind)(*address) for run in range(3)]
                np.testing.assert_allclose(plain, expected, rtol=1e-12, atol=1e-14)


# Where one coding or the other was once wrong


def test_nothing_is_lost_at_sea_before_the_attack():
    assert not differing(cases.case(1, RUNS, cases.stormy))


def test_after_the_last_day_the_sea_is_as_on_it():
    def long(found):
        slow = {"sea_control_days": 5 * found["sea_control_days"], "notice_to_move": 15 + found["notice_to_move"]}
        return cases.stormy(found) | slow

    assert not differing(cases.case(1, RUNS, long))


# What holds always


@cache
def given_case(seed):
    return cases.case(seed, 20, None if seed % 3 else cases.stormy)


@cache
def story(seed, run):
    return cases.told(given_case(seed), run)


runs = st.tuples(st.integers(0, 11), st.integers(0, 19))


def arrived(told):
    """Soldiers and brigades that came, by who."""
    soldiers, brigades = {}, {}
    for event in told.events:
        if event.what == "forces arrive":
            soldiers[event.who] = soldiers.get(event.who, 0.0) + event.numbers["soldiers"]
            brigades[event.who] = brigades.get(event.who, 0.0) + event.numbers.get("brigades", 0.0)
    return soldiers, brigades


@settings(max_examples=60, deadline=None)
@given(runs)
def test_who_is_left_and_who_is_lost_are_those_who_came(drawn):
    told = story(*drawn).outcomes
    for side in ("attacker", "defender"):
        there = told[f"{side}s_by_day"][-1] + told[f"{side}_losses"]
        assert there == pytest.approx(sum(told[f"axis_{side}s"]), rel=1e-9, abs=1e-6)
    assert told["defender_losses"] == pytest.approx(
        told["host_losses"] + told["tripwire_losses"] + told["helper_losses"], rel=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(runs)
def test_attackers_come_or_are_struck_on_the_way(drawn):
    (seed, run), told = drawn, story(*drawn)
    case = given_case(seed)
    plan = next(event.who for event in told.events if event.what == "plan taken")
    goes = dict(zip(case.tables["axes"].ids, case.inputs["axes.active"][:, 0], strict=True))
    columns = case.tables["echelons"].columns
    sent = sum(
        case.inputs["echelon_personnel"][row, run] * case.inputs["echelon_available"][row, run]
        for row, (mine, axis) in enumerate(zip(columns["plan"], columns["axis"], strict=True))
        if mine == plan and case.inputs["echelons.active"][row, 0] and goes[axis]
    )
    came = sum(told.outcomes["axis_attackers"]) + told.outcomes["attacker_strike_losses"]
    assert came == pytest.approx(sent, rel=1e-9)  # all are due before the last day


@settings(max_examples=60, deadline=None)
@given(runs)
def test_nobody_comes_twice(drawn):
    (seed, run), told = drawn, story(*drawn)
    inputs, formations = given_case(seed).inputs, given_case(seed).tables["formations"].ids
    soldiers, brigades = arrived(told)
    for row, id in enumerate(formations):
        most = inputs["turnout"][row, run] * (1 + 1e-9)
        assert brigades.get(id, 0.0) <= inputs["brigade_equivalents"][row, run] * most
        assert soldiers.get(id, 0.0) <= inputs["personnel"][row, run] * most


@settings(max_examples=60, deadline=None)
@given(runs)
def test_nothing_is_negative_and_the_front_never_goes_back(drawn):
    told = story(*drawn).outcomes
    for name, value in told.items():
        if KINDS[name] == "number" and name != "decision_day":
            assert np.min(value) >= 0, name
    assert (np.diff(told["depth_by_day"]) >= -1e-9).all()
    assert told["battles_won"] <= told["battles"]


@settings(max_examples=60, deadline=None)
@given(runs)
def test_battles_end_after_they_begin_and_only_the_repulsed_pause(drawn):
    events, since = story(*drawn).events, {}
    for event in events:
        if event.what == "battle begins":
            assert event.axis not in since
            since[event.axis] = event
        if event.what == "battle ends":
            begun = since.pop(event.axis)
            assert event.day == pytest.approx(begun.day + event.numbers["days"], abs=1e-9)
        if event.what == "pause":
            assert any(x.what == "battle ends" and x.day == event.day and "defender" in x.why for x in events)


@pytest.mark.parametrize("seed", range(4))
def test_arrays_conserve_both_sides(seed):
    found = cases.blocks(cases.case(seed, RUNS))
    for side in ("attacker", "defender"):
        there = found[f"{side}s_by_day"][-1] + found[f"{side}_losses"]
        np.testing.assert_allclose(there, found[f"axis_{side}s"].sum(axis=0), rtol=1e-9, atol=1e-6)
        assert (found[f"{side}s_by_day"] >= 0).all()
        assert (found[f"axis_{side}_losses"] <= found[f"axis_{side}s"] * (1 + 1e-9)).all()
