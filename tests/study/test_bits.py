"""The same runs give the same bits, however the work is cut; and why the width of a batch is fixed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import numpy as np
import pytest

from tests.models import posen
from tests.models.test_feba_expansion import RANGES, ROWS
from tests.study import convoy
from vallum.models import feba_expansion
from vallum.study.designs import Design
from vallum.study.lanes import CALL, kernel, one_run, sweep
from vallum.study.run import run_study
from vallum.study.study import Study
from vallum.testing import random_inputs

RUNS = CALL + 1234
OWN = {
    name: x
    for name, x in random_inputs(feba_expansion.spec, RANGES, ROWS, RUNS).items()
    if not name.endswith("_supply")
}
FUTURE, REPLICATE = np.arange(RUNS, dtype=np.uint32), np.zeros(RUNS, np.uint32)


def run(own, future, replicate, pool=None):
    program = kernel(feba_expansion, "float32")
    return sweep(program, feba_expansion.plan(ROWS), posen.curves(), own, 0, future, replicate, pool)


@pytest.fixture(scope="module")
def whole():
    return run(OWN, FUTURE, REPLICATE)


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_permuted_runs_have_the_same_bits(whole):
    order = np.random.default_rng(0).permutation(RUNS)
    found = run({name: x[order] for name, x in OWN.items()}, FUTURE[order], REPLICATE)
    assert_same({name: x[order] for name, x in whole.items()}, found)


@pytest.mark.parametrize("cut", [1, 333, 5000])
def test_split_runs_have_the_same_bits(whole, cut):
    parts = [
        run({name: x[part] for name, x in OWN.items()}, FUTURE[part], REPLICATE[part])
        for part in (slice(0, cut), slice(cut, RUNS))
    ]
    assert_same(whole, {name: np.concatenate([part[name] for part in parts]) for name in whole})


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_bits(whole, workers):
    with ThreadPoolExecutor(workers) as pool:
        assert_same(whole, run(OWN, FUTURE, REPLICATE, pool))


def test_the_naive_way_gives_other_bits():
    """Batch the runs one by one instead of LANES at a time: another program, rounded otherwise.

    This is why the width is a constant of the engine, and why batches are padded.
    """
    runs = 512
    one = one_run(feba_expansion, np.dtype("float32"), feba_expansion.spec.scalars)
    shared = {name: x.astype(np.float32) for name, x in posen.curves().items()}
    naive = jax.jit(jax.vmap(lambda own, f, r: one(feba_expansion.plan(ROWS), shared, own, (np.uint32(0),) * 2, f, r)))
    own = {name: x[:runs].astype(np.float32) for name, x in OWN.items()}
    singly = [
        naive({name: x[i : i + 1] for name, x in own.items()}, FUTURE[i : i + 1], REPLICATE[i : i + 1])[
            "worst_shortfall"
        ]
        for i in range(runs)
    ]
    together = run({name: x[:runs] for name, x in OWN.items()}, FUTURE[:runs], REPLICATE[:runs])["worst_shortfall"]
    differing = np.mean(np.concatenate(singly) != together)
    assert differing > 0.01
    np.testing.assert_allclose(np.concatenate(singly), together, rtol=1e-3, atol=1e-3)


def study(folder, **arguments):
    return run_study(
        convoy.load(), folder, **{"design": Design("sobol", 512), "replicates": 2, "model": convoy} | arguments
    )


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return study(tmp_path_factory.mktemp("reference") / "study")


def assert_same_study(one, other):
    assert one.digest == other.digest
    for name in one.data:
        np.testing.assert_array_equal(one.data[name].to_numpy(), other.data[name].to_numpy(), err_msg=name)


@pytest.mark.parametrize(("workers", "shard"), [(1, 512), (2, 64), (3, 100)])
def test_a_study_does_not_depend_on_workers_and_shards(tmp_path, reference, workers, shard):
    assert_same_study(reference, study(tmp_path / "other", workers=workers, shard=shard))


def test_a_longer_study_begins_with_the_shorter_one(tmp_path, reference):
    longer = study(tmp_path / "longer", design=Design("sobol", 1024))
    for name in (*reference.names("outcome"), *reference.names("input"), "status"):
        head = longer.data[name].isel(future=slice(0, 512)) if "future" in longer.data[name].dims else longer.data[name]
        np.testing.assert_array_equal(reference.data[name].to_numpy(), head.to_numpy(), err_msg=name)


def test_adding_an_option_or_a_row_changes_no_other_run(tmp_path, reference):
    more = (
        convoy.CASE
        + '\n[options.fewer]\ntitle = "Fewer"\nrows = [{ table = "formations", row = "A", active = false }]\n'
    )
    more = more.replace("[options.forward]", '[options.nothing]\ntitle = "Nothing new"\n\n[options.forward]')
    rows = convoy.FORMATIONS.replace("A,one", "Z,three,1,1,2,3\nA,one")
    changed = run_study(
        convoy.load(more, rows), tmp_path / "more", design=Design("sobol", 512), replicates=2, model=convoy
    )
    for option in ("today", "forward", "without"):
        one, other = reference.data["late"].sel(option=option), changed.data["late"].sel(option=option)
        late_z = other - one  # the new row may come late itself, and touches no other row's luck
        assert set(np.unique(late_z)) <= {0, 1}


def test_options_meet_the_same_luck(reference):
    today, without = (reference.data["arrived"].sel(option=x).to_numpy() for x in ("today", "without"))
    assert (without <= today).all()


WORKER = textwrap.dedent(
    """
    import sys
    from tests.study import convoy
    from vallum.study.designs import Design
    from vallum.study.run import run_study
    def progress(done, total, failures):
        print(done, flush=True)
    run_study(convoy.load(), sys.argv[1], design=Design("sobol", 512), replicates=2, model=convoy,
              shard=32, resume=True, progress=progress)
    """
)


def killed_after(folder, shards, seconds):
    """Run the study in a process that is killed outright some time after so many shards; what it had reported."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=root)
    reported = 0
    for line in process.stdout:
        reported = int(line)
        shards -= 1
        if shards == 0:
            time.sleep(seconds)  # in the middle of computing, writing or committing a later shard
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    reported = max([reported, *(int(line) for line in process.stdout if line.endswith("\n"))])
    process.stdout.close()
    return reported, process.returncode


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL on Windows")
def test_a_study_killed_at_random_moments_ends_with_the_same_bits(tmp_path, reference):
    rng = np.random.default_rng(7)
    folder = tmp_path / "killed"
    for first in (3, 14, 25):  # of 48 shards; a resumed run reports those that are there first
        reported, code = killed_after(folder, first + int(rng.integers(0, 8)), rng.uniform(0, 0.03))
        assert code == -signal.SIGKILL
        kept = sum((x.stop - x.start) * 2 for x in Study(folder)._store.committed())
        assert kept >= reported  # nothing that was reported is lost: at most the shard in progress
        assert not Study(folder).complete
    assert_same_study(reference, study(folder, resume=True))
