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
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.estimates import mean
from vallum.case import Case
from vallum.models.theatre.campaign_outcomes import DENIED_BY

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

    from vallum.study.study import Study

EXTRAS = (0, 1, 2, 3, 4, 6)  # more brigades in place on every attacked axis that are tried
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


def enter_fait_accompli(book: Book, study: Study, case: Case, extras: Sequence[int] = EXTRAS) -> None:
    """Enter P(fait accompli) and P(taken whatever is added) of every option and plan, the alliance fighting.

    Parameters
    ----------
    book : Book
        Gets `accompli.ARM` and `hopeless.ARM`, and `accompli-futures`.
    study : Study
        Complete, of `with_arms(case, extras, arms=(True,))`.
    case : Case
    extras : sequence of int
        As the study has them.

    Raises
    ------
    AnalysisError
        If the study is unfinished or lacks an arm.
    """
    if not study.complete:
        raise AnalysisError(f"{study.folder} is unfinished; resume it first")
    rows = {str(id): row for row, id in enumerate(study.data["option"].to_numpy())}
    read: dict[str, Any] = {
        name: study.data[name].to_numpy() for name in (f"denied_by_day_{LAST}", "closed_when_taken", "status")
    }
    scramble = study.data["scramble"].to_numpy()
    sampled = study.attributes["design"] != "table"
    book.add("accompli-futures", len(scramble), "count", "futures in which more brigades were tried")
    book.add("accompli-most", extras[-1], "brigades", "most brigades added on each attacked axis")
    for option in case.options:
        for plan, axes in attacked_axes(case).items():
            try:
                places = [rows[Arm(option.id, plan, True, extra).id] for extra in extras]
            except KeyError as error:
                raise AnalysisError(f"{study.folder} has no arm {error.args[0]}; run it anew") from None
            denied = read[f"denied_by_day_{LAST}"][places]
            good = (read["status"][places] == 0).all(axis=0)
            taken, closed = ~denied[0], read["closed_when_taken"][places[0]].astype(np.float64)
            shape = taken.shape
            flat = fait_accompli(taken.ravel(), closed.ravel(), denied.reshape(len(extras), -1), extras, axes)
            for name, flags, about in zip(
                ("accompli", "hopeless"),
                flat,
                (
                    "P(taken before enough help closes)",
                    "P(taken, and no number of brigades tried would have denied it)",
                ),
                strict=True,
            ):
                found = mean(flags.reshape(shape), good, scramble, sampled=sampled)
                book.add(f"{name}.{Arm(option.id, plan).id}", found, "share", f"{about} by day {LAST}")
