"""The reinforcement race of a case: which brigades are where by which day, and what holds them up.

For every option the same futures are run with the same luck. A formation's days are told
apart by what they went into. A capacity on which formations wait is tried with one more
trainload a day (before what attack takes of it), run by run, which gives its *shadow value*:
the brigade-days that it buys.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.analysis.comparison import AnalysisError
from vallum.analysis.estimates import Estimate, difference
from vallum.case import Case, Option
from vallum.models.theatre.network import LINKS, Edge
from vallum.models.theatre.routes import plan_network, with_losses
from vallum.models.theatre.structure import Theatre
from vallum.registry import Model, find_model
from vallum.study.designs import Design
from vallum.study.work import Settings, Work

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

    Series = Mapping[str, Any]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
REASONS = {  # outcome per formation: what the days went into
    "notice_days": "notice",
    "moving_days": "moving",
    "border_days": "border",
    "line_wait_days": "road or rail",
    "ramp_wait_days": "railhead",
    "gauge_wait_days": "gauge break",
    "port_wait_days": "port",
    "lift_wait_days": "sea or air lift",
    "integration_days": "integration",
}
CAPACITIES = {  # table: input that is raised, beginning of its outcomes, what it is
    "roads": ("road_capacity", "road", "road"),
    "railways": ("rail_capacity", "rail", "railway"),
    "sea_routes": ("sea_capacity", "sea", "ships"),
    "air_routes": ("air_capacity", "air", "airlift"),
    "ports": ("port_throughput", "port", "port"),
    "gauge_breaks": ("gauge_throughput", "gauge", "gauge break"),
    "nodes": ("ramp_capacity", "ramp", "railhead"),
}
TRAINS = frozenset({"railways", "gauge_breaks", "nodes"})
WAITING = 0.005  # of all waiting, the least share that makes a capacity worth a trial


@dataclass(frozen=True, slots=True)
class Closure:
    """What becomes of one formation under an option.

    Parameters
    ----------
    row : int
        Of `formations`.
    id : str
    moves : bool
        Whether it has to move; otherwise it is in place.
    brigades, vehicles, soldiers, required : float
        Medians of its worth, size and the day on which it is wanted.
    sent, cut_off, by_end : float
        Shares of futures in which it is sent, finds no open way, has closed by the last day.
    closed : array (quantile,)
        Day of closure over all futures, infinite where it does not close; QUANTILES.
    ordered : float
        Median day of its order where it is sent.
    reasons : mapping of str to float
        Mean days of its last element where it closes, by outcome of REASONS; of the same
        futures `decision_days` is the mean day of its order.
    """

    row: int
    id: str
    moves: bool
    brigades: float
    vehicles: float
    soldiers: float
    required: float
    sent: float
    cut_off: float
    by_end: float
    closed: tuple[float, ...]
    ordered: float
    reasons: Mapping[str, float]

    @property
    def held_up_by(self) -> tuple[tuple[str, float], ...]:
        """What cost it most, in words and mean days, the longest first; moving and integration left out."""
        waits = {
            word: self.reasons[name]
            for name, word in REASONS.items()
            if name not in ("moving_days", "integration_days")
        }
        waits["decision"] = self.reasons["decision_days"]
        return tuple(sorted(((k, v) for k, v in waits.items() if v >= 0.05), key=lambda x: -x[1]))


@dataclass(frozen=True, slots=True)
class Capacity:
    """A link, port, gauge break or railhead: how much passed it, who waited, what more of it buys.

    Parameters
    ----------
    table, id : str
    row : int
    traffic : float
        Mean vehicles over it.
    waiting : float
        Mean vehicle-days of waiting for it.
    gain : Estimate or None
        Mean brigade-days bought by one more trainload a day; None where it was not tried.
    """

    table: str
    id: str
    row: int
    traffic: float
    waiting: float
    gain: Estimate | None = None


@dataclass(frozen=True, slots=True)
class OptionRace:
    """The race under one option.

    Parameters
    ----------
    option : Option
    fans : mapping of str to array (quantile, day)
        Series along the clock.
    closures : tuple of Closure
        Active formations, those that move first, by median day of closure.
    capacities : tuple of Capacity
        All that anybody used, the longest waiting first.
    places, axes : mapping of str to array (quantile, day)
        Brigades closed by day at each place where formations fight, and at the places of each
        axis ("" for those of none).
    failed : int
        Futures with a bad status; they count nowhere.
    """

    option: Option
    fans: Mapping[str, Float64[np.ndarray, "quantile day"]]
    closures: tuple[Closure, ...]
    capacities: tuple[Capacity, ...]
    places: Mapping[str, Float64[np.ndarray, "quantile day"]]
    axes: Mapping[str, Float64[np.ndarray, "quantile day"]]
    failed: int

    @property
    def movers(self) -> tuple[Closure, ...]:
        """Those that have to move."""
        return tuple(x for x in self.closures if x.moves)


@dataclass(frozen=True, slots=True)
class Leg:
    """One link of a planned way: places, and by what."""

    start: str
    end: str
    table: str
    link: str


@dataclass(frozen=True, slots=True)
class Race:
    """A case's options side by side; made by `race`.

    Parameters
    ----------
    case : Case
    plans : mapping of str to mapping of str to float
        By option: the share of futures in which the attacker takes each plan.
    futures, seed, days : int
    ways : mapping of int to tuple of Leg
        By row of `formations`: its planned way where nothing is closed, empty where there is none.
    results : tuple of OptionRace
    """

    case: Case
    plans: Mapping[str, Mapping[str, float]]
    futures: int
    seed: int
    days: int
    ways: Mapping[int, tuple[Leg, ...]]
    results: tuple[OptionRace, ...]


def race(
    case: Case,
    *,
    options: Sequence[str] = (),
    plan: str = "",
    futures: int = 2048,
    seed: int = 0,
    trials: int = 5,
    workers: int = 2,
    model: Model | None = None,
) -> Race:
    """Run the reinforcement race of a case.

    Parameters
    ----------
    case : Case
        Of the theatre or the campaign model.
    options : sequence of str
        Which options; all of them unless given.
    plan : str
        The attacker's plan; as the case weights them unless given.
    futures : int
        A multiple of 16 times a power of two.
    seed : int
    trials : int
        Capacities to try with one more trainload a day, per option; 0 for none.
    workers : int
        Threads; they do not change the results.
    model : Model, optional
        The model registered under the case's `model` unless given.

    Returns
    -------
    Race

    Raises
    ------
    AnalysisError
        If the case has another model, or no such option or plan, or no plan has a weight.
    """
    model = model or find_model(case.model)
    if not {x.name for x in case.spec.outcomes} >= {"closed_day", *REASONS}:
        raise AnalysisError(
            f"{case.name} is a case of model {case.model!r}; only the models theatre and campaign deploy formations"
        )
    work = Work(case, model, Settings(Design("sobol", futures, seed)), None)
    chosen = [_place(work.superset.options, x, "option") for x in options] or list(range(len(work.superset.options)))
    change = _only(work, plan)
    weights = [_weights(work, option, plan) for option in chosen]
    with ThreadPoolExecutor(workers) as pool:
        results = [_option(work, option, change, trials, pool) for option in chosen]
    shares = {result.option.id: mine for result, mine in zip(results, weights, strict=True)}
    return Race(case, shares, futures, seed, len(work.superset.rows["clock"]), _ways(work), tuple(results))


def _ways(work: Work) -> dict[int, tuple[Leg, ...]]:
    tables = work.superset.rows
    network = plan_network(with_losses(tables))

    def leg(edge: Edge) -> Leg:
        links = tables[edge.table]
        start, end = (str(links.columns[x][edge.row]) for x in (("end", "start") if edge.back else ("start", "end")))
        return Leg(start, end, edge.table, links.ids[edge.row])

    return {
        int(row): tuple(leg(edge) for edge in network.path(mover, 0) if edge.table in LINKS)
        for mover, row in enumerate(network.movers)
    }


def _place(known: Sequence[str], name: str, what: str) -> int:
    if name in known:
        return known.index(name)
    near = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise AnalysisError(f"no {what} is called {name!r}; there are {', '.join(known)}{hint}")


def _plans(work: Work) -> tuple[str, ...]:
    return tuple(id for id in work.superset.rows["plans"].ids if not id.startswith("~"))


def _only(work: Work, plan: str) -> Any:
    """A change of inputs after which the attacker takes one plan."""
    if not plan:
        return dict
    place = _place(_plans(work), plan, "plan")

    def change(values: dict[str, Any]) -> dict[str, Any]:
        weight = np.zeros(len(work.superset.rows["plans"]))
        weight[place] = 1.0
        return values | {"plan_weight": weight}

    return change


def _weights(work: Work, option: int, plan: str) -> dict[str, float]:
    """Mean share of futures in which the attacker takes each plan under an option."""
    plans = _plans(work)
    if plan:
        return {plan: 1.0}
    weight = np.atleast_2d(work.inputs(option, _futures(work))["plan_weight"])[:, : len(plans)]
    weight = weight * work.superset.active["plans"][option][: len(plans)]
    if not (weight.sum(axis=1) > 0).all():
        raise AnalysisError("no plan of the attacker has a weight; give plan_weight a value above 0, or name a plan")
    shares = (weight / weight.sum(axis=1, keepdims=True)).mean(axis=0)
    return {id: float(share) for id, share in zip(plans, shares, strict=True) if share > 0}


def _futures(work: Work) -> Any:
    return np.arange(work.settings.design.futures, dtype=np.uint32)


def _option(work: Work, option: int, change: Any, trials: int, pool: ThreadPoolExecutor) -> OptionRace:
    found = {name: x[:, 0] for name, x in work.replay(option, _futures(work), change, pool).items()}
    values = change(work.inputs(option, _futures(work)))
    good = found["status"] == 0
    if not good.any():
        raise AnalysisError(f"no future of option {work.superset.options[option]} has a good status; see vallum run")
    capacities = _capacities(work, found, good)
    total = sum(x.waiting for x in capacities)
    tried = [
        _tried(work, option, change, capacity, found, good, pool)
        if place < trials and capacity.waiting > WAITING * total
        else capacity
        for place, capacity in enumerate(capacities)
    ]
    closures = _closures(work, option, found, good, values)
    return OptionRace(
        option=work.case.options[option],
        fans={
            x.name: np.quantile(found[x.name][good].astype(np.float64), QUANTILES, axis=0)
            for x in work.model.spec.series
            if x.per == "clock"
        },
        closures=closures,
        capacities=tuple(tried),
        places=_by_place(work, closures, found, good, _destinations(work)),
        axes=_by_place(work, closures, found, good, _axes(work)),
        failed=int(np.count_nonzero(~good)),
    )


def _theatre(work: Work) -> Theatre:
    """The race in what the model planned: all of it, or that of a campaign."""
    return getattr(work.structure, "theatre", work.structure)


def _closures(
    work: Work, option: int, found: Series, good: Bool[np.ndarray, " future"], values: Mapping[str, Any]
) -> tuple[Closure, ...]:
    formations = work.superset.rows["formations"]
    last = len(work.superset.rows["clock"]) - 1
    active = work.superset.active["formations"][option]
    moving = np.asarray(_theatre(work).moves)
    mine = {name: found[name][good] for name in ("closed_day", "worth", "sent", "cut_off", "order_day", *REASONS)}

    turnout = np.atleast_2d(values["turnout"])

    def middle(name: str, row: int) -> float:
        share = 1.0 if name == "required_day" else turnout[:, row]
        return float(np.median(np.atleast_2d(values[name])[:, row] * share))

    def one(row: int) -> Closure:
        closed, order = mine["closed_day"][:, row].astype(np.float64), mine["order_day"][:, row]
        known, sent = np.isfinite(closed), mine["sent"][:, row]
        reasons = {name: float(mine[name][known, row].mean()) if known.any() else np.nan for name in REASONS}
        reasons["decision_days"] = float(order[known].mean()) if known.any() else np.nan
        return Closure(
            row=row,
            id=formations.ids[row],
            moves=bool(moving[row]),
            brigades=float(np.median(mine["worth"][:, row])),
            vehicles=middle("vehicles", row),
            soldiers=middle("personnel", row),
            required=middle("required_day", row),
            sent=float(sent.mean()),
            cut_off=float(mine["cut_off"][:, row].mean()),
            by_end=float((closed <= last).mean()),
            closed=tuple(float(x) for x in np.quantile(closed, QUANTILES, method="inverted_cdf")),
            ordered=float(np.median(order[sent])) if sent.any() else np.inf,
            reasons=reasons,
        )

    closures = [one(row) for row, id in enumerate(formations.ids) if active[row] and not id.startswith("~")]
    return tuple(sorted(closures, key=lambda x: (not x.moves, x.closed[2], x.closed[1], x.id)))


def _destinations(work: Work) -> tuple[str, ...]:
    return tuple(str(x) for x in work.superset.rows["formations"].columns["destination"])


def _axes(work: Work) -> tuple[str, ...]:
    """The axis of every formation's destination, "" where it has none."""
    nodes = work.superset.rows["nodes"]
    axis = dict(zip(nodes.ids, nodes.columns["axis"], strict=True))
    return tuple(str(axis.get(x) or "") for x in _destinations(work))


def _by_place(
    work: Work, closures: Sequence[Closure], found: Series, good: Bool[np.ndarray, " future"], places: Sequence[str]
) -> dict[str, Float64[np.ndarray, "quantile day"]]:
    """Brigades closed by day, formations with the same place counted together."""
    rows: dict[str, list[int]] = {}
    for closure in closures:
        rows.setdefault(places[closure.row], []).append(closure.row)
    days = np.arange(len(work.superset.rows["clock"]))
    fans: dict[str, Float64[np.ndarray, "quantile day"]] = {}
    for place in sorted(rows, key=lambda x: (x == "", x)):
        closed, worth = (found[name][good][:, rows[place]] for name in ("closed_day", "worth"))
        by_day = np.stack([np.where(closed <= day, worth, 0).sum(axis=1) for day in days], axis=1)
        fans[place] = np.quantile(by_day, QUANTILES, axis=0)
    return fans


def _capacities(work: Work, found: Series, good: Bool[np.ndarray, " future"]) -> list[Capacity]:
    used: list[Capacity] = []
    for table, (_, begin, _) in CAPACITIES.items():
        traffic, waiting = (found[f"{begin}_{what}"][good].mean(axis=0) for what in ("traffic", "wait"))
        ids = work.superset.rows[table].ids
        used += [
            Capacity(table, ids[int(row)], int(row), float(traffic[row]), float(waiting[row]))
            for row in np.flatnonzero(traffic)
        ]
    return sorted(used, key=lambda x: (-x.waiting, x.table, x.id))


def _tried(
    work: Work,
    option: int,
    change: Any,
    capacity: Capacity,
    found: Series,
    good: Bool[np.ndarray, " future"],
    pool: ThreadPoolExecutor,
) -> Capacity:
    """The capacity with the gain of one more trainload a day, in the same futures with the same luck."""
    name = CAPACITIES[capacity.table][0]

    def more(values: dict[str, Any]) -> dict[str, Any]:
        values = change(values)
        held, load = np.atleast_2d(values[name]), np.asarray(values["vehicles_per_train"], np.float64)
        raised = np.repeat(held, len(load), axis=0) if len(held) == 1 else held.copy()
        if capacity.table in TRAINS:
            load = np.ones_like(load)
        elif capacity.table == "air_routes":
            load = load * _soldiers_a_vehicle(work, option, values)
        raised[:, capacity.row] += load
        return values | {name: raised}

    again = work.replay(option, _futures(work), more, pool)
    sums = [
        np.sum(x["brigades_by_day"].astype(np.float64), axis=-1)
        for x in (again, {k: v[:, None] for k, v in found.items()})
    ]
    both = good[:, None] & (again["status"] == 0)
    gain = difference(sums[0], sums[1], both, work.settings.design.scramble())
    return Capacity(capacity.table, capacity.id, capacity.row, capacity.traffic, capacity.waiting, gain)


def _soldiers_a_vehicle(work: Work, option: int, values: Mapping[str, Any]) -> float:
    """Soldiers a vehicle of the active formations that fly, so that a load flown is worth one driven."""
    cells = work.superset.rows["formations"].columns
    flies = [x == "light" or bool(kit) for x, kit in zip(cells["heaviness"], cells["kit"], strict=True)]
    rows = np.flatnonzero(_theatre(work).moves & np.array(flies) & work.superset.active["formations"][option])
    soldiers, vehicles = (np.atleast_2d(values[x])[:, rows].mean(axis=0).sum() for x in ("personnel", "vehicles"))
    return float(soldiers / vehicles) if vehicles > 0 else 1.0
