"""The Unilateral Deterrence Game: a challenger, a defender, and neither sure of the other.

Zagare & Kilgour (1993; 2000, ch. 5). The challenger keeps the status quo (SQ) or demands; the defender
concedes (DC) or resists; the challenger then backs down (CD) or fights (DD). Each side is *hard* if it
prefers fighting to giving way at its last move, with chances p_C and p_D that the other only knows:
its credibility.

    challenger:  DC > SQ > DD hard > CD > DD soft                                              (1)
    defender:    SQ, CD > DD hard > DC > DD soft                                               (2)

With R = P(defender resists) and r = P(challenger is hard | it demanded),

    d* = (CD - DC) / (CD - DD soft)            a soft defender resists iff r < d*               (3)
    c_H = (DC - SQ) / (DC - DD hard)           a hard challenger demands iff R < c_H            (4)
    c_S = (DC - SQ) / (DC - CD) < c_H          a soft one demands iff R < c_S                   (5)

**Perfect Bayesian equilibria.** *Certain deterrence* p_D >= c_H; *separating* c_S <= p_D <= c_H: only the
hard demand; below c_S *attack* (p_C >= d*: all demand, soft defenders concede) or *bluff* (p_C <= d*: soft
challengers demand with a chance, soft defenders resist with a chance). *Steadfast deterrence* exists for
all p_D < c_H: nobody demands because the soft defender would resist, which rests on its belief that
whoever demanded was probably soft, although hard challengers gain more by it; it is marked implausible.

**Quantal response.** At the precision lambda every move is a logit of its expected payoffs (agent form,
McKelvey & Palfrey 1998). Given R all else follows, so an equilibrium is a fixed point R = G(R) in [0, 1].
Under (1) and (2) G falls: the likelihood ratio of a hard to a soft demand rises with R, since the
soft's value of demanding falls faster, (1 - x_S)(DC - w_S) > (1 - x_H)(DC - w_H) with w the value of
being resisted; so r rises; and resisting is worth less the surer the other fights. Hence the
equilibrium is *unique at every lambda*: no branch has to be followed, and a bracket always closes on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.models.crisis.checks import in_order, precisions, probabilities, together
from vallum.models.crisis.families import Family, family

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Array, ArrayLike, Bool, Float64

HALVED_FIRST = 4
ITERATIONS = 12  # of a bracket: halved first, then by Newton's steps; games not done then are halved to the end
HALVINGS = 60
NAMES = ("challenger_hard", "challenger_soft", "defender_hard", "defender_soft", "fights_hard", "fights_soft")
ORDERS = (
    ("c_dc", "c_sq", "c_dd_hard", "c_cd", "c_dd_soft"),
    ("d_sq", "d_dd_hard", "d_dc", "d_dd_soft"), ("d_cd", "d_dd_hard"),
)  # fmt: skip
CLOSE = 1e-9  # residual |G(R) - R| at which a game counts as solved


class Unilateral(NamedTuple):
    """Payoffs and credibilities of a batch of games, made by `unilateral`.

    Attributes
    ----------
    c_sq, c_dc, c_cd, c_dd_hard, c_dd_soft : array (game,)
        The challenger's payoffs, as in (1).
    d_sq, d_dc, d_cd, d_dd_hard, d_dd_soft : array (game,)
        The defender's, as in (2).
    p_challenger, p_defender : array (game,)
        Chance that each is hard.
    """

    c_sq: Float64[np.ndarray, " game"]
    c_dc: Float64[np.ndarray, " game"]
    c_cd: Float64[np.ndarray, " game"]
    c_dd_hard: Float64[np.ndarray, " game"]
    c_dd_soft: Float64[np.ndarray, " game"]
    d_sq: Float64[np.ndarray, " game"]
    d_dc: Float64[np.ndarray, " game"]
    d_cd: Float64[np.ndarray, " game"]
    d_dd_hard: Float64[np.ndarray, " game"]
    d_dd_soft: Float64[np.ndarray, " game"]
    p_challenger: Float64[np.ndarray, " game"]
    p_defender: Float64[np.ndarray, " game"]


@dataclass(frozen=True, eq=False)
class Quantal:
    """The agent logit quantal response equilibrium of a batch of games.

    Attributes
    ----------
    strategy : mapping of str to array (game,)
        Chance of demanding (`challenger_hard`, `challenger_soft`), of resisting (`defender_hard`,
        `defender_soft`) and of fighting when resisted (`fights_hard`, `fights_soft`).
    outcomes : mapping of str to array (game,)
        Chance of SQ, DC, CD and DD.
    residual : array (game,)
        |G(R) - R|.
    bisected : array of bool (game,)
        Newton's steps did not get there, and the bracket was halved instead.
    """

    strategy: dict[str, Float64[np.ndarray, " game"]]
    outcomes: dict[str, Float64[np.ndarray, " game"]]
    residual: Float64[np.ndarray, " game"]
    bisected: Bool[np.ndarray, " game"]


class Moves(NamedTuple):
    """Chances of every type's move in one round of the map: of demanding, of resisting and of fighting."""

    x_hard: Any
    x_soft: Any
    y_hard: Any
    y_soft: Any
    e_hard: Any
    e_soft: Any


def unilateral(**values: ArrayLike) -> Unilateral:
    """Check payoffs and credibilities, and broadcast them to one shape.

    Parameters
    ----------
    **values : number or array, shape () or (game,)
        The attributes of `Unilateral`, in any unit of utility; credibilities 0 to 1.

    Returns
    -------
    Unilateral

    Raises
    ------
    ValueError
        If a payoff is not finite, an ordering of (1) or (2) does not hold, or a credibility is no probability.
    TypeError
        If a value is missing or unknown.
    """
    game = Unilateral(**together(values))
    for order in ORDERS:
        in_order(game._asdict(), *order)
    probabilities(game._asdict(), "p_challenger", "p_defender")
    return game


def thresholds(game: Unilateral) -> dict[str, Float64[np.ndarray, " game"]]:
    """Equations (3)-(5): `d_star`, `c_hard` and `c_soft` of each game."""
    return {
        "d_star": (game.d_cd - game.d_dc) / (game.d_cd - game.d_dd_soft),
        "c_hard": (game.c_dc - game.c_sq) / (game.c_dc - game.c_dd_hard),
        "c_soft": (game.c_dc - game.c_sq) / (game.c_dc - game.c_cd),
    }


def equilibria(game: Unilateral) -> list[Family]:
    """Every family of perfect Bayesian equilibria in closed form, on the path of play and steadfast deterrence.

    Parameters
    ----------
    game : Unilateral

    Returns
    -------
    list of Family
        Strategies are the chances of demanding and resisting of each type. Between regions two may
        exist. Of steadfast deterrence, which leaves a range, the least resistance that deters is given.
    """
    at = thresholds(game)
    p_c, p_d = game.p_challenger, game.p_defender
    sure, never = np.ones_like(p_c), np.zeros_like(p_c)
    below = p_d < at["c_soft"]
    with np.errstate(divide="ignore", invalid="ignore"):
        x_bluff = np.where(p_c > 0, p_c * (1 - at["d_star"]) / (at["d_star"] * (1 - p_c)), 0.0)
        y_bluff = (at["c_soft"] - p_d) / (1 - p_d)
        y_steadfast = (at["c_hard"] - p_d) / (1 - p_d)
    played = (
        ("certain deterrence", p_d >= at["c_hard"], never, never, never, True),
        ("separating", (p_d >= at["c_soft"]) & (p_d <= at["c_hard"]), sure, never, never, True),
        ("attack", below & (p_c >= at["d_star"]), sure, sure, never, True),
        ("bluff", below & (p_c <= at["d_star"]), sure, x_bluff, y_bluff, True),
        ("steadfast deterrence", p_d < at["c_hard"], never, never, y_steadfast, False),
    )
    return [_family(game, *x) for x in played]


def _family(
    game: Unilateral,
    name: str,
    exists: Bool[np.ndarray, " game"],
    x_hard: Float64[np.ndarray, " game"],
    x_soft: Float64[np.ndarray, " game"],
    y_soft: Float64[np.ndarray, " game"],
    plausible: bool,
) -> Family:
    fights, yields = np.ones_like(x_hard), np.zeros_like(x_hard)
    moves = Moves(x_hard, x_soft, fights, y_soft, fights, yields)
    strategy = dict(challenger_hard=x_hard, challenger_soft=x_soft, defender_hard=fights, defender_soft=y_soft)
    return family(name, exists, strategy, outcomes(game, moves), plausible=plausible)


def outcomes(game: Any, moves: Moves) -> dict[str, Any]:
    """Chance of each outcome before types are known, from what each type does."""
    p, q = game.p_challenger, game.p_defender
    resisted = q * moves.y_hard + (1 - q) * moves.y_soft
    hard, soft = p * moves.x_hard, (1 - p) * moves.x_soft
    fought = hard * moves.e_hard + soft * moves.e_soft
    demanded = hard + soft
    return {
        "SQ": 1 - demanded,
        "DC": demanded * (1 - resisted),
        "CD": (demanded - fought) * resisted,
        "DD": fought * resisted,
    }


def quantal_response(game: Unilateral, precision: ArrayLike) -> Quantal:
    """The agent logit quantal response equilibrium, unique under (1) and (2).

    Parameters
    ----------
    game : Unilateral
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
    import jax

    rate = precisions(precision)
    shape = np.broadcast_shapes(rate.shape, game.c_sq.shape)
    rate, game = np.broadcast_to(rate, shape), Unilateral(*(np.broadcast_to(x, shape) for x in game))
    with jax.enable_x64(True):
        root = np.array(_newton()(game, rate))
        bisected = np.asarray(_answer()(game, rate, root)[0] > CLOSE)
        if bisected.any():
            some = Unilateral(*(x[bisected] for x in game))
            root[bisected] = _halve()(some, rate[bisected])
        residual, moves, chances = jax.tree.map(np.asarray, _answer()(game, rate, root))
    return Quantal(dict(zip(NAMES, moves, strict=True)), chances, residual, bisected)


def _respond(game: Any, rate: Array, resisted: Array) -> tuple[Array, Moves]:
    """G(R) and everybody's moves, when challengers expect to be resisted with the chance R."""
    import jax.numpy as jnp
    from jax.nn import log_sigmoid, sigmoid

    e_hard = sigmoid(rate * (game.c_dd_hard - game.c_cd))
    e_soft = sigmoid(rate * (game.c_dd_soft - game.c_cd))

    def demands(fights: Array, war: Array) -> Array:
        against = fights * war + (1 - fights) * game.c_cd
        return rate * (resisted * against + (1 - resisted) * game.c_dc - game.c_sq)

    hard, soft = demands(e_hard, game.c_dd_hard), demands(e_soft, game.c_dd_soft)
    prior = jnp.log(game.p_challenger) - jnp.log1p(-game.p_challenger)
    believed = sigmoid(prior + log_sigmoid(hard) - log_sigmoid(soft))  # r, by Bayes
    fought = believed * e_hard + (1 - believed) * e_soft

    def resists(war: Array) -> Array:
        return sigmoid(rate * (fought * war + (1 - fought) * game.d_cd - game.d_dc))

    y_hard, y_soft = resists(game.d_dd_hard), resists(game.d_dd_soft)
    moves = Moves(sigmoid(hard), sigmoid(soft), y_hard, y_soft, e_hard, e_soft)
    return game.p_defender * y_hard + (1 - game.p_defender) * y_soft, moves


def _returned(game: Any, rate: Array, resisted: Array) -> Array:
    return _respond(game, rate, resisted)[0]


@cache
def _newton() -> Callable[..., Array]:
    """Newton's steps on G(R) - R, whose slope is below -1; one that leaves the bracket goes to its middle."""
    import jax
    import jax.numpy as jnp

    loop: Any = jax.lax.fori_loop  # pyright: ignore[reportUnknownVariableType]

    def solve(game: Unilateral, rate: Array) -> Array:
        def step(turn: int, at: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            low, high, root = at
            answer, slope = jax.jvp(partial(_returned, game, rate), (root,), (jnp.ones_like(root),))
            gap = answer - root
            low, high = jnp.where(gap >= 0, root, low), jnp.where(gap >= 0, high, root)
            moved = root + gap / (1 - slope)
            inside = (moved >= low) & (moved <= high) & (turn >= HALVED_FIRST)
            return low, high, jnp.where(inside, moved, (low + high) / 2)

        start = jnp.zeros_like(rate), jnp.ones_like(rate), jnp.full_like(rate, 0.5)
        return loop(0, ITERATIONS, step, start)[2]

    return jax.jit(solve)


@cache
def _halve() -> Callable[..., Array]:
    """The bracket [0, 1] halved until it is as narrow as numbers allow."""
    import jax
    import jax.numpy as jnp

    loop: Any = jax.lax.fori_loop  # pyright: ignore[reportUnknownVariableType]

    def solve(game: Unilateral, rate: Array) -> Array:
        def step(_: int, at: tuple[Array, Array]) -> tuple[Array, Array]:
            low, high = at
            middle = (low + high) / 2
            above = _respond(game, rate, middle)[0] >= middle
            return jnp.where(above, middle, low), jnp.where(above, high, middle)

        low, high = loop(0, HALVINGS, step, (jnp.zeros_like(rate), jnp.ones_like(rate)))
        return (low + high) / 2

    return jax.jit(solve)


@cache
def _answer() -> Callable[..., tuple[Array, Moves, dict[str, Array]]]:
    """Residual, moves and outcomes at a root."""
    import jax
    import jax.numpy as jnp

    def answer(game: Unilateral, rate: Array, root: Array) -> tuple[Array, Moves, dict[str, Array]]:
        back, moves = _respond(game, rate, root)
        return jnp.abs(back - root), moves, outcomes(game, moves)

    return jax.jit(answer)
