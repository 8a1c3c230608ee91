"""Backward induction over a batch of games: where play ends, and which end a player would rather have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float64, Shaped


class End(NamedTuple):
    """Where play ends from some move on: each player's payoff, and the outcome's name."""

    payoffs: Mapping[str, Float64[np.ndarray, "*game"]]
    outcome: Shaped[np.ndarray, "*game"]


def better(player: str, *ends: End) -> End:
    """The end that a player likes best, game by game, the earlier of two that it likes equally."""
    best = ends[0]
    for end in ends[1:]:
        wins = end.payoffs[player] > best.payoffs[player]
        kept = {x: np.where(wins, end.payoffs[x], value) for x, value in best.payoffs.items()}
        best = End(kept, np.where(wins, end.outcome, best.outcome))
    return best
