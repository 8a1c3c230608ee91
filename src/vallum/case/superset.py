"""All options of a case as one structure: what differs between options are values and masks.

Sizes never depend on the option, so a model is compiled once for all of them; unordered
tables have spare rows, so that a row can be added without compiling again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vallum.case.case import Case, Option, Quantity
from vallum.case.correlations import correlation_matrix
from vallum.case.faults import CaseError, Fault, did_you_mean, listed
from vallum.case.normal import Floats, normal_probability, normal_quantile
from vallum.case.tables import CaseTable
from vallum.spec import Input, ModelSpec, Rows

PADDING = 16
"""Unordered tables are padded to a multiple of this number of rows."""

Noise: TypeAlias = Callable[[str, tuple[str, ...]], Floats]


@dataclass(frozen=True, slots=True)
class Factor:
    """One uncertainty of a case, sampled by one quantile a future.

    Parameters
    ----------
    name : str
        `input`, or `input[group]`.
    input, group : str
        The input; and the group of rows, "" for a single number or for all rows.
    varies : bool
        Whether it is uncertain in any option.
    """

    name: str
    input: str
    group: str
    varies: bool


@dataclass(frozen=True)
class Superset:
    """The one structure of all options; built by `compile_case`.

    Parameters
    ----------
    spec : ModelSpec
        The model's declaration.
    options : tuple of str
        Ids, in the case's order.
    rows : mapping of str to Rows
        Every table with its padding.
    active : mapping of str to bool array (option, row)
        For every unordered table the rows each option has; padding is False.
    factors : tuple of Factor
        One for every single-number input in the model's order, certain or not, so that
        making one uncertain leaves the quantiles of the others where they are; then one
        for every group of the inputs by row that are uncertain in some option.
    quantities : tuple of mapping of str to Quantity
        By option: every input.
    changed : tuple of frozenset of str
        By option: the inputs that differ from the base.
    mixed : tuple of int
        Columns of the correlated factors.
    mixing : array (mixed, mixed)
        Cholesky factor of their normal correlation matrix.
    """

    spec: ModelSpec
    options: tuple[str, ...]
    rows: Mapping[str, Rows]
    active: Mapping[str, NDArray[np.bool]]
    factors: tuple[Factor, ...]
    quantities: tuple[Mapping[str, Quantity], ...]
    changed: tuple[frozenset[str], ...]
    mixed: tuple[int, ...]
    mixing: Floats

    def correlate(self, quantiles: Floats) -> Floats:
        """Make independent quantiles go together as the case declares.

        Parameters
        ----------
        quantiles : array of float64 (future, factor)
            Independent, in [0, 1].

        Returns
        -------
        array of float64 (future, factor)
            A Gaussian copula on the correlated factors; every other column keeps its
            bits, and so does the first of each correlated set. The argument itself where
            nothing is correlated. Sums run in a fixed order, whatever the chunk.
        """
        if not self.mixed:
            return quantiles
        result = quantiles.copy()
        normal = [normal_quantile(quantiles[:, column]) for column in self.mixed]
        for row, column in enumerate(self.mixed):
            weights = self.mixing[row, : row + 1]
            if np.any(weights[:-1]):
                total = np.zeros(len(quantiles))
                for weight, z in zip(weights, normal, strict=False):
                    total = total + weight * z
                result[:, column] = normal_probability(total)
        return result

    def values(
        self,
        option: int,
        quantiles: Floats,
        noise: Noise,
        given: Mapping[str, Floats] | None = None,
        names: Collection[str] | None = None,
    ) -> dict[str, Floats]:
        """Every input of the model under one option, or some of them.

        Parameters
        ----------
        option : int
            Place in `options`.
        quantiles : array of float64 (future, factor)
            One quantile for each of `factors`.
        noise : callable
            ``noise(input, row_ids) -> (future, row)`` standard normal numbers for the
            rows of the table without padding; called only for inputs whose rows have a
            part of their own.
        given : mapping of str to array (future,), optional
            Values that replace the base's value of single-number inputs in every option
            that does not change that input itself.
        names : collection of str, optional
            Only these inputs.

        Returns
        -------
        dict of str to array of float64
            (future,) for a single number; for an input by row (row,) if it is certain in
            every option, else (future, row), padding 0.

        Raises
        ------
        CaseError
            If `given` names what is no single-number input.
        """
        if quantiles.ndim != 2 or quantiles.shape[1] != len(self.factors):
            raise ValueError(f"quantiles have shape {quantiles.shape}, not (future, factor={len(self.factors)})")
        given = given or {}
        self._check_given(given)
        values: dict[str, Floats] = {}
        for declared in self.spec.inputs:
            name = declared.name
            if names is not None and name not in names:
                continue
            if declared.per:
                value = self._by_row(option, declared, quantiles, noise)
            elif name in given and name not in self.changed[option]:
                value = np.broadcast_to(np.asarray(given[name], np.float64), len(quantiles))
            else:
                column = self._column(name, "")
                value = self.quantities[option][name].marginal.ppf(quantiles[:, column])
            values[name] = self._padded(declared, _inside(declared, value))
        return values

    def varying(self, option: int) -> tuple[str, ...]:
        """Names of the single-number inputs that are uncertain under an option."""
        quantities = self.quantities[option]
        return tuple(x.name for x in self.spec.inputs if not x.per and not quantities[x.name].marginal.certain)

    def certain(self, option: int) -> bool:
        """Whether nothing at all is uncertain under an option."""
        return all(quantity.marginal.certain for quantity in self.quantities[option].values())

    def _by_row(self, option: int, declared: Input, quantiles: Floats, noise: Noise) -> Floats:
        """Values of an input by row, without padding."""
        quantity = self.quantities[option][declared.name]
        labels = quantity.groups or ()
        if not any(factor.input == declared.name for factor in self.factors):
            return quantity.marginal.ppf(np.full(len(labels), 0.5))
        if quantity.marginal.certain:
            return quantity.marginal.ppf(np.full((len(quantiles), len(labels)), 0.5))
        column = {label: self._column(declared.name, label) for label in set(labels)}
        u = quantiles[:, [column[label] for label in labels]]
        own = quantity.idiosyncratic
        if own > 0.0:
            ids = self.rows[declared.per].ids[: len(labels)]
            shared = np.sqrt(1.0 - own) * normal_quantile(u)
            u = normal_probability(shared + np.sqrt(own) * noise(declared.name, ids))
        return quantity.marginal.ppf(u)

    def _column(self, input: str, group: str) -> int:
        return next(i for i, factor in enumerate(self.factors) if (factor.input, factor.group) == (input, group))

    def _padded(self, declared: Input, value: Floats) -> Floats:
        """The value with zeros in the padded rows."""
        spare = len(self.rows[declared.per]) - value.shape[-1] if declared.per else 0
        return np.pad(value, [(0, 0)] * (value.ndim - 1) + [(0, spare)]) if spare else value

    def _check_given(self, given: Mapping[str, Floats]) -> None:
        single = [declared.name for declared in self.spec.inputs if not declared.per]
        unknown = [name for name in given if name not in single]
        if unknown:
            raise CaseError(
                Fault(f"given {name}", "not a single-number input", listed(single), did_you_mean(name, single))
                for name in unknown
            )


def _inside(declared: Input, value: Floats) -> Floats:
    """Counts rounded, and rounding kept from leaving the declared bounds."""
    value = np.rint(value) if declared.whole else value
    return np.clip(value, declared.low, declared.high)


def compile_case(case: Case) -> Superset:
    """Turn a case with all its options into one structure.

    Parameters
    ----------
    case : Case
        A checked case.

    Returns
    -------
    Superset
        Values and masks of every option on the same rows and factors.
    """
    quantities = tuple({name: _in(option, name, case) for name in case.inputs} for option in case.options)
    factors = (*_single_factors(case, quantities), *_row_factors(case, quantities))
    names = [factor.name for factor in factors]
    paired = {name for pair in case.correlations for name in pair.inputs}
    mixed = tuple(i for i, factor in enumerate(factors) if factor.input in paired)
    matrix = correlation_matrix([names[i] for i in mixed], case.correlations)
    return Superset(
        spec=case.spec,
        options=tuple(option.id for option in case.options),
        rows={name: _rows(table) for name, table in case.tables.items()},
        active={name: _active(table, case) for name, table in case.tables.items() if not table.ordered},
        factors=factors,
        quantities=quantities,
        changed=tuple(frozenset(option.inputs) for option in case.options),
        mixed=mixed,
        mixing=np.asarray(np.linalg.cholesky(matrix), np.float64) if mixed else matrix,
    )


def _in(option: Option, name: str, case: Case) -> Quantity:
    return option.inputs.get(name, case.inputs[name])


def _single_factors(case: Case, quantities: tuple[Mapping[str, Quantity], ...]) -> list[Factor]:
    return [
        Factor(x.name, x.name, "", any(not held[x.name].marginal.certain for held in quantities))
        for x in case.spec.inputs
        if not x.per
    ]


def _row_factors(case: Case, quantities: tuple[Mapping[str, Quantity], ...]) -> list[Factor]:
    """One factor a group of every input by row that is uncertain in some option."""
    factors: list[Factor] = []
    for declared in case.spec.inputs:
        uncertain = [held[declared.name] for held in quantities if not held[declared.name].marginal.certain]
        if not declared.per or not uncertain:
            continue
        varying: dict[str, bool] = {}
        for quantity in uncertain:
            low, high = quantity.marginal.support()
            labels = quantity.groups or ()
            for label, open_row in zip(labels, np.broadcast_to(low < high, len(labels)), strict=True):
                varying[label] = varying.get(label, False) or bool(open_row)
        for label in sorted(varying):
            name = f"{declared.name}[{label}]" if label else declared.name
            factors.append(Factor(name, declared.name, label, varying[label]))
    return factors


def _rows(table: CaseTable) -> Rows:
    spare = 0 if table.ordered else PADDING - len(table) % PADDING
    padding = tuple(f"~{i}" for i in range(spare))
    columns = {name: (*column, *(None for _ in padding)) for name, column in table.columns.items()}
    return Rows((*table.ids, *padding), columns)


def _active(table: CaseTable, case: Case) -> NDArray[np.bool]:
    masks = [[id not in option.inactive.get(table.name, ()) for id in table.ids] for option in case.options]
    spare = PADDING - len(table) % PADDING
    return np.pad(np.array(masks, np.bool).reshape(len(case.options), len(table)), ((0, 0), (0, spare)))
