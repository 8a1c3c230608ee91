"""Laws of battle other than the fitted one, against their sources and on one axis by themselves."""

import csv
import tomllib
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import vallum
from vallum.analysis.battles import BattleError, data_root
from vallum.case import load_case_text
from vallum.models import feba_expansion
from vallum.models.theatre import campaign, campaign_epstein, campaign_feba, campaign_lanchester, combat
from vallum.models.theatre.campaign_epstein import EPSTEIN, attrition, prosecuted, withdrawn
from vallum.models.theatre.campaign_feba import FEBA, Expansion
from vallum.models.theatre.campaign_lanchester import LANCHESTER
from vallum.models.theatre.engagement import Law
from vallum.study.designs import Design
from vallum.study.work import Settings, Work

# One axis, nothing but the law: no supply, no breakpoints, no thin line


class NoLuck:
    """The median of everything."""

    def uniform(self, stream, entity=0, step=0):
        return jnp.full(jnp.broadcast_shapes(jnp.shape(entity), jnp.shape(step), (1,)), 0.5)

    def normal(self, stream, entity=0, step=0):
        return 0.0 * self.uniform(stream, entity, step)


FREE = {
    "frontage_per_brigade": 1e9, "defender_breakpoint": 1, "attacker_breakpoint": 1, "least_force_ratio": 0,
    "advance_rate": 1e3, "march_rate": 1e3, "rugged_multiplier": 1, "advance_losses": 0, "supply_reach": 1e9,
    "supply_rate": 1, "supply_limit": 1e9, "pause_days": 1,
}  # fmt: skip
EVIDENCE = {"density_low": 0, "force_ratio_low": 0, "force_ratio_high": 1e9, "advance_high": 1e9, "loss_high": 1e9}


def axis(rules, lengths=(1e5,), fronts=None, scale=None, chance=None, **inputs):
    """A field of one axis and one run, with what the law draws at the median unless given."""

    def number(value):
        return jnp.asarray([float(value)])

    length = jnp.asarray(lengths, float)[None, :, None]
    ground = combat.Ground(
        length=length,
        frontage=jnp.asarray(fronts or [1.0] * len(lengths), float)[None, :, None],
        preparation=0 * length,
        rugged=0 * length,
        key=jnp.zeros(length.shape, jnp.uint32),
        segments=jnp.asarray([[len(lengths)]], jnp.int32),
        before=jnp.cumsum(length, axis=1) - length,
    )
    scales = {**EVIDENCE, "repulse_advance": 0, **(scale or {})}
    law = Law({}, {name: number(x) for name, x in scales.items()}, jnp.asarray([True]))
    drawn = rules.draw(ground, law, NoLuck()) if chance is None else chance
    conditions = combat.Conditions(rules, law, jnp.asarray([[2.0]]), drawn)
    given = {name: number(x) for name, x in {**FREE, **inputs}.items()}
    return combat.Field(ground, conditions, given, NoLuck(), combat.Day(number(0), number(0)))


def stand(field, attackers, defenders, brigades=1.0):
    """Forces come to the axis before anything has happened."""
    pools = jnp.asarray([defenders, 0.0, 0.0])[:, None, None]
    empty = combat.begin(field.ground, field.conditions.rules)
    return combat.arrive(field, empty, jnp.asarray([[float(attackers)]]), pools, jnp.asarray([[float(brigades)]]))


def until(field, fight, days, steps=4, come=None, late=0.0):
    """The fights at the end of each day, or some days later; `come(day, fight)` may change them in the morning."""
    on, found = jax.jit(lambda fight, time: combat.advance(field, fight, time)), []
    for day in range(days):
        fight = come(day, fight) if come else fight
        for step in range(steps):
            fight = on(fight, jnp.asarray(day + (step + 1) / steps + late))
        found.append(fight)
    return found


def course(field, fights):
    """Attackers, defenders and km gained, by day."""

    def one(x):
        return float(x.attackers[0, 0]), float(x.defenders.sum()), float(combat.depth(field.ground, x)[0, 0])

    return np.array([one(x) for x in fights])


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def test_each_law_is_offered_as_a_model():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for model in (campaign_lanchester, campaign_epstein, campaign_feba):
        assert project["entry-points"]["vallum.models"][model.spec.name] == model.__name__


@pytest.mark.parametrize("name", ["eastern-flank-2022", "island-strait"])
@pytest.mark.parametrize("model", [campaign_lanchester, campaign_epstein, campaign_feba])
def test_a_shipped_case_fits_each_law_by_its_name_alone(name, model):
    folder = Path(vallum.__file__).parent / "cases" / name
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    texts["case.toml"] = texts["case.toml"].replace('model = "campaign"', f'model = "{model.spec.name}"')
    work = Work(load_case_text(texts, model=model), model, Settings(Design("sobol", 16, 5)), None)
    real = [not id.startswith("~") for id in work.superset.rows["laws"].ids]
    np.testing.assert_array_equal(work.structure.fits.whole, real)  # every fit has what the law needs
    assert work.inputs(0, np.arange(16, dtype=np.uint32)).keys() == {x.name for x in campaign.spec.inputs}


# Lanchester

PACE = {"lanchester_attacker": np.log(0.02), "lanchester_defender": np.log(0.03), "reference_strength": 1.0}
NEVER = {"give_up_attacker": 0.999, "give_up_defender": 0.999}
NOISE = {f"lanchester_{x}": 0.5 for x in ("sd_attacker", "sd_defender", "sides_correlation", "campaign_share")}


def lanchester(own, enemy, **scale):
    scales = {**PACE, **NOISE, **NEVER, "lanchester_own": own, "lanchester_enemy": enemy, **scale}
    return axis(LANCHESTER, scale=scales), scales


def equations(scales):
    """(1) of the law, at the reference strength 1."""
    a, b = np.exp(scales["lanchester_attacker"]), np.exp(scales["lanchester_defender"])
    e = (1 + scales["lanchester_enemy"] - scales["lanchester_own"]) / 2
    return lambda t, y: [-a * y[0] ** (1 - e) * y[1] ** e, -b * y[1] ** (1 - e) * y[0] ** e]


@pytest.mark.parametrize(("own", "enemy"), [(0, 1), (0.5, 0.5), (0.37, 0.44), (0.58, 0.3)])
def test_strengths_in_a_lanchester_battle_solve_its_equations(own, enemy):
    field, scales = lanchester(own, enemy)
    found = course(field, until(field, stand(field, 9000, 7000), 20))
    expected = solve_ivp(equations(scales), (0, 20), [9000, 7000], t_eval=range(1, 21), rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(found[:, :2], expected.y.T, rtol=1e-8)


def ended(field, cases):
    """The axis as a battle begins, and as it ends, for each pair of attackers and defenders."""
    on = jax.jit(lambda fight, time: combat.advance(field, fight, time))
    for attackers, defenders in cases:
        begun = on(stand(field, attackers, defenders), jnp.asarray(1e-6))
        yield begun, on(begun, begun.lasts[0, 0] + 1e-6)


def gives_up(side, share, start):
    def event(t, y):
        return y[side] - (1 - share) * start

    event.terminal = True
    return event


def test_a_lanchester_battle_ends_as_one_side_has_lost_its_share():
    field, scales = lanchester(0.4, 0.45, give_up_attacker=0.2, give_up_defender=0.3)
    cases = [(9000, 7000), (4000, 7000)]
    for (attackers, defenders), wins, (begun, over) in zip(cases, (True, False), ended(field, cases), strict=True):
        events = [gives_up(0, 0.2, attackers), gives_up(1, 0.3, defenders)]
        path = solve_ivp(equations(scales), (0, 500), [attackers, defenders], events=events, rtol=1e-11, atol=1e-9)
        assert len(path.t_events[1]) == wins
        assert float(begun.lasts[0, 0]) == pytest.approx(path.t[-1], rel=1e-7)
        assert int(over.battles[0]) == 1
        assert bool(over.won[0, 0]) == wins


def test_the_square_law_keeps_its_difference_of_squares():
    field, scales = lanchester(0, 1)
    a, b = (np.exp(scales[f"lanchester_{x}"]) for x in ("attacker", "defender"))
    found = course(field, until(field, stand(field, 9000, 7000), 30))
    difference = b * found[:, 0] ** 2 - a * found[:, 1] ** 2
    assert found[-1, 1] < 3000  # most are gone
    np.testing.assert_allclose(difference, b * 9000**2 - a * 7000**2, rtol=1e-9)


def test_where_both_sides_are_alike_the_larger_one_wins():
    alike = {"lanchester_defender": PACE["lanchester_attacker"], "give_up_attacker": 0.2, "give_up_defender": 0.2}
    field, _ = lanchester(0.4, 0.45, **alike)
    cases = [(x, 7000) for x in (3000, 6900, 7100, 20_000)]
    assert [bool(over.won[0, 0]) for _, over in ended(field, cases)] == [False, False, True, True]


# Epstein

A, D = 330_000.0, 200_000.0  # his base case; the numbers below are of the research notes' runs of his equations


def book(air):
    """45 days by the law's own functions: A, D, alpha_g, aa, W, ad, front; close air support by A-10 to A-13."""
    a, d, rate, w, front = A, D, campaign_epstein.BASE.prosecution, 0.0, 0.0
    for day in range(45):
        alpha, front = float(attrition(rate, w)), front + w
        ours = air * 300 * 0.95 ** (1.5 * day) * 0.5 * ((1 - 0.95**2.5) / 0.05 - 1) * 47_490 / 1200
        theirs = air * 250 * 0.95**day * 0.25 * ((1 - 0.95**2) / 0.05 - 1) * 47_490 / 1200
        lost = alpha * a + ours, alpha * a / campaign_epstein.BASE.exchange + theirs
        aa, ad = lost[0] / a, lost[1] / d
        yield a, d, rate, aa, w, ad, front
        rate, w = float(prosecuted(rate, aa)), float(withdrawn(w, ad))
        a, d = a - lost[0], d - lost[1]


def test_the_first_day_of_epsteins_base_case_is_the_printed_one():
    _, _, rate, aa, w, ad, _ = next(book(air=1))
    assert (rate, w) == (0.02, 0.0)
    assert (100 * aa, 100 * ad) == pytest.approx((4.531, 3.375), abs=5e-4)


def test_epsteins_thirtieth_day_without_air_on_an_axis_is_that_of_his_equations():
    field = axis(EPSTEIN)
    found = course(field, until(field, stand(field, A, D), 30))
    assert found[28, :2] == pytest.approx([67_845.6, 25_230.4], abs=0.05)  # as day 30 begins
    assert found[29, 2] == pytest.approx(144.690, abs=5e-4)


def reference(file, **where):
    """The rows of a file of the research data, as numbers."""
    try:
        path = data_root() / "campaign-models" / file
    except BattleError:
        path = None
    if not path or not path.is_file():
        pytest.skip(f"the reference runs are not there: set VALLUM_DATA to the folder of campaign-models/{file}")
    with path.open(encoding="utf-8") as lines:
        found = [row for row in csv.DictReader(lines) if all(row[x] == y for x, y in where.items())]
    return np.array([[float(x) for name, x in row.items() if name not in where] for row in found])


def test_epsteins_steps_with_air_are_those_of_a_published_program():
    expected = reference("epstein_prolog_ref.csv")
    found = np.array(list(book(air=1)))
    np.testing.assert_allclose(found[:, :3], expected[:, 1:4], rtol=1e-6)
    np.testing.assert_allclose(found[:, 3:6], expected[:, 5:8], rtol=1e-6, atol=1e-8)


def test_epstein_on_an_axis_for_sixty_days_is_the_variant_without_air():
    expected = reference("epstein_variants.csv", variant="noair")
    field = axis(EPSTEIN)
    found = course(field, until(field, stand(field, A, D), 60))
    np.testing.assert_allclose(found[:-1, :2], expected[1:, 1:3], rtol=1e-6)
    np.testing.assert_allclose(found[:, 2], expected[:, 10], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("steps", [1, 8])
def test_epsteins_days_do_not_depend_on_the_step(steps):
    field = axis(EPSTEIN)
    usual, other = (course(field, until(field, stand(field, A, D), 12, x)) for x in (4, steps))
    np.testing.assert_allclose(other, usual, rtol=1e-12)


def test_segments_that_are_all_held_make_no_difference_to_epstein():
    # looked at a moment after each day: ground gained in a day of contact counts at its end
    whole, cut = axis(EPSTEIN), axis(EPSTEIN, lengths=(7.0, 9.0, 22.5, 1e5))
    found, expected = (course(x, until(x, stand(x, A, D), 20, late=1e-6)) for x in (cut, whole))
    assert expected[-1, 2] > 38.5  # beyond the third
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_contact_begins_anew_where_the_attacker_has_marched():
    """The second segment is too wide for one brigade; on the way to the third nobody falls."""
    field = axis(EPSTEIN, (1e-3, 500.0, 1e5), [1.0, 1e3, 1.0], frontage_per_brigade=10, march_rate=250)
    fights = until(field, stand(field, A, D), 12)
    share = -np.diff(np.log(course(field, fights)[:, 0]))
    begins = next(day for day, x in enumerate(fights) if int(x.segment[0, 0]) == 2)
    assert share[0] > 0.03  # it had adapted to more
    assert share[begins - 1] == pytest.approx(-np.log(0.98), rel=0.02)


# Attrition and expansion of the front

SOLDIERS = 15_000.0  # of a division


def expansion(**changed):
    values = {"attrition": 0.05, "exchange": 1.75, "advance": 3.0, "assault": 12.5, "holding": 25.0} | changed
    return Expansion(**{name: jnp.asarray([float(x)]) for name, x in values.items()})


def test_with_an_assault_kept_at_strength_the_front_expands_as_in_posens_model():
    """No aircraft, a front that is one breakthrough, divisions enough; the attack comes on day 1."""
    w, days, dn, drawn = 50.0, 15, 30.0, expansion()
    given = {x.name: 0.0 for x in feba_expansion.spec.inputs} | {
        "front_length": w, "breakthrough_width": w, "breakthroughs": 1.0, "defender_frontage": dn,
        "assault_frontage": 12.5, "holding_frontage": 25.0, "advance_rate": 3.0, "attacker_attrition_rate": 0.05,
        "exchange_ratio": 1.75, "vehicles_per_ade": 1200.0, "report_day": float(days), "defender_multiplier": 1.0,
        "attacker_supply": jnp.full(days + 1, 1e3), "defender_supply": jnp.full(days + 1, 1e3),
    }  # fmt: skip
    inputs = {name: jnp.asarray(x) for name, x in given.items()}
    expected = feba_expansion.run(feba_expansion.Clock(days + 1), inputs, None)
    field = axis(FEBA, fronts=[w], chance=drawn)

    def replaced(day, fight):
        kept = jnp.full((1, 1), SOLDIERS * (w / 12.5 + 2 * 3.0 * day / 25.0))
        return fight._replace(attackers=kept, committed=100 * kept)

    fights = until(field, stand(field, 1, 1000 * SOLDIERS), days, come=replaced)
    lost = np.array([[float(x.attackers_lost.sum()), float(x.defenders_lost.sum())] for x in fights]) / SOLDIERS
    flanks = np.array([float(FEBA.width(field.ground, x)[0, 0]) - w for x in fights]) / dn
    np.testing.assert_allclose(lost[:, 0], expected["attacker_loss_by_day"][1:], rtol=1e-9)
    np.testing.assert_allclose(lost[:, 1], expected["defender_loss_by_day"][1:], rtol=1e-9)
    np.testing.assert_allclose(flanks, expected["defender_flank_by_day"][1:], rtol=1e-9)


def test_the_line_breaks_where_front_and_flanks_are_wider_than_the_brigades_hold():
    """With 40 km held, a front of 10 km and 2 km a day: 2, 4, ... 14 km hold, on the eighth day 16 do not."""
    drawn = expansion(attrition=1e-9, advance=2.0)
    field = axis(FEBA, fronts=[10.0], chance=drawn, frontage_per_brigade=8, advance_rate=9.0, march_rate=9.0)
    gained = course(field, until(field, stand(field, 9000, 9000, brigades=5), 12))[:, 2]
    np.testing.assert_allclose(np.diff(gained, prepend=0.0), [2.0] * 8 + [9.0] * 4, rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 8])
def test_losses_of_both_sides_keep_their_ratio_and_do_not_depend_on_the_step(steps):
    field = axis(FEBA, fronts=[20.0], chance=expansion())
    usual, other = (until(field, stand(field, 60_000, 50_000), 12, x) for x in (4, steps))
    np.testing.assert_allclose(course(field, other), course(field, usual), rtol=1e-12)
    lost = np.array([[float(x.attackers_lost.sum()), float(x.defenders_lost.sum())] for x in usual])
    np.testing.assert_allclose(lost[:, 0] / lost[:, 1], 1.75, rtol=1e-9)
    daily = np.diff(lost[:, 0], prepend=0.0)
    assert daily[0] == pytest.approx(0.05 * 60_000)  # no flanks yet
    assert (np.diff(daily) < 0).all()
