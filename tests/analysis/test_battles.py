"""The battle file: what is read, what is refused and in which words."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vallum.analysis import battles
from vallum.analysis.battles import COLUMNS, FILE, BattleError, data_root, read_battles

ROW = dict.fromkeys(COLUMNS, "") | {
    "name": "HILL",
    "campaign": "VALLEY 1942",
    "era": "1919-45",
    "posture": "PD",
    "terrain_relief": "G",
    "att_strength": "20000",
    "def_strength": "10000",
    "att_casualties": "400",
    "def_casualties": "",
    "winner_att": "1",
    "duration_cal_days": "2",
    "surprise_att": "-1",
}


def write(path, *changes):
    """A battle file with a row for each change of ROW."""
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows(ROW | {"isqno": str(place)} | change for place, change in enumerate(changes, start=1))
    return path


LOST, WON = {"winner_att": "-1"}, {"winner_att": "1"}


def test_a_cell_that_is_empty_is_not_a_number_and_negative_codes_stay(tmp_path):
    found = read_battles(write(tmp_path / "battles.csv", WON, LOST))
    assert found.winner.tolist() == [1, -1]
    assert found.surprise.tolist() == [-1, -1]
    assert np.isnan(found.defender_losses).all()
    assert found.attacker_losses.tolist() == [400, 400]
    assert found.log_force_ratio == pytest.approx(np.log([2, 2]))


def test_nested_duplicates_are_left_out_and_counted(tmp_path):
    found = read_battles(write(tmp_path / "battles.csv", WON, LOST, WON | {"duplicate_of_isqno": "1"}))
    assert (found.number.tolist(), found.duplicates) == ([1, 2], 1)


def test_the_digest_is_that_of_the_file(tmp_path):
    one, other = write(tmp_path / "one.csv", WON, LOST), write(tmp_path / "other.csv", LOST, WON)
    assert read_battles(one).digest == read_battles(one).digest != read_battles(other).digest


def test_a_table_that_lost_its_negative_codes_is_refused(tmp_path):
    path = write(tmp_path / "battles.csv", WON, {"winner_att": ""}, {"winner_att": "0"})
    with pytest.raises(BattleError, match=r"no attacker loses.*lost its negative codes, 1 battles.*the rebuilt flat"):
        read_battles(path)


def test_a_missing_column_is_named(tmp_path):
    path = write(tmp_path / "battles.csv", WON, LOST)
    path.write_text(path.read_text().replace("winner_att", "wina"))
    with pytest.raises(BattleError, match="no column winner_att; use the rebuilt"):
        read_battles(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"att_strength": "many"}, "line 3: att_strength is 'many', which is no number"),
        ({"def_strength": "0"}, "line 3: def_strength is '0'; it should be above zero"),
        ({"isqno": "seven"}, "line 3: isqno is 'seven'; it should be a whole number"),
        ({"era": "1945"}, "line 3: era is '1945'; it should be one of <=1918"),
        ({"campaign": ""}, "line 3: campaign is ''; it should be the name of a campaign"),
    ],
)
def test_a_bad_cell_is_named_with_its_line(tmp_path, change, words):
    with pytest.raises(BattleError, match=words):
        read_battles(write(tmp_path / "battles.csv", WON, LOST | change))


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "battles.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BattleError, match=r"cannot read .*it should be a CSV file in UTF-8"):
        read_battles(path)


def test_a_file_that_is_not_there_says_where_to_put_it(tmp_path, monkeypatch):
    monkeypatch.setenv("VALLUM_DATA", str(tmp_path))
    with pytest.raises(BattleError, match=f"is not there; set VALLUM_DATA to the folder that holds {FILE}"):
        read_battles()


def test_the_data_folder_is_the_one_that_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.setenv("VALLUM_DATA", str(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.setenv("VALLUM_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(BattleError, match="nowhere, which is no folder"):
        data_root()


def test_without_the_environment_the_data_folder_is_beside_the_current_one(tmp_path, monkeypatch):
    monkeypatch.delenv("VALLUM_DATA", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(battles, "__file__", str(tmp_path / "a" / "b" / "src" / "vallum" / "analysis.py"))
    with pytest.raises(BattleError, match="set VALLUM_DATA to the folder that holds"):
        data_root()
    (tmp_path / "shared" / "data").mkdir(parents=True)
    assert data_root() == tmp_path / "shared" / "data"


def test_an_era_without_battles_or_without_a_name_is_refused(tmp_path):
    found = read_battles(write(tmp_path / "battles.csv", WON, LOST))
    assert len(found.of_era("all")) == len(found.of_era("1919-45")) == 2
    with pytest.raises(BattleError, match="no battle of the era post-45"):
        found.of_era("post-45")
    with pytest.raises(BattleError, match="no era is called '1919-1945'; there are"):
        found.of_era("1919-1945")


@given(st.permutations(range(4)))
def test_the_order_of_rows_is_the_order_of_battles(tmp_path_factory, order):
    changes = [WON, LOST, {"winner_att": "0"}, {"winner_att": ""}]
    folder = tmp_path_factory.mktemp("orders")
    given, shuffled = (write(folder / f"{x}.csv", *(changes[y] for y in z)) for x, z in enumerate((range(4), order)))
    assert np.array_equal(
        read_battles(given).take(np.array(order)).winner, read_battles(shuffled).winner, equal_nan=True
    )
