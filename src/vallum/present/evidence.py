"""The ledger of a case on the terminal: what every value, cost and correlation rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from vallum.case import Case, Claim, ledger

STANDING_STYLE = {
    "contested": "yellow",
    "outside": "bold yellow",
    "unsupported": "bold red",
    "assumption": "magenta",
    "supported": "green",
}
STANDING_WORDS = {"outside": "outside its claims", "unsupported": "UNSUPPORTED"}


def ledger_table(case: Case) -> Table:
    """Every input with its value, claims and sources, the shakiest first."""
    names = ("input", "value", "standing", "status", "favours", "claims and sources")
    table = _table(f"{case.title}: evidence", names)
    for row in ledger(case):
        name = row.input if not row.option else f"{row.input}\n(option {row.option})"
        standing = Text(STANDING_WORDS.get(row.standing, row.standing), STANDING_STYLE[row.standing])
        value = f"{row.value} {_unit(row.unit)}".strip()
        _add(table, name, value, standing, row.status, row.favours or "not stated", _said(row.claims, row.note))
    return table


def ledger_blocks(case: Case) -> Iterator[Text]:
    """The same for narrow screens: a block of lines for every value."""
    for row in ledger(case):
        block = Text()
        block.append(row.input, "bold")
        block.append(f" (option {row.option})" if row.option else "")
        block.append(f"  {row.value} {_unit(row.unit)}".rstrip() + "  ")
        block.append(STANDING_WORDS.get(row.standing, row.standing), STANDING_STYLE[row.standing])
        block.append(f", {row.status}, favours {row.favours or 'whom is not stated'}")
        for line in _said(row.claims, row.note).splitlines():
            block.append(f"\n    {line}")
        yield block


def cost_table(case: Case) -> Table | None:
    """What every option costs, running and once, and on whose word; None where no option has a cost."""
    both = [(option, cost) for option in case.options for cost in (option.cost, option.upfront)]
    costed = [(option, cost) for option, cost in both if cost is not None]
    if not costed:
        return None
    table = _table("Costs", ("option", "cost", "status", "claims and sources"))
    for option, cost in costed:
        low, high = cost.range
        span = f" ({low:,.10g} to {high:,.10g})" if low < high else ""
        amount = f"{cost.best:,.10g}{span} {_unit(cost.unit)}".strip()
        who = f"{option.id}, on top of {option.cost_beside}" if option.cost_beside else option.id
        _add(table, who, amount, cost.status, _said(_cited(case, cost.evidence), cost.note))
    return table


def correlation_table(case: Case) -> Table | None:
    """Which inputs go together and on whose word; None where none do."""
    if not case.correlations:
        return None
    table = _table("Correlations", ("inputs", "rank correlation", "claims and sources"))
    for pair in case.correlations:
        _add(table, " and ".join(pair.inputs), f"{pair.rank:g}", _said(_cited(case, pair.evidence), pair.note))
    return table


def source_table(case: Case) -> Table:
    """The sources, and how far we have read them."""
    table = _table("Sources", ("id", "citation", "kind", "reliability"))
    table.show_lines = False
    for source in case.sources.values():
        citation = f"{source.citation} {source.url}".strip()
        _add(table, source.id, citation, source.kind, source.reliability)
    return table


def claim_line(claim: Claim) -> str:
    """A claim in one line: who says what, how much, where, and whether it stands."""
    bounds = [f"{x:g}" for x in (claim.low, claim.high) if x is not None]
    best = [] if claim.best is None else [f"{claim.best:g}"]
    amount = " or ".join(best + bounds) if len(bounds) < 2 else " to ".join(bounds)
    if best and len(bounds) == 2:
        amount = f"{best[0]}, {amount}"
    where = f"{claim.source}, {claim.page}" if claim.page else claim.source
    facts = (f"{amount} {_unit(claim.unit)}".strip() if amount else "", where, claim.verdict)
    return f"{claim.who}: {claim.statement} ({'; '.join(fact for fact in facts if fact)})"


def _table(title: str, names: Iterable[str]) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", show_lines=True)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _add(table: Table, *cells: str | Text) -> None:
    """Add a row whose texts are shown as they are: square brackets are no markup."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells))


def _cited(case: Case, ids: Iterable[str]) -> list[Claim]:
    return [case.claims[id] for id in ids]


def _said(claims: Iterable[Claim], note: str) -> str:
    lines = [claim_line(claim) for claim in claims] or ["no claim cited"]
    return "\n".join([*lines, f"Note: {note}"] if note else lines)


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit
