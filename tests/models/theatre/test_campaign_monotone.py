"""More for the defender never brings the attacker to its aim sooner, run by run, where all fight for one line.

Fixed allocation: all defenders stand on the only attacked axis from the start, the whole attack comes on day 0, and
nobody pauses. On more than one line, or with forces that come later, it may: who is too few to hold a wide line falls
back to a narrow one behind it unfought, with all of its soldiers; and help that comes as the attacker marches stops
it where, had it been there before, the battle would be over by then. How often, `test_campaign` says.
"""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.theatre import campaign_cases as cases

RUNS = 128
BETTER = {
    "more brigades": lambda found, by: {"extra_brigades": found["extra_brigades"] + 2 * by},
    "more soldiers in them": lambda found, by: {"extra_personnel": found["extra_personnel"] * (1 + by)},
    "more preparation": lambda found, by: {"preparation": np.minimum(found["preparation"] + 2 * by, 2.0)},
    "an attacker of less quality": lambda found, by: {"quality_edge": found["quality_edge"] - by},
}


def on_one_line(seed, better=None, by=0.0, lines=1):
    """A random structure with one attacked axis of so many segments, and nobody on it but the extra brigades."""
    tables = cases.tables(seed)
    of = [axis for axis in tables["segments"].columns["axis"] if axis is not None]
    axis = next(id for id in tables["axes"].ids if of.count(id) == lines)

    def change(found):
        law = found["law_in_force"].copy()
        law[tables["laws"].ids.index("short")] = 2.0  # whose repulsed attackers gain no ground
        fixed = {
            "axes.active": np.array([[id == axis] for id in tables["axes"].ids]),
            "formations.active": np.zeros_like(found["formations.active"]),
            "echelon_day": 0 * found["echelon_day"],
            "law_in_force": law,
            "extra_brigades": np.random.default_rng(seed).uniform(0, 3, RUNS),
            "air_superiority_end": np.minimum(found["air_superiority_start"], found["air_superiority_end"]),
            "pause_days": 0 * found["pause_days"],
        }
        return fixed | (BETTER[better]({**found, **fixed}, by) if better else {})

    return cases.Case(tables, cases.values(tables, seed + 1_000_000, RUNS, change), seed)


@settings(max_examples=25)
@given(seed=st.integers(0, 100_000), better=st.sampled_from(sorted(BETTER)), by=st.floats(0.01, 1.0))
def test_more_for_the_defender_of_one_line_is_never_worse_in_any_run(seed, better, by):
    base, more = (cases.blocks(on_one_line(seed, *x)) for x in ((), (better, by)))
    assert (more["aim_reached_day"] >= base["aim_reached_day"] - 1e-9).all()
    for name in ("denied_by_day_3", "denied_by_day_10"):
        assert (more[name] >= base[name]).all()


def test_it_matters_on_one_line_and_may_hurt_on_two():
    later, sooner = 0, {1: 0, 2: 0}
    for seed in range(12):
        for lines in sooner:
            base, more = (
                cases.blocks(on_one_line(seed, *x, lines=lines))["aim_reached_day"]
                for x in ((), ("more brigades", 0.5))
            )
            later += ((more > base + 1e-9) & (lines == 1)).sum()
            sooner[lines] += (more < base - 1e-9).sum()
    assert later > 100
    assert sooner[1] == 0
    assert sooner[2] > 0
