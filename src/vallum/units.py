"""Units of the field, checked once when a case is read.

Inside models numbers are bare floats in the unit their spec declares; pint is
asked only here, and only at load time.
"""

from __future__ import annotations

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
    "USD = [money] = dollar = dollars = US$",
    "EUR = [money_eur] = euro = euros",
    "percentage_point = 0.01",
)


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
        If either unit is unknown or the two have different dimensions.

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
    parsed: list[Any] = []
    for text in (unit, to):
        try:
            if not text.strip():
                raise ValueError("no unit")
            parsed.append(known.Unit("dimensionless" if text.strip() == "1" else text.replace("1/", "1 / ")))
        except Exception as error:
            raise UnitError(f"unknown unit {text!r}") from error
    try:
        return float(known.Quantity(1.0, parsed[0]).to(parsed[1]).magnitude)
    except pint.DimensionalityError as error:
        raise UnitError(f"{unit!r} cannot be turned into {to!r}: different dimensions") from error
