"""`vallum deploy`: a reader can say by which day which brigades are where, and what holds them up."""

import csv
import xml.etree.ElementTree as ElementTree

import pytest

from vallum.cli import main


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deploy")
    words = [
        "deploy",
        "eastern-flank-2022",
        "--option",
        "P1",
        "--option",
        "cleared",
        "--futures",
        "128",
        "--trials",
        "2",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALLUM_CACHE", str(folder / "cache"))
        with pytest.raises(SystemExit) as ended:
            main([*words, "--out", str(folder / "out")])
    assert ended.value.code == 0
    return folder / "out"


def read(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_it_writes_charts_maps_and_lists(deployed):
    names = {path.name for path in deployed.iterdir()}
    assert names >= {"closure.svg", "closure.png", "formations.csv", "by_day.csv", "places.csv", "capacities.csv"}
    for option in ("P1", "cleared"):
        assert {f"gantt-{option}.svg", f"map-{option}.svg"} <= names
    for path in deployed.glob("*.svg"):
        ElementTree.parse(path)  # well-formed


def test_the_time_phased_list_has_every_active_formation_with_days_and_reasons(deployed):
    rows = read(deployed / "formations.csv")
    by_option = {
        option: {row["formation"]: row for row in rows if row["option"] == option} for option in ("P1", "cleared")
    }
    lead = by_option["P1"]["DE-41"]
    assert (lead["origin"], lead["destination"], lead["moves"]) == ("NEUBRANDENBURG", "RUKLA", "yes")
    assert float(lead["closed_day_25"]) <= float(lead["closed_day_50"])
    assert float(lead["notice_days_mean"]) > 0
    assert "RUKLA" in lead["planned_way"]
    assert float(by_option["cleared"]["DE-41"]["border_days_mean"]) == 0
    assert by_option["P1"]["LV-1"]["moves"] == "no"


def test_fans_are_ordered_and_cover_every_day(deployed):
    rows = [
        row for row in read(deployed / "by_day.csv") if row["quantity"] == "brigades_by_day" and row["option"] == "P1"
    ]
    assert [int(row["day"]) for row in rows] == list(range(61))
    for row in rows:
        numbers = [float(row[q]) for q in ("5", "25", "50", "75", "95")]
        assert numbers == sorted(numbers)


def test_it_says_what_binds(deployed):
    tried = [row for row in read(deployed / "capacities.csv") if row["gain_brigade_days"]]
    assert len(tried) == 4
    assert all(float(row["low"]) <= float(row["gain_brigade_days"]) <= float(row["high"]) for row in tried)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["central-europe-1984"], "only the models theatre and campaign"),
        (["eastern-flank-2022", "--option", "P99"], "no option is called 'P99'"),
        (["eastern-flank-2022", "--futures", "0"], "futures"),
    ],
)
def test_what_it_cannot_do_it_says_with_exit_code_2(words, said, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["deploy", *words, "--out", str(tmp_path)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
