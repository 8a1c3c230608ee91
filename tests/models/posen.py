"""The published reference numbers of `tests/data/posen`, in Vallum's names."""

import csv
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "data" / "posen"
CLOCK = Path(__file__).parents[2] / "src" / "vallum" / "cases" / "central-europe-1984" / "clock.csv"
NAMED_CASES = ("mid", "pact_fav", "nato_fav", "ui_low", "ui_high")
INPUTS = {
    "initial_front_length": "front_length",
    "breakthrough_width": "breakthrough_width",
    "breakthru_num": "breakthroughs",
    "offensive_ade_sector": "assault_frontage",
    "offensive_non_breakthru": "holding_frontage",
    "defense_ade_sector": "defender_frontage",
    "pact_advance_rate": "advance_rate",
    "pact_attrition_rate": "attacker_attrition_rate",
    "exchange_rate": "exchange_ratio",
    "nato_multiplier": "defender_multiplier",
    "pact_d": "earliest_attack_step",
    "pact_ac": "attacker_aircraft",
    "pact_air_attr_rate": "attacker_loss_per_sortie",
    "pact_k": "attacker_kills_per_sortie",
    "pact_sr": "attacker_sorties_per_day",
    "nato_ac": "defender_aircraft",
    "nato_air_attr_rate": "defender_loss_per_sortie",
    "nato_k": "defender_kills_per_sortie",
    "nato_sr": "defender_sorties_per_day",
}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open() as handle:
        return list(csv.DictReader(handle))


def numbers(table: list[dict[str, str]], column: str, missing: float = np.nan) -> np.ndarray:
    return np.array([missing if row[column] == "NA" else float(row[column]) for row in table])


def curves() -> dict[str, np.ndarray]:
    with CLOCK.open() as handle:
        clock = list(csv.DictReader(handle))
    return {name: numbers(clock, name) for name in ("attacker_supply", "defender_supply")}


def inputs(table: list[dict[str, str]]) -> dict[str, np.ndarray]:
    """Inputs of every row of a reference table, in the model's units; the source has attrition in percent."""
    values = {ours: numbers(table, theirs) for theirs, ours in INPUTS.items()}
    values["attacker_attrition_rate"] = values["attacker_attrition_rate"] / 100
    fixed = {"counted_from_day": 14.0, "report_day": 90.0, "vehicles_per_ade": 1200.0}
    return values | {name: np.full(len(table), x) for name, x in fixed.items()}
