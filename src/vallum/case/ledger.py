"""The evidence ledger: for every number of a case, on whose word it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vallum.case.case import Case, Quantity
from vallum.case.evidence import Claim, Source, cited, contested
from vallum.case.marginal import Marginal
from vallum.case.schema import Favours, Status

Standing = Literal["contested", "outside", "unsupported", "assumption", "supported"]

_ORDER: tuple[Standing, ...] = ("contested", "outside", "unsupported", "assumption", "supported")
_SLACK = 1e-9  # relative: numbers may have been turned from one unit into another


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One value and what stands behind it.

    Parameters
    ----------
    option, input : str
        The option that states the value, "" for the base; and the input.
    meaning : str
        What the input is, in the model's words.
    value, unit : str
        As written.
    status, favours, note
        As written.
    claims, sources : tuple of Claim, tuple of Source
        Cited claims, and their sources, each once.
    standing : {"contested", "outside", "unsupported", "assumption", "supported"}
        *Contested*: the cited claims are about a quantity on which claims disagree.
        *Outside*: the value leaves all that the cited claims span, refuted ones aside.
        *Supported*: the value lies within what those cited claims span that were found
        to hold. Otherwise *assumption* where the case says that it assumes, and
        *unsupported*. The value is its whole range, over all rows; of distributions
        with long tails the central 90 %.
    """

    option: str
    input: str
    meaning: str
    value: str
    unit: str
    status: Status
    favours: Favours
    note: str
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]
    standing: Standing

    @property
    def contested(self) -> bool:
        """Whether claims disagree on the quantity."""
        return self.standing == "contested"

    @property
    def supported(self) -> bool:
        """Whether some cited claim was found to hold."""
        return any(claim.verdict == "supported" for claim in self.claims)


def ledger(case: Case) -> tuple[LedgerRow, ...]:
    """Every value of a case with its evidence, the shakiest first.

    Parameters
    ----------
    case : Case
        A checked case.

    Returns
    -------
    tuple of LedgerRow
        One row an input of the base and an input that an option states itself:
        contested, outside, unsupported, assumed, supported; within each in the model's
        order.
    """
    disputed = contested(case.claims.values())
    stated = [("", case.inputs[declared.name]) for declared in case.spec.inputs]
    stated += [(option.id, option.inputs[name]) for option in case.options for name in option.own]
    rows = [_row(case, option, quantity, disputed) for option, quantity in stated]
    return tuple(sorted(rows, key=lambda row: _ORDER.index(row.standing)))


def _row(case: Case, option: str, quantity: Quantity, disputed: frozenset[str]) -> LedgerRow:
    claims = cited(quantity.evidence, case.claims)
    sources = dict.fromkeys(case.sources[claim.source] for claim in claims if claim.source in case.sources)
    return LedgerRow(
        option=option,
        input=quantity.input,
        meaning=case.spec.input(quantity.input).meaning,
        value=quantity.written,
        unit=quantity.unit,
        status=quantity.status,
        favours=quantity.favours,
        note=quantity.note,
        claims=claims,
        sources=tuple(sources),
        standing=_standing(quantity, claims, disputed, case.spec.input(quantity.input).unit),
    )


def _standing(quantity: Quantity, claims: tuple[Claim, ...], disputed: frozenset[str], unit: str) -> Standing:
    if any(claim.quantity in disputed for claim in claims):
        return "contested"
    spanned = _hull([claim for claim in claims if claim.verdict != "refuted"], unit)
    if spanned and not _within(quantity.marginal, spanned):
        return "outside"
    held = _hull([claim for claim in claims if claim.verdict == "supported"], unit)
    if held and _within(quantity.marginal, held):
        return "supported"
    return "assumption" if quantity.status == "assumption" else "unsupported"


def _hull(claims: Sequence[Claim], unit: str) -> tuple[float, float] | None:
    """Lowest and highest number of the claims, in `unit`; None where none has a number to compare."""
    intervals = [interval for claim in claims if (interval := claim.interval_in(unit))]
    return (min(low for low, _ in intervals), max(high for _, high in intervals)) if intervals else None


def _within(marginal: Marginal, hull: tuple[float, float]) -> bool:
    low, high = (np.asarray(end) for end in marginal.expected())
    if not low.size:
        return True
    return hull[0] - _SLACK * abs(hull[0]) <= low.min() and high.max() <= hull[1] + _SLACK * abs(hull[1])
