"""The network drawn on its window: links, discs, signs, numbers and names."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vallum.present.ground import LAND, ground_names, scale_bar
from vallum.present.labels import Label, Placed, apart, place_labels, wrapped
from vallum.present.map_legend import (
    DISC_RADII,
    INK,
    MARKER_RADIUS,
    MUTED,
    Signs,
    disc,
    marker,
    symbol,
)
from vallum.present.map_lines import KINDS, Exit, Style, arrow, draw_links, exit_of, marker_spot, ways, width_of
from vallum.present.projection import Box, Window, clip_path
from vallum.present.svg import number, tag, text

if TYPE_CHECKING:
    from jaxtyping import Float64

    Path = Float64[np.ndarray, " points 2"]


@dataclass(frozen=True)
class Place:
    """A node of the network; `kind` decides its sign: port, airfield, anything else.

    The map shows the name up to its first bracket, slash or comma.
    """

    id: str
    name: str
    latitude: float
    longitude: float
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """A link between two places: its kind (road, rail, sea, air), its traffic or wait, and whether it binds.

    One from a place to itself is a capacity of that place, a port's or a railhead's: only its number is drawn.
    """

    start: str
    end: str
    kind: str
    weight: float = 0.0
    binding: bool = False
    label: str = ""


@dataclass(frozen=True)
class Destination:
    """Where formations go: the place, what they are called, and how many brigades have closed there."""

    place: str
    label: str = ""
    brigades: float = 0.0


def short_name(name: str) -> str:
    """A place's name up to its first bracket, slash or comma."""
    return re.split(r"\s*[(/,]", name, maxsplit=1)[0].strip() or name


def used_places(lines: Sequence[Line], destinations: Sequence[Destination]) -> set[str]:
    """Every place that a link or a destination names."""
    return {x.start for x in lines} | {x.end for x in lines} | {x.place for x in destinations}


def _around(point: tuple[float, float]) -> list[Path]:
    """A circle around a place, where the number of one of its capacities may go."""
    angles = np.linspace(0.0, 2 * np.pi, 33)
    return [np.array(point) + 24.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)]


class Drawing:
    """The network on its window: what is drawn, what is named, what is told."""

    def __init__(
        self, window: Window, places: Sequence[Place], lines: Sequence[Line], destinations: Sequence[Destination]
    ) -> None:
        self.window, self.lines = window, lines
        self.place = {x.id: x for x in places}
        self.at: dict[str, tuple[float, float]] = {}
        for x in places:
            across, down = window.pixels(x.longitude, x.latitude)[0].tolist()
            self.at[x.id] = (across, down)
        self.used = used_places([x for x in lines if x.weight > 0 or x.binding], destinations)
        most = max((x.weight for x in lines), default=0.0)
        self.styles = [Style(x.kind, width_of(x.weight, most), x.binding, x.weight <= 0) for x in lines]
        self.most = most
        self.ways = ways(window, [(x.kind, self._degrees(x.start), self._degrees(x.end)) for x in lines])
        self.pieces = [clip_path(x, window.box) for x in self.ways]
        self.closing: dict[str, list[Destination]] = {}
        for x in destinations:
            self.closing.setdefault(x.place, []).append(x)

    def _degrees(self, place: str) -> tuple[float, float]:
        return self.place[place].longitude, self.place[place].latitude

    def _on_map(self, place: str) -> bool:
        return self.window.box.holds(*self.at[place])

    def _brigades(self, place: str) -> float:
        return sum(x.brigades for x in self.closing[place])

    def markup(self) -> list[str]:
        """Links, signs, numbers and names, in the order in which they cover each other."""
        discs, leaders, taken = self._discs()
        signs, spots = self._symbols()
        bar, bar_box = scale_bar(self.window, MUTED)
        taken += [*spots, bar_box]
        numbers = self._markers(taken)
        shown = [(way, style) for way, style, pieces in zip(self.ways, self.styles, self.pieces, strict=True) if pieces]
        segments = self._segments()
        edges, edge_labels = self._exits()
        labels = place_labels([*edge_labels, *self._names(discs)], taken, segments, self.window.box)
        names = ground_names(self.window, [*taken, *(x.box for x in labels)], segments)
        circles = [
            disc(*where, radius, self._brigades(place))
            for place, (where, radius) in sorted(discs.items(), key=lambda x: -x[1][1])
        ]
        return [
            *names,
            *draw_links(self.window, shown),
            *edges,
            *signs,
            *leaders,
            *circles,
            *numbers,
            bar,
            *(self._written(x) for x in labels),
        ]

    def _discs(self) -> tuple[dict[str, tuple[tuple[float, float], float]], list[str], list[Box]]:
        """Destinations' discs, moved apart, and the leaders back to where they belong."""
        here = [x for x in self.closing if self._on_map(x)]
        if not here:
            return {}, [], []
        most = max(self._brigades(x) for x in here) or 1.0
        low, high = DISC_RADII
        radii = [low + (high - low) * math.sqrt(self._brigades(x) / most) for x in here]
        centres = apart(np.array([self.at[x] for x in here]), radii).tolist()
        discs = {x: ((c[0], c[1]), r) for x, c, r in zip(here, centres, radii, strict=True)}
        leaders = [
            tag("line", x1=self.at[x][0], y1=self.at[x][1], x2=c[0], y2=c[1], stroke=INK, stroke_width=0.8)
            for x, (c, _) in discs.items()
            if math.dist(self.at[x], c) > 2
        ]
        return discs, leaders, [Box(x - r, y - r, x + r, y + r) for (x, y), r in discs.values()]

    def _symbols(self) -> tuple[list[str], list[Box]]:
        here = [x for x in self.place if self._on_map(x)]
        drawn = [symbol(*self.at[x], self.place[x].kind, used=x in self.used) for x in here]
        reach = 3.0
        return drawn, [Box(x - reach, y - reach, x + reach, y + reach) for x, y in (self.at[p] for p in here)]

    def _markers(self, taken: list[Box]) -> list[str]:
        """The numbers of binding links; their room is added to what is taken."""
        drawn: list[str] = []
        binding = [(line, pieces) for line, pieces in zip(self.lines, self.pieces, strict=True) if line.binding]
        for value, (line, pieces) in enumerate(binding, start=1):
            if pieces:
                around = line.start == line.end
                ways = _around(self.at[line.start]) if around else pieces
                x, y = marker_spot(ways, taken, self.window.box, MARKER_RADIUS)
                drawn.append(marker(x, y, value))
                taken.append(Box(x - MARKER_RADIUS, y - MARKER_RADIUS, x + MARKER_RADIUS, y + MARKER_RADIUS))
        return drawn

    def _segments(self) -> Path:
        """Every drawn segment that a name should not cross, x and y of start and end; what binds counts thrice."""
        counts = [(3 if line.binding else 1) * pieces for line, pieces in zip(self.lines, self.pieces, strict=True)]
        pieces = [x for pieces in counts for x in pieces]
        return np.concatenate([np.empty((0, 4)), *(np.hstack([x[:-1], x[1:]]) for x in pieces)])

    def _exits(self) -> tuple[list[str], list[Label]]:
        """Arrows where links cross the map's edge, and the names of the places beyond."""
        together: list[tuple[Exit, list[str]]] = []
        heads: list[str] = []
        for line, way, style in zip(self.lines, self.ways, self.styles, strict=True):
            leaves = exit_of(way, self.window.box)
            if leaves is None:
                continue
            heads.append(arrow(leaves, style.colour))
            name = short_name(self.place[line.start if leaves.inward else line.end].name)
            near = (x for x in together if math.dist((x[0].x, x[0].y), (leaves.x, leaves.y)) < 28)
            names = next((x[1] for x in near if x[0].inward == leaves.inward), None)
            if names is None:
                together.append((leaves, [name]))
            elif name not in names:
                names.append(name)
        labels = [
            Label(
                tuple(wrapped(f"{'from' if x.inward else 'to'} {', '.join(names)}", 130, 10)), x.x, x.y, 12.0, 10.0, 9e4
            )
            for x, names in together
        ]
        return heads, labels

    def _names(self, discs: dict[str, tuple[tuple[float, float], float]]) -> list[Label]:
        """The places' names: destinations first, then ends of binding links, then the busiest."""
        busy = dict.fromkeys(self.place, 0.0)
        for line in self.lines:
            for end in (line.start, line.end):
                busy[end] += (line.weight + 0.01) / (self.most + 0.01) + (1e3 if line.binding else 0.0)
        labels: list[Label] = []
        for place in (x for x in self.place if self._on_map(x)):
            name = short_name(self.place[place].name)
            if place in discs:
                (x, y), radius = discs[place]
                told = ", ".join(dict.fromkeys(x.label for x in self.closing[place] if x.label))
                rows = (name, *wrapped(told, 120, 9)[:2])
                labels.append(Label(rows, x, y, radius + 3, 11.0, 1e5 + self._brigades(place), bold=True))
            else:
                labels.append(Label((name,), *self.at[place], 5.5, 10.0, busy[place]))
        return labels

    def _written(self, placed: Placed) -> str:
        label, style = placed.label, {"halo": LAND, "text_anchor": placed.anchor}
        if not label.bold:
            return text(placed.x, placed.y, label.rows, size=label.size, fill=INK, **style)
        first = text(placed.x, placed.y, label.rows[:1], size=label.size, fill=INK, font_weight="700", **style)
        return first + text(placed.x, placed.y + 12, label.rows[1:], size=9.0, fill=MUTED, **style)

    def signs(self, weights: str) -> Signs:
        """What the key has to explain."""
        shown = [line for line, pieces in zip(self.lines, self.pieces, strict=True) if pieces]
        here = {self.place[x].kind for x in self.place if self._on_map(x)}
        return Signs(
            kinds=tuple(x for x in KINDS if any(line.kind == x for line in shown)),
            idle=any(x.weight <= 0 and not x.binding for x in shown),
            binding=any(x.binding for x in shown),
            busiest=f"{weights}, up to {self.most:,.0f}" if self.most >= 10 else f"{weights}, up to {self.most:.2g}",
            discs=any(self._on_map(x) for x in self.closing),
            ports="port" in here,
            airfields="airfield" in here,
            others=bool(here - {"port", "airfield"}),
        )

    def binding_words(self) -> list[str]:
        """What each binding link is, in the order of their numbers."""
        words: list[str] = []
        for line, pieces in zip(self.lines, self.pieces, strict=True):
            if line.binding and line.start == line.end:
                words.append(f"{short_name(self.place[line.start].name)}, {line.label}")
            elif line.binding:
                where = f"{short_name(self.place[line.start].name)} to {short_name(self.place[line.end].name)}"
                beyond = "" if pieces else " (beyond the map)"
                words.append(f"{where}, {line.kind}{beyond}" + (f": {line.label}" if line.label else ""))
        return words

    def words(self) -> str:
        """The map in words, for those who cannot see it."""
        binding = "; ".join(f"{number_}. {x}" for number_, x in enumerate(self.binding_words(), start=1))
        ends = "; ".join(f"{short_name(self.place[x].name)} {number(self._brigades(x))}" for x in self.closing)
        parts = [f"Map of {len(self.place)} places and {len(self.lines)} links."]
        parts += [f"Binding links: {binding}."] if binding else []
        parts += [f"Brigades closed by destination: {ends}."] if ends else []
        return " ".join(parts)
