"""The contract between a model and the engine.

A Tier-S model is one module with three names:

`spec`
    its declaration (`vallum.spec.ModelSpec`);
`plan(tables) -> structure`
    called once a case with the rows of every table; returns what is the same in all
    runs: NumPy arrays are traced, everything else is static and recompiles when it
    changes;
`run(structure, inputs, draws) -> outcomes`
    **one** run, written in `jax.numpy`; the engine batches it. `inputs` has a number
    (or, for an input per table, an array with one number a row) under each declared
    name, and for every unordered table T the mask `"T.active"`. It returns every
    declared outcome, and `status` where the model has statuses beyond "ok".

A model draws chance only from `draws`, by the identity of what is drawn for, and
draws whether or not it uses the number: so all options meet the same luck. It
imports JAX inside `plan` and `run`, so that reading a spec never loads JAX.

A Tier-B model says in a fourth name, `LANES`, how many runs it computes at once: a
constant, part of what its bits depend on. Its `run` is written for a block of that many
runs and the run axis comes *last*: `inputs` has arrays (run,) and (row, run), or (row, 1)
where all runs of the block agree, masks (row, 1), and draws for entities of shape (row, 1)
have shape (row, run); outcomes come back as (run,) and (row, run).

`vallum.testing.check_model` checks what can be checked from outside: shapes, bits, statuses,
precision, that rows may change places and that chance follows ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jaxtyping import Array, ArrayLike, Float, Shaped

    Inputs = Mapping[str, Shaped[Array, "..."]]
    Outcomes = dict[str, Shaped[Array, "..."]]


class Draws(Protocol):
    """Chance within a run, addressed by what it is for and never by order.

    Each method takes the name of one of the model's `streams`, the entity drawn for
    (`vallum.keys.entity_key` of its id; 0 where there is only one) and the
    step or attempt, below 2**20. The same address gives the same number in every option.
    """

    def uniform(self, stream: str, entity: ArrayLike = 0, step: ArrayLike = 0) -> Float[Array, "..."]:
        """Numbers in the open interval (0, 1)."""
        ...

    def normal(self, stream: str, entity: ArrayLike = 0, step: ArrayLike = 0) -> Float[Array, "..."]:
        """Standard normal numbers."""
        ...

    def exponential(self, stream: str, entity: ArrayLike = 0, step: ArrayLike = 0) -> Float[Array, "..."]:
        """Exponential numbers of mean one."""
        ...
