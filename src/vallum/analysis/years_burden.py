"""What the options cost in present value, and who would pay for them by three rules.

*Ability to pay*: in proportion to GDP. *Joint product*: as allies would give if defence also served each for itself.
*Public good*: as they would give if it served all alike, so that the largest pays nearly everything (Olson &
Zeckhauser 1966). The rules divide a cost as each theory divides the whole effort (`vallum.models.burden.sharing`);
none says what is fair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vallum.analysis.book import Book
from vallum.analysis.campaign import slug
from vallum.analysis.years import BurdenEntry, years_file
from vallum.case import Case
from vallum.case.case import Option
from vallum.models.burden import guideline_gap, joint_product, present_value, public_good, shares

RULES: Mapping[str, str] = {
    "ability": "by ability to pay (share of GDP)",
    "joint": "if defence serves each ally and all (joint product)",
    "public": "if it serves all alike (pure public good)",
}


@dataclass(frozen=True, slots=True)
class Burden:
    """Who could pay.

    Attributes
    ----------
    nations : tuple of str
        The largest first.
    costed : tuple of str
        Options whose costs are stated in the currency of the burden.
    """

    nations: tuple[str, ...]
    costed: tuple[str, ...]


def enter_burden(book: Book, case: Case) -> Burden | None:
    """Enter the present value of every option, and shares and gaps of every nation; None where the case has no burden.

    Parameters
    ----------
    book : Book
        Gets `pv.OPTION`, `burden.NATION/ability`, `.../joint`, `.../public` and `.../gap`.
    case : Case
        With a file of the years after.
    """
    found = years_file(case)
    entry = found.burden
    if entry is None:
        return None
    nations = tuple(sorted(entry.nations, key=lambda x: -entry.nations[x].gdp))
    gdp, spending = (np.array([getattr(entry.nations[x], what) for x in nations]) for what in ("gdp", "spending"))
    weights = entry.joint_product
    taste = weights.shared / (weights.private + weights.shared)
    parts = {
        "ability": shares(gdp),
        "joint": shares(joint_product(gdp, weights.private, weights.excludable, weights.shared)),
        "public": shares(public_good(gdp, taste)),
    }
    gap = guideline_gap(spending, gdp, entry.guideline)
    book.add("burden.guideline", entry.guideline, "share", "share of GDP that allies have as a guideline")
    for place, nation in enumerate(nations):
        for rule, about in RULES.items():
            book.add(burden_id(nation, rule), parts[rule][place], "share", f"part that {nation} would pay {about}")
        about = f"what {nation} spends less than the guideline in a year"
        book.add(burden_id(nation, "gap"), gap[place], "money", about, unit=entry.currency)
    costed = tuple(x.id for x in case.options if _enter_value(book, case, x, entry, found.last_year))
    return Burden(nations, costed)


def burden_id(nation: str, what: str) -> str:
    """The id of a number of one nation."""
    return f"burden.{slug(nation)}/{what}"


def _enter_value(book: Book, case: Case, option: Option, entry: BurdenEntry, years: int) -> bool:
    """Present value of what an option costs, with the one it comes on top of; False where that is not stated so.

    An option that comes on top of another costs what it does yearly after the build-up, any other from the first year.
    """
    by_id = {x.id: x for x in case.options}
    spent = [by_id[x] for x in (option.id, option.cost_beside) if x]
    best = low = high = 0.0
    for one in spent:
        if one.cost is None or one.cost.unit != f"{entry.currency}/year":
            return False
        if one.upfront is not None and one.upfront.unit != entry.currency:
            return False
        once = (one.upfront.best, *one.upfront.range) if one.upfront else (0.0, 0.0, 0.0)
        building = one is option and option.cost_beside  # what comes on top is built; what it comes on top of stands
        build = entry.build_up_years if building and once[0] > 0 else 0
        values = [
            float(present_value(at_once, yearly, entry.discount_rate, years, build))
            for at_once, yearly in zip(once, (one.cost.best, *one.cost.range), strict=True)
        ]
        best, low, high = best + values[0], low + values[1], high + values[2]
    about = f"present value of {years} years of {option.id}" + (
        f", beside {option.cost_beside}" * bool(option.cost_beside)
    )
    book.add(f"pv.{option.id}", best, "money", about, ends=(min(low, high), max(low, high)), unit=entry.currency)
    return True
