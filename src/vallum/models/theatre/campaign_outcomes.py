"""What a campaign gives, beside what the race gives: aims denied or taken, losses, and where the evidence ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vallum.models.theatre import combat, race
from vallum.models.theatre.campaign_declaration import DENIED_BY

if TYPE_CHECKING:
    from jaxtyping import Array, Float

    from vallum.models.contract import Draws, Inputs, Outcomes
    from vallum.models.theatre.campaign import Told
    from vallum.models.theatre.campaign_structure import Campaign


def told(
    structure: Campaign,
    inputs: Inputs,
    draws: Draws,
    politics: race.Politics,
    order_day: Float[Array, "formation run"],
    ground: combat.Ground,
    found: Told,
) -> Outcomes:
    """Every declared outcome of a block of campaigns."""
    import jax.numpy as jnp

    fight, horizon = found.fight, structure.theatre.days - 1
    first = reached(structure, politics, fight)
    aim = first + inputs["hold_days"]
    escalates = _escalation(structure, inputs, draws)
    depth = combat.depth(ground, fight)
    lost = jnp.sum(fight.defenders_lost, axis=1)

    def by_axis(values: Float[Array, "axis run"]) -> Float[Array, "row run"]:
        rows = inputs["axes.active"].shape[0], values.shape[1]
        return jnp.zeros(rows, values.dtype).at[structure.front_row].set(values, mode="drop")

    return {
        **race.told(structure.theatre, inputs, politics, found.orders, order_day, found.movement),
        **{f"denied_by_day_{day}": aim > day for day in DENIED_BY},
        "aim_taken_day": jnp.where(aim <= horizon, aim, jnp.inf),
        "aim_reached_day": jnp.where(first <= horizon, first, jnp.inf),
        "closed_when_taken": found.helped,
        "depth": jnp.max(depth, axis=0, initial=0.0),
        "area": _area(ground, fight),
        "attacker_losses": jnp.sum(fight.attackers_lost, axis=0),
        "attacker_strike_losses": found.struck,
        "defender_losses": jnp.sum(lost, axis=0),
        "host_losses": lost[combat.HOST],
        "tripwire_losses": lost[combat.TRIPWIRE],
        "helper_losses": lost[combat.HELPER],
        **{f"in_contact_day_{day}": found.contact[min(day, horizon)] for day in DENIED_BY[:-1]},
        "battles": fight.battles,
        "battles_won": fight.battles_won,
        "battle_days": fight.battle_days,
        "escalation_day": jnp.where(escalates <= horizon, escalates, jnp.inf),
        "denied_at_end": (aim > horizon) & (escalates > horizon),
        "outside_density": fight.outside[0],
        "outside_force_ratio": fight.outside[1],
        "outside_advance": fight.outside[2],
        "outside_losses": fight.outside[3],
        "outside_evidence": jnp.any(fight.outside, axis=0),
        "depth_by_day": found.depth,
        "attackers_by_day": found.attackers,
        "defenders_by_day": found.defenders,
        "segment_taken_day": _by_segment(structure, inputs, fight),
        "axis_depth": by_axis(depth),
        "axis_attackers": by_axis(fight.committed),
        "axis_attacker_losses": by_axis(fight.attackers_lost),
        "axis_defenders": by_axis(jnp.sum(fight.defended, axis=0)),
        "axis_defender_losses": by_axis(jnp.sum(fight.defenders_lost, axis=0)),
    }


def objective_days(structure: Campaign, politics: race.Politics, fight: combat.Fight) -> Float[Array, "axis run"]:
    """Day on which the attacker reaches the objective of each axis of its aim; infinite before, and on others."""
    import jax.numpy as jnp

    serves = jnp.any(structure.axis_plans[:, :, None] & politics.plan[None], axis=1)
    places, last = jnp.arange(len(structure.segments)), jnp.maximum(structure.segments - 1, 0)
    return jnp.where(serves & (structure.segments[:, None] > 0), fight.taken[places, last], jnp.inf)


def reached(structure: Campaign, politics: race.Politics, fight: combat.Fight) -> Float[Array, " run"]:
    """Day on which the attacker first reaches an objective of its aim, infinite before."""
    import jax.numpy as jnp

    return jnp.min(objective_days(structure, politics, fight), axis=0, initial=jnp.inf)


def _area(ground: combat.Ground, fight: combat.Fight) -> Float[Array, " run"]:
    """Ground taken, in square kilometres: length passed times frontage."""
    import jax.numpy as jnp

    places = jnp.arange(ground.length.shape[1])[None, :, None]
    here = fight.segment[:, None]
    along = jnp.where(places < here, ground.length, jnp.where(places == here, fight.along[:, None], 0.0))
    return jnp.sum(jnp.where(along > 0, along * ground.frontage, 0.0), axis=(0, 1))  # missing segments are not wide


def _by_segment(structure: Campaign, inputs: Inputs, fight: combat.Fight) -> Float[Array, "segment run"]:
    """Day on which each segment was passed, infinite where it was not."""
    import jax.numpy as jnp

    count = inputs["segments.active"].shape[0]
    places = jnp.arange(structure.segment_row.shape[1])[None]
    rows = jnp.where(places < structure.segments[:, None], structure.segment_row, count).reshape(-1)
    flat = fight.taken.reshape(len(rows), -1)
    return jnp.full((count, flat.shape[1]), jnp.inf, flat.dtype).at[rows].set(flat, mode="drop")


def _escalation(structure: Campaign, inputs: Inputs, draws: Draws) -> Float[Array, " run"]:
    """Day on which the war escalates: somewhere in the first phase whose chance comes true, infinite if none."""
    import jax.numpy as jnp

    key, length = structure.phase_key[:, None], (structure.phase_last - structure.phase_first)[:, None]
    chance = inputs["escalation_probability"]
    hit = (draws.uniform("escalation", key) < chance) & inputs["phases.active"]
    day = structure.phase_first[:, None] + length * draws.uniform("escalation", key, 1)
    return jnp.min(jnp.where(hit, day, jnp.inf), axis=0, initial=jnp.inf)
