"""A book of results: every number that a report may print, under a name that leads back to what it is."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vallum.analysis.estimates import Estimate

Form = Literal["share", "day", "people", "brigades", "money", "count", "number"]
About = Literal["sampling", "input", "none"]
COLUMNS = ("id", "value", "low", "high", "form", "unit", "interval", "about")


@dataclass(frozen=True, slots=True)
class Result:
    """One number.

    Parameters
    ----------
    id : str
        Unique in its book, without blanks.
    value, low, high : float
        Ends are NaN where there is none.
    form : {"share", "day", "people", "brigades", "money", "count", "number"}
        What kind of number it is.
    interval : {"sampling", "input", "none"}
        What low and high are about: 95 % of sampling, or a range over inputs.
    about : str
        What the number says.
    unit : str
        Of money: the currency.
    """

    id: str
    value: float
    low: float
    high: float
    form: Form
    interval: About
    about: str
    unit: str = ""


class Book(Mapping[str, Result]):
    """Results by id, in the order in which they came.

    Examples
    --------
    >>> book = Book()
    >>> book.add("runs", 12, "count", "runs of the study")
    'runs'
    >>> book["runs"].value
    12.0
    """

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}

    def add(
        self,
        id: str,
        value: float | Estimate,
        form: Form,
        about: str,
        *,
        ends: tuple[float, float] | None = None,
        unit: str = "",
    ) -> str:
        """Enter a number and return its id: an estimate with its interval, or a value, with its range if it has one.

        Raises
        ------
        ValueError
            If the id is taken or has a blank.
        """
        if id in self._results or not id or any(x.isspace() for x in id):
            raise ValueError(f"the id {id!r} is taken, empty or has a blank")
        if isinstance(value, Estimate):
            known = not math.isnan(value.low)
            result = Result(id, value.value, value.low, value.high, form, "sampling" if known else "none", about, unit)
        elif ends is not None:
            low, high = map(float, ends)
            result = Result(id, float(value), low, high, form, "input", about, unit)
        else:
            result = Result(id, float(value), math.nan, math.nan, form, "none", about, unit)
        self._results[id] = result
        return id

    def __getitem__(self, id: str) -> Result:
        return self._results[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)


def write_book(book: Book, path: Path) -> Path:
    """Write every result as a row of a CSV file; numbers as they are, not rounded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        for x in book.values():
            ends = ("" if math.isnan(end) else repr(end) for end in (x.low, x.high))
            writer.writerow((x.id, repr(x.value), *ends, x.form, x.unit, x.interval, x.about))
    return path
