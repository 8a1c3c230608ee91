"""Runs of the shipped case, taken apart into what movement needs: for tests of movement and of the race."""

from functools import cache

import jax
import numpy as np

from vallum.case import load_case
from vallum.models import theatre
from vallum.models.theatre import deployment, race
from vallum.models.theatre.routes import plan_network
from vallum.models.theatre.twin import Order
from vallum.study.designs import Design
from vallum.study.draws import KeyedDraws, run_key, seed_words
from vallum.study.work import Settings, Work


@cache
def work(futures=1024, seed=11):
    case = load_case("eastern-flank-2022", model=theatre)
    return Work(case, theatre, Settings(Design("sobol", futures, seed), dtype="float64"), None)


@cache
def network():
    return plan_network(work().superset.rows)


def block(values, active, runs, seed=0):
    """What the engine hands to a run: inputs with the run axis last, and draws."""
    inputs = {f"{table}.active": np.asarray(mask)[:, None] for table, mask in active.items()}
    per = {x.name for x in theatre.spec.inputs if x.per}
    for name, value in values.items():
        inputs[name] = np.asarray(value).T if value.ndim == 2 else value[:, None] if name in per else value
        if name not in per:
            inputs[name] = np.broadcast_to(inputs[name], (runs,))
    keys = run_key(seed_words(seed), np.arange(runs, dtype=np.uint32), np.zeros(runs, np.uint32))
    streams = {name: place for place, name in enumerate(theatre.spec.streams)}
    return inputs, KeyedDraws(keys, streams, np.dtype(np.float64))


def moved(structure, inputs, draws):
    """Orders, ways and movement of a block of runs, as NumPy."""
    with jax.enable_x64(True):
        inputs = {name: jax.numpy.asarray(x) for name, x in inputs.items()}  # rows of padding divide by zero
        structure = jax.tree.map(lambda x: jax.numpy.asarray(x) if isinstance(x, np.ndarray) else x, structure)
        politics = race.decided(structure, inputs, draws)
        orders, _ = race.ordered(structure, inputs, politics)
        ways = race.measured(structure, inputs)
        grid = structure.grid
        movement = jax.jit(lambda w, o: deployment.advance(grid, w, o, deployment.begin(grid, o)))(ways, orders)
        return jax.device_get((orders, ways, movement, deployment.cut_off(orders, movement)))


def orders_of(orders, run):
    """The twin's orders of one run."""
    return [
        Order(*(int(x) for x in (ready[run], loads[run], soldiers[run], march, rank[run])))
        for ready, loads, soldiers, march, rank in zip(
            orders.ready, orders.loads, orders.soldiers, orders.march, orders.rank, strict=True
        )
    ]
