"""A run told event by event is the run that the study stored."""

import pytest

from vallum.analysis.comparison import AnalysisError
from vallum.analysis.explanation import explain
from vallum.case import load_case
from vallum.cli import main
from vallum.present.explanation import told_lines
from vallum.study.designs import Design
from vallum.study.run import run_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("island")
    return run_study(load_case("island-strait"), folder, design=Design("sobol", 64, 3), replicates=2)


def test_the_story_ends_as_the_study_says(study):
    told = [explain(study, f"{option}:{future}:1") for option in ("tripwire", "escorts") for future in range(0, 64, 21)]
    flags = [x for x in told if not any(name.startswith(("denied", "outside", "battles")) for name in x.different)]
    assert len(flags) == len(told)
    assert sum(bool(x.different) for x in told) <= 1


def test_another_replicate_is_another_story(study):
    first, second = (explain(study, f"tripwire:5:{x}") for x in range(2))
    assert [x.day for x in first.events] != [x.day for x in second.events]


def test_events_are_told_in_order_and_in_words(study):
    lines = list(told_lines(explain(study, "tripwire:5")))
    days = [float(x[4:10]) for x in lines if x.startswith("day ")]
    assert days == sorted(days)
    assert any("battle for the way to" in x for x in lines)
    assert lines[-1] == "Every outcome told here is the one that the study stored."


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("tripwire", "names no run"),
        ("tripwire:x", "names no run"),
        ("fortress:1", "no option is called 'fortress'"),
        ("tripwire:64", "no future 64; the last one is 63"),
        ("tripwire:0:2", "no replicate 2; the last one is 1"),
    ],
)
def test_a_run_that_is_not_there_is_refused(study, run, found):
    with pytest.raises(AnalysisError, match=found):
        explain(study, run)


def test_another_model_is_refused(tmp_path):
    other = run_study(load_case("central-europe-1984"), tmp_path, design=Design("sobol", 64, 0))
    with pytest.raises(AnalysisError, match="campaigns alone"):
        explain(other, "published:0")


def test_the_command_prints_the_story(study, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(study.folder), "--run", "tripwire:5"])
    assert ended.value.code == 0
    assert "the attacker takes the plan" in capsys.readouterr().out
