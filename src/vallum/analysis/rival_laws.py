"""How much the law of battle matters: the same futures, with the same luck, fought under every other law.

Which law is right nobody knows, so that it is an uncertain input like any other; but no weight on one
law or the other has a source, and results under them are told side by side and never pooled.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomli_w

from vallum.analysis.arms import MODEL, Arm, with_arms
from vallum.analysis.book import Book
from vallum.analysis.campaign import DAY, TRUSTED, foremost
from vallum.analysis.campaign_runs import CampaignRuns
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.estimates import Estimate, difference, mean
from vallum.case import Case, load_case_text
from vallum.study.study import Study

LAWS: Mapping[str, str] = {
    MODEL: "the fitted law",
    f"{MODEL}_lanchester": "Lanchester's law",
    f"{MODEL}_epstein": "Epstein's law",
    f"{MODEL}_feba": "the law of an expanding front",
}


@dataclass(frozen=True, slots=True)
class LawLeader:
    """The option that denies an aim most often under one law.

    Attributes
    ----------
    law, plan, option : str
        The law as a key of `LAWS`.
    rivals : tuple of str
        Options that cannot be told apart from it: the 95 % interval of the difference includes zero.
    trusted : bool
        Whether at most a quarter of its runs is outside the evidence.
    """

    law: str
    plan: str
    option: str
    rivals: tuple[str, ...]
    trusted: bool


def other_laws(case: Case) -> tuple[str, ...]:
    """Models that differ from the case's in the law of battle alone; none for a model that is not one of `LAWS`."""
    return tuple(x for x in LAWS if x != case.spec.name) if case.spec.name in LAWS else ()


def under_law(case: Case, law: str) -> Case:
    """The arms of the options that can be compared, the alliance fighting, under another law.

    Parameters
    ----------
    case : Case
        As the analyst wrote it.
    law : str
        Of `LAWS`.

    Raises
    ------
    AnalysisError
        If the case is not of a campaign (from `with_arms`).
    """
    data = {**tomllib.loads(case.files["case.toml"]), "model": law}
    same = load_case_text({**case.files, "case.toml": tomli_w.dumps(data)})
    return with_arms(same, arms=(True,), options=[x.id for x in case.options if not x.not_comparable])


def law_id(law: str, arm: Arm, what: str) -> str:
    """The id of a number of one arm under a law.

    Examples
    --------
    >>> law_id("campaign_feba", Arm("P4", "capital"), "denied-30")
    'law.campaign_feba.P4.capital.on/denied-30'
    """
    return f"law.{law}.{arm.id}/{what}"


def enter_laws(book: Book, runs: CampaignRuns, studies: Mapping[str, Study]) -> tuple[LawLeader, ...]:
    """Enter P(denied by day 30) under every law, and say which option leads.

    Parameters
    ----------
    book : Book
        Gets, of every comparable option and plan, `law.LAW.ARM/denied-30`, `.../less` (than under the
        case's own law, same futures), `.../same` (share of futures with the same answer) and
        `.../outside`; and `law.LAW.PLAN/LEADER-over-OPTION`.
    runs : CampaignRuns
        Under the case's own law.
    studies : mapping of str to Study
        Of `under_law(case, LAW)` over the same futures, by law.

    Returns
    -------
    tuple of LawLeader
        The case's own law first; for each the plans in their order. A law under which no run of some arm
        is good is left out.

    Raises
    ------
    AnalysisError
        If a study is unfinished, or has other futures or another case.
    """
    own = _Told(runs, runs.study)
    found = [*_enter(book, runs, runs.case.spec.name, own, own)]
    for law, study in studies.items():
        _check(runs, law, study)
        found += _enter(book, runs, law, _Told(runs, study), own)
    return tuple(found)


def _check(runs: CampaignRuns, law: str, study: Study) -> None:
    if not study.complete:
        raise AnalysisError(f"{study.folder} is unfinished; resume it first")
    if study.attributes["settings"] != runs.study.attributes["settings"]:
        raise AnalysisError(f"{study.folder} has other futures than {runs.study.folder}; run it anew")
    if study.attributes["case_digest"] != under_law(runs.case, law).digest:
        raise AnalysisError(f"{study.folder} was made of another case than {runs.case.name} as it is now; run it anew")


class _Told:
    """Denials, good runs and runs outside the evidence of a study, by arm."""

    def __init__(self, runs: CampaignRuns, study: Study) -> None:
        self._rows = {str(id): row for row, id in enumerate(study.data["option"].to_numpy())}
        names = f"denied_by_day_{DAY}", "outside_evidence", "status"
        self._denied, self._outside, self._status = (study.data[x].to_numpy() for x in names)
        self._runs = runs

    def denied(self, arm: Arm) -> Any:
        return self._denied[self._rows[arm.id]]

    def good(self, arm: Arm) -> Any:
        return self._status[self._rows[arm.id]] == 0

    def share(self, arm: Arm) -> Estimate:
        return self._mean(self.denied(arm), self.good(arm))

    def outside(self, arm: Arm) -> Estimate:
        return self._mean(self._outside[self._rows[arm.id]], self.good(arm))

    def same(self, arm: Arm, other: _Told) -> Estimate:
        return self._mean(self.denied(arm) == other.denied(arm), self.good(arm) & other.good(arm))

    def less(self, arm: Arm, other: _Told, than: Arm) -> Estimate:
        """How much more often the aim is denied in one arm than in another, perhaps under another law."""
        good = self.good(arm) & other.good(than)
        runs = self._runs
        return difference(self.denied(arm), other.denied(than), good, runs.scramble, sampled=runs.sampled)

    def _mean(self, values: Any, good: Any) -> Estimate:
        return mean(values, good, self._runs.scramble, sampled=self._runs.sampled)


def _enter(book: Book, runs: CampaignRuns, law: str, told: _Told, own: _Told) -> Sequence[LawLeader]:
    """Every number under one law, and who leads; nobody where no run of some arm is good."""
    if not all(told.good(Arm(option, plan)).any() for option in runs.comparable for plan in runs.plans):
        return ()
    for option in runs.comparable:
        for plan in runs.plans:
            arm, words = Arm(option, plan), f"under {LAWS[law]}"
            book.add(law_id(law, arm, f"denied-{DAY}"), told.share(arm), "share", f"P(denied by day {DAY}) {words}")
            about = f"share of runs outside the evidence {words}"
            book.add(law_id(law, arm, "outside"), told.outside(arm), "share", about)
            if told is not own:
                about = f"P(denied by day {DAY}) {words} less that under {LAWS[runs.case.spec.name]}, same futures"
                book.add(law_id(law, arm, "less"), told.less(arm, own, arm), "share", about)
                about = f"share of futures with the same answer {words} and under {LAWS[runs.case.spec.name]}"
                book.add(law_id(law, arm, "same"), told.same(arm, own), "share", about)
    return [_leader(book, runs, law, told, plan) for plan in runs.plans]


def _leader(book: Book, runs: CampaignRuns, law: str, told: _Told, plan: str) -> LawLeader:
    def over(best: Arm, arm: Arm) -> str:
        id = f"law.{law}.{plan}/{best.option}-over-{arm.option}"
        about = f"P(denied by day {DAY}) of {best.option} less that of {arm.option} under {LAWS[law]}, same futures"
        return book.add(id, told.less(best, told, arm), "share", about)

    arms = [Arm(option, plan) for option in runs.comparable]
    best, rivals = foremost(book, arms, lambda arm: law_id(law, arm, f"denied-{DAY}"), over)
    trusted = book[law_id(law, best, "outside")].value <= TRUSTED
    return LawLeader(law, plan, best.option, rivals, trusted)
