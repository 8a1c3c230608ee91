"""How far a plan of deployment is from the best possible: a table, a sentence and a chart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.table import Table

from vallum.analysis.bound import Bound
from vallum.analysis.planning import PlanningRun
from vallum.case import Case
from vallum.present.figures import INK, save_figure, style
from vallum.present.tables import styled_table

PLAN, WHOLE = "#1b4965", "#c8553d"
ROWS = 9


def bound_table(found: Bound, run: PlanningRun) -> Table:
    """Vehicles by day: the plan, its whole formations, and the most that any plan could have delivered."""
    table = styled_table(
        f"How far from the best possible, {run.option}, attacker's plan {run.plan}: vehicles arrived by day, "
        "inputs at their medians, everybody comes, the warning is believed"
    )
    for name in ("day", "the plan", "in whole formations", "no plan more than", "plan / bound"):
        table.add_column(name, justify="right", no_wrap=True)
    shown = np.flatnonzero((found.plan_vehicles > 0) & (found.days <= found.closure)).tolist()
    for row in shown[:: max(len(shown) // ROWS, 1)]:
        numbers = (found.plan_vehicles[row], found.plan_whole[row], found.vehicles[row])
        share = numbers[0] / numbers[2] if numbers[2] > 0 else 1.0
        table.add_row(str(found.days[row]), *(f"{x:,.0f}" for x in numbers), f"{share:.0%}")
    return table


def bound_words(found: Bound, run: PlanningRun) -> str:
    """The finding in a sentence."""
    return (
        f"Up to its closure on day {found.closure} the plan of {run.option} has {found.area_ratio:.1%} of the "
        f"vehicle-days that no plan can exceed, {found.area_ratio_whole:.1%} counting whole formations only. The bound "
        f"respects "
        f"{len(found.kept)} capacities; it may split loads, mix formations and choose any way, so it is no plan."
    )


def write_bound(found: Bound, run: PlanningRun, case: Case, folder: Path) -> Path:
    """Draw the plan under its bound; returns the path of the SVG file."""
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        return save_figure(bound_chart(found, run, case), folder / f"bound-{run.option}")


def bound_chart(found: Bound, run: PlanningRun, case: Case) -> Figure:
    """Vehicles delivered by day: bound, plan load by load, plan in whole formations."""
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    axes = figure.subplots()
    shown = found.days <= found.closure
    days = found.days[shown]
    axes.fill_between(days, found.plan_vehicles[shown], found.vehicles[shown], color=INK, alpha=0.1, lw=0)
    axes.plot(days, found.vehicles[shown], color=INK, lw=1.2, ls=(0, (4, 2)), label="no plan can do more")
    axes.plot(days, found.plan_vehicles[shown], color=PLAN, lw=1.8, label="the plan, load by load")
    axes.step(days, found.plan_whole[shown], where="post", color=WHOLE, lw=1.4, label="the plan, whole formations")
    axes.set(xlabel="days after the attack", ylabel="vehicles arrived")
    axes.set_xlim(float(days[0]), float(days[-1]))
    axes.set_ylim(bottom=0)
    axes.set_title(f"{run.option}: how far the plan is from the best possible")
    axes.legend(loc="upper left")
    caption = "Inputs at their medians, everybody comes, the warning is believed."
    figure.supxlabel(f"{caption} {case.name}, attacker's plan: {run.plan}", fontsize=7, x=0.01, ha="left")
    return figure
