"""Figures of a campaign study: denial by option and branch, and the aim's fall over time; one panel a plan."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vallum.analysis.arms import Arm
from vallum.analysis.campaign import DAY, TRUSTED, CampaignFindings, cell
from vallum.analysis.campaign_runs import ALL
from vallum.present.figures import COLOURS, INK, PALE, save_figure, style
from vallum.present.naming import plan_name
from vallum.present.words import design_words
from vallum.present.years_figures import flip_chart, paths_chart

ALL_COLOUR = "#1b4965"
BRANCH_COLOURS = ("#3f7d58", "#d98e04", "#b23a48", "#6a4c93", "#4d908e")


def write_campaign_figures(found: CampaignFindings, folder: Path) -> dict[str, Path]:
    """Write every figure as SVG and PNG; paths of the SVG files by name."""
    folder.mkdir(parents=True, exist_ok=True)
    makers = {"denial": denial_chart, "fall": fall_chart}
    later = {"years": paths_chart, "flips": flip_chart}
    with style():
        drawn = {name: save_figure(make(found), folder / name) for name, make in makers.items()}
        if found.years:
            drawn |= {name: save_figure(make(found.years), folder / name) for name, make in later.items()}
    return drawn


def denial_chart(found: CampaignFindings) -> Figure:
    """P(denied) of every option: all futures with their interval and range, and each branch of the advance.

    A hollow mark stands where more than a quarter of the runs leave the evidence.
    """
    plans, options = found.runs.plans, found.runs.options
    figure = Figure(figsize=(3.1 * len(plans) + 1.0, 0.34 * len(options) + 1.9), layout="constrained")
    panels: Sequence[Axes] = list(np.ravel(figure.subplots(1, len(plans), sharey=True, squeeze=False)))
    for axes, plan in zip(panels, plans, strict=True):
        for line, option in enumerate(options):
            _denial_line(axes, found, Arm(option, plan), line)
        axes.set(xlim=(-0.03, 1.03), ylim=(len(options) - 0.5, -0.5), xticks=(0, 0.25, 0.5, 0.75, 1))
        axes.set_xticklabels(["0", "", "0.5", "", "1"])
        axes.set_yticks(range(len(options)), options)
        axes.grid(visible=False, axis="y")
        axes.set_title(_wrapped(plan_name(found, plan)), fontsize=9)
        axes.set_xlabel(f"P(denied by day {DAY})")
    handles = [
        Line2D([], [], color=ALL_COLOUR, marker="s", ls="", label="all branches, 95 % interval"),
        Line2D([], [], color=PALE, lw=6, label="range over inputs"),
        *(
            Line2D([], [], color=BRANCH_COLOURS[place % len(BRANCH_COLOURS)], marker="o", ls="", label=name)
            for place, name in enumerate(found.runs.branches)
        ),
        Line2D([], [], color=INK, marker="o", mfc="white", ls="", label=f"over {100 * TRUSTED:.0f} % outside evidence"),
    ]
    figure.legend(
        handles=handles, loc="outside lower left", ncols=3, fontsize=8, title=_footer(found), title_fontsize=7,
        alignment="left",
    )  # fmt: skip
    return figure


def _denial_line(axes: Axes, found: CampaignFindings, arm: Arm, line: int) -> None:
    spread = found.book[cell(arm, ALL, f"denied-{DAY}-range")]
    axes.plot([spread.low, spread.high], [line, line], color=PALE, lw=6, solid_capstyle="butt", zorder=1)
    marks = {ALL: (ALL_COLOUR, "s"), **_colours(found)}
    for branch, (colour, marker) in marks.items():
        result = found.book[cell(arm, branch, f"denied-{DAY}")]
        doubted = found.book[cell(arm, branch, "outside")].value > TRUSTED
        face = "white" if doubted else colour
        if branch == ALL:
            axes.plot([result.low, result.high], [line, line], color=colour, lw=1.6, zorder=2)
        axes.plot([result.value], [line], marker=marker, ms=5, mfc=face, mec=colour, ls="", zorder=3, clip_on=False)


def _colours(found: CampaignFindings) -> Mapping[str, tuple[str, str]]:
    return {name: (BRANCH_COLOURS[place % len(BRANCH_COLOURS)], "o") for place, name in enumerate(found.runs.branches)}


def fall_chart(found: CampaignFindings) -> Figure:
    """P(aim taken by each day) of every option that can be compared, the alliance fighting."""
    plans, options = found.runs.plans, found.runs.comparable
    figure = Figure(figsize=(3.1 * len(plans) + 1.0, 3.4), layout="constrained")
    panels: Sequence[Axes] = list(np.ravel(figure.subplots(1, len(plans), sharey=True, squeeze=False)))
    days = np.arange(len(found.runs.case.tables["clock"]), dtype=np.float64)
    lines: list[Line2D] = []
    for axes, plan in zip(panels, plans, strict=True):
        lines = []
        for place, option in enumerate(options):
            arm = Arm(option, plan)
            taken: Any = found.runs.outcome("aim_taken_day", arm)[found.runs.good(arm)]
            share = [float((taken <= day).mean()) if len(taken) else np.nan for day in days.tolist()]
            colour, dashes = COLOURS[place % len(COLOURS)], "-" if place < len(COLOURS) else ":"
            lines += axes.step(days, share, where="post", color=colour, ls=dashes, lw=1.5, label=option)
        axes.set(xlim=(0, days[-1]), ylim=(0, 1), xlabel="day of the campaign")
        axes.set_title(_wrapped(plan_name(found, plan)), fontsize=9)
    panels[0].set_ylabel("P(aim taken)")
    figure.legend(
        handles=lines, loc="outside lower left", ncols=len(options), fontsize=8, title=_footer(found),
        title_fontsize=7, alignment="left",
    )  # fmt: skip
    return figure


def _wrapped(text: str, width: int = 30) -> str:
    return textwrap.fill(text, width)


def _footer(found: CampaignFindings) -> str:
    return f"{found.runs.case.name}; the alliance fighting; {design_words(found.runs.study)}"
