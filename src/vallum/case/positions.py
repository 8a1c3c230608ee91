"""Where each key of a TOML text stands.

`tomllib` parses; the syntax tree tells the lines. A path is a tuple of keys and indices:
`("inputs", "advance_rate", "uniform", 1)`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from vallum.case.faults import CaseError, Fault

Path: TypeAlias = tuple[str | int, ...]

_AT = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_REPEATED = re.compile(r"^(Cannot (overwrite|declare|mutate)|Duplicate)")
_KEYS = ("bare_key", "quoted_key", "dotted_key")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML text as data, with the line of every key.

    Parameters
    ----------
    file : str
        How faults call it.
    data : mapping
        The parsed text; arrays are tuples.
    lines : mapping of path to int
        Line of every key and array element, counted from 1.
    """

    file: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it that is written down."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def where(self, path: Path) -> str:
        """File, line and key, as faults write them."""
        keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key[:60]}" for key in path)
        return f"{self.file}:{self.line(path)} {keys.removeprefix('.')}".rstrip()


def read_document(text: str, file: str) -> Document:
    """Parse a TOML text.

    Raises
    ------
    CaseError
        If it is not TOML: one fault with the line, and for a key that stands twice its
        name and both lines.
    """
    try:
        data = _frozen(tomllib.loads(text))
        return Document(file, data, _Walk().over(text).lines)
    except RecursionError:
        raise CaseError([Fault(file, "brackets are nested too deeply")]) from None
    except ValueError as error:
        raise CaseError(_syntax_faults(text, file, error)) from None


def _syntax_faults(text: str, file: str, error: ValueError) -> list[Fault]:
    twice = _Walk().over(text).twice if _REPEATED.search(str(error)) else []
    if twice:
        return [
            Fault(f"{file}:{line} {'.'.join(str(key) for key in path)[:80]}", f"the key already stands on line {first}")
            for path, first, line in twice
        ]
    match = _AT.fullmatch(str(error))
    if match is None:
        return [Fault(file, f"not TOML: {str(error)[:120]}")]
    what = match[1][0].lower() + match[1][1:]
    line = int(match[2]) if match[2] else text.rstrip("\n").count("\n") + 1
    column = f", column {match[3]}" if match[3] else ", end of the file"
    return [Fault(f"{file}:{line}", f"not TOML: {what[:120]} (line {line}{column})")]


def _frozen(value: Any) -> Any:
    """The same value with every array a tuple."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return tuple([_frozen(item) for item in cast("list[Any]", value)])
    return value


@dataclass
class _Walk:
    """One walk over the syntax tree of a TOML text."""

    lines: dict[Path, int] = field(default_factory=dict[Path, int])
    twice: list[tuple[Path, int, int]] = field(default_factory=list[tuple[Path, int, int]])
    counts: dict[Path, int] = field(default_factory=dict[Path, int])
    tables: set[Path] = field(default_factory=set[Path])

    def over(self, text: str) -> _Walk:
        tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode("utf-8", "surrogatepass"))
        for node in tree.root_node.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)
        return self

    def _table(self, node: Node) -> None:
        keys = [child for child in node.named_children if child.type in _KEYS]
        if not keys:
            return
        path = self._inside_arrays(_key_path(keys[0]))
        if node.type == "table_array_element":
            index = self.counts.get(path, 0)
            self.counts[path] = index + 1
            self.lines.setdefault(path, _line(node))
            path = (*path, index)
        elif path in self.tables:
            self.twice.append((path, self.lines[path], _line(node)))
        self.tables.add(path)
        self._note(path, _line(node))
        for child in node.named_children:
            if child.type == "pair":
                self._pair(child, path)

    def _pair(self, node: Node, around: Path) -> None:
        if not node.named_children:
            return
        path = (*around, *_key_path(node.named_children[0]))
        if path in self.lines:
            self.twice.append((path, self.lines[path], _line(node)))
        self._note(path, _line(node))
        self._value(node.named_children[-1], path)

    def _value(self, node: Node, path: Path) -> None:
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(child, path)
        elif node.type == "array":
            items = [child for child in node.named_children if child.type != "comment"]
            for index, child in enumerate(items):
                self._note((*path, index), _line(child))
                self._value(child, (*path, index))

    def _inside_arrays(self, keys: tuple[str, ...]) -> Path:
        """The header's keys with the index of the latest element after each array of tables."""
        path: Path = ()
        for position, key in enumerate(keys):
            path = (*path, key)
            if path in self.counts and position < len(keys) - 1:
                path = (*path, self.counts[path] - 1)
        return path

    def _note(self, path: Path, line: int) -> None:
        """Remember the line of `path`, and of tables around it that have none yet."""
        for end in range(1, len(path)):
            self.lines.setdefault(path[:end], line)
        self.lines[path] = self.lines.get(path, line) if path not in self.tables else line


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _key_path(node: Node) -> tuple[str, ...]:
    """The keys of `a."b c".d`, decoded by the parser that knows how."""
    text = (node.text or b"").decode("utf-8", "replace")
    try:
        inner: Any = tomllib.loads(f"{text} = 0")
    except ValueError:
        return (text,)
    keys: list[str] = []
    while isinstance(inner, dict) and inner:
        key, inner = next(iter(cast("dict[str, Any]", inner).items()))
        keys.append(key)
    return tuple(keys)
