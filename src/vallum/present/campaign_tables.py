"""Tables of a campaign study: for each plan what every option denies, and what the campaign is like."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator

from rich.table import Table

from vallum.analysis.arms import Arm
from vallum.analysis.book import Book
from vallum.analysis.campaign import CONTACT, DAY, REACHED, TRUSTED, CampaignFindings, cell
from vallum.analysis.campaign_runs import ALL
from vallum.models.theatre.campaign_declaration import DENIED_BY
from vallum.present.laws import laws_grid
from vallum.present.marked import Grid, plain
from vallum.present.naming import APART, DOUBTED, plan_name, row_name
from vallum.present.retaking import retaking_grid
from vallum.present.tables import styled_table
from vallum.present.years import burden_grid, years_grid

HEAD, GAP, PROSE = 14, 1, 40  # on a terminal: width of a heading, between columns, and from which a cell is prose


def grids(found: CampaignFindings) -> tuple[Grid, ...]:
    """Two tables a plan, one of other laws, of counter-offensives, of the years after and of the options' costs."""
    tables = [table(found, plan) for plan in found.runs.plans for table in (denial_grid, course_grid)]
    laws = (laws_grid(found),) if found.laws else ()
    years = (years_grid(found, found.years),) if found.years else ()
    if found.years and found.years.burden:
        years = (*years, burden_grid(found.years.burden))
    return (*tables, *laws, retaking_grid(found), *years, cost_grid(found))


def terminal(grid: Grid, book: Book, width: int) -> Table:
    """A grid as a table of a terminal so many columns wide: no cell is folded where all of them fit."""
    head, *rows = [[plain(text, book) for text in row] for row in (grid.head, *grid.rows)]
    head = ["\n".join(textwrap.fill(line, HEAD) for line in name.splitlines()) for name in head]
    longest = [
        max(len(line) for row in (head, *rows) for line in row[at].splitlines() or [""]) for at in range(len(head))
    ]
    fits = sum(longest) + (GAP + 1) * len(head) <= width  # and a column of the frame
    table = styled_table(plain(grid.title, book))
    table.padding = (0, GAP, 0, 0)
    for place, name in enumerate(head):
        table.add_column(
            name, justify="left" if not place or longest[place] > PROSE else "right", no_wrap=fits or not place
        )
    for row in rows:
        table.add_row(*row)
    return table


def denial_grid(found: CampaignFindings, plan: str) -> Grid:
    """How often each option denies the plan's aim: by day, over inputs, by branch, without the alliance."""
    branches = tuple(found.runs.branches)
    others = tuple(day for day in DENIED_BY if day != DAY)
    head = (
        "option",
        *(f"by day [[day-{day}]]" for day in others if day < DAY),
        f"by day [[day-{DAY}]]\n<<95 %>> interval",
        *(f"by day [[day-{day}]]" for day in others if day > DAY),
        "range\nover inputs",
        *(f"<<{name}>>" for name in branches),
        "alliance\nstays out",
        "outside\nevidence",
    )
    rows = tuple(tuple(_denial_row(found, option, plan, branches)) for option in found.runs.options)
    note = (
        "Share of futures in which the aim is denied, the alliance fighting unless it says otherwise. Range, branches "
        f"of the advance and the column without the alliance are by day [[day-{DAY}]]. {DOUBTED}: more than "
        f"[[trusted]] of these runs are outside the evidence. {APART}: not comparable by its campaign alone."
    )
    return Grid(f"<<{plan_name(found, plan)}>>: is its aim denied?", head, rows, note)


def _denial_row(found: CampaignFindings, option: str, plan: str, branches: tuple[str, ...]) -> Iterator[str]:
    on, off = Arm(option, plan), Arm(option, plan, False)
    whole = {day: cell(on, ALL, f"denied-{day}") for day in DENIED_BY}
    yield row_name(found, option)
    for day, id in whole.items():
        yield f"[[{id}]]\n[[{id}|ends]]" if day == DAY else f"[[{id}]]"
        if day == DENIED_BY[-1]:
            yield f"[[{cell(on, ALL, f'denied-{DAY}-range')}|ends]]"
    for branch in branches:
        yield f"[[{cell(on, branch, f'denied-{DAY}')}]]{_doubt(found, on, branch)}"
    yield f"[[{cell(off, ALL, f'denied-{DAY}')}]]{_doubt(found, off, ALL)}"
    yield f"[[{cell(on, ALL, 'outside')}]]"


def _doubt(found: CampaignFindings, arm: Arm, branch: str) -> str:
    return DOUBTED if found.book[cell(arm, branch, "outside")].value > TRUSTED else ""


def course_grid(found: CampaignFindings, plan: str) -> Grid:
    """When the aim falls, whether help is late, who is in contact and what both sides lose."""
    head = (
        "option",
        *(f"<<{100 * share:.0f} %>> taken\nby day" for share in REACHED),
        *(("fait\naccompli", "nothing\nhelps") if "accompli-most" in found.book else ()),
        "brigades\nclosed then",
        *(f"contact\nday [[day-{day}]]" for day in CONTACT),
        "attacker's\nlosses",
        "defenders'\nlosses",
        "of allies\nthere",
        "of allies\nwho came",
    )
    rows = tuple(tuple(_course_row(found, option, plan)) for option in found.runs.options)
    note = (
        "Days as quantiles of all futures (Kaplan-Meier; nothing is censored before the last day). Fait accompli: "
        "taken before enough help had closed to deny it; nothing helps: no number of brigades tried denies it. Losses "
        "are means of killed, wounded and missing, rounded to two digits."
    )
    return Grid(f"<<{plan_name(found, plan)}>>: how does the campaign go?", head, rows, note)


def _course_row(found: CampaignFindings, option: str, plan: str) -> Iterator[str]:
    arm = Arm(option, plan)
    yield row_name(found, option)
    for share in REACHED:
        id = cell(arm, ALL, f"taken-day-{100 * share:.0f}")
        yield "not taken" if math.isinf(found.book[id].value) else f"[[{id}]]"
    if "accompli-most" in found.book:
        for what in ("accompli", "hopeless"):
            yield f"[[{what}.{arm.id}]]" if f"{what}.{arm.id}" in found.book else "not tried"
    closed = cell(arm, ALL, "closed")
    yield f"[[{closed}]]" if closed in found.book else "not taken"
    for what in (*(f"contact-{day}" for day in CONTACT), "attacker-losses", "defender-losses"):
        yield f"[[{cell(arm, ALL, what)}]]"
    for what in ("tripwire-losses", "helper-losses"):
        yield f"[[{cell(arm, ALL, what)}]]"


def cost_grid(found: CampaignFindings) -> Grid:
    """The options, and what ten years of each cost."""
    rows: list[tuple[str, ...]] = []
    for option in found.runs.case.options:
        id = f"cost.{option.id}"
        costs = (f"[[{id}]]", f"[[{id}|ends]]") if id in found.book else ("not stated", "")
        rows.append((f"<<{option.id}>>", f"<<{option.title}>>", *costs))
    note = (
        "Ten times what an option costs a year, and what it costs once, as the case states them, with those of the "
        "option that it comes on top of; low and high add up the ends."
    )
    return Grid(
        "Options and what [[years]] years of them cost",
        ("option", "what it is", "cost", "low to high"),
        tuple(rows),
        note,
    )
