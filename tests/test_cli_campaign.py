"""`vallum compare` of a campaign: files, findings, and a report whose every number is in the book."""

import csv
import re
import tomllib
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from tomli_w import dumps as toml_text

from vallum.analysis.arms import Arm, plans_of, with_arms
from vallum.analysis.book import Book, Result
from vallum.analysis.campaign_runs import CampaignRuns
from vallum.analysis.comparison import AnalysisError
from vallum.analysis.fait_accompli import fait_accompli
from vallum.analysis.rival_laws import enter_laws, other_laws, under_law
from vallum.case import compile_case, load_case, load_case_text
from vallum.cli import main
from vallum.present.marked import html, plain, shown
from vallum.study.designs import Design
from vallum.study.run import run_study
from vallum.study.study import Study

CASE = "island-strait"
CASES_OWN = {"cite", "code", "svg", "style", "title", "data"}  # what the case says, commands, drawings, marked numbers


class Reader(HTMLParser):
    """The marked numbers of a page, and the text outside of them."""

    def __init__(self):
        super().__init__()
        self.stack, self.numbers, self.rest, self.text = [], [], [], ""

    def handle_starttag(self, tag, attrs):
        if tag in {"meta", "br", "link", "img"}:
            return
        self.stack.append(tag)
        if tag == "data":
            self.numbers.append([dict(attrs), ""])
        assert tag not in {"script", "iframe"}
        assert not dict(attrs).get("src", "").startswith("http")

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data):
        if "data" in self.stack:
            self.numbers[-1][1] += data
        if not CASES_OWN & set(self.stack):
            self.rest.append(data)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campaign") / "study"
    main_quietly("compare", CASE, "--futures", "16", "--out", str(folder))
    return folder


def main_quietly(*words):
    code = None
    try:
        main(list(words))
    except SystemExit as end:
        code = end.code
    assert not code, words


def book_of(folder):
    with (folder / "numbers.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.heavy
def test_every_number_of_the_report_is_in_the_book(compared):
    reader, book = Reader(), book_of(compared)
    reader.feed((compared / "report.html").read_text(encoding="utf-8"))
    assert len(reader.numbers) > 100
    for attributes, text in reader.numbers:
        row = book[attributes["data-id"]]
        assert float(attributes["value"]) == float(row["value"])
        ends = [float(row[x]) if row[x] else np.nan for x in ("low", "high")]
        result = Result(row["id"], float(row["value"]), *ends, row["form"], row["interval"], row["about"], row["unit"])
        assert text == shown(result, attributes.get("data-style", ""))
    naked = [x for x in reader.rest if re.search(r"\d", x)]
    assert not naked


@pytest.mark.heavy
def test_shares_in_the_book_are_those_of_the_study(compared):
    study, book = Study(compared), book_of(compared)
    options = [str(x) for x in study.data["option"].to_numpy()]
    case = load_case(CASE)
    for option in case.options:
        for plan in plans_of(case):
            for on in (True, False):
                arm = Arm(option.id, plan, on)
                denied = study.data["denied_by_day_30"].to_numpy()[options.index(arm.id)]
                assert float(book[f"{arm.id}/all/denied-30"]["value"]) == pytest.approx(denied.mean())
                low, high = (float(book[f"{arm.id}/all/denied-30-range"][x]) for x in ("low", "high"))
                assert low <= denied.mean() <= high


@pytest.mark.heavy
def test_what_is_said_of_retaking_and_of_the_attackers_doubt_is_that_of_the_study(compared):
    study, book, case = Study(compared), book_of(compared), load_case(CASE)
    options = [str(x) for x in study.data["option"].to_numpy()]
    asked, begun_at_all, held = study.data["minimum_confidence"].to_numpy(), 0, {}
    for id, row in ((x, options.index(x)) for x in options):
        of = {x: study.data[x].to_numpy()[row] for x in ("aim_taken_day", "counter_day", "retaken_by_day_180",
                                                         "counter_losses", "denied_by_day_60")}  # fmt: skip
        taken, begun = np.isfinite(of["aim_taken_day"]), np.isfinite(of["counter_day"])
        held[id] = of["denied_by_day_60"].mean()
        begun_at_all += begun.sum()
        assert (taken | ~begun).all()
        number = {x: float(book[f"retaken.{id}/{x}"]["value"]) for x in ("share", "begins", "kept", "losses")}
        assert number["kept"] == pytest.approx((taken & ~of["retaken_by_day_180"]).mean())
        if taken.any():
            assert number["share"] == pytest.approx(of["retaken_by_day_180"][taken].mean())
            assert number["begins"] == pytest.approx(begun[taken].mean())
        if begun.any():
            assert number["losses"] == pytest.approx(of["counter_losses"][begun].mean())
    assert begun_at_all > 0
    for option in case.options:
        for on in ("on", "off"):
            best = 1 - min(held[f"{option.id}.{plan}.{on}"] for plan in plans_of(case))
            assert float(book[f"hesitates.{option.id}.{on}"]["value"]) == pytest.approx((asked > best).mean())


@pytest.mark.heavy
def test_every_law_of_battle_is_told_beside_the_cases_own(compared):
    case, own, book = load_case(CASE), Study(compared), book_of(compared)
    rows = [str(x) for x in own.data["option"].to_numpy()]
    assert other_laws(case) == ("campaign_lanchester", "campaign_epstein", "campaign_feba")
    differ = set()
    for law in other_laws(case):
        study = Study(compared / "laws" / law)
        assert study.attributes["model"] == law
        np.testing.assert_array_equal(study.data["advance_rate"], own.data["advance_rate"])  # the same futures
        for row, id in enumerate(str(x) for x in study.data["option"].to_numpy()):
            denied, mine = (x.data["denied_by_day_30"].to_numpy() for x in (study, own))
            denied, mine = denied[row], mine[rows.index(id)]
            value = {x: float(book[f"law.{law}.{id}/{x}"]["value"]) for x in ("denied-30", "less", "same")}
            assert value["denied-30"] == pytest.approx(denied.mean())
            assert value["less"] == pytest.approx(denied.mean() - mine.mean(), abs=1e-12)
            assert value["same"] == pytest.approx((denied == mine).mean())
            differ |= {law} if value["same"] < 1 else set()
    assert differ  # else the law would not have been changed
    page = (compared / "report.html").read_text(encoding="utf-8")
    assert "How much does the law of battle matter?" in page


@pytest.mark.heavy
def test_a_study_under_another_law_must_be_of_this_case_and_of_these_futures(compared):
    runs = CampaignRuns(Study(compared), load_case(CASE))
    with pytest.raises(AnalysisError, match="made of another case"):
        enter_laws(Book(), runs, {"campaign_feba": Study(compared / "laws" / "campaign_epstein")})
    few = SimpleNamespace(complete=True, folder="few", attributes={"settings": {}})
    with pytest.raises(AnalysisError, match="other futures"):
        enter_laws(Book(), runs, {"campaign_feba": few})
    with pytest.raises(AnalysisError, match="unfinished"):
        enter_laws(Book(), runs, {"campaign_feba": SimpleNamespace(complete=False, folder="half")})


def test_only_campaigns_have_other_laws():
    assert other_laws(load_case("central-europe-1984")) == ()
    case = under_law(load_case(CASE), "campaign_epstein")
    assert case.model == "campaign_epstein"
    assert all(x.id.endswith(".on") for x in case.options)


@pytest.mark.heavy
def test_the_study_is_told_again_from_its_folder(compared, capsys):
    before = (compared / "numbers.csv").read_text(encoding="utf-8")
    main_quietly("compare", str(compared))
    said = capsys.readouterr().out
    for question in ("denies which aim best?", "How sure", "cost?", "change the ranking?", "outside its evidence?"):
        assert question in said
    assert (compared / "numbers.csv").read_text(encoding="utf-8") == before


@pytest.mark.heavy
def test_it_keeps_no_fans_and_says_which_arm_a_run_is_of(compared):
    study = Study(compared)
    assert study.names("fan") == study.names("share") == ()
    for id, on in zip(study.data["option"].to_numpy(), study.data["intervention"].to_numpy(), strict=True):
        assert str(id).endswith(".on" if on else ".off")


def test_arms_are_options_of_an_ordinary_case():
    case = load_case(CASE)
    arms = with_arms(case)
    plans = plans_of(case)
    assert len(arms.options) == len(case.options) * len(plans) * 2
    assert arms.question.reference == Arm(case.question.reference, plans[0]).id
    assert arms.tables.keys() == case.tables.keys()
    assert with_arms(case).digest == arms.digest
    few = with_arms(case, (1, 2), (True,), [case.question.reference])
    assert {x.id.split(".")[0] for x in few.options} == {case.question.reference}
    with pytest.raises(AnalysisError, match="only a campaign has plans"):
        plans_of(load_case("central-europe-1984"))


def test_an_option_that_weighs_plans_itself_has_one_plan_an_arm():
    case = load_case(CASE)
    first, *others = plans_of(case)
    data = tomllib.loads(case.files["case.toml"])
    weighed = [{"table": "plans", "row": x, "set": {"plan_weight": 7}} for x in (first, *others)]
    option = data["options"][case.options[0].id]
    option["rows"] = [*option.get("rows", []), *weighed]
    text = toml_text(data)
    arms = with_arms(load_case_text({**case.files, "case.toml": text}))
    superset = compile_case(arms)
    for at, id in enumerate(superset.options):
        values = superset.values(
            at, np.full((1, len(superset.factors)), 0.5), lambda name, ids: np.zeros((1, len(ids)))
        )
        weights = dict(zip(superset.rows["plans"].ids, np.ravel(values["plan_weight"]), strict=True))
        assert {plan for plan, weight in weights.items() if weight} == {id.split(".")[1]}


@pytest.mark.heavy
def test_bits_are_those_of_any_split_and_of_a_study_cut_off_and_resumed(tmp_path):
    arms = with_arms(load_case(CASE), arms=(True,))
    design = Design("sobol", 64, 3)

    def digest(name, **how):
        return run_study(arms, tmp_path / name, design=design, fans=False, **how).digest

    def stop(done, total, failures):
        raise KeyboardInterrupt

    whole = digest("one", workers=1)
    assert whole
    assert digest("two", workers=2) == whole
    assert digest("split", shard=24) == whole
    with pytest.raises(KeyboardInterrupt):
        digest("cut", shard=24, progress=stop)
    assert not Study(tmp_path / "cut").complete
    assert digest("cut", shard=24, resume=True) == whole


@pytest.mark.parametrize(
    ("taken", "closed", "denied", "late", "hopeless"),
    [
        (False, 0, [True, True, True], False, False),  # nothing is taken
        (True, 0, [False, True, True], True, False),  # one on each of two axes would have done, none had closed
        (True, 1.9, [False, True, True], True, False),
        (True, 2, [False, True, True], False, False),  # as many as needed were there: not a matter of time
        (True, 3, [False, False, True], True, False),
        (True, 0, [False, False, False], False, True),  # nothing tried helps
        (True, 2, [False, True, False], False, False),  # the smallest that helps counts
    ],
)
def test_fait_accompli_by_hand(taken, closed, denied, late, hopeless):
    found = fait_accompli(np.array([taken]), np.array([float(closed)]), np.array(denied)[:, None], (0, 1, 2), 2)
    assert [x.tolist() for x in found] == [[late], [hopeless]]


def test_marked_text_escapes_what_it_does_not_know():
    book = Book()
    book.add("a/b", 0.5, "share", 'half of "all" & more')
    text = "<b>[[a/b]]</b> of <<P&1>>"
    assert plain(text, book) == "<b>50.0 %</b> of P&1"
    assert str(html(text, book)).startswith("&lt;b&gt;<data ")
    assert "<cite>P&amp;1</cite>" in html(text, book)
    with pytest.raises(KeyError):
        plain("[[nothing]]", book)
    with pytest.raises(ValueError, match="taken"):
        book.add("a/b", 1, "share", "again")


def test_costs_come_on_top_of_those_of_another_option():
    from vallum.analysis.campaign import _enter_costs, ten_years

    case, book = load_case("eastern-flank-2022"), Book()
    _enter_costs(book, SimpleNamespace(case=case))
    by_id = {option.id: option for option in case.options}
    assert book["cost.P1"].value == ten_years(by_id["P1"])[0][0] == 80.2e9
    assert book["cost.P3"].value == pytest.approx(80.2e9 + 10 * 2.5e9 + 26e9)
    assert (book["cost.P3"].low, book["cost.P3"].high) == (pytest.approx(72e9), pytest.approx(208.5e9))
