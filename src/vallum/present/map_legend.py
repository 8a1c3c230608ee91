"""What stands under a map: which links bind, what its signs mean, and the caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vallum.present.labels import LINE_HEIGHT, wrapped
from vallum.present.map_lines import ACCENT, IDLE, KINDS
from vallum.present.svg import escaped, number, tag, text

INK, MUTED, GREEN = "#1b2a38", "#55626e", "#009E73"
MARKER_RADIUS = 8.0
DISC_RADII = (7.5, 14.0)
"""Radius of a destination with hardly any brigades, and with the most of the map; pixels."""
_SIZE, _SMALL, _KEY_WIDTH, _ROW = 11.0, 10.0, 250.0, 19.0


@dataclass(frozen=True)
class Signs:
    """Which signs a map uses, so that its key explains these and no others."""

    kinds: tuple[str, ...]
    idle: bool
    binding: bool
    busiest: str
    discs: bool
    ports: bool
    airfields: bool
    others: bool


def marker(x: float, y: float, value: int) -> str:
    """The number of a binding link."""
    ring = tag("circle", cx=x, cy=y, r=MARKER_RADIUS, fill="#ffffff", stroke=ACCENT, stroke_width=1.6)
    style = {"text_anchor": "middle", "font_weight": "700"}
    return ring + text(x, y + 3.6, [str(value)], size=10.0 if value < 100 else 8.0, fill=INK, **style)


def disc(x: float, y: float, radius: float, brigades: float) -> str:
    """A destination with the number of brigades that close there."""
    ring = tag("circle", cx=x, cy=y, r=radius, fill=GREEN, stroke="#ffffff", stroke_width=1.2)
    # Dark on green reads better than white: a contrast of 4.6 against 3.4.
    return ring + text(
        x, y + 3.1, [number(brigades)], size=8.5, fill="#0b1a12", text_anchor="middle", font_weight="700"
    )


def symbol(x: float, y: float, kind: str, *, used: bool) -> str:
    """A place: ports are squares, airfields triangles, all others circles; what is not used is smaller and grey."""
    style: dict[str, str | float] = {"fill": "#ffffff", "stroke": INK if used else "#8b949c", "stroke_width": 1.1}
    reach = 2.6 if used else 1.9
    if kind == "port":
        return tag("rect", x=x - reach, y=y - reach, width=2 * reach, height=2 * reach, **style)
    if kind == "airfield":
        corners = ((0, -1.3), (1.2, 0.9), (-1.2, 0.9))
        points = " ".join(f"{number(x + a * reach)},{number(y + b * reach)}" for a, b in corners)
        return tag("polygon", points=points, **style)
    return tag("circle", cx=x, cy=y, r=reach, **style)


def legend(left: float, right: float, top: float, binding: Sequence[str], signs: Signs) -> tuple[list[str], float]:
    """The list of binding links and, to its right, the key; with the y where both have ended."""
    if binding:
        listed, list_end = _binding_list(left, right - _KEY_WIDTH - 34, top, binding)
        keyed, key_end = _key(right - _KEY_WIDTH, 1, top, signs)
    else:
        (listed, list_end), (keyed, key_end) = ([], top), _key(left, 3, top, signs)
    return listed + keyed, max(list_end, key_end)


def _heading(x: float, y: float, words: str) -> str:
    return text(x, y, [words], size=_SIZE, fill=INK, font_weight="700")


def _binding_list(left: float, right: float, top: float, binding: Sequence[str]) -> tuple[list[str], float]:
    """One row for each binding link; a long list stands in two columns."""
    columns = 2 if len(binding) > 6 else 1
    width = (right - left - 16 * (columns - 1)) / columns
    drawn, bottom, deep = [_heading(left, top + 10, "Where the flow binds")], top, -(-len(binding) // columns)
    y = top + 30
    for place, words in enumerate(binding):
        if place and place % deep == 0:
            y = top + 30
        x = left + (place // deep) * (width + 16)
        rows = wrapped(words, width - 26, _SMALL)
        drawn += [
            marker(x + MARKER_RADIUS + 1, y - 3.5, place + 1),
            text(x + 24, y, rows, size=_SMALL, fill=INK),
        ]
        y += max(_ROW + 2, LINE_HEIGHT * _SMALL * len(rows) + 9)
        bottom = max(bottom, y)
    return drawn, bottom - 8


def _key(left: float, columns: int, top: float, signs: Signs) -> tuple[list[str], float]:
    rows = _key_rows(signs)
    drawn, deep = [_heading(left, top + 10, "Key")], -(-len(rows) // columns)
    for place, (sign, words) in enumerate(rows):
        x, y = left + (place // deep) * 280, top + 30 + (place % deep) * _ROW
        moved = tag("g", sign, transform=f"translate({number(x)},{number(y - 3.5)})")
        drawn += [moved, text(x + 42, y, [words], size=_SMALL, fill=INK)]
    return drawn, top + 30 + deep * _ROW - 8


def _key_rows(signs: Signs) -> list[tuple[str, str]]:
    """A sign, drawn 30 pixels wide around y = 0, and what it means."""
    rows = [(_sample(*KINDS[x], 2.6), x) for x in signs.kinds]
    if signs.binding:
        rows.append((_sample(ACCENT, None, 2.6), "link that binds"))
    if signs.idle:
        rows.append((_sample(IDLE, None, 0.8), "link without traffic"))
    if signs.busiest:
        wedge = tag("polygon", points="0,0.4 30,2.8 30,-2.8 0,-0.4", fill=MUTED)
        rows.append((wedge, signs.busiest))
    if signs.discs:
        rows.append((disc(15, 0, DISC_RADII[0] + 0.5, 1), "destination; brigades closed"))
    kinds = (("port", signs.ports), ("airfield", signs.airfields), ("other place", signs.others))
    shown = [x for x, present in kinds if present]
    if shown:
        apart = 11
        first = 15 - apart * (len(shown) - 1) / 2
        rows.append(
            ("".join(symbol(first + apart * x, 0, kind, used=True) for x, kind in enumerate(shown)), ", ".join(shown))
        )
    return rows


def _sample(colour: str, dashes: str | None, width: float) -> str:
    return tag("line", x1=0.0, y1=0.0, x2=30.0, y2=0.0, stroke=colour, stroke_width=width, stroke_dasharray=dashes)


def paragraph(left: float, top: float, width: float, words: str, *, size: float = 9.5) -> tuple[str, float]:
    """Wrapped small print, with the y where it ends."""
    rows = wrapped(words, width, size)
    return text(left, top + size, rows, size=size, fill=MUTED), top + LINE_HEIGHT * size * len(rows)


def described(title: str, words: str) -> list[str]:
    """Title and description of the whole drawing, for those who hear it."""
    return [tag("title", escaped(title)), tag("desc", escaped(words))]
