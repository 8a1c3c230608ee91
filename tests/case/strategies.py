"""Random sound cases of the toy model, as data, and as the files that say the same."""

import copy
import csv
import io
from dataclasses import dataclass, field

from hypothesis import strategies as st
from tomli_w import dumps as toml_text

from tests.case.toy import CLAIMS, SOURCES, SPEC

CLAIM_IDS = ("front-read", "speed-one", "speed-two", "pushes-said")
UNITS = {  # a unit to write in, and what one of it is in the declared unit
    "front": {"km": 1.0, "mile": 1.609344, "m": 0.001},
    "speed": {"km/day": 1.0, "mile/day": 1.609344},
    "share": {"1": 1.0, "percent": 0.01},
    "pushes": {"1": 1.0},
    "capacity": {"ADE": 1.0},
    "readiness": {"1": 1.0, "percent": 0.01},
    "battalions": {"1": 1.0},
    "supply": {"ADE": 1.0},
}
RANGES = {  # where values are drawn from, in the declared unit
    "front": (1.0, 1000.0),
    "speed": (0.0, 100.0),
    "share": (0.0, 1.0),
    "pushes": (0.0, 20.0),
    "capacity": (0.0, 10.0),
    "readiness": (0.0, 1.0),
    "battalions": (0.0, 9.0),
    "supply": (0.0, 100.0),
}
KINDS = ["value", "uniform", "triangular", "normal", "lognormal", "beta", "branches", "empirical"]
SCALARS = ["front", "speed", "share", "pushes"]
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10)
ids = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,8}", fullmatch=True)


@dataclass
class Written:
    """A case as data: the content of `case.toml`, and the tables as rows of cells."""

    data: dict
    tables: dict = field(default_factory=dict)

    def files(self):
        texts = {"case.toml": toml_text(self.data), "claims.csv": CLAIMS, "sources.csv": SOURCES}
        return texts | {f"{name}.csv": _csv_text(rows) for name, rows in self.tables.items()}

    def copy(self):
        return copy.deepcopy(self)


def _csv_text(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def amounts(name, unit):
    """Numbers of an input in `unit`, well inside its bounds."""
    low, high = RANGES[name]
    if SPEC.input(name).whole:
        return st.integers(int(low), int(high))
    times = UNITS[name][unit]
    return st.floats(0.001, 0.9).map(lambda share: float(f"{(low + (high - low) * share) / times:.8g}"))


@st.composite
def entries(draw, name, columns=None, uncertain=False):
    """An entry of an input; `columns(n)` makes n new rising columns where it is by row."""
    unit = draw(st.sampled_from(sorted(UNITS[name])))
    number = amounts(name, unit)
    if columns:
        kind = draw(st.sampled_from(["value", "column", "uniform", "triangular", "empirical"]))
    elif uncertain:
        kind = "uniform"
    else:
        kind = draw(st.sampled_from(KINDS))
    numbers = columns(number) if columns else lambda n: sorted(draw(st.lists(number, min_size=n, max_size=n)))
    entry = {"unit": unit, "status": draw(st.sampled_from(["read", "derived", "recalled", "assumption"]))}
    entry["evidence"] = draw(st.lists(st.sampled_from(CLAIM_IDS), max_size=2, unique=True))
    entry["note"] = draw(words)
    entry[kind] = _value(draw, kind, numbers, uncertain)
    return entry


def _value(draw, kind, numbers, uncertain):
    match kind:
        case "value" | "column":
            return numbers(1)[0]
        case "uniform":
            low, high = numbers(2)
            return [low, high + 0.001 * abs(high) if uncertain and low == high else high]
        case "triangular":
            return numbers(3)
        case "normal":
            low, mean, high = numbers(3)
            return {"mean": mean, "sd": draw(st.floats(0.1, 2.0)), "low": low, "high": high}
        case "lognormal":
            low, median, high = numbers(3)
            return {"median": median + 0.001, "sigma": draw(st.floats(0.01, 2.0)), "low": low, "high": high + 0.002}
        case "beta":
            low, high = numbers(2)
            return {"a": draw(st.floats(0.5, 9.0)), "b": draw(st.floats(0.5, 9.0)), "low": low, "high": high}
        case "branches":
            return [{"value": value, "weight": draw(st.floats(0.1, 3.0))} for value in numbers(3)]
        case _:
            return numbers(3)


@st.composite
def written_cases(draw):
    """A sound case of the toy model with up to six formations and three options."""
    places = draw(st.lists(ids, min_size=1, max_size=3, unique=True))
    formations = draw(st.lists(ids, max_size=6, unique=True))
    nations = [draw(st.sampled_from(["US", "UK", "FR"])) for _ in formations]
    tables = {
        "places": [["place", "name"], *([place, draw(cells)] for place in places)],
        "formations": [
            ["id", "home", "vehicles", "nation"],
            *([id, draw(st.sampled_from(places)), str(draw(st.integers(0, 500))), nation]
              for id, nation in zip(formations, nations, strict=True)),
        ],
        "clock": [["day"], *([str(day)] for day in range(draw(st.integers(1, 4))))],
    }  # fmt: skip
    inputs = {name: draw(entries(name, uncertain=name in ("speed", "share"))) for name in SCALARS}
    for name in ("capacity", "readiness", "battalions", "supply"):
        inputs[name] = draw(row_entries(name, tables))
    data = {
        "name": draw(ids),
        "title": draw(words),
        "model": "toy",
        "question": {"text": draw(words), "kind": "sufficiency", "outcome": "held", "at_least": draw(st.floats(0, 1))},
        "scenario": {"stance": draw(st.sampled_from(["most-plausible", "conservative", "high-leverage"]))},
        "inputs": inputs,
        "options": draw(options(formations, tables)),
        "correlations": [{"inputs": ["share", "speed"], "rank": draw(st.floats(-0.95, 0.95))}],
    }
    return Written(data, tables)


@st.composite
def row_entries(draw, name, tables):
    """An entry of an input by row; its columns are added to the table."""
    rows = tables[SPEC.input(name).per]

    def columns(number):
        def add(n):
            new = [f"{name}_{len(rows[0]) + i}" for i in range(n)]
            rows[0].extend(new)
            for row in rows[1:]:
                row.extend(repr(x) for x in sorted(draw(st.lists(number, min_size=n, max_size=n))))
            return new

        return add

    entry = draw(entries(name, columns=columns))
    if SPEC.input(name).per == "formations" and draw(st.booleans()):
        entry |= {"group": "nation", "idiosyncratic": draw(st.sampled_from([0.0, 0.25, 1.0]))}
    return entry


@st.composite
def options(draw, formations, tables):
    """One to three options, some based on earlier ones."""
    found = {}
    for id in draw(st.lists(ids, min_size=1, max_size=3, unique=True)):
        option = {"title": draw(words)}
        if found and draw(st.booleans()):
            option["based_on"] = draw(st.sampled_from(sorted(found)))
        changed = draw(st.lists(st.sampled_from(SCALARS), max_size=2, unique=True))
        option["inputs"] = {name: draw(entries(name)) for name in changed}
        option["rows"] = []
        for row in draw(st.lists(st.sampled_from(formations), max_size=2)) if formations else []:
            edit = {"table": "formations", "row": row, "set": {"capacity": draw(amounts("capacity", "ADE"))}}
            option["rows"].append(edit | ({"active": draw(st.booleans())} if draw(st.booleans()) else {}))
        found[id] = option
    return found
