"""A campaign case run plan by plan, with and without the alliance: the same case, every option once an arm.

An *arm* is one plan of the attacker together with intervention off or on. Every option is laid out once
an arm, as an option of an ordinary case (`P4.capital.on`), so that one study holds them all: the same
futures, the same luck, stored, resumed and explained like any other. `+N` after it stands for N
more brigades in place on every attacked axis, to compare with.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tomli_w

from vallum.analysis.comparison import AnalysisError
from vallum.case import Case, load_case_text
from vallum.case.case import Option

MODEL = "campaign"
OFF, ON = "off", "on"


@dataclass(frozen=True, slots=True)
class Arm:
    """One option under one plan, with the alliance or without.

    Attributes
    ----------
    option, plan : str
        Ids.
    intervention : bool
    extra : int
        More brigades in place on every attacked axis.
    """

    option: str
    plan: str
    intervention: bool = True
    extra: int = 0

    @property
    def id(self) -> str:
        """Its option in the study.

        Examples
        --------
        >>> Arm("P4", "capital").id, Arm("P4", "capital", False, 2).id
        ('P4.capital.on', 'P4.capital.off.2')
        """
        return f"{self.option}.{self.plan}.{ON if self.intervention else OFF}" + (f".{self.extra}" * bool(self.extra))


def plans_of(case: Case) -> tuple[str, ...]:
    """Ids of the attacker's plans that any echelon serves.

    Raises
    ------
    AnalysisError
        If the case is of another model, or no plan has an echelon.
    """
    if not case.spec.name.startswith(MODEL):
        raise AnalysisError(f"{case.name} is a case of {case.spec.name}; only a campaign has plans of attack")
    served = set(case.tables["echelons"].cells["plan"])
    found = tuple(id for id in case.tables["plans"].ids if id in served)
    if not found:
        raise AnalysisError(f"no echelon of {case.name} serves any plan; nobody would attack")
    return found


def with_arms(
    case: Case, extras: Sequence[int] = (0,), arms: Sequence[bool] = (False, True), options: Collection[str] = ()
) -> Case:
    """The case with every option laid out once an arm, in the order option, plan, intervention, extra brigades.

    Parameters
    ----------
    case : Case
        Of the campaign.
    extras : sequence of int
        More brigades in place on every attacked axis.
    arms : sequence of bool
        Whether the alliance intervenes.
    options : collection of str
        Only these, the reference and what they are based on; all unless given.

    Returns
    -------
    Case
        Read from a changed text of the case file; tables and evidence are the same. The question asks
        for no series, and its reference is the reference option under the first plan, with the alliance.

    Raises
    ------
    AnalysisError
        As `plans_of`.
    """
    plans = plans_of(case)
    data = tomllib.loads(case.files["case.toml"])
    entries: dict[str, Any] = data["options"]
    fixed = {"unit": "1", "status": "assumption", "favours": "neither"}
    data["inputs"]["plan_weight"] = {"value": 0, "note": "each arm takes one plan", **fixed}
    data["inputs"]["intervention"] = {"value": 1, "note": "each arm says whether", **fixed}
    data["options"] = {
        arm.id: _entry(entries[option.id], arm, option)
        for option in case.options
        if option.id in _wanted(case, options)
        for arm in _arms(option.id, plans, arms, extras)
    }
    question: dict[str, Any] = data["question"]
    question["reference"] = Arm(case.question.reference, plans[0], arms[-1], extras[0]).id
    question.pop("over_time", None)
    question["report"] = [question["outcome"]]
    return load_case_text({**case.files, "case.toml": tomli_w.dumps(data)})


def _wanted(case: Case, options: Collection[str]) -> frozenset[str]:
    """Options to lay out, with what they are based on."""
    by_id = {option.id: option for option in case.options}
    wanted: set[str] = set()
    for id in (*options, case.question.reference) if options else by_id:
        while id and id not in wanted:
            wanted.add(id)
            id = by_id[id].based_on
    return frozenset(wanted)


def _arms(option: str, plans: Sequence[str], arms: Sequence[bool], extras: Sequence[int]) -> Iterator[Arm]:
    for plan in plans:
        for arm in arms:
            for extra in extras:
                yield Arm(option, plan, arm, extra)


def _entry(entry: dict[str, Any], arm: Arm, option: Option) -> dict[str, Any]:
    """An option's entry for one arm: what it says itself, on top of the same arm of what it is based on."""
    mine = {name: value for name, value in entry.items() if name not in ("inputs", "rows", "based_on", "cost_beside")}
    inputs = {name: x for name, x in entry.get("inputs", {}).items() if name not in ("plan_weight", "intervention")}
    fixed = {"status": "assumption", "favours": "neither"}
    if option.based_on:
        mine["based_on"] = Arm(option.based_on, arm.plan, arm.intervention, arm.extra).id
    rows = [row for row in map(_without_weight, entry.get("rows", ())) if row]
    rows.append({"table": "plans", "row": arm.plan, "set": {"plan_weight": 1}})
    if not arm.intervention:
        inputs["intervention"] = {"value": 0, "unit": "1", **fixed}
    if arm.extra:
        inputs["extra_brigades"] = {"value": arm.extra, "unit": "brigade", **fixed}
    return {**mine, "inputs": inputs, "rows": rows}


def _without_weight(row: dict[str, Any]) -> dict[str, Any]:
    """A row edit less the weight of a plan, which the arm decides; nothing if that is all it says."""
    if row["table"] != "plans" or "plan_weight" not in row.get("set", {}):
        return row
    left = {name: value for name, value in row["set"].items() if name != "plan_weight"}
    kept = {**row, "set": left} if left else {name: x for name, x in row.items() if name != "set"}
    return kept if left or "active" in kept else {}
