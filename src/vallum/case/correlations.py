"""Inputs that go together: checking what a case declares, and the Gaussian copula.

Spearman's rank correlation rho is what people can state; it holds for any marginals. The
normal variables behind the quantiles then have the correlation 2 sin(pi rho / 6).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from vallum.case.case import Correlation, Option, Quantity
from vallum.case.faults import did_you_mean, listed
from vallum.case.normal import Floats
from vallum.case.positions import Path
from vallum.case.resolve import Ground
from vallum.case.schema import CorrelationEntry
from vallum.case.sections import Draft
from vallum.spec import ModelSpec


def resolve_correlations(
    draft: Draft, spec: ModelSpec, base: Mapping[str, Quantity | None], options: Sequence[Option], ground: Ground
) -> tuple[Correlation, ...]:
    """Check the declared correlations; the ground's faults grow by what is wrong.

    Returns
    -------
    tuple of Correlation
        Those without a fault of their own.
    """
    sound: list[Correlation] = []
    for index, entry in enumerate(draft.correlations):
        path: Path = ("correlations", index)
        if entry is None or not _sound(entry, path, spec, ground):
            continue
        ground.check_evidence(entry.evidence, (*path, "evidence"))
        for name in entry.inputs:
            quantities = [base.get(name), *(option.inputs.get(name) for option in options)]
            if base.get(name) is not None and all(q is None or q.marginal.certain for q in quantities):
                ground.fault((*path, "inputs"), f"{name!r} is certain in every option", "two uncertain inputs")
        first, second = sorted(entry.inputs)
        if any(sorted(pair.inputs) == [first, second] for pair in sound):
            ground.fault((*path, "inputs"), f"{first!r} and {second!r} are correlated twice")
            continue
        sound.append(Correlation(entry.inputs, entry.rank, entry.evidence, entry.note))
    names = sorted({name for pair in sound for name in pair.inputs})
    if names and float(np.linalg.eigvalsh(correlation_matrix(names, sound)).min()) <= 1e-9:
        found = f"the correlations of {listed(names)} exclude each other (their matrix is not positive definite)"
        ground.fault(("correlations",), found, "", "weaken the strongest of them")
    return tuple(sound)


def _sound(entry: CorrelationEntry, path: Path, spec: ModelSpec, ground: Ground) -> bool:
    """Whether an entry names two different single-number inputs and a possible rank."""
    before = len(ground.faults)
    inputs = {declared.name: declared for declared in spec.inputs}
    single = [name for name, declared in inputs.items() if not declared.per]
    for index, name in enumerate(entry.inputs):
        if name not in inputs:
            near = did_you_mean(name, single)
            ground.fault((*path, "inputs", index), f"unknown input {name!r}", listed(single), near)
        elif inputs[name].per:
            found = f"{name!r} has a number in every row of {inputs[name].per}"
            ground.fault((*path, "inputs", index), found, "inputs that are one number")
    if entry.inputs[0] == entry.inputs[1]:
        ground.fault((*path, "inputs"), "an input is correlated with itself", "two different inputs")
    if not -1 < entry.rank < 1:
        ground.fault((*path, "rank"), f"{entry.rank:g} is out of range", "-1 < rank < 1")
    return len(ground.faults) == before


def correlation_matrix(names: Sequence[str], pairs: Sequence[Correlation]) -> Floats:
    """Correlation matrix (name, name) of the normal variables behind correlated quantiles."""
    matrix = np.eye(len(names))
    for pair in pairs:
        i, j = (names.index(name) for name in pair.inputs)
        matrix[i, j] = matrix[j, i] = 2 * math.sin(math.pi * pair.rank / 6)
    return matrix
