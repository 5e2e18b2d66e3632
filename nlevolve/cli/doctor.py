"""nlevolve doctor: what of the surroundings may trouble a run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.view.door import console, say

LOW_DISK = 1_000_000_000
"""Bytes."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `bad`: a run would fail of it."""

    what: str
    says: str
    bad: bool = False


@app.command()
def doctor(runs_dir: options.RunsDir = options.RUNS, cache_dir: options.CacheDir = options.CACHE) -> int:
    """Look at Python, packages, keys, sample bank, disk and terminal; exit code 1 where a run would fail."""
    found = [*_program(), *_keys(), *_bank(cache_dir), *_places(runs_dir, cache_dir), *_terminal()]
    wide = max(len(one.what) for one in found)
    for one in found:
        say(f"{'✗' if one.bad else '·'} {one.what:<{wide}}  {one.says}")
    return int(any(one.bad for one in found))


def _program() -> Iterator[Finding]:
    from nlevolve.version import PACKAGES, versions

    found = versions()
    yield Finding("nlevolve", f"{found.pop('nlevolve')}, Python {found.pop('python')} at {sys.executable}")
    lacking = [package for package in PACKAGES if package not in found]
    told = ", ".join(f"{package} {version}" for package, version in found.items())
    yield Finding("packages", f"{told}; missing: {', '.join(lacking)}" if lacking else told, bad=bool(lacking))


def _keys() -> Iterator[Finding]:
    """Names alone: a key is shown nowhere."""
    from nlevolve.llm.keys import fault_of, there

    try:
        found = there(Path())
    except UsageError as error:
        yield Finding(".env", str(error), bad=True)
        return
    yield Finding("keys", ", ".join(found) or "none: the embedded models need none (README.md names those of the providers)")
    for name, value in found.items():
        if fault := fault_of(value):
            yield Finding("key", f"{name} cannot be one, it has {fault}: set it anew, in the environment or in .env", bad=True)


def _bank(cache_dir: Path) -> Iterator[Finding]:
    from nlevolve.llm.bank_check import check_bank
    from nlevolve.llm.disk import FILE
    from nlevolve.view.door import complain

    file = cache_dir / FILE
    if not file.exists():
        yield Finding("sample bank", f"none in {cache_dir} yet")
        return
    try:
        # as a replay reads it: whoever looks changes nothing
        check_bank(cache_dir, replay=True, notice=complain)
    except UsageError as error:
        yield Finding("sample bank", str(error), bad=True)
    else:
        yield Finding("sample bank", f"{cache_dir}, {file.stat().st_size / 1e6:.1f} MB")


def _places(runs_dir: Path, cache_dir: Path) -> Iterator[Finding]:
    for what, folder in (("runs", runs_dir), ("cache", cache_dir)):
        there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            yield Finding(f"{what} folder", f"{folder} cannot be written", bad=True)
            continue
        free = shutil.disk_usage(there).free
        low = ": little, runs and bank grow" if free < LOW_DISK else ""
        yield Finding(f"{what} folder", f"{folder}, {free / 1e9:.1f} GB free{low}")


def _terminal() -> Iterator[Finding]:
    screen = console()
    encoding = sys.stdout.encoding or "?"
    if not screen.is_terminal:
        yield Finding("terminal", f"stdout is none: plain lines in place of the dashboard; {encoding}")
        return
    drawn = "the dashboard is drawn" if not screen.is_dumb_terminal else "too plain for the dashboard: lines"
    yield Finding("terminal", f"{os.environ.get('TERM', '?')}, {screen.width}×{screen.height}, {encoding}; {drawn}")
