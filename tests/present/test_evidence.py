"""The evidence of a case on the terminal."""

import io

from rich.console import Console

from tests.case.toy import MODEL, edited, files, uncorrelated
from vallum.case import load_case, load_case_text
from vallum.present.evidence import claim_line, correlation_table, cost_table, ledger_table, source_table


def toy(texts=None):
    return load_case_text(texts or files(), model=MODEL)


def printed(table):
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def row_of(text, name):
    return next(line for line in text.splitlines() if name in line)


def test_the_ledger_says_how_a_value_stands_and_whom_it_favours():
    text = printed(ledger_table(toy(edited("case.toml", "value = 100", "value = 120"))))
    assert "outside its claims" in row_of(text, "120 km")
    assert "not stated" in row_of(text, "120 km")
    assert text.index("contested") < text.index("outside its claims") < text.index("UNSUPPORTED")


def test_costs_are_told_with_their_range_unit_status_and_claims():
    texts = edited("case.toml", 'unit = "USD", status', 'unit = "USD", evidence = ["pushes-said"], status')
    row = row_of(printed(cost_table(toy(texts))), "more")
    for words in ("2 (1 to 3) USD", "assumption", "Bob: Three, at most (3; paper, 4; supported)"):
        assert words in row


def test_a_cost_without_claims_says_so():
    assert "no claim cited" in printed(cost_table(toy()))


def test_correlations_are_told_with_rank_claims_and_note():
    text = printed(correlation_table(toy(edited("case.toml", "rank = 0.4", 'rank = 0.4\nnote = "a guess"'))))
    assert "speed and share" in text
    assert "0.4" in text
    assert "no claim cited" in text
    assert "Note: a guess" in text


def test_a_case_without_costs_or_correlations_has_no_such_table():
    case = load_case("central-europe-1984")
    assert cost_table(case) is None
    assert correlation_table(case) is None
    assert correlation_table(toy(uncorrelated())) is None


def test_a_claim_without_a_number_is_told_without_one():
    case = toy(edited("claims.csv", ",3,,1,paper,4", ",,,,paper,4"))
    assert claim_line(case.claims["pushes-said"]) == "Bob: Three, at most (paper, 4; supported)"


def test_square_brackets_are_shown_as_they_are():
    case = toy(edited("claims.csv", "The front is 100 km", "The [bold]front[/bold] [/x] is 100 km"))
    assert "The [bold]front[/bold] [/x] is 100 km" in printed(ledger_table(case))
    assert "A book" in printed(source_table(case))
