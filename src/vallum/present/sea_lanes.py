"""How ships go around the land of Europe: a coarse net of sea lanes, so that a map draws no ferry over Jutland.

The lanes serve drawing only. The lengths and times of a case's sea routes stand in the case.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from itertools import pairwise

from vallum.present.projection import distance

Point = tuple[float, float]

OVERSEAS = -15.0
"""Degrees east; a port further west lies beyond the map, across the Atlantic."""

# Waypoints at sea: longitude and latitude, degrees. They are chosen by eye from the basemap.
WAYPOINTS: Mapping[str, Point] = {
    "north Atlantic": (-20.0, 48.5),
    "middle Atlantic": (-20.0, 36.0),
    "western approaches": (-6.5, 48.9),
    "Channel": (-1.5, 50.1),
    "Dover": (1.4, 50.95),
    "Scheldt": (3.0, 51.65),
    "Texel": (4.1, 53.2),
    "German Bight": (7.4, 54.1),
    "west of Jutland": (7.3, 56.2),
    "Hanstholm": (8.0, 57.35),
    "Skagen": (10.7, 57.95),
    "Kattegat": (11.7, 56.8),
    "Kullen": (12.3, 56.35),
    "Elsinore": (12.66, 56.05),
    "Drogden": (12.72, 55.6),
    "Falsterbo": (12.65, 55.25),
    "Samso Belt": (10.8, 55.95),
    "Rosnaes": (10.78, 55.7),
    "Great Belt": (10.97, 55.4),
    "Langeland Belt": (11.0, 54.95),
    "Kiel Bight": (10.75, 54.6),
    "Fehmarn Belt": (11.6, 54.45),
    "Kadet Channel": (12.35, 54.6),
    "Arkona": (13.6, 54.85),
    "Bornholm": (15.4, 54.9),
    "off Rozewie": (18.3, 55.1),
    "off Hel": (18.95, 54.65),
    "south of Gotland": (19.2, 56.0),
    "off Memel": (20.4, 55.75),
    "off Ventspils": (20.8, 57.3),
    "Irbe Strait": (21.9, 57.84),
    "Kolka": (22.75, 57.87),
    "Gulf of Riga": (23.4, 57.6),
    "west of Hiiumaa": (21.4, 59.0),
    "Osmussaar": (23.2, 59.5),
    "Tallinn Bay": (24.6, 59.65),
    "Narva Bay": (27.2, 59.8),
    "Finisterre": (-10.2, 43.5),
    "Saint Vincent": (-9.6, 36.6),
    "Gibraltar": (-5.5, 35.95),
    "Cape Gata": (-1.8, 36.3),
    "Sardinia Channel": (8.5, 38.2),
    "Gulf of Lion": (5.0, 42.8),
    "Hyeres": (6.6, 42.8),
    "Ligurian Sea": (8.9, 43.9),
    "Strait of Sicily": (11.3, 37.4),
    "south of Malta": (14.6, 35.7),
    "Ionian Sea": (19.0, 36.2),
    "Otranto": (18.9, 40.1),
    "Adriatic": (15.3, 43.2),
    "Gulf of Trieste": (13.3, 45.3),
    "Matapan": (22.6, 36.2),
    "Myrtoan Sea": (23.9, 37.0),
    "Kea": (24.45, 37.75),
    "Kafireas": (24.68, 38.02),
    "Skyros": (25.0, 38.9),
    "Thermaikos": (23.3, 39.95),
    "off Limnos": (25.6, 39.6),
    "Thracian Sea": (25.2, 40.35),
    "Dardanelles": (26.1, 40.03),
    "Canakkale": (26.4, 40.15),
    "Marmara": (27.3, 40.6),
    "Bosphorus, south": (28.95, 40.95),
    "Bosphorus, north": (29.15, 41.3),
    "off Burgas": (28.2, 42.4),
    "off Varna": (28.4, 43.1),
    "off Constanta": (29.1, 44.0),
    "off Odesa": (30.9, 46.2),
}
LANES: tuple[tuple[str, ...], ...] = (
    ("north Atlantic", "western approaches", "Channel", "Dover", "Scheldt", "Texel", "German Bight"),
    ("German Bight", "west of Jutland", "Hanstholm", "Skagen", "Kattegat", "Samso Belt", "Rosnaes", "Great Belt"),
    (
        "Great Belt",
        "Langeland Belt",
        "Kiel Bight",
        "Fehmarn Belt",
        "Kadet Channel",
        "Arkona",
        "Bornholm",
        "off Rozewie",
    ),
    ("off Rozewie", "off Hel"),
    ("Kattegat", "Kullen", "Elsinore", "Drogden", "Falsterbo", "Arkona"),
    ("Bornholm", "off Memel"),
    ("off Rozewie", "off Memel"),
    ("off Hel", "off Memel", "off Ventspils", "Irbe Strait", "Kolka", "Gulf of Riga"),
    ("Bornholm", "south of Gotland", "off Ventspils"),
    ("south of Gotland", "west of Hiiumaa", "Osmussaar", "Tallinn Bay", "Narva Bay"),
    ("off Ventspils", "west of Hiiumaa"),
    ("western approaches", "Finisterre", "Saint Vincent", "Gibraltar", "Cape Gata", "Sardinia Channel"),
    ("middle Atlantic", "Saint Vincent"),
    ("middle Atlantic", "Gibraltar"),
    ("Cape Gata", "Gulf of Lion", "Hyeres", "Ligurian Sea"),
    (
        "Sardinia Channel",
        "Strait of Sicily",
        "south of Malta",
        "Ionian Sea",
        "Matapan",
        "Myrtoan Sea",
        "Kea",
        "Kafireas",
        "Skyros",
    ),
    ("Ionian Sea", "Otranto", "Adriatic", "Gulf of Trieste"),
    ("Skyros", "Thermaikos"),
    ("Skyros", "off Limnos", "Dardanelles", "Canakkale", "Marmara", "Bosphorus, south", "Bosphorus, north"),
    ("off Limnos", "Thracian Sea"),
    ("Thermaikos", "off Limnos"),
    ("Bosphorus, north", "off Burgas", "off Varna", "off Constanta", "off Odesa"),
    ("Bosphorus, north", "off Constanta"),
)
_ATLANTIC = ("north Atlantic", "middle Atlantic")
_IN_REACH = 250.0  # kilometres from a port to its waypoint
_BESIDE = 100.0  # kilometres: a port may join any lane so close, not only the nearest


def sea_route(start: Point, end: Point) -> list[Point]:
    """The way of a ship between two ports (longitude, latitude; degrees), along the lanes.

    A port that no lane comes near is joined by a straight line.
    """
    net = _net()
    for port in (start, end):
        net[port] = {}
        for other in _joints(port):
            net[port][other] = net[other][port] = distance(port, other)
    if start == end or not net[start] or not net[end]:
        return [start, end]
    return _shortest(net, start, end)


def _net() -> dict[Point, dict[Point, float]]:
    net: dict[Point, dict[Point, float]] = {x: {} for x in WAYPOINTS.values()}
    for lane in LANES:
        for one, other in pairwise(lane):
            a, b = WAYPOINTS[one], WAYPOINTS[other]
            net[a][b] = net[b][a] = distance(a, b)
    return net


def _joints(port: Point) -> list[Point]:
    """The waypoints that a port's ships set out to."""
    if port[0] < OVERSEAS:
        return [WAYPOINTS[x] for x in _ATLANTIC]
    near = sorted((distance(port, x), x) for x in WAYPOINTS.values())
    return [x for far, x in near if far < max(_BESIDE, min(near[0][0] + 1, _IN_REACH))]


def _shortest(net: Mapping[Point, Mapping[Point, float]], start: Point, end: Point) -> list[Point]:
    """Dijkstra's (1959) shortest path."""
    best, before = {start: 0.0}, dict[Point, Point]()
    queue = [(0.0, start)]
    while queue:
        so_far, here = heapq.heappop(queue)
        if here == end:
            break
        for there, length in net[here].items():
            if so_far + length < best.get(there, float("inf")):
                best[there], before[there] = so_far + length, here
                heapq.heappush(queue, (so_far + length, there))
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
