"""Routes as planned: what formations may take, and what they can fall back on."""

import numpy as np
import pytest

from tests.models.theatre import cases
from tests.models.theatre.networks import tables
from vallum.models.theatre.network import AIR, LAYERS, LINKS, ROUTES, all_edges, place_rows
from vallum.models.theatre.routes import axis_lengths, plan_network


def column(table, name):
    return cases.work().superset.rows[table].columns[name]


def test_no_route_of_the_shipped_case_takes_a_link_of_the_attacker_or_across_the_front():
    for edge in cases.network().edges:
        if edge.table in LINKS:
            assert column(edge.table, "usable_by")[edge.row] == "defender"


def test_heavy_and_medium_equipment_does_not_fly():
    network = cases.network()
    for mover, row in enumerate(network.movers):
        flies = column("formations", "heaviness")[row] == "light"
        for route in range(ROUTES):
            path = network.path(mover, route)
            drawn = [place for place, edge in enumerate(path) if edge.table == "draw"]
            with_kit = path[drawn[0] :] if drawn else path  # before, only people travel
            assert flies or not any(edge.table == "air_routes" for edge in with_kit)


def test_every_mover_of_the_shipped_case_has_a_route_and_each_ends_where_it_fights():
    network = cases.network()
    for mover in range(len(network.movers)):
        paths = [network.path(mover, route) for route in range(ROUTES)]
        assert paths[0]
        assert all(path[-1].end == network.goal[mover] for path in paths if path)
        assert len({path for path in paths if path}) == sum(bool(path) for path in paths)


def avoidable(mover, nation):
    """Whether the formation could get there at all without the territory of a nation."""
    work = cases.work()
    rows = work.superset.rows
    places = place_rows(rows["nodes"])
    network = cases.network()
    row = int(network.movers[mover])
    home = [rows["nodes"].columns["nation"][place] for place in range(len(places))]
    flies = rows["formations"].columns["heaviness"][row] == "light"
    kit = rows["formations"].columns["kit"][row]
    reached, new = set(), {places[kit or rows["formations"].columns["origin"][row]] * LAYERS}
    goal = places[rows["formations"].columns["destination"][row]] * LAYERS
    following = {}
    for edge in all_edges(rows):
        ends = edge.start // LAYERS, edge.end // LAYERS
        layers = edge.start % LAYERS, edge.end % LAYERS
        if nation not in (home[ends[0]], home[ends[1]]) and (flies or AIR not in layers):
            following.setdefault(edge.start, []).append(edge.end)
    while new:
        reached |= new
        new = {end for x in new for end in following.get(x, ())} - reached
    return goal in reached


def test_where_a_way_around_a_transit_ally_exists_a_route_takes_it():
    """With the equipment; as many allies as there are routes beside the first can be avoided one by one."""
    network, work = cases.network(), cases.work()
    nations = work.superset.rows["nations"].ids
    avoided = 0
    for mover in range(len(network.movers)):
        if column("formations", "kit")[network.movers[mover]]:
            continue  # its people have other ways than its equipment
        start, goal = network.start[mover], network.goal[mover]
        ahead = network.crosses[mover, :, start] & ~network.crosses[mover, 0, goal]
        routes = network.hop[mover, :, start] >= 0
        for bit, nation in enumerate(nations[:32]):
            crossed = (ahead[routes] >> np.uint32(bit)) & 1
            if crossed[0] and avoidable(mover, nation):
                assert not crossed.all(), (column("formations", "name")[network.movers[mover]], nation)
                avoided += 1
    assert avoided > 10


def test_lengths_of_axes_are_by_road_whoever_uses_it():
    lengths = dict(zip(cases.work().superset.rows["axes"].ids, axis_lengths(cases.work().superset.rows), strict=False))
    assert lengths["narva-tallinn"] == pytest.approx(
        211, rel=0.2
    )  # the road itself; the network has great circles x 1.25
    assert 30 <= lengths["suwalki"] - 24 <= 110  # to Suwalki itself; Budzisko, the objective, is 24 km farther by road
    assert np.isfinite(
        [lengths[id] for id in ("narva-tallinn", "pskov-riga", "daugavpils-riga", "minsk-vilnius")]
    ).all()


def test_more_nations_than_bits_are_refused():
    nodes = " ".join(f"N{i}/{i}" for i in range(33))
    with pytest.raises(ValueError, match="at most 32"):
        plan_network(tables(nodes, roads=["N0 N1 1 1"], formations=["F N0 N1"]))
