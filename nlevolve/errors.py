"""Errors that a user can mend, each told in one line: what is wrong, where, what to do."""

from __future__ import annotations

import sys


class UsageError(Exception):
    """Wrong usage, setting, selector or file; nothing was sent. Exit code 2."""


class NoSuchOption(UsageError, TypeError):
    """A keyword that a function does not take: a TypeError, as of any function, and told as all that a user can mend."""


class BankFailed(UsageError):
    """The sample bank cannot be read or written any longer. In the middle of a run the exit code is 1: resume it."""


class BudgetFileFailed(UsageError):
    """The file of a shared budget cannot be read or written. In the middle of a run the exit code is 1: resume it."""


class HubFailed(UsageError):
    """The hub refuses us, or cannot go on. In the middle of a run the exit code is 1: resume it."""


class HubGone(HubFailed):
    """Nobody answered at the hub's address for as long as one waits. The exit code is 4, as for a provider: start it, resume."""


def refuse_windows() -> None:
    """Raise UsageError on Windows: signals, terminals and files are handled as POSIX has them, and nobody has tried otherwise."""
    if sys.platform == "win32":
        raise UsageError("nlevolve does not run on Windows itself: use it in WSL, the Windows Subsystem for Linux")
