"""The campaign: warning, decision, deployment, battle and what came of them, day by day.

A run is the reinforcement race (`race`) up to the attack, and then, day by day: those who have
moved another day come to the weakest axis of their sector; the axes go through the day's steps
(`combat`); the place at the end of a segment that the attacker has passed closes the links that
touch it, so that the front decides who still arrives. Intervention off, the same run has forces in
place and hosts on their own soil alone, with the same luck.

Who fights where: a formation in place fights on its own axis, or, where that is not attacked, comes
after `shift_days` to the weakest attacked axis of its sector; everyone who moved comes there at
once. The weakest axis is the one with the most attackers for each defender, the first by row of those
alike. Formations of a sector without an attacked axis stay out of the fighting.

Written for a block of runs, the run axis last (`vallum.models.contract`, Tier B).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.models.theatre import air, campaign_outcomes, combat, counteroffensive, race
from vallum.models.theatre import deployment as moves
from vallum.models.theatre.campaign_declaration import spec
from vallum.models.theatre.campaign_structure import STEPS, Campaign, plan
from vallum.models.theatre.clock import BEFORE, DAY, minute
from vallum.models.theatre.engagement import law_of

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32

    from vallum.models.contract import Draws, Inputs, Outcomes

__all__ = ["LANES", "STEPS", "plan", "run", "spec"]

LANES = 128
LEAST_OPEN = 0.01  # share of a sea route or port that some ships always get through
MARGIN = 0.01  # days that a place is counted as fallen before it can, for rounding


class Arrivals(NamedTuple):
    """Forces by the step from which they fight.

    Attributes
    ----------
    in_place : array (step, what, row, run)
        Brigades, hosts, allies in place, allies who came later (none): to an attacked axis (rows
        0 to axes), or to the weakest one of a sector (rows from axes on).
    echelons : array (step, axis, run)
        Attackers.
    waiting : array (step, run)
        Attackers who come in that step or later.
    comes, attacked : arrays of bool (axis, run), (sector, run)
        Whether an axis, and any axis of a sector, is attacked under the plan taken.
    """

    in_place: Float[Array, "step what row run"]
    echelons: Float[Array, "step axis run"]
    waiting: Float[Array, "step run"]
    comes: Bool[Array, "axis run"]
    attacked: Bool[Array, "sector run"]


WHAT = 1 + combat.POOLS


def run(structure: Campaign, inputs: Inputs, draws: Draws) -> Outcomes:
    """Run a block of campaigns to the last day of the clock.

    Parameters
    ----------
    structure : Campaign
        From `plan`.
    inputs : mapping of str to array
        As declared, shapes (run,) and (row, run) or (row, 1).
    draws : Draws

    Returns
    -------
    dict
        As declared, the run axis last.
    """
    import jax.numpy as jnp

    theatre = structure.theatre
    politics = race.decided(theatre, inputs, draws)
    orders, order_day = race.called(theatre, inputs, politics)
    free = {**inputs, "sea_interdiction": jnp.zeros_like(inputs["report_day"])}
    free["port_interdiction"] = free["sea_interdiction"]
    ways = race.measured(theatre, free)  # what is lost at sea and in ports differs by day
    spacing = race.spacing(theatre, free)
    spacing = jnp.where(spacing >= moves.MOST, 0.0, spacing)
    ground = _ground(structure, inputs)
    conditions = _conditions(structure, inputs, draws, ground)
    arrivals = _arrivals(structure, inputs, politics, order_day)
    scene = Scene(structure, inputs, draws, politics, orders, ways, ground, conditions, arrivals, spacing)
    found = _fought(scene)
    given = campaign_outcomes.told(structure, inputs, draws, politics, order_day, ground, found)
    given |= counteroffensive.retaken(scene, given["closed_day"], found)
    lawless = (given["status"] == 0) & ~conditions.law.whole
    return given | {"status": jnp.where(lawless, len(spec.statuses) - 1, given["status"])}


class Told(NamedTuple):
    """What a block of campaigns leaves: the last state, what is counted on the way, and a row a day."""

    movement: moves.Movement
    orders: moves.Orders
    fight: combat.Fight
    given: Float[Array, "mover run"]
    struck: Float[Array, " run"]
    helped: Float[Array, " run"]
    contact: Float[Array, "day run"]
    depth: Float[Array, "day run"]
    attackers: Float[Array, "day run"]
    defenders: Float[Array, "day run"]


def _ground(structure: Campaign, inputs: Inputs) -> combat.Ground:
    import jax.numpy as jnp

    runs = inputs["report_day"].shape[0]

    def of(name: str) -> Float[Array, "axis place run"]:
        values = jnp.broadcast_to(inputs[name], (inputs[name].shape[0], runs))
        return values[structure.segment_row]

    length = of("segment_length")
    real = jnp.arange(length.shape[1])[:, None] < structure.segments[:, None, None]
    real = real & inputs["segments.active"][structure.segment_row]
    length = jnp.where(real, length, 0.0)
    ends = jnp.cumsum(length, axis=1)
    return combat.Ground(
        length=length,
        frontage=jnp.where(real, of("frontage"), jnp.inf),  # an option's missing segment is passed at once
        preparation=of("preparation"),
        rugged=jnp.asarray(structure.rugged, length.dtype)[:, :, None],
        key=jnp.asarray(structure.segment_key)[:, :, None],
        segments=jnp.asarray(structure.segments)[:, None],
        before=ends - length,
    )


def _conditions(structure: Campaign, inputs: Inputs, draws: Draws, ground: combat.Ground) -> combat.Conditions:
    import jax.numpy as jnp

    law = law_of(structure.fits, inputs)
    scale, term = law.scale, law.term
    opposed = jnp.exp(term["log_advance"] + scale["advance_sd"] * draws.normal("advance", structure.axis_key[:, None]))
    return combat.Conditions(structure.rules, law, opposed, structure.rules.draw(ground, law, draws))


def _arrivals(
    structure: Campaign, inputs: Inputs, politics: race.Politics, order_day: Float[Array, "formation run"]
) -> Arrivals:
    """Who in place fights from which step on, and where; and the attacker's echelons."""
    import jax.numpy as jnp

    theatre, runs = structure.theatre, order_day.shape[1]
    steps = (theatre.days - 1) * structure.steps
    lane, axes = jnp.arange(runs), len(structure.segments)
    # echelons of the plan taken
    mine = (structure.echelon_plan[:, None] >= 0) & politics.plan[structure.echelon_plan]
    strength = jnp.where(
        mine & inputs["echelons.active"], inputs["echelon_personnel"] * inputs["echelon_available"], 0.0
    )
    when = jnp.broadcast_to(_step(inputs["echelon_day"], structure.steps), strength.shape)
    echelons = jnp.zeros((steps, axes, runs), strength.dtype)
    echelons = echelons.at[when, structure.echelon_axis[:, None], lane].add(strength, mode="drop")
    attacked = jnp.zeros((axes, runs), strength.dtype).at[structure.echelon_axis].add(strength, mode="drop") > 0
    attacked = attacked & inputs["axes.active"].at[structure.front_row].get(mode="fill", fill_value=False)
    echelons = jnp.where(attacked, echelons, 0.0)
    # forces in place
    closed, kept = race.standing(theatre, inputs, order_day)
    inside = ~theatre.moves & (structure.formation_sector < structure.sectors)
    on_axis = inside & (structure.formation_axis < axes)
    axis = jnp.where(on_axis, structure.formation_axis, 0)
    stays = on_axis[:, None] & attacked[axis]
    day = jnp.where(stays, closed, jnp.maximum(closed, 0.0) + inputs["shift_days"])
    row = jnp.where(stays, axis[:, None], axes + structure.formation_sector[:, None])
    when = jnp.where(inside[:, None] & jnp.isfinite(day), _step(day, structure.steps), steps)
    share = inputs["turnout"] * kept
    in_place = jnp.zeros((steps, WHAT, axes + structure.sectors, runs), strength.dtype)
    for what, amount in enumerate(_parts(inputs, theatre.home, combat.TRIPWIRE)):
        in_place = in_place.at[when, what, row, lane].add(share * amount, mode="drop")
    extra = jnp.where(attacked, inputs["extra_brigades"], 0.0)
    in_place = in_place.at[0, 0, :axes].add(extra).at[0, 2, :axes].add(extra * inputs["extra_personnel"])
    waiting = jnp.flip(jnp.cumsum(jnp.flip(jnp.sum(echelons, axis=1), 0), axis=0), 0)
    sectors = jnp.zeros((structure.sectors, runs), jnp.int32).at[structure.sector].max(attacked.astype(jnp.int32))
    return Arrivals(in_place, echelons, waiting, attacked, sectors > 0)


def _step(day: Float[Array, "..."], steps: int) -> Int32[Array, "..."]:
    """The step whose beginning is nearest to a time: rounding up would keep everyone late by half a step."""
    import jax.numpy as jnp

    return jnp.floor(jnp.clip(day, 0.0, 1e5) * steps + 0.5).astype(jnp.int32)


def _parts(inputs: Inputs, home: Bool[np.ndarray, " formation"], allies: int) -> list[Any]:
    """A whole formation in brigades, and in soldiers of each pool; foreign ones go to the pool `allies`."""
    import jax.numpy as jnp

    troops = inputs["personnel"]
    pools = [jnp.where(home[:, None], troops, 0.0) if x == combat.HOST else jnp.zeros_like(troops) for x in range(3)]
    pools[allies] = jnp.where(home[:, None], 0.0, troops)
    return [inputs["brigade_equivalents"], *pools]


class Scene(NamedTuple):
    """What a block of campaigns has before its first day."""

    structure: Campaign
    inputs: Inputs
    draws: Draws
    politics: race.Politics
    orders: moves.Orders
    ways: moves.Ways
    ground: combat.Ground
    conditions: combat.Conditions
    arrivals: Arrivals
    spacing: Float[Array, "resource run"]


class Now(NamedTuple):
    """Where a block of campaigns stands.

    Attributes
    ----------
    moved : Movement
    given : array (mover, run)
        Share of each formation that has come to fight.
    helped : array (run,)
        Brigades that came before the aim was taken, to sectors that are attacked.
    fight : Fight
    pool : array (what, sector, run)
        Who waits for an axis of its sector to be attacked.
    reserve : array (run,)
        Share that strikes have left of echelons to come.
    struck : array (run,)
        Soldiers of them lost.
    """

    moved: moves.Movement
    given: Float[Array, "mover run"]
    helped: Float[Array, " run"]
    fight: combat.Fight
    pool: Float[Array, "what sector run"]
    reserve: Float[Array, " run"]
    struck: Float[Array, " run"]


def _fought(scene: Scene) -> Told:
    """Day by day from the attack on."""
    import jax
    import jax.numpy as jnp

    structure, orders, theatre = scene.structure, scene.orders, scene.structure.theatre
    nothing = jnp.zeros_like(scene.ground.length[0, 0])
    runs = len(nothing)
    now = Now(
        moved=moves.begin(theatre.grid, orders),
        given=jnp.zeros((len(theatre.movers), runs), nothing.dtype),
        helped=nothing,
        fight=combat.begin(scene.ground, structure.rules),
        pool=jnp.zeros((WHAT, structure.sectors, runs), nothing.dtype),
        reserve=nothing + 1.0,
        struck=nothing,
    )
    days = jnp.arange(theatre.days - 1, dtype=jnp.int32)

    def one(now: Now, day: Int32[Array, ""]) -> tuple[Now, tuple[Float[Array, " run"], ...]]:
        now = _day(scene, now, day)
        return now, _row(scene.ground, now.fight)

    now, rows = jax.lax.scan(one, now, days)
    orders = orders._replace(falls=_falls(structure, now.fight, orders.falls))
    later = moves.advance(theatre.grid, scene.ways, orders, now.moved, spaced=_spacing(scene))  # after the last day
    series = [jnp.concatenate([jnp.zeros_like(x[:1]), x]) for x in rows]
    return Told(later, orders, now.fight, now.given, now.struck, now.helped, *series)


def _row(ground: combat.Ground, fight: combat.Fight) -> tuple[Float[Array, " run"], ...]:
    """At the end of a day: brigades in contact, km of the deepest advance, attackers, defenders."""
    import jax.numpy as jnp

    return (
        jnp.sum(jnp.where(fight.mode == combat.BATTLE, fight.brigades, 0.0), axis=0),
        jnp.max(combat.depth(ground, fight), axis=0, initial=0.0),
        jnp.sum(fight.attackers, axis=0),
        jnp.sum(fight.defenders, axis=(0, 1)),
    )


def _day(scene: Scene, now: Now, day: Int32[Array, ""]) -> Now:
    """Those who come by the start of a day, then its steps."""
    import jax
    import jax.numpy as jnp

    structure, inputs, fight = scene.structure, scene.inputs, now.fight
    theatre, steps = structure.theatre, structure.steps
    date, mover = day.astype(now.struck.dtype), theatre.movers
    if len(mover):
        moved = _moved(scene, fight, now.moved, date)
        fit = _fit(date - inputs["integration"][mover], scene.orders, moved)
        fresh = jnp.maximum(fit - now.given, 0.0)
        parts = _parts(inputs, theatre.home, combat.HELPER)
        new = jnp.stack([_by_sector(structure, (x * inputs["turnout"])[mover] * fresh) for x in parts])
        taken = campaign_outcomes.reached(structure, scene.politics, fight) + inputs["hold_days"] <= date
        helped = jnp.sum(jnp.where(scene.arrivals.attacked, new[0], 0.0), axis=0)
        now = now._replace(
            moved=moved,
            given=now.given + fresh,
            helped=now.helped + jnp.where(taken, 0.0, helped),
            pool=now.pool + new,
        )

    def one(at: Int32[Array, ""], now: Now) -> Now:
        return _step_of(scene, now, at)

    loop: Any = jax.lax.fori_loop  # pyright: ignore[reportUnknownVariableType]
    return loop(day * steps, (day + 1) * steps, one, now)


def _moved(scene: Scene, fight: combat.Fight, moved: moves.Movement, date: Float[Array, ""]) -> moves.Movement:
    """Everyone on the way up to a day, the places behind the front closed; and on, as long as no other can fall."""
    grid = scene.structure.theatre.grid
    orders = scene.orders._replace(falls=_falls(scene.structure, fight, scene.orders.falls))
    ahead = minute(_next_fall(scene, fight) - MARGIN)
    return moves.advance(grid, scene.ways, orders, moved, minute(date), ahead=ahead, spaced=_spacing(scene))


def _next_fall(scene: Scene, fight: combat.Fight) -> Float[Array, " run"]:
    """A day before which no other place can fall: nobody is faster than on open ground that none holds."""
    import jax.numpy as jnp

    structure, inputs, ground = scene.structure, scene.inputs, scene.ground
    repulse = scene.conditions.law.scale["repulse_advance"]
    rate = jnp.maximum(jnp.minimum(inputs["advance_rate"], inputs["march_rate"]), repulse)
    fought = jnp.where(fight.mode == combat.BATTLE, fight.lasts - fight.left, 0.0)  # ground is counted at its end
    since = fight.now - jnp.where(jnp.isfinite(fought), fought, fight.now)
    ends = ground.before + ground.length
    day = since[:, None] + (ends - combat.depth(ground, fight)[:, None]) / rate
    stands = (structure.falls_with >= 0)[:, :, None] & jnp.isinf(fight.taken) & scene.arrivals.comes[:, None]
    return jnp.min(jnp.where(stands, day, jnp.inf), axis=(0, 1))


def _spacing(scene: Scene) -> Callable[[Array, Array], Array]:
    """Headways at a minute: what is lost at sea and in ports at the end of its day lengthens theirs."""
    import jax.numpy as jnp

    structure, theatre, runs = scene.structure, scene.structure.theatre, scene.spacing.shape[1]
    alliance, attack, last = scene.politics.decision.alliance, BEFORE * DAY, theatre.days - 1
    at_sea, in_port = (jnp.asarray(x, scene.spacing.dtype) for x in (structure.at_sea, structure.in_port))
    flat, lane, flown = scene.spacing.reshape(-1), jnp.arange(runs, dtype=jnp.int32), jnp.asarray(theatre.grid.flown)

    def spaced(place: Array, time: Array) -> Array:
        day = jnp.where(time < attack, -1, jnp.minimum((time - attack) // DAY + 1, last))
        lost = air.sea_share_lost(day.astype(flat.dtype), alliance, scene.inputs)
        open_share = 1.0 - at_sea[place] * lost[0] - in_port[place] * lost[1]
        return race.counted(flown[place], flat[place * runs + lane] / jnp.maximum(open_share, LEAST_OPEN))

    return spaced


def _step_of(scene: Scene, now: Now, at: Int32[Array, ""]) -> Now:
    """One step: echelons and defenders come to their axes, which go on to its end as surprise and air are amid it."""
    import jax.numpy as jnp

    structure, inputs, arrivals, fight = scene.structure, scene.inputs, scene.arrivals, now.fight
    decision, dtype, axes = scene.politics.decision.alliance, now.struck.dtype, len(structure.segments)
    middle, end = (at.astype(dtype) + 0.5) / structure.steps, (at + 1).astype(dtype) / structure.steps
    comes = jnp.where(inputs["intervention"] > 0.5, 1.0, 0.0).astype(dtype)
    warned = jnp.clip(1.0 - jnp.maximum(-decision, 0.0) / inputs["surprise_lead"], 0.0, 1.0)
    fresh = jnp.clip(1.0 - middle / inputs["surprise_days"], 0.0, 1.0)
    day = combat.Day(inputs["surprise_level"] * warned * fresh, air.superiority(middle, decision, comes, inputs))
    echelons = arrivals.echelons[at] * now.reserve
    later = arrivals.waiting[at] - jnp.sum(arrivals.echelons[at], axis=0)
    killed = air.strikes(middle, decision, comes, inputs) / structure.steps
    reserve = now.reserve * jnp.exp(-killed / jnp.maximum(later * now.reserve, 1.0))
    chosen = _weakest(structure, fight._replace(attackers=fight.attackers + echelons))
    parts = now.pool + arrivals.in_place[at, :, axes:]
    come = arrivals.in_place[at, :, :axes] + jnp.sum(parts[:, :, None] * chosen[None], axis=1)
    field = combat.Field(scene.ground, scene.conditions, inputs, scene.draws, day)
    fight = combat.arrive(field, fight, echelons, come[1:], come[0])
    fight = combat.advance(field, fight, end)
    return now._replace(
        fight=fight,
        pool=jnp.where(jnp.any(chosen, axis=1), 0.0, parts),
        reserve=reserve,
        struck=now.struck + later * (now.reserve - reserve),
    )


def _weakest(structure: Campaign, fight: combat.Fight) -> Bool[Array, "sector axis run"]:
    """The axis of each sector with the most attackers for each defender; none where none is attacked."""
    import jax.numpy as jnp

    there = fight.attackers >= combat.SOMEBODY
    ratio = jnp.where(there, fight.attackers / jnp.maximum(jnp.sum(fight.defenders, axis=0), 1.0), 0.0)
    mine = np.arange(structure.sectors)[:, None] == structure.sector
    most = jnp.zeros((structure.sectors, ratio.shape[1]), ratio.dtype)
    first = jnp.full(most.shape, -1, jnp.int32)
    for axis in range(len(ratio)):  # a reduction with places is several times slower
        more = mine[:, axis, None] & (ratio[axis] > most)
        most, first = jnp.where(more, ratio[axis], most), jnp.where(more, axis, first)
    return np.arange(len(ratio), dtype=np.int32)[None, :, None] == first[:, None]


def _by_sector(structure: Campaign, values: Float[Array, "mover run"]) -> Float[Array, "sector run"]:
    """Sums over formations that move, by the sector in which they are to fight; others fight nowhere."""
    import jax.numpy as jnp

    sector = structure.formation_sector[structure.theatre.movers]
    return jnp.zeros((structure.sectors, values.shape[1]), values.dtype).at[sector].add(values, mode="drop")


def _fit(day: Float[Array, "mover run"], orders: moves.Orders, movement: moves.Movement) -> Float[Array, "mover run"]:
    """Share of each formation that has come by a day, train by train; nothing below half."""
    import jax.numpy as jnp

    share = moves.loads_by(minute(day), orders, movement).astype(day.dtype) / jnp.maximum(orders.loads, 1)
    return jnp.where(share >= 0.5, share, 0.0)


def _falls(structure: Campaign, fight: combat.Fight, never: Int32[Array, "doomed run"]) -> Int32[Array, "doomed run"]:
    """Minute in which each place that may fall has fallen."""
    import jax.numpy as jnp

    if not structure.theatre.doomed:
        return never
    taken = jnp.where(jnp.isfinite(fight.taken), minute(fight.taken), moves.END)
    bits = structure.falls_with.reshape(-1)
    flat = jnp.where(bits[:, None] >= 0, taken.reshape(len(bits), -1), moves.END)
    falls: Array = never.at[jnp.where(bits >= 0, bits, 0)].min(flat)
    return falls
