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
from vallum.analysis.estimates import Estimate, spread
from vallum.case import Case
from vallum.present.words import (
    brief,
    cost,
    design_words,
    event,
    event_in_general,
    exact,
    interval,
    label,
    number,
    probability,
    unit_after,
)
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
    table = styled_table(f"How likely is ({comparison.case.question.event_is}): {event_in_general(comparison.case)}")
    table.add_column("option", overflow="fold")
    for threshold in others:
        table.add_column(exact(threshold), justify="right", no_wrap=True)
    table.add_column(f"{exact(first)}\n95 % interval", justify="right", style="bold", no_wrap=True)
    table.add_column("difference\nto reference", justify="right", no_wrap=True)
    _add_cost(table, comparison)
    for result in comparison.results:
        found = result.events[first]
        cells = [probability(result, result.events[x]) for x in others]
        cells.append(_two_lines(probability(result, found), "one point" if result.point else interval(found)))
        against = result.events_against.get(first)
        cells.append(_difference(comparison, result, against, "+.3f"))
        table.add_row(result.option.title, *cells, *_cost(comparison, result))
    return table


def average_table(comparison: Comparison) -> Table:
    """The mean of the outcome of interest under each option, how sure it is, and against the reference."""
    case = comparison.case
    name = case.question.outcome
    outcome = case.spec.outcome(name)
    table = styled_table(f"How much on average: {label(case, name)}{unit_after(outcome)}")
    table.add_column("option", overflow="fold")
    table.add_column("mean\n95 % interval", justify="right", no_wrap=True)
    table.add_column("difference\nto reference", justify="right", no_wrap=True)
    _add_cost(table, comparison)
    for result in comparison.results:
        found, against = result.averages[name], result.averages_against.get(name)
        cells = [_two_lines(number(found.value, 4), interval(found, ".4g"))]
        cells.append(_difference(comparison, result, against, "+.3g"))
        table.add_row(result.option.title, *cells, *_cost(comparison, result))
    return table


def _difference(comparison: Comparison, result: OptionResult, found: Estimate | None, form: str) -> str:
    if result.option.id == comparison.reference:
        return "reference"
    return "" if found is None else _two_lines(f"{found.value:{form}}", interval(found, form.removeprefix("+")))


def _two_lines(first: str, second: str) -> str:
    return f"{first}\n{second}".strip()


def _costly(comparison: Comparison) -> bool:
    return any(result.option.cost is not None for result in comparison.results)


def _add_cost(table: Table, comparison: Comparison) -> None:
    if _costly(comparison):
        table.add_column("cost", justify="right", overflow="fold")


def _cost(comparison: Comparison, result: OptionResult) -> list[str]:
    return [cost(result)] if _costly(comparison) else []


def spread_table(comparison: Comparison) -> Table:
    """The range of every reported outcome over the futures."""
    case, results = comparison.case, comparison.results
    below = "5 / 50 / 95 % of futures lie below" if results[0].spreads[case.question.outcome].shares[0] else ""
    table = styled_table(
        f"How much: {below or 'lowest / middle / highest of the futures given'}; flags: share of futures"
    )
    table.add_column("outcome", overflow="fold")
    for result in results:
        table.add_column(result.option.title, justify="right", overflow="fold")
    for name in results[0].spreads:
        outcome = case.spec.outcome(name)
        table.add_row(
            f"{label(case, name)},{unit_after(outcome)}".rstrip(","), *(_span(case, outcome, x) for x in results)
        )
    return table


def _span(case: Case, outcome: Outcome, result: OptionResult) -> str:
    if outcome.kind == "flag":
        return probability(result, result.averages[outcome.name])
    found = result.spreads[outcome.name]
    if result.point:
        return brief(case, outcome, found.middle)
    return " / ".join(brief(case, outcome, x) for x in (found.low, found.middle, found.high))


def styled_table(title: str) -> Table:
    """A table in the one style of all pages."""
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def comparison_rows(comparison: Comparison) -> Iterator[dict[str, str]]:
    """Every estimate of a comparison, one a row, as text for CSV; see `CSV_COLUMNS`."""
    for result in comparison.results:
        for quantity, threshold, unit, *numbers in _quantities(comparison.case, result):
            cells = (result.option.id, quantity, threshold, unit, *(_exact(x) for x in numbers), str(result.runs))
            yield dict(zip(CSV_COLUMNS, cells, strict=True))


def _quantities(case: Case, result: OptionResult) -> Iterator[tuple[str, str, str, float, float, float, float, str]]:
    """What is known of one option: quantity, threshold, unit, value, error, interval, kind of uncertainty."""
    for kind, estimates in (("probability", result.events), ("difference", result.events_against)):
        for threshold, found in estimates.items():
            yield f"{kind} of: {event(case, threshold)}", f"{threshold:.12g}", "1", *_numbers(found)
    for kind, averages in (("mean", result.averages), ("difference of mean", result.averages_against)):
        for name, found in averages.items():
            yield f"{kind}: {name}", "", case.spec.outcome(name).unit, *_numbers(found)
    for name, span in result.spreads.items():
        quantity = f"median and {100 * span.shares[0]:g}-{100 * span.shares[2]:g} %: {name}"
        unit = case.spec.outcome(name).unit
        yield quantity, "", unit, span.middle, math.nan, span.low, span.high, span.uncertainty
    if result.option.cost is not None:
        stated = result.option.cost
        yield "cost", "", stated.unit, stated.best, math.nan, *stated.range, "input"
    for status, count in result.failed.items():
        yield f"failed runs: {status}", "", "1", float(count), math.nan, math.nan, math.nan, "none"


def _numbers(found: Estimate) -> tuple[float, float, float, float, str]:
    return found.value, found.standard_error, found.low, found.high, found.uncertainty


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
    table = styled_table("Outcomes: 5 / 50 / 95 % of good runs lie below; flags: share of runs")
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
