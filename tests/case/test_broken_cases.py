import pytest

from tests.case.toy import MODEL, edited, files
from vallum.case import CaseError, Fault, load_case_text


def faults_of(texts: dict[str, str]) -> tuple[Fault, ...]:
    with pytest.raises(CaseError) as caught:
        load_case_text(texts, model=MODEL)
    return caught.value.faults


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


C = "case.toml"

# name, file, what stands there, what is put there, part of the new text whose line is
# blamed ("" for the file's first line, None for the file as a whole), words of the message
BROKEN = {
    "toml syntax": (C, 'title = "A toy case"', "title = A toy case", "title = A", "not TOML"),
    "unterminated string": (C, 'status = "assumption"', 'status = "assumption', 'status = "assumption\n', "not TOML"),
    "duplicate key": (C, "value = 100\n", "value = 100\nvalue = 5\n", "value = 5", "already stands on line"),
    "duplicate section": (C, "[options.more]", "[options.today] # again", "# again", "already stands on line"),
    "unknown top key": (C, 'title = "A toy case"', 'title = "A"\ntitel = "b"', "titel", "did you mean 'title'?"),
    "unknown section": (C, "[scenario]", "[scenaro]", "[scenaro]", "did you mean 'scenario'?"),
    "unknown question key": (C, "at_least = 0.5", "at_lest = 0.5", "at_lest", "did you mean 'at_least'?"),
    "unknown key of input": (C, "triangular = [2, 3, 5]", "triangle = [2, 3, 5]", "triangle", "'triangular'?"),
    "unknown key of branch": (C, "value = 1, weight = 1,", "value = 1, wait = 1,", "wait", "did you mean 'weight'?"),
    "unknown key of omitted": (C, 'variable = "weather"', 'varable = "w"', "varable", "did you mean 'variable'?"),
    "missing key": (C, 'unit = "km"\n', "", "[inputs.front]", "the key 'unit' is missing"),
    "missing status": (C, 'status = "recalled"\n', "", "[inputs.pushes]", "read, derived, recalled, assumption"),
    "missing title": (C, 'title = "A toy case"\n', "", "", "the key 'title' is missing"),
    "bad name": (C, 'name = "toy-case"', 'name = "a case"', "name", "cannot be a name"),
    "bad option name": (C, "[options.today]", '[options."to day"]', "to day", "cannot be a name"),
    "unknown word": (C, 'status = "recalled"', 'status = "recaled"', "recaled", "did you mean 'recalled'?"),
    "unknown favours": (C, 'favours = "neither"', 'favours = "nobody"', "nobody", "attacker, defender, neither"),
    "unsaid favours of omitted": (C, 'favours = "neither"', 'favours = ""', 'favours = ""',
                                  "attacker, defender, neither"),
    "unknown favours of input": (C, 'status = "recalled"', 'status = "recalled"\nfavours = "nobody"', "nobody",
                                 "attacker, defender, neither"),
    "unknown kind of question": (C, '"sufficiency"', '"suficiency"', "suficiency", "did you mean 'sufficiency'?"),
    "unknown model": (C, 'model = "toy"', 'model = "toys"', "toys", "the case is for model 'toys'"),
    "text for a number": (C, "at_least = 0.5", 'at_least = "half"', "half", "'half' is not a number"),
    "truth for a number": (C, "value = 100\n", "value = true\n", "value = true", "True is not a number"),
    "text for a list": (C, 'report = ["loss"]', 'report = "loss"', "report", "is not a list"),
    "number for text": (C, 'prose = "Somewhere, once."', "prose = 3", "prose", "is not text in quotes"),
    "no stance": (C, 'stance = "most-plausible"\n', "", "[scenario]", "'stance'"),
    "unknown stance": (C, '"most-plausible"', '"most-plausibel"', "most-plausibel", "conservative"),
    "number for a table": (C, "[scenario]\n", "[scenario]\npolitical = 3\n", "political = 3", "is not a list"),
    "value for a section": (C, "[options.today]\n", "[options]\ntoday = 3\n[options.x]\n", "today = 3", "not a table"),
    "nan": (C, "value = 100\n", "value = nan\n", "value = nan", "nan is not a number to compute"),
    "inf": (C, "uniform = [10, 20]", "uniform = [10, inf]", "inf]", "inf is not a number to compute"),
    "huge integer": (C, "value = 100\n", f"value = {10**200}\n", "value = 1000", "more than 50 digits"),
    "too few ends": (C, "uniform = [10, 20]", "uniform = [10]", "uniform = [10]", "only 1 values"),
    "too many ends": (C, "uniform = [10, 20]", "uniform = [10, 20, 30]", "uniform = [10,", "at most 2"),
    "no branch": (C, "uniform = [10, 20]", "branches = []", "branches = []", "at least 1"),
    "two kinds": (C, "value = 100\n", "value = 100\nuniform = [1, 2]\n", "[inputs.front]", "both value and uniform"),
    "no kind": (C, "value = 100\n", "", "[inputs.front]", "exactly one of value, uniform"),
    "reversed range": (C, "uniform = [10, 20]", "uniform = [20, 10]", "uniform = [20", "low 20 is above high 10"),
    "mode outside": (C, "[2, 3, 5]", "[2, 6, 5]", "[2, 6", "low 2, mode 6, high 5 are out of order"),
    "negative sd": (C, "triangular = [2, 3, 5]", "normal = {mean=3, sd=-1}", "normal", "sd -1 is negative"),
    "negative weight": (C, "weight = 1,", "weight = -1,", "branches", "a weight is negative"),
    "no weight": (C, "uniform = [10, 20]", "branches = [{value = 1, weight = 0}]", "branches = [{", "add up to 0"),
    "beyond bounds": (C, "uniform = [10, 20]", "uniform = [10, 120]", "uniform = [10", "0.1 to 1.2 leaves the bounds"),
    "unbounded": (C, "triangular = [2, 3, 5]", "normal = {mean=3, sd=1}", "normal", "truncate with low and high"),
    "not a whole value": (C, "column = \"battalions\"", "value = 2.5", "value = 2.5", "2.5 is not a whole number"),
    "unknown unit": (C, 'unit = "km"', 'unit = "kmm"', 'unit = "kmm"', "unknown unit 'kmm'"),
    "wrong dimension": (C, 'unit = "km"', 'unit = "day"', 'unit = "day"', "different dimensions"),
    "unit that computes": (C, 'unit = "km"', 'unit = "km**9**9**9"', 'unit = "km**9', "unknown unit"),
    "unknown input": (C, "[inputs.speed]", "[inputs.sped]", "[inputs.sped]", "did you mean 'speed'?"),
    "missing input": (C, '[inputs.share]\nuniform = [10, 20]\nunit = "percent"\nstatus = "assumption"\n', "",
                      "[inputs.front]", "the input 'share' is missing"),
    "unknown claim": (C, '["front-read"]', '["front-red"]', "front-red", "did you mean 'front-read'?"),
    "unknown claim of branch": (C, 'claim = "pushes-said"', 'claim = "pushes"', "pushes\"", "unknown claim 'pushes'"),
    "column for a number": (C, "value = 100\n", 'value = "worth"\n', 'value = "worth"', "has no table"),
    "unknown column": (C, '"worth", "worth_high"]', '"worht", "worth_high"]', "worht", "did you mean 'worth'?"),
    "group of a number": (C, 'unit = "km"\n', 'unit = "km"\ngroup = "nation"\n', "group", "has no rows"),
    "unknown group": (C, 'group = "nation"', 'group = "natoin"', "natoin", "did you mean 'nation'?"),
    "share of variance": (C, "idiosyncratic = 0.3", "idiosyncratic = 1.3", "idiosync", "less than or equal to 1"),
    "weights without branches": (C, "value = 100\n", "value = 100\nweights = {a = 1}\n", "[inputs.front]", "'weights'"),
    "claims without numbers": (C, 'uniform = [10, 20]', 'from_claims = "range"', "from_claims", "no cited claim has"),
    "claims in other units": (C, 'uniform = [10, 20]', 'from_claims = "range"\nevidence = ["front-read"]',
                              "from_claims", "claims.csv:2, claim 'front-read': 'km' cannot be turned into 'percent'"),
    "unknown claim in from_claims": (C, 'uniform = [10, 20]', 'from_claims = "range"\nevidence = ["shared"]',
                                     '"shared"', "unknown claim 'shared'"),
    "weight for another claim": (C, "triangular = [2, 3, 5]", 'from_claims = "branches"\nweights = {x = 1}',
                                 "weights", "no weight for speed-one, speed-two"),
    "unknown outcome": (C, 'outcome = "held"', 'outcome = "hold"', "hold\"", "did you mean 'held'?"),
    "series as outcome": (C, 'outcome = "held"', 'outcome = "loss_by_day"', "loss_by_day", "is a series"),
    "unknown report": (C, 'report = ["loss"]', 'report = ["losses"]', "losses", "did you mean 'loss'?"),
    "series unknown": (C, 'report = ["loss"]', 'over_time = ["loss_by_dai"]', "over_time", "mean 'loss_by_day'?"),
    "scalar over time": (C, 'report = ["loss"]', 'over_time = ["loss"]', "over_time", "unknown series 'loss'"),
    "flag over time": (C, 'report = ["loss"]', 'over_time = ["held_by_day"]', "over_time", "'held_by_day' is a flag"),
    "threshold beyond the clock": (C, 'outcome = "held"\nat_least = 0.5', 'outcome = "fell"\nat_least = 3', "at_least",
                                   "3 is beyond the clock of clock.csv, which ends at 2; allowed: 0 to 2"),
    "further threshold beyond the clock": (C, 'outcome = "held"\nat_least = 0.5',
                                           'outcome = "fell"\nat_most = 2\nalso = [1, 9]',
                                           "also", "9 is beyond the clock"),
    "threshold before the clock": (C, 'outcome = "held"\nat_least = 0.5', 'outcome = "fell"\nat_most = -1', "at_most",
                                   "-1 is before the clock of clock.csv, which begins at 0"),
    "no threshold": (C, "at_least = 0.5\n", "", "[question]", "at_most or at_least"),
    "two thresholds": (C, "at_least = 0.5\n", "at_least = 0.5\nat_most = 1\n", "[question]", "both at_most and at_le"),
    "event without threshold": (C, "held with {threshold}", "held", "[question]", "does not say {threshold} once"),
    "event with other braces": (C, "{threshold}", "{threshold} {x}", "[question]", "does not say {threshold} once"),
    "unknown based_on": (C, 'based_on = "today"', 'based_on = "todey"', "todey", "did you mean 'today'?"),
    "circle of options": (C, 'title = "Today"', 'title = "T"\nbased_on = "more"', 'based_on = "more"',
                          "-> today; allowed: an option that does not lead back to itself"),
    "unknown input of option": (C, "speed = { value", "sped = { value", "sped", "did you mean 'speed'?"),
    "bad cost": (C, "low = 1, best = 2", "low = 3, best = 2", "cost", "low 3, best 2, high 3 are out of order"),
    "cost beside an unknown option": (C, "cost = { low", 'cost_beside = "todai"\ncost = { low', "todai",
                                      "no option 'todai'"),
    "cost beside one without": (C, "cost = { low", 'cost_beside = "today"\ncost = { low', 'beside = "today"',
                                "today does not state all of its cost"),
    "cost beside another, without its own": (C, 'title = "Today"', 'title = "Today"\ncost_beside = "more"',
                                             'beside = "more"', "the option has no cost of its own"),
    "unknown table of edit": (C, 'table = "formations", row = "b"', 'table = "formation", row = "b"', '"formation"',
                              "did you mean 'formations'?"),
    "unknown row of edit": (C, 'row = "b"', 'row = "bb"', '"bb"', "no row 'bb' in formations.csv"),
    "unknown column of edit": (C, "readiness = 0.9", "readines = 0.9", "readines =", "did you mean 'readiness'?"),
    "column nobody reads": (C, "readiness = 0.9", "vehicles = 9", "vehicles", "no input reads this column"),
    "edit out of bounds": (C, "readiness = 0.9", "readiness = 1.9", "readiness = 1", "1.9 leaves the bounds"),
    "edit not whole": (C, "readiness = 0.9", "battalions = 1.5", "battalions = 1.5", "1.5 is not a whole number"),
    "edit that reverses": (C, "worth = 2.5", "worth = 9", "rows = [", "low 2, mode 9, high 3 are out of order"),
    "edit of a clock": (C, 'table = "formations", row = "b"', 'table = "clock", row = 1', "active = f", "is a clock"),
    "empty edit": (C, ", active = false", "", "row = \"b\"", "changes nothing"),
    "unknown table": (C, '[question]', '[tables]\nclok = "a.csv"\n[question]', "clok", "did you mean 'clock'?"),
    "table elsewhere": (C, '[question]', '[tables]\nclock = "../clock.csv"\n[question]', "../", "is no file name"),
    "table missing": (C, '[question]', '[tables]\nclock = "clok.csv"\n[question]', None, "did you mean 'clock.csv'?"),
    "rank out of range": (C, "rank = 0.4", "rank = 1", "rank = 1", "-1 < rank < 1"),
    "correlated with itself": (C, '["speed", "share"]', '["share", "share"]', '["share"', "correlated with itself"),
    "correlation of unknown": (C, '["speed", "share"]', '["sped", "share"]', '"sped"', "did you mean 'speed'?"),
    "correlation by row": (C, '["speed", "share"]', '["capacity", "share"]', '["capa', "a number in every row"),
    "correlation of certain": (C, '["speed", "share"]', '["front", "share"]', '["front"', "certain in every option"),
    "correlated twice": (C, "rank = 0.4", 'rank = 0.4\n[[correlations]]\ninputs = ["share", "speed"]\nrank = 0.1',
                         '["share", "speed"]', "are correlated twice"),
    "header without column": ("claims.csv", ",verdict", ",verdit", "", "no column 'verdict'"),
    "unknown csv column": ("sources.csv", "reliability\n", "reliability,extra\n", "", "unknown column"),
    "duplicate csv column": ("sources.csv", "date,url", "date,date", "", "the column stands twice"),
    "semicolons": ("sources.csv", "id,citation,kind,date,url,reliability", "id;citation;kind;date;url;reliability",
                   "", "not separated by commas"),
    "too many cells": ("sources.csv", "A book", "A book, second edition", "book,A", "7 cells"),
    "open quotes": ("sources.csv", "A paper", '"A paper', "paper,", "not CSV"),
    "duplicate claim": ("claims.csv", "speed-two,", "speed-one,", "speed-one,speed,Four", "already stands on line 3"),
    "duplicate source": ("sources.csv", "paper,", "book,", "book,A paper", "already stands on line 2"),
    "empty id": ("sources.csv", "paper,", ",", ",A paper", "the id is empty"),
    "unknown source": ("claims.csv", "paper,3", "papr,3", "papr", "did you mean 'paper'?"),
    "claim out of order": ("claims.csv", "90,100,110", "190,100,110", "190", "low, best and high are out of order"),
    "claim not a number": ("claims.csv", "90,100,110", "ninety,100,110", "ninety", "'ninety' is not a number"),
    "claim with decimal comma": ("claims.csv", "90,100", '"9,5",100', '"9,5"', "write 1234.5, not 1.234,5"),
    "claim unit": ("claims.csv", "110,km", "110,kmm", "kmm", "unknown unit 'kmm'"),
    "claim verdict": ("claims.csv", "unverified", "unverifed", "unverifed", "did you mean 'unverified'?"),
    "table without column": ("formations.csv", "home", "hoem", "", "is it 'hoem'?"),
    "edited column missing": ("formations.csv", "worth,worth_high", "wrth,worth_high", None, "no column 'worth'"),
    "table without key": ("clock.csv", "day,", "dag,", "", "no column 'day'"),
    "table cell no number": ("formations.csv", "110", "x110", "a,y", "'x110' is not a number"),
    "table cell infinite": ("formations.csv", "1.2", "inf", "a,y", "'inf' is not a number"),
    "table cell empty": ("formations.csv", "1.2", "", "a,y", "the cell is empty"),
    "table range reversed": ("formations.csv", "1.2", "0.5", None, "formations.csv:3, row 'a': low 1, mode 0.5"),
    "table row twice": ("formations.csv", "a,y", "b,y", "b,y", "the key 'b' already stands on line 2"),
    "table key for padding": ("formations.csv", "a,y", "~a,y", "~a,y", "kept for padding"),
    "table group empty": ("formations.csv", "110,US", "110,", "a,y", "the cell is empty"),
    "reference astray": ("formations.csv", "a,y", "a,z", "a,z", "no row 'z' in places.csv"),
    "clock out of order": ("clock.csv", "1,11", "2,11", "2,11", "1: keys run 0, 1, 2"),
    "clock with a row twice": ("clock.csv", "2,12,14", "1,12,14\n2,12,14", "1,12,14",
                               "duplicate: '1' already stands on line 3"),
    "clock without rows": ("clock.csv", "0,10,12\n1,11,13\n2,12,14\n", "", "", "no rows"),
    "empty file": ("places.csv", "place,name\nx,Ex\ny,Why\n", " \n", None, "the file is empty"),
    "binary file": ("places.csv", "x,Ex", "x,\x00", "x,", "binary data (a NUL byte)"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_case_is_refused_with_place_and_reason(name):
    file, old, new, blamed, words = BROKEN[name]
    texts = edited(file, old, new)
    faults = faults_of(texts)
    assert any(words in str(fault) for fault in faults), f"{faults}"
    said = next(fault for fault in faults if words in str(fault))
    if blamed is not None:
        line = line_of(texts[file], blamed) if blamed else 1
        assert said.where.split(" ")[0] == f"{file}:{line}"


@pytest.mark.parametrize("name", [n for n in BROKEN if "duplicate" not in n and "syntax" not in n])
def test_a_single_mistake_is_not_blamed_on_much_else(name):
    file, old, new, *_ = BROKEN[name]
    assert len(faults_of(edited(file, old, new))) <= 3


@pytest.mark.parametrize("section", ["question", "scenario", "inputs", "options"])
def test_a_section_that_is_missing_is_a_fault_of_its_own(section):
    texts = files(case="".join(part for part in _sections() if not part.startswith((f"[{section}", f"[[{section}"))))
    assert f"case.toml:1: no section [{section}]" in "\n".join(str(fault) for fault in faults_of(texts))


FROM_CLAIMS = ("case.toml", "triangular = [2, 3, 5]", 'from_claims = "range"')


@pytest.mark.parametrize("file", ["claims.csv", "sources.csv"])
@pytest.mark.parametrize("text", [None, "", "\x00"])
def test_a_file_of_evidence_that_cannot_be_read_is_the_only_fault(file, text):
    texts = edited(*FROM_CLAIMS)
    texts = {name: old for name, old in texts.items() if name != file} | ({} if text is None else {file: text})
    (fault,) = faults_of(texts)
    assert fault.where.split(":")[0] == file
    if text != "\x00":
        assert f"write {file} with the header id," in fault.remedy
        assert "a header alone is enough" in fault.remedy


def test_a_header_alone_is_enough():
    texts = {name: text.splitlines()[0] + "\n" if name in ("claims.csv", "sources.csv") else text
             for name, text in files().items()}  # fmt: skip
    assert {fault.found.split("'")[0] for fault in faults_of(texts)} == {"unknown claim "}


def test_a_row_of_claims_at_fault_is_not_blamed_on_the_values_that_cite_it():
    (fault,) = faults_of(edited("claims.csv", "1,2,3,km/day", "1,2,3,kmm/day", edited(*FROM_CLAIMS)))
    assert fault.where == "claims.csv:3 unit"


def test_all_faults_are_listed_together_in_the_order_of_the_files():
    texts = edited(C, "value = 100\n", "value = nan\n")
    texts = edited(C, "[inputs.speed]", "[inputs.sped]", texts)
    texts = edited(C, "uniform = [10, 20]", "uniform = [20, 10]", texts)
    texts = edited(C, "rank = 0.4", "rank = 4", texts)
    texts = edited(C, 'based_on = "today"', 'based_on = "yesterday"', texts)
    texts = edited("claims.csv", "paper,3", "papr,3", texts)
    texts = edited("formations.csv", "a,y", "a,z", texts)
    texts = edited("clock.csv", "1,11", "7,11", texts)
    faults = faults_of(texts)
    places = [fault.where.split(" ")[0].split(":")[0] for fault in faults]
    assert places == sorted(places, key=lambda file: (file != C, file))
    said = "\n".join(str(fault) for fault in faults)
    for words in ("nan is not", "'speed'?", "low 20", "4 is out", "yesterday", "'paper'?", "no row 'z'", "keys run"):
        assert words in said
    lines = [int(f.where.split(" ")[0].split(":")[1]) for f in faults if f.where.startswith(C)]
    assert lines == sorted(lines)


def test_the_message_counts_the_faults_and_names_the_case():
    with pytest.raises(CaseError, match=r"^case: 1 fault\n  case.toml:25 inputs.front.evidence\[0\]: unknown claim"):
        load_case_text(edited(C, '["front-read"]', '["front-red"]'), model=MODEL)


def test_a_message_stays_readable_with_a_thousand_faults():
    rows = "".join(f"f{i},x,many,US,1,1.5,2,3,\n" for i in range(1000))
    with pytest.raises(CaseError) as caught:
        load_case_text(edited("formations.csv", "b,x", rows + "b,x"), model=MODEL)
    assert len(caught.value.faults) == 1000
    assert str(caught.value).count("\n") == 51
    assert str(caught.value).endswith("and 950 more")


def test_no_input_section_is_one_fault_and_every_input_another():
    texts = files(case="".join(part for part in _sections() if not part.startswith("[inputs")))
    said = "\n".join(str(fault) for fault in faults_of(texts))
    assert "no section [inputs]" in said
    assert said.count("is missing:") == 8


def test_an_unknown_reference_option_is_refused():
    faults = faults_of(edited(C, 'report = ["loss"]', 'reference = "tody"'))
    assert "did you mean 'today'?" in str(faults[0])


def test_correlations_that_exclude_each_other_are_refused():
    more = """
[[correlations]]
inputs = ["speed", "pushes"]
rank = 0.9
[[correlations]]
inputs = ["share", "pushes"]
rank = -0.9
"""
    texts = edited(C, "rank = 0.4", "rank = 0.9" + more)
    faults = faults_of(texts)
    assert "not positive definite" in str(faults[0])
    assert faults[0].where.startswith(f"{C}:{line_of(texts[C], '[[correlations]]')}")


def _sections() -> list[str]:
    return [part + "\n\n" for part in files()[C].split("\n\n")]
