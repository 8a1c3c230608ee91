"""Options as layers over the base of a case.

An option starts from the base, or from the option it is `based_on`, and lays its own
inputs and row edits over it. What it states anew replaces what it inherits, single rows
included; a row's number stays changed until the whole input is stated again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import numpy as np

from vallum.case.case import Option, Quantity
from vallum.case.faults import did_you_mean, listed, shown
from vallum.case.marginal import scaled_amount
from vallum.case.positions import Path
from vallum.case.resolve import Ground, resolve
from vallum.case.schema import Entry, InputEntry, OptionEntry, RowEntry
from vallum.case.sections import Draft, OptionDraft
from vallum.case.tables import CaseTable
from vallum.case.wording import bounds
from vallum.spec import Input, ModelSpec
from vallum.units import UnitError, factor

_Placed: TypeAlias = tuple[InputEntry | None, Path]


@dataclass(slots=True)
class _Layers:
    """What an option says differently from the base, inherited layers included.

    `entries` has inputs stated anew with the place of each, `pins` certain values by
    input and row in the declared unit, `cells` numbers by table, column and row, and
    `inactive` the rows done without, by table.
    """

    entries: dict[str, _Placed]
    pins: dict[str, dict[str, float]]
    cells: dict[str, dict[str, dict[str, float]]]
    inactive: dict[str, set[str]]


def resolve_options(
    draft: Draft, spec: ModelSpec, base: Mapping[str, Quantity | None], ground: Ground
) -> tuple[Option, ...]:
    """Turn the drafted options into options.

    Parameters
    ----------
    draft : Draft
        The case file's sections.
    spec : ModelSpec
        The declaration of the model.
    base : mapping of str to Quantity or None
        The base's inputs; None where one is at fault.
    ground : Ground
        Claims, tables and places; its faults grow by what is wrong.

    Returns
    -------
    tuple of Option
        In the file's order; only those without faults.
    """
    parents = _parents(draft, ground)
    laying = _Laying(draft, spec, base, ground, parents)
    found = [laying.option(id) for id in draft.options]
    return tuple(option for option in found if option is not None)


def _parents(draft: Draft, ground: Ground) -> dict[str, str]:
    """What each option is based on: "" for the base, and where the file says something impossible."""
    parents: dict[str, str] = {}
    for id, option in draft.options.items():
        parent = option.entry.based_on if option.entry else ""
        if parent and parent not in draft.options:
            found = f"unknown option {shown(parent)}"
            near = did_you_mean(parent, draft.options)
            ground.fault(("options", id, "based_on"), found, listed(draft.options), near)
            parent = ""
        parents[id] = parent
    for id in draft.options:
        seen = [id]
        while parents[seen[-1]] and parents[seen[-1]] not in seen:
            seen.append(parents[seen[-1]])
        if parents[seen[-1]] == id:
            circle = " -> ".join([*seen, id])
            found = f"options based on each other: {circle}"
            ground.fault(("options", id, "based_on"), found, "an option that does not lead back to itself")
            parents[id] = ""
    return parents


@dataclass(frozen=True, slots=True)
class _Laying:
    """The work of laying options over the base."""

    draft: Draft
    spec: ModelSpec
    base: Mapping[str, Quantity | None]
    ground: Ground
    parents: Mapping[str, str]
    laid: dict[str, _Layers] = field(default_factory=dict[str, _Layers])
    resolved: dict[tuple[str, str], Quantity | None] = field(default_factory=dict[tuple[str, str], "Quantity | None"])

    def option(self, id: str) -> Option | None:
        draft, layers = self.draft.options[id], self.layers(id)
        inputs: dict[str, Quantity] = {}
        for declared in self.spec.inputs:
            if self._differs(declared, layers):
                quantity = self._quantity(id, declared, layers)
                if quantity is not None:
                    inputs[declared.name] = quantity
        if draft.entry is None:
            return None
        for name, cost in (("cost", draft.entry.cost), ("upfront", draft.entry.upfront)):
            if cost is not None:
                self.ground.check_evidence(cost.evidence, ("options", id, name, "evidence"))
        self._check_beside(id, draft.entry)
        return Option(
            id=id,
            title=draft.entry.title,
            note=draft.entry.note,
            based_on=draft.entry.based_on,
            cost=draft.entry.cost,
            upfront=draft.entry.upfront,
            cost_beside=draft.entry.cost_beside,
            not_comparable=draft.entry.not_comparable,
            inputs=inputs,
            own=tuple(name for name in inputs if name in draft.inputs),
            inactive={name: frozenset(rows) for name, rows in layers.inactive.items()},
        )

    def _check_beside(self, id: str, entry: OptionEntry) -> None:
        """A cost comes on top of that of an option that states all of its own."""
        other, path = entry.cost_beside, ("options", id, "cost_beside")
        if not other:
            return
        whole = [
            x for x, y in self.draft.options.items() if x != id and y.entry and y.entry.cost and not y.entry.cost_beside
        ]
        if other not in self.draft.options:
            self.ground.fault(path, f"no option {shown(other)}", listed(whole), did_you_mean(other, whole))
        elif entry.cost is None:
            self.ground.fault(path, "the option has no cost of its own", "a cost, or no cost_beside")
        elif other not in whole:
            self.ground.fault(path, f"{other} does not state all of its cost", listed(whole))

    def layers(self, id: str) -> _Layers:
        """The layers of an option: those it inherits, and its own."""
        if id not in self.laid:
            parent = self.parents[id]
            layers = copy.deepcopy(self.layers(parent)) if parent else _Layers({}, {}, {}, {})
            option = self.draft.options[id]
            self._lay_inputs(id, option, layers)
            for index, edit in enumerate(option.entry.rows if option.entry else ()):
                self._lay_row(edit, ("options", id, "rows", index), layers)
            self.laid[id] = layers
        return self.laid[id]

    def _lay_inputs(self, id: str, option: OptionDraft, layers: _Layers) -> None:
        known = [declared.name for declared in self.spec.inputs]
        for name, entry in option.inputs.items():
            path: Path = ("options", id, "inputs", name)
            if name not in known:
                self.ground.fault(path, "unknown input", listed(known), did_you_mean(name, known))
                continue
            layers.entries[name] = (entry, path)
            layers.pins.pop(name, None)

    def _lay_row(self, edit: RowEntry, path: Path, layers: _Layers) -> None:
        names = [table.name for table in self.spec.tables]
        if edit.table not in names:
            found = f"unknown table {shown(edit.table)}"
            self.ground.fault((*path, "table"), found, listed(names), did_you_mean(edit.table, names))
            return
        table = self.ground.tables.get(edit.table)
        if table is None:
            return
        if edit.row not in table.ids:
            found = f"no row {shown(edit.row)} in {table.file}"
            self.ground.fault((*path, "row"), found, listed(table.ids), did_you_mean(edit.row, table.ids))
            return
        if edit.active is not None:
            self._lay_mask(edit, table, (*path, "active"), layers)
        for name, value in edit.set.items():
            self._lay_number(edit, table, name, value, (*path, "set", name), layers)

    def _lay_mask(self, edit: RowEntry, table: CaseTable, path: Path, layers: _Layers) -> None:
        if table.ordered:
            self.ground.fault(path, f"{table.name} is a clock: every option runs all of it", "no 'active' here")
            return
        rows = layers.inactive.setdefault(table.name, set())
        if edit.active:
            rows.discard(edit.row)
        else:
            rows.add(edit.row)

    def _lay_number(
        self, edit: RowEntry, table: CaseTable, name: str, value: float, path: Path, layers: _Layers
    ) -> None:
        mine = {declared.name: declared for declared in self.spec.inputs if declared.per == table.name}
        read = {column for declared in mine.values() for column in columns_read(self._entry(declared.name, layers)[0])}
        if name in mine:
            amount = self._pin(mine[name], value, path, layers)
            if amount is not None:
                layers.pins.setdefault(name, {})[edit.row] = amount
        elif name in read and name in table.cells:
            layers.cells.setdefault(table.name, {}).setdefault(name, {})[edit.row] = value
        elif any(self._entry(other, layers)[0] is None for other in mine):
            return  # the input that reads it may be the one at fault
        elif name in table.cells:
            remedy = f"inputs read: {listed(sorted(read))}"
            self.ground.fault(path, "no input reads this column, so an option cannot change it", "", remedy)
        else:
            allowed = sorted({*mine, *read})
            self.ground.fault(path, "unknown input or column", listed(allowed), did_you_mean(name, allowed))

    def _pin(self, declared: Input, value: float, path: Path, layers: _Layers) -> float | None:
        """A row's certain value, from the unit of the entry in force to the declared one."""
        entry = self._entry(declared.name, layers)[0]
        if entry is None:
            return None
        try:
            amount = float(scaled_amount(value, factor(entry.unit, declared.unit)))
        except UnitError:
            return None
        if not declared.low <= amount <= declared.high:
            self.ground.fault(path, f"{amount:g} leaves the bounds", bounds(declared))
            return None
        if declared.whole and abs(amount - np.rint(amount)) > 1e-9:
            self.ground.fault(path, f"{amount:g} is not a whole number", "whole numbers")
            return None
        return amount

    def _entry(self, name: str, layers: _Layers) -> _Placed:
        """The entry in force, and where it is written."""
        return layers.entries.get(name, (self.draft.inputs.get(name), ("inputs", name)))

    def _edited(self, declared: Input, layers: _Layers) -> bool:
        """Whether rows of the input differ from what its entry says."""
        read = columns_read(self._entry(declared.name, layers)[0])
        return declared.name in layers.pins or any(column in layers.cells.get(declared.per, {}) for column in read)

    def _differs(self, declared: Input, layers: _Layers) -> bool:
        return declared.name in layers.entries or self._edited(declared, layers)

    def _quantity(self, id: str, declared: Input, layers: _Layers) -> Quantity | None:
        """The input in this option; None where something is wrong, here or in what it inherits."""
        entry, path = self._entry(declared.name, layers)
        if entry is None:
            return None
        own = declared.name in self.draft.options[id].inputs
        parent = self.parents[id]
        if not own:
            before = self.resolved.get((parent, declared.name), self.base.get(declared.name))
            if before is None:
                return None
        if self._edited(declared, layers) and not own:
            path = ("options", id, "rows")
        table = self.ground.tables.get(declared.per)
        if table is not None:
            table = table.with_cells(layers.cells.get(declared.per, {}))
        quantity = resolve(entry, declared, path, self.ground, table, layers.pins.get(declared.name))
        self.resolved[id, declared.name] = quantity
        return quantity


def columns_read(entry: InputEntry | None) -> set[str]:
    """The columns whose numbers an entry uses."""
    if entry is None:
        return set()
    if entry.column is not None:
        return {entry.column}
    return _texts(getattr(entry, entry.kind)) if entry.kind != "from_claims" else set()


def _texts(value: object) -> set[str]:
    match value:
        case str():
            return {value}
        case tuple():
            return {text for item in cast("tuple[object, ...]", value) for text in _texts(item)}
        case Entry():
            numbers = (getattr(value, name) for name in type(value).model_fields if name not in ("name", "claim"))
            return {text for number in numbers for text in _texts(number)}
        case _:
            return set()
