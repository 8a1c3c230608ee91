"""A case after it was read and checked: everything known, in canonical units.

A `Case` is frozen and complete: studies are computed from it, pages are written from it,
and the texts it was read from travel with it, so that it can be read again anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vallum.case.evidence import Claim, Source
from vallum.case.marginal import Marginal
from vallum.case.normal import Floats
from vallum.case.schema import Cost, Favours, Question, Scenario, Status
from vallum.case.tables import CaseTable
from vallum.spec import ModelSpec


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a case knows about one input.

    Parameters
    ----------
    input : str
        Name in the model's declaration.
    marginal : Marginal
        Its distribution, in the declared unit.
    unit, written : str
        The unit and the value as the case has them ("uniform 10 to 25").
    evidence : tuple of str
        Ids of the claims cited.
    status : {"read", "derived", "recalled", "assumption"}
        How the value came into the case.
    favours : {"attacker", "defender", "neither", ""}
        Whom the choice of value favours; "" where that is not stated.
    note : str
        The analyst's remark.
    groups : tuple of str (row,) or None
        For an input per table: the group of each row, one quantile a group; "" where all
        rows are one group. None for a single number.
    idiosyncratic : float
        Share of a row's variance that is its own rather than its group's, 0 to 1.
    """

    input: str
    marginal: Marginal
    unit: str
    written: str
    evidence: tuple[str, ...]
    status: Status
    favours: Favours
    note: str = ""
    groups: tuple[str, ...] | None = None
    idiosyncratic: float = 0.0


@dataclass(frozen=True, slots=True)
class Option:
    """One posture: how it differs from the case's base.

    Parameters
    ----------
    id, title, note, based_on : str
        As written; `based_on` is empty where the option starts from the base.
    cost, upfront : Cost or None
        What it costs, running and once; never inherited.
    cost_beside : str
        The option whose costs come on top of these; empty where they are all of it.
    not_comparable : str
        Why what it does cannot be compared with the others here; empty where it can. Never inherited.
    inputs : mapping of str to Quantity
        Every input that differs from the base, inherited changes included.
    own : tuple of str
        The inputs that the option itself states, in its own `inputs`.
    inactive : mapping of str to frozenset of str
        For every unordered table the rows that this option does without.
    """

    id: str
    title: str
    note: str
    based_on: str
    cost: Cost | None
    upfront: Cost | None
    cost_beside: str
    not_comparable: str
    inputs: Mapping[str, Quantity]
    own: tuple[str, ...]
    inactive: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Correlation:
    """Two inputs that go together: Spearman's rank correlation, on someone's word."""

    inputs: tuple[str, str]
    rank: float
    evidence: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A question, the world it is asked in, the options, and what is known.

    Parameters
    ----------
    folder : Path or None
        Where it was read from; None for a case read from memory.
    name, title, model, as_of, note : str
        As in the file; `model` is the registered name.
    authors : tuple of str
        As in the file.
    spec : ModelSpec
        The declaration of its model.
    question, scenario : Question, Scenario
        As in the file; `question.reference` is always an option.
    inputs : mapping of str to Quantity
        One for every input of the model, in the model's order.
    options : tuple of Option
        In the file's order.
    tables : mapping of str to CaseTable
        One for every table of the model.
    correlations : tuple of Correlation
        As in the file.
    claims, sources : mapping of str to Claim or Source
        By id.
    files : mapping of str to str
        The texts the case was read from, by file name.
    """

    folder: Path | None
    name: str
    title: str
    model: str
    as_of: str
    authors: tuple[str, ...]
    note: str
    spec: ModelSpec
    question: Question
    scenario: Scenario
    inputs: Mapping[str, Quantity]
    options: tuple[Option, ...]
    tables: Mapping[str, CaseTable]
    correlations: tuple[Correlation, ...]
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    files: Mapping[str, str]

    def option(self, id: str) -> Option:
        """The option called `id`; KeyError where there is none."""
        return {option.id: option for option in self.options}[id]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what determines results, in hexadecimal.

        Same digest, same runs: comments, notes, titles, evidence, the question asked of
        the runs, the units values are written in, the order of keys, and the order of
        rows without order are no part of it.
        """
        content = {
            "model": self.model,
            "inputs": _quantities(self.inputs),
            "options": {option.id: _option(option) for option in self.options},
            "tables": {name: {"ids": table.ids, "columns": table.columns} for name, table in self.tables.items()},
            "correlations": sorted([*sorted(pair.inputs), pair.rank] for pair in self.correlations),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _option(option: Option) -> dict[str, Any]:
    inactive = {table: sorted(rows) for table, rows in option.inactive.items() if rows}
    return {"inputs": _quantities(option.inputs), "inactive": inactive}


def _quantities(quantities: Mapping[str, Quantity]) -> dict[str, Any]:
    return {
        name: {
            "kind": quantity.marginal.kind,
            "parameters": {key: _numbers(x) for key, x in quantity.marginal.parameters().items()},
            "groups": quantity.groups,
            "idiosyncratic": quantity.idiosyncratic,
        }
        for name, quantity in quantities.items()
    }


def _numbers(array: Floats) -> Any:
    return np.add(array, 0.0).tolist()  # adding 0 turns -0.0 into 0.0
