"""The campaign as a model: its contract with the engine, and the invariants that its specification numbers."""

import itertools
from functools import cache

import numpy as np
import pytest

from tests.models.theatre import cases
from tests.models.theatre.test_race import RANGES as RACE
from vallum.case import load_case
from vallum.keys import entity_keys
from vallum.models.theatre import campaign, campaign_structure, structure
from vallum.spec import Rows
from vallum.study.designs import Design
from vallum.study.lanes import kernel
from vallum.study.work import Settings, Work
from vallum.testing import check_model, random_inputs, run_batch

RANGES = {name: ends for name, ends in RACE.items() if name != "lost_day"} | {
    "echelon_personnel": (2000, 20_000), "echelon_available": (0.3, 1), "echelon_day": (0, 20),
    "segment_length": (5, 60), "frontage": (0, 30), "preparation": (0, 2), "frontage_per_brigade": (5, 15),
    "shift_days": (0, 4), "extra_brigades": (0, 1), "extra_personnel": (3000, 5000), "law_in_force": (0.1, 1),
    "law_deviate": (-1.5, 1.5), "quality_edge": (-1, 1), "surprise_level": (0, 2), "surprise_days": (1, 4),
    "pause_days": (1, 7), "least_force_ratio": (0, 0.8), "attacker_breakpoint": (0.2, 0.5),
    "defender_breakpoint": (0.2, 0.5),
    "march_rate": (100, 300), "rugged_multiplier": (0.3, 0.8), "advance_losses": (0.003, 0.005),
    "supply_reach": (50, 150), "supply_rate": (10, 40), "supply_limit": (100, 400),
    "air_superiority_start": (-0.5, 0.5), "air_superiority_end": (-1, 0), "air_defence_suppression_days": (3, 20),
    "strike_battalions": (0, 3), "battalion_personnel": (600, 1000), "sorties_per_day": (1, 2),
    "sortie_losses": (0.02, 0.06), "sea_control_days": (5, 30), "hold_days": (3, 3),
    "escalation_probability": (0, 0.2), "counter_brigades": (1, 5), "fortify_days": (10, 100),
    "minimum_confidence": (0, 1),
}  # fmt: skip
MANY = 131_072
DENIED = [f"denied_by_day_{day}" for day in (3, 10, 30, 60)]


@cache
def work(futures=1024, dtype="float32"):
    return Work(load_case("island-strait"), campaign, Settings(Design("sobol", futures, 5), dtype=dtype), None)


def fought(work, changed=None, structure=None, factors=None):
    """Outcomes of every future under the first option, some inputs changed."""
    futures, found = np.arange(work.settings.design.futures, dtype=np.uint32), []
    kept, work.structure = work.structure, structure or work.structure
    try:
        for part in np.array_split(futures, max(1, len(futures) // 8192)):
            values = work.inputs(0, part)
            values |= {name: np.broadcast_to(x, values[name].shape) for name, x in (changed or {}).items()}
            values |= {name: values[name] * x for name, x in (factors or {}).items()}
            found.append(work.outcomes(kernel(campaign, work.settings.dtype), 0, values, part, None))
    finally:
        work.structure = kept
    return {name: np.concatenate([x[name][:, 0] for x in found]) for name in found[0]}


def rows():
    """The island's tables without rows of padding."""
    found = {}
    for name, table in work().superset.rows.items():
        number = sum(not id.startswith("~") for id in table.ids)
        found[name] = Rows(table.ids[:number], {x: column[:number] for x, column in table.columns.items()})
    return found


@pytest.mark.heavy
def test_the_model_keeps_its_contract():
    check_model(campaign, RANGES, tables=rows(), runs=64)


@pytest.mark.heavy
def test_ids_are_names_only(monkeypatch):
    """Every id renamed, each with the stream of its old name: nothing changes."""
    tables = rows()
    values = random_inputs(campaign.spec, RANGES, tables, 64)
    before = run_batch(campaign, tables, values)
    for module in (structure, campaign_structure):
        monkeypatch.setattr(module, "entity_keys", lambda ids: entity_keys(id.removeprefix("x") for id in ids))
    after = run_batch(campaign, cases.renamed(campaign.spec, tables, kept=("law_terms",)), values)
    assert before["battles"].any()
    for name, found in before.items():
        np.testing.assert_array_equal(found, after[name], err_msg=name)


def mirrored(tables, values):
    """The same theatre read off a mirror: rows from last to first, every link from its other end."""
    turned, given = {}, dict(values)
    for table in campaign.spec.tables:
        old, step = tables[table.name], 1 if table.ordered else -1
        columns = {name: tuple(column[::step]) for name, column in old.columns.items()}
        if {"start", "end"} <= columns.keys():
            columns |= {"start": columns["end"], "end": columns["start"]}
        turned[table.name] = Rows(old.ids[::step], columns)
        given |= {x.name: values[x.name][:, ::step] for x in campaign.spec.inputs if x.per == table.name}
    return turned, given


@pytest.mark.heavy
def test_a_mirrored_theatre_with_its_roles_kept_has_the_same_campaigns():
    tables = rows()
    values = random_inputs(campaign.spec, RANGES, tables, 64)
    before, after = run_batch(campaign, tables, values), run_batch(campaign, *mirrored(tables, values))
    assert before["battles"].any()
    for outcome in campaign.spec.scalars:
        close = 1e-9 if outcome.kind in ("number", "time") else 0.0
        np.testing.assert_allclose(after[outcome.name], before[outcome.name], close, close, err_msg=outcome.name)


def test_every_run_of_the_island_is_sound():
    assert (fought(work())["status"] == 0).all()


def test_nobody_is_lost_or_made_on_the_way():
    now = fought(work(dtype="float64"))
    pools = now["host_losses"] + now["tripwire_losses"] + now["helper_losses"]
    np.testing.assert_allclose(now["defender_losses"], pools, rtol=1e-9, atol=1e-6)
    assert (now["attacker_losses"] >= 0).all()
    assert (now["battles_won"] <= now["battles"]).all()


def test_an_aim_denied_later_was_denied_before():
    now = fought(work())
    for earlier, later in itertools.pairwise(DENIED):
        assert (now[earlier] >= now[later]).all()


@pytest.mark.heavy
def test_half_the_step_changes_no_probability_by_more_than_half_a_point():
    many = work(MANY)
    whole, half = fought(many), fought(many, structure=many.structure._replace(steps=2 * campaign.STEPS))
    for name in DENIED:
        assert abs(whole[name].mean() - half[name].mean()) <= 0.005, name


def test_single_precision_gives_the_flags_of_double():
    single, double = (fought(work(16_384, dtype)) for dtype in ("float32", "float64"))
    for name in DENIED:
        assert (single[name] == double[name]).mean() >= 0.999, name
        assert abs(single[name].mean() - double[name].mean()) <= 0.002, name


def test_both_arms_meet_the_same_luck_before_anyone_intervenes():
    on, off = (fought(work(), {"intervention": x}) for x in (1.0, 0.0))
    np.testing.assert_array_equal(on["escalation_day"], off["escalation_day"])
    np.testing.assert_array_equal(on["warning_believed"], off["warning_believed"])
    assert (off["helper_losses"] == 0).all()


BETTER = {
    "another brigade in place": ({"extra_brigades": 1.0}, {}),
    "sooner decided": ({}, {"alliance_delay": 0.5, "alliance_delay_after_attack": 0.5, "national_delay": 0.5}),
    "less notice": ({}, {"notice_to_move": 0.5}),
    "more capacity": ({}, {"sea_capacity": 1.5, "port_throughput": 1.5, "air_capacity": 1.5, "ramp_capacity": 1.5}),
    "more preparation": ({"preparation": 2.0}, {}),
}


@pytest.fixture(scope="module")
def base():
    return fought(work(MANY))


@pytest.mark.heavy
@pytest.mark.parametrize("what", BETTER)
def test_more_of_a_good_thing_does_not_help_the_attacker(base, what):
    """The 99 % upper bound of the rise in the attacker's success, over 131,072 paired campaigns, is at most .002."""
    changed, factors = BETTER[what]
    better = fought(work(MANY), changed, factors=factors)
    for name in DENIED:
        rise = base[name].astype(float) - better[name]
        bound = rise.mean() + 2.326 * rise.std(ddof=1) / np.sqrt(MANY)
        reversals = (rise > 0).mean()
        print(f"{what}, {name}: rise {rise.mean():+.4f}, bound {bound:+.4f}, paired reversals {reversals:.4f}")
        assert bound <= 0.002, name
