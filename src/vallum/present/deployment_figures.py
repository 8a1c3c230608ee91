"""Figures of the reinforcement race: brigades closed by day, and the days of every formation."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from vallum.analysis.reinforcement import Closure, OptionRace, Race
from vallum.present.deployment import place_name
from vallum.present.figures import INK, save_figure, style

PANELS_A_ROW = 3
FAR = 1e4  # days: beyond every page
ALL, MOVED = "#1b4965", "#c8553d"
# In the order in which a formation meets them; moving and integrating are pale, what holds it up is not.
STAGES = {
    "decision_days": ("decision", "#6b7a8f"),
    "notice_days": ("notice to move", "#8d99ae"),
    "border_days": ("waits: border", "#d1495b"),
    "lift_wait_days": ("waits: sea or air lift", "#00798c"),
    "port_wait_days": ("waits: port", "#30a5b8"),
    "ramp_wait_days": ("waits: railhead", "#edae49"),
    "gauge_wait_days": ("waits: gauge break", "#b5838d"),
    "line_wait_days": ("waits: road or rail", "#8f5d2e"),
    "moving_days": ("moving and loading", "#cfe3dc"),
    "integration_days": ("integration", "#e3e6ea"),
}


def write_race_figures(race: Race, folder: Path) -> list[Path]:
    """Write the closure chart and a Gantt chart for each option; returns the paths of the SVG files."""
    folder.mkdir(parents=True, exist_ok=True)
    with style():
        paths = [save_figure(closure_chart(race), folder / "closure")]
        for result in race.results:
            if any(x.by_end > 0 for x in result.movers):
                paths.append(save_figure(gantt(race, result), folder / f"gantt-{result.option.id}"))
    return paths


def closure_chart(race: Race) -> Figure:
    """Brigades closed by day, one panel an option: all of them, and those that had to move."""
    columns = min(PANELS_A_ROW, len(race.results))
    rows = -(-len(race.results) // columns)
    figure = Figure(figsize=(3.1 * columns + 0.6, 2.6 * rows + 0.8), layout="constrained")
    panels: Sequence[Axes] = list(np.ravel(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)))
    days = np.arange(race.days)
    reference = next((x for x in race.results if x.option.id == race.case.question.reference), None)
    for axes, result in zip(panels, race.results, strict=False):
        for name, colour, label in (
            ("brigades_by_day", ALL, "all brigades"),
            ("reinforcements_by_day", MOVED, "those that had to move"),
        ):
            fan = result.fans[name]
            axes.fill_between(days, fan[0], fan[4], color=colour, alpha=0.15, lw=0)
            axes.fill_between(days, fan[1], fan[3], color=colour, alpha=0.28, lw=0)
            axes.plot(days, fan[2], color=colour, lw=1.6, label=label)
        if reference is not None and result is not reference:
            line = reference.fans["brigades_by_day"][2]
            axes.plot(days, line, color=INK, lw=0.9, ls=(0, (2, 2)), label=f"median of {reference.option.id}")
        axes.set_title(_title(result, 42), fontsize=8)
        axes.tick_params(labelbottom=True)
    for axes in panels[len(race.results) :]:
        axes.set_visible(False)
    for axes in panels[::columns]:
        axes.set_ylabel("brigades closed")
    panels[0].set_xlim(0, race.days - 1)
    panels[0].set_ylim(bottom=0)
    full = next((panel for panel, x in zip(panels, race.results, strict=False) if x is not reference), panels[0])
    handles, labels = full.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3, fontsize=8)
    figure.supxlabel(
        f"days after the attack. Shaded: 5-95 % and 25-75 % of futures. {footer(race)}", fontsize=7, x=0.01, ha="left"
    )
    return figure


def gantt(race: Race, result: OptionRace) -> Figure:
    """Every formation that moves: what its mean days go into, and when it has closed."""
    movers = [x for x in result.movers if x.by_end > 0]
    figure = Figure(figsize=(9.0, 0.24 * len(movers) + 1.9), layout="constrained")
    axes = figure.subplots()
    for line, closure in enumerate(movers):
        _bar(axes, line, closure)
    axes.set_yticks(range(len(movers)), [_who(race, x) for x in movers], fontsize=7.5)
    axes.set_ylim(len(movers) - 0.4, -0.7)
    last = race.days - 1
    left = min(0.0, *(x.reasons["decision_days"] for x in movers))
    axes.set_xlim(left, last)
    axes.grid(axis="y", visible=False)
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_axisbelow(True)
    figure.suptitle(_title(result, 100), x=0.01, ha="left", fontsize=10, fontweight="bold")
    used = [name for name in STAGES if any(abs(x.reasons[name]) >= 0.05 for x in movers)]
    handles = [Patch(facecolor=STAGES[name][1], label=STAGES[name][0]) for name in used]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=7.5)
    note = (
        "Bars: mean days of the last element, over the futures in which it closes.\n"
        "Dot and line: median and 25-75 % of all futures; in brackets, in how many it closes by the last day."
    )
    axes.set_xlabel(f"days after the attack\n\n{note}\n{footer(race)}", fontsize=7, loc="left")
    return figure


def _bar(axes: Axes, line: int, closure: Closure) -> None:
    start = min(closure.reasons["decision_days"], 0.0)
    for name, (_, colour) in STAGES.items():
        days = max(closure.reasons[name], 0.0)  # an order before the attack is where the bar begins
        axes.barh(line, days, left=start, height=0.62, color=colour, lw=0)
        start += days
    _, low, middle, high, _ = closure.closed
    if np.isfinite(low):
        axes.plot([low, min(high, FAR)], [line, line], color=INK, lw=0.8, solid_capstyle="butt")
    if np.isfinite(middle):
        axes.plot([middle], [line], "o", color=INK, markersize=3.2)


def _who(race: Race, closure: Closure) -> str:
    destination = str(race.case.tables["formations"].columns["destination"][closure.row])
    return f"{closure.id} \u2192 {place_name(race.case, destination)} ({closure.by_end:.0%})"


def footer(race: Race) -> str:
    """What the numbers of a page rest on."""
    said = {id: ", ".join(f"{plan} {share:.0%}" for plan, share in mine.items()) for id, mine in race.plans.items()}
    alike = len(set(said.values())) == 1
    plans = next(iter(said.values())) if alike else "; ".join(f"under {id} {words}" for id, words in said.items())
    failed = max(result.failed for result in race.results)
    words = f"{race.case.name}, {race.futures:,} futures (sobol, seed {race.seed}); attacker's plan: {plans}"
    return words + (f"; up to {failed:,} futures of an option have a bad status and do not count" if failed else "")


def _title(result: OptionRace, width: int) -> str:
    return "\n".join(textwrap.wrap(f"{result.option.id}  {result.option.title}", width))
