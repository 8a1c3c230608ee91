"""Two fronts: what a second theatre takes from the first, and how to divide a force.

* **Diversion.** A second crisis pulls the share phi of reinforcements away. The challenger's
  prospects in the first theatre if allies intervene move in a straight line between none
  and all diverted:
  (s1, k1, Pi)(phi) = (1 - phi) (s1, k1, Pi)_none + phi (s1, k1, Pi)_all.               (1)
* **Colonel Blotto.** Both sides divide a force over n equal battlefields at once, the larger
  takes each. With r = X_A / X_B <= 1 the weaker side wins in expectation the share
  r / 2                           if 2 / n <= r,                                        (2)
  2 / n - 2 / (n^2 r)             if 1 / (n - 1) <= r < 2 / n,                          (3)
  (2 m - 2) / (m n^2)             if 1 / n < r < 1 / (n - 1),                           (4)
  0                               if r <= 1 / n,
  m = ceil(r / (1 - (n - 1) r)): Roberson (2006) for n >= 3; (4) at n = 2 is the value of
  Gross & Wagner (1950) and Macdonell & Mastronardi (2015), (m - 1) / (2 m).
* **Lottery Blotto.** A battlefield is won in proportion to force: both divide in proportion
  to its value, and A wins X_A / (X_A + X_B) of all value (Friedman 1958).              (5)
* **Two theatres, opponent fixed.** Maximise  sum v_i x_i^m / (x_i^m + y_i^m)  over
  x_1 + x_2 = X  (Tullock's contest success function, decisiveness m).                  (6)
* **Reserve.** A second crisis comes with chance pi and then needs D ~ N(mu, sigma^2); each
  unit short costs c_u, each idle c_o. Hold R with
  Phi((R - mu) / sigma) = 1 - c_o / (pi (c_u + c_o)),  nothing if that is below zero.   (7)
  At pi = 1 it is the newsvendor's c_u / (c_u + c_o).

What it cannot say: how likely a second crisis is, whether one opponent waits for the
other, or how long it takes to move a force back. Battlefields in (2)-(5) are alike but for
value, and forces are one number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from typing import TypeAlias

    from jaxtyping import Float64

    Numbers: TypeAlias = float | Float64[np.ndarray, "..."]

NODES = 2001  # of an even grid on which two_theatres looks for turning points
NEAR = np.geomspace(1e-6, 1e3, 400)  # and beside it, of multiples of the opponent's force: success turns there
TIE = 1e-9  # an m whose argument is a whole number to within rounding is that number


class Intervention(NamedTuple):
    """The challenger's prospects if allies intervene; fields broadcast together.

    Attributes
    ----------
    success : float or array
        s1: chance that the challenger wins all the same, 0 to 1.
    cost : float or array
        k1: what fighting costs it, in units of the prize.
    punishment : float or array
        Pi: what it suffers outside the theatre, in units of the prize.
    """

    success: Numbers
    cost: Numbers
    punishment: Numbers


class Contest(NamedTuple):
    """A division of two forces over fields.

    Attributes
    ----------
    own, other : array, shape (..., field)
        What each side puts into each field, in units of force.
    share : array, shape (...)
        Own expected share of all value.
    """

    own: Float64[np.ndarray, "... field"]
    other: Float64[np.ndarray, "... field"]
    share: Float64[np.ndarray, "..."]


class Division(NamedTuple):
    """The best division of a force over two theatres.

    Attributes
    ----------
    own : array, shape (2,)
        x: what goes to each theatre, in units of force.
    value : float
        The sum in (6) there.
    """

    own: Float64[np.ndarray, " 2"]
    value: float


def divert(diverted: Numbers, none: Intervention, all_diverted: Intervention) -> Intervention:
    """The challenger's prospects with reinforcements diverted: equation (1).

    Parameters
    ----------
    diverted : float or array
        phi: share of reinforcements that a second theatre takes, 0 to 1.
    none, all_diverted : Intervention
        Prospects at phi = 0 and phi = 1.

    Returns
    -------
    Intervention
        Prospects at phi. A straight line is an assumption: two runs of a campaign give its
        ends, a third in between tests it.

    Raises
    ------
    ValueError
        If phi is not between 0 and 1.
    """
    phi = np.asarray(diverted, np.float64)
    if not ((phi >= 0) & (phi <= 1)).all():
        raise ValueError(f"diverted {phi}: the share of reinforcements must be 0 to 1")
    return Intervention(
        *((1 - phi) * np.asarray(a) + phi * np.asarray(b) for a, b in zip(none, all_diverted, strict=True))
    )


def blotto_share(ratio: Numbers, battlefields: int) -> Float64[np.ndarray, "..."]:
    """The weaker side's share of battlefields in Colonel Blotto: equations (2) to (4).

    Parameters
    ----------
    ratio : float or array
        r: the weaker force over the stronger, 0 to 1. The stronger side has the rest.
    battlefields : int
        n, at least 2: all worth the same.

    Returns
    -------
    array, shape of `ratio`
        0 to 1/2. In (4) a staircase. Where r / (1 - (n - 1) r) is a whole number a tie goes to
        the stronger side; if ties were halved the share would be that just above r.

    Raises
    ------
    ValueError
        If a ratio is not between 0 and 1, or there are fewer than two battlefields.

    Examples
    --------
    >>> blotto_share(np.array([0.3, 0.6, 0.8]), 3).round(6).tolist()
    [0.0, 0.296296, 0.4]
    """
    r, n = np.asarray(ratio, np.float64), battlefields
    if not ((r >= 0) & (r <= 1)).all() or n < 2:
        raise ValueError(f"ratio {r}, {n} battlefields: the ratio must be 0 to 1 and battlefields at least 2")
    safe = np.maximum(r, 1 / n)  # where the share is above zero
    left = 1 - (n - 1) * safe
    staircase = (left > 0) & (safe < 1 / (n - 1))
    m = np.ceil(safe / np.where(staircase, left, 1) * (1 - TIE))
    share = np.where(staircase, (2 * m - 2) / (m * n**2), 2 / n - 2 / (n**2 * safe))  # (4), (3)
    return np.where(r >= 2 / n, r / 2, np.where(r <= 1 / n, 0.0, share))  # (2)


def lottery_blotto(own: Numbers, other: Numbers, value: Float64[np.ndarray, " field"]) -> Contest:
    """Both sides' division where chance grows in proportion to force: equation (5).

    Parameters
    ----------
    own, other : float or array, shape (...)
        X_A and X_B: the forces.
    value : array, shape (field,)
        What each field is worth, above zero.

    Returns
    -------
    Contest
        The Nash equilibrium. It is in pure strategies and one side's gain is the other's loss:
        the same whoever moves first.

    Raises
    ------
    ValueError
        If a force or a value is not above zero.
    """
    a, b, v = _positive("own force", own), _positive("other force", other), _positive("value", value)
    weight = v / v.sum()
    return Contest(a[..., None] * weight, b[..., None] * weight, a / (a + b))


def two_theatres(
    total: float,
    opponent: Float64[np.ndarray, " 2"],
    value: Float64[np.ndarray, " 2"],
    decisiveness: float,
) -> Division:
    """The best division over two theatres against a fixed opponent: equation (6).

    Parameters
    ----------
    total : float
        X: own force.
    opponent : array, shape (2,)
        y: what the opponent has in each theatre, above zero.
    value : array, shape (2,)
        v: what success in each is worth, above zero.
    decisiveness : float
        m: up to 1 each unit adds less than the one before, and it pays to split; far above 1
        the larger side nearly always wins, and it pays to concentrate.

    Returns
    -------
    Division
        The global optimum, corners included; of equal ones that with the least in theatre 1.
        Turning points are told apart to within 1/2,000 of X, near 0 to a millionth of y.

    Raises
    ------
    ValueError
        If a number is not above zero or there are not two theatres.

    Examples
    --------
    >>> best = two_theatres(10.0, np.array([8.0, 6.0]), np.array([1.0, 1.0]), 1.0)
    >>> best.own.round(6).tolist(), round(best.value, 6)
    ([4.861561, 5.138439], 0.839316)
    """
    import scipy.optimize
    from scipy.special import expit

    optimize: Any = scipy.optimize
    X, m = (float(_positive(name, x)) for name, x in (("total", total), ("decisiveness", decisiveness)))
    y, v = _positive("opponent", opponent), _positive("value", value)
    if y.shape != (2,) or v.shape != (2,):
        raise ValueError(f"opponent {y}, value {v}: each must have two theatres")

    def success(x1: Numbers) -> tuple[Float64[np.ndarray, "... 2"], Float64[np.ndarray, "... 2"]]:
        x = np.stack([np.asarray(x1), X - np.asarray(x1)], axis=-1)
        with np.errstate(divide="ignore"):  # nothing in a theatre: log 0, success 0
            return x, expit(m * (np.log(x) - np.log(y)))

    def worth(x1: Numbers) -> Float64[np.ndarray, "..."]:
        return success(x1)[1] @ v

    def slope(x1: Numbers) -> Float64[np.ndarray, "..."]:
        """x_1 x_2 / m times the slope of (6): the same sign, and finite everywhere."""
        x, p = success(x1)
        gain = v * p * (1 - p)
        return gain[..., 0] * x[..., 1] - gain[..., 1] * x[..., 0]

    nodes = np.concatenate([np.linspace(0, X, NODES), NEAR * y[0], X - NEAR * y[1]])
    nodes = np.unique(nodes[(nodes > 0) & (nodes < X)])
    rises = slope(nodes) > 0
    peaks = np.flatnonzero(rises[:-1] & ~rises[1:])  # between these nodes the sum stops rising
    turns = [optimize.brentq(slope, nodes[k], nodes[k + 1], xtol=1e-14 * X, rtol=1e-14) for k in peaks]
    candidates = np.array([0.0, *turns, X])
    best = int(np.argmax(worth(candidates)))
    x1 = float(candidates[best])
    return Division(np.array([x1, X - x1]), float(worth(x1)))


def reserve(
    mean: Numbers, spread: Numbers, short_cost: Numbers, idle_cost: Numbers, chance: Numbers = 1.0
) -> Float64[np.ndarray, "..."]:
    """Forces to hold back for a second crisis: equation (7).

    Parameters
    ----------
    mean, spread : float or array, units of force
        mu and sigma of what the second crisis needs if it comes; sigma above zero.
    short_cost, idle_cost : float or array
        c_u and c_o: cost of a unit that is missing there and of one that is held back for nothing.
    chance : float or array, optional
        pi: chance that the second crisis comes, above 0 and at most 1.

    Returns
    -------
    array, units of force
        R, at least zero: the whole of a normal demand below zero counts as none.

    Raises
    ------
    ValueError
        If the spread, a cost or the chance is not above zero, or the chance is above one.

    Examples
    --------
    >>> round(reserve(4.0, 1.5, 3.0, 1.0).item(), 6)
    5.011735
    """
    from scipy.special import ndtri

    short, idle = _positive("short cost", short_cost), _positive("idle cost", idle_cost)
    coming = _positive("chance", chance)
    if not (coming <= 1).all():
        raise ValueError(f"chance {coming}: must be above 0 and at most 1")
    covered: Any = ndtri(np.maximum(0.0, 1 - idle / (coming * (short + idle))))
    return np.maximum(0.0, np.asarray(mean, np.float64) + _positive("spread", spread) * covered)


def _positive(name: str, values: Numbers) -> Float64[np.ndarray, "..."]:
    """The values, if each is above zero."""
    x = np.asarray(values, np.float64)
    if not (np.isfinite(x) & (x > 0)).all():
        raise ValueError(f"{name} {x}: each must be finite and above zero")
    return x
