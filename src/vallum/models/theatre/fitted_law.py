"""The fitted engagement law on an axis (`engagement`; docs/models/engagement_law.md).

The length of a battle is drawn, the winner by the odds as they were at the start or when forces last
came, both sides lose at the law's rate, and the attacker gains ground at the opposed rate for each day
of a battle it wins, a little for each day of one it loses. Luck is drawn by (segment, attempt).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from vallum.models.theatre.combat import Bout, Field, Fight, Ground, Place, Rules, frontage, here
from vallum.models.theatre.engagement import Law, loss_rates, odds

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Float, Int32, UInt32

    from vallum.models.contract import Draws

ATTEMPTS = 8  # attempts on a segment whose luck is drawn beforehand; further ones are drawn as they come


class Noise(NamedTuple):
    """How far the losses of the two sides stray: standard deviations in logarithms and how they go together, (run,)."""

    attacker: Float[Array, " run"]
    defender: Float[Array, " run"]
    together: Float[Array, " run"]
    campaign: Float[Array, " run"]


class Luck(NamedTuple):
    """Luck of a battle.

    Attributes
    ----------
    days : array
        How long it lasts.
    threshold : array
        The attacker wins if its log odds are above this.
    attacker, defender : arrays
        Noise of the losses of each side, in logarithms.
    """

    days: Float[Array, "..."]
    threshold: Float[Array, "..."]
    attacker: Float[Array, "..."]
    defender: Float[Array, "..."]


class Chance(NamedTuple):
    """What a run draws for all its battles.

    Attributes
    ----------
    common : pair of arrays (run,)
        Each side's own part of its losses, attacker and defender.
    luck : Luck
        Of the first attempts on each segment, flat arrays (axis * place * attempt * run,).
    """

    common: tuple[Float[Array, " run"], Float[Array, " run"]]
    luck: Luck


def noise_of(law: Law, fit: str = "loss") -> Noise:
    """The noise of a loss equation; `fit` is how the names of its scales begin."""
    names = "sd_attacker", "sd_defender", "sides_correlation", "campaign_share"
    return Noise(*(law.scale[f"{fit}_{name}"] for name in names))


def common_part(noise: Noise, draws: Draws) -> tuple[Float[Array, " run"], Float[Array, " run"]]:
    """Each side's own part of its losses in all battles, in logarithms: equation (5) of `engagement`."""
    import jax.numpy as jnp

    first, second = (draws.normal("loss", side) for side in range(2))
    second = noise.together * first + jnp.sqrt(1.0 - noise.together**2) * second
    common = jnp.sqrt(noise.campaign)
    return noise.attacker * common * first, noise.defender * common * second


def own_part(
    noise: Noise, draws: Draws, key: UInt32[Array, "..."], attempt: Int32[Array, "..."]
) -> tuple[Float[Array, "..."], Float[Array, "..."]]:
    """Each side's part of its losses in one battle, in logarithms: equation (5) of `engagement`."""
    import jax.numpy as jnp

    own = jnp.sqrt(1.0 - noise.campaign)
    first, second = (draws.normal("loss", key, 2 * attempt + side) for side in range(2))
    second = noise.together * first + jnp.sqrt(1.0 - noise.together**2) * second
    return noise.attacker * own * first, noise.defender * own * second


def looked_up(known: Any, ground: Ground, fight: Fight, further: Callable[[], Any]) -> Any:
    """What was drawn for the attempt that each axis is at; `further()` draws for attempts beyond those drawn before."""
    import jax
    import jax.numpy as jnp

    axes, places, runs = ground.length.shape
    place = jnp.minimum(fight.segment, places - 1)
    first = (jnp.arange(axes, dtype=jnp.int32)[:, None] * places + place) * ATTEMPTS
    at = (first + jnp.minimum(fight.attempt, ATTEMPTS - 1)) * runs + jnp.arange(runs, dtype=jnp.int32)
    found = type(known)(*(x.at[at].get(mode="promise_in_bounds") for x in known))
    late = fight.attempt >= ATTEMPTS

    def same(found: Any) -> Any:
        return found

    def drawn(found: Any) -> Any:
        return type(found)(*(jnp.where(late, x, y) for x, y in zip(further(), found, strict=True)))

    choose: Any = jax.lax.cond  # pyright: ignore[reportUnknownVariableType]
    return choose(jnp.any(late), drawn, same, found)


def beforehand(ground: Ground, draw: Callable[[Any, Any], Any]) -> Any:
    """What `draw(key, attempt)` gives for the first attempts on every segment, so that a battle only looks it up."""
    import jax.numpy as jnp

    attempt = jnp.arange(ATTEMPTS, dtype=jnp.int32)[None, None, :, None]
    found = draw(ground.key[:, :, None], attempt)
    axes, places, runs = ground.length.shape
    return type(found)(*(jnp.broadcast_to(x, (axes, places, ATTEMPTS, runs)).reshape(-1) for x in found))


def no_memory(ground: Ground) -> Any:
    """Nothing is kept."""
    return ()


def nothing_kept(
    fight: Fight, at: Place, bout: Bout, over: Bool[Array, "axis run"], moving: Bool[Array, "axis run"]
) -> Any:
    """What is kept after a fight: nothing."""
    return ()


def recorded_gain(field: Field, at: Place, bout: Bout) -> Float[Array, "axis run"]:
    """Km gained in a battle: at the opposed rate if the attacker wins, else at that of a repulse on record."""
    import jax.numpy as jnp

    return jnp.where(bout.wins, at.opposed, field.conditions.law.scale["repulse_advance"]) * bout.lasts


def _draw(ground: Ground, law: Law, draws: Draws) -> Chance:
    common = common_part(noise_of(law), draws)

    def drawn(key: UInt32[Array, "..."], attempt: Int32[Array, "..."]) -> Luck:
        return _drawn(law, common, draws, key, attempt)

    return Chance(common, beforehand(ground, drawn))


def _drawn(
    law: Law,
    common: tuple[Float[Array, " run"], Float[Array, " run"]],
    draws: Draws,
    key: UInt32[Array, "..."],
    attempt: Int32[Array, "..."],
) -> Luck:
    """Luck of an attempt on a segment: equations (1), (2) and (5) of `engagement`."""
    import jax.numpy as jnp

    chance = draws.uniform("winner", key, attempt)
    attacker, defender = own_part(noise_of(law), draws, key, attempt)
    return Luck(
        days=draws.exponential("battle", key, attempt) * jnp.exp(law.term["log_battle_days"]),
        threshold=jnp.log(chance) - jnp.log1p(-chance),
        attacker=common[0] + attacker,
        defender=common[1] + defender,
    )


def _odds(field: Field, fight: Fight) -> Float[Array, "axis run"]:
    import jax.numpy as jnp

    strength = jnp.maximum(fight.attackers, 1.0), jnp.maximum(jnp.sum(fight.defenders, axis=0), 1.0)
    return odds(
        field.conditions.law,
        jnp.log(strength[0]) - jnp.log(strength[1]),
        field.day.surprise,
        here(field.ground.preparation, fight.segment),
        here(field.ground.rugged, fight.segment),
        field.day.air,
        field.inputs["quality_edge"],
    )


def _bout(field: Field, fight: Fight, at: Place, starts: Bool[Array, "axis run"]) -> Bout:
    import jax.numpy as jnp

    ground, law, chance = field.ground, field.conditions.law, field.conditions.chance

    def further() -> Luck:
        return _drawn(law, chance.common, field.draws, here(ground.key, fight.segment), fight.attempt)

    luck = looked_up(chance.luck, ground, fight, further)
    lasts = jnp.where(starts, luck.days, fight.lasts)
    log_odds = jnp.where(starts, _odds(field, fight), fight.chance)
    wins = luck.threshold < log_odds
    rates = loss_rates(law, fight.attackers, at.there, wins, luck.attacker, luck.defender)
    return Bout(log_odds, lasts, jnp.where(starts, lasts, fight.left), wins, rates, ())


def _lost(
    field: Field,
    bout: Bout,
    days: Float[Array, "axis run"],
    fighting: Bool[Array, "axis run"],
    marching: Float[Array, "axis run"],
) -> tuple[Float[Array, "axis run"], Float[Array, "axis run"]]:
    import jax.numpy as jnp

    attacker, defender = bout.rates
    return (
        -jnp.expm1(-days * jnp.where(fighting, attacker, marching)),
        -jnp.expm1(-days * jnp.where(fighting, defender, 0.0)),
    )


FITTED = Rules(
    draw=_draw,
    begin=no_memory,
    width=frontage,
    odds=_odds,
    bout=_bout,
    lost=_lost,
    gain=recorded_gain,
    after=nothing_kept,
    repulse=True,
)
"""Whoever wins by the odds of the record."""
