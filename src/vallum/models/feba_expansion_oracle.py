"""The attrition-FEBA expansion model once more, in plain Python.

One run, one day at a time, numbers and `if`s only: documentation for a reader who
wants to follow a campaign by hand, and the independent coding that the compiled
model is tested against. It shares nothing with `feba_expansion` but the names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any


def campaign(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Play one campaign.

    Parameters
    ----------
    inputs : mapping
        A number for every scalar input of `feba_expansion.spec` and a sequence of
        numbers, one a day, for each of the two supplies.

    Returns
    -------
    dict
        Every outcome of `feba_expansion.spec`; series are lists, one entry a day,
        and the defender's need on day 0 is NaN: the source does not define it.
    """
    value = {name: float(number) for name, number in inputs.items() if not name.endswith("_supply")}
    attacker_supply: Sequence[float] = [float(x) for x in inputs["attacker_supply"]]
    defender_supply: Sequence[float] = [float(x) for x in inputs["defender_supply"]]

    breakthrough_km = value["breakthroughs"] * value["breakthrough_width"]
    cover = (value["front_length"] - breakthrough_km) / value["holding_frontage"]
    assault = breakthrough_km / value["assault_frontage"]
    line = value["front_length"] / value["defender_frontage"]
    flank_km_a_day = 2 * value["breakthroughs"] * value["advance_rate"]

    attacker_flank = defender_flank = attacker_loss = defender_loss = 0.0
    attacker_aircraft, defender_aircraft = value["attacker_aircraft"], value["defender_aircraft"]
    attacker_need, defender_need = 0.0, math.nan
    days: dict[str, list[float]] = {name: [] for name in SERIES}
    for day, (attacker, defender) in enumerate(zip(attacker_supply, defender_supply, strict=True)):
        step = day + 1
        attack = step >= 2 and attacker > attacker_need and step >= value["earliest_attack_step"]
        if attack:
            attacker_flank += flank_km_a_day / value["holding_frontage"]
            defender_flank += flank_km_a_day / value["defender_frontage"]
            killed_by_defender = _air_kills(value, "defender", defender_aircraft)
            killed_by_attacker = _air_kills(value, "attacker", attacker_aircraft)
            wanted = value["attacker_attrition_rate"] * assault
            attacker_loss += max(wanted, killed_by_defender)
            defender_loss += max(wanted - killed_by_defender, 0.0) / value["exchange_ratio"] + killed_by_attacker
            attacker_aircraft *= (1 - value["attacker_loss_per_sortie"]) ** value["attacker_sorties_per_day"]
            defender_aircraft *= (1 - value["defender_loss_per_sortie"]) ** value["defender_sorties_per_day"]
        if step >= 2:
            attacker_need = cover + assault + attacker_flank + attacker_loss
            defender_need = line + defender_flank + defender_loss
        strength = value["defender_multiplier"] * defender
        today = (
            float(attack),
            float(defender_need > strength),
            attacker_need,
            defender_need,
            strength,
            attacker_loss,
            defender_loss,
            defender_flank,
            attacker_aircraft,
            defender_aircraft,
        )
        for name, number in zip(SERIES, today, strict=True):
            days[name].append(number)
    return {**_outcomes(value, days), **days}


SERIES = (
    "attack_by_day",
    "shortfall_by_day",
    "attacker_need_by_day",
    "defender_need_by_day",
    "defender_strength_by_day",
    "attacker_loss_by_day",
    "defender_loss_by_day",
    "defender_flank_by_day",
    "attacker_aircraft_by_day",
    "defender_aircraft_by_day",
)


def _air_kills(value: Mapping[str, float], side: str, aircraft: float) -> float:
    """Divisions that one side's aircraft destroy in a day, flying down to the last survivor."""
    loss, sorties = value[f"{side}_loss_per_sortie"], value[f"{side}_sorties_per_day"]
    if loss == 0:
        flown = sorties
    elif loss == 1:
        flown = 0.0
    else:
        flown = -math.expm1((sorties + 1) * math.log1p(-loss)) / loss - 1
    return aircraft * value[f"{side}_kills_per_sortie"] * flown / value["vehicles_per_ade"]


def _outcomes(value: Mapping[str, float], days: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """What is reported of a campaign, from its daily record."""
    counted = [day for day in range(len(days["attack_by_day"])) if day >= value["counted_from_day"]]
    short = [day for day in counted if days["shortfall_by_day"][day]]
    attacks = [day for day, attack in enumerate(days["attack_by_day"]) if attack]
    report = int(value["report_day"])
    gaps = [days["defender_need_by_day"][day] - days["defender_strength_by_day"][day] for day in counted if day > 0]
    return {
        "first_shortfall_day": float(short[0]) if short else math.inf,
        "shortfall_days": float(len(short)),
        "shortfall_on_report_day": float(report in short),
        "worst_shortfall": max(gaps, default=-math.inf),
        "attack_days": float(len(attacks)),
        "first_attack_day": float(attacks[0]) if attacks else math.inf,
        "attacker_need": days["attacker_need_by_day"][report],
        "defender_need": days["defender_need_by_day"][report],
        "defender_strength": days["defender_strength_by_day"][report],
        "attacker_loss": days["attacker_loss_by_day"][report],
        "defender_loss": days["defender_loss_by_day"][report],
        "defender_flank": days["defender_flank_by_day"][report],
        "attacker_aircraft_left": days["attacker_aircraft_by_day"][report],
        "defender_aircraft_left": days["defender_aircraft_by_day"][report],
    }
