"""The reinforcement race: warning, decision, alliance and deployment, and what came of them.

In the order of a run: the attacker takes a plan; its warning is believed or not; nations
join or stay out, and those that stay out let others through or not; everyone who is told
to move moves; places fall behind the front as the plan says. Forces in place fight, and so
do formations on their own nation's soil; everyone else comes only if its nation joins.

Written for a block of runs, the run axis last (`vallum.models.contract`, Tier B).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.models.cohesion import joins
from vallum.models.theatre import deployment as moves
from vallum.models.theatre import outcomes
from vallum.models.theatre.clock import DAY, arrival_day, minute
from vallum.models.theatre.structure import CAPACITIES, Theatre
from vallum.models.theatre.warning import Decision, caught, decide, strike_early

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32, UInt32

    from vallum.models.contract import Draws, Inputs, Outcomes

LANES = 128  # runs of a block; see benchmarks/README.md


class Politics(NamedTuple):
    """What was decided: arrays of runs, days counted from the attack."""

    plan: Bool[Array, "plan run"]
    believed: Bool[Array, " run"]
    decision: Decision
    joined: Bool[Array, "nation run"]
    refused: UInt32[Array, " run"]


def run(structure: Theatre, inputs: Inputs, draws: Draws) -> Outcomes:
    """Run a block of campaigns to the end of the deployment.

    Parameters
    ----------
    structure : Theatre
        From `plan`.
    inputs : mapping of str to array
        As declared, shapes (run,) and (row, run) or (row, 1).
    draws : Draws

    Returns
    -------
    dict
        As declared, the run axis last.
    """
    politics = decided(structure, inputs, draws)
    orders, order_day = ordered(structure, inputs, politics)
    ways = measured(structure, inputs)
    movement = moves.advance(structure.grid, ways, orders, moves.begin(structure.grid, orders))
    return told(structure, inputs, politics, orders, order_day, movement)


def told(
    structure: Theatre,
    inputs: Inputs,
    politics: Politics,
    orders: moves.Orders,
    order_day: Float[Array, "formation run"],
    movement: moves.Movement,
) -> Outcomes:
    """Every outcome of the race, once everyone has moved."""
    import jax.numpy as jnp

    closed, worth = closure(structure, inputs, orders, order_day, movement)
    report = inputs["report_day"]
    beyond = (report < 0) | (report >= structure.days)
    unplanned = ~jnp.any(politics.plan, axis=0)
    return {
        **outcomes.in_sum(structure, inputs, order_day, closed, worth),
        **outcomes.by_day(structure, inputs, orders, movement, closed, worth),
        **outcomes.by_formation(structure, inputs, orders, movement, order_day, closed),
        "worth": worth,
        **outcomes.by_axis(structure, inputs, closed, worth),
        **outcomes.by_capacity(structure, inputs, movement),
        "decision_day": politics.decision.alliance,
        "warning_believed": politics.believed,
        "nations_in": jnp.sum(politics.joined, axis=0, dtype=jnp.int32),
        "formations_cut_off": jnp.sum(moves.cut_off(orders, movement), axis=0, dtype=jnp.int32),
        "false_alarm_cost": inputs["false_alarms_per_year"] * inputs["mobilisation_cost"],
        "status": jnp.where(beyond, 1, jnp.where(unplanned, 2, 0)),
    }


def decided(structure: Theatre, inputs: Inputs, draws: Draws) -> Politics:
    """The attacker's plan, warning and decision, and who joins (`warning`, `cohesion`)."""
    import jax.numpy as jnp

    plans, nations = structure.plan_keys[:, None], structure.nation_keys[:, None]
    weight = jnp.where(inputs["plans.active"], inputs["plan_weight"], 0)
    # The largest of log w + Gumbel is a draw in proportion to w, whatever the order of rows.
    luck = jnp.log(weight) - jnp.log(-jnp.log(draws.uniform("plan", plans)))
    taken = (luck == jnp.max(luck, axis=0)) & (weight > 0)

    def of_plan(name: str) -> Float[Array, " run"]:
        return jnp.sum(jnp.where(taken, inputs[name], 0), axis=0)

    believed = draws.uniform("belief") < of_plan("belief_probability")
    decision = decide(
        of_plan("warning_days"),
        believed,
        inputs["alliance_delay"],
        inputs["alliance_delay_after_attack"],
        inputs["national_delay"],
    )
    early = draws.uniform("preemption") < inputs["preemption_probability"]
    decision = strike_early(decision, inputs["preemption_lag"], early)
    there = inputs["nations.active"]
    willing = joins(
        inputs["intervention_probability"],
        inputs["cohesion_correlation"],
        draws.normal("common"),
        draws.normal("ally", nations),
    )
    joined = willing & there & (inputs["intervention"] > 0.5)
    lets_through = joined | (draws.uniform("transit", nations) < inputs["transit_if_out"])
    refused = jnp.where(~lets_through, structure.nation_bits[:, None], np.uint32(0))
    return Politics(taken, believed, decision, joined, jnp.sum(refused, axis=0, dtype=jnp.uint32))


def ordered(
    structure: Theatre, inputs: Inputs, politics: Politics
) -> tuple[moves.Orders, Float[Array, "formation run"]]:
    """Orders, places falling as the plan says; and the day of each formation's order."""
    orders, day = called(structure, inputs, politics)
    return orders._replace(falls=_falling(structure, inputs, politics)), day


def called(
    structure: Theatre, inputs: Inputs, politics: Politics
) -> tuple[moves.Orders, Float[Array, "formation run"]]:
    """Who is told to move when, and with how much, as if no place fell; and the day of each formation's order."""
    import jax.numpy as jnp

    decision, mover = politics.decision, structure.movers
    nation = decision.nation[structure.nation]
    own = jnp.where(inputs["national"] > 0.5, nation, decision.alliance)
    day = jnp.where(inputs["delegated"] > 0.5, jnp.minimum(decision.delegated, own), own)
    day = jnp.where(structure.moves[:, None], day, jnp.minimum(day, 0.0))  # the attack itself is the last order
    sent = inputs["formations.active"] & (
        ~structure.moves[:, None] | structure.home[:, None] | politics.joined[structure.nation]
    )
    day = jnp.where(sent, day, jnp.inf)
    ready = (day + inputs["notice_to_move"])[mover]
    share = inputs["turnout"][mover]
    vehicles = (inputs["vehicles"][mover] * share) / inputs["vehicles_per_train"]
    loads = jnp.where(sent[mover] & (share > 0), jnp.maximum(jnp.ceil(vehicles), 1), 0).astype(jnp.int32)
    soldiers = jnp.ceil((inputs["personnel"][mover] * share) / jnp.maximum(loads, 1))
    orders = moves.Orders(
        ready=jnp.where(jnp.isfinite(ready), minute(ready), moves.END),
        loads=loads,
        soldiers=jnp.minimum(soldiers, moves.MOST_SOLDIERS).astype(jnp.int32),
        march=structure.marches,  # type: ignore[arg-type]
        rank=_ranks(inputs["required_day"][mover], structure.alphabet, day.shape[1]),
        refused=politics.refused,
        falls=jnp.full((structure.doomed, day.shape[1]), moves.END, jnp.int32),
    )
    return orders, day


def _falling(structure: Theatre, inputs: Inputs, politics: Politics) -> Int32[Array, "doomed run"]:
    """Minute in which each place that may fall is behind the front under the plan taken."""
    import jax.numpy as jnp

    runs = politics.believed.shape[0]
    falls = jnp.full((structure.doomed, runs), moves.END, jnp.int32)
    if not structure.doomed:
        return falls
    taken = jnp.where(structure.loss_plan[:, None] >= 0, politics.plan[structure.loss_plan], False)
    lost = jnp.where(taken & inputs["node_losses.active"], minute(inputs["lost_day"]), moves.END)
    return falls.at[structure.loss_place].min(lost, mode="drop")


def _ranks(
    required: Float[Array, "mover run"], alphabet: Int32[np.ndarray, " mover"], runs: int
) -> Int32[Array, "mover run"]:
    """Who goes first among those that ask at once: by the day it is wanted, then by id."""
    import jax.numpy as jnp

    required = jnp.broadcast_to(required, (len(alphabet), runs))
    mine, other = required[:, None], required[None]
    before = (other < mine) | ((other == mine) & (alphabet[None, :, None] < alphabet[:, None, None]))
    return jnp.sum(before, axis=1, dtype=jnp.int32)


def measured(structure: Theatre, inputs: Inputs) -> moves.Ways:
    """Travel times and headways of each run, in whole minutes.

    Nothing passes a capacity of zero: whoever comes to it goes no farther, and nobody queues for it.
    """
    import jax.numpy as jnp

    runs = inputs["report_day"].shape[0]

    hours = [
        structure.road_length[:, None] / inputs["road_speed"],
        structure.rail_length[:, None] / inputs["rail_speed"],
        structure.sea_length[:, None] / inputs["sea_speed"],
        structure.air_length[:, None] / inputs["air_speed"],
    ]
    still = jnp.zeros(runs)
    handling = [inputs[x] for x in ("ship_loading", "gauge_transfer", "rail_loading", "kit_draw")]
    handling = [handling[0], still, *handling[1:], still]
    delays = [inputs["road_border_delay"], inputs["rail_border_delay"], *(jnp.zeros_like(x) for x in hours[2:])]
    border = _stacked(
        [*(x * inputs["border_delay_share"] for x in delays), *[still] * len(handling)], structure.edge_slot, runs
    )
    marched = [structure.road_length[:, None] / inputs[x] for x in ("heavy_march", "wheeled_march")]
    days = [
        _stacked(
            [jnp.maximum(hours[0] / 24, march), *(x / 24 for x in hours[1:]), *handling], structure.edge_slot, runs
        )
        for march in marched
    ]
    headway, shut = headways(structure, inputs)
    closed = shut[structure.grid.resource]
    travel = [jnp.where(closed, moves.END, jnp.rint(jnp.minimum((x + border) * DAY, moves.END))) for x in days]
    return moves.Ways(
        travel=jnp.stack(travel).astype(jnp.int32),
        border=jnp.rint(border * DAY).astype(jnp.int32),
        headway=headway,
    )


def _stacked(parts: Iterable[Any], slots: Int32[np.ndarray, " slot"], runs: int) -> Float[Array, "slot run"]:
    """What stands in some slots, if all parts stand one below the other."""
    import jax.numpy as jnp

    return jnp.concatenate([jnp.broadcast_to(jnp.atleast_2d(x), (jnp.atleast_2d(x).shape[0], runs)) for x in parts])[
        slots
    ]


def headways(structure: Theatre, inputs: Inputs) -> tuple[Int32[Array, "resource run"], Bool[Array, "resource run"]]:
    """Minutes between loads at each capacity, as movement counts them; and which capacities are zero."""
    import jax.numpy as jnp

    headway = spacing(structure, inputs)
    shut = headway >= moves.MOST
    return counted(jnp.asarray(structure.grid.flown[:, None]), jnp.where(shut, 0.0, headway)), shut


def spacing(structure: Theatre, inputs: Inputs) -> Float[Array, "resource run"]:
    """Minutes between loads (or soldiers flown) at each capacity, MOST where it is zero."""
    return _stacked(_headways(structure, inputs), structure.resource_slot, inputs["report_day"].shape[0])


def counted(flown: Bool[Array, "..."], headway: Float[Array, "..."]) -> Int32[Array, "..."]:
    """Headways in the whole units that movement counts."""
    import jax.numpy as jnp

    most = jnp.where(flown, moves.MOST_FLOWN, moves.MOST)
    return jnp.rint(jnp.minimum(jnp.where(flown, headway * moves.SHARE, headway), most)).astype(jnp.int32)


def _headways(structure: Theatre, inputs: Inputs) -> list[Any]:
    """Minutes between loads (or soldiers flown) on roads, railways, sea, air, in ports, at gauge breaks, on ramps."""
    import jax.numpy as jnp

    vehicles = inputs["vehicles_per_train"]
    by_rail, in_port = 1 - inputs["rail_interdiction"], 1 - inputs["port_interdiction"]
    at_sea = 1 - inputs["sea_interdiction"] * structure.exposed[:, None]
    loads = [
        inputs["road_capacity"] / vehicles,
        inputs["rail_capacity"] * by_rail,
        inputs["sea_capacity"] * at_sea / vehicles,
        inputs["air_capacity"],
        inputs["port_throughput"] * in_port / vehicles,
        inputs["gauge_throughput"] * by_rail,
        inputs["ramp_capacity"] * by_rail,
    ]
    there = [inputs[f"{table}.active"] for table in CAPACITIES]
    loads = [jnp.where(active, x, 0) for x, active in zip(loads, there, strict=True)]
    slowest = DAY / moves.MOST
    return [
        *(jnp.where(x > slowest, DAY / jnp.maximum(x, slowest), moves.MOST) for x in loads),
        jnp.zeros_like(vehicles),
    ]


def closure(
    structure: Theatre,
    inputs: Inputs,
    orders: moves.Orders,
    order_day: Float[Array, "formation run"],
    movement: moves.Movement,
) -> tuple[Float[Array, "formation run"], Float[Array, "formation run"]]:
    """The day on which each formation has closed, and its worth in brigades then.

    One that moved has closed when its last load has come and is integrated; one in place
    when it mans its positions, less the share that surprise caught.
    """
    closed, kept = standing(structure, inputs, order_day)
    if len(structure.movers):
        arrival = arrival_day(orders, movement)
        closed = closed.at[structure.movers].set(arrival + inputs["integration"][structure.movers])
    return closed, inputs["brigade_equivalents"] * inputs["turnout"] * kept


def standing(
    structure: Theatre, inputs: Inputs, order_day: Float[Array, "formation run"]
) -> tuple[Float[Array, "formation run"], Float[Array, "formation run"]]:
    """The day on which each formation mans its positions if it need not move, and the share of it left by surprise."""
    import jax.numpy as jnp

    there = inputs["formations.active"] & (inputs["turnout"] > 0)
    closed = jnp.where(there, order_day + inputs["notice_to_move"] + inputs["to_positions"], jnp.inf)
    lost = caught(-order_day, inputs["surprise_share"], inputs["surprise_lead"])
    return closed, jnp.where(structure.moves[:, None], 1, 1 - lost)
