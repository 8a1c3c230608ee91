"""Deterrence games with incomplete information, each with payoffs of its own: a batch against SciPy game by game."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import exp, log, log1p
from statistics import median

import numpy as np
from scipy.optimize import brentq

from vallum.models.crisis.unilateral import Quantal, Unilateral, quantal_response, unilateral

GAMES, SOME, ROUNDS = 1_000_000, 2_000, 5
PRECISION = 1, 100  # log-uniform, payoffs being within 0 to 1
CLOSE = 1e-6


def drawn(games: int, seed: int) -> tuple[Unilateral, np.ndarray]:
    """Games with payoffs in order, otherwise anything in 0 to 1, any credibilities, and their precisions."""
    rng = np.random.default_rng(seed)
    c, d = (-np.sort(-rng.random((n, games)), axis=0) for n in (5, 4))
    game = unilateral(
        c_dc=c[0], c_sq=c[1], c_dd_hard=c[2], c_cd=c[3], c_dd_soft=c[4],
        d_sq=1.0, d_cd=d[0], d_dd_hard=d[1], d_dc=d[2], d_dd_soft=d[3],
        p_challenger=rng.random(games), p_defender=rng.random(games),
    )  # fmt: skip
    low, high = np.log(PRECISION)
    return game, np.exp(rng.uniform(low, high, games))


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def resisted(game: Unilateral, rate: float) -> float:
    """The chance of resistance in one game's quantal response: the root of G(R) - R, by Brent's method."""
    prior = log(game.p_challenger) - log1p(-game.p_challenger)
    challenger = []
    for war in (game.c_dd_hard, game.c_dd_soft):
        fights = logistic(rate * (war - game.c_cd))
        challenger.append((fights, fights * war + (1 - fights) * game.c_cd))

    def log_demand(worth: float, R: float) -> float:
        return -log1p(exp(-rate * (R * worth + (1 - R) * game.c_dc - game.c_sq)))

    def gap(R: float) -> float:
        (hard, if_hard), (soft, if_soft) = challenger
        believed = logistic(prior + log_demand(if_hard, R) - log_demand(if_soft, R))
        fought = believed * hard + (1 - believed) * soft
        y_hard, y_soft = (
            logistic(rate * (fought * war + (1 - fought) * game.d_cd - game.d_dc))
            for war in (game.d_dd_hard, game.d_dd_soft)
        )
        return game.p_defender * y_hard + (1 - game.p_defender) * y_soft - R

    return brentq(gap, 0.0, 1.0, xtol=1e-12)


def measured() -> tuple[list[float], list[float], Quantal, float]:
    """Games a second of both ways, by interleaved rounds; the answer, and its largest difference from SciPy's."""
    game, rate = drawn(GAMES, 0)
    some = [Unilateral(*map(float, x)) for x in zip(*(x[:SOME] for x in game), strict=True)]
    rates = [float(x) for x in rate[:SOME]]
    found = quantal_response(game, rate)  # compiles too
    roots = one_by_one(some, rates)
    p, y = game.p_defender, found.strategy
    apart = (p * y["defender_hard"] + (1 - p) * y["defender_soft"])[:SOME] - roots
    batch, single = [], []
    for _ in range(ROUNDS):
        batch.append(a_second(lambda: quantal_response(game, rate), GAMES))
        single.append(a_second(lambda: one_by_one(some, rates), SOME))
    return batch, single, found, float(np.abs(apart).max())


def one_by_one(games: list[Unilateral], rates: list[float]) -> np.ndarray:
    return np.array([resisted(game, rate) for game, rate in zip(games, rates, strict=True)])


def a_second(way: Callable[[], object], games: int) -> float:
    begun = time.perf_counter()
    way()
    return games / (time.perf_counter() - begun)


def section() -> list[str]:
    """The section of the benchmarks' page, Markdown."""
    batch, single, found, apart = measured()
    ratio = median(x / y for x, y in zip(batch, single, strict=True))
    low, high = PRECISION
    return [
        "## Unilateral Deterrence Game, quantal response, float64",
        "",
        f"Distinct games: random payoffs in order, random credibilities, lambda log-uniform {low} to {high}.",
        "",
        "| implementation | games a second | times SciPy |",
        "|---|---|---|",
        f"| Vallum, {GAMES:,} games at once, all cores | {median(batch):,.0f} | {ratio:,.3g} |",
        f"| SciPy's `brentq` on plain Python, {SOME:,} games one by one, one core | {median(single):,.0f} | 1 |",
        "",
        f"Residual at most {CLOSE:g} in {100 * (found.residual <= CLOSE).mean():.6g} % of games (largest "
        f"{found.residual.max():.2g}); bisected {found.bisected.mean():.2g} of them. Largest difference from SciPy's",
        f"chance of resistance: {apart:.2g}.",
        "",
    ]


if __name__ == "__main__":
    print("\n".join(section()))
