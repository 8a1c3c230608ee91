"""Declarations that every room shares: what a model takes and what it gives.

A model declares its inputs, outcomes and tables here-typed; a case is checked
against the declaration, a study stores it, and pages are labelled with it. This
module imports nothing but the standard library, so that reading and checking a
case never loads an array library.

Examples
--------
>>> from vallum.spec import Input, ModelSpec, Outcome
>>> spec = ModelSpec(
...     name="two_to_one",
...     title="A ratio",
...     reference="none",
...     inputs=(Input("attacker", unit="ADE", meaning="attacking force", low=0.0),),
...     outcomes=(Outcome("wins", unit="1", meaning="attacker wins", kind="flag"),),
... )
>>> spec.input("attacker").unit
'ADE'
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Knower = Literal["attacker", "defender", "both", "none"]
OutcomeKind = Literal["number", "count", "flag", "time"]
ColumnKind = Literal["text", "number", "reference"]


@dataclass(frozen=True, slots=True)
class Input:
    """One quantity that a case must give a model.

    Parameters
    ----------
    name : str
        Name in case files, in code and in results.
    unit : str
        Canonical unit that the model computes in, as `vallum.units` spells it;
        "1" for a pure number. A case may use any unit of the same dimension.
    meaning : str
        One line a reader outside the field understands.
    low, high : float
        Physical bounds, inclusive: no case may let the input leave them.
    per : str
        Empty for one number a run; otherwise the name of the table that has a
        number in every row.
    whole : bool
        A count: sampled values are rounded to the nearest whole number.
    known_to : {"attacker", "defender", "both", "none"}
        Who knows the realised value when it decides.
    symbol : str
        The symbol in the source, for readers who have it at hand.
    """

    name: str
    unit: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    per: str = ""
    whole: bool = False
    known_to: Knower = "none"
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One quantity that a run gives back.

    Parameters
    ----------
    name, unit, meaning : str
        As for `Input`.
    kind : {"number", "count", "flag", "time"}
        "time" is the moment an event first happens, infinite where it never does.
    per : str
        Empty for one number a run; otherwise the ordered table (a clock) along
        which the model gives a series, or the table for whose rows it gives one each.
    clock : str
        For a time: the ordered table on whose steps it lies. Beyond the last step the
        model knows nothing, so an infinite time means "not by then".
    at : str
        The input that says at which moment the quantity is taken; empty for none.
    """

    name: str
    unit: str
    meaning: str
    kind: OutcomeKind = "number"
    per: str = ""
    clock: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that describes its rows and is not an uncertain input.

    Parameters
    ----------
    name, meaning : str
        Heading, and one line a reader outside the field understands.
    kind : {"text", "number", "reference"}
        A reference names a row of the table `references`.
    unit : str
        Of a number.
    references : str
        The table whose rows a reference names.
    optional : bool
        Whether a cell may be empty.
    choices : tuple of str
        The texts a cell may hold; empty for any.
    low, high : float
        Bounds of a number, inclusive.
    """

    name: str
    meaning: str
    kind: ColumnKind = "text"
    unit: str = "1"
    references: str = ""
    optional: bool = False
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Table:
    """A list that a case gives row by row.

    Parameters
    ----------
    name : str
        Name of the table; its file is `NAME.csv` unless the case says otherwise.
    key : str
        The column that identifies a row.
    meaning : str
        What a row is.
    columns : tuple of Column
        Columns beside the key and the inputs that are `per` this table.
    ordered : bool
        The rows are the steps 0, 1, 2, ... of a clock: never padded, never masked.
    """

    name: str
    key: str
    meaning: str
    columns: tuple[Column, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table, as a model's `plan` sees them.

    `ids` has one entry a row, padding included (padding ids start with "~");
    `columns` holds the descriptive columns, one value a row, None where padded.
    """

    ids: tuple[str, ...]
    columns: Mapping[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])

    def __len__(self) -> int:
        return len(self.ids)


Tables = Mapping[str, Rows]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """The declaration of a model.

    Parameters
    ----------
    name, title, reference : str
        Registered name, readable title, and the publication it implements.
    inputs, outcomes, tables : tuple
        What it takes and gives. Names are unique within each.
    statuses : tuple of str
        What the integer `status` of a run means; 0 is a good run. The engine
        adds "non-finite outcome" by itself.
    streams : tuple of str
        Names of the model's streams of chance, append-only: a stream's place in
        the tuple is part of the identity of its draws. Empty: no chance within a
        run.
    limits : tuple of str
        What the model leaves out, each with the direction of its bias.
    """

    name: str
    title: str
    reference: str
    inputs: tuple[Input, ...]
    outcomes: tuple[Outcome, ...]
    tables: tuple[Table, ...] = ()
    statuses: tuple[str, ...] = ("ok",)
    streams: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for kind, names in (
            ("input", [x.name for x in self.inputs]),
            ("outcome", [x.name for x in self.outcomes]),
            ("table", [x.name for x in self.tables]),
        ):
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise ValueError(f"{self.name}: {kind} declared twice: {', '.join(twice)}")
        tables = {t.name: t for t in self.tables}
        for quantity in (*self.inputs, *self.outcomes):
            if quantity.per and quantity.per not in tables:
                raise ValueError(f"{self.name}: {quantity.name} is per {quantity.per}, no table of this model")
        for outcome in self.outcomes:
            if outcome.clock and not (outcome.clock in tables and tables[outcome.clock].ordered):
                raise ValueError(f"{self.name}: {outcome.name} lies on {outcome.clock}, no clock of this model")
            if outcome.at and outcome.at not in [x.name for x in self.inputs]:
                raise ValueError(f"{self.name}: {outcome.name} is taken at {outcome.at}, no input of this model")

    def input(self, name: str) -> Input:
        """The input called `name`; KeyError where there is none."""
        return {x.name: x for x in self.inputs}[name]

    def outcome(self, name: str) -> Outcome:
        """The outcome called `name`; KeyError where there is none."""
        return {x.name: x for x in self.outcomes}[name]

    def table(self, name: str) -> Table:
        """The table called `name`; KeyError where there is none."""
        return {x.name: x for x in self.tables}[name]

    @property
    def scalars(self) -> tuple[Outcome, ...]:
        """Outcomes with one number a run: what a study stores for every run."""
        return tuple(x for x in self.outcomes if not x.per)

    @property
    def series(self) -> tuple[Outcome, ...]:
        """Outcomes along a clock or a table: stored as fans, replayed run by run."""
        return tuple(x for x in self.outcomes if x.per)
