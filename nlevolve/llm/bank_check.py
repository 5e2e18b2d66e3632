"""Whether a run could use the sample bank in a folder: looked at before anything is sent."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nlevolve.errors import UsageError
from nlevolve.llm.bank import Notice, lined, locked
from nlevolve.llm.disk import TextTable
from nlevolve.llm.replay_bank import ReplayBank
from nlevolve.llm.silence import said_if_long


def check_bank(folder: Path, *, replay: bool, notice: Notice) -> None:
    """Raises UsageError when a run could not use the bank in this folder. A damaged one passes: the run moves it aside.

    `notice` is told where it has to wait.
    """
    with said_if_long(lambda: notice(locked(folder))):
        _try_bank(folder, replay)


def _try_bank(folder: Path, replay: bool) -> None:
    if replay:
        ReplayBank(folder, lambda text: None)._base.close()
        return
    try:
        TextTable(folder).close()
    except (sqlite3.OperationalError, OSError) as error:
        raise UsageError(f"cannot use the sample bank in {folder}: {lined(error)}; name another --cache-dir") from None
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        pass
