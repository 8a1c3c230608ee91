"""Deployment: who gets where when, over links and ports that others want too.

Every formation moves in quarters (*serials*) of whole trainloads (*loads*). The rules:

* **First come, first served.** A link in each direction, a railhead, a port and a gauge
  break each serve one serial after the other, in the order in which they ask; of two that
  ask in the same minute the one whose formation is wanted earlier goes first, then the one
  whose id sorts first.
* **Convoy rule.** A serial passes as one convoy, load behind load at the headway h of what
  it passes (1 / capacity), and nobody cuts in. It asks for the next link as soon as it can
  pass that without gaps.

So a serial of n loads that asks at time t for a link that is free from time c

    starts at            s  = max(t + gaps, c)                                        (1)
    leaves it free at    c' = s + n h                                                 (2)
    asks for the next at t' = s + travel + (n - 1) max(0, h - h')                     (3)
    has arrived at       t' = s + travel + (n - 1) h      where this was the last     (4)

with gaps = (n - 1) (max(0, h0 - h) - max(0, h0 - he)), not below 0: h0 the headway at which it
came and he the one it expected when it asked, so that there are none where it finds that one.

Whoever asks earliest is served next: one event a serial and link, in the order of time,
exact and without a time step. Times are whole minutes, sums of integers, the same on every
machine. A formation takes the first of its routes that no refusing nation and no fallen
place blocks, looks again wherever it asks for a link, and goes on from where it stands.
Where all are blocked it stays and is *cut off*. Each run keeps its own clock, so a block
of runs advances together, one event each at a time; the run axis comes last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vallum.models.theatre.network import NOTHING, ROUTES, Network

if TYPE_CHECKING:
    from jaxtyping import Array, Bool, Int32, UInt32

SERIALS = 4  # a formation moves in quarters
CLOCK_BITS = 20
RANK_BITS = 31 - CLOCK_BITS
END = 2**CLOCK_BITS - 1  # minutes; nothing is later
NEVER = 2**31 - 1
SHARE = 1024  # headways of the airlift count in minutes / SHARE per soldier
BORDER = 5  # place of the wait at borders among the waits; the others are `network`'s kinds of edges
WAITS = 6
MOST = END // 4  # minutes; the longest headway
MOST_FLOWN = 2**19  # longest headway of a soldier, in minutes / SHARE; at it nobody flies
MOST_SOLDIERS = 2**12 - 1  # of one load


class Grid(NamedTuple):
    """What movement takes from a `Network`: arrays alone.

    Attributes
    ----------
    choices : array (mover * state, ROUTES, 3) of uint32
        On each route from a state: the edge to take, the nations and the places ahead.
    ends, kinds, resource : arrays (edge,)
        State at its end, what it is, and the capacity it takes.
    start, goal : arrays (mover,)
        States.
    flown : array of bool (resource,)
        Where soldiers take the capacity, not vehicles.
    """

    choices: UInt32[np.ndarray, "mover_state route 3"]
    ends: Int32[np.ndarray, " edge"]
    kinds: Int32[np.ndarray, " edge"]
    resource: Int32[np.ndarray, " edge"]
    start: Int32[np.ndarray, " mover"]
    goal: Int32[np.ndarray, " mover"]
    flown: Bool[np.ndarray, " resource"]


class Ways(NamedTuple):
    """What movement takes in each run, in whole minutes.

    Attributes
    ----------
    travel : array (march, edge, run)
        For vehicles on transporters (0) and on wheels (1); delay at the border included.
    border : array (edge, run)
        That delay alone.
    headway : array (resource, run)
        Between loads; per soldier and times SHARE where soldiers are counted.
    """

    travel: Int32[Array, "march edge run"]
    border: Int32[Array, "edge run"]
    headway: Int32[Array, "resource run"]


class Orders(NamedTuple):
    """What each formation that moves is told.

    Attributes
    ----------
    ready : array (mover, run)
        Minute from which it may move; END if it never does.
    loads : array (mover, run)
        Trainloads.
    soldiers : array (mover, run)
        Soldiers a load, at most MOST_SOLDIERS.
    march : array (mover,)
        0 on transporters, 1 on wheels.
    rank : array (mover, run)
        0 for the one that goes first among those who ask at once.
    refused : array (run,) of uint32
        One bit a nation that lets nobody through.
    falls : array (doomed, run)
        Minute from which a place is behind the front.
    """

    ready: Int32[Array, "mover run"]
    loads: Int32[Array, "mover run"]
    soldiers: Int32[Array, "mover run"]
    march: Int32[Array, " mover"]
    rank: Int32[Array, "mover run"]
    refused: UInt32[Array, " run"]
    falls: Int32[Array, "doomed run"]


class Movement(NamedTuple):
    """Where everyone stands at some time; flat arrays, the run axis last.

    Attributes
    ----------
    asks : array (serial * run,)
        Minute of the next request and rank of the serial in one number; NEVER if there is none.
    stands : array (serial * run,)
        State and route of each serial in one number.
    free : array (resource * run,)
        Minute from which each capacity is free.
    arrived : array (serial * run,)
        Minute in which the last load of a serial arrives, END before.
    spacing : array (serial * run,)
        Minutes between its loads as they come to where it stands.
    expected : array (serial * run,)
        Headway of what it asks for next, as it was when it set out for it.
    waits : array (serial * WAITS * run,)
        Minutes waited, by what for.
    queues : array (resource * run,)
        Load-minutes waited at each capacity.
    used : array (resource * run,)
        Loads that have passed each capacity.
    """

    asks: Int32[Array, " serial_run"]
    stands: Int32[Array, " serial_run"]
    free: Int32[Array, " resource_run"]
    arrived: Int32[Array, " serial_run"]
    spacing: Int32[Array, " serial_run"]
    expected: Int32[Array, " serial_run"]
    waits: Int32[Array, " serial_wait_run"]
    queues: Int32[Array, " resource_run"]
    used: Int32[Array, " resource_run"]


def grid(network: Network) -> Grid:
    """The arrays of a network."""
    table = np.stack([network.hop.astype(np.uint32), network.crosses, network.passes], axis=-1)
    return Grid(
        choices=table.transpose(0, 2, 1, 3).reshape(-1, ROUTES, 3),
        ends=np.array([edge.end for edge in network.edges], np.int32),
        kinds=np.array([edge.kind for edge in network.edges], np.int32),
        resource=network.resource,
        start=network.start,
        goal=network.goal,
        flown=np.array([table == "air_routes" for table, _ in network.resources], bool),
    )


def serial_loads(loads: Any) -> Any:
    """Loads of each quarter of a formation, the first ones the larger: shape (mover, serial, ...)."""
    import jax.numpy as jnp

    return jnp.stack([(loads + SERIALS - 1 - k) // SERIALS for k in range(SERIALS)], axis=1)


def begin(grid: Grid, orders: Orders) -> Movement:
    """Everyone where they start, asking for their first link as soon as they are ready."""
    import jax.numpy as jnp

    movers, runs = orders.ready.shape
    rank = orders.rank[:, None] * SERIALS + np.arange(SERIALS, dtype=np.int32)[:, None]
    idle = (serial_loads(orders.loads) == 0) | (orders.ready[:, None] >= END)
    asks = jnp.where(idle, NEVER, (orders.ready[:, None] << RANK_BITS) | rank)
    serials, resources = movers * SERIALS * runs, len(grid.flown) * runs
    return Movement(
        asks=asks.reshape(-1).astype(jnp.int32),
        stands=jnp.repeat(jnp.asarray(grid.start), SERIALS * runs),
        free=jnp.zeros(resources, jnp.int32),
        arrived=jnp.full(serials, END, jnp.int32),
        spacing=jnp.zeros(serials, jnp.int32),
        expected=jnp.zeros(serials, jnp.int32),
        waits=jnp.zeros(serials * WAITS, jnp.int32),
        queues=jnp.zeros(resources, jnp.int32),
        used=jnp.zeros(resources, jnp.int32),
    )


def _pick(array: Array, index: Array) -> Array:
    return array.at[index].get(mode="promise_in_bounds")


def _put(array: Array, index: Array, value: Array) -> Array:
    return array.at[index].set(value, mode="promise_in_bounds", unique_indices=True)


def _add(array: Array, index: Array, value: Array) -> Array:
    return array.at[index].add(value, mode="promise_in_bounds", unique_indices=True)


def _chosen(values: Array, route: Array) -> Array:
    """Of values by route, that of one route."""
    import jax.numpy as jnp

    return jnp.sum(jnp.where(np.arange(ROUTES, dtype=np.int32) == route[:, None], values, 0), axis=1)


def _first_open(usable: Array, route: Array) -> tuple[Array, Array]:
    """The route it is on if that is usable, else the first that is; and whether there is one."""
    import jax.numpy as jnp

    routes = np.arange(ROUTES, dtype=np.int32)
    order = jnp.where(routes == route[:, None], -1, routes)
    return jnp.argmin(jnp.where(usable, order, ROUTES), axis=1).astype(jnp.int32), jnp.any(usable, axis=1)


def _way_on(row: Array, orders: Orders, time: Array, route: Array) -> tuple[Array, Array, Array]:
    """The edge to take by route, the route that is taken, and whether any is open, at a minute."""
    import jax.numpy as jnp

    bits = jnp.asarray(np.uint32(1) << np.arange(len(orders.falls), dtype=np.uint32))[:, None]
    fallen = jnp.sum(jnp.where(orders.falls <= time, bits, 0), axis=0, dtype=jnp.uint32)
    hops = row[:, :, 0].astype(jnp.int32)
    blocked = (row[:, :, 1] & orders.refused[:, None]) | (row[:, :, 2] & fallen[:, None])
    return hops, *_first_open((blocked == 0) & (hops >= 0), route)


def advance(
    grid: Grid,
    ways: Ways,
    orders: Orders,
    movement: Movement,
    until: Int32[Array, ""] | int = END,
    *,
    ahead: Int32[Array, " run"] | None = None,
    spaced: Callable[[Array, Array], Array] | None = None,
) -> Movement:
    """Serve every request made before a minute, in the order of time.

    Parameters
    ----------
    grid, ways, orders
        As planned, and as they are in each run.
    movement : Movement
        Where everyone stands.
    until : int
        Minute, at most END.
    ahead : array of int (run,), optional
        Minute up to which a run may go on meanwhile: runs of a block that are done would otherwise only
        wait for the busiest. Whoever calls again sees the same movement, whatever runs were together.
    spaced : (resource, minute) -> headway, arrays (run,), optional
        Headways of capacities at a time, where they change; else those of `ways`.

    Returns
    -------
    Movement
    """
    import jax
    import jax.numpy as jnp

    (movers, runs), edges = orders.ready.shape, len(grid.ends)
    if not edges:  # there is no way for anybody
        return movement._replace(asks=jnp.full_like(movement.asks, NEVER))
    states, lane = len(grid.choices) // movers, jnp.arange(runs, dtype=jnp.int32)
    limit = jnp.asarray(until, jnp.int32) << RANK_BITS  # who asks at all asks before END
    reach = limit if ahead is None else jnp.maximum(ahead, until) << RANK_BITS
    choices, ends, kinds, resource, _, goal, flown = (jnp.asarray(x) for x in grid)
    march = jnp.asarray(orders.march)
    loads, soldiers = serial_loads(orders.loads).reshape(-1), orders.soldiers.reshape(-1)
    who = jnp.argsort(orders.rank, axis=0).astype(jnp.int32).reshape(-1)
    travel, border, headway = (x.reshape(-1) for x in ways)

    def gap(edge: Array, mover: Array, time: Array) -> tuple[Array, Array]:
        """The capacity an edge takes, and the headway of this formation's loads there."""
        place = _pick(resource, edge)
        one = spaced(place, time) if spaced else _pick(headway, place * runs + lane)
        lifted = jnp.minimum(_pick(soldiers, mover * runs + lane) * jnp.minimum(one, MOST_FLOWN - 1) // SHARE, MOST)
        return place, jnp.where(_pick(flown, place), jnp.where(one >= MOST_FLOWN, MOST, lifted), one)

    def first(now: Movement) -> Array:
        return jnp.min(now.asks.reshape(-1, runs), axis=0)

    def serve(state: tuple[Movement, Array]) -> tuple[Movement, Array]:
        now, request = state
        live, time = request < reach, request >> RANK_BITS
        rank = jnp.where(live, request & (2**RANK_BITS - 1), 0)
        mover = _pick(who, (rank // SERIALS) * runs + lane)
        number = mover * SERIALS + rank % SERIALS
        serial = number * runs + lane
        stands = _pick(now.stands, serial)
        at, route = stands & 0xFFFF, stands >> 16
        # the first route that nothing blocks, the one it is on before the others
        hops, route, found = _way_on(_pick(choices, mover * states + at), orders, time, route)
        goes = live & found
        edge = jnp.where(goes, _chosen(hops, route), 0)
        # (1) to (4)
        end = _pick(ends, edge)
        there = end == _pick(goal, mover)
        place, h = gap(edge, mover, time)
        following = _chosen(_pick(choices, mover * states + end)[:, :, 0].astype(jnp.int32), route)
        _, h_next = gap(jnp.maximum(following, 0), mover, time)
        n, free, came = _pick(loads, serial), _pick(now.free, place * runs + lane), _pick(now.spacing, serial)
        gaps = jnp.maximum(jnp.maximum(came - h, 0) - jnp.maximum(came - _pick(now.expected, serial), 0), 0)
        start = jnp.minimum(jnp.maximum(time + (n - 1) * gaps, free), END)
        lag = jnp.where(there, h, jnp.maximum(h - h_next, 0))
        then = start + _pick(travel, (_pick(march, mover) * edges + edge) * runs + lane) + (n - 1) * lag
        then = jnp.minimum(then, END)
        asks = jnp.where(goes & ~there & (then < END), (then << RANK_BITS) | rank, NEVER)
        # what it waited for; what takes no capacity is waited for by nobody
        kind, held = _pick(kinds, edge), jnp.where(goes, _pick(border, edge * runs + lane), 0)
        wait = jnp.where(goes & (kind != NOTHING), start - time, 0)
        waits = _add(now.waits, (number * WAITS + kind) * runs + lane, wait)
        after = Movement(
            asks=_put(now.asks, serial, jnp.where(live, asks, _pick(now.asks, serial))),
            stands=_put(now.stands, serial, jnp.where(goes, end | (route << 16), stands)),
            free=_put(now.free, place * runs + lane, jnp.where(goes & (h > 0), jnp.minimum(start + n * h, END), free)),
            arrived=_put(now.arrived, serial, jnp.where(goes & there, then, _pick(now.arrived, serial))),
            spacing=_put(now.spacing, serial, jnp.where(goes, h, came)),
            expected=_put(now.expected, serial, jnp.where(goes, h_next, _pick(now.expected, serial))),
            waits=_add(waits, (number * WAITS + BORDER) * runs + lane, held),
            queues=_add(now.queues, place * runs + lane, wait * n),
            used=_add(now.used, place * runs + lane, jnp.where(goes, n, 0)),
        )
        return after, first(after)

    def some(state: tuple[Movement, Array]) -> Array:
        return jnp.min(state[1]) < limit

    loop: Any = jax.lax.while_loop  # pyright: ignore[reportUnknownVariableType]
    return loop(some, serve, (movement, first(movement)))[0]


def arrivals(orders: Orders, movement: Movement) -> tuple[Int32[Array, "mover serial run"], ...]:
    """Loads, minute in which the last arrives, and minutes between them, by serial."""
    movers, runs = orders.ready.shape
    shape = movers, SERIALS, runs
    return serial_loads(orders.loads), movement.arrived.reshape(shape), movement.spacing.reshape(shape)


def loads_by(minute: Int32[Array, "mover run"], orders: Orders, movement: Movement) -> Int32[Array, "mover run"]:
    """Loads of each formation that have arrived by a minute, train by train."""
    import jax.numpy as jnp

    loads, last, spacing = arrivals(orders, movement)
    late = jnp.maximum(last - minute[:, None], 0)
    # Whole minutes below 2**20 divide exactly to the last whole load in single precision, and many times faster.
    whole = jnp.ceil(late.astype(jnp.float32) / jnp.maximum(spacing, 1).astype(jnp.float32)).astype(jnp.int32)
    behind = jnp.where(spacing > 0, whole, jnp.where(late > 0, loads, 0))
    there = jnp.where(last < END, jnp.clip(loads - behind, 0, loads), 0)
    return jnp.sum(there, axis=1, dtype=jnp.int32)


def cut_off(orders: Orders, movement: Movement) -> Bool[Array, "mover run"]:
    """Which formations were to move and never arrive in full: no way is open, or none that ends in time."""
    import jax.numpy as jnp

    loads, last, _ = arrivals(orders, movement)
    asks = movement.asks.reshape(last.shape)
    return (orders.ready < END) & jnp.any((loads > 0) & (asks == NEVER) & (last >= END), axis=1)
