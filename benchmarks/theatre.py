"""The race of the shipped campaign: a run of the whole race, and movement alone, against the scalar twin."""

from __future__ import annotations

import os
import sys
import time
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tests.models.theatre.cases import race_texts, work_of

from vallum.models import theatre
from vallum.models.theatre import deployment, race
from vallum.models.theatre.routes import plan_network
from vallum.models.theatre.twin import Order, move
from vallum.study.draws import KeyedDraws, run_key, seed_words
from vallum.study.lanes import kernel
from vallum.study.work import Work

RUNS = 4096
TWINS = 64
ROUNDS = 5


def section() -> list[str]:
    """The section of the benchmarks' page, Markdown; on one core, to which the process is pinned meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        whole, alone, twin = measured()
    finally:
        os.sched_setaffinity(0, before)
    return [
        "## Theatre, `eastern-flank-2022`, option P1, one core",
        "",
        "| what | microseconds a run | times the scalar twin |",
        "|---|---|---|",
        f"| the whole race, inputs given, float32 | {1e6 * whole:,.0f} | {twin / whole:,.0f} |",
        f"| movement alone | {1e6 * alone:,.0f} | {twin / alone:,.0f} |",
        f"| the scalar twin's movement, plain Python | {1e6 * twin:,.0f} | 1 |",
        "",
    ]


def measured() -> tuple[float, float, float]:
    """Seconds a run: the whole race, movement alone, the twin's movement; medians of interleaved rounds."""
    work = work_of(race_texts(), RUNS, seed=0, dtype="float32")
    futures = np.arange(RUNS, dtype=np.uint32)
    values, program = work.inputs(0, futures), kernel(theatre, "float32")
    blocks = [_block(work, futures[start : start + theatre.LANES]) for start in range(0, RUNS, theatre.LANES)]
    grid = work.structure.grid
    moved: Any = jax.jit(lambda w, o: deployment.advance(grid, w, o, deployment.begin(grid, o)))
    network, (ways, orders) = plan_network(work.superset.rows), jax.device_get(blocks[0])

    def whole() -> None:
        work.outcomes(program, 0, values, futures, None)

    def alone() -> None:
        for mine in blocks:
            jax.block_until_ready(moved(*mine))

    def twin() -> None:
        for run in range(TWINS):
            told = zip(orders.ready, orders.loads, orders.soldiers, orders.march, orders.rank, strict=True)
            mine = [Order(int(a[run]), int(b[run]), int(c[run]), int(d), int(e[run])) for a, b, c, d, e in told]
            falls = [int(x) for x in orders.falls[:, run]]
            refused = int(orders.refused[run])
            move(network, mine, ways.travel[:, :, run], ways.border[:, run], ways.headway[:, run], refused, falls)

    seconds: dict[str, list[float]] = {"whole": [], "alone": [], "twin": []}
    whole()
    alone()
    for _ in range(ROUNDS):
        for name, work_, runs in (("whole", whole, RUNS), ("alone", alone, RUNS), ("twin", twin, TWINS)):
            begun = time.perf_counter()
            work_()
            seconds[name].append((time.perf_counter() - begun) / runs)
    return median(seconds["whole"]), median(seconds["alone"]), median(seconds["twin"])


def _block(work: Work, futures: np.ndarray) -> tuple[Any, Any]:
    """Ways and orders of a block of runs."""
    per = {x.name for x in theatre.spec.inputs if x.per}
    values = work.inputs(0, futures)
    inputs = {f"{table}.active": mask[0][:, None] for table, mask in work.superset.active.items()}
    for name, x in values.items():
        array = np.asarray(x, np.float32)
        alike = array[:, None] if name in per else np.broadcast_to(array, (len(futures),))
        inputs[name] = array.T if array.ndim == 2 else alike
    given = {name: jnp.asarray(x) for name, x in inputs.items()}
    streams = {name: place for place, name in enumerate(theatre.spec.streams)}
    draws = KeyedDraws(run_key(seed_words(0), futures, np.zeros_like(futures)), streams, np.dtype(np.float32))
    politics = race.decided(work.structure, given, draws)
    return race.measured(work.structure, given), race.ordered(work.structure, given, politics)[0]


if __name__ == "__main__":
    sys.stdout.write("\n".join(section()))
