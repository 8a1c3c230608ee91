"""The attrition-FEBA expansion model as a good NumPy programmer writes it: all runs at once, a loop over days."""

import numpy as np


def campaigns(x: dict) -> dict:
    """Play all campaigns; scalars of shape (run,), supplies of shape (day,)."""
    n, w, F = x["breakthroughs"], x["breakthrough_width"], x["front_length"]
    oA, oF, dN, v = x["assault_frontage"], x["holding_frontage"], x["defender_frontage"], x["advance_rate"]
    cover, assault, line = (F - n * w) / oF, n * w / oA, F / dN
    flank_p, flank_n = 2 * n * v / oF, 2 * n * v / dN
    ground = x["attacker_attrition_rate"] * assault
    air = {}
    for side in ("attacker", "defender"):
        q, s = x[f"{side}_loss_per_sortie"], x[f"{side}_sorties_per_day"]
        flown = (1 - (1 - q) ** (s + 1)) / q - 1
        air[side] = x[f"{side}_kills_per_sortie"] * flown / x["vehicles_per_ade"], (1 - q) ** s
    aircraft_p, aircraft_n = x["attacker_aircraft"].copy(), x["defender_aircraft"].copy()
    flanks_p, flanks_n, loss_p, loss_n, need_p = (np.zeros_like(F) for _ in range(5))
    first, short_days = np.full_like(F, np.inf), np.zeros(len(F), int)
    for t, (P, N) in enumerate(zip(x["attacker_supply"], x["defender_supply"], strict=True), start=1):
        if t < 2:
            continue
        attack = (P > need_p) & (t >= x["earliest_attack_step"])
        k_p, k_n = aircraft_p * air["attacker"][0], aircraft_n * air["defender"][0]
        flanks_p += attack * flank_p
        flanks_n += attack * flank_n
        loss_p += attack * np.maximum(ground, k_n)
        loss_n += attack * (np.maximum(ground - k_n, 0) / x["exchange_ratio"] + k_p)
        aircraft_p *= np.where(attack, air["attacker"][1], 1)
        aircraft_n *= np.where(attack, air["defender"][1], 1)
        need_p = cover + assault + flanks_p + loss_p
        short = (line + flanks_n + loss_n > x["defender_multiplier"] * N) & (t - 1 >= x["counted_from_day"])
        first = np.where(short & np.isinf(first), t - 1, first)
        short_days += short
    return {
        "first_shortfall_day": first,
        "shortfall_days": short_days,
        "attacker_loss": loss_p,
        "defender_loss": loss_n,
    }
