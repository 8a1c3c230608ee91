"""Combat on an axis: covered or not, battle, pause and advance.

An axis is a chain of segments. A segment is *covered* if the brigades that defend the axis,
times the front a brigade holds, are at least its width, and they have not lost more than their
breakpoint. Against

* a covered segment the attacker gives battle. How long that lasts, who wins it, what both sides lose
  and how far the attacker gets a law of battle says (`Rules`; the fitted one in `fitted_law`). If the
  attacker wins, it has gained the opposed rate for every day of the battle, the line is broken, and it
  goes on as on an uncovered segment; if not, it pauses and tries again while it is above its breakpoint
  and in supply. Below its least force ratio it gives no battle and waits for more to come: the battles
  of record are those that someone chose to fight;
* an uncovered one it advances at the rate of the case's branch.

Every rate is capped by the march rate, every distance by what supply reaches. Each axis keeps its own
clock and goes from event to event (end of a battle, of a pause, of a segment) up to the end of a step,
so that the length of the step decides only when arrivals count.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from vallum.models.settled import settled
from vallum.models.theatre.engagement import Law

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32, UInt32

    from vallum.models.contract import Draws, Inputs

MOVING, BATTLE, PAUSE = range(3)
POOLS = 3  # of defenders: hosts, allies in place when the attack came, allies who came later
HOST, TRIPWIRE, HELPER = range(POOLS)
EVENTS = 3  # events of an axis in a step; more wait for the next
SOMEBODY = 1.0  # soldiers; strikes leave fractions of one
NEAR = 1e-3  # km: at the limit of supply, to rounding
NO_GAIN = 0.999  # a repulsed attacker does not get beyond this share of a segment


class Ground(NamedTuple):
    """The axes of a block of runs.

    Attributes
    ----------
    length, frontage, preparation : arrays (axis, place, run)
        Of each segment: km, km, 0 to 2.
    rugged : array (axis, place, 1)
        Share of it.
    key : array (axis, place, 1) of uint32
        Identity of each segment, for its luck.
    segments : array of int (axis, 1)
        Segments of each axis.
    before : array (axis, place, run)
        km from the start of the axis to the start of each segment.
    """

    length: Float[Array, "axis place run"]
    frontage: Float[Array, "axis place run"]
    preparation: Float[Array, "axis place run"]
    rugged: Float[Array, "axis place 1"]
    key: UInt32[Array, "axis place 1"]
    segments: Int32[Array, "axis 1"]
    before: Float[Array, "axis place run"]


class Conditions(NamedTuple):
    """What holds for a whole run, beside the inputs.

    Attributes
    ----------
    rules : Rules
        The law of battle.
    law : Law
        The fit in force: its terms and scales.
    opposed : array (axis, run)
        km a day gained against a covered segment, at most the rate of the branch.
    chance : Any
        What `rules` drew for the run.
    """

    rules: Rules
    law: Law
    opposed: Float[Array, "axis run"]
    chance: Any


class Day(NamedTuple):
    """What a step brings: surprise and the attacker's air superiority, arrays (run,)."""

    surprise: Float[Array, " run"]
    air: Float[Array, " run"]


class Fight(NamedTuple):
    """Where every axis stands.

    Attributes
    ----------
    now : array (axis, run)
        Its clock, days from the attack.
    segment, mode, attempt : arrays of int (axis, run)
    along : array (axis, run)
        km into the segment.
    left, lasts : arrays (axis, run)
        Days left of a battle or pause, and days the battle lasts in all.
    won : array of bool (axis, run)
        The segment's battle is won.
    chance : array (axis, run)
        Log odds that the attacker wins the battle.
    attackers, committed, attackers_lost : arrays (axis, run)
        Soldiers there, come, lost.
    defenders, defended, defenders_lost : arrays (pool, axis, run)
        Soldiers there, come, lost.
    brigades : array (axis, run)
        Worth of the defenders there.
    taken : array (axis, place, run)
        Day on which each segment was passed, infinite before.
    battles, battles_won : arrays of int (run,)
    battle_days : array (run,)
    outside : array of bool (4, run)
        Density, force ratio, advance, losses beyond the evidence.
    memory : Any
        What the law of battle keeps, arrays (axis, run).
    """

    now: Float[Array, "axis run"]
    segment: Int32[Array, "axis run"]
    mode: Int32[Array, "axis run"]
    attempt: Int32[Array, "axis run"]
    along: Float[Array, "axis run"]
    left: Float[Array, "axis run"]
    lasts: Float[Array, "axis run"]
    won: Bool[Array, "axis run"]
    chance: Float[Array, "axis run"]
    attackers: Float[Array, "axis run"]
    committed: Float[Array, "axis run"]
    attackers_lost: Float[Array, "axis run"]
    defenders: Float[Array, "pool axis run"]
    defended: Float[Array, "pool axis run"]
    defenders_lost: Float[Array, "pool axis run"]
    brigades: Float[Array, "axis run"]
    taken: Float[Array, "axis place run"]
    battles: Int32[Array, " run"]
    battles_won: Int32[Array, " run"]
    battle_days: Float[Array, " run"]
    outside: Bool[Array, "4 run"]
    memory: Any


class Field(NamedTuple):
    """What a step is fought in."""

    ground: Ground
    conditions: Conditions
    inputs: Inputs
    draws: Draws
    day: Day


class Place(NamedTuple):
    """Where each axis is, and what it can do there.

    Attributes
    ----------
    width, length, start : arrays (axis, run)
        km: front and length of the segment, and from the start of the axis to it.
    held, goes_on, waits : arrays of bool (axis, run)
        The defender holds a line; the attacker attacks at all; it is too few to give battle.
    there : array (axis, run)
        Defenders.
    free, opposed : arrays (axis, run)
        km a day where nobody holds, and where a battle is won.
    """

    width: Float[Array, "axis run"]
    length: Float[Array, "axis run"]
    start: Float[Array, "axis run"]
    held: Bool[Array, "axis run"]
    goes_on: Bool[Array, "axis run"]
    waits: Bool[Array, "axis run"]
    there: Float[Array, "axis run"]
    free: Float[Array, "axis run"]
    opposed: Float[Array, "axis run"]


class Bout(NamedTuple):
    """What a law of battle says of a fight, read only where there is one: arrays (axis, run).

    Attributes
    ----------
    chance : array
        Log odds that the attacker wins, where the law has such.
    lasts, left : arrays
        Days that it lasts in all, and that are left of it.
    wins : array of bool
        The attacker wins it, if nobody comes before its end.
    rates : pair of arrays
        Share of the attackers, and of the defenders, who are there now lost in a day at the pace of now.
    memory : Any
        What the law keeps.
    """

    chance: Float[Array, "axis run"]
    lasts: Float[Array, "axis run"]
    left: Float[Array, "axis run"]
    wins: Bool[Array, "axis run"]
    rates: tuple[Float[Array, "axis run"], Float[Array, "axis run"]]
    memory: Any


class Rules(NamedTuple):
    """A law of battle: functions, chosen when the model is built.

    Attributes
    ----------
    draw : (ground, law, draws) -> Any
        What it draws once a run; `Conditions.chance`.
    begin : (ground) -> Any
        What it keeps of each axis, before anything happened; `Fight.memory`.
    width : (ground, fight) -> array (axis, run)
        km that the defenders of an axis must cover to hold its segment.
    odds : (field, fight) -> array (axis, run)
        Log odds of a battle with the forces that are there now.
    bout : (field, fight, at, starts) -> Bout
        The fight of each axis; `starts` says where it begins now.
    lost : (field, bout, days, fighting, marching) -> pair of arrays (axis, run)
        Shares of attackers and defenders there now lost in some days: in a fight where there is one,
        else, by the attacker alone, `marching` a day.
    gain : (field, at, bout) -> array (axis, run)
        km that the attacker gains by a fight that is over.
    after : (fight, at, bout, over, moving) -> Any
        What it keeps once some fights are over and some axes have moved.
    repulse : bool
        Whether an attacker that has not won pauses.
    """

    draw: Callable[[Ground, Law, Draws], Any]
    begin: Callable[[Ground], Any]
    width: Callable[[Ground, Fight], Any]
    odds: Callable[[Field, Fight], Any]
    bout: Callable[[Field, Fight, Place, Any], Bout]
    lost: Callable[[Field, Bout, Any, Any, Any], tuple[Any, Any]]
    gain: Callable[[Field, Place, Bout], Any]
    after: Callable[[Fight, Place, Bout, Any, Any], Any]
    repulse: bool


def begin(ground: Ground, rules: Rules) -> Fight:
    """Nobody there, every axis at its start on the day of the attack."""
    import jax.numpy as jnp

    axes, places, runs = ground.length.shape
    zero, whole = jnp.zeros((axes, runs), ground.length.dtype), jnp.zeros((axes, runs), jnp.int32)
    pools, none = jnp.zeros((POOLS, axes, runs), zero.dtype), jnp.zeros(runs, jnp.int32)
    return Fight(
        now=zero,
        segment=whole,
        mode=whole,
        attempt=whole,
        along=zero,
        left=zero,
        lasts=zero,
        won=jnp.zeros((axes, runs), bool),
        chance=zero,
        attackers=zero,
        committed=zero,
        attackers_lost=zero,
        defenders=pools,
        defended=pools,
        defenders_lost=pools,
        brigades=zero,
        taken=jnp.full((axes, places, runs), jnp.inf, zero.dtype),
        battles=none,
        battles_won=none,
        battle_days=jnp.zeros(runs, zero.dtype),
        outside=jnp.zeros((4, runs), bool),
        memory=rules.begin(ground),
    )


def here(values: Array, segment: Int32[Array, "axis run"]) -> Array:
    """Of values by place, that of the segment each axis is at (the last one once all are taken)."""
    import jax.numpy as jnp

    places = values.shape[1]
    found = values[:, 0]
    for place in range(1, places):
        found = jnp.where(segment >= place, values[:, place], found)
    return jnp.broadcast_to(found, segment.shape)


def arrive(
    field: Field,
    fight: Fight,
    attackers: Float[Array, "axis run"],
    defenders: Float[Array, "pool axis run"],
    brigades: Float[Array, "axis run"],
) -> Fight:
    """Forces come to their axes; where a battle is on, its odds are those of the forces there now."""
    import jax.numpy as jnp

    came = (attackers > 0) | (jnp.sum(defenders, axis=0) > 0)
    fight = fight._replace(
        attackers=fight.attackers + attackers,
        committed=fight.committed + attackers,
        defenders=fight.defenders + defenders,
        defended=fight.defended + defenders,
        brigades=fight.brigades + brigades,
    )
    chance = field.conditions.rules.odds(field, fight)
    return fight._replace(chance=jnp.where(came & (fight.mode == BATTLE), chance, fight.chance))


def frontage(ground: Ground, fight: Fight) -> Float[Array, "axis run"]:
    """Km across the segment that each axis has come to."""
    return here(ground.frontage, fight.segment)


def covered(field: Field, fight: Fight) -> Bool[Array, "axis run"]:
    """Whether the defenders of each axis hold a line across the segment it has come to."""
    import jax.numpy as jnp

    inputs, width = field.inputs, field.conditions.rules.width(field.ground, fight)
    there, lost, came = (jnp.sum(x, axis=0) for x in (fight.defenders, fight.defenders_lost, fight.defended))
    holds = fight.brigades * inputs["frontage_per_brigade"] >= width
    return holds & (there > 0) & (lost <= inputs["defender_breakpoint"] * came)


def depth(ground: Ground, fight: Fight) -> Float[Array, "axis run"]:
    """Km from the start of each axis to its front."""
    import jax.numpy as jnp

    whole = here(ground.before, fight.segment) + fight.along
    return jnp.where(fight.segment >= ground.segments, _end(ground), whole)


def _end(ground: Ground) -> Float[Array, "axis run"]:
    """Km from the start of each axis to its objective."""
    import jax.numpy as jnp

    last = jnp.broadcast_to(ground.segments - 1, (ground.length.shape[0], ground.length.shape[2]))
    return here(ground.before, last) + here(ground.length, last)


def advance(field: Field, fight: Fight, until: Float[Array, ""]) -> Fight:
    """Every axis on to a time, from event to event; none waits for events of others once all are there."""
    import jax
    import jax.numpy as jnp

    def some(state: tuple[Int32[Array, ""], Fight]) -> Bool[Array, ""]:
        return (state[0] < EVENTS) & jnp.any(state[1].now < until)

    def one(state: tuple[Int32[Array, ""], Fight]) -> tuple[Int32[Array, ""], Fight]:
        return state[0] + 1, event(field, state[1], until)

    loop: Any = jax.lax.while_loop  # pyright: ignore[reportUnknownVariableType]
    return loop(some, one, (jnp.zeros((), jnp.int32), fight))[1]


def _place(field: Field, fight: Fight) -> Place:
    import jax.numpy as jnp

    ground, inputs = field.ground, field.inputs
    reach = depth(ground, fight)
    slowed = 1.0 - here(ground.rugged, fight.segment) * (1.0 - inputs["rugged_multiplier"])
    free = jnp.minimum(inputs["advance_rate"] * slowed, inputs["march_rate"])
    goes_on = (
        (fight.attackers >= SOMEBODY)
        & (fight.segment < ground.segments)
        & (fight.attackers_lost <= inputs["attacker_breakpoint"] * fight.committed)
        & (reach < inputs["supply_limit"] - NEAR)
    )
    held, there = covered(field, fight), jnp.sum(fight.defenders, axis=0)
    return Place(
        width=frontage(ground, fight),
        length=here(ground.length, fight.segment),
        start=reach - fight.along,
        held=held,
        goes_on=goes_on,
        waits=held & ~fight.won & (fight.attackers < inputs["least_force_ratio"] * there),
        there=there,
        free=free,
        opposed=jnp.minimum(field.conditions.opposed, free),
    )


def event(field: Field, fight: Fight, until: Float[Array, "..."]) -> Fight:
    """Every axis on to its next event, or to a time; one that is there already does nothing."""
    import jax.numpy as jnp

    ground, inputs, rules, law = field.ground, field.inputs, field.conditions.rules, field.conditions.law
    at, live = settled(lambda: _place(field, fight)), fight.now < until
    # a battle begins
    starts = live & (fight.mode == MOVING) & at.goes_on & at.held & ~fight.won & ~at.waits
    bout, mode = settled(lambda: rules.bout(field, fight, at, starts)), jnp.where(starts, BATTLE, fight.mode)
    fighting, moving = live & (mode == BATTLE), live & (mode == MOVING) & at.goes_on & ~at.waits
    held_up = live & (mode != MOVING)
    # the rest of a battle or pause, the way to the end of the segment, or the step: whatever is shortest
    rate = at.free  # whoever moves where a line is held has broken it
    whole = jnp.where(moving, _way(inputs, fight, at, rate), jnp.where(held_up, bout.left, jnp.inf))
    ends = whole <= until - fight.now
    spent = jnp.where(ends, whole, jnp.maximum(until - fight.now, 0.0))
    now = jnp.where(ends, fight.now + whole, jnp.maximum(fight.now, until))
    # losses
    marching = jnp.where(moving, inputs["advance_losses"], 0.0)
    fallen, lost = rules.lost(field, bout, spent, fighting, marching)
    fallen = fallen * fight.attackers
    # ground, as far as supply reaches
    over = fighting & ends
    head = jnp.minimum(inputs["supply_reach"] + inputs["supply_rate"] * now, inputs["supply_limit"])
    most = jnp.maximum(head - at.start, fight.along)
    limit = jnp.where(bout.wins, at.length, jnp.maximum(NO_GAIN * at.length, fight.along))
    gained = fight.along + rules.gain(field, at, bout)
    along = jnp.where(over, jnp.minimum(gained, jnp.minimum(limit, most)), fight.along)
    along = jnp.where(moving, jnp.minimum(fight.along + rate * spent, most), along)
    passed, beaten = moving & ends, over & ~bout.wins
    paused = beaten if rules.repulse else jnp.zeros_like(beaten)
    places = jnp.arange(ground.length.shape[1], dtype=jnp.int32)[None, :, None]
    mine = passed[:, None] & (places == fight.segment[:, None])
    beyond = _beyond(law, fight, at, starts, moving & (rate > law.scale["advance_high"]))
    bloody = jnp.any(fighting & (jnp.maximum(*bout.rates) > law.scale["loss_high"]), axis=0)
    return Fight(
        now=now,
        segment=fight.segment + passed,
        mode=jnp.where(paused, PAUSE, jnp.where(ends & held_up, MOVING, mode)).astype(jnp.int32),
        attempt=jnp.where(passed, 0, fight.attempt + over),
        along=jnp.where(passed, 0.0, along),
        left=jnp.where(paused, inputs["pause_days"], jnp.where(held_up, bout.left - spent, bout.left)),
        lasts=bout.lasts,
        won=(fight.won | (over & bout.wins)) & ~passed,
        chance=bout.chance,
        attackers=fight.attackers - fallen,
        committed=fight.committed,
        attackers_lost=fight.attackers_lost + fallen,
        defenders=fight.defenders * (1.0 - lost),
        defended=fight.defended,
        defenders_lost=fight.defenders_lost + fight.defenders * lost,
        brigades=fight.brigades * (1.0 - lost),
        taken=jnp.where(mine, now[:, None], fight.taken),
        battles=fight.battles + jnp.sum(over, axis=0, dtype=jnp.int32),
        battles_won=fight.battles_won + jnp.sum(over & bout.wins, axis=0, dtype=jnp.int32),
        battle_days=fight.battle_days + jnp.sum(jnp.where(fighting, spent, 0.0), axis=0),
        outside=fight.outside | jnp.concatenate([beyond, bloody[None]]),
        memory=rules.after(fight, at, bout, over, moving),
    )


def _way(inputs: Inputs, fight: Fight, at: Place, rate: Float[Array, "axis run"]) -> Float[Array, "axis run"]:
    """Days to the end of the segment at a rate, or until supply reaches it; never, where it cannot."""
    import jax.numpy as jnp

    goal = at.start + at.length
    supplied = (goal - inputs["supply_reach"]) / jnp.maximum(inputs["supply_rate"], 1e-6) - fight.now
    days = jnp.maximum(jnp.maximum((at.length - fight.along) / rate, supplied), 0.0)
    return jnp.where(goal <= inputs["supply_limit"], days, jnp.inf)


def _beyond(
    law: Law, fight: Fight, at: Place, starts: Bool[Array, "axis run"], fast: Bool[Array, "axis run"]
) -> Bool[Array, "3 run"]:
    """Whether a battle begins, or an advance goes, outside the evidence: density, force ratio, advance."""
    import jax.numpy as jnp

    scale, ratio = law.scale, fight.attackers / jnp.maximum(at.there, 1.0)
    thin = at.there < scale["density_low"] * at.width
    far = (ratio < scale["force_ratio_low"]) | (ratio > scale["force_ratio_high"])
    return jnp.any(jnp.stack([starts & thin, starts & far, fast]), axis=1)
