"""What the best plan could deliver by each day: an upper bound for the deployment of one planning run.

`expansion` turns the run into linear programmes and says why none of them is below what can
be delivered; here they are asked, day by day, and set beside the plan.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.comparison import AnalysisError
from vallum.analysis.expansion import Expansion, Solution
from vallum.analysis.planning import PlanningRun
from vallum.case.faults import did_you_mean
from vallum.models.theatre import deployment
from vallum.models.theatre.clock import BEFORE, DAY

if TYPE_CHECKING:
    from jaxtyping import Float64, Int64

ROUNDS = 3  # of adding capacities that the flow overloads
GAIN = 0.002  # share of the area that another round must take off
SLACK = 1e-6  # relative; what the solver's tolerance may leave below the optimum
GAP = 1e-3  # relative; how far above what some plan delivers a day's bound may stay without being computed
EARLY = 1e-6


@dataclass(frozen=True, eq=False)
class Bound:
    """The best possible deliveries of a planning run.

    Attributes
    ----------
    days : array (day,)
        Counted from the attack, from the first ready day on; a day counts to its end (minute 0 of the
        clock's day, as the simulation's series do).
    vehicles : array (day,)
        Vehicles that any plan could have delivered by each day: one maximum a day.
    best_curve : array (day,)
        Vehicles delivered by the flow with the largest area under its curve. Over a long horizon less is
        known of each load than over a short one, so that here and there it is above `vehicles`.
    plan_vehicles, plan_whole : array (day,)
        Vehicles that the simulation has delivered: load by load, and only whole formations.
    area_ratio, area_ratio_whole : float
        Area under the two curves of the plan, up to its closure, to that under `vehicles`, which no
        plan's area is above.
    closure : int
        Day on which the plan has delivered everything, or the horizon.
    kept : tuple of str
        Capacities that the bound respects.
    overloaded : tuple of str
        Dropped ones that the best flow overloads: the bound would be lower with them.
    columns, rows : int
        Size of the largest programme.
    seconds : float
        For all programmes.
    status : str
        What the solver said last.
    """

    days: Int64[np.ndarray, " day"]
    vehicles: Float64[np.ndarray, " day"]
    best_curve: Float64[np.ndarray, " day"]
    plan_vehicles: Float64[np.ndarray, " day"]
    plan_whole: Float64[np.ndarray, " day"]
    area_ratio: float
    area_ratio_whole: float
    closure: int
    kept: tuple[str, ...]
    overloaded: tuple[str, ...]
    columns: int
    rows: int
    seconds: float
    status: str


def bound(
    run: PlanningRun, horizon_days: int, step_hours: float = 24, keep: Collection[str] | None = None, every: int = 1
) -> Bound:
    """Bound from above what any plan could deliver by each day.

    Parameters
    ----------
    run : PlanningRun
    horizon_days : int
        Last day, counted from the attack.
    step_hours : float
        Length of a bin; a day must be a whole number of them.
    keep : collection of str, optional
        Names of capacities to respect (`PlanningRun.names`); found by constraint generation unless given.
    every : int
        Days between the daily maxima that are computed; those between take the next one, which is no less.

    Returns
    -------
    Bound

    Raises
    ------
    AnalysisError
        If nothing moves, a capacity is not known, a day is no whole number of steps, or the solver fails.
    """
    begun = time.monotonic()
    step = round(step_hours * 60)
    if step <= 0 or DAY % step or step != step_hours * 60:
        raise AnalysisError(f"a step of {step_hours} hours: a day must be a whole number of steps")
    unknown = sorted(set(keep or ()) - set(run.names))
    if unknown:
        near = did_you_mean(unknown[0], run.names)
        raise AnalysisError(f"no capacity is called {unknown[0]!r}" + (f"; {near}" if near else ""))
    moving = np.flatnonzero((run.loads > 0) & (run.ready < (horizon_days + BEFORE) * DAY))
    if not len(moving):
        raise AnalysisError(f"nothing moves before day {horizon_days}")
    first = int((run.ready[moving].min() - 1) // DAY) - BEFORE
    days = np.arange(first, horizon_days + 1)
    expansion = Expansion(run, moving, step, first)
    if keep is None:
        kept, best = _generated(expansion, days)
    else:
        kept = {run.names.index(x) for x in keep}
        best = expansion.solve(kept, days, np.ones(len(days)))
    vehicles = _daily(expansion, kept, days, best.curve, every)
    delivered = np.array([vehicles_by(run, day, whole=False) for day in days])
    whole = np.array([vehicles_by(run, day, whole=True) for day in days])
    done = whole >= expansion.everything * (1 - SLACK)
    closure = int(days[np.argmax(done)]) if done.any() else horizon_days
    until = days <= closure
    area = float(vehicles[until].sum())
    return Bound(
        days=days,
        vehicles=vehicles,
        best_curve=best.curve,
        plan_vehicles=delivered,
        plan_whole=whole,
        area_ratio=float(delivered[until].sum()) / area if area else 1.0,
        area_ratio_whole=float(whole[until].sum()) / area if area else 1.0,
        closure=closure,
        kept=tuple(run.names[x] for x in sorted(kept)),
        overloaded=tuple(run.names[x] for x in sorted(best.overloaded)),
        columns=best.columns,
        rows=best.rows,
        seconds=time.monotonic() - begun,
        status=best.status,
    )


def last_arrival(run: PlanningRun) -> int:
    """The first day by whose end everything that ever arrives is there."""
    arrived = [int(x.max()) for x in run.arrival if len(x) and x.max() < deployment.END]
    if not arrived:
        raise AnalysisError(f"nobody arrives under {run.option}: there is no plan to bound")
    return -(-max(arrived) // DAY) - BEFORE


def vehicles_by(run: PlanningRun, day: int | np.integer[Any], *, whole: bool) -> float:
    """Vehicles that the simulation has delivered by a day, load by load or only in whole formations."""
    minute = (day + BEFORE) * DAY
    there = np.array([np.count_nonzero(x <= minute) for x in run.arrival])
    return float(run.vehicles @ np.where(there < run.loads, 0, there) if whole else run.vehicles @ there)


def _generated(expansion: Expansion, days: Int64[np.ndarray, " day"]) -> tuple[set[int], Solution]:
    """The capacities to keep, found by constraint generation, and the flow of the largest area under them."""
    alike = np.ones(len(days))
    kept = expansion.waited()
    best = expansion.solve(kept, days, alike)
    for _ in range(ROUNDS):
        if not best.overloaded:
            break
        more = expansion.solve(kept | best.overloaded, days, alike)
        if more.area >= best.area:
            break
        gained = 1 - more.area / best.area
        kept, best = kept | best.overloaded, more
        if gained < GAIN:
            break
    return kept, best


def _daily(
    expansion: Expansion, kept: set[int], days: Int64[np.ndarray, " day"], best: Any, every: int
) -> Float64[np.ndarray, " day"]:
    """The maximum by each day, from the horizon back every few days; days between take the next one, which is no less.

    The days before weigh EARLY each beside the day itself. That leaves a bound, higher by at
    most EARLY of a day's area, and spares the solver the choice among equals.
    """
    found = np.full(len(days), expansion.everything)
    for place in range(len(days) - 1, -1, -every):
        most = min(found[min(place + 1, len(days) - 1)], expansion.at_once(int(days[place])))
        if best[place] < most * (1 - GAP):
            weights = np.full(place + 1, EARLY)
            weights[-1] = 1.0
            most = min(most, expansion.solve(kept, days[: place + 1], weights).area)
        found[max(place - every + 1, 0) : place + 1] = most
    return found
