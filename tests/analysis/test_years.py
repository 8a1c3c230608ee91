"""The years after of a case: what its file may say, the jackknife, tipping values and burden."""

import math
import tomllib

import numpy as np
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from vallum.analysis.book import Book
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.jackknife import GROUPS, Jackknife, estimate
from vallum.analysis.tipping import QUANTILES, UNSEEN, apart, at, crossing, leading, tips
from vallum.analysis.tipping_check import check_tips, different
from vallum.analysis.years import has_years, with_years, years_file
from vallum.analysis.years_ahead import ALL, DETERRENCE, SPIRAL, ahead_of, enter_years, war_id, years_id
from vallum.analysis.years_burden import enter_burden
from vallum.analysis.years_told import flip_map, tell_years
from vallum.case import CaseError, load_case, load_case_text
from vallum.present.years_figures import flip_chart
from vallum.study.designs import Design
from vallum.study.fought import stored
from vallum.study.run import run_study

DESIGN = Design("sobol", 256, 3)


@pytest.fixture(scope="module")
def island():
    return load_case("island-strait")


@pytest.fixture(scope="module")
def study(island, tmp_path_factory):
    return run_study(with_years(island), tmp_path_factory.mktemp("years") / "study", design=DESIGN, fans=False)


@pytest.fixture(scope="module")
def told(island, study):
    book = Book()
    return book, enter_years(book, island, study)


# The file


def changed(case, change):
    """The case with another file of the years after."""
    data = tomllib.loads(case.files["years.toml"])
    change(data)
    return load_case_text({**case.files, "years.toml": tomli_w.dumps(data)})


def test_the_years_are_the_case_of_the_campaign_and_its_file_laid_out_by_arms(island):
    whole = with_years(island)
    assert whole.spec.name == "campaign_years"
    assert len(whole.options) == 4 * 2 * 2
    assert len(whole.tables["years"]) == years_file(island).last_year + 1
    assert has_years(island)
    assert not has_years(load_case("central-europe-1984"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x.update(last_year=0), "last_year is 0; a whole number from 1 to 50"),
        (lambda x: x.update(crises_without_war=-1), "crises_without_war is -1"),
        (lambda x: x.update(lastyear=3), "unknown key 'lastyear'"),
        (lambda x: x["options"].update(moat={"inputs": {}}), "unknown option 'moat'"),
        (lambda x: x["options"]["garrison"].update(title="x"), "option garrison has other keys than inputs"),
        (lambda x: x.update(burden={"guideline": 2}), "years.toml: burden"),
    ],
)
def test_a_file_of_the_years_that_cannot_be_is_refused(island, change, message):
    with pytest.raises(AnalysisError, match=message):
        years_file(changed(island, change))


def test_a_value_of_the_years_that_does_not_fit_is_a_fault_with_its_place(island):
    with pytest.raises(CaseError, match=r"(?s)with years.toml.*parity"):
        with_years(changed(island, lambda x: x["inputs"]["parity"].update(unit="km")))
    with pytest.raises(CaseError, match="unknown input"):
        with_years(changed(island, lambda x: x["inputs"].update(partiy=x["inputs"].pop("parity"))))


def test_denial_cannot_act_a_second_time_beside_campaigns(island):
    with pytest.raises(AnalysisError, match="campaigns carry denial already"):
        with_years(changed(island, lambda x: x["inputs"]["denial_effect"].update(value=0.1)))


def test_a_case_without_years_says_so():
    case = load_case("island-strait")
    without = load_case_text({**case.files, "case.toml": case.files["case.toml"].replace('years = "years.toml"\n', "")})
    with pytest.raises(AnalysisError, match="says nothing of the years after"):
        years_file(without)
    gone = {name: text for name, text in case.files.items() if name != "years.toml"}
    with pytest.raises(CaseError, match=r"years.toml"):
        load_case_text(gone)


# The jackknife


@given(st.lists(st.floats(-5, 5), min_size=GROUPS, max_size=GROUPS))
def test_the_jackknife_of_a_mean_is_the_usual_standard_error(values):
    x = np.array(values)
    left = [np.delete(x, place).mean() for place in range(len(x))]
    assert estimate(x.mean(), left).standard_error == pytest.approx(x.std(ddof=1) / math.sqrt(len(x)), abs=1e-9)


def test_intervals_of_the_jackknife_cover_what_a_larger_study_finds(island, told, tmp_path):
    """Four times the futures and other luck: all but a few of the risks lie in the intervals of the small study."""
    large = run_study(with_years(island), tmp_path / "large", design=Design("sobol", 1024, 11), fans=False)
    book, found = told
    wide = Book()
    enter_years(wide, island, large)
    inside = [book[war_id(x, ALL)].low <= wide[war_id(x, ALL)].value <= book[war_id(x, ALL)].high for x in found.order]
    assert sum(inside) >= len(inside) - 1


# Risks and schools


def test_every_number_of_every_option_is_in_the_book(told):
    book, found = told
    for option in found.order:
        for what in (
            "war",
            "war-deterrence",
            "war-spiral",
            "incidents",
            "losses",
            "attack-now",
            "attack-bare",
            "doubling",
        ):
            assert math.isfinite(book[years_id(option, what)].value)
        assert 0 <= book[war_id(option, ALL)].low <= book[war_id(option, ALL)].high <= 1
    assert [book[war_id(x, ALL)].value for x in found.order] == sorted(book[war_id(x, ALL)].value for x in found.order)


def test_the_schools_hold_the_two_sides_of_one_model(told):
    """Not answered and not feared: no answer to speak of; answered and feared: more of it than the priors have."""
    _, found = told
    pipeline = found.jackknife.whole
    calm, prior, tense = (ahead_of(pipeline, part, "garrison") for part in (DETERRENCE, ALL, SPIRAL))
    assert calm.answer[:, -1].mean() < 0.05 < prior.answer[:, -1].mean() < tense.answer[:, -1].mean()
    assert calm.hazard.mean() < prior.hazard.mean() < tense.hazard.mean()


def test_the_schools_disagree_about_the_garrison(told):
    """The one sees denial, the other what it is answered with."""
    book, found = told
    assert found.safest[DETERRENCE].option == "garrison"
    assert found.order.index("garrison") == len(found.order) - 1
    assert book[war_id("garrison", SPIRAL)].value > book[war_id("tripwire", SPIRAL)].value


def test_the_plan_that_would_be_chosen_and_its_evidence_are_told(told):
    book, found = told
    for option in found.order:
        assert 0 <= book[years_id(option, "outside")].value <= 1
        assert book[years_id(option, "plan")].value > 0.5
        assert 0 < book[years_id(option, "attack-error")].value < 0.05


def test_a_case_of_one_option_is_told_too(island, tmp_path):
    data = tomllib.loads(island.files["case.toml"])
    data["options"] = {"tripwire": data["options"]["tripwire"]}
    years = tomllib.loads(island.files["years.toml"]) | {"options": {}}
    files = {**island.files, "case.toml": tomli_w.dumps(data), "years.toml": tomli_w.dumps(years)}
    case = load_case_text(files)
    alone = run_study(with_years(case), tmp_path / "one", design=Design("sobol", 64, 3), fans=False)
    book = Book()
    told = tell_years(book, case, alone)
    assert told.tips == told.near == ()
    assert told.found.safest[ALL].rivals == ()
    assert flip_chart(told).axes


def test_a_study_of_another_case_is_refused(island, study):
    other = changed(island, lambda x: x["inputs"]["parity"].update(uniform=[0, 1]))
    with pytest.raises(AnalysisError, match="made of another case"):
        enter_years(Book(), other, study)


# Tipping values


@given(st.floats(0.03, 0.97), st.floats(0.1, 5), st.booleans())
def test_a_straight_difference_crosses_where_it_is_zero(where, slope, falls):
    gap = (np.array(QUANTILES) - where) * (-slope if falls else slope)
    assert crossing(gap) == pytest.approx(where, abs=1e-9)


def test_no_crossing_is_none_and_of_two_the_nearer_to_the_middle_counts():
    q = np.array(QUANTILES)
    assert math.isnan(crossing(q + 1))
    assert crossing((q - 0.35) * (q - 0.85)) == pytest.approx(0.35, abs=0.03)


def test_a_tipping_value_is_where_two_risks_are_alike(told):
    _, found = told
    pipeline = found.jackknife.whole
    flips = tips(found).tips
    assert flips
    assert [(not x.clear, x.shift) for x in flips] == sorted((not x.clear, x.shift) for x in flips)
    for tip in different(flips)[:3]:
        better, other = (at(pipeline, x, tip.factor, tip.quantile).war.mean() for x in (tip.better, tip.other))
        assert better == pytest.approx(other, abs=2e-3)
        here = [at(pipeline, x, tip.factor, tip.end).war.mean() for x in (tip.better, tip.other)]
        assert here[0] - here[1] == pytest.approx(tip.gain.value, abs=1e-9)
        assert tip.clear == (tip.gain.low > 0)
        assert (tip.end < 0.5) == (tip.quantile < 0.5)
        assert tip.low <= tip.quantile <= tip.high


def test_what_does_not_tip_is_told_by_how_much_it_misses(told):
    _, found = told
    tipping = tips(found)
    best, pipeline = found.order[0], found.jackknife.whole
    assert not {x.factor for x in tipping.near} & {x.factor for x in tipping.tips if x.better == best and x.clear}
    for near in tipping.near[:2]:
        gap = [at(pipeline, x, near.factor, near.quantile).war.mean() for x in (near.other, best)]
        assert gap[0] - gap[1] == pytest.approx(near.left, abs=1e-12)
        assert near.left > 0 or near.factor in {x.factor for x in tipping.tips}


def test_only_options_that_can_be_told_apart_have_tipping_values(told):
    _, found = told
    pairs = apart(found, leading(found))
    assert {(x.better, x.other) for x in tips(found).tips} <= set(pairs)
    assert ("prepositioned", "escorts") not in pairs


def test_fresh_campaigns_are_fought_at_the_end_of_the_prior_and_the_sign_is_told(island, told):
    _, found = told
    flips = tips(found).tips
    checked = check_tips(island, flips[:1], DESIGN)
    assert [x.quantile for x in checked] == [flips[0].end]
    assert checked[0].holds == (checked[0].gap.value > 0)
    assert math.isfinite(checked[0].gap.low)


def test_what_tips_the_recommended_option_is_checked_first(island, told, monkeypatch):
    _, found = told
    flips = tips(found).tips
    last = flips[-1].better
    monkeypatch.setattr("vallum.analysis.tipping_check.MOST", 1)
    checked = check_tips(island, flips, DESIGN, last)
    assert checked[0].tip.better == last


def test_a_factor_that_cannot_act_has_no_tipping_value(told):
    """Soldiers of an opponent's brigade act inside the answer that campaigns have met: not looked at, and said so."""
    _, found = told
    assert "opponent_personnel" in UNSEEN
    assert not any(x.factor in UNSEEN for x in tips(found).tips)


def test_the_flip_map_has_the_schools_on_its_sides(told):
    _, found = told
    drawn = flip_map(found, answers=(0.02, 0.98), denials=(0.0, 1.0, 3.0))
    garrison, tripwire = (drawn.options.index(x) for x in ("garrison", "tripwire"))
    assert drawn.war[garrison, 2, 0] < drawn.war[tripwire, 2, 0]
    assert drawn.war[garrison, 0, 1] > drawn.war[tripwire, 0, 1]
    assert (np.diff(drawn.war[garrison, :, 0]) < 0).all()  # the more denial impresses, the lower


# Burden


def test_the_flank_says_who_would_pay_and_the_island_does_not(island):
    book, case = Book(), load_case("eastern-flank-2022")
    burden = enter_burden(book, case)
    assert burden.nations[0] == "US"
    for rule in ("ability", "joint", "public"):
        assert sum(book[f"burden.{x.lower()}/{rule}"].value for x in burden.nations) == pytest.approx(1)
    assert book["burden.us/public"].value > book["burden.us/joint"].value > book["burden.us/ability"].value
    assert book["burden.us/gap"].value == 0
    assert book["burden.de/gap"].value == pytest.approx(0.02 * 4160e9 - 56.153e9)
    assert "P4" in burden.costed
    assert book["pv.P4"].low < book["pv.P4"].value < book["pv.P4"].high
    assert enter_burden(Book(), island) is None


def test_present_values_are_those_worked_out_by_hand():
    """What stands costs from the first year; what is built on top from the fifth, its up-front cost in four parts."""
    book = Book()
    enter_burden(book, load_case("eastern-flank-2022"))
    year = [1.03**-n for n in range(1, 11)]
    surge = 8e9 * sum(year) + 0.2e9
    assert book["pv.P1"].value == pytest.approx(surge)
    assert book["pv.P0"].value == pytest.approx(2.4e9 * sum(year))
    assert book["pv.P4"].value == pytest.approx(surge + 13.5e9 * sum(year[4:]) + 10e9 * sum(year[:4]))


def test_a_design_without_independent_parts_claims_no_error(island, tmp_path):
    few = run_study(with_years(island), tmp_path / "few", design=Design("monte-carlo", 6, 1), fans=False)
    jackknife = Jackknife(stored(few), ["tripwire"], ["port", "capital"], "tripwire")
    assert math.isnan(jackknife.mean(lambda x: x.ahead("tripwire").war).low)
