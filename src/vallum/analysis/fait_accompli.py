"""Fait accompli: an aim taken before the help that would have denied it is there.

A run is one if its aim is taken before the reinforcement plan has closed as many brigades as, in place
from the start, deny the aim in the same future, with the same luck. That number is found by running
each future again with more brigades in place on every attacked axis. What is in place already, a
battlegroup say, counts as nothing: help is what closes.

Futures that no number of brigades tried denies are told apart: help that would have come in time
cannot have been too late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.arms import Arm, plans_of
from vallum.analysis.book import Book
from vallum.analysis.campaign_runs import CampaignRuns
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.estimates import mean
from vallum.case import Case
from vallum.models.theatre.campaign_declaration import DENIED_BY

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

    from vallum.study.study import Study

EXTRAS = (1, 2, 4)  # more brigades in place on every attacked axis that are tried
LAST = DENIED_BY[-1]


def fait_accompli(
    taken: Bool[np.ndarray, " run"],
    closed: Float64[np.ndarray, " run"],
    denied: Bool[np.ndarray, "extra run"],
    extras: Sequence[int],
    axes: int,
) -> tuple[Bool[np.ndarray, " run"], Bool[np.ndarray, " run"]]:
    """Which runs are a fait accompli, and which no number of brigades tried would have denied.

    Parameters
    ----------
    taken : array of bool (run,)
        The aim is taken with nothing added.
    closed : array (run,)
        Brigade-equivalents that the reinforcement plan has closed by then.
    denied : array of bool (extra, run)
        The aim is denied with so many more in place.
    extras : sequence of int
        Brigades on each attacked axis, rising, 0 first.
    axes : int
        Attacked axes.

    Returns
    -------
    accompli, hopeless : arrays of bool (run,)
        Both only among runs that are taken.

    Examples
    --------
    Two brigades on each of two axes would have held; three had closed when the aim fell, so it was too late:

    >>> denied = np.array([[False], [False], [True]])
    >>> fait_accompli(np.array([True]), np.array([3.0]), denied, (0, 1, 2), 2)[0]
    array([ True])
    """
    enough = np.asarray(extras)[np.argmax(denied, axis=0)] * axes
    helps = denied.any(axis=0)
    return taken & helps & (closed < enough), taken & ~helps


def attacked_axes(case: Case) -> Mapping[str, int]:
    """How many axes each plan sends anybody to."""
    cells = case.tables["echelons"].cells
    sent = set(zip(cells["plan"], cells["axis"], strict=True))
    return {plan: sum(x == plan for x, _ in sent) for plan in plans_of(case)}


def enter_fait_accompli(book: Book, runs: CampaignRuns, more: Study, extras: Sequence[int] = EXTRAS) -> None:
    """Enter P(fait accompli) and P(taken whatever is added) of every comparable option and plan, the alliance fighting.

    Parameters
    ----------
    book : Book
        Gets `accompli.ARM`, `hopeless.ARM`, `accompli-least` and `accompli-most`.
    runs : CampaignRuns
        With nothing added.
    more : Study
        Complete, of `with_arms(case, extras, arms=(True,))` over the same futures.
    extras : sequence of int
        As that study has them, rising.

    Raises
    ------
    AnalysisError
        If that study is unfinished, has other futures, or lacks an arm.
    """
    if not more.complete:
        raise AnalysisError(f"{more.folder} is unfinished; resume it first")
    if more.attributes["settings"] != runs.study.attributes["settings"]:
        raise AnalysisError(f"{more.folder} has other futures than {runs.study.folder}; run it anew")
    rows = {str(id): row for row, id in enumerate(more.data["option"].to_numpy())}
    name = f"denied_by_day_{LAST}"
    read: dict[str, Any] = {x: more.data[x].to_numpy() for x in (name, "status")}
    book.add("accompli-most", extras[-1], "brigades", "most brigades added on each attacked axis")
    for option in runs.comparable:
        for plan, axes in attacked_axes(runs.case).items():
            arm = Arm(option, plan)
            try:
                places = [rows[Arm(option, plan, True, extra).id] for extra in extras]
            except KeyError as error:
                raise AnalysisError(f"{more.folder} has no arm {error.args[0]}; run it anew") from None
            denied: Any = np.stack([runs.outcome(name, arm), *read[name][places]])
            good = runs.good(arm) & (read["status"][places] == 0).all(axis=0)
            closed = runs.outcome("closed_when_taken", arm).astype(np.float64)
            late, hopeless = fait_accompli(
                ~denied[0].ravel(), closed.ravel(), denied.reshape(len(denied), -1), (0, *extras), axes
            )
            told = {
                "accompli": (late, "P(taken before enough help closes to have denied it)"),
                "hopeless": (hopeless, "P(taken, and no number of brigades tried would have denied it)"),
            }
            for what, (flags, about) in told.items():
                found = mean(flags.reshape(good.shape), good, runs.scramble, sampled=runs.sampled)
                book.add(f"{what}.{arm.id}", found, "share", f"{about}, by day {LAST}")
