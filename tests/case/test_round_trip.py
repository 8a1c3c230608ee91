import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.case.strategies import UNITS, Written, words, written_cases
from tests.case.toy import MODEL, SPEC
from vallum.case import Case, Pinned, Quantity, load_case, load_case_text, write_case

few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
AMOUNTS = {
    "value": ["value"],
    "uniform": ["low", "high"],
    "triangular": ["low", "mode", "high"],
    "normal": ["mean", "sd", "low", "high"],
    "lognormal": ["centre", "low", "high"],
    "beta": ["low", "high"],
}


def read(written: Written) -> Case:
    return load_case_text(written.files(), model=MODEL)


def column(written: Written, name: str, cell: object) -> object:
    """What a cell of an entry comes to: itself, or the sorted table's column."""
    if not isinstance(cell, str):
        return float(cell)
    header, *rows = written.tables[SPEC.input(name).per]
    rows = sorted(rows, key=lambda row: row[0]) if name != "supply" else rows
    return np.array([float(row[header.index(cell)]) for row in rows])


def check_quantity(written: Written, name: str, entry: dict, quantity: Quantity) -> None:
    kind = next(key for key in entry if key in (*AMOUNTS, "branches", "empirical", "column"))
    times = UNITS[name][entry["unit"]]
    cells = entry[kind]
    if kind == "branches":
        expected = {"values": [branch["value"] * times for branch in cells]}
        np.testing.assert_allclose(quantity.marginal.weights, [branch["weight"] for branch in cells])
    elif kind == "empirical":
        expected = {"values": np.stack([column(written, name, cell) for cell in cells]) * times}
    elif isinstance(cells, dict):
        amounts = {key: cells[key] * times for key in cells if key not in ("a", "b", "sigma")}
        expected = {key.replace("median", "centre"): value for key, value in amounts.items()}
    else:
        names = AMOUNTS["value" if kind == "column" else kind]
        cells = cells if isinstance(cells, list) else [cells]
        expected = {key: column(written, name, cell) * times for key, cell in zip(names, cells, strict=True)}
    for key, value in expected.items():
        np.testing.assert_allclose(getattr(quantity.marginal, key), value, rtol=1e-12)
    assert quantity.evidence == tuple(entry["evidence"])
    assert (quantity.status, quantity.note, quantity.unit) == (entry["status"], entry["note"], entry["unit"])


@few
@given(written_cases())
def test_what_is_written_is_what_is_read(written):
    case = read(written)
    for name, entry in written.data["inputs"].items():
        check_quantity(written, name, entry, case.inputs[name])
    for option, (id, data) in zip(case.options, written.data["options"].items(), strict=True):
        assert (option.id, option.title) == (id, data["title"])
        assert set(option.own) == set(data["inputs"])
        for name, entry in data["inputs"].items():
            check_quantity(written, name, entry, option.inputs[name])
    assert case.title == written.data["title"]
    assert case.question.threshold == written.data["question"]["at_least"]
    assert case.correlations[0].rank == written.data["correlations"][0]["rank"]


@few
@given(written_cases())
def test_row_edits_pin_the_last_value_said_along_the_line_of_options(written):
    case, options = read(written), written.data["options"]
    for option in case.options:
        line = [option.id]
        while "based_on" in options[line[0]]:
            line.insert(0, options[line[0]]["based_on"])
        edits = [edit for id in line for edit in options[id]["rows"]]
        pinned = {edit["row"]: edit["set"]["capacity"] for edit in edits}
        active = {edit["row"]: edit["active"] for edit in edits if "active" in edit}
        assert {row for row, on in active.items() if not on} == set(option.inactive.get("formations", ()))
        if pinned:
            marginal = option.inputs["capacity"].marginal
            assert isinstance(marginal, Pinned)
            at = np.flatnonzero(marginal.rows)
            assert {case.tables["formations"].ids[i]: marginal.values[i] for i in at} == pinned
        else:
            assert "capacity" not in option.inputs


@few
@given(written_cases())
def test_a_case_read_again_from_the_texts_it_carries_is_the_same(written):
    case = read(written)
    again = load_case_text(case.files, model=MODEL)
    assert again.digest == case.digest
    assert again.files == case.files


def test_a_case_written_to_a_folder_is_read_back_the_same(tmp_path):
    case = load_case("central-europe-1984")
    write_case(case, tmp_path / "copy")
    again = load_case(tmp_path / "copy")
    assert (again.digest, again.files) == (case.digest, case.files)


@few
@given(written_cases(), st.randoms(use_true_random=False), words)
def test_comments_notes_titles_the_question_and_order_leave_the_digest(written, random, text):
    other = written.copy()
    for name in ("formations", "places"):
        header, *rows = other.tables[name]
        random.shuffle(rows)
        other.tables[name] = [header, *rows]
    for key in ("inputs", "options"):
        items = list(other.data[key].items())
        if key == "inputs":
            random.shuffle(items)
        other.data[key] = dict(items)
    other.data |= {"title": text, "note": text, "authors": [text]}
    other.data["question"] |= {"text": text, "why": text, "at_least": 0.123, "report": ["loss"]}
    for entry in other.data["inputs"].values():
        entry |= {"note": text, "evidence": [], "status": "assumption", "favours": "defender"}
    files = other.files()
    files["case.toml"] = "# a comment\n\n" + files["case.toml"] + "\n# another\n"
    assert load_case_text(files, model=MODEL).digest == read(written).digest


@few
@given(written_cases(), st.data())
def test_a_changed_number_changes_the_digest(written, data):
    other = written.copy()
    what = data.draw(st.sampled_from(["input", "rank", "cell", "option"]))
    match what:
        case "input":
            other.data["inputs"]["front"] = {"value": 77.125, "unit": "km", "status": "read"}
        case "rank":
            other.data["correlations"][0]["rank"] = 0.971
        case "cell":
            other.tables["clock"].append([str(len(other.tables["clock"]) - 1), *other.tables["clock"][-1][1:]])
        case _:
            other.data["options"]["another-one"] = {"title": "more"}
    assert read(other).digest != read(written).digest
