"""Reality check 4: RAND's force of seven brigades keeps the Baltic capitals for sixty hours.

Shlapak and Johnson (2016, RR1253). The targets stand in `targets.py` and were written down first. The plan `capital`
of the shipped case is forced on every future, whatever the attacker would choose. `pytest -rP` prints every check.
"""

import functools

import numpy as np
import pytest

from tests.reality.targets import RAND_HELD_FROM, RAND_HOURS
from tests.reality.verdicts import judge, share, tell
from vallum.case import load_case
from vallum.models.theatre import campaign
from vallum.study.designs import Design
from vallum.study.lanes import kernel
from vallum.study.work import Settings, Work

FUTURES = 1024
PLAN = "capital"
BRANCHES = {4.7: "as observed in Ukraine", 23.34: "slight resistance, 1943-45", 110.0: "as RAND's games imply"}
EVERY = "all branches"
CAPITALS = ("TALLINN", "RIGA", "VILNIUS")


@functools.cache
def reached(option):
    """Day on which each capital is reached in each future, and its branch, under the plan for the capitals."""
    work = shipped()
    futures, row = np.arange(FUTURES, dtype=np.uint32), work.superset.options.index(option)
    values = work.inputs(row, futures)
    weight = np.zeros(values["plan_weight"].shape[-1])
    weight[work.superset.rows["plans"].ids.index(PLAN)] = 1
    values["plan_weight"] = np.broadcast_to(weight, values["plan_weight"].shape)
    found = work.outcomes(kernel(campaign, "float32", True), row, values, futures, None)
    assert (found["status"] == 0).all()
    segments = shipped().case.tables["segments"]
    taken, rows = found["segment_taken_day"][:, 0], work.superset.rows["segments"].ids
    days = {}
    for id, node in zip(segments.ids, segments.columns["node"], strict=True):
        days[node] = np.minimum(days.get(node, np.inf), taken[:, rows.index(id)])
    return days, values["advance_rate"]


@functools.cache
def shipped():
    return Work(load_case("eastern-flank-2022"), campaign, Settings(Design("sobol", FUTURES, 5)), None)


def held(option, branch, capitals=CAPITALS):
    """Share of futures in which none of the capitals is reached in time, with its Monte Carlo interval of 95 %."""
    days, rate = reached(option)
    day = np.min([days[capital] for capital in capitals], axis=0)
    mine = np.ones(FUTURES, bool) if branch == EVERY else np.isclose(rate, {y: x for x, y in BRANCHES.items()}[branch])
    assert mine.any()
    return share((day > RAND_HOURS / 24)[mine])


FAILS = pytest.mark.xfail(
    strict=True,
    reason="held with probability 0.785 [0.739, 0.826] where the advance against no line is that of RAND's own games, "
    "110 km a day; 0.9 asked. All of it is Vilnius, 36 km from the frontier, which RR1253 does not speak of: neither "
    "Tallinn nor Riga falls in time, nor do they with the tripwire",
)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "branch", [EVERY, *(pytest.param(name, marks=FAILS) if rate > 100 else name for rate, name in BRANCHES.items())]
)
def test_seven_brigades_keep_the_capitals_for_sixty_hours(branch):
    for option in ("P5", "P0"):  # RR1253's hours are those to the outskirts of these two
        two = held(option, branch, CAPITALS[:2])
        tell("4", f"{option}: neither Tallinn nor Riga reached, {branch}", two, "none", "36 to 60 h (RR1253)", None)
    tell("4", f"P0, the tripwire: the same, {branch}", held("P0", branch), "none", "36 to 60 h (RR1253)", None)
    what = f"P5: no capital reached within {RAND_HOURS:.0f} h, {branch}"
    assert judge("4", what, *held("P5", branch), (RAND_HELD_FROM, 1.0), "RAND RR1253")
