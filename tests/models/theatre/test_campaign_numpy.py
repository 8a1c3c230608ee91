"""The campaign's array program by NumPy, operation by operation: what the compiler makes of it is the same."""

import jax.numpy as jnp
import numpy as np
import pytest
from benchmarks.array_numpy import program_of
from benchmarks.campaign import numpy_campaigns, twin_campaigns

from vallum.analysis.arms import Arm, plans_of, with_arms
from vallum.case import load_case
from vallum.models.theatre import campaign
from vallum.study.designs import Design
from vallum.study.lanes import kernel
from vallum.study.work import Settings, Work

RUNS = 96


@pytest.mark.heavy
def test_numpy_and_the_compiler_give_the_same_campaigns():
    case = load_case("island-strait")
    arms = Work(with_arms(case), campaign, Settings(Design("sobol", 256, 3), dtype="float64"), None)
    for plan in plans_of(case):
        option = arms.superset.options.index(Arm(case.question.reference, plan).id)
        futures = np.arange(RUNS, dtype=np.uint32)
        compiled = arms.outcomes(kernel(campaign, "float64"), option, arms.inputs(option, futures), futures, None)
        mine = numpy_campaigns(arms, option, futures)()
        assert set(mine) == set(compiled)
        for name, found in compiled.items():
            expected, value = found[:, 0], np.moveaxis(np.asarray(mine[name]), -1, 0)
            if expected.dtype.kind in "bi":
                np.testing.assert_array_equal(value, expected, name)
            elif name == "needed_closed_day":  # who closes at midnight counts on one day or the next, by the last bit
                other = futures[value != expected]
                for run, story in zip(other, twin_campaigns(arms, option, other)(), strict=True):
                    closed = np.asarray(story.outcomes["closed_day"])
                    assert np.abs(closed - min(value[run], expected[run])).min() < 1e-9
                    assert abs(value[run] - expected[run]) == 1
            else:
                np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, i: x[i],
        lambda x, i: x.at[i].add(1.5),
        lambda x, i: x.at[i + 3].set(2.0, mode="drop"),
        lambda x, i: x.at[i + 3].get(mode="fill", fill_value=7.0),
        lambda x, i: jnp.take_along_axis(x, (i % 3)[:, None], axis=1),
        lambda x, i: jnp.sort(x, axis=1),
        lambda x, i: jnp.cumsum(jnp.flip(x, 0), axis=0),
        lambda x, i: (x / 0.0).astype(jnp.int32),
        lambda x, i: (-i - 3) // 2 + (-i) % 3,
        lambda x, i: jnp.round(x * 2.5),
        lambda x, i: jnp.where(x > 0, jnp.argmax(x, axis=0), i[:, None]),
    ],
)
def test_operations_mean_what_they_mean_to_the_compiler(function):
    x = np.random.default_rng(1).normal(size=(4, 4)).astype(np.float32)
    i = np.array([2, 0, 3, 2], np.int32)
    np.testing.assert_array_equal(
        program_of(function, x, i)(x, i), np.asarray(function(jnp.asarray(x), jnp.asarray(i)))
    )
