"""What a model's functions ask of the numbers that they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float64
    from numpy.typing import ArrayLike


def within(value: ArrayLike, low: float, high: float, name: str) -> Float64[np.ndarray, "*batch"]:
    """The numbers, if they are finite and within their range."""
    x = np.asarray(value, np.float64)
    if not (np.isfinite(x) & (x >= low) & (x <= high)).all():
        raise ValueError(f"{name} is {value}: it has to be finite and between {low:g} and {high:g}")
    return x
