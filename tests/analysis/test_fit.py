"""The engagement law: against published fits of the same data, against data made with a known law, against itself."""

import csv
import io
import math
import tomllib
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from scipy.optimize import minimize
from scipy.special import expit

from vallum.analysis import fit
from vallum.analysis.battles import FILE, BattleError, Battles, data_root, read_battles
from vallum.analysis.fit import (
    LAWS,
    NAMES,
    WINNER,
    bounds,
    clock_slope,
    fit_law,
    loss_design,
    winner_design,
    winner_rows,
)
from vallum.analysis.law_files import ABOUT, calibrate, read_law, write_law
from vallum.analysis.law_scores import BASELINES, FITTED, fold_of, held_out, helmrat_slope, log_helmrat
from vallum.analysis.regression import (
    LIMIT,
    campaign_share,
    fit_winner,
    least_squares,
    resampled,
    weighted_median,
    winner_errors,
)
from vallum.present.calibration import calibration_words, record_table, scale_table, score_table, term_table

WIN = {
    "win_constant": -0.2,
    "win_force_ratio": 1.0,
    "win_surprise": 0.8,
    "win_prepared": -0.5,
    "win_fortified": -0.7,
    "win_rugged": -0.4,
    "win_air": 1.0,
    "win_quality": 0.0,
}
TRUE = WIN | {
    "log_battle_days": 1.5,
    "loss_attacker_wins_attacker": -2.2,
    "loss_attacker_wins_defender": -1.6,
    "loss_defender_wins_attacker": -1.9,
    "loss_defender_wins_defender": -2.5,
    "loss_own": 0.5,
    "loss_enemy": 0.3,
    "log_advance": 0.5,
}
SD, SHARE, TOGETHER = (0.9, 1.2), 0.4, 0.3


def record(size=600, campaigns=120, seed=1, truth=TRUE) -> Battles:
    """Battles made with a known law."""
    draw = np.random.default_rng(seed)
    campaign = draw.integers(campaigns, size=size)
    attacker, defender = np.exp(draw.normal(9.8, 0.8, size)), np.exp(draw.normal(9.2, 0.8, size))
    posture, relief = draw.choice(["HD", "PD", "FD"], size), draw.choice(["G", "R", "F"], size)
    surprise, air = draw.choice([0.0, 0.0, 1.0, 2.0], size), draw.choice([-1.0, 0.0, 1.0], size)
    whole = Battles(
        source="made.csv",
        digest="0" * 64,
        duplicates=0,
        number=np.arange(size),
        name=np.array([f"B{x}" for x in range(size)]),
        campaign=np.array([f"C{x}" for x in campaign]),
        era=np.full(size, "1919-45"),
        posture=posture,
        relief=relief,
        attacker=attacker,
        defender=defender,
        attacker_losses=np.ones(size),
        defender_losses=np.ones(size),
        winner=np.ones(size),
        days=draw.exponential(math.exp(truth["log_battle_days"]), size),
        advance=np.exp(draw.normal(truth["log_advance"], 1.1, size)),
        attacker_front=np.exp(draw.normal(1.5, 0.5, size)),
        defender_front=np.exp(draw.normal(1.5, 0.5, size)),
        surprise=surprise,
        air=air,
        quality=draw.integers(-1, 2, size).astype(float),
    )
    odds = winner_design(whole) @ [truth[x] for x in NAMES[:WINNER]]
    winner = np.where(draw.random(size) < expit(odds), 1.0, -1.0)
    common, own = (pair(draw, x) for x in (campaigns, size))
    noise = math.sqrt(SHARE) * common[:, campaign] + math.sqrt(1 - SHARE) * own
    design = loss_design(replace(whole, winner=winner))[0].reshape(2, size, -1)
    terms = [truth[x] for x in NAMES[NAMES.index("loss_attacker_wins_attacker") : NAMES.index("loss_enemy") + 1]]
    losses = [np.exp(x @ terms + sd * z) * whole.days for x, sd, z in zip(design, SD, noise, strict=True)]
    return replace(whole, winner=winner, attacker_losses=losses[0], defender_losses=losses[1])


def table(path):
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def pair(draw, size):
    first, second = draw.standard_normal((2, size))
    return np.stack((first, TOGETHER * first + math.sqrt(1 - TOGETHER**2) * second))


LAW = "1919-45"


@pytest.fixture(scope="module")
def made():
    return record()


@pytest.fixture(scope="module")
def found(made):
    return fit_law(made, LAW, draws=400)


# Data made with a known law


def test_a_known_law_is_recovered_within_four_standard_errors(found):
    for place, term in enumerate(NAMES):
        assert abs(found.estimate[place] - TRUE[term]) <= 4 * found.standard_error[place], term


def test_the_spread_of_losses_is_recovered(found):
    assert found.scales["loss_sd_attacker"] == pytest.approx(SD[0], rel=0.1)
    assert found.scales["loss_sd_defender"] == pytest.approx(SD[1], rel=0.1)
    assert found.scales["loss_sides_correlation"] == pytest.approx(TOGETHER, abs=0.1)
    assert found.scales["loss_campaign_share"] == pytest.approx(SHARE, abs=0.1)


def test_errors_by_resampling_agree_with_the_sandwich(made, found):
    rows = winner_rows(made)
    design, won = winner_design(made)[rows][:, : WINNER - 1], made.winner[rows] == 1
    _, sandwich = winner_errors(design, won, found.unconstrained[: WINNER - 1], made.campaign[rows])
    assert found.unconstrained_error[: WINNER - 1] / sandwich == pytest.approx(np.ones(WINNER - 1), abs=0.2)


def test_where_battles_are_independent_hessian_and_sandwich_agree():
    many = record(size=4000, campaigns=4000)
    design, won = winner_design(many)[:, : WINNER - 1], many.winner == 1
    hessian, sandwich = winner_errors(design, won, fit_winner(design, won)[0], many.name)
    assert sandwich == pytest.approx(hessian, rel=0.05)


def test_ninety_five_percent_intervals_hold_the_truth_about_as_often():
    inside = np.zeros(len(NAMES))
    for seed in range(40):
        law = fit_law(record(size=400, campaigns=100, seed=seed), LAW, draws=100)
        inside += np.abs(law.estimate - [TRUE[x] for x in NAMES]) <= 1.96 * law.standard_error
    assert inside.mean() / 40 > 0.91
    assert inside.min() >= 32  # near a bound resamples pile up, and intervals are a little short


@settings(max_examples=5)
@given(st.randoms(use_true_random=False))
def test_the_order_of_battles_changes_nothing(made, found, shuffle):
    order = list(range(len(made)))
    shuffle.shuffle(order)
    again = fit_law(made.take(np.array(order)), LAW, draws=400)
    assert again.estimate == pytest.approx(found.estimate, abs=1e-6)
    assert again.standard_error == pytest.approx(found.standard_error, abs=1e-6)
    assert again.correlation == pytest.approx(found.correlation, abs=1e-5)
    assert again.scales == pytest.approx(found.scales)


@settings(max_examples=10)
@given(st.floats(0.1, 10))
def test_larger_armies_alike_move_only_the_constants_of_losses(made, factor):
    larger = fit_law(replace(made, attacker=made.attacker * factor, defender=made.defender * factor), LAW, draws=2)
    law = fit_law(made, LAW, draws=2)
    shift = np.where(
        [x.startswith("loss_") and "wins" in x for x in NAMES],
        -math.log(factor) * (law["loss_own"] + law["loss_enemy"]),
        0,
    )
    assert larger.estimate == pytest.approx(law.estimate + shift, abs=1e-6)
    assert larger.scales["reference_strength"] == pytest.approx(factor * law.scales["reference_strength"])


@settings(max_examples=10)
@given(st.floats(0.1, 10))
def test_losses_in_other_units_move_only_their_constants(made, factor):
    other = replace(made, attacker_losses=made.attacker_losses * factor, defender_losses=made.defender_losses * factor)
    moved = fit_law(other, LAW, draws=2).estimate - fit_law(made, LAW, draws=2).estimate
    constants = np.array([x.startswith("loss_") and "wins" in x for x in NAMES])
    assert moved == pytest.approx(np.where(constants, math.log(factor), 0), abs=1e-6)


# The parts


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_winner_fit_is_the_constrained_optimum(seed):
    draw = np.random.default_rng(seed)
    design = np.column_stack((np.ones(80), draw.normal(size=(80, 3))))
    won = draw.random(80) < expit(design @ draw.normal(size=4))
    low, high = np.array([-np.inf, 0, -np.inf, 0]), np.array([np.inf, np.inf, 0, np.inf])

    def against(x):
        odds = design @ x
        return np.logaddexp(0, np.where(won, -odds, odds)).sum()

    mine = fit_winner(design, won, low=low, high=high)[0]
    box = list(zip(np.maximum(low, -LIMIT), np.minimum(high, LIMIT), strict=True))
    other = minimize(against, np.clip(np.zeros(4), low, high), bounds=box, method="L-BFGS-B", options={"ftol": 1e-14})
    assert against(mine) <= other.fun + 1e-7
    assert ((mine >= low) & (mine <= high)).all()


def test_a_battle_that_counts_twice_is_a_battle_that_stands_twice(made):
    design, won = winner_design(made)[:, : WINNER - 1], made.winner == 1
    twice = np.append(np.arange(len(made)), np.arange(50))
    weights = 1.0 + (np.arange(len(made)) < 50)[None]
    assert fit_winner(design, won, weights) == pytest.approx(fit_winner(design[twice], won[twice]), abs=1e-7)


def test_battles_that_separate_completely_are_held_at_the_limit():
    design = np.column_stack((np.ones(20), np.linspace(-1, 1, 20)))
    assert fit_winner(design, design[:, 1] > 0)[0, 1] == LIMIT


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 3)), min_size=1, max_size=30))
def test_the_weighted_median_is_the_median_of_values_that_stand_so_often(rows):
    values, counts = (np.array(x) for x in zip(*rows, strict=True))
    if counts.sum() == 0:
        counts[0] = 1
    expected = np.median(np.repeat(values, counts))
    assert weighted_median(values.astype(float), counts[None].astype(float))[0] == expected


def test_residuals_without_likeness_have_no_share_in_common():
    noise = np.random.default_rng(3).normal(size=(2, 4000))
    assert campaign_share(noise, np.arange(4000) // 4) < 0.05


def test_residuals_all_alike_in_a_campaign_have_everything_in_common():
    noise = np.repeat(np.random.default_rng(3).normal(size=(2, 100)), 4, axis=1)
    assert campaign_share(noise, np.arange(400) // 4) == pytest.approx(1)


def test_campaigns_are_drawn_with_replacement_the_same_with_the_same_seed():
    weights = resampled(30, 200, 7)
    assert (weights.sum(axis=1) == 30).all()
    assert np.array_equal(weights, resampled(30, 200, 7))
    assert not np.array_equal(weights, resampled(30, 200, 8))


def test_every_sign_is_held(made):
    wrong = fit_law(record(truth=TRUE | {"win_rugged": 0.8, "win_prepared": 0.5, "win_surprise": -0.5}), LAW, draws=2)
    low, high = bounds()
    assert ((wrong.estimate[:WINNER] >= low) & (wrong.estimate[:WINNER] <= high)).all()
    assert [wrong[x] for x in ("win_rugged", "win_prepared", "win_surprise")] == [0, 0, 0]
    assert wrong.unconstrained[NAMES.index("win_rugged")] > 0.3


def test_without_quality_it_has_no_part_and_no_error(found):
    place = NAMES.index("win_quality")
    assert found.estimate[place] == found.standard_error[place] == found.unconstrained_error[place] == 0
    assert np.array_equal(found.correlation[place], np.eye(len(NAMES))[place])


def test_correlations_are_those_of_a_joint_distribution(found):
    assert np.linalg.eigvalsh(found.correlation).min() > 0
    own, constant = NAMES.index("loss_own"), NAMES.index("loss_attacker_wins_attacker")
    assert found.correlation[own, constant] < -0.3  # steeper curves start lower


def test_the_median_of_losses_is_calibrated_and_the_mean_is_larger(found):
    assert found.mean_factor == pytest.approx([math.exp(x**2 / 2) for x in SD], rel=0.2)


# Out of sample, and written down


@pytest.fixture(scope="module")
def calibration(made):
    other = record(size=200, campaigns=60, seed=9)
    joined = replace(
        made,
        **{
            x.name: np.concatenate((getattr(made, x.name), getattr(other, x.name)))
            for x in fields(Battles)
            if isinstance(getattr(made, x.name), np.ndarray)
        },
    )
    eras = np.where(np.arange(len(joined)) < len(made), "1919-45", "post-45")
    return calibrate(replace(joined, era=eras), draws=50)


def test_a_campaign_is_never_predicted_from_itself(made):
    def rule(seen, unseen):
        assert not set(seen.campaign) & set(unseen.campaign)
        return unseen.number.astype(float)

    assert np.array_equal(held_out(made, rule), made.number)


def test_a_fold_is_the_same_today_and_tomorrow():
    assert [fold_of(x) for x in ("ROME", "ANZIO", "OKINAWA", "KURSK (CITADEL)")] == [0, 0, 2, 4]


def test_one_campaign_cannot_be_held_out_from_itself(made):
    with pytest.raises(BattleError, match="too few to hold any out"):
        held_out(replace(made, campaign=np.full(len(made), "ROME")), lambda seen, unseen: unseen.days)


def test_a_law_that_is_true_beats_every_baseline(calibration):
    for scores in calibration.scores:
        assert all(x.low > 0 for x in scores.log_gain.values())
        assert all(x.high < 0 for x in scores.brier_gain.values())
        assert set(scores.log_score) == {FITTED, *BASELINES}


def test_a_law_that_is_true_covers_half_of_the_record_with_its_middle_half(calibration):
    for x in calibration.scores[0].medians:
        assert x.inside
        assert x.covered == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize(("exponent", "slope"), [(2, 0.0), (1, 1.0), (0, 2.0)])
def test_helmrat_has_the_slope_of_the_lanchester_law_that_made_the_losses(exponent, slope):
    """Square law: losses as the enemy's strength; linear: as the product; logarithmic: as one's own strength."""
    a, d = np.array([1e4, 4e4]), np.array([1e4, 1e4])
    losses = {2: (d, a), 1: (a * d / 1e4, a * d / 1e4), 0: (a, d)}[exponent]
    helmrat = log_helmrat(a, d, *(1e-6 * x for x in losses))
    assert (helmrat[1] - helmrat[0]) / math.log(4) == pytest.approx(slope, abs=1e-3)


def test_the_simulated_slope_is_that_of_the_record_that_the_law_was_fitted_to(made, found):
    helmrat = log_helmrat(
        made.attacker,
        made.defender,
        *(np.minimum(getattr(made, f"{x}_losses"), getattr(made, x)) for x in ("attacker", "defender")),
    )
    slope = np.polyfit(made.log_force_ratio, helmrat, 1)[0]
    simulated = helmrat_slope(made, found, replicates=200)
    assert simulated.low < slope < simulated.high


def test_what_is_written_is_read_back(calibration, tmp_path):
    write_law(calibration, tmp_path)
    again = read_law(tmp_path)
    assert {**again.about, "clock": {}} == {**calibration.about, "clock": {}}  # the clock's slopes are rounded
    for law, other in zip(calibration.laws, again.laws, strict=True):
        for name in ("estimate", "standard_error", "unconstrained", "unconstrained_error", "correlation"):
            assert getattr(other, name) == pytest.approx(getattr(law, name), rel=1e-5)
        assert other.scales == pytest.approx(law.scales, rel=1e-5)
        assert (other.id, other.name, other.note) == (law.id, law.name, law.note)
        assert (other.battles, other.campaigns) == (law.battles, law.campaigns)
    for scores, other in zip(calibration.scores, again.scores, strict=True):
        assert other.log_score == pytest.approx(scores.log_score, rel=1e-5)
        assert other.helmrat.value == pytest.approx(scores.helmrat.value, rel=1e-5)
        assert [x.quantity for x in other.medians] == [x.quantity for x in scores.medians]


def test_writing_what_was_read_changes_no_byte(calibration, tmp_path):
    written = write_law(calibration, tmp_path / "one")
    again = write_law(read_law(tmp_path / "one"), tmp_path / "two")
    assert [x.read_bytes() for x in again] == [x.read_bytes() for x in written]


def test_the_tables_name_every_term_of_every_law_once(calibration, tmp_path):
    write_law(calibration, tmp_path)
    rows = {x: table(tmp_path / f"{x}.csv") for x in ("laws", "law_terms", "law_values")}
    assert [x["id"] for x in rows["laws"]] == list(LAWS)
    assert [x["id"] for x in rows["law_terms"]] == list(NAMES)
    assert [(x["law"], x["term"]) for x in rows["law_values"]] == [(law, term) for law in LAWS for term in NAMES]
    assert {(x["low"], x["high"]) for x in rows["law_terms"]} == {("", ""), ("0", ""), ("", "0")}


def test_correlations_are_written_once_a_pair_and_never_zero(calibration, tmp_path):
    write_law(calibration, tmp_path)
    rows = table(tmp_path / "law_covariances.csv")
    assert all(NAMES.index(x["first"]) < NAMES.index(x["second"]) and float(x["correlation"]) for x in rows)
    assert not [x for x in rows if "win_quality" in (x["first"], x["second"]) and "quality" not in x["law"]]
    assert len({x["id"] for x in rows}) == len(rows)


def test_where_it_comes_from_is_written_beside_it(calibration, made, tmp_path):
    write_law(calibration, tmp_path)
    about = tomllib.loads((tmp_path / ABOUT).read_text())
    assert about["data"]["sha256"] == made.digest
    assert about["bootstrap"] == {"draws": 50, "seed": 1990, "unit": "campaign", "generator": "numpy Philox"}
    assert about["rows"][LAW]["winner"]["used"] == len(made)
    assert "ODC-BY" in about["licence"]


def test_a_folder_without_a_law_says_what_is_missing(tmp_path):
    with pytest.raises(BattleError, match=r"laws\.csv is not there"):
        read_law(tmp_path)


def test_the_terminal_shows_terms_scores_and_doubts(calibration):
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(term_table(calibration), scale_table(calibration))
    for scores in calibration.scores:
        console.print(score_table(scores), record_table(scores))
    shown = console.export_text() + " ".join(calibration_words(calibration))
    for words in (
        "win_force_ratio",
        "Lanchester, force ratio",
        "days of battle",
        "battles that somebody chose to fight",
    ):
        assert words in shown


# The battles of record, against independent fits of the same file


@pytest.fixture(scope="module")
def battles():
    try:
        there = (data_root() / FILE).is_file()
    except BattleError:
        there = False
    if not there:
        pytest.skip(f"battle data are not there: set VALLUM_DATA to the folder that holds {FILE}")
    return read_battles()


def reference(name, **which):
    """The row of a table of reference values beside the battle file."""
    path = data_root() / FILE.replace("cdb90_battles_flat", name)
    return next(x for x in table(path) if all(x[k] == v for k, v in which.items()))


ERAS = pytest.mark.parametrize("era", ["all", "1919-45"])


def test_the_file_has_the_battles_that_its_description_counts(battles):
    """Notes on the battle data: 660 rows, 36 nested duplicates; 621 with strengths and a winner."""
    assert (len(battles), battles.duplicates) == (624, 36)
    assert np.count_nonzero(np.isfinite(battles.winner + battles.log_force_ratio)) == 621


@ERAS
def test_who_wins_by_force_ratio_alone_is_the_reference(battles, era):
    """ref_logit_win_vs_force_ratio.csv, draws dropped."""
    mine = battles.of_era(era)
    rows = mine.decided & np.isfinite(mine.log_force_ratio)
    found = fit_winner(winner_design(mine)[rows][:, :2], mine.winner[rows] == 1)[0]
    row = reference("ref_logit_win_vs_force_ratio", era=era, model="win ~ ln FR (draws dropped)")
    assert rows.sum() == int(row["n"])
    assert found == pytest.approx([float(row["const"]), float(row["b_lnFR"])], abs=6e-5)


@ERAS
def test_who_wins_with_quality_and_no_sign_held_is_the_reference(battles, era):
    """ref_logit_multivariate.csv: prepared means PD alone there, and rugged means relief G."""
    mine = battles.of_era(era)
    rows = winner_rows(mine, quality=True)
    one, ratio, surprise, prepared, fortified, rugged, air, quality = winner_design(mine)[rows].T
    design = np.column_stack((one, ratio, quality, surprise, fortified, prepared - fortified, rugged, air))
    found = fit_winner(design, mine.winner[rows] == 1)[0]
    errors, _ = winner_errors(design, mine.winner[rows] == 1, found, mine.campaign[rows])
    row = reference("ref_logit_multivariate", era=era)
    names = ("const", "lnfr", "ce_att", "surprise_att", "fortified", "prepared", "rugged", "airsup")
    assert rows.sum() == int(row["n"])
    assert found == pytest.approx([float(row[f"b_{x}"]) for x in names], abs=6e-5)
    assert errors == pytest.approx([float(row[f"se_{x}"]) for x in names], abs=6e-5)


@ERAS
def test_the_law_with_quality_is_the_same_fit_in_other_words(battles, era):
    law = fit_law(battles, f"{era} with quality", draws=2)
    row = reference("ref_logit_multivariate", era=era)
    values = dict(zip(NAMES, law.unconstrained, strict=True))
    assert values["win_quality"] == pytest.approx(float(row["b_ce_att"]), abs=6e-5)
    assert values["win_prepared"] + values["win_fortified"] == pytest.approx(float(row["b_fortified"]), abs=6e-5)


@ERAS
def test_losses_without_the_winner_and_with_free_days_are_the_reference(battles, era):
    """ref_casualty_power_laws_stacked.csv; battles without a winner count there."""
    mine = battles.of_era(era)
    losses = np.concatenate((mine.attacker_losses, mine.defender_losses))
    own, enemy = np.log((mine.attacker, mine.defender)), np.log((mine.defender, mine.attacker))
    side = np.repeat([0.0, 1.0], len(mine))
    design = np.column_stack((np.ones(2 * len(mine)), side, own.ravel(), enemy.ravel(), np.log(np.tile(mine.days, 2))))
    rows = (losses > 0) & np.isfinite(design).all(axis=1)
    found = least_squares(design[rows], np.log(losses[rows]))[0]
    row = reference("ref_casualty_power_laws_stacked", era=era)
    assert rows.sum() == int(row["n_side_obs"])
    names = ("k_att", "k_def_minus_att", "q_own", "p_enemy", "t_days")
    assert found == pytest.approx([float(row[x]) for x in names], abs=6e-5)


@ERAS
def test_the_advance_after_a_win_is_the_reference(battles, era):
    """ref_advance_rate_by_force_ratio.csv: 1.6 km a day in 1919-45."""
    row = reference("ref_advance_rate_by_force_ratio", era=era, subset="attacker wins", fr_bin="ALL")
    assert math.exp(fit_law(battles, era, draws=2)["log_advance"]) == pytest.approx(float(row["median"]), abs=6e-4)


def test_helmrat_of_the_record_has_the_reference_slope(battles):
    """ref_helmbold_regressions.csv, 1919-45."""
    mine = battles.of_era("1919-45")
    helmrat = log_helmrat(mine.attacker, mine.defender, mine.attacker_losses, mine.defender_losses)
    rows = np.isfinite(helmrat)
    row = reference("ref_helmbold_regressions", era="1919-45", regression="ln HELMRAT=(A0^2-A^2)/(D0^2-D^2) ~ ln(A/D)")
    assert rows.sum() == int(row["n"])
    assert np.polyfit(mine.log_force_ratio[rows], helmrat[rows], 1)[0] == pytest.approx(float(row["slope"]), abs=6e-5)


def test_how_long_a_battle_lasts_does_not_depend_on_the_force_ratio_in_1919_45(battles):
    slope, error = clock_slope(battles.of_era("1919-45"))
    assert abs(slope) < error
    assert fit_law(battles, "1919-45", draws=2).scales["mean_battle_days"] == pytest.approx(4.6, abs=0.06)


@ERAS
def test_errors_by_resampling_are_near_the_sandwich_in_the_record(battles, era):
    """Resampling is wider where few campaigns carry a term: within 45 % here, 51 campaigns in 1919-45."""
    mine, law = battles.of_era(era), fit_law(battles, era)
    rows = winner_rows(mine)
    design, won = winner_design(mine)[rows][:, : WINNER - 1], mine.winner[rows] == 1
    _, sandwich = winner_errors(design, won, law.unconstrained[: WINNER - 1], mine.campaign[rows])
    ratio = law.unconstrained_error[: WINNER - 1] / sandwich
    assert ((ratio > 0.9) & (ratio < 1.45)).all(), ratio


def test_there_is_a_law_for_every_era_with_and_without_quality():
    assert list(LAWS) == ["1919-45", "all", "1919-45 with quality", "all with quality"]
    assert fit.DRAWS >= 400


@pytest.mark.parametrize(("era", "low", "high"), [("1919-45", 0.65, 1.15), ("all", 0.05, 0.3)])
def test_losses_are_in_proportion_to_days_in_1919_45_and_not_in_all_eras_together(battles, era, low, high):
    """The law holds the elasticity to days at one: in all eras together the record contradicts it."""
    mine = battles.of_era(era)
    design, response, good = loss_design(mine)
    days = np.log(np.tile(mine.days, 2))
    found = least_squares(np.column_stack((design, days))[good], (response + days)[good])[0]
    assert low < found[-1] < high
