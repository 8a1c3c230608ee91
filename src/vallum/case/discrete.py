"""Marginal distributions over a few values, and rows pinned to one value.

Steps are closed on the left: with weights 1 and 1 the lower value has the quantiles
[0, 0.5) and the higher [0.5, 1], which an unscrambled Sobol' sequence splits evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from vallum.case.marginal import Marginal, require, scaled_amount
from vallum.case.normal import Floats, inner


@final
@dataclass(frozen=True, eq=False)
class Branches(Marginal):
    """A few separate possibilities with weights.

    Numbers take their steps in rising order. Columns take them as declared, so that a branch
    is the same column in every row.

    Parameters
    ----------
    values : array (branch,) or (branch, row)
        The possibilities, as written.
    weights : array (branch,) or (branch, row)
        Not negative, of positive sum; normalised here.
    names, claims : tuple of str
        What each branch is called and which claim states it; empty where not said.
    """

    values: Floats
    weights: Floats
    names: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    kind = "branches"
    amounts = ("values",)

    def __post_init__(self) -> None:
        require(np.all(np.greater_equal(self.weights, 0.0), axis=0), "a weight is negative", "weights >= 0")
        require(np.sum(self.weights, axis=0) > 0.0, "the weights add up to 0", "weights of positive sum")

    def ppf(self, u: Floats) -> Floats:
        """The value on whose step `u` lies."""
        values, reached = self._steps()
        return _step(inner(u), values, reached)

    def support(self) -> tuple[Floats, Floats]:
        """Lowest and highest value of positive weight."""
        values, weights = np.broadcast_arrays(*_same_depth(self.values, self.weights))
        return (
            np.asarray(np.min(np.where(weights > 0, values, np.inf), axis=0)),
            np.asarray(np.max(np.where(weights > 0, values, -np.inf), axis=0)),
        )

    def parameters(self) -> dict[str, Floats]:
        """Values in the order of their steps and the summed weights up to each."""
        values, reached = self._steps()
        return {"values": values, "reached": reached}

    def _steps(self) -> tuple[Floats, Floats]:
        values, weights = np.broadcast_arrays(*_same_depth(self.values, self.weights))
        if values.ndim > 1:
            reached = np.cumsum(weights / np.sum(weights, axis=0), axis=0)
            return values, reached / reached[-1:]
        order = np.argsort(values, axis=0, kind="stable")
        weights = np.take_along_axis(weights, order, axis=0)
        reached = np.cumsum(weights / np.sum(weights, axis=0), axis=0)
        return np.take_along_axis(values, order, axis=0), reached / reached[-1:]


@final
@dataclass(frozen=True, eq=False)
class Empirical(Marginal):
    """Observed values, each equally likely: an array (observation,) or (observation, row)."""

    values: Floats

    kind = "empirical"
    amounts = ("values",)

    def __post_init__(self) -> None:
        require(len(self.values) > 0, "no observed value", "at least one value")

    def ppf(self, u: Floats) -> Floats:
        """The observation on whose step `u` lies, in rising order."""
        count = len(self.values)
        return _step(inner(u), np.sort(self.values, axis=0), np.arange(1, count + 1) / count)

    def support(self) -> tuple[Floats, Floats]:
        """Lowest and highest observation."""
        return np.asarray(np.min(self.values, axis=0)), np.asarray(np.max(self.values, axis=0))

    def parameters(self) -> dict[str, Floats]:
        """The observations in rising order."""
        return {"values": np.sort(self.values, axis=0)}


@final
@dataclass(frozen=True, eq=False)
class Pinned(Marginal):
    """A distribution by row in which some rows have one value for certain.

    Parameters
    ----------
    free : Marginal
        What holds in the other rows.
    rows : array of bool (row,)
        Which rows are pinned.
    values : array (row,)
        Their values; not used in the other rows.
    """

    free: Marginal
    rows: NDArray[np.bool]
    values: Floats

    kind = "pinned"

    def ppf(self, u: Floats) -> Floats:
        """The pinned value, or the quantile of the rest."""
        return np.where(self.rows, self.values, self.free.ppf(u))

    def support(self) -> tuple[Floats, Floats]:
        """The pinned value twice, or the support of the rest."""
        low, high = self.free.support()
        return np.where(self.rows, self.values, low), np.where(self.rows, self.values, high)

    def expected(self) -> tuple[Floats, Floats]:
        """The pinned value twice, or what to expect of the rest."""
        low, high = self.free.expected()
        return np.where(self.rows, self.values, low), np.where(self.rows, self.values, high)

    def parameters(self) -> dict[str, Floats]:
        """Those of the rest, and the pinned rows and values."""
        pinned = {"rows": self.rows.astype(np.float64), "pinned": np.where(self.rows, self.values, 0.0)}
        return self.free.parameters() | pinned

    def scaled(self, factor: float) -> Self:
        """The same knowledge in another unit."""
        return type(self)(self.free.scaled(factor), self.rows, np.asarray(scaled_amount(self.values, factor)))


def _same_depth(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Both as (branch,), or both as (branch, row)."""
    if values.ndim == weights.ndim:
        return values, weights
    return (values[:, None], weights) if values.ndim == 1 else (values, weights[:, None])


def _step(u: Floats, values: Floats, reached: Floats) -> Floats:
    """The first of the rising `values` whose summed weight `reached` exceeds `u`."""
    if values.ndim == 1:
        return values[np.searchsorted(reached[:-1], u, side="right")]
    result = np.broadcast_to(values[0], np.broadcast_shapes(u.shape, values[0].shape))
    for value, start in zip(values[1:], reached[:-1], strict=True):
        result = np.where(u >= start, value, result)
    return result
