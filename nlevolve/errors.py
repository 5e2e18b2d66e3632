"""The error that a user can mend."""


class UsageError(Exception):
    """Wrong usage, setting, selector or file. The message is one line: what is wrong, where, what to do. Exit code 2."""
