from dataclasses import dataclass

import pytest

from tests.case.toy import MODEL, SPEC
from vallum.case import CaseError, compile_case, ledger, load_case, write_template
from vallum.models import feba_expansion
from vallum.spec import Input, ModelSpec, Outcome


@dataclass
class Specified:
    spec: ModelSpec


@pytest.mark.parametrize("spec", [SPEC, feba_expansion.spec], ids=lambda spec: spec.name)
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
