"""What is wrong with a case, said to the person who wrote it.

A fault names the place, what stands there, what may stand there, and the closest known
name. Everything in this room that goes wrong ends in one `CaseError` with all faults.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from vallum.errors import VallumError

_SHOWN_FAULTS = 50
_SHOWN_NAMES = 12
_PLACE = re.compile(r"^([^:\s]+):(\d+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend.

    Parameters
    ----------
    where : str
        File, line and key: ``case.toml:41 inputs.advence_rate``.
    found : str
        What is wrong with what stands there.
    allowed : str
        What may stand there; empty where `found` says it all.
    remedy : str
        What to do, for instance the closest known name.

    Examples
    --------
    >>> print(Fault("case.toml:3 titel", "unknown key", "title, name", did_you_mean("titel", ["title", "name"])))
    case.toml:3 titel: unknown key; allowed: title, name; did you mean 'title'?
    """

    where: str
    found: str
    allowed: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        parts = [self.found, f"allowed: {self.allowed}" if self.allowed else "", self.remedy]
        return f"{self.where}: " + "; ".join(part for part in parts if part)


class CaseError(VallumError):
    """A case that cannot be read, or says something impossible.

    Parameters
    ----------
    faults : iterable of Fault
        All that was found; listed by file and line, each once.
    subject : str
        What has the faults: usually the name of the case.

    Attributes
    ----------
    faults : tuple of Fault
        As above, in the order of the message.
    """

    def __init__(self, faults: Iterable[Fault], subject: str = "") -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(dict.fromkeys(faults), key=_place))
        self.subject = subject
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        lines = [f"{subject}: {count}" if subject else count]
        lines += [f"  {fault}" for fault in self.faults[:_SHOWN_FAULTS]]
        if len(self.faults) > _SHOWN_FAULTS:
            lines.append(f"  and {len(self.faults) - _SHOWN_FAULTS} more")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return CaseError, (self.faults, self.subject)


def _place(fault: Fault) -> tuple[bool, str, int]:
    match = _PLACE.match(fault.where)
    file, line = (match[1], int(match[2])) if match else (fault.where.split(" ")[0], 0)
    return (file != "case.toml", file, line)


def closest(name: str, allowed: Collection[str], alike: float = 0.6) -> str:
    """The allowed name most like `name`; empty where none is `alike` enough, on a scale of 0 to 1."""
    known = {candidate.lower(): candidate for candidate in allowed}
    near = difflib.get_close_matches(name[:80].lower(), known, n=1, cutoff=alike)
    return known[near[0]] if near else ""


def did_you_mean(name: str, allowed: Collection[str], alike: float = 0.6) -> str:
    """The question "did you mean 'x'?", or nothing where no name is near."""
    near = closest(name, allowed, alike)
    return f"did you mean {near!r}?" if near else ""


def listed(names: Iterable[str]) -> str:
    """Names in one line, cut after a dozen."""
    everything = list(names)
    if not everything:
        return "none"
    rest = len(everything) - _SHOWN_NAMES
    return ", ".join(everything[:_SHOWN_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def shown(value: object) -> str:
    """What was found, as text of at most 60 characters."""
    text = value if isinstance(value, str) else repr(value)
    text = repr(text) if isinstance(value, str) else text
    return text if len(text) <= 60 else f"{text[:57]}..."
