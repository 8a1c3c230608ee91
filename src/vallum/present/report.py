"""The report of a campaign study: one HTML file, without script or request, to read, send and print.

Every number of the text is a `data` element with the id of a result in the book (`numbers.csv`); what the
case says stands in `cite` elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vallum.analysis.arms import Arm
from vallum.analysis.campaign import DAY, CampaignFindings, cell
from vallum.analysis.campaign_runs import ALL
from vallum.analysis.years import whole
from vallum.case import ledger
from vallum.present.campaign_tables import grids
from vallum.present.findings import answers, bottom_line
from vallum.present.marked import html
from vallum.present.naming import plan_name
from vallum.present.words import conditions

TEMPLATE = "report.html.j2"


@dataclass(frozen=True, slots=True)
class Mapped:
    """The network map of one option.

    Attributes
    ----------
    option : str
    futures : int
        That its medians are of.
    svg : str
    """

    option: str
    futures: int
    svg: str


def write_report(
    found: CampaignFindings, figures: Mapping[str, Path], mapped: Mapped | None, reproduce: str, path: Path
) -> Path:
    """Write the report.

    Parameters
    ----------
    found : CampaignFindings
    figures : mapping of str to Path
        SVG files of "denial" and "fall".
    mapped : Mapped or None
        The network map, where the case can be drawn.
    reproduce : str
        Commands that make it again.
    path : Path
        Replaced if it exists.
    """
    drawn = {name: inlined(file.read_text(encoding="utf-8")) for name, file in figures.items()}
    drawn["map"] = inlined(mapped.svg) if mapped else Markup("")
    environment = Environment(
        loader=PackageLoader("vallum.present", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    case = found.runs.case
    page = environment.get_template(TEMPLATE).render(
        m=partial(html, book=found.book),
        case=case,
        about=found.runs.study.attributes,
        bottom=bottom_line(found),
        kpis=_kpis(found),
        figures=drawn,
        mapped=mapped,
        findings=answers(found),
        grids=grids(found),
        conditions=conditions(case),
        contested=[row for row in ledger(whole(case)) if row.contested],
        sources=sorted(case.sources.values(), key=lambda source: source.id),
        reproduce=reproduce,
    )
    path.write_text(page, encoding="utf-8")
    return path


def inlined(svg: str) -> Markup:
    """An SVG file as part of a page: from its root element on."""
    return Markup(svg[svg.index("<svg") :])


def _kpis(found: CampaignFindings) -> Sequence[Mapping[str, str]]:
    """What stands in large figures: how often the leader denies each plan, and what the first one costs."""
    told: list[dict[str, str]] = []
    for plan in found.runs.plans:
        best = found.leaders[plan, ALL].option
        id = cell(Arm(best, plan), ALL, f"denied-{DAY}")
        doubt = "" if found.leaders[plan, ALL].trusted else "no verdict: "
        words = (
            f"{doubt}<<{best}>> denies <<{plan_name(found, plan)}>> by day [[day-{DAY}]], all branches; from "
            f"[[{id}-range|ends]] over inputs; [[{cell(Arm(best, plan), ALL, 'outside')}]] of runs outside the evidence"
        )
        told.append({"figure": f"[[{id}]]", "words": words})
    first = found.leaders[found.runs.plans[0], ALL].option
    if f"cost.{first}" in found.book:
        words = f"[[years]] years of <<{first}>>; [[cost.{first}|ends]]"
        told.append({"figure": f"[[cost.{first}]]", "words": words})
    return told
