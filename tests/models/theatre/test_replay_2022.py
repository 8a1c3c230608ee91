"""February and March 2022 replayed: a reality check of warning, decision and movement.

Frozen before any result was seen, and not to be changed to meet it:

* Day 0 is 24 February 2022. There was no believed warning for the alliance's own forces.
* The alliance activated its Response Force a day later (claim F71): the decision is day 1.
* The United States ordered the brigade that was to fall in on stored equipment on day 0 (claim F130).
* The lead element of the Response Force had 48 hours' to five days' notice (claims F80-1 to F80-3): uniform.
* Everybody lets everybody through; nothing is attacked; every other input is the case's own, with its range.
* Everybody goes where it went in those months (column notes_destination), not where it would fight if the flank
  were attacked: the brigade on stored equipment goes no farther than Grafenwoehr.

The record: first unit in Romania on day 4 or 5 (claim F72); first company on stored equipment firing at
Grafenwoehr on day 7 (claims F130 and kit-draw-order). The time to draw equipment is itself derived from that
company's dates, so the second line tests only that the parts add up; the first tests movement.
The lead element is the first trainload to arrive, as the record counts a first unit.
"""

import functools

import numpy as np
import pytest

from tests.models.theatre import cases
from vallum.models.theatre import deployment
from vallum.models.theatre.clock import BEFORE, DAY

RUNS = 1024
OPTION = "P0"  # what stood there before
LEAD_IN_ROMANIA = (4.0, 5.0)
COMPANY_FIRING = 7.0


@functools.cache
def as_it_was():
    """The race with everybody bound for where it went in February and March 2022."""

    def change(rows):
        for row in rows:
            row["destination"] = row["notes_destination"]
            if row["arrival"] == "in theatre":  # it stood there and joined nobody
                row |= {"arrival": "in place", "integration_best": "0", "integration_high": "0"}

    return cases.work_of(cases.edited(cases.race_texts(), "formations.csv", change))


@functools.cache
def first_arrival(formation):
    """Day of arrival of a formation's first trainload, in each future."""
    work = as_it_was()
    option = work.superset.options.index(OPTION)
    futures = np.arange(RUNS, dtype=np.uint32)
    values = dict(work.inputs(option, futures))
    ids = work.superset.rows["formations"].ids
    lead, set_brigade = ids.index("NRF-VJTF22"), ids.index("HOME-1-3ID")
    frozen = {
        "belief_probability": 0.0, "preemption_probability": 0.0, "alliance_delay_after_attack": 1.0,
        "intervention_probability": 1.0, "transit_if_out": 1.0, "cohesion_correlation": 0.0,
        "rail_interdiction": 0.0, "sea_interdiction": 0.0, "port_interdiction": 0.0,
    }  # fmt: skip
    for name, number in frozen.items():
        values[name] = np.full_like(values[name], number)
    values["national"] = np.array(values["national"], copy=True)
    values["national"][..., set_brigade] = 1.0  # its own nation orders it, on day 0
    values["notice_to_move"] = np.broadcast_to(values["notice_to_move"], (RUNS, len(ids))).copy()
    values["notice_to_move"][:, lead] = np.linspace(2.0, 5.0, RUNS)[np.random.default_rng(0).permutation(RUNS)]
    inputs, draws = cases.block(values, {t: mask[option] for t, mask in work.superset.active.items()}, RUNS)
    orders, _, movement, _ = cases.moved(work.structure, inputs, draws)
    shape = len(orders.loads), deployment.SERIALS, RUNS
    last, spacing = movement.arrived.reshape(shape), movement.spacing.reshape(shape)
    mover = list(work.structure.movers).index(ids.index(formation))
    loads = (orders.loads[mover] + deployment.SERIALS - 1) // deployment.SERIALS
    return (last[mover, 0] - (loads - 1) * spacing[mover, 0]) / DAY - BEFORE


@pytest.mark.xfail(
    strict=True,
    reason="predicted day 4.1 to 7.2 (5 to 95 %), recorded 4 or 5 (claim F72): the interval holds day 5, not day 4",
)
def test_the_lead_element_of_the_response_force_is_in_romania_on_day_4_or_5():
    low, high = np.quantile(first_arrival("NRF-VJTF22"), [0.05, 0.95])
    assert low <= LEAD_IN_ROMANIA[0]
    assert LEAD_IN_ROMANIA[1] <= high


@pytest.mark.xfail(
    strict=True,
    reason="predicted day 10.5 to 16.7, recorded 7 (claim F130): the model flies a quarter of a brigade before it "
    "draws equipment, adds the flight to a time to draw that was counted from boarding, and knows no company",
)
def test_a_first_company_on_stored_equipment_fires_by_day_7():
    low, high = np.quantile(first_arrival("HOME-1-3ID"), [0.05, 0.95])
    assert low <= COMPANY_FIRING <= high
