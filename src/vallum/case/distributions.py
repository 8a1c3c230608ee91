"""The continuous marginal distributions that a case may give an input.

Each is a small frozen class with `ppf`, the quantile function: sampling a future means
handing it a quantile. Parameters are numbers, or arrays with one number a row of a
table, which broadcast against quantiles of shape (future, row). A distribution whose
ends meet gives exactly that number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from vallum.case.marginal import Marginal, Number, central, ends, require
from vallum.case.normal import Floats, beta_quantile, normal_quantile, truncated_normal_quantile

_FARTHEST = 1000.0  # standard deviations between a mean and the range it is truncated to


@final
@dataclass(frozen=True, eq=False)
class Constant(Marginal):
    """One value for certain."""

    value: Number

    kind = "value"
    amounts = ("value",)

    def ppf(self, u: Floats) -> Floats:
        """The value, at every quantile."""
        return np.array(np.broadcast_to(self.value, np.broadcast_shapes(np.shape(u), np.shape(self.value))), np.float64)

    def support(self) -> tuple[Floats, Floats]:
        """The value, twice."""
        return ends(self.value, self.value)


@final
@dataclass(frozen=True, eq=False)
class Uniform(Marginal):
    """Anything between two ends, equally likely."""

    low: Number
    high: Number

    kind = "uniform"
    amounts = ("low", "high")

    def __post_init__(self) -> None:
        require(np.less_equal(self.low, self.high), "low {} is above high {}", "low <= high", self.low, self.high)

    def ppf(self, u: Floats) -> Floats:
        """Quantile function: low + (high - low) u."""
        value = np.multiply(np.subtract(self.high, self.low), u)
        value += self.low
        return np.asarray(np.clip(value, self.low, self.high), np.float64)

    def support(self) -> tuple[Floats, Floats]:
        """The ends."""
        return ends(self.low, self.high)


@final
@dataclass(frozen=True, eq=False)
class Triangular(Marginal):
    """A best value, and ends beyond which nothing lies."""

    low: Number
    mode: Number
    high: Number

    kind = "triangular"
    amounts = ("low", "mode", "high")

    def __post_init__(self) -> None:
        ordered = np.logical_and(np.less_equal(self.low, self.mode), np.less_equal(self.mode, self.high))
        found = "low {}, mode {}, high {} are out of order"
        require(ordered, found, "low <= mode <= high", self.low, self.mode, self.high)

    def ppf(self, u: Floats) -> Floats:
        """Quantile function, from the nearer end."""
        low, mode, high = (np.asarray(x, float) for x in (self.low, self.mode, self.high))
        width = high - low
        peak = (mode - low) / np.where(width > 0, width, 1.0)
        rising = np.minimum(low + width * np.sqrt(u * peak), mode)
        falling = np.maximum(high - width * np.sqrt((1.0 - u) * (1.0 - peak)), mode)
        return np.clip(np.where(u < peak, rising, falling), low, high)

    def support(self) -> tuple[Floats, Floats]:
        """The ends."""
        return ends(self.low, self.high, self.mode)


@final
@dataclass(frozen=True, eq=False)
class Normal(Marginal):
    """Normal, truncated to [low, high] where these are given."""

    mean: Number
    sd: Number
    low: Number = -np.inf
    high: Number = np.inf

    kind = "normal"
    amounts = ("mean", "sd", "low", "high")

    def __post_init__(self) -> None:
        require(np.greater_equal(self.sd, 0.0), "sd {} is negative", "sd >= 0", self.sd)
        require(np.less_equal(self.low, self.high), "low {} is above high {}", "low <= high", self.low, self.high)
        reach = _FARTHEST * np.asarray(self.sd)
        near = (self.low - reach <= self.mean) & (self.mean <= self.high + reach)
        found = "the mean {} is more than 1000 sd outside {} to {}"
        require(near, found, "a range the distribution can reach", self.mean, self.low, self.high)

    def ppf(self, u: Floats) -> Floats:
        """Quantile function: mean + sd z."""
        if np.all(np.isneginf(self.low)) and np.all(np.isposinf(self.high)):
            return np.asarray(self.mean + self.sd * normal_quantile(u), np.float64)
        sd = np.where(np.greater(self.sd, 0.0), self.sd, 1.0)
        with np.errstate(over="ignore"):
            low, high = (np.asarray(np.subtract(x, self.mean) / sd) for x in (self.low, self.high))
        z = truncated_normal_quantile(u, low, high)
        value = np.where(np.greater(self.sd, 0.0), self.mean + self.sd * z, self.mean)
        return np.clip(value, self.low, self.high)

    def support(self) -> tuple[Floats, Floats]:
        """The truncated ends; the mean where sd is 0."""
        wide = np.greater(self.sd, 0.0)
        return ends(np.where(wide, self.low, self.mean), np.where(wide, self.high, self.mean))

    def expected(self) -> tuple[Floats, Floats]:
        """The central 90 %."""
        return central(self)


@final
@dataclass(frozen=True, eq=False)
class LogNormal(Marginal):
    """The logarithm is normal around log(median) with standard deviation sigma; truncated where asked."""

    centre: Number
    sigma: Number
    low: Number = 0.0
    high: Number = np.inf

    kind = "lognormal"
    amounts = ("centre", "low", "high")

    def __post_init__(self) -> None:
        require(np.greater(self.centre, 0.0), "median {} is not positive", "median > 0", self.centre)
        inside = np.logical_and(np.greater_equal(self.sigma, 0.0), np.less_equal(self.sigma, 20.0))
        require(inside, "sigma {} is out of range", "0 <= sigma <= 20, the sd of the logarithm", self.sigma)
        require(np.greater_equal(self.low, 0.0), "low {} is negative", "low >= 0", self.low)
        require(np.less_equal(self.low, self.high), "low {} is above high {}", "low <= high", self.low, self.high)
        require(np.greater(self.high, 0.0), "high {} is not positive", "high > 0", self.high)
        low, high = self._ends_in_sd(np.where(np.greater(self.sigma, 0.0), self.sigma, 1e-9))
        found = "the median {} is too far outside {} to {}"
        near = (low <= _FARTHEST) & (high >= -_FARTHEST)
        require(near, found, "a range the distribution can reach", self.centre, self.low, self.high)

    def _ends_in_sd(self, sigma: Floats) -> tuple[Floats, Floats]:
        with np.errstate(divide="ignore", over="ignore"):
            logs = [np.log(np.asarray(x, float)) - np.log(self.centre) for x in (self.low, self.high)]
            return np.asarray(logs[0] / sigma), np.asarray(logs[1] / sigma)

    def ppf(self, u: Floats) -> Floats:
        """Quantile function: median exp(sigma z)."""
        if np.all(np.equal(self.low, 0.0)) and np.all(np.isposinf(self.high)):
            z = normal_quantile(u)
        else:
            z = truncated_normal_quantile(u, *self._ends_in_sd(np.where(np.greater(self.sigma, 0.0), self.sigma, 1.0)))
            z = np.where(np.greater(self.sigma, 0.0), z, 0.0)
        return np.clip(self.centre * np.exp(self.sigma * z), self.low, self.high)

    def support(self) -> tuple[Floats, Floats]:
        """The truncated ends; the median where sigma is 0."""
        wide = np.greater(self.sigma, 0.0)
        return ends(np.where(wide, self.low, self.centre), np.where(wide, self.high, self.centre))

    def expected(self) -> tuple[Floats, Floats]:
        """The central 90 %."""
        return central(self)


@final
@dataclass(frozen=True, eq=False)
class Beta(Marginal):
    """Beta distribution stretched over [low, high]."""

    a: Number
    b: Number
    low: Number = 0.0
    high: Number = 1.0

    kind = "beta"
    amounts = ("low", "high")

    def __post_init__(self) -> None:
        for name, shape in (("a", self.a), ("b", self.b)):
            inside = np.logical_and(np.greater_equal(shape, 0.01), np.less_equal(shape, 1e6))
            require(inside, f"{name} {{}} is out of range", f"0.01 <= {name} <= 1e6", shape)
        require(np.less_equal(self.low, self.high), "low {} is above high {}", "low <= high", self.low, self.high)

    def ppf(self, u: Floats) -> Floats:
        """Quantile function."""
        share = beta_quantile(u, np.asarray(self.a, float), np.asarray(self.b, float))
        return np.clip(self.low + np.subtract(self.high, self.low) * share, self.low, self.high)

    def support(self) -> tuple[Floats, Floats]:
        """The ends."""
        return ends(self.low, self.high, self.a, self.b)
