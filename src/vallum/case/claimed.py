"""Distributions taken from the claims that an input cites.

A *range* runs from the lowest to the highest number of all cited claims: a triangle
where exactly one claim has a best value strictly inside, flat otherwise. *Branches*
keep the claims apart: one possibility a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vallum.case.discrete import Branches
from vallum.case.distributions import Constant, Triangular, Uniform
from vallum.case.evidence import Claim
from vallum.case.marginal import Marginal
from vallum.units import factor


def claimed_range(claims: Sequence[Claim], unit: str) -> Marginal | None:
    """Everything the claims span, in `unit`; None where they name no number.

    Raises
    ------
    UnitError
        If a claim's unit cannot be turned into `unit`.
    """
    spans: list[tuple[float, float]] = []
    bests: list[float] = []
    for claim in claims:
        if claim.interval is not None:
            times = factor(claim.unit, unit)
            spans.append((claim.interval[0] * times, claim.interval[1] * times))
            if claim.best is not None:
                bests.append(claim.best * times)
    if not spans:
        return None
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    inside = [best for best in bests if low < best < high]
    if low == high:
        return Constant(low)
    return Triangular(low, inside[0], high) if len(inside) == 1 else Uniform(low, high)


def claimed_branches(claims: Sequence[Claim], weights: Mapping[str, float], unit: str) -> Branches | None:
    """One branch a claim that names a number: its best, or the middle of its range.

    Parameters
    ----------
    claims : sequence of Claim
        The claims cited.
    weights : mapping of str to float
        Weight by claim id; empty for equal weights.
    unit : str
        Unit of the values returned.

    Returns
    -------
    Branches or None
        None where no claim names a number.

    Raises
    ------
    UnitError
        If a claim's unit cannot be turned into `unit`.
    """
    values: list[float] = []
    ids: list[str] = []
    for claim in claims:
        if claim.interval is not None:
            middle = (claim.interval[0] + claim.interval[1]) / 2 if claim.best is None else claim.best
            values.append(middle * factor(claim.unit, unit))
            ids.append(claim.id)
    if not values:
        return None
    shares = np.array([weights[id] if weights else 1.0 for id in ids])
    return Branches(np.array(values), shares, names=tuple(ids), claims=tuple(ids))
