"""What a study's bits depend on beside the study itself: engine, libraries, device."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.study.lanes import BLOCKS, ENGINE, LANES

if TYPE_CHECKING:
    from vallum.registry import Model


def machine() -> dict[str, Any]:
    """Everything that may change the last bits of a result, by name.

    Resuming a study where any of these differs mixes bits of two kinds.
    """
    import jax

    devices: list[Any] = jax.devices()  # pyright: ignore[reportUnknownVariableType]
    configuration: Any = np.show_config(mode="dicts")
    return {
        "vallum": version("vallum"),
        "engine": ENGINE,
        "lanes": LANES,
        "blocks": BLOCKS,
        "device": f"{devices[0].platform}: {devices[0].device_kind}",
        "architecture": platform.machine(),
        "simd": sorted(configuration.get("SIMD Extensions", {}).get("found", [])),
        "jax": version("jax"),
        "jaxlib": version("jaxlib"),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "xla_flags": os.environ.get("XLA_FLAGS", ""),
    }


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """What differs between two machines, one line each."""
    return [
        f"{key}: {there.get(key)!r} in the study, {here.get(key)!r} here" for key in here if here[key] != there.get(key)
    ]


def model_digest(model: Model) -> str:
    """SHA-256 of a model's code: a model that was edited is another model.

    Covers the compiled code of `plan` and `run`, the source of their modules and of what
    these take from modules beside them, and so on; and the fields of a model that is an object.
    """
    total = hashlib.sha256(repr(model.spec).encode())
    for function in (model.plan, model.run):
        total.update(_code(getattr(function, "__code__", None)))
    for module in _modules(model):
        with suppress(OSError, TypeError):
            total.update(inspect.getsource(module).encode())
    if dataclasses.is_dataclass(model):
        for field in dataclasses.fields(model):
            value: Any = getattr(model, field.name)
            total.update(field.name.encode() + (b"" if callable(value) else repr(value).encode()))
    return total.hexdigest()


def _modules(model: Model) -> list[ModuleType]:
    """The modules of `plan` and `run`, and those of their packages that they use, in the order of names."""
    found: dict[str, ModuleType] = {}
    open_ = [module for x in (model.plan, model.run) if (module := inspect.getmodule(x)) is not None]
    roots = {module.__name__.rpartition(".")[0] for module in open_}
    roots |= {root.rpartition(".")[0] for root in roots}
    homes = tuple(f"{root}." for root in roots if "." in root)  # a whole distribution is no home
    while open_:
        module = open_.pop()
        if module.__name__ in found:
            continue
        found[module.__name__] = module
        for value in list(vars(module).values()):
            name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            if isinstance(name, str) and name.startswith(homes) and name in sys.modules:
                open_.append(sys.modules[name])
    return [found[name] for name in sorted(found)]


def _code(code: CodeType | None) -> bytes:
    """What a function does, without the names and places of its source."""
    if code is None:
        return b""
    constants = [_code(x) if isinstance(x, CodeType) else repr(x).encode() for x in code.co_consts]
    return b"".join((code.co_code, repr(code.co_names).encode(), *constants))
