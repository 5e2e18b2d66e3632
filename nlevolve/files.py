"""Files in a folder that a stranger may have filled: plain ones alone are opened, and no link there is followed.

The folder itself may be reached through links: whoever runs nlevolve has named it. All of these raise OSError, in words for
people.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

LARGEST_SETTINGS = 1_000_000
"""Bytes of a preset, a sweep, prices, `.env`: what is larger is none, and would take a minute to be read as TOML."""
_SAFELY = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""A pipe in the place of a file must not make us wait for its other end."""
_WRITING = os.O_WRONLY | os.O_RDWR
_A_LINK = "it is a link, and links are not followed here: put the file itself in its place"


def opened(path: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of the plain file of this name. To be written in place, the file must have no other name (a hard link)."""
    try:
        number = os.open(path, flags | _SAFELY, 0o644)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK) and path.is_symlink():
            raise OSError(errno.ELOOP, _A_LINK, str(path)) from None
        raise
    try:
        _require_plain(path, os.fstat(number), bool(flags & _WRITING))
    except OSError:
        os.close(number)
        raise
    return number


def read(path: Path) -> bytes:
    """What the file of this name holds."""
    with open(opened(path), "rb") as file:
        return file.read()


def read_settings(path: Path, largest: int = LARGEST_SETTINGS) -> str:
    """The text of a file of settings, or the like, that somebody named, perhaps a link, and somebody else wrote: no pipe, and not
    without end.

    Raises OSError, and UnicodeDecodeError.
    """
    with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        _require_plain(path, os.fstat(file.fileno()), writing=False)
        data = file.read(largest + 1)
    if len(data) > largest:
        raise OSError(errno.EFBIG, f"it has more than {largest:,} bytes", str(path))
    return data.decode("utf-8-sig")


def check_plain(path: Path) -> None:
    """That a library may open the file of this name to write it: it is none yet, or a plain one without another name."""
    with contextlib.suppress(FileNotFoundError):
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            raise OSError(errno.ELOOP, _A_LINK, str(path))
        _require_plain(path, found, writing=True)


def replace(path: Path, content: str | bytes) -> None:
    """Put a file in the place of whatever has this name, whole and on disk; a link there goes, what it points to stays."""
    part = path.with_name(path.name + ".part")
    with contextlib.suppress(FileNotFoundError):
        part.unlink()
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with open(number, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def state_folder() -> Path:
    """Where this program keeps what is to outlast a run, for this user alone (XDG). Raises RuntimeError without a home."""
    named = os.environ.get("XDG_STATE_HOME", "")
    return (Path(named) if named.startswith("/") else Path.home() / ".local" / "state") / "nlevolve"


def subfolder(folder: Path, *names: str) -> Path:
    """The folder below this one, made if it is not there; no step of the way is a link."""
    for name in names:
        folder = folder / name
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise OSError(errno.ENOTDIR, "it is a link or a file where a folder has to be: remove it", str(folder))
    return folder


def _require_plain(path: Path, found: os.stat_result, writing: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    if writing and found.st_nlink > 1:
        raise OSError(errno.EMLINK, "it has another name elsewhere (a hard link): put a copy in its place", str(path))
