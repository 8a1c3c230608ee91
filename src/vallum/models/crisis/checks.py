"""What every game asks of the numbers that it is given, and what it says if they are wrong."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import ArrayLike, Float64


def together(values: Mapping[str, ArrayLike]) -> dict[str, Float64[np.ndarray, " game"]]:
    """The values, finite and of one shape (game,)."""
    shaped = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, np.float64)) for x in values.values()))
    for name, x in zip(values, shaped, strict=True):
        if x.ndim != 1 or not np.isfinite(x).all():
            raise ValueError(f"{name} must be finite, a number or one a game; found {values[name]}")
    return {name: np.array(x) for name, x in zip(values, shaped, strict=True)}


def in_order(values: Mapping[str, Float64[np.ndarray, " game"]], *names: str) -> None:
    """Refuse values that do not fall from each name to the next."""
    for higher, lower in pairwise(names):
        wrong = ~(values[higher] > values[lower])
        if wrong.any():
            n = int(np.argmax(wrong))
            above, below = values[higher][n], values[lower][n]
            raise ValueError(f"{higher} = {above:g} is not above {lower} = {below:g} in game {n}")


def probabilities(values: Mapping[str, Float64[np.ndarray, " game"]], *names: str) -> None:
    """Refuse values that are no probabilities."""
    for name in names:
        wrong = ~((values[name] >= 0) & (values[name] <= 1))
        if wrong.any():
            raise ValueError(f"{name} must lie in 0 to 1, found {values[name][wrong][0]:g}")


def precisions(precision: ArrayLike) -> Float64[np.ndarray, "*game"]:
    """Lambda, finite and at least 0."""
    rate = np.asarray(precision, np.float64)
    wrong = ~(np.isfinite(rate) & (rate >= 0))
    if wrong.any():
        raise ValueError(f"precision must be finite and at least 0, found {rate[wrong][0]:g}")
    return rate


def in_units(precision: ArrayLike, scale: Float64[np.ndarray, " game"]) -> Float64[np.ndarray, " game"]:
    """Lambda game by game, times the unit of utility."""
    return np.broadcast_to(precisions(precision), scale.shape) * scale
