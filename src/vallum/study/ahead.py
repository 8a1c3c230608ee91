"""The last two stages for one option: crises, and what they add up to over the years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models import crisis

if TYPE_CHECKING:
    from typing import TypeAlias

    from jaxtyping import Bool, Float64, Int

    Inputs: TypeAlias = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Ahead:
    """What the years hold under one option.

    Attributes
    ----------
    forward, answer, tension : array (future, year)
        Brigades above the baseline, and tension.
    attack, attack_without_tripwire : array (future, year)
        Chance that a crisis becomes an attack; and if presence added nothing to resolve.
    plan : array of int (future, year)
        The plan of most worth to the challenger.
    success : array (future, year)
        What it expects of that plan, both arms weighed by its resolve.
    hazard : array (future, year)
        Wars a year.
    war, incidents : array (future,)
        Chance of a war by the last year; incidents to be expected.
    losses : array (future,)
        Defenders that are lost in a war by the last year, times its chance.
    stable : array of bool (future,)
    """

    forward: Float64[np.ndarray, "future year"]
    answer: Float64[np.ndarray, "future year"]
    tension: Float64[np.ndarray, "future year"]
    attack: Float64[np.ndarray, "future year"]
    attack_without_tripwire: Float64[np.ndarray, "future year"]
    plan: Int[np.ndarray, "future year"]
    success: Float64[np.ndarray, "future year"]
    hazard: Float64[np.ndarray, "future year"]
    war: Float64[np.ndarray, " future"]
    incidents: Float64[np.ndarray, " future"]
    losses: Float64[np.ndarray, " future"]
    stable: Bool[np.ndarray, " future"]


def carried(given: Inputs, path: Inputs, expected: Any, places: list[int]) -> Ahead:
    """Crisis and hazard from what is expected: (plan, arm, what, future, year)."""
    import jax

    away = (given["second_theatre"] * given["diversion"])[:, None]
    alone, helped = expected[:, 0], expected[:, 1]
    helped = helped + away * (alone - helped)  # (2)
    prize = np.asarray(given["prize"])[..., places]
    prize = np.broadcast_to(prize, (len(given["resolve"]), len(places))).T[:, :, None]

    def one(name: str) -> Any:
        return given[name][None, :, None]

    terms: Inputs = {
        "prize": prize,
        "success_alone": alone[:, 0],
        "cost_alone": one("worth_of_losses") * alone[:, 1],
        "success_against_help": helped[:, 0],
        "cost_against_help": one("worth_of_losses") * helped[:, 1],
        "punishment": one("punishment"),
        "status_quo": one("status_quo") + given["reassurance"][None],
        "precision": one("precision"),
    }
    bare = one("resolve")
    firm = np.clip(bare + given["tripwire_resolve"][None], 0.0, 1.0)
    with jax.enable_x64(True):
        with_presence, without = (jax.device_get(_chosen()(terms, x)) for x in (firm, bare))
    best = np.argmax(with_presence.utility, axis=0)

    def of_best(values: Any, plan: Any = best) -> Any:
        return np.take_along_axis(np.broadcast_to(values, with_presence.utility.shape), plan[None], axis=0)[0]

    attack = of_best(with_presence.probability)
    hazard = path["hazard_by_year"] * attack  # (3)
    lost = of_best((1 - firm) * alone[:, 2] + firm * helped[:, 2])
    between = (hazard[:, 1:] + hazard[:, :-1]) / 2
    so_far = np.cumsum(between, axis=1)
    first = -np.expm1(-so_far) + np.expm1(-(so_far - between))  # chance that the first war is in that year
    return Ahead(
        forward=path["forward_by_year"],
        answer=path["reaction_by_year"],
        tension=path["tension_by_year"],
        attack=attack,
        attack_without_tripwire=of_best(without.probability, np.argmax(without.utility, axis=0)),
        plan=best,
        success=of_best((1 - firm) * alone[:, 0] + firm * helped[:, 0]),
        hazard=hazard,
        war=-np.expm1(-so_far[:, -1]),
        incidents=path["incidents"],
        losses=np.sum(first * (lost[:, 1:] + lost[:, :-1]) / 2, axis=1),
        stable=path["stable"],
    )


@cache
def _chosen() -> Callable[..., crisis.Choice]:
    import jax

    return jax.jit(crisis.choice)
