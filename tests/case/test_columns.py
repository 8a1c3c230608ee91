"""What the columns of a table may hold, in a small model and in the case of the eastern flank."""

import csv
import shutil
import tomllib

import pytest

from tests.case.test_editor import fits
from tests.case.toy import SPEC, Toy, edited, files
from tests.models.theatre import cases
from vallum.case import CaseError, compile_case, json_schema, load_case, load_case_text, shipped_cases
from vallum.models import theatre
from vallum.models.theatre import campaign
from vallum.spec import Column, ModelSpec, Table

COLUMNS = (
    Column("home", "where it stands", "reference", references="places"),
    Column("kit", "where its equipment is stored", "reference", references="places", optional=True),
    Column("arm", "what it fights with", choices=("heavy", "medium", "light")),
    Column("echelon", "when it comes", choices=("first", "last"), optional=True),
    Column("vehicles", "its vehicles", "number", unit="vehicle", low=0),
    Column("latitude", "degrees north", "number", low=-90, high=90),
    Column("age", "age of its equipment", "number", unit="year", low=0, high=80, optional=True),
    Column("name", "its name"),
    Column("nickname", "what it calls itself", optional=True),
)
FORMATIONS = """\
id,home,kit,arm,echelon,vehicles,latitude,age,name,nickname,nation,worth_low,worth,worth_high,battalions
b,x,y,heavy,first,120,59.4,30,Bravo,Old,US,1,1.5,2,3
a,y,,light,,110,-0.5,,Alpha,,US,1,1.2,2,4
c,x,,medium,,0,90,0,Charlie,,UK,2,2.2,3,5
"""
LINE_OF_A = "formations.csv:3"
ARMS = "allowed: one of heavy, medium, light"


def model():
    first, *others = SPEC.tables
    formations = Table(first.name, first.key, first.meaning, COLUMNS)
    return Toy(ModelSpec("toy", "A toy", "none", SPEC.inputs, SPEC.outcomes, (formations, *others)))


def load(row_of_a=None):
    texts = files(formations=FORMATIONS)
    if row_of_a:
        texts = edited("formations.csv", "a,y,,light,,110,-0.5,,Alpha,,", row_of_a, texts)
    return load_case_text(texts, model=model())


def only_fault(read, *arguments):
    with pytest.raises(CaseError) as caught:
        read(*arguments)
    (fault,) = caught.value.faults
    return str(fault)


def test_optional_cells_may_be_empty():
    columns = load().tables["formations"].columns
    assert columns["kit"] == ("", "y", "")
    assert columns["echelon"] == ("", "first", "")
    assert columns["nickname"] == ("", "Old", "")


def test_an_optional_number_that_is_empty_is_none():
    assert load().tables["formations"].columns["age"] == (None, 30.0, 0.0)


def test_a_model_sees_none_for_an_optional_number_that_is_empty():
    rows = compile_case(load()).rows["formations"]
    assert rows.columns["age"][:3] == (None, 30.0, 0.0)
    assert rows.columns["kit"][:3] == ("", "y", "")
    assert rows.ids[3:] == tuple(f"~{i}" for i in range(13))
    assert set(rows.columns["age"][3:]) == {None}


def test_the_digest_tells_an_empty_number_from_zero():
    assert load().digest != load("a,y,,light,,110,-0.5,0,Alpha,,").digest


def test_bounds_of_a_column_are_inclusive():
    columns = load("a,y,,light,,0,-90,80,Alpha,,").tables["formations"].columns
    assert (columns["vehicles"][0], columns["latitude"][0], columns["age"][0]) == (0, -90, 80)


@pytest.mark.parametrize(
    ("row_of_a", "fault"),
    [
        ("a,y,,lihgt,,110,0,,Alpha,,", f"arm: unknown arm 'lihgt'; {ARMS}; did you mean 'light'?"),
        ("a,y,,LIGHT,,110,0,,Alpha,,", f"arm: unknown arm 'LIGHT'; {ARMS}; did you mean 'light'?"),
        ("a,y,,,,110,0,,Alpha,,", f"arm: the cell is empty; {ARMS}"),
        ("a,y,,light,third,110,0,,Alpha,,", "echelon: unknown echelon 'third'; allowed: one of first, last, or empty"),
        ("a,y,,light,,-1,0,,Alpha,,", "vehicles: -1 is out of bounds; allowed: at least 0 vehicle"),
        ("a,y,,light,,,0,,Alpha,,", "vehicles: the cell is empty; allowed: a number"),
        ("a,y,,light,,110,90.5,,Alpha,,", "latitude: 90.5 is out of bounds; allowed: -90 to 90"),
        ("a,y,,light,,110,-91,,Alpha,,", "latitude: -91 is out of bounds; allowed: -90 to 90"),
        ("a,y,,light,,110,0,81,Alpha,,", "age: 81 is out of bounds; allowed: 0 to 80 year, or empty"),
        ("a,y,,light,,110,0,old,Alpha,,", "age: 'old' is not a number; allowed: a finite number of at most 1e+100"),
        ("a,y,,light,,110,0,,,,", "name: the cell is empty; allowed: any text"),
        ("a,z,,light,,110,0,,Alpha,,", "home: no row 'z' in places.csv; allowed: a row of places.csv: x, y"),
        ("a,,,light,,110,0,,Alpha,,", "home: the cell is empty; allowed: a row of places.csv: x, y"),
        ("a,y,z,light,,110,0,,Alpha,,", "kit: no row 'z' in places.csv; allowed: a row of places.csv: x, y"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_one_fault_with_place_what_was_found_and_what_would_be_right(row_of_a, fault):
    assert only_fault(load, row_of_a) == f"{LINE_OF_A} {fault}"


# file, column, what is put into its first row ({} is what stood there), what is found, what would be right
DAMAGED = {
    "a link to a place that is not there": (
        "roads.csv", "end", "{}X", "no row '{}X' in nodes.csv", "a row of nodes.csv: ", "did you mean '{}'?",
    ),
    "a link from nowhere": ("air_routes.csv", "start", "", "the cell is empty", "a row of nodes.csv: "),
    "a link of negative length": ("roads.csv", "length", "-{}", "-{} is out of bounds", "at least 0 km"),
    "a speed of zero": ("sea_routes.csv", "speed", "0", "0 is out of bounds", "at least 0.1 km/hour"),
    "a formation of an unknown nation": (
        "formations.csv", "nation", "{}X", "no row '{}X' in nations.csv", "a row of nations.csv: ",
        "did you mean '{}'?",
    ),
    "equipment stored nowhere": ("formations.csv", "kit", "X", "no row 'X' in nodes.csv", "a row of nodes.csv: "),
    "an echelon under an unknown plan": (
        "echelons.csv", "plan", "{}X", "no row '{}X' in plans.csv", "a row of plans.csv: ", "did you mean '{}'?",
    ),
    "an unknown gauge": (
        "railways.csv", "gauge", "1453", "unknown gauge '1453'", "one of 1435, 1520", "did you mean '1435'?",
    ),
    "a place beyond the pole": ("nodes.csv", "latitude", "-90.1", "-90.1 is out of bounds", "-90 to 90"),
    "a place beyond the date line": ("nodes.csv", "longitude", "180.1", "180.1 is out of bounds", "-180 to 180"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(shipped_cases()["eastern-flank-2022"], tmp_path / "case")


@pytest.mark.parametrize("name", DAMAGED)
def test_one_wrong_cell_of_the_eastern_flank_is_one_clear_fault(name, folder):
    file, column, new, found, right, *near = DAMAGED[name]
    header, first, *others = csv.reader((folder / file).read_text().splitlines())
    place = header.index(column)
    old, first[place] = first[place], new.format(first[place])
    with (folder / file).open("w", newline="") as out:
        csv.writer(out).writerows([header, first, *others])
    said = only_fault(load_case, folder)
    assert said.startswith(f"{file}:2 {column}: {found.format(old)}; allowed: {right}")
    assert all(words.format(old) in said for words in near)


@pytest.mark.parametrize("file", ["formations.csv", "plans.csv"])
def test_a_row_listed_twice_is_one_clear_fault(file, folder):
    lines = (folder / file).read_text().splitlines()
    (folder / file).write_text("\n".join([*lines, lines[1]]))
    found = f"the key '{lines[1].split(',')[0]}' already stands on line 2; allowed: a key that no other row has"
    assert only_fault(load_case, folder) == f"{file}:{len(lines) + 1} id: {found}"


@pytest.mark.parametrize(
    ("spec", "texts"),
    [(campaign.spec, load_case("eastern-flank-2022", model=campaign).files), (theatre.spec, cases.race_texts())],
    ids=["campaign", "race"],
)
def test_the_schema_of_the_theatre_fits_its_case_and_refuses_a_table_it_does_not_know(spec, texts):
    schema = json_schema(spec)
    data = tomllib.loads(texts["case.toml"])
    assert fits(data, schema, schema)
    assert fits(data | {"tables": {"roads": "ways.csv"}}, schema, schema)
    assert not fits(data | {"tables": {"rods": "ways.csv"}}, schema, schema)
    assert fits(data, json_schema(theatre.spec), json_schema(theatre.spec)) == (spec is theatre.spec)
