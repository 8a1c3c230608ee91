"""A campaign case together with the years after: one case, every option, plan and arm, in every year.

A campaign case may name a file of the years after (`years = "years.toml"`): inputs of the rivalry, of tension and
of the choice, and what options change in them, written like those of `case.toml`. `with_years` reads both as
one case of the model `campaign_years`, laid out by arms; its study is what `vallum.study.pipeline` carries on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vallum.analysis.arms import MODEL, with_arms
from vallum.analysis.comparison import AnalysisError
from vallum.case import Case, CaseError, load_case_text
from vallum.case.faults import listed

YEARS = f"{MODEL}_years"
KEYS = ("last_year", "crises_without_war", "inputs", "options", "burden")
MOST_YEARS, MOST_CRISES = 50, 1000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Nation(_Strict):
    """What an ally has and spends in a year."""

    gdp: Annotated[float, Field(gt=0)]
    spending: Annotated[float, Field(ge=0)]


class JointProduct(_Strict):
    """Weights of consumption, of one's own defence and of the alliance's: a, b and c of `models.burden.sharing`."""

    private: Annotated[float, Field(gt=0)]
    excludable: Annotated[float, Field(gt=0)]
    shared: Annotated[float, Field(gt=0)]


class BurdenEntry(_Strict):
    """`[burden]`: who could pay, and by what rules shares are worked out."""

    discount_rate: Annotated[float, Field(gt=-1, lt=1)]
    build_up_years: Annotated[int, Field(ge=0)]
    guideline: Annotated[float, Field(ge=0, lt=1)]
    currency: str
    evidence: tuple[str, ...] = ()
    note: str = ""
    joint_product: JointProduct
    nations: Annotated[dict[str, Nation], Field(min_length=2)]


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
    burden : BurdenEntry or None
        Who could pay.
    """

    last_year: int
    inputs: Mapping[str, Any]
    options: Mapping[str, Mapping[str, Any]]
    crises_without_war: int = 0
    burden: BurdenEntry | None = None


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
    burden = _burden(name, data["burden"], last, case) if "burden" in data else None
    return YearsFile(last, data.get("inputs", {}), {id: x["inputs"] for id, x in options.items()}, crises, burden)


def _burden(name: str, entry: object, last: int, case: Case) -> BurdenEntry:
    try:
        found = BurdenEntry.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, ("burden", *first["loc"])))
        raise AnalysisError(f"{name}: {where}: {first['msg']}, found {first['input']!r}") from None
    if found.build_up_years > last:
        raise AnalysisError(f"{name}: burden.build_up_years is {found.build_up_years}, beyond the last year {last}")
    unknown = [id for id in found.evidence if id not in case.claims]
    if unknown:
        raise AnalysisError(f"{name}: burden.evidence names {unknown[0]!r}, no claim of {case.name}")
    return found


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
        Of the model `campaign_years`.

    Raises
    ------
    AnalysisError, CaseError
        As `joined`.
    """
    return with_arms(joined(case), options=options)


def whole(case: Case) -> Case:
    """The case with its years after where it has any: everything that it says; errors as `joined`."""
    return joined(case) if has_years(case) else case


def joined(case: Case) -> Case:
    """The case and its file of the years after as one case of the model `campaign_years`.

    Returns
    -------
    Case
        An option without entries of its own in the years has those of the option that it is based on.

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
        together = load_case_text({**case.files, "case.toml": tomli_w.dumps(data), "years.csv": clock})
    except CaseError as error:
        raise CaseError(error.faults, f"{case.name} with {_named(case)}") from None
    for option in together.options:
        effect = {**together.inputs, **option.inputs}["denial_effect"].marginal
        if not effect.certain or effect.median() != 0:
            raise AnalysisError(
                f"{_named(case)}: denial_effect of {option.id} is not 0: campaigns carry denial already, and it would "
                "count twice"
            )
    return together
