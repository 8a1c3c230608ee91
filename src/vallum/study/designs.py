"""Designs: which futures are run, as quantiles of every uncertain input.

A future is one point of the unit cube, one coordinate a factor. The designs differ in
how evenly they fill it and in what their spread can say about their own error:

sobol
    16 independent scrambles (Owen 1997; Matousek 1998) of the Sobol' sequence. Future f
    is point f // 16 of scramble f % 16, so that any shorter study is a prefix of a
    longer one. Needs 16 * 2**m futures.
latin-hypercube
    16 independent Latin hypercubes, interleaved likewise. Needs a multiple of 16.
monte-carlo
    Independent futures.
table
    Explicit futures, given by the analyst: no sample of anything, so no sampling error.
"""

from __future__ import annotations

import operator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import qmc

from vallum.study.errors import StudyError

if TYPE_CHECKING:
    from jaxtyping import Float64, Int32

DesignKind = Literal["sobol", "latin-hypercube", "monte-carlo", "table"]
DESIGNS: tuple[DesignKind, ...] = ("sobol", "latin-hypercube", "monte-carlo", "table")
SCRAMBLES = 16
MOST_FUTURES = 2**26


class DesignError(StudyError):
    """A design that cannot be made: too few, too many, an unknown kind."""


@dataclass(frozen=True, slots=True)
class Design:
    """A design and its size.

    Parameters
    ----------
    kind : {"sobol", "latin-hypercube", "monte-carlo", "table"}
    futures : int
    seed : int
        Any whole number from 0 to 2**64 - 1; 0 is a seed.

    Raises
    ------
    DesignError
        If the kind is unknown or the size does not fit it.
    """

    kind: DesignKind
    futures: int
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("futures", "seed"):
            try:
                object.__setattr__(self, name, operator.index(getattr(self, name)))
            except TypeError as error:
                raise DesignError(f"{name} is {getattr(self, name)!r}: a whole number is needed") from error
        if self.kind not in DESIGNS:
            raise DesignError(f"no design is called {self.kind!r}; choose one of {', '.join(DESIGNS)}")
        if not 1 <= self.futures <= MOST_FUTURES:
            raise DesignError(f"{self.futures:,} futures: a study has 1 to {MOST_FUTURES:,}")
        if not 0 <= self.seed < 2**64:
            raise DesignError(f"seed {self.seed} is not a whole number from 0 to 2**64 - 1")
        fitting = fitting_size(self.kind, self.futures)
        if fitting != self.futures:
            raise DesignError(
                f"a {self.kind} design cannot have {self.futures:,} futures; the next that fits is {fitting:,}"
            )

    @property
    def scrambles(self) -> int:
        """Number of independent randomisations, 0 where the design has none."""
        return SCRAMBLES if self.kind in ("sobol", "latin-hypercube") else 0

    def scramble(self) -> Int32[np.ndarray, " future"]:
        """The randomisation that each future belongs to; every future its own in Monte Carlo."""
        ids = np.arange(self.futures, dtype=np.int32)
        return ids % SCRAMBLES if self.scrambles else ids

    def quantiles(self, factors: int) -> Float64[np.ndarray, "future factor"]:
        """The futures as points of the open unit cube; 0.5 throughout for a table.

        Columns are contiguous in memory. The first columns do not depend on how many
        follow only in a Monte Carlo design.
        """
        columns = np.full((max(factors, 1), self.futures), 0.5)
        if self.kind == "monte-carlo":
            for factor in range(factors):
                columns[factor] = _open(self._generator(factor).random(self.futures))
        elif self.kind != "table" and factors:
            points = self.futures // SCRAMBLES

            def fill(scramble: int) -> None:
                columns[:, scramble::SCRAMBLES] = self._block(scramble, points, factors).T

            with ThreadPoolExecutor() as pool:
                list(pool.map(fill, range(SCRAMBLES)))
        return columns[:factors].T

    def _block(self, scramble: int, points: int, factors: int) -> Float64[np.ndarray, "point factor"]:
        rng = self._generator(scramble)
        if self.kind == "latin-hypercube":
            return _open(qmc.LatinHypercube(factors, rng=rng).random(points))
        # Points are multiples of 2**-32; half a step keeps them off 0, where a quantile may be infinite.
        return qmc.Sobol(factors, scramble=True, bits=32, rng=rng).random(points) + 2.0**-33

    def _generator(self, part: int) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(part,))))


def fitting_size(kind: DesignKind, futures: int) -> int:
    """The smallest number of futures, at least `futures`, that the design can have.

    Examples
    --------
    >>> fitting_size("sobol", 10_000)
    16384
    >>> fitting_size("monte-carlo", 10_000)
    10000
    """
    points = -(-futures // SCRAMBLES)
    if kind == "sobol":
        return SCRAMBLES * 2 ** (points - 1).bit_length()
    return SCRAMBLES * points if kind == "latin-hypercube" else futures


def _open(points: Float64[np.ndarray, ...]) -> Float64[np.ndarray, ...]:
    """Keep points off 0; NumPy's generators never give 1."""
    return np.maximum(points, 2.0**-54)
