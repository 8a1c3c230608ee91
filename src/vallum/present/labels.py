"""Where the names on a map go: greedily, the most important first; a name that finds no room is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from vallum.present.projection import Box, span_within

if TYPE_CHECKING:
    from jaxtyping import Float64

    Path = Float64[np.ndarray, " points 2"]

Anchor = Literal["start", "middle", "end"]
# The eight positions in the order of cartographers' liking: right, above right, below right, left, and so on.
POSITIONS: tuple[tuple[int, int], ...] = ((1, 0), (1, -1), (1, 1), (-1, 0), (-1, -1), (-1, 1), (0, -1), (0, 1))
ANCHORS: dict[int, Anchor] = {1: "start", 0: "middle", -1: "end"}
LINE_HEIGHT = 1.18
_CROSSING = 2.0  # a line under a name is worse than two steps down the list of positions
_NARROW, _WIDE = set(" .,:;'|!()[]-fijlrtI"), set("mwMW@%—")


@dataclass(frozen=True)
class Label:
    """A name that wants a place.

    Attributes
    ----------
    rows
        The text, row by row; only the first is bold where `bold` is set.
    x, y
        What it names, pixels.
    gap
        How far from there the name keeps, pixels: the symbol's radius and a little.
    size
        Font size, pixels.
    priority
        The higher goes first.
    """

    rows: tuple[str, ...]
    x: float
    y: float
    gap: float = 5.0
    size: float = 11.0
    priority: float = 0.0
    bold: bool = False


@dataclass(frozen=True)
class Placed:
    """A label with its place: x of the anchor and y of the first row's baseline, pixels."""

    label: Label
    x: float
    y: float
    anchor: Anchor
    box: Box


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is set in a sans serif, pixels; a little too wide rather than too narrow."""
    units = sum(0.34 if x in _NARROW else 0.9 if x in _WIDE else 0.68 if x.isupper() else 0.58 for x in text)
    return units * size * (1.07 if bold else 1.0)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The text in rows of at most this width, pixels; a word that is wider stands alone."""
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and text_width(longer, size) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def place_labels(labels: Sequence[Label], taken: Sequence[Box], lines: Path, bounds: Box) -> list[Placed]:
    """Place what finds room beside what it names, the most important first.

    Parameters
    ----------
    labels
        What to place; of equal priorities the earlier goes first.
    taken
        Boxes that no label may touch, pixels.
    lines
        Drawn segments, shape ``(segments, 4)``: x and y of start and end, pixels. Labels cross few of them.
    bounds
        The box that no label may leave.

    Returns
    -------
    list
        The labels with their places; those without room are missing.
    """
    blocked, placed = list(taken), list[Placed]()
    for label in sorted(labels, key=lambda x: -x.priority):
        reaches = (1.0, 1.7) if label.bold else (1.0,)  # what matters most may also stand a little further off
        choices = [_at(label, *position, reach) for reach in reaches for position in POSITIONS]
        free = [
            (_CROSSING * crossings(choice.box, lines) + order, order)
            for order, choice in enumerate(choices)
            if choice.box.within(bounds) and not any(choice.box.overlaps(x, 1.0) for x in blocked)
        ]
        if free:
            placed.append(choices[min(free)[1]])
            blocked.append(placed[-1].box)
    return placed


def _at(label: Label, right: int, down: int, reach: float) -> Placed:
    width = max(text_width(row, label.size, bold=label.bold) for row in label.rows)
    height = LINE_HEIGHT * label.size * len(label.rows)
    # A diagonal position keeps the same distance as the four others.
    gap = label.gap * reach * (0.72 if right and down else 1.0)
    x = label.x + right * gap
    top = label.y + down * gap - height * {-1: 1.0, 0: 0.5, 1: 0.0}[down]
    left = x - width * {1: 0.0, 0: 0.5, -1: 1.0}[right]
    return Placed(label, x, top + 0.92 * label.size, ANCHORS[right], Box(left, top, left + width, top + height))


def crossings(box: Box, lines: Path) -> int:
    """How many segments run through a box."""
    if not len(lines):
        return 0
    enter, leave = span_within(lines[:, :2], lines[:, 2:], box)
    return int(np.sum(enter < leave))


def apart(points: Path, radii: Sequence[float], rounds: int = 80) -> Path:
    """Centres of discs moved no more than it takes for them not to overlap, shape ``(points, 2)``."""
    centres = np.array(points, dtype=float)
    for _ in range(rounds):
        moved = False
        for one in range(len(centres)):
            for other in range(one):
                between = centres[one] - centres[other]
                length = float(np.hypot(*between))
                overlap = radii[one] + radii[other] + 1.5 - length
                if overlap > 0:
                    way = between / length if length > 1e-6 else np.array([1.0, 0.0])
                    centres[one] += way * overlap / 2
                    centres[other] -= way * overlap / 2
                    moved = True
        if not moved:
            break
    return centres
