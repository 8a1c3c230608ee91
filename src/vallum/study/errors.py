"""The errors of the study room."""

from __future__ import annotations

from vallum.errors import VallumError


class StudyError(VallumError):
    """A study that cannot be made, continued or read as asked."""
