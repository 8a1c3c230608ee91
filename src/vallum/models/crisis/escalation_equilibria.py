"""Perfect Bayesian equilibria of the Asymmetric Escalation Game, in closed form.

Zagare & Kilgour (1995, 2000). Moves, types and the orderings (1) and (2) are in `escalation`. Say that
r = P(challenger hard | initiated) and q = P(defender strategically hard | answered in kind).

    r_h = (DE - DC) / (DE - EE hard),  r_s = (DE - DC) / (DE - EE soft) < r_h                    (3)
        SH (SS) escalates rather than concede iff r < r_h (r_s)
    T* = (DC - SQ) / (DC - DD)     initiating pays iff less than T* answer in kind and others concede    (4)
    q* = (ED - DD) / (ED - EE hard)     a hard challenger presses on iff q < q*                          (5)

Equilibria come here in three ways.

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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.escalation import CHALLENGERS, DEFENDERS, Escalation, outcomes
from vallum.models.crisis.families import Family, family

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64


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
