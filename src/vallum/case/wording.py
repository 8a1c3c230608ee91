"""Values in words, for ledgers and pages."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vallum.case.discrete import Branches
from vallum.case.distributions import Constant, Triangular, Uniform
from vallum.case.evidence import Claim
from vallum.case.marginal import Marginal
from vallum.case.schema import Entry, InputEntry
from vallum.spec import Input


def amount(value: float, unit: str) -> str:
    """A number with its unit: "3 km", "0.5"."""
    return f"{value:.6g}" if unit == "1" else f"{value:.6g} {unit}"


def bounds(declared: Input) -> str:
    """The bounds of an input: "0 to 100 km/day", "at least 1 km"."""
    if math.isfinite(declared.low) and math.isfinite(declared.high):
        return f"{declared.low:.6g} to {amount(declared.high, declared.unit)}"
    if math.isfinite(declared.low):
        return f"at least {amount(declared.low, declared.unit)}"
    if math.isfinite(declared.high):
        return f"at most {amount(declared.high, declared.unit)}"
    return "any number" if declared.unit == "1" else f"any number of {declared.unit}"


def written_value(entry: InputEntry) -> str:
    """What an entry says its value is: "uniform 10 to 25"; numbers in its own unit."""
    match entry.kind:
        case "value":
            return _cell(entry.value)
        case "uniform" if entry.uniform:
            return f"uniform {_cell(entry.uniform[0])} to {_cell(entry.uniform[1])}"
        case "triangular" if entry.triangular:
            low, mode, high = (_cell(cell) for cell in entry.triangular)
            return f"triangular {low} to {high}, most likely {mode}"
        case "normal" | "lognormal" | "beta":
            return f"{entry.kind} {_parameters(getattr(entry, entry.kind))}"
        case "branches" if entry.branches:
            steps = (f"{_cell(branch.value)} (weight {_cell(branch.weight)})" for branch in entry.branches)
            return f"branches {', '.join(steps)}"
        case "empirical" if entry.empirical:
            return f"one of {', '.join(_cell(cell) for cell in entry.empirical)}"
        case "column":
            return f"column {entry.column}"
        case _:
            return f"{entry.from_claims} of the claims"


def claimed_value(entry: InputEntry, marginal: Marginal, claims: Mapping[str, Claim]) -> str:
    """What the claims come to: "range of the claims: uniform 10 to 25"."""
    match marginal:
        case Constant():
            numbers = _cell(float(marginal.value))
        case Uniform():
            numbers = f"uniform {_cell(float(marginal.low))} to {_cell(float(marginal.high))}"
        case Triangular():
            low, mode, high = (_cell(float(x)) for x in (marginal.low, marginal.mode, marginal.high))
            numbers = f"triangular {low} to {high}, most likely {mode}"
        case Branches():
            steps = zip(marginal.values, marginal.weights, marginal.claims, strict=True)
            numbers = ", ".join(_claimed_branch(float(x), float(weight), claims[id]) for x, weight, id in steps)
        case _:
            numbers = marginal.kind
    return f"{written_value(entry)}: {numbers}"


def _claimed_branch(value: float, weight: float, claim: Claim) -> str:
    """A branch that stands for a claim: "3 (weight 1, midpoint)"."""
    midpoint = claim.best is None and claim.low is not None and claim.high is not None
    return f"{_cell(value)} (weight {_cell(weight)}{', midpoint' if midpoint else ''})"


def _cell(cell: float | str | None) -> str:
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _parameters(entry: Entry) -> str:
    given = ((name, getattr(entry, name)) for name in type(entry).model_fields)
    return ", ".join(f"{name} {_cell(cell)}" for name, cell in given if cell is not None)
