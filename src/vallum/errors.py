"""The one family of errors that a user of Vallum meets."""

from __future__ import annotations


class VallumError(Exception):
    """Something a person can mend: the message says what, where, and how.

    Every room has one subclass; the command line prints the message without a
    traceback and exits with code 2.
    """
