"""Tables of explicit futures: what fits, what does not, and what the analyst is told."""

import numpy as np
import pytest

from tests.study import convoy
from vallum.analysis.comparison import compare
from vallum.case import compile_case
from vallum.study.futures import FuturesError, read_futures
from vallum.study.run import run_study


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "futures.csv"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def certain_rows():
    return convoy.load(
        convoy.CASE.replace('triangular = ["march_low", "march_best", "march_high"]', 'column = "march_best"')
        .replace('group = "nation"\nidiosyncratic = 0.3\n', "")
        .replace("march_low = 0.1, march_best = 0.2, march_high = 0.3", "march_best = 0.2")
    )


def test_explicit_futures_replace_the_values_of_the_case(tmp_path):
    found = run_study(
        certain_rows(),
        tmp_path / "s",
        table=read_futures(table(tmp_path, "needed,delay\n3,1\n4,2.5\n60,7\n")),
        model=convoy,
    )
    np.testing.assert_allclose(found.data["needed"], [3, 4, 60])
    np.testing.assert_allclose(found.data["delay"], [1, 2.5, 7])
    assert (found.data["status"].isel(future=2) == 1).all()


def test_explicit_futures_claim_no_sampling_error(tmp_path):
    case = certain_rows()
    found = run_study(
        case, tmp_path / "s", table=read_futures(table(tmp_path, "needed,delay\n3,1\n4,2\n")), model=convoy
    )
    estimate = compare(found, case).results[0].events[12]
    assert np.isnan(estimate.standard_error)
    assert 0 <= estimate.value <= 1


def test_a_bom_and_crlf_are_read(tmp_path):
    assert read_futures(table(tmp_path, "\ufeffneeded,delay\r\n3,1\r\n")).columns.keys() == {"needed", "delay"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("needed,delay\n", "at least one row"),
        ("", "empty|at least one row"),
        ("needed,needed\n1,2\n", "column 'needed' stands twice"),
        ("needed,delay\n3,x\n", "line 2, delay: 'x' is not a finite number"),
        ("needed,delay\n\n\n3,1_0\n", "line 4, delay: '1_0' is not a finite number"),
        ("needed,delay\n3,inf\n", "line 2, delay: 'inf' is not a finite number"),
        ("needed,delay\n3\n", "line 2: 1 cells, the header has 2"),
        (b"needed,delay\n\x00\x01\n", "binary|NUL"),
        ("needed,délai\n1,2\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_place(tmp_path, text, message):
    with pytest.raises(FuturesError, match=message):
        read_futures(table(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FuturesError, match="futures"):
        read_futures(tmp_path / "futures.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("neded,delay\n1,2\n", "did you mean 'needed'"),
        ("needed,delay\n-1,2\n", r"future 0, needed: -1 is outside \[0, inf\] brigade"),
        ("needed\n3\n", "no column for the uncertain input 'delay'"),
        ("needed,delay,march\n3,1,1\n", "'march' is no scalar input"),
    ],
)
def test_a_table_that_does_not_fit_the_case_is_refused(tmp_path, text, message):
    case = certain_rows()
    with pytest.raises(FuturesError, match=message):
        read_futures(table(tmp_path, text)).checked(case, compile_case(case))


def test_all_faults_are_listed_together(tmp_path):
    case = certain_rows()
    with pytest.raises(FuturesError) as error:
        read_futures(table(tmp_path, "neded\n1\n")).checked(case, compile_case(case))
    assert "3 faults" in str(error.value)


def test_options_are_no_points_where_futures_differ(tmp_path):
    case = certain_rows()
    rows = read_futures(table(tmp_path, "needed,delay\n4,1\n4,3\n4,9\n4,20\n"))
    found = run_study(case, tmp_path / "s", table=rows, model=convoy)
    assert found.attributes["point_options"] == [False, False, False]


def test_fans_of_a_table_are_over_rows_from_all_of_it(tmp_path):
    rows = "\n".join(f"4,{1 + 20 * i / 8192}" for i in range(8192))
    case = certain_rows()
    found = run_study(
        case, tmp_path / "s", table=read_futures(table(tmp_path, f"needed,delay\n{rows}\n")), model=convoy
    )
    held = (found.data["held_day"].isel(option=0).to_numpy() <= 12).mean()
    assert found.data["enough_by_day"].to_numpy()[0, 12] == pytest.approx(held, abs=0.01)
