"""From a parsed `case.toml` to checked entries, one section at a time.

Sections are checked apart, so that a fault in one does not hide the faults of the rest.
A section that fails is None, and its name is still known: what refers to it is not
blamed in turn.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from vallum.case.faults import Fault, did_you_mean, listed, shown
from vallum.case.positions import Document, Path
from vallum.case.schema import (
    CaseFile,
    CorrelationEntry,
    Entry,
    Heading,
    InputEntry,
    OptionEntry,
    Question,
    Scenario,
    Word,
)

Kind = TypeVar("Kind", bound=Entry)

_NOUNS = {
    "tuple_type": "a list",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
}


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """One option: its own keys, and apart from them its inputs. None is what failed."""

    entry: OptionEntry | None
    inputs: Mapping[str, InputEntry | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """The sections of one `case.toml`, each checked alone."""

    document: Document
    heading: Heading | None
    question: Question | None
    scenario: Scenario | None
    inputs: Mapping[str, InputEntry | None]
    options: Mapping[str, OptionDraft]
    correlations: tuple[CorrelationEntry | None, ...]

    @property
    def model(self) -> str | None:
        """The model's name, also where other keys of the heading are at fault."""
        found = self.document.data.get("model")
        return found if isinstance(found, str) else None

    @property
    def files(self) -> dict[str, str]:
        """The file names given to tables, also where other keys of the heading are at fault."""
        tables = _table(self.document.data.get("tables"))
        return {name: file for name, file in tables.items() if isinstance(file, str)}


def read_draft(document: Document, faults: list[Fault]) -> Draft:
    """Check every section of a parsed case file; `faults` grows by what is wrong."""
    data = document.data
    sections = [name for name in CaseFile.model_fields if name not in Heading.model_fields]
    heading = {name: value for name, value in data.items() if name not in sections}
    for name in ("question", "scenario", "inputs", "options"):
        if name not in data:
            faults.append(Fault(f"{document.file}:1", f"no section [{name}]", listed(sections)))
    check = _Check(document, faults)
    return Draft(
        document=document,
        heading=check.entry(Heading, heading, (), known=list(CaseFile.model_fields)),
        question=check.entry(Question, data["question"], ("question",)) if "question" in data else None,
        scenario=check.entry(Scenario, data["scenario"], ("scenario",)) if "scenario" in data else None,
        inputs=check.inputs(data.get("inputs", {}), ("inputs",)),
        options=check.options(data.get("options"), ("options",)),
        correlations=check.correlations(data.get("correlations", ())),
    )


@dataclass(frozen=True, slots=True)
class _Check:
    document: Document
    faults: list[Fault]

    def entry(self, kind: type[Kind], data: object, path: Path, known: Collection[str] = ()) -> Kind | None:
        """`data` as an entry; None, and faults, where it is none."""
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self.faults.append(_as_fault(details, kind, path, self.document, known))
        return None

    def inputs(self, data: object, path: Path) -> dict[str, InputEntry | None]:
        return {name: self.entry(InputEntry, item, (*path, name)) for name, item in self._items(data, path)}

    def options(self, data: object, path: Path) -> dict[str, OptionDraft]:
        if data is not None and not data:
            self.faults.append(Fault(self.document.where(path), "no option", "at least one, as [options.NAME]"))
        drafts: dict[str, OptionDraft] = {}
        for name, item in self._items({} if data is None else data, path):
            self._word(name, (*path, name))
            table = _table(item)
            own = {key: value for key, value in table.items() if key != "inputs"} if table else item
            drafts[name] = OptionDraft(
                entry=self.entry(OptionEntry, own, (*path, name)),
                inputs=self.inputs(table.get("inputs", {}), (*path, name, "inputs")),
            )
        return drafts

    def correlations(self, data: object) -> tuple[CorrelationEntry | None, ...]:
        if not isinstance(data, tuple):
            self.faults.append(Fault(self.document.where(("correlations",)), "not a list", "[[correlations]]"))
            return ()
        items = cast("tuple[object, ...]", data)
        return tuple(self.entry(CorrelationEntry, item, ("correlations", i)) for i, item in enumerate(items))

    def _items(self, data: object, path: Path) -> list[tuple[str, object]]:
        if isinstance(data, dict):
            return list(_table(cast("object", data)).items())
        self.faults.append(Fault(self.document.where(path), f"{shown(data)} is not a table"))
        return []

    def _word(self, name: str, path: Path) -> None:
        try:
            TypeAdapter(Word).validate_python(name)
        except ValidationError as error:
            context = error.errors()[0].get("ctx", {})
            self.faults.append(Fault(self.document.where(path), context["found"], context["allowed"]))


def _table(data: object) -> dict[str, object]:
    return cast("dict[str, object]", data) if isinstance(data, dict) else {}


def _as_fault(
    error: ErrorDetails, kind: type[Entry], around: Path, document: Document, known: Collection[str]
) -> Fault:
    """One error of pydantic in the words of a fault."""
    at: Path = tuple(part for part in error["loc"] if part != "[key]")
    where = document.where((*around, *at))
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "case":
            return Fault(where, context["found"], context["allowed"], context["remedy"])
        case "extra_forbidden":
            allowed = (len(at) == 1 and known) or _fields(kind, at[:-1])
            return Fault(where, "unknown key", listed(allowed), did_you_mean(str(at[-1]), allowed))
        case "missing" if isinstance(at[-1], int):
            return Fault(document.where((*around, *at[:-1])), f"only {at[-1]} values")
        case "missing":
            return Fault(document.where((*around, *at[:-1])), f"the key '{at[-1]}' is missing", _words(kind, at))
        case "literal_error":
            words = re.findall("'([^']+)'", context["expected"])
            found = error["input"]
            return Fault(where, f"unknown word {shown(found)}", listed(words), did_you_mean(str(found), words))
        case "too_long" | "too_short":
            count = context["max_length"] if error["type"] == "too_long" else context["min_length"]
            allowed = f"at {'most' if error['type'] == 'too_long' else 'least'} {count}"
            return Fault(where, f"{context['actual_length']} values", allowed)
        case named if named in _NOUNS:
            return Fault(where, f"{shown(error['input'])} is not {_NOUNS[named]}")
        case _:
            return Fault(where, shown(error["input"]), error["msg"].removeprefix("Input should be "))


def _entry_kind(kind: type[Entry], at: Path) -> type[Entry] | None:
    """The kind of entry at a path inside an entry of `kind`."""
    for key in at:
        if isinstance(key, str) and key in kind.model_fields:
            inner = _entry_inside(kind.model_fields[key].annotation)
            if inner is None:
                return None
            kind = inner
    return kind


def _entry_inside(annotation: Any) -> type[Entry] | None:
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return annotation
    found = (_entry_inside(argument) for argument in get_args(annotation))
    return next((inner for inner in found if inner is not None), None)


def _fields(kind: type[Entry], at: Path) -> list[str]:
    inner = _entry_kind(kind, at)
    return list(inner.model_fields) if inner else []


def _words(kind: type[Entry], at: Path) -> str:
    """The words a missing key may have, where it is one of a few words."""
    inner = _entry_kind(kind, at[:-1])
    info = inner.model_fields.get(str(at[-1])) if inner else None
    words = get_args(info.annotation) if info else ()
    return listed(words) if words and all(isinstance(word, str) for word in words) else ""
