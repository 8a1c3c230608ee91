"""The shipped campaign as a race, and its runs taken apart into what movement needs: for tests of both."""

import csv
import io
import tomllib
from functools import cache

import jax
import numpy as np
from tomli_w import dumps as toml_text

from vallum.case import load_case, load_case_text
from vallum.models import theatre
from vallum.models.theatre import campaign, deployment, race
from vallum.models.theatre.routes import plan_network
from vallum.models.theatre.twin import Order
from vallum.spec import Rows
from vallum.study.designs import Design
from vallum.study.draws import KeyedDraws, run_key, seed_words
from vallum.study.work import Settings, Work

NODE_LOSSES = """\
id,plan,node,lost_low,lost_best,lost_high
corridor-suwalki,corridor,SUWALKI,0.3,6.9,13.8
corridor-budzisko,corridor,BUDZISKO,0.3,6.9,13.8
corridor-sestokai,corridor,SESTOKAI,0.6,9,20
grab-narva,grab,NARVA,0.2,0.5,3
capital-narva,capital,NARVA,0.2,0.5,3
capital-voru,capital,VORU,0.3,6,14
capital-rezekne,capital,REZEKNE,0.5,10,21
capital-daugavpils,capital,DAUGAVPILS,0.5,9,21
"""  # distance from the frontier over the rates of advance in claims F05-1 and F11; what lies beyond is assumption
LOST_DAY = {
    "triangular": ["lost_low", "lost_best", "lost_high"],
    "group": "plan",
    "unit": "day",
    "evidence": ["F141", "F05-1", "F11"],
    "status": "assumption",
    "favours": "neither",
}
QUESTION = {
    "text": "By when have seven brigades closed beyond those that stand on the eastern flank in April 2022?",
    "outcome": "needed_closed_day",
    "event": "needed brigades closed by day {threshold}",
    "event_is": "good",
    "why": "RAND's denial force for the Baltic states has about seven brigades on hand at the start.",
    "report": ["brigades_closed", "reinforcements_closed", "decision_day", "formations_cut_off"],
    "over_time": ["brigades_by_day", "reinforcements_by_day"],
}


def race_texts():
    """The files of the shipped campaign as a case of the race alone: a plan says when places fall, not the front."""
    texts = dict(load_case("eastern-flank-2022", model=campaign).files)
    data = tomllib.loads(texts["case.toml"])
    declared = {x.name for x in theatre.spec.inputs}
    for part in (data, *data["options"].values()):
        part["inputs"] = {name: entry for name, entry in part.get("inputs", {}).items() if name in declared}
    data["inputs"]["lost_day"] = LOST_DAY
    data |= {"model": "theatre", "question": data["question"] | QUESTION}
    gone = {x.name for x in campaign.spec.tables} - {x.name for x in theatre.spec.tables}
    kept = {name: text for name, text in texts.items() if name.removesuffix(".csv") not in gone}
    return kept | {"case.toml": toml_text(data), "node_losses.csv": NODE_LOSSES}


def edited(texts, file, change):
    """The files of a case after a change of a table's rows, each a dictionary of cells."""
    rows = list(csv.DictReader(texts[file].splitlines()))
    change(rows)
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return texts | {file: written.getvalue()}


def work_of(texts, futures=1024, seed=11, dtype="float64"):
    """The work of a race case given as its files."""
    case = load_case_text(texts, model=theatre)
    return Work(case, theatre, Settings(Design("sobol", futures, seed), dtype=dtype), None)


def renamed(spec, tables, kept=()):
    """The same tables, every id with an x before it; but for tables whose ids the model knows by name."""
    columns = {(t.name, c.name): c for t in spec.tables for c in t.columns}

    def anew(table, name, cell):
        column = columns[table, name]
        return f"x{cell}" if column.kind == "reference" and column.references not in kept and cell else cell

    return {
        table: Rows(
            rows.ids if table in kept else tuple(f"x{id}" for id in rows.ids),
            {name: tuple(anew(table, name, x) for x in cells) for name, cells in rows.columns.items()},
        )
        for table, rows in tables.items()
    }


@cache
def work(futures=1024, seed=11):
    return work_of(race_texts(), futures, seed)


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
