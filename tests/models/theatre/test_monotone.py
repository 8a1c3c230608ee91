"""More of a good thing is no loss on average: paired over 65,536 campaigns of the shipped case, as a race.

Run by run it can be one, as the queueing paradoxes in `test_twin` show; alone on its axis it
never is, as the properties there show.
"""

import numpy as np
import pytest

from tests.models.theatre import cases
from vallum.analysis.estimates import difference
from vallum.models import theatre
from vallum.study.lanes import kernel

CAMPAIGNS = 65_536
LINKS = ("road_capacity", "rail_capacity", "sea_capacity", "air_capacity")
PLACES = ("port_throughput", "gauge_throughput", "ramp_capacity")
BETTER = {
    "sooner decided": {"alliance_delay": 0.5, "alliance_delay_after_attack": 0.5, "national_delay": 0.5},
    "sooner ready": {"notice_to_move": 0.8},
    "more capacity of links": dict.fromkeys(LINKS, 1.25),
    "more capacity of places": dict.fromkeys(PLACES, 1.25),
    "shorter delays at borders": {"border_delay_share": 0.5},
    "quicker trains": {"rail_speed": 1.2},
}


@pytest.fixture(scope="module")
def work():
    return cases.work_of(cases.race_texts(), CAMPAIGNS, seed=3, dtype="float32")


def closed(work, factors):
    """Brigades closed and vehicles arrived by the report day, in every campaign under the reference option."""
    futures = np.arange(CAMPAIGNS, dtype=np.uint32)
    program = kernel(theatre, "float32")
    found = {name: [] for name in ("brigades_closed", "reinforcements_closed", "vehicles_arrived", "status")}
    for part in np.split(futures, 16):
        values = work.inputs(0, part)
        values = values | {name: values[name] * factor for name, factor in factors.items()}
        runs = work.outcomes(program, 0, values, part, None)
        for name, blocks in found.items():
            blocks.append(runs[name])
    return {name: np.concatenate(blocks) for name, blocks in found.items()}


@pytest.fixture(scope="module")
def base(work):
    return closed(work, {})


@pytest.mark.heavy
@pytest.mark.parametrize("what", BETTER)
def test_the_paired_mean_does_not_move_the_wrong_way(work, base, what):
    better = closed(work, BETTER[what])
    good = (better["status"] == 0) & (base["status"] == 0)
    assert good.all()
    gains = {}
    for name in ("brigades_closed", "reinforcements_closed", "vehicles_arrived"):
        gain = difference(better[name].astype(float), base[name].astype(float), good, work.settings.design.scramble())
        gains[name] = gain.value
        assert gain.value >= -2 * gain.standard_error, name
    assert gains["vehicles_arrived"] > 0  # and the campaigns do meet queues, notices and borders
