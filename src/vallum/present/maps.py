"""A map of how forces reach where they are needed: places, links as wide as their traffic, and what binds.

The drawing is plain SVG made of numbers that the caller gives; it asks for no network and no tiles. The
same input gives the same bytes.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

import numpy as np

from vallum.present.basemap import CREDIT
from vallum.present.ground import frame_line, ground
from vallum.present.labels import wrapped
from vallum.present.map_drawing import Destination, Drawing, Line, Place, used_places
from vallum.present.map_legend import (
    INK,
    described,
    legend,
    paragraph,
)
from vallum.present.map_lines import KINDS
from vallum.present.projection import Box, Conformal, Window, bounding_box
from vallum.present.sea_lanes import OVERSEAS
from vallum.present.svg import FONT, number, tag, text

if TYPE_CHECKING:
    from jaxtyping import Float64

    Path = Float64[np.ndarray, " points 2"]

WIDTH, _MARGIN, _TITLE_SIZE = 900.0, 12.0, 17.0
_ASPECTS = (0.55, 1.15)  # a map is neither lower nor higher than this, as a share of its width


@dataclass(frozen=True)
class Frame:
    """What part of the world a map shows, degrees; places beyond are named at the map's edge."""

    west: float
    south: float
    east: float
    north: float


EASTERN_FLANK = Frame(-10.0, 36.0, 42.0, 70.0)
"""All of Europe that reinforcements of the eastern flank pass through."""
FORWARD = Frame(5.0, 40.3, 33.0, 60.3)
"""From the ports of the North Sea to the flank itself, large enough to name its places."""


def reinforcement_map(
    places: Sequence[Place],
    lines: Sequence[Line],
    destinations: Sequence[Destination] = (),
    *,
    title: str,
    caption: str = "",
    weights: str = "traffic",
    opposing: Collection[str] = (),
    frame: Frame | None = None,
) -> str:
    """Draw how forces reach their destinations, and which links hold them up.

    Parameters
    ----------
    places
        Nodes of the network, degrees north and east.
    lines
        Links; their width grows with the weight, those that bind are highlighted, numbered and listed.
    destinations
        Where brigades close; those at one place are added up.
    title
        One sentence with the finding.
    caption
        What the reader should know of the numbers; the credit of the boundaries is added.
    weights
        What the weights are, with their unit: "vehicles a day".
    opposing
        ISO 3166-1 alpha-2 codes of countries to tint.
    frame
        The part of the world to show; without one, all places in use are covered, but for those overseas.

    Returns
    -------
    str
        An SVG document, 900 pixels wide.

    Raises
    ------
    ValueError
        If a link or a destination names an unknown place, a link an unknown kind, or a number is not one.
    """
    _check(places, lines, destinations)
    heading = wrapped(title, WIDTH - 2 * _MARGIN, _TITLE_SIZE * 1.07)
    top = _MARGIN + 1.18 * _TITLE_SIZE * len(heading) + 6
    window = _window([x for x in places if x.id in used_places(lines, destinations)] or places, frame, top)
    drawn = Drawing(window, places, lines, destinations)
    body = [
        text(_MARGIN, _MARGIN + _TITLE_SIZE * 0.9, heading, size=_TITLE_SIZE, fill=INK, font_weight="700"),
        *ground(window, opposing),
        *drawn.markup(),
        frame_line(window),
    ]
    signs = drawn.signs(weights)
    listed, y = legend(_MARGIN, WIDTH - _MARGIN, window.box.bottom + 16, drawn.binding_words(), signs)
    credit, y = paragraph(_MARGIN, y + 8, WIDTH - 2 * _MARGIN, f"{caption.strip()} {CREDIT}.".strip())
    height = math.ceil(y + _MARGIN)
    return (
        tag(
            "svg",
            *described(title, drawn.words()),
            tag("rect", width=WIDTH, height=float(height), fill="#ffffff"),
            *body,
            *listed,
            credit,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(WIDTH)} {height}",
            width=WIDTH,
            height=float(height),
            role="img",
            font_family=FONT,
        )
        + "\n"
    )


def write_map(path: FilePath, svg: str) -> FilePath:
    """Write a map as a file, the same bytes on every system; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8", newline="\n")
    return path


def _check(places: Sequence[Place], lines: Sequence[Line], destinations: Sequence[Destination]) -> None:
    known = {x.id for x in places}
    if len(known) < len(places):
        twice = next(x.id for number_, x in enumerate(places) if x.id in {y.id for y in places[:number_]})
        raise ValueError(f"two places have the id {twice!r}")
    for place in places:
        if not (abs(place.latitude) < 90 and abs(place.longitude) <= 180):
            raise ValueError(f"place {place.id!r} lies at {place.latitude} N {place.longitude} E, which is nowhere")
    for line in lines:
        about = f"link {line.start} to {line.end}"
        _known(line.start, known, "place", about)
        _known(line.end, known, "place", about)
        _known(line.kind, set(KINDS), "kind", about)
        _counted(line.weight, "weight", about)
    for destination in destinations:
        about = f"destination {destination.label or destination.place}"
        _known(destination.place, known, "place", about)
        _counted(destination.brigades, "number of brigades", about)


def _known(name: str, known: Collection[str], what: str, about: str) -> None:
    if name not in known:
        alike = {x.lower(): x for x in sorted(known)}
        near = difflib.get_close_matches(name.lower(), list(alike), n=1)
        hint = f"; did you mean {alike[near[0]]!r}?" if near else ""
        raise ValueError(f"{about}: unknown {what} {name!r}{hint}")


def _counted(value: float, what: str, about: str) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{about}: the {what} is {value}, not a number from 0 up")


def _window(places: Sequence[Place], frame: Frame | None, top: float) -> Window:
    """The window that shows a frame, or else all places that are not overseas, with a margin."""
    projection = Conformal()
    if frame is not None:
        middle = (frame.south + frame.north) / 2
        x, _ = projection.project([frame.west, frame.east], [middle, middle])
        _, y = projection.project([projection.meridian] * 2, [frame.south, frame.north])
        around = Box(float(x[0]), float(y[0]), float(x[1]), float(y[1]))
    else:
        near = [x for x in places if x.longitude >= OVERSEAS]
        if not near:
            return _window(places, EASTERN_FLANK, top)
        x, y = projection.project([p.longitude for p in near], [p.latitude for p in near])
        tight = bounding_box(np.stack([x, y], axis=1))
        room = max(60.0, 0.06 * max(tight.right - tight.left, tight.bottom - tight.top))
        around = Box(tight.left - room, tight.top - room, tight.right + room, tight.bottom + room)
    width, height = around.right - around.left, around.bottom - around.top
    # What is too low or too high for a page is widened around its middle.
    shown = max(width, height / _ASPECTS[1])
    tall = max(height, _ASPECTS[0] * shown)
    scale = (WIDTH - 2 * _MARGIN) / shown
    box = Box(_MARGIN, top, WIDTH - _MARGIN, top + round(tall * scale))
    west, north = (around.left + around.right - shown) / 2, (around.top + around.bottom + tall) / 2
    return Window(projection, west, north, scale, box)
