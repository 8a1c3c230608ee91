"""Where models are found: the entry points of group `vallum.models`.

A model is a module with `spec`, `plan` and `run`. Shipped models and those of
other packages register the same way, in `pyproject.toml`:

    [project.entry-points."vallum.models"]
    feba_expansion = "vallum.models.feba_expansion"
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, Protocol

from vallum.errors import VallumError
from vallum.spec import ModelSpec, Tables

GROUP = "vallum.models"


class Model(Protocol):
    """What the registry finds: a module, or any hashable object, with these three."""

    @property
    def spec(self) -> ModelSpec:
        """The declaration."""
        ...

    @property
    def plan(self) -> Callable[[Tables], Any]:
        """Once a case: tables to the static structure of a run (NumPy)."""
        ...

    @property
    def run(self) -> Callable[..., dict[str, Any]]:
        """One run: (structure, inputs, draws) to outcomes (JAX)."""
        ...


class RegistryError(VallumError):
    """No such model, or one that cannot be loaded."""


def model_names() -> tuple[str, ...]:
    """Names of all registered models, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def find_model(name: str) -> Model:
    """Load the model registered under `name`.

    Raises
    ------
    RegistryError
        If no model has that name, or the package that offers it fails to load.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            try:
                return point.load()
            except Exception as error:
                raise RegistryError(f"model {name!r} ({point.value}) cannot be loaded: {error}") from error
    raise RegistryError(f"no model is called {name!r}; registered: {', '.join(model_names()) or 'none'}")
