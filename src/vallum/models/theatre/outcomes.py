"""What a run of the theatre gives: brigades by day, every formation's days, axes, and what passed each capacity."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.models.theatre import deployment as moves
from vallum.models.theatre.clock import BEFORE, WHOLE, arrival_day, in_days, minute
from vallum.models.theatre.network import (
    GAUGE,
    LIFT,
    LINE,
    PORT,
    RAMP,
)
from vallum.models.theatre.structure import CAPACITIES, Theatre
from vallum.models.theatre.warning import caught

if TYPE_CHECKING:
    from jaxtyping import Array, Float, Int32

    from vallum.models.contract import Inputs, Outcomes


def in_sum(
    structure: Theatre,
    inputs: Inputs,
    order_day: Float[Array, "formation run"],
    closed: Float[Array, "formation run"],
    worth: Float[Array, "formation run"],
) -> Outcomes:
    """Brigades closed, and those caught by surprise."""
    import jax.numpy as jnp

    moving, report = structure.moves[:, None], inputs["report_day"]
    there = inputs["formations.active"] & ~moving
    lost = caught(-order_day, inputs["surprise_share"], inputs["surprise_lead"])

    def total(which: Any, what: Any = worth) -> Float[Array, " run"]:
        return jnp.sum(jnp.where(which, what, 0), axis=0)

    return {
        "brigades_closed": total(closed <= report),
        "reinforcements_closed": total(moving & (closed <= report)),
        "brigades_on_attack_day": total(closed <= 0),
        "brigades_caught": total(there, inputs["brigade_equivalents"] * inputs["turnout"] * lost),
    }


def by_day(
    structure: Theatre,
    inputs: Inputs,
    orders: moves.Orders,
    movement: moves.Movement,
    closed: Float[Array, "formation run"],
    worth: Float[Array, "formation run"],
) -> Outcomes:
    """Brigades, worth and vehicles along the clock."""
    import jax
    import jax.numpy as jnp

    moving, mover = structure.moves[:, None], structure.movers
    vehicles = (inputs["vehicles"] * inputs["turnout"])[mover]
    total = jnp.maximum(orders.loads, 1)

    def share(day: Float[Array, "..."]) -> Float[Array, "mover run"]:
        """Of each formation, what has arrived by a day, train by train."""
        return moves.loads_by(jnp.broadcast_to(minute(day), total.shape), orders, movement).astype(day.dtype) / total

    def one(day: Float[Array, ""]) -> tuple[Float[Array, " run"], ...]:
        there = jnp.where(closed <= day, worth, 0)
        fit = share(day - inputs["integration"][mover]) if len(mover) else jnp.zeros(total.shape)
        value = jnp.sum(jnp.where(fit >= 0.5, fit, 0) * worth[mover], axis=0)
        moved = jnp.sum(jnp.where(moving, there, 0), axis=0)
        arrived = jnp.sum(share(day) * vehicles, axis=0)
        return jnp.sum(there, axis=0), moved, jnp.sum(jnp.where(moving, 0, there), axis=0) + value, arrived

    days = jnp.arange(structure.days, dtype=closed.dtype)
    along: Callable[..., tuple[Float[Array, "day run"], ...]] = jax.lax.map  # pyright: ignore[reportUnknownVariableType]
    brigades, moved, value, arrived = along(one, days)
    report = jnp.clip(inputs["report_day"], 0, structure.days - 1).astype(jnp.int32)
    enough = brigades >= inputs["needed_brigades"] - WHOLE
    return {
        "brigades_by_day": brigades,
        "reinforcements_by_day": moved,
        "combat_value_by_day": value,
        "vehicles_by_day": arrived,
        "vehicles_arrived": jnp.take_along_axis(arrived, report[None], axis=0)[0],
        "needed_closed_day": jnp.min(jnp.where(enough, days[:, None], jnp.inf), axis=0),
    }


def by_formation(
    structure: Theatre,
    inputs: Inputs,
    orders: moves.Orders,
    movement: moves.Movement,
    order_day: Float[Array, "formation run"],
    closed: Float[Array, "formation run"],
) -> Outcomes:
    """When each formation closed, and what its last element spent the days on; NaN where it never does."""
    import jax.numpy as jnp

    mover, shape = structure.movers, closed.shape
    runs, known = shape[1], jnp.isfinite(closed)

    def all_rows(values: Any, rest: float = 0.0) -> Float[Array, "formation run"]:
        """Values of those that move among all formations."""
        return jnp.full(shape, rest, closed.dtype).at[mover].set(values) if len(mover) else jnp.full(shape, rest)

    last = jnp.maximum(jnp.minimum(orders.loads, moves.SERIALS) - 1, 0)  # the last serial that has loads
    waits = movement.waits.reshape(len(mover), moves.SERIALS, moves.WAITS, runs)
    waits = jnp.take_along_axis(waits, last[:, None, None], axis=1)[:, 0]
    waits = in_days(waits)
    on_the_way = arrival_day(orders, movement) - (in_days(orders.ready) - BEFORE)
    spent = {
        "notice_days": jnp.broadcast_to(inputs["notice_to_move"], shape),
        "moving_days": all_rows(on_the_way - jnp.sum(waits, axis=1)),
        "border_days": all_rows(waits[:, moves.BORDER]),
        "line_wait_days": all_rows(waits[:, LINE]),
        "ramp_wait_days": all_rows(waits[:, RAMP]),
        "gauge_wait_days": all_rows(waits[:, GAUGE]),
        "port_wait_days": all_rows(waits[:, PORT]),
        "lift_wait_days": all_rows(waits[:, LIFT]),
        "integration_days": jnp.where(structure.moves[:, None], inputs["integration"], inputs["to_positions"]),
    }
    return {
        "closed_day": closed,
        "order_day": order_day,
        "sent": jnp.broadcast_to(jnp.isfinite(order_day), shape),
        "cut_off": all_rows(moves.cut_off(orders, movement)) > 0.5,
        **{name: jnp.where(known, x, jnp.nan) for name, x in spent.items()},
    }


def by_axis(
    structure: Theatre, inputs: Inputs, closed: Float[Array, "formation run"], worth: Float[Array, "formation run"]
) -> Outcomes:
    """Who is on each axis by the report day, and before the attacker would be there unopposed."""
    import jax.numpy as jnp

    reach = jnp.asarray(structure.axis_length[:, None] / inputs["advance_rate"])

    def on_axes(which: Any) -> Float[Array, "axis run"]:
        mine = structure.axis == np.arange(len(reach))[:, None]
        return jnp.sum(jnp.where(mine[:, :, None], jnp.where(which, worth, 0), 0), axis=1)

    def before(axis: Int32[np.ndarray, " formation"]) -> Any:
        until = jnp.concatenate([reach, jnp.zeros_like(reach[:1])])[axis]
        return closed <= until

    early = before(structure.axis)
    helped = on_axes(early & structure.moves[:, None]) >= 1 - WHOLE
    return {
        "on_axis": on_axes(closed <= inputs["report_day"]),
        "reach_day": reach,
        "before_reach": on_axes(early),
        "axes_reinforced_in_time": jnp.sum(helped & inputs["axes.active"], axis=0, dtype=jnp.int32),
    }


def by_capacity(structure: Theatre, inputs: Inputs, movement: moves.Movement) -> Outcomes:
    """Vehicles that passed each link, port, gauge break and railhead, and the days that they waited for it."""
    import jax.numpy as jnp

    runs = inputs["report_day"].shape[0]
    vehicles = inputs["vehicles_per_train"]
    sizes = [inputs[f"{table}.active"].shape[0] for table in CAPACITIES]
    found: Outcomes = {}
    for ending, counted in (("wait", in_days(movement.queues)), ("traffic", movement.used)):
        each = counted.reshape(-1, runs) * vehicles
        below = jnp.zeros((sum(sizes) + 1, runs), each.dtype).at[structure.resource_slot].add(each)
        parts = jnp.split(below, np.cumsum(sizes))
        found |= {f"{x}_{ending}": part for x, part in zip(CAPACITIES.values(), parts, strict=False)}
    return found
