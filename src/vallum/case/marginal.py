"""What a marginal distribution is, before it is any one in particular."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from vallum.case.faults import CaseError, Fault
from vallum.case.normal import Floats

Number: TypeAlias = float | Floats


class DistributionError(CaseError):
    """Parameters that describe no distribution; `row` is the first such row, if rows differ."""

    def __init__(self, found: str, allowed: str, row: int | None) -> None:
        super().__init__([Fault("distribution" if row is None else f"distribution, row {row}", found, allowed)])
        self.found, self.allowed, self.row = found, allowed, row

    def __reduce__(self) -> tuple[Any, ...]:
        return DistributionError, (self.found, self.allowed, self.row)


def require(holds: ArrayLike, found: str, allowed: str, *numbers: Number) -> None:
    """Raise with the numbers of the first row where `holds` is false."""
    if np.all(holds):
        return
    row = int(np.flatnonzero(~np.atleast_1d(holds))[0])
    at = [np.ravel(np.broadcast_to(x, np.shape(holds)))[row] for x in numbers]
    raise DistributionError(found.format(*(f"{x:g}" for x in at)), allowed, row if np.ndim(holds) else None)


def scaled_amount(amount: Number, factor: float) -> Number:
    """`amount` times `factor`, by division where that is exact (7 percent is 0.07)."""
    divisor = 1.0 / factor
    if factor < 1.0 and abs(divisor - round(divisor)) < 1e-9 * divisor:
        return amount / round(divisor)
    return amount * factor


@dataclass(frozen=True, eq=False)
class Marginal(ABC):
    """What is known about one number, or about one number in every row."""

    kind: ClassVar[str]
    amounts: ClassVar[tuple[str, ...]]  # the parameters that carry the unit

    @abstractmethod
    def ppf(self, u: Floats) -> Floats:
        """Quantile function.

        Parameters
        ----------
        u : array of float64
            Quantiles in [0, 1]: any shape for scalar parameters, (..., row) for
            parameters that differ by row.

        Returns
        -------
        array of float64
            Never NaN, never outside `support`; unbounded tails end at the outermost
            quantile that floating point can name.
        """

    @abstractmethod
    def support(self) -> tuple[Floats, Floats]:
        """Lowest and highest possible value, of shape () or (row,)."""

    def expected(self) -> tuple[Floats, Floats]:
        """Ends between which to expect the value: the support, or the central 90 % where tails are long."""
        return self.support()

    def median(self) -> Floats:
        """Value at the quantile 0.5, of shape () or (row,)."""
        low, _ = self.support()
        return self.ppf(np.full(low.shape, 0.5))

    def parameters(self) -> dict[str, Floats]:
        """The numbers that define the distribution."""
        return {f.name: np.asarray(getattr(self, f.name), np.float64) for f in fields(self)}

    def scaled(self, factor: float) -> Self:
        """The same knowledge in another unit."""
        changed = {name: scaled_amount(getattr(self, name), factor) for name in self.amounts}
        return replace(self, **changed)

    @property
    def certain(self) -> bool:
        """Whether every row has one possible value."""
        low, high = self.support()
        return bool(np.all(low == high))


def central(marginal: Marginal) -> tuple[Floats, Floats]:
    """The central 90 %: quantiles 0.05 and 0.95, of shape () or (row,)."""
    shape = marginal.support()[0].shape
    return marginal.ppf(np.full(shape, 0.05)), marginal.ppf(np.full(shape, 0.95))


def ends(low: Number, high: Number, *others: Number) -> tuple[Floats, Floats]:
    """Low and high in the shape that they have together with the other parameters."""
    shape = np.broadcast_shapes(*(np.shape(x) for x in (low, high, *others)))
    return np.broadcast_to(np.asarray(low, float), shape), np.broadcast_to(np.asarray(high, float), shape)
