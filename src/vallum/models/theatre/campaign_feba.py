"""The campaign under attrition and expansion of the front (FEBA): depth costs the defender divisions.

Kugler's model as Posen used it (1991, ch. 3 and App. 3) and Tecott & Halterman (2021) published it; the whole
of it, for a theatre, is `vallum.models.feba_expansion`. Here it is the law of an axis whose front is w km wide
(the segment's frontage) and x km deep in the defender's ground, both flanks of which have to be held:

    width to be covered = w + 2 x                                                                 (1)
    assault S = A s,   s = (w / oA) / (w / oA + 2 x / oF)                                         (2)
    attackers lost in a day = a S                                                                 (3)
    defenders lost = attackers lost / X                                                           (4)
    km gained in a day = v                                                                        (5)

A soldiers attack; whoever does not guard a flank assaults, each at the km for a division that the source gives
(oA, oF). The source keeps the assault at strength from reserves and asks whether the divisions suffice; here
the axis has the soldiers that it has, and the assault shrinks with them. The width is compared with what the
defender's brigades hold, as everywhere in the campaign; where they hold less, the attacker marches.

a, X, v, oA and oF are drawn once a run, even over the ranges that Tecott & Halterman give after Posen
(`RANGES`), as in their calculator. Close air support is left out: the campaign's air forces strike reserves
(`air`). x and w are those of the morning of each day of contact, in which the force falls by the same share of
itself in every hour; so the campaign's step decides no more than when arrivals count. v is at most as fast as
where nobody holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from vallum.models.theatre import campaign
from vallum.models.theatre.campaign import LANES, Campaign, run
from vallum.models.theatre.combat import Bout, Field, Fight, Ground, Place, Rules, depth, frontage
from vallum.models.theatre.contact import LIMITS, OUTCOMES, days_through, no_odds
from vallum.models.theatre.engagement import Law
from vallum.spec import Tables

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float

    from vallum.models.contract import Draws

__all__ = ["LANES", "plan", "run", "spec"]

spec = replace(
    campaign.spec,
    name="campaign_feba",
    title="Theatre campaign under attrition and expansion of the front",
    reference=(
        "Posen, B. R. (1991), Inadvertent Escalation, ch. 3 and App. 3; Tecott, R. and Halterman, A. (2021), "
        "International Security 45(4), 79-80, with the ranges of their calculator (docs/models/campaign_laws.md); "
        "the rest as the campaign (docs/models/campaign.md)"
    ),
    outcomes=OUTCOMES,
    streams=(*campaign.spec.streams, "expansion"),
    limits=(
        *LIMITS,
        "the attacker gains ground whatever the forces, as long as it attacks (favours the attacker)",
        "flanks are as long as the penetration is deep, whatever covers them (favours the attacker)",
    ),
)


class Expansion(NamedTuple):
    """What a run draws, arrays (run,).

    Attributes
    ----------
    attrition : array
        a, share of the assault force lost in a day.
    exchange : array
        X, attackers lost for each defender lost.
    advance : array
        v, km a day.
    assault, holding : array
        oA and oF, km for a division that assaults, and for one that guards a flank.
    """

    attrition: Float[Array, " run"]
    exchange: Float[Array, " run"]
    advance: Float[Array, " run"]
    assault: Float[Array, " run"]
    holding: Float[Array, " run"]


RANGES = {
    "attrition": (0.012, 0.075),
    "exchange": (1.5, 2.0),
    "advance": (2.0, 5.0),
    "assault": (10.0, 25.0),
    "holding": (22.0, 33.0),
}
"""Of Tecott & Halterman's calculator, after Posen (1991, pp. 108-121)."""


class Exchange(NamedTuple):
    """What a day of contact needs to know: array (axis, run).

    Attributes
    ----------
    defender : array
        Share of the defenders there now lost for each share of the attackers there now: A / (X D).
    """

    defender: Float[Array, "axis run"]


def plan(tables: Tables) -> Campaign:
    """The campaign's plan, its battles by this law."""
    return campaign.plan(tables)._replace(rules=FEBA)


def width(ground: Ground, fight: Fight) -> Float[Array, "axis run"]:
    """Km to be covered, the segment's front and both flanks: (1)."""
    return frontage(ground, fight) + 2.0 * depth(ground, fight)


def assaulting(
    front: Float[Array, "axis run"], flanks: Float[Array, "axis run"], drawn: Expansion
) -> Float[Array, "axis run"]:
    """Share of the attackers who assault, with a front and flanks in km: (2)."""
    import jax.numpy as jnp

    return front / jnp.maximum(front + flanks * drawn.assault / drawn.holding, 1e-6)


def _draw(ground: Ground, law: Law, draws: Draws) -> Expansion:
    ends = enumerate(RANGES[name] for name in Expansion._fields)
    return Expansion(*(low + (high - low) * draws.uniform("expansion", at) for at, (low, high) in ends))


def _begin(ground: Ground) -> Exchange:
    import jax.numpy as jnp

    return Exchange(jnp.zeros_like(ground.length[:, 0]))


def _pace(field: Field, at: Place) -> Float[Array, "axis run"]:
    """Km a day: (5)."""
    import jax.numpy as jnp

    return jnp.minimum(field.conditions.chance.advance, at.free)


def _bout(field: Field, fight: Fight, at: Place, starts: Bool[Array, "axis run"]) -> Bout:
    import jax.numpy as jnp

    drawn: Expansion = field.conditions.chance
    through = days_through(fight, at, _pace(field, at))
    lasts = jnp.where(starts, jnp.minimum(1.0, through), fight.lasts)
    share = assaulting(at.width, 2.0 * (at.start + fight.along), drawn)
    attacker = -jnp.log1p(-drawn.attrition * share)  # (3): a S in a whole day
    defender = fight.attackers / (drawn.exchange * jnp.maximum(at.there, 1.0))  # (4)
    left = jnp.where(starts, lasts, fight.left)
    return Bout(fight.chance, lasts, left, through <= 1.0, (attacker, attacker * defender), Exchange(defender))


def _lost(
    field: Field,
    bout: Bout,
    days: Float[Array, "axis run"],
    fighting: Bool[Array, "axis run"],
    marching: Float[Array, "axis run"],
) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    """Shares lost: (3) and (4)."""
    import jax.numpy as jnp

    attacker = -jnp.expm1(-days * jnp.where(fighting, bout.rates[0], marching))
    return attacker, jnp.where(fighting, jnp.minimum(attacker * bout.memory.defender, 1.0), 0.0)


def _gain(field: Field, at: Place, bout: Bout) -> Float[Array, "axis run"]:
    return _pace(field, at) * bout.lasts


def _after(
    fight: Fight, at: Place, bout: Bout, over: Bool[Array, "axis run"], moving: Bool[Array, "axis run"]
) -> Exchange:
    return bout.memory


FEBA = Rules(
    draw=_draw,
    begin=_begin,
    width=width,
    odds=no_odds,
    bout=_bout,
    lost=_lost,
    gain=_gain,
    after=_after,
    repulse=False,
)
"""Nobody wins; every km gained lengthens the line."""
