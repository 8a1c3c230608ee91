"""After a run: one table of all reality checks that it made, with value, interval, target and source."""

from tests.reality.verdicts import MARK

REPLAY = "test_replay_2022.py"  # reality check 5 prints no line of its own


def pytest_terminal_summary(terminalreporter):
    """Gather the lines that tests printed."""
    outcomes = ("passed", "xfailed", "failed", "xpassed")
    reports = [report for outcome in outcomes for report in terminalreporter.stats.get(outcome, [])]
    lines = sorted({line for report in reports for line in _lines(report) if line})
    if lines:
        terminalreporter.section("reality checks: value [interval]")
        for line in lines:
            terminalreporter.write_line(line.removeprefix(MARK))


def _lines(report):
    if REPLAY in report.nodeid and getattr(report, "when", "") == "call":
        reason, name = getattr(report, "wasxfail", ""), report.nodeid.split("::")[-1]
        return [f"{MARK}5: {name}: {'FAIL' if reason else 'PASS'} {reason}"]
    return [line for line in getattr(report, "capstdout", "").splitlines() if line.startswith(MARK)]
