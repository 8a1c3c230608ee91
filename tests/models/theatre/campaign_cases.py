"""Random small campaigns without files: one network, many grounds and plans; and both codings of them.

Two sectors, four axes of one to three segments, six nations, roads, a railway with a change of gauge, a
disputed sea between two ports, an airlift. The roads and places are the same in all structures, so that
they have one shape, which compiles once; who defends which axis, what falls, which plan sends what where
is drawn.
"""

from typing import NamedTuple

import jax
import numpy as np

from vallum.models.theatre import campaign, campaign_twin
from vallum.models.theatre.campaign_declaration import TERMS, spec
from vallum.spec import Rows, Tables
from vallum.study.draws import KeyedDraws, PlainDraws, run_key, seed_words

DAYS = 24
STREAMS = {name: place for place, name in enumerate(spec.streams)}

# From the fits of battles 1600-1982 and 1919-45 that a case ships (estimate and standard error of both), rounded.
LAW = {
    "win_constant": (-0.504, 0.487, 0.063, 0.139),
    "win_force_ratio": (1.186, 0.533, 0.467, 0.182),
    "win_surprise": (1.005, 0.375, 0.796, 0.147),
    "win_prepared": (-0.320, 0.378, -0.108, 0.167),
    "win_fortified": (-1.037, 0.525, -0.856, 0.321),
    "win_rugged": (0.0, 0.335, 0.0, 0.097),
    "win_air": (1.192, 0.360, 1.150, 0.233),
    "win_quality": (0.779, 0.356, 0.0, 0.0),
    "log_battle_days": (1.536, 0.152, 1.400, 0.118),
    "loss_attacker_wins_attacker": (-2.202, 0.781, -2.448, 0.564),
    "loss_attacker_wins_defender": (-1.664, 0.796, -1.482, 0.586),
    "loss_defender_wins_attacker": (-1.936, 0.787, -1.682, 0.586),
    "loss_defender_wins_defender": (-2.481, 0.779, -2.357, 0.580),
    "loss_own": (0.462, 0.187, 0.662, 0.085),
    "loss_enemy": (0.331, 0.163, 0.215, 0.083),
    "log_advance": (0.470, 0.239, 0.765, 0.105),
}
BELOW = ("win_prepared", "win_fortified", "win_rugged")  # cannot be above 0
ABOVE = ("win_force_ratio", "win_surprise", "win_air", "win_quality")  # cannot be below 0
CORRELATIONS = [
    ("win_constant", "win_force_ratio", -0.713),
    ("win_force_ratio", "win_surprise", 0.463),
    ("win_prepared", "win_fortified", -0.431),
    ("win_fortified", "win_air", -0.419),
    ("loss_attacker_wins_attacker", "loss_defender_wins_attacker", 0.973),
    ("loss_attacker_wins_defender", "loss_defender_wins_defender", 0.962),
    ("loss_own", "loss_enemy", -0.93),
]
SCALES = {
    "loss_sd_attacker": (0.904, 1.295), "loss_sd_defender": (1.206, 1.304), "loss_sides_correlation": (0.220, 0.568),
    "loss_campaign_share": (0.452, 0.683), "advance_sd": (1.275, 1.131), "repulse_advance": (0.4, 0.0),
    "reference_strength": (10977, 18614), "mean_battle_days": (4.65, 4.06), "density_low": (226, 242),
    "force_ratio_low": (0.670, 0.543), "force_ratio_high": (6.38, 5.84), "advance_high": (20, 30),
    "loss_high": (0.189, 0.353),
}  # fmt: skip

RANGES = {
    "plan_weight": (0.1, 1), "warning_days": (0, 15), "belief_probability": (0.2, 0.9),
    "preemption_probability": (0, 0.5), "preemption_lag": (0, 4), "alliance_delay": (0, 10),
    "alliance_delay_after_attack": (0, 3), "national_delay": (0, 8), "intervention": (0.4, 1),
    "intervention_probability": (0.4, 1), "transit_if_out": (0.2, 1), "cohesion_correlation": (0, 0.6),
    "false_alarms_per_year": (0.2, 2), "mobilisation_cost": (5e7, 1e9), "surprise_share": (0, 0.3),
    "surprise_lead": (1, 7), "brigade_equivalents": (0.3, 2), "vehicles": (100, 1500), "personnel": (500, 5000),
    "turnout": (0.5, 1), "notice_to_move": (0, 5), "integration": (0, 3), "required_day": (0, 10),
    "national": (0, 1), "delegated": (0, 1), "to_positions": (0.25, 1), "vehicles_per_train": (93, 139),
    "heavy_march": (150, 400), "wheeled_march": (200, 450), "rail_loading": (0.1, 1), "ship_loading": (0.1, 2),
    "gauge_transfer": (0.1, 0.5), "kit_draw": (0.5, 3), "border_delay_share": (0, 1), "rail_interdiction": (0, 0.3),
    "sea_interdiction": (0, 0.9), "port_interdiction": (0, 0.6), "road_speed": (30, 60),
    "road_capacity": (500, 4000), "road_border_delay": (0, 2), "rail_speed": (25, 60), "rail_capacity": (2, 36),
    "rail_border_delay": (0, 2), "sea_speed": (10, 37), "sea_capacity": (150, 600), "air_speed": (600, 850),
    "air_capacity": (300, 2000), "ramp_capacity": (1, 8), "port_throughput": (100, 2000), "gauge_throughput": (1, 6),
    "advance_rate": (4, 40), "needed_brigades": (2, 5), "report_day": (0, 23), "echelon_personnel": (3000, 25000),
    "echelon_available": (0.4, 1), "echelon_day": (0, 12), "segment_length": (3, 30), "frontage": (3, 25),
    "preparation": (0, 2), "frontage_per_brigade": (8, 25), "shift_days": (0.5, 4), "extra_brigades": (-1, 1),
    "extra_personnel": (3000, 5000), "law_in_force": (0, 1), "law_deviate": (0, 0), "quality_edge": (-1, 1),
    "surprise_level": (0, 2), "surprise_days": (1, 5), "pause_days": (0.3, 3), "attacker_breakpoint": (0.1, 0.5),
    "least_force_ratio": (0, 1),
    "defender_breakpoint": (0.1, 0.5), "march_rate": (10, 50), "rugged_multiplier": (0.2, 0.8),
    "advance_losses": (0, 0.01), "supply_reach": (20, 100), "supply_rate": (2, 30), "supply_limit": (15, 150),
    "air_superiority_start": (-0.5, 1), "air_superiority_end": (-1, 0.3), "air_defence_suppression_days": (1, 15),
    "strike_battalions": (0, 5), "battalion_personnel": (300, 800), "sorties_per_day": (1, 3),
    "sortie_losses": (0, 0.05), "sea_control_days": (2, 20), "hold_days": (0.5, 4), "escalation_probability": (0, 0.4),
    "counter_brigades": (0.5, 8), "fortify_days": (5, 60), "minimum_confidence": (0, 1),
}  # fmt: skip
"""Where each input is drawn from; some that are whole or special are rounded or cut in `values`."""

FORMATIONS = {  # id: nation, origin, destination, kit, heaviness
    "f01": ("home", "A", "A", "", "heavy"),
    "f02": ("home", "B", "B", "", "light"),
    "f03": ("ally", "A", "A", "", "heavy"),
    "f04": ("ally", "C", "C", "", "medium"),
    "f05": ("home", "D", "D", "", "territorial"),
    "f06": ("ally", "M", "M", "", "heavy"),  # on no axis
    "f07": ("ally", "R", "A", "", "heavy"),
    "f08": ("ally", "R", "B", "", "light"),
    "f09": ("over", "K", "C", "", "medium"),
    "f10": ("over", "K", "D", "", "heavy"),
    "f11": ("over", "K", "A", "M", "heavy"),
    "f12": ("home", "M", "B", "", "medium"),
    "f13": ("far", "R", "M", "", "heavy"),  # to no axis
}


LACKS = {"formations": 0.1, "echelons": 0.1, "axes": 0.1}  # share of rows that an option switches off


class Case(NamedTuple):
    """One structure and the inputs of its runs, the run axis last (as the array code wants them)."""

    tables: Tables
    inputs: dict[str, np.ndarray]
    seed: int


def _rows(table, ids, **columns):
    """With every column that the model declares; what is not said is empty. One row of padding below where it may."""
    names = [column.name for column in spec.table(table).columns]
    more = () if table in ("clock", "nodes") else ("~1",)
    size = len(ids)
    given = {name: tuple(columns.get(name, (None,) * size)) for name in names}
    return Rows((*ids, *more), {name: (*column, *(None for _ in more)) for name, column in given.items()})


def _links(table, texts, **more):
    """From "start end km capacity": speeds and delays are those that routes are planned with, alike everywhere."""
    words = [text.split() for text in texts]
    columns = {
        "start": [x[0] for x in words],
        "end": [x[1] for x in words],
        "length": [float(x[2]) for x in words],
        "capacity": [float(x[3]) for x in words],
        "speed": [40.0] * len(words),
        "border_delay": [0.0] * len(words),
        "usable_by": ["defender"] * len(words),
    }
    return _rows(table, [f"{x[0]}-{x[1]}" for x in words], **columns, **more)


def _network():
    """Roads R - M - A, B, C, D; a railway from R with a change of gauge at M to A and B; sea K - L; air R - M, R - B.

    A and C stand at the front as E and F do, places on the way that may fall.
    """
    return {
        "roads": _links(
            "roads",
            [
                "R M 300 3000",
                "M E 80 2000",
                "E A 60 2000",
                "M A 220 1500",
                "M B 150 2000",
                "B A 90 800",
                "L F 60 2500",
                "F C 50 2500",
                "L C 180 1500",
                "L D 120 2000",
                "L M 200 2500",
                "D C 70 900",
            ],
        ),
        "railways": _links("railways", ["R M 320 20", "M A 160 12", "M B 160 12"], gauge=("1435", "1520", "1520")),
        "sea_routes": _links("sea_routes", ["K L 500 400"], exposed=(1.0,)),
        "air_routes": _links("air_routes", ["R M 350 1500", "R B 450 900"]),
        "ports": _rows("ports", ["K", "L"], node=("K", "L"), throughput=(900.0, 700.0)),
        "gauge_breaks": _rows("gauge_breaks", ["M"], node=("M",), throughput=(4.0,)),
    }


def tables(seed):
    """The tables of one structure."""
    rng = np.random.default_rng(seed)
    axes, places = ("x1", "x2", "x3", "x4"), tuple("ABCDEFKLMRS")
    defends = dict(zip("ABCD", rng.permutation(axes).tolist(), strict=True))
    segments = [
        (axis, place) for axis, n in zip(axes, rng.permutation([1, 2, 2, 3]), strict=True) for place in range(n)
    ]
    falling = dict(zip(rng.choice(len(segments), 3, replace=False).tolist(), "AEF", strict=True))
    nations = {"K": "over", "R": "ally", "S": "enemy"}
    aims = dict(zip(axes, rng.choice(["grab", "corridor", "capital"], 4).tolist(), strict=True))
    sent = rng.permutation([*axes, *rng.choice(axes, 3)]).tolist()  # every axis under some plan
    echelons = [("p1", axis) for axis in sent[:4]] + [("p2", axis) for axis in sent[4:]]
    formations = {name: [x[at] for x in FORMATIONS.values()] for at, name in enumerate(
        ("nation", "origin", "destination", "kit", "heaviness"))}  # fmt: skip
    laws, sectors = ("long", "short"), list("nnss")
    return {
        "clock": Rows(tuple(str(day) for day in range(DAYS + 1))),
        "nations": _rows("nations", ["ally", "enemy", "far", "home", "over"]),
        "nodes": _rows(
            "nodes",
            places,
            nation=[nations.get(x, "home") for x in places],
            kind=["other"] * len(places),
            axis=[defends.get(x) for x in places],
        ),
        **_network(),
        "formations": _rows("formations", list(FORMATIONS), **formations),
        "plans": _rows("plans", ["p1", "p2"], aim=[aims[sent[0]], aims[sent[4]]]),
        "axes": _rows("axes", axes, aim=list(aims.values()), start=["S"] * 4, objective=list("ABCD"), sector=sectors),
        "segments": _rows(
            "segments",
            [f"{axis}-{place}" for axis, place in segments],
            axis=[axis for axis, _ in segments],
            place=[float(place + 1) for _, place in segments],
            node=[falling.get(row) for row in range(len(segments))],
            rugged=rng.choice([0.0, 0.3, 1.0], len(segments)).tolist(),
        ),
        "echelons": _rows("echelons", [f"e{n}" for n in range(7)], plan=[x for x, _ in echelons],
                          axis=[x for _, x in echelons]),
        "laws": _rows("laws", laws),
        "law_terms": _rows(
            "law_terms",
            list(TERMS)[::-1],
            low=[0.0 if x in ABOVE else None for x in list(TERMS)[::-1]],
            high=[0.0 if x in BELOW else None for x in list(TERMS)[::-1]],
        ),
        **_fits(laws),
        "phases": _rows("phases", ["early", "late"], first_day=(0.0, 5.0), last_day=(5.0, 40.0)),
    }  # fmt: skip


def _fits(laws):
    values = [(law, term, *LAW[term][2 * at : 2 * at + 2]) for at, law in enumerate(laws) for term in TERMS]
    scales = [(law, name, SCALES[name][at]) for at, law in enumerate(laws) for name in SCALES]
    pairs = [(law, *x) for law in laws for x in CORRELATIONS]
    found = {}
    for table, names, records in (
        ("law_values", ("law", "term", "estimate", "standard_error"), values),
        ("law_scales", ("law", "quantity", "value"), scales),
        ("law_covariances", ("law", "first", "second", "correlation"), pairs),
    ):
        columns = {name: [x[at] for x in records] for at, name in enumerate(names)}
        found[table] = _rows(table, [f"{x[0]} {x[1]} {x[2]}" for x in records], **columns)
    return found


def values(given, seed, runs, change=None):
    """Random inputs of some runs, shapes (run,) and (row, run), and which rows are active."""
    rng = np.random.default_rng(seed)
    found = {}
    for x in spec.inputs:
        low, high = RANGES[x.name]
        drawn = low + (high - low) * rng.random((len(given[x.per]), runs) if x.per else runs)
        found[x.name] = np.rint(drawn) if x.whole else drawn
    found["law_deviate"] = rng.standard_normal(found["law_deviate"].shape)
    for name in ("extra_brigades", "strike_battalions", "delegated"):
        found[name] = np.maximum(found[name], 0.0)
    first = rng.random(found["echelon_day"].shape) < 0.4  # with the attack
    found["echelon_day"] = np.where(first, 0.0, found["echelon_day"])
    found["transit_if_out"][given["nations"].ids.index("home")] = 1.0
    found["required_day"] = np.rint(found["required_day"] / 3)
    for table in spec.tables:
        if not table.ordered:
            lacks = rng.random(len(given[table.name])) < LACKS.get(table.name, 0.0)
            real = [not id.startswith("~") for id in given[table.name].ids]
            found[f"{table.name}.active"] = (np.array(real) & ~lacks)[:, None]
    return {name: np.asarray(x) for name, x in {**found, **(change(found) if change else {})}.items()}


def case(seed, runs=128, change=None):
    """A random structure with random inputs; `change` gives some inputs anew, from all of them."""
    given = tables(seed)
    return Case(given, values(given, seed + 1_000_000, runs, change), seed)


def stormy(found):
    """Nobody moves before the attack, so that everyone by sea meets a disputed one."""
    return {"warning_days": 0.0 * found["warning_days"]}


# The array code


def _program(static, leaves, inputs, key):
    treedef, fixed = static
    structure = jax.tree.unflatten(treedef, [y if x is None else x for x, y in zip(fixed, leaves, strict=True)])
    return campaign.run(structure, inputs, KeyedDraws(key, STREAMS, np.dtype(np.float64)))


_compiled = jax.jit(_program, static_argnums=0)


def blocks(given: Case):
    """Every outcome of the array code in double precision, the run axis last."""
    runs = given.inputs["report_day"].shape[0]
    leaves, treedef = jax.tree.flatten(campaign.plan(given.tables))
    fixed = tuple(None if isinstance(x, np.ndarray) else x for x in leaves)
    arrays = [x if isinstance(x, np.ndarray) else None for x in leaves]
    with jax.enable_x64(True):
        key = run_key(seed_words(given.seed), np.arange(runs, dtype=np.uint32), np.zeros(runs, np.uint32))
        return jax.device_get(_compiled((treedef, fixed), arrays, given.inputs, key))


# The twin


def told(given: Case, run, stage=None):
    """The twin's story of one run."""
    inputs = {}
    for name, value in given.inputs.items():
        column = value if value.ndim == 1 or value.shape[1] > 1 else np.broadcast_to(value, (len(value), run + 1))
        inputs[name] = column[..., run].tolist()
    return campaign_twin.run(stage or campaign_twin.plan(given.tables), inputs, PlainDraws(given.seed, run, 0, STREAMS))
