"""From what is written about one input to what is known about it.

An entry of the case file is held against the model's declaration, its table and the
claims it cites, and turned into a `Quantity` in the declared unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from vallum.case.case import Quantity
from vallum.case.claimed import claimed_branches, claimed_range
from vallum.case.discrete import Branches, Empirical, Pinned
from vallum.case.distributions import Beta, Constant, LogNormal, Normal, Triangular, Uniform
from vallum.case.evidence import Claim, cited
from vallum.case.faults import Fault, did_you_mean, listed, shown
from vallum.case.marginal import DistributionError, Marginal, Number
from vallum.case.normal import Floats
from vallum.case.positions import Document, Path
from vallum.case.schema import InputEntry
from vallum.case.sheets import not_a_number, number
from vallum.case.tables import CaseTable
from vallum.case.wording import amount, bounds, claimed_value, written_value
from vallum.spec import Input
from vallum.units import UnitError, factor


class _UnusableError(Exception):
    """The entry gives no quantity; its faults are noted already."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What entries are held against, and where faults go.

    `known_claims` is None where `claims.csv` is at fault itself: then no citation is.
    """

    document: Document
    claims: Mapping[str, Claim]
    known_claims: Collection[str] | None
    tables: Mapping[str, CaseTable | None]
    faults: list[Fault]

    def fault(self, path: Path, found: str, allowed: str = "", remedy: str = "") -> None:
        """Note a fault of the case file."""
        self.faults.append(Fault(self.document.where(path), found, allowed, remedy))

    def check_evidence(self, ids: Iterable[str], path: Path) -> None:
        """Note every cited claim that does not exist."""
        if self.known_claims is None:
            return
        for index, id in enumerate(ids):
            if id not in self.known_claims:
                where = (*path, index) if (*path, index) in self.document.lines else path
                near = did_you_mean(id, self.known_claims)
                self.fault(where, f"unknown claim {shown(id)}", "", near or "see claims.csv")


def resolve(
    entry: InputEntry,
    declared: Input,
    path: Path,
    ground: Ground,
    table: CaseTable | None = None,
    pins: Mapping[str, float] | None = None,
) -> Quantity | None:
    """Turn an entry into a quantity.

    Parameters
    ----------
    entry : InputEntry
        What is written.
    declared : Input
        What the model declares.
    path : path
        Where it is written, for faults.
    ground : Ground
        Claims and places; its faults grow by what is wrong.
    table : CaseTable or None
        The table of an input per table; None where there is none, or it is unusable.
    pins : mapping of str to float
        Certain values of single rows, in the declared unit.

    Returns
    -------
    Quantity or None
        None where something is wrong, here or in the table.
    """
    ground.check_evidence(entry.evidence, (*path, "evidence"))
    try:
        times = _factor(entry, declared, path, ground)
        groups = _groups(entry, declared, path, ground, table)
        reading = _Reading(entry, declared, path, ground, table)
        written = reading.marginal()
        marginal = written.scaled(times)
        if pins and table is not None:
            marginal = _pinned(marginal, table, pins)
        reading.check_bounds(marginal)
        reading.check_whole(marginal)
    except _UnusableError:
        return None
    return Quantity(
        input=declared.name,
        marginal=marginal,
        unit=entry.unit,
        written=claimed_value(entry, written, ground.claims) if entry.kind == "from_claims" else written_value(entry),
        evidence=entry.evidence,
        status=entry.status,
        favours=entry.favours,
        note=entry.note,
        groups=groups,
        idiosyncratic=entry.idiosyncratic,
    )


def _factor(entry: InputEntry, declared: Input, path: Path, ground: Ground) -> float:
    try:
        return factor(entry.unit, declared.unit)
    except UnitError as error:
        ground.fault((*path, "unit"), str(error), f"a unit that can be turned into {declared.unit}")
        raise _UnusableError from error


def _groups(
    entry: InputEntry, declared: Input, path: Path, ground: Ground, table: CaseTable | None
) -> tuple[str, ...] | None:
    """The group of every row; None for a single number."""
    if not declared.per:
        for key in ("group", "idiosyncratic"):
            if getattr(entry, key):
                ground.fault((*path, key), f"{declared.name} is one number and has no rows", f"no '{key}' here")
                raise _UnusableError
        return None
    if table is None:
        raise _UnusableError
    if not entry.group:
        return ("",) * len(table)
    if entry.group not in table.cells:
        found = f"no column {shown(entry.group)} in {table.file}"
        ground.fault((*path, "group"), found, listed(table.cells), did_you_mean(entry.group, table.cells))
        raise _UnusableError
    labels = table.cells[entry.group]
    if "" in labels:
        ground.faults.append(Fault(table.place(labels.index(""), entry.group), "the cell is empty", "a group"))
        raise _UnusableError
    return labels


def _pinned(marginal: Marginal, table: CaseTable, pins: Mapping[str, float]) -> Marginal:
    rows = np.array([id in pins for id in table.ids], dtype=np.bool)
    return Pinned(marginal, rows, np.array([pins.get(id, 0.0) for id in table.ids], np.float64))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One entry while it is read."""

    entry: InputEntry
    declared: Input
    path: Path
    ground: Ground
    table: CaseTable | None

    def marginal(self) -> Marginal:
        """The distribution, in the unit it is written in."""
        try:
            if self.entry.kind == "from_claims":
                return self._from_claims()
            return self._continuous() or self._discrete()
        except DistributionError as error:
            self._fault(error.row, error.found, error.allowed)
            raise _UnusableError from error

    def _continuous(self) -> Marginal | None:
        entry = self.entry
        if entry.uniform:
            return Uniform(*self._numbers(entry.uniform))
        if entry.triangular:
            return Triangular(*self._numbers(entry.triangular))
        if entry.normal:
            low = -np.inf if entry.normal.low is None else entry.normal.low
            high = np.inf if entry.normal.high is None else entry.normal.high
            return Normal(*self._numbers((entry.normal.mean, entry.normal.sd, low, high)))
        if entry.lognormal:
            low = 0.0 if entry.lognormal.low is None else entry.lognormal.low
            high = np.inf if entry.lognormal.high is None else entry.lognormal.high
            return LogNormal(*self._numbers((entry.lognormal.median, entry.lognormal.sigma, low, high)))
        if entry.beta:
            return Beta(*self._numbers((entry.beta.a, entry.beta.b, entry.beta.low, entry.beta.high)))
        return None

    def _discrete(self) -> Marginal:
        entry = self.entry
        if entry.branches:
            for index, branch in enumerate(entry.branches):
                self.ground.check_evidence([branch.claim] if branch.claim else (), (*self.path, "branches", index))
            return Branches(
                values=_stacked(self._numbers([branch.value for branch in entry.branches])),
                weights=_stacked(self._numbers([branch.weight for branch in entry.branches])),
                names=tuple(branch.name for branch in entry.branches),
                claims=tuple(branch.claim for branch in entry.branches),
            )
        if entry.empirical:
            return Empirical(_stacked(self._numbers(entry.empirical)))
        cell = entry.value if entry.column is None else entry.column
        return Constant(*self._numbers([0.0 if cell is None else cell]))

    def _from_claims(self) -> Marginal:
        entry, claims = self.entry, cited(self.entry.evidence, self.ground.claims)
        if self.ground.known_claims is None or len(claims) < len(entry.evidence):
            raise _UnusableError  # claims that are at fault or unknown themselves are noted already
        unweighted = [claim.id for claim in claims if claim.id not in entry.weights]
        uncited = [id for id in entry.weights if id not in entry.evidence]
        if entry.weights and (unweighted or uncited):
            found = f"no weight for {listed(unweighted)}" if unweighted else f"a weight for {listed(uncited)}"
            self.ground.fault((*self.path, "weights"), found, "one weight for each claim in evidence")
            raise _UnusableError
        self._check_units(claims)
        if entry.from_claims == "range":
            marginal = claimed_range(claims, entry.unit)
        else:
            marginal = claimed_branches(claims, entry.weights, entry.unit)
        if marginal is None:
            self.ground.fault(
                (*self.path, "from_claims"), "no cited claim has a number", "claims with low, best or high"
            )
            raise _UnusableError
        return marginal

    def _check_units(self, claims: Iterable[Claim]) -> None:
        """Refuse claims whose numbers cannot be turned into the entry's unit."""
        broken = False
        for claim in claims:
            try:
                factor(claim.unit if claim.interval else self.entry.unit, self.entry.unit)
            except UnitError as error:
                found, broken = f"claims.csv:{claim.line}, claim {shown(claim.id)}: {error}", True
                self.ground.fault((*self.path, "from_claims"), found, f"claims in a unit of {self.declared.unit}")
        if broken:
            raise _UnusableError

    def _numbers(self, cells: Iterable[float | str]) -> list[Number]:
        """Numbers as they are, column names as the numbers of the column."""
        return [self._column(cell) if isinstance(cell, str) else cell for cell in cells]

    def _column(self, column: str) -> Floats:
        path = (*self.path, self.entry.kind)
        if self.table is None:
            found = f"{shown(column)} stands for a number, and {self.declared.name} has no table"
            self.ground.fault(path, found, "a number")
            raise _UnusableError
        if column not in self.table.cells:
            near = did_you_mean(column, self.table.cells)
            found = f"no column {shown(column)} in {self.table.file}"
            self.ground.fault(path, found, listed(self.table.cells), near)
            raise _UnusableError
        values = [number(text) for text in self.table.cells[column]]
        wrong = [row for row, value in enumerate(values) if value is None]
        for row in wrong[:20]:
            self.ground.faults.append(not_a_number(self.table.place(row, column), self.table.cells[column][row]))
        if wrong:
            raise _UnusableError
        return np.array(values, np.float64)

    def check_bounds(self, marginal: Marginal) -> None:
        """Refuse values that the model declares impossible."""
        (low, high), declared = marginal.support(), self.declared
        slack = [1e-12 * max(1.0, abs(bound)) if np.isfinite(bound) else 0.0 for bound in (declared.low, declared.high)]
        astray = np.flatnonzero((low < declared.low - slack[0]) | (high > declared.high + slack[1]))
        if astray.size:
            row = int(astray[0])
            found = f"{np.ravel(low)[row]:g} to {amount(np.ravel(high)[row], declared.unit)} leaves the bounds"
            remedy = "truncate with low and high" if self.entry.kind in ("normal", "lognormal") else ""
            self._fault(row if low.ndim else None, found, bounds(declared), remedy)
            raise _UnusableError

    def check_whole(self, marginal: Marginal) -> None:
        """Refuse a certain value of a count that is no count."""
        low, high = marginal.support()
        broken = np.flatnonzero((low == high) & (np.abs(np.where(low == high, low, 0.0) - np.rint(low)) > 1e-9))
        if self.declared.whole and broken.size:
            row = int(broken[0])
            self._fault(row if low.ndim else None, f"{np.ravel(low)[row]:g} is not a whole number", "whole numbers")
            raise _UnusableError

    def _fault(self, row: int | None, found: str, allowed: str, remedy: str = "") -> None:
        """Note a fault of the entry, and in which row of the table if they differ."""
        path = (*self.path, self.entry.kind)
        path = path if path in self.ground.document.lines else self.path
        if row is not None and self.table is not None:
            found = f"{self.table.file}:{self.table.lines[row]}, row {shown(self.table.ids[row])}: {found}"
        self.ground.fault(path, found, allowed, remedy)


def _stacked(numbers: list[Number]) -> Floats:
    """Numbers and columns as one array (entry,) or (entry, row)."""
    return np.stack([np.asarray(x, np.float64) for x in np.broadcast_arrays(*numbers)])
