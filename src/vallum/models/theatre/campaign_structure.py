"""What no campaign of a case changes: the race's structure, axes and segments, echelons, the law and its fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vallum.keys import entity_keys
from vallum.models.theatre.combat import Rules
from vallum.models.theatre.engagement import Fits, read_fits
from vallum.models.theatre.fitted_law import FITTED
from vallum.models.theatre.network import place_rows
from vallum.models.theatre.routes import with_losses
from vallum.models.theatre.structure import CAPACITIES, Theatre
from vallum.models.theatre.structure import plan as plan_race
from vallum.spec import Rows, Tables

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int32, UInt32

STEPS = 4  # of a day


class Campaign(NamedTuple):
    """What no run changes.

    Attributes
    ----------
    theatre : Theatre
    rules : Rules
        The law of battle; another one makes another program.
    fits : Fits
    steps : int
        Steps of a day.
    front_row : array (axis,)
        Row of `axes` of each axis that some echelon may come to; only those count below.
    segment_row : array (axis, place)
        Row of `segments`, 0 beyond the last.
    segments : array (axis,)
        Segments of each axis.
    rugged : array (axis, place)
    segment_key, axis_key, phase_key, counter_key : arrays of uint32
        Identities, for luck; the last, by axis, of a counter-offensive on its last segment.
    falls_with : array (axis, place)
        Which of the places that may fall falls with a segment, -1 for none.
    sector : array (axis,)
        Number of the axis's sector.
    sectors : int
    formation_axis, formation_sector : arrays (formation,)
        Where each formation is to fight; the number of axes, or of sectors, where there is none.
    echelon_plan, echelon_axis : arrays (echelon,)
    axis_plans : array of bool (axis, plan)
        Whether an axis serves the aim of a plan.
    phase_first, phase_last : arrays (phase,)
    at_sea, in_port : arrays (resource,)
        Whether a capacity is an exposed sea route (how far), and whether it is a port.
    """

    theatre: Theatre
    rules: Rules
    fits: Fits
    steps: int
    front_row: Int32[np.ndarray, " axis"]
    segment_row: Int32[np.ndarray, "axis place"]
    segments: Int32[np.ndarray, " axis"]
    rugged: Float[np.ndarray, "axis place"]
    segment_key: UInt32[np.ndarray, "axis place"]
    axis_key: UInt32[np.ndarray, " axis"]
    counter_key: UInt32[np.ndarray, " axis"]
    falls_with: Int32[np.ndarray, "axis place"]
    sector: Int32[np.ndarray, " axis"]
    sectors: int
    formation_axis: Int32[np.ndarray, " formation"]
    formation_sector: Int32[np.ndarray, " formation"]
    echelon_plan: Int32[np.ndarray, " echelon"]
    echelon_axis: Int32[np.ndarray, " echelon"]
    axis_plans: Bool[np.ndarray, "axis plan"]
    phase_key: UInt32[np.ndarray, " phase"]
    phase_first: Float[np.ndarray, " phase"]
    phase_last: Float[np.ndarray, " phase"]
    at_sea: Float[np.ndarray, " resource"]
    in_port: Float[np.ndarray, " resource"]


def plan(tables: Tables) -> Campaign:
    """Plan routes, read the engagement law, and turn the tables into arrays.

    Parameters
    ----------
    tables : mapping of str to Rows

    Returns
    -------
    Campaign

    Raises
    ------
    ValueError
        An axis has two segments in one place, or places that do not run 1, 2, 3 and so on; a fit
        of the engagement law lacks something; or what the race raises.
    """
    tables = with_losses(tables)
    segments, axes, place = tables["segments"], tables["axes"], place_rows(tables["nodes"])
    theatre, falling = plan_race(tables), tables["node_losses"].columns["node"]
    doomed = {row: at for at, row in enumerate(sorted({place[str(node)] for node in falling}))}
    plans, echelons, phases = tables["plans"], tables["echelons"], tables["phases"]
    named = {str(x) for x in echelons.columns["axis"] if x is not None}
    chains = {row: _chain(segments, id) for row, id in enumerate(axes.ids)}
    fronts = [row for row, id in enumerate(axes.ids) if id in named and chains[row]]
    places = max([1, *(len(chains[row]) for row in fronts)])
    shape = max(1, len(fronts)), places
    rows, falls, rugged = np.zeros(shape, np.int32), np.full(shape, -1, np.int32), np.zeros(shape)
    for axis, front in enumerate(fronts):
        for at, row in enumerate(chains[front]):
            rows[axis, at], rugged[axis, at] = row, float(str(segments.columns["rugged"][row]))
            node = segments.columns["node"][row]
            falls[axis, at] = doomed[place[str(node)]] if node not in (None, "") else -1
    keys = entity_keys([*(segments.ids or ("~",)), *(f"{id} retaken" for id in segments.ids or ("~",))])
    keys, counter_keys = np.split(keys, 2)
    last = np.array([chains[row][-1] for row in fronts] or [0])
    front_row = np.array(fronts or [len(axes)], np.int32)
    plan_row = {id: row for row, id in enumerate(plans.ids)}
    front_of = {axes.ids[row]: axis for axis, row in enumerate(fronts)}
    sectors = sorted({str(x) for x in axes.columns["sector"] if x is not None})
    sector = np.array([sectors.index(str(x)) if x is not None else len(sectors) for x in axes.columns["sector"]])
    aims = [axes.columns["aim"][row] for row in fronts] or [None]
    front_of_row = np.array([front_of.get(id, len(front_row)) for id in axes.ids] + [len(front_row)])

    def numbers(table: Rows, column: str) -> Float[np.ndarray, " row"]:
        return np.array([float(str(x or 0)) for x in table.columns[column]])

    return Campaign(
        theatre=theatre,
        rules=FITTED,
        fits=read_fits(tables),
        steps=STEPS,
        front_row=front_row,
        segment_row=rows,
        segments=np.array([len(chains[row]) for row in fronts] or [0], np.int32),
        rugged=rugged,
        segment_key=keys[rows],
        axis_key=entity_keys([axes.ids[row] for row in fronts] or ["~"]),
        counter_key=counter_keys[last],
        falls_with=falls,
        sector=np.array([sector[row] for row in fronts] or [0], np.int32),
        sectors=max(1, len(sectors)),
        formation_axis=front_of_row[theatre.axis].astype(np.int32),
        formation_sector=np.array([*sector, max(1, len(sectors))], np.int32)[theatre.axis],
        echelon_plan=np.array([plan_row.get(str(x), -1) for x in echelons.columns["plan"]], np.int32),
        echelon_axis=np.array([front_of.get(str(x), len(front_row)) for x in echelons.columns["axis"]], np.int32),
        axis_plans=np.array([[a is not None and a == b for b in plans.columns["aim"]] for a in aims], bool),
        phase_key=entity_keys(phases.ids),
        phase_first=numbers(phases, "first_day"),
        phase_last=numbers(phases, "last_day"),
        at_sea=_of_resources("sea_routes", theatre.exposed, tables, theatre),
        in_port=_of_resources("ports", np.ones(len(tables["ports"])), tables, theatre),
    )


def _of_resources(
    name: str, values: Float[np.ndarray, " row"], tables: Tables, theatre: Theatre
) -> Float[np.ndarray, " resource"]:
    """Values of the rows of one table of capacities, by capacity; 0 for those of others."""
    slots = [values if x == name else np.zeros(len(tables[x])) for x in CAPACITIES]
    return np.concatenate([*slots, np.zeros(1)])[theatre.resource_slot]


def _chain(segments: Rows, axis: str) -> list[int]:
    """Rows of `segments` along an axis, from the attacker's side."""
    mine = [
        row for row, x in enumerate(segments.columns["axis"]) if x == axis and not segments.ids[row].startswith("~")
    ]
    found = {float(str(segments.columns["place"][row])): row for row in mine}
    if sorted(found) != list(range(1, len(mine) + 1)):
        raise ValueError(f"the segments of axis {axis!r} are not in places 1 to {len(mine)}, one each")
    return [found[x] for x in sorted(found)]
