"""What is said of other laws of battle: a table and sentences, as marked text (`vallum.present.marked`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vallum.analysis.arms import Arm
from vallum.analysis.campaign import DAY, TRUSTED, CampaignFindings
from vallum.analysis.campaign_runs import ALL
from vallum.analysis.rival_laws import LAWS, LawLeader, law_id
from vallum.present.marked import Grid
from vallum.present.naming import DOUBTED, listed, plan_name


def laws_grid(found: CampaignFindings) -> Grid:
    """For each plan and law how often every option that can be compared denies the aim, and which one leads."""
    options = found.runs.comparable
    head = ("plan, law of battle", *(f"<<{option}>>" for option in options), "leads")
    rows = tuple(tuple(_row(found, leader)) for leader in _by_plan(found))
    plans = "; ".join(f"<<{plan}>>: <<{plan_name(found, plan)}>>" for plan in found.runs.plans)
    note = (
        f"Share of futures in which the aim is denied by day [[day-{DAY}]], the alliance fighting: the same futures, "
        f"with the same luck, under every law. {DOUBTED}: more than [[trusted]] of these runs are outside the "
        f"evidence. How likely each law is nobody knows, so nothing is pooled. {plans}."
    )
    return Grid("How much does the law of battle matter?", head, rows, note)


def _by_plan(found: CampaignFindings) -> list[LawLeader]:
    return [leader for plan in found.runs.plans for leader in found.laws if leader.plan == plan]


def _row(found: CampaignFindings, leader: LawLeader) -> Iterator[str]:
    yield f"<<{leader.plan}>>, <<{LAWS[leader.law]}>>"
    for option in found.runs.comparable:
        arm = Arm(option, leader.plan)
        doubt = DOUBTED if found.book[law_id(leader.law, arm, "outside")].value > TRUSTED else ""
        yield f"[[{law_id(leader.law, arm, f'denied-{DAY}')}]]{doubt}"
    yield _leads(found, leader)


def _leads(found: CampaignFindings, leader: LawLeader) -> str:
    if len(leader.rivals) == len(found.runs.comparable) - 1:
        return "none"
    doubt = "" if leader.trusted else DOUBTED
    return ", ".join(f"<<{option}>>" for option in (leader.option, *leader.rivals)) + doubt


def laws_sure(found: CampaignFindings) -> Iterator[str]:
    """For each plan how far the result of the leading option is from that under other laws."""
    own = found.runs.case.spec.name
    others = tuple(dict.fromkeys(x.law for x in found.laws if x.law != own))
    if not others:
        return
    for plan in found.runs.plans:
        arm = Arm(found.leaders[plan, ALL].option, plan)
        shares = [f"[[{law_id(x, arm, f'denied-{DAY}')}]] (<<{LAWS[x]}>>)" for x in others]
        same = sorted(others, key=lambda x: found.book[law_id(x, arm, "same")].value)
        ends = " to ".join(dict.fromkeys(f"[[{law_id(x, arm, 'same')}]]" for x in (same[0], same[-1])))
        yield (
            f"<<{plan_name(found, plan)}>>, <<{arm.option}>>, under other laws of battle: {listed(shares)}; each gives "
            f"the same answer in {ends} of the same futures."
        )


def laws_change(found: CampaignFindings) -> Iterator[str]:
    """For each plan which options lead under other laws."""
    own = found.runs.case.spec.name
    for plan in found.runs.plans:
        others = [x for x in found.laws if x.plan == plan and x.law != own]
        if not others:
            continue
        best, name = found.leaders[plan, ALL].option, f"<<{plan_name(found, plan)}>>"
        ahead = [x for x in others if best not in (x.option, *x.rivals)]
        if not ahead:
            yield f"{name}: under no other law of battle is another option before <<{best}>> beyond sampling."
        else:
            yield f"{name}: {listed(_ahead(ahead, best))}."


def _ahead(leaders: Sequence[LawLeader], best: str) -> list[str]:
    """Which option is before another under which law, by how much."""
    told: list[str] = []
    for x in leaders:
        id = f"law.{x.law}.{x.plan}/{x.option}-over-{best}"
        doubt = "" if x.trusted else ", though more than [[trusted]] of its runs leave the evidence"
        told.append(
            f"under <<{LAWS[x.law]}>> <<{x.option}>> is before <<{best}>> by [[{id}|points]] points "
            f"([[{id}|points-ends]]){doubt}"
        )
    return told
