"""The engagement law in the plain coding of the campaign (`campaign_twin`; equations in `engagement`)."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

from vallum.models.theatre.campaign_declaration import SCALES, TERMS
from vallum.models.theatre.twin_stage import Given, Stage, real_rows

NORMAL = NormalDist()


class Segment(NamedTuple):
    """A stretch of an axis: row and id in `segments`, and km."""

    row: int
    id: str
    key: int
    node: str
    start: float
    length: float
    frontage: float
    preparation: float
    rugged: float


class Today(NamedTuple):
    """What a step brings: surprise, air superiority, and the attacker's edge in quality."""

    surprise: float
    air: float
    quality: float


class Law(NamedTuple):
    """Terms and scales by name, and whether a whole fit is in force."""

    term: dict[str, float]
    scale: dict[str, float]
    whole: bool

    def odds(self, attackers: float, defenders: float, segment: Segment, day: Today) -> float:
        """Log odds that the attacker wins a battle."""
        term, ratio = self.term, math.log(max(attackers, 1.0) / max(defenders, 1.0))
        return (
            term["win_constant"]
            + term["win_force_ratio"] * ratio
            + term["win_surprise"] * day.surprise
            + term["win_prepared"] * min(segment.preparation, 1.0)
            + term["win_fortified"] * max(segment.preparation - 1.0, 0.0)
            + term["win_rugged"] * segment.rugged
            + term["win_air"] * day.air
            + term["win_quality"] * day.quality
        )

    def losses(self, side: str, wins: bool, own: float, enemy: float, noise: float) -> float:
        """Share of its soldiers that a side loses in a day of battle, which is fought at the size of those of record.

        A front of A against D is m = sqrt(A D) / reference of them side by side; each costs k N_own^q N_enemy^p.
        """
        own, enemy = max(own, 1.0), max(enemy, 1.0)
        m = math.sqrt(own * enemy) / self.scale["reference_strength"]
        k = self.term[f"loss_{'attacker' if wins else 'defender'}_wins_{side}"]
        logarithm = k + self.term["loss_own"] * math.log(own / m) + self.term["loss_enemy"] * math.log(enemy / m)
        return m * math.exp(logarithm + noise) / own

    def noise(self, first: float, second: float, share: float) -> tuple[float, float]:
        """Both sides' noise from two normal numbers, as a share of its variance."""
        together = self.scale["loss_sides_correlation"]
        second = together * first + math.sqrt(1 - together**2) * second
        part = math.sqrt(share)
        return self.scale["loss_sd_attacker"] * part * first, self.scale["loss_sd_defender"] * part * second


def law_of(stage: Stage, given: Given) -> Law:
    """The fit in force, each term at the quantile that its deviate has, cut off at its bounds."""
    laws, fits = stage.tables["laws"], stage.fits
    force = {row: given("law_in_force", row) if given.active("laws", row) else -1.0 for row, _ in real_rows(laws)}
    law = min(force, key=lambda row: (-force[row], laws.ids[row]))
    deviate = [given("law_deviate", int(row)) for row in fits.row]
    term = dict[str, float]()
    for at, name in enumerate(TERMS):
        estimate, error = float(fits.estimate[law, at]), float(fits.error[law, at])
        if error > 0:
            together = sum(float(fits.factor[law, at, other]) * x for other, x in enumerate(deviate))
            low, high = ((float(x[at]) - estimate) / error for x in (fits.low, fits.high))
            estimate += error * _inside(together, low, high)
        term[name] = estimate
    scale = {name: float(fits.scale[law, at]) for at, name in enumerate(SCALES)}
    return Law(term, scale, bool(fits.whole[law]) and force[law] > 0)


def _inside(deviate: float, low: float, high: float) -> float:
    """The normal number at the quantile of another, if it is known to be between two bounds.

    From the side on which less is cut off: the tails of the normal law are exact on the left only.
    """
    if math.isfinite(low):
        return -_inside(-deviate, -high, -low) if math.isinf(high) else _between(deviate, low, high)
    return NORMAL.inv_cdf(NORMAL.cdf(high) * NORMAL.cdf(deviate)) if math.isfinite(high) else deviate


def _between(deviate: float, low: float, high: float) -> float:
    below, above = NORMAL.cdf(low), NORMAL.cdf(high)
    return NORMAL.inv_cdf(below + (above - below) * NORMAL.cdf(deviate))
