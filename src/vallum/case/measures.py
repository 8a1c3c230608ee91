"""Units as a case writes them, asked about safely.

What stands in a file goes to the unit registry only where it looks like a unit, because
the registry computes what it is given: `10**10**10` would never come back.
"""

from __future__ import annotations

import math
import re

from vallum.units import UnitError, factor

_UNIT = re.compile(r"[\w$%°µ²³·*/^(). -]{1,60}")
_UNSAFE = re.compile(r"\d\s*\)*\s*(\*\*|\^)|\d{3}|(\*\*|\^)\s*\(")
_OFFSET = re.compile(r"°|\bdeg(C|F|ree_\w+)\b|\b(celsius|fahrenheit|dBm?|decibel\w*|neper)\b", re.IGNORECASE)


def conversion(unit: str, to: str) -> float:
    """The number that turns an amount in `unit` into one in `to`.

    Raises
    ------
    UnitError
        If `unit` is unknown, of another dimension, or no unit at all.
    """
    if unit == to:
        return 1.0
    if not _UNIT.fullmatch(unit) or _UNSAFE.search(unit) or _OFFSET.search(unit):
        raise UnitError(f"unknown unit {unit!r}")
    try:
        times = factor(unit, to)
    except ArithmeticError as error:
        raise UnitError(f"{unit!r} cannot be turned into {to!r}: the factor is beyond computing") from error
    if not (math.isfinite(times) and 1e-50 < times < 1e50):
        raise UnitError(f"{unit!r} cannot be turned into {to!r}: the factor is beyond computing")
    return times


def known(unit: str) -> bool:
    """Whether `unit` is a unit."""
    try:
        conversion(unit, "1")
    except UnitError as error:
        return not str(error).startswith("unknown unit")
    return True
