"""The store of a study: a Zarr group of labelled arrays, and a journal of what is in it.

`FOLDER/study.zarr` opens with plain `xarray.open_zarr`. `FOLDER/journal.jsonl` has one
line a committed shard: where it lies and a checksum of every array in it. A shard counts
only once its line is on disk, so a killed run loses at most what it was computing; on
resuming, shards whose bytes no longer match their line are run again.

This is the one file that touches zarr, which has no complete types.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from vallum.study.errors import StudyError

if TYPE_CHECKING:
    from jaxtyping import Shaped

CHUNK = 262_144
ARRAYS, JOURNAL, LOCK = "study.zarr", "journal.jsonl", "lock"


class StoreError(StudyError):
    """A store that is not there, not ours, damaged or in use."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One array of a study: name, dimensions, dtype and what its attributes say."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shard:
    """The unit of work and of commitment: a range of futures under one option."""

    option: int
    start: int
    stop: int


class Store:
    """A study's arrays and journal on disk; made by `create_store` or `open_store`."""

    def __init__(self, folder: Path, arrays: str = ARRAYS, mode: Literal["r", "r+"] = "r+") -> None:
        self.folder = folder
        self._root = folder / arrays
        self._group: Any = zarr.open_group(self._root, mode=mode)
        self._arrays: dict[str, Any] = {}

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of the study."""
        return dict(self._group.attrs)

    def update_attributes(self, **attributes: Any) -> None:
        """Add or replace attributes of the study."""
        self._group.attrs.update(attributes)

    def _array(self, name: str) -> Any:
        if name not in self._arrays:
            self._arrays[name] = self._group[name]
        return self._arrays[name]

    def finish(self, **attributes: Any) -> None:
        """Mark the study as complete, and gather all metadata in one place so that it opens quickly."""
        self.update_attributes(complete=True, **attributes)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
            zarr.consolidate_metadata(self._root)

    def has(self, name: str) -> bool:
        """Whether there is an array of that name."""
        return name in self._group

    def dims(self, name: str) -> tuple[str, ...]:
        """The dimensions of an array."""
        return tuple(self._array(name).metadata.dimension_names)

    def shape(self, name: str) -> tuple[int, ...]:
        """The lengths of an array's dimensions."""
        return tuple(self._array(name).shape)

    def write(self, name: str, region: tuple[int | slice, ...], block: Shaped[np.ndarray, "..."]) -> None:
        """Put a block into an array."""
        self._array(name)[region] = block

    def replace(self, shard: Shard, name: str, block: Shaped[np.ndarray, "..."]) -> None:
        """Put a shard into an array, whatever lies there: a file torn by a crash would be read before it is written."""
        for path in self._files(shard, name):
            path.unlink(missing_ok=True)
        self.write(name, self.region(name, shard), block)

    def _files(self, shard: Shard, name: str) -> Iterator[Path]:
        """The files that hold a shard of an array, and nothing else."""
        array = self._array(name)
        lengths: tuple[int, ...] = array.shards or array.chunks
        futures = self.dims(name).index("future")
        length = lengths[futures]
        if shard.start % length:
            raise StoreError(f"{self.folder}: shards of {length:,} futures cannot begin at future {shard.start:,}")
        for place in range(shard.start // length, -(-shard.stop // length)):
            key = [0] * len(lengths)
            key[0], key[futures] = (shard.option, place) if futures else (place, place)
            yield self._root / name / array.metadata.encode_chunk_key(tuple(key))

    def missing(self) -> list[str]:
        """Files that the journal names and that are not there, in the order of the journal."""
        return [
            str(path.relative_to(self.folder))
            for shard, entry in self.committed().items()
            for name in entry["checksums"]
            if name not in entry.get("empty", ())  # nothing but the fill value: Zarr writes no file
            for path in (self._files(shard, name) if self.has(name) else [self._root / name])
            if not path.exists()
        ]

    def read(self, name: str, region: tuple[int | slice, ...] = (slice(None),)) -> Shaped[np.ndarray, "..."]:
        """Take a block out of an array."""
        return np.asarray(self._array(name)[region])

    def region(self, name: str, shard: Shard) -> tuple[int | slice, ...]:
        """Where a shard lies in an array with dimensions (option, future, ...) or (future, ...)."""
        futures = slice(shard.start, shard.stop)
        return (shard.option, futures) if self.dims(name)[0] == "option" else (futures,)

    def commit(self, shard: Shard, blocks: Mapping[str, Shaped[np.ndarray, "..."]]) -> None:
        """Enter a written shard into the journal, with its checksums."""
        line = {
            "option": shard.option,
            "start": shard.start,
            "stop": shard.stop,
            "checksums": {name: checksum(block) for name, block in sorted(blocks.items())},
            "empty": [name for name in sorted(blocks) if not all(path.exists() for path in self._files(shard, name))],
        }
        path = self.folder / JOURNAL
        torn = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as journal:
            journal.write("\n" * torn + json.dumps(line) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    def committed(self) -> dict[Shard, dict[str, Any]]:
        """The journal: its line for every committed shard. A torn last line does not count."""
        entries: dict[Shard, dict[str, Any]] = {}
        path = self.folder / JOURNAL
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        for line in lines:
            try:
                entry: dict[str, Any] = json.loads(line)
                shard = Shard(int(entry["option"]), int(entry["start"]), int(entry["stop"]))
                if "status" in entry["checksums"]:
                    entries[shard] = entry
            except (ValueError, KeyError, TypeError):
                continue
        return entries

    def intact(self, shard: Shard, entry: Mapping[str, Any]) -> dict[str, Shaped[np.ndarray, "..."]] | None:
        """The arrays of a shard, or None where they are not what the journal says."""
        try:
            blocks = {name: self.read(name, self.region(name, shard)) for name in entry["checksums"]}
        except Exception:
            return None
        return blocks if all(checksum(x) == entry["checksums"][name] for name, x in blocks.items()) else None


def checksum(block: Shaped[np.ndarray, "..."]) -> str:
    """CRC-32 of an array's bytes in C order."""
    return f"{zlib.crc32(np.ascontiguousarray(block).data):08x}"


def create_store(
    folder: Path,
    variables: Sequence[Variable],
    sizes: Mapping[str, int],
    shard: int,
    attributes: Mapping[str, Any],
    fill: Callable[[Store], None],
) -> Store:
    """Make a store; it is there with its coordinates, or not at all.

    Parameters
    ----------
    folder : Path
        Must not hold a study yet.
    variables : sequence of Variable
    sizes : mapping
        Length of every dimension.
    shard : int
        Futures in a shard; a shard is one file an array.
    attributes : mapping
        Attributes of the study, ready for JSON.
    fill : function
        Writes what does not come by shards.

    Raises
    ------
    StoreError
        If the folder holds a study.
    """
    if (folder / ARRAYS).exists():
        raise StoreError(f"{folder} already holds a study; resume it, overwrite it or choose another folder")
    unfinished = folder / (ARRAYS + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    group = zarr.create_group(unfinished, zarr_format=3, attributes=dict(attributes))
    for variable in variables:
        by_shard = "future" in variable.dims and variable.name != "scramble"
        shards = tuple(min(shard, sizes[dim]) if dim == "future" else _alone(dim, sizes) for dim in variable.dims)
        chunks = tuple(
            _chunk(length) if dim == "future" else length for dim, length in zip(variable.dims, shards, strict=True)
        )
        group.create_array(
            variable.name,
            shape=tuple(sizes[dim] for dim in variable.dims),
            dtype=variable.dtype,
            chunks=chunks,
            shards=shards if by_shard and chunks != shards else None,  # a shard of one chunk is a file as it is
            compressors=ZstdCodec(level=1),
            fill_value=np.nan if variable.dtype.startswith("float") else 0,
            dimension_names=variable.dims,
            attributes=dict(variable.attributes),
        )
    fill(Store(folder, unfinished.name))
    unfinished.rename(folder / ARRAYS)
    return Store(folder)


def _alone(dim: str, sizes: Mapping[str, int]) -> int:
    return 1 if dim == "option" else max(sizes[dim], 1)


def _chunk(shard: int) -> int:
    """The longest part of a shard that is no longer than CHUNK and divides it; the shard itself where none does."""
    parts = -(-shard // CHUNK)
    return shard // parts if shard % parts == 0 else shard


def open_store(folder: Path, mode: Literal["r", "r+"] = "r+") -> Store:
    """Open a store that `create_store` made.

    Raises
    ------
    StoreError
        If there is none, or it is not one of Vallum's.
    """
    if not (folder / ARRAYS / "zarr.json").is_file():
        raise StoreError(f"{folder} holds no study ({ARRAYS}/zarr.json is missing)")
    try:
        store = Store(folder, mode=mode)
        ours = {"vallum", "identity", "complete", "settings"} <= store.attributes.keys()
    except Exception as error:
        raise StoreError(f"{folder / ARRAYS} cannot be read: {error}") from error
    if not ours:
        raise StoreError(f"{folder / ARRAYS} is a Zarr group, but not a study of Vallum's")
    return store


@contextmanager
def sole_writer(folder: Path) -> Generator[None]:
    """Hold a folder against other writers; the system lets go of it when the process ends.

    Raises
    ------
    StoreError
        If another process is writing there, or nobody can.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / LOCK).open("a")
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror or error}") from error
    with handle:
        try:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows: no advisory lock; the journal still keeps results apart by shard
            pass
        except OSError as error:
            raise StoreError(f"another process is writing to {folder}; wait for it or choose another folder") from error
        yield
