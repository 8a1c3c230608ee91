"""Stationing: what it takes and costs to keep a unit in theatre, by rotation or for good.

**Rotation.** Units take turns. Each is away for a tour of T months and then at home for
dwell x T; a unit that takes over arrives `overlap` months before the one it relieves goes.
To have one unit in theatre without a gap takes

    N = (1 + dwell) T / (T - overlap)   units in the force structure,                   (1)
    d = T / (T - overlap)               of them deployed, on average.                   (2)

**Permanent stationing** takes N = d = 1 and a base with housing, schools and hospitals.

**Cost in a year of one unit present**, c the cost of having a unit anywhere, p the premium
of a unit-year deployed (transport, pay, wear), b the yearly cost of base and families, and
a the part of the units at home that is charged to the presence:

    rotation   c (1 + a (N - 1)) + p d                                                  (3)
    permanent  c + b                                                                    (4)
    alike at   p* = (b - a (N - 1) c) / d                                               (5)

a is the heart of the quarrel: 0 if the units at home exist anyhow and serve other ends, 1
if they exist for this. A negative p* says that stationing is cheaper even if deploying
cost nothing.

What it cannot say: what either presence is worth. Readiness, bonds with the host, families'
consent and the freedom to send a unit elsewhere have no price here (Deni 2017 for
stationing; the counter-argument is flexibility).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    from jaxtyping import Float64

    Numbers: TypeAlias = float | Float64[np.ndarray, "..."]


class Rotation(NamedTuple):
    """How units take turns; fields broadcast together.

    Attributes
    ----------
    dwell : float or array
        Time at home per time away: 2 is written 1:2.
    tour : float or array, months
        T: how long a unit stays in theatre.
    overlap : float or array, months
        How long the relief and the unit it relieves are both there; less than a tour.
    """

    dwell: Numbers
    tour: Numbers
    overlap: Numbers = 0.0


def units_required(rotation: Rotation) -> Float64[np.ndarray, "..."]:
    """Units in the force structure for each one in theatre: equation (1).

    Parameters
    ----------
    rotation : Rotation

    Returns
    -------
    array, shape of the rotation's fields
        N, at least one. Permanent stationing takes one.

    Raises
    ------
    ValueError
        If dwell is below zero, a tour is not above zero or an overlap is not in [0, tour).

    Examples
    --------
    >>> units_required(Rotation(dwell=3.0, tour=9.0, overlap=1.0)).item()
    4.5
    """
    return (1 + np.asarray(rotation.dwell, np.float64)) * units_deployed(rotation)


def units_deployed(rotation: Rotation) -> Float64[np.ndarray, "..."]:
    """Mean number of units away for each one that is present without a gap: equation (2).

    Parameters
    ----------
    rotation : Rotation

    Returns
    -------
    array, shape of the rotation's fields
        d, at least one: handing over costs presence.

    Raises
    ------
    ValueError
        As `units_required`.
    """
    dwell, tour, overlap = (np.asarray(x, np.float64) for x in rotation)
    ok = np.isfinite(dwell) & (dwell >= 0) & np.isfinite(tour) & (tour > 0) & (overlap >= 0) & (overlap < tour)
    if not np.all(ok):
        raise ValueError(
            f"dwell {dwell}, tour {tour}, overlap {overlap}: dwell must be at least zero, a tour above zero "
            "and an overlap at least zero and shorter than its tour"
        )
    return np.broadcast_to(tour / (tour - overlap), ok.shape)


def rotational_cost(
    rotation: Rotation, unit_cost: Numbers, premium: Numbers, attributed: Numbers
) -> Float64[np.ndarray, "..."]:
    """Cost in a year of one unit present by rotation: equation (3).

    Parameters
    ----------
    rotation : Rotation
    unit_cost : float or array, money a year
        c: having one unit, wherever it is.
    premium : float or array, money a year
        p: what a unit-year deployed costs beyond that.
    attributed : float or array
        a: part of the cost of units at home that is charged to the presence, 0 to 1.

    Returns
    -------
    array, money a year
        Inputs broadcast together.

    Raises
    ------
    ValueError
        If a cost is below zero, `attributed` is not in [0, 1], or as `units_required`.
    """
    c, p = _cost("unit cost", unit_cost), _cost("premium", premium)
    return c * (1 + _part(attributed) * (units_required(rotation) - 1)) + p * units_deployed(rotation)


def permanent_cost(unit_cost: Numbers, base_cost: Numbers) -> Float64[np.ndarray, "..."]:
    """Cost in a year of one unit stationed for good: equation (4).

    Parameters
    ----------
    unit_cost : float or array, money a year
        c: having one unit, wherever it is.
    base_cost : float or array, money a year
        b: running its base and supporting its families beyond what that costs at home.

    Returns
    -------
    array, money a year
        Building the base is no part of it: see `yearly_equivalent`.

    Raises
    ------
    ValueError
        If a cost is below zero.
    """
    return _cost("unit cost", unit_cost) + _cost("base cost", base_cost)


def break_even_premium(
    rotation: Rotation, unit_cost: Numbers, base_cost: Numbers, attributed: Numbers
) -> Float64[np.ndarray, "..."]:
    """The deployment premium at which both kinds of presence cost the same: equation (5).

    Parameters
    ----------
    rotation : Rotation
    unit_cost, base_cost : float or array, money a year
        c and b, as in `rotational_cost` and `permanent_cost`. Add the `yearly_equivalent` of
        building the base to b.
    attributed : float or array
        a, 0 to 1.

    Returns
    -------
    array, money a year
        p*. Stationing is cheaper where the premium is higher. Below zero: always cheaper.

    Raises
    ------
    ValueError
        As `rotational_cost`.
    """
    at_home = _part(attributed) * (units_required(rotation) - 1) * _cost("unit cost", unit_cost)
    return (_cost("base cost", base_cost) - at_home) / units_deployed(rotation)


def present_value(
    up_front: Numbers, yearly: Numbers, rate: float, years: int, build_up: int = 0
) -> Float64[np.ndarray, "..."]:
    """What a programme costs in money of its first day.

    Parameters
    ----------
    up_front : float or array, money
        Paid on the first day if nothing is built up, else in equal parts at the end of each
        year of the build-up.
    yearly : float or array, money a year
        Paid at the end of each year *after* the build-up; nothing of it before.
    rate : float
        Discount rate a year, in the prices of the costs: real if they are constant prices.
    years : int
        Length of the programme, its build-up included.
    build_up : int, optional
        Years before the yearly cost begins, 0 to `years`.

    Returns
    -------
    array, money
        Costs broadcast together.

    Raises
    ------
    ValueError
        If the rate is not above -1, or the build-up is not within the years.

    Examples
    --------
    >>> round(present_value(100.0, 10.0, rate=0.03, years=20).item(), 4)
    248.7747
    """
    if not (-1 < rate < np.inf and 0 <= build_up <= years and years >= 1):
        raise ValueError(
            f"rate {rate}, years {years}, build-up {build_up}: the rate must be above -1, years at least 1 "
            "and the build-up between 0 and the years"
        )
    discount = (1 + rate) ** -np.arange(1.0, years + 1)
    built = discount[:build_up].mean() if build_up else 1.0
    return np.asarray(up_front, np.float64) * built + np.asarray(yearly, np.float64) * discount[build_up:].sum()


def yearly_equivalent(up_front: Numbers, rate: float, years: int) -> Float64[np.ndarray, "..."]:
    """The level yearly cost with the same present value as a cost on the first day.

    Parameters
    ----------
    up_front : float or array, money
    rate : float
        Discount rate a year.
    years : int
        How long what was bought serves.

    Returns
    -------
    array, money a year

    Raises
    ------
    ValueError
        As `present_value`.
    """
    return np.asarray(up_front, np.float64) / present_value(0.0, 1.0, rate, years)


def _cost(name: str, values: Numbers) -> Float64[np.ndarray, "..."]:
    """The values, if each is a cost."""
    x = np.asarray(values, np.float64)
    if not (np.isfinite(x) & (x >= 0)).all():
        raise ValueError(f"{name} {x}: every cost must be finite and at least zero")
    return x


def _part(attributed: Numbers) -> Float64[np.ndarray, "..."]:
    """The part of units at home that is charged, if it is a part."""
    x = np.asarray(attributed, np.float64)
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError(f"attributed {x}: the part of units at home that is charged must be 0 to 1")
    return x
