"""A study's runs as one table: one row a run, every input and every outcome."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.case import compile_case
from vallum.errors import VallumError
from vallum.study.study import Study

if TYPE_CHECKING:
    from jaxtyping import Shaped

BLOCK = 65536


class ExportError(VallumError):
    """Runs that cannot be written: an unfinished study or a place that takes no file."""


def write_runs(study: Study, path: Path) -> int:
    """Write every run to a CSV file, and beside it what each column is.

    Single-number inputs are values in the model's units. An input per table row that is
    certain has its values, which all runs of an option share, in a file of its own; of an
    uncertain one the quantile behind it is written.

    Parameters
    ----------
    study : Study
        Complete.
    path : Path
        Replaced if it exists.

    Returns
    -------
    int
        Number of rows: option x future x replicate.

    Raises
    ------
    ExportError
        If the study is unfinished or the file cannot be written.
    """
    if not study.complete:
        raise ExportError(f"{study.folder} is unfinished; resume it first")
    names = (*study.names("input"), *study.names("quantile"), *study.names("outcome"), "status")
    options: list[str] = [str(x) for x in study.data["option"].to_numpy()]
    futures, replicates = study.data.sizes["future"], study.data.sizes["replicate"]
    statuses = np.asarray(study.attributes["statuses"], dtype=object)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(("option", "future", "replicate", "scramble", *names))
            for place, option in enumerate(options):
                for start in range(0, futures, BLOCK):
                    stop = min(start + BLOCK, futures)
                    columns = [_column(study, name, place, start, stop) for name in names]
                    columns[-1] = statuses[columns[-1]]
                    ids = np.repeat(np.arange(start, stop), replicates), np.tile(np.arange(replicates), stop - start)
                    scramble = np.repeat(study.data["scramble"].to_numpy()[start:stop], replicates)
                    listed = [x.tolist() for x in (*ids, scramble, *columns)]
                    writer.writerows((option, *row) for row in zip(*listed, strict=True))
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}") from error
    _write_columns(study, names, columns_file(path))
    _write_tables(study, tables_file(path))
    return len(options) * futures * replicates


def columns_file(path: Path) -> Path:
    """The file beside a file of runs that has unit and meaning of every column."""
    return path.with_suffix(".columns.csv")


def tables_file(path: Path) -> Path:
    """The file beside a file of runs that has the certain inputs per table row."""
    return path.with_suffix(".tables.csv")


def _write_tables(study: Study, path: Path) -> None:
    case = study.case()
    superset = compile_case(case)
    middle = np.full((1, len(superset.factors)), 0.5)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("option", "input", "row", "value", "unit"))
        for place, option in enumerate(superset.options):
            values = superset.values(place, middle, lambda name, ids: np.zeros((1, len(ids))))
            for x in case.spec.inputs:
                if x.per and values[x.name].ndim == 1:
                    ids = case.tables[x.per].ids
                    writer.writerows(
                        (option, x.name, row, float(v), x.unit) for row, v in zip(ids, values[x.name], strict=False)
                    )


def _write_columns(study: Study, names: tuple[str, ...], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("column", "role", "unit", "meaning"))
        for name in names:
            about = study.data[name].attrs
            writer.writerow((name, about["role"], about["unit"], about["meaning"]))


def _column(study: Study, name: str, option: int, start: int, stop: int) -> Shaped[np.ndarray, " run"]:
    """One variable for the runs of some futures under one option, future by future."""
    array: Any = study.data[name]
    place = {"option": option, "future": slice(start, stop)}
    found = array.isel({dim: place[dim] for dim in array.dims if dim in place})
    replicates = study.data.sizes["replicate"]
    if "replicate" in array.dims:
        return found.to_numpy().reshape(-1)
    return np.repeat(np.broadcast_to(found.to_numpy(), stop - start), replicates)
