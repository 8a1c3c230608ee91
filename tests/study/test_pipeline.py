"""From campaigns to the risk of war: what must hold, and the two classic errors."""

import tomllib

import numpy as np
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.analysis.years import with_years
from vallum.case import load_case, load_case_text
from vallum.models import crisis
from vallum.models.theatre import campaign
from vallum.study.beliefs import fit_surfaces
from vallum.study.designs import Design
from vallum.study.errors import StudyError
from vallum.study.fought import fresh, stored
from vallum.study.pipeline import ARMS, STAGES, Pipeline
from vallum.study.run import run_study

OPTIONS, PLANS = ("tripwire", "garrison", "prepositioned", "escorts"), ("port", "capital")
RESTRAINED = {"parity": 0.0, "tension_war_effect": 0.0, "counter_reaction": 0.0}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("years") / "study"
    case = with_years(load_case("island-strait"))
    return run_study(case, folder, design=Design("sobol", 512, 3), fans=False)


@pytest.fixture(scope="module")
def pipeline(study):
    return Pipeline(stored(study), OPTIONS, PLANS, "tripwire")


def test_the_stages_are_declared_in_the_order_in_which_they_run():
    assert [x.name for x in STAGES] == ["paths", "campaign", "beliefs", "crisis", "hazard"]
    assert STAGES[2].reduce == ("future", "replicate")


# The challenger knows what it can know


def invented(seed=0, futures=512, chance=0.3):
    rng = np.random.default_rng(seed)
    factors = {name: rng.random(futures) for name in ("known", "unknown")}
    won = rng.random((futures, 1)) < chance + 0.4 * (factors["known"] - 0.5)[:, None]
    values = np.stack([won, 0.1 * won, 100.0 * won]).astype(float)
    return factors, values, np.ones((futures, 1), bool), np.repeat(np.arange(16), futures // 16)


def fitted(factors, values, good, scramble):
    return fit_surfaces(factors, ["known"], np.zeros(len(scramble)), values, good, scramble)


@given(st.integers(0, 2**32 - 1), st.integers(0, 511))
@settings(max_examples=25)
def test_how_a_campaign_goes_changes_nothing_in_what_is_expected_of_it(seed, future):
    """The classic error: a challenger that knows the future it is in."""
    factors, values, good, scramble = invented(seed)
    before = fitted(factors, values, good, scramble).expected(np.zeros((512, 1)))
    values[:, future] = 1 - values[:, future]
    after = fitted(factors, values, good, scramble).expected(np.zeros((512, 1)))
    np.testing.assert_array_equal(before[:, scramble == scramble[future]], after[:, scramble == scramble[future]])


def test_a_clairvoyant_would_attack_in_other_futures():
    """What the test above is for: beliefs made of outcomes split futures by how they will go, expectations do not."""
    factors, values, good, scramble = invented(1, 8192)
    expected = fitted(factors, values, good, scramble).expected(np.zeros((8192, 1)))[0, :, 0]
    won = values[0, :, 0] > 0.5
    alike = np.abs(factors["known"] - 0.5) < 0.05
    assert abs(expected[won & alike].mean() - expected[~won & alike].mean()) < 0.01
    assert values[0, won & alike, 0].mean() - values[0, ~won & alike, 0].mean() == 1


def test_expectations_are_right_on_average_and_follow_what_is_known():
    factors, values, good, scramble = invented(2, 16384)
    surface = fitted(factors, values, good, scramble)
    expected = surface.expected(np.zeros((16384, 1)))[0, :, 0]
    assert expected.mean() == pytest.approx(values[0].mean(), abs=1e-3)
    np.testing.assert_allclose(expected, 0.3 + 0.4 * (factors["known"] - 0.5), atol=0.02)
    assert 0 < surface.skill[0] < 0.2
    assert np.abs(surface.moved["unknown"][:, 0]).max() < 0.05


def test_what_chance_alone_made_of_the_known_is_shrunk_away():
    rng = np.random.default_rng(3)
    factors = {f"f{n}": rng.random(512) for n in range(12)}
    values = np.stack([rng.random((512, 1)) < 0.5] * 3).astype(float)
    scramble = np.repeat(np.arange(16), 32)
    surface = fit_surfaces(factors, list(factors), np.zeros(512), values, np.ones((512, 1), bool), scramble)
    assert surface.expected(np.zeros((512, 1)))[0].std() < 0.05
    assert surface.skill[0] > -0.05


def test_an_answer_moves_what_is_expected():
    rng = np.random.default_rng(4)
    answer = 8 * rng.random(4096)
    won = rng.random((4096, 1)) < (0.1 + 0.2 * np.log1p(answer))[:, None]
    values = np.stack([won, won, won]).astype(float)
    scramble = np.repeat(np.arange(16), 256)
    surface = fit_surfaces({"x": rng.random(4096)}, [], answer, values, np.ones((4096, 1), bool), scramble)
    found = surface.expected(np.tile([0.0, 3.0, 8.0], (4096, 1)))[0].mean(axis=0)
    np.testing.assert_allclose(found, 0.1 + 0.2 * np.log1p([0, 3, 8]), atol=0.03)


def test_a_factor_moved_in_everybodys_eyes_moves_expectations_by_its_effect():
    factors, values, good, scramble = invented(5, 16384)
    surface = fitted(factors, values, good, scramble)
    base = surface.expected(np.zeros((16384, 1)))[0].mean()
    moved = surface.expected(np.zeros((16384, 1)), {"known": 0.9})[0]
    assert moved.mean() - base == pytest.approx(0.4 * 0.4, abs=0.02)
    assert moved.std() < 0.01  # all agree on it
    assert surface.expected(np.zeros((16384, 1)), {"unknown": 0.9})[0].mean() == pytest.approx(base, abs=0.02)


# Resolve enters once


def test_the_choice_is_the_crisis_of_the_two_arms_and_resolve_enters_there_alone(pipeline):
    """By hand: campaigns off and on give s and k, resolve weighs them, once."""
    ahead, given = pipeline.ahead("tripwire"), pipeline.inputs("tripwire")
    joined = given["joining_share"][:, None] * ahead.answer
    away = (given["second_theatre"] * given["diversion"])[:, None]
    worth = []
    for place, plan in zip(pipeline._places, PLANS, strict=True):
        off, on = (pipeline.surface("tripwire", plan, arm).expected(joined) for arm in ARMS)
        on = on + away * (off - on)
        prize, cost = np.broadcast_to(given["prize"], (512, 16))[:, place, None], given["worth_of_losses"][:, None]
        alone, helped = prize * off[0] - cost * off[1], prize * on[0] - cost * on[1] - given["punishment"][:, None]
        rho = np.clip(given["resolve"] + given["tripwire_resolve"], 0, 1)[:, None]
        worth.append((1 - rho) * alone + rho * helped)
    gain = np.max(worth, axis=0) - (given["status_quo"] + given["reassurance"])[:, None]
    np.testing.assert_allclose(ahead.attack, 1 / (1 + np.exp(-given["precision"][:, None] * gain)), rtol=1e-9)


def test_no_input_of_the_choice_is_read_by_campaigns():
    assert not {x.name for x in campaign.spec.inputs} & {x.name for x in crisis.spec.inputs}


def test_a_resolve_that_is_certain_leaves_one_arm(pipeline):
    """With rho = 1 what happens without help decides nothing; with rho = 0 punishment decides nothing."""
    sure = {"resolve": 1.0, "tripwire_resolve": 0.0, "diversion": 0.0}
    one = pipeline.ahead("tripwire", sure | {"punishment": 0.5})
    other = pipeline.ahead("tripwire", sure | {"punishment": 1.0})
    assert (other.attack < one.attack).all()
    none = {"resolve": 0.0, "tripwire_resolve": 0.0}
    np.testing.assert_array_equal(
        pipeline.ahead("tripwire", none | {"punishment": 0.5}).attack,
        pipeline.ahead("tripwire", none | {"punishment": 3.0}).attack,
    )


# Both schools


def test_with_answer_and_tension_off_more_denial_never_raises_the_risk_of_war(pipeline):
    """Success lowered in every campaign by any share: the risk falls or stays, future by future."""
    surfaces = dict(pipeline._surfaces)
    before = np.ones(512)
    try:
        for share in (1.0, 0.9, 0.5, 0.0):
            for key, surface in surfaces.items():
                factor = np.array([share, 1.0, 1.0])
                pipeline._surfaces[key] = type(surface)(**{
                    **{x: getattr(surface, x) for x in surface.__dataclass_fields__},
                    "base": np.clip(surface.base, 0, 1e9) * factor[:, None], "slope": 0 * surface.slope,
                })  # fmt: skip
            after = pipeline.ahead("garrison", RESTRAINED).war
            assert (after <= before + 1e-12).all()
            before = after
        assert after.mean() < 0.1
    finally:
        pipeline._surfaces.update(surfaces)


def test_without_tension_the_rate_of_crises_is_what_the_case_says(pipeline):
    given = pipeline.inputs("garrison")
    found = pipeline.ahead("garrison", {"tension_war_effect": 0.0})
    np.testing.assert_allclose(found.hazard, given["base_hazard"][:, None] * found.attack, rtol=1e-9)


def test_a_stronger_answer_and_a_stronger_effect_of_tension_raise_the_risk(pipeline):
    calm, tense = (pipeline.ahead("garrison", {"tension_war_effect": x, "parity": x}) for x in (0.0, 1.2))
    assert tense.war.mean() > calm.war.mean()
    assert (tense.answer >= calm.answer - 1e-9).all()


def test_an_option_that_is_not_built_yet_is_the_reference(pipeline):
    """At the start nothing of the garrison stands."""
    garrison, tripwire = pipeline.ahead("garrison"), pipeline.ahead("tripwire")
    np.testing.assert_allclose(garrison.attack[:, 0], tripwire.attack[:, 0], rtol=1e-9)
    assert np.abs(garrison.attack[:, -1] - tripwire.attack[:, -1]).max() > 1e-6
    same = pipeline.ahead("garrison", RESTRAINED | {"target_brigades": 0.3}, denial=0.0)
    np.testing.assert_allclose(same.attack, pipeline.ahead("tripwire", RESTRAINED).attack, rtol=1e-9)


def test_what_an_option_offers_takes_effect_as_far_as_it_is_there(pipeline):
    """Nothing of the garrison stands at the start: neither its denial, nor a reassurance that would come with it."""
    plain = pipeline.ahead("garrison")
    offered = pipeline.ahead("garrison", {"reassurance": 0.3}, base={"reassurance": 0.0})
    np.testing.assert_array_equal(offered.attack[:, 0], plain.attack[:, 0])
    assert (offered.attack[:, -1] < plain.attack[:, -1]).all()


def test_an_option_that_wants_what_stands_is_there_from_the_first_day(pipeline):
    given = pipeline.inputs("tripwire")
    assert pipeline._stands("tripwire") == np.array_equal(given["start_brigades"], given["target_brigades"])
    assert not pipeline._stands("garrison")


def test_one_group_of_a_prize_by_plan_is_fixed_and_the_other_stays_uncertain():
    case = load_case("island-strait")
    years = tomllib.loads(case.files["years.toml"])
    years["inputs"]["prize"] = {"uniform": [0.2, 0.9], "group": "aim", "unit": "1", "status": "assumption"}
    case = load_case_text({**case.files, "years.toml": tomli_w.dumps(years)})
    runs = fresh(with_years(case, ("tripwire",)), Design("sobol", 64, 3), {})
    one = Pipeline(runs, ("tripwire",), PLANS, "tripwire", effects=())
    change, shift, base = one.fixed("tripwire", {"prize[grab]": 0.975, "pause_days": 0.2})
    assert shift == {"pause_days": 0.2}
    assert set(change) == set(base) == {"prize"}
    before = one.inputs("tripwire")["prize"][:, one._places]
    np.testing.assert_allclose(change["prize"][:, one._places[0]], 0.2 + 0.7 * 0.975)
    np.testing.assert_array_equal(change["prize"][:, one._places[1]], before[:, 1])


def test_risks_are_chances_and_the_two_hazards_stand_apart(pipeline):
    for option in OPTIONS:
        found = pipeline.ahead(option)
        assert ((found.war >= 0) & (found.war <= 1)).all()
        assert ((found.attack > 0) & (found.attack < 1)).all()
        assert (found.incidents > 0).all()
        assert (found.losses >= 0).all()
    more = pipeline.ahead("tripwire", {"presence_factor": 5.0})
    np.testing.assert_array_equal(more.war, pipeline.ahead("tripwire").war)
    assert (more.incidents > pipeline.ahead("tripwire").incidents).all()


def test_campaigns_run_now_are_those_of_a_study_of_the_same_design(study, pipeline):
    again = Pipeline(fresh(study.case(), Design("sobol", 512, 3), {}), OPTIONS, PLANS, "tripwire")
    np.testing.assert_allclose(again.ahead("escorts").war, pipeline.ahead("escorts").war, rtol=1e-12)


def test_a_factor_fixed_in_fresh_runs_is_fixed_in_every_future(study):
    runs = fresh(study.case(), Design("sobol", 64, 5), {"resolve": 0.9, "pause_days": 0.1})
    values = runs.work.inputs(0, np.arange(64, dtype=np.uint32))
    assert np.ptp(values["resolve"]) == 0
    assert np.ptp(values["pause_days"]) == 0
    assert np.ptp(values["precision"]) > 0


def test_half_of_the_design_gives_a_pipeline_of_its_own(study):
    half = Pipeline(stored(study), OPTIONS, PLANS, "tripwire", part=np.arange(512) < 256)
    assert half.ahead("garrison").war.shape == (256,)


def test_what_the_pipeline_cannot_use_is_refused(study, tmp_path):
    with pytest.raises(StudyError, match="has no arm moat"):
        Pipeline(stored(study), ("moat",), PLANS, "tripwire")
    other = run_study(load_case("central-europe-1984"), tmp_path / "x", design=Design("sobol", 64, 0))
    with pytest.raises(StudyError, match="the pipeline needs campaign_years"):
        stored(other)
