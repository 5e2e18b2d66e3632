"""Runs commands with a recorder that cannot be switched off: what they open to write, where they connect, what they start.

`python recorder.py LOG COMMAND…`, each command one argument: a line of JSON for each event that Python's audit hooks tell of.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
_log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _named(path: str) -> str:
    """Where the name itself lies: what is moved or removed is a link, not what it points to."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if not (isinstance(flags, int) and flags & _WRITING and isinstance(path, str | bytes | os.PathLike)):
            return
        told: object = os.path.realpath(os.fsdecode(path))
    elif event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"):
        told = [_named(os.fsdecode(one)) for one in arguments if isinstance(one, str | bytes | os.PathLike)]
    elif event == "sqlite3.connect":
        told = os.path.realpath(os.fsdecode(arguments[0])) if isinstance(arguments[0], str | bytes) else repr(arguments[0])
    elif event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        told = repr(arguments)
    else:
        return
    os.write(_log, (json.dumps([event, told]) + "\n").encode())


sys.addaudithook(_record)
_commands = sys.argv[2:]

from nlevolve.cli import main  # noqa: E402

for _command in _commands:
    sys.argv[:] = ["nlevolve", *_command.split()]
    try:
        main()
    except SystemExit:
        continue
