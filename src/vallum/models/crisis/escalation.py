"""The Asymmetric Escalation Game: limited response, massive retaliation, and what each deters.

Zagare & Kilgour (1995, 2000). The challenger initiates or leaves the status quo (SQ). The defender
concedes (DC), answers in kind or escalates. Answered in kind, the challenger stops at a limited conflict (DD) or
presses on, and the defender gives way (ED) or escalates too (EE). Escalated upon, the challenger gives way (DE) or
matches it (EE). The first letter is the challenger's: D defects, E escalates.

    challenger:  DC > SQ > ED > DD > EE hard > DE > EE soft                                     (1)
    defender:    SQ > DE > DD hard > DC > DD soft > EE hard > ED > EE soft                      (2)

The challenger is *hard* with chance p. The defender's type has two letters, tactical (DD) and strategic (EE): HH, HS,
SH or SS, with p_HH + p_HS + p_SH + p_SS = 1. All-or-nothing deployment ("massive retaliation") is p_HH = p_HS = 0.
At the last moves the hard escalate and the soft give way. Say that r = P(challenger hard | initiated) and
q = P(defender strategically hard | answered in kind).

    r_h = (DE - DC) / (DE - EE hard),  r_s = (DE - DC) / (DE - EE soft) < r_h                    (3)
        SH (SS) escalates rather than concede iff r < r_h (r_s)
    T* = (DC - SQ) / (DC - DD)     initiating pays iff less than T* answer in kind and others concede    (4)
    q* = (ED - DD) / (ED - EE hard)     a hard challenger presses on iff q < q*                          (5)

**With complete information** backward induction gives SQ against a soft challenger, since every defender escalates
on it; a hard one is deterred by HH and wins (DC) from all others.

**Perfect Bayesian equilibria** come here in three ways.

*Constrained*: tactically hard defenders answer in kind and the challenger stops; p_HH / (p_HH + p_HS) >= q*.
*Escalatory*: with that ratio below q*, HS answers in kind with the chance w that leaves a hard challenger
indifferent, and that one presses on with the chance k / r that leaves HS indifferent,

    w = p_HH (1 - q*) / (q* p_HS),   k = (DD hard - DC) / (DD hard - ED)                        (6)

*All or nothing*: nobody answers in kind, since whoever did would be thought soft and be pressed.

Let T answer in kind: p_HH + p_HS, p_HH / q* or 0. With the chances y and v of escalating among the other
strategically hard, H in all, and soft, S in all, initiating is worth to a soft challenger

    U(y, v) = T DD + (1 - T) DC - (y H + v S) (DC - DE)                                          (7)

and more to a hard one where anybody escalates. In either of the first two ways HH keeps to it iff

    r >= r_k = [DE - (1 - k) DD hard - k EE hard] / (DE - EE hard),  r_k < r_h;   r >= k         (8)

with k = 0 when constrained (all or nothing: r_k = 0). In each way there are

* *deterrence*: nobody initiates; T >= T*, with r = 1 if it happened (who gains more by it is hard).
* *attack*: all initiate, nobody escalates at once; T < T*, p >= max(r_h, k).
* *attack despite escalation*: all initiate, y = 1; U(1, 0) >= SQ, max(r_s, r_k, k) <= p < r_h.
* *bluff*: hard ones initiate, soft ones with x = p (1 - r) / (r (1 - p)) at r = r_h, y from U(y, 0) = SQ;
  p < r_h, k <= r_h, T < T*, U(1, 0) <= SQ.                                                    (9)
* *wide bluff*: the same at r = r_s, y = 1, v from U(1, v) = SQ; U(1, 0) > SQ, p < r_s, r_k <= r_s. Never
  when escalatory: at r_s (8) asks for k (EE hard - ED) >= r_s (EE hard - EE soft), hence k > r_s.

*Attack, all or nothing* is the no-response equilibrium. That way rests on a belief about a move that nobody makes,
as does *deterrence by fear of escalation* (all would escalate, believing that whoever initiated is soft; it always
exists); both are marked implausible. With p_HH = p_HS = 0 the belief is idle, and constrained covers it.

**Not claimed: completeness.** Equilibria in which HH mixes (r = r_k) or the challenger presses on for sure, ranges
of beliefs, and deterrence by milder fear are not listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.families import Family, family
from vallum.models.crisis.tripartite import End, better, in_order, probabilities, together

if TYPE_CHECKING:
    from jaxtyping import ArrayLike, Bool, Float64, Shaped

CHALLENGERS = ("hard", "soft")
DEFENDERS = {"HH": ("hard", "hard"), "HS": ("hard", "soft"), "SH": ("soft", "hard"), "SS": ("soft", "soft")}
OUTCOMES = ("SQ", "DC", "DD", "ED", "DE", "EE")
ORDERS = (
    ("c_dc", "c_sq", "c_ed", "c_dd", "c_ee_hard", "c_de", "c_ee_soft"),
    ("d_sq", "d_de", "d_dd_hard", "d_dc", "d_dd_soft", "d_ee_hard", "d_ed", "d_ee_soft"),
)


@dataclass(frozen=True, eq=False)
class Escalation:
    """Payoffs and credibilities of a batch of games, made by `escalation`; payoffs in any unit of utility.

    Attributes
    ----------
    c_sq, c_dc, c_dd, c_ed, c_de, c_ee_hard, c_ee_soft : array (game,)
        The challenger's payoffs, as in (1).
    d_sq, d_dc, d_dd_hard, d_dd_soft, d_ed, d_de, d_ee_hard, d_ee_soft : array (game,)
        The defender's, as in (2).
    p_challenger : array (game,)
        Chance that the challenger is hard.
    p_hh, p_hs, p_sh, p_ss : array (game,)
        Chances of the defender's types, tactical letter first; they add up to one.
    """

    c_sq: Float64[np.ndarray, " game"]
    c_dc: Float64[np.ndarray, " game"]
    c_dd: Float64[np.ndarray, " game"]
    c_ed: Float64[np.ndarray, " game"]
    c_de: Float64[np.ndarray, " game"]
    c_ee_hard: Float64[np.ndarray, " game"]
    c_ee_soft: Float64[np.ndarray, " game"]
    d_sq: Float64[np.ndarray, " game"]
    d_dc: Float64[np.ndarray, " game"]
    d_dd_hard: Float64[np.ndarray, " game"]
    d_dd_soft: Float64[np.ndarray, " game"]
    d_ed: Float64[np.ndarray, " game"]
    d_de: Float64[np.ndarray, " game"]
    d_ee_hard: Float64[np.ndarray, " game"]
    d_ee_soft: Float64[np.ndarray, " game"]
    p_challenger: Float64[np.ndarray, " game"]
    p_hh: Float64[np.ndarray, " game"]
    p_hs: Float64[np.ndarray, " game"]
    p_sh: Float64[np.ndarray, " game"]
    p_ss: Float64[np.ndarray, " game"]


@dataclass(frozen=True, eq=False)
class Complete:
    """What complete information leads to, in the order of `CHALLENGERS` and `DEFENDERS`.

    Attributes
    ----------
    outcome, after_challenge : array of str (game, challenger, defender)
        Where the game ends, and where it would end had the challenger initiated.
    """

    outcome: Shaped[np.ndarray, "game challenger defender"]
    after_challenge: Shaped[np.ndarray, "game challenger defender"]


@dataclass(frozen=True, eq=False)
class Way:
    """One of the three: where it holds, who answers in kind (HH, and w of HS), T, k, r_k, and what it has not."""

    name: str
    holds: Bool[np.ndarray, " game"]
    hh: Float64[np.ndarray, " game"]
    w: Float64[np.ndarray, " game"]
    T: Float64[np.ndarray, " game"]
    k: Float64[np.ndarray, " game"]
    r_k: Float64[np.ndarray, " game"]
    without: str = ""


def escalation(**values: ArrayLike) -> Escalation:
    """Check payoffs and credibilities, and broadcast them to one shape.

    Parameters
    ----------
    **values : number or array, shape () or (game,)
        The attributes of `Escalation`; credibilities 0 to 1.

    Returns
    -------
    Escalation

    Raises
    ------
    ValueError
        If the ordering (1) or (2) does not hold, or chances are none or do not add up to one.
    TypeError
        If a value is missing or unknown.
    """
    game = Escalation(**together(values))
    for order in ORDERS:
        in_order(vars(game), *order)
    probabilities(vars(game), "p_challenger", "p_hh", "p_hs", "p_sh", "p_ss")
    total = game.p_hh + game.p_hs + game.p_sh + game.p_ss
    if not np.allclose(total, 1, rtol=0, atol=1e-9):
        n = int(np.argmax(np.abs(total - 1)))
        raise ValueError(f"p_hh + p_hs + p_sh + p_ss must be 1, found {total[n]:g} in game {n}")
    return game


def complete_information(game: Escalation) -> Complete:
    """Backward induction for each pair of types.

    Parameters
    ----------
    game : Escalation

    Returns
    -------
    Complete
    """
    found = [[_solved(game, ch, *types) for types in DEFENDERS.values()] for ch in CHALLENGERS]
    outcome, after = (np.array([[pair[i].outcome for pair in row] for row in found]) for i in (0, 1))
    return Complete(np.moveaxis(outcome, 2, 0), np.moveaxis(after, 2, 0))


def _solved(game: Escalation, challenger: str, tactical: str, strategic: str) -> tuple[End, End]:
    """From the start and after a challenge."""
    ends = {x: End({"c": c, "d": d}, np.full(c.shape, x)) for x, c, d in _ends(game, challenger, tactical, strategic)}
    in_kind = better("c", ends["DD"], better("d", ends["ED"], ends["EE"]))
    escalated = better("c", ends["DE"], ends["EE"])
    after = better("d", ends["DC"], in_kind, escalated)
    return better("c", ends["SQ"], after), after


def _ends(game: Escalation, challenger: str, tactical: str, strategic: str) -> Iterator[tuple[str, Any, Any]]:
    """Each outcome with both players' payoffs, by their types."""
    for outcome in OUTCOMES:
        name = outcome.lower()
        c = f"c_ee_{challenger}" if name == "ee" else f"c_{name}"
        d = {"dd": f"d_dd_{tactical}", "ee": f"d_ee_{strategic}"}.get(name, f"d_{name}")
        yield outcome, getattr(game, c), getattr(game, d)


def thresholds(game: Escalation) -> dict[str, Float64[np.ndarray, " game"]]:
    """Equations (3)-(5): `r_h`, `r_s`, `T_star` and `q_star` of each game."""
    return {
        "r_h": (game.d_de - game.d_dc) / (game.d_de - game.d_ee_hard),
        "r_s": (game.d_de - game.d_dc) / (game.d_de - game.d_ee_soft),
        "T_star": (game.c_dc - game.c_sq) / (game.c_dc - game.c_dd),
        "q_star": (game.c_ed - game.c_dd) / (game.c_ed - game.c_ee_hard),
    }


def equilibria(game: Escalation) -> list[Family]:
    """Families of perfect Bayesian equilibria in closed form; not all that there are.

    Parameters
    ----------
    game : Escalation

    Returns
    -------
    list of Family
        Strategies are the chances that the challenger `initiates`, `presses` on against an answer in kind and
        `matches` escalation (`_hard`, `_soft`), that the defender answers `in_kind` or `escalates` at once
        (`_HH`, `_HS`, `_SH`, `_SS`; else it concedes) and at last `answers` escalation (`_hard`, `_soft`,
        strategically); outcomes are SQ, DC, DD, ED, DE and EE.
    """
    return [y for way in _ways(game) for y in _families(game, way)] + [_fear(game)]


def _ways(game: Escalation) -> tuple[Way, Way, Way]:
    """Equations (5), (6) and (8)."""
    q, one = thresholds(game)["q_star"], np.ones_like(game.p_hh)
    constrained = game.p_hh * (1 - q) >= q * game.p_hs
    with np.errstate(divide="ignore", invalid="ignore"):
        w = np.where(constrained, 1, game.p_hh * (1 - q) / (q * game.p_hs))
    k = (game.d_dd_hard - game.d_dc) / (game.d_dd_hard - game.d_ed)

    def least(k: Any) -> Any:
        return (game.d_de - (1 - k) * game.d_dd_hard - k * game.d_ee_hard) / (game.d_de - game.d_ee_hard)

    some, no = game.p_hh + game.p_hs, 0 * one
    return (
        Way("constrained", constrained, one, one, some, no, least(0.0)),
        Way("escalatory", ~constrained, one, w, game.p_hh / q, k, least(k), without="wide bluff"),
        Way("all or nothing", some > 0, no, no, no, no, no, without="deterrence"),
    )


def _families(game: Escalation, way: Way) -> list[Family]:
    """The families of one way: equations (7) and (9)."""
    at, p = thresholds(game), game.p_challenger
    sure, never = np.ones_like(p), np.zeros_like(p)
    hurt = game.c_dc - game.c_de
    firm, faint = game.p_sh + (1 - way.hh) * game.p_hh, game.p_ss + (1 - way.w) * game.p_hs  # H and S of (7)
    calm = way.T * game.c_dd + (1 - way.T) * game.c_dc - game.c_sq  # U(0, 0) - SQ
    tense = calm - firm * hurt  # U(1, 0) - SQ
    r_h, r_s, least = at["r_h"], at["r_s"], np.maximum(way.r_k, way.k)
    with np.errstate(divide="ignore", invalid="ignore"):
        y, v = calm / (firm * hurt), tense / (faint * hurt)
        bluff, wide = (p * (1 - r) / (r * (1 - np.minimum(p, r))) for r in (r_h, r_s))
    deterred = way.T >= at["T_star"]
    open_, despite = (p > 0) & ~deterred, (p > 0) & (tense >= 0)
    played = (
        ("deterrence", deterred, never, never, sure, never, never),
        ("attack", open_ & (p >= np.maximum(r_h, way.k)), sure, sure, p, never, never),
        ("attack despite escalation", despite & (p >= np.maximum(r_s, least)) & (p < r_h), sure, sure, p, sure, never),
        ("bluff", open_ & (tense <= 0) & (p < r_h) & (way.k <= r_h), sure, bluff, r_h, y, never),
        ("wide bluff", (p > 0) & (tense > 0) & (p < r_s) & (least <= r_s), sure, wide, r_s, sure, v),
    )
    found: list[Family] = []
    for name, exists, x_hard, x_soft, r, y_hard, y_soft in (x for x in played if x[0] != way.without):
        with np.errstate(divide="ignore", invalid="ignore"):
            presses = np.where(way.hh > 0, np.minimum(way.k / r, 1), 1), np.where(way.hh > 0, never, 1)
        defender = {
            "HH": (way.hh, (1 - way.hh) * y_hard), "HS": (way.w, (1 - way.w) * y_soft),
            "SH": (never, y_hard), "SS": (never, y_soft),
        }  # fmt: skip
        strategy = _strategy((x_hard, x_soft), presses, defender)
        plausible = way.name != "all or nothing"
        found.append(_family(game, f"{name}, {way.name}", exists & way.holds, strategy, plausible=plausible))
    return found


def _fear(game: Escalation) -> Family:
    sure, never = np.ones_like(game.p_hh), np.zeros_like(game.p_hh)
    strategy = _strategy((never, never), (sure, sure), dict.fromkeys(DEFENDERS, (never, sure)))
    return _family(game, "deterrence by fear of escalation", sure > 0, strategy, plausible=False)


def _strategy(initiates: Any, presses: Any, defender: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    names = (f"{x}_{t}" for x in ("initiates", "presses") for t in CHALLENGERS)
    moves = dict(zip(names, (*initiates, *presses), strict=True))
    for types, (in_kind, escalates) in defender.items():
        moves |= {f"in_kind_{types}": in_kind, f"escalates_{types}": escalates}
    sure = np.ones_like(initiates[0])
    return moves | {f"{x}_{t}": sure * (t == "hard") for x in ("matches", "answers") for t in CHALLENGERS}


def _family(
    game: Escalation, name: str, exists: Bool[np.ndarray, " game"], strategy: dict[str, Any], *, plausible: bool = True
) -> Family:
    return family(name, exists, strategy, outcomes(game, strategy), plausible=plausible)


def outcomes(
    game: Escalation, strategy: Mapping[str, Float64[np.ndarray, " game"]]
) -> dict[str, Float64[np.ndarray, " game"]]:
    """Chance of each outcome before types are known, from each type's chances of its moves."""
    total: dict[str, Any] = dict.fromkeys(OUTCOMES, 0.0)
    for outcome, chance, _, _ in _plays(game, strategy):
        total[outcome] = total[outcome] + chance
    return total


def payoffs(
    game: Escalation, strategy: Mapping[str, Float64[np.ndarray, " game"]]
) -> dict[str, Float64[np.ndarray, " game"]]:
    """Expected payoff of `challenger` and `defender` before types are known, from each type's chances of its moves."""
    plays = list(_plays(game, strategy))
    return {
        "challenger": np.sum([chance * c for _, chance, c, _ in plays], axis=0),
        "defender": np.sum([chance * d for _, chance, _, d in plays], axis=0),
    }


def _plays(game: Escalation, s: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, Any]]:
    """Every outcome for every pair of types: its chance, and both players' payoffs there."""
    for ch, p in zip(CHALLENGERS, (game.p_challenger, 1 - game.p_challenger), strict=True):
        for types, (tactical, strategic) in DEFENDERS.items():
            pair, x = p * getattr(game, f"p_{types.lower()}"), s[f"initiates_{ch}"]
            kind, up = s[f"in_kind_{types}"], s[f"escalates_{types}"]
            presses, matches, answers = s[f"presses_{ch}"], s[f"matches_{ch}"], s[f"answers_{strategic}"]
            chance = {
                "SQ": 1 - x,
                "DC": x * (1 - kind - up),
                "DD": x * kind * (1 - presses),
                "ED": x * kind * presses * (1 - answers),
                "DE": x * up * (1 - matches),
                "EE": x * (up * matches + kind * presses * answers),
            }
            for outcome, c, d in _ends(game, ch, tactical, strategic):
                yield outcome, pair * chance[outcome], c, d
