"""The engagement law as files: every law and how it did, written down with where it all comes from, and read back."""

from __future__ import annotations

import csv
import json
import math
import platform
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from vallum.analysis.battles import BattleError, Battles
from vallum.analysis.estimates import Estimate
from vallum.analysis.fit import (
    DRAWS,
    LAWS,
    NAMES,
    SCALES,
    SEED,
    TERMS,
    WINNER,
    Law,
    clock_slope,
    fit_law,
    winner_design,
)
from vallum.analysis.law_scores import FOLDS, Median, Scores, score_law

if TYPE_CHECKING:
    from jaxtyping import Float64

FILES: Mapping[str, tuple[str, ...]] = {
    "laws": ("id", "name", "note", "battles", "campaigns"),
    "law_terms": ("id", "equation", "meaning", "low", "high"),
    "law_values": ("id", "law", "term", "estimate", "standard_error", "unconstrained", "unconstrained_error"),
    "law_covariances": ("id", "law", "first", "second", "correlation"),
    "law_scales": ("id", "law", "quantity", "value"),
}
ABOUT = "law.toml"
EQUATIONS = {
    "winner": "P(attacker wins) = logistic(win_constant + win_force_ratio ln FR + win_surprise surprise + win_prepared "
    "[prepared or fortified] + win_fortified [fortified] + win_rugged [rugged] + win_air air + win_quality quality)",
    "clock": "days of battle ~ exponential with mean exp(log_battle_days), whatever the force ratio",
    "losses": "ln(losses of a side a day) = loss_WINNER_wins_SIDE + loss_own ln(own strength) + loss_enemy ln(enemy's "
    "strength) + noise, strengths in persons; the exp of it without noise is the median, exp(sd^2 / 2) times that the "
    "mean",
    "advance": "km a day after the attacker's win: median exp(log_advance)",
    "noise": "sd_SIDE (sqrt(share) Z of the campaign + sqrt(1 - share) Z of the battle); the Z of the two sides of a "
    "battle correlate by loss_sides_correlation",
    "standard errors": "spread over resampled campaigns, all equations together; a term at its bound has the spread of "
    "resamples inside it",
}
CLOCK = ("slope of ln days on ln force ratio", "standard error, robust to likeness within campaigns")
LICENCE = "data ODC-BY 1.0 (jrnold/CDB90); the original CDB90 is in the public domain (United States Army)"


@dataclass(frozen=True, eq=False)
class Calibration:
    """The laws, how they did out of sample, and where all this comes from (plain values, as in law.toml)."""

    laws: tuple[Law, ...]
    scores: tuple[Scores, ...]
    about: Mapping[str, Any]


def calibrate(battles: Battles, draws: int = DRAWS, seed: int = SEED) -> Calibration:
    """Fit and score every law.

    Parameters
    ----------
    battles : Battles
        As read from the file.
    draws : int
        Of each bootstrap over campaigns, 2 or more.
    seed : int
        0 or more.

    Returns
    -------
    Calibration

    Raises
    ------
    BattleError
        If draws or seed are out of range, or an era has too few battles.
    """
    if draws < 2 or not 0 <= seed < 2**64:
        raise BattleError(
            f"draws {draws}, seed {seed}: there must be 2 draws or more, and the seed 0 or more, below 2^64"
        )
    laws = tuple(fit_law(battles, id, draws, seed) for id in LAWS)
    scores = tuple(score_law(battles, law, draws, seed) for law in laws if not LAWS[law.id][1])
    about = {
        "licence": LICENCE,
        "data": {
            "file": battles.source,
            "sha256": battles.digest,
            "battles": len(battles),
            "nested_duplicates_dropped": battles.duplicates,
        },
        "bootstrap": {"draws": draws, "seed": seed, "unit": "campaign", "generator": "numpy Philox"},
        "equations": EQUATIONS,
        "scales": dict(SCALES),
        "rows": {id: rows_used(battles, id) for id in LAWS},
        "clock": {era: dict(zip(CLOCK, clock_slope(battles.of_era(era)), strict=True)) for era, _ in LAWS.values()},
        "software": {"python": platform.python_version()} | {x: version(x) for x in ("vallum", "numpy", "scipy")},
    }
    return Calibration(laws, scores, about)


# Where it comes from


def rows_used(battles: Battles, id: str) -> dict[str, dict[str, int]]:
    """Battles that each equation of a law uses, and why it does without the others; each is counted once.

    Parameters
    ----------
    battles : Battles
        Of all eras.
    id : str
        One of `LAWS`.

    Returns
    -------
    dict
        Equation to reason to count; of the losses, sides of battles.
    """
    era, quality = LAWS[id]
    mine = battles.of_era(era)
    unknown = ~np.isfinite(winner_design(mine)[:, : WINNER if quality else WINNER - 1]).all(axis=1)
    drawn, nobody = mine.winner == 0, np.isnan(mine.winner)
    decided = np.tile(mine.decided, 2)
    losses = np.concatenate((mine.attacker_losses, mine.defender_losses))
    won, days = mine.winner == 1, np.isnan(mine.days)
    return {
        "winner": _counted(
            {"neither side won": drawn, "winner unknown": nobody, "no strength, surprise, air or quality": unknown}
        )
        | {
            "counted as hasty for want of a posture": int(
                np.count_nonzero(mine.posture[mine.decided & ~unknown] == "")
            ),
            "counted as not rugged for want of a relief": int(
                np.count_nonzero(mine.relief[mine.decided & ~unknown] == "")
            ),
        },
        "clock": _counted({"no dates": days}),
        "losses": _counted(
            {
                "neither side won or winner unknown": ~decided,
                "no losses given": np.isnan(losses),
                "no loss at all": losses == 0,
                "no dates or strength": np.tile(days | np.isnan(mine.log_force_ratio), 2),
            }
        ),
        "advance": _counted({"attacker did not win": ~won, "no advance given": np.isnan(mine.advance)})
        | {"wins without an advance, in the median only": int(np.count_nonzero(won & (mine.advance <= 0)))},
    }


def _counted(reasons: Mapping[str, Any]) -> dict[str, int]:
    """Rows without any reason against them, then rows by the first reason that they meet."""
    left = np.ones(len(next(iter(reasons.values()))), bool)
    dropped: dict[str, int] = {}
    for reason, rows in reasons.items():
        dropped[reason] = int(np.count_nonzero(left & rows))
        left = left & ~rows
    return {"used": int(np.count_nonzero(left))} | dropped


# Written down


def write_law(fit: Calibration, folder: Path) -> tuple[Path, ...]:
    """Write a calibration as the tables that a theatre case cites, and law.toml, which says where they come from.

    Numbers have six significant digits, the last of which no error is as small as.

    Parameters
    ----------
    fit : Calibration
    folder : Path
        Made if it is not there.

    Returns
    -------
    tuple of Path

    Raises
    ------
    BattleError
        If the folder cannot be written to.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {
        "laws": [(x.id, x.name, x.note, x.battles, x.campaigns) for x in fit.laws],
        "law_terms": [(x.id, x.equation, x.meaning, x.low, x.high) for x in TERMS],
        "law_values": [
            (f"{law.id} {term}", law.id, term, *(float(x[place]) for x in _columns(law)))
            for law in fit.laws
            for place, term in enumerate(NAMES)
        ],
        "law_covariances": [
            (f"{law.id} {first} {second}", law.id, first, second, float(law.correlation[row, column]))
            for law in fit.laws
            for row, first in enumerate(NAMES)
            for column, second in enumerate(NAMES)
            if row < column and law.correlation[row, column] != 0
        ],
        "law_scales": [(f"{law.id} {x}", law.id, x, value) for law in fit.laws for x, value in law.scales.items()],
    }
    scores = {x.era: {key: value for key, value in asdict(x).items() if key != "era"} for x in fit.scores}
    for found in scores.values():
        found["medians"] = {x.pop("quantity"): x for x in found["medians"]}
    lines = _toml({**fit.about, "folds": FOLDS, "scores": scores})
    paths = [folder / f"{name}.csv" for name in FILES]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, (name, columns) in zip(paths, FILES.items(), strict=True):
            with path.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerows((columns, *([_cell(x) for x in row] for row in rows[name])))
        (folder / ABOUT).write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise BattleError(f"cannot write to {folder}: {error.strerror or error}") from error
    return (*paths, folder / ABOUT)


def read_law(folder: Path) -> Calibration:
    """Read what `write_law` wrote.

    Raises
    ------
    BattleError
        If a file is missing.
    """
    for name in (*(f"{x}.csv" for x in FILES), ABOUT):
        if not (folder / name).is_file():
            raise BattleError(f"{folder / name} is not there; write it with: vallum calibrate")
    tables = {name: _read(folder / f"{name}.csv") for name in FILES}
    about = tomllib.loads((folder / ABOUT).read_text(encoding="utf-8"))
    scores = tuple(_scores(era, found) for era, found in about.pop("scores").items())
    del about["folds"]
    return Calibration(tuple(_law(row, tables) for row in tables["laws"]), scores, about)


def _columns(law: Law) -> tuple[Float64[np.ndarray, " term"], ...]:
    return law.estimate, law.standard_error, law.unconstrained, law.unconstrained_error


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return str(value)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _law(row: Mapping[str, str], tables: Mapping[str, list[dict[str, str]]]) -> Law:
    id = row["id"]
    values = {x["term"]: x for x in tables["law_values"] if x["law"] == id}
    columns = [np.array([float(values[term][x]) for term in NAMES]) for x in FILES["law_values"][3:]]
    correlation = np.eye(len(NAMES))
    for pair in tables["law_covariances"]:
        if pair["law"] == id:
            place = NAMES.index(pair["first"]), NAMES.index(pair["second"])
            correlation[place] = correlation[place[::-1]] = float(pair["correlation"])
    scales = {x["quantity"]: float(x["value"]) for x in tables["law_scales"] if x["law"] == id}
    return Law(
        id,
        row["name"],
        row["note"],
        int(row["battles"]),
        int(row["campaigns"]),
        *columns,
        correlation=correlation,
        scales=scales,
    )


def _scores(era: str, found: Mapping[str, Any]) -> Scores:
    def estimates(what: str) -> dict[str, Estimate]:
        return {name: Estimate(**x) for name, x in found[what].items()}

    return Scores(
        era=era,
        battles=found["battles"],
        campaigns=found["campaigns"],
        lacking=found["lacking"],
        log_score=found["log_score"],
        brier=found["brier"],
        log_gain=estimates("log_gain"),
        brier_gain=estimates("brier_gain"),
        other_splits={name: (x[0], x[1], x[2]) for name, x in found["other_splits"].items()},
        medians=tuple(Median(quantity=name, **x) for name, x in found["medians"].items()),
        helmrat=Estimate(**found["helmrat"]),
    )


def _toml(table: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[str]:
    """A table of plain values and tables as lines of TOML, in order, plain values first."""
    inner: dict[str, Mapping[str, Any]] = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in table.items() if key not in inner}
    if place and plain:
        yield ""
        yield f"[{'.'.join(_key(x) for x in place)}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_plain(value)}"
    for key, value in inner.items():
        yield from _toml(value, (*place, key))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_plain(x) for x in cast('tuple[Any, ...]', value))}]"
    return repr(float(f"{value:.6g}")) if isinstance(value, float) else json.dumps(value)
