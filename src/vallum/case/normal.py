"""Normal and beta functions: the one place where this room touches SciPy.

SciPy is loaded on first use, so that checking a case of plain ranges never needs it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SMALLEST = np.finfo(np.float64).tiny
_LARGEST = np.nextafter(1.0, 0.0)


def _special(function: str, *arguments: Floats) -> Floats:
    import scipy.special

    module: Any = scipy.special
    return np.asarray(getattr(module, function)(*arguments), np.float64)


def inner(u: Floats) -> Floats:
    """`u` moved into the open interval (0, 1), so that unbounded tails stay finite."""
    return np.clip(u, _SMALLEST, _LARGEST)


def normal_quantile(u: Floats) -> Floats:
    """Standard normal quantile of `u`; finite also at 0 and 1."""
    return _special("ndtri", inner(u))


def normal_probability(z: Floats) -> Floats:
    """Probability that a standard normal number is at most `z`."""
    return _special("ndtr", z)


def truncated_normal_quantile(u: Floats, low: Floats, high: Floats) -> Floats:
    """Quantile of a standard normal number known to lie in [low, high].

    Parameters
    ----------
    u : array
        Quantiles in [0, 1].
    low, high : array
        Ends of the interval, in standard deviations; broadcast against `u`.

    Returns
    -------
    array
        z with P(z) = (1 - u) P(low) + u P(high), found on the logarithms of the
        probability below z or above it, whichever is smaller: exact in both tails,
        also where the interval lies entirely in one of them.
    """
    u = np.where(np.isfinite(low) & np.isfinite(high), u, inner(u))
    with np.errstate(divide="ignore"):
        log_u, log_rest = np.log(u), np.log1p(-u)
    below = np.logaddexp(_special("log_ndtr", low) + log_rest, _special("log_ndtr", high) + log_u)
    above = np.logaddexp(_special("log_ndtr", -low) + log_rest, _special("log_ndtr", -high) + log_u)
    z = np.where(below < above, _special("ndtri_exp", below), -_special("ndtri_exp", above))
    return np.clip(z, low, high)


def beta_quantile(u: Floats, a: Floats, b: Floats) -> Floats:
    """Quantile of the beta distribution on [0, 1].

    Quantiles between 0 and 1e-100 count as 1e-100. Where SciPy finds no root, which
    happens for quantiles below 1e-16 only, the leading term of the series at 0 is exact
    to rounding: u = x^a / (a B(a, b)).
    """
    v = np.maximum(u, 1e-100)
    x = _special("betaincinv", a, b, v)
    near_zero = np.exp((np.log(v) + np.log(a) + _special("betaln", a, b)) / a)
    x = np.where(np.isnan(x), near_zero, x)
    return np.where(u > 0.0, np.minimum(x, 1.0), 0.0)
