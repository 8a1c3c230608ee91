"""Air, sea and fires: what the alliance's air and naval forces change, and by when.

Air superiority acts on units in contact through the engagement law alone; explicit strikes
act on the attacker's reserves alone; nothing counts twice. Both grow for the defender, from
the start s on (the alliance's decision or the attack, whichever is later), over the days it takes
to suppress air defences:

    won(t)         = clip((t - s) / suppression_days, 0, 1), 0 without the alliance             (1)
    superiority(t) = start + (end - start) won(t)                                              (2)
    strikes(t)     = peak won(t) left(t) personnel a day                                       (3)
    left(t)        = (1 - losses a sortie)^(sorties a day (t - s))                             (4)

(4) are Epstein's remaining aircraft (1985, A-12). At sea the share lost to mines, missiles and
submarines falls as control is won:

    lost(t) = share (1 - clip((t - s) / sea_control_days, 0, 1)), 0 before the attack            (5)

and so for exposed sea routes and for ports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxtyping import Array, Float

    from vallum.models.contract import Inputs


def _won(day: Float[Array, "..."], decision: Float[Array, " run"], needed: Float[Array, " run"]) -> Float[Array, "..."]:
    import jax.numpy as jnp

    return jnp.clip((day - jnp.maximum(decision, 0.0)) / needed, 0.0, 1.0)


def _air_won(
    day: Float[Array, "..."], decision: Float[Array, " run"], comes: Float[Array, " run"], inputs: Inputs
) -> Float[Array, "..."]:
    """Equation (1); `comes` is 1 where the alliance intervenes."""
    return comes * _won(day, decision, inputs["air_defence_suppression_days"])


def superiority(
    day: Float[Array, "..."], decision: Float[Array, " run"], comes: Float[Array, " run"], inputs: Inputs
) -> Float[Array, "..."]:
    """The attacker's air superiority, -1 to 1: equation (2)."""
    start, end = inputs["air_superiority_start"], inputs["air_superiority_end"]
    return start + (end - start) * _air_won(day, decision, comes, inputs)


def strikes(
    day: Float[Array, "..."], decision: Float[Array, " run"], comes: Float[Array, " run"], inputs: Inputs
) -> Float[Array, "..."]:
    """Soldiers of the attacker's reserves destroyed in a day: equations (3) and (4)."""
    import jax.numpy as jnp

    flown = inputs["sorties_per_day"] * jnp.maximum(day - jnp.maximum(decision, 0.0), 0.0)
    left = (1.0 - inputs["sortie_losses"]) ** flown
    peak = inputs["strike_battalions"] * inputs["battalion_personnel"]
    return peak * _air_won(day, decision, comes, inputs) * left


def sea_share_lost(
    day: Float[Array, "..."], decision: Float[Array, " run"], inputs: Inputs
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Shares of the capacity of exposed sea routes and of ports that are lost on a day: equation (5)."""
    import jax.numpy as jnp

    left = jnp.where(day < 0, 0.0, 1.0 - _won(day, decision, inputs["sea_control_days"]))
    return inputs["sea_interdiction"] * left, inputs["port_interdiction"] * left
