"""Whatever a file holds, reading a case gives a case or says what is wrong with it."""

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.case.toy import MODEL, files
from vallum.case import CaseError, load_case, load_case_text
from vallum.case.files import decode
from vallum.models import feba_expansion

EXAMPLE = load_case("central-europe-1984").files
NAMES = sorted(EXAMPLE)
AWKWARD = [
    *('"', "'", "[", "]", "{", "}", "=", ",", "\n", "\\", "#", "nan", "-inf", "1e999", "true", "1979-05-27", "\x00"),
    *("é", "\u2028", '"""', "[[", "]]", "~0", "..", "9" * 30, "-1", "0", "{threshold}", "km**9**9"),
]
texts = st.one_of(st.text(max_size=5), st.sampled_from(AWKWARD))
many = settings(max_examples=150, deadline=None)


def read(changed: dict[str, str], model: object = feba_expansion) -> None:
    faults = None
    try:
        load_case_text(changed, model=model)
    except CaseError as error:
        faults = error.faults
    assert faults is None or len(faults) > 0


@many
@given(st.sampled_from(NAMES), st.binary(max_size=200))
def test_random_bytes(name, data):
    with contextlib.suppress(CaseError):
        read(EXAMPLE | {name: decode(data, name)})


@many
@given(st.sampled_from(NAMES), st.text(max_size=100))
def test_random_text(name, text):
    read(EXAMPLE | {name: text})


@many
@given(st.sampled_from(NAMES), st.data())
def test_a_file_cut_short(name, data):
    text = EXAMPLE[name]
    read(EXAMPLE | {name: text[: data.draw(st.integers(0, len(text)))]})


@many
@given(st.sampled_from(NAMES), st.data())
def test_something_replaced_somewhere(name, data):
    text = EXAMPLE[name]
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 12)))
    read(EXAMPLE | {name: text[:start] + data.draw(texts) + text[end:]})


@many
@given(st.sampled_from(sorted(files())), st.data())
def test_something_replaced_somewhere_in_a_case_with_tables(name, data):
    text = files()[name]
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 12)))
    read(files() | {name: text[:start] + data.draw(texts) + text[end:]}, MODEL)


WORDS = ["value", "weight", "mean", "sd", "low", "high", "a", "table", "row", "set", "unit"]
PLAIN = ["nan", "inf", "-1", "0", "1e300", "true", '""', '"worth"', '"a"', "1979-05-27", "07:32:00"]


def inline_table(items: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {item}" for key, item in items.items()) + " }"


values = st.recursive(
    st.one_of(st.sampled_from(PLAIN), st.integers().map(str)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(WORDS), inner, max_size=3).map(inline_table),
    ),
    max_leaves=6,
)
KEYS = [line.split(" = ")[0] for line in files()["case.toml"].splitlines() if " = " in line and line[0].isalpha()]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(KEYS) - 1), values)
@example(0, "9" * 5000)
@example(0, "[" * 2000)
def test_any_value_of_any_key(place, value):
    seen, lines = 0, []
    for line in files()["case.toml"].splitlines():
        is_key = " = " in line and line[0].isalpha()
        lines.append(f"{line.split(' = ')[0]} = {value}" if is_key and seen == place else line)
        seen += is_key
    read(files(case="\n".join(lines)), MODEL)


UNITS = [
    *("km**9**9**9", "10**10**8", "__import__('os')", "km/0", "(" * 50, "Qm**50/fm**50", "degC", "dB", "km^(9)^9"),
    *(" ", "1/", "m" * 70, "%", "delta_degC", "lambda: 1", "2 km", "_", "km.m", "km--1", "km*-", "./.", "Å", "m²"),
]


@pytest.mark.parametrize("unit", UNITS)
def test_any_unit(unit):
    text = files()["case.toml"].replace('unit = "km"', f'unit = "{unit}"', 1)
    read(files(case=text), MODEL)
