"""A campaign of the shipped case: the compiled program against the same program in NumPy and the scalar twin."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import jax
import numpy as np

from benchmarks.array_numpy import program_of
from vallum.analysis.arms import Arm, with_arms
from vallum.analysis.explanation import _inputs
from vallum.case import load_case
from vallum.models.theatre import campaign, campaign_twin
from vallum.study.designs import Design
from vallum.study.draws import PlainDraws, seed_words
from vallum.study.lanes import kernel, one_run
from vallum.study.work import Settings, Work

CASE, ARM = "eastern-flank-2022", Arm("P1", "capital")
RUNS, TWINS, ROUNDS = 4096, 16, 3
WIDTHS = 128, 512, 2048  # runs that NumPy computes at once; the best of them counts


def numpy_campaigns(work: Work, option: int, futures: Any) -> Callable[[], dict[str, Any]]:
    """Campaigns of some futures, all at once, by NumPy; in the precision of the study."""
    precision = np.dtype(work.settings.dtype)
    run = one_run(work.model, precision, work.model.spec.scalars)
    values = {name: x if x.dtype == bool else x.astype(precision) for name, x in work.inputs(option, futures).items()}
    spec = work.model.spec
    alike = {name for name, x in values.items() if spec.input(name).per and x.ndim == 1}
    block = {name: x[:, None] if name in alike else np.moveaxis(x, 0, -1) for name, x in values.items()}
    block |= {f"{table}.active": mask[option][:, None] for table, mask in work.superset.active.items()}
    words, none = seed_words(work.settings.design.seed), np.zeros_like(futures)

    def whole(block: Any, futures: Any) -> Any:
        return run(work.structure, block, {}, words, futures, none)

    with jax.enable_x64(precision == np.float64):
        program = program_of(whole, block, futures)
    return lambda: program(block, futures)


def compiled_campaigns(work: Work, option: int, futures: Any) -> Callable[[], dict[str, Any]]:
    """The same by the compiled program."""
    values, program = work.inputs(option, futures), kernel(work.model, work.settings.dtype)
    return lambda: work.outcomes(program, option, values, futures, None)


def twin_campaigns(work: Work, option: int, futures: Any) -> Callable[[], list[Any]]:
    """The same by the plain coding, one campaign after the other, in double precision."""
    streams = {name: place for place, name in enumerate(work.model.spec.streams)}
    stage = campaign_twin.plan(work.superset.rows)
    active = {f"{table}.active": mask[option].tolist() for table, mask in work.superset.active.items()}
    given = [(_inputs(work, option, int(x)) | active, int(x)) for x in futures]
    seed = work.settings.design.seed

    def told() -> list[Any]:
        return [campaign_twin.run(stage, values, PlainDraws(seed, x, 0, streams)) for values, x in given]

    return told


def section() -> list[str]:
    """The section of the benchmarks' page, Markdown; on one core, to which the process is pinned meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        width, seconds = measured()
    finally:
        os.sched_setaffinity(0, before)
    told = {
        "compiled": "Vallum, float32",
        "numpy": f"the same array program by NumPy, float32, {width:,} runs at once",
        "twin": "the scalar twin, plain Python, float64",
    }
    return [
        f"## Campaign, `{CASE}`, {ARM.id}, inputs given, one core",
        "",
        "| what | microseconds a campaign | campaigns a second | times NumPy | times the scalar twin |",
        "|---|---|---|---|---|",
        *(_row(words, seconds[name], seconds) for name, words in told.items()),
        "",
    ]


def _row(words: str, mine: float, seconds: dict[str, float]) -> str:
    ratios = [f"{seconds[name] / mine:,.3g}" for name in ("numpy", "twin")]
    return f"| {words} | {1e6 * mine:,.0f} | {1 / mine:,.0f} | {ratios[0]} | {ratios[1]} |"


def measured() -> tuple[int, dict[str, float]]:
    """The width that suits NumPy best, and seconds a campaign of each way: medians of interleaved rounds."""
    work = Work(with_arms(load_case(CASE)), campaign, Settings(Design("sobol", RUNS, 0)), None)
    option = work.superset.options.index(ARM.id)
    futures = np.arange(RUNS, dtype=np.uint32)
    wide = {width: numpy_campaigns(work, option, futures[:width]) for width in WIDTHS}
    width = min(wide, key=lambda x: seconds_each(wide[x], x))
    ways = {
        "compiled": (compiled_campaigns(work, option, futures), RUNS),
        "numpy": (wide[width], width),
        "twin": (twin_campaigns(work, option, futures[:TWINS]), TWINS),
    }
    ways["compiled"][0]()
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (way, runs) in ways.items():
            found[name].append(seconds_each(way, runs))
    return width, {name: median(x) for name, x in found.items()}


def seconds_each(way: Callable[[], object], runs: int) -> float:
    """Seconds a run, once."""
    begun = time.perf_counter()
    way()
    return (time.perf_counter() - begun) / runs


if __name__ == "__main__":
    print("\n".join(section()))
