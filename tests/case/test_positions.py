import tomllib

import pytest
from hypothesis import given, settings
from tomli_w import dumps as toml_text

from tests.case.strategies import written_cases
from vallum.case import CaseError
from vallum.case.positions import read_document

TEXT = '''\
a = 1 # one
"b c".d = { x = 1, y.z = [1,
  2, # two
  { q = 3 }] }

[t."q.r"]
k = """multi
line"""
[[arr.x]]
v = 2
[arr.x.sub]
w = 1
[[arr.x]]
v = 3
[[arr.x.inner]]
deep = true
[arr.x.sub]
w = 4
'''
LINES = {
    ("a",): 1,
    ("b c",): 2,
    ("b c", "d", "x"): 2,
    ("b c", "d", "y", "z", 0): 2,
    ("b c", "d", "y", "z", 1): 3,
    ("b c", "d", "y", "z", 2, "q"): 4,
    ("t", "q.r"): 6,
    ("t", "q.r", "k"): 7,
    ("arr", "x"): 9,
    ("arr", "x", 0): 9,
    ("arr", "x", 0, "v"): 10,
    ("arr", "x", 0, "sub", "w"): 12,
    ("arr", "x", 1): 13,
    ("arr", "x", 1, "v"): 14,
    ("arr", "x", 1, "inner", 0, "deep"): 16,
    ("arr", "x", 1, "sub", "w"): 18,
}


@pytest.mark.parametrize("path", LINES, ids=str)
def test_every_key_has_its_line(path):
    assert read_document(TEXT, "f.toml").line(path) == LINES[path]


def test_what_is_not_written_down_stands_where_it_would_belong():
    assert read_document(TEXT, "f.toml").line(("arr", "x", 1, "missing", 3)) == 13


def test_a_place_names_file_line_and_key():
    assert read_document(TEXT, "f.toml").where(("arr", "x", 1, "v")) == "f.toml:14 arr.x[1].v"


def paths(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


@settings(max_examples=30, deadline=None)
@given(written_cases())
def test_every_key_of_any_case_has_a_line_that_mentions_it(written):
    text = toml_text(written.data)
    document, lines = read_document(text, "f.toml"), text.split("\n")
    for path in paths(tomllib.loads(text)):
        assert path in document.lines
        if isinstance(path[-1], str):
            assert path[-1] in lines[document.lines[path] - 1]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a = 1\n\nb = [1,\n", "f.toml:3", "end of the file"),
        ("a = 1\nb == 2\n", "f.toml:2", "line 2"),
        ("a = 1\nb = 2\na = 3\n", "f.toml:3 a", "already stands on line 1"),
        ("[x]\ny = 1\n[z]\n[x]\n", "f.toml:4 x", "already stands on line 1"),
        ("a = {b = 1, b = 2}\n", "f.toml:1 a.b", "already stands on line 1"),
        ("a = " + "[" * 3000, "f.toml", "nested too deeply"),
        ("a = " + "9" * 5000, "f.toml", "not TOML"),
        ("a = 'x\ny'\n", "f.toml:1", "not TOML"),
    ],
)
def test_syntax_faults_have_a_line(text, where, words):
    with pytest.raises(CaseError) as caught:
        read_document(text, "f.toml")
    fault = caught.value.faults[0]
    assert fault.where == where
    assert words in str(fault)
