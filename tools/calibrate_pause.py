"""Calibrate `pause_days` on campaigns of record: the one constant of the campaign that no battle gives.

Needed only when the engagement law or the rules of combat change, never to use or to test Vallum:

    VALLUM_DATA=FOLDER python tools/calibrate_pause.py [ERA] [WHOLE: yes or no]

An idealised campaign of the record (CaDB, 1905-91; The Dupuy Institute, C. A. Lawrence) is one long axis that is
held throughout: the code of the model, the engagement law of the shipped cases with the errors of its fit.

* Ratio of strengths: from the published table of 134 campaigns, evenly in its logarithm within a row; the size is
  that of the mean strengths (it does not matter: losses in per cent do not depend on it).
* Days: triangular 2, 19, 60. The record has 2 to 155, three in 196 above 60; 19 gives the mean of 27 days that the mean
  losses in soldiers and in per cent a day imply.
* Preparation, ruggedness, surprise and air: those of a battle of 1919-45 drawn from CDB90.
* Breakpoints, days of surprise, losses on the march, lengths of segments: those of the case `eastern-flank-2022`.
* No limit of supply, one rate of pursuit, no least force ratio: these campaigns were fought.

The attacker has won if the defender lost more than its breakpoint first, or if neither did and it won more than half of
its battles. Losses in per cent a day are those of the first strength over the days that were drawn, which are the
record's; targets are means over campaigns, and so is this. As first written, before a result was seen, a campaign ended
once a side had broken; that makes campaigns of 13 days in the mean where the record has 27, and losses a day of other
days than the record counts, 1.5 and 3.6 % of attacker and defender. WHOLE = no
still gives these, and check 3 still judges by them.

Calibrated is every pause for which losses of both sides and the odds of the attacker's victory are within a factor of
1.5 of the record's.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from vallum.analysis.battles import data_root, read_battles
from vallum.case import compile_case, load_case
from vallum.keys import entity_keys
from vallum.models.theatre import campaign, combat
from vallum.models.theatre.campaign_declaration import spec
from vallum.models.theatre.engagement import read_fits
from vallum.models.theatre.fitted_law import FITTED
from vallum.study.draws import KeyedDraws, run_key, seed_words

TABLE = "validation/dupuy_published_force_ratio_tables.csv"
SUMMARY = "validation/dupuy_cadb_campaign_summary.json"
CASE = "eastern-flank-2022"
LAWS, RECORDS = 128, 128  # draws of the law's errors, campaigns with each (as many as the table of record, about)
RUNS, SEED, STEPS, PLACES = LAWS * RECORDS, 20_221_224, 4, 20
DAYS = (2, 19, 60)
BREAKPOINT, SURPRISE_DAYS = (0.2, 0.3, 0.5), (1, 3, 5)  # as in CASE
ADVANCE_LOSSES = (0, 0.004)  # as in CASE
PURSUIT = 23.34  # km a day once a line is broken: against slight resistance (ORALFORE, 1972; claim oralfore-slight)
RUSSIA_2022 = (0.34, 0.45)  # % of combat power lost in a day until 8 April 2022 (claim F31)
WINS = (97, 134)  # attacker's, of campaigns of the table with a winner or drawn
FACTOR = 1.5
GRID = np.round(np.geomspace(0.25, 32, 15), 2)
STREAMS = {name: place for place, name in enumerate(spec.streams)}


class Target(NamedTuple):
    """What the record says: % a day of both sides, mean ratio at the start, odds that the attacker wins."""

    attacker: float
    defender: float
    ratio: float
    odds: float


class Found(NamedTuple):
    """Of idealised campaigns, RECORDS with each of LAWS draws of the law in turn.

    Shares lost a day, who won (1, 0 or -1), ratio of strengths, days, battles.
    """

    attacker: np.ndarray
    defender: np.ndarray
    winner: np.ndarray
    ratio: np.ndarray
    days: np.ndarray
    battles: np.ndarray


def target() -> Target:
    """The record's means."""
    found = json.loads((data_root() / SUMMARY).read_text(encoding="utf-8"))
    names = "avg_attacker_pct_loss_per_day", "avg_defender_pct_loss_per_day", "starting_strength_ratio"
    return Target(*(float(found[name]["value"]) for name in names), odds=WINS[0] / (WINS[1] - WINS[0]))


def ratios(rng: np.random.Generator, runs: int) -> np.ndarray:
    """Ratios of strengths at the start, from the published table."""
    with (data_root() / TABLE).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if next(iter(row.values())).startswith("CaDB")]
    low, high, count = (np.array([float(row[name]) for row in rows]) for name in ("fr_lo", "fr_hi", "n"))
    row = rng.choice(len(rows), runs, p=count / count.sum())
    return low[row] * (high[row] / low[row]) ** rng.random(runs)


@cache
def setting(era: str) -> tuple[Any, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The fits, the inputs of the runs beside the pause, and what each campaign starts from."""
    rng, case = np.random.default_rng(SEED), load_case(CASE)
    rows: Any = compile_case(case).rows
    runs, battles = RUNS, read_battles()
    known = [at for at, x in enumerate(battles.era) if x == "1919-45"]
    drawn = rng.choice(known, runs)

    def of(values: Sequence[Any] | np.ndarray) -> np.ndarray:
        return np.nan_to_num(np.asarray(values, float)[drawn])

    posture = np.asarray(battles.posture)[drawn]
    lengths: Any = case.inputs["segment_length"].marginal
    ratio = ratios(rng, runs)
    summary = json.loads((data_root() / SUMMARY).read_text(encoding="utf-8"))
    size = np.sqrt(summary["avg_attacker_strength"]["value"] * summary["avg_defender_strength"]["value"])
    starts = {
        "attackers": size * np.sqrt(ratio),
        "defenders": size / np.sqrt(ratio),
        "days": rng.triangular(*DAYS, runs),
        "length": rng.choice(lengths.value, (1, PLACES, runs)),
        "preparation": np.select([posture == "FD", posture == "PD"], [2.0, 1.0]),
        "rugged": of(np.asarray(battles.relief) == "G"),
        "surprise": np.maximum(of(battles.surprise), 0.0),
        "air": of(battles.air),
    }
    one, laws = np.ones(runs), rows["laws"]
    inputs = {
        "report_day": 0 * one,
        "laws.active": np.array([[not x.startswith("~")] for x in laws.ids]),
        "law_in_force": np.array([[float(x == era)] for x in laws.ids]) * one,
        "law_deviate": np.repeat(rng.standard_normal((len(rows["law_terms"]), LAWS)), RECORDS, axis=1),
        "attacker_breakpoint": rng.triangular(*BREAKPOINT, runs),
        "defender_breakpoint": rng.triangular(*BREAKPOINT, runs),
        "advance_losses": rng.uniform(*ADVANCE_LOSSES, runs),
        "surprise_days": rng.triangular(*SURPRISE_DAYS, runs),
        "advance_rate": PURSUIT * one, "march_rate": 250 * one, "rugged_multiplier": one, "quality_edge": 0 * one,
        "least_force_ratio": 0 * one, "frontage_per_brigade": one, "supply_reach": 1e6 * one,
        "supply_rate": 1e6 * one, "supply_limit": 1e6 * one,
    }  # fmt: skip
    return read_fits(rows), inputs, starts


def _fight(fits: Any, inputs: Mapping[str, Any], starts: Mapping[str, Any]) -> tuple[Any, ...]:
    """Losses of both sides, battles, battles won and segments passed, at the end of each step."""
    import jax
    import jax.numpy as jnp

    runs, length = len(inputs["report_day"]), starts["length"]
    dtype = length.dtype
    key = run_key(seed_words(SEED), np.arange(runs, dtype=np.uint32), np.zeros(runs, np.uint32))
    draws = KeyedDraws(key, STREAMS, np.dtype(dtype))
    ground = combat.Ground(
        length=length,
        frontage=jnp.zeros_like(length),
        preparation=jnp.broadcast_to(starts["preparation"], length.shape),
        rugged=jnp.broadcast_to(starts["rugged"], length.shape),
        key=jnp.asarray(entity_keys([f"segment {x}" for x in range(PLACES)]))[None, :, None],
        segments=jnp.full((1, 1), PLACES, jnp.int32),
        before=jnp.cumsum(length, axis=1) - length,
    )
    of_case: Any = SimpleNamespace(rules=FITTED, fits=fits, axis_key=entity_keys(["axis"]))
    conditions = campaign._conditions(of_case, inputs, draws, ground)
    day = combat.Day(starts["surprise"], starts["air"])
    defenders = jnp.zeros((combat.POOLS, 1, runs), dtype).at[combat.HOST, 0].set(starts["defenders"])
    field = combat.Field(ground, conditions, inputs, draws, day)
    fight = combat.begin(ground, FITTED)
    fight = combat.arrive(field, fight, starts["attackers"][None], defenders, jnp.ones((1, runs), dtype))

    def one(fight: Any, at: Any) -> tuple[Any, Any]:
        start, end = at.astype(dtype) / STEPS, (at + 1).astype(dtype) / STEPS
        fresh = jnp.clip(1.0 - start / inputs["surprise_days"], 0.0, 1.0)
        now = day._replace(surprise=starts["surprise"] * fresh)
        fight = combat.advance(field._replace(day=now), fight, end)
        lost = fight.attackers_lost[0], jnp.sum(fight.defenders_lost, axis=0)[0]
        return fight, (*lost, fight.battles, fight.battles_won, fight.segment[0])

    return jax.lax.scan(one, fight, jnp.arange(DAYS[-1] * STEPS, dtype=jnp.int32))[1]


@cache
def _program(era: str) -> Any:
    import jax

    fits, inputs, starts = setting(era)
    single = {name: x.astype(np.float32) if x.dtype.kind == "f" else x for name, x in inputs.items()}
    return jax.jit(partial(_fight, fits)), single, {name: x.astype(np.float32) for name, x in starts.items()}


def fought(pause: float | np.ndarray, era: str = "1919-45", whole: bool = True) -> Found:
    """Idealised campaigns with pauses of so many days; losses up to the day drawn, or until a side broke."""
    program, inputs, starts = _program(era)
    told = program({**inputs, "pause_days": np.full(RUNS, pause, np.float32)}, starts)
    attacker, defender, battles, won, passed = (np.asarray(x) for x in told)
    attacker, defender = attacker / starts["attackers"], defender / starts["defenders"]
    beaten = [attacker > inputs["attacker_breakpoint"], (defender > inputs["defender_breakpoint"]) | (passed >= PLACES)]
    last = np.rint(starts["days"] * STEPS).astype(int) - 1
    first = [np.where(x.any(axis=0), x.argmax(axis=0), DAYS[-1] * STEPS) for x in beaten]
    end = np.minimum(np.minimum(*first), last)
    at = last if whole else end, np.arange(RUNS)
    by_battles = np.sign(2 * won[at] - battles[at])
    winner = np.select([(first[0] > last) & (first[1] > last)], [by_battles], np.sign(first[0] - first[1]))
    days = np.maximum((at[0] + 1) / STEPS, DAYS[0])
    ratio = starts["attackers"] / starts["defenders"]
    return Found(attacker[at] / days, defender[at] / days, winner, ratio, days, battles[at])


def shipped_pause() -> np.ndarray:
    """Pauses as the case has them, one a run."""
    marginal: Any = load_case(CASE).inputs["pause_days"].marginal
    return np.asarray(marginal.ppf(np.random.default_rng(SEED + 1).random(RUNS)), float)


def rates(found: Found) -> tuple[float, float]:
    """Mean losses of attacker and defender, % a day."""
    return 100 * float(found.attacker.mean()), 100 * float(found.defender.mean())


def ratios_to_record(found: Found, wanted: Target) -> tuple[float, float, float]:
    """Losses of attacker and defender and the odds of the attacker's victory, as multiples of the record's."""
    attacker, defender = rates(found)
    won = float((found.winner > 0).mean())
    return attacker / wanted.attacker, defender / wanted.defender, won / (1 - won) / wanted.odds


def _main(era: str = "1919-45", all_days: str = "yes") -> None:
    wanted, whole = target(), all_days == "yes"
    share = wanted.odds / (1 + wanted.odds)
    print(f"pause, days; losses of attacker ({wanted.attacker}) and defender ({wanted.defender}), % a day;")
    print(f"share of wins ({share:.2f}); distance in logarithms; days of campaign; battles")
    for pause in GRID:
        found = fought(float(pause), era, whole)
        attacker, defender = rates(found)
        multiples = np.array(ratios_to_record(found, wanted))
        marks = "calibrated" if (np.abs(np.log(multiples)) <= np.log(FACTOR)).all() else ""
        marks += " Russia 2022" if RUSSIA_2022[0] <= attacker <= RUSSIA_2022[1] else ""
        print(
            f"{pause:6.2f} {attacker:6.2f} {defender:6.2f} {(found.winner > 0).mean():6.3f} "
            f"{np.linalg.norm(np.log(multiples)):6.3f} {found.days.mean():5.1f} {found.battles.mean():5.1f} {marks}"
        )


if __name__ == "__main__":
    _main(*sys.argv[1:])
