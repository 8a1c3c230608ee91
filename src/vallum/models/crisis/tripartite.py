"""The Tripartite Crisis Game: a challenger, its target, and the patron whom the target may leave.

Zagare & Kilgour (2003, 2006). The challenger makes a demand of the protege or leaves the status quo (SQ). The
protege concedes (CW, the challenger wins) or resists. The defender then supports it or not. Unsupported, the
protege stays loyal and loses (PL) or realigns (PR). Against support the challenger backs down (CC) or fights (CF).

Three last preferences make a player's type, and may be unknown to others in the source; here all know them:

    challenger  *determined*  CF > CC,   else *hesitant*                                        (1)
    protege     *disloyal*    PR > PL,   else *loyal*                                           (2)
    defender    *staunch*     CF > PR,   else *perfidious*                                      (3)

All else is fixed by orders that make the tree a crisis:

    challenger:  CW, PL, PR > SQ > CC, CF                                                       (4)
    protege:     SQ > CC > CF > CW > PL                                                         (5)
    defender:    SQ > CC > CW > PL > CF, PR                                                     (6)

Backward induction then gives (Zagare & Kilgour; computed): a hesitant challenger keeps the status quo; a
determined one wins from a loyal protege (CW), since no defender fights for a protege who would stay anyway;
against a disloyal protege a staunch defender deters it (SQ), for it supports rather than be left, and a perfidious
one is left (PR), if PR > CW for the protege, which (2) does not say; if not, the protege concedes (CW).

**Quantal response.** Every move is a logit of its expected payoffs at the precision lambda (agent form, McKelvey &
Palfrey 1998; Signorino 1999). With complete information it follows from the end of the tree, in closed form.

What it cannot say: anything about types that others do not know, so not the source's main question, whether a
defender should commit itself, refuse, or leave both sides in doubt. The orders are recalled, not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.backward import End, better
from vallum.models.crisis.checks import in_order, precisions, together

if TYPE_CHECKING:
    from jaxtyping import ArrayLike, Bool, Float64, Shaped

PLAYERS = ("c", "p", "d")
OUTCOMES = ("SQ", "CW", "PL", "PR", "CC", "CF")
ORDERS = (
    ("c_cw", "c_sq"), ("c_pl", "c_sq"), ("c_pr", "c_sq"), ("c_sq", "c_cc"), ("c_sq", "c_cf"),
    ("p_sq", "p_cc", "p_cf", "p_cw", "p_pl"),
    ("d_sq", "d_cc", "d_cw", "d_pl", "d_cf"), ("d_pl", "d_pr"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tripartite:
    """Payoffs of a batch of games, made by `tripartite`; in any unit of utility.

    Attributes
    ----------
    c_sq, c_cw, c_pl, c_pr, c_cc, c_cf : array (game,)
        The challenger's payoffs, as in (4).
    p_sq, p_cw, p_pl, p_pr, p_cc, p_cf : array (game,)
        The protege's, as in (5).
    d_sq, d_cw, d_pl, d_pr, d_cc, d_cf : array (game,)
        The defender's, as in (6).
    """

    c_sq: Float64[np.ndarray, " game"]
    c_cw: Float64[np.ndarray, " game"]
    c_pl: Float64[np.ndarray, " game"]
    c_pr: Float64[np.ndarray, " game"]
    c_cc: Float64[np.ndarray, " game"]
    c_cf: Float64[np.ndarray, " game"]
    p_sq: Float64[np.ndarray, " game"]
    p_cw: Float64[np.ndarray, " game"]
    p_pl: Float64[np.ndarray, " game"]
    p_pr: Float64[np.ndarray, " game"]
    p_cc: Float64[np.ndarray, " game"]
    p_cf: Float64[np.ndarray, " game"]
    d_sq: Float64[np.ndarray, " game"]
    d_cw: Float64[np.ndarray, " game"]
    d_pl: Float64[np.ndarray, " game"]
    d_pr: Float64[np.ndarray, " game"]
    d_cc: Float64[np.ndarray, " game"]
    d_cf: Float64[np.ndarray, " game"]

    @property
    def determined(self) -> Bool[np.ndarray, " game"]:
        """Equation (1)."""
        return self.c_cf > self.c_cc

    @property
    def disloyal(self) -> Bool[np.ndarray, " game"]:
        """Equation (2)."""
        return self.p_pr > self.p_pl

    @property
    def staunch(self) -> Bool[np.ndarray, " game"]:
        """Equation (3)."""
        return self.d_cf > self.d_pr


@dataclass(frozen=True, eq=False)
class Paths:
    """Where the game ends by backward induction: from its start, and from each later move on.

    Attributes
    ----------
    outcome, if_demand, if_resist, no_support, support : array of str (game,)
        From the start; once the challenger has demanded; once the protege has resisted; once the defender has
        withheld or given its support.
    """

    outcome: Shaped[np.ndarray, " game"]
    if_demand: Shaped[np.ndarray, " game"]
    if_resist: Shaped[np.ndarray, " game"]
    no_support: Shaped[np.ndarray, " game"]
    support: Shaped[np.ndarray, " game"]


def tripartite(**values: ArrayLike) -> Tripartite:
    """Check payoffs, and broadcast them to one shape.

    Parameters
    ----------
    **values : number or array, shape () or (game,)
        The attributes of `Tripartite`.

    Returns
    -------
    Tripartite

    Raises
    ------
    ValueError
        If an order of (4)-(6) does not hold, or a player is indifferent where its type is decided, (1)-(3).
    TypeError
        If a value is missing or unknown.

    Examples
    --------
    >>> game = tripartite(
    ...     c_sq=0.5, c_cw=1.0, c_pl=0.9, c_pr=0.8, c_cc=0.1, c_cf=0.3,
    ...     p_sq=1.0, p_cw=0.2, p_pl=0.1, p_pr=[0.0, 0.25, 0.25], p_cc=0.9, p_cf=0.3,
    ...     d_sq=1.0, d_cw=0.4, d_pl=0.35, d_pr=0.0, d_cc=0.9, d_cf=[0.2, 0.2, -0.2],
    ... )
    >>> game.disloyal.tolist(), game.staunch.tolist()
    ([False, True, True], [True, True, False])
    >>> subgame_perfect(game).outcome.tolist()
    ['CW', 'SQ', 'PR']
    """
    game = Tripartite(**together(values))
    for order in ORDERS:
        in_order(vars(game), *order)
    for one, other in (("c_cf", "c_cc"), ("p_pr", "p_pl"), ("d_cf", "d_pr")):
        tied = getattr(game, one) == getattr(game, other)
        if tied.any():
            n = int(np.argmax(tied))
            raise ValueError(f"{one} = {other} = {getattr(game, one)[n]:g} in game {n} leaves the type open")
    return game


def subgame_perfect(game: Tripartite) -> Paths:
    """Backward induction; a protege to whom conceding and resisting are worth the same concedes.

    Parameters
    ----------
    game : Tripartite

    Returns
    -------
    Paths
    """
    ends = {name: _end(game, name) for name in OUTCOMES}
    support = better("c", ends["CC"], ends["CF"])
    no_support = better("p", ends["PL"], ends["PR"])
    if_resist = better("d", no_support, support)
    if_demand = better("p", ends["CW"], if_resist)
    start = better("c", ends["SQ"], if_demand)
    return Paths(*(x.outcome for x in (start, if_demand, if_resist, no_support, support)))


def quantal_response(
    game: Tripartite, precision: ArrayLike
) -> tuple[dict[str, Float64[np.ndarray, " game"]], dict[str, Float64[np.ndarray, " game"]]]:
    """The agent logit quantal response equilibrium, unique with complete information.

    Parameters
    ----------
    game : Tripartite
    precision : number or array, shape () or (game,)
        lambda, per unit of utility: 0 is chance, a large one the best reply.

    Returns
    -------
    strategy : dict of str to array (game,)
        Chance that the challenger `demands` and `fights`, the protege `resists` and `realigns`, the defender
        `supports`.
    outcomes : dict of str to array (game,)
        Chance of SQ, CW, PL, PR, CC and CF.

    Raises
    ------
    ValueError
        If a precision is below zero or not finite.
    """
    rate = np.broadcast_to(precisions(precision), game.c_sq.shape)
    ends = {name: _end(game, name).payoffs for name in OUTCOMES}
    fights, supported = _logit("c", rate, ends["CC"], ends["CF"])
    realigns, alone = _logit("p", rate, ends["PL"], ends["PR"])
    supports, resisted = _logit("d", rate, alone, supported)
    resists, demanded = _logit("p", rate, ends["CW"], resisted)
    demands, _ = _logit("c", rate, ends["SQ"], demanded)
    left, helped = demands * resists * (1 - supports), demands * resists * supports
    chance = (1 - demands, demands * (1 - resists), left * (1 - realigns), left * realigns)
    strategy = dict(demands=demands, resists=resists, supports=supports, realigns=realigns, fights=fights)
    return strategy, dict(zip(OUTCOMES, (*chance, helped * (1 - fights), helped * fights), strict=True))


def _end(game: Tripartite, outcome: str) -> End:
    return End({x: getattr(game, f"{x}_{outcome.lower()}") for x in PLAYERS}, np.full(game.c_sq.shape, outcome))


def _logit(
    player: str, rate: Float64[np.ndarray, " game"], one: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """The player's chance of the other of two moves, and what everybody may expect of its choice."""
    from scipy.special import expit

    chance = expit(rate * (other[player] - one[player]))
    return chance, {x: (1 - chance) * one[x] + chance * other[x] for x in one}
