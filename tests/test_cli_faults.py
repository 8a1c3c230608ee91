"""Every kind of broken case, on the command line: its message with place and remedy, exit code 2, no traceback."""

import shutil
from pathlib import Path

import pytest

from vallum import cli

SHIPPED = Path(__file__).parents[1] / "src" / "vallum" / "cases" / "central-europe-1984"


def replaced(name, old, new):
    def break_it(folder):
        path = folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return break_it


def written(name, data):
    return lambda folder: (folder / name).write_bytes(data)


def appended(name, text):
    return lambda folder: (folder / name).write_text((folder / name).read_text() + text)


def cut(name, start, end):
    def break_it(folder):
        path = folder / name
        text = path.read_text()
        path.write_text(text[: text.index(start)] + text[text.index(end) :])

    return break_it


def removed(name):
    return lambda folder: (folder / name).unlink()


CASE = "case.toml"
KINDS = {
    "TOML syntax": (replaced(CASE, 'name = "central', "name = central"), "case.toml:2"),
    "unknown key": (replaced(CASE, "at_most = 90", "at_mots = 90"), "did you mean 'at_most'"),
    "unknown section": (replaced(CASE, "[scenario]", "[scenaro]"), "did you mean 'scenario'"),
    "missing scenario": (
        cut(CASE, "[scenario]", "# --- geometry"),
        "case.toml:1: no section [scenario]",
    ),
    "threshold beyond the clock": (
        replaced(CASE, "at_most = 90", "at_most = 300"),
        "case.toml:12 question.at_most: 300 is beyond the clock of clock.csv, which ends at 99",
    ),
    "further threshold beyond the clock": (
        replaced(CASE, "also = [60, 70, 80]", "also = [60, 70, 100]"),
        "case.toml:13 question.also[2]: 100 is beyond the clock of clock.csv, which ends at 99",
    ),
    "flag over time": (
        replaced(CASE, '"defender_need_by_day", ', '"shortfall_by_day", '),
        "'shortfall_by_day' is a flag",
    ),
    "clock with a row twice": (replaced("clock.csv", "\n3,31,22", "\n3,31,22\n3,31,22"), "clock.csv:6 day: duplicate"),
    "missing key": (replaced(CASE, 'kind = "sufficiency"\n', ""), "'kind'"),
    "unknown input": (replaced(CASE, "[inputs.advance_rate]", "[inputs.advence_rate]"), "did you mean 'advance_rate'"),
    "missing input": (replaced(CASE, "[inputs.report_day]", "[inputs.report_dya]"), "report_day"),
    "two values": (replaced(CASE, "uniform = [2, 5]", "uniform = [2, 5]\nvalue = 3"), "exactly one of"),
    "reversed range": (replaced(CASE, "uniform = [2, 5]", "uniform = [5, 2]"), "case.toml:"),
    "not a number": (replaced(CASE, "value = 750", "value = nan"), "nan"),
    "infinite number": (replaced(CASE, "value = 750", "value = inf"), "inf"),
    "outside physical bounds": (replaced(CASE, "uniform = [0.04, 0.06]", "uniform = [0.04, 1.06]"), "1"),
    "unbounded below": (
        replaced(CASE, "uniform = [2, 5]", "normal = { mean = 3, sd = 2 }"),
        "low",
    ),
    "unit of another kind": (replaced(CASE, 'unit = "km/day"', 'unit = "km"'), "different dimensions"),
    "unknown unit": (replaced(CASE, 'unit = "km/day"', 'unit = "kmh/"'), "unknown unit"),
    "unknown claim": (replaced(CASE, '["front-length"]', '["front-lenght"]'), "did you mean 'front-length'"),
    "unknown source": (replaced("claims.csv", ",calculator,", ",calculater,"), "did you mean 'calculator'"),
    "duplicate claim": (appended("claims.csv", "ade,x,x,x,,1,,1,calculator,,2021,supported\n"), "ade"),
    "duplicate key": (appended(CASE, '[inputs.front_length]\nvalue = 1\nunit = "km"\nstatus = "read"\n'), "case.toml"),
    "row of the wrong length": (appended("claims.csv", "x,y\n"), "claims.csv:"),
    "cell that is no number": (replaced("clock.csv", "3,31,22", "3,many,22"), "clock.csv:5"),
    "clock with a gap": (replaced("clock.csv", "\n3,31,22", ""), "clock.csv"),
    "missing column": (replaced("clock.csv", "day,attacker_supply", "day,attacker_suply"), "did you mean"),
    "missing table": (removed("clock.csv"), "clock.csv"),
    "missing claims": (
        removed("claims.csv"),
        "claims.csv: no such file; write claims.csv with the header id,quantity,",
    ),
    "missing sources": (removed("sources.csv"), "a header alone is enough"),
    "missing case file": (removed(CASE), "case.toml"),
    "cycle of options": (
        replaced(
            CASE, "[options.pact-favourable]\ntitle", '[options.pact-favourable]\nbased_on = "nato-favourable"\ntitle'
        ),
        "allowed: an option that does not lead back to itself",
    ),
    "unknown option to start from": (
        replaced(CASE, 'based_on = "pact-favourable"', 'based_on = "pact-favorable"'),
        "did you mean 'pact-favourable'",
    ),
    "unknown reference": (replaced(CASE, 'reference = "as-published"', 'reference = "published"'), "as-published"),
    "unknown outcome": (replaced(CASE, '"defender_need",', '"defender_needs",'), "did you mean 'defender_need'"),
    "unknown model": (replaced(CASE, 'model = "feba_expansion"', 'model = "feba"'), "feba_expansion"),
    "binary file": (written(CASE, b"name\x00\x01\x02"), "binary"),
    "latin-1 file": (
        written("sources.csv", "id,citation,kind,date,url,reliability\na,Brück,x,1,,\n".encode("latin-1")),
        "UTF-8",
    ),
    "empty file": (written(CASE, b""), "case.toml"),
    "count that is not whole": (replaced(CASE, "value = 3\n", "value = 2.5\n"), "whole"),
    "correlation beyond one": (
        appended(CASE, '\n[[correlations]]\ninputs = ["advance_rate", "exchange_ratio"]\nrank = 1.5\n'),
        "1.5",
    ),
    "correlations that contradict each other": (
        appended(
            CASE,
            "".join(
                f'\n[[correlations]]\ninputs = ["{a}", "{b}"]\nrank = {r}\n'
                for a, b, r in (
                    ("advance_rate", "exchange_ratio", 0.9),
                    ("exchange_ratio", "defender_frontage", 0.9),
                    ("advance_rate", "defender_frontage", -0.9),
                )
            ),
        ),
        "positive definite",
    ),
    "unknown row in an option": (
        appended(
            CASE, '\n[[options.as-published.rows]]\ntable = "clock"\nrow = "500"\nset = { attacker_supply = 3 }\n'
        ),
        "500",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_case_is_a_message_with_a_place_and_exit_code_2(kind, tmp_path, capsys):
    folder = tmp_path / "broken"
    shutil.copytree(SHIPPED, folder)
    break_it, phrase = KINDS[kind]
    break_it(folder)
    with pytest.raises(SystemExit) as stop:
        cli.main(["check", str(folder)])
    message = capsys.readouterr().err
    assert stop.value.code == 2
    assert phrase in message
    assert "fault" in message
    assert "Traceback" not in message
