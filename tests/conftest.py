"""What all tests share: compiled programs; no silent skips where changes are judged, and there the same examples."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("default", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# One folder of compiled programs for a run of the tests and all its processes, which inherit the environment.
MINE = "VALLUM_CACHE" not in os.environ
if MINE:
    os.environ["VALLUM_CACHE"] = tempfile.mkdtemp(prefix="vallum-tests-")
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", f"{os.environ['VALLUM_CACHE']}/programs")

ALLOWED = Path(__file__).parent / "allowed_skips.txt"


def pytest_terminal_summary(terminalreporter):
    """Name the skips that no line of allowed_skips.txt allows."""
    for report in unexpected_skips(terminalreporter):
        terminalreporter.write_line(f"skip not allowed: {report.nodeid}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and not hasattr(session.config, "workerinput") and unexpected_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def unexpected_skips(reporter):
    allowed = {line.split("#")[0].strip() for line in ALLOWED.read_text().splitlines()} - {""}
    return [report for report in reporter.stats.get("skipped", []) if report.nodeid.split("[")[0] not in allowed]


def pytest_unconfigure(config):
    if MINE and not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["VALLUM_CACHE"], ignore_errors=True)
