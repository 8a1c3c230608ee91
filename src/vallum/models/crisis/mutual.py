"""The Generalized Mutual Deterrence Game: two powers, either of which may attack.

Zagare & Kilgour (2000); Kilgour & Zagare (1991). Both choose at once to attack or to hold. Whoever held
and was attacked then strikes back if it is *hard* and gives way if it is *soft*: each knows its own type only, and
is hard with chance p, its credibility. Both holding leaves the status quo (SQ); a winner gets DC and the loser CD;
all else is conflict (DD). For each player, by its own place in the outcome,

    DC > SQ > DD hard > CD > DD soft                                                            (1)

Say that the opponent holds and is hard with chance h, holds and is soft with chance s. Attacking rather than
holding is worth, to a hard and to a soft player,

    V_H = (DC - SQ) s - (SQ - DD hard) h                                                        (2)
    V_S = (DC - SQ) s - (SQ - DD soft) h - (CD - DD soft) (1 - h - s)                           (3)

V_S < V_H: a soft player attacks only if the hard one surely does. With x_H and x_S the chances of attacking, and

    t = (DC - SQ) / (DC - DD hard),    X = (DC - SQ) / (DC - SQ + CD - DD soft)                 (4)

against the *other's* credibility, all perfect Bayesian equilibria, ties and p in {0, 1} apart, are:

* *sure-thing deterrence*: nobody attacks; p_A >= t_B and p_B >= t_A.
* *hybrid*: x_H = 1 - (1 - p) t / ((1 - t) p), own p and the other's t, x_S = 0; the same region.              (5)
* *separating*: x_H = 1, x_S = 0; p_A >= X_B and p_B >= X_A.
* *bluff*: x_H = 1, x_S = (X - p) / (1 - p), own p and the other's X; p_A < X_B and p_B < X_A.                 (6)
* *attack by A*: A always, B when hard; p_B <= X_A. *Attack by B* likewise.
* *attack by A, B waiting*: a hard B, which has a war either way, attacks less often. Any x_H down to
      x_H = max(0, [SQ - DD soft - (DC - SQ) (1 - p_B) / p_B] / (SQ - CD)),  A's payoffs,                      (7)
  keeps A's soft type attacking; the lowest is given. It needs the belief that an opponent who unexpectedly held
  is hard rather than soft, although holding costs the soft less than the hard: marked implausible.

The list is complete since (2), (3) leave each player one scalar, x_H + x_S in [0, 2], and each pair of pieces of
the two replies meets as listed or not at all.

**Quantal response.** In the agent logit equilibrium (McKelvey & Palfrey 1998) each type attacks with the logistic
chance of lambda V. There may be several; `branch` follows the one that starts from pure chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.branch import Quantal, principal_branch
from vallum.models.crisis.checks import in_order, in_units, probabilities, together
from vallum.models.crisis.families import Family, family

if TYPE_CHECKING:
    from jaxtyping import Array, ArrayLike, Bool, Float, Float64

ORDER = ("dc", "sq", "dd_hard", "cd", "dd_soft")  # equation (1)


@dataclass(frozen=True, eq=False)
class Player:
    """One player's payoffs, named by its own place in the outcome, and its credibility.

    Attributes
    ----------
    dc, sq, dd_hard, cd, dd_soft : array (game,)
        Winning, status quo, conflict when hard, giving way, conflict when soft; in any unit of utility.
    p : array (game,)
        Chance that it is hard.
    """

    dc: Float64[np.ndarray, " game"]
    sq: Float64[np.ndarray, " game"]
    dd_hard: Float64[np.ndarray, " game"]
    cd: Float64[np.ndarray, " game"]
    dd_soft: Float64[np.ndarray, " game"]
    p: Float64[np.ndarray, " game"]


@dataclass(frozen=True, eq=False)
class Mutual:
    """A batch of games, made by `mutual`: both players, all arrays of one shape (game,)."""

    a: Player
    b: Player


def mutual(a: Mapping[str, ArrayLike], b: Mapping[str, ArrayLike]) -> Mutual:
    """Check both players' payoffs and credibilities, and broadcast them to one shape.

    Parameters
    ----------
    a, b : mapping of str to number or array, shape () or (game,)
        The attributes of `Player`; credibilities 0 to 1.

    Returns
    -------
    Mutual

    Raises
    ------
    ValueError
        If the ordering (1) does not hold, or a credibility is no probability.

    Examples
    --------
    >>> pay = dict(dc=1.0, sq=0.6, dd_hard=0.35, cd=0.2, dd_soft=0.0)
    >>> game = mutual(dict(pay, p=[0.8, 0.5]), dict(pay, p=[0.7, 0.55]))
    >>> [x.name for x in equilibria(game) if x.exists[0]]
    ['sure-thing deterrence', 'hybrid', 'separating']
    >>> print(equilibria(game)[3].strategy["a_soft"].round(6))
    [     nan 0.333333]
    """
    named = {f"a_{name}": x for name, x in a.items()} | {f"b_{name}": x for name, x in b.items()}
    shaped = together(named)
    for side in "ab":
        in_order(shaped, *(f"{side}_{name}" for name in ORDER))
        probabilities(shaped, f"{side}_p")
    return Mutual(*(Player(**{x.name: shaped[f"{side}_{x.name}"] for x in fields(Player)}) for side in "ab"))


def equilibria(game: Mutual) -> list[Family]:
    """All families of perfect Bayesian equilibria in closed form.

    Parameters
    ----------
    game : Mutual

    Returns
    -------
    list of Family
        Strategies are the chances of attacking, `a_hard`, `a_soft`, `b_hard` and `b_soft`; outcomes SQ,
        `a_wins`, `b_wins` and DD. Where p is 0 or 1 more exist, that differ in a type which does not.
    """
    a, b = game.a, game.b
    (t_a, X_a), (t_b, X_b) = thresholds(a), thresholds(b)
    sure, never = np.ones_like(a.p), np.zeros_like(a.p)
    deterred = (a.p >= t_b) & (b.p >= t_a)
    with np.errstate(divide="ignore", invalid="ignore"):
        hybrid = [1 - (1 - me.p) * t / ((1 - t) * me.p) for me, t in ((a, t_b), (b, t_a))]  # (5)
    bluff = [(X - me.p) / (1 - np.minimum(me.p, X)) for me, X in ((a, X_b), (b, X_a))]  # (6)
    played = (
        ("sure-thing deterrence", deterred, (never, never, never, never), True),
        ("hybrid", deterred, (hybrid[0], never, hybrid[1], never), True),
        ("separating", (a.p >= X_b) & (b.p >= X_a), (sure, never, sure, never), True),
        ("bluff", (a.p < X_b) & (b.p < X_a), (sure, bluff[0], sure, bluff[1]), True),
        ("attack by A", b.p <= X_a, (sure, sure, sure, never), True),
        ("attack by B", a.p <= X_b, (sure, never, sure, sure), True),
        ("attack by A, B waiting", b.p < X_a, (sure, sure, _waits(a, b.p), never), False),
        ("attack by B, A waiting", a.p < X_b, (_waits(b, a.p), never, sure, sure), False),
    )
    return [_family(game, *x) for x in played]


def thresholds(player: Player) -> tuple[Float64[np.ndarray, " game"], Float64[np.ndarray, " game"]]:
    """Equation (4): t and X, the opponent's credibilities that deter the hard and the soft player."""
    gain = player.dc - player.sq
    return gain / (player.dc - player.dd_hard), gain / (gain + player.cd - player.dd_soft)


def _waits(attacker: Player, p: Float64[np.ndarray, " game"]) -> Float64[np.ndarray, " game"]:
    """Equation (7)."""
    with np.errstate(divide="ignore"):
        bought = (attacker.dc - attacker.sq) * (1 - p) / p
    return np.maximum(0, (attacker.sq - attacker.dd_soft - bought) / (attacker.sq - attacker.cd))


def _family(
    game: Mutual,
    name: str,
    exists: Bool[np.ndarray, " game"],
    moves: tuple[Float64[np.ndarray, " game"], ...],
    plausible: bool,
) -> Family:
    strategy = _named(moves)
    return family(name, exists, strategy, outcomes(game, strategy), plausible=plausible)


def _named(moves: Any) -> dict[str, Any]:
    return dict(zip(("a_hard", "a_soft", "b_hard", "b_soft"), moves, strict=True))


def outcomes(
    game: Mutual, strategy: Mapping[str, Float64[np.ndarray, " game"]]
) -> dict[str, Float64[np.ndarray, " game"]]:
    """Chance of SQ, `a_wins`, `b_wins` and DD, before types are known, from each type's chance of attacking."""
    (h_a, s_a), (h_b, s_b) = (_holding(x, strategy, side) for x, side in ((game.a, "a"), (game.b, "b")))
    a_attacks, b_attacks = 1 - h_a - s_a, 1 - h_b - s_b
    status_quo = (1 - a_attacks) * (1 - b_attacks)
    a_wins, b_wins = a_attacks * s_b, b_attacks * s_a
    return {"SQ": status_quo, "a_wins": a_wins, "b_wins": b_wins, "DD": 1 - status_quo - a_wins - b_wins}


def payoffs(
    game: Mutual, strategy: Mapping[str, Float64[np.ndarray, " game"]]
) -> dict[str, Float64[np.ndarray, " game"]]:
    """Expected payoff of each player, `a` and `b`, before types are known, from each type's chance of attacking."""
    found: dict[str, Float64[np.ndarray, " game"]] = {}
    for me, other, side, against in ((game.a, game.b, "a", "b"), (game.b, game.a, "b", "a")):
        h, s = _holding(other, strategy, against)
        holds = me.sq * (h + s) + np.stack([me.dd_hard, me.cd]) * (1 - h - s)
        hard, soft = holds + np.stack([strategy[f"{side}_hard"], strategy[f"{side}_soft"]]) * np.stack(gains(me, h, s))
        found[side] = me.p * hard + (1 - me.p) * soft
    return found


def _holding(
    player: Player, strategy: Mapping[str, Float64[np.ndarray, " game"]], side: str
) -> tuple[Float64[np.ndarray, " game"], Float64[np.ndarray, " game"]]:
    return player.p * (1 - strategy[f"{side}_hard"]), (1 - player.p) * (1 - strategy[f"{side}_soft"])


def gains(player: Player, h: Any, s: Any) -> tuple[Any, Any]:
    """Equations (2) and (3): V_H and V_S of a player whose opponent holds and is hard with chance h, soft with s."""
    wins = (player.dc - player.sq) * s
    hard = wins - (player.sq - player.dd_hard) * h
    return hard, wins - (player.sq - player.dd_soft) * h - (player.cd - player.dd_soft) * (1 - h - s)


def quantal_response(game: Mutual, precision: ArrayLike) -> Quantal:
    """The agent logit quantal response equilibrium on the branch that starts from pure chance.

    Parameters
    ----------
    game : Mutual
    precision : number or array, shape () or (game,)
        lambda, per unit of utility: 0 is chance, a large one the best reply.

    Returns
    -------
    Quantal

    Raises
    ------
    ValueError
        If a precision is below zero or not finite.
    """
    from scipy.special import expit

    scale = np.maximum(game.a.dc - game.a.dd_soft, game.b.dc - game.b.dd_soft)
    a, b = (replace(me, **{k: getattr(me, k) / scale for k in ORDER}) for me in (game.a, game.b))
    rate = in_units(precision, scale)
    z, converged = principal_branch(_respond, (vars(a), vars(b)), rate)
    ours = np.stack(_reply(a, expit(-z.T), b.p, rate))
    theirs = np.stack(_reply(b, expit(-ours), a.p, rate))
    strategy = _named(expit(np.concatenate([ours, z.T])))
    residual = np.max(np.abs(expit(theirs) - expit(z.T)), axis=0)
    return Quantal(strategy, outcomes(game, strategy), residual, converged)


def _respond(z: Float[Array, " 2"], rate: Float[Array, ""], both: Any) -> Float[Array, " 2"]:
    """B's log-odds of attacking, hard and soft, in reply to A's reply to the log-odds z of B."""
    import jax.numpy as jnp
    from jax.nn import sigmoid

    a, b = (Player(**x) for x in both)
    ours = jnp.stack(_reply(a, sigmoid(-z), b.p, rate))
    return jnp.stack(_reply(b, sigmoid(-ours), a.p, rate))


def _reply(me: Player, holds: Any, p: Any, rate: Any) -> tuple[Any, Any]:
    """My log-odds of attacking, hard and soft; the other has credibility p and its types hold with these chances."""
    hard, soft = gains(me, p * holds[0], (1 - p) * holds[1])
    return rate * hard, rate * soft
