"""Public tests for models: what any model must pass, shipped or not.

A package that registers a model calls `check_model` in its own test suite.
"""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.registry import Model
from vallum.spec import ModelSpec, Outcome, Rows, Tables
from vallum.study.draws import KeyedDraws
from vallum.study.lanes import kernel, statuses, sweep
from vallum.units import is_unit

if TYPE_CHECKING:
    from jaxtyping import Float64, Shaped

    Values = dict[str, Float64[np.ndarray, "run ..."]]
    Batch = dict[str, Shaped[np.ndarray, "run ..."]]

FLAGS_ALIKE = 0.999


class ConformanceError(AssertionError):
    """A model breaks the contract of `vallum.models.contract`."""


def check_model(
    model: Model,
    ranges: Mapping[str, tuple[float, float]],
    *,
    tables: Tables | None = None,
    oracle: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
    runs: int = 256,
    seed: int = 0,
    rtol: float = 1e-9,
    rtol_single: float = 1e-3,
) -> None:
    """Check that a model keeps its contract with the engine.

    Parameters
    ----------
    model : Model
        A module with `spec`, `plan` and `run`.
    ranges : mapping of str to (low, high)
        Where to draw every input from, inside its physical bounds.
    tables : mapping of str to Rows, optional
        Rows to plan with; sixteen a table unless given.
    oracle : function, optional
        An independent coding of one run, for models without chance: a mapping of inputs to
        a mapping of outcomes.
    runs : int
        Random runs to check on.
    seed : int
    rtol : float
        Agreement with the oracle in float64, relative; counts, flags and times are exact.
    rtol_single : float
        Agreement of float32 with float64, relative to the outcome's largest size; flags and
        counts must agree in 99.9 % of runs.

    Raises
    ------
    ConformanceError
        Naming the first promise that is broken.
    """
    _hold(runs >= 2 and 0 <= seed < 2**32, f"{runs} runs, seed {seed}: two runs and a seed below 2**32 are needed")
    check_spec(model.spec)
    _check_light(model)
    rows = tables or default_rows(model.spec)
    values = random_inputs(model.spec, ranges, rows, runs, seed)
    _check_names(model, rows, values)
    double = run_batch(model, rows, values, seed=seed)
    _check_outcomes(model.spec, double, run_batch(model, rows, values, seed=seed, series=True), rows)
    _check_bits(model, rows, values, double, seed)
    _check_rows(model, rows, values, double, seed)
    _check_chance(model, rows, values, double, seed)
    _check_single(model.spec, double, run_batch(model, rows, values, seed=seed, dtype="float32"), rtol_single)
    _check_recompiling(model, rows, values, seed)
    if oracle is not None:
        _check_oracle(model, rows, values, double, oracle, rtol)


def check_spec(spec: ModelSpec) -> None:
    """Check a declaration by itself: names, units, meanings, statuses.

    Raises
    ------
    ConformanceError
    """
    quantities = (*spec.inputs, *spec.outcomes)
    names = [x.name for x in quantities]
    _hold(len(set(names)) == len(names), f"{spec.name}: a name is both an input and an outcome, or stands twice")
    for x in quantities:
        _hold(x.name.isidentifier() and x.name.islower(), f"{spec.name}: {x.name!r} is no lower-case identifier")
        _hold(bool(x.meaning), f"{spec.name}: {x.name} has no meaning")
        _hold(is_unit(x.unit), f"{spec.name}: {x.name}: unknown unit {x.unit!r}")
    tables = {name for table in spec.tables for name in (table.key, table.name)}
    taken = {"status", "option", "future", "replicate", "scramble", "quantile", *tables}
    _hold(
        not taken & set(names),
        f"{spec.name}: {', '.join(sorted(taken & set(names)))} is a name of the engine's, a table or a key",
    )
    _hold(len(set(spec.streams)) == len(spec.streams), f"{spec.name}: a stream stands twice")
    for x in spec.inputs:
        _hold(x.low <= x.high, f"{spec.name}: the bounds of {x.name} are reversed")
    _hold(spec.statuses[:1] == ("ok",), f"{spec.name}: status 0 must be 'ok'")


def default_rows(spec: ModelSpec, size: int = 16) -> dict[str, Rows]:
    """Rows for every table: sixteen, with ids from their number."""
    return {table.name: Rows(tuple(str(i) for i in range(size))) for table in spec.tables}


def random_inputs(
    spec: ModelSpec, ranges: Mapping[str, tuple[float, float]], rows: Tables, runs: int, seed: int = 0
) -> Values:
    """Uniform values of every input, one entry a run; per-table inputs have shape (run, row)."""
    rng = np.random.default_rng(seed)
    values: Values = {}
    for x in spec.inputs:
        _hold(x.name in ranges, f"{spec.name}: no range given for {x.name}")
        low, high = ranges[x.name]
        _hold(x.low <= low <= high <= x.high, f"{spec.name}: the range of {x.name} leaves its bounds")
        drawn = low + (high - low) * rng.random((runs, len(rows[x.per])) if x.per else runs)
        values[x.name] = np.rint(drawn) if x.whole else drawn
    return values


def run_batch(
    model: Model,
    rows: Tables,
    values: Values,
    *,
    seed: int = 0,
    dtype: str = "float64",
    series: bool = False,
    replicate: int = 0,
    inactive: str = "",
) -> Batch:
    """Run a model on explicit inputs, future numbers 0, 1, 2, ...; every row is active but those called `inactive`."""
    runs = len(next(iter(values.values())))
    masks = {t.name: [row != inactive for row in rows[t.name].ids] for t in model.spec.tables if not t.ordered}
    active = {f"{name}.active": np.asarray(mask, bool) for name, mask in masks.items()}
    ids = np.arange(runs, dtype=np.uint32), np.full(runs, replicate, np.uint32)
    return sweep(kernel(model, dtype, series), model.plan(rows), active, values, seed, *ids)


def _hold(promise: bool, otherwise: str) -> None:
    if not promise:
        raise ConformanceError(otherwise)


def _check_light(model: Model) -> None:
    module = inspect.getmodule(model.plan)
    if module is None or module.__name__ == "__main__" or getattr(module, "spec", None) is not model.spec:
        return
    code = f"import sys, {module.__name__}; sys.exit('jax' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    _hold(
        found.returncode == 0,
        f"{model.spec.name}: importing {module.__name__} loads JAX; import it inside run and plan",
    )


def _check_names(model: Model, rows: Tables, values: Values) -> None:
    """That a run returns what is declared, before anything is computed."""
    import jax

    structure, spec = model.plan(rows), model.spec
    active = {f"{t.name}.active": np.ones(len(rows[t.name]), bool) for t in spec.tables if not t.ordered}
    inputs = {name: x[0] for name, x in values.items()} | active
    key = np.uint32(0), np.uint32(0)
    if hasattr(model, "LANES"):  # written for a block: two runs, the run axis last
        inputs = {name: x[:2].T for name, x in values.items()} | {name: x[:, None] for name, x in active.items()}
        key = np.zeros(2, np.uint32), np.zeros(2, np.uint32)
    draws = KeyedDraws(key, {name: place for place, name in enumerate(spec.streams)}, np.dtype(np.float32))

    def run(inputs: Any) -> dict[str, Any]:
        return model.run(structure, inputs, draws)

    returned: set[str] = set(jax.eval_shape(run, inputs))
    missing = [x.name for x in spec.outcomes if x.name not in returned]
    _hold(not missing, f"{spec.name}: declared and not returned: {', '.join(missing)}")


def _check_outcomes(spec: ModelSpec, scalars: Batch, series: Batch, rows: Tables) -> None:
    for x in spec.scalars:
        _hold(scalars[x.name].ndim == 1, f"{spec.name}: {x.name} is declared one number a run, and has more")
    for x in spec.series:
        shape = series[x.name].shape[1:]
        _hold(
            shape == (len(rows[x.per]),),
            f"{spec.name}: {x.name} has shape {shape}, one number a row of {x.per} is declared",
        )
    status = scalars["status"]
    known = (status >= 0) & (status < len(statuses(spec)))
    _hold(bool(known.all()), f"{spec.name}: status {status[~known][:1]} is not declared")
    silent = status == len(spec.statuses)
    _hold(
        not silent.any(),
        f"{spec.name}: {silent.sum()} of {len(status)} runs inside the ranges are not finite and no status says why",
    )


def _same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def _check_bits(model: Model, rows: Tables, values: Values, batch: Batch, seed: int) -> None:
    _hold(_same(batch, run_batch(model, rows, values, seed=seed)), f"{model.spec.name}: the same runs gave other bits")
    half = len(next(iter(values.values()))) // 2
    part = run_batch(model, rows, {name: x[:half] for name, x in values.items()}, seed=seed)
    _hold(
        _same({name: x[:half] for name, x in batch.items()}, part),
        f"{model.spec.name}: a run's bits depend on its neighbours",
    )


def _check_rows(model: Model, rows: Tables, values: Values, batch: Batch, seed: int) -> None:
    """That rows of unordered tables may change places, and that a row which is not there does nothing.

    All tables at once; one by one only to name the one that matters.
    """
    tables = [x.name for x in model.spec.tables if not x.ordered and len(rows[x.name])]
    for changed, what in (
        (_shuffled, "the order of rows of {} matters"),
        (_with_absent, "a row of {} that is not active changes results"),
    ):
        if _unmoved(model, changed(model.spec, rows, values, tables, seed), batch, seed):
            continue
        for name in tables:
            alone = changed(model.spec, rows, values, [name], seed)
            _hold(_unmoved(model, alone, batch, seed), f"{model.spec.name}: {what.format(name)}")
        _hold(False, f"{model.spec.name}: {what.format('several tables together')}")


def _unmoved(model: Model, changed: tuple[Tables, Values, str], batch: Batch, seed: int) -> bool:
    rows, values, inactive = changed
    return _close(model.spec, batch, run_batch(model, rows, values, seed=seed, inactive=inactive), 1e-9)


def _shuffled(
    spec: ModelSpec, rows: Tables, values: Values, tables: list[str], seed: int
) -> tuple[Tables, Values, str]:
    """The same rows of some tables in another order."""
    rng, moved, given = np.random.default_rng(seed), dict(rows), dict(values)
    for name in tables:
        old = rows[name]
        order: list[int] = rng.permutation(len(old)).tolist()
        columns = {x: tuple(column[i] for i in order) for x, column in old.columns.items()}
        moved[name] = Rows(tuple(old.ids[i] for i in order), columns)
        given |= {x.name: values[x.name][:, order] for x in spec.inputs if x.per == name}
    return moved, given, ""


def _with_absent(
    spec: ModelSpec, rows: Tables, values: Values, tables: list[str], seed: int
) -> tuple[Tables, Values, str]:
    """Some tables with one more row, like their first, that is not active."""
    more, given = dict(rows), dict(values)
    for name in tables:
        old = rows[name]
        more[name] = Rows((*old.ids, "~absent"), {x: (*column, column[0]) for x, column in old.columns.items()})
        wider = {x.name: values[x.name] for x in spec.inputs if x.per == name}
        given |= {x: np.concatenate([column, column[:, :1]], axis=1) for x, column in wider.items()}
    return more, given, "~absent"


def _close(spec: ModelSpec, one: Batch, other: Batch, rtol: float) -> bool:
    """Whether outcomes agree: numbers and times to a tolerance, counts, flags and statuses exactly."""
    return np.array_equal(one["status"], other["status"]) and all(
        _agree(x, one[x.name], other[x.name], rtol) for x in spec.scalars
    )


def _agree(outcome: Outcome, one: Any, other: Any, rtol: float) -> bool:
    tolerance = rtol if outcome.kind in ("number", "time") else 0.0
    return np.allclose(one, np.asarray(other, np.float64), rtol=tolerance, atol=tolerance, equal_nan=True)


def _check_chance(model: Model, rows: Tables, values: Values, batch: Batch, seed: int) -> None:
    again = run_batch(model, rows, values, seed=seed + 1)
    if model.spec.streams:
        _hold(not _same(batch, again), f"{model.spec.name}: declares streams of chance, but the seed changes nothing")
        other = run_batch(model, rows, values, seed=seed, replicate=1)
        _hold(not _same(batch, other), f"{model.spec.name}: declares streams of chance, but replicates are alike")
    else:
        _hold(_same(batch, again), f"{model.spec.name}: declares no stream of chance, but the seed matters")


def _check_single(spec: ModelSpec, double: Batch, single: Batch, rtol: float) -> None:
    alike = float(np.count_nonzero(double["status"] == single["status"])) / len(double["status"])
    _hold(alike >= FLAGS_ALIKE, f"{spec.name}: statuses agree between float32 and float64 in only {alike:.2%} of runs")
    good = (double["status"] == 0) & (single["status"] == 0)
    _hold(bool(good.any()), f"{spec.name}: no run inside the ranges is good")
    for x in spec.scalars:
        a, b = double[x.name][good], single[x.name][good].astype(np.float64)
        same = a == b
        if x.kind in ("number", "time"):
            finite = np.isfinite(a) & np.isfinite(b)
            scale = float(np.max(np.abs(a[finite]), initial=0.0)) or 1.0
            same[finite] = np.abs(a[finite] - b[finite]) <= rtol * scale
        share = float(np.count_nonzero(same)) / len(a)
        _hold(
            share >= FLAGS_ALIKE,
            f"{spec.name}: {x.name} agrees between float32 and float64 in only {share:.2%} of runs",
        )


def _check_recompiling(model: Model, rows: Tables, values: Values, seed: int) -> None:
    compiled: Any = getattr(kernel(model, "float64"), "compiled")  # noqa: B009
    before = compiled._cache_size()
    run_batch(model, rows, {name: x[::-1].copy() for name, x in values.items()}, seed=seed + 2)
    _hold(compiled._cache_size() == before, f"{model.spec.name}: other numbers made it compile again")


def _check_oracle(
    model: Model,
    rows: Tables,
    values: Values,
    batch: Batch,
    oracle: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    rtol: float,
) -> None:
    series = run_batch(model, rows, values, series=True)
    for run in range(len(batch["status"])):
        if batch["status"][run]:
            continue
        expected = oracle({name: x[run] for name, x in values.items()})
        for x in model.spec.outcomes:
            found = (series if x.per else batch)[x.name][run]
            if not _agree(x, found, expected[x.name], rtol):
                raise ConformanceError(
                    f"{model.spec.name}: run {run}, {x.name}: {found} is not the oracle's {expected[x.name]}"
                )
