"""Findings in words and tables: every number in a sentence stands in the study."""

import csv
import io
import re

import numpy as np
import pytest
from rich.console import Console

from tests.study import convoy
from vallum.analysis.comparison import AnalysisError, compare
from vallum.case import load_case
from vallum.present.figures import write_figures
from vallum.present.tables import CSV_COLUMNS, spread_table, write_comparison
from vallum.present.words import brief, conditions, event, label, percent, probability, sentence, spoken
from vallum.study.designs import Design
from vallum.study.run import run_study


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    case = convoy.load()
    return compare(
        run_study(case, tmp_path_factory.mktemp("s"), design=Design("sobol", 1024), replicates=2, model=convoy), case
    )


def test_a_sentence_says_how_often_how_sure_against_what_and_at_what_cost(comparison):
    _, forward, _ = comparison.results
    text = sentence(comparison, forward)
    assert text.startswith("One brigade stationed forward: enough brigades by day 12 in ")
    assert "of runs (95 % interval " in text
    assert "points against 'Today' in the same futures, better (95 % interval " in text
    assert "the cost is 1.2 bn (1 bn to 1.8 bn) USD/year" in text


def test_the_numbers_of_a_sentence_are_those_of_the_stored_runs(comparison):
    for place, result in enumerate(comparison.results):
        held = comparison.study.data["held_day"].isel(option=place).to_numpy() <= 12
        stated = re.search(r"by day 12 in ([\d.]+) %", sentence(comparison, result)).group(1)
        assert f"{stated} %" == percent(float(held.mean()))


def test_differences_are_paired(comparison):
    base = comparison.study.data["held_day"].isel(option=0).to_numpy() <= 12
    other = comparison.study.data["held_day"].isel(option=1).to_numpy() <= 12
    found = comparison.results[1].events_against[12]
    assert found.value == pytest.approx(np.mean(other.astype(float) - base))
    assert found.standard_error < np.hypot(
        comparison.results[0].events[12].standard_error, comparison.results[1].events[12].standard_error
    )


def test_the_reference_is_not_compared_with_itself(comparison):
    assert comparison.results[0].events_against == {}
    assert comparison.results[0].averages_against == {}


def test_the_csv_file_has_every_estimate_with_its_error_and_kind(comparison, tmp_path):
    with write_comparison(comparison, tmp_path / "c.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert {row["option"] for row in rows} == {"today", "forward", "without"}
    assert sum(row["quantity"].startswith("probability of") for row in rows) == 9
    assert sum(row["quantity"].startswith("difference of:") for row in rows) == 6
    assert {row["uncertainty"] for row in rows} == {"sampling", "input"}


def test_figures_are_written_as_svg_and_png_and_say_what_they_rest_on(comparison, tmp_path):
    paths = write_figures(comparison, tmp_path)
    assert [path.name for path in paths] == ["probability_over_time.svg", "series_over_time.svg"]
    for path in paths:
        text = path.read_text()
        assert "convoy-case, 1,024 futures (sobol, seed 0), study " + comparison.study.digest[:8] in text
        assert path.with_suffix(".png").read_bytes()[:4] == b"\x89PNG"


def test_figures_of_the_same_study_are_the_same_files(comparison, tmp_path):
    one, other = write_figures(comparison, tmp_path / "a"), write_figures(comparison, tmp_path / "b")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_runs_that_failed_are_named_in_the_sentence_and_count_in_no_estimate(tmp_path):
    case = convoy.load(convoy.CASE.replace("triangular = [3, 4, 6]", "uniform = [3, 97]"))
    found = compare(run_study(case, tmp_path / "s", design=Design("sobol", 256), model=convoy), case)
    result = found.results[0]
    assert "runs failed and do not count" in sentence(found, result)
    assert "more brigades needed than exist" in sentence(found, result)
    good = found.study.data["needed"].to_numpy() <= 50
    held = found.study.data["held_day"].isel(option=0, replicate=0).to_numpy()[good] <= 12
    assert result.events[12].value == pytest.approx(held.mean(), abs=0.03)


def test_a_question_without_a_threshold_is_answered_with_the_range(tmp_path):
    question = convoy.CASE.replace("at_most = 12\nalso = [8, 20]\n", "").replace(
        'event = "enough brigades by day {threshold}"\n', ""
    )
    question = (
        question.replace('"sufficiency"', '"precise"')
        .replace('outcome = "held_day"', 'outcome = "late"')
        .replace('["arrived", "late"]', '["arrived"]')
    )
    case = convoy.load(question)
    found = compare(run_study(case, tmp_path / "s", design=Design("sobol", 256), model=convoy), case)
    text = sentence(found, found.results[0])
    assert re.fullmatch(
        r"Today: late [\d.]+ on average \[[\d.]+, [\d.]+\]; late: \d+ to \d+ in nine of ten futures; "
        r"the cost is 0 USD/year\.",
        text,
    )
    forward = sentence(found, found.results[1])
    assert re.search(r"late [\d.]+ on average .*; -[\d.]+ against 'Today' \[-[\d.]+, -[\d.]+\]", forward)
    assert [path.name for path in write_figures(found, tmp_path)] == ["series_over_time.svg"]


def test_an_unfinished_study_is_not_compared(tmp_path):
    def stop(done, total, failures):
        raise KeyboardInterrupt

    from vallum.study.study import Study

    with pytest.raises(KeyboardInterrupt):
        run_study(convoy.load(), tmp_path / "s", design=Design("sobol", 256), model=convoy, shard=64, progress=stop)
    with pytest.raises(AnalysisError, match="unfinished"):
        compare(Study(tmp_path / "s"), convoy.load())


def test_a_study_of_failed_runs_only_is_an_error_that_says_why(tmp_path):
    case = convoy.load(convoy.CASE.replace("triangular = [3, 4, 6]", "uniform = [60, 97]"))
    with pytest.raises(AnalysisError, match=r"every run of .* failed: more brigades needed than exist"):
        compare(run_study(case, tmp_path / "s", design=Design("sobol", 64), model=convoy), case)


def test_thresholds_are_not_rounded(comparison):
    assert event(comparison.case, 2.345) == "enough brigades by day 2.345"
    assert event(comparison.case, 1000000.5) == "enough brigades by day 1,000,000.5"


def test_a_time_that_is_never_reached_is_beyond_the_clock_and_not_never(comparison):
    outcome = comparison.case.spec.outcome("held_day")
    assert brief(comparison.case, outcome, float("inf")) == ">29"
    assert spoken(comparison.case, outcome, float("inf")) == "not by day 29"


def test_a_quantity_says_at_which_moment_it_is_taken():
    case = load_case("central-europe-1984")
    assert label(case, "defender_need") == "defender need on day 90"
    assert label(case, "shortfall_on_report_day") == "shortfall on day 90"
    assert label(case, "attack_days") == "attack days"


def test_a_reported_flag_is_a_share_and_no_quantile(tmp_path):
    case = convoy.load(convoy.CASE.replace('["arrived", "late"]', '["enough"]'))
    found = compare(run_study(case, tmp_path / "s", design=Design("sobol", 256), model=convoy), case)
    console = Console(width=120, file=io.StringIO())
    console.print(spread_table(found))
    row = next(line for line in console.file.getvalue().splitlines() if line.strip().startswith("enough"))
    assert re.fullmatch(r"\s*enough\s+[01]\.\d{3}\s+[01]\.\d{3}\s+[01]\.\d{3}\s*", row)


def test_the_conditions_name_stance_assumptions_and_what_is_left_out():
    lines = conditions(load_case("central-europe-1984"))
    assert lines[0].startswith("Holds for a most-plausible scenario: ")
    assert any(line.startswith("Left out, favours the defender: ") for line in lines)


def test_points_are_yes_or_no_and_differ_from_the_reference_in_a_share_of_futures(tmp_path):
    case = load_case("central-europe-1984")
    found = compare(run_study(case, tmp_path / "s", design=Design("sobol", 1024)), case)
    as_published, pact, nato = found.results
    assert [probability(x, x.events[90]) for x in (pact, nato)] == ["yes", "no"]
    share = percent(1 - as_published.events[90].value)
    assert (
        f"yes (nothing is uncertain under this option); unlike 'As published, with ranges' in {share} of"
        in sentence(found, pact)
    )
    assert nato.events_against[90].value == pytest.approx(-as_published.events[90].value)
