"""Numbers and findings in plain words."""

from __future__ import annotations

import math

from vallum.analysis.comparison import Comparison, OptionResult
from vallum.analysis.estimates import Estimate
from vallum.case import Case
from vallum.spec import Outcome
from vallum.study.designs import SCRAMBLES
from vallum.study.study import Study


def number(value: float, digits: int = 3) -> str:
    """A number as a reader wants it.

    Examples
    --------
    >>> number(1234567.0), number(53.8591), number(0.0112), number(math.inf)
    ('1,234,567', '53.9', '0.0112', 'never')
    """
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "never" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def probability(estimate: Estimate) -> str:
    """A probability to three places."""
    return "none" if math.isnan(estimate.value) else f"{estimate.value:.3f}"


def interval(estimate: Estimate) -> str:
    """The 95 % interval of a probability, empty where none is claimed."""
    if estimate.uncertainty == "none" or math.isnan(estimate.low):
        return ""
    return f"[{estimate.low:.3f}, {estimate.high:.3f}]"


def event(case: Case, threshold: float) -> str:
    """The case's event at a threshold, in its own words."""
    question = case.question
    if question.event:
        return question.event.format(threshold=number(threshold))
    relation = "at least" if question.at_least is not None else "at most"
    return f"{question.outcome} {relation} {number(threshold)}"


def event_in_general(case: Case) -> str:
    """The case's event with its threshold left open."""
    question = case.question
    if question.event:
        return question.event.format(threshold="…")
    return f"{question.outcome} {'at least' if question.at_least is not None else 'at most'} …"


def percent(value: float) -> str:
    """A share in percent, with the digits that its size deserves.

    Examples
    --------
    >>> percent(0.2553), percent(0.0059), percent(1.0)
    ('25.5 %', '0.59 %', '100 %')
    """
    hundred = 100 * value
    if abs(hundred) in (0.0, 100.0):
        return f"{hundred:.0f} %"
    return f"{hundred:.1f} %" if abs(hundred) >= 1 else f"{hundred:.2g} %"


def cost(result: OptionResult) -> str:
    """The cost of an option, with its range."""
    stated = result.option.cost
    if stated is None:
        return "none stated"
    low, high = stated.range
    if low == stated.best == high:
        return f"{amount(stated.best)} {stated.unit}"
    return f"{amount(stated.best)} ({amount(low)} to {amount(high)}) {stated.unit}"


def amount(value: float) -> str:
    """A sum of money: billions and millions by name.

    Examples
    --------
    >>> amount(1.2e9), amount(-45e6), amount(900.0)
    ('1.2 bn', '-45 m', '900')
    """
    for size, name in ((1e9, " bn"), (1e6, " m")):
        if abs(value) >= size:
            return number(value / size) + name
    return number(value)


def sentence(comparison: Comparison, result: OptionResult) -> str:
    """One sentence on one option: how often, how sure, against what, over what range, at what cost."""
    case, question = comparison.case, comparison.case.question
    parts: list[str] = []
    if comparison.thresholds:
        first = comparison.thresholds[0]
        parts.append(_event(comparison, result, first))
        if result.against:
            parts.append(_against(comparison, result.against[first]))
    parts.append(_range(case.spec.outcome(question.outcome), result, _of(comparison)))
    parts.append("no cost is stated" if result.option.cost is None else f"the cost is {cost(result)}")
    failed = sum(result.failed.values())
    if failed:
        reasons = ", ".join(f"{n:,}: {status}" for status, n in result.failed.items())
        parts.append(f"{failed:,} of {result.runs:,} runs failed and do not count ({reasons})")
    return f"{result.option.title}: " + "; ".join(parts) + "."


def _of(comparison: Comparison) -> str:
    """What shares are shares of."""
    return "runs" if comparison.study.attributes["settings"]["replicates"] > 1 else "futures"


def _event(comparison: Comparison, result: OptionResult, threshold: float) -> str:
    found, what = result.events[threshold], event(comparison.case, threshold)
    if result.point:
        happens = "happens" if found.value == 1.0 else "does not happen"
        return f"{what} {happens} (nothing is uncertain under this option: one point, no probability)"
    share = f"{what} in {percent(found.value)} of {_of(comparison)}"
    if math.isnan(found.low):
        return f"{share} given"
    return f"{share} (95 % interval {percent(found.low)} to {percent(found.high)})"


def _against(comparison: Comparison, found: Estimate) -> str:
    base = next(x.option.title for x in comparison.results if x.option.id == comparison.reference)
    points = f"{100 * found.value:+.1f} points against '{base}' in the same futures"
    if found.uncertainty == "none" or math.isnan(found.low):
        return points
    return f"{points} (95 % interval {100 * found.low:+.1f} to {100 * found.high:+.1f})"


def _range(outcome: Outcome, result: OptionResult, of: str) -> str:
    spread, name = result.spreads[outcome.name], outcome.name.replace("_", " ")

    def value(x: float) -> str:
        unit = "" if outcome.unit == "1" or not math.isfinite(x) else f" {outcome.unit}"
        return f"day {number(x)}" if outcome.unit == "day" and unit else f"{when(outcome, x)}{unit}"

    if result.point or spread.low == spread.high:
        return f"{name}: {value(spread.middle)}"
    return f"{name}: {value(spread.low)} to {value(spread.high)} in nine of ten {of}"


def when(outcome: Outcome, value: float) -> str:
    """A value of an outcome; "never" is for times only."""
    return number(value) if outcome.kind == "time" or math.isfinite(value) else f"{value:g}"


def design_words(study: Study) -> str:
    """How the futures of a study were chosen."""
    about = study.attributes
    futures = about["settings"]["design"]["futures"]
    replicates = about["settings"]["replicates"]
    each, seed = f"{futures // SCRAMBLES:,}", f"seed {about['seed']}"
    words = {
        "sobol": f"{futures:,} futures: {SCRAMBLES} scrambles of {each} Sobol' points, {seed}",
        "latin-hypercube": f"{futures:,} futures: {SCRAMBLES} Latin hypercubes of {each}, {seed}",
        "monte-carlo": f"{futures:,} independent futures, {seed}",
        "table": f"{futures:,} explicit futures from a table: no sample, so no sampling error",
    }[about["design"]]
    return words + (f"; {replicates} replicates each" if replicates > 1 else "")
