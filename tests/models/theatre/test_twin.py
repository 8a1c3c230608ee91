"""The plain coding of movement, against what a reader works out by hand."""

import heapq
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.theatre.networks import campaigns, case, moved, order, tables, twin_run
from vallum.models.theatre import twin
from vallum.models.theatre.twin import END

DAY = 1440
OPEN = DAY  # loads a day on a road that hardly holds anybody up: one a minute

# One formation


def test_alone_on_a_road_loads_follow_each_other_at_its_headway():
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B"]))
    arrival = moved(road, {"F": order(5, ready=30)})["F"]
    assert arrival.minutes == (130, 190, 250, 310, 370)  # the first serial has two loads, the others one
    assert not arrival.cut_off
    assert arrival.waits == (240, 0, 0, 0, 0, 0)  # of the fourth serial, behind four loads


def test_transporters_and_wheels_have_their_own_travel_times():
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B"]))
    assert moved(road, {"F": order(1, march=0)})["F"].minutes == (200,)
    assert moved(road, {"F": order(1, march=1)})["F"].minutes == (100,)


def test_a_convoy_asks_for_a_quicker_road_when_it_can_pass_it_without_gaps():
    roads = case(tables("A B C", roads=["A B 100 24", "B C 50 72"], formations=["F A C"]))
    arrivals, passages = twin_run(roads, {"F": order(8)})
    # Two loads, an hour apart, are at B at 100 and 160; 20 minutes apart they can go on at 140.
    assert [(p.asked, p.started, p.left) for p in passages if p.serial == 0] == [(0, 0, 160), (140, 140, 210)]
    assert arrivals["F"].minutes[:2] == (190, 210)


def test_a_convoy_asks_for_a_slower_road_when_its_head_is_there():
    roads = case(tables("A B C", roads=["A B 100 72", "B C 50 24"], formations=["F A C"]))
    arrivals, passages = twin_run(roads, {"F": order(8)})
    assert [(p.asked, p.started, p.left) for p in passages if p.serial == 1] == [(0, 40, 160), (140, 220, 330)]
    assert arrivals["F"].minutes == (150, 210, 270, 330, 390, 450, 510, 570)


@pytest.mark.parametrize(("trains_a_day", "days_more"), [(1, 22), (6, 22 / 6)])
def test_of_23_trains_the_last_comes_as_many_days_later_as_22_trains_take(trains_a_day, days_more):
    line = case(tables("A B", railways=[f"A B 600 {trains_a_day}"], formations=["F A B"]))
    arrival = moved(line, {"F": order(23)})["F"]
    assert arrival.minutes[-1] == 600 + days_more * DAY
    assert len(arrival.minutes) == 23


def test_the_wait_at_a_border_is_booked_apart_and_holds_up_only_the_formation_itself():
    road = case(tables("A B", roads=["A B 100 24 border=0.5"], formations=["F A B"]))
    arrival = moved(road, {"F": order(2)})["F"]
    assert arrival.minutes == (100 + DAY // 2, 160 + DAY // 2)
    assert arrival.waits == (60, 0, 0, 0, 0, DAY // 2)


def test_trains_wait_for_ramps_lines_and_the_change_of_gauge():
    rail = case(
        tables("A B C", railways=["A B 300 6", "B C 200 6 gauge=1520"], gauge_breaks=["B 2"], formations=["F A C"]),
        rail=60,
        ramp=3,
        gauge=120,
    )
    arrival = moved(rail, {"F": order(4)})["F"]
    # Ramps every 480 minutes, lines every 240, gauge every 720: the last train has waited 3 * 480 for the first ramp
    # and, at B from 60 + 3 * 480 + 300, until 60 + 300 + 3 * 720 for the change.
    assert arrival.minutes == tuple(60 + 300 + k * 720 + 120 + 200 + 60 for k in range(4))
    assert arrival.waits == (0, 0, 0, 3 * (720 - 480), 3 * 480, 0)


def test_a_ship_is_loaded_at_the_rate_of_the_port():
    sea = case(tables("A B", sea_routes=["A B 1000 48"], ports=["A 24", "B 96"], formations=["F A B"]), load=30)
    arrival = moved(sea, {"F": order(4)})["F"]
    assert arrival.minutes == tuple(60 * k + 30 + 1000 for k in range(4))
    assert arrival.waits == (0, 0, 180, 0, 0, 0)


def test_the_airlift_counts_soldiers():
    air = case(tables("A B", air_routes=["A B 90 1440"], formations=["F A B heaviness=light"]))
    assert moved(air, {"F": order(4, soldiers=100)})["F"].minutes == (90, 190, 290, 390)
    assert moved(air, {"F": order(4, soldiers=50)})["F"].minutes == (90, 140, 190, 240)


def test_people_fly_to_the_equipment_that_is_stored_for_them():
    air = case(tables("A B C", air_routes=["A B 90 1440"], roads=["B C 40 1440"], formations=["F A C kit=B"]), draw=500)
    assert moved(air, {"F": order(1)})["F"].minutes == (90 + 500 + 40,)


@pytest.mark.parametrize("told", [order(0), order(0, ready=END), order(5, ready=END)])
def test_a_formation_without_loads_or_that_is_never_ready_is_not_cut_off(told):
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B"]))
    arrivals, passages = twin_run(road, {"F": told})
    assert arrivals["F"].minutes == (END,) * told.loads
    assert not arrivals["F"].cut_off
    assert not passages


def test_a_formation_of_two_loads_has_two_empty_serials_that_do_not_count():
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B"]))
    arrival = moved(road, {"F": order(2)})["F"]
    assert arrival.minutes == (100, 160)
    assert arrival.waits[0] == 60  # of the second serial, the last that has a load
    assert not arrival.cut_off


def test_a_formation_that_would_come_after_the_end_of_time_is_cut_off():
    road = case(tables("A B C", roads=["A B 100 24", "B C 100 24"], formations=["F A C"]))
    for ready in (END - 150, END - 50):  # the end overtakes it on the second road, and on the first
        arrival = moved(road, {"F": order(1, ready=ready)})["F"]
        assert arrival.minutes == (END,)
        assert arrival.cut_off
    assert moved(road, {"F": order(1, ready=END - 201)})["F"].minutes == (END - 1,)


# Several formations

FORK = ("A B M D", ["A M 10 1440", "B M 20 1440", "M D 100 24"], ["F A D", "G B D"])


def fork(roads=FORK[1]):
    """Two formations whose roads join: F has 10 km to the junction, G has 20, and an hour lies between loads beyond."""
    return case(tables(FORK[0], roads=roads, formations=FORK[2]))


def test_who_asks_first_is_served_first():
    arrivals = moved(fork(), {"F": order(1, rank=1), "G": order(1, rank=0)})
    assert arrivals["F"].minutes == (110,)
    assert arrivals["G"].minutes == (170,)
    assert arrivals["G"].waits == (50, 0, 0, 0, 0, 0)


def test_of_two_that_ask_in_the_same_minute_the_lower_rank_goes_first():
    arrivals = moved(fork(), {"F": order(1, ready=10, rank=1), "G": order(1, rank=0)})
    assert (arrivals["F"].minutes, arrivals["G"].minutes) == ((180,), (120,))
    arrivals = moved(fork(), {"F": order(1, ready=10, rank=0), "G": order(1, rank=1)})
    assert (arrivals["F"].minutes, arrivals["G"].minutes) == ((120,), (180,))


def test_traffic_in_the_other_direction_takes_no_capacity():
    road = case(tables("A B", roads=["A B 100 24"], formations=["F A B", "G B A"]))
    arrivals = moved(road, {"F": order(1, rank=1), "G": order(1, rank=0)})
    assert (arrivals["F"].minutes, arrivals["G"].minutes) == ((100,), (100,))


def test_nobody_cuts_into_a_convoy():
    arrivals = moved(fork(), {"F": order(8, rank=1), "G": order(1, rank=0)})
    # F's first serial asks at 10; its second, a minute between loads on the first road, at 12; G at 20 comes last.
    assert arrivals["F"].minutes == tuple(110 + 60 * k for k in range(8))
    assert arrivals["G"].minutes == (110 + 60 * 8,)


# Routes


def detour(**more):
    """A road through T, and a longer one through V."""
    roads = ["A T 50 1440", "T D 50 1440", "A V 80 1440", "V D 90 1440"]
    return case(tables("A T/transit V/other D", roads=roads, formations=["F A D"], **more))


def test_where_a_nation_refuses_transit_the_formation_takes_the_other_route():
    assert moved(detour(), {"F": order(1)})["F"].minutes == (100,)
    assert moved(detour(), {"F": order(1)}, refused="transit")["F"].minutes == (170,)
    assert moved(detour(), {"F": order(1)}, refused="other")["F"].minutes == (100,)


def test_where_all_refuse_transit_the_formation_is_cut_off():
    arrivals, passages = twin_run(detour(), {"F": order(5)}, refused="transit other")
    assert arrivals["F"] == twin.Arrival((END,) * 5, True, (0,) * 6)
    assert not passages


def test_a_nation_is_not_refused_its_own_territory():
    road = case(tables("A B D", roads=["A B 50 1440", "B D 50 1440"], formations=["F A D"]))
    assert moved(road, {"F": order(1)}, refused="home")["F"].minutes == (100,)


def ladder():
    """To B, and from there a road through C, which may fall, and a longer one through E."""
    roads = ["A B 100 24", "B C 100 24", "C D 100 24", "B E 130 24", "E D 140 24"]
    return case(tables("A B C D E", roads=roads, formations=["F A D"], falling="C"))


def test_where_a_place_falls_the_formation_goes_on_from_where_it_stands():
    # All four loads are on the first road when C falls; they come to B an hour apart and go on through E.
    assert moved(ladder(), {"F": order(4)}, falls={"C": 90})["F"].minutes == (370, 430, 490, 550)


def test_whoever_is_through_before_a_place_falls_keeps_the_short_way():
    # Loads ask at B at 100, 160, 220, 280 and at C at 200, 260, 320, 380.
    assert moved(ladder(), {"F": order(4)}, falls={"C": END})["F"].minutes == (300, 360, 420, 480)
    # The first two are beyond C or on the road from it when it falls at 261; the others, still at B or before, turn.
    found = moved(ladder(), {"F": order(4)}, falls={"C": 261})["F"]
    assert found.minutes == (300, 360, END, 280 + 270)
    assert found.cut_off  # the third is on the road to C, and cannot leave it


def test_a_place_is_behind_the_front_in_the_very_minute_it_falls():
    assert moved(ladder(), {"F": order(1)}, falls={"C": 100})["F"].minutes == (370,)
    assert moved(ladder(), {"F": order(1)}, falls={"C": 200})["F"].minutes == (END,)
    assert moved(ladder(), {"F": order(1)}, falls={"C": 201})["F"].minutes == (300,)


def test_a_formation_stays_on_the_route_it_was_thrown_on_though_a_shorter_one_is_open_from_there():
    # B has fallen, C may: the second route avoids both, at E as well, where the first would lead through C.
    roads = ["A B 10 1440", "B D 10 1440", "A E 80 1440", "E C 10 1440", "C D 10 1440", "E V 80 1440", "V D 90 1440"]
    network = case(tables("A B C D E V", roads=roads, formations=["F A D"], falling="B C"))
    assert moved(network, {"F": order(1)}, falls={"B": 0})["F"].minutes == (80 + 80 + 90,)


def test_a_convoy_thrown_onto_a_quicker_road_closes_up_before_it_takes_it():
    """Loads an hour apart on the first road expect an hour apart beyond B and ask at once. C falls, and the way through
    E passes a load every minute: the first load waits 59 minutes for the second, which has not come yet.
    """
    roads = ["A B 100 24", "B C 100 24", "C D 100 24", "B E 500 1440", "E D 500 1440"]
    network = case(tables("A B C D E", roads=roads, formations=["F A D"], falling="C"))
    found, passages = twin_run(network, {"F": order(8)}, falls={"C": 90})
    assert [(p.asked, p.started, p.left) for p in passages if p.serial == 0][1] == (100, 159, 660)
    assert found["F"].minutes[:2] == (1159, 1160)


# Paradoxes of queues: each is what first come, first served or the convoy rule brings, not a fault of the code.


def test_a_quicker_road_for_one_delays_the_other():
    """F's road to the junction becomes half an hour shorter: F asks for the shared road first, G waits for it."""
    orders = {"F": order(4, rank=1), "G": order(1, rank=0)}
    slow = moved(fork(["A M 40 1440", *FORK[1][1:]]), orders)
    fast = moved(fork(), orders)
    assert (slow["G"].minutes, fast["G"].minutes) == ((120,), (20 + 330,))
    assert (slow["F"].minutes[-1], fast["F"].minutes[-1]) == (80 + 280, 110 + 180)


def test_a_quicker_road_delays_the_formation_that_takes_it():
    """F and G pass the bridge X M, then the road M Y, where F's transporters take twice as long, then the bridge Y D.

    F a little later than G: G is over both bridges before F comes to the second. F a little earlier: it goes first
    over the first bridge, G loses 38 minutes there, and F finds it on the second.
    """
    nodes, formations = "A B X M Y D", ["F A D", "G B D"]

    def last(kilometres):
        roads = [f"A X {kilometres} 1440", "B X 20 1440", "X M 10 36", "M Y 190 1440", "Y D 10 6"]
        orders = {"F": order(1, march=0, rank=1), "G": order(1, rank=0)}
        return {
            id: x.minutes[-1]
            for id, x in moved(case(tables(nodes, roads=roads, formations=formations)), orders).items()
        }

    later, earlier = last(11), last(9)
    assert later == {"F": 480, "G": 230}
    assert earlier == {"F": 518, "G": 268}


def test_a_formation_that_is_ready_earlier_delays_the_closure_of_all():
    """F needs ten minutes beyond the junction, G two hundred: when F is ready first, G's long way starts later."""
    roads = ["A M 10 1440", "B M 20 1440", "M N 10 24", "N D 10 1440", "N E 200 1440"]
    network = case(tables("A B M N D E", roads=roads, formations=["F A D", "G B E"]))

    def closure(ready):
        arrivals = moved(network, {"F": order(4, ready=ready), "G": order(1, rank=1)})
        return max(x.minutes[-1] for x in arrivals.values())

    assert closure(15) == 20 + 60 + 10 + 180 + 10  # G first, then F's four loads
    assert closure(0) == 10 + 240 + 10 + 200  # F's four loads, then G


def test_more_capacity_upstream_delays_somebody_downstream():
    """F's road passes a load an hour: G slips in between at the junction. At a load a minute it waits for all of F."""
    orders = {"F": order(4, rank=0), "G": order(1, rank=1)}
    narrow = moved(fork(["A M 10 24", "B M 20 1440", "M D 100 48"]), orders)
    wide = moved(fork(["A M 10 1440", "B M 20 1440", "M D 100 48"]), orders)
    assert (narrow["G"].minutes, wide["G"].minutes) == ((140,), (10 + 4 * 30 + 100,))


def test_a_formation_split_in_two_delays_another():
    """The same eight loads from A, as one formation or as two: smaller convoys ask earlier, and G comes behind them.

    As one, F's serials of two loads wait at the junction until the second has come up, and G, there at 20, is first.
    """
    roads = ["A M 10 24", "B M 20 1440", "M D 100 48"]
    one = case(tables("A B M D", roads=roads, formations=["F A D", "G B D"]))
    two = case(tables("A B M D", roads=roads, formations=["E A D", "F A D", "G B D"]))
    whole = moved(one, {"F": order(8, rank=0), "G": order(1, rank=1)})
    halves = moved(two, {"E": order(4, rank=0), "F": order(4, rank=1), "G": order(1, rank=2)})
    assert (whole["G"].minutes, halves["G"].minutes) == ((120,), (140,))


def test_more_capacity_in_the_middle_of_its_way_delays_a_formation_that_is_alone():
    """Convoys close up for a wide road and stretch again on the narrow one behind it; an even column does neither.

    So closure is monotone in capacity only where serials have one load each, or roads do not widen and narrow again.
    """

    def last(middle):
        roads = ["A B 10 24", f"B C 10 {middle}", "C D 10 24"]
        return moved(case(tables("A B C D", roads=roads, formations=["F A D"])), {"F": order(16)})["F"].minutes[-1]

    assert last(24) == 30 + 15 * 60
    assert last(1440) == last(24) + 3 * 59


def test_less_capacity_at_the_end_of_its_way_brings_the_first_load_of_a_convoy_sooner():
    """The convoy need not close up for a road as narrow as the one before."""

    def minutes(end):
        roads = ["A B 10 24", f"B C 10 {end}"]
        return moved(case(tables("A B C", roads=roads, formations=["F A C"])), {"F": order(16)})["F"].minutes

    assert minutes(1440)[:4] == (197, 198, 199, 200)
    assert minutes(24)[:4] == (20, 80, 140, 200)


# What holds always


def quickest(drawn, mover, march):
    """Minutes from start to goal of a formation that meets nobody, over the edges of its own trees."""
    network = drawn.network
    edges = {int(e) for e in network.hop[mover].ravel() if e >= 0}
    heap, seen = [(0, int(network.start[mover]))], set()
    while heap:
        minute, state = heapq.heappop(heap)
        if state == network.goal[mover]:
            return minute
        if state not in seen:
            seen.add(state)
            for e in edges:
                if network.edges[e].start == state:
                    heapq.heappush(heap, (minute + int(drawn.travel[march, e]), network.edges[e].end))
    return END


@settings(max_examples=60)
@given(campaigns())
def test_every_load_arrives_or_its_formation_is_cut_off_and_none_sooner_than_it_can_travel(drawn):
    network, orders, refused, falls = drawn
    arrivals = moved(network, orders, refused, falls)
    ids = list(arrivals)
    for id, arrival in arrivals.items():
        told = orders[id]
        assert len(arrival.minutes) == told.loads
        never = END in arrival.minutes
        assert arrival.cut_off == (never and told.ready < END)
        soonest = told.ready + quickest(network, ids.index(id), told.march)
        assert all(minute == END or minute >= soonest for minute in arrival.minutes)


@settings(max_examples=30)
@given(campaigns())
def test_no_two_serials_are_on_one_capacity_at_once(drawn):
    network, orders, refused, falls = drawn
    _, passages = twin_run(network, orders, refused, falls)
    taken = {}
    for p in passages:
        assert p.asked <= p.started <= p.left
        taken.setdefault(int(network.network.resource[p.edge]), []).append(p.started)
    assert all(starts == sorted(starts) for starts in taken.values())
    assert [p.asked for p in passages] == sorted(p.asked for p in passages)


@settings(max_examples=30)
@given(campaigns(), st.randoms(use_true_random=False))
def test_the_order_in_which_formations_stand_in_the_table_changes_nothing(drawn, random):
    network, orders, refused, falls = drawn
    rows = network.tables["formations"]
    turned = random.sample(range(len(rows)), len(rows))
    columns = {name: tuple(cells[i] for i in turned) for name, cells in rows.columns.items()}
    other = network.tables | {"formations": type(rows)(tuple(rows.ids[i] for i in turned), columns)}
    replanned = case(other).network
    assert replanned.edges == network.network.edges
    assert moved(network._replace(tables=other, network=replanned), orders, refused, falls) == moved(
        network, orders, refused, falls
    )


axes = st.tuples(
    st.lists(st.tuples(st.integers(1, 400), st.sampled_from([1, 2, 3, 6, 24, 100, 1440])), min_size=1, max_size=5),
    st.integers(0, 2000),
    st.integers(0, 30),
)


def along(links, told, ready=0):
    """Arrivals of a formation alone on roads one behind the other, each of a length and a capacity."""
    names = "ABCDEF"[: len(links) + 1]
    roads = [f"{a} {b} {km} {loads}" for (a, b), (km, loads) in zip(itertools.pairwise(names), links, strict=True)]
    network = case(tables(" ".join(names), roads=roads, formations=[f"F {names[0]} {names[-1]}"]))
    return np.array(moved(network, {"F": order(told, ready=ready)})["F"].minutes)


@settings(max_examples=30)
@given(axes)
def test_alone_on_its_axis_a_formation_that_is_ready_later_arrives_as_much_later(drawn):
    links, ready, loads = drawn
    np.testing.assert_array_equal(along(links, loads, ready), along(links, loads) + ready)


@settings(max_examples=30)
@given(axes, st.data())
def test_alone_on_its_axis_no_load_arrives_sooner_over_a_longer_road(drawn, data):
    links, _, loads = drawn
    place, more = data.draw(st.integers(0, len(links) - 1)), data.draw(st.integers(1, 300))
    longer = [(km + more * (k == place), capacity) for k, (km, capacity) in enumerate(links)]
    np.testing.assert_array_equal(along(longer, loads), along(links, loads) + more)


@settings(max_examples=30)
@given(axes, st.data())
def test_alone_on_its_axis_no_load_arrives_sooner_over_a_narrower_road_if_serials_have_one_load_each(drawn, data):
    links, _, loads = drawn
    place, least = data.draw(st.integers(0, len(links) - 1)), data.draw(st.sampled_from([1, 3, 24]))
    narrower = [(km, min(capacity, least) if k == place else capacity) for k, (km, capacity) in enumerate(links)]
    assert (along(narrower, loads % 5) >= along(links, loads % 5)).all()


@settings(max_examples=30)
@given(axes, st.data())
def test_where_roads_only_narrow_the_last_load_comes_no_sooner_over_a_narrower_road(drawn, data):
    links, _, loads = drawn
    links = sorted(links, key=lambda link: -link[1])
    place, least = data.draw(st.integers(0, len(links) - 1)), data.draw(st.sampled_from([1, 3, 24]))
    narrower = [(km, min(capacity, least) if k >= place else capacity) for k, (km, capacity) in enumerate(links)]
    assert max(along(narrower, loads), default=0) >= max(along(links, loads), default=0)
