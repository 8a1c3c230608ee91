"""The runs of a campaign study, arm by arm: outcomes, branches of the advance, and what was uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.arms import Arm, plans_of, with_arms
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.estimates import Estimate, difference, mean
from vallum.case import Case
from vallum.study.study import Study

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int

ADVANCE = "advance_rate"  # the input whose branches are never pooled silently
CONFIDENCE = "minimum_confidence"
ALL = "all"
FEW_VALUES = 6  # an input with no more has its values for levels, any other its thirds


@dataclass(frozen=True, slots=True)
class Level:
    """A part of the futures: those in which an input has one value, or lies in one third of its range.

    Attributes
    ----------
    input : str
        Name, or the quantile behind the rows of a table.
    level : str
        "low", "middle" or "high", or the value.
    inside : array of bool (future,)
    """

    input: str
    level: str
    inside: Bool[np.ndarray, " future"]


@dataclass(frozen=True)
class CampaignRuns:
    """A study of a campaign case with its arms.

    Parameters
    ----------
    study : Study
        Complete, of `with_arms(case)`.
    case : Case
        As the analyst wrote it, without arms.

    Raises
    ------
    AnalysisError
        If the study is unfinished, has lost files, or is of another case.
    """

    study: Study
    case: Case
    _read: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    def __post_init__(self) -> None:
        if not self.study.complete:
            raise AnalysisError(f"{self.study.folder} is unfinished; resume it first")
        lost = self.study.missing()
        if lost:
            raise AnalysisError(f"{self.study.folder} has lost {lost[0]}; run it again with resume")
        if self.study.attributes["case_digest"] != with_arms(self.case).digest:
            raise AnalysisError(
                f"{self.study.folder} was made of another case than {self.case.name} as it is now; run it anew"
            )

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {str(id): row for row, id in enumerate(self.study.data["option"].to_numpy())}

    @cached_property
    def plans(self) -> tuple[str, ...]:
        """Ids of the attacker's plans."""
        return plans_of(self.case)

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Ids of the case's options."""
        return tuple(option.id for option in self.case.options)

    @cached_property
    def comparable(self) -> tuple[str, ...]:
        """Those whose effect this model can show."""
        return tuple(option.id for option in self.case.options if not option.not_comparable)

    @cached_property
    def arms(self) -> tuple[Arm, ...]:
        """Option by plan by intervention, the alliance fighting first; without extra brigades."""
        return tuple(Arm(o, p, on) for o in self.options for p in self.plans for on in (True, False))

    @cached_property
    def scramble(self) -> Int[np.ndarray, " future"]:
        """The independent part of the design that each future belongs to."""
        return np.asarray(self.study.data["scramble"].to_numpy())

    @property
    def futures(self) -> int:
        """How many there are."""
        return len(self.scramble)

    @property
    def sampled(self) -> bool:
        """Whether futures are a sample, and not a table."""
        return self.study.attributes["design"] != "table"

    def outcome(self, name: str, arm: Arm) -> Any:
        """An outcome of every run of an arm: array (future, replicate)."""
        if name not in self._read:
            self._read[name] = self.study.data[name].to_numpy()
        return self._read[name][self._rows[arm.id]]

    def good(self, arm: Arm) -> Bool[np.ndarray, "future replicate"]:
        """Runs that did not fail."""
        return self.outcome("status", arm) == 0

    def average(self, name: str, arm: Arm, inside: Bool[np.ndarray, " future"] | None = None) -> Estimate:
        """Mean of an outcome in part of the futures."""
        good = self.good(arm) if inside is None else self.good(arm) & inside[:, None]
        values = self.outcome(name, arm)
        return mean(values, good & np.isfinite(values), self.scramble, sampled=self.sampled)

    def gain(self, name: str, arm: Arm, base: Arm, inside: Bool[np.ndarray, " future"] | None = None) -> Estimate:
        """Mean difference of an outcome between two arms, future by future."""
        good = self.good(arm) & self.good(base)
        good = good if inside is None else good & inside[:, None]
        mine, other = self.outcome(name, arm), self.outcome(name, base)
        return difference(mine, other, good, self.scramble, sampled=self.sampled)

    @cached_property
    def branches(self) -> Mapping[str, Bool[np.ndarray, " future"]]:
        """Futures of each branch of the advance by the branch's name; empty where the case has no branches."""
        marginal: Any = self.case.inputs[ADVANCE].marginal
        if marginal.kind != "branches":
            return {}
        rate = np.asarray(self.study.data[ADVANCE].to_numpy())
        values = np.asarray(marginal.values, np.float64)
        names = marginal.names or tuple(f"{value:g}" for value in values)
        found = {name or f"{value:g}": np.isclose(rate, value) for name, value in zip(names, values, strict=True)}
        return {name: inside for name, inside in found.items() if inside.any()}

    def confidence(self, arm: Arm) -> Float64[np.ndarray, " future"]:
        """The chance of success below which the attacker takes no plan, in every future."""
        if CONFIDENCE not in self.study.data:
            return np.full(self.futures, self.case.inputs[CONFIDENCE].marginal.median())
        asked = self.study.data[CONFIDENCE]
        asked = asked.isel(option=self._rows[arm.id]) if "option" in asked.dims else asked
        return np.broadcast_to(np.asarray(asked.to_numpy(), np.float64), (self.futures,))

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Values or thirds of everything that is uncertain."""
        found: list[Level] = []
        for name in (*self.study.names("input"), *self.study.names("quantile")):
            if self.study.data[name].dims != ("future",):
                continue
            found += _levels(name.removeprefix("quantile:"), np.asarray(self.study.data[name].to_numpy(), np.float64))
        return tuple(found)

    @cached_property
    def inside(self) -> Float64[np.ndarray, "level future"]:
        """One row a level: 1 for futures in it."""
        return np.array([level.inside for level in self.levels], np.float64).reshape(-1, self.futures)


def _levels(name: str, values: Float64[np.ndarray, " future"]) -> list[Level]:
    distinct = np.unique(values)
    if len(distinct) < 2:
        return []
    if len(distinct) <= FEW_VALUES:
        return [Level(name, f"{value:g}", values == value) for value in distinct]
    low, high = np.quantile(values, [1 / 3, 2 / 3])
    parts = values <= low, (values > low) & (values <= high), values > high
    return [Level(name, word, part) for word, part in zip(("low", "middle", "high"), parts, strict=True)]
