"""The campaign under Epstein's Adaptive Dynamic Model: both sides trade ground and pace for losses.

Epstein, J. M. (1985), The Calculus of Conventional War, Brookings, appendix, equations A-1 to A-9 (his
numbers). The attacker presses as hard as brings its losses to what it accepts; the defender falls back as
fast as its losses exceed what it accepts, and what it gives up in ground spares both sides losses:

    A(t) = A(t-1) [1 - alpha(t-1)]                                                                 (A-1)
    D(t) = D(t-1) - alpha(t-1) A(t-1) / p                                                          (A-2)
    alpha(t) = alpha_g(t) [1 - W(t) / Wmax]                                                        (A-3)
    W(t) = 0 if ad(t-1) <= adT, else W(t-1) + (Wmax - W(t-1)) (ad(t-1) - adT) / (1 - adT)          (A-4)
    alpha_g(t) = alpha_g(t-1) - (aaT - alpha_g(t-1)) (aa(t-1) - aaT) / aaT                         (A-6)
    aa = alpha,  ad = alpha A / (p D)      shares of A and D lost in a day                    (A-8, A-9)

alpha_g is the prosecution rate, W the withdrawal in km a day. His air part (A-10 to A-13) is left out: the
campaign's air forces strike reserves (`air`). Soldiers stand for his points of lethality, and his published
base case (`BASE`) for every force; the model has no chance of its own.

A day t is a day of contact of an axis. Within it losses are even in time, and whoever comes counts from then
on, so that the campaign's step decides no more than when arrivals count. The attacker follows at W, at most
as fast as where nobody holds. Contact lasts until the attacker marches where nobody holds; the next one
begins as the first. When the attacker gives up, and when the defender holds no line, the campaign says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from vallum.models.theatre import campaign
from vallum.models.theatre.campaign import LANES, Campaign, run
from vallum.models.theatre.combat import Bout, Field, Fight, Ground, Place, Rules, frontage
from vallum.models.theatre.contact import LIMITS, OUTCOMES, days_through, no_odds
from vallum.models.theatre.engagement import Law
from vallum.spec import Tables

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float

    from vallum.models.contract import Draws

__all__ = ["LANES", "plan", "run", "spec"]

spec = replace(
    campaign.spec,
    name="campaign_epstein",
    title="Theatre campaign under Epstein's Adaptive Dynamic Model",
    reference=(
        "Epstein, J. M. (1985), The Calculus of Conventional War, Brookings, A-1 to A-9 with the values of its base "
        "case (docs/models/campaign_laws.md); the rest as the campaign (docs/models/campaign.md)"
    ),
    outcomes=OUTCOMES,
    limits=(*LIMITS, "both sides' thresholds and exchange are those of one book, without a spread (neither side)"),
)


class Base(NamedTuple):
    """Parameters, with the values of Epstein's base case.

    Attributes
    ----------
    prosecution : float
        alpha_g(1), share of its strength that the attacker sets out to lose in the first day.
    accepts_attacker, accepts_defender : float
        aaT and adT, shares lost a day that each side accepts.
    fastest : float
        Wmax, km a day.
    exchange : float
        p, attackers lost for each defender lost.
    """

    prosecution: float = 0.02
    accepts_attacker: float = 0.075
    accepts_defender: float = 0.05
    fastest: float = 20.0
    exchange: float = 1.5


BASE = Base()


class Adapted(NamedTuple):
    """What both sides have come to on each axis, arrays (axis, run).

    Attributes
    ----------
    prosecution, withdrawal : array
        alpha_g, and W in km a day.
    left : array
        Days left of the day of contact.
    attackers_lost, defenders_lost : array
        Losses before it began.
    """

    prosecution: Float[Array, "axis run"]
    withdrawal: Float[Array, "axis run"]
    left: Float[Array, "axis run"]
    attackers_lost: Float[Array, "axis run"]
    defenders_lost: Float[Array, "axis run"]


def plan(tables: Tables) -> Campaign:
    """The campaign's plan, its battles by this law."""
    return campaign.plan(tables)._replace(rules=EPSTEIN)


def attrition(prosecution: Float[Array, "..."], withdrawal: Float[Array, "..."]) -> Float[Array, "..."]:
    """Share of the attackers lost in a day on the ground: (A-3)."""
    return prosecution * (1.0 - withdrawal / BASE.fastest)


def withdrawn(withdrawal: Float[Array, "..."], lost: Float[Array, "..."]) -> Float[Array, "..."]:
    """Km a day that the defender falls back after a day in which it lost a share: (A-4)."""
    import jax.numpy as jnp

    excess = (lost - BASE.accepts_defender) / (1.0 - BASE.accepts_defender)
    return jnp.where(excess > 0, withdrawal + (BASE.fastest - withdrawal) * excess, 0.0)


def prosecuted(prosecution: Float[Array, "..."], lost: Float[Array, "..."]) -> Float[Array, "..."]:
    """Prosecution rate after a day in which the attacker lost a share: (A-6)."""
    accepts = BASE.accepts_attacker
    return prosecution - (accepts - prosecution) * (lost - accepts) / accepts


def _nothing_drawn(ground: Ground, law: Law, draws: Draws) -> tuple[()]:
    return ()


def _begin(ground: Ground) -> Adapted:
    import jax.numpy as jnp

    nothing = jnp.zeros_like(ground.length[:, 0])
    return Adapted(nothing + BASE.prosecution, nothing, nothing + 1.0, nothing, nothing)


def _at_dawn(fight: Fight, since: Adapted) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    """A and D: who is there, and who fell since the day of contact began."""
    import jax.numpy as jnp

    attackers = fight.attackers + fight.attackers_lost - since.attackers_lost
    there, lost = (jnp.sum(x, axis=0) for x in (fight.defenders, fight.defenders_lost))
    return attackers, there + lost - since.defenders_lost


def _bout(field: Field, fight: Fight, at: Place, starts: Bool[Array, "axis run"]) -> Bout:
    import jax.numpy as jnp

    known: Adapted = fight.memory
    fresh, fallen = starts & (known.left >= 1.0), jnp.sum(fight.defenders_lost, axis=0)
    known = known._replace(
        attackers_lost=jnp.where(fresh, fight.attackers_lost, known.attackers_lost),
        defenders_lost=jnp.where(fresh, fallen, known.defenders_lost),
    )
    through = days_through(fight, at, jnp.minimum(known.withdrawal, at.free))
    lasts = jnp.where(starts, jnp.minimum(known.left, through), fight.lasts)
    falls = attrition(known.prosecution, known.withdrawal) * _at_dawn(fight, known)[0]
    rates = falls / jnp.maximum(fight.attackers, 1.0), falls / BASE.exchange / jnp.maximum(at.there, 1.0)
    left = jnp.where(starts, lasts, fight.left)
    return Bout(fight.chance, lasts, left, through <= known.left, rates, known)


def _lost(
    field: Field,
    bout: Bout,
    days: Float[Array, "axis run"],
    fighting: Bool[Array, "axis run"],
    marching: Float[Array, "axis run"],
) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    """Shares lost: (A-1) and (A-2), even in time."""
    import jax.numpy as jnp

    attacker, defender = (jnp.minimum(days * x, 1.0) for x in bout.rates)
    return jnp.where(fighting, attacker, -jnp.expm1(-days * marching)), jnp.where(fighting, defender, 0.0)


def _gain(field: Field, at: Place, bout: Bout) -> Float[Array, "axis run"]:
    import jax.numpy as jnp

    return jnp.minimum(bout.memory.withdrawal, at.free) * bout.lasts


def _after(
    fight: Fight, at: Place, bout: Bout, over: Bool[Array, "axis run"], moving: Bool[Array, "axis run"]
) -> Adapted:
    import jax.numpy as jnp

    known: Adapted = bout.memory
    attackers, defenders = _at_dawn(fight, known)
    alpha = attrition(known.prosecution, known.withdrawal)
    lost = jnp.minimum(alpha * attackers / (BASE.exchange * jnp.maximum(defenders, 1.0)), 1.0)
    whole, first = over & (bout.lasts >= known.left), moving & ~fight.won
    prosecution = jnp.where(whole, prosecuted(known.prosecution, alpha), known.prosecution)
    withdrawal = jnp.where(whole, withdrawn(known.withdrawal, lost), known.withdrawal)
    return Adapted(
        prosecution=jnp.where(first, BASE.prosecution, prosecution),
        withdrawal=jnp.where(first, 0.0, withdrawal),
        left=jnp.where(first | whole, 1.0, known.left - jnp.where(over, bout.lasts, 0.0)),
        attackers_lost=known.attackers_lost,
        defenders_lost=known.defenders_lost,
    )


EPSTEIN = Rules(
    draw=_nothing_drawn,
    begin=_begin,
    width=frontage,
    odds=no_odds,
    bout=_bout,
    lost=_lost,
    gain=_gain,
    after=_after,
    repulse=False,
)
"""Nobody wins; the defender falls back."""
