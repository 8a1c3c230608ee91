import os

import pytest

from tests.case.toy import CASE, MODEL, files
from vallum.case import CaseError, load_case, load_case_text
from vallum.case import files as files_module
from vallum.case.files import read_text


@pytest.fixture
def folder(tmp_path):
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def refused(path, words):
    with pytest.raises(CaseError, match=words):
        load_case(path, model=MODEL)


def test_a_folder_loads(folder):
    assert load_case(folder, model=MODEL).folder == folder


def test_the_case_file_stands_for_its_folder(folder):
    assert load_case(folder / "case.toml", model=MODEL).folder == folder


def test_another_file_is_no_case(folder):
    refused(folder / "claims.csv", "not a case; allowed: a folder with a case.toml")


def test_a_folder_that_does_not_exist_is_compared_with_the_shipped_cases():
    refused("central-europe-1948", "no such folder, nor a shipped case.*did you mean 'central-europe-1984'")


def test_a_path_that_cannot_be_is_refused():
    refused("a\0b", "not a path to a case|no such folder")
    refused("x" * 5000, "not a path to a case")


def test_a_missing_file_is_named_with_its_likely_spelling(folder):
    (folder / "claims.csv").rename(folder / "claim.csv")
    refused(folder, "claims.csv: no such file; did you mean 'claim.csv'")


def test_another_file_of_the_case_is_not_taken_for_a_likely_spelling(folder):
    (folder / "claims.csv").unlink()  # clock.csv is there
    refused(folder, "claims.csv: no such file; write claims.csv with the header id,quantity,")


def test_a_folder_in_place_of_a_file_is_named(folder):
    (folder / "claims.csv").unlink()
    (folder / "claims.csv").mkdir()
    refused(folder, "claims.csv: a folder stands where a file should be")


def test_a_pipe_is_not_waited_for(folder):
    (folder / "claims.csv").unlink()
    os.mkfifo(folder / "claims.csv")
    refused(folder, "claims.csv: not a regular file")


def test_latin_1_is_named_with_line_and_byte(folder):
    (folder / "case.toml").write_bytes(CASE.replace("Somewhere", "Fulda-Lücke").encode("latin-1"))
    refused(folder, r"case.toml:16: byte 0xfc is not UTF-8; allowed: UTF-8 text; save as UTF-8")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_other_unicode_encodings_are_refused(folder, encoding):
    (folder / "case.toml").write_bytes(CASE.encode(encoding))
    refused(folder, "case.toml: text in UTF-16 or UTF-32|case.toml:1: binary data")


def test_a_byte_order_mark_and_windows_lines_are_accepted(folder):
    plain = load_case(folder, model=MODEL)
    for name, text in files().items():
        (folder / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    windows = load_case(folder, model=MODEL)
    assert windows.digest == plain.digest
    assert windows.files == plain.files


def test_binary_data_is_named_with_its_line(folder):
    (folder / "clock.csv").write_bytes(b"day,x\n0,\x00\n")
    refused(folder, "clock.csv:2: binary data")


def test_an_empty_file_is_named(folder):
    (folder / "sources.csv").write_bytes(b"\xef\xbb\xbf\n\n")
    refused(folder, "sources.csv: the file is empty")


def test_a_huge_file_is_not_read(folder, monkeypatch):
    with (folder / "clock.csv").open("wb") as file:
        file.truncate(files_module.LIMIT + 1)
    monkeypatch.setattr(files_module, "decode", lambda data, name: pytest.fail("it was read"))
    with pytest.raises(CaseError, match=r"clock.csv: the file has 64 MiB; allowed: at most 64 MiB"):
        read_text(folder / "clock.csv")


def test_blank_lines_in_tables_are_skipped_and_counted():
    broken = files(clock="\nday,supply_low,supply_high\n\n0,10,12\n,,\n1,x,13\n")
    with pytest.raises(CaseError, match=r"clock.csv:6 supply_low: 'x' is not a number"):
        load_case_text(broken, model=MODEL)


def test_cells_over_several_lines_keep_the_count_of_lines():
    broken = files(places='place,name\nx,"one\ntwo\nthree"\ny,Why\nx,again\n')
    with pytest.raises(CaseError, match=r"places.csv:6 place: the key 'x' already stands on line 2"):
        load_case_text(broken, model=MODEL)


@pytest.mark.parametrize("text", ["1_000", "0x10", "\u0661", "1e999", "nan", "1 000", "1.", ".5", "+3", "1e2"])
def test_only_plain_finite_numbers_are_numbers(text):
    texts = files(clock=f"day,supply_low,supply_high\n0,{text},1000\n")
    if text in ("1.", ".5", "+3", "1e2"):
        assert load_case_text(texts, model=MODEL)
    else:
        with pytest.raises(CaseError, match="is not a number"):
            load_case_text(texts, model=MODEL)


def test_text_in_memory_lacks_what_is_not_given():
    texts = files()
    del texts["places.csv"]
    with pytest.raises(CaseError, match=r"places.csv: no such file"):
        load_case_text(texts, model=MODEL)
