"""Text whose numbers are references into a book: shown on a terminal, or as HTML that says where each comes from.

`[[ID]]` is the number itself, `[[ID|ends]]` its interval or range, `[[ID|points]]` a difference of shares in
points, `[[ID|points-ends]]` the interval of one. `<<NAME>>` is a name that the case gives, digits and all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from vallum.analysis.book import Book, Result
from vallum.present.words import amount, number, percent

MARK = re.compile(r"\[\[(?P<id>[^\]|]+)(?:\|(?P<style>[a-z-]+))?\]\]|<<(?P<name>.*?)>>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of marked text.

    Attributes
    ----------
    title, note : str
    head : tuple of str
    rows : tuple of tuple of str
        The first cell of each names the row.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def figure(value: float, result: Result) -> str:
    """One number in the form that it has.

    Examples
    --------
    >>> figure(9771.8, Result("x", 0, 0, 0, "people", "none", ""))
    '9,800'
    """
    if math.isnan(value):
        return "none"
    if result.form == "share":
        return percent(value)
    if result.form == "day":
        return "never" if math.isinf(value) else number(value, 2)
    if result.form == "people":
        return f"{float(f'{value:.2g}'):,.0f}"
    if result.form == "money":
        return f"{amount(value)} {result.unit}"
    return number(value, 2) if result.form in ("brigades", "number") else f"{value:,.0f}"


def shown(result: Result, style: str = "") -> str:
    """A result as a reader sees it.

    Examples
    --------
    >>> found = Result("x", 0.52, 0.48, 0.561, "share", "sampling", "")
    >>> shown(found), shown(found, "ends"), shown(found, "points"), shown(found, "points-ends")
    ('52.0 %', '48.0 to 56.1 %', '+52.0', '+48.0 to +56.1')
    """
    if style == "points":
        return f"{100 * result.value:+.1f}"
    if style == "points-ends":
        return f"{100 * result.low:+.1f} to {100 * result.high:+.1f}"
    if style == "ends":
        low, high = figure(result.low, result), figure(result.high, result)
        unit = " %" if result.form == "share" else f" {result.unit}" if result.form == "money" else ""
        return f"{low.removesuffix(unit)} to {high}" if unit else f"{low} to {high}"
    return figure(result.value, result)


def plain(text: str, book: Book) -> str:
    """Marked text for a terminal.

    Raises
    ------
    KeyError
        If an id is not in the book.
    """

    def put(found: re.Match[str]) -> str:
        return found["name"] if found["id"] is None else shown(book[found["id"]], found["style"] or "")

    return MARK.sub(put, text)


def html(text: str, book: Book) -> Markup:
    """Marked text as HTML: every number a `data` element with its id and value, every name a `cite`.

    Raises
    ------
    KeyError
        If an id is not in the book.
    """
    parts: list[str] = []
    end = 0
    for found in MARK.finditer(text):
        parts.append(str(escape(text[end : found.start()])))
        end = found.end()
        if found["id"] is None:
            parts.append(f"<cite>{escape(found['name'])}</cite>")
            continue
        result, style = book[found["id"]], found["style"] or ""
        attributes: Mapping[str, str] = {
            "value": f"{result.value!r}",
            "data-id": result.id,
            "data-style": style,
            "title": f"{result.about} ({result.id})",
        }
        marked = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items() if value)
        parts.append(f"<data {marked}>{escape(shown(result, style))}</data>")
    return Markup("".join((*parts, str(escape(text[end:])))))
