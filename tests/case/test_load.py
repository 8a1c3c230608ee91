import json
import subprocess
import sys

import numpy as np
import pytest

from tests.case.toy import MODEL, edited, files
from vallum.case import (
    Branches,
    CaseError,
    Constant,
    Triangular,
    Uniform,
    load_case,
    load_case_text,
    shipped_cases,
    write_case,
)


def toy(texts=None):
    return load_case_text(texts or files(), model=MODEL)


def speed(entry):
    return toy(edited("case.toml", "triangular = [2, 3, 5]", entry)).inputs["speed"].marginal


def test_every_shipped_case_loads():
    assert "central-europe-1984" in shipped_cases()
    for name in shipped_cases():
        assert load_case(name).name == name


def test_the_example_is_read_in_the_models_units():
    case = load_case("central-europe-1984")
    attrition = case.inputs["attacker_attrition_rate"]
    assert isinstance(attrition.marginal, Uniform)
    assert (attrition.marginal.low, attrition.marginal.high) == (0.012, 0.075)
    assert (attrition.unit, attrition.written) == ("percent/day", "uniform 1.2 to 7.5")
    assert case.inputs["attacker_supply"].marginal.ppf(np.full(100, 0.5))[0] == 28
    assert case.question.reference == "as-published"


def test_an_option_based_on_another_inherits_and_overrides():
    option = load_case("central-europe-1984").option("nato-favourable")
    assert option.inputs["assault_frontage"].marginal.median() == 12.5
    assert option.inputs["defender_frontage"].marginal.median() == 37.8
    assert option.own == ("defender_frontage", "advance_rate", "attacker_attrition_rate", "exchange_ratio",
                          "defender_multiplier")  # fmt: skip


def test_reading_and_compiling_a_case_loads_no_array_compiler_and_no_pandas():
    code = (
        "import sys, vallum.case as c; case = c.load_case('central-europe-1984'); c.compile_case(case); c.ledger(case);"
        "print([m for m in ('jax', 'xarray', 'zarr', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_first_option_is_the_reference_unless_said():
    assert toy().question.reference == "today"
    assert toy(edited("case.toml", 'report = ["loss"]', 'reference = "more"')).question.reference == "more"


def test_sections_and_inline_tables_say_the_same():
    inline = 'speed = { value = 2, unit = "km/day", evidence = ["speed-one"], status = "read" }'
    section = '[options.more.inputs.speed]\nvalue = 2\nunit = "km/day"\nevidence = ["speed-one"]\nstatus = "read"'
    assert toy(edited("case.toml", "[options.more.inputs]\n" + inline, section)).digest == toy().digest


def test_a_year_may_be_a_number_and_a_date_a_date():
    assert toy(edited("case.toml", 'model = "toy"', 'model = "toy"\nas_of = 1984')).as_of == "1984"
    assert toy(edited("case.toml", 'model = "toy"', 'model = "toy"\nas_of = 1984-06-01')).as_of == "1984-06-01"


def test_a_range_of_claims_spans_them_in_the_inputs_unit():
    marginal = speed('from_claims = "range"')  # 1, 2, 3 km/day and 4 mile/day
    assert isinstance(marginal, Triangular)
    np.testing.assert_allclose([marginal.low, marginal.mode, marginal.high], [1, 2, 4 * 1.609344])


def test_a_range_of_claims_is_flat_without_one_best_inside():
    texts = edited("claims.csv", "Ann,1,2,3,km/day", "Ann,1,,3,km/day")
    texts = edited("case.toml", "triangular = [2, 3, 5]", 'from_claims = "range"', texts)
    marginal = toy(texts).inputs["speed"].marginal
    assert isinstance(marginal, Uniform)
    np.testing.assert_allclose([marginal.low, marginal.high], [1, 4 * 1.609344])


def test_a_range_of_one_number_is_certain():
    assert isinstance(toy(edited("case.toml", "[2, 3, 5]", "[2, 3, 5]")).inputs["front"].marginal, Constant)
    texts = edited("case.toml", 'value = 100\nunit = "km"\nevidence = ["front-read"]',
                   'from_claims = "range"\nunit = "km"\nevidence = ["front-read"]',
                   edited("claims.csv", "90,100,110", ",100,"))  # fmt: skip
    assert toy(texts).inputs["front"].marginal.certain


def test_branches_of_claims_are_equal_unless_weighted():
    even = speed('from_claims = "branches"')
    assert isinstance(even, Branches)
    np.testing.assert_allclose(even.values, [2, 4 * 1.609344])
    assert list(even.weights) == [1, 1]
    assert even.claims == ("speed-one", "speed-two")
    weighted = speed('from_claims = "branches"\nweights = { speed-one = 1, speed-two = 3 }')
    assert isinstance(weighted, Branches)
    assert list(weighted.weights) == [1, 3]


def test_a_claim_without_best_is_a_branch_at_its_middle():
    texts = edited("claims.csv", "Ann,1,2,3,km/day", "Ann,1,,5,km/day")
    texts = edited("case.toml", "triangular = [2, 3, 5]", 'from_claims = "branches"', texts)
    assert toy(texts).inputs["speed"].marginal.support()[0] == 3


def test_table_files_may_have_other_names():
    texts = edited("case.toml", "[question]", '[tables]\nclock = "sub/days.csv"\n\n[question]')
    texts["sub/days.csv"] = texts.pop("clock.csv")
    assert toy(texts).digest == toy().digest


def test_a_case_from_elsewhere_may_be_written_with_its_folders(tmp_path):
    texts = edited("case.toml", "[question]", '[tables]\nclock = "sub/days.csv"\n\n[question]')
    texts["sub/days.csv"] = texts.pop("clock.csv")
    write_case(toy(texts), tmp_path)
    assert load_case(tmp_path, model=MODEL).digest == toy().digest


def test_a_case_is_not_written_over_something(tmp_path):
    (tmp_path / "x").write_text("mine")
    with pytest.raises(CaseError, match="exists and is not empty"):
        write_case(toy(), tmp_path)


def test_an_input_stated_anew_forgets_the_rows_it_inherits():
    texts = edited("case.toml", "[options.more.inputs]", "[options.third]\ntitle = \"Third\"\nbased_on = \"more\"\n"
                   "[options.third.inputs.readiness]\nvalue = 0.7\nunit = \"1\"\nstatus = \"read\"\n"
                   "[options.more.inputs]")  # fmt: skip
    third = toy(texts).option("third")
    assert third.inputs["readiness"].marginal.support()[1].max() == 0.7
    assert third.inputs["capacity"].marginal.support()[0].tolist() == [1, 1, 2]
    assert third.inactive == {"formations": frozenset({"b"})}


def test_an_option_may_be_based_on_a_later_one():
    texts = edited("case.toml", 'title = "Today"', 'title = "Today"\nbased_on = "more"')
    texts = edited("case.toml", 'based_on = "today"\ncost', "cost", texts)
    assert set(toy(texts).option("today").inputs) == set(toy().option("more").inputs)


def test_a_row_can_be_brought_back():
    third = (
        '[options.third]\ntitle = "T"\nbased_on = "more"\nrows = [{ table = "formations", row = "b", active = true }]\n'
    )
    texts = edited("case.toml", "[options.more.inputs]", third + "[options.more.inputs]")
    assert toy(texts).option("third").inactive == {"formations": frozenset()}


def test_costs_are_not_inherited():
    case = toy()
    assert case.option("today").cost is None
    assert case.option("more").cost.best == 2


def test_only_the_cases_own_model_is_taken():
    with pytest.raises(CaseError, match=r"case.toml:4 model: the case is for model 'feba_expansion'; allowed: toy"):
        load_case("central-europe-1984", model=MODEL)


def test_an_unregistered_model_is_compared_with_the_registered():
    with pytest.raises(CaseError, match=r"unknown model 'feba_expantion'.*did you mean 'feba_expansion'"):
        load_case_text(edited("case.toml", 'model = "toy"', 'model = "feba_expantion"'))


def test_a_digest_is_stable_over_processes():
    code = "import vallum.case as c; print(c.load_case('central-europe-1984').digest)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == load_case("central-europe-1984").digest


def test_the_texts_of_a_case_are_plain_data():
    assert json.loads(json.dumps(load_case("central-europe-1984").files)) == load_case("central-europe-1984").files
