"""Bargaining in the shadow of war: what two sides could agree on, and why they may not.

Two sides divide something worth 1. A wins a war with chance p; war costs them c_A and c_B.

* **Bargaining range** (Fearon 1995). Both prefer every share x of A in
  p - c_A <= x <= p + c_B to war: there always is one.                                     (1)
* **Risk-return trade-off** (Fearon 1995). A does not know c_B, even on 0 to C, and asks for x once. B
  fights iff c_B < x - p. A asks for  x = p + (C - c_A) / 2  and gets war with chance
  (C - c_A) / 2 C,  both within their bounds.                                              (2)
* **Preventive war** (Fearon 1995). A side expects its chance to fall from p1 to p2 for good; c is its cost
  of war in every period. War now is worth (p1 - c) / (1 - delta); peace at best all of the prize
  today and what it could fight for later, 1 + delta (p2 - c) / (1 - delta). War iff
  p2 < c + (p1 - c - (1 - delta)) / delta.                                                 (3)
* **Guns and butter**, our symmetric reduction of Powell (1993). Each side has 1 a period and spends m on
  arms. Whoever strikes arms once more, wins with the ratio of arms, and from then on has
  2 (1 - phi): phi is the share that war destroys. Peace holds iff
  (1 - m) / (1 - delta) >= 1 + (sqrt K - sqrt m)^2,  K = 2 (1 - phi) delta / (1 - delta).    (4)
  The least m is  delta (sqrt(2 (1 - phi) (1 - delta)) - sqrt(2 phi - delta))^2 / (2 - delta)^2,
  nil if phi >= 1/2; there is none if phi < delta / 2.                                     (5)
* **Brinkmanship** (Schelling 1966). A side stands firm as long as the risk of disaster is at most
  (win - back_down) / (win - disaster).                                                    (6)

What it cannot say: why states do not share what they know, what cannot be divided, and who decides
within a state. A prize, its shares and the costs of war are in one unit, which nobody has measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vallum.models.checks import within

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64
    from numpy.typing import ArrayLike

TIE = 1e-12  # phi = delta / 2 to within rounding still has its one level of arms


class Range(NamedTuple):
    """Shares of A that both sides prefer to war: equation (1)."""

    low: Float64[np.ndarray, "*batch"]
    high: Float64[np.ndarray, "*batch"]


def bargaining_range(p: ArrayLike, c_A: ArrayLike, c_B: ArrayLike) -> Range:
    """Shares of A that both sides prefer to war: equation (1).

    Parameters
    ----------
    p : array, shape (*batch)
        Chance that A wins, 0 to 1.
    c_A, c_B : array, shapes (*batch)
        Costs of war, shares of the prize; 0 or more.

    Returns
    -------
    Range
        Within 0 to 1, for nobody can have more than all: c_A + c_B wide where that does not bind.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> [round(float(x), 6) for x in bargaining_range(0.6, 0.1, 0.15)]
    [0.5, 0.75]
    """
    chance, a, b = within(p, 0, 1, "p"), within(c_A, 0, np.inf, "c_A"), within(c_B, 0, np.inf, "c_B")
    low, high = np.broadcast_arrays(np.maximum(chance - a, 0), np.minimum(chance + b, 1))
    return Range(low, high)


class Demand(NamedTuple):
    """What A asks for, and what it risks: equation (2)."""

    share: Float64[np.ndarray, "*batch"]
    war: Float64[np.ndarray, "*batch"]
    """Chance that B fights."""


def risk_return(p: ArrayLike, c_A: ArrayLike, highest_cost: ArrayLike) -> Demand:
    """A's best demand if B's cost of war is even on 0 to the highest: equation (2).

    Parameters
    ----------
    p : array, shape (*batch)
        Chance that A wins, 0 to 1.
    c_A : array, shape (*batch)
        A's cost of war, share of the prize; 0 or more.
    highest_cost : array, shape (*batch)
        C: the most that war can cost B; above 0.

    Returns
    -------
    Demand
        A asks for p, which nobody refuses, where its own cost is above C; and never for more than 1.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    chance, own = within(p, 0, 1, "p"), within(c_A, 0, np.inf, "c_A")
    top = within(highest_cost, 0, np.inf, "highest_cost")
    if not (top > 0).all():
        raise ValueError(f"highest_cost is {highest_cost}: it has to be above 0, or nothing is in doubt")
    beyond = np.clip((top - own) / 2, 0, 1 - chance)  # what A asks for above p: its payoff is concave in it
    return Demand(chance + beyond, beyond / top)


class Prevention(NamedTuple):
    """War now against the best peace, for a side that declines: equation (3)."""

    war_now: Float64[np.ndarray, "*batch"]
    best_peace: Float64[np.ndarray, "*batch"]
    war: Bool[np.ndarray, "*batch"]
    """Whether no offer of today keeps the peace."""


def preventive_war(p1: ArrayLike, p2: ArrayLike, c: ArrayLike, delta: ArrayLike) -> Prevention:
    """Whether a declining side fights while it can: equation (3).

    Parameters
    ----------
    p1, p2 : array, shapes (*batch)
        Its chance to win now, and ever after; 0 to 1.
    c : array, shape (*batch)
        Its cost of war, a share of the prize in every period; 0 or more.
    delta : array, shape (*batch)
        Discount factor for one period, above 0 and below 1.

    Returns
    -------
    Prevention
        In units of the prize of one period. Peace is never worth less later than nothing.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    now, then, cost, later = within(p1, 0, 1, "p1"), within(p2, 0, 1, "p2"), _cost(c), _discount(delta)
    war, peace = np.broadcast_arrays((now - cost) / (1 - later), 1 + later * np.maximum(then - cost, 0) / (1 - later))
    return Prevention(war, peace, war > peace)


def preventive_threshold(p1: ArrayLike, c: ArrayLike, delta: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    """The chance to win later, below which a declining side fights now: p2 of equation (3).

    Parameters
    ----------
    p1, c, delta : array, shapes (*batch)
        As in `preventive_war`.

    Returns
    -------
    array, shape (*batch)
        Always below p1; 0 where no decline, however deep, brings war.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> round(float(preventive_threshold(p1=0.7, c=0.1, delta=0.9)), 6)
    0.655556
    """
    now, cost, later = within(p1, 0, 1, "p1"), _cost(c), _discount(delta)
    over = now - cost - (1 - later)  # what war now is worth above one period of all the prize
    return np.where(over > 0, cost + over / later, 0.0)


def least_arms(phi: ArrayLike, delta: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    """The least arms with which two alike sides deter each other: equation (5).

    Parameters
    ----------
    phi : array, shape (*batch)
        Share of what both have that war destroys, 0 to 1.
    delta : array, shape (*batch)
        Discount factor for one period, above 0 and below 1.

    Returns
    -------
    array, shape (*batch)
        m, share of a side's income. NaN where no level of arms keeps the peace (phi < delta / 2). At
        phi = delta / 2 one level does: it is the double root of (4), near which m goes with the
        square root of the distance, so that an input off by 1e-12 moves it by 1e-6.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> least_arms([0.4, 0.3, 0.3], [0.7, 0.5, 0.7]).round(7).tolist()
    [0.0333542, 0.0601888, nan]
    """
    lost, later = within(phi, 0, 1, "phi"), _discount(delta)
    root = np.sqrt(np.maximum(2 * lost - later, 0))  # (4) is quadratic in sqrt m; the smaller root counts
    short = np.maximum(np.sqrt(2 * (1 - lost) * (1 - later)) - root, 0)
    return np.where(2 * lost >= later - TIE, later * (short / (2 - later)) ** 2, np.nan)


def acceptable_risk(win: ArrayLike, back_down: ArrayLike, disaster: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    """The highest risk of disaster at which a side still stands firm: equation (6).

    Parameters
    ----------
    win, back_down, disaster : array, shapes (*batch)
        Payoffs in any one unit, disaster < back_down < win.

    Returns
    -------
    array, shape (*batch)
        A chance, the critical risk of the literature.

    Raises
    ------
    ValueError
        If the payoffs are not in this order.
    """
    won, left, lost = (within(x, -np.inf, np.inf, "payoff") for x in (win, back_down, disaster))
    if not ((lost < left) & (left < won)).all():
        raise ValueError(f"win {win}, back_down {back_down}, disaster {disaster}: disaster < back_down < win is needed")
    return (won - left) / (won - lost)


def _cost(c: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    return within(c, 0, np.inf, "c")


def _discount(delta: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    return within(delta, TIE, 1 - TIE, "delta")
