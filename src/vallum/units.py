"""Units of the field, checked once when a case is read.

Inside models numbers are bare floats in the unit their spec declares; pint is asked only
here, only at load time, and only about what looks like a unit: it computes what it is
given, and would never come back from `10**10**10`.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from vallum.errors import VallumError

if TYPE_CHECKING:
    import pint

DEFINITIONS = (
    "ADE = [armoured_division_equivalent]",  # armoured division equivalent, 1,200 armoured vehicles
    "brigade = [brigade_equivalent] = brigade_equivalents",
    "battalion = brigade / 3",
    "aircraft = [aircraft]",
    "sortie = [sortie] = sorties",
    "vehicle = [vehicle] = vehicles",
    "train = [train] = trains",
    "troop = [troop] = troops = soldier = soldiers",
    "USD = [money] = dollar = dollars",
    "EUR = [money_eur] = euro = euros",
    "percentage_point = 0.01",
)
_UNIT = re.compile(r"[\w$%°µ²³·*/^(). -]{1,60}")
_UNSAFE = re.compile(r"\d\s*\)*\s*(\*\*|\^)|\d{3}|(\*\*|\^)\s*\(")
_OFFSET = re.compile(r"°|\bdeg(C|F|ree_\w+)\b|\b(celsius|fahrenheit|dBm?|decibel\w*|neper)\b", re.IGNORECASE)


class UnitError(VallumError):
    """A unit that is unknown, or of another dimension than the one needed."""


@cache
def registry() -> pint.UnitRegistry[float]:
    """The unit registry: pint's own units and those of the field."""
    import pint

    units: pint.UnitRegistry[float] = pint.UnitRegistry()
    for definition in DEFINITIONS:
        units.define(definition)
    return units


@cache
def factor(unit: str, to: str) -> float:
    """The number that turns an amount in `unit` into one in `to`.

    Raises
    ------
    UnitError
        If either is unknown or no plain unit (temperatures and decibels are none), if the
        two have different dimensions, or if the number is beyond computing.

    Examples
    --------
    >>> round(factor("mile", "km"), 6)
    1.609344
    >>> factor("percent/day", "1/day")
    0.01
    """
    if unit == to:
        return 1.0
    import pint

    known: Any = registry()
    parsed = [_parsed(text) for text in (unit, to)]
    try:
        times = float(known.Quantity(1.0, parsed[0]).to(parsed[1]).magnitude)
    except pint.DimensionalityError as error:
        raise UnitError(f"{unit!r} cannot be turned into {to!r}: different dimensions") from error
    except ArithmeticError:
        times = math.inf
    if not (math.isfinite(times) and 1e-50 < times < 1e50):
        raise UnitError(f"{unit!r} cannot be turned into {to!r}: the factor is beyond computing")
    return times


def is_unit(text: str) -> bool:
    """Whether a text is a unit.

    Examples
    --------
    >>> is_unit("km/day"), is_unit("furlongs per"), is_unit("10**10**10")
    (True, False, False)
    """
    try:
        _parsed(text)
    except UnitError:
        return False
    return True


@cache
def _parsed(text: str) -> Any:
    if not text.strip() or not _UNIT.fullmatch(text) or _UNSAFE.search(text) or _OFFSET.search(text):
        raise UnitError(f"unknown unit {text!r}")
    units: Any = registry()
    try:
        return units.Unit("dimensionless" if text.strip() == "1" else text.replace("1/", "1 / "))
    except Exception as error:
        raise UnitError(f"unknown unit {text!r}") from error
