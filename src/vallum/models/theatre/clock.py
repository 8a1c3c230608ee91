"""The clock of movement: whole minutes, counted from some time before the attack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vallum.models.theatre import deployment as moves

if TYPE_CHECKING:
    from jaxtyping import Array, Float, Int32

BEFORE = 200  # days before the attack on which the clock of movement starts
DAY = 1440  # minutes
WHOLE = 1e-4  # brigades: sums of thirds make whole ones


def minute(day: Float[Array, "..."]) -> Int32[Array, "..."]:
    """Minute of the clock of movement for a day counted from the attack."""
    import jax.numpy as jnp

    return jnp.rint(jnp.clip((day + BEFORE) * DAY, 0, moves.END)).astype(jnp.int32)


def in_days(minutes: Int32[Array, "..."]) -> Float[Array, "..."]:
    """Minutes as days, in the precision of the study: dividing whole numbers would give single precision."""
    import jax.numpy as jnp

    return minutes.astype(jnp.result_type(float)) / DAY


def arrival_day(orders: moves.Orders, movement: moves.Movement) -> Float[Array, "mover run"]:
    """Day on which the last load of each formation arrives, infinite where it does not."""
    import jax.numpy as jnp

    loads, last, _ = moves.arrivals(orders, movement)
    latest = jnp.max(jnp.where(loads > 0, last, 0), axis=1)
    return jnp.where((orders.loads == 0) | (latest >= moves.END), jnp.inf, in_days(latest) - BEFORE)
