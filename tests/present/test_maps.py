"""The map of reinforcements: projection, clipping, labels, and the drawing as a whole."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from vallum.present import map_lines
from vallum.present.basemap import country_at
from vallum.present.figures import COLOURS
from vallum.present.labels import Label, apart, place_labels
from vallum.present.map_drawing import Destination, Line, Place
from vallum.present.maps import EASTERN_FLANK, FORWARD, reinforcement_map, write_map
from vallum.present.projection import Box, Conformal, clip_path, clip_ring, great_circle
from vallum.present.sea_lanes import LANES, WAYPOINTS, sea_route

PLACES = (
    Place("RIGA", "Riga (capital, port)", 56.946, 24.106, "capital"),
    Place("KAUNAS", "Kaunas / Palemonas", 54.9, 23.9, "railhead"),
    Place("KLAIPEDA", "Klaipeda", 55.707, 21.139, "port"),
    Place("SUWALKI", "Suwalki", 54.112, 22.931, "railhead"),
    Place("KIEL", "Kiel", 54.321, 10.135, "port"),
    Place("SAVANNAH", "Savannah GA", 32.08, -81.1, "port"),
)
LINES = (
    Line("SUWALKI", "KAUNAS", "rail", 120, True, "full on 14 of 30 days"),
    Line("SUWALKI", "KAUNAS", "road", 40),
    Line("KAUNAS", "RIGA", "road", 80),
    Line("KIEL", "KLAIPEDA", "sea", 30),
    Line("SAVANNAH", "KIEL", "sea", 60),
    Line("KIEL", "RIGA", "air", 0),
)
DESTINATIONS = (Destination("RIGA", "Canada's brigade", 1), Destination("RIGA", "Denmark's battalion", 0.3))
SVG = "{http://www.w3.org/2000/svg}"
PAGE = Box(0, 0, 10, 10)


def drawn(places=PLACES, lines=LINES, destinations=DESTINATIONS, **more):
    return reinforcement_map(places, lines, destinations, **({"title": "One link binds"} | more))


def texts(svg):
    return [x.text for x in ElementTree.fromstring(svg).iter(f"{SVG}text") if "stroke" not in x.attrib]


def test_the_projection_gives_the_numbers_of_its_source():
    """Snyder (1987), p. 295: the numerical example for the sphere."""
    x, y = Conformal((33, 45), -96, 23, 1.0).project(-75, 35)
    assert x == pytest.approx(0.2966785, abs=5e-8)
    assert y == pytest.approx(0.2462112, abs=5e-8)


def test_the_scale_is_true_on_the_standard_parallels():
    projection = Conformal()
    assert [projection.scale(x) for x in projection.parallels] == pytest.approx([1, 1])
    assert projection.scale(55) < 1 < projection.scale(36)


def test_a_path_that_leaves_and_returns_is_clipped_into_two_pieces():
    pieces = clip_path(np.array([[1.0, 5.0], [20.0, 5.0], [20.0, 8.0], [1.0, 8.0]]), PAGE)
    assert [x.tolist() for x in pieces] == [[[1, 5], [10, 5]], [[10, 8], [1, 8]]]


def test_a_path_outside_has_no_pieces():
    assert clip_path(np.array([[-5.0, -1.0], [20.0, -1.0]]), PAGE) == []


def test_a_ring_around_the_box_is_clipped_to_the_box():
    ring = clip_ring(np.array([[-5.0, -5.0], [15.0, -5.0], [15.0, 15.0], [-5.0, 15.0]]), PAGE)
    assert sorted({tuple(x) for x in ring.tolist()}) == [(0, 0), (0, 10), (10, 0), (10, 10)]


def test_a_great_circle_starts_and_ends_where_it_should_and_bends_north():
    way = great_circle((-79.0, 35.2), (22.0, 50.1))
    assert way[[0, -1]] == pytest.approx(np.array([[-79.0, 35.2], [22.0, 50.1]]))
    assert way[:, 1].max() > 52


def test_labels_never_overlap_and_the_least_important_is_dropped():
    crowd = [Label(("Somewhere",), 50 + x, 50, priority=x) for x in range(20)]
    placed = place_labels(crowd, [], np.empty((0, 4)), Box(0, 0, 200, 100))
    assert 0 < len(placed) < 20
    assert placed[0].label.priority == 19
    for one in placed:
        assert not any(one is not other and one.box.overlaps(other.box) for other in placed)


def test_a_label_goes_where_no_line_runs():
    line = np.array([[50.0, 50.0, 200.0, 50.0]])
    (placed,) = place_labels([Label(("Town",), 50, 50)], [], line, Box(0, 0, 200, 100))
    assert placed.anchor == "start"
    assert placed.box.bottom < 50


def test_discs_at_one_point_are_moved_apart():
    one, other = apart(np.zeros((2, 2)), [5.0, 7.0])
    assert np.hypot(*(one - other)) > 12


def test_ships_go_around_jutland():
    way = sea_route((8.58, 53.55), (21.14, 55.71))
    assert max(y for _, y in way) > 57.5


def test_a_port_that_no_lane_comes_near_is_joined_by_a_straight_line():
    assert sea_route((120.0, 24.0), (121.0, 25.0)) == [(120.0, 24.0), (121.0, 25.0)]


def test_every_waypoint_of_the_lanes_lies_at_sea():
    straits = {"Canakkale"}  # narrower than the basemap resolves
    ashore = {name for name, x in WAYPOINTS.items() if country_at(*x) is not None}
    assert ashore <= straits
    assert {x for lane in LANES for x in lane} == set(WAYPOINTS)


def test_the_same_input_gives_the_same_bytes():
    assert drawn() == drawn()


def test_the_map_is_accessible():
    root = ElementTree.fromstring(drawn())
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "One link binds"
    assert "1. Suwalki to Kaunas, rail" in root[1].text
    assert "Riga 1.3" in root[1].text


def test_no_markup_is_used_that_some_renderers_draw_otherwise():
    svg = drawn()
    assert not re.search(r"paint-order|letter-spacing|<text[^>]*opacity|clip-path|<image|href", svg)


def test_coordinates_have_at_most_one_decimal():
    assert not re.search(r"\d\.\d\d", drawn(title="t").split("<rect", 1)[1])


def test_binding_links_are_drawn_in_the_accent_numbered_and_listed():
    svg = drawn()
    assert "Suwalki to Kaunas, rail: full on 14 of 30 days" in texts(svg)
    assert texts(svg).count("1") >= 2
    assert f'stroke="{map_lines.ACCENT}"' in svg
    assert f'stroke="{map_lines.ACCENT}"' not in drawn(lines=LINES[1:])


def test_wider_means_more():
    assert map_lines.width_of(0, 100) < map_lines.width_of(1, 100) < map_lines.width_of(50, 100)
    assert map_lines.width_of(0, 0) == map_lines.width_of(0, 100)


def test_a_place_overseas_is_named_at_the_edge_where_its_link_comes_in():
    svg = drawn()
    assert "from Savannah GA" in texts(svg)
    assert "Savannah GA" not in texts(svg)


def test_names_stop_at_their_first_bracket_or_slash_and_have_halos():
    svg = drawn()
    assert {"Riga", "Kaunas"} <= set(texts(svg))
    halos = [x for x in ElementTree.fromstring(svg).iter(f"{SVG}text") if "stroke" in x.attrib]
    assert {"Riga", "Kaunas"} <= {x.text for x in halos}


def test_the_caption_states_the_boundary_convention():
    assert any("Boundaries: UNGA 68/262" in x for x in texts(drawn(caption="Over 30 days.")))


def test_text_is_escaped():
    svg = drawn(title='<b>&"', caption="a < b\x00")
    assert ElementTree.fromstring(svg)[0].text == '<b>&"'
    assert any("a < b" in x for x in texts(svg))


def test_opposing_countries_are_tinted_only_when_asked_for():
    assert drawn(opposing=("RU",)) != drawn()


@pytest.mark.parametrize("frame", [EASTERN_FLANK, FORWARD, None])
def test_everything_drawn_lies_on_the_page(frame):
    root = ElementTree.fromstring(drawn(frame=frame))
    width, height = (float(root.attrib[x]) for x in ("width", "height"))
    for path in root.iter(f"{SVG}path"):
        numbers = np.array(re.findall(r"-?[\d.]+", path.attrib["d"]), dtype=float).reshape(-1, 2)
        if path.attrib["d"]:
            assert numbers.min() >= 0
            assert (numbers.max(axis=0) <= [width, height]).all()


def test_a_map_without_links_or_without_places_is_still_a_map():
    assert "Kiel" in texts(drawn(lines=(), destinations=()))
    ElementTree.fromstring(drawn(places=(), lines=(), destinations=()))


def test_a_link_wholly_beyond_the_map_is_listed_as_such():
    beyond = (*PLACES, Place("POPE", "Pope Field", 35.2, -79.0, "airfield"))
    svg = drawn(beyond, (*LINES, Line("SAVANNAH", "POPE", "road", 1, True)))
    assert "Savannah GA to Pope Field, road (beyond the map)" in texts(svg)


def test_an_unknown_place_is_refused_with_the_nearest_known_one():
    with pytest.raises(ValueError, match=r"link RIGA to KAUNSA: unknown place 'KAUNSA'; did you mean 'KAUNAS'\?"):
        drawn(lines=(Line("RIGA", "KAUNSA", "road"),))
    with pytest.raises(ValueError, match=r"destination Third: unknown place 'riga'; did you mean 'RIGA'\?"):
        drawn(destinations=(Destination("riga", "Third"),))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lines": (Line("RIGA", "KAUNAS", "rails"),)}, "unknown kind 'rails'; did you mean 'rail'"),
        ({"lines": (Line("RIGA", "KAUNAS", "rail", float("nan")),)}, "the weight is nan"),
        ({"destinations": (Destination("RIGA", "", -1),)}, "the number of brigades is -1"),
        ({"places": (*PLACES, PLACES[0])}, "two places have the id 'RIGA'"),
        ({"places": (*PLACES, Place("X", "X", 95, 0))}, "place 'X' lies at 95 N"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        drawn(**change)


def test_colours_are_those_of_the_figures():
    used = {colour for colour, _ in map_lines.KINDS.values()} - {map_lines.KINDS["road"][0]}
    assert used | {map_lines.ACCENT} <= set(COLOURS)


def test_a_map_is_written_as_it_is(tmp_path):
    path = write_map(tmp_path / "deep" / "map.svg", drawn())
    assert path.read_bytes().decode("utf-8") == drawn()
