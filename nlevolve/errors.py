"""Errors that a user can mend, each told in one line: what is wrong, where, what to do."""


class UsageError(Exception):
    """Wrong usage, setting, selector or file; nothing was sent. Exit code 2."""


class BankFailed(UsageError):
    """The sample bank cannot be read or written any longer. In the middle of a run the exit code is 1: resume it."""
