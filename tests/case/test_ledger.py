import pytest

from tests.case.toy import MODEL, edited, files, uncorrelated
from vallum.case import Claim, contested, ledger, load_case, load_case_text


def claim(**changes) -> Claim:
    plain = {"id": "c", "quantity": "q", "statement": "", "who": "Ann", "low": None, "best": None, "high": None,
             "unit": "km", "source": "s", "page": "", "date": "", "verdict": "supported"}  # fmt: skip
    return Claim(**(plain | changes))


def rows(texts=None):
    return {(row.option, row.input): row for row in ledger(load_case_text(texts or files(), model=MODEL))}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"best": 2}, {"best": 3}, True),
        ({"best": 2}, {"best": 2}, False),
        ({"best": 1.609344}, {"best": 1, "unit": "mile"}, False),
        ({"low": 1, "high": 2}, {"low": 3, "high": 4}, True),
        ({"low": 1, "high": 2}, {"low": 2, "high": 4}, False),
        ({"low": 1, "high": 2}, {"best": 5}, True),
        ({"low": 1, "high": 2}, {"best": 1.5}, False),
        ({"low": 1, "best": 2, "high": 4}, {"low": 1, "best": 3, "high": 4}, True),
        ({"best": 2}, {"best": 3, "unit": "day"}, False),
        ({"best": 2}, {}, False),
        ({"best": 2}, {"best": 3, "quantity": "r"}, False),
    ],
)
def test_claims_of_different_people_contest_a_quantity_where_they_exclude_each_other(one, other, expected):
    assert bool(contested([claim(**one), claim(who="Bob", **other)])) is expected


def test_one_voice_does_not_contest_itself():
    assert not contested([claim(best=2), claim(best=3)])


def test_one_person_in_two_sources_may():
    assert contested([claim(best=2), claim(best=3, source="t")])


def test_a_verdict_alone_makes_a_quantity_contested():
    assert contested([claim(verdict="contested")]) == {"q"}


def test_every_value_has_its_standing():
    standing = {key: row.standing for key, row in rows().items()}
    assert standing == {
        ("", "front"): "supported",
        ("", "speed"): "contested",
        ("", "share"): "assumption",
        ("", "pushes"): "unsupported",
        ("", "capacity"): "unsupported",
        ("", "readiness"): "assumption",
        ("", "battalions"): "unsupported",
        ("", "supply"): "unsupported",
        ("more", "speed"): "contested",
    }


def test_the_shakiest_come_first():
    order = [row.standing for row in ledger(load_case_text(files(), model=MODEL))]
    assert order == ["contested"] * 2 + ["unsupported"] * 4 + ["assumption"] * 2 + ["supported"]


def test_a_refuted_claim_supports_nothing():
    assert rows(edited("claims.csv", "1,1984,supported", "1,1984,refuted"))["", "front"].standing == "unsupported"


def test_a_row_resolves_to_claims_and_sources():
    row = rows()["", "speed"]
    assert [claim.id for claim in row.claims] == ["speed-one", "speed-two"]
    assert [source.id for source in row.sources] == ["book", "paper"]
    assert (row.value, row.unit) == ("triangular 2 to 5, most likely 3", "km/day")
    assert row.supported
    assert row.contested


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("value = 3", "3"),
        ("uniform = [2, 3.5]", "uniform 2 to 3.5"),
        ("normal = { mean = 3, sd = 1, low = 0, high = 9 }", "normal mean 3, sd 1, low 0, high 9"),
        ("branches = [{ value = 1, weight = 2 }]", "branches 1 (weight 2)"),
        ("empirical = [1, 2]", "one of 1, 2"),
        ('from_claims = "range"', "range of the claims: triangular 1 to 6.437376, most likely 2"),
        ('from_claims = "branches"', "branches of the claims: 2, 6.437376"),
    ],
)
def test_values_are_told_as_written(entry, text):
    assert rows(uncorrelated(edited("case.toml", "triangular = [2, 3, 5]", entry)))["", "speed"].value == text


def test_every_number_of_the_example_has_a_claim_and_a_source():
    for row in ledger(load_case("central-europe-1984")):
        assert row.claims
        assert row.sources
