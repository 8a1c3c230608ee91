"""Numbers and findings in plain words."""

from __future__ import annotations

import math

from vallum.analysis.comparison import Comparison, OptionResult
from vallum.analysis.estimates import Estimate
from vallum.case import Case
from vallum.spec import Outcome
from vallum.study.designs import SCRAMBLES
from vallum.study.study import Study

FAVOURS = {"attacker": "favours the attacker", "defender": "favours the defender", "neither": "favours neither"}


def number(value: float, digits: int = 3) -> str:
    """A number as a reader wants it.

    Examples
    --------
    >>> number(1234567.0), number(53.8591), number(0.0112), number(999.9996), number(math.inf)
    ('1,234,567', '53.9', '0.0112', '1,000', 'never')
    """
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "never" if value > 0 else "-inf"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        return f"{value:.{digits}g}"
    text = f"{value:,.{max(digits - 1 - math.floor(math.log10(abs(value))), 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> str:
    """A number as it was given, not rounded.

    Examples
    --------
    >>> exact(90.0), exact(2.345), exact(1000000.5)
    ('90', '2.345', '1,000,000.5')
    """
    return f"{value:,.12g}"


def amount(value: float) -> str:
    """A sum of money: billions and millions by name.

    Examples
    --------
    >>> amount(1.2e9), amount(-45e6), amount(900.0), amount(999_999_999.0)
    ('1.2 bn', '-45 m', '900', '1 bn')
    """
    for size, name in ((1e9, " bn"), (1e6, " m")):
        if abs(value) >= 0.9995 * size:
            return number(value / size) + name
    return number(value)


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


def probability(result: OptionResult, estimate: Estimate) -> str:
    """A probability to three places; yes or no where nothing is uncertain."""
    if math.isnan(estimate.value):
        return "none"
    if result.point:
        return "yes" if estimate.value else "no"
    return f"{estimate.value:.3f}"


def interval(estimate: Estimate, form: str = ".3f") -> str:
    """The 95 % interval of an estimate, empty where none is claimed."""
    if estimate.uncertainty == "none" or math.isnan(estimate.low):
        return ""
    return f"[{estimate.low:{form}}, {estimate.high:{form}}]"


def event(case: Case, threshold: float) -> str:
    """The case's event at a threshold, in its own words."""
    return _event(case, exact(threshold))


def event_in_general(case: Case) -> str:
    """The case's event with its threshold left open."""
    return _event(case, "…")


def _event(case: Case, threshold: str) -> str:
    question = case.question
    if question.event:
        return question.event.format(threshold=threshold)
    return f"{question.outcome} {'at least' if question.at_least is not None else 'at most'} {threshold}"


def label(case: Case, name: str) -> str:
    """An outcome's name for a reader, with the moment at which it is taken."""
    at, words = case.spec.outcome(name).at, name.replace("_", " ")
    if not at:
        return words
    moment = case.inputs[at].marginal
    if not moment.certain:
        return f"{words} at {at.replace('_', ' ')}"
    value = number(float(moment.median()))
    when = f"on day {value}" if case.spec.input(at).unit == "day" else f"at {value} {case.spec.input(at).unit}"
    return words.replace("on report day", "").strip() + f" {when}"


def unit_after(outcome: Outcome) -> str:
    """An outcome's unit as it follows a number; nothing for a pure number."""
    return "" if outcome.unit == "1" else f" {outcome.unit}"


def brief(case: Case, outcome: Outcome, value: float) -> str:
    """A value in a table: a time that is never reached is beyond the last step of its clock."""
    if outcome.kind == "time" and math.isinf(value):
        return f">{last_step(case, outcome):g}" if outcome.clock else "never"
    return number(value)


def spoken(case: Case, outcome: Outcome, value: float) -> str:
    """A value in a sentence, with its unit."""
    if outcome.kind == "time" and math.isinf(value):
        return f"not by {case.spec.table(outcome.clock).key} {last_step(case, outcome):g}" if outcome.clock else "never"
    return (
        f"day {number(value)}"
        if outcome.unit == "day" and outcome.kind == "time"
        else number(value) + unit_after(outcome)
    )


def last_step(case: Case, outcome: Outcome) -> float:
    """The last step of the clock on which a time lies."""
    return len(case.tables[outcome.clock]) - 1


def cost(result: OptionResult) -> str:
    """The cost of an option, with its range."""
    stated = result.option.cost
    if stated is None:
        return "none stated"
    low, high = stated.range
    if low == stated.best == high:
        return f"{amount(stated.best)} {stated.unit}"
    return f"{amount(stated.best)} ({amount(low)} to {amount(high)}) {stated.unit}"


def sentence(comparison: Comparison, result: OptionResult) -> str:
    """One sentence on one option: how often, how sure, against what, over what range, at what cost."""
    parts: list[str] = []
    failed = sum(result.failed.values())
    if failed:
        reasons = ", ".join(f"{n:,}: {status}" for status, n in result.failed.items())
        parts.append(f"{failed:,} of {result.runs:,} runs failed and do not count ({reasons})")
    if failed < result.runs:
        if comparison.thresholds:
            parts += _how_often(comparison, result, comparison.thresholds[0])
        if averages_matter(comparison):
            parts += _how_much(comparison, result)
        parts.append(_range(comparison, result))
    parts.append("no cost is stated" if result.option.cost is None else f"the cost is {cost(result)}")
    return f"{result.option.title}: " + "; ".join(parts) + "."


def averages_matter(comparison: Comparison) -> bool:
    """Whether the question is about how much rather than whether."""
    return comparison.case.question.kind != "sufficiency" or not comparison.thresholds


def runs_or_futures(comparison: Comparison) -> str:
    """What shares are shares of."""
    return "runs" if comparison.study.attributes["settings"]["replicates"] > 1 else "futures"


def _how_often(comparison: Comparison, result: OptionResult, threshold: float) -> list[str]:
    found, what = result.events[threshold], event(comparison.case, threshold)
    if result.point:
        certain = f"{what}: {probability(result, found)} (nothing is uncertain under this option)"
        return [certain, *_unlike(comparison, result, threshold)]
    share = f"{what} in {percent(found.value)} of {runs_or_futures(comparison)}"
    sure = " given" if math.isnan(found.low) else f" (95 % interval {percent(found.low)} to {percent(found.high)})"
    return [share + sure, *_against(comparison, result, threshold)]


def _against(comparison: Comparison, result: OptionResult, threshold: float) -> list[str]:
    if threshold not in result.events_against:
        return []
    found, base = result.events_against[threshold], _reference(comparison)
    if found.value == 0 and found.standard_error == 0:
        return [f"no run differs from '{base}'"]
    better = (found.value > 0) == (comparison.case.question.event_is == "good")
    text = f"{100 * found.value:+.1f} points against '{base}' in the same futures, {'better' if better else 'worse'}"
    if found.uncertainty == "none" or math.isnan(found.low):
        return [text]
    return [f"{text} (95 % interval {100 * found.low:+.1f} to {100 * found.high:+.1f})"]


def _unlike(comparison: Comparison, result: OptionResult, threshold: float) -> list[str]:
    """How often a yes or no is not what the reference option has."""
    if threshold not in result.events_against:
        return []
    share = percent(abs(result.events_against[threshold].value))
    return [f"unlike '{_reference(comparison)}' in {share} of the same futures"]


def _how_much(comparison: Comparison, result: OptionResult) -> list[str]:
    name = comparison.case.question.outcome
    outcome, found = comparison.case.spec.outcome(name), result.averages[name]
    unit = unit_after(outcome)
    parts = [f"{label(comparison.case, name)} {number(found.value)}{unit} on average {interval(found, '.4g')}".strip()]
    if name in result.averages_against:
        against = result.averages_against[name]
        change = f"{against.value:+.3g}{unit} against '{_reference(comparison)}' {interval(against, '+.3g')}"
        parts.append(change.strip())
    return parts


def _reference(comparison: Comparison) -> str:
    return next(x.option.title for x in comparison.results if x.option.id == comparison.reference)


def _range(comparison: Comparison, result: OptionResult) -> str:
    case = comparison.case
    outcome = case.spec.outcome(case.question.outcome)
    found, name = result.spreads[outcome.name], label(case, outcome.name)
    low, high = spoken(case, outcome, found.low), spoken(case, outcome, found.high)
    if outcome.kind == "flag":
        return f"{name} in {percent(result.averages[outcome.name].value)} of {runs_or_futures(comparison)}"
    if result.point or found.low == found.high:
        return f"{name}: {spoken(case, outcome, found.middle)}"
    if math.isinf(found.high) and found.shares[0]:
        return f"{name}: not before {low} in 19 of 20 {runs_or_futures(comparison)}"
    where = (
        f"nine of ten {runs_or_futures(comparison)}" if found.shares[0] else f"the {runs_or_futures(comparison)} given"
    )
    return f"{name}: {low} to {high} in {where}"


def conditions(case: Case) -> list[str]:
    """What the findings hold under, and what is left out."""
    scenario = case.scenario
    lines = [f"Holds for a {scenario.stance} scenario: {' '.join(scenario.prose.split())}"]
    lines += [f"Held: {line}" for line in scenario.political]
    for left in scenario.omitted:
        why = f": {left.reason}" if left.reason else ""
        lines.append(f"Left out, {FAVOURS.get(left.favours, 'direction not stated')}: {left.variable}{why}")
    lines.append("Intervals are about sampling, ranges about the inputs; neither is about whether the model is right.")
    return lines


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
