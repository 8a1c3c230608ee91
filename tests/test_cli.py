"""The command line as its users meet it: output, exit codes, and what it does not load."""

import contextlib
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.models import posen
from vallum import cli
from vallum.registry import find_model

ROOT = Path(__file__).parents[1]


def vallum(capsys, *arguments):
    """Run the command in this process; exit code, standard output and standard error."""
    code = 0
    try:
        cli.main([str(x) for x in arguments])
    except SystemExit as stop:
        code = stop.code or 0
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VALLUM_CACHE", os.environ.get("VALLUM_TEST_CACHE", str(ROOT / ".cache")))


@pytest.mark.parametrize("arguments", [["--help"], ["compare", "--help"], ["--version"]])
def test_help_loads_no_array_library_and_no_validation(arguments):
    code = (
        "import sys\n"
        "from vallum import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "loaded = {'jax', 'xarray', 'zarr', 'numpy', 'pydantic', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)\n"
    )
    found = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout


def test_check_loads_no_jax():
    code = "import sys; sys.argv = ['vallum', 'check', 'central-europe-1984']\nfrom vallum import cli\ncli.main()"
    after = "\n".join(
        [
            "try:",
            *("    " + line for line in code.splitlines()),
            "except SystemExit: pass",
            "sys.exit('jax' in sys.modules)",
        ]
    )
    assert subprocess.run([sys.executable, "-c", after], capture_output=True, check=False).returncode == 0


def test_cases_lists_shipped_cases_and_models(capsys):
    code, out, _ = vallum(capsys, "cases")
    assert code == 0
    assert "central-europe-1984" in out
    assert "feba_expansion" in out


def test_compare_prints_the_published_result(capsys, tmp_path):
    """Tecott & Halterman 2021, p. 80: a shortfall by day 90 'approaches 25 percent'; one million draws: 0.2553."""
    code, out, _ = vallum(capsys, "compare", "central-europe-1984", "--futures", "65536")
    assert code == 0
    row = next(line for line in out.splitlines() if line.strip().startswith("As published"))
    printed = [float(x) for x in re.findall(r"\d\.\d{3}", row)][:4]
    reference = {
        int(x["day"]): float(x["p_ever_shortfall_since_day14"]) for x in posen.rows("posen_mc_1M_ever_shortfall_by_day")
    }
    assert printed == pytest.approx([reference[60], reference[70], reference[80], reference[90]], abs=0.006)
    assert printed == pytest.approx([0.011, 0.038, 0.170, 0.255], abs=0.002)
    folder = next((tmp_path / "results").iterdir())
    for name in (
        "comparison.csv",
        "figures/probability_over_time.svg",
        "figures/probability_over_time.png",
        "figures/series_over_time.svg",
        "figures/series_over_time.png",
    ):
        assert (folder / name).stat().st_size > 1000
    assert str(Path("results") / folder.name) in out
    with (folder / "comparison.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    day_90 = next(
        x
        for x in rows
        if x["option"] == "as-published" and x["quantity"].startswith("probability") and x["threshold"] == "90"
    )
    assert float(day_90["low"]) < 0.2553 < float(day_90["high"])
    assert 0 < float(day_90["standard_error"]) < 0.001


def test_compare_says_one_sentence_an_option_and_uses_the_study_that_is_there(capsys):
    arguments = ("compare", "central-europe-1984", "--futures", "256")
    _, first, _ = vallum(capsys, *arguments)
    started = time.perf_counter()
    _, again, _ = vallum(capsys, *arguments)
    assert first == again
    assert len([line for line in again.splitlines() if line.startswith("- ")]) == 3
    assert "Pact-favourable values: NATO shortfall" in again
    assert time.perf_counter() - started < 60


def test_compare_accepts_the_folder_of_a_study(capsys):
    vallum(capsys, "run", "central-europe-1984", "--futures", "64", "--out", "s")
    code, out, _ = vallum(capsys, "compare", "s")
    assert code == 0
    assert "64 futures" in out


def test_a_study_that_is_there_takes_no_other_futures(capsys):
    vallum(capsys, "run", "central-europe-1984", "--futures", "64", "--out", "s")
    code, _, err = vallum(capsys, "compare", "s", "--seed", "9")
    assert code == 2
    assert "its futures, design and seed are fixed" in err


def test_a_folders_name_becomes_a_name_that_a_case_can_have(capsys):
    assert vallum(capsys, "new", "neuer Fall (1)")[0] == 0
    assert 'name = "neuer-Fall-1"' in Path("neuer Fall (1)/case.toml").read_text()


def test_run_takes_explicit_futures_and_show_writes_every_run(capsys):
    table = posen.rows("posen_draws")
    inputs = posen.inputs(table)
    with Path("futures.csv").open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(inputs)
        writer.writerows(zip(*inputs.values(), strict=True))
    code, _, err = vallum(
        capsys, "run", "central-europe-1984", "--futures", "futures.csv", "--dtype", "float64", "--out", "s"
    )
    assert code == 0, err
    code, out, _ = vallum(capsys, "show", "s", "--runs", "runs.csv")
    assert code == 0
    assert "1,500 runs are in runs.csv" in out
    with Path("runs.columns.csv").open() as handle:
        columns = {row["column"]: row["unit"] for row in csv.DictReader(handle)}
    assert columns["attacker_attrition_rate"] == "1/day"
    with Path("runs.tables.csv").open() as handle:
        curve = [row for row in csv.DictReader(handle) if row["option"] == "nato-favourable"]
    supplies = {"attacker_supply", "defender_supply"}
    assert {row["input"] for row in curve} == supplies
    assert columns.keys() | supplies > {x.name for x in find_model("feba_expansion").spec.inputs}
    for name, values in posen.curves().items():
        assert [float(row["value"]) for row in curve if row["input"] == name] == values.tolist()
    with Path("runs.csv").open() as handle:
        rows = [row for row in csv.DictReader(handle) if row["option"] == "as-published"]
    assert len(rows) == 500
    for theirs, ours in (
        ("nato_needs_d90", "defender_need"),
        ("pact_needs_d90", "attacker_need"),
        ("nato_loss_d90", "defender_loss"),
        ("pact_loss_d90", "attacker_loss"),
    ):
        np.testing.assert_allclose([float(row[ours]) for row in rows], posen.numbers(table, theirs), rtol=1e-8)
    np.testing.assert_allclose(
        [float(row["defender_frontage"]) for row in rows], inputs["defender_frontage"], rtol=1e-12
    )
    assert {row["status"] for row in rows} == {"ok"}
    assert [float(row["first_shortfall_day"]) <= 90 for row in rows] == [
        x == 1 for x in posen.numbers(table, "ever_shortfall_d90")
    ]


def test_show_says_what_a_study_is(capsys):
    vallum(capsys, "run", "central-europe-1984", "--futures", "64", "--seed", "0", "--out", "s")
    code, out, _ = vallum(capsys, "show", "s")
    assert code == 0
    for words in ("central-europe-1984", "complete", "seed 0", "float32", "digest", "first_shortfall_day"):
        assert words in out


def test_evidence_prints_contested_inputs_first_with_claims_and_sources(capsys):
    code, out, _ = vallum(capsys, "evidence", "central-europe-1984")
    assert code == 0
    assert out.index("defender_frontage") < out.index("front_length") < out.index("Sources")
    assert "tecott-halterman-2021" in out
    assert "p. 116" in out


def test_new_writes_a_case_that_checks_and_runs(capsys):
    code, out, _ = vallum(capsys, "new", "my-frontier")
    assert code == 0
    assert "my-frontier" in out
    assert vallum(capsys, "check", "my-frontier")[0] == 0
    code, out, _ = vallum(capsys, "compare", "my-frontier", "--futures", "64")
    assert code == 0


def test_schema_is_json_schema(capsys):
    code, out, _ = vallum(capsys, "schema", "feba_expansion")
    assert code == 0
    assert json.loads(out)["type"] == "object"


def test_version_names_what_results_depend_on(capsys):
    code, out, _ = vallum(capsys, "version")
    assert code == 0
    assert {"vallum", "jax", "jaxlib", "numpy"} <= {line.split()[0] for line in out.splitlines() if line.strip()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "central-europe-1985"], "central-europe-1984"),
        (
            ["schema", "feba"],
            "no model is called 'feba'; registered: campaign, campaign_epstein, campaign_feba, campaign_lanchester, "
            "campaign_years, crisis, feba_expansion, rivalry, theatre",
        ),
        (["run", "central-europe-1984", "--futures", "none.csv"], "neither a whole number nor a file"),
        (["run", "central-europe-1984", "--futures", "0"], "a study has 1 to"),
        (["run", "central-europe-1984", "--futures", "-5"], "a study has 1 to"),
        (["run", "central-europe-1984", "--seed", "-1"], "whole number from 0"),
        (["run", "central-europe-1984", "--replicates", "3"], "replicates must be 1"),
        (["run", "central-europe-1984", "--design", "halton"], "halton"),
        (["show", "nowhere"], "holds no study"),
        (["frobnicate"], "frobnicate"),
        (["run", "central-europe-1984", "--workers", "-3"], "workers is -3"),
        (["run", "central-europe-1984", "--futures", "64", "--out", "/proc/none"], "/proc/none"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
def test_a_users_error_is_a_message_and_exit_code_2(capsys, arguments, message):
    code, _, err = vallum(capsys, *arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_a_size_that_does_not_fit_the_design_is_rounded_up_and_said(capsys):
    code, out, err = vallum(capsys, "run", "central-europe-1984", "--futures", "1000", "--out", "s")
    assert code == 0
    assert "1,000 futures become 1,024" in err
    assert "3,072 runs" in out


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path):
    command = [sys.executable, "-m", "vallum.cli", "run", "central-europe-1984", "--futures", "4194304", "--out", "s"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    journal = tmp_path / "s" / "journal.jsonl"
    while not journal.exists() and process.poll() is None:
        time.sleep(0.02)
    err = ""
    for _ in range(3):  # Python drops an interrupt that lands in a callback of its own: press again
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            err = process.communicate(timeout=60)[1]
            break
    process.kill()
    assert process.returncode == 130, err
    assert "finish it with --resume" in err
    assert "Traceback" not in err
    assert journal.read_text()


def test_a_broken_case_lists_all_its_faults_and_no_traceback(capsys, tmp_path):
    vallum(capsys, "new", "broken")
    text = Path("broken/case.toml").read_text()
    Path("broken/case.toml").write_text(
        text.replace("[inputs.advance_rate]", "[inputs.advence_rate]") + "\n[unknown]\nx = 1\n"
    )
    code, _, err = vallum(capsys, "check", "broken")
    assert code == 2
    assert "did you mean 'advance_rate'" in err
    assert "unknown" in err
    assert "case.toml:" in err
