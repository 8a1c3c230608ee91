"""Figures for print and screen: how the outcome comes about over time, with its fan.

Every figure is written as SVG (text stays text) and as PNG, and is made of numbers that
stand in the study or in the comparison's CSV file.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vallum.analysis.comparison import Comparison, event
from vallum.analysis.estimates import mean
from vallum.present.words import event_in_general, last_step

if TYPE_CHECKING:
    import xarray as xr
    from jaxtyping import Float64

    Floats = Float64[np.ndarray, "..."]

# Okabe and Ito (2008): told apart with every common colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
SERIES_COLOURS = ("#7A1F3D", "#3C7A89", "#B8860B")  # none of the options' colours
INK, PALE = "#1b2a38", "#d9dee3"
STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "vallum",
    "font.family": "sans-serif",
    "font.sans-serif": ["Inter", "DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "figure.dpi": 100,
}
CURVE_POINTS = 200
PANELS_A_ROW = 3


def write_figures(comparison: Comparison, folder: Path) -> list[Path]:
    """Write every figure that a comparison has; returns the paths of the SVG files."""
    folder.mkdir(parents=True, exist_ok=True)
    figures: list[tuple[str, Figure]] = []
    with style():
        if comparison.case.spec.outcome(comparison.case.question.outcome).kind == "time" and comparison.thresholds:
            figures.append(("probability_over_time", probability_over_time(comparison)))
        if _shown_series(comparison):
            figures.append(("series_over_time", series_over_time(comparison)))
        return [save_figure(figure, folder / name) for name, figure in figures]


@contextmanager
def style() -> Generator[None]:
    """The style of all figures, while they are made and saved."""
    settings: Any = dict(STYLE)
    with mpl.rc_context(settings):
        yield


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG and as SVG; returns the path of the latter."""
    figure.savefig(path.with_suffix(".png"), dpi=200)
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    return path.with_suffix(".svg")


def probability_over_time(comparison: Comparison) -> Figure:
    """The probability that the event has happened by each day, with its 95 % interval, for every option."""
    case, study, question = comparison.case, comparison.study, comparison.case.question
    outcome = case.spec.outcome(question.outcome)
    scramble = study.data["scramble"].to_numpy()
    sampled = study.attributes["design"] != "table"
    times = _times(comparison)
    many = len(comparison.results) > 4  # each on a line of its own, below the panel
    figure = Figure(figsize=(7.2, 4.0 + 0.2 * len(comparison.results) * many), layout="constrained")
    axes = figure.subplots()
    for place, result in enumerate(comparison.results):
        mine = study.data[[outcome.name, "status"]].sel(option=result.option.id)
        runs, good = mine[outcome.name].to_numpy(), mine["status"].to_numpy() == 0
        curve = [mean(event(case, runs, x), good, scramble, sampled=sampled, certain=result.point) for x in times]
        colour = COLOURS[place % len(COLOURS)]
        style = "--" if result.point else "-" if place < len(COLOURS) else ":"
        axes.step(
            times,
            [x.value for x in curve],
            where="post",
            color=colour,
            linestyle=style,
            label=_label(result),
            clip_on=False,
        )
        axes.fill_between(
            times, [x.low for x in curve], [x.high for x in curve], step="post", color=colour, alpha=0.25, lw=0
        )
        marks = [result.events[x] for x in comparison.thresholds]
        axes.plot(comparison.thresholds, [x.value for x in marks], "o", color=colour, markersize=4, clip_on=False)
    axes.set(xlim=(0, times[-1]), ylim=(0, 1), xlabel=outcome.unit, ylabel="probability")
    axes.set_title(_sentence_case(event_in_general(case)))
    if many:
        figure.legend(
            loc="outside lower left", fontsize=8, title=_footer(comparison), title_fontsize=7, alignment="left"
        )
    else:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
        figure.supxlabel(_footer(comparison), fontsize=7, x=0.01, ha="left")
    return figure


def _times(comparison: Comparison) -> Floats:
    """Where to draw: every whole day of a short clock, evenly spread moments of a long one."""
    outcome = comparison.case.spec.outcome(comparison.case.question.outcome)
    last = 1.1 * max(comparison.thresholds)
    if outcome.clock:
        last = min(last, last_step(comparison.case, outcome))
    even = np.linspace(0, last, CURVE_POINTS)
    return np.union1d(np.arange(0, last + 1) if last <= CURVE_POINTS else even, comparison.thresholds)


def series_over_time(comparison: Comparison) -> Figure:
    """Fans of the case's series: 5-95 % and 25-75 % of futures, and the median, one panel an option."""
    names = _shown_series(comparison)
    results = comparison.results
    columns = min(PANELS_A_ROW, len(results))
    rows = -(-len(results) // columns)
    figure = Figure(figsize=(3.1 * columns + 0.6, 2.9 * rows + 0.7), layout="constrained")
    panels: Sequence[Axes] = list(np.ravel(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)))
    spec = comparison.case.spec
    clock = spec.table(spec.outcome(names[0]).per).key
    days = comparison.study.data[clock].to_numpy()
    for axes, result in zip(panels, results, strict=False):
        for number, name in enumerate(names):
            _fan(
                axes,
                days,
                comparison.study.data[name].sel(option=result.option.id),
                SERIES_COLOURS[number % len(SERIES_COLOURS)],
                _readable(name),
            )
        axes.set_title(_wrap(result.option.title))
        axes.set_xlabel(clock)
        axes.tick_params(labelbottom=True)
    for axes in panels[len(results) :]:
        axes.set_visible(False)
    panels[0].set_ylabel(spec.outcome(names[0]).unit)
    panels[0].set_xlim(float(days[0]), float(days[-1]))
    panels[0].set_ylim(bottom=0)
    panels[0].legend(loc="upper left", fontsize=8)
    shown = comparison.study.data[names[0]].attrs["futures"]
    caption = f"Shaded: 5-95 % and 25-75 % of the first {shown:,} futures; line: median. "
    figure.supxlabel(caption + _footer(comparison), fontsize=7, x=0.01, ha="left")
    return figure


def _fan(axes: Axes, days: Any, series: xr.DataArray, colour: str, label: str) -> None:
    band = {float(q): series.sel(quantile=q).to_numpy() for q in series["quantile"].to_numpy()}
    axes.fill_between(days, band[0.05], band[0.95], color=colour, alpha=0.18, lw=0)
    axes.fill_between(days, band[0.25], band[0.75], color=colour, alpha=0.3, lw=0)
    axes.plot(days, band[0.5], color=colour, lw=1.6, label=label)


def _shown_series(comparison: Comparison) -> tuple[str, ...]:
    """The series that the case asks for; otherwise those behind its reported outcomes."""
    question, spec = comparison.case.question, comparison.case.spec
    series = {x.name for x in spec.series if x.kind != "flag"}
    if question.over_time:
        return question.over_time
    return tuple(f"{name}_by_day" for name in question.report if f"{name}_by_day" in series)


def _label(result: Any) -> str:
    return f"{result.option.title} (one point)" if result.point else result.option.title


def _readable(name: str) -> str:
    return name.removesuffix("_by_day").replace("_", " ")


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _wrap(text: str, width: int = 34) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _footer(comparison: Comparison) -> str:
    about = comparison.study.attributes
    futures = about["settings"]["design"]["futures"]
    design = f"{futures:,} futures ({about['design']}, seed {about['seed']})"
    return f"{comparison.case.name}, {design}, study {comparison.study.digest[:8]}"
