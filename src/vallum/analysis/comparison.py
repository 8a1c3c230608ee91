"""The comparison of a case's options: what each does, how sure, and against the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.estimates import Estimate, Spread, difference, mean, spread
from vallum.case import Case, Option
from vallum.errors import VallumError
from vallum.study.study import Study

if TYPE_CHECKING:
    from jaxtyping import Bool, Int, Shaped


class AnalysisError(VallumError):
    """A study that cannot answer the question asked of it."""


@dataclass(frozen=True, slots=True)
class OptionResult:
    """What one option does.

    Parameters
    ----------
    option : Option
    events : mapping of float to Estimate
        Probability of the case's event, by threshold; empty without thresholds.
    average : Estimate
        Mean of the outcome of interest over runs in which it is finite.
    spreads : mapping of str to Spread
        Range of every reported outcome over the uncertain inputs, the outcome of interest first.
    against : mapping of float to Estimate
        Paired difference of the event's probability to the reference option; empty for
        the reference itself.
    average_against : Estimate or None
        Paired difference of the mean to the reference option.
    failed : mapping of str to int
        Runs with a bad status, by status; they count in no estimate.
    runs : int
    point : bool
        Nothing is uncertain under this option.
    """

    option: Option
    events: Mapping[float, Estimate]
    average: Estimate
    spreads: Mapping[str, Spread]
    against: Mapping[float, Estimate]
    average_against: Estimate | None
    failed: Mapping[str, int]
    runs: int
    point: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A case's options side by side; made by `compare`."""

    study: Study
    case: Case
    thresholds: tuple[float, ...]
    reference: str
    results: tuple[OptionResult, ...]


@dataclass(frozen=True)
class _Runs:
    """The runs of one option."""

    outcomes: Mapping[str, Shaped[np.ndarray, "future replicate"]]
    status: Int[np.ndarray, "future replicate"]

    @property
    def good(self) -> Bool[np.ndarray, "future replicate"]:
        return self.status == 0


def compare(study: Study, case: Case | None = None) -> Comparison:
    """Compare the options of a study.

    Parameters
    ----------
    study : Study
        Complete.
    case : Case, optional
        The case to take names and the question from; the one stored with the study
        unless given.

    Raises
    ------
    AnalysisError
        If the study is not complete.
    """
    if not study.complete:
        raise AnalysisError(f"{study.folder} is unfinished; resume it first")
    case = case or study.case()
    question = case.question
    names = tuple(dict.fromkeys((question.outcome, *question.report)))
    scramble = study.data["scramble"].to_numpy()
    sampled = study.attributes["design"] != "table"
    runs = {option.id: _read(study, place, names) for place, option in enumerate(case.options)}
    point = {option.id: _is_point(study, place) for place, option in enumerate(case.options)}
    results: list[OptionResult] = []
    for option in case.options:
        mine, base = runs[option.id], runs[question.reference]
        both, fixed = mine.good & base.good, point[option.id] and point[question.reference]
        of = mine.outcomes[question.outcome]
        base_of = base.outcomes[question.outcome]
        finite, base_finite = np.isfinite(of), np.isfinite(base_of)
        other = option.id != question.reference
        results.append(
            OptionResult(
                option=option,
                events={
                    x: mean(event(case, of, x), mine.good, scramble, sampled=sampled, certain=point[option.id])
                    for x in question.thresholds
                },
                average=mean(of, mine.good & finite, scramble, sampled=sampled, certain=point[option.id]),
                spreads={name: spread(mine.outcomes[name], mine.good) for name in names},
                against={
                    x: difference(
                        event(case, of, x), event(case, base_of, x), both, scramble, sampled=sampled, certain=fixed
                    )
                    for x in question.thresholds
                }
                if other
                else {},
                average_against=difference(
                    of, base_of, both & finite & base_finite, scramble, sampled=sampled, certain=fixed
                )
                if other
                else None,
                failed=_failures(study, mine.status),
                runs=mine.status.size,
                point=point[option.id],
            )
        )
    return Comparison(study, case, question.thresholds, question.reference, tuple(results))


def event(case: Case, outcome: Shaped[np.ndarray, "..."], threshold: float) -> Bool[np.ndarray, "..."]:
    """Whether the case's event happened in each run, at a threshold."""
    return outcome >= threshold if case.question.at_least is not None else outcome <= threshold


def _read(study: Study, place: int, names: tuple[str, ...]) -> _Runs:
    outcomes: dict[str, Any] = {name: study.data[name].isel(option=place).to_numpy() for name in names}
    return _Runs(outcomes, study.data["status"].isel(option=place).to_numpy())


def _is_point(study: Study, place: int) -> bool:
    return bool(study.attributes["point_options"][place])


def _failures(study: Study, status: Int[np.ndarray, "future replicate"]) -> dict[str, int]:
    meanings: list[str] = study.attributes["statuses"]
    codes, counts = np.unique(status[status != 0], return_counts=True)
    return {
        meanings[code] if 0 <= code < len(meanings) else f"status {code}": int(n)
        for code, n in zip(codes, counts, strict=True)
    }
