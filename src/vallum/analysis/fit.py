"""The engagement law: who wins a battle, how long it lasts, what it costs, how far it goes; fitted to CDB90.

One law an era, from battles that somebody won, equation by equation:

1. *Winner.* P(attacker wins) = logistic(c + b ln FR + s surprise + p [PD or FD] + f [FD] + r [rugged] + a air), with
   FR the ratio of strengths, PD a prepared and FD a fortified defence. By maximum likelihood with every sign held:
   force, surprise and air never hurt the attacker, preparation and rugged ground never help it. A law *with quality*
   has q quality besides, the historian's judgement of combat effectiveness, which is made after the event.
2. *Clock.* Days in battle ~ exponential, whatever the force ratio: the mean of calendar dates touched.
3. *Losses.* ln(C_s / days) = k(s, winner) + q ln N_s + p ln N_o + noise, for both sides s at once (o is the other), by
   least squares. exp of the right-hand side without noise is the **median** of losses a day; their mean is
   exp(sd^2 / 2) times that. The noise correlates between the sides of a battle and within a campaign.
4. *Advance* after the attacker's win: median km a day, including wins without one, and the spread of the others.

Among the scales is what rival laws of battle take from the same record (docs/models/campaign_laws.md): equation 3
without the winner, for a law of Lanchester's kind, and the share of its strength at which a side has given up.

Errors come from one bootstrap of whole campaigns for all equations together (Cameron, Gelbach & Miller 2008): battles
of a campaign share armies, ground and historian.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vallum.analysis.battles import EVERY, BattleError, Battles
from vallum.analysis.regression import LIMIT, campaign_share, fit_winner, least_squares, resampled, weighted_median

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64

DRAWS, SEED = 1000, 1990
SUSTAINED_MARCH = 55.0  # km a day, kept up for weeks: HERO (1972), ORALFORE
QUALITY = " with quality"
LAWS: Mapping[str, tuple[str, bool]] = {
    f"{era}{more}": (era, bool(more)) for more in ("", QUALITY) for era in ("1919-45", EVERY)
}


@dataclass(frozen=True, slots=True)
class Term:
    """One coefficient of the law: its equation, what it means, and the bounds that its sign sets."""

    id: str
    equation: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf


TERMS: tuple[Term, ...] = (
    Term("win_constant", "winner", "log odds of the attacker: equal strength, hasty defence, open ground"),
    Term("win_force_ratio", "winner", "log odds per unit of ln(attacker's strength / defender's strength)", low=0.0),
    Term("win_surprise", "winner", "log odds per point of the attacker's surprise, -3 to 3", low=0.0),
    Term("win_prepared", "winner", "log odds if the defence is prepared or fortified", high=0.0),
    Term("win_fortified", "winner", "log odds if the defence is fortified, on top of prepared", high=0.0),
    Term("win_rugged", "winner", "log odds if the ground is rugged", high=0.0),
    Term("win_air", "winner", "log odds per point of air superiority, 1 the attacker's, -1 the defender's", low=0.0),
    Term("win_quality", "winner", "log odds per point of the attacker's edge in combat effectiveness", low=0.0),
    Term("log_battle_days", "clock", "ln of the mean days a battle lasts"),
    Term("loss_attacker_wins_attacker", "losses", "constant of the attacker's losses if the attacker wins"),
    Term("loss_attacker_wins_defender", "losses", "constant of the defender's losses if the attacker wins"),
    Term("loss_defender_wins_attacker", "losses", "constant of the attacker's losses if the defender wins"),
    Term("loss_defender_wins_defender", "losses", "constant of the defender's losses if the defender wins"),
    Term("loss_own", "losses", "elasticity of a side's losses a day to its own strength"),
    Term("loss_enemy", "losses", "elasticity of a side's losses a day to the enemy's strength"),
    Term("log_advance", "advance", "ln of the median advance after the attacker's win, km a day"),
)
NAMES: tuple[str, ...] = tuple(x.id for x in TERMS)
WINNER = NAMES.index("win_quality") + 1  # terms of the first equation
SCALES: Mapping[str, str] = {
    "loss_sd_attacker": "standard deviation of the noise in ln(attacker's losses a day)",
    "loss_sd_defender": "standard deviation of the noise in ln(defender's losses a day)",
    "loss_sides_correlation": "correlation of the noise between the two sides of a battle",
    "loss_campaign_share": "share of the noise's variance that the battles of a campaign have in common",
    "advance_sd": "standard deviation of ln(km a day) among attacker's wins with an advance",
    "repulse_advance": "median advance if the defender wins, km a day",
    "reference_strength": "median geometric mean of the two strengths, persons",
    "mean_battle_days": "mean days a battle lasts",
    "density_low": "1 % of defenders have fewer persons per km of front",
    "force_ratio_low": "5 % of battles have a lower force ratio",
    "force_ratio_high": "5 % of battles have a higher force ratio",
    "advance_high": "fastest march kept up for weeks, km a day (ORALFORE, 1972); no opposed advance was faster",
    "loss_high": "5 % of sides lose a larger share of their strength a day",
    "lanchester_attacker": "constant of the attacker's losses whoever wins, for a law of Lanchester's kind",
    "lanchester_defender": "constant of the defender's losses whoever wins",
    "lanchester_own": "elasticity of a side's losses a day to its own strength, whoever wins",
    "lanchester_enemy": "elasticity of a side's losses a day to the enemy's strength, whoever wins",
    "lanchester_sd_attacker": "standard deviation of the noise in ln(attacker's losses a day), whoever wins",
    "lanchester_sd_defender": "standard deviation of the noise in ln(defender's losses a day), whoever wins",
    "lanchester_sides_correlation": "correlation of that noise between the two sides of a battle",
    "lanchester_campaign_share": "share of that noise's variance that the battles of a campaign have in common",
    "give_up_attacker": "median share of its strength that an attacker has lost where the defender wins",
    "give_up_defender": "median share of its strength that a defender has lost where the attacker wins",
}


@dataclass(frozen=True, eq=False)
class Law:
    """One fitted law.

    Attributes
    ----------
    id, name, note : str
    battles, campaigns : int
        In the era; each equation uses those whose record has what it needs.
    estimate : array (term,)
        In the order of `TERMS`, every sign held.
    standard_error : array (term,)
        Spread of `estimate` over resampled campaigns.
    unconstrained, unconstrained_error : array (term,)
        The same with no sign held.
    correlation : array (term, term)
        Of `estimate` over resampled campaigns; zero beside a term that never moves.
    scales : mapping of str to float
        See `SCALES`.
    """

    id: str
    name: str
    note: str
    battles: int
    campaigns: int
    estimate: Float64[np.ndarray, " term"]
    standard_error: Float64[np.ndarray, " term"]
    unconstrained: Float64[np.ndarray, " term"]
    unconstrained_error: Float64[np.ndarray, " term"]
    correlation: Float64[np.ndarray, "term term"]
    scales: Mapping[str, float]

    def __getitem__(self, term: str) -> float:
        """The estimate of a term, by its name."""
        return float(self.estimate[NAMES.index(term)])

    @property
    def mean_factor(self) -> tuple[float, float]:
        """Mean over median of losses a day, attacker and defender: exp(sd^2 / 2)."""
        attacker, defender = (self.scales[f"loss_sd_{x}"] for x in ("attacker", "defender"))
        return math.exp(attacker**2 / 2), math.exp(defender**2 / 2)


# 1 The winner


def winner_design(battles: Battles) -> Float64[np.ndarray, "battle covariate"]:
    """The eight covariates of the winner, in the order of `TERMS`; NaN where the record lacks one.

    A battle without a posture counts as hasty, one without a relief as not rugged, as in the reference fits.
    """
    fortified = battles.posture == "FD"
    prepared = fortified | (battles.posture == "PD")
    rugged = battles.relief == "G"  # R is rolling
    columns = (np.ones(len(battles)), battles.log_force_ratio, battles.surprise, prepared, fortified, rugged)
    return np.column_stack((*columns, battles.air, battles.quality)).astype(np.float64)


def winner_rows(battles: Battles, *, quality: bool = False) -> Bool[np.ndarray, " battle"]:
    """Battles that somebody won and whose record has every covariate."""
    design = winner_design(battles)[:, : WINNER if quality else WINNER - 1]
    return battles.decided & np.isfinite(design).all(axis=1)


def bounds(*, quality: bool = False) -> tuple[Float64[np.ndarray, " term"], Float64[np.ndarray, " term"]]:
    """Lowest and highest value of each coefficient of the winner; quality is held at zero unless asked for."""
    low, high = (np.array([getattr(x, end) for x in TERMS[:WINNER]], np.float64) for end in ("low", "high"))
    if not quality:
        low[-1] = high[-1] = 0.0
    return low, high


# 2 The clock


def clock_slope(battles: Battles) -> tuple[float, float]:
    """Whether battles last longer at other force ratios.

    Returns
    -------
    slope, standard_error : float
        Of ln days on ln force ratio; the error is robust to likeness within campaigns.
    """
    known = battles.take(np.isfinite(battles.days) & np.isfinite(battles.log_force_ratio))
    design = np.column_stack((np.ones(len(known)), known.log_force_ratio))
    response = np.log(known.days)
    fitted = least_squares(design, response)[0]
    scores = (response - design @ fitted)[:, None] * design
    _, group = np.unique(known.campaign, return_inverse=True)
    sums = np.array([np.bincount(group, x) for x in scores.T])
    inverse = np.linalg.inv(design.T @ design)
    groups = sums.shape[1]
    error = inverse @ (sums @ sums.T) @ inverse * groups / (groups - 1)
    return float(fitted[1]), math.sqrt(error[1, 1])


# 3 The losses


def loss_design(
    battles: Battles,
) -> tuple[
    Float64[np.ndarray, "side_battle term"], Float64[np.ndarray, " side_battle"], Bool[np.ndarray, " side_battle"]
]:
    """The stacked loss equation: attackers of all battles, then defenders.

    Returns
    -------
    design : array, shape (2 battles, 6)
        A column for each of the four constants, ln own strength, ln enemy strength.
    response : array, shape (2 battles,)
        ln(losses / days).
    good : array of bool, shape (2 battles,)
        Sides of battles that somebody won whose record has strengths, days and losses above zero.
    """
    won, lost, none = battles.winner == 1, battles.winner != 1, np.zeros(len(battles))
    attacker, defender = np.log(battles.attacker), np.log(battles.defender)
    design = np.vstack(
        [
            np.column_stack((won, none, lost, none, attacker, defender)),
            np.column_stack((none, won, none, lost, defender, attacker)),
        ]
    )
    losses = np.concatenate((battles.attacker_losses, battles.defender_losses))
    days = np.tile(battles.days, 2)
    good = np.tile(battles.decided, 2) & (losses > 0) & np.isfinite(days) & np.isfinite(design).all(axis=1)
    return design, np.log(np.where(good, losses / days, 1.0)), good


# The whole law


def fit_law(battles: Battles, id: str, draws: int = DRAWS, seed: int = SEED) -> Law:
    """Fit one law.

    Parameters
    ----------
    battles : Battles
        Of all eras.
    id : str
        One of `LAWS`.
    draws : int
        Of the bootstrap over campaigns.
    seed : int
        Of its counter-based generator (Philox); draws of a campaign do not depend on the order of battles.

    Returns
    -------
    Law

    Raises
    ------
    BattleError
        If the era has too few battles for a law with errors.
    """
    era, quality = LAWS[id]
    mine = battles.of_era(era)
    names, group = np.unique(mine.campaign, return_inverse=True)
    weights = np.vstack([np.ones(len(mine)), resampled(len(names), draws, seed)[:, group]])
    held, free = (_all_terms(mine, weights, quality=quality, signs=signs) for signs in (True, False))
    if min(len(_drawn(x)) for x in (held, free)) < 2:
        raise BattleError(
            f"too few battles of the era {era} in {battles.source}: in almost every resample they separate "
            "completely, so that no error can be given"
        )
    error, free_error = (_drawn(x).std(axis=0, ddof=1) for x in (held, free))
    moves = error > 0
    correlation = np.eye(len(TERMS))
    correlation[np.ix_(moves, moves)] = np.corrcoef(_drawn(held)[:, moves].T)
    note = (
        "quality is a historian's judgement made after the battle: for cases that state an edge in quality"
        if quality
        else "without quality, which is judged after the battle"
    )
    left_out = draws - len(_drawn(held))
    return Law(
        id=id,
        name=f"CDB90, {'all eras' if era == EVERY else era}{QUALITY if quality else ''}",
        note=f"{note}; resamples left out, because they separate completely: {left_out} of {draws}",
        battles=len(mine),
        campaigns=len(names),
        estimate=held[0],
        standard_error=error,
        unconstrained=free[0],
        unconstrained_error=free_error,
        correlation=correlation,
        scales=_scales(mine, held[0]),
    )


def _drawn(terms: Float64[np.ndarray, "draw term"]) -> Float64[np.ndarray, "draw term"]:
    """The resamples, without the first row, the data, and without those whose winner fit has no maximum."""
    return terms[1:][(np.abs(terms[1:, :WINNER]) < LIMIT - 1e-6).all(axis=1)]


def _all_terms(
    battles: Battles, weights: Float64[np.ndarray, "draw battle"], *, quality: bool, signs: bool
) -> Float64[np.ndarray, "draw term"]:
    """Every term of the law, for each weighting of its battles."""
    rows = winner_rows(battles, quality=quality)
    low, high = bounds(quality=quality)
    if not signs:
        free = low < high
        low, high = np.where(free, -math.inf, low), np.where(free, math.inf, high)
    covariates = np.nan_to_num(winner_design(battles)[rows])
    winner = fit_winner(covariates, battles.winner[rows] == 1, weights[:, rows], low, high)

    timed = np.isfinite(battles.days)
    clock = (weights[:, timed] @ battles.days[timed]) / weights[:, timed].sum(axis=1)

    design, response, good = loss_design(battles)
    losses = least_squares(design[good], response[good], np.tile(weights, 2)[:, good])

    gained = (battles.winner == 1) & np.isfinite(battles.advance)
    advance = weighted_median(battles.advance[gained], weights[:, gained])
    return np.column_stack((winner, np.log(clock), losses, np.log(advance)))


def loss_residuals(battles: Battles, estimate: Float64[np.ndarray, " term"]) -> Float64[np.ndarray, "side battle"]:
    """Noise of ln losses a day, attacker and defender; NaN where the loss equation has no such side."""
    design, response, good = loss_design(battles)
    losses = estimate[NAMES.index("loss_attacker_wins_attacker") : NAMES.index("loss_enemy") + 1]
    return np.where(good, response - design @ losses, np.nan).reshape(2, -1)


def _whoever_wins(battles: Battles) -> tuple[float, ...]:
    """The loss equation without the winner: constants, elasticities, spreads, correlation, a campaign's share."""
    design, response, good = loss_design(battles)
    design = np.column_stack((design[:, 0] + design[:, 2], design[:, 1] + design[:, 3], design[:, 4:]))
    terms = least_squares(design[good], response[good])[0]
    residuals = np.where(good, response - design @ terms, np.nan).reshape(2, -1)
    both = np.isfinite(residuals).all(axis=0)
    # Four terms are fitted to both sides together: half of them count against each.
    spread = [math.sqrt(np.nansum(x**2) / (np.isfinite(x).sum() - 2)) for x in residuals]
    together = np.corrcoef(residuals[:, both])[0, 1]
    return (*(float(x) for x in (*terms, *spread, together)), campaign_share(residuals, battles.campaign))


def _scales(battles: Battles, estimate: Float64[np.ndarray, " term"]) -> dict[str, float]:
    residuals = loss_residuals(battles, estimate)
    both = np.isfinite(residuals).all(axis=0)
    # Six terms are fitted to both sides together: half of them count against each.
    spread = [math.sqrt(np.nansum(x**2) / (np.isfinite(x).sum() - 3)) for x in residuals]
    gained = battles.advance[(battles.winner == 1) & np.isfinite(battles.advance)]
    held = battles.advance[(battles.winner == -1) & np.isfinite(battles.advance)]
    ratio = battles.log_force_ratio
    shares = battles.attacker_losses / battles.attacker, battles.defender_losses / battles.defender
    losses = np.concatenate(shares)
    values = (
        *spread,
        np.corrcoef(residuals[:, both])[0, 1],
        campaign_share(residuals, battles.campaign),
        np.log(gained[gained > 0]).std(ddof=1),
        np.median(held),
        np.nanmedian(np.sqrt(battles.attacker * battles.defender)),
        math.exp(estimate[NAMES.index("log_battle_days")]),
        np.nanquantile(battles.defender / battles.defender_front, 0.01),
        *np.exp(np.nanquantile(ratio, (0.05, 0.95))),
        SUSTAINED_MARCH,
        np.nanquantile(losses / np.tile(battles.days, 2), 0.95),
        *_whoever_wins(battles),
        *(np.nanmedian(x[battles.winner == loser]) for loser, x in ((-1, shares[0]), (1, shares[1]))),
    )
    return dict(zip(SCALES, (float(x) for x in values), strict=True))
