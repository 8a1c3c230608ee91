"""The package as a whole: its public names, its doctests' home, its registered models."""

import subprocess
import sys

import pytest

import vallum
from vallum.errors import VallumError
from vallum.registry import RegistryError, find_model, model_names
from vallum.spec import Input, ModelSpec, Outcome, Table
from vallum.units import UnitError, factor


def test_every_public_name_is_there():
    for name in dir(vallum):
        assert getattr(vallum, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = vallum.nothing


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, vallum; sys.exit(bool({'numpy', 'jax', 'pydantic'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_all_errors_are_of_one_family():
    from vallum.analysis.comparison import AnalysisError
    from vallum.case import CaseError
    from vallum.keys import SharedKeyError
    from vallum.present.export import ExportError
    from vallum.study.designs import DesignError
    from vallum.study.draws import DrawsError
    from vallum.study.futures import FuturesError
    from vallum.study.store import StoreError

    for error in (
        AnalysisError,
        CaseError,
        DesignError,
        DrawsError,
        SharedKeyError,
        ExportError,
        FuturesError,
        RegistryError,
        StoreError,
        UnitError,
    ):
        assert issubclass(error, VallumError)


def test_shipped_models_are_registered():
    assert "feba_expansion" in model_names()
    assert find_model("feba_expansion").spec.name == "feba_expansion"


def test_a_model_that_nobody_registered_is_an_error_that_names_the_others():
    with pytest.raises(RegistryError, match=r"registered: .*feba_expansion"):
        find_model("feba")


@pytest.mark.parametrize(
    ("inputs", "outcomes", "message"),
    [
        ((Input("a", "1", "x"), Input("a", "1", "y")), (), "input declared twice: a"),
        ((), (Outcome("b", "1", "x"), Outcome("b", "1", "x")), "outcome declared twice: b"),
        ((Input("a", "1", "x", per="links"),), (), "a is per links, no table of"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(inputs, outcomes, message):
    with pytest.raises(ValueError, match=message):
        ModelSpec("m", "M", "none", inputs, outcomes, (Table("clock", "day", "a day", ordered=True),))


@pytest.mark.parametrize(
    ("unit", "to", "number"),
    [
        ("mile", "km", 1.609344),
        ("percent/day", "1/day", 0.01),
        ("week", "day", 7),
        ("battalion", "brigade", 1 / 3),
        ("1", "percent", 100),
    ],
)
def test_units_are_turned_into_each_other(unit, to, number):
    assert factor(unit, to) == pytest.approx(number)


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("furlong per", "unknown unit"),
        ("day", "different dimensions"),
        ("", "unknown unit"),
        ("10**10**10", "unknown unit"),
        ("degC", "unknown unit"),
        ("Qm**5/fm**5*km", "beyond computing|different"),
    ],
)
def test_units_that_do_not_fit_are_errors(unit, message):
    with pytest.raises(UnitError, match=message):
        factor(unit, "km")
