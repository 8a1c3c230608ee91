"""Whether what is taken is retaken by day 180, and at what cost: numbers of the counter-offensive for the book."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.arms import Arm
from vallum.analysis.book import Book
from vallum.analysis.campaign_runs import CampaignRuns
from vallum.analysis.estimates import Estimate, mean
from vallum.models.theatre.campaign_declaration import RETAKEN_BY

if TYPE_CHECKING:
    from jaxtyping import Bool

ENDS = (0.05, 0.95)  # of the runs whose losses are told


def retaking_id(arm: Arm, what: str) -> str:
    """The id of a number of a counter-offensive.

    Examples
    --------
    >>> retaking_id(Arm("P4", "capital"), "share")
    'retaken.P4.capital.on/share'
    """
    return f"retaken.{arm.id}/{what}"


def enter_retaking(book: Book, runs: CampaignRuns) -> None:
    """Enter what came of the counter-offensives of every option, plan and arm.

    Parameters
    ----------
    book : Book
        Gets, under `retaken.ARM/`: `begins` and `share`, of campaigns whose aim is taken; `kept`, of all;
        and of counter-offensives that begin `day`, `losses`, `occupier-losses` and `outside`.
    runs : CampaignRuns
    """
    book.add("retaken-by", RETAKEN_BY, "day", "day by which an objective counts as retaken")
    for arm in runs.arms:
        _enter(book, runs, arm)


def _enter(book: Book, runs: CampaignRuns, arm: Arm) -> None:
    good = runs.good(arm)
    taken = good & np.isfinite(runs.outcome("aim_taken_day", arm))
    begun = taken & np.isfinite(runs.outcome("counter_day", arm))
    back = runs.outcome(f"retaken_by_day_{RETAKEN_BY}", arm)

    def share(flags: Bool[np.ndarray, "future replicate"], of: Bool[np.ndarray, "future replicate"]) -> Estimate:
        return mean(flags, of, runs.scramble, sampled=runs.sampled)

    shares = {
        "begins": (share(begun, taken), "share of campaigns with the aim taken in which a counter-offensive begins"),
        "share": (share(back, taken), f"P(objective retaken by day {RETAKEN_BY}, if the aim is taken)"),
        "kept": (share(taken & ~back, good), f"P(aim taken and not retaken by day {RETAKEN_BY})"),
        "outside": (
            share(runs.outcome("outside_counter", arm), begun),
            "share of counter-offensives outside the evidence",
        ),
    }
    for what, (value, about) in shares.items():
        book.add(retaking_id(arm, what), value, "share", about)
    days = runs.outcome("aim_retaken_day", arm)[taken & back].astype(np.float64)
    middle = float(np.median(days)) if len(days) else math.inf
    book.add(retaking_id(arm, "day"), middle, "day", "day on which it is retaken, median of runs in which it is")
    for what, name, words in (
        ("losses", "counter_losses", "soldiers of the alliance lost in a counter-offensive"),
        ("occupier-losses", "occupier_losses", "soldiers of the occupier lost in it"),
    ):
        lost: Any = runs.outcome(name, arm)[begun].astype(np.float64)
        value, *ends = (lost.mean(), *np.quantile(lost, ENDS)) if len(lost) else (math.nan,) * 3
        book.add(retaking_id(arm, what), value, "people", f"{words}, mean; 5 to 95 % of runs", ends=(ends[0], ends[1]))
