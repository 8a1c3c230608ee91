"""What a solver of a game gives back: families of equilibria, each with where it exists and what is played in it.

All games of a batch are solved at once: every array has one entry a game, and a family exists in
some of them and not in others. Where several exist, none is called *the* solution: a solver that
returns one has chosen, and says by what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int


@dataclass(frozen=True, eq=False)
class Family:
    """One family of perfect Bayesian equilibria, in every game of a batch.

    Attributes
    ----------
    name : str
        As the literature calls it.
    exists : array of bool (game,)
    strategy : mapping of str to array (game,)
        By player and type, the chance of the move named in the game's module; NaN where the family does not exist.
    outcomes : mapping of str to array (game,)
        Chance of each outcome, before anyone's type is known; NaN where the family does not exist.
    plausible : bool
        Whether it stands without a belief about moves never made that favours it.
    """

    name: str
    exists: Bool[np.ndarray, " game"]
    strategy: Mapping[str, Float64[np.ndarray, " game"]]
    outcomes: Mapping[str, Float64[np.ndarray, " game"]]
    plausible: bool = True


def family(
    name: str,
    exists: Bool[np.ndarray, " game"],
    strategy: Mapping[str, Float64[np.ndarray, " game"]],
    outcomes: Mapping[str, Float64[np.ndarray, " game"]],
    *,
    plausible: bool = True,
) -> Family:
    """A family, its strategies and outcomes NaN in the games where it does not exist."""

    def shown(values: Mapping[str, Float64[np.ndarray, " game"]]) -> dict[str, Float64[np.ndarray, " game"]]:
        return {key: np.where(exists, value, np.nan) for key, value in values.items()}

    return Family(name, np.asarray(exists, bool), shown(strategy), shown(outcomes), plausible)


def how_many(families: Sequence[Family]) -> Int[np.ndarray, " game"]:
    """How many families exist in each game: more than one means that payoffs alone do not say what is played."""
    return np.sum([x.exists for x in families], axis=0)


def names(families: Sequence[Family], game: int) -> tuple[str, ...]:
    """Names of the families that exist in one game of the batch."""
    return tuple(x.name for x in families if x.exists[game])
