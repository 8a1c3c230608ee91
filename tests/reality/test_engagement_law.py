"""Reality check 1: the engagement law on campaigns of record that it was not fitted to.

The targets stand in `targets.py` and were written down first. `pytest -rP` prints every check with its value.
"""

import functools

import pytest

from tests.reality import verdicts
from tests.reality.targets import BRIER_GAIN_BELOW, HELMRAT_SLOPE, LOG_SCORE_GAIN_ABOVE, RECORD_QUANTILES
from vallum.analysis.battles import FILE, BattleError, data_root, read_battles
from vallum.analysis.fit import fit_law
from vallum.analysis.law_scores import BASELINES, QUARTILES, score_law

ERAS = pytest.mark.parametrize("era", ["1919-45", "all"])
LOSSES = [
    f"losses of the {side} if the {winner} wins, % a day"
    for side in ("attacker", "defender")
    for winner in ("attacker", "defender")
]


@pytest.fixture(scope="module")
def scores():
    """The scores of an era, made when first asked for."""
    try:
        there = (data_root() / FILE).is_file()
    except BattleError:
        there = False
    if not there:
        pytest.skip(f"battle data are not there: set VALLUM_DATA to the folder that holds {FILE}")
    battles = read_battles()
    made = {}

    def of(era):
        if era not in made:
            made[era] = score_law(battles, fit_law(battles, era))
        return made[era]

    return of


judge = functools.partial(verdicts.judge, "1")


@ERAS
@pytest.mark.parametrize("baseline", BASELINES)
def test_the_law_has_a_better_log_score_than_the_baseline(scores, era, baseline):
    gain = scores(era).log_gain[baseline]
    target = (LOG_SCORE_GAIN_ABOVE, float("inf"))
    what = f"{era}: log score above {baseline}, nats a battle"
    assert judge(what, gain.value, gain.low, gain.high, target, "CDB90, folds by campaign")
    assert gain.value > LOG_SCORE_GAIN_ABOVE


@ERAS
@pytest.mark.parametrize("baseline", BASELINES)
def test_the_law_has_a_better_brier_score_than_the_baseline(scores, era, baseline):
    gain = scores(era).brier_gain[baseline]
    target = (float("-inf"), BRIER_GAIN_BELOW)
    what = f"{era}: Brier score below {baseline}"
    assert judge(what, gain.value, gain.low, gain.high, target, "CDB90, folds by campaign")
    assert gain.value < BRIER_GAIN_BELOW


@ERAS
@pytest.mark.parametrize("quantity", [*LOSSES, "days of battle"])
def test_the_predicted_median_is_in_the_middle_half_of_the_record(scores, era, quantity):
    assert (QUARTILES[0], QUARTILES[2]) == RECORD_QUANTILES
    found = next(x for x in scores(era).medians if x.quantity == quantity)
    target = (round(found.low, 3), round(found.high, 3))
    assert judge(f"{era}: {quantity}", found.predicted, found.low, found.high, target, "CDB90, held out")


def test_helmrat_simulated_with_the_law_rises_with_the_force_ratio_as_in_the_record(scores):
    found = scores("1919-45").helmrat
    source = "Helmbold/Hartley on CDB90"
    assert judge("1919-45: slope of ln HELMRAT", found.value, found.low, found.high, HELMRAT_SLOPE, source)
