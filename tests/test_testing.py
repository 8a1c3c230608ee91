"""The public conformance check passes sound models and catches each broken promise."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest

from tests.study import convoy
from vallum.spec import Input, ModelSpec, Outcome
from vallum.testing import ConformanceError, check_model, check_spec

RANGES = {"needed": (1, 8), "delay": (0, 7), "march": (1, 10), "worth": (1, 2)}


@dataclass(frozen=True)
class Variant:
    run: Callable
    spec: ModelSpec = convoy.spec
    plan: Callable = convoy.plan


def changed(change):
    def run(structure, inputs, draws):
        return change(convoy.run(structure, inputs, draws), inputs, draws)

    return Variant(run)


def test_a_sound_model_passes():
    check_model(convoy, RANGES)


def test_an_outcome_of_the_wrong_shape_is_caught():
    with pytest.raises(ConformanceError, match="arrived is declared one number a run"):
        check_model(changed(lambda out, inputs, draws: out | {"arrived": out["arrived_by_day"]}), RANGES)


def test_a_missing_outcome_is_caught():
    with pytest.raises(ConformanceError, match="declared and not returned: late"):
        check_model(changed(lambda out, inputs, draws: {k: v for k, v in out.items() if k != "late"}), RANGES)


def test_an_undeclared_status_is_caught():
    with pytest.raises(ConformanceError, match="status"):
        check_model(changed(lambda out, inputs, draws: out | {"status": jnp.where(inputs["delay"] > 3, 7, 0)}), RANGES)


def test_outcomes_that_silently_are_not_finite_are_caught():
    with pytest.raises(ConformanceError, match="not finite and no status says why"):
        check_model(
            changed(lambda out, inputs, draws: out | {"arrived": out["arrived"] / (inputs["needed"] > 3)}), RANGES
        )


def test_declared_chance_that_is_never_used_is_caught():
    def run(structure, inputs, draws):
        steady = SimpleNamespace(exponential=lambda stream, entity=0, step=0: jnp.zeros(np.shape(entity)))
        return convoy.run(structure, inputs, steady)

    with pytest.raises(ConformanceError, match="the seed changes nothing"):
        check_model(Variant(run), RANGES)


def test_chance_from_an_undeclared_stream_is_an_error():
    with pytest.raises(Exception, match="no stream is called 'luck'"):
        check_model(
            changed(lambda out, inputs, draws: out | {"arrived": out["arrived"] + draws.uniform("luck")}), RANGES
        )


def test_a_model_too_rough_for_float32_is_caught():
    def rough(out, inputs, draws):
        return out | {"arrived": jnp.sin(1e7 * inputs["delay"])}

    with pytest.raises(ConformanceError, match="agrees between float32 and float64 in only"):
        check_model(changed(rough), RANGES)


def test_a_wrong_oracle_is_caught():
    def plain(structure, inputs, draws):
        return {"double": 2 * inputs["x"]}

    spec = ModelSpec("double", "Double", "none", (Input("x", "1", "a number"),), (Outcome("double", "1", "twice it"),))
    model = Variant(plain, spec, lambda tables: None)
    check_model(model, {"x": (0, 1)}, oracle=lambda inputs: {"double": 2 * inputs["x"]})
    with pytest.raises(ConformanceError, match="is not the oracle's"):
        check_model(model, {"x": (0, 1)}, oracle=lambda inputs: {"double": 2 * inputs["x"] + 1e-6})


@pytest.mark.parametrize(
    ("inputs", "outcomes", "message"),
    [
        ((Input("x", "furlongs per", "a"),), (), "unknown unit"),
        ((Input("X", "1", "a"),), (), "lower-case"),
        ((Input("x", "1", ""),), (), "no meaning"),
        ((Input("x", "1", "a"),), (Outcome("x", "1", "a"),), "both an input and an outcome"),
    ],
)
def test_a_bad_declaration_is_caught(inputs, outcomes, message):
    with pytest.raises(ConformanceError, match=message):
        check_spec(ModelSpec("m", "M", "none", inputs, outcomes))


def test_a_range_outside_the_physical_bounds_is_caught():
    with pytest.raises(ConformanceError, match="leaves its bounds"):
        check_model(convoy, RANGES | {"needed": (-1, 8)})


def simple(run, kind="number"):
    spec = ModelSpec(
        "simple",
        "Simple",
        "none",
        (Input("x", "1", "a number"),),
        (Outcome("y", "1", "an outcome", kind),),
        statuses=("ok", "bad"),
    )
    return Variant(run, spec, lambda tables: None)


def test_a_plan_that_makes_every_call_compile_again_is_caught():
    class Opaque:
        pass

    model = Variant(lambda structure, inputs, draws: {"y": inputs["x"]}, simple(None).spec, lambda tables: Opaque())
    with pytest.raises(ConformanceError, match="compile again"):
        check_model(model, {"x": (0, 1)})


def test_a_model_that_fails_only_in_float32_is_caught():
    def run(structure, inputs, draws):
        y = jnp.exp(100 + inputs["x"])
        return {"y": y, "status": jnp.where(jnp.isfinite(y), 0, 1)}

    with pytest.raises(ConformanceError, match="statuses agree between float32 and float64"):
        check_model(simple(run), {"x": (0, 1)})


def test_a_model_whose_runs_are_all_bad_is_caught():
    with pytest.raises(ConformanceError, match="no run inside the ranges is good"):
        check_model(simple(lambda s, inputs, d: {"y": inputs["x"], "status": 1}), {"x": (0, 1)})


def test_a_time_may_be_any_number_and_infinite():
    def run(structure, inputs, draws):
        return {"y": jnp.where(inputs["x"] > 0.5, jnp.inf, 1.1 * inputs["x"])}

    check_model(
        simple(run, "time"), {"x": (0, 1)}, oracle=lambda x: {"y": float("inf") if x["x"] > 0.5 else 1.1 * x["x"]}
    )


def test_chance_drawn_by_place_instead_of_id_is_caught():
    def run(structure, inputs, draws):
        return convoy.run(structure._replace(keys=jnp.arange(len(structure.keys), dtype=jnp.uint32)), inputs, draws)

    with pytest.raises(ConformanceError, match="the order of rows of formations matters"):
        check_model(Variant(run), RANGES)


def test_rows_that_are_not_there_but_count_are_caught():
    def run(structure, inputs, draws):
        return convoy.run(structure, inputs | {"formations.active": jnp.ones_like(inputs["formations.active"])}, draws)

    with pytest.raises(ConformanceError, match="a row of formations that is not active changes results"):
        check_model(Variant(run), RANGES)


@pytest.mark.parametrize(("kind", "value"), [("count", jnp.nan), ("flag", jnp.nan), ("count", 1e12)])
def test_counts_and_flags_made_of_nonsense_are_no_good_runs(kind, value):
    with pytest.raises(ConformanceError, match="not finite and no status says why"):
        check_model(simple(lambda s, inputs, d: {"y": inputs["x"] + value}, kind), {"x": (0, 1)})


@pytest.mark.parametrize("name", ["status", "option", "future", "quantile"])
def test_names_that_the_engine_needs_are_refused(name):
    with pytest.raises(ConformanceError, match="name of the engine's"):
        check_spec(ModelSpec("m", "M", "none", (), (Outcome(name, "1", "x"),)))
