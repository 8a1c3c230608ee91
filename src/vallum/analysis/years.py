"""A campaign case together with the years after: one case, every option, plan and arm, in every year.

A campaign case may name a file of the years after (`years = "years.toml"`): inputs of the rivalry, of tension and
of the choice, and what options change in them, written like those of `case.toml`. `with_years` reads both as
one case of the model `campaign_years`, laid out by arms; its study is what `vallum.study.pipeline` carries on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import tomli_w

from vallum.analysis.arms import MODEL, with_arms
from vallum.analysis.comparison import AnalysisError
from vallum.case import Case, CaseError, load_case_text
from vallum.case.faults import listed

YEARS = f"{MODEL}_years"
KEYS = ("last_year", "crises_without_war", "inputs", "options")
MOST_YEARS, MOST_CRISES = 50, 1000


@dataclass(frozen=True)
class YearsFile:
    """What the file of the years after says, not yet checked against the model.

    Attributes
    ----------
    last_year : int
    inputs : mapping
        Entries as under `[inputs]` of a case.
    options : mapping of str to mapping
        By option: entries as under its `inputs`.
    crises_without_war : int
        Crises on record that became no war, to weigh futures by; 0 for none.
    """

    last_year: int
    inputs: Mapping[str, Any]
    options: Mapping[str, Mapping[str, Any]]
    crises_without_war: int = 0


def has_years(case: Case) -> bool:
    """Whether a case of the campaign names a file of the years after."""
    return case.spec.name == MODEL and bool(_named(case))


def _named(case: Case) -> str:
    return str(tomllib.loads(case.files["case.toml"]).get("years", ""))


def years_file(case: Case) -> YearsFile:
    """Read the file of the years after.

    Raises
    ------
    AnalysisError
        If the case names none, or the file has keys, options or a last year that cannot be.
    """
    name = _named(case)
    if not name:
        raise AnalysisError(f'{case.name} says nothing of the years after: name a file, years = "years.toml"')
    try:
        data = tomllib.loads(case.files[name])
    except tomllib.TOMLDecodeError as error:
        raise AnalysisError(f"{name}: {error}") from None
    unknown = sorted(set(data) - set(KEYS))
    if unknown:
        raise AnalysisError(f"{name}: unknown key {unknown[0]!r}; there are {listed(KEYS)}")
    last = _whole(name, data, "last_year", 1, MOST_YEARS)
    crises = _whole(name, {"crises_without_war": 0} | data, "crises_without_war", 0, MOST_CRISES)
    options: dict[str, Any] = data.get("options", {})
    ids = [option.id for option in case.options]
    for id, entry in options.items():
        if id not in ids:
            raise AnalysisError(f"{name}: unknown option {id!r}; {case.name} has {listed(ids)}")
        if _keys(entry) != {"inputs"}:
            raise AnalysisError(f"{name}: option {id} has other keys than inputs")
    return YearsFile(last, data.get("inputs", {}), {id: x["inputs"] for id, x in options.items()}, crises)


def _keys(entry: object) -> set[str]:
    table: Any = entry
    return set(table) if isinstance(entry, dict) else set()


def _whole(name: str, data: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise AnalysisError(f"{name}: {key} is {value!r}; a whole number from {least} to {most} is needed")
    return value


def with_years(case: Case, options: Collection[str] = ()) -> Case:
    """The case with the years after, every option laid out once an arm.

    Parameters
    ----------
    case : Case
        Of the campaign, with a file of the years after.
    options : collection of str
        Only these, the reference and what they are based on; all unless given.

    Returns
    -------
    Case
        Of the model `campaign_years`. An option without entries of its own in the years has those of the option that
        it is based on.

    Raises
    ------
    AnalysisError
        As `years_file`; or if denial is to act a second time beside the campaigns.
    CaseError
        If an entry does not fit the model, with its place.
    """
    found = years_file(case)
    data = tomllib.loads(case.files["case.toml"])
    data["model"] = YEARS
    data["inputs"] |= dict(found.inputs)
    for id, entries in found.options.items():
        written: dict[str, Any] = data["options"][id]
        written["inputs"] = written.get("inputs", {}) | dict(entries)
    clock = "".join(f"{year}\n" for year in ("year", *range(found.last_year + 1)))
    try:
        whole = load_case_text({**case.files, "case.toml": tomli_w.dumps(data), "years.csv": clock})
    except CaseError as error:
        raise CaseError(error.faults, f"{case.name} with {_named(case)}") from None
    for option in whole.options:
        effect = {**whole.inputs, **option.inputs}["denial_effect"].marginal
        if not effect.certain or effect.median() != 0:
            raise AnalysisError(
                f"{_named(case)}: denial_effect of {option.id} is not 0: campaigns carry denial already, and it would "
                "count twice"
            )
    return with_arms(whole, options=options)
