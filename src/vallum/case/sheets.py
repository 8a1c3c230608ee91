"""CSV files as rows of named cells, each with its line in the file."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from vallum.case.faults import Fault, did_you_mean, listed, shown

LARGEST = 1e100
"""Largest magnitude of a number in a case."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on, counted from 1, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file with a sound header and only the rows that fit it."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, line: int, column: str) -> str:
        """Where a cell stands, as faults write it."""
        return f"{self.file}:{line} {column}"


def read_sheet(
    text: str, file: str, required: Collection[str], known: Collection[str] | None, faults: list[Fault]
) -> Sheet | None:
    """Read a CSV text.

    Parameters
    ----------
    text : str
        The whole file; blank lines are skipped, cells stripped of outer blanks.
    file : str
        How faults call it.
    required : collection of str
        Columns that must be there.
    known : collection of str or None
        All columns that may be there; None where notes of any kind are welcome.
    faults : list of Fault
        Grows by what is wrong.

    Returns
    -------
    Sheet or None
        None where the header cannot be used.
    """
    lines = _records(text, file, faults)
    head = next(lines, None)
    if head is None:
        return None
    at, header = head
    if not _sound_header(header, f"{file}:{at}", required, known, faults):
        return None
    rows: list[Row] = []
    for line, cells in lines:
        if len(cells) == len(header):
            rows.append(Row(line, dict(zip(header, cells, strict=True))))
        else:
            remedy = "put cells that contain a comma in double quotes" if len(cells) > len(header) else ""
            faults.append(Fault(f"{file}:{line}", f"{len(cells)} cells", f"{len(header)}, as in the header", remedy))
    return Sheet(file, tuple(header), tuple(rows))


def _records(text: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Non-blank records with the line on which each starts."""
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.append(Fault(f"{file}:{line}", f"not CSV: {error}", remedy="check the double quotes of this row"))
            return
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield line, cells


def _sound_header(
    header: list[str], where: str, required: Collection[str], known: Collection[str] | None, faults: list[Fault]
) -> bool:
    if len(header) == 1 and len(required) > 1 and re.search("[;\t]", header[0]):
        faults.append(Fault(where, "cells are not separated by commas", remedy="save with commas between cells"))
        return False
    before = len(faults)
    for column in dict.fromkeys(header):
        if not column:
            faults.append(Fault(where, "a column without a name", remedy="name it or remove it"))
        elif header.count(column) > 1:
            faults.append(Fault(f"{where} {column[:60]}", "the column stands twice"))
    absent = [column for column in required if column not in header]
    for column in absent:
        near = did_you_mean(column, [c for c in header if c not in required])
        remedy = near.replace("did you mean", "is it") if near else ""
        faults.append(Fault(where, f"no column {column!r}", listed(known if known is not None else required), remedy))
    usable = len(faults) == before
    for column in header:
        if known is not None and column and column not in known:
            near = did_you_mean(column, known)
            faults.append(Fault(f"{where} {column[:60]}", "unknown column", listed(known), near))
    return usable


def number(text: str) -> float | None:
    """The finite number that `text` spells; None where it spells none."""
    if len(text) > 100 or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) and abs(value) <= LARGEST else None


def not_a_number(where: str, text: str) -> Fault:
    """The fault of a cell that should spell a number."""
    if not text:
        return Fault(where, "the cell is empty", "a number")
    remedy = "write 1234.5, not 1.234,5" if "," in text else ""
    return Fault(where, f"{shown(text)} is not a number", f"a finite number of at most {LARGEST:g}", remedy)
