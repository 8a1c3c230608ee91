"""The counter-offensive: whether an aim that was taken is retaken by day 180, and what that costs.

On the last day of the clock H an aim is taken that fell first on axis x, on day t. Whoever is left of the
defenders there, and whoever moved and has nobody to fight, is free; so is whoever closes later. Let F(d) be
the brigades free on day d and N those that a counter-offensive needs. It begins on

    D = min {d >= H : F(d) >= N}, never if that is after day 180,                                     (1)

and is fought on the last segment of x by the same law of battle with roles swapped: the alliance attacks
with those free on D, and the occupier, with whoever is left of it there, defends. It has no surprise and
no limit of supply; the attacker's edges in quality and in the air have the other sign. The occupier is
prepared, and with time fortified:

    preparation = 1 + min((D - t) / fortify_days, 1)                                                   (2)

The aim is retaken on the day on which the segment is passed. Luck is that of (segment, attempt) once more,
under a key of its own; breakpoints, pauses and rates are those of an attacker and of a defender, as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vallum.models.theatre import air, combat
from vallum.models.theatre.campaign_declaration import RETAKEN_BY
from vallum.models.theatre.campaign_outcomes import objective_days

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32

    from vallum.models.contract import Outcomes
    from vallum.models.theatre.campaign import Scene, Told


class Start(NamedTuple):
    """How a counter-offensive begins: its day, infinite where there is none, and its soldiers; arrays (run,)."""

    day: Float[Array, " run"]
    soldiers: Float[Array, " run"]


def retaken(scene: Scene, closed: Float[Array, "formation run"], found: Told) -> Outcomes:
    """Fight the counter-offensives of a block of campaigns.

    Parameters
    ----------
    scene : Scene
        What the campaigns had before their first day.
    closed : array (formation, run)
        Day on which each formation has closed.
    found : Told
        What the campaigns left.

    Returns
    -------
    dict
        Of the declared outcomes those of the counter-offensive.
    """
    import jax.numpy as jnp

    structure, inputs = scene.structure, scene.inputs
    days = objective_days(structure, scene.politics, found.fight)
    which, fell = jnp.argmin(days, axis=0).astype(jnp.int32), jnp.min(days, axis=0)  # the first row of those alike
    start = _start(scene, which, closed, found)
    begins = (fell + inputs["hold_days"] <= structure.theatre.days - 1) & (start.day <= RETAKEN_BY)
    day = jnp.where(begins, start.day, RETAKEN_BY)
    field = _field(scene, which, day, jnp.where(begins, day - fell, 0.0))
    before = _swapped(field, _of(found.fight.attackers, which), start.soldiers, day)
    after = _fought(field, before, begins, combat.EVENTS * structure.steps * RETAKEN_BY)
    won = jnp.where(begins, after.taken[0, 0], jnp.inf)
    return {
        "counter_day": jnp.where(begins, day, jnp.inf),
        "aim_retaken_day": won,
        f"retaken_by_day_{RETAKEN_BY}": won <= RETAKEN_BY,
        "counter_losses": after.attackers_lost[0],
        "occupier_losses": jnp.sum(after.defenders_lost, axis=0)[0],
        "outside_counter": jnp.any(after.outside, axis=0),
    }


def _of(values: Any, which: Int32[Array, " run"]) -> Float[Array, " run"]:
    """Of values by axis, (axis, run) or (axis, 1), those of one axis a run."""
    import jax.numpy as jnp

    mine = jnp.arange(values.shape[0], dtype=jnp.int32)[:, None] == which
    return jnp.sum(jnp.where(mine, values, jnp.zeros((), values.dtype)), axis=0, dtype=values.dtype)


def _start(scene: Scene, which: Int32[Array, " run"], closed: Float[Array, "formation run"], found: Told) -> Start:
    """Equation (1)."""
    import jax.numpy as jnp

    structure, inputs, fight = scene.structure, scene.inputs, found.fight
    mover, last = structure.theatre.movers, structure.theatre.days - 1
    attacked = scene.arrivals.attacked.at[structure.formation_sector[mover]].get(mode="fill", fill_value=False)
    share = jnp.where(attacked, 1.0 - found.given, 1.0) * inputs["turnout"][mover]  # who came there already fights
    comes = jnp.maximum(closed[mover], last)

    def free(left: Float[Array, "axis run"], whole: str, days: Float[Array, "... run"]) -> Float[Array, "... run"]:
        amount = share * inputs[whole][mover]
        later = jnp.sum(jnp.where(comes <= days[..., None, :], amount, 0.0), axis=-2)
        return _of(left, which) + later

    days = jnp.concatenate([jnp.full_like(fight.now[:1], last), comes])
    enough = free(fight.brigades, "brigade_equivalents", days) >= inputs["counter_brigades"]
    day = jnp.min(jnp.where(enough, days, jnp.inf), axis=0)
    return Start(day, free(jnp.sum(fight.defenders, axis=0), "personnel", day))


def _field(
    scene: Scene, which: Int32[Array, " run"], day: Float[Array, " run"], held: Float[Array, " run"]
) -> combat.Field:
    """One axis of one segment, the objective's, held for some days by the occupier; and the sides swapped."""
    import jax.numpy as jnp

    structure, inputs, ground = scene.structure, scene.inputs, scene.ground
    axes, last = jnp.arange(len(structure.segments)), jnp.maximum(structure.segments - 1, 0)

    def of(values: Any) -> Float[Array, "1 1 run"]:
        return _of(values[axes, last], which)[None, None]

    length = of(ground.length)
    mine = combat.Ground(
        length=length,
        frontage=of(ground.frontage),
        preparation=1.0 + jnp.minimum(held / inputs["fortify_days"], 1.0)[None, None],
        rugged=of(ground.rugged),
        key=_of(jnp.asarray(structure.counter_key)[:, None], which)[None, None],
        segments=jnp.ones((1, 1), jnp.int32),
        before=jnp.zeros_like(length),
    )
    law, rules = scene.conditions.law, structure.rules
    comes = jnp.where(inputs["intervention"] > 0.5, 1.0, 0.0).astype(day.dtype)
    edge = air.superiority(day, scene.politics.decision.alliance, comes, inputs)
    far = jnp.full_like(day, jnp.inf)
    return combat.Field(
        ground=mine,
        conditions=combat.Conditions(
            rules, law, _of(scene.conditions.opposed, which)[None], rules.draw(mine, law, scene.draws)
        ),
        inputs={**inputs, "quality_edge": -inputs["quality_edge"], "supply_reach": far, "supply_limit": far},
        draws=scene.draws,
        day=combat.Day(jnp.zeros_like(day), -edge),
    )


def _swapped(
    field: combat.Field, occupier: Float[Array, " run"], alliance: Float[Array, " run"], day: Float[Array, " run"]
) -> combat.Fight:
    """The alliance before the objective, the occupier in it."""
    import jax.numpy as jnp

    nobody = jnp.zeros_like(occupier)
    pools = jnp.stack([occupier, *(nobody for _ in range(combat.POOLS - 1))])[:, None]
    return combat.begin(field.ground, field.conditions.rules)._replace(
        now=day[None],
        attackers=alliance[None],
        committed=alliance[None],
        defenders=pools,
        defended=pools,
        brigades=(occupier / jnp.maximum(field.inputs["extra_personnel"], 1.0))[None],
    )


def _fought(field: combat.Field, fight: combat.Fight, begins: Bool[Array, " run"], most: int) -> combat.Fight:
    """Every counter-offensive to its end, to day 180 or to its last event; what is over does not change any more."""
    import jax
    import jax.numpy as jnp

    until = jnp.full_like(fight.now, RETAKEN_BY)

    def goes_on(fight: combat.Fight) -> Bool[Array, " run"]:
        return begins & (fight.now[0] < RETAKEN_BY) & (fight.segment[0] < 1)

    def some(state: tuple[Int32[Array, ""], combat.Fight]) -> Bool[Array, ""]:
        return jnp.any(goes_on(state[1])) & (state[0] < most)

    def one(state: tuple[Int32[Array, ""], combat.Fight]) -> tuple[Int32[Array, ""], combat.Fight]:
        count, fight = state
        on = goes_on(fight)

        def kept(new: Array, old: Array) -> Array:
            return jnp.where(on, new, old)

        return count + 1, jax.tree.map(kept, combat.event(field, fight, until), fight)

    loop: Any = jax.lax.while_loop  # pyright: ignore[reportUnknownVariableType]
    return loop(some, one, (jnp.zeros((), jnp.int32), fight))[1]
