"""The links on a map: what way each takes over the page, where it leaves the map, and how it is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from vallum.present.projection import Box, Window, clip_path, great_circle
from vallum.present.sea_lanes import sea_route
from vallum.present.svg import outline, tag

if TYPE_CHECKING:
    from jaxtyping import Float64

    Floats = Float64[np.ndarray, "..."]
    Path = Float64[np.ndarray, " points 2"]

# Hues of Okabe and Ito (2008), as in the figures; vermilion only for what binds.
ACCENT = "#D55E00"
KINDS: Mapping[str, tuple[str, str | None]] = {
    "road": ("#5f6b77", None),
    "rail": ("#0072B2", None),
    "sea": ("#0072B2", "5 3"),
    "air": ("#CC79A7", "1.5 3"),
}
"""Colour and dashes of each kind of link."""
IDLE = "#b3bac1"
_THIN, _THIN_BUSY, _THICK = 0.7, 1.1, 5.5  # pixels: unused, least and most used
_BESIDE = 4.5  # pixels between links that join the same two places


@dataclass(frozen=True)
class Style:
    """How a stretch of a link is drawn."""

    kind: str
    width: float
    binding: bool
    idle: bool

    @property
    def colour(self) -> str:
        """The accent for what binds, the kind's own colour otherwise."""
        if self.binding:
            return ACCENT
        return IDLE if self.idle else KINDS[self.kind][0]


@dataclass(frozen=True)
class Exit:
    """Where a link crosses the map's edge: the way it runs there, and whether it comes from beyond."""

    x: float
    y: float
    along: tuple[float, float]
    inward: bool


def width_of(weight: float, most: float) -> float:
    """Width of a link, pixels: it grows with the weight, and what has none is a hairline."""
    if weight <= 0 or most <= 0:
        return _THIN
    return _THIN_BUSY + (_THICK - _THIN_BUSY) * weight / most


def ways(window: Window, ends: Sequence[tuple[str, tuple[float, float], tuple[float, float]]]) -> list[Path]:
    """The way of every link over the page, pixels, not clipped.

    Ships follow the sea lanes, aircraft great circles; roads and railways are drawn straight, and side by
    side where they join the same two places.

    Parameters
    ----------
    window
        The map.
    ends
        Kind, start and end of each link; longitude and latitude, degrees.
    """
    pairs = [frozenset((start, end)) for _, start, end in ends]
    straight = Counter(pair for (kind, _, _), pair in zip(ends, pairs, strict=True) if kind in ("road", "rail"))
    seen: Counter[frozenset[tuple[float, float]]] = Counter()
    found: list[Path] = []
    for (kind, start, end), pair in zip(ends, pairs, strict=True):
        if kind == "sea":
            found.append(window.pixels(*np.array(sea_route(start, end)).T))
        elif kind == "air":
            found.append(window.pixels(*great_circle(start, end).T))
        else:
            place = seen[pair] - (straight[pair] - 1) / 2
            seen[pair] += 1
            # Every link of a pair is shifted to the same side, whichever of its ends it starts from.
            found.append(
                _shifted(window.pixels(*np.array([start, end]).T), place * _BESIDE * (1 if start < end else -1))
            )
    return found


def _shifted(way: Path, by: float) -> Path:
    step = way[-1] - way[0]
    length = float(np.hypot(*step)) or 1.0
    return way + by * np.array([-step[1], step[0]]) / length


def exit_of(way: Path, box: Box) -> Exit | None:
    """Where a way with one end on the map leaves it; None if both of its ends are on it, or both beyond."""
    starts, ends = box.holds(*way[0].tolist()), box.holds(*way[-1].tolist())
    if starts == ends:
        return None
    pieces = clip_path(way, box)
    piece = pieces[0][::-1] if starts else pieces[-1]
    step = piece[1] - piece[0]
    x, y = piece[0].tolist()
    along = step / (float(np.hypot(*step)) or 1.0) * (-1 if starts else 1)
    return Exit(x, y, (float(along[0]), float(along[1])), inward=not starts)


def draw_links(window: Window, drawn: Sequence[tuple[Path, Style]]) -> list[str]:
    """All links, the least used lowest and what binds on top; a stretch that several share is drawn once."""
    styles: dict[tuple[tuple[float, ...], ...], Style] = {}
    for way, style in drawn:
        for stretch in _stretches(way):
            styles[stretch] = max(styles.get(stretch, style), style, key=_rank)
    runs: list[tuple[Style, Path]] = []
    done: set[tuple[tuple[float, ...], ...]] = set()
    for way, _ in sorted(drawn, key=lambda x: _rank(x[1]), reverse=True):
        runs += _runs(way, styles, done)
    runs.sort(key=lambda x: _rank(x[0]))
    return [markup for style, way in runs for markup in _link(style, clip_path(way, window.box))]


def _rank(style: Style) -> tuple[bool, bool, float, str]:
    return style.binding, not style.idle, style.width, style.kind


def _stretches(way: Path) -> list[tuple[tuple[float, ...], ...]]:
    """The segments of a way, the same whichever way round they are run through."""
    points = [tuple(x) for x in np.round(way, 2).tolist()]
    return [(min(one, other), max(one, other)) for one, other in pairwise(points)]


def _runs(
    way: Path, styles: Mapping[tuple[tuple[float, ...], ...], Style], done: set[tuple[tuple[float, ...], ...]]
) -> list[tuple[Style, Path]]:
    """The stretches of a way that are not drawn yet, joined while the style stays the same."""
    runs: list[tuple[Style, list[int]]] = []
    for place, stretch in enumerate(_stretches(way)):
        if stretch in done:
            continue
        done.add(stretch)
        if runs and runs[-1][0] == styles[stretch] and runs[-1][1][-1] == place:
            runs[-1][1].append(place + 1)
        else:
            runs.append((styles[stretch], [place, place + 1]))
    return [(style, way[places]) for style, places in runs]


def _link(style: Style, pieces: Sequence[Path]) -> list[str]:
    if not pieces:
        return []
    common: dict[str, str | float | None] = {"d": outline(pieces), "fill": "none", "stroke_linejoin": "round"}
    dashes = KINDS[style.kind][1]
    drawn = tag("path", **common, stroke=style.colour, stroke_width=style.width, stroke_dasharray=dashes)
    if style.idle and not style.binding:
        return [drawn]
    return [tag("path", **common, stroke="#ffffff", stroke_width=style.width + 1.6), drawn] if not dashes else [drawn]


def arrow(exit_: Exit, colour: str) -> str:
    """An arrowhead on the map's edge, pointing the way that forces move."""
    tip = np.array([exit_.x, exit_.y])
    along = np.array(exit_.along)
    across = np.array([-along[1], along[0]])
    base = tip if exit_.inward else tip - 10 * along
    head = np.array([base + 10 * along, base + 4.5 * across, base - 4.5 * across])
    return tag("path", d=outline([head], closed=True), fill=colour)


def marker_spot(pieces: Sequence[Path], taken: Sequence[Box], bounds: Box, radius: float) -> tuple[float, float]:
    """Where on a link its number goes: near its middle, beside it where it is short, clear of what is there."""
    whole = max(pieces, key=_length)
    aside = (0.0, radius + 5, -radius - 5)
    shares = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88)
    shifts = aside if _length(whole) > 5 * radius else (*aside[1:], 0.0)
    choices = [_along(whole, share, shift) for shift in shifts for share in shares]
    for x, y in choices:
        box = Box(x - radius, y - radius, x + radius, y + radius)
        if box.within(bounds) and not any(box.overlaps(other, 1.0) for other in taken):
            return x, y
    return choices[0]


def _length(way: Path) -> float:
    return float(np.sum(np.hypot(*np.diff(way, axis=0).T)))


def _along(way: Path, share: float, aside: float) -> tuple[float, float]:
    """The point at a share of a way's length, moved to its side."""
    steps = np.diff(way, axis=0)
    far: Floats = np.concatenate([np.zeros(1), np.cumsum(np.hypot(*steps.T))])
    place = min(max(int(np.searchsorted(far, share * float(far[-1]))) - 1, 0), len(steps) - 1)
    step = steps[place]
    length = float(np.hypot(*step)) or 1.0
    point = way[place] + step * (share * far[-1] - far[place]) / length
    x, y = point + aside * np.array([-step[1], step[0]]) / length
    return float(x), float(y)
