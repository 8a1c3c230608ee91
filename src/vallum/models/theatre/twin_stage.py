"""What the plain coding of the campaign reads, and how it tells what happened (`campaign_twin`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from vallum.models.theatre.engagement import Fits
from vallum.models.theatre.network import Network, real_ids
from vallum.models.theatre.twin import END
from vallum.spec import Rows, Tables

STEPS = 4  # of a day
CLOCK = 200  # days before the attack on which the clock of movement starts
DAY = 1440  # minutes
Values = Mapping[str, float | Sequence[float] | Sequence[bool]]


@dataclass(frozen=True)
class Event:
    """Something that happened, for a reader.

    Attributes
    ----------
    day : float
        From the attack.
    what : str
        "plan taken", "decision", "forces arrive", "battle begins", "battle ends", "pause", "segment passed",
        "attacker waits", "axis halted", "place falls", "aim reached", "aim taken", "escalation",
        "counter-offensive begins" (from then on the attacker is who defended before) or "aim retaken".
    axis : str
        Id of the axis, empty where it is on none.
    who : str
        Id of the formation, echelon, segment, place or plan.
    why : str
        The reason, in words.
    numbers : mapping of str to float
        What there is to count, by name.
    """

    day: float
    what: str
    axis: str = ""
    who: str = ""
    why: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])


class Story(NamedTuple):
    """One run: outcomes by name, numbers or one a row as the declaration says; and events in order of time."""

    outcomes: dict[str, Any]
    events: list[Event]


class Stage(NamedTuple):
    """What no run changes: tables, the planned network, the fits, and each axis's rows of `segments`."""

    tables: Tables
    network: Network
    fits: Fits
    chains: tuple[tuple[int, ...], ...]


class Given:
    """Inputs by name, and by row where they have one."""

    def __init__(self, inputs: Values) -> None:
        self.inputs = inputs

    def __call__(self, name: str, row: int | None = None) -> float:
        """An input, of a row where it has one number a row."""
        value = self.inputs[name]
        if isinstance(value, Sequence):
            assert row is not None, f"{name} has one number a row"
            return float(value[row])
        return float(value)

    def active(self, table: str, row: int) -> bool:
        """Whether a row is there under the option."""
        return self(f"{table}.active", row) > 0.5


def real_rows(rows: Rows) -> list[tuple[int, str]]:
    """Rows and ids of a table without padding."""
    return list(enumerate(real_ids(rows)))


def number(rows: Rows, column: str, row: int) -> float:
    """A cell as a number."""
    return float(str(rows.columns[column][row]))


def text(rows: Rows, column: str, row: int) -> str:
    """A cell, empty where nothing stands."""
    value = rows.columns[column][row]
    return "" if value is None else str(value)


def clip(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """A number kept between two others."""
    return min(max(value, low), high)


def minute_of(day: float) -> int:
    """Minute of the clock of movement."""
    return round(clip((day + CLOCK) * DAY, 0, END))


def step_of(day: float) -> float:
    """The step whose beginning is nearest to a time."""
    return math.floor(clip(day, 0.0, 1e5) * STEPS + 0.5) if math.isfinite(day) else math.inf
