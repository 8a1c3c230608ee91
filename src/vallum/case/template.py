"""A new case folder for any model, filled with placeholders that load."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from vallum.case.evidence import CLAIM_COLUMNS, SOURCE_COLUMNS
from vallum.case.faults import CaseError, Fault
from vallum.case.load import CASE_FILE, load_case_text, write_files
from vallum.case.tables import allowed
from vallum.case.wording import bounds
from vallum.spec import Column, Input, ModelSpec, Table

_STEPS = 100
_HEAD = """\
# A new case of {title}.
# Source of the model: {reference}
#
# EVERY NUMBER HERE IS A PLACEHOLDER: it lies inside the model's bounds and means nothing.
# Replace each, cite the claim it rests on (a row of claims.csv) and say how you came by it:
#   status   read | derived | recalled | assumption
#   favours  attacker | defender | neither: whom this choice of value helps; left out, it is not stated
# Ways to say what you know, one for each input:
#   value = 3                          for certain
#   uniform = [2, 5]                   anything between, equally likely
#   triangular = [2, 3, 5]             low, most likely, high
#   normal = {{ mean = 3, sd = 1, low = 0 }}      truncated where low or high are given
#   lognormal = {{ median = 3, sigma = 0.5 }}     sigma: standard deviation of the logarithm
#   beta = {{ a = 2, b = 5, low = 0, high = 1 }}
#   branches = [{{ value = 2, weight = 1 }}, {{ value = 5, weight = 3 }}]
#   empirical = [2, 2.5, 4]            observed values, equally likely
#   from_claims = "range"              spanned by the cited claims; "branches" keeps them apart
# Units may be any of the same kind: miles for km, percent/day for 1/day.

name = {name}
title = {long_name}
model = {model}

[question]
text = "What would you like to know?"
# sufficiency: is the outcome at most (or at least) something? precise: what is it?
# effect: how do the options differ?
kind = "sufficiency"
# One of: {outcomes}
outcome = {outcome}
at_most = 1
event = "{event} is at most {{threshold}}"
# good or bad? Set it: it decides how results are worded.
event_is = "bad"

[scenario]
# How the scenario was chosen: most-plausible, conservative or high-leverage.
stance = "most-plausible"
prose = "Who fights whom, where, when, and with what warning."

# What the case leaves out, and whom that favours.
[[scenario.omitted]]
variable = "what you leave out"
favours = "neither"
reason = "why"
"""
_INPUT = """
# {meaning}; {bounds}
[inputs.{name}]
{value}
unit = {unit}
evidence = []
status = "assumption"
note = "placeholder"
"""
_TABLES = """
# --- tables: lists, one CSV file each; columns of your own are welcome ----------------
"""
_OPTIONS = """
# --- options: the postures to compare -------------------------------------------------

[options.today]
title = "Today's posture"

# An option changes inputs of its own, or starts from another: based_on = "today".
# Take a row of a table away with rows = [{{ table = "...", row = "...", active = false }}].
[options.alternative]
title = "An alternative"
based_on = "today"
"""
_CLAIM = (
    "example-claim,example,What the source says; delete this row,Who says it,"
    "1,2,3,1,example-source,p. 1,2000,unverified\n"
)
_SOURCE = "example-source,Who (year). Title. Delete this row.,report,2000,,how far you trust it\n"


@dataclass(frozen=True, slots=True)
class _Specified:
    spec: ModelSpec


def write_template(spec: ModelSpec, folder: str | Path, name: str) -> None:
    """Write a new case folder that loads at once and teaches how to go on.

    Parameters
    ----------
    spec : ModelSpec
        The model's declaration.
    folder : str or Path
        A new or empty folder.
    name : str
        Name of the case: letters, digits, "-", "_" and ".".

    Raises
    ------
    CaseError
        If the name cannot be one, the model has no outcome to ask about, or the folder
        exists and is not empty or cannot be written.
    """
    if not spec.scalars:
        raise CaseError([Fault(spec.name, "the model has no outcome with one number a run")])
    files = {
        CASE_FILE: _case_file(spec, name),
        "claims.csv": ",".join(CLAIM_COLUMNS) + "\n" + _CLAIM,
        "sources.csv": ",".join(SOURCE_COLUMNS) + "\n" + _SOURCE,
    }
    files |= {f"{table.name}.csv": _table_file(table, spec) for table in spec.tables}
    load_case_text(files, model=_Specified(spec))
    write_files(files, Path(folder))


def _case_file(spec: ModelSpec, name: str) -> str:
    outcome = spec.scalars[0]
    head = _HEAD.format(
        title=_line(spec.title),
        reference=_line(spec.reference),
        name=_text(name),
        long_name=_text(name.replace("-", " ")),
        model=_text(spec.name),
        outcomes=", ".join(x.name for x in spec.scalars),
        outcome=_text(outcome.name),
        event=outcome.name,
    )
    inputs = "".join(
        _INPUT.format(
            meaning=_line(declared.meaning),
            bounds=bounds(declared),
            name=_key(declared.name),
            value=f"column = {_text(declared.name)}" if declared.per else f"value = {_placeholder(declared)}",
            unit=_text(declared.unit),
        )
        for declared in spec.inputs
    )
    return head + inputs + _rules(spec) + _OPTIONS.format()


def _rules(spec: ModelSpec) -> str:
    """A comment that says what the columns of the tables mean and may hold; empty where there are none."""
    described = [table for table in spec.tables if table.columns]
    parts = [f"#\n# {table.name}.csv: {_line(table.meaning)}\n{_table_rules(table)}" for table in described]
    return _TABLES + "".join(parts) if parts else ""


def _table_rules(table: Table) -> str:
    lines = (f"{column.name}: {column.meaning}; {allowed(column)}" for column in table.columns)
    return "".join(f"#   {_line(line)}\n" for line in lines)


def _placeholder(declared: Input | Column) -> str:
    """A number inside the bounds, whole for a count."""
    low, high = declared.low, declared.high
    if math.isfinite(low) and math.isfinite(high):
        value = (low + high) / 2
    elif math.isfinite(low):
        value = low + 1
    else:
        value = high - 1 if math.isfinite(high) else 1.0
    if isinstance(declared, Input) and declared.whole:
        value = float(math.ceil(value) if math.ceil(value) <= high else math.floor(value))
    short = f"{value:.10g}"
    return short if low <= float(short) <= high else repr(value)


def _ids(table: Table) -> list[str]:
    return [str(step) for step in range(_STEPS)] if table.ordered else [f"{table.name}-1", f"{table.name}-2"]


def _table_file(table: Table, spec: ModelSpec) -> str:
    """A CSV text with the key, the declared columns and one column for each input by row."""
    inputs = [declared for declared in spec.inputs if declared.per == table.name]
    header = [table.key, *(column.name for column in table.columns), *(declared.name for declared in inputs)]
    numbers = [_placeholder(declared) for declared in inputs]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([id, *_cells(table, row, spec), *numbers] for row, id in enumerate(_ids(table)))
    return file.getvalue()


def _cells(table: Table, row: int, spec: ModelSpec) -> list[str]:
    """The declared columns of a row; its references to one table differ, so that a link joins two places."""
    targets = [column.references for column in table.columns]
    return [_cell(column, row + targets[:nth].count(targets[nth]), spec) for nth, column in enumerate(table.columns)]


def _cell(column: Column, turn: int, spec: ModelSpec) -> str:
    """A placeholder that the column allows; references take the rows of their table in turn."""
    if column.choices and column.kind != "number":
        return column.choices[0]
    if column.optional:
        return ""
    if column.kind == "reference":
        ids = _ids(spec.table(column.references))
        return ids[turn % len(ids)]
    if column.kind == "number":
        return "1" if column.low <= 1 <= column.high else _placeholder(column)
    return "to fill in"


def _line(text: str) -> str:
    """The text on one line of a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _key(name: str) -> str:
    """A TOML key, in quotes only where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _text(name)


def _text(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
