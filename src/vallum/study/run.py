"""Run a study: a case, a design and a model become a store of labelled results.

The work is cut into shards (a range of futures under one option). A shard is computed by
all workers together, written, checked into the journal, and only then comes the next:
whatever ends the process, at most one shard is lost, and because every number has an
address (`draws`, `lanes`), finishing later gives the same bits.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from vallum.case import Case, Superset, compile_case
from vallum.registry import Model, find_model
from vallum.study import layout
from vallum.study.designs import Design
from vallum.study.draws import row_noise
from vallum.study.errors import StudyError
from vallum.study.fans import write_fans
from vallum.study.futures import FutureTable
from vallum.study.lanes import Kernel, in_precision, kernel, sweep
from vallum.study.machine import differences, machine, model_digest
from vallum.study.store import ARRAYS, JOURNAL, Shard, Store, StoreError, create_store, open_store, sole_writer
from vallum.study.study import Study

if TYPE_CHECKING:
    from hashlib import _Hash as Hash  # pyright: ignore[reportPrivateUsage]

    from jaxtyping import Float64, Shaped

SHARD = 262_144
Precision = Literal["float32", "float64"]


class Progress(Protocol):
    """What a study tells while it runs."""

    def __call__(self, done: int, total: int, failures: int) -> None:
        """Runs that are done, runs in all, and runs with a bad status so far."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides which runs a study has; with the case and the model, its identity.

    Parameters
    ----------
    design : Design
    replicates : int
        Draws of chance inside each future; 1 for a model without chance.
    dtype : {"float32", "float64"}
    table : str
        Digest of the table of explicit futures, empty without one.
    """

    design: Design
    replicates: int = 1
    dtype: Precision = "float32"
    table: str = ""

    def __post_init__(self) -> None:
        if self.replicates < 1:
            raise StudyError(f"{self.replicates} replicates: a study has at least one")
        if self.dtype not in ("float32", "float64"):
            raise StudyError(f"no precision is called {self.dtype!r}; choose float32 or float64")

    def identity(self, case: Case, model: Model) -> str:
        """SHA-256 of everything that decides the results, the machine apart."""
        parts = [case.digest, model.spec.name, model_digest(model), asdict(self.design), self.replicates, self.dtype]
        return hashlib.sha256(json.dumps([*parts, self.table]).encode()).hexdigest()


def study_folder(case: Case, settings: Settings, model: Model | None = None, root: Path = Path("results")) -> Path:
    """Where a study is kept unless the analyst says otherwise: case name and start of its identity."""
    return root / f"{case.name}-{settings.identity(case, model or find_model(case.model))[:8]}"


def run_study(
    case: Case,
    folder: Path | str,
    *,
    design: Design | None = None,
    table: FutureTable | None = None,
    replicates: int = 1,
    dtype: Precision = "float32",
    model: Model | None = None,
    workers: int | None = None,
    shard: int = SHARD,
    resume: bool = False,
    allow_mixed: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Study:
    """Run every option of a case over every future of a design, and store the results.

    Parameters
    ----------
    case : Case
    folder : path
        Where the study is kept; see `study_folder`.
    design : Design, optional
        65,536 futures of 16 scrambled Sobol' sequences unless given.
    table : FutureTable, optional
        Explicit futures instead of a design.
    replicates : int
        Draws of chance within each future.
    dtype : {"float32", "float64"}
    model : Model, optional
        The model registered under the case's `model` unless given.
    workers : int, optional
        Threads that share the compiled program; one a core unless given. Does not change a bit.
    shard : int
        Futures in the unit of commitment. Does not change a bit.
    resume : bool
        Finish what an interrupted run of the same study left.
    allow_mixed : bool
        Resume although engine, libraries or device differ from those that began.
    overwrite : bool
        Discard what the folder holds.
    progress : Progress, optional
        Called after every shard.

    Returns
    -------
    Study
        Complete, opened from disk. A complete study of the same identity is returned as it is.

    Raises
    ------
    StoreError
        If the folder holds another study, or an interrupted one and `resume` is not set,
        or one begun on another kind of machine, or another process writes to it.
    StudyError
        If the study has no replicate, worker or shard, a precision that is none, or
        replicates of a model without chance.
    FuturesError
        If `table` does not fit the case.
    """
    model = model or find_model(case.model)
    settings = Settings(
        table.design if table else design or Design("sobol", 65536), replicates, dtype, table.digest if table else ""
    )
    for name, number in (("workers", workers), ("shard", shard)):
        if number is not None and number < 1:
            raise StudyError(f"{name} is {number}: at least one is needed")
    if replicates != 1 and not model.spec.streams:
        raise StudyError(
            f"model {model.spec.name!r} has no chance within a run: replicates must be 1, not {replicates}"
        )
    work = _Work(case, model, settings, table)
    with sole_writer(Path(folder)):
        store = _prepare(work, Path(folder), shard, resume, allow_mixed, overwrite)
        if not store.attributes["complete"]:
            with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
                _run(work, store, pool, progress)
    return Study(Path(folder))


class _Work:
    """A study in the making: everything that computing a shard needs."""

    def __init__(self, case: Case, model: Model, settings: Settings, table: FutureTable | None) -> None:
        self.case, self.model, self.settings = case, model, settings
        self.identity = settings.identity(case, model)
        self.superset: Superset = compile_case(case)
        self.given = table.checked(case, self.superset) if table else None
        self.structure: Any = model.plan(self.superset.rows)
        self.quantiles: Float64[np.ndarray, "future factor"] = self.superset.correlate(
            settings.design.quantiles(len(self.superset.factors))
        )
        self.variables = layout.variables(
            model.spec, case, self.superset, settings.design.futures, settings.dtype, tuple(self.given or ())
        )
        self.sizes = layout.sizes(model.spec, self.superset, settings.design.futures, settings.replicates)

    def alike(self, option: int) -> bool:
        """Whether all runs of an option are the same: nothing uncertain, no chance. One then stands for all."""
        return self.superset.certain(option) and not self.model.spec.streams and not self.given

    def shards(self, size: int) -> Iterator[Shard]:
        """The study cut into pieces of at most `size` futures; an option whose runs are all alike is one piece."""
        futures = self.settings.design.futures
        for option in range(len(self.superset.options)):
            step = futures if self.alike(option) else size
            for start in range(0, futures, step):
                yield Shard(option, start, min(start + step, futures))

    def inputs(self, option: int, start: int, stop: int) -> dict[str, Shaped[np.ndarray, "..."]]:
        """Every input of the futures in a range, as float64."""
        futures = np.arange(start, stop, dtype=np.uint32)

        def noise(name: str, ids: tuple[str, ...]) -> Float64[np.ndarray, "future row"]:
            return row_noise(self.settings.design.seed, futures, name, ids)

        given = {name: column[start:stop] for name, column in self.given.items()} if self.given else None
        return self.superset.values(option, self.quantiles[start:stop], noise, given)

    def outcomes(
        self,
        program: Kernel,
        option: int,
        values: Mapping[str, Shaped[np.ndarray, "..."]],
        start: int,
        pool: ThreadPoolExecutor | None = None,
    ) -> dict[str, Shaped[np.ndarray, "future replicate ..."]]:
        """Run consecutive futures from `start` on; `values` says how many."""
        shared = {name: x for name, x in values.items() if self.model.spec.input(name).per and x.ndim == 1}
        shared |= {f"{table}.active": mask[option] for table, mask in self.superset.active.items()}
        own = {name: x for name, x in values.items() if name not in shared}
        futures, replicates = len(next(iter(own.values()))), self.settings.replicates
        if replicates > 1:
            own = {name: np.repeat(x, replicates, axis=0) for name, x in own.items()}
        future = np.repeat(np.arange(start, start + futures, dtype=np.uint32), replicates)
        replicate = np.tile(np.arange(replicates, dtype=np.uint32), futures)
        runs = sweep(program, self.structure, shared, own, self.settings.design.seed, future, replicate, pool)
        return {name: x.reshape(futures, replicates, *x.shape[1:]) for name, x in runs.items()}

    def _inputs_to_store(
        self,
        option: int,
        values: Mapping[str, Shaped[np.ndarray, "..."]],
        quantiles: Float64[np.ndarray, "future factor"],
    ) -> dict[str, Shaped[np.ndarray, " future"]]:
        """The inputs as stored; those that no option changes go with the first option."""
        factors = {layout.quantile_name(x): quantiles[:, place] for place, x in enumerate(self.superset.factors)}
        kept = [x for x in self.variables if x.attributes["role"] in ("input", "quantile") and "future" in x.dims]
        columns = {**factors, **values}
        return {
            x.name: in_precision(columns[x.name], np.dtype(x.dtype))
            for x in kept
            if x.dims[0] == "option" or option == 0
        }

    def shard(self, program: Kernel, shard: Shard, pool: ThreadPoolExecutor) -> dict[str, Shaped[np.ndarray, "..."]]:
        """Every stored array of a shard, outcomes and inputs."""
        option, size, alike = shard.option, shard.stop - shard.start, self.alike(shard.option)
        stop = shard.start + 1 if alike else shard.stop
        values = self.inputs(option, shard.start, stop)
        blocks = self.outcomes(program, option, values, shard.start, pool)
        blocks |= self._inputs_to_store(option, values, self.quantiles[shard.start : stop])
        if alike:
            blocks = {name: np.repeat(block, size, axis=0) for name, block in blocks.items()}
        return blocks


def _prepare(work: _Work, folder: Path, shard: int, resume: bool, allow_mixed: bool, overwrite: bool) -> Store:
    """Make the store, or open the one to go on with."""
    if (folder / "case.toml").exists():
        raise StoreError(f"{folder} is the folder of a case; keep the study in another one")
    if overwrite:
        shutil.rmtree(folder / ARRAYS, ignore_errors=True)
        (folder / JOURNAL).unlink(missing_ok=True)
    if not (folder / ARRAYS).exists():
        (folder / JOURNAL).unlink(missing_ok=True)
        attributes = layout.attributes(work.model.spec, work.case, work.superset, work.settings.design, work.sizes) | {
            "identity": work.identity,
            "model_digest": model_digest(work.model),
            "settings": asdict(work.settings),
            "shard": shard,
            "order": [x.name for x in work.variables if x.attributes["role"] != "coordinate"],
            "machine": machine(),
        }
        store = create_store(folder, work.variables, work.sizes, shard, attributes)
        layout.write_coordinates(store, work.case, work.superset, work.settings.design)
        return store
    store = open_store(folder)
    there = store.attributes
    if there["identity"] != work.identity:
        design = there["settings"]["design"]
        raise StoreError(
            f"{folder} holds another study (case {there['case_name']}, {design['futures']:,} futures, "
            f"seed {design['seed']}, {there['settings']['dtype']}); overwrite it (--overwrite) or choose another folder"
        )
    if there["complete"]:
        return store
    if not resume:
        raise StoreError(
            f"{folder} holds an unfinished run of this study; resume it (--resume) or overwrite it (--overwrite)"
        )
    differing = differences(machine(), there["machine"])
    if differing and not allow_mixed:
        raise StoreError(
            f"{folder} was begun on another kind of machine, so its bits would be mixed; "
            "allow that (--allow-mixed) or overwrite it (--overwrite)\n  " + "\n  ".join(differing)
        )
    if differing:
        store.update_attributes(mixed=[*there.get("mixed", []), differing])
    return store


def _run(work: _Work, store: Store, pool: ThreadPoolExecutor, progress: Progress | None) -> None:
    """Compute, write and commit every shard that is not in the store yet; then the fans, and it is complete."""
    aside = ThreadPoolExecutor(1)
    try:
        series = [aside.submit(_series, work, option) for option in range(len(work.superset.options))]
        facts = _run_shards(work, store, pool, progress)
        write_fans(store, work.model, [x.result() for x in series])
        store.finish(**facts)
    finally:
        aside.shutdown(cancel_futures=True)


def _run_shards(work: _Work, store: Store, pool: ThreadPoolExecutor, progress: Progress | None) -> dict[str, Any]:
    """Compute, write and commit what is missing; returns the failures and the digest of the whole study."""
    design, replicates = work.settings.design, work.settings.replicates
    shards = list(work.shards(store.attributes["shard"]))
    total = len(work.superset.options) * design.futures * replicates
    committed = store.committed()
    program = kernel(work.model, work.settings.dtype)
    hashes = {x.name: hashlib.sha256() for x in work.variables if "future" in x.dims and x.name != "scramble"}
    done = failures = 0
    for shard in shards:
        blocks = store.intact(shard, committed[shard]) if shard in committed else None
        if blocks is None:
            blocks = work.shard(program, shard, pool)
            list(pool.map(partial(store.replace, shard), blocks, blocks.values()))
            store.commit(shard, blocks)
        list(pool.map(_digest, (hashes[name] for name in blocks), blocks.values()))
        failures += int(np.count_nonzero(blocks["status"]))
        done += (shard.stop - shard.start) * replicates
        if progress:
            progress(done, total, failures)
    digest = hashlib.sha256(work.identity.encode())
    for name in sorted(hashes):
        digest.update(f"{name} {hashes[name].hexdigest()}\n".encode())
    return {"failures": failures, "digest": digest.hexdigest()}


def _digest(total: Hash, block: Shaped[np.ndarray, "..."]) -> None:
    total.update(np.ascontiguousarray(block).data)


def _series(work: _Work, option: int) -> dict[str, Shaped[np.ndarray, "..."]]:
    """The series of the first futures, for fans."""
    futures = min(layout.FAN_FUTURES, work.settings.design.futures)
    return work.outcomes(kernel(work.model, work.settings.dtype, True), option, work.inputs(option, 0, futures), 0)
