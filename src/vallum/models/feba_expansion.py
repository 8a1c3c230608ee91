"""Attrition-FEBA expansion: does the defender have enough divisions to hold a line?

Kugler's model as Posen used it for NATO and the Warsaw Pact (1984/85; 1991, ch. 3 and
App. 3) and as Tecott & Halterman (2021, pp. 79-80) published it as a calculator. The
attacker masses on a few breakthrough sectors and holds the rest of the front thinly. It
attacks on days when it has the divisions that this takes. Each day of attack drives the
breakthroughs deeper, so both sides need divisions for longer flanks; ground combat and
close air support cost both sides divisions. The defender *falls short* when its line,
its flanks and its losses together take more divisions than it has mobilised.

In symbols, with steps t = 1, 2, ... (day t - 1 on the published plots):

    C = (F - n w) / oF          cover: attackers holding outside the breakthroughs    (1)
    S = n w / oA                assault: attackers in the breakthroughs               (2)
    L = F / dN                  defenders on the initial line                         (3)
    attack(t) = P(t) > Need_P(t-1)  and  t >= D,  t >= 2;  Need_P(1) = 0              (4)
    flanks grow by 2 n v / oF (attacker) and 2 n v / dN (defender) a day of attack    (5)
    g(q, s) = [1 - (1-q)^(s+1)] / q - 1      sorties flown per aircraft and day       (6)
    K = aircraft * k * g(q, s) / 1200        divisions killed from the air            (7)
    aircraft(t) = aircraft(t-1) (1-q)^s      on days of attack                        (8)
    loss_P += max(a S, K_N)                                                           (9)
    loss_N += max(a S - K_N, 0) / X + K_P                                            (10)
    Need_P(t) = C + S + flank_P + loss_P                                             (11)
    Need_N(t) = L + flank_N + loss_N         (the source leaves t = 1 undefined)     (12)
    shortfall(t) = Need_N(t) > m N(t)                                                (13)

Two facts of the source are kept because results were published with them: D is compared
with a step that counts from 1, so that an attack at D = 14 shows on plotted day 13; and
the flanks grow for the defender only on days of attack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vallum.spec import Input, ModelSpec, Outcome, Table, Tables

if TYPE_CHECKING:
    from jaxtyping import Array, Float

    from vallum.models.contract import Draws, Inputs, Outcomes

spec = ModelSpec(
    name="feba_expansion",
    title="Attrition-FEBA expansion (Kugler, Posen)",
    reference=(
        "Posen, B. R. (1991). Inadvertent Escalation, ch. 3 and App. 3; "
        "Tecott, R. and Halterman, A. (2021). The Case for Campaign Analysis. International Security 45(4), 79-80"
    ),
    inputs=(
        Input("front_length", "km", "length of the front", low=1, symbol="F", known_to="both"),
        Input("breakthrough_width", "km", "width of one breakthrough sector", low=0, symbol="w", known_to="attacker"),
        Input("breakthroughs", "1", "number of breakthrough sectors", 0, whole=True, symbol="n", known_to="attacker"),
        Input("assault_frontage", "km/ADE", "breakthrough sector per attacking ADE", low=0.1, symbol="oA"),
        Input("holding_frontage", "km/ADE", "front and flank per attacking ADE elsewhere", low=0.1, symbol="oF"),
        Input("defender_frontage", "km/ADE", "front and flank that one defending ADE holds", low=0.1, symbol="dN"),
        Input("advance_rate", "km/day", "advance in the breakthroughs on a day of attack", low=0, symbol="v"),
        Input("attacker_attrition_rate", "1/day", "share of the assault force lost a day", 0, 1, symbol="a"),
        Input("exchange_ratio", "1", "attacking ADE lost in ground combat per defending ADE", low=0.01, symbol="X"),
        Input("defender_multiplier", "1", "worth of a defending ADE for command and support", low=0, symbol="m"),
        Input("earliest_attack_step", "1", "first step, counted from 1, of an attack", 0, whole=True, symbol="D"),
        Input("counted_from_day", "day", "first day, counted from 0, on which a shortfall counts", low=0, whole=True),
        Input("report_day", "day", "day, counted from 0, of the reported quantities", low=1, whole=True),
        Input("vehicles_per_ade", "vehicle/ADE", "armoured fighting vehicles in one ADE", low=1),
        Input("attacker_aircraft", "aircraft", "attacker's close-support aircraft", 0, whole=True, symbol="A_P"),
        Input("attacker_loss_per_sortie", "1", "share of aircraft lost in a sortie", 0, 1, symbol="q_P"),
        Input("attacker_kills_per_sortie", "vehicle/sortie", "vehicles destroyed in a sortie", low=0, symbol="k_P"),
        Input("attacker_sorties_per_day", "1/day", "sorties an aircraft flies a day", low=0, symbol="s_P"),
        Input("defender_aircraft", "aircraft", "defender's close-support aircraft", 0, whole=True, symbol="A_N"),
        Input("defender_loss_per_sortie", "1", "share of aircraft lost in a sortie", 0, 1, symbol="q_N"),
        Input("defender_kills_per_sortie", "vehicle/sortie", "vehicles destroyed in a sortie", low=0, symbol="k_N"),
        Input("defender_sorties_per_day", "1/day", "sorties an aircraft flies a day", low=0, symbol="s_N"),
        Input("attacker_supply", "ADE", "divisions the attacker has mobilised", low=0, per="clock", symbol="P"),
        Input("defender_supply", "ADE", "divisions the defender has mobilised", low=0, per="clock", symbol="N"),
    ),
    outcomes=(
        Outcome(
            "first_shortfall_day", "day", "first counted day on which the defender falls short", "time", clock="clock"
        ),
        Outcome("shortfall_days", "day", "counted days on which the defender falls short", "count"),
        Outcome("shortfall_on_report_day", "1", "the defender falls short on the report day", "flag", at="report_day"),
        Outcome("worst_shortfall", "ADE", "largest gap of a counted day between need and strength; negative is slack"),
        Outcome("attack_days", "day", "days of attack", "count"),
        Outcome("first_attack_day", "day", "first day of attack", "time", clock="clock"),
        Outcome("attacker_need", "ADE", "divisions the attacker needs on the report day", at="report_day"),
        Outcome("defender_need", "ADE", "divisions the defender needs on the report day", at="report_day"),
        Outcome(
            "defender_strength",
            "ADE",
            "divisions the defender has on the report day, multiplier applied",
            at="report_day",
        ),
        Outcome("attacker_loss", "ADE", "divisions the attacker has lost by the report day", at="report_day"),
        Outcome("defender_loss", "ADE", "divisions the defender has lost by the report day", at="report_day"),
        Outcome("defender_flank", "ADE", "divisions the defender needs for flanks on the report day", at="report_day"),
        Outcome("attacker_aircraft_left", "aircraft", "attacker's aircraft left on the report day", at="report_day"),
        Outcome("defender_aircraft_left", "aircraft", "defender's aircraft left on the report day", at="report_day"),
        Outcome("attack_by_day", "1", "the attacker attacks", "flag", per="clock"),
        Outcome("shortfall_by_day", "1", "the defender falls short, counted or not", "flag", per="clock"),
        Outcome("attacker_need_by_day", "ADE", "divisions the attacker needs", per="clock"),
        Outcome("defender_need_by_day", "ADE", "divisions the defender needs; none defined on day 0", per="clock"),
        Outcome("defender_strength_by_day", "ADE", "divisions the defender has, multiplier applied", per="clock"),
        Outcome("attacker_loss_by_day", "ADE", "divisions the attacker has lost", per="clock"),
        Outcome("defender_loss_by_day", "ADE", "divisions the defender has lost", per="clock"),
        Outcome("defender_flank_by_day", "ADE", "divisions the defender needs for flanks", per="clock"),
        Outcome("attacker_aircraft_by_day", "aircraft", "attacker's aircraft left", per="clock"),
        Outcome("defender_aircraft_by_day", "aircraft", "defender's aircraft left", per="clock"),
    ),
    tables=(Table("clock", key="day", meaning="one day of the build-up and the campaign", ordered=True),),
    statuses=(
        "ok",
        "breakthroughs wider than the front",
        "report day after the last day of the clock",
        "no day of the clock is counted",
    ),
    limits=(
        "only totals are compared, not where forces stand (favours the defender)",
        "a thinly held line has no price in combat (favours the defender)",
        "losses do not weaken the assault itself (favours the attacker)",
        "where air kills exceed the accepted ground loss, the defender takes no ground loss (favours the defender)",
    ),
)


class Clock(NamedTuple):
    """The static structure of a run: its number of days."""

    days: int


def plan(tables: Tables) -> Clock:
    """One row of the clock is one day."""
    return Clock(days=len(tables["clock"]))


class Campaign(NamedTuple):
    """What a campaign carries from one day to the next."""

    attacker_aircraft: Float[Array, ""]
    defender_aircraft: Float[Array, ""]
    attacker_flank: Float[Array, ""]
    defender_flank: Float[Array, ""]
    attacker_loss: Float[Array, ""]
    defender_loss: Float[Array, ""]
    attacker_need: Float[Array, ""]


def run(structure: Clock, inputs: Inputs, draws: Draws) -> Outcomes:
    """Run one campaign; see the module's equations (1)-(13).

    Parameters
    ----------
    structure : Clock
        From `plan`.
    inputs : mapping
        Scalars as declared, and `attacker_supply`, `defender_supply` of shape (day,).
    draws : Draws
        Not used: the model has no chance within a run.

    Returns
    -------
    dict
        The declared outcomes and `status`.
    """
    import jax
    import jax.numpy as jnp

    del draws
    F, w, n = inputs["front_length"], inputs["breakthrough_width"], inputs["breakthroughs"]
    oA, oF, dN = inputs["assault_frontage"], inputs["holding_frontage"], inputs["defender_frontage"]
    v, a, X = inputs["advance_rate"], inputs["attacker_attrition_rate"], inputs["exchange_ratio"]
    D, m = inputs["earliest_attack_step"], inputs["defender_multiplier"]

    cover = (F - n * w) / oF  # (1)
    assault = n * w / oA  # (2)
    line = F / dN  # (3)
    flank_P, flank_N = 2 * n * v / oF, 2 * n * v / dN  # (5)
    ground = a * assault
    kills_P, survival_P = _air(inputs, "attacker")
    kills_N, survival_N = _air(inputs, "defender")

    def day(carry: tuple[Campaign, Outcomes], today: tuple[Array, Array, Array]) -> tuple[Any, Outcomes]:
        before, kept = carry
        t, P, N = today
        attack = (P > before.attacker_need) & (t >= D) & (t >= 2)  # (4)
        K_P, K_N = before.attacker_aircraft * kills_P, before.defender_aircraft * kills_N  # (7)
        fought = Campaign(
            attacker_aircraft=before.attacker_aircraft * survival_P,  # (8)
            defender_aircraft=before.defender_aircraft * survival_N,
            attacker_flank=before.attacker_flank + flank_P,  # (5)
            defender_flank=before.defender_flank + flank_N,
            attacker_loss=before.attacker_loss + jnp.maximum(ground, K_N),  # (9)
            defender_loss=before.defender_loss + jnp.maximum(ground - K_N, 0) / X + K_P,  # (10)
            attacker_need=before.attacker_need,
        )
        after = Campaign(*(jnp.where(attack, new, old) for new, old in zip(fought, before, strict=True)))
        strength = m * N
        need_P = jnp.where(t >= 2, cover + assault + after.attacker_flank + after.attacker_loss, 0)  # (11)
        need_N = jnp.where(t >= 2, line + after.defender_flank + after.defender_loss, jnp.nan)  # (12)
        record = {
            "attack_by_day": attack,
            "shortfall_by_day": need_N > strength,  # (13)
            "attacker_need_by_day": need_P,
            "defender_need_by_day": need_N,
            "defender_strength_by_day": strength,
            "attacker_loss_by_day": after.attacker_loss,
            "defender_loss_by_day": after.defender_loss,
            "defender_flank_by_day": after.defender_flank,
            "attacker_aircraft_by_day": after.attacker_aircraft,
            "defender_aircraft_by_day": after.defender_aircraft,
        }
        return (after._replace(attacker_need=need_P), _keep(kept, record, t - 1, inputs)), record

    steps = jnp.arange(1, structure.days + 1, dtype=F.dtype)
    campaign = Campaign(inputs["attacker_aircraft"], inputs["defender_aircraft"], *(jnp.zeros_like(F),) * 5)
    start = (campaign, _nothing_yet(F))
    (_, kept), series = jax.lax.scan(day, start, (steps, inputs["attacker_supply"], inputs["defender_supply"]))
    beyond, wide = inputs["report_day"] >= structure.days, n * w > F
    kept.update(zip(REPORTED, kept.pop("reported"), strict=True))
    uncounted = inputs["counted_from_day"] >= structure.days
    return {**kept, **series, "status": jnp.where(uncounted, 3, jnp.where(beyond, 2, jnp.where(wide, 1, 0)))}


def _air(inputs: Inputs, side: str) -> tuple[Array, Array]:
    """Divisions killed a day by each aircraft, and the share of aircraft that survives it: (6)-(8)."""
    import jax.numpy as jnp

    q, s = inputs[f"{side}_loss_per_sortie"], inputs[f"{side}_sorties_per_day"]
    safe = jnp.where(q > 0, q, 1)
    sorties = jnp.where(q > 0, -jnp.expm1((s + 1) * jnp.log1p(-safe)) / safe - 1, s)  # (6), and its limit at q = 0
    return inputs[f"{side}_kills_per_sortie"] * sorties / inputs["vehicles_per_ade"], (1 - q) ** s


REPORTED = {
    "attacker_need": "attacker_need_by_day",
    "defender_need": "defender_need_by_day",
    "defender_strength": "defender_strength_by_day",
    "attacker_loss": "attacker_loss_by_day",
    "defender_loss": "defender_loss_by_day",
    "defender_flank": "defender_flank_by_day",
    "attacker_aircraft_left": "attacker_aircraft_by_day",
    "defender_aircraft_left": "defender_aircraft_by_day",
}


def _nothing_yet(like: Float[Array, ""]) -> Outcomes:
    """The outcomes before the first day; the reported quantities are NaN until their day has come."""
    import jax.numpy as jnp

    unknown, never, none = like * jnp.nan, like * 0 + jnp.inf, jnp.zeros((), jnp.int32)
    return {
        "first_shortfall_day": never,
        "shortfall_days": none,
        "shortfall_on_report_day": jnp.zeros((), bool),
        "worst_shortfall": -never,
        "attack_days": none,
        "first_attack_day": never,
        "reported": jnp.stack([unknown] * len(REPORTED)),
    }


def _keep(kept: Outcomes, record: Outcomes, day: Float[Array, ""], inputs: Inputs) -> Outcomes:
    """The outcomes after one more day."""
    import jax.numpy as jnp

    counted = (day >= inputs["counted_from_day"]) & (day >= 1)
    attack, short = record["attack_by_day"], record["shortfall_by_day"] & counted
    gap = record["defender_need_by_day"] - record["defender_strength_by_day"]
    reported = day == inputs["report_day"]
    return {
        "first_shortfall_day": jnp.minimum(kept["first_shortfall_day"], jnp.where(short, day, jnp.inf)),
        "shortfall_days": kept["shortfall_days"] + short,
        "shortfall_on_report_day": kept["shortfall_on_report_day"] | (reported & short),
        "worst_shortfall": jnp.maximum(kept["worst_shortfall"], jnp.where(counted, gap, -jnp.inf)),
        "attack_days": kept["attack_days"] + attack,
        "first_attack_day": jnp.minimum(kept["first_attack_day"], jnp.where(attack, day, jnp.inf)),
        "reported": jnp.where(reported, jnp.stack([record[x] for x in REPORTED.values()]), kept["reported"]),
    }
