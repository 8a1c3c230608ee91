"""Contact without battles: what laws have in common in which nobody wins and the front moves while forces fight.

Such a law goes on in days, as its source does. A day of contact counts as a battle of the campaign; it ends
early where the attacker has come through the segment, which is then taken, and nobody pauses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vallum.models.theatre import campaign
from vallum.models.theatre.combat import Field, Fight, Place

if TYPE_CHECKING:
    from jaxtyping import Array, Float

_MEANING = {
    "battles": "days of contact, of which those that end with a segment may be shorter",
    "battles_won": "of them, those in which the attacker came through a segment",
    "battle_days": "days of contact on all axes",
}
OUTCOMES = tuple(replace(x, meaning=_MEANING.get(x.name, x.meaning)) for x in campaign.spec.outcomes)
LIMITS = (
    *(x for x in campaign.spec.limits if not x.startswith("battles were chosen")),  # a limit of fitted laws
    "posture, ground, surprise and air superiority do not act in contact (favours the attacker)",
    "a soldier stands for as much lethality as any other (favours neither side)",
)


def no_odds(field: Field, fight: Fight) -> Float[Array, "axis run"]:
    """Nobody wins, so there are no odds."""
    return fight.chance


def days_through(fight: Fight, at: Place, pace: Float[Array, "axis run"]) -> Float[Array, "axis run"]:
    """Days of contact, at a pace in km a day, to the end of the segment; infinite at a standstill."""
    import jax.numpy as jnp

    return jnp.where(pace > 0, (at.length - fight.along) / jnp.where(pace > 0, pace, 1.0), jnp.inf)
