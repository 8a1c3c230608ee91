"""What a person may write in `case.toml`.

One pydantic model a table of the file. They check what can be said about a table alone:
its keys, the types of its values, its words. What needs the model's declaration, other
files or other tables is checked when the case is resolved.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from vallum.case.sheets import LARGEST

Status = Literal["read", "derived", "recalled", "assumption"]
Side = Literal["attacker", "defender", "neither"]
Favours = Literal[Side, ""]
"""Whom a choice favours; "" where that is not stated."""
QuestionKind = Literal["sufficiency", "precise", "effect"]

KINDS = (
    "value", "uniform", "triangular", "normal", "lognormal",
    "beta", "branches", "empirical", "column", "from_claims",
)  # fmt: skip
"""The keys of which an input has exactly one."""


def refuse(found: str, allowed: str = "", remedy: str = "") -> PydanticCustomError:
    """An error of pydantic that becomes a `Fault` with these words."""
    context = {"found": found, "allowed": allowed, "remedy": remedy}
    return PydanticCustomError("case", "{found}; allowed: {allowed}; {remedy}", context)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{_brief(value)} is not a number")
    if not abs(value) <= LARGEST:
        raise refuse(f"{_brief(value)} is not a number to compute with", f"a finite number of at most {LARGEST:g}")
    return float(value)


def _cell(value: Any) -> float | str:
    return value if isinstance(value, str) and value else _number(value)


def _word(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", value, re.ASCII):
        return value
    raise refuse(f"{_brief(value)} cannot be a name", "letters, digits, '-', '_' and '.', at most 100 of them")


def _when(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _row_id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _brief(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**50:
        return "an integer of more than 50 digits"
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."


Number: TypeAlias = Annotated[float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Cell: TypeAlias = Annotated[
    float | str,
    PlainValidator(_cell),
    WithJsonSchema({"type": ["number", "string"], "description": "a number, or the column that has it row by row"}),
]
Word: TypeAlias = Annotated[
    str, PlainValidator(_word), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$"})
]
When: TypeAlias = Annotated[str, BeforeValidator(_when)]
RowId: TypeAlias = Annotated[str, BeforeValidator(_row_id)]


class Entry(BaseModel):
    """A table of the file: no unknown keys, no silent conversion, never changed after."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class NormalEntry(Entry):
    """`normal = { mean, sd, low?, high? }`."""

    mean: Cell
    sd: Cell
    low: Cell | None = None
    high: Cell | None = None


class LogNormalEntry(Entry):
    """`lognormal = { median, sigma, low?, high? }`; sigma is the sd of the natural logarithm."""

    median: Cell
    sigma: Cell
    low: Cell | None = None
    high: Cell | None = None


class BetaEntry(Entry):
    """`beta = { a, b, low = 0, high = 1 }`."""

    a: Cell
    b: Cell
    low: Cell = 0.0
    high: Cell = 1.0


class BranchEntry(Entry):
    """One of the `branches`: a value and its weight among them."""

    value: Cell
    weight: Cell
    name: str = ""
    claim: str = ""


class InputEntry(Entry):
    """`[inputs.NAME]`: what is known about one input, and on whose word."""

    value: Cell | None = Field(None, description="one value for certain")
    uniform: tuple[Cell, Cell] | None = Field(None, description="[low, high]: anything between, equally likely")
    triangular: tuple[Cell, Cell, Cell] | None = Field(None, description="[low, mode, high]")
    normal: NormalEntry | None = None
    lognormal: LogNormalEntry | None = None
    beta: BetaEntry | None = None
    branches: Annotated[tuple[BranchEntry, ...], Field(min_length=1)] | None = Field(
        None, description="a few separate possibilities with weights"
    )
    empirical: Annotated[tuple[Cell, ...], Field(min_length=1)] | None = Field(
        None, description="observed values, equally likely"
    )
    column: str | None = Field(None, description="the column of the input's table with one certain value a row")
    from_claims: Literal["range", "branches"] | None = Field(None, description="taken from the cited claims")
    weights: dict[str, Number] = Field(default_factory=dict, description="for from_claims: weight of each claim")
    unit: str = Field(min_length=1, description="unit of every number here")
    evidence: tuple[str, ...] = Field((), description="ids of claims in claims.csv")
    status: Status = Field(description="how the value came here")
    favours: Favours = Field("", description="whom this choice of value favours; left out: not stated")
    note: str = ""
    group: str = Field("", description="text column: rows that share it share one quantile")
    idiosyncratic: Annotated[Number, Field(ge=0, le=1)] = Field(0.0, description="share of variance of the row's own")

    @property
    def kind(self) -> str:
        """The one key of `KINDS` that is given."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> InputEntry:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            found = f"both {' and '.join(given)}" if given else "no value"
            raise refuse(found, f"exactly one of {', '.join(KINDS)}")
        if self.weights and self.from_claims != "branches":
            raise refuse("'weights' is for from_claims = \"branches\"", "", "give weights inside branches")
        return self


class Question(Entry):
    """`[question]`: what the case asks, of which outcome, and against which threshold."""

    text: str
    kind: QuestionKind
    outcome: str
    at_most: Number | None = None
    at_least: Number | None = None
    also: tuple[Number, ...] = ()
    event: str = ""
    event_is: Literal["good", "bad"] = "bad"
    why: str = ""
    report: tuple[str, ...] = ()
    over_time: tuple[str, ...] = ()
    reference: str = ""

    @property
    def threshold(self) -> float | None:
        """The number the outcome is held against, in the outcome's unit."""
        return self.at_most if self.at_most is not None else self.at_least

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The threshold, then the further ones; empty without any."""
        return () if self.threshold is None else tuple(dict.fromkeys((self.threshold, *self.also)))

    @model_validator(mode="after")
    def _asks_something(self) -> Question:
        if self.kind == "sufficiency" and self.threshold is None:
            raise refuse("a question of sufficiency without a threshold", "at_most or at_least")
        if self.at_most is not None and self.at_least is not None:
            raise refuse("both at_most and at_least", "one of them")
        if self.also and self.threshold is None:
            raise refuse("'also' without a threshold", "at_most or at_least beside it")
        places = re.findall(r"\{[^}]*\}?", self.event)
        if self.event and (places != ["{threshold}"] or "}" in self.event.replace("{threshold}", "")):
            raise refuse("the event does not say {threshold} once", "a sentence such as 'shortfall by day {threshold}'")
        return self


class Omission(Entry):
    """`[[scenario.omitted]]`: what is left out, and whom that favours."""

    variable: str
    favours: Side
    reason: str = ""


class Scenario(Entry):
    """`[scenario]`: the world in which the question is asked."""

    stance: Literal["most-plausible", "conservative", "high-leverage"]
    prose: str = ""
    political: tuple[str, ...] = ()
    omitted: tuple[Omission, ...] = ()


class Cost(Entry):
    """`cost` of an option: a best value, perhaps a range, on someone's word."""

    best: Number
    low: Number | None = None
    high: Number | None = None
    unit: str = Field(min_length=1)
    status: Status
    evidence: tuple[str, ...] = ()
    note: str = ""

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest cost; the best value where no range is given."""
        return (
            self.best if self.low is None else self.low,
            self.best if self.high is None else self.high,
        )

    @model_validator(mode="after")
    def _in_order(self) -> Cost:
        low, high = self.range
        if not low <= self.best <= high:
            raise refuse(f"low {low:g}, best {self.best:g}, high {high:g} are out of order", "low <= best <= high")
        return self


class RowEntry(Entry):
    """One of an option's `rows`: a row taken away, brought back, or changed."""

    table: str
    row: RowId
    active: bool | None = None
    set: dict[str, Number] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _changes_something(self) -> RowEntry:
        if self.active is None and not self.set:
            raise refuse("the row edit changes nothing", "active or set")
        return self


class OptionEntry(Entry):
    """`[options.ID]`: one posture; what it changes in the case."""

    title: str
    note: str = ""
    based_on: str = ""
    cost: Cost | None = None
    upfront: Cost | None = None
    cost_beside: str = ""
    not_comparable: str = ""
    inputs: dict[str, InputEntry] = Field(default_factory=dict)
    rows: tuple[RowEntry, ...] = ()


class CorrelationEntry(Entry):
    """`[[correlations]]`: two inputs that go together, by Spearman's rank correlation."""

    inputs: tuple[str, str]
    rank: Number
    evidence: tuple[str, ...] = ()
    note: str = ""


class Heading(Entry):
    """The keys at the top of the file, and the file names of its tables."""

    name: Word
    title: str
    model: str
    as_of: When = ""
    authors: tuple[str, ...] = ()
    note: str = ""
    tables: dict[str, str] = Field(default_factory=dict)
    years: str = Field("", description="file with what the years after are made of: answer, tension, choice")


class CaseFile(Heading):
    """The whole of `case.toml`."""

    question: Question
    scenario: Scenario
    inputs: dict[str, InputEntry]
    options: Annotated[dict[Word, OptionEntry], Field(min_length=1)]
    correlations: tuple[CorrelationEntry, ...] = ()
