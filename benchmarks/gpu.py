"""Theatre models on an accelerator: the same runs as on the CPU, and how many a second.

In two steps, because a machine with an accelerator may lack what reading a case needs:

    python -m benchmarks.gpu prepare FILE.npz [CASE]    where Vallum is installed: inputs, and results of the CPU
    python benchmarks/gpu.py check FILE.npz             where JAX and an accelerator are, with src on PYTHONPATH
"""

from __future__ import annotations

import pickle
import sys
import time
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

FUTURES = 4096
WIDTHS = (1024, 16_384)
CLOSE = 1e-4  # across kinds of devices, relative


def model_of(name: str) -> Any:
    """The module of a theatre model, without asking the registry."""
    from vallum.models import theatre
    from vallum.models.theatre import campaign

    return {"theatre": theatre, "campaign": campaign}[name]


def prepare(file: Path, name: str) -> None:
    """Write the inputs of some futures of a case's first option, and what the CPU makes of them."""
    from vallum.case import load_case
    from vallum.study.designs import Design
    from vallum.study.lanes import kernel, sweep
    from vallum.study.work import Settings, Work

    case = load_case(name)
    model = model_of(case.model)
    work = Work(case, model, Settings(Design("sobol", FUTURES, 0)), None)
    futures = np.arange(FUTURES, dtype=np.uint32)
    values = work.inputs(0, futures)
    shared = {x: v for x, v in values.items() if model.spec.input(x).per and v.ndim == 1}
    own = {x: v.astype(np.float32) for x, v in values.items() if x not in shared}
    shared |= {f"{table}.active": mask[0] for table, mask in work.superset.active.items()}
    found = sweep(kernel(model, "float32"), work.structure, shared, own, 0, futures, np.zeros_like(futures))
    file.write_bytes(zlib.compress(pickle.dumps((case.model, work.structure, shared, own, found)), 1))
    print(f"{file}: {file.stat().st_size / 2**20:.1f} MiB, {FUTURES} futures of {case.name}")


def check(file: Path) -> None:
    """Run the same futures here; say how far they are from the CPU's, and how fast they went."""
    import jax

    from vallum.study.lanes import kernel, sweep

    name, structure, shared, own, expected = pickle.loads(zlib.decompress(file.read_bytes()))
    model = model_of(name)
    print(jax.__version__, jax.devices())
    futures = np.arange(FUTURES, dtype=np.uint32)
    for width in WIDTHS:
        wide: Any = SimpleNamespace(spec=model.spec, plan=model.plan, run=model.run, LANES=width)
        wide = type("Wide", (), {"__hash__": object.__hash__, **wide.__dict__, "run": staticmethod(model.run)})()
        program = kernel(wide, "float32")
        repeat = np.resize(futures, max(FUTURES, program.call))
        mine = {x: v[repeat] for x, v in own.items()}
        for _ in range(2):
            start = time.perf_counter()
            found = sweep(program, structure, shared, mine, 0, repeat, np.zeros_like(repeat))
            seconds = time.perf_counter() - start
        print(f"{name}, {width} lanes: {len(repeat) / seconds:,.0f} runs a second")
        if width == WIDTHS[0]:
            compare(model.spec, found, expected)


def compare(spec: Any, found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Print for each outcome in how many runs the two devices agree."""
    whole = np.ones(FUTURES, bool)
    for outcome in spec.scalars:
        ours, theirs = (np.asarray(x[outcome.name])[:FUTURES].astype(float) for x in (found, expected))
        both = (ours == theirs) | (np.abs(ours - theirs) <= CLOSE * np.maximum(1.0, np.abs(theirs)))
        if outcome.kind in ("flag", "count"):
            whole &= both
        if not both.all():
            print(
                f"  {outcome.name}: {100 * both.mean():.3f} % of runs agree, largest difference "
                f"{np.nanmax(np.abs(np.where(np.isfinite(theirs - ours), theirs - ours, 0))):.4g}"
            )
    print(f"  every flag and count equal in {100 * whole.mean():.3f} % of runs")


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "eastern-flank-2022")
    else:
        check(Path(sys.argv[2]))
