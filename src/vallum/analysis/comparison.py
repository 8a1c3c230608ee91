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
    averages : mapping of str to Estimate
        Mean of every reported outcome, the outcome of interest first; of flags, their
        share. Runs in which a time is infinite do not count.
    spreads : mapping of str to Spread
        Range of the same outcomes over the uncertain inputs.
    events_against, averages_against : mapping
        Paired differences to the reference option, run by run; empty for the reference.
    failed : mapping of str to int
        Runs with a bad status, by status; they count in no estimate.
    runs : int
    point : bool
        Nothing is uncertain under this option: its estimates are single values.
    """

    option: Option
    events: Mapping[float, Estimate]
    averages: Mapping[str, Estimate]
    spreads: Mapping[str, Spread]
    events_against: Mapping[float, Estimate]
    averages_against: Mapping[str, Estimate]
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
    point: bool

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
        If the study is not complete or has lost files, if the case is not the one that was
        run, or if every run failed.
    """
    if not study.complete:
        raise AnalysisError(f"{study.folder} is unfinished; resume it first")
    lost = study.missing()
    if lost:
        raise AnalysisError(f"{study.folder} has lost {lost[0]}; run it again with resume")
    case = case or study.case()
    if case.digest != study.attributes["case_digest"]:
        raise AnalysisError(f"{study.folder} was made of another case than {case.name} as it is now; run it anew")
    question = case.question
    names = tuple(dict.fromkeys((question.outcome, *question.report)))
    stored = [str(x) for x in study.data["option"].to_numpy()]
    runs = {option.id: _read(study, stored.index(option.id), names) for option in case.options}
    if not any(x.good.any() for x in runs.values()):
        status = np.concatenate([x.status for x in runs.values()])
        raise AnalysisError(f"every run of {study.folder} failed: {', '.join(_failures(study, status))}")
    counting = _Counting(case, study.data["scramble"].to_numpy(), study.attributes["design"] != "table")
    results = tuple(
        counting.result(option, runs[option.id], runs[question.reference], _failures(study, runs[option.id].status))
        for option in case.options
    )
    return Comparison(study, case, question.thresholds, question.reference, results)


@dataclass(frozen=True)
class _Counting:
    """How estimates are made in one study."""

    case: Case
    scramble: Int[np.ndarray, " future"]
    sampled: bool

    def result(self, option: Option, mine: _Runs, base: _Runs, failed: Mapping[str, int]) -> OptionResult:
        """Everything about one option."""
        question = self.case.question
        compared = option.id != question.reference
        return OptionResult(
            option=option,
            events={x: self._event(mine, x) for x in question.thresholds},
            averages={name: self._average(mine, name) for name in mine.outcomes},
            spreads={name: spread(x, mine.good, sampled=self.sampled) for name, x in mine.outcomes.items()},
            events_against={x: self._event_against(mine, base, x) for x in question.thresholds} if compared else {},
            averages_against={x: self._average_against(mine, base, x) for x in mine.outcomes} if compared else {},
            failed=failed,
            runs=mine.status.size,
            point=mine.point,
        )

    def _event(self, runs: _Runs, threshold: float) -> Estimate:
        happened = event(self.case, runs.outcomes[self.case.question.outcome], threshold)
        return mean(happened, runs.good, self.scramble, sampled=self.sampled, certain=runs.point)

    def _event_against(self, mine: _Runs, base: _Runs, threshold: float) -> Estimate:
        outcome = self.case.question.outcome
        happened, base_happened = (event(self.case, x.outcomes[outcome], threshold) for x in (mine, base))
        return self._difference(mine, base, happened, base_happened, mine.good & base.good)

    def _average(self, runs: _Runs, name: str) -> Estimate:
        values = runs.outcomes[name]
        good = runs.good & np.isfinite(values)
        return mean(values, good, self.scramble, sampled=self.sampled, certain=runs.point)

    def _average_against(self, mine: _Runs, base: _Runs, name: str) -> Estimate:
        values, base_values = mine.outcomes[name], base.outcomes[name]
        both = mine.good & base.good & np.isfinite(values) & np.isfinite(base_values)
        return self._difference(mine, base, values, base_values, both)

    def _difference(self, mine: _Runs, base: _Runs, values: Any, base_values: Any, both: Any) -> Estimate:
        fixed = mine.point and base.point
        return difference(values, base_values, both, self.scramble, sampled=self.sampled, certain=fixed)


def event(case: Case, outcome: Shaped[np.ndarray, "..."], threshold: float) -> Bool[np.ndarray, "..."]:
    """Whether the case's event happened in each run, at a threshold."""
    return outcome >= threshold if case.question.at_least is not None else outcome <= threshold


def _read(study: Study, place: int, names: tuple[str, ...]) -> _Runs:
    outcomes: dict[str, Any] = {name: study.data[name].isel(option=place).to_numpy() for name in names}
    status = study.data["status"].isel(option=place).to_numpy()
    return _Runs(outcomes, status, bool(study.attributes["point_options"][place]))


def _failures(study: Study, status: Int[np.ndarray, "future replicate"]) -> dict[str, int]:
    meanings: list[str] = study.attributes["statuses"]
    codes, counts = np.unique(status[status != 0], return_counts=True)
    found = zip(codes, counts, strict=True)
    return {meanings[code] if 0 <= code < len(meanings) else f"status {code}": int(n) for code, n in found}
