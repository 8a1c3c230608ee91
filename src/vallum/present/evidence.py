"""The ledger of a case on the terminal: what every value rests on."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from vallum.case import Case, Claim, LedgerRow, ledger

STANDING_STYLE = {"contested": "yellow", "unsupported": "bold red", "assumption": "magenta", "supported": "green"}


def ledger_table(case: Case) -> Table:
    """Every input with its value, claims and sources: contested first, then unsupported, assumed, supported."""
    rows = ledger(case)
    table = Table(title=f"{case.title}: evidence", title_justify="left", title_style="bold", show_lines=True)
    for name in ("input", "value", "standing", "status", "favours", "claims and sources"):
        table.add_column(name, overflow="fold")
    for row in rows:
        name = row.input if not row.option else f"{row.input}\n(option {row.option})"
        standing = Text(
            row.standing.upper() if row.standing == "unsupported" else row.standing, STANDING_STYLE[row.standing]
        )
        table.add_row(name, f"{row.value} {_unit(row.unit)}".strip(), standing, row.status, row.favours, _claims(row))
    return table


def _claims(row: LedgerRow) -> str:
    lines = [claim_line(claim) for claim in row.claims]
    if row.note:
        lines.append(f"Note: {row.note}")
    return "\n".join(lines) or "no claim cited"


def claim_line(claim: Claim) -> str:
    """A claim in one line: who says what, how much, where, and whether it stands."""
    bounds = [f"{x:g}" for x in (claim.low, claim.high) if x is not None]
    best = [] if claim.best is None else [f"{claim.best:g}"]
    amount = " or ".join(best + bounds) if len(bounds) < 2 else " to ".join(bounds)
    if best and len(bounds) == 2:
        amount = f"{best[0]}, {amount}"
    where = f"{claim.source}, {claim.page}" if claim.page else claim.source
    return f"{claim.who}: {claim.statement} ({amount} {_unit(claim.unit)}; {where}; {claim.verdict})".replace(" ;", ";")


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def source_table(case: Case) -> Table:
    """The sources, and how far we have read them."""
    table = Table(title="Sources", title_justify="left", title_style="bold", show_lines=False)
    for name in ("id", "citation", "kind", "reliability"):
        table.add_column(name, overflow="fold")
    for source in case.sources.values():
        citation = f"{source.citation} {source.url}".strip()
        table.add_row(source.id, citation, source.kind, source.reliability)
    return table
