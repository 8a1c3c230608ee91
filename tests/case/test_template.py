import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case.toy import MODEL, SPEC
from vallum.case import CaseError, compile_case, ledger, load_case, write_template
from vallum.models import feba_expansion, theatre
from vallum.spec import Column, Input, ModelSpec, Outcome, Table


@dataclass
class Specified:
    spec: ModelSpec


@pytest.mark.parametrize("spec", [SPEC, feba_expansion.spec, theatre.spec], ids=lambda spec: spec.name)
def test_a_new_case_loads_and_compiles_at_once(spec, tmp_path):
    write_template(spec, tmp_path / "new-case", "new-case")
    case = load_case(tmp_path / "new-case", model=Specified(spec))
    assert case.name == "new-case"
    assert len(compile_case(case).options) == 2


def test_every_value_of_a_new_case_is_marked_as_assumed(tmp_path):
    write_template(SPEC, tmp_path, "new")
    assert {row.standing for row in ledger(load_case(tmp_path, model=MODEL))} == {"assumption"}


def test_a_new_case_says_that_its_numbers_are_placeholders(tmp_path):
    write_template(SPEC, tmp_path, "new")
    text = (tmp_path / "case.toml").read_text()
    assert "EVERY NUMBER HERE IS A PLACEHOLDER" in text
    assert text.count('note = "placeholder"') == len(SPEC.inputs)


def test_a_new_case_asserts_nothing_that_it_cannot_know(tmp_path):
    write_template(SPEC, tmp_path, "new")
    case = load_case(tmp_path, model=MODEL)
    assert {quantity.favours for quantity in case.inputs.values()} == {""}
    assert case.question.event_is == "bad"
    assert "# good or bad? Set it" in (tmp_path / "case.toml").read_text()


def test_a_clock_has_a_hundred_steps(tmp_path):
    write_template(SPEC, tmp_path, "new")
    assert len(load_case(tmp_path, model=MODEL).tables["clock"]) == 100


def test_awkward_names_bounds_and_words_are_written_soundly(tmp_path):
    spec = ModelSpec(
        name='odd "model"',
        title="{braces} and\nlines",
        reference='"quoted" \\ \x7f',
        inputs=(
            Input("below", "km", "negative only", high=-2.5),
            Input("count", "1", "narrow # count", low=0.5, high=1.9, whole=True),
            Input("odd name", "1", "any"),
        ),
        outcomes=(Outcome("y", "1", "y"),),
    )
    write_template(spec, tmp_path, "odd")
    assert load_case(tmp_path, model=Specified(spec)).inputs["count"].marginal.median() == 1


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(CaseError, match="exists and is not empty"):
        write_template(SPEC, tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(CaseError, match="exists and is not empty"):
        write_template(SPEC, tmp_path / "mine", "new")


def test_a_name_that_cannot_be_one_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(CaseError, match="cannot be a name"):
        write_template(SPEC, tmp_path / "new", "a name")
    assert not (tmp_path / "new").exists()


def test_a_model_that_gives_nothing_to_ask_about_is_refused(tmp_path):
    with pytest.raises(CaseError, match="no outcome"):
        write_template(ModelSpec("none", "", "", (), ()), tmp_path, "new")


def test_a_link_of_a_new_case_joins_two_places(tmp_path):
    write_template(theatre.spec, tmp_path, "new")
    for name in ("roads", "railways", "sea_routes", "air_routes"):
        columns = load_case(tmp_path, model=theatre).tables[name].columns
        assert set(zip(columns["start"], columns["end"], strict=True)) == {
            ("nodes-1", "nodes-2"),
            ("nodes-2", "nodes-1"),
        }


def test_a_new_case_says_what_the_columns_of_its_tables_may_hold(tmp_path):
    write_template(theatre.spec, tmp_path, "new")
    lines = (tmp_path / "case.toml").read_text().splitlines()
    assert "# roads.csv: a road between two places" in lines
    assert "#   start: one end; a row of nodes" in lines
    assert "#   length: length; at least 0 km" in lines
    assert "#   gauge: mm; one of 1435, 1520" in lines
    assert "#   latitude: degrees north; -90 to 90" in lines
    assert "#   axis: the axis that formations here defend; a row of axes, or empty" in lines


def test_a_new_case_without_columns_to_describe_does_not_speak_of_them(tmp_path):
    write_template(feba_expansion.spec, tmp_path, "new")
    assert "# --- tables" not in (tmp_path / "case.toml").read_text()


ends = st.floats(-1e90, 1e90).map(lambda end: end + 0.0)
printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)
kinds = st.sampled_from(["text", "number", "reference"])
TABLES = ("units", "places", "clock")


@st.composite
def columns(draw, name):
    kind = draw(kinds)
    low, high = sorted(draw(st.tuples(ends | st.just(-math.inf), ends | st.just(math.inf))))
    return Column(
        name,
        draw(printable),
        kind,
        references=draw(st.sampled_from(TABLES)) if kind == "reference" else "",
        optional=draw(st.booleans()),
        choices=tuple(draw(st.lists(printable.filter(bool), max_size=3, unique=True))) if kind == "text" else (),
        low=low,
        high=high,
    )


@st.composite
def specs(draw):
    """Models whose tables have columns of every kind."""
    tables = tuple(
        Table(
            name, "id", "a row", tuple(draw(columns(f"c{i}")) for i in range(draw(st.integers(0, 4)))), name == "clock"
        )
        for name in TABLES
    )
    return ModelSpec("any", "", "", (Input("worth", "1", "", low=0, per="units"),), (Outcome("y", "1", "y"),), tables)


@settings(max_examples=60, deadline=None)
@given(specs())
def test_a_new_case_of_any_columns_loads_and_compiles(spec):
    with tempfile.TemporaryDirectory() as folder:
        write_template(spec, Path(folder) / "new", "new")
        case = load_case(Path(folder) / "new", model=Specified(spec))
    assert len(compile_case(case).options) == 2
    for table in spec.tables:
        for column in table.columns:
            empty = [cell in ("", None) for cell in case.tables[table.name].columns[column.name]]
            assert all(empty) if column.optional and not column.choices else not any(empty)
