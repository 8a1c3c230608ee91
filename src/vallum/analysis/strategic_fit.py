"""Fitting the strategic choice of two actors to what they did: maximum likelihood.

The model is `vallum.models.crisis.strategic` (Signorino 1999, 2003; the published implementation is the R
package `games` of Kenkel & Signorino). Each utility is linear in regressors, and the standard deviation of
the shocks is 1 unless `log_scale` regressors are given, which need utilities that are fixed elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize

from vallum.analysis.comparison import AnalysisError
from vallum.models.crisis.strategic import Errors, Link, log_chances

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Array, Float, Float64, Int

UTILITIES = ("u11", "u13", "u14", "u24")
LINEAR: Any = np.linalg
POLISH = 3  # Newton's steps after the search
FLAT = 1e-9  # slope of the log likelihood per case at which it counts as a maximum


@dataclass(frozen=True, eq=False)
class StrategicFit:
    """A fit of strategic choice.

    Attributes
    ----------
    coefficients : mapping of str to array (regressor,)
        By utility, and `log_scale`; those that were fixed are not in it.
    log_likelihood : float
    covariance : array (coefficient, coefficient)
        Inverse of the observed information, coefficients in the order of the mapping.
    chances : array (3, case)
        Fitted chance of no act, of giving way and of standing.
    """

    coefficients: dict[str, Float64[np.ndarray, " regressor"]]
    log_likelihood: float
    covariance: Float64[np.ndarray, "coefficient coefficient"]
    chances: Float64[np.ndarray, "3 case"]


def fit_strategic(
    outcome: Int[np.ndarray, " case"],
    regressors: dict[str, Float64[np.ndarray, "case regressor"]],
    fixed: dict[str, float] | None = None,
    weights: Float64[np.ndarray, " case"] | None = None,
    link: Link = "probit",
    errors: Errors = "private",
) -> StrategicFit:
    """Fit the model by maximum likelihood.

    Parameters
    ----------
    outcome : array of int (case,)
        0 nobody acts, 1 the second gives way, 2 the second stands.
    regressors : mapping of str to array (case, regressor)
        For each utility that is estimated, and for `log_scale` if the scale is.
    fixed : mapping of str to float
        The other utilities; 0 unless given.
    weights : array (case,)
        How many times each case was observed; once unless given.
    link, errors
        As for `log_chances`.

    Returns
    -------
    StrategicFit

    Raises
    ------
    AnalysisError
        If an outcome is none of the three, a name is unknown or given twice, or no maximum is found
        (regressors that cannot be told apart, or outcomes that they predict without error).

    Examples
    --------
    Utilities known and only the noise to be found, from counts alone:

    >>> counts = np.array([7152.0, 42.0, 46.0])
    >>> given = {"u11": 1.0, "u13": -1.0, "u14": 0.0, "u24": 1.0}
    >>> found = fit_strategic(np.arange(3), {"log_scale": np.ones((3, 1))}, given, counts)
    >>> round(float(found.coefficients["log_scale"][0]), 4), round(found.log_likelihood, 2)
    (-1.0513, -646.54)
    """
    import jax
    import jax.numpy as jnp

    fixed = fixed or {}
    _check(outcome, regressors, fixed)
    names = [name for name in (*UTILITIES, "log_scale") if name in regressors]
    widths = [regressors[name].shape[1] for name in names]
    ends = np.cumsum(widths)[:-1].tolist()
    seen = np.ones(len(outcome)) if weights is None else np.asarray(weights, np.float64)
    place = np.arange(len(outcome))

    def chances(coefficients: Any) -> Float[Array, "3 case"]:
        parts = dict(zip(names, jnp.split(coefficients, ends), strict=True))
        values: dict[str, Any] = {name: fixed.get(name, 0.0) for name in UTILITIES}
        values |= {name: regressors[name] @ part for name, part in parts.items()}
        scale = jnp.exp(values.pop("log_scale", 0.0))
        u11, u13, u14, u24 = (jnp.broadcast_to(values[name], len(outcome)) for name in UTILITIES)
        return log_chances((u11, u13, u14, u24), scale, link, errors)

    def loss(coefficients: Any) -> Array:
        return -jnp.sum(seen * chances(coefficients)[outcome, place])

    with jax.enable_x64(True):
        found, slope, information = _maximum(loss, sum(widths), float(seen.sum()))
        value, fitted = -float(loss(found)), np.exp(np.asarray(chances(found)))
    if not (np.isfinite(value) and slope < FLAT * seen.sum() and LINEAR.eigvalsh(information).min() > 0):
        raise AnalysisError(
            f"no maximum was found (slope {slope:.2g}): regressors that cannot be told apart, or that predict "
            "an outcome without error, leave the likelihood without one"
        )
    parts = dict(zip(names, np.split(found, ends), strict=True))
    return StrategicFit(parts, value, LINEAR.inv(information), fitted)


def _maximum(loss: Callable[[Any], Any], size: int, cases: float) -> tuple[Any, float, Any]:
    """Where a loss is least, its largest slope there and its curvature: BFGS, then Newton's steps."""
    import jax

    slope: Any = jax.jit(jax.value_and_grad(loss))
    curve: Any = jax.jit(jax.hessian(loss))

    def down(x: Any) -> tuple[float, Any]:
        value, gradient = slope(x)
        return float(value), np.asarray(gradient)

    search: Any = optimize.minimize  # pyright: ignore[reportUnknownVariableType]
    best = search(down, np.zeros(size), jac=True, method="BFGS", options={"gtol": 1e-8 * cases, "maxiter": 2000})
    found: Any = np.asarray(best.x, np.float64)
    for _ in range(POLISH):
        found = found - LINEAR.lstsq(np.asarray(curve(found)), down(found)[1], rcond=None)[0]
    return found, float(np.abs(down(found)[1]).max()), np.asarray(curve(found))


def _check(outcome: Any, regressors: dict[str, Any], fixed: dict[str, float]) -> None:
    known = (*UTILITIES, "log_scale")
    wrong = [name for name in (*regressors, *fixed) if name not in known]
    if wrong:
        raise AnalysisError(f"no part of the model is called {wrong[0]!r}; there are {', '.join(known)}")
    twice = set(regressors) & set(fixed)
    if twice:
        raise AnalysisError(f"{min(twice)} is both estimated and fixed")
    if not regressors:
        raise AnalysisError("nothing is to be estimated: give regressors for at least one utility")
    if not np.isin(outcome, (0, 1, 2)).all():
        raise AnalysisError("an outcome must be 0 (no act), 1 (gives way) or 2 (stands)")
    for name, matrix in regressors.items():
        if np.ndim(matrix) != 2 or len(matrix) != len(outcome):
            shape = f"({len(outcome)}, regressor)"
            raise AnalysisError(f"regressors of {name} have shape {np.shape(matrix)}; {shape} is needed")
