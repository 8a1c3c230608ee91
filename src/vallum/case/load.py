"""Reading a case: files in, a checked `Case` out, or every fault at once."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from vallum import registry
from vallum.case.case import Case, Quantity
from vallum.case.correlations import resolve_correlations
from vallum.case.evidence import read_claims, read_sources
from vallum.case.faults import CaseError, Fault, closest, did_you_mean, listed, shown
from vallum.case.files import Shelf, inside
from vallum.case.options import resolve_options
from vallum.case.positions import Path as Key
from vallum.case.positions import read_document
from vallum.case.resolve import Ground, resolve
from vallum.case.schema import Question
from vallum.case.sections import Draft, read_draft
from vallum.case.tables import read_tables
from vallum.case.wording import bounds
from vallum.spec import ModelSpec

CASE_FILE = "case.toml"


class Specified(Protocol):
    """Anything with a model's declaration: usually the model's module."""

    @property
    def spec(self) -> ModelSpec:
        """The declaration."""
        ...


def load_case(path: str | Path, *, model: Specified | None = None) -> Case:
    """Read and check a case.

    Parameters
    ----------
    path : str or Path
        A folder, its `case.toml`, or the name of a case that is shipped with Vallum.
    model : object with `spec`, optional
        The model; found in the registry by the name the case gives where left out.

    Returns
    -------
    Case
        Everything resolved, in the units of the model.

    Raises
    ------
    CaseError
        With every fault that was found, each with file and line.
    """
    folder = _folder(path)
    return _load(Shelf(folder), folder, folder.resolve().name, model)


def load_case_text(files: Mapping[str, str], *, model: Specified | None = None) -> Case:
    """Read and check a case whose files are in memory, as `Case.files` has them.

    Parameters
    ----------
    files : mapping of str to str
        Texts by file name.
    model : object with `spec`, optional
        As for `load_case`.

    Returns
    -------
    Case
        With `folder` None.

    Raises
    ------
    CaseError
        As `load_case`.
    """
    return _load(Shelf(files), None, "case", model)


def write_case(case: Case, folder: str | Path) -> None:
    """Write the files that a case was read from into a folder.

    Raises
    ------
    CaseError
        If the folder exists and is not empty, or cannot be written.
    """
    write_files(case.files, Path(folder))


def write_files(files: Mapping[str, str], folder: Path) -> None:
    """Write texts into a new or empty folder; errors as `write_case`."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CaseError([Fault(str(folder), "the folder exists and is not empty", "a new or empty folder")])
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CaseError([Fault(str(folder), f"cannot be written: {error.strerror}")]) from error


def shipped_cases() -> dict[str, Path]:
    """The folders of the cases that come with Vallum, by name."""
    cases = Path(str(importlib.resources.files("vallum"))) / "cases"
    if not cases.is_dir():
        return {}
    return {folder.name: folder for folder in sorted(cases.iterdir()) if (folder / CASE_FILE).is_file()}


def _folder(path: str | Path) -> Path:
    """The folder that `path` means."""
    folder = Path(path)
    try:
        if folder.is_dir():
            return folder
        if folder.is_file():
            if folder.name == CASE_FILE:
                return folder.parent
            raise CaseError([Fault(str(path), "not a case", f"a folder with a {CASE_FILE}, or that file")])
    except (OSError, ValueError) as error:
        raise CaseError([Fault(shown(str(path)), "not a path to a case")]) from error
    shipped = shipped_cases()
    if str(path) in shipped:
        return shipped[str(path)]
    near = did_you_mean(str(path), shipped)
    raise CaseError([Fault(shown(str(path)), "no such folder, nor a shipped case", listed(shipped), near)])


def _load(shelf: Shelf, folder: Path | None, subject: str, model: Specified | None) -> Case:
    faults: list[Fault] = []
    draft = _draft(shelf, faults)
    if draft is not None and draft.heading is not None and draft.heading.years:
        _read_years(shelf, draft, draft.heading.years, faults)
    before = len(faults)
    sources = read_sources(shelf, faults)
    claims = read_claims(shelf, sources if len(faults) == before else None, faults)
    known_claims = claims if len(faults) == before else None
    spec = None if draft is None else _spec(draft, model, faults)
    if draft is None or spec is None:
        raise CaseError(faults, subject)

    tables = read_tables(shelf, spec, _table_files(draft, spec, faults), faults)
    ground = Ground(draft.document, claims, known_claims, tables, faults)
    base = _inputs(draft, spec, ground)
    options = resolve_options(draft, spec, base, ground)
    correlations = resolve_correlations(draft, spec, base, options, ground)
    question = _question(draft, spec, ground)
    if faults or draft.heading is None or draft.scenario is None or question is None:
        raise CaseError(faults, subject)
    return Case(
        folder=folder,
        name=draft.heading.name,
        title=draft.heading.title,
        model=draft.heading.model,
        as_of=draft.heading.as_of,
        authors=draft.heading.authors,
        note=draft.heading.note,
        spec=spec,
        question=question,
        scenario=draft.scenario,
        inputs={name: quantity for name, quantity in base.items() if quantity is not None},
        options=options,
        tables={name: table for name, table in ground.tables.items() if table is not None},
        correlations=correlations,
        claims=claims,
        sources=sources,
        files=dict(shelf.texts),
    )


def _draft(shelf: Shelf, faults: list[Fault]) -> Draft | None:
    text = shelf.read(CASE_FILE, faults)
    if text is None:
        return None
    try:
        document = read_document(text, CASE_FILE)
    except CaseError as error:
        faults.extend(error.faults)
        return None
    return read_draft(document, faults)


def _read_years(shelf: Shelf, draft: Draft, name: str, faults: list[Fault]) -> None:
    """Keep the file of the years after with the case; what stands in it is checked by who uses it."""
    if inside(name):
        shelf.read(name, faults)
    else:
        faults.append(Fault(draft.document.where(("years",)), f"{shown(name)} is no file name in the case's folder"))


def _spec(draft: Draft, model: Specified | None, faults: list[Fault]) -> ModelSpec | None:
    """The declaration of the case's model; None, and a fault, where there is none."""
    name = draft.model
    if name is None:
        return None
    where = draft.document.where(("model",))
    if model is not None:
        if name != model.spec.name:
            faults.append(Fault(where, f"the case is for model {shown(name)}", model.spec.name))
        return model.spec
    known = registry.model_names()
    if name not in known:
        faults.append(Fault(where, f"unknown model {shown(name)}", listed(known), did_you_mean(name, known)))
        return None
    try:
        return registry.find_model(name).spec
    except registry.RegistryError as error:
        faults.append(Fault(where, str(error)))
        return None


def _table_files(draft: Draft, spec: ModelSpec, faults: list[Fault]) -> dict[str, str]:
    """The file of every table of the model."""
    files = {table.name: f"{table.name}.csv" for table in spec.tables}
    for name, file in draft.files.items():
        where = draft.document.where(("tables", name))
        if name not in files:
            faults.append(Fault(where, "unknown table", listed(files), did_you_mean(name, files)))
        elif not inside(file):
            faults.append(Fault(where, f"{shown(file)} is no file name in the case's folder"))
        else:
            files[name] = file
    return files


def _inputs(draft: Draft, spec: ModelSpec, ground: Ground) -> dict[str, Quantity | None]:
    """The base's inputs in the model's order; None where one is missing or at fault."""
    known = [declared.name for declared in spec.inputs]
    absent = [name for name in known if name not in draft.inputs]
    misspelt: set[str] = set()
    for name in draft.inputs:
        if name not in known:
            misspelt.add(closest(name, absent))
            near = did_you_mean(name, absent) or did_you_mean(name, known)
            ground.fault(("inputs", name), "unknown input", listed(absent or known), near)
    for name in (name for name in absent if name not in misspelt):
        declared = spec.input(name)
        found = f"the input {name!r} is missing: {declared.meaning}; {bounds(declared)}"
        ground.fault(("inputs",), found, remedy=f"add [inputs.{name}]")
    base: dict[str, Quantity | None] = {}
    for declared in spec.inputs:
        entry = draft.inputs.get(declared.name)
        table = ground.tables.get(declared.per)
        path = ("inputs", declared.name)
        base[declared.name] = None if entry is None else resolve(entry, declared, path, ground, table)
    return base


def _question(draft: Draft, spec: ModelSpec, ground: Ground) -> Question | None:
    """The question with its reference filled in."""
    question = draft.question
    if question is None:
        return None
    scalars = [outcome.name for outcome in spec.scalars]
    named: list[tuple[Key, str]] = [(("question", "outcome"), question.outcome)]
    named += [(("question", "report", index), name) for index, name in enumerate(question.report)]
    for path, name in named:
        if name not in scalars:
            series = name in [outcome.name for outcome in spec.series]
            found = f"{shown(name)} is a series" if series else f"unknown outcome {shown(name)}"
            ground.fault(path, found, listed(scalars), did_you_mean(name, scalars))
    _check_thresholds(question, spec, ground)
    _check_over_time(question, spec, ground)
    reference = question.reference
    if reference and reference not in draft.options:
        near = did_you_mean(reference, draft.options)
        ground.fault(("question", "reference"), f"unknown option {shown(reference)}", listed(draft.options), near)
    return question if reference else question.model_copy(update={"reference": next(iter(draft.options), "")})


def _check_thresholds(question: Question, spec: ModelSpec, ground: Ground) -> None:
    """Thresholds of a time: on its clock, since the model knows nothing beyond."""
    clock = next((outcome.clock for outcome in spec.scalars if outcome.name == question.outcome), "")
    table = ground.tables.get(clock)
    if table is None or not len(table):
        return
    last = len(table) - 1
    asked: list[tuple[Key, float | None]] = [
        (("question", "at_most"), question.at_most),
        (("question", "at_least"), question.at_least),
        *((("question", "also", index), value) for index, value in enumerate(question.also)),
    ]
    for path, value in asked:
        if value is not None and not 0 <= value <= last:
            found = f"{value:g} is beyond the clock of {table.file}, which ends at {last}"
            if value < 0:
                found = f"{value:g} is before the clock of {table.file}, which begins at 0"
            ground.fault(path, found, f"0 to {last}")


def _check_over_time(question: Question, spec: ModelSpec, ground: Ground) -> None:
    """Series to show together: known, no flags, on one clock and in one unit."""
    series = {outcome.name: outcome for outcome in spec.series if outcome.kind != "flag"}
    flags = [outcome.name for outcome in spec.series if outcome.kind == "flag"]
    shown_first = next((series[name] for name in question.over_time if name in series), None)
    for index, name in enumerate(question.over_time):
        path: Key = ("question", "over_time", index)
        if name in flags:
            ground.fault(path, f"{shown(name)} is a flag: it only says yes or no", listed(series))
        elif name not in series:
            ground.fault(path, f"unknown series {shown(name)}", listed(series), did_you_mean(name, series))
        elif shown_first and (series[name].per, series[name].unit) != (shown_first.per, shown_first.unit):
            ground.fault(path, f"{shown(name)} in {series[name].unit}", f"series in {shown_first.unit}, like the first")
