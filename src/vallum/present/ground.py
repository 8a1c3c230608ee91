"""What lies under a map: land, water, borders and their names, and the scale bar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vallum.present.basemap import Country, basemap, inside
from vallum.present.labels import Label, Placed, crossings, place_labels, text_width
from vallum.present.projection import Box, Window, bounding_box, clip_path, clip_ring, thinned
from vallum.present.svg import outline, tag, text

if TYPE_CHECKING:
    from jaxtyping import Float64

    Path = Float64[np.ndarray, " points 2"]

SEA, LAND, OPPOSING_LAND = "#dfe8ef", "#f7f5f0", "#efe4de"
_COAST, _BORDER, _RIVER, _GRID = "#8da2b5", "#a3948b", "#bdd0de", "#d3dee7"
COUNTRY_INK, SEA_INK = "#8c857c", "#6f8ba3"
_COUNTRY_SIZE, _SEA_SIZE = 10.0, 11.0
_STEP = 9.0  # pixels between the places that are tried for a country's name
_LEAST_AREA = 1500.0  # square pixels: a smaller piece of a country goes unnamed
# Names of seas and about where they stand: longitude and latitude, degrees.
SEAS = (
    ("Baltic Sea", 18.9, 56.4),
    ("North Sea", 4.5, 55.8),
    ("Black Sea", 31.5, 43.3),
    ("Norwegian Sea", 5.5, 66.0),
    ("Gulf of Bothnia", 19.6, 62.2),
    ("Adriatic Sea", 15.6, 43.0),
    ("Aegean Sea", 25.0, 39.2),
    ("Mediterranean Sea", 17.5, 36.2),
    ("Bay of Biscay", -5.0, 45.5),
)


def ground(window: Window, opposing: Collection[str]) -> list[str]:
    """Sea, land, water, coasts and borders; countries whose ISO codes are given as opposing are tinted."""
    world = basemap()
    tinted = [x for x in world.countries if x.code in opposing]
    plain = [x for x in world.countries if x.code not in opposing]
    box = window.box
    place = {"x": box.left, "y": box.top, "width": box.right - box.left, "height": box.bottom - box.top}
    return [
        tag("rect", **place, fill=SEA),
        _open(window, _graticule(), _GRID, 0.6),
        *(
            tag("path", d=_areas(window, [y for x in countries for y in x.polygons]), fill=fill, fill_rule="evenodd")
            for countries, fill in ((plain, LAND), (tinted, OPPOSING_LAND))
        ),
        tag("path", d=_areas(window, world.lakes), fill=SEA, stroke=_COAST, stroke_width=0.4, fill_rule="evenodd"),
        _open(window, world.rivers, _RIVER, 0.8),
        _open(window, world.coasts, _COAST, 0.6),
        _open(window, world.borders, _BORDER, 0.8, "5 2 1 2"),
    ]


def _graticule() -> list[Path]:
    """Every tenth meridian and every fifth parallel."""
    span = np.linspace(-60, 100, 161)
    parallels = [np.stack([span, np.full(161, float(x))], axis=1) for x in range(30, 80, 5)]
    return [np.array([[x, 25.0], [x, 80.0]]) for x in range(-60, 101, 10)] + parallels


def _areas(window: Window, polygons: Sequence[Sequence[Path]]) -> str:
    rings = (clip_ring(window.pixels(*ring.T), window.box) for polygon in polygons for ring in polygon)
    return outline((thinned(ring, 1.0) for ring in rings if len(ring) > 2), closed=True)


def _open(window: Window, paths: Sequence[Path], stroke: str, width: float, dashes: str | None = None) -> str:
    pieces = [piece for path in paths for piece in clip_path(window.pixels(*path.T), window.box)]
    drawn = outline(thinned(piece, 1.0) for piece in pieces)
    return tag("path", d=drawn, fill="none", stroke=stroke, stroke_width=width, stroke_dasharray=dashes)


def frame_line(window: Window) -> str:
    """The neat line around the map."""
    box = window.box
    place = {"x": box.left, "y": box.top, "width": box.right - box.left, "height": box.bottom - box.top}
    return tag("rect", **place, fill="none", stroke=_COAST, stroke_width=0.8)


def ground_names(window: Window, taken: Sequence[Box], lines: Path) -> list[str]:
    """The names of countries and seas where the map's own labels leave room."""
    blocked, drawn = list(taken), list[str]()
    for country in basemap().countries:
        spot = _country_spot(window, country, blocked, lines) if country.code else None
        if spot is not None:
            blocked.append(spot)
            middle, baseline = (spot.left + spot.right) / 2, spot.bottom - 0.28 * _COUNTRY_SIZE
            style = {"fill": COUNTRY_INK, "font_weight": "600", "text_anchor": "middle"}
            drawn.append(text(middle, baseline, [country.name.upper()], size=_COUNTRY_SIZE, **style))
    return drawn + [_sea_name(x) for x in _seas(window, blocked, lines)]


def _country_spot(window: Window, country: Country, blocked: Sequence[Box], lines: Path) -> Box | None:
    """Where in its largest visible piece a country's name fits: near the middle, across few lines."""
    polygons = [[clip_ring(window.pixels(*ring.T), window.box) for ring in x] for x in country.polygons]
    rings = max(polygons, key=lambda x: _area(x[0]))
    if _area(rings[0]) < _LEAST_AREA:
        return None
    around, holes = bounding_box(rings[0]), [x for x in rings if len(x)]
    half = text_width(country.name.upper(), _COUNTRY_SIZE, bold=True) / 2
    across, down = np.meshgrid(np.arange(around.left, around.right, _STEP), np.arange(around.top, around.bottom, _STEP))
    spots = np.stack([across.ravel(), down.ravel()], axis=1)
    spots = spots[np.all([inside(spots + np.array([shift, 0.0]), holes) for shift in (-half, 0.0, half)], axis=0)]
    middle = rings[0].mean(axis=0) if not len(spots) else spots.mean(axis=0)
    choices: list[tuple[float, Box]] = []
    for x, y in spots.tolist():
        box = Box(x - half, y - 0.6 * _COUNTRY_SIZE, x + half, y + 0.6 * _COUNTRY_SIZE)
        if box.within(window.box) and not any(box.overlaps(other, 3.0) for other in blocked):
            choices.append((40.0 * crossings(box, lines) + float(np.hypot(*(middle - [x, y]))), box))
    return min(choices, key=lambda choice: choice[0])[1] if choices else None


def _area(ring: Path) -> float:
    x, y = ring.T
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2


def _seas(window: Window, blocked: Sequence[Box], lines: Path) -> list[Placed]:
    labels: list[Label] = []
    for name, longitude, latitude in SEAS:
        x, y = window.pixels(longitude, latitude)[0].tolist()
        if window.box.holds(x, y):
            labels.append(Label((name,), x, y, gap=8.0, size=_SEA_SIZE))
    return place_labels(labels, blocked, lines, window.box)


def _sea_name(placed: Placed) -> str:
    style = {"fill": SEA_INK, "font_style": "italic", "text_anchor": placed.anchor}
    return text(placed.x, placed.y, placed.label.rows, size=_SEA_SIZE, **style)


def scale_bar(window: Window, ink: str) -> tuple[str, Box]:
    """A bar as long as a round number of kilometres at the map's middle, and the room that it takes."""
    latitude = _middle_latitude(window)
    pixels = window.scale * window.projection.scale(latitude)
    length = max((x for x in (20, 50, 100, 200, 500, 1000) if x * pixels < 140), default=20)
    left, bottom = window.box.left + 14, window.box.bottom - 12
    right = left + length * pixels
    bar = np.array([[left, bottom - 4], [left, bottom], [right, bottom], [right, bottom - 4]])
    words = text((left + right) / 2, bottom - 6, [f"{length} km"], size=9.0, fill=ink, halo=LAND, text_anchor="middle")
    drawn = tag("path", d=outline([bar]), fill="none", stroke=ink, stroke_width=1.2)
    return drawn + words, Box(left - 4, bottom - 18, right + 4, bottom + 4)


def _middle_latitude(window: Window) -> float:
    latitudes = np.arange(20.0, 80.0, 0.1)
    y = window.pixels(np.full(len(latitudes), window.projection.meridian), latitudes)[:, 1]
    return float(latitudes[np.argmin(np.abs(y - (window.box.top + window.box.bottom) / 2))])
