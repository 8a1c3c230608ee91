"""Run a study: a case, a design and a model become a store of labelled results.

The work is cut into shards (a range of futures under one option). A shard is computed by
all workers together, or, where it is too small for that, several at once by one each; in
their order they are written and checked into the journal. Whatever ends the process, only
what was being computed is lost, and because every number has an address (`draws`,
`lanes`), finishing later gives the same bits.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from vallum.case import Case
from vallum.registry import Model, find_model
from vallum.study import layout
from vallum.study.designs import Design
from vallum.study.errors import StudyError
from vallum.study.fans import write_fans
from vallum.study.futures import FutureTable
from vallum.study.lanes import Kernel, kernel
from vallum.study.machine import differences, machine, model_digest
from vallum.study.store import ARRAYS, JOURNAL, Shard, Store, StoreError, create_store, open_store, sole_writer
from vallum.study.study import Study
from vallum.study.work import Precision, Settings, Work, whole

if TYPE_CHECKING:
    from hashlib import _Hash as Hash  # pyright: ignore[reportPrivateUsage]

    from jaxtyping import Shaped

DEFAULT_FUTURES = 65_536
SHARD = 262_144


class Progress(Protocol):
    """What a study tells while it runs."""

    def __call__(self, done: int, total: int, failures: int) -> None:
        """Runs that are done, runs in all, and runs with a bad status so far."""
        ...


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
    fans: bool = True,
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
    fans : bool
        Keep fans of the series; without them a study of many options takes half the time. Decides no run; a study
        that is complete is taken as it is.

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
    threads = whole("workers", workers) if workers is not None else os.cpu_count() or 1
    if table and design:
        raise StudyError("a table of explicit futures is a design; give one or the other")
    chosen = table.design if table else design or Design("sobol", DEFAULT_FUTURES)
    settings = Settings(chosen, replicates, dtype, table.digest if table else "")
    if replicates != 1 and not model.spec.streams:
        raise StudyError(
            f"model {model.spec.name!r} has no chance within a run: replicates must be 1, not {replicates}"
        )
    size = max(1, whole("shard", shard) // replicates)
    place = Path(folder)
    if not overwrite and _is_there(place, settings.identity(case, model)):
        return Study(place)
    work = Work(case, model, settings, table, fans)
    with sole_writer(place), ThreadPoolExecutor(threads) as pool:
        store = _prepare(work, place, size, resume, allow_mixed, overwrite)
        try:
            _run(work, store, pool, threads, progress)
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(
                f"cannot write to {place}: {reason}; what is done is kept: finish with --resume"
            ) from error
    return Study(place)


def _is_there(folder: Path, identity: str) -> bool:
    """Whether a folder holds the whole study already."""
    if not (folder / ARRAYS).is_dir():
        return False
    store = open_store(folder, mode="r")
    return store.attributes["identity"] == identity and store.attributes["complete"] and not store.missing()


def _prepare(work: Work, folder: Path, shard: int, resume: bool, allow_mixed: bool, overwrite: bool) -> Store:
    """Make the store, or open the one to go on with."""
    if (folder / "case.toml").exists():
        raise StoreError(f"{folder} is the folder of a case; keep the study in another one")
    if overwrite:
        shutil.rmtree(folder / ARRAYS, ignore_errors=True)
        (folder / JOURNAL).unlink(missing_ok=True)
    if not (folder / ARRAYS).exists():
        (folder / JOURNAL).unlink(missing_ok=True)
        attributes = layout.attributes(work.model.spec, work.case, work.superset, work.settings.design, work.sizes) | {
            "point_options": [work.alike(option) for option in range(len(work.superset.options))],
            "identity": work.identity,
            "model_digest": model_digest(work.model),
            "settings": asdict(work.settings),
            "shard": shard,
            "order": [x.name for x in work.variables if x.attributes["role"] != "coordinate"],
            "machine": machine(),
        }
        fill = partial(layout.write_coordinates, case=work.case, superset=work.superset, design=work.settings.design)
        return create_store(folder, work.variables, work.sizes, shard, attributes, fill)
    store = open_store(folder)
    there = store.attributes
    if there["identity"] != work.identity:
        design = there["settings"]["design"]
        raise StoreError(
            f"{folder} holds another study (case {there['case_name']}, {design['futures']:,} futures, "
            f"seed {design['seed']}, {there['settings']['dtype']}); overwrite it (--overwrite) or choose another folder"
        )
    if not resume:
        state = "this study, but has lost parts of it" if there["complete"] else "an unfinished run of this study"
        raise StoreError(f"{folder} holds {state}; resume it (--resume) or overwrite it (--overwrite)")
    differing = differences(machine(), there["machine"])
    if differing and not allow_mixed:
        raise StoreError(
            f"{folder} was begun on another kind of machine, so its bits would be mixed; "
            "allow that (--allow-mixed) or overwrite it (--overwrite)\n  " + "\n  ".join(differing)
        )
    if differing:
        store.update_attributes(mixed=[*there.get("mixed", []), differing])
    return store


def _run(work: Work, store: Store, pool: ThreadPoolExecutor, threads: int, progress: Progress | None) -> None:
    """Compute, write and commit every shard that is not in the store yet; then the fans, and it is complete."""
    aside = ThreadPoolExecutor(1)
    try:
        told = range(len(work.superset.options)) if work.fans else ()
        series = [aside.submit(work.series, option) for option in told]
        facts = _run_shards(work, store, pool, threads, progress)
        if work.fans:
            write_fans(store, work.model, [x.result() for x in series])
        store.finish(**facts)
    finally:
        aside.shutdown(cancel_futures=True)


def _run_shards(
    work: Work, store: Store, pool: ThreadPoolExecutor, threads: int, progress: Progress | None
) -> dict[str, Any]:
    """Compute, write and commit what is missing; returns the failures and the digest of the whole study."""
    design, replicates = work.settings.design, work.settings.replicates
    shards = list(work.shards(store.attributes["shard"]))
    total = len(work.superset.options) * design.futures * replicates
    committed = store.committed()
    program = kernel(work.model, work.settings.dtype)
    hashes = {x.name: hashlib.sha256() for x in work.variables if "future" in x.dims and x.name != "scramble"}
    done = failures = 0
    calls = -(-min(store.attributes["shard"], design.futures) * replicates // program.call)
    missing = [shard for shard in shards if shard not in committed]
    ahead = 1 if calls >= threads else 1 + -(-threads // calls)  # one of them is being written
    with closing(_computed(work, program, missing, pool, ahead)) as computed:
        for shard in shards:
            blocks = store.intact(shard, committed[shard]) if shard in committed else None
            if blocks is None:
                blocks = work.shard(program, shard, pool) if shard in committed else next(computed)
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


def _computed(
    work: Work, program: Kernel, shards: Sequence[Shard], pool: ThreadPoolExecutor, ahead: int
) -> Generator[dict[str, Shaped[np.ndarray, "..."]], None, None]:
    """Every stored array of each shard in turn; so many shards are under way at once."""
    waiting: deque[Future[dict[str, Any]]] = deque()
    with ThreadPoolExecutor(ahead) as several:
        try:
            for shard in shards:
                waiting.append(several.submit(work.shard, program, shard, pool))
                if len(waiting) == ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            several.shutdown(cancel_futures=True)


def _digest(total: Hash, block: Shaped[np.ndarray, "..."]) -> None:
    total.update(np.ascontiguousarray(block).data)
