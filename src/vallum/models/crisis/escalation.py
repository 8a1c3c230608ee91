"""The Asymmetric Escalation Game: limited response, massive retaliation, and what each deters.

Zagare & Kilgour (1995, 2000). The challenger initiates or leaves the status quo (SQ). The defender
concedes (DC), answers in kind or escalates. Answered in kind, the challenger stops at a limited conflict (DD) or
presses on, and the defender gives way (ED) or escalates too (EE). Escalated upon, the challenger gives way (DE) or
matches it (EE). The first letter is the challenger's: D defects, E escalates.

    challenger:  DC > SQ > ED > DD > EE hard > DE > EE soft                                     (1)
    defender:    SQ > DE > DD hard > DC > DD soft > EE hard > ED > EE soft                      (2)

The challenger is *hard* with chance p. The defender's type has two letters, tactical (DD) and strategic (EE): HH, HS,
SH or SS, with p_HH + p_HS + p_SH + p_SS = 1. All-or-nothing deployment ("massive retaliation") is p_HH = p_HS = 0.
At the last moves the hard escalate and the soft give way.

**With complete information** backward induction gives SQ against a soft challenger, since every defender escalates
on it; a hard one is deterred by HH and wins (DC) from all others.

With types that only their own side knows: `escalation_equilibria`, and `escalation_response` with errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.crisis.backward import End, better
from vallum.models.crisis.checks import in_order, probabilities, together

if TYPE_CHECKING:
    from jaxtyping import ArrayLike, Float64, Shaped

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
