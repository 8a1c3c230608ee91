"""Burden sharing: who spends how much for an alliance, and who would pay for an option.

**Burden ratio.** An ally's share of defence spending over its share of income; above one
it carries more than its weight (Olson & Zeckhauser 1966):

    b_i = (ME_i / sum ME) / (GDP_i / sum GDP)                                           (1)

**Pure public good.** Allies share deterrence Q = sum q and nothing else. With
U_i = y_i^(1 - beta_i) Q^beta_i, y_i = I_i - q_i, and c_i = (1 - beta_i) / beta_i, an ally
that gives anything keeps y_i = c_i Q, so that

    q_i = max(0, I_i - c_i Q)                                                           (2)
    Q   = max over k of (I_1 + ... + I_k) / (1 + c_1 + ... + c_k),                      (3)

allies in order of I_i / c_i, the keenest first. The sum over *any* set of allies of
I_i - c_i Q is at most the sum of (2), hence no k gives more than the equilibrium, and its
own set of givers attains it: exact, with corners, without iteration.

**Joint product.** Spending also buys what an ally has for itself (territorial defence,
internal order, industry). With U_i = a ln y_i + b ln q_i + c ln Q (Sandler & Hartley 2001
review this family; the form is ours):

    a / (I_i - q_i) = b / q_i + c / Q                                                   (4)

Given Q, each q_i is the positive root of  c q^2 + ((a + b) Q - c I_i) q - b I_i Q = 0.  (5)
q_i / Q falls in Q, hence sum q_i / Q = 1 has one root. b / (b + c), the excludable part,
drives equity: as it rises, all spend nearly the same share of income.

What it cannot say: what an ally's spending is worth, in kind or in risk taken; what an
alliance *should* do. The rules divide a cost as each theory divides the whole effort, which
is no forecast of who pays for the next item (giving to a pure public good is neutral to who
else gives).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.models.burden.stationing import present_value

if TYPE_CHECKING:
    from typing import TypeAlias

    from jaxtyping import Float64

    Numbers: TypeAlias = float | Float64[np.ndarray, "..."]


class RankCorrelation(NamedTuple):
    """Two rank correlations, -1 to 1."""

    spearman: float
    kendall: float


def burden_ratio(
    spending: Float64[np.ndarray, "... ally"], gdp: Float64[np.ndarray, "... ally"]
) -> Float64[np.ndarray, "... ally"]:
    """Share of spending over share of income: equation (1).

    Parameters
    ----------
    spending, gdp : array, shape (..., ally), money a year
        Defence spending and gross domestic (or national) product, in one currency.

    Returns
    -------
    array, shape (..., ally)
        One: carries its weight. Weighted with shares of GDP they average one.

    Raises
    ------
    ValueError
        If an income is not above zero, spending is below zero, or nobody spends.
    """
    return shares(_not_negative("spending", spending)) / shares(_positive("gdp", gdp))


def rank_correlation(size: Float64[np.ndarray, " ally"], burden: Float64[np.ndarray, " ally"]) -> RankCorrelation:
    """Whether larger allies carry more: Olson and Zeckhauser's test.

    Parameters
    ----------
    size : array, shape (ally,)
        Income; only its order counts.
    burden : array, shape (ally,)
        Spending as a share of income; only its order counts.

    Returns
    -------
    RankCorrelation
        Spearman's rho and Kendall's tau-b. Above zero: the small exploit the great.

    Raises
    ------
    ValueError
        If there are fewer than two allies, the lengths differ, or all of either are alike.
    """
    from scipy import stats

    x, y = np.asarray(size, np.float64), np.asarray(burden, np.float64)
    if x.shape != y.shape or x.ndim != 1 or len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ValueError(f"size {x}, burden {y}: two rows of one length, each with at least two different values")
    rho: Any = stats.spearmanr(x, y)
    tau: Any = stats.kendalltau(x, y)
    return RankCorrelation(float(rho.statistic), float(tau.statistic))


def guideline_gap(
    spending: Float64[np.ndarray, "... ally"], gdp: Float64[np.ndarray, "... ally"], guideline: Numbers
) -> Float64[np.ndarray, "... ally"]:
    """Money that each ally is short of a guideline such as 2 % of GDP.

    Parameters
    ----------
    spending, gdp : array, shape (..., ally), money a year
    guideline : float or array
        Share of GDP: 0.02 for 2 %.

    Returns
    -------
    array, shape (..., ally), money a year
        Zero for whoever is at the guideline or above it: one's excess makes up for nobody.

    Raises
    ------
    ValueError
        If the guideline is not in [0, 1], or as `burden_ratio`.
    """
    wanted = np.asarray(guideline, np.float64)
    if not ((wanted >= 0) & (wanted <= 1)).all():
        raise ValueError(f"guideline {wanted}: must be a share of GDP, 0 to 1 (2 % is 0.02)")
    return np.maximum(0.0, wanted * _positive("gdp", gdp) - _not_negative("spending", spending))


def public_good(income: Float64[np.ndarray, "... ally"], taste: Numbers) -> Float64[np.ndarray, "... ally"]:
    """What each ally gives where deterrence is a pure public good: equations (2) and (3).

    Parameters
    ----------
    income : array, shape (..., ally), money a year
        I: each ally's GDP.
    taste : float or array that broadcasts to `income`
        beta: weight of defence against everything else, in (0, 1); the share of income that an
        ally on its own would give.

    Returns
    -------
    array, shape (..., ally), money a year
        q, in Nash equilibrium. With one taste the richest give; the rest may give nothing.

    Raises
    ------
    ValueError
        If an income is not above zero or a taste not between zero and one.

    Examples
    --------
    >>> public_good(np.array([100.0, 30.0, 15.0, 5.0]), 0.1).round(9).tolist()
    [10.0, 0.0, 0.0, 0.0]
    """
    I = _positive("income", income)  # noqa: E741 - the source's symbol
    beta = np.broadcast_to(np.asarray(taste, np.float64), I.shape)
    if not ((beta > 0) & (beta < 1)).all():
        raise ValueError(f"taste {beta}: each must lie between zero and one")
    c = (1 - beta) / beta
    keenest = np.argsort(-I / c, axis=-1, kind="stable")
    incomes, kept = (np.take_along_axis(x, keenest, axis=-1).cumsum(axis=-1) for x in (I, c))
    Q = (incomes / (1 + kept)).max(axis=-1, keepdims=True)  # (3)
    return np.maximum(0.0, I - c * Q)  # (2)


def joint_product(
    income: Float64[np.ndarray, " ally"], private: Numbers, excludable: Numbers, shared: Numbers
) -> Float64[np.ndarray, " ally"]:
    """What each ally gives where spending also serves itself: equations (4) and (5).

    Parameters
    ----------
    income : array, shape (ally,), money a year
        I: each ally's GDP.
    private, excludable, shared : float or array, shape (ally,)
        a, b, c: weights of consumption, of one's own defence and of the alliance's. a and b
        above zero, c at least zero. Without b use `public_good` with beta = c / (a + c).

    Returns
    -------
    array, shape (ally,), money a year
        q, in Nash equilibrium: everybody gives.

    Raises
    ------
    ValueError
        If an income, a or b is not above zero, or c is below zero.
    """
    import scipy.optimize

    optimize: Any = scipy.optimize
    I = _positive("income", income)  # noqa: E741 - the source's symbol
    a, b = _positive("private", private), _positive("excludable", excludable)
    c = np.asarray(shared, np.float64)
    if not (np.isfinite(c) & (c >= 0)).all():
        raise ValueError(f"shared {c}: every weight must be finite and at least zero")

    def given(Q: float) -> Float64[np.ndarray, " ally"]:
        linear = (a + b) * Q - c * I
        root = np.sqrt(linear**2 + 4 * b * c * I * Q)
        rising = np.divide(root - linear, 2 * c, out=np.zeros_like(root), where=linear < 0)
        return np.where(linear < 0, rising, 2 * b * I * Q / (root + np.abs(linear)))  # (5), without cancellation

    def excess(Q: float) -> float:
        return float(given(Q).sum() / Q - 1)

    least = (b * I / (a + b)).sum() / 2  # nobody gives less than b I / (a + b), nor more than all
    return given(optimize.brentq(excess, least, I.sum(), xtol=1e-14 * least, rtol=1e-14, maxiter=500))


def shares(amount: Float64[np.ndarray, "... ally"]) -> Float64[np.ndarray, "... ally"]:
    """Who pays which part, by one of three rules.

    Parameters
    ----------
    amount : array, shape (..., ally)
        By ability to pay, each ally's GDP; by the pure public good, what `public_good` says it
        gives; by the joint product, what `joint_product` says it gives.

    Returns
    -------
    array, shape (..., ally)
        Shares that add up to one.

    Raises
    ------
    ValueError
        If an amount is below zero, or all are zero.

    Examples
    --------
    >>> gdp = np.array([100.0, 30.0, 15.0, 5.0])
    >>> shares(gdp).round(3).tolist()
    [0.667, 0.2, 0.1, 0.033]
    >>> shares(joint_product(gdp, private=0.9, excludable=0.02, shared=0.08)).round(3).tolist()
    [0.871, 0.083, 0.036, 0.011]
    """
    x = _not_negative("amount", amount)
    return x / x.sum(axis=-1, keepdims=True)


def paid_by_nation(
    share: Float64[np.ndarray, "... ally"],
    up_front: float,
    yearly: float,
    rate: float,
    years: int,
    build_up: int = 0,
) -> Float64[np.ndarray, "... ally"]:
    """What each nation pays for an option, in money of its first day.

    Parameters
    ----------
    share : array, shape (..., ally)
        Each nation's part by one of the rules of `shares`; they add up to one.
    up_front, yearly, rate, years, build_up
        As in `present_value`: the yearly cost begins after the build-up, over whose years the
        up-front cost is paid in equal parts.

    Returns
    -------
    array, shape (..., ally), money

    Raises
    ------
    ValueError
        If shares are below zero or do not add up to one, or as `present_value`.
    """
    part = np.asarray(share, np.float64)
    if not ((part >= 0).all() and np.allclose(part.sum(axis=-1), 1, rtol=0, atol=1e-9)):
        raise ValueError(f"share {part}: shares must be at least zero and add up to one")
    return part * present_value(up_front, yearly, rate, years, build_up)


def _positive(name: str, values: Numbers) -> Float64[np.ndarray, "..."]:
    """The values, if each is above zero."""
    x = np.asarray(values, np.float64)
    if not (np.isfinite(x) & (x > 0)).all():
        raise ValueError(f"{name} {x}: each must be finite and above zero")
    return x


def _not_negative(name: str, values: Numbers) -> Float64[np.ndarray, "..."]:
    """The values, if none is below zero and some are above."""
    x = np.asarray(values, np.float64)
    if not ((np.isfinite(x) & (x >= 0)).all() and (x.sum(axis=-1) > 0).all()):
        raise ValueError(f"{name} {x}: each must be finite and at least zero, and at least one above zero")
    return x
