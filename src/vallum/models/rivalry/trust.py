"""Trust and the security dilemma: when fear alone makes two sides arm or strike.

* **Trust threshold** (Kydd 2005, chapter 2). With payoffs CC (both cooperate), DC (I exploit), CD (I am
  exploited), DD (neither cooperates), a side cooperates iff it thinks the other trustworthy with at
  least chance  t = (DD - CD) / ((CC - DC) + (DD - CD)).                                   (1)
* **War beneath it.** Whoever strikes first wins with chance pi + phi, and with pi if both strike; winning
  is worth g, losing -1, war costs c, peace is worth 0:
  DC = g (pi + phi) - (1 - pi - phi) - c,  CD = g (pi - phi) - (1 - pi + phi) - c,
  DD = g pi - (1 - pi) - c,  CC = 0.                                                       (2)
  With (1):  t = phi (1 + g) / -DD,  a straight line in the first-strike advantage phi.    (3)
* **Reassurance** (Kydd 1997, 2005). A gesture of cost s tells trustworthy (T) from untrustworthy (U) iff
  DC_U - DD_U <= s <= CC_T - DD_T: the one still pays it, the other does not.              (4)
* **Spiral** (Kydd 1997). Belief b in a security seeker after a build, by Bayes' rule:
  b p_s / (b p_s + (1 - b) p_g),  and with 1 - p in place of p after restraint.            (5)
* **Fear game** (Baliga and Sjöström 2004). Each side knows its own cost of arming only, even on
  0 to C; arming alone gains mu, being armed against alone costs d. A side arms iff its cost is at most
  x = mu (1 - x/C) + d x/C, so  x = mu / (1 - (d - mu) / C)  if d < C; if d >= C (the multiplier
  condition) everybody arms, however few would arm against a side that surely does not.     (6)
* **Strategic risk** (Chassang and Padró i Miquel 2010). Peace worth V = v / (1 - delta); a first strike
  pays F, being struck S, both striking W. With no doubt peace holds iff V >= F; with the slightest
  doubt of what the other sees iff  (F - V) + (W - S) <= 0,  predation and pre-emption.     (7)

What it cannot say: how much a side trusts another. Beliefs, payoffs and rates are judgements of a case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vallum.models.checks import within

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64
    from numpy.typing import ArrayLike

TIE = 1e-12  # payoffs are sums: a difference this near nothing is nothing


class Payoffs(NamedTuple):
    """A side's payoffs by its own move, then the other's: C cooperates, D defects; in any one unit."""

    CC: Float64[np.ndarray, "*batch"]
    DC: Float64[np.ndarray, "*batch"]
    CD: Float64[np.ndarray, "*batch"]
    DD: Float64[np.ndarray, "*batch"]


def trust_threshold(CC: ArrayLike, DC: ArrayLike, CD: ArrayLike, DD: ArrayLike) -> Float64[np.ndarray, "*batch"]:
    """The least trust with which a side cooperates: equation (1).

    Parameters
    ----------
    CC, DC, CD, DD : array, shapes (*batch)
        A side's payoffs, as in `Payoffs`.

    Returns
    -------
    array, shape (*batch)
        A chance; 0 where cooperation is best whatever the other does, infinite where no trust is
        enough because exploiting pays (DC > CC), NaN in a game of chicken, where trust works backwards.

    Raises
    ------
    ValueError
        If a payoff is not finite.

    Examples
    --------
    >>> round(float(trust_threshold(CC=1, DC=0.9, CD=-0.4, DD=0.3)), 6)
    0.875
    """
    cc, dc, cd, dd = np.broadcast_arrays(*(within(x, -np.inf, np.inf, "payoff") for x in (CC, DC, CD, DD)))
    tie = TIE * np.max(np.abs([cc, dc, cd, dd]), axis=0)
    reward, harm = cc - dc, dd - cd  # of cooperating with one who does, and with one who does not
    reward, harm = np.where(np.abs(reward) <= tie, 0, reward), np.where(np.abs(harm) <= tie, 0, harm)
    feared = np.maximum(harm, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(feared > 0, feared / (reward + feared), 0.0)
    return np.where(reward >= 0, share, np.where(harm >= 0, np.inf, np.nan))


def war_payoffs(win: ArrayLike, first_strike: ArrayLike, gain: ArrayLike, cost: ArrayLike) -> Payoffs:
    """Payoffs of a side that may strike first: equation (2).

    Parameters
    ----------
    win : array, shape (*batch)
        pi: chance to win if both strike, 0 to 1.
    first_strike : array, shape (*batch)
        phi: what striking alone adds to it, and being struck alone takes away; 0 or more.
    gain, cost : array, shapes (*batch)
        g and c, in units of the loss in a lost war; 0 or more.

    Returns
    -------
    Payoffs

    Raises
    ------
    ValueError
        If a number is out of its range, or a chance would leave 0 to 1.
    """
    pi, phi = within(win, 0, 1, "chance to win"), within(first_strike, 0, 1, "first-strike advantage")
    g, c = within(gain, 0, np.inf, "gain"), within(cost, 0, np.inf, "cost")
    alone, struck = within(pi + phi, 0, 1, "win + first_strike"), within(pi - phi, 0, 1, "win - first_strike")

    def war(chance: Float64[np.ndarray, "*batch"]) -> Float64[np.ndarray, "*batch"]:
        return g * chance - (1 - chance) - c

    CC, DC, CD, DD = np.broadcast_arrays(np.zeros(()), war(alone), war(struck), war(pi))
    return Payoffs(CC, DC, CD, DD)


class Signal(NamedTuple):
    """Costs of a gesture that tells the trustworthy from others: equation (4)."""

    least: Float64[np.ndarray, "*batch"]
    """Below it the untrustworthy make the gesture too."""
    most: Float64[np.ndarray, "*batch"]
    """Above it the trustworthy do not make it."""
    separates: Bool[np.ndarray, "*batch"]
    """Whether any cost lies between."""


def reassurance_signal(CC_T: ArrayLike, DD_T: ArrayLike, DC_U: ArrayLike, DD_U: ArrayLike) -> Signal:
    """What a reassuring gesture has to cost: equation (4).

    Parameters
    ----------
    CC_T, DD_T : array, shapes (*batch)
        The trustworthy side's payoffs from mutual cooperation and mutual defection.
    DC_U, DD_U : array, shapes (*batch)
        The untrustworthy side's payoffs from exploiting and from mutual defection.

    Returns
    -------
    Signal
        In the unit of the payoffs; a gesture never has to cost less than nothing.

    Raises
    ------
    ValueError
        If a payoff is not finite.
    """
    cct, ddt, dcu, ddu = (within(x, -np.inf, np.inf, "payoff") for x in (CC_T, DD_T, DC_U, DD_U))
    least, most = np.broadcast_arrays(np.maximum(dcu - ddu, 0), cct - ddt)
    return Signal(least, most, least <= most)


def belief_path(
    prior: ArrayLike, build_if_seeker: ArrayLike, build_if_greedy: ArrayLike, builds: ArrayLike
) -> Float64[np.ndarray, "*batch round+1"]:
    """Belief that the other side seeks security only, as it builds or holds back: equation (5).

    Parameters
    ----------
    prior : array, shape (*batch)
        Belief before the first round, 0 to 1.
    build_if_seeker, build_if_greedy : array, shapes (*batch, round) or ()
        p_s and p_g: chance that each kind builds in a round, between 0 and 1, neither included.
    builds : array of bool, shape (*batch, round)
        Whether the other side built.

    Returns
    -------
    array, shape (*batch, round + 1)
        The prior, then the belief after each round.

    Raises
    ------
    ValueError
        If a chance is out of its range.

    Examples
    --------
    >>> belief_path(0.7, 0.4, 0.9, [True, True, True]).round(6).tolist()
    [0.7, 0.509091, 0.315493, 0.170019]
    """
    from scipy.special import expit, logit

    seeker, greedy = (within(p, TIE, 1 - TIE, "chance of a build") for p in (build_if_seeker, build_if_greedy))
    told = np.asarray(builds, bool)
    weight = np.where(told, np.log(seeker / greedy), np.log1p(-seeker) - np.log1p(-greedy))
    before = np.asarray(logit(within(prior, 0, 1, "prior")))[..., None]
    after = before + np.cumsum(weight, axis=-1)
    first = np.broadcast_to(before, (*after.shape[:-1], 1))
    return np.asarray(expit(np.concatenate([first, after], axis=-1)), np.float64)


def explained_build(
    build_if_seeker: ArrayLike, build_if_greedy: ArrayLike, transparency: ArrayLike
) -> Float64[np.ndarray, "*batch"]:
    """Chance that a security seeker builds, once builds are seen as answers to one's own deployment.

    Parameters
    ----------
    build_if_seeker, build_if_greedy : array, shapes (*batch)
        p_s and p_g of equation (5), 0 to 1.
    transparency : array, shape (*batch)
        0 (a build is read as before) to 1 (a build says nothing of who builds): the share of the
        difference between the kinds that is explained. A lever of ours, in no source.

    Returns
    -------
    array, shape (*batch)
        p_s + transparency (p_g - p_s), for `belief_path`.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    seeker, greedy = (within(p, 0, 1, "chance of a build") for p in (build_if_seeker, build_if_greedy))
    return seeker + within(transparency, 0, 1, "transparency") * (greedy - seeker)


class Fear(NamedTuple):
    """The equilibrium of the fear game: equation (6)."""

    cutoff: Float64[np.ndarray, "*batch"]
    """x: the highest cost at which a side arms."""
    arm: Float64[np.ndarray, "*batch"]
    """Chance that a side arms."""
    race: Float64[np.ndarray, "*batch"]
    """Chance that both do."""
    multiplier: Bool[np.ndarray, "*batch"]
    """Whether the multiplier condition holds, so that all arm."""


def fear_game(mu: ArrayLike, d: ArrayLike, highest_cost: ArrayLike) -> Fear:
    """Who arms for fear that the other arms for fear, costs even on 0 to the highest: equation (6).

    Parameters
    ----------
    mu, d : array, shapes (*batch)
        Gain of arming alone, loss of being armed against alone; 0 < mu < d.
    highest_cost : array, shape (*batch)
        C: the highest cost of arming, in their unit; above 0.

    Returns
    -------
    Fear
        The only Bayesian equilibrium: the best answer to a cutoff moves with it at a constant rate
        (d - mu) / C, and reaches the highest cost where d >= C.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Examples
    --------
    >>> game = fear_game(mu=0.05, d=0.9, highest_cost=1)
    >>> round(float(game.cutoff), 6), round(float(game.race), 6)
    (0.333333, 0.111111)
    """
    gain, loss, top = np.broadcast_arrays(
        *(within(x, 0, np.inf, "mu, d or highest_cost") for x in (mu, d, highest_cost))
    )
    if not ((gain > 0) & (gain < loss) & (top > 0)).all():
        raise ValueError(f"mu {mu}, d {d}, highest_cost {highest_cost}: 0 < mu < d and a cost above 0 are needed")
    multiplier = loss >= top
    with np.errstate(divide="ignore", invalid="ignore"):
        cutoff = np.where(multiplier, top, gain / (1 - (loss - gain) / top))
    arm = cutoff / top
    return Fear(cutoff, arm, arm**2, multiplier)


class Risk(NamedTuple):
    """Whether peace holds, without and with strategic risk: equation (7)."""

    peace: Float64[np.ndarray, "*batch"]
    """V: worth of lasting peace."""
    predatory: Float64[np.ndarray, "*batch"]
    """F - V: gain of striking one who does not strike."""
    preemptive: Float64[np.ndarray, "*batch"]
    """W - S: gain of striking one who strikes."""
    holds_if_certain: Bool[np.ndarray, "*batch"]
    holds_under_risk: Bool[np.ndarray, "*batch"]


def strategic_risk(delta: ArrayLike, flow: ArrayLike, F: ArrayLike, S: ArrayLike, W: ArrayLike) -> Risk:
    """Whether peace lasts if neither side is quite sure of what the other sees: equation (7).

    Parameters
    ----------
    delta : array, shape (*batch)
        Discount factor for one period, 0 or more and below 1.
    flow : array, shape (*batch)
        v: worth of one period of peace.
    F, S, W : array, shapes (*batch)
        Payoffs of striking first, of being struck first, and of both striking, in the unit of `flow`;
        S is at most W.

    Returns
    -------
    Risk

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    later = within(delta, 0, 1 - TIE, "delta")
    flows, first, struck, both = (within(x, -np.inf, np.inf, "payoff") for x in (flow, F, S, W))
    if not (struck <= both).all():
        raise ValueError(f"S is {S} and W is {W}: being struck first cannot be better than both striking")
    V, f, w, s = np.broadcast_arrays(flows / (1 - later), first, both, struck)
    predatory, preemptive = f - V, w - s
    return Risk(V, predatory, preemptive, predatory <= 0, predatory + preemptive <= 0)
