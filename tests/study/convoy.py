"""A small model with a table, per-row inputs and chance, and a case of it: what study tests run."""

from typing import NamedTuple

import numpy as np

from vallum.case import load_case_text
from vallum.keys import entity_keys
from vallum.spec import Column, Input, ModelSpec, Outcome, Table

spec = ModelSpec(
    name="convoy",
    title="Formations on the march",
    reference="none: a test",
    inputs=(
        Input("needed", "brigade", "brigades needed in place", low=0),
        Input("delay", "day", "decision after warning", low=0),
        Input("march", "day", "days on the march", low=0, per="formations"),
        Input("worth", "brigade", "worth of a formation", low=0, per="formations"),
    ),
    outcomes=(
        Outcome("held_day", "day", "day on which enough brigades are there", "time", clock="clock"),
        Outcome("arrived", "brigade", "brigades there at the end"),
        Outcome("late", "1", "formations that come late", "count"),
        Outcome("enough", "1", "enough brigades come", "flag"),
        Outcome("arrived_by_day", "brigade", "brigades there", per="clock"),
        Outcome("enough_by_day", "1", "enough brigades are there", "flag", per="clock"),
    ),
    tables=(
        Table("formations", key="id", meaning="a formation", columns=(Column("nation", "whose it is"),)),
        Table("clock", key="day", meaning="a day", ordered=True),
    ),
    statuses=("ok", "more brigades needed than exist"),
    streams=("friction",),
)


class Structure(NamedTuple):
    days: int
    keys: np.ndarray


def plan(tables):
    return Structure(len(tables["clock"]), entity_keys(tables["formations"].ids))


def run(structure, inputs, draws):
    import jax.numpy as jnp

    active, worth = inputs["formations.active"], inputs["worth"]
    friction = draws.exponential("friction", structure.keys)
    arrival = inputs["delay"] + inputs["march"] * (1 + 0.2 * friction)
    day = jnp.arange(structure.days, dtype=worth.dtype)
    there = jnp.where(active & (arrival <= day[:, None]), worth, 0).sum(axis=1)
    enough = there >= inputs["needed"]
    return {
        "held_day": jnp.min(jnp.where(enough, day, jnp.inf)),
        "arrived": there[-1],
        "late": jnp.sum(active & (arrival > 10), dtype=jnp.int32),
        "enough": enough[-1],
        "arrived_by_day": there,
        "enough_by_day": enough,
        "status": jnp.where(inputs["needed"] > 50, 1, 0),
    }


CASE = """\
name = "convoy-case"
title = "Who comes in time?"
model = "convoy"

[question]
text = "Do enough brigades come in time?"
kind = "sufficiency"
outcome = "held_day"
at_most = 12
also = [8, 20]
event = "enough brigades by day {threshold}"
event_is = "good"
report = ["arrived", "late"]
over_time = ["arrived_by_day"]
reference = "today"

[scenario]
stance = "most-plausible"
prose = "Somewhere."

[inputs.needed]
triangular = [3, 4, 6]
unit = "brigade"
status = "assumption"

[inputs.delay]
uniform = [1, 7]
unit = "day"
status = "assumption"

[inputs.march]
triangular = ["march_low", "march_best", "march_high"]
unit = "day"
status = "assumption"
group = "nation"
idiosyncratic = 0.3

[inputs.worth]
column = "worth"
unit = "brigade"
status = "assumption"

[options.today]
title = "Today"
cost = { low = 0, best = 0, high = 0, unit = "USD/year", status = "assumption" }

[options.forward]
title = "One brigade stationed forward"
cost = { low = 1e9, best = 1.2e9, high = 1.8e9, unit = "USD/year", status = "assumption" }
rows = [{ table = "formations", row = "B", set = { march_low = 0.1, march_best = 0.2, march_high = 0.3 } }]

[options.without]
title = "Without the second nation"
rows = [{ table = "formations", row = "C", active = false }, { table = "formations", row = "D", active = false }]
"""

FORMATIONS = """\
id,nation,worth,march_low,march_best,march_high
A,one,2,1,2,4
B,one,1,3,5,9
C,two,2,2,4,8
D,two,1,4,6,10
E,three,1,5,8,15
"""


def files(case=CASE, formations=FORMATIONS):
    clock = "day\n" + "".join(f"{day}\n" for day in range(30))
    none = "id,quantity,statement,who,low,best,high,unit,source,page,date,verdict\n"
    sources = "id,citation,kind,date,url,reliability\n"
    return {
        "case.toml": case,
        "formations.csv": formations,
        "clock.csv": clock,
        "claims.csv": none,
        "sources.csv": sources,
    }


def load(case=CASE, formations=FORMATIONS):
    import tests.study.convoy as model

    return load_case_text(files(case, formations), model=model)
