"""Figures of the years after: the paths of a few options, and which option has the lowest risk of war where."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from vallum.analysis.years_ahead import ALL, ahead_of
from vallum.analysis.years_told import YearsTold
from vallum.present.figures import COLOURS, INK

SHOWN = 5  # options in the figure of paths
DASHES = ("-", "--", "-.", ":")
BRIGHT = 0.25  # luminance above which letters are dark
CLOSE = 0.005  # a lead in the risk of war that is hatched


def _colour(told: YearsTold, option: str) -> str:
    """One colour an option in every figure of the years."""
    return COLOURS[told.flips.options.index(option) % len(COLOURS)]


def _on(colour: str) -> str:
    """A colour of letters that can be read on another: relative luminance as WCAG has it."""
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour))
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > BRIGHT else "white"


def paths_chart(told: YearsTold) -> Figure:
    """Answer, tension, chance that a crisis becomes an attack, and rate of wars, by year: means over futures."""
    pipeline = told.found.jackknife.whole
    options = told.looked_at[:SHOWN]
    figure = Figure(figsize=(9.6, 2.9), layout="constrained")
    drawn: Any = figure.subplots(1, 4)
    panels: list[Any] = list(drawn)
    titles = (
        "opponent's answer\n(brigades)",
        "tension\n(1: tense times on record)",
        "P(crisis becomes attack)",
        "wars a year",
    )
    lines: list[Line2D] = []
    for place, option in enumerate(options):
        found = ahead_of(pipeline, ALL, option)
        colour, dashes = _colour(told, option), DASHES[place % len(DASHES)]
        for axes, series in zip(panels, (found.answer, found.tension, found.attack, found.hazard), strict=True):
            axes.plot(range(series.shape[1]), series.mean(axis=0), color=colour, ls=dashes, lw=1.6)
        lines.append(Line2D([], [], color=colour, ls=dashes, lw=1.6, label=option))
    for axes, title in zip(panels, titles, strict=True):
        axes.set_title(title, fontsize=8.5)
        axes.set(xlabel="year", xlim=(0, told.found.last), xticks=range(0, told.found.last + 1, 2))
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    figure.legend(handles=lines, loc="outside lower left", ncols=len(options), fontsize=8)
    return figure


def flip_chart(told: YearsTold) -> Figure:
    """Which option has the lowest risk of war: how strongly a build-up is answered by how much denial impresses."""
    flips = told.flips
    best = np.argmin(flips.war, axis=0)
    shown = [place for place in range(len(flips.options)) if (best == place).any()]
    colours = [_colour(told, flips.options[place]) for place in shown]
    figure = Figure(figsize=(6.4, 4.1), layout="constrained")
    axes: Any = figure.subplots()
    cells = np.vectorize(shown.index)(best)
    axes.pcolormesh(cells, cmap=ListedColormap(colours), vmin=-0.5, vmax=len(shown) - 0.5, edgecolors="white", lw=1.2)
    ranked = np.sort(flips.war, axis=0)
    low, second = ranked[0], ranked[min(1, len(ranked) - 1)]
    for line in range(cells.shape[0]):
        for column in range(cells.shape[1]):
            lead = float((second - low)[line, column])
            text = f"{100 * low[line, column]:.0f}\n+{100 * lead:.1f}"
            written = _on(_colour(told, flips.options[int(best[line, column])]))
            axes.text(column + 0.5, line + 0.5, text, ha="center", va="center", fontsize=6.5, color=written)
            if lead < CLOSE:
                veil = Rectangle((column, line), 1, 1, fill=False, hatch="////", ec="white", lw=0, alpha=0.5)
                axes.add_patch(veil)
    axes.set_xticks(np.arange(len(flips.answers)) + 0.5, [f"{100 * x:.0f}" for x in flips.answers])
    axes.set_yticks(np.arange(len(flips.denials)) + 0.5, [f"{x:g}" for x in flips.denials])
    axes.set_xlabel("how strongly a build-up is answered and feared (percentile of the priors)")
    axes.set_ylabel("how much denial impresses (1: as campaigns say)")
    axes.grid(visible=False)
    axes.text(0, 1.02, "hardly answered, hardly feared", transform=axes.transAxes, fontsize=8, color=INK)
    axes.text(1, 1.02, "answered in full, and feared", transform=axes.transAxes, fontsize=8, color=INK, ha="right")
    handles = [Patch(color=colour, label=flips.options[place]) for colour, place in zip(colours, shown, strict=True)]
    title = (
        "lowest P(war): in percent, and how many points the next option is behind; hatched: less than "
        f"{100 * CLOSE:g} points"
    )
    figure.legend(
        handles=handles, loc="outside lower left", ncols=len(handles), fontsize=8, title=title, title_fontsize=7
    )
    return figure
