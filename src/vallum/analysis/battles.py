"""The battle data: CDB90, land battles from 1600 to 1982, as arrays.

The file is the table rebuilt from the raw CDB90 of the United States Army Concepts Analysis
Agency (Helmbold's revision of the HERO data; public domain) as published by jrnold/CDB90
(ODC-BY 1.0). The tidy table of the same repository lost every negative code, and with them
all defeats of the attacker: it is refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.errors import VallumError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float64, Int64, Shaped

FILE = "validation/cdb90_battles_flat.csv"
ERAS = ("<=1918", "1919-45", "post-45")
EVERY = "all"  # the era that takes in all others
TEXTS = {"name": "name", "campaign": "campaign", "era": "era", "posture": "posture", "relief": "terrain_relief"}
NUMBERS = {
    "attacker": "att_strength",
    "defender": "def_strength",
    "attacker_losses": "att_casualties",
    "defender_losses": "def_casualties",
    "winner": "winner_att",
    "days": "duration_cal_days",
    "advance": "advance_km_per_day",
    "attacker_front": "front_km_att",
    "defender_front": "front_km_def",
    "surprise": "surprise_att",
    "air": "air_sup_att",
    "quality": "ce_att",
}
COLUMNS = ("isqno", "duplicate_of_isqno", *TEXTS.values(), *NUMBERS.values())


class BattleError(VallumError):
    """Battle data that are not there, or not what they should be."""


@dataclass(frozen=True, eq=False)
class Battles:
    """Battles, one a row; a number that the record lacks is NaN, a word that it lacks is empty.

    Attributes
    ----------
    source, digest : str
        Name of the file and its SHA-256.
    duplicates : int
        Rows dropped because they are nested in a battle that has a row of its own.
    number : array of int (battle,)
        Sequence number in CDB90 (isqno).
    name, campaign, era : array of str (battle,)
    posture : array of str (battle,)
        The defender's: HD hasty, PD prepared, FD fortified, DL delay, WD withdrawal.
    relief : array of str (battle,)
        G rugged, R rolling, F flat.
    attacker, defender : array (battle,)
        Strength, persons: initial, daily average or total engaged, as the record has it.
    attacker_losses, defender_losses : array (battle,)
        Casualties, persons.
    winner : array (battle,)
        1 the attacker, 0 neither, -1 the defender.
    days : array (battle,)
        Calendar dates that the battle touched.
    advance : array (battle,)
        Of the attacker, km a day; negative where it was pushed back.
    attacker_front, defender_front : array (battle,)
        Width of the front, km.
    surprise : array (battle,)
        The attacker's, -3 to 3 points.
    air : array (battle,)
        Air superiority: 1 the attacker's, 0 neither's, -1 the defender's.
    quality : array (battle,)
        The attacker's edge in combat effectiveness, -4 to 4 points: a historian's judgement after the event.
    """

    source: str
    digest: str
    duplicates: int
    number: Int64[np.ndarray, " battle"]
    name: Shaped[np.ndarray, " battle"]
    campaign: Shaped[np.ndarray, " battle"]
    era: Shaped[np.ndarray, " battle"]
    posture: Shaped[np.ndarray, " battle"]
    relief: Shaped[np.ndarray, " battle"]
    attacker: Float64[np.ndarray, " battle"]
    defender: Float64[np.ndarray, " battle"]
    attacker_losses: Float64[np.ndarray, " battle"]
    defender_losses: Float64[np.ndarray, " battle"]
    winner: Float64[np.ndarray, " battle"]
    days: Float64[np.ndarray, " battle"]
    advance: Float64[np.ndarray, " battle"]
    attacker_front: Float64[np.ndarray, " battle"]
    defender_front: Float64[np.ndarray, " battle"]
    surprise: Float64[np.ndarray, " battle"]
    air: Float64[np.ndarray, " battle"]
    quality: Float64[np.ndarray, " battle"]

    def __len__(self) -> int:
        return len(self.number)

    @property
    def log_force_ratio(self) -> Float64[np.ndarray, " battle"]:
        """Natural logarithm of the attacker's strength over the defender's."""
        return np.log(self.attacker / self.defender)

    @property
    def decided(self) -> Bool[np.ndarray, " battle"]:
        """Battles that somebody won."""
        return np.abs(self.winner) == 1

    def take(self, rows: Any) -> Battles:
        """Some of the battles: a mask, or row numbers in any order."""
        arrays = {x.name: getattr(self, x.name) for x in fields(self)}
        return replace(self, **{name: x[rows] for name, x in arrays.items() if isinstance(x, np.ndarray)})

    def of_era(self, era: str) -> Battles:
        """The battles of an era, or of all.

        Raises
        ------
        BattleError
            If there is no such era, or no battle in it.
        """
        if era not in (*ERAS, EVERY):
            raise BattleError(f"no era is called {era!r}; there are {', '.join((*ERAS, EVERY))}")
        rows = np.ones(len(self), bool) if era == EVERY else self.era == era
        if not rows.any():
            raise BattleError(f"{self.source} has no battle of the era {era}")
        return self.take(rows)


def data_root() -> Path:
    """The folder with the research data.

    `VALLUM_DATA` names it; without that variable it is `../shared/data`, seen from the current folder or from
    the repository.

    Raises
    ------
    BattleError
        If there is no such folder.
    """
    named = os.environ.get("VALLUM_DATA")
    if named:
        if Path(named).is_dir():
            return Path(named)
        raise BattleError(f"VALLUM_DATA is {named}, which is no folder; name the folder that holds {FILE}")
    for start in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (folder := start.parent / "shared" / "data").is_dir():
            return folder
    raise BattleError(f"the research data are not there: set VALLUM_DATA to the folder that holds {FILE}")


def read_battles(path: Path | None = None) -> Battles:
    """Read the battle file, without the battles nested in another one.

    Parameters
    ----------
    path : Path, optional
        The one under `data_root` unless given.

    Returns
    -------
    Battles
        In the order of the file.

    Raises
    ------
    BattleError
        If the file or a column is missing, a cell is no number, an era is not known, a battle has no campaign, or
        the attacker never loses.
    """
    path = path or data_root() / FILE
    if not path.is_file():
        raise BattleError(f"{path} is not there; set VALLUM_DATA to the folder that holds {FILE}")
    try:
        content = path.read_bytes()
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    except (OSError, UnicodeDecodeError) as error:
        raise BattleError(f"cannot read {path}: it should be a CSV file in UTF-8 ({error})") from None
    missing = [x for x in COLUMNS if x not in (reader.fieldnames or ())]
    if missing:
        raise BattleError(f"{path.name} has no column {', '.join(missing)}; use the rebuilt flat table of CDB90")
    rows = list(enumerate(reader, start=2))
    kept = [(line, row) for line, row in rows if not row["duplicate_of_isqno"]]
    texts = {ours: np.array([row[theirs] for _, row in kept], np.str_) for ours, theirs in TEXTS.items()}
    numbers = {ours: _numbers(path.name, kept, theirs) for ours, theirs in NUMBERS.items()}
    _refuse(path.name, kept, "isqno", str.isdecimal, "a whole number")
    _refuse(path.name, kept, "era", lambda x: x in ERAS, f"one of {', '.join(ERAS)}")
    _refuse(path.name, kept, "campaign", bool, "the name of a campaign")
    for column in ("att_strength", "def_strength", "duration_cal_days"):
        _refuse(path.name, kept, column, lambda x: not x or float(x) > 0, "above zero")
    if not (numbers["winner"] == -1).any():
        raise BattleError(
            f"in {path.name} no attacker loses (winner_att is never -1): this is the tidy table that lost its "
            f"negative codes, {np.count_nonzero(np.isnan(numbers['winner']))} battles have no winner; use the rebuilt "
            "flat table of CDB90"
        )
    return Battles(
        source=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        duplicates=len(rows) - len(kept),
        number=np.array([int(row["isqno"]) for _, row in kept], np.int64),
        **texts,
        **numbers,
    )


def _numbers(name: str, rows: Sequence[tuple[int, Mapping[str, str]]], column: str) -> Float64[np.ndarray, " battle"]:
    def one(line: int, cell: str) -> float:
        try:
            return float(cell) if cell else math.nan
        except ValueError:
            raise BattleError(f"{name}, line {line}: {column} is {cell!r}, which is no number") from None

    return np.array([one(line, row[column]) for line, row in rows], np.float64)


def _refuse(
    name: str, rows: Sequence[tuple[int, Mapping[str, str]]], column: str, good: Callable[[str], Any], right: str
) -> None:
    """Refuse the first cell of a column that is not good."""
    for line, row in rows:
        if not good(row[column]):
            raise BattleError(f"{name}, line {line}: {column} is {row[column]!r}; it should be {right}")
