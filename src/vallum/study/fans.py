"""Fans: how a series runs over the futures, day by day.

Series are not stored for every run. A study keeps quantiles of each, over its first
futures (which every design fills evenly), and any run can be replayed by its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vallum.study.layout import FAN_QUANTILES
from vallum.study.store import Store

if TYPE_CHECKING:
    from jaxtyping import Float64, Shaped

    from vallum.registry import Model


def write_fans(
    store: Store, model: Model, series: Sequence[Mapping[str, Shaped[np.ndarray, "future replicate row"]]]
) -> None:
    """Summarise the series of every option and store them; runs with a bad status do not count."""
    for place, runs in enumerate(series):
        good = runs["status"] == 0
        for outcome in model.spec.series:
            block = runs[outcome.name][good]
            block = block[:, : store.shape(outcome.name)[-1]]  # rows of padding stand last
            if outcome.kind == "flag":
                share = block.mean(axis=0) if len(block) else np.full(block.shape[1:], np.nan)
                store.write(outcome.name, (place,), share)
            elif model.spec.table(outcome.per).ordered:
                store.write(outcome.name, (place,), fan(block))
            else:
                store.write(outcome.name, (place,), row_fan(block))


def fan(block: Shaped[np.ndarray, "run day"]) -> Float64[np.ndarray, "quantile day"]:
    """Quantiles over runs, NaN on days on which the series has no value."""
    quantiles = np.full((len(FAN_QUANTILES), block.shape[1]), np.nan)
    defined = ~np.isnan(block).any(axis=0) if len(block) else np.zeros(block.shape[1], bool)
    if defined.any():
        quantiles[:, defined] = np.quantile(block[:, defined].astype(np.float64), FAN_QUANTILES, axis=0)
    return quantiles


def row_fan(block: Shaped[np.ndarray, "run row"]) -> Float64[np.ndarray, "quantile row"]:
    """Quantiles of each row over the runs in which it has a value; NaN where none has.

    They are values that occurred, never means of two: "not at all" (infinity) is one of them.
    """
    ordered = np.sort(block.astype(np.float64), axis=0)  # NaN last
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    places = np.ceil(np.asarray(FAN_QUANTILES)[:, None] * known).astype(np.int64) - 1
    if not len(block):
        return np.full((len(FAN_QUANTILES), block.shape[1]), np.nan)
    return np.take_along_axis(ordered, np.clip(places, 0, len(block) - 1), axis=0)
