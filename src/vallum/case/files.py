"""Reading the text of a case's files, wherever they lie.

A case is a handful of UTF-8 text files. They come from a folder, or from the copies kept
in a result store. What cannot be such a file is named as what it is: missing, a folder,
binary, another encoding, too large, empty.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from vallum.case.faults import CaseError, Fault, did_you_mean

LIMIT = 64 * 2**20
"""Largest file that is read, in bytes."""

_OTHER_UNICODE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_ALIKE = 0.75  # files of a case have like endings, so their names look alike
_BOM = b"\xef\xbb\xbf"


class Shelf:
    """The files of one case, by their name relative to its folder.

    Parameters
    ----------
    source : Path or mapping of str to str
        The folder, or the texts themselves.

    Attributes
    ----------
    texts : dict of str to str
        Every text read so far.
    """

    def __init__(self, source: Path | Mapping[str, str]) -> None:
        self.source = source
        self.texts: dict[str, str] = {}

    def read(self, name: str, faults: list[Fault]) -> str | None:
        """The text of the file called `name`; None, and a fault, where there is none."""
        try:
            if isinstance(self.source, Path):
                text = read_text(self.source / name, name)
            else:
                text = _from_memory(self.source, name)
        except CaseError as error:
            faults.extend(error.faults)
            return None
        self.texts[name] = text
        return text


def inside(name: str) -> bool:
    """Whether a file name stays in the folder it is relative to."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and not set(name) & set("\\:\x00")


def read_text(path: Path, name: str = "") -> str:
    r"""Read one text file.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        How faults call it; its own name where empty.

    Returns
    -------
    str
        The text, without byte order mark, lines ending in ``"\n"``.

    Raises
    ------
    CaseError
        If it is missing, not a file, unreadable, empty, larger than `LIMIT`, or not
        UTF-8 text.
    """
    name = name or path.name
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise CaseError([Fault(name, "a folder stands where a file should be")])
        if not stat.S_ISREG(status.st_mode):
            raise CaseError([Fault(name, "not a regular file")])
        if status.st_size > LIMIT:
            size = f"{status.st_size / 2**20:,.0f} MiB"
            raise CaseError([Fault(name, f"the file has {size}", f"at most {LIMIT // 2**20} MiB")])
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        raise CaseError([_missing(name, _neighbours(path))]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CaseError([Fault(name, f"the file cannot be read: {reason}")]) from error
    return decode(data, name)


def decode(data: bytes, name: str) -> str:
    """Turn the bytes of a file into text; parameters and faults as `read_text`."""
    if data.startswith(_OTHER_UNICODE):
        raise CaseError([Fault(name, "text in UTF-16 or UTF-32", "UTF-8 text", "save as UTF-8")])
    data = data.removeprefix(_BOM)
    if b"\x00" in data:
        line = data.count(b"\n", 0, data.index(b"\x00")) + 1
        raise CaseError([Fault(f"{name}:{line}", "binary data (a NUL byte)", "UTF-8 text")])
    if not data.strip():
        raise CaseError([Fault(name, "the file is empty")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise CaseError([Fault(f"{name}:{line}", found, "UTF-8 text", "save as UTF-8")]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _from_memory(texts: Mapping[str, str], name: str) -> str:
    if name not in texts:
        raise CaseError([_missing(name, list(texts))])
    return decode(texts[name].encode("utf-8", "surrogatepass"), name)


def _missing(name: str, others: list[str]) -> Fault:
    return Fault(name, "no such file", remedy=did_you_mean(name, others, _ALIKE))


def _neighbours(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path.parent))[:1000]
    except (OSError, ValueError):
        return []
