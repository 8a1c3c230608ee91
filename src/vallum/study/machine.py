"""What a study's bits depend on beside the study itself: engine, libraries, device."""

from __future__ import annotations

import hashlib
import inspect
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from vallum.study.lanes import BLOCKS, LANES

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
    """SHA-256 of the source of a model's module: a model that was edited is another model."""
    module = inspect.getmodule(model.run)
    try:
        source = inspect.getsource(module) if module else repr(model.spec)
    except OSError:
        source = repr(model.spec)
    return hashlib.sha256(source.encode()).hexdigest()
