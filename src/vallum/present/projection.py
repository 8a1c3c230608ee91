"""From degrees to the page: the projection that every map is drawn in, the window it shows, and clipping to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float64
    from numpy.typing import ArrayLike

    Floats = Float64[np.ndarray, "..."]
    Path = Float64[np.ndarray, " points 2"]

EARTH_RADIUS = 6371.0088


@dataclass(frozen=True)
class Conformal:
    """Lambert's conformal conic projection of the sphere.

    Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395,
    equations 15-1 to 15-4 and 14-1 to 14-4.

    Attributes
    ----------
    parallels
        Latitudes of true scale, degrees north.
    meridian
        Central meridian, degrees east: north is up along it.
    origin
        Latitude at which y is zero, degrees north.
    radius
        Radius of the sphere: x and y come out in its unit, kilometres unless given.
    """

    parallels: tuple[float, float] = (48.0, 62.0)
    meridian: float = 22.0
    origin: float = 55.0
    radius: float = EARTH_RADIUS

    @property
    def cone(self) -> float:
        """The cone constant n, equation 15-3."""
        first, second = np.radians(self.parallels)
        tangents = _tangent(second) / _tangent(first)
        return float(np.log(np.cos(first) / np.cos(second)) / np.log(tangents))

    def _distance(self, latitude: Floats) -> Floats:
        """The distance rho from the cone's apex, equations 15-1 and 15-2."""
        first = np.radians(self.parallels[0])
        n = self.cone
        return self.radius * np.cos(first) * (_tangent(first) / _tangent(np.radians(latitude))) ** n / n

    def project(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing of points, in the unit of the radius (equations 14-1, 14-2 and 14-4).

        Parameters
        ----------
        longitude, latitude
            Degrees east and north, of the same shape.
        """
        from_meridian = (np.asarray(longitude, dtype=float) - self.meridian + 180) % 360 - 180
        theta = self.cone * np.radians(from_meridian)
        rho = self._distance(np.asarray(latitude, dtype=float))
        return rho * np.sin(theta), self._distance(np.asarray(self.origin)) - rho * np.cos(theta)

    def scale(self, latitude: float) -> float:
        """How many times longer than on the ground a short distance at this latitude is drawn (equation 15-4)."""
        rho = float(self._distance(np.asarray(latitude)))
        return self.cone * rho / (self.radius * float(np.cos(np.radians(latitude))))


def _tangent(latitude: Floats) -> Floats:
    return np.tan(np.pi / 4 + latitude / 2)


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, pixels; y runs downward."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Whether the two come closer than the gap."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )

    def within(self, other: Box) -> bool:
        """Whether the other holds all of it."""
        inside_x = other.left <= self.left and self.right <= other.right
        return inside_x and other.top <= self.top and self.bottom <= other.bottom

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True)
class Window:
    """The part of the projected plane that a map shows, and where on the page.

    Attributes
    ----------
    projection
        From degrees to kilometres.
    west, north
        Easting and northing of the upper left corner, kilometres.
    scale
        Pixels a kilometre.
    box
        The map's place on the page, pixels.
    """

    projection: Conformal
    west: float
    north: float
    scale: float
    box: Box

    def pixels(self, longitude: ArrayLike, latitude: ArrayLike) -> Path:
        """Points on the page, shape ``(points, 2)``, from degrees east and north."""
        x, y = self.projection.project(np.atleast_1d(longitude), np.atleast_1d(latitude))
        return np.stack(
            [self.box.left + (x - self.west) * self.scale, self.box.top + (self.north - y) * self.scale], axis=-1
        )


def great_circle(start: tuple[float, float], end: tuple[float, float], points: int = 64) -> Path:
    """The shortest way over the sphere, evenly spaced: longitudes and latitudes, degrees, shape ``(points, 2)``."""
    first, last = _vector(*start), _vector(*end)
    angle = float(np.arccos(np.clip(first @ last, -1, 1)))
    if angle == 0:
        return np.array([start, end], dtype=float)
    share = np.linspace(0, 1, points)[:, None]
    x, y, z = ((np.sin((1 - share) * angle) * first + np.sin(share * angle) * last) / np.sin(angle)).T
    return np.degrees(np.stack([np.arctan2(y, x), np.arcsin(np.clip(z, -1, 1))], axis=-1))


def distance(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Kilometres over the sphere between two points (longitude, latitude; degrees)."""
    return EARTH_RADIUS * float(np.arccos(np.clip(_vector(*start) @ _vector(*end), -1, 1)))


def _vector(longitude: float, latitude: float) -> Floats:
    east, north = np.radians([longitude, latitude])
    return np.array([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])


def clip_path(path: Path, box: Box) -> list[Path]:
    """The pieces of an open path within a box (Liang and Barsky 1984, all segments at once)."""
    if len(path) < 2:
        return []
    enter, leave = span_within(path[:-1], path[1:], box)
    kept = np.flatnonzero(enter < leave)
    pieces: list[list[Floats]] = []
    for place in kept:
        start, step = path[place], path[place + 1] - path[place]
        if enter[place] > 0 or not pieces or not np.array_equal(pieces[-1][-1], start):
            pieces.append([start + enter[place] * step])
        pieces[-1].append(path[place + 1] if leave[place] == 1 else start + leave[place] * step)
    return [np.array(piece) for piece in pieces]


def span_within(starts: Path, ends: Path, box: Box) -> tuple[Floats, Floats]:
    """Where, as shares of its length, each segment enters and leaves a box; enter >= leave where it misses."""
    step = ends - starts
    enter, leave = np.zeros(len(starts)), np.ones(len(starts))
    for axis, low, high in ((0, box.left, box.right), (1, box.top, box.bottom)):
        for toward, room in ((-step[:, axis], starts[:, axis] - low), (step[:, axis], high - starts[:, axis])):
            share = room / np.where(toward == 0, 1.0, toward)
            enter = np.where(toward < 0, np.maximum(enter, share), enter)
            leave = np.where(toward > 0, np.minimum(leave, share), leave)
            leave = np.where((toward == 0) & (room < 0), -1.0, leave)
    return enter, leave


def clip_ring(ring: Path, box: Box) -> Path:
    """What of a closed ring lies within a box (Sutherland and Hodgman 1974); may be empty."""
    for axis, limit, sign in ((0, box.left, 1), (0, box.right, -1), (1, box.top, 1), (1, box.bottom, -1)):
        if not len(ring):
            break
        ring = _cut(ring, sign * (ring[:, axis] - limit))
    return ring


def _cut(ring: Path, depth: Floats) -> Path:
    """The ring on the side where the depth is positive; crossings are added where it changes sign."""
    after, deeper = np.roll(ring, -1, axis=0), np.roll(depth, -1)
    crosses = (depth >= 0) != (deeper >= 0)
    share = depth / np.where(crosses, depth - deeper, 1.0)
    crossing = ring + share[:, None] * (after - ring)
    both = np.stack([ring, crossing], axis=1).reshape(-1, 2)
    return both[np.stack([depth >= 0, crosses], axis=1).ravel()]


def thinned(path: Path, step: float = 0.5) -> Path:
    """The path without points that fall into the same cell of a grid as the one before; its ends stay."""
    cells = np.round(path / step)
    keep = np.ones(len(path), dtype=bool)
    keep[1:-1] = np.any(cells[1:-1] != cells[:-2], axis=1)
    return path[keep]


def bounding_box(points: Sequence[tuple[float, float]] | Path) -> Box:
    """The smallest box around points."""
    (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
