"""The few elements of SVG that the maps are made of, in the subset that every renderer draws alike.

Halos are two texts, one stroked and one filled: not every renderer knows `paint-order`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from vallum.present.labels import LINE_HEIGHT

if TYPE_CHECKING:
    from jaxtyping import Float64

    Path = Float64[np.ndarray, " points 2"]

FONT = "Inter, 'DejaVu Sans', Helvetica, Arial, sans-serif"
# XML 1.0 has no way to write these, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def number(value: float) -> str:
    """A number to a tenth of a pixel, without a needless nought."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def tag(name: str, *inside: str, **attributes: str | float | None) -> str:
    """One element; `inside` is markup, an attribute `stroke_width` is written `stroke-width`, None is left out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_plain(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def _plain(value: str | float) -> str:
    return _UNWRITABLE.sub("", value) if isinstance(value, str) else number(value)


def escaped(text: str) -> str:
    """Text as it may stand in an element."""
    return escape(_UNWRITABLE.sub("", text))


def outline(paths: Iterable[Path], *, closed: bool = False) -> str:
    """The `d` attribute of paths given in pixels, shape ``(points, 2)`` each."""
    end = "Z" if closed else ""
    return "".join("M" + " ".join(f"{number(x)},{number(y)}" for x, y in path.tolist()) + end for path in paths)


def text(
    x: float,
    y: float,
    rows: Sequence[str],
    *,
    size: float,
    fill: str,
    halo: str | None = None,
    **more: str | float | None,
) -> str:
    """Text in rows, y being the first baseline; with a halo in that colour where one is given."""
    drawn: list[str] = []
    for place, row in enumerate(rows):
        where = {"x": x, "y": y + place * LINE_HEIGHT * size, "font_size": size, **more}
        if halo:
            drawn.append(
                tag(
                    "text",
                    escaped(row),
                    **where,
                    fill=halo,
                    stroke=halo,
                    stroke_width=3.0,
                    stroke_linejoin="round",
                    aria_hidden="true",
                )
            )
        drawn.append(tag("text", escaped(row), **where, fill=fill))
    return "".join(drawn)
