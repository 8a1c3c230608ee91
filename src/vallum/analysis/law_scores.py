"""The engagement law on trial: fitted on four fifths of the campaigns, scored on the others.

A campaign is in one fold, chosen by a hash of its name, so that no battle is predicted from its neighbours. Who won is
scored by the log score (mean ln of the probability given to what happened; higher is better) and the Brier score (mean
squared error of the probability; lower is better), for the law and for what one would do without it: a constant rate,
force-to-space, Lanchester's laws. All are fitted on the same battles and scored on the same battles.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from vallum.analysis.battles import BattleError, Battles
from vallum.analysis.estimates import Estimate
from vallum.analysis.fit import DRAWS, LAWS, SEED, WINNER, Law, bounds, loss_design, winner_design, winner_rows
from vallum.analysis.regression import fit_winner, least_squares, resampled

if TYPE_CHECKING:
    from jaxtyping import Float64

FOLDS = 5
SPLITS = 20
QUARTILES = (0.25, 0.5, 0.75)
REPLICATES = 1000
FITTED = "engagement law"
BASELINES = ("constant rate", "force to space", "Lanchester, force ratio", "Lanchester, square-law threshold")

Rule = Callable[[Battles, Battles], Any]


@dataclass(frozen=True, slots=True)
class Median:
    """A predicted median beside the middle half of what happened, in battles held out.

    Attributes
    ----------
    quantity : str
    predicted : float
        The middle of the medians predicted for each battle.
    low, middle, high : float
        A quarter, half and three quarters of the record lie below.
    covered : float
        Share of battles inside the middle half predicted for each: one half if the spread is right.
    battles : int
    """

    quantity: str
    predicted: float
    low: float
    middle: float
    high: float
    covered: float
    battles: int

    @property
    def inside(self) -> bool:
        """Whether the prediction is in the middle half of the record."""
        return self.low <= self.predicted <= self.high


@dataclass(frozen=True, slots=True)
class Scores:
    """How the law of an era does on battles that it has not seen.

    Attributes
    ----------
    era : str
    battles, campaigns : int
        Scored: decided battles with every covariate and both fronts.
    lacking : mapping of str to int
        Decided battles that are not scored, by what their record lacks first.
    log_score, brier : mapping of str to float
        By rule, the law and the baselines; nats a battle, and probability squared.
    log_gain, brier_gain : mapping of str to Estimate
        The law's less the baseline's, battle by battle, intervals from resampled campaigns with the fits as they are.
    other_splits : mapping of str to tuple
        Lowest, mean and highest of the log gain under twenty other assignments of campaigns to folds.
    medians : tuple of Median
        Losses a day as a share of strength, by side and winner; days of battle.
    helmrat : Estimate
        Slope of ln HELMRAT on ln force ratio in battles simulated with the law fitted to the whole era, at the
        strengths of the data; 95 % of simulated records lie in the interval.
    """

    era: str
    battles: int
    campaigns: int
    lacking: Mapping[str, int]
    log_score: Mapping[str, float]
    brier: Mapping[str, float]
    log_gain: Mapping[str, Estimate]
    brier_gain: Mapping[str, Estimate]
    other_splits: Mapping[str, tuple[float, float, float]]
    medians: tuple[Median, ...]
    helmrat: Estimate


def fold_of(campaign: str, salt: str = "") -> int:
    """The fold that a campaign's battles are scored in, by a hash of its name; every battle has a campaign."""
    return int.from_bytes(hashlib.sha256((salt + campaign).encode()).digest()[:8], "big") % FOLDS


def score_law(battles: Battles, law: Law, draws: int = DRAWS, seed: int = SEED) -> Scores:
    """Score the law of an era, without quality, on campaigns that it was not fitted to.

    Parameters
    ----------
    battles : Battles
        Of all eras.
    law : Law
        Fitted to the whole era; only the simulated slope uses it.
    draws : int
        Of the bootstrap of the differences, over campaigns.
    seed : int

    Returns
    -------
    Scores

    Raises
    ------
    BattleError
        If all campaigns fall into one fold.
    """
    mine = battles.of_era(LAWS[law.id][0])
    covered = winner_rows(mine)
    fronts = np.isfinite(mine.attacker_front) & np.isfinite(mine.defender_front)
    scored = mine.take(covered & fronts)
    log, brier = _both_scores(scored)
    lacking = {
        "a covariate": int(np.count_nonzero(mine.decided & ~covered)),
        "a front": int(np.count_nonzero(covered & ~fronts)),
    }
    return Scores(
        era=law.id,
        battles=len(scored),
        campaigns=len(np.unique(scored.campaign)),
        lacking=lacking,
        log_score={name: float(x.mean()) for name, x in log.items()},
        brier={name: float(x.mean()) for name, x in brier.items()},
        log_gain={x: mean_by_campaign(log[FITTED] - log[x], scored, draws, seed) for x in BASELINES},
        brier_gain={x: mean_by_campaign(brier[FITTED] - brier[x], scored, draws, seed) for x in BASELINES},
        other_splits=_other_splits(scored),
        medians=held_out_medians(mine),
        helmrat=helmrat_slope(mine, law, seed=seed),
    )


ByRule = dict[str, Any]


def _both_scores(battles: Battles, salt: str = "") -> tuple[ByRule, ByRule]:
    """Log and Brier score of every battle, by rule."""
    won = battles.winner == 1
    chance = {name: held_out(battles, rule, salt) for name, rule in _rules().items()}
    log = {name: np.log(np.where(won, p, 1 - p)) for name, p in chance.items()}
    return log, {name: (won - p) ** 2 for name, p in chance.items()}


def _other_splits(battles: Battles) -> dict[str, tuple[float, float, float]]:
    """How much the law's gain owes to which campaigns happen to share a fold."""
    scores = [_both_scores(battles, f"{salt} ")[0] for salt in range(1, SPLITS + 1)]
    gains = {x: [float((log[FITTED] - log[x]).mean()) for log in scores] for x in BASELINES}
    return {name: (min(x), sum(x) / len(x), max(x)) for name, x in gains.items()}


def held_out(battles: Battles, rule: Rule, salt: str = "") -> Float64[np.ndarray, "battle ..."]:
    """What a rule says of every battle when it has seen only the other folds."""
    fold = np.array([fold_of(str(x), salt) for x in battles.campaign])
    if len(np.unique(fold)) < 2:
        raise BattleError(f"all campaigns of {battles.source} fall into one fold: too few to hold any out")
    order = np.argsort(fold, kind="stable")
    found = [rule(battles.take(fold != x), battles.take(fold == x)) for x in np.unique(fold)]
    return np.concatenate(found)[np.argsort(order)]


def mean_by_campaign(values: Float64[np.ndarray, " battle"], battles: Battles, draws: int, seed: int) -> Estimate:
    """The mean over battles, its error from resampled campaigns."""
    names, group = np.unique(battles.campaign, return_inverse=True)
    weights = resampled(len(names), draws, seed)
    means = (weights @ np.bincount(group, values)) / (weights @ np.bincount(group))
    low, high = (float(x) for x in np.quantile(means, (0.025, 0.975)))
    return Estimate(float(values.mean()), float(means.std(ddof=1)), low, high)


def _rules() -> dict[str, Rule]:
    """Probability that the attacker wins, by the law and by each baseline."""

    def one(battles: Battles) -> Any:
        return np.ones((len(battles), 1))

    def space(battles: Battles) -> Any:
        density = battles.attacker / battles.attacker_front, battles.defender / battles.defender_front
        return np.column_stack((np.ones(len(battles)), *np.log(density)))

    def ratio(battles: Battles) -> Any:
        return np.column_stack((np.ones(len(battles)), battles.log_force_ratio))

    rules = (_logistic(lambda x: winner_design(x)[:, : WINNER - 1], signs=True), *map(_logistic, (one, space, ratio)))
    return dict(zip((FITTED, *BASELINES), (*rules, _square_law), strict=True))


def _logistic(design: Callable[[Battles], Any], *, signs: bool = False) -> Rule:
    def rule(seen: Battles, unseen: Battles) -> Any:
        low, high = (x[: WINNER - 1] for x in bounds()) if signs else (None, None)
        fitted = fit_winner(design(seen), seen.winner == 1, low=low, high=high)[0]
        return expit(design(unseen) @ fitted)

    return rule


def _square_law(seen: Battles, unseen: Battles) -> Any:
    """Whoever has more of strength squared times effectiveness wins, and how often that is right.

    That is a threshold on the force ratio. It and the two rates are the likeliest in the battles seen; one battle
    of each kind is added to both sides of it, so that no rate is zero.
    """
    won, ratio = seen.winner == 1, seen.log_force_ratio
    known = np.unique(ratio)

    def rates(threshold: float) -> tuple[float, float]:
        above, below = ratio >= threshold, ratio < threshold
        return (won[above].sum() + 1) / (above.sum() + 2), (won[below].sum() + 1) / (below.sum() + 2)

    def likelihood(threshold: float) -> float:
        chance = np.where(ratio >= threshold, *rates(threshold))
        return float(np.log(np.where(won, chance, 1 - chance)).sum())

    best = max((known[1:] + known[:-1]) / 2, key=likelihood)
    return np.where(unseen.log_force_ratio >= best, *rates(best))


def held_out_medians(battles: Battles) -> tuple[Median, ...]:
    """Predicted medians of losses and days, each battle's from the other folds, beside the record's middle half.

    Losses are those of a side in a day of battle, percent of its strength, given who won.
    """
    known = battles.take(battles.decided & np.isfinite(battles.log_force_ratio) & np.isfinite(battles.days))
    medians: list[Median] = []
    for side, name in enumerate(("attacker", "defender")):
        strength, lost = getattr(known, name), getattr(known, f"{name}_losses")
        predicted = 100 * held_out(known, _loss_quartiles(side)) / strength[:, None]
        for winner, sign in (("attacker", 1), ("defender", -1)):
            rows = (known.winner == sign) & (lost > 0)
            record = 100 * lost[rows] / strength[rows] / known.days[rows]
            medians.append(_median(f"losses of the {name} if the {winner} wins, % a day", predicted[rows], record))
    timed = battles.take(np.isfinite(battles.days))
    return (*medians, _median("days of battle", held_out(timed, _day_quartiles), timed.days))


def _loss_quartiles(side: int) -> Rule:
    """Quartiles of a side's losses a day, persons, (battle, 3)."""

    def rule(seen: Battles, unseen: Battles) -> Any:
        design, response, good = loss_design(seen)
        fitted = least_squares(design[good], response[good])[0]
        noise = np.where(good, response - design @ fitted, np.nan).reshape(2, -1)[side]
        middle = loss_design(unseen)[0].reshape(2, len(unseen), -1)[side] @ fitted
        return np.exp(middle[:, None] + np.nanstd(noise) * norm.ppf(QUARTILES))

    return rule


def _day_quartiles(seen: Battles, unseen: Battles) -> Any:
    """Quartiles of an exponential time, (battle, 3)."""
    return np.tile(-np.log1p(-np.array(QUARTILES)) * seen.days.mean(), (len(unseen), 1))


def _median(quantity: str, predicted: Any, record: Any) -> Median:
    low, middle, high = (float(x) for x in np.quantile(record, QUARTILES))
    covered = float(((record >= predicted[:, 0]) & (record <= predicted[:, 2])).mean())
    return Median(quantity, float(np.median(predicted[:, 1])), low, middle, high, covered, len(record))


def helmrat_slope(battles: Battles, law: Law, replicates: int = REPLICATES, seed: int = SEED) -> Estimate:
    """Slope of ln HELMRAT on ln force ratio in records simulated with a law.

    HELMRAT = (A0^2 - A^2) / (D0^2 - D^2), strengths before and after battle; 0 slope is Lanchester's square law, 1 his
    linear one (Helmbold; Hartley 2001).

    Parameters
    ----------
    battles : Battles
        Whose strengths, covariates and campaigns are kept; winner, days and losses are drawn.
    law : Law
    replicates : int
        Simulated records.
    seed : int

    Returns
    -------
    Estimate
        Mean slope, its spread over records and the middle 95 % of them.
    """
    mine = battles.take(np.isfinite(winner_design(battles)[:, : WINNER - 1]).all(axis=1))
    generator = np.random.Generator(np.random.Philox(key=seed))
    names, group = np.unique(mine.campaign, return_inverse=True)
    shape = (replicates, len(mine))
    odds = np.nan_to_num(winner_design(mine)) @ law.estimate[:WINNER]
    won = generator.random(shape) < expit(odds)
    days = generator.exponential(law.scales["mean_battle_days"], shape)
    share = law.scales["loss_campaign_share"]
    together = law.scales["loss_sides_correlation"]
    noise = math.sqrt(share) * _pairs(generator, (replicates, len(names)), together)[:, :, group]
    noise += math.sqrt(1 - share) * _pairs(generator, shape, together)
    strengths = (mine.attacker, mine.defender)
    gone: list[Any] = []
    for side, name in enumerate(("attacker", "defender")):
        constant = np.where(won, *(law[f"loss_{winner}_wins_{name}"] for winner in ("attacker", "defender")))
        size = law["loss_own"] * np.log(strengths[side]) + law["loss_enemy"] * np.log(strengths[1 - side])
        losses = days * np.exp(constant + size + law.scales[f"loss_sd_{name}"] * noise[side])
        gone.append(np.minimum(losses, strengths[side]))  # nobody loses more than there are
    slopes = _slope(mine.log_force_ratio, log_helmrat(*strengths, gone[0], gone[1]))
    low, high = (float(x) for x in np.quantile(slopes, (0.025, 0.975)))
    return Estimate(float(slopes.mean()), float(slopes.std(ddof=1)), low, high)


def log_helmrat(attacker: Any, defender: Any, attacker_losses: Any, defender_losses: Any) -> Any:
    """The logarithm of HELMRAT from strengths and losses, persons."""

    def spent(strength: Any, losses: Any) -> Any:
        return strength**2 - (strength - losses) ** 2

    return np.log(spent(attacker, attacker_losses) / spent(defender, defender_losses))


def _slope(x: Float64[np.ndarray, " battle"], y: Float64[np.ndarray, "... battle"]) -> Float64[np.ndarray, " ..."]:
    centred = x - x.mean()
    return y @ centred / (centred @ centred)


def _pairs(generator: np.random.Generator, shape: tuple[int, int], correlation: float) -> Any:
    """Standard normal pairs that correlate, (side, ...)."""
    first, second = generator.standard_normal((2, *shape))
    return np.stack((first, correlation * first + math.sqrt(1 - correlation**2) * second))
