"""Measure, interleaved and in one process, and write `benchmarks/README.md`.

The machines are shared and noisy, so every comparison is a ratio taken within a round,
and the table shows the median of the rounds; nothing here is asserted by a test.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import jax
import numpy as np

from benchmarks.feba_numpy import campaigns
from vallum.case import compile_case, load_case
from vallum.models import feba_expansion
from vallum.models.feba_expansion_oracle import campaign
from vallum.study import lanes
from vallum.study.designs import Design
from vallum.study.lanes import kernel, sweep

ROUNDS = 5
RUNS = 262_144
NUMPY = "NumPy, vectorised over runs, float64"
CALCULATOR = 940  # runs a second of the published R function, as reported; not measured here
OUT = Path(__file__).parent / "README.md"
BY_HAND = "## Noted by hand"


def inputs(runs: int) -> tuple[dict, dict]:
    superset = compile_case(load_case("central-europe-1984"))
    values = superset.values(0, Design("sobol", runs).quantiles(len(superset.factors)), lambda *_: np.zeros(0))
    shared = {name: x for name, x in values.items() if name.endswith("_supply")}
    return shared, {name: x for name, x in values.items() if name not in shared}


def rate(work: Callable[[], object], runs: int) -> float:
    started = time.perf_counter()
    work()
    return runs / (time.perf_counter() - started)


def ways(shared: dict, own: dict) -> dict[str, tuple[Callable[[], object], int]]:
    """Every implementation to compare: what to call, and how many runs that is."""
    structure = feba_expansion.plan({"clock": range(100)})
    ids = np.arange(RUNS, dtype=np.uint32), np.zeros(RUNS, np.uint32)
    pool = ThreadPoolExecutor(os.cpu_count())

    def engine(dtype: str) -> Callable[[], object]:
        cast = {name: x.astype(dtype) for name, x in own.items()}
        program = kernel(feba_expansion, dtype)
        return lambda: sweep(program, structure, shared, cast, 0, *ids, pool)

    few, fewer = 8192, 64
    some = {name: x[:few] for name, x in own.items()}
    one_by_one = [{name: x[i] for name, x in own.items()} | shared for i in range(fewer)]
    return {
        "Vallum, float32, all cores": (engine("float32"), RUNS),
        "Vallum, float64, all cores": (engine("float64"), RUNS),
        NUMPY: (lambda: campaigns({**some, **shared}), few),
        "plain Python oracle, float64": (lambda: [campaign(x) for x in one_by_one], fewer),
    }


def widths(shared: dict, own: dict) -> dict[int, list[float]]:
    """Runs a second by width of a batch, in float32; the widths interleaved."""
    structure = feba_expansion.plan({"clock": range(100)})
    kept = lanes.LANES, lanes.BLOCKS
    found: dict[int, list[float]] = {}
    runs = 65536
    cast = {name: x[:runs].astype("float32") for name, x in own.items()}
    ids = np.arange(runs, dtype=np.uint32), np.zeros(runs, np.uint32)
    pool = ThreadPoolExecutor(os.cpu_count())
    programs = {}
    for width in (64, 128, 256, 512, 1024):
        lanes.LANES, lanes.BLOCKS = width, lanes.CALL // width
        lanes._kernel.cache_clear()
        programs[width] = kernel(feba_expansion, "float32")
        sweep(programs[width], structure, shared, cast, 0, *ids, pool)
    for _ in range(ROUNDS):
        for width, program in programs.items():
            work = partial(sweep, program, structure, shared, cast, 0, *ids, pool)
            found.setdefault(width, []).append(rate(work, runs))
    lanes.LANES, lanes.BLOCKS = kept
    lanes._kernel.cache_clear()
    return found


MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def whole_command(futures: int) -> tuple[float, float]:
    """Seconds and GiB of `vallum run` in a new process with a warm cache of compiled programs; best of three."""
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "vallum.cli", "run", "central-europe-1984", "--out", f"{folder}/s"]
            command += ["--futures", str(futures)]
            started = time.perf_counter()
            child = [sys.executable, "-c", MEASURED, *command]
            memory = subprocess.run(child, check=True, capture_output=True, text=True).stdout
            found.append((time.perf_counter() - started, int(memory) / 2**20))
    return min(found)


def implementations(shared: dict, own: dict) -> list[str]:
    """The table of implementations, as lines of Markdown."""
    table = ways(shared, own)
    for work, _ in table.values():
        work()
    rates: dict[str, list[float]] = {name: [] for name in table}
    for _ in range(ROUNDS):
        for name, (work, runs) in table.items():
            rates[name].append(rate(work, runs))
    lines = ["| implementation | runs a second | times NumPy | times the R calculator |", "|---|---|---|---|"]
    for name, found in rates.items():
        ratio = statistics.median(x / y for x, y in zip(found, rates[NUMPY], strict=True))
        speed = statistics.median(found)
        lines.append(f"| {name} | {speed:,.0f} | {ratio:.3g} | {speed / CALCULATOR:,.1f} |")
    return [*lines, f"| published R calculator, `sim()` (as reported, another machine) | {CALCULATOR} | | 1 |"]


def own_section(module: str) -> str:
    """A section from a process of its own, which pins itself to one core where its heading says so."""
    made = subprocess.run([sys.executable, "-m", module], check=True, capture_output=True, text=True)
    return made.stdout


def by_hand() -> str:
    """What the page says that is not measured here; it stays."""
    page = OUT.read_text() if OUT.exists() else ""
    return page[page.index(BY_HAND) :] if BY_HAND in page else f"{BY_HAND}\n"


def main() -> None:
    shared, own = inputs(RUNS)
    machine = f"{os.cpu_count()} cores, {processor()}; Python {platform.python_version()}"
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`. Machines are shared and noisy: compare the ratios. They are medians of the ratios",
        "within rounds, so they need not be the ratios of the medians beside them.",
        "",
        f"{date.today().isoformat()}; {machine}, jax {jax.__version__}, numpy {np.__version__}; "
        f"median of {ROUNDS} interleaved rounds.",
        "",
        "## Attrition-FEBA expansion, 100 days, the ranges of `central-europe-1984`",
        "",
        *implementations(shared, own),
        "",
        "## Width of a batch (LANES), float32, all cores",
        "",
        "| lanes | runs a second | against 512 |",
        "|---|---|---|",
    ]
    by_width = widths(shared, own)
    for width, found in by_width.items():
        ratio = statistics.median(x / y for x, y in zip(found, by_width[512], strict=True))
        lines.append(f"| {width} | {statistics.median(found):,.0f} | {ratio:.2f} |")
    seconds, memory = whole_command(2**20)
    lines += [
        "",
        "## The whole command",
        "",
        "`vallum run central-europe-1984 --futures 1048576`: 3 options, 14 outcomes and every input stored; new",
        f"process, warm cache of compiled programs, best of 3: **{seconds:.1f} s, {memory:.2f} GiB**.",
        "",
        own_section("benchmarks.theatre"),
        own_section("benchmarks.campaign"),
        own_section("benchmarks.crisis"),
        by_hand(),
    ]
    OUT.write_text("\n".join(lines))
    sys.stdout.write(OUT.read_text())


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor() or shutil.which("uname") or "unknown"


if __name__ == "__main__":
    main()
