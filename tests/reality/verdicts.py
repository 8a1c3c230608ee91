"""Lines of the record of reality checks; `conftest.py` gathers them from what tests print."""

import numpy as np

MARK = "reality check "


def judge(check, what, value, low, high, target, source):
    """Print a line: value, interval, target, source; returns whether the value is inside the target."""
    passed = bool(target[0] <= value <= target[1])
    tell(check, what, (value, low, high), f"{number(target[0])} to {number(target[1])}", source, passed)
    return passed


def holds(check, what, median, low, high, recorded, source):
    """Print a line on a prediction; returns whether its interval holds what is recorded."""
    passed = bool(low <= recorded <= high)
    tell(check, what, (median, low, high), f"holds {number(recorded)}", source, passed)
    return passed


def tell(check, what, values, target, source, passed):
    """Print a line; `passed` is None for what is shown beside and not tested."""
    value, low, high = map(number, values)
    verdict = {True: "PASS", False: "FAIL", None: "not tested"}[passed]
    print(f"{MARK}{check}: {what:78s} {value:>8s} {f'[{low}, {high}]':20s} target {target:18s} {verdict:10s} {source}")


def number(value):
    """A number of the size it has."""
    return f"{value:.0f}" if 1000 <= abs(value) < float("inf") else f"{value:.3g}"


def share(flags):
    """A share of independent futures with its 95 % interval (Wilson)."""
    flags = np.asarray(flags, bool)
    n, p, z = len(flags), flags.mean(), 1.96
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return float(p), float((middle - half) / (1 + z * z / n)), float((middle + half) / (1 + z * z / n))
