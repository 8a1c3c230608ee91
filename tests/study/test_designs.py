"""Designs fill the unit cube as they claim, and are reproducible prefix by prefix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vallum.study.designs import DESIGNS, SCRAMBLES, Design, DesignError, fitting_size

RANDOMISED = ("sobol", "latin-hypercube", "monte-carlo")


@pytest.mark.parametrize("kind", RANDOMISED)
def test_quantiles_lie_inside_the_open_cube_and_are_reproducible(kind):
    first, again = (Design(kind, 1024, seed=0).quantiles(5) for _ in range(2))
    assert first.shape == (1024, 5)
    assert first.min() > 0
    assert first.max() < 1
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, Design(kind, 1024, seed=1).quantiles(5))


def test_a_shorter_sobol_study_is_a_prefix_of_a_longer_one():
    np.testing.assert_array_equal(Design("sobol", 4096).quantiles(7)[:256], Design("sobol", 256).quantiles(7))


def test_each_scramble_of_sobol_has_one_point_in_every_dyadic_interval():
    design = Design("sobol", SCRAMBLES * 64)
    quantiles, scramble = design.quantiles(3), design.scramble()
    for part in range(SCRAMBLES):
        cells = np.floor(quantiles[scramble == part] * 64).astype(int)
        assert all(sorted(cells[:, factor]) == list(range(64)) for factor in range(3))


def test_each_latin_hypercube_has_one_point_in_every_stratum():
    design = Design("latin-hypercube", SCRAMBLES * 10)
    quantiles, scramble = design.quantiles(4), design.scramble()
    for part in range(SCRAMBLES):
        strata = np.floor(quantiles[scramble == part] * 10).astype(int)
        assert all(sorted(strata[:, factor]) == list(range(10)) for factor in range(4))


def test_the_errors_of_two_scrambles_are_uncorrelated():
    errors = []
    for seed in range(300):
        quantiles = Design("sobol", SCRAMBLES * 16, seed).quantiles(2).reshape(16, SCRAMBLES, 2)
        errors.append((quantiles[:, :2] ** 2).sum(axis=2).mean(axis=0))
    assert abs(np.corrcoef(np.array(errors).T)[0, 1]) < 3 / np.sqrt(300)


def test_a_table_sits_at_the_middle_of_every_factor():
    assert (Design("table", 3).quantiles(4) == 0.5).all()


def test_a_design_without_factors_has_no_columns():
    assert Design("sobol", 16).quantiles(0).shape == (16, 0)


@settings(deadline=None)
@given(st.sampled_from(DESIGNS), st.integers(1, 100_000))
def test_the_fitting_size_is_the_smallest_that_fits(kind, wanted):
    size = fitting_size(kind, wanted)
    assert size >= wanted
    assert Design(kind, size).futures == size
    assert size == wanted or size < 2 * wanted + SCRAMBLES


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("halton", 16), "no design is called 'halton'"),
        (("sobol", 0), "a study has 1 to"),
        (("sobol", 2**40), "a study has 1 to"),
        (("sobol", 1000), "next that fits is 1,024"),
        (("latin-hypercube", 100), "next that fits is 112"),
        (("sobol", 16, -1), "seed -1"),
    ],
)
def test_a_design_that_cannot_be_is_refused_with_a_way_out(arguments, message):
    with pytest.raises(DesignError, match=message):
        Design(*arguments)
