"""The tables of a case: lists of formations, links or days, one CSV file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vallum.case.faults import Fault, did_you_mean, listed, shown
from vallum.case.files import Shelf
from vallum.case.sheets import Row, Sheet, not_a_number, number, read_sheet
from vallum.case.wording import bounds
from vallum.spec import Column, Input, ModelSpec, Table

_OWN_KEY = "a key that no other row has"


@dataclass(frozen=True, slots=True)
class CaseTable:
    """One table, as its file has it.

    Parameters
    ----------
    name, key, file : str
        Name in the model's declaration, its key column, and its file.
    ordered : bool
        Whether the rows are the steps of a clock.
    ids : tuple of str (row,)
        Keys: in the file's order for a clock, sorted otherwise, so that the order of
        the rows in the file never matters.
    columns : mapping of str to tuple (row,)
        The columns the model declares beside the key: text, references as ids, and
        numbers in the declared unit. Where an optional cell is empty, "" for text and
        references, None for a number.
    cells : mapping of str to tuple of str (row,)
        Every column of the file as text, notes of the analyst included.
    lines : tuple of int (row,)
        The line of the file on which each row starts.
    """

    name: str
    key: str
    file: str
    ordered: bool
    ids: tuple[str, ...]
    columns: Mapping[str, tuple[object, ...]]
    cells: Mapping[str, tuple[str, ...]]
    lines: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, row: int, column: str) -> str:
        """Where a cell stands, as faults write it."""
        return f"{self.file}:{self.lines[row]} {column}"

    def with_cells(self, changes: Mapping[str, Mapping[str, float]]) -> CaseTable:
        """The table with some numbers replaced, given by column and key."""
        cells = dict(self.cells)
        for column, values in changes.items():
            pairs = zip(self.ids, cells[column], strict=True)
            cells[column] = tuple(repr(values[id]) if id in values else cell for id, cell in pairs)
        return replace(self, cells=cells)


def allowed(column: Column) -> str:
    """What a cell may hold, in words: "at least 0 km", "one of road, rail", "a row of nodes, or empty"."""
    if column.kind == "number":
        words = bounds(Input(column.name, column.unit, column.meaning, column.low, column.high))
    elif column.choices:
        words = f"one of {', '.join(column.choices)}"
    else:
        words = f"a row of {column.references}" if column.kind == "reference" else "any text"
    return f"{words}, or empty" if column.optional else words


def read_tables(
    shelf: Shelf, spec: ModelSpec, files: Mapping[str, str], faults: list[Fault]
) -> dict[str, CaseTable | None]:
    """Read every table that the model declares.

    Parameters
    ----------
    shelf : Shelf
        The case's files.
    spec : ModelSpec
        The declaration.
    files : mapping of str to str
        File names by table.
    faults : list of Fault
        Grows by what is wrong.

    Returns
    -------
    dict of str to CaseTable or None
        None where the file cannot be used at all.
    """
    tables = {table.name: _read(shelf, table, files[table.name], faults) for table in spec.tables}
    for table in spec.tables:
        for column in table.columns:
            if column.kind == "reference":
                _check_references(tables.get(table.name), column, tables.get(column.references), faults)
    return tables


def _read(shelf: Shelf, table: Table, file: str, faults: list[Fault]) -> CaseTable | None:
    text = shelf.read(file, faults)
    required = (table.key, *(column.name for column in table.columns))
    sheet = None if text is None else read_sheet(text, file, required, None, faults)
    if sheet is None:
        return None
    rows = _ordered_rows(sheet, table.key, faults) if table.ordered else _keyed_rows(sheet, table.key, faults)
    return CaseTable(
        name=table.name,
        key=table.key,
        file=file,
        ordered=table.ordered,
        ids=tuple(row.cells[table.key] for row in rows),
        columns={column.name: _column(sheet, rows, column, faults) for column in table.columns},
        cells={name: tuple(row.cells[name] for row in rows) for name in sheet.columns},
        lines=tuple(row.line for row in rows),
    )


def _ordered_rows(sheet: Sheet, key: str, faults: list[Fault]) -> list[Row]:
    if not sheet.rows:
        faults.append(Fault(f"{sheet.file}:1", "no rows", "at least the row 0"))
    for step, row in enumerate(sheet.rows):
        id = row.cells[key]
        if id != str(step):
            first = next((other.line for other in sheet.rows[:step] if other.cells[key] == id), 0)
            found = (
                f"duplicate: {shown(id)} already stands on line {first}" if first else f"{shown(id)} is out of order"
            )
            faults.append(Fault(sheet.place(row.line, key), found, f"{step}: keys run 0, 1, 2, ..."))
            break
    return list(sheet.rows)


def _keyed_rows(sheet: Sheet, key: str, faults: list[Fault]) -> list[Row]:
    rows: dict[str, Row] = {}
    for row in sheet.rows:
        where, id = sheet.place(row.line, key), row.cells[key]
        if not id:
            faults.append(Fault(where, "the key is empty", _OWN_KEY))
        elif id.startswith("~"):
            faults.append(Fault(where, f"the key {shown(id)} starts with '~'", remedy="'~' is kept for padding"))
        elif id in rows:
            faults.append(Fault(where, f"the key {shown(id)} already stands on line {rows[id].line}", _OWN_KEY))
        else:
            rows[id] = row
    return [rows[id] for id in sorted(rows)]


def _column(sheet: Sheet, rows: list[Row], column: Column, faults: list[Fault]) -> tuple[object, ...]:
    texts = [row.cells[column.name] for row in rows]
    for row, text in zip(rows, texts, strict=True):
        fault = None if column.optional and not text else _fault(sheet.place(row.line, column.name), text, column)
        if fault is not None:
            faults.append(fault)
    return tuple(number(text) for text in texts) if column.kind == "number" else tuple(texts)


def _fault(where: str, text: str, column: Column) -> Fault | None:
    """What is wrong with a cell, as far as it can be said without the other tables."""
    if column.kind == "number":
        value = number(text)
        if value is None:
            return not_a_number(where, text)
        return None if column.low <= value <= column.high else Fault(where, f"{text} is out of bounds", allowed(column))
    if column.choices and text not in column.choices:
        found = f"unknown {column.name} {shown(text)}" if text else "the cell is empty"
        return Fault(where, found, allowed(column), did_you_mean(text, column.choices))
    if column.kind == "text" and not column.choices and not text:
        return Fault(where, "the cell is empty", allowed(column))
    return None


def _check_references(table: CaseTable | None, column: Column, target: CaseTable | None, faults: list[Fault]) -> None:
    if table is None or target is None:
        return
    known = {*target.ids, ""} if column.optional else set(target.ids)
    astray = [row for row, id in enumerate(table.cells[column.name]) if id not in known]
    for row in astray[:20]:
        id = table.cells[column.name][row]
        found = f"no row {shown(id)} in {target.file}" if id else "the cell is empty"
        rows = f"a row of {target.file}: {listed(target.ids)}"
        faults.append(Fault(table.place(row, column.name), found, rows, did_you_mean(id, target.ids)))
