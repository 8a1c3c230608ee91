"""Warning and decision: who is told to move when.

The attack comes at t = 0, usable warning w days before. It is believed or not. Then

    alliance   d = min(-w + d_alliance if believed, d_after_attack)                   (1)
    nation j   d_j = min(-w + d_j if believed, 0)                                     (2)
    delegated  d = -w if believed, else 0                                             (3)

An attacker that sees the alliance decide may strike early: the attack then comes `lag`
days after the decision, if that is before it was planned, which shortens every lead by as
much. Of a formation in place that share is caught for which its own order came too late:

    caught = s0 max(0, 1 - lead / L)                                                  (4)

with lead the days between that order and the attack. Believing less is no gain: a
false alarm costs a mobilisation, and the case says how many there are in a year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float


class Decision(NamedTuple):
    """Days from the attack, negative before it.

    Attributes
    ----------
    alliance : array (run,)
    nation : array (nation, run)
    delegated : array (run,)
    """

    alliance: Float[Array, " run"]
    nation: Float[Array, "nation run"]
    delegated: Float[Array, " run"]


def decide(
    warning: Float[Array, " run"],
    believed: Bool[Array, " run"],
    alliance_delay: Float[Array, " run"],
    delay_after_attack: Float[Array, " run"],
    national_delay: Float[Array, "nation run"],
) -> Decision:
    """Equations (1) to (3).

    Parameters
    ----------
    warning, alliance_delay, delay_after_attack : arrays (run,)
        Days, none negative.
    believed : array of bool (run,)
    national_delay : array (nation, run)
        Days.

    Returns
    -------
    Decision
    """
    import jax.numpy as jnp

    def at(delay: Float[Array, "..."], latest: Float[Array, "..."] | float) -> Float[Array, "..."]:
        return jnp.where(believed, jnp.minimum(delay - warning, latest), latest)

    return Decision(at(alliance_delay, delay_after_attack), at(national_delay, 0.0), at(jnp.zeros_like(warning), 0.0))


def strike_early(decision: Decision, lag: Float[Array, " run"], strikes: Bool[Array, " run"]) -> Decision:
    """The same decisions counted from an attack that comes `lag` days after the alliance's, where that is earlier.

    The decisions keep their own dates, but for those the attack overtakes: a nation that would
    have decided only after the new attack decides when it comes.
    """
    import jax.numpy as jnp

    attack = jnp.where(strikes, jnp.minimum(decision.alliance + lag, 0.0), 0.0)
    shifted = Decision(*(x - attack for x in decision))
    return Decision(shifted.alliance, jnp.minimum(shifted.nation, 0.0), jnp.minimum(shifted.delegated, 0.0))


def caught(
    lead: Float[Array, "formation run"], share: Float[Array, " run"], enough: Float[Array, " run"]
) -> Float[Array, "formation run"]:
    """Share of each formation in place that is caught: equation (4); lead and `enough` in days."""
    import jax.numpy as jnp

    return share * jnp.clip(1.0 - jnp.maximum(lead, 0.0) / enough, 0.0, 1.0)
