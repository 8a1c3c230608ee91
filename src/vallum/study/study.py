"""A study on disk, for reading."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vallum.case import Case, load_case_text
from vallum.study.store import ARRAYS, Shard, Store, open_store

if TYPE_CHECKING:
    import xarray as xr

    from vallum.registry import Model


class Study:
    """A study that `run_study` made.

    Parameters
    ----------
    folder : path
        The folder that holds `study.zarr`, or that store itself.

    Raises
    ------
    StoreError
        If there is no study.

    Attributes
    ----------
    folder : Path
    """

    def __init__(self, folder: Path | str) -> None:
        path = Path(folder)
        self.folder = path.parent if path.name == ARRAYS else path
        self._store: Store = open_store(self.folder, mode="r")

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """What the study says of itself: case, model, design, seed, versions, machine, digest."""
        return self._store.attributes

    @property
    def complete(self) -> bool:
        """Whether every shard is there."""
        return bool(self.attributes["complete"])

    def missing(self) -> list[str]:
        """Files of the study that are gone; empty where all is there."""
        return self._store.missing()

    def verify(self) -> list[Shard]:
        """Shards whose bytes are not those that were written, by their checksums; reads everything."""
        return [shard for shard, entry in self._store.committed().items() if self._store.intact(shard, entry) is None]

    @property
    def digest(self) -> str:
        """SHA-256 of identity and arrays: equal digests, equal bits. Empty while incomplete."""
        return str(self.attributes.get("digest", ""))

    @cached_property
    def data(self) -> xr.Dataset:
        """The arrays, labelled, read from disk as they are used."""
        import xarray as xr  # half a second that a run of many futures need not wait for

        return xr.open_zarr(self.folder / ARRAYS, consolidated=False, chunks=None)

    def names(self, role: str) -> tuple[str, ...]:
        """Variables with a role (outcome, input, quantile, fan, share), in declared order."""
        declared: list[str] = self.attributes["order"]
        return tuple(name for name in declared if self.data[name].attrs["role"] == role)

    def case(self, model: Model | None = None) -> Case:
        """The case as it was when the study was run, read from the store."""
        return load_case_text(self.attributes["case_files"], model=model)

    def __repr__(self) -> str:
        state = "complete" if self.complete else "unfinished"
        about = self.attributes
        return (
            f"<Study of {about['case_name']}: {about['runs']:,} runs, {about['design']}, seed {about['seed']}, {state}>"
        )
