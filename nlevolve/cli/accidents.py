"""How the command line ends when something goes wrong: in one line, whatever it was. What nobody foresaw leaves a file."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from nlevolve.errors import UsageError
from nlevolve.files import state_folder
from nlevolve.view.text import clean

USAGE, FAILED = 2, 1
"""Exit codes."""
IN_FRONT_OF_A_HOST = re.compile(r"(://)[^/\s@]+@")
LONGEST_LINE = 1_500
"""Characters of the one line."""


def line(text: str) -> str:
    """Text as one line for a terminal: nothing that commands it, no secret, not without end."""
    from nlevolve.llm.keys import Secrets

    told = IN_FRONT_OF_A_HOST.sub(r"\1***@", Secrets().hide(clean(text)))
    return told if len(told) <= LONGEST_LINE else f"{told[: LONGEST_LINE // 2]} … {told[-LONGEST_LINE // 2 :]}"


def check_arguments() -> None:
    """Raises UsageError for an argument that is no UTF-8: files of ours could not name it."""
    for number, argument in enumerate(sys.argv[1:], 1):
        if not argument.isascii():
            try:
                argument.encode()
            except UnicodeEncodeError:
                raise UsageError(f"argument {number} is not UTF-8: {argument[:80]!r}") from None


def explained(error: Exception) -> tuple[int, str]:
    """The exit code, and what to say of an error that no command has said."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return USAGE, f"cannot use {error.filename}: {error.strerror}"
    if isinstance(error, sqlite3.Error):
        return USAGE, f"cannot use the sample bank: {error}; mend that, or name another --cache-dir"
    return FAILED, unexpected(error)


def unexpected(error: Exception) -> str:
    """What to say of an error that nobody foresaw: what it is, and where its traceback is kept.

    Also of one that ends a run: its folder is handed around, and a traceback tells of this machine.
    """
    said = f"{type(error).__name__}: {str(error)[:300]}"
    file = kept(error)
    where = f"the traceback is in {file}: please report it" if file else "its traceback could not be kept anywhere"
    return f"unexpected error ({said}); {where}"


def kept(error: Exception) -> Path | None:
    """The traceback in a file that only its owner reads, without secrets; None where no place can be written."""
    from nlevolve.llm.keys import Secrets
    from nlevolve.version import versions

    told = "".join(traceback.format_exception(error, limit=40))
    text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n{versions()}\nnlevolve {' '.join(map(repr, sys.argv[1:]))}\n\n{told}"
    content = Secrets().hide(text[-200_000:]).encode("utf-8", "backslashreplace")
    for folder in _places():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix=f"traceback-{datetime.now(UTC):%Y%m%d-%H%M%S}-", suffix=".txt", dir=folder)
            with os.fdopen(number, "wb") as file:
                file.write(content)
            return Path(name)
        except (OSError, RuntimeError):
            continue
    return None


def _places() -> list[Path]:
    """The user's state folder, else the system's for what may be lost."""
    try:
        return [state_folder(), Path(tempfile.gettempdir())]
    except RuntimeError:  # nobody's home
        return [Path(tempfile.gettempdir())]
