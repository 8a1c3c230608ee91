"""Names of a campaign study as a reader meets them: plans, options and lists of them."""

from __future__ import annotations

from collections.abc import Sequence

from vallum.analysis.campaign import CampaignFindings

DOUBTED, APART = "*", "†"  # marks of what is outside the evidence, and of an option that is not comparable


def plan_name(found: CampaignFindings, plan: str) -> str:
    """A plan as the case calls it."""
    table = found.runs.case.tables["plans"]
    return str(table.columns["name"][table.ids.index(plan)]) if "name" in table.columns else plan


def option_name(found: CampaignFindings, option: str) -> str:
    """An option's title."""
    return next(x.title for x in found.runs.case.options if x.id == option)


def row_name(found: CampaignFindings, option: str) -> str:
    """An option as the first cell of a row, marked if it is not comparable."""
    stated = next(x for x in found.runs.case.options if x.id == option)
    return f"<<{option}>>" + (f" {APART}" if stated.not_comparable else "")


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
