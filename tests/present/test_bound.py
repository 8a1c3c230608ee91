"""How a bound is told."""

import io
import types
import xml.etree.ElementTree as ElementTree

from rich.console import Console

from tests.analysis.test_bound import planned
from tests.models.theatre.networks import case, order, tables
from vallum.analysis.bound import bound, last_arrival
from vallum.present.bound import bound_table, bound_words, write_bound


def test_a_bound_is_told_as_table_sentence_and_chart(tmp_path):
    road = case(tables("A B", roads=["A B 60 2"], formations=["F A B"]))
    run = planned(road, {"F": order(8, ready=200 * 1440)})
    found = bound(run, last_arrival(run))
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(bound_table(found, run))
    assert "no plan more than" in console.export_text()
    assert f"closure on day {found.closure}" in bound_words(found, run)
    path = write_bound(found, run, types.SimpleNamespace(name="a case"), tmp_path)
    ElementTree.parse(path)
    assert path.with_suffix(".png").stat().st_size > 0
