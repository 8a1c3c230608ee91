"""The campaigns that a pipeline goes on from: those of a study, or some that are run now."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.case import Case
from vallum.registry import find_model
from vallum.study.designs import Design
from vallum.study.errors import StudyError
from vallum.study.lanes import kernel
from vallum.study.study import Study
from vallum.study.work import Precision, Settings, Work

if TYPE_CHECKING:
    from jaxtyping import Int

MODEL = "campaign_years"


@dataclass(frozen=True, eq=False)
class Runs:
    """Campaigns, stored or just made.

    Attributes
    ----------
    name : str
        For messages.
    work : Work
    scramble : array of int (future,)
    read : (name, row) -> array (future, replicate)
        An outcome under one option of the study, by its row.
    """

    name: str
    work: Work
    scramble: Int[np.ndarray, " future"]
    read: Callable[[str, int], Any]


def stored(study: Study) -> Runs:
    """The campaigns of a study.

    Raises
    ------
    StudyError
        If the study is unfinished, of another model, or of explicit futures.
    """
    if not study.complete:
        raise StudyError(f"{study.folder} is unfinished; resume it first")
    if study.attributes["model"] != MODEL:
        raise StudyError(f"{study.folder} is of {study.attributes['model']}; the pipeline needs {MODEL}")
    if study.attributes["design"] == "table":
        raise StudyError(f"{study.folder} has explicit futures; the years need a sampled design")
    settings = study.attributes["settings"]
    design = Design(study.attributes["design"], settings["design"]["futures"], settings["design"]["seed"])
    work = Work(study.case(), find_model(MODEL), Settings(design, settings["replicates"], settings["dtype"]), None)
    held: dict[str, Any] = {}

    def read(name: str, row: int) -> Any:
        if name not in held:
            held[name] = study.data[name].to_numpy()
        return held[name][row]

    return Runs(str(study.folder), work, np.asarray(study.data["scramble"].to_numpy()), read)


def fresh(case: Case, design: Design, fixed: Mapping[str, float], dtype: Precision = "float32") -> Runs:
    """Campaigns run now and not stored, some factors at one quantile in every future.

    Parameters
    ----------
    case : Case
        Laid out by arms.
    design : Design
    fixed : mapping of str to float
        Quantile by factor.
    dtype : {"float32", "float64"}
    """
    work = Work(case, find_model(MODEL), Settings(design, dtype=dtype), None, fans=False)
    places = {x.name: place for place, x in enumerate(work.superset.factors)}
    quantiles = work.quantiles.copy()
    for name, quantile in fixed.items():
        quantiles[:, places[name]] = quantile
    work.quantiles = quantiles
    program = kernel(work.model, dtype)
    futures = np.arange(design.futures, dtype=np.uint32)
    held: dict[int, Any] = {}

    def read(name: str, row: int) -> Any:
        if row not in held:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                held[row] = work.outcomes(program, row, work.inputs(row, futures), futures, pool)
        return held[row][name]

    return Runs(case.name, work, np.asarray(design.scramble()), read)
