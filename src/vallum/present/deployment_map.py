"""The map of a reinforcement race: where formations close, over which links, and which capacities bind."""

from __future__ import annotations

from pathlib import Path

from vallum.analysis.reinforcement import CAPACITIES, Capacity, OptionRace, Race
from vallum.present.deployment import gain_words
from vallum.present.deployment_figures import footer
from vallum.present.map_drawing import Destination, Line, Place
from vallum.present.maps import reinforcement_map, write_map

KINDS = {"roads": "road", "railways": "rail", "sea_routes": "sea", "air_routes": "air"}
MAP_DAY = 60  # the day on which the map counts brigades, or the last of a shorter clock


def write_race_maps(race: Race, folder: Path) -> list[Path]:
    """Write a map for each option; returns their paths."""
    return [write_map(folder / f"map-{result.option.id}.svg", race_map(race, result)) for result in race.results]


def race_map(race: Race, result: OptionRace) -> str:
    """The map of one option as SVG: lines as wide as their traffic, discs as large as the brigades closed."""
    day = min(MAP_DAY, race.days - 1)
    nodes = race.case.tables["nodes"]
    cells = nodes.columns
    places = [
        Place(
            id,
            str(cells["name"][row]),
            _degrees(cells["latitude"][row]),
            _degrees(cells["longitude"][row]),
            str(cells["kind"][row]),
        )
        for row, id in enumerate(nodes.ids)
    ]
    lines = [_line(race, x) for x in result.capacities if x.table in KINDS]
    lines += [
        Line(node, node, "road", 0.0, binding=True, label=f"{CAPACITIES[x.table][2]}: {gain_words(x)}")
        for x in result.capacities
        if x.gain is not None and x.table not in KINDS
        for node in [_node(race, x)]
    ]
    destinations = [
        Destination(place, brigades=float(fan[2][day])) for place, fan in result.places.items() if fan[2][day] > 0
    ]
    total = result.fans["brigades_by_day"][2][day]
    return reinforcement_map(
        places,
        lines,
        destinations,
        title=f"{result.option.title}: {total:.0f} brigades closed by day {day}",
        caption=(
            f"Discs: brigades closed by day {day}, median of futures. {_numbers(result)}Traffic is that of the whole "
            f"movement. {footer(race)}."
        ),
        weights="vehicles over a link",
        opposing=_opposing(race),
    )


def _numbers(result: OptionRace) -> str:
    if all(x.gain is None for x in result.capacities):
        return ""
    return "Numbers: capacities that formations wait for longest, and what one more trainload a day buys. "


def _degrees(value: object) -> float:
    return float(str(value))


def _line(race: Race, capacity: Capacity) -> Line:
    cells = race.case.tables[capacity.table].columns
    start, end = (str(cells[x][capacity.row]) for x in ("start", "end"))
    binds = capacity.gain is not None
    label = gain_words(capacity) if binds else ""
    return Line(start, end, KINDS[capacity.table], capacity.traffic, binding=binds, label=label)


def _node(race: Race, capacity: Capacity) -> str:
    """Where a port, a gauge break or a railhead is."""
    if CAPACITIES[capacity.table][1] == "ramp":
        return capacity.id
    return str(race.case.tables[capacity.table].columns["node"][capacity.row])


def _opposing(race: Race) -> list[str]:
    """Nations on whose territory the attacker's links lie."""
    place = dict(zip(race.case.tables["nodes"].ids, race.case.tables["nodes"].columns["nation"], strict=True))
    found: set[str] = set()
    for table in ("roads", "railways"):
        cells = race.case.tables[table].columns
        for start, end, user in zip(cells["start"], cells["end"], cells["usable_by"], strict=True):
            if user == "attacker":
                found |= {str(place[str(start)]), str(place[str(end)])}
    return sorted(found)
