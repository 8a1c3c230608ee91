"""Tables: on the terminal with rich, on disk as CSV."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.table import Table

from vallum.analysis.comparison import Comparison, OptionResult
from vallum.analysis.estimates import spread
from vallum.present.words import cost, design_words, event, event_in_general, interval, number, probability, when
from vallum.spec import Outcome
from vallum.study.study import Study

if TYPE_CHECKING:
    from jaxtyping import Bool, Shaped

CSV_COLUMNS: tuple[str, ...] = (
    "option",
    "quantity",
    "threshold",
    "unit",
    "value",
    "standard_error",
    "low",
    "high",
    "uncertainty",
    "runs",
)


def event_table(comparison: Comparison) -> Table:
    """How likely the case's event is under each option, how sure that is, against the reference, at what cost."""
    first, others = comparison.thresholds[0], sorted(comparison.thresholds[1:])
    table = _table(f"How likely is: {event_in_general(comparison.case)}")
    table.add_column("option", overflow="fold")
    for threshold in others:
        table.add_column(number(threshold), justify="right", no_wrap=True)
    table.add_column(f"{number(first)}\n95 % interval", justify="right", style="bold", no_wrap=True)
    table.add_column("difference\nto reference", justify="right", no_wrap=True)
    costly = any(result.option.cost is not None for result in comparison.results)
    if costly:
        table.add_column("cost", justify="right")
    for result in comparison.results:
        cells = [probability(result.events[x]) for x in others]
        sure = "one point" if result.point else interval(result.events[first])
        cells.append(f"{probability(result.events[first])}\n{sure}".strip())
        cells.append(_difference(result, first))
        table.add_row(result.option.title, *cells, *([cost(result)] if costly else []))
    return table


def _difference(result: OptionResult, threshold: float) -> str:
    if not result.against:
        return "reference"
    found = result.against[threshold]
    return f"{found.value:+.3f}\n{interval(found)}".strip()


def spread_table(comparison: Comparison) -> Table:
    """The range of every reported outcome over the futures: 5, 50 and 95 % lie below."""
    table = _table("How much: 5 / 50 / 95 % of futures lie below")
    table.add_column("outcome", overflow="fold")
    for result in comparison.results:
        table.add_column(result.option.title, justify="right")
    for name in comparison.results[0].spreads:
        outcome = comparison.case.spec.outcome(name)
        unit = "" if outcome.unit == "1" else f", {outcome.unit}"
        table.add_row(f"{name.replace('_', ' ')}{unit}", *(_span(outcome, x) for x in comparison.results))
    return table


def _span(outcome: Outcome, result: OptionResult) -> str:
    spread = result.spreads[outcome.name]
    if result.point:
        return when(outcome, spread.middle)
    return " / ".join(when(outcome, x) for x in (spread.low, spread.middle, spread.high))


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def comparison_rows(comparison: Comparison) -> Iterator[dict[str, str]]:
    """Every estimate of a comparison, one a row, as text for CSV; see `CSV_COLUMNS`."""
    case, question = comparison.case, comparison.case.question

    def row(result: OptionResult, quantity: str, threshold: str, unit: str, *numbers: float | str) -> dict[str, str]:
        cells = (result.option.id, quantity, threshold, unit, *(_exact(x) for x in numbers), str(result.runs))
        return dict(zip(CSV_COLUMNS, cells, strict=True))

    for result in comparison.results:
        for threshold in question.thresholds:
            for quantity, found in (
                ("probability", result.events[threshold]),
                ("difference", result.against.get(threshold)),
            ):
                if found is not None:
                    numbers = (found.value, found.standard_error, found.low, found.high, found.uncertainty)
                    yield row(result, f"{quantity} of: {event(case, threshold)}", f"{threshold:g}", "1", *numbers)
        for name, span in result.spreads.items():
            unit = case.spec.outcome(name).unit
            yield row(
                result,
                f"{name}, median and 5-95 %",
                "",
                unit,
                span.middle,
                math.nan,
                span.low,
                span.high,
                "input",
            )
        stated = result.option.cost
        if stated is not None:
            yield row(result, "cost", "", stated.unit, stated.best, math.nan, *stated.range, "input")
        for status, count in result.failed.items():
            yield row(result, f"failed runs: {status}", "", "1", float(count), math.nan, math.nan, math.nan, "none")


def _exact(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return "" if math.isnan(value) else repr(float(value))


def write_comparison(comparison: Comparison, path: Path) -> Path:
    """Write `comparison_rows` to a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer: csv.DictWriter[str] = csv.DictWriter(handle, CSV_COLUMNS)
        writer.writeheader()
        writer.writerows(comparison_rows(comparison))
    return path


def fact_table(facts: dict[str, str]) -> Table:
    """Names and what they are, two columns without lines."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, fact in facts.items():
        table.add_row(name, fact)
    return table


def study_facts(study: Study) -> Table:
    """What a study is: case, model, design, seed, precision, versions, digest."""
    about = study.attributes
    settings, machine = about["settings"], about["machine"]
    done = "complete" if study.complete else "UNFINISHED: resume it with vallum run --resume"
    failures = f"{about.get('failures', 0):,} with a bad status" if study.complete else "not known yet"
    facts = {
        "study": str(study.folder),
        "state": done,
        "case": f"{about['case_name']} ({about['case_digest'][:12]})",
        "model": f"{about['model_title']} ({about['model_digest'][:12]})",
        "runs": f"{about['runs']:,}, {failures}",
        "design": design_words(study),
        "precision": settings["dtype"],
        "made by": f"vallum {machine['vallum']}, jax {machine['jax']}, numpy {machine['numpy']}, {machine['device']}",
        "digest": study.digest or "none yet",
    }
    if "mixed" in about:
        facts["mixed bits"] = "; ".join(line for lines in about["mixed"] for line in lines)
    return fact_table(facts)


def outcome_table(study: Study) -> Table:
    """The range of every outcome under every option: 5, 50 and 95 % of good runs."""
    options = [str(x) for x in study.data["option"].to_numpy()]
    table = _table("Outcomes: 5 / 50 / 95 % of good runs lie below; flags: share of runs")
    table.add_column("outcome")
    table.add_column("unit")
    for option in options:
        table.add_column(option, justify="right")
    good = study.data["status"].to_numpy() == 0
    for name in study.names("outcome"):
        about = study.data[name].attrs
        cells = [
            _range(study.data[name].isel(option=place).to_numpy(), good[place], about["kind"])
            for place in range(len(options))
        ]
        table.add_row(name, about["unit"], *cells)
    return table


def _range(
    values: Shaped[np.ndarray, "future replicate"], good: Bool[np.ndarray, "future replicate"], kind: str
) -> str:
    if kind == "flag":
        return number(float(values[good].mean())) if good.any() else "none"
    found = spread(values, good)
    return " / ".join(number(x) for x in (found.low, found.middle, found.high))
