"""The campaign under a law of Lanchester's kind: losses decide who wins, and how long it takes.

Losses follow C_s = k_s N_s^q N_o^p a day, fitted on the battles of record whoever won them, with the
record's noise on k; at the size of those battles (as in `engagement`) that is

    dA/dt = -a A^(1-e) D^e,     dD/dt = -b D^(1-e) A^e,     e = (1 + p - q) / 2                (1)

so that X = A^e and Y = D^e obey Lanchester's square law, and everything has a closed form. e = 1 is the
square law, e = 1/2 the linear law (its equation of state; pace as at the size of the record), e -> 0 the
logarithmic one. With rates f = a (D/A)^e and h = b (A/D)^e of now, g = sqrt(f/h), k = e sqrt(f h):

    (A(t) / A)^e = cosh kt - g sinh kt,     (D(t) / D)^e = cosh kt - sinh kt / g               (2)

A battle ends when one side has lost the share of those it brought to it at which sides of the record had
given up; that side loses the battle. Ground is gained as under the fitted law. Posture, ground, surprise
and air superiority do not act in battle.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from vallum.models.theatre import campaign
from vallum.models.theatre.campaign import LANES, Campaign, run
from vallum.models.theatre.combat import BATTLE, Bout, Field, Fight, Ground, Place, here
from vallum.models.theatre.engagement import Law
from vallum.models.theatre.fitted_law import FITTED, beforehand, common_part, looked_up, noise_of, own_part
from vallum.spec import Tables

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32, UInt32

    from vallum.models.contract import Draws

__all__ = ["LANES", "plan", "run", "spec"]

FLATTEST = 0.05  # least exponent e: nearer to zero, powers of strengths are alike in single precision

spec = replace(
    campaign.spec,
    name="campaign_lanchester",
    title="Theatre campaign under a law of Lanchester's kind",
    reference=(
        "Lanchester, F. W. (1916), Aircraft in Warfare; coefficients fitted on CDB90 (docs/models/campaign_laws.md); "
        "the rest as the campaign (docs/models/campaign.md)"
    ),
    limits=(
        *campaign.spec.limits,
        "posture, ground, surprise and air superiority do not act in battle (favours the attacker)",
    ),
)


class Noises(NamedTuple):
    """Noise of both sides' losses, in logarithms."""

    attacker: Float[Array, "..."]
    defender: Float[Array, "..."]


class Chance(NamedTuple):
    """What a run draws: each side's part in all its battles, (run,), and the noise of first attempts, flat arrays."""

    common: tuple[Float[Array, " run"], Float[Array, " run"]]
    first: Noises


class Since(NamedTuple):
    """How it was when the battle of each axis began: its day, and losses until then, arrays (axis, run)."""

    day: Float[Array, "axis run"]
    attackers_lost: Float[Array, "axis run"]
    defenders_lost: Float[Array, "axis run"]


def plan(tables: Tables) -> Campaign:
    """The campaign's plan, its battles by this law."""
    found = campaign.plan(tables)
    fits = found.fits._replace(whole=found.fits.whole & found.fits.rivals)
    return found._replace(rules=LANCHESTER, fits=fits)


def exponent(law: Law) -> Float[Array, " run"]:
    """The exponent e of equation (1)."""
    import jax.numpy as jnp

    return jnp.maximum(0.5 * (1.0 + law.scale["lanchester_enemy"] - law.scale["lanchester_own"]), FLATTEST)


def _draw(ground: Ground, law: Law, draws: Draws) -> Chance:
    common = common_part(noise_of(law, "lanchester"), draws)

    def drawn(key: UInt32[Array, "..."], attempt: Int32[Array, "..."]) -> Noises:
        return _drawn(law, common, draws, key, attempt)

    return Chance(common, beforehand(ground, drawn))


def _drawn(
    law: Law,
    common: tuple[Float[Array, " run"], Float[Array, " run"]],
    draws: Draws,
    key: UInt32[Array, "..."],
    attempt: Int32[Array, "..."],
) -> Noises:
    attacker, defender = own_part(noise_of(law, "lanchester"), draws, key, attempt)
    return Noises(common[0] + attacker, common[1] + defender)


def _begin(ground: Ground) -> Since:
    import jax.numpy as jnp

    return Since(*(jnp.zeros_like(ground.length[:, 0]) for _ in Since._fields))


def _rates(field: Field, fight: Fight, at: Place) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    """Share of its soldiers that each side loses a day at the pace of now: f and h of equation (2)."""
    import jax.numpy as jnp

    ground, law, chance = field.ground, field.conditions.law, field.conditions.chance

    def further() -> Noises:
        return _drawn(law, chance.common, field.draws, here(ground.key, fight.segment), fight.attempt)

    noise = looked_up(chance.first, ground, fight, further)
    scale = law.scale
    size = (scale["lanchester_own"] + scale["lanchester_enemy"] - 1.0) * jnp.log(scale["reference_strength"])
    lean = exponent(law) * (jnp.log(jnp.maximum(fight.attackers, 1.0)) - jnp.log(jnp.maximum(at.there, 1.0)))
    attacker = jnp.exp(scale["lanchester_attacker"] + size - lean + noise.attacker)
    return attacker, jnp.exp(scale["lanchester_defender"] + size + lean + noise.defender)


def _days_until(
    power: Float[Array, " run"], own: Float[Array, "axis run"], enemy: Float[Array, "axis run"], left: Array
) -> Float[Array, "axis run"]:
    """Days until a side has `exp(left)` of its strength of now, infinite if never: equation (2) solved for t.

    With w = exp(e left) and s = sqrt(w^2 + g^2 - 1), exp(kt) = (1 + g) / (w + s).
    """
    import jax.numpy as jnp

    lean, short = jnp.sqrt(own / enemy), -jnp.expm1(power * jnp.minimum(left, 0.0))
    left = 1.0 - short
    under = lean**2 - short * (1.0 + left)
    root = jnp.sqrt(jnp.maximum(under, 0.0))
    grown = jnp.log1p(short * (1.0 + (1.0 + left) / (root + lean)) / (left + root))
    return jnp.where(under >= 0, grown / (power * jnp.sqrt(own * enemy)), jnp.inf)


def _kept(
    power: Float[Array, " run"], own: Float[Array, "axis run"], enemy: Float[Array, "axis run"], days: Array
) -> Float[Array, "axis run"]:
    """Logarithm of the share of a side that is left after some days: equation (2)."""
    import jax.numpy as jnp

    time = power * jnp.sqrt(own * enemy) * days
    change = 2.0 * jnp.sinh(0.5 * time) ** 2 - jnp.sqrt(own / enemy) * jnp.sinh(time)
    return jnp.log1p(jnp.maximum(change, -1.0)) / power


def _bout(field: Field, fight: Fight, at: Place, starts: Bool[Array, "axis run"]) -> Bout:
    import jax.numpy as jnp

    scale, power = field.conditions.law.scale, exponent(field.conditions.law)
    lost = fight.attackers_lost, jnp.sum(fight.defenders_lost, axis=0)
    since = Since(*(jnp.where(starts, x, y) for x, y in zip((fight.now, *lost), fight.memory, strict=True)))
    attacker, defender = rates = _rates(field, fight, at)

    def left(name: str, there: Array, lost: Array) -> Array:
        """Logarithm of the share of those there now with whom a side gives up."""
        return jnp.log1p(-scale[f"give_up_{name}"]) + jnp.log1p(jnp.maximum(lost, 0.0) / jnp.maximum(there, 1.0))

    gives_up = (
        _days_until(power, attacker, defender, left("attacker", fight.attackers, lost[0] - since.attackers_lost)),
        _days_until(power, defender, attacker, left("defender", at.there, lost[1] - since.defenders_lost)),
    )
    days = jnp.minimum(*gives_up)
    fights = starts | (fight.mode == BATTLE)
    lasts = jnp.where(fights, fight.now - since.day + days, fight.lasts)
    wins = gives_up[1] <= gives_up[0]
    return Bout(fight.chance, lasts, jnp.where(fights, days, fight.left), wins, rates, since)


def _lost(
    field: Field,
    bout: Bout,
    days: Float[Array, "axis run"],
    fighting: Bool[Array, "axis run"],
    marching: Float[Array, "axis run"],
) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    import jax.numpy as jnp

    power, (attacker, defender) = exponent(field.conditions.law), bout.rates
    days_of_battle = jnp.where(fighting, days, 0.0)
    return (
        -jnp.expm1(jnp.where(fighting, _kept(power, attacker, defender, days_of_battle), -days * marching)),
        -jnp.expm1(_kept(power, defender, attacker, days_of_battle)),
    )


def _odds(field: Field, fight: Fight) -> Float[Array, "axis run"]:
    """None: losses decide."""
    return fight.chance


def _after(
    fight: Fight, at: Place, bout: Bout, over: Bool[Array, "axis run"], moving: Bool[Array, "axis run"]
) -> Since:
    return bout.memory


LANCHESTER = FITTED._replace(
    draw=_draw, begin=_begin, odds=_odds, bout=_bout, lost=_lost, after=_after
)  # width, gain and repulse as fitted
"""Whoever makes the other give up first wins."""
