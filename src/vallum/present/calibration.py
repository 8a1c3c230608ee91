"""The engagement law on the terminal: its terms, how it does on battles that it has not seen, and what that means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from vallum.analysis.battles import EVERY
from vallum.analysis.estimates import Estimate
from vallum.analysis.fit import LAWS, TERMS, Law, Term
from vallum.analysis.law_files import Calibration
from vallum.analysis.law_scores import BASELINES, FITTED, SPLITS, Scores
from vallum.present.tables import styled_table
from vallum.present.words import number, percent

EQUATIONS = {"winner": "who wins", "clock": "how long", "losses": "what it costs", "advance": "how far"}
HALF = (0.45, 0.55)  # shares of the record that count as half of it


def calibration_page(fit: Calibration) -> Iterator[Table | Text]:
    """All of it, in the order to read it: what was found, how to read that, how well it does, what it cannot say."""
    yield Text("The engagement law: who wins a battle, how long it lasts, what it costs, how far it goes", style="bold")
    yield Text(data_words(fit))
    yield term_table(fit)
    yield Text(term_words(fit), style="dim")
    yield quality_table(fit)
    yield scale_table(fit)
    yield Text(scale_words(fit), style="dim")
    yield Text("Does it predict battles that it has not seen?", style="bold")
    yield Text(score_words(), style="dim")
    for scores in fit.scores:
        yield score_table(scores)
        yield record_table(scores)
    yield Text("What that means", style="bold")
    yield Text("\n".join(f"- {line}" for line in calibration_words(fit)))


# What the fit gives


def data_words(fit: Calibration) -> str:
    """How many battles there are, and how many of them decide who wins."""
    data, draws = fit.about["data"], fit.about["bootstrap"]["draws"]
    rows = fit.about["rows"]
    used = "; ".join(f"{_era(x.id)}: {rows[x.id]['winner']['used']} of {x.battles}" for x in _main(fit))
    return (
        f"Fitted to {data['file']} ({data['sha256'][:12]}): {data['battles']} battles, "
        f"{data['nested_duplicates_dropped']} nested in another one left out. Who wins is fitted to battles that "
        f"somebody won and whose record is whole ({used}). Standard errors (±) come from {draws:,} resamples of whole "
        "campaigns."
    )


def term_table(fit: Calibration) -> Table:
    """Every term of the laws without quality; in brackets what it would be were its sign not held."""
    return _term_table("What the fit gives: estimate ± standard error (in brackets: sign not held)", _main(fit), TERMS)


def quality_table(fit: Calibration) -> Table:
    """The same with quality: who wins; the other equations are the same."""
    laws = [x for x in fit.laws if x not in _main(fit)]
    title = "With quality, which historians judge knowing who won (the other equations stay as they are)"
    return _term_table(title, laws, [x for x in TERMS if x.equation == "winner"])


def _main(fit: Calibration) -> list[Law]:
    """The laws without quality, which are those that are scored."""
    return [x for x in fit.laws if x.id in {scores.era for scores in fit.scores}]


def _era(law: str) -> str:
    """The era of a law for a reader."""
    era = LAWS[law][0]
    return "all eras" if era == EVERY else era


def _term_table(title: str, laws: Sequence[Law], terms: Sequence[Term]) -> Table:
    table = styled_table(title)
    table.add_column("term", no_wrap=True)
    table.add_column("meaning", overflow="fold")
    for law in laws:
        table.add_column(_era(law.id), justify="right", overflow="fold")
    equation = ""
    for term in terms:
        cells = [_term(law, TERMS.index(term)) for law in laws]
        if term.equation != equation:
            equation = term.equation
            table.add_row(Text(EQUATIONS[equation], style="bold"))
        if any(cells):
            table.add_row(term.id, term.meaning, *cells)
    return table


def _term(law: Law, place: int) -> str:
    value, error, free = (float(x[place]) for x in (law.estimate, law.standard_error, law.unconstrained))
    if value == error == free == 0:
        return ""
    without = f"({free:.2f} ± {law.unconstrained_error[place]:.2f})"
    return f"{value:.2f} ± {error:.2f}" + (f"\n{without}" if f"{free:.2f}" != f"{value:.2f}" else "")


def term_words(fit: Calibration) -> str:
    """How to read the terms."""
    law = _main(fit)[0]
    return (
        "Log odds: ln(chance that the attacker wins / chance that it does not); 0.7 more doubles those odds, 0.7 less "
        f"halves them. So twice the force multiplies the odds by {2 ** law['win_force_ratio']:.1f} ({_era(law.id)}). "
        "Elasticity: twice the own strength multiplies a side's losses by 2 to that power, "
        f"{2 ** law['loss_own']:.1f}. The constants of losses stand at one person a side and mean nothing without the "
        "elasticities. Signs are held: force, surprise and air superiority never hurt the attacker, preparation and "
        "rugged ground never help it."
    )


def scale_table(fit: Calibration) -> Table:
    """Spread, correlation, and where the evidence ends, law by law; those with quality have the same."""
    table = styled_table("What the law leaves to chance, and where its evidence ends")
    table.add_column("quantity", no_wrap=True)
    table.add_column("meaning", overflow="fold")
    for law in _main(fit):
        table.add_column(_era(law.id), justify="right", no_wrap=True)
    for name, meaning in fit.about["scales"].items():
        table.add_row(name, meaning, *(number(x.scales[name]) for x in _main(fit)))
    return table


def scale_words(fit: Calibration) -> str:
    """How to read the noise of losses, and what it does to their mean."""
    spread = _main(fit)[0].scales["loss_sd_attacker"]
    means = "; ".join("{} {:.1f} and {:.1f}".format(_era(x.id), *x.mean_factor) for x in _main(fit))
    return (
        f"Noise: a standard deviation of {spread:.1f} in ln(losses) means that two battles in three lie within a "
        f"factor of {math.exp(spread):.1f} of what the law says. The law says the median; because a few battles cost "
        f"very much, mean losses are higher, by these factors for attacker and defender: {means}."
    )


# How it does on battles that it has not seen


def score_words() -> str:
    """What is scored, how, and against what."""
    return (
        "Each battle is predicted by a fit that has seen no battle of its campaign. Log score: mean ln(probability "
        "given to what happened); higher is better, a coin toss has -0.693; a gain above zero is the law's. Brier "
        "score: mean squared error of the probability; lower is better, a coin toss has 0.250; a change below zero is "
        "the law's. Intervals come from resampled campaigns, the fits taken as they are. Other splits: the mean gain "
        f"in log score, with the campaigns parted in {SPLITS} other ways.\n"
        "The baselines are what one would do without the law, fitted to the same battles. Constant rate: attackers win "
        "as often as they did. Force to space: troops a km of front, both sides. Lanchester: the ratio of forces "
        "alone, as a curve, or as a threshold above which the attacker is likelier to win (his square law)."
    )


def score_table(scores: Scores) -> Table:
    """Log and Brier score of the law and of each baseline on campaigns held out, and the law's gain."""
    scored = f"{scores.battles} battles of {scores.campaigns} campaigns"
    table = styled_table(f"Who wins, {_era(scores.era)}: {scored}, each predicted from others")
    table.add_column("rule", overflow="fold", min_width=16)
    table.add_column("log\nscore", justify="right", no_wrap=True)
    table.add_column("law's gain\n95 % interval", justify="right", no_wrap=True)
    table.add_column("other splits, mean\nlowest to highest", justify="right", no_wrap=True)
    table.add_column("Brier\nscore", justify="right", no_wrap=True)
    table.add_column("law's change\n95 % interval", justify="right", no_wrap=True)
    for rule in (FITTED, *BASELINES):
        log, brier = (_gain(x.get(rule)) for x in (scores.log_gain, scores.brier_gain))
        splits = "" if rule == FITTED else "{1:+.3f}\n{0:.3f} to {2:.3f}".format(*scores.other_splits[rule])
        table.add_row(rule, f"{scores.log_score[rule]:.3f}", log, splits, f"{scores.brier[rule]:.3f}", brier)
    return table


def _gain(found: Estimate | None) -> str:
    return "" if found is None else f"{found.value:+.3f}\n{found.low:.3f} to {found.high:.3f}"


def record_table(scores: Scores) -> Table:
    """Predicted medians beside the middle half of what happened in campaigns held out."""
    table = styled_table(f"What it costs and how long, {_era(scores.era)}: each battle predicted from other campaigns")
    table.add_column("quantity", overflow="fold")
    table.add_column("median\npredicted", justify="right", no_wrap=True)
    table.add_column("record, below which\n25 / 50 / 75 % lie", justify="right", no_wrap=True)
    table.add_column("in the predicted\nmiddle half", justify="right", no_wrap=True)
    table.add_column("battles", justify="right", no_wrap=True)
    for x in scores.medians:
        record = " / ".join(number(y) for y in (x.low, x.middle, x.high))
        table.add_row(x.quantity, number(x.predicted), record, percent(x.covered), str(x.battles))
    return table


# In sentences


def calibration_words(fit: Calibration) -> Iterator[str]:
    """The findings in sentences, era by era, the doubtful ones named."""
    for scores, law in zip(fit.scores, _main(fit), strict=True):
        for line in (*_against_baselines(scores), *_against_record(scores), *_against_law(fit, law)):
            yield f"{_era(law.id)}: {line}"
    slopes = "; ".join(
        f"{_era(x.era)} {x.helmrat.value:.2f} [{x.helmrat.low:.2f}, {x.helmrat.high:.2f}]" for x in fit.scores
    )
    yield (
        "How losses depend on numbers: HELMRAT, the fall of the attacker's squared strength over that of the "
        "defender's, is the same at every force ratio under Lanchester's square law (slope 0, in logarithms) and "
        f"proportional to it under his linear law (slope 1). Slopes in battles simulated with this law: {slopes}. They "
        "use the fit to all campaigns: no prediction."
    )
    yield (
        "The data are battles that somebody chose to fight: strong attackers take on hard targets, weak ones attack "
        "where they hope to win. The effect of force is that among such battles, not that of adding a brigade. "
        "Surprise and air superiority may be judged knowing who won, quality is. More, for and against: "
        "docs/models/engagement_law.md."
    )


def _against_baselines(scores: Scores) -> Iterator[str]:
    """Which baselines the law beats, where that may be chance, and what other splits of the campaigns say."""
    found = [("log score", x, scores.log_gain[x].value, scores.log_gain[x]) for x in BASELINES]
    found += [("Brier score", x, -scores.brier_gain[x].value, scores.brier_gain[x]) for x in BASELINES]
    lost = [(score, x) for score, x, gain, _ in found if gain <= 0]
    clear = [(score, x) for score, x, gain, estimate in found if gain > 0 and estimate.clear_of_zero]
    weak = [(score, x) for score, x, gain, estimate in found if gain > 0 and not estimate.clear_of_zero]
    low, *_, high = sorted(100 * math.expm1(x.value) for x in scores.log_gain.values())
    if lost:
        yield f"the law does NOT beat these baselines: {_named(lost)}."
    else:
        yield (
            "the law predicts who wins better than every baseline in both scores; it gives what happened "
            f"{low:.0f} to {high:.0f} % more probability than they do."
        )
    if clear:
        yield f"clear of chance (the 95 % interval leaves out zero): {_named(clear)}."
    if weak:
        yield f"WEAK (the interval includes zero, so that the gain may be chance): {_named(weak)}."
    worst = min(BASELINES, key=lambda x: scores.other_splits[x][0])
    lowest, mean, _ = scores.other_splits[worst]
    yield (
        f"how campaigns are parted matters: over {SPLITS} other splits the gain in log score over {_plain(worst)} is "
        f"{mean:.3f} on average and {lowest:.3f} at worst, {scores.log_gain[worst].value:.3f} here"
        + ("; in some splits there is none." if lowest <= 0 else ".")
    )


def _named(found: Sequence[tuple[str, str]]) -> str:
    """Scores, and against which baselines, in words."""
    rules = {score: [_plain(x) for other, x in found if other == score] for score, _ in found}
    return "; ".join(
        f"{score} against {'every baseline' if len(names) == len(BASELINES) else ', '.join(names)}"
        for score, names in rules.items()
    )


def _plain(rule: str) -> str:
    """A baseline's name without a comma in it."""
    name, comma, kind = rule.partition(", ")
    return f"{name} ({kind})" if comma else name


def _against_record(scores: Scores) -> Iterator[str]:
    """Whether predicted medians lie in the middle half of the record, and whether the spread is right."""
    outside = [x.quantity for x in scores.medians if not x.inside]
    if outside:
        yield f"predicted medians lie OUTSIDE the middle half of the record for {'; '.join(outside)}."
    else:
        yield (
            f"all {len(scores.medians)} predicted medians of losses and days lie in the middle half of the record; "
            "with so wide a record this is a weak test."
        )
    off = [x for x in scores.medians if not HALF[0] <= x.covered <= HALF[1]]
    if off:
        shares = "; ".join(f"{percent(x.covered)} for {x.quantity.removesuffix(', % a day')}" for x in off)
        yield f"the predicted middle half should hold half of the battles; it holds {shares}."


def _against_law(fit: Calibration, law: Law) -> Iterator[str]:
    """What the data say against the equations: signs that they do not have, a clock that they do not keep."""
    for place, term in enumerate(TERMS):
        free, error = law.unconstrained[place], law.unconstrained_error[place]
        if law.estimate[place] == 0 != free:
            yield f"{term.id} is held at zero, because the data give it the wrong sign ({free:+.2f} ± {error:.2f})."
    slope, error = fit.about["clock"][law.id].values()
    found = f"(slope of ln days on ln force ratio {slope:.2f} ± {error:.2f})"
    if abs(slope) > 2 * error:
        longer = "longer" if slope > 0 else "shorter"
        yield f"battles last {longer} at higher force ratios {found}; the law, which has one mean, is WRONG there."
    else:
        yield f"days do not clearly depend on the force ratio {found}, as the law has it."
