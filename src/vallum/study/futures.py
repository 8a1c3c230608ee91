"""Explicit futures: a CSV table with one column an input, in the model's units, one row a future."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vallum.case import Case, CaseError, Superset
from vallum.case.faults import closest
from vallum.case.files import read_text
from vallum.case.sheets import number
from vallum.study.designs import Design
from vallum.study.errors import StudyError

if TYPE_CHECKING:
    from jaxtyping import Float64

MOST_FAULTS = 20


class FuturesError(StudyError):
    """A table of futures that does not fit its case; the message lists every fault."""


@dataclass(frozen=True)
class FutureTable:
    """Explicit futures, made by `read_futures`; `columns` holds one float64 array an input."""

    name: str
    columns: dict[str, Float64[np.ndarray, " future"]]

    @property
    def design(self) -> Design:
        """The design that a table stands for."""
        return Design("table", len(next(iter(self.columns.values()))))

    @property
    def digest(self) -> str:
        """SHA-256 of names and values."""
        total = hashlib.sha256()
        for name in sorted(self.columns):
            total.update(name.encode() + self.columns[name].tobytes())
        return total.hexdigest()

    def checked(self, case: Case, superset: Superset) -> dict[str, Float64[np.ndarray, " future"]]:
        """The columns, once they are known to fit a case.

        Raises
        ------
        FuturesError
            If a column is no scalar input of the model, a value leaves the input's physical
            bounds or is not whole where it must be, or an uncertain input has no column.
        """
        scalars = {x.name: x for x in case.spec.inputs if not x.per}
        faults: list[str] = []
        for name, column in self.columns.items():
            if name not in scalars:
                near = closest(name, scalars)
                faults.append(
                    f"column {name!r} is no scalar input of {case.model}"
                    + (f"; did you mean {near!r}?" if near else "")
                )
                continue
            declared = scalars[name]
            for row in np.flatnonzero(~((column >= declared.low) & (column <= declared.high)))[:3]:
                allowed = f"[{declared.low:g}, {declared.high:g}] {declared.unit}"
                faults.append(f"future {row}, {name}: {column[row]:g} is outside {allowed}")
            if declared.whole and (column != np.rint(column)).any():
                faults.append(f"column {name!r} must hold whole numbers")
        for name in dict.fromkeys(x.input for x in superset.factors if x.varies and x.input not in self.columns):
            remedy = "add one, or make it certain in the case" if name in scalars else "make it certain in the case"
            faults.append(f"no column for the uncertain input {name!r}; {remedy}")
        if faults:
            raise FuturesError(_message(self.name, faults))
        return self.columns


def read_futures(path: Path | str) -> FutureTable:
    """Read a table of futures.

    Raises
    ------
    FuturesError
        If the file cannot be read, has no rows, repeats a column, or a cell is not a
        finite number.
    """
    try:
        text = read_text(Path(path))
    except CaseError as error:
        raise FuturesError(str(error)) from error
    reader = csv.reader(io.StringIO(text))
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise FuturesError(f"{path}:{reader.line_num}: {error}") from error
    if len(rows) < 2:
        raise FuturesError(f"{path}: a header and at least one row are needed")
    header = [name.strip() for name in rows[0][1]]
    faults = [f"column {name!r} stands twice" for name in sorted({x for x in header if header.count(x) > 1})]
    values = np.full((len(header), len(rows) - 1), np.nan)
    for place, (line, row) in enumerate(rows[1:]):
        if len(row) != len(header):
            faults.append(f"line {line}: {len(row)} cells, the header has {len(header)}")
            continue
        for column, cell in enumerate(row):
            found = number(cell)
            if found is None:
                faults.append(f"line {line}, {header[column]}: {cell!r} is not a finite number")
            else:
                values[column, place] = found
    if faults:
        raise FuturesError(_message(str(path), faults))
    return FutureTable(str(path), dict(zip(header, values, strict=True)))


def _message(name: str, faults: list[str]) -> str:
    more = f"\n  and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
    return f"{name}: {len(faults)} fault{'s' if len(faults) > 1 else ''}\n  " + "\n  ".join(faults[:MOST_FAULTS]) + more
