import copy

import numpy as np
import pytest
import scipy.stats
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.case.strategies import Written, written_cases
from tests.case.toy import MODEL, SPEC, edited, files, uncorrelated
from vallum.case import CaseError, Superset, compile_case, load_case, load_case_text

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SINGLE = [declared.name for declared in SPEC.inputs if not declared.per]


def superset(texts: dict[str, str] | None = None) -> Superset:
    return compile_case(load_case_text(texts or files(), model=MODEL))


def read(written: Written) -> Superset:
    return superset(written.files())


def quantile(name: str, futures: int = 5) -> np.ndarray:
    """Quantiles that belong to the name of a factor, whatever its place."""
    return np.random.default_rng(list(name.encode())).random(futures)


def quantiles(compiled: Superset, futures: int = 5) -> np.ndarray:
    return np.stack([quantile(factor.name, futures) for factor in compiled.factors], axis=1)


def noise(name: str, ids: tuple[str, ...]) -> np.ndarray:
    """Normal numbers that belong to the input and the row."""
    columns = [np.random.default_rng(list(f"{name} {id}".encode())).normal(size=5) for id in ids]
    return np.stack(columns, axis=1) if columns else np.zeros((5, 0))


def values(compiled: Superset, option: str, **given: np.ndarray) -> dict[str, np.ndarray]:
    place = compiled.options.index(option)
    return compiled.values(place, compiled.correlate(quantiles(compiled)), noise, given)


def by_row(compiled: Superset, option: str) -> dict[tuple[str, str], np.ndarray]:
    """Values by input and row id, padding left out."""
    found = {}
    for name, value in values(compiled, option).items():
        table = SPEC.input(name).per
        ids = compiled.rows[table].ids if table else ("",)
        for place, id in enumerate(ids):
            if not id.startswith("~"):
                found[name, id] = np.broadcast_to(value[..., place] if table else value, 5)
    return found


def test_single_inputs_have_a_factor_each_in_the_models_order_certain_or_not():
    compiled = superset()
    assert [factor.name for factor in compiled.factors[:4]] == SINGLE
    assert [factor.varies for factor in compiled.factors[:4]] == [False, True, True, True]


def test_inputs_by_row_have_a_factor_for_each_group_if_any_option_leaves_them_open():
    assert [factor.name for factor in superset().factors[4:]] == ["capacity[UK]", "capacity[US]", "supply"]


def test_making_an_input_certain_leaves_the_places_of_the_others():
    certain = superset(uncorrelated(edited("case.toml", "triangular = [2, 3, 5]", "value = 3")))
    assert [factor.name for factor in certain.factors] == [factor.name for factor in superset().factors]


def test_unordered_tables_are_padded_to_sixteen_and_clocks_are_not():
    rows = superset().rows
    assert {name: len(table) for name, table in rows.items()} == {"formations": 16, "places": 16, "clock": 3}
    assert rows["formations"].ids[:5] == ("a", "b", "c", "~0", "~1")
    assert rows["formations"].columns["nation"][:5] == ("US", "US", "UK", None, None)
    assert rows["formations"].columns["vehicles"][:4] == (110.0, 120.0, 100.0, None)


@pytest.mark.parametrize(("rows", "padded"), [(0, 16), (15, 16), (16, 32), (31, 32)])
def test_there_is_always_a_spare_row(rows, padded):
    places = "place,name\nx,Ex\ny,Why\n" + "".join(f"p{i},P\n" for i in range(rows))
    extra = superset(files(places=places)).rows["places"]
    assert len(extra) == (padded if rows + 2 < padded else padded + 16)


def test_masks_are_those_of_the_options():
    np.testing.assert_array_equal(
        superset().active["formations"],
        [[True] * 3 + [False] * 13, [True, False, True] + [False] * 13],
    )


def test_shapes_do_not_depend_on_the_option():
    compiled = superset()
    shapes = [{name: x.shape for name, x in values(compiled, option).items()} for option in compiled.options]
    assert shapes[0] == shapes[1]
    assert shapes[0]["speed"] == (5,)
    assert shapes[0]["capacity"] == (5, 16)
    assert shapes[0]["battalions"] == (16,)
    assert shapes[0]["supply"] == (5, 3)


def test_padded_rows_are_zero():
    for value in (values(superset(), "today")[name] for name in ("capacity", "readiness", "battalions")):
        assert np.all(value[..., 3:] == 0)


def test_counts_are_whole_numbers():
    compiled = superset(edited("case.toml", 'column = "battalions"', "uniform = [1.2, 5.7]"))
    assert set(np.unique(values(compiled, "today")["battalions"][:, :3])) <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}


def test_an_option_changes_its_own_inputs_and_rows_only():
    compiled = superset()
    today, more = by_row(compiled, "today"), by_row(compiled, "more")
    different = {key for key in today if not np.array_equal(today[key], more[key])}
    assert different == {("speed", ""), ("readiness", "c"), ("capacity", "c")}
    np.testing.assert_array_equal(more["readiness", "c"], np.full(5, 0.9))


def test_rows_of_a_group_move_together_without_a_part_of_their_own():
    compiled = superset(edited("case.toml", "idiosyncratic = 0.3\n", ""))
    capacity = values(compiled, "today")["capacity"]
    u = scipy.stats.triang((1.2 - 1) / 1, 1, 1).cdf(capacity[:, 0])
    np.testing.assert_allclose(u, scipy.stats.triang(0.5, 1, 1).cdf(capacity[:, 1]))
    np.testing.assert_allclose(u, quantile("capacity[US]"))


def test_noise_is_asked_for_real_rows_and_only_where_rows_have_a_part_of_their_own():
    asked = []

    def listening(name, ids):
        asked.append((name, ids))
        return noise(name, ids)

    compiled = superset()
    compiled.values(0, quantiles(compiled), listening)
    assert asked == [("capacity", ("a", "b", "c"))]


def test_rows_entirely_on_their_own_ignore_the_group():
    compiled = superset(edited("case.toml", "idiosyncratic = 0.3", "idiosyncratic = 1"))
    u = quantiles(compiled)
    other = u.copy()
    other[:, 4:6] = 0.0
    first, second = (compiled.values(0, x, noise)["capacity"] for x in (u, other))
    np.testing.assert_array_equal(first, second)


def test_the_share_of_variance_is_the_correlation_that_rows_lose():
    compiled = superset(edited("case.toml", "idiosyncratic = 0.3", "idiosyncratic = 0.5"))
    rng = np.random.default_rng(1)
    u = rng.random((20000, len(compiled.factors)))
    capacity = compiled.values(0, u, lambda name, ids: rng.normal(size=(20000, len(ids))))["capacity"]
    rank = scipy.stats.spearmanr(capacity[:, 0], capacity[:, 1]).statistic
    assert abs(rank - 6 / np.pi * np.arcsin(0.5 / 2)) < 0.02


def test_given_values_replace_the_base_where_an_option_does_not_speak():
    compiled, given_speed = superset(), np.full(5, 4.0)
    np.testing.assert_array_equal(values(compiled, "today", speed=given_speed)["speed"], given_speed)
    np.testing.assert_array_equal(values(compiled, "more", speed=given_speed)["speed"], np.full(5, 2.0))


def test_given_values_must_be_single_inputs():
    with pytest.raises(CaseError, match=r"given sped: not a single-number input.*did you mean 'speed'"):
        values(superset(), "today", sped=np.ones(5))


def test_quantiles_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"not \(future, factor=7\)"):
        superset().values(0, np.zeros((5, 3)), noise)


def test_what_varies_is_known_by_option():
    compiled = superset()
    assert compiled.varying(0) == ("speed", "share", "pushes")
    assert compiled.varying(1) == ("share", "pushes")
    assert not compiled.certain(1)


def test_the_point_cases_of_the_example_are_certain():
    compiled = compile_case(load_case("central-europe-1984"))
    assert [compiled.certain(option) for option in range(3)] == [False, True, True]


def test_correlation_touches_the_later_of_two_inputs_only():
    compiled = superset()
    u = quantiles(compiled)
    v = compiled.correlate(u)
    assert [bool(np.array_equal(u[:, i], v[:, i])) for i in range(7)] == [True, True, False, True, True, True, True]


def test_without_correlations_the_quantiles_come_back_themselves():
    compiled = superset(uncorrelated())
    u = quantiles(compiled)
    assert compiled.correlate(u) is u


@pytest.mark.parametrize("rank", [-0.9, 0.4, 0.95])
def test_the_rank_correlation_is_the_declared_one(rank):
    compiled = superset(edited("case.toml", "rank = 0.4", f"rank = {rank}"))
    v = compiled.correlate(np.random.default_rng(2).random((20000, 7)))
    assert abs(scipy.stats.spearmanr(v[:, 1], v[:, 2]).statistic - rank) < 0.02
    assert scipy.stats.kstest(v[:, 2], "uniform").pvalue > 1e-3


def test_correlated_quantiles_do_not_depend_on_the_chunk():
    compiled = superset()
    u = np.random.default_rng(3).random((1000, 7))
    whole = compiled.correlate(u)
    parts = np.concatenate([compiled.correlate(part) for part in np.array_split(u, 7)])
    np.testing.assert_array_equal(whole, parts)


def test_quantiles_at_the_ends_give_finite_values():
    compiled = superset()
    for u in (np.zeros((5, 7)), np.ones((5, 7))):
        for value in compiled.values(0, compiled.correlate(u), noise).values():
            assert np.all(np.isfinite(value))


@few
@given(written_cases())
def test_another_option_leaves_the_values_of_the_others(written):
    before = read(written)
    more = written.copy()
    more.data["options"]["one-more"] = {
        "title": "more",
        "inputs": {"front": {"uniform": [1, 2], "unit": "km", "status": "read"}},
    }
    after = read(more)
    for option in before.options:
        old, new = by_row(before, option), by_row(after, option)
        assert all(np.array_equal(old[key], new[key]) for key in old)


@few
@given(written_cases())
def test_another_row_leaves_the_values_of_the_others(written):
    before = read(written)
    more = written.copy()
    header, *rows = more.tables["formations"]
    row = copy.copy(rows[0]) if rows else ["", more.tables["places"][1][0], "1", "US", *("1" for _ in header[4:])]
    more.tables["formations"].append(["Zz-new-row", *row[1:]])
    after = read(more)
    for option in before.options:
        old, new = by_row(before, option), by_row(after, option)
        assert all(np.array_equal(old[key], new[key]) for key in old if rows)


@few
@given(written_cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_in_a_file_changes_nothing(written, random):
    other = written.copy()
    header, *rows = other.tables["formations"]
    random.shuffle(rows)
    other.tables["formations"] = [header, *rows]
    one, two = read(written), read(other)
    assert one.rows == two.rows
    assert one.factors == two.factors
    np.testing.assert_array_equal(one.active["formations"], two.active["formations"])
    for option in one.options:
        first, second = values(one, option), values(two, option)
        assert all(np.array_equal(first[name], second[name]) for name in first)


@few
@given(written_cases())
def test_masks_are_off_where_an_option_does_without_a_row_and_in_the_padding(written):
    case = load_case_text(written.files(), model=MODEL)
    compiled = compile_case(case)
    for option, mask in zip(case.options, compiled.active["formations"], strict=True):
        on = {id for id, active in zip(compiled.rows["formations"].ids, mask, strict=True) if active}
        assert on == set(case.tables["formations"].ids) - set(option.inactive.get("formations", ()))


@few
@given(written_cases())
def test_values_keep_the_declared_bounds(written):
    compiled = read(written)
    for option in compiled.options:
        for (name, _), value in by_row(compiled, option).items():
            declared = SPEC.input(name)
            assert np.all((declared.low <= value) & (value <= declared.high))
