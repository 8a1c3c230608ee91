"""`vallum calibrate`: an analyst reads whether the law can be trusted, and gets the files that a case cites."""

import csv
import inspect

import pytest

from tests.analysis.test_fit import record
from vallum.analysis.battles import COLUMNS, FILE, NUMBERS, TEXTS, BattleError
from vallum.analysis.fit import DRAWS, SEED
from vallum.analysis.law_files import ABOUT, FILES, read_law, write_law
from vallum.cli import calibrate as command
from vallum.cli import main

FEW = ("--draws", "20", "--seed", "3")


def write(path, battles):
    """A battle file as the rebuilt flat table of CDB90 has it."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        for place in range(len(battles)):
            cells = {theirs: getattr(battles, ours)[place] for ours, theirs in (TEXTS | NUMBERS).items()}
            writer.writerow({"isqno": battles.number[place], "duplicate_of_isqno": ""} | cells)
    return path


def ended(*words):
    with pytest.raises(SystemExit) as end:
        main(["calibrate", *map(str, words)])
    return end.value.code


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("calibrate")


@pytest.fixture(scope="module")
def data(folder):
    return write(folder / "battles.csv", record(size=120, campaigns=40))


@pytest.fixture(scope="module")
def printed(folder, data):
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr("sys.stdout.write", said.append)
        assert ended("--data", data, "--out", folder / "law", *FEW) == 0
    return "".join(said)


def test_it_shows_terms_scales_scores_and_what_they_mean(printed):
    for words in (
        "win_force_ratio",
        "loss_campaign_share",
        "Lanchester, square-law threshold",
        "losses of the attacker if the attacker wins, % a day",
        "20 resamples of whole campaigns",
        "over 20 other splits",
        "What that means",
        "battles that somebody chose to fight",
    ):
        assert words in printed


def test_it_writes_the_files_of_the_law_and_prints_their_paths(printed, folder):
    names = {*(f"{x}.csv" for x in FILES), ABOUT}
    assert {path.name for path in (folder / "law").iterdir()} == names
    assert all(str(folder / "law" / name) in printed for name in names)


def test_its_files_survive_a_round_trip(printed, folder):
    again = write_law(read_law(folder / "law"), folder / "again")
    assert [(folder / "law" / path.name).read_bytes() for path in again] == [path.read_bytes() for path in again]


def test_resamples_and_seed_are_those_of_the_library_unless_given():
    given = inspect.signature(command).parameters
    assert (given["draws"].default, given["seed"].default) == (DRAWS, SEED)


def test_without_data_it_says_what_to_set(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VALLUM_DATA", str(tmp_path))
    assert ended("--out", tmp_path / "law") == 2
    assert f"is not there; set VALLUM_DATA to the folder that holds {FILE}" in capsys.readouterr().err
    monkeypatch.setenv("VALLUM_DATA", str(tmp_path / "nowhere"))
    assert ended("--out", tmp_path / "law") == 2
    assert f"nowhere, which is no folder; name the folder that holds {FILE}" in capsys.readouterr().err
    assert not (tmp_path / "law").exists()


def test_the_tidy_table_is_refused_with_the_reason(tmp_path, capsys):
    battles = record(size=40, campaigns=10)
    battles.winner[battles.winner < 0] = float("nan")
    assert ended("--data", write(tmp_path / "tidy.csv", battles)) == 2
    said = capsys.readouterr().err
    assert "no attacker loses" in said
    assert "lost its negative codes" in said
    assert "use the rebuilt flat table of CDB90" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--draws", "1"), "there must be 2 draws or more"),
        (("--seed", "-1"), "the seed 0 or more"),
    ],
)
def test_draws_and_seeds_that_cannot_be_are_refused(data, words, said, capsys):
    assert ended("--data", data, *words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("size", [2, 20])
def test_too_few_battles_are_refused_with_a_sentence(tmp_path, size, capsys):
    battles = record(size=size, campaigns=3)
    battles.winner[:2] = 1, -1
    assert ended("--data", write(tmp_path / "few.csv", battles), "--out", tmp_path / "law", *FEW) == 2
    assert "vallum: " in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_to_is_named(printed, folder, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BattleError, match="cannot write to"):
        write_law(read_law(folder / "law"), tmp_path / "file" / "law")
