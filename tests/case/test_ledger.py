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
        ('from_claims = "branches"', "branches of the claims: 2 (weight 1), 6.437376 (weight 1)"),
        (
            'from_claims = "branches"\nweights = { speed-one = 1, speed-two = 2.5 }',
            "branches of the claims: 2 (weight 1), 6.437376 (weight 2.5)",
        ),
    ],
)
def test_values_are_told_as_written(entry, text):
    assert rows(uncorrelated(edited("case.toml", "triangular = [2, 3, 5]", entry)))["", "speed"].value == text


def test_a_branch_at_the_middle_of_a_claim_says_so():
    texts = edited("claims.csv", "Ann,1,2,3,km/day", "Ann,1,,5,km/day")
    texts = uncorrelated(edited("case.toml", "triangular = [2, 3, 5]", 'from_claims = "branches"', texts))
    value = rows(texts)["", "speed"].value
    assert value == "branches of the claims: 3 (weight 1, midpoint), 6.437376 (weight 1)"


def standing(input, entry, *claims):
    """The standing of an input that cites only the claims given, as cells low to unit, and verdict."""
    lines = [
        f"c{i},{input},It is so,Ann,{numbers},book,1,1984,{verdict}" for i, (numbers, verdict) in enumerate(claims)
    ]
    cited = ", ".join(f'"c{i}"' for i in range(len(claims)))
    header = files()["claims.csv"].splitlines()[0]
    case = files()["case.toml"]
    for id in ("front-read", "speed-one", "speed-two", "pushes-said"):
        case = case.replace(f', claim = "{id}"', "").replace(f'"{id}", ', "").replace(f'"{id}"', "")
    start = case.index(f"[inputs.{input}]")
    case = (
        case[:start] + f"[inputs.{input}]\n{entry}\nevidence = [{cited}]\n\n" + case[case.index("\n[", start + 1) + 1 :]
    )
    texts = uncorrelated(files(case=case, claims="\n".join([header, *lines]) + "\n"))
    return rows(texts)["", input].standing


KM = 'unit = "km"\nstatus = "read"'
ASSUMED = 'unit = "km"\nstatus = "assumption"'


@pytest.mark.parametrize(
    ("entry", "claims", "expected"),
    [
        (f"value = 100\n{KM}", [("90,,110,km", "supported")], "supported"),
        (f"value = 120\n{KM}", [("90,,110,km", "supported")], "outside"),
        (f"uniform = [90, 110]\n{KM}", [("90,,110,km", "supported")], "supported"),
        (f"uniform = [90, 111]\n{KM}", [("90,,110,km", "supported")], "outside"),
        (f"uniform = [90, 120]\n{KM}", [("90,,100,km", "supported"), (",120,,km", "supported")], "supported"),
        (f"value = 160.9344\n{KM}", [(",100,,mile", "supported")], "supported"),
        (f"value = 160.9345\n{KM}", [(",100,,mile", "supported")], "outside"),
        (f"value = 100\n{KM}", [(",100,,day", "supported")], "unsupported"),
        (f"value = 100\n{KM}", [(",,,", "supported")], "unsupported"),
        (f"value = 100\n{ASSUMED}", [(",,,", "supported")], "assumption"),
        (f"value = 100\n{ASSUMED}", [(",90,,km", "supported")], "outside"),
        (f"value = 100\n{ASSUMED}", [(",100,,km", "supported")], "supported"),
        (f"value = 100\n{KM}", [(",100,,km", "unverified")], "unsupported"),
        (f"value = 100\n{KM}", [(",90,,km", "unverified")], "outside"),
        (f"value = 100\n{KM}", [(",90,,km", "refuted")], "unsupported"),
        (f"value = 100\n{KM}", [("95,,105,km", "supported"), (",500,,km", "refuted")], "supported"),
        (f"uniform = [90, 110]\n{KM}", [(",100,,km", "supported"), ("90,,110,km", "unverified")], "unsupported"),
        (f"value = 500\n{KM}", [(",100,,km", "contested")], "contested"),
        (f"normal = {{ mean = 100, sd = 10, low = 1 }}\n{KM}", [("83,,117,km", "supported")], "supported"),
        (f"normal = {{ mean = 100, sd = 10, low = 1 }}\n{KM}", [("84,,117,km", "supported")], "outside"),
        (f"lognormal = {{ median = 100, sigma = 0.1, low = 1 }}\n{KM}", [("84,,118,km", "supported")], "supported"),
        (f"lognormal = {{ median = 100, sigma = 0.1, low = 1 }}\n{KM}", [("84,,117,km", "supported")], "outside"),
        (f'from_claims = "range"\n{KM}', [("62.3,,71.7,mile", "supported")], "supported"),
        (f'from_claims = "branches"\n{KM}', [("2,,12,mile", "supported"), (",9,,mile", "supported")], "supported"),
    ],
)
def test_a_value_is_held_against_the_numbers_of_its_claims(entry, claims, expected):
    assert standing("front", entry, *claims) == expected


@pytest.mark.parametrize(
    ("claim", "expected"), [("10,,14,ADE", "supported"), ("11,,14,ADE", "outside"), ("10,,13,ADE", "outside")]
)
def test_of_an_input_by_row_all_rows_are_held_against_the_claims(claim, expected):
    entry = 'uniform = ["supply_low", "supply_high"]\nunit = "ADE"\nstatus = "read"'
    assert standing("supply", entry, (claim, "supported")) == expected


def test_a_row_that_an_option_pins_is_held_against_the_claims():
    texts = edited("claims.csv", "pushes-said,", "ready,readiness,Half,Ann,,0.5,,1,book,1,1984,supported\npushes-said,")
    texts = edited("case.toml", 'value = 0.5\nunit = "1"', 'value = 0.5\nunit = "1"\nevidence = ["ready"]', texts)
    assert rows(texts)["", "readiness"].standing == "supported"
    quantity = load_case_text(texts, model=MODEL).option("more").inputs["readiness"]
    assert quantity.marginal.expected()[1].tolist() == [0.5, 0.5, 0.9]


def test_whom_a_value_favours_may_be_left_unsaid():
    assert rows()["", "front"].favours == ""


def test_nothing_of_the_example_leaves_its_claims():
    standings = {row.standing for row in ledger(load_case("central-europe-1984"))}
    assert standings == {"contested", "supported"}


def test_the_example_cites_posen_only_through_the_calculator():
    case = load_case("central-europe-1984")
    for claim in case.claims.values():
        if "posen-1991" in claim.page:
            assert (claim.who, claim.source, claim.date) == ("Posen", "calculator", "1991")
        else:
            assert claim.who == "Tecott & Halterman"


def test_every_number_of_the_example_has_a_claim_and_a_source():
    for row in ledger(load_case("central-europe-1984")):
        assert row.claims
        assert row.sources
