"""How a study looks on disk: its variables, dimensions, units and attributes.

Dimensions are `option`, `future`, `replicate`, `quantile`, the clocks of the model (called
by their key) and the tables for whose rows it gives something (called by their name).
Every variable says in its attributes what it is (`role`), its unit and its meaning:

outcome, status   (option, future, replicate)
input             (option, future) where some option changes it, else (future);
                  (option) where it is certain under every option
quantile          (future): the factor behind an input given per table row
fan               (option, quantile, clock or table): a series, summarised over the first futures
share             (option, clock or table): how often a flag of a series is true, likewise
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.spec import ModelSpec, Outcome, Table
from vallum.study.lanes import statuses
from vallum.study.store import Store, Variable

if TYPE_CHECKING:
    from vallum.case import Case, Factor, Superset
    from vallum.study.designs import Design

FAN_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FAN_FUTURES = 4096
STORED_AS = {"count": "int32", "flag": "bool"}


def quantile_name(factor: Factor) -> str:
    """The variable that keeps the quantile of a factor behind a table's rows."""
    return f"quantile:{factor.name}".replace("/", "|")  # a slash would make groups of the store


def variables(
    spec: ModelSpec, case: Case, superset: Superset, futures: int, dtype: str, given: Collection[str] = ()
) -> tuple[Variable, ...]:
    """Every array of a study, in the order of the declaration."""
    runs = ("option", "future", "replicate")
    found = [Variable(x.name, runs, STORED_AS.get(x.kind, dtype), _about(x, "outcome")) for x in spec.scalars]
    meanings = {"role": "status", "unit": "1", "meaning": "0 is a good run", "statuses": list(statuses(spec))}
    found.append(Variable("status", runs, "int32", meanings))
    changed = {name for option in case.options for name in option.inputs}
    varying = {x.input for x in superset.factors if x.varies} | set(given)
    for x in spec.inputs:
        if not x.per:
            dims = ("option",) if x.name not in varying else ("option", "future") if x.name in changed else ("future",)
            found.append(Variable(x.name, dims, dtype, {"role": "input", "unit": x.unit, "meaning": x.meaning}))
    for factor in superset.factors:
        if factor.varies and spec.input(factor.input).per:
            meaning = f"quantile of {factor.input}" + (f", group {factor.group}" if factor.group else "")
            about = {"role": "quantile", "unit": "1", "meaning": meaning}
            found.append(Variable(quantile_name(factor), ("future",), dtype, about))
    over = {"futures": min(FAN_FUTURES, futures)}
    for x in spec.series:
        clock = dimension(spec.table(x.per))
        if x.kind == "flag":
            found.append(Variable(x.name, ("option", clock), "float64", _about(x, "share", **over)))
        else:
            found.append(Variable(x.name, ("option", "quantile", clock), "float64", _about(x, "fan", **over)))
    return (*found, *_coordinates(spec, superset))


def dimension(table: Table) -> str:
    """The dimension that runs along a table."""
    return table.key if table.ordered else table.name


def _about(outcome: Outcome, role: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "unit": outcome.unit, "meaning": outcome.meaning, "kind": outcome.kind, **more}


def _coordinates(spec: ModelSpec, superset: Superset) -> tuple[Variable, ...]:
    def coordinate(name: str, dims: tuple[str, ...], dtype: str, meaning: str, unit: str = "1") -> Variable:
        return Variable(name, dims, dtype, {"role": "coordinate", "unit": unit, "meaning": meaning})

    along = [table for table in spec.tables if any(x.per == table.name for x in spec.series)]
    clocks, lists = [x for x in along if x.ordered], [x for x in along if not x.ordered]
    return (
        coordinate("option", ("option",), "str", "option of the case"),
        coordinate(
            "scramble", ("future",), "int32", "independent randomisation of the design that a future belongs to"
        ),
        coordinate("quantile", ("quantile",), "float64", "share of runs below"),
        *(coordinate(table.key, (table.key,), "int32", table.meaning, table.key) for table in clocks),
        *(coordinate(table.name, (table.name,), "str", table.meaning) for table in lists),
    )


def sizes(spec: ModelSpec, superset: Superset, futures: int, replicates: int) -> dict[str, int]:
    """Length of every dimension."""
    along = {dimension(table): len(real_ids(superset, table)) for table in spec.tables}
    fixed = {"option": len(superset.options), "quantile": len(FAN_QUANTILES)}
    return {**fixed, "future": futures, "replicate": replicates, **along}


def real_ids(superset: Superset, table: Table) -> tuple[str, ...]:
    """Ids of a table's rows without those of padding, which stand last."""
    return tuple(id for id in superset.rows[table.name].ids if not id.startswith("~"))


def write_coordinates(store: Store, case: Case, superset: Superset, design: Design) -> None:
    """Fill the coordinates, and the inputs that are certain under every option."""
    store.write("option", (slice(None),), np.asarray(superset.options, dtype=object))
    store.write("scramble", (slice(None),), design.scramble())
    store.write("quantile", (slice(None),), np.asarray(FAN_QUANTILES))
    for table in case.spec.tables:
        if not store.has(dimension(table)):
            continue
        ids = real_ids(superset, table)
        steps = np.arange(len(ids), dtype=np.int32) if table.ordered else np.asarray(ids, dtype=object)
        store.write(dimension(table), (slice(None),), steps)
    middle = np.full((1, len(superset.factors)), 0.5)
    for option in range(len(superset.options)):
        values = superset.values(option, middle, lambda name, ids: np.zeros((1, len(ids))))
        for x in case.spec.inputs:
            if not x.per and store.dims(x.name) == ("option",):
                store.write(x.name, (slice(option, option + 1),), values[x.name][:1])


def attributes(
    spec: ModelSpec, case: Case, superset: Superset, design: Design, lengths: Mapping[str, int]
) -> dict[str, Any]:
    """Attributes of the study, ready for JSON."""
    uncertain = [x.name for x in superset.factors if x.varies]
    return {
        "vallum": 1,
        "title": case.title,
        "case_name": case.name,
        "case_digest": case.digest,
        "case_files": dict(case.files),
        "model": spec.name,
        "model_title": spec.title,
        "model_reference": spec.reference,
        "uncertain": uncertain,
        "design": design.kind,
        "seed": design.seed,
        "runs": math.prod(lengths[x] for x in ("option", "future", "replicate")),
        "statuses": list(statuses(spec)),
        "complete": False,
    }
