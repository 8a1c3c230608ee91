"""How strongly two sides react to each other: measures from data, and the cone of mutual deterrence.

* **Logarithmic vector autoregression**: ln m_t = a + A ln m_(t-1) (Dunne and Smith 2007). A lasting
  rise of a comes out multiplied by (I - A)^-1; half of a shock has gone after
  ln(1/2) / ln(largest modulus of the eigenvalues of A).                                    (1)
* **Static reaction**: m_1 = a_1 + b_1 m_2, m_2 = a_2 + b_2 m_1 has own multiplier
  1 / (1 - b_1 b_2).                                                                       (2)
* **Mutual deterrence** (Intriligator and Brito 1984). A deters B with M_A >= f_B M_B + c_B missiles
  (what survives a first strike destroys enough), B deters A with M_B >= f_A M_A + c_A. Both at
  once is possible iff f_A f_B < 1, in a cone from the vertex
  M_A = (c_B + f_B c_A) / (1 - f_A f_B), M_B = (c_A + f_A c_B) / (1 - f_A f_B).             (3)

What they cannot say: why a side reacts, and whether the next years are like those of the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Complex128, Float64
    from numpy.typing import ArrayLike


class LogVar(NamedTuple):
    """What equation (1) says of a matrix of reactions A."""

    eigenvalues: Complex128[np.ndarray, "*batch side"]
    """By rising modulus."""
    multiplier: Float64[np.ndarray, "*batch side side"]
    """(I - A)^-1: elasticity of a row's spending to a column's lasting rise; NaN where shocks do not fade."""
    half_life: Float64[np.ndarray, "*batch"]
    """Of the slowest mode, in periods of the data; infinite where shocks do not fade."""


def log_var(matrix: ArrayLike) -> LogVar:
    """Persistence and long-run effect of reactions between logarithms of spending: equation (1).

    Parameters
    ----------
    matrix : array, shape (*batch, side, side)
        A: elasticity of a row's spending to a column's in the period before.

    Raises
    ------
    ValueError
        If a matrix is not square or not finite.
    """
    A = np.asarray(matrix, np.float64)
    if A.ndim < 2 or A.shape[-1] != A.shape[-2] or not np.isfinite(A).all():
        raise ValueError(f"the matrix has shape {A.shape}: it has to be square and finite")
    roots = np.linalg.eigvals(A).astype(np.complex128)
    roots = np.take_along_axis(roots, np.argsort(np.abs(roots), axis=-1), axis=-1)
    radius = np.abs(roots[..., -1])
    fades = radius < 1
    one = np.eye(A.shape[-1])
    multiplier = np.linalg.inv(np.where(fades[..., None, None], one - A, one))
    multiplier[~fades] = np.nan
    with np.errstate(divide="ignore"):  # a shock that is gone at once has half-life 0
        half_life = np.log(2) / -np.log(np.where(fades, radius, 0.5))
    return LogVar(roots, multiplier, np.where(fades, half_life, np.inf))


def static_multiplier(b1: ArrayLike, b2: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    """By how much mutual reaction multiplies a side's own rise of spending: equation (2).

    Parameters
    ----------
    b1, b2 : array, shapes (*batch)
        What each side spends for one unit that the other spends; 0 or more, b1 b2 < 1.

    Returns
    -------
    array, shape (*batch)

    Raises
    ------
    ValueError
        If a reaction is below zero, or the two together run away.
    """
    first, second = np.asarray(b1, np.float64), np.asarray(b2, np.float64)
    if not ((first >= 0).all() and (second >= 0).all() and (first * second < 1).all()):
        raise ValueError(f"reactions {b1} and {b2}: each has to be 0 or more, their product below 1")
    return 1 / (1 - first * second)


def spending_response(points: ArrayLike, per_point: float = 0.03) -> Float64[np.ndarray, "*batch"]:
    """Military spending after the yearly probability of a fatal dispute has changed, relative to before.

    Parameters
    ----------
    points : array, shape (*batch)
        Change of the probability, percentage points.
    per_point : float
        Share by which spending rises for one point; 0.03 in Nordhaus, Oneal and Russett (2012).

    Returns
    -------
    array, shape (*batch)
        (1 + per_point)^points: compounded, so that a rise and the same fall undo each other.

    Raises
    ------
    ValueError
        If a change is not within 100 points, or spending would fall below zero.
    """
    change = np.asarray(points, np.float64)
    if not (np.abs(change) <= 100).all() or not -1 < per_point < np.inf:
        raise ValueError(f"points {points}, per point {per_point}: points lie within 100, the share above -1")
    return (1 + per_point) ** change


class Cone(NamedTuple):
    """Where both sides deter each other: equation (3)."""

    exists: Bool[np.ndarray, "*batch"]
    vertex: Float64[np.ndarray, "*batch side"]
    """Fewest missiles of A and of B; NaN where there is no cone."""


def deterrence_cone(f_A: ArrayLike, c_A: ArrayLike, f_B: ArrayLike, c_B: ArrayLike) -> Cone:
    """The vertex of the cone of mutual deterrence: equation (3). A diagnostic, no forecast.

    Parameters
    ----------
    f_A, f_B : array, shapes (*batch)
        Missiles of the other side that one missile of A, of B destroys in a first strike.
    c_A, c_B : array, shapes (*batch)
        Surviving missiles with which A, B is done damage that it finds unacceptable; above 0.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    fA, cA, fB, cB = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (f_A, c_A, f_B, c_B)))
    if not all((np.isfinite(f) & (f >= 0)).all() for f in (fA, fB)):
        raise ValueError(f"exchange ratios {f_A} and {f_B}: each has to be finite and 0 or more")
    if not all((np.isfinite(c) & (c > 0)).all() for c in (cA, cB)):
        raise ValueError(f"unacceptable damage {c_A} and {c_B}: each has to be finite and above 0")
    exists = fA * fB < 1
    room = np.where(exists, 1 - fA * fB, np.nan)[..., None]
    return Cone(exists, np.stack([cB + fB * cA, cA + fA * cB], axis=-1) / room)
