"""Claims and their sources: why a case believes its numbers."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeGuard, get_args

from vallum.case.faults import Fault, did_you_mean, listed, shown
from vallum.case.files import Shelf
from vallum.case.sheets import Row, Sheet, not_a_number, number, read_sheet
from vallum.units import UnitError, factor, is_unit

Verdict = Literal["supported", "contested", "refuted", "unverified"]

CLAIM_COLUMNS = (
    "id", "quantity", "statement", "who", "low", "best", "high", "unit", "source", "page", "date", "verdict",
)  # fmt: skip
SOURCE_COLUMNS = ("id", "citation", "kind", "date", "url", "reliability")


@dataclass(frozen=True, slots=True)
class Source:
    """A publication, data set or piece of software; one row of `sources.csv`."""

    id: str
    citation: str
    kind: str
    date: str
    url: str
    reliability: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What someone says about a quantity, and where; one row of `claims.csv`.

    Parameters
    ----------
    id, quantity, statement, who : str
        Its name, what it is about, what it says, and who says so.
    low, best, high : float or None
        The numbers claimed, in `unit`; None where none is given.
    unit : str
        As the source has it.
    source, page, date : str
        Id of the source, place in it, and date of the statement.
    verdict : {"supported", "contested", "refuted", "unverified"}
        How the claim stands after it was checked.
    line : int
        Its line in `claims.csv`; 0 for a claim made elsewhere.
    """

    id: str
    quantity: str
    statement: str
    who: str
    low: float | None
    best: float | None
    high: float | None
    unit: str
    source: str
    page: str
    date: str
    verdict: Verdict
    line: int = field(default=0, compare=False)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lowest and highest number claimed, in `unit`; None where there is no number."""
        given = [x for x in (self.low, self.best, self.high) if x is not None]
        return (given[0], given[-1]) if given else None

    def interval_in(self, unit: str) -> tuple[float, float] | None:
        """The interval in another unit; None without a number, or where it cannot be turned into that unit."""
        try:
            times = factor(self.unit, unit) if self.interval else 1.0
        except UnitError:
            return None
        return (self.interval[0] * times, self.interval[1] * times) if self.interval else None


def read_sources(shelf: Shelf, faults: list[Fault]) -> dict[str, Source]:
    """The rows of `sources.csv` by id; `faults` grows by what is wrong."""
    sheet = _sheet(shelf, "sources.csv", SOURCE_COLUMNS, faults)
    rows = _by_id(sheet, faults) if sheet else {}
    return {id: Source(**{column: row.cells[column] for column in SOURCE_COLUMNS}) for id, row in rows.items()}


def read_claims(shelf: Shelf, sources: Collection[str] | None, faults: list[Fault]) -> dict[str, Claim]:
    """The rows of `claims.csv` by id; `sources` are the known ids, None where they cannot be known."""
    sheet = _sheet(shelf, "claims.csv", CLAIM_COLUMNS, faults)
    if sheet is None:
        return {}
    return {id: _claim(sheet, row, sources, faults) for id, row in _by_id(sheet, faults).items()}


def _sheet(shelf: Shelf, file: str, columns: tuple[str, ...], faults: list[Fault]) -> Sheet | None:
    found: list[Fault] = []
    text = shelf.read(file, found)
    for fault in found:
        # Faults that allow something are about how the text is written; the rest say that there is none.
        near = f"{fault.remedy} or " if fault.remedy else ""
        remedy = f"{near}write {file} with the header {','.join(columns)}; a header alone is enough"
        faults.append(fault if fault.allowed else replace(fault, remedy=remedy))
    return None if text is None else read_sheet(text, file, columns, columns, faults)


def _by_id(sheet: Sheet, faults: list[Fault]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for row in sheet.rows:
        where, id = sheet.place(row.line, "id"), row.cells["id"]
        if not id:
            faults.append(Fault(where, "the id is empty"))
        elif id in rows:
            faults.append(Fault(where, f"the id {shown(id)} already stands on line {rows[id].line}"))
        else:
            rows[id] = row
    return rows


def _claim(sheet: Sheet, row: Row, sources: Collection[str] | None, faults: list[Fault]) -> Claim:
    cells = row.cells
    low, best, high = (_amount(sheet, row, column, faults) for column in ("low", "best", "high"))
    given = [x for x in (low, best, high) if x is not None]
    if given != sorted(given):
        found = "low, best and high are out of order: " + ", ".join(f"{x:g}" for x in given)
        faults.append(Fault(sheet.place(row.line, "low"), found, "low <= best <= high"))
    unit = cells["unit"]
    if (unit or given) and not is_unit(unit):
        faults.append(Fault(sheet.place(row.line, "unit"), f"unknown unit {shown(unit)}", "a unit such as km/day or 1"))
    for column in ("quantity", "who"):
        if not cells[column]:
            faults.append(Fault(sheet.place(row.line, column), "the cell is empty"))
    if sources is not None and cells["source"] not in sources:
        where, found = sheet.place(row.line, "source"), f"unknown source {shown(cells['source'])}"
        faults.append(Fault(where, found, listed(sources), did_you_mean(cells["source"], sources)))
    verdict = cells["verdict"]
    if not _is_verdict(verdict):
        words = get_args(Verdict)
        where, found = sheet.place(row.line, "verdict"), f"unknown word {shown(verdict)}"
        faults.append(Fault(where, found, listed(words), did_you_mean(verdict, words)))
        verdict = "unverified"
    words = {column: cells[column] for column in ("id", "quantity", "statement", "who", "source", "page", "date")}
    return Claim(**words, low=low, best=best, high=high, unit=unit, verdict=verdict, line=row.line)


def _is_verdict(word: str) -> TypeGuard[Verdict]:
    return word in get_args(Verdict)


def _amount(sheet: Sheet, row: Row, column: str, faults: list[Fault]) -> float | None:
    text = row.cells[column]
    value = number(text) if text else None
    if text and value is None:
        faults.append(not_a_number(sheet.place(row.line, column), text))
    return value


def contested(claims: Iterable[Claim]) -> frozenset[str]:
    """The quantities on which the claims do not agree.

    A quantity is contested if the verdict on one of its claims says so, or if two of its
    claims by different people or from different sources exclude each other: their best
    values differ, or their ranges do not meet. Claims in units that cannot be compared
    do not exclude each other.
    """
    by_quantity: dict[str, list[Claim]] = {}
    for claim in claims:
        by_quantity.setdefault(claim.quantity, []).append(claim)
    return frozenset(
        quantity
        for quantity, about in by_quantity.items()
        if any(claim.verdict == "contested" for claim in about)
        or any(_exclude_each_other(a, b) for a, b in itertools.combinations(about, 2))
    )


def _exclude_each_other(a: Claim, b: Claim) -> bool:
    if (a.who, a.source) == (b.who, b.source) or a.interval is None or b.interval is None:
        return False
    try:
        times = factor(b.unit, a.unit)
    except UnitError:
        return False
    if a.best is not None and b.best is not None and not _same(a.best, b.best * times):
        return True
    low, high = max(a.interval[0], b.interval[0] * times), min(a.interval[1], b.interval[1] * times)
    return low > high and not _same(low, high)


def _same(x: float, y: float) -> bool:
    return abs(x - y) <= 1e-9 * max(abs(x), abs(y))


def cited(ids: Iterable[str], claims: Mapping[str, Claim]) -> tuple[Claim, ...]:
    """The claims behind `ids`, in that order."""
    return tuple(claims[id] for id in ids if id in claims)
