"""A study in the making: what decides it, and how a shard of it is computed."""

from __future__ import annotations

import hashlib
import json
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vallum.case import Case, Superset, compile_case
from vallum.registry import Model
from vallum.study import layout
from vallum.study.designs import Design
from vallum.study.draws import row_noise
from vallum.study.errors import StudyError
from vallum.study.futures import FutureTable
from vallum.study.lanes import ENGINE, Kernel, in_precision, kernel, sweep
from vallum.study.machine import model_digest
from vallum.study.store import Shard

if TYPE_CHECKING:
    from jaxtyping import Float64, Shaped, UInt32

Precision = Literal["float32", "float64"]
PRECISIONS = ("float32", "float64")
MOST_REPLICATES = 2**16
Change = Callable[[dict[str, Any]], dict[str, Any]]
"""From the inputs of some futures (by name: one number a future, or one a future and row, or one a row) to others."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides which runs a study has; with the case and the model, its identity.

    Parameters
    ----------
    design : Design
    replicates : int
        Draws of chance inside each future; 1 for a model without chance.
    dtype : {"float32", "float64"}
    table : str
        Digest of the table of explicit futures, empty without one.

    Raises
    ------
    StudyError
        If there are no replicates or too many, the precision is none, or a design of
        explicit futures comes without its table.
    """

    design: Design
    replicates: int = 1
    dtype: Precision = "float32"
    table: str = ""

    def __post_init__(self) -> None:
        whole("replicates", self.replicates, MOST_REPLICATES)
        if self.dtype not in PRECISIONS:
            raise StudyError(f"no precision is called {self.dtype!r}; choose one of {', '.join(PRECISIONS)}")
        if (self.design.kind == "table") != bool(self.table):
            raise StudyError("a design of explicit futures needs their table, and a table no other design")

    def identity(self, case: Case, model: Model) -> str:
        """SHA-256 of everything that decides the results, the machine apart."""
        parts = [ENGINE, case.digest, model.spec.name, model_digest(model), asdict(self.design)]
        return hashlib.sha256(json.dumps([*parts, self.replicates, self.dtype, self.table]).encode()).hexdigest()


def whole(name: str, number: object, most: int = 2**31) -> int:
    """A count as an int.

    Raises
    ------
    StudyError
        If it is no whole number from 1 to `most`.
    """
    try:
        count = operator.index(number)  # type: ignore[arg-type]
    except TypeError as error:
        raise StudyError(f"{name} is {number!r}: a whole number is needed") from error
    if not 1 <= count <= most:
        raise StudyError(f"{name} is {count}: at least one is needed" if count < 1 else f"{name} is {count}: too many")
    return count


class Work:
    """Everything that computing a shard of a study needs.

    Parameters
    ----------
    case, model, settings
        What the study is of.
    table : FutureTable or None
        Explicit futures.
    fans : bool
        Whether the study keeps fans of series; they decide no run.

    Raises
    ------
    FuturesError
        If `table` does not fit the case.
    """

    def __init__(
        self, case: Case, model: Model, settings: Settings, table: FutureTable | None, fans: bool = True
    ) -> None:
        self.case, self.model, self.settings = case, model, settings
        self.identity = settings.identity(case, model)
        self.superset: Superset = compile_case(case)
        self.given = table.checked(case, self.superset) if table else None
        self.structure: Any = model.plan(self.superset.rows)
        design = settings.design
        self.quantiles: Float64[np.ndarray, "future factor"] = self.superset.correlate(
            design.quantiles(len(self.superset.factors))
        )
        given = tuple(self.given or ())
        found = layout.variables(model.spec, case, self.superset, design.futures, settings.dtype, given)
        self.fans = fans
        self.variables = tuple(x for x in found if fans or x.attributes["role"] not in ("fan", "share"))
        self.sizes = layout.sizes(model.spec, self.superset, design.futures, settings.replicates)

    def alike(self, option: int) -> bool:
        """Whether all runs of an option are the same: nothing uncertain, no chance. One then stands for all."""
        return self.superset.certain(option) and not self.model.spec.streams and not self.given

    def shards(self, size: int) -> Iterator[Shard]:
        """The study cut into pieces of at most `size` futures; an option whose runs are all alike is one piece."""
        futures = self.settings.design.futures
        for option in range(len(self.superset.options)):
            step = futures if self.alike(option) else size
            for start in range(0, futures, step):
                yield Shard(option, start, min(start + step, futures))

    def shard(self, program: Kernel, shard: Shard, pool: Executor) -> dict[str, Shaped[np.ndarray, "..."]]:
        """Every stored array of a shard, outcomes and inputs."""
        futures = np.arange(shard.start, shard.stop, dtype=np.uint32)
        run = futures[:1] if self.alike(shard.option) else futures
        values = self.inputs(shard.option, run)
        blocks = self.outcomes(program, shard.option, values, run, pool) | self._stored_inputs(shard.option, values)
        if len(run) < len(futures):
            blocks = {name: np.repeat(block, len(futures), axis=0) for name, block in blocks.items()}
        return blocks | self._stored_quantiles(shard)

    def series(self, option: int) -> dict[str, Shaped[np.ndarray, "..."]]:
        """The series of some futures of an option, for fans: the first of a design, evenly spread ones of a table."""
        futures = self.settings.design.futures
        count = min(layout.FAN_FUTURES, futures)
        chosen = np.arange(count, dtype=np.uint32)
        if self.settings.design.kind == "table":
            chosen = np.linspace(0, futures - 1, count).astype(np.uint32)
        return self.replay(option, chosen)

    def replay(
        self,
        option: int,
        futures: UInt32[np.ndarray, " future"],
        change: Change | None = None,
        pool: Executor | None = None,
    ) -> dict[str, Shaped[np.ndarray, "future replicate ..."]]:
        """The series of some futures of an option, with the luck of the study; `change` may alter their inputs."""
        values = self.inputs(option, futures)
        program = kernel(self.model, self.settings.dtype, True)
        return self.outcomes(program, option, change(values) if change else values, futures, pool)

    def inputs(
        self, option: int, futures: UInt32[np.ndarray, " future"], names: Collection[str] | None = None
    ) -> dict[str, Shaped[np.ndarray, "..."]]:
        """Every input of some futures, or those of some names, as float64."""

        def noise(name: str, ids: tuple[str, ...]) -> Float64[np.ndarray, "future row"]:
            return row_noise(self.settings.design.seed, futures, name, ids)

        first, last = int(futures[0]), int(futures[-1]) + 1
        take: Any = slice(first, last) if last - first == len(futures) else futures
        given = {name: column[take] for name, column in self.given.items()} if self.given else None
        return self.superset.values(option, self.quantiles[take], noise, given, names)

    def outcomes(
        self,
        program: Kernel,
        option: int,
        values: Mapping[str, Shaped[np.ndarray, "..."]],
        futures: UInt32[np.ndarray, " future"],
        pool: Executor | None,
    ) -> dict[str, Shaped[np.ndarray, "future replicate ..."]]:
        """Run some futures, each in all its replicates."""
        shared = {name: x for name, x in values.items() if self.model.spec.input(name).per and x.ndim == 1}
        shared |= {f"{table}.active": mask[option] for table, mask in self.superset.active.items()}
        own = {name: x for name, x in values.items() if name not in shared}
        replicates = self.settings.replicates
        if replicates > 1:
            own = {name: np.repeat(x, replicates, axis=0) for name, x in own.items()}
        future = np.repeat(futures, replicates)
        replicate = np.tile(np.arange(replicates, dtype=np.uint32), len(futures))
        runs = sweep(program, self.structure, shared, own, self.settings.design.seed, future, replicate, pool)
        return {name: x.reshape(len(futures), replicates, *x.shape[1:]) for name, x in runs.items()}

    def _stored_inputs(
        self, option: int, values: Mapping[str, Shaped[np.ndarray, "..."]]
    ) -> dict[str, Shaped[np.ndarray, " future"]]:
        """The inputs as stored; those that no option changes go with the first option."""
        kept = [x for x in self.variables if x.attributes["role"] == "input" and "future" in x.dims]
        mine = [x for x in kept if x.dims[0] == "option" or option == 0]
        return {x.name: in_precision(values[x.name], np.dtype(x.dtype)) for x in mine}

    def _stored_quantiles(self, shard: Shard) -> dict[str, Shaped[np.ndarray, " future"]]:
        """The quantiles behind inputs per table row; they are no option's own and go with the first."""
        kept = {x.name: x for x in self.variables if x.attributes["role"] == "quantile"}
        if shard.option:
            return {}
        places = {layout.quantile_name(x): place for place, x in enumerate(self.superset.factors)}
        part = self.quantiles[shard.start : shard.stop]
        return {name: in_precision(part[:, places[name]], np.dtype(x.dtype)) for name, x in kept.items()}
