"""Reality check 2: the Ardennes, 16 December 1944 to 16 January 1945, against the daily record.

The targets stand in `targets.py`, the parameters in `ardennes-1944/`, both written down before any result was
seen. The engagement law is the fit on 1919-45 that the shipped cases cite, with its errors. The record: ACSDB by
Fricker (1998), killed and wounded of combat forces. Losses up to a day are who had come less who is there.
`pytest -rP` prints every check.
"""

import csv
import functools
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

import vallum
from tests.reality import targets
from tests.reality.verdicts import holds, judge
from vallum.analysis.battles import BattleError, data_root
from vallum.case import load_case
from vallum.models.theatre import campaign
from vallum.study.designs import Design
from vallum.study.lanes import kernel
from vallum.study.work import Settings, Work

FILE = "validation/ardennes_daily_bracken_fricker.csv"
CASE = Path(__file__).parent / "ardennes-1944"
LAW = Path(vallum.__file__).parent / "cases" / "island-strait"
FUTURES, DAYS = 1024, 32
SIDES = {"German": "red_cas_combat", "Allied": "blue_cas_combat"}
SOURCE = "ACSDB, Fricker (1998)"


@functools.cache
def found():
    """Losses of each side up to the end of days 1 to 32, and the deepest advance: arrays (future, day)."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(CASE, folder, dirs_exist_ok=True)
        for table in (*LAW.glob("law_*.csv"), LAW / "laws.csv"):
            shutil.copy(table, folder)
        work = Work(load_case(folder), campaign, Settings(Design("sobol", FUTURES, 5), dtype="float64"), None)
    futures = np.arange(FUTURES, dtype=np.uint32)
    values = work.inputs(0, futures)
    told = work.outcomes(kernel(campaign, "float64", True), 0, values, futures, None)
    told = {name: told[name][:, 0] for name in ("attackers_by_day", "defenders_by_day", "depth_by_day")}
    german = come(work, values, "echelons", "echelon_personnel", "echelon_day") - told["attackers_by_day"][:, 1:]
    allied = come(work, values, "formations", "personnel", "notice_to_move") - told["defenders_by_day"][:, 1:]
    for lost in (german, allied):  # whoever fell does not come back
        assert (np.diff(lost, axis=1, prepend=0.0) >= -1e-6).all()
    return {"German": german, "Allied": allied}, told["depth_by_day"][:, 1:]


def come(work, values, table, personnel, day):
    """Soldiers who had come by the end of each day: those of every step of the model before it."""
    real = [not id.startswith("~") for id in work.superset.rows[table].ids]
    soldiers, step = (np.broadcast_to(values[name], (FUTURES, len(real))) for name in (personnel, day))
    step = np.floor(step * campaign.STEPS + 0.5)[..., None]
    there = step < campaign.STEPS * np.arange(1, DAYS + 1)
    return np.sum(np.where(np.array(real)[:, None], soldiers[..., None] * there, 0.0), axis=1)


@pytest.fixture(scope="module")
def record():
    """Killed and wounded of each side up to the end of days 1 to 32."""
    try:
        path = data_root() / FILE
    except BattleError:
        path = None
    if not path or not path.is_file():
        pytest.skip(f"the daily record is not there: set VALLUM_DATA to the folder that holds {FILE}")
    with path.open(encoding="utf-8") as file:
        rows = {int(row["day"]): row for row in csv.DictReader(file)}
    return {side: np.cumsum([float(rows[day][column]) for day in range(1, DAYS + 1)]) for side, column in SIDES.items()}


def interval(values):
    return np.quantile(values, targets.ARDENNES_INTERVAL, axis=0)


def inside(what, values, recorded, source=SOURCE):
    """Judge whether the model's interval holds what is recorded."""
    low, high = interval(values)
    return holds("2", what, float(np.median(values)), low, high, recorded, source)


@pytest.mark.heavy
@pytest.mark.parametrize("day", targets.ARDENNES_DAYS)
@pytest.mark.parametrize("side", SIDES)
def test_losses_up_to_a_day_are_inside_the_interval(record, side, day):
    assert inside(f"{side} losses up to day {day}", found()[0][side][:, day - 1], record[side][day - 1])


@pytest.mark.heavy
@pytest.mark.parametrize("side", SIDES)
def test_losses_are_inside_the_interval_on_most_days(record, side):
    low, high = interval(found()[0][side])
    covered = float(np.mean((low <= record[side]) & (record[side] <= high)))
    what = f"{side} losses: share of 32 days inside the interval"
    assert judge("2", what, covered, covered, covered, (targets.ARDENNES_COVERAGE_FROM, 1.0), SOURCE)


@pytest.mark.heavy
@pytest.mark.xfail(
    strict=True,
    reason="predicted 40 km by day 9 (5 to 95 %: 3 to 75), recorded 80 to 100 (recalled: 2nd Panzer Division at "
    "Celles): every line of the axis that is held costs a battle of 4.6 days in the mean, and the model's deepest "
    "advance is that of a whole axis, not of the division that is farthest",
)
def test_the_deepest_advance_is_inside_the_interval():
    day, recorded = targets.ARDENNES_FRONT
    assert inside(f"deepest advance by day {day}, km", found()[1][:, day - 1], recorded, "recalled (Cole 1965)")
