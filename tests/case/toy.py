"""A small model and a small sound case of it, to be broken and varied in tests."""

from dataclasses import dataclass

from vallum.spec import Column, Input, ModelSpec, Outcome, Table

SPEC = ModelSpec(
    name="toy",
    title="A toy",
    reference="none",
    inputs=(
        Input("front", "km", "length of the front", low=1),
        Input("speed", "km/day", "advance a day", low=0, high=100),
        Input("share", "1", "share lost", low=0, high=1),
        Input("pushes", "1", "number of pushes", low=0, whole=True),
        Input("capacity", "ADE", "worth of a formation", low=0, per="formations"),
        Input("readiness", "1", "share of a formation that is ready", low=0, high=1, per="formations"),
        Input("battalions", "1", "battalions of a formation", low=0, whole=True, per="formations"),
        Input("supply", "ADE", "divisions mobilised", low=0, per="clock"),
    ),
    outcomes=(
        Outcome("held", "1", "the line holds", "flag"),
        Outcome("loss", "ADE", "divisions lost"),
        Outcome("fell", "day", "day on which the line falls", "time", clock="clock"),
        Outcome("loss_by_day", "ADE", "divisions lost", per="clock"),
        Outcome("held_by_day", "1", "the line holds", "flag", per="clock"),
    ),
    tables=(
        Table(
            "formations",
            key="id",
            meaning="a formation",
            columns=(
                Column("home", "where it stands in peace", "reference", references="places"),
                Column("vehicles", "its vehicles", "number", unit="vehicle"),
                Column("nation", "whose it is"),
            ),
        ),
        Table("places", key="place", meaning="a place"),
        Table("clock", key="day", meaning="a day", ordered=True),
    ),
)


@dataclass(frozen=True)
class Toy:
    spec: ModelSpec = SPEC


MODEL = Toy()

CASE = """\
name = "toy-case"
title = "A toy case"
model = "toy"

[question]
text = "Does the line hold?"
kind = "sufficiency"
outcome = "held"
at_least = 0.5
event = "held with {threshold}"
event_is = "good"
report = ["loss"]

[scenario]
stance = "most-plausible"
prose = "Somewhere, once."

[[scenario.omitted]]
variable = "weather"
favours = "neither"

[inputs.front]
value = 100
unit = "km"
evidence = ["front-read"]
status = "read"

[inputs.speed]
triangular = [2, 3, 5]
unit = "km/day"
evidence = ["speed-one", "speed-two"]
status = "read"

[inputs.share]
uniform = [10, 20]
unit = "percent"
status = "assumption"

[inputs.pushes]
branches = [
  { value = 1, weight = 1, name = "one" },
  { value = 3, weight = 3, claim = "pushes-said" },
]
unit = "1"
status = "recalled"

[inputs.capacity]
triangular = ["worth_low", "worth", "worth_high"]
unit = "ADE"
status = "read"
group = "nation"
idiosyncratic = 0.3

[inputs.readiness]
value = 0.5
unit = "1"
status = "assumption"

[inputs.battalions]
column = "battalions"
unit = "1"
status = "read"

[inputs.supply]
uniform = ["supply_low", "supply_high"]
unit = "ADE"
status = "read"

[[correlations]]
inputs = ["speed", "share"]
rank = 0.4

[options.today]
title = "Today"

[options.more]
title = "One formation more ready"
based_on = "today"
cost = { low = 1, best = 2, high = 3, unit = "USD", status = "assumption" }
rows = [
  { table = "formations", row = "b", active = false },
  { table = "formations", row = "c", set = { readiness = 0.9, worth = 2.5 } },
]

[options.more.inputs]
speed = { value = 2, unit = "km/day", evidence = ["speed-one"], status = "read" }
"""

CLAIMS = """\
id,quantity,statement,who,low,best,high,unit,source,page,date,verdict
front-read,front,The front is 100 km,Ann,90,100,110,km,book,1,1984,supported
speed-one,speed,Two a day,Ann,1,2,3,km/day,book,2,1984,supported
speed-two,speed,Four miles a day,Bob,,4,,mile/day,paper,3,1985,unverified
pushes-said,pushes,"Three, at most",Bob,,3,,1,paper,4,1985,supported
"""

SOURCES = """\
id,citation,kind,date,url,reliability
book,A book,book,1984,,read
paper,A paper,article,1985,,read
"""

FORMATIONS = """\
id,home,vehicles,nation,worth_low,worth,worth_high,battalions,notes
b,x,120,US,1,1.5,2,3,old
a,y,110,US,1,1.2,2,4,
c,x,100,UK,2,2.2,3,5,new
"""

PLACES = """\
place,name
x,Ex
y,Why
"""

CLOCK = """\
day,supply_low,supply_high
0,10,12
1,11,13
2,12,14
"""


def files(**changed: str) -> dict[str, str]:
    """The texts of the sound case; keywords name files without their ending."""
    texts = {
        "case.toml": CASE,
        "claims.csv": CLAIMS,
        "sources.csv": SOURCES,
        "formations.csv": FORMATIONS,
        "places.csv": PLACES,
        "clock.csv": CLOCK,
    }
    for name, text in changed.items():
        texts[f"{name}.toml" if name == "case" else f"{name}.csv"] = text
    return texts


def edited(file: str, old: str, new: str, texts: dict[str, str] | None = None) -> dict[str, str]:
    """The texts with the first `old` in a file replaced."""
    texts = texts or files()
    assert old in texts[file], f"{old!r} is not in {file}"
    return texts | {file: texts[file].replace(old, new, 1)}


def uncorrelated(texts: dict[str, str] | None = None) -> dict[str, str]:
    """The texts without correlations, for inputs that become certain."""
    texts = texts or files()
    case = texts["case.toml"]
    start, end = case.index("[[correlations]]"), case.index("[options.today]")
    return texts | {"case.toml": case[:start] + case[end:]}
