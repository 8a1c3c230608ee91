"""The case of NATO's eastern flank: what it must hold, whatever its numbers become."""

import pytest

from vallum.case import ledger, load_case

OPTIONS = ("P1", "P0", "P2", "P3", "P4", "P5", "P11", "P13", "cleared", "prepositioned")
LINKS = ("roads", "railways", "sea_routes", "air_routes")
AGGREGATES = ("AGG-", "NAT-", "NRF-ALL", "NRF-IFFG", "US-APS2")


@pytest.fixture(scope="module")
def case():
    return load_case("eastern-flank-2022")


def formations(case):
    table = case.tables["formations"]
    return {id: {name: cells[row] for name, cells in table.cells.items()} for row, id in enumerate(table.ids)}


def active(case, option):
    inactive = next(x for x in case.options if x.id == option).inactive["formations"]
    return {id: row for id, row in formations(case).items() if id not in inactive}


def test_the_network_is_whole(case):
    assert len(case.tables["nodes"]) == 104
    assert sum(len(case.tables[name]) for name in LINKS) == 243


def test_the_defender_uses_no_link_of_the_attacker_or_across_the_front(case):
    nodes = case.tables["nodes"]
    attackers = {id for id, nation in zip(nodes.ids, nodes.columns["nation"], strict=True) if nation in ("RU", "BY")}
    for name in LINKS:
        columns = case.tables[name].columns
        for start, end, user in zip(columns["start"], columns["end"], columns["usable_by"], strict=True):
            assert user in ("defender", "attacker", "frontline")
            assert user != "defender" or not {start, end} & attackers


def test_every_input_has_evidence_or_says_that_it_assumes(case):
    for row in ledger(case):
        assert row.claims or row.status == "assumption", row.input
        assert row.favours, row.input


def test_three_times_40000_are_three_quantities(case):
    forties = [case.claims[id] for id in ("forty-total", "forty-additional", "forty-response-force")]
    assert {claim.best for claim in forties} == {40000}
    assert len({claim.quantity for claim in forties}) == 3
    assert {claim.verdict for claim in forties} == {"contested"}


def test_almost_ten_times_is_not_what_like_for_like_gives(case):
    assert case.claims["tenfold"].quantity != case.claims["twofold"].quantity
    assert case.claims["tenfold"].verdict == "contested"
    assert case.claims["twofold"].interval[1] < 3


def test_guarantees_asked_for_one_state_are_not_those_demanded_by_another(case):
    assert case.claims["guarantees-for-ukraine"].quantity != case.claims["guarantees-demanded"].quantity


@pytest.mark.parametrize(
    ("option", "claims"),
    [
        ("", {"forty-total", "forty-additional"}),
        ("P4", {"P4-brigades", "P4-soldiers"}),
        ("P13", {"guarantees-demanded", "guarantees-for-ukraine"}),
    ],
)
def test_what_can_be_read_in_more_than_one_way_is_a_branch(case, option, claims):
    inputs = next((x.inputs for x in case.options if x.id == option), case.inputs)
    quantity = inputs["brigade_equivalents"]
    assert claims <= set(quantity.marginal.claims)
    assert claims <= set(quantity.evidence)


def test_no_total_counts_as_a_formation(case):
    assert not [id for id in formations(case) if id.startswith(AGGREGATES)]


@pytest.mark.parametrize("option", OPTIONS)
def test_no_soldier_stands_in_two_formations(case, option):
    rows = active(case, option)
    for id, row in rows.items():
        taken_from = [other for other in row["soldiers_of"].replace(";", " ").split() if other in formations(case)]
        assert not set(taken_from) & set(rows), id


def test_rows_of_options_are_away_in_the_reference(case):
    assert case.question.reference == "P1"
    assert [id for id, row in active(case, "P1").items() if row["role"] == "option"] == ["SURGE-UNLISTED"]


def test_the_options_are_those_on_the_table(case):
    assert tuple(option.id for option in case.options) == OPTIONS
    for option in case.options:
        assert option.cost.unit == "USD/year"
        assert option.note


def test_what_is_recalled_is_not_verified(case):
    recalled = [claim for claim in case.claims.values() if claim.source.endswith("_RECALL")]
    assert len(recalled) > 20
    assert {claim.verdict for claim in recalled} == {"unverified"}


def test_no_assumption_poses_as_a_source(case):
    assert "ASSUME" not in case.sources


def test_what_does_not_fly_has_another_way_to_leave(case):
    ends = {}
    for name in LINKS:
        columns = case.tables[name].columns
        for start, end, user in zip(columns["start"], columns["end"], columns["usable_by"], strict=True):
            if user == "defender":
                ends.setdefault(start, set()).add(name)
                ends.setdefault(end, set()).add(name)
    for id, row in formations(case).items():
        if row["origin"] != row["destination"] and row["heaviness"] != "light":
            assert ends[row["kit"] or row["origin"]] - {"air_routes"}, id


def test_published_availability_in_theatre_is_about_what_notice_and_way_add_up_to(case):
    for id, row in formations(case).items():
        if row["published_day"]:
            best = float(row["published_day"].split("/")[1])
            assert best - 0.2 <= float(row["notice_best"]) + float(row["taken_off"]) <= best + 4, id


def test_places_fall_only_under_a_plan_that_goes_there_and_after_the_attack(case):
    """A place falls once its segment is passed: what a plan sends to no axis of the place leaves it alone."""
    segments, echelons = (case.tables[name] for name in ("segments", "echelons"))
    falling = {node: set() for node in segments.columns["node"] if node}
    for node, axis in zip(segments.columns["node"], segments.columns["axis"], strict=True):
        if node:
            sent = zip(echelons.columns["plan"], echelons.columns["axis"], strict=True)
            falling[node] |= {plan for plan, to in sent if to == axis}
    corridor = {"SUWALKI", "BUDZISKO", "SESTOKAI"}
    assert corridor <= set(falling)
    assert {node for node, plans in falling.items() if "corridor" in plans} == corridor
    assert {node for node, plans in falling.items() if "grab" in plans} == {"NARVA"}
    assert all(float(length) > 0 for length in segments.cells["length"])
    assert all(float(day) >= 0 for day in echelons.cells["day_low"])
