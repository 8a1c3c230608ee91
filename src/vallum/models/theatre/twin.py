"""Deployment once more, in plain Python: one run, one request after another, load by load.

Documentation for a reader who wants to follow a movement by hand, and the independent coding
that `deployment` is tested against: it shares nothing with it but the network. The rules:

* A formation moves in four *serials*, quarters of whole trainloads, the first ones the larger.
* Whoever asks earliest for a capacity (a link in one direction, a railhead, a port, a gauge
  break) is served next; of those that ask in the same minute the lower rank, then the lower
  number of the serial.
* A serial passes as one convoy: load j starts j headways after the first, and nobody cuts in.
* It asks for what comes next at the earliest minute from which all its loads, at the headway
  of what comes next, find themselves there when their turn comes; thrown onto another route,
  it closes up for that before it starts.
* It takes the first of its routes that no refusing nation and no fallen place blocks, the one
  it is on before the others, and looks again whenever it asks. Where all are blocked, it stays
  for good and its formation is cut off.

While it runs, the twin holds itself to what nature demands: no load leaves before it has come,
and no two loads pass a capacity closer than the headway of the earlier.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vallum.models.theatre.network import NOTHING, ROUTES, Network

if TYPE_CHECKING:
    from jaxtyping import Int

SERIALS = 4
END = 2**20 - 1  # minutes; nothing is later
MOST = END // 4  # minutes; the longest headway
SHARE = 1024  # headways of the airlift count in minutes / SHARE a soldier
MOST_FLOWN = 2**19  # at this headway of a soldier, in minutes / SHARE, nobody flies
BORDER = 5  # place of the delay at borders among the waits; the others are the kinds of edges


class Order(NamedTuple):
    """What one formation that moves is told.

    Attributes
    ----------
    ready : int
        Minute from which it may move; END if it never does.
    loads : int
        Trainloads.
    soldiers : int
        Soldiers a load.
    march : int
        0 on transporters, 1 on wheels.
    rank : int
        0 for the one that goes first among those who ask in the same minute.
    """

    ready: int
    loads: int
    soldiers: int
    march: int
    rank: int


class Passage(NamedTuple):
    """One serial over one edge.

    Attributes
    ----------
    mover, serial, edge : int
        Which serial of which formation, over which edge of the network.
    asked, started, left : int
        Minute of its request, of its first load's start, and in which its last load is at the end of the edge.
    """

    mover: int
    serial: int
    edge: int
    asked: int
    started: int
    left: int


class Arrival(NamedTuple):
    """What became of one formation.

    Attributes
    ----------
    minutes : tuple of int
        Arrival of each load, serial by serial; END where it never arrives.
    cut_off : bool
        It was ready, and some serial neither arrives in full nor asks for anything any more.
    waits : tuple of int
        Minutes its last serial waited for each kind of edge, and in place BORDER at borders.
    """

    minutes: tuple[int, ...]
    cut_off: bool
    waits: tuple[int, ...]


@dataclass
class _Serial:
    """Where one serial stands: `here` is the minute in which each of its loads came there."""

    mover: int
    number: int
    state: int
    here: list[int]
    route: int = 0
    arrived: bool = False
    waits: list[int] = field(default_factory=lambda: [0] * (BORDER + 1))


@dataclass
class _Capacity:
    """What passes one at a time."""

    free: int = 0
    closed: int = 0

    def admit(self, asked: int, loads: int, headway: int) -> list[int]:
        """The minutes in which the loads of a convoy start."""
        first = max(asked, self.free)
        starts = [first + j * headway for j in range(loads)]
        assert first >= END or first >= self.closed, "two loads are closer than the headway of the earlier"
        if headway:  # what has no limit is never taken
            self.free = min(first + loads * headway, END)
            self.closed = starts[-1] + headway
        return starts


def move(
    network: Network,
    orders: Sequence[Order],
    travel: Int[np.ndarray, "march edge"],
    border: Int[np.ndarray, " edge"],
    headway: Int[np.ndarray, " resource"],
    refused: int,
    falls: Sequence[int],
) -> tuple[list[Arrival], list[Passage]]:
    """Move every formation until nobody asks for anything any more.

    Parameters
    ----------
    network : Network
        As planned.
    orders : sequence of Order
        One for each of `network.movers`.
    travel : array (march, edge)
        Minutes from start to end of an edge, delay at the border included.
    border : array (edge,)
        That delay alone.
    headway : array (resource,)
        Minutes between loads; minutes / SHARE between soldiers in the airlift.
    refused : int
        One bit a nation that lets nobody through.
    falls : sequence of int
        Minute from which each of `network.doomed` is behind the front.

    Returns
    -------
    list of Arrival
        One a formation.
    list of Passage
        In the order in which they were asked for.
    """
    march = March(network, orders, refused)
    march.go_on(travel, border, headway, falls)
    return march.arrivals(), march.passages


class March:
    """Every formation on its way, and who asks for what next.

    Parameters
    ----------
    network : Network
    orders : sequence of Order
    refused : int
        As for `move`.
    """

    def __init__(self, network: Network, orders: Sequence[Order], refused: int) -> None:
        self.network, self.orders, self.refused = network, orders, refused
        self.passages = list[Passage]()
        self._formations = [_serials(network, mover, order) for mover, order in enumerate(orders)]
        self._capacities = [_Capacity() for _ in network.resources]
        self._requests = [
            (orders[serial.mover].ready, orders[serial.mover].rank, serial.number, serial.mover)
            for serials in self._formations
            for serial in serials
            if serial.here and orders[serial.mover].ready < END
        ]
        heapq.heapify(self._requests)

    def go_on(
        self,
        travel: Int[np.ndarray, "march edge"],
        border: Int[np.ndarray, " edge"],
        headway: Int[np.ndarray, " resource"],
        falls: Sequence[int],
        until: int = END,
    ) -> None:
        """Serve every request made before a minute, the earliest first; the ways as for `move`."""
        while self._requests and self._requests[0][0] < until:
            asked, rank, number, mover = heapq.heappop(self._requests)
            network, order, serial = self.network, self.orders[mover], self._formations[mover][number]
            route = _route(network, serial, self.refused, _fallen(falls, asked))
            if route is None:
                continue  # it stays for good
            edge = int(network.hop[mover, route, serial.state])
            capacity = self._capacities[int(network.resource[edge])]
            gap = _gap(network, edge, headway, order)
            # A convoy thrown onto another route has closed up for the edge it expected, not for this one.
            closed_up = max(asked, *(minute - j * gap for j, minute in enumerate(serial.here)))
            starts = capacity.admit(closed_up, len(serial.here), gap)
            assert all(a <= b for a, b in zip(serial.here, starts, strict=True)), "a load leaves before it has come"
            _account(network, serial, edge, starts[0] - asked, int(border[edge]))
            serial.here = [minute + int(travel[order.march, edge]) for minute in starts]
            serial.state, serial.route = network.edges[edge].end, route
            serial.arrived = serial.state == int(network.goal[mover])
            self.passages.append(Passage(mover, number, edge, asked, starts[0], serial.here[-1]))
            if not serial.arrived:
                gap = _gap(network, int(network.hop[mover, route, serial.state]), headway, order)
                asks = max(minute - j * gap for j, minute in enumerate(serial.here))
                if asks < END:
                    heapq.heappush(self._requests, (asks, rank, number, mover))

    def arrivals(self) -> list[Arrival]:
        """What became of each formation so far."""
        return [_arrival(serials, order) for serials, order in zip(self._formations, self.orders, strict=True)]


def _serials(network: Network, mover: int, order: Order) -> list[_Serial]:
    """A formation's quarters, all of them where it starts."""
    sizes = [(order.loads + SERIALS - 1 - k) // SERIALS for k in range(SERIALS)]
    return [_Serial(mover, k, int(network.start[mover]), [order.ready] * n) for k, n in enumerate(sizes)]


def _fallen(falls: Sequence[int], minute: int) -> int:
    """One bit a place that is behind the front by then."""
    return sum(1 << place for place, falling in enumerate(falls) if minute >= falling)


def _route(network: Network, serial: _Serial, refused: int, fallen: int) -> int | None:
    """The route it is on if that is open, else the first that is."""

    def is_open(route: int) -> bool:
        here = serial.mover, route, serial.state
        refusing, lost = int(network.crosses[here]) & refused, int(network.passes[here]) & fallen
        return int(network.hop[here]) >= 0 and not refusing and not lost

    preferred = [serial.route, *range(ROUTES)]
    return next((route for route in preferred if is_open(route)), None)


def _gap(network: Network, edge: int, headway: Int[np.ndarray, " resource"], order: Order) -> int:
    """Minutes between a formation's loads over an edge."""
    resource = int(network.resource[edge])
    table, _ = network.resources[resource]
    one = int(headway[resource])
    if table != "air_routes":
        return one
    return MOST if one >= MOST_FLOWN else min(order.soldiers * one // SHARE, MOST)


def _account(network: Network, serial: _Serial, edge: int, wait: int, border: int) -> None:
    """Book what a serial waits for; what takes no capacity is waited for by nobody."""
    kind = network.edges[edge].kind
    if kind != NOTHING:
        serial.waits[kind] += wait
    serial.waits[BORDER] += border


def _arrival(serials: Sequence[_Serial], order: Order) -> Arrival:
    """What became of a formation, from what became of its serials that have loads."""
    real = [serial for serial in serials if serial.here]
    minutes = [min(minute, END) if serial.arrived else END for serial in real for minute in serial.here]
    waits = real[-1].waits if real else [0] * (BORDER + 1)
    return Arrival(tuple(minutes), order.ready < END and END in minutes, tuple(waits))
