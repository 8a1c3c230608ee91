"""One campaign of a study told event by event: who came, who fought, who won and why.

The run is computed again by the model's plain coding (`models.theatre.campaign_twin`) from the
inputs and with the luck of the study, in double precision. Its outcomes are set beside those that
the study stored, so that a reader sees whether the story is that of the stored run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.comparison import AnalysisError
from vallum.case import Case
from vallum.study.designs import Design
from vallum.study.draws import PlainDraws
from vallum.study.study import Study
from vallum.study.work import Settings, Work

if TYPE_CHECKING:
    from vallum.models.theatre.campaign_twin import Event

CLOSE = 1e-3  # single against double precision, relative


@dataclass(frozen=True)
class Explanation:
    """A run and its story.

    Attributes
    ----------
    case : Case
    option : str
    future, replicate : int
    events : tuple of Event
        In order of time.
    outcomes : mapping of str to float
        Outcomes of one number a run, as told.
    different : tuple of str
        Those that the study stored otherwise: single precision, where anything.
    """

    case: Case
    option: str
    future: int
    replicate: int
    events: tuple[Event, ...]
    outcomes: Mapping[str, float]
    different: tuple[str, ...]


def explain(study: Study, run: str) -> Explanation:
    """Tell one run of a campaign study.

    Parameters
    ----------
    study : Study
    run : str
        option:future or option:future:replicate, numbers from 0.

    Returns
    -------
    Explanation

    Raises
    ------
    AnalysisError
        If the study is of another model, was made by another version of it, holds explicit futures, or
        has no such run.
    """
    from vallum.models.theatre import campaign, campaign_twin

    about = study.attributes
    case = study.case()
    if case.model != campaign.spec.name:
        raise AnalysisError(f"{study.folder} is a study of model {case.model!r}; campaigns alone are told by event")
    settings = dict(about["settings"])
    design = Design(**settings.pop("design"))
    if design.kind == "table":
        raise AnalysisError(f"{study.folder} has explicit futures; only those of a design can be made again")
    work = Work(case, campaign, Settings(design, **settings), None)
    if work.identity != about["identity"]:
        raise AnalysisError(f"{study.folder} was made by another version of the model; run the study again to tell it")
    option, future, replicate = _parts(run, work)
    place = work.superset.options.index(option)
    active = {f"{table}.active": mask[place].tolist() for table, mask in work.superset.active.items()}
    streams = {name: number for number, name in enumerate(campaign.spec.streams)}
    draws = PlainDraws(design.seed, future, replicate, streams)
    story = campaign_twin.run(campaign_twin.plan(work.superset.rows), _inputs(work, place, future) | active, draws)
    outcomes = {x.name: float(story.outcomes[x.name]) for x in case.spec.scalars if x.name in story.outcomes}
    different = _different(study, work, outcomes, (place, future, replicate))
    events = tuple(sorted(story.events, key=lambda event: event.day))
    return Explanation(case, option, future, replicate, events, outcomes, different)


def _parts(run: str, work: Work) -> tuple[str, int, int]:
    """Option, future and replicate that a run's name gives."""
    option, *numbers = run.split(":")
    if not 1 <= len(numbers) <= 2 or not all(x.isdigit() for x in numbers):
        raise AnalysisError(f"{run!r} names no run; write option:future or option:future:replicate, as in P1:17")
    if option not in work.superset.options:
        raise AnalysisError(f"no option is called {option!r}; there are {', '.join(work.superset.options)}")
    future, replicate = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
    for what, number, count in (
        ("future", future, work.settings.design.futures),
        ("replicate", replicate, work.settings.replicates),
    ):
        if number >= count:
            raise AnalysisError(f"there is no {what} {number}; the last one is {count - 1}")
    return option, future, replicate


def _inputs(work: Work, option: int, future: int) -> dict[str, Any]:
    """Every input of one run, as numbers and lists."""
    values = work.inputs(option, np.array([future], np.uint32))
    per = {x.name for x in work.model.spec.inputs if x.per}
    return {name: (x[0] if x.ndim == 2 or name not in per else x).tolist() for name, x in values.items()}


def _different(study: Study, work: Work, told: Mapping[str, float], run: tuple[int, int, int]) -> tuple[str, ...]:
    """Outcomes that the study stored otherwise."""
    option, future, replicate = run
    found: list[str] = []
    for outcome in work.model.spec.scalars:
        if outcome.name not in told or outcome.name not in study.data:
            continue
        where = {"option": option, "future": future, "replicate": replicate}
        stored = study.data[outcome.name]
        value = float(stored.isel({x: at for x, at in where.items() if x in stored.dims}).values)
        near = CLOSE if outcome.kind in ("number", "time") else 0.0
        if not np.isclose(told[outcome.name], value, rtol=near, atol=near, equal_nan=True):
            found.append(outcome.name)
    return tuple(found)
