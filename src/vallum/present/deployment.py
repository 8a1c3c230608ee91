"""The reinforcement race on the terminal and as CSV: who closes when, where, and what holds them up."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from vallum.analysis.reinforcement import CAPACITIES, QUANTILES, REASONS, Capacity, Closure, OptionRace, Race
from vallum.case import Branches, Case
from vallum.present.tables import styled_table
from vallum.present.words import number

MARKS = (0, 3, 10, 30, 60)  # days that the tables show, beside the last
SHOWN_REASONS = 3
LIST_COLUMNS = (
    *("option", "formation", "name", "nation", "origin", "destination", "axis", "heaviness", "moves"),
    *("brigades", "vehicles", "soldiers", "required_day", "sent_share", "cut_off_share", "closed_by_end_share"),
    *("ordered_day_median", *(f"closed_day_{100 * q:g}" for q in QUANTILES)),
    *("decision_days_mean", *(f"{name}_mean" for name in REASONS), "planned_way"),
)


def race_tables(race: Race) -> list[Table]:
    """Every table of a race: all options by day and by formation, one told in full, and what binds."""
    full = told(race)
    tables = [day_table(race, name) for name in ("brigades_by_day", "reinforcements_by_day", "vehicles_by_day")]
    if len(race.results) > 1:
        tables.append(closure_table(race))
    tables += [reasons_table(race, full), place_table(race, full)]
    if any(x.gain is not None for result in race.results for x in result.capacities):
        tables.append(capacity_table(race))
    return tables


def pooled_words(race: Race) -> list[str]:
    """A sentence for every input whose branches these tables pool, with their weights."""
    lines: dict[str, list[str]] = {}
    for result in race.results:
        for name in race.case.inputs:
            marginal = result.option.inputs.get(name, race.case.inputs[name]).marginal
            if isinstance(marginal, Branches) and len(marginal.names) > 1:
                shares = np.asarray(marginal.weights, float).reshape(len(marginal.names), -1)[:, 0]
                branches = zip(marginal.names, shares / shares.sum(), strict=True)
                words = ", ".join(f"{branch or 'unnamed'} {share:.0%}" for branch, share in branches)
                lines.setdefault(f"Pooled over the branches of {name}: {words}", []).append(result.option.id)
    return [f"{line} (under {', '.join(ids)})" for line, ids in lines.items()]


def told(race: Race) -> OptionRace:
    """The option that is told in full: the reference, or the first where that is not among them."""
    return next((x for x in race.results if x.option.id == race.case.question.reference), race.results[0])


def shown_days(race: Race) -> tuple[int, ...]:
    """The days that tables show: those of MARKS on the clock, and the last."""
    return (*(x for x in MARKS if x < race.days - 1), race.days - 1)


def day_table(race: Race, series: str) -> Table:
    """A series by some days under each option: median and 5-95 % of futures."""
    outcome = race.case.spec.outcome(series)
    found = styled_table(
        f"{outcome.meaning[:1].upper()}{outcome.meaning[1:]} by day, {outcome.unit}s: median (5-95 % of futures)"
    )
    found.add_column("option", overflow="fold")
    days = shown_days(race)
    for day in days:
        found.add_column(f"day {day}", justify="right", no_wrap=True)
    for result in race.results:
        low, _, middle, _, high = result.fans[series]
        digits = 0 if outcome.unit == "vehicle" else 1
        cells = [f"{middle[day]:,.{digits}f} ({low[day]:,.{digits}f}-{high[day]:,.{digits}f})" for day in days]
        found.add_row(f"{result.option.id}  {result.option.title}", *cells)
    return found


def closure_table(race: Race) -> Table:
    """On which day each formation that moves has closed under each option: median of futures."""
    found = styled_table("Day on which half of all futures have seen a formation close; under every option")
    found.add_column("formation", no_wrap=True)
    found.add_column("to", no_wrap=True)
    for result in race.results:
        found.add_column(result.option.id, justify="right", no_wrap=True)
    for row, id in _movers(race):
        cells = [_closed(x) for x in race.results for x in [_closure(x, row)]]
        found.add_row(id, place_name(race.case, _cell(race.case, "formations", "destination", row)), *cells)
    return found


def _movers(race: Race) -> list[tuple[int, str]]:
    """Every formation that moves under some option, in the order in which they first close."""
    first: dict[tuple[int, str], tuple[float, float]] = {}
    for result in race.results:
        for closure in result.movers:
            key = closure.row, closure.id
            first[key] = min(first.get(key, (math.inf, math.inf)), (closure.closed[2], closure.closed[1]))
    return sorted(first, key=lambda x: (first[x], x[1]))


def _closure(result: OptionRace, row: int) -> Closure | None:
    return next((x for x in result.closures if x.row == row), None)


def _closed(closure: Closure | None) -> str:
    if closure is None:
        return "-"
    return day_words(closure.closed[2]) if closure.moves else "in place"


def day_words(day: float) -> str:
    """A day of closure in a table; "never" where the formation does not close."""
    return "never" if math.isinf(day) else f"{day:.0f}"


def reasons_table(race: Race, result: OptionRace) -> Table:
    """When each formation is ordered and has closed under an option, and what costs it most."""
    found = styled_table(
        f"Who is late and why, {result.option.id} ({result.option.title}): days from the attack, "
        "closed in 25 / 50 / 75 % of futures"
    )
    for name in ("formation", "from", "to"):
        found.add_column(name, no_wrap=True)
    for name in ("brigades", "ordered", "closed", f"by day {race.days - 1}"):
        found.add_column(name, justify="right", no_wrap=True)
    found.add_column("held up by, mean days where it closes", overflow="fold")
    for closure in result.movers:
        _, low, middle, high, _ = closure.closed
        found.add_row(
            closure.id,
            place_name(race.case, _cell(race.case, "formations", "origin", closure.row)),
            place_name(race.case, _cell(race.case, "formations", "destination", closure.row)),
            number(closure.brigades),
            "-" if math.isinf(closure.ordered) else f"{closure.ordered:.0f}",
            " / ".join(day_words(x) for x in (low, middle, high)),
            f"{closure.by_end:.0%}",
            held_up(closure),
        )
    return found


def held_up(closure: Closure) -> str:
    """What costs a formation most, in words."""
    words = [f"{word} {days:.1f}" for word, days in closure.held_up_by[:SHOWN_REASONS]]
    if closure.cut_off >= 0.005:
        words.append(f"cut off in {closure.cut_off:.0%}")
    if closure.sent <= 0.995:
        words.append(f"not sent in {1 - closure.sent:.0%}")
    return ", ".join(words) or "nothing"


def place_table(race: Race, result: OptionRace) -> Table:
    """Brigades closed by day on each axis under an option: medians."""
    found = styled_table(
        f"Where, {result.option.id}: brigades closed by day at the places of each axis, median of futures"
    )
    found.add_column("axis", overflow="fold")
    days = shown_days(race)
    for day in days:
        found.add_column(f"day {day}", justify="right", no_wrap=True)
    for axis, fan in result.axes.items():
        name = _cell(race.case, "axes", "name", race.case.tables["axes"].ids.index(axis)) if axis else "elsewhere"
        found.add_row(name, *(f"{fan[2][day]:,.1f}" for day in days))
    return found


def capacity_table(race: Race) -> Table:
    """The capacities that formations wait for longest under each option, and what one more trainload a day buys."""
    found = styled_table(
        f"What binds: waiting, and the brigade-days by day {race.days - 1} that one more trainload a day buys"
    )
    found.add_column("option", no_wrap=True)
    found.add_column("capacity", overflow="fold")
    for name in ("vehicles over it", "vehicle-days waited", "one more a day buys\n95 % interval"):
        found.add_column(name, justify="right", no_wrap=True)
    for result in race.results:
        for place, capacity in enumerate(x for x in result.capacities if x.gain is not None):
            found.add_row(
                "" if place else result.option.id,
                capacity_name(race.case, capacity),
                f"{capacity.traffic:,.0f}",
                f"{capacity.waiting:,.0f}",
                gain_words(capacity),
            )
    return found


def gain_words(capacity: Capacity) -> str:
    """The shadow value of a capacity with its interval."""
    gain = capacity.gain
    return "" if gain is None else f"{gain.value:+.2f} brigade-days [{gain.low:+.2f}, {gain.high:+.2f}]"


def capacity_name(case: Case, capacity: Capacity) -> str:
    """A link, port, gauge break or railhead in words."""
    _, _, kind = CAPACITIES[capacity.table]
    cells = case.tables[capacity.table].columns
    if capacity.table == "nodes":
        return f"{kind} {place_name(case, capacity.id)}"
    if "node" in cells:
        return f"{kind} {place_name(case, str(cells['node'][capacity.row]))}"
    ends = (place_name(case, str(cells[end][capacity.row])) for end in ("start", "end"))
    return f"{kind} {' - '.join(ends)}"


def place_name(case: Case, node: str) -> str:
    """The name of a place without what stands in brackets."""
    nodes = case.tables["nodes"]
    if node not in nodes.ids:
        return node
    return str(nodes.columns["name"][nodes.ids.index(node)]).partition(" (")[0].partition(",")[0]


def _cell(case: Case, name: str, column: str, row: int) -> str:
    return str(case.tables[name].columns[column][row])


def write_race(race: Race, folder: Path) -> list[Path]:
    """Write the time-phased list of formations, the fans, the places and the capacities to CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    quantiles = [f"{100 * q:g}" for q in QUANTILES]
    return [
        _write(folder / "formations.csv", LIST_COLUMNS, _list_rows(race)),
        _write(folder / "by_day.csv", ("option", "quantity", "unit", "day", *quantiles), _day_rows(race)),
        _write(folder / "places.csv", ("option", "place", "day", *quantiles), _place_rows(race)),
        _write(
            folder / "capacities.csv",
            (
                *("option", "table", "id", "name", "vehicles", "vehicle_days_waited"),
                *("gain_brigade_days", "standard_error", "low", "high"),
            ),
            _capacity_rows(race),
        ),
    ]


def _write(path: Path, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows([_text(x) for x in row] for row in rows)
    return path


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else "never" if math.isinf(value) else f"{value:.6g}"
    return str(value)


def _list_rows(race: Race) -> Iterator[Sequence[Any]]:
    cells = race.case.tables["formations"].columns
    for result in race.results:
        for x in result.closures:
            about = [str(cells[name][x.row]) for name in ("name", "nation", "origin", "destination")]
            destination = race.case.tables["nodes"].ids.index(about[-1])
            axis = _cell(race.case, "nodes", "axis", destination)
            yield (
                *(result.option.id, x.id, *about, axis, str(cells["heaviness"][x.row]), "yes" if x.moves else "no"),
                *(x.brigades, x.vehicles, x.soldiers, x.required, x.sent, x.cut_off, x.by_end, x.ordered, *x.closed),
                *(x.reasons["decision_days"], *(x.reasons[name] for name in REASONS), way_words(race, x)),
            )


def way_words(race: Race, closure: Closure) -> str:
    """The way a formation takes where nothing is closed: modes and places."""
    legs = race.ways.get(closure.row, ())
    if not legs:
        return ""
    found = [legs[0].start]
    for leg in legs:
        found.append(f"-{CAPACITIES[leg.table][1]}-> {leg.end}")
    return " ".join(found)


def _day_rows(race: Race) -> Iterator[Sequence[Any]]:
    for result in race.results:
        for name, fan in result.fans.items():
            for day in range(race.days):
                yield (result.option.id, name, race.case.spec.outcome(name).unit, day, *map(float, fan[:, day]))


def _place_rows(race: Race) -> Iterator[Sequence[Any]]:
    for result in race.results:
        for place, fan in result.places.items():
            for day in range(race.days):
                yield (result.option.id, place, day, *map(float, fan[:, day]))


def _capacity_rows(race: Race) -> Iterator[Sequence[Any]]:
    for result in race.results:
        for x in result.capacities:
            gain = x.gain
            numbers = (gain.value, gain.standard_error, gain.low, gain.high) if gain else (math.nan,) * 4
            yield (result.option.id, x.table, x.id, capacity_name(race.case, x), x.traffic, x.waiting, *numbers)
