"""What only a file names is asked about on a terminal, and otherwise refused; what is in use is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO, TypeVar

from nlevolve.llm.keys import ignored_in
from nlevolve.options import Places
from nlevolve.run.trust import Named, Unconfirmed, confirm
from nlevolve.view.door import complain, put, say

Made = TypeVar("Made")


def confirmed(make: Callable[[], Made], *, env_file: bool = True) -> Made:
    """What `make` makes; where that needs a yes and somebody is there, it is asked for, once for all that is named.

    `env_file`: it may take keys from `.env`, so what else stands there is told.
    Raises Unconfirmed where the answer is no, or nobody is there.
    """
    if env_file and (ignored := ignored_in(Path())):
        names = ", ".join(ascii(name)[1:-1] for name in ignored[:9])
        complain(f".env sets keys and addresses of providers and nothing else; ignored: {names}")
    try:
        return make()
    except Unconfirmed as found:
        if not _says_yes(found.items):
            raise
        confirm(found.items)
    return make()


def tell(items: Iterable[Named], stream: TextIO | None = None) -> None:
    """Say which addresses, headers and prompts are in use."""
    for item in items:
        say(f"  with {item}", stream=stream)


def bank_of(config: Mapping[str, Any], *, copied: bool = False) -> Path:
    """The sample bank of a recorded run: a bank that is there, or one below the working folder; else that of the working folder.

    `copied`: the run may be a copy, to be looked at or told again by what was imported here, so that a bank elsewhere is said.

    A run that came from elsewhere must not have a folder made, or another program's database opened, wherever it says.
    """
    from nlevolve.llm.replay_bank import is_bank

    recorded, own = Path(str(config["cache_dir"])).resolve(), Path(Places().cache_dir)
    here = recorded.is_relative_to(Path.cwd().resolve())
    if here or is_bank(recorded):
        if copied and not here:
            complain(elsewhere(recorded))
        return recorded
    complain(f"the run's sample bank {ascii(str(recorded))[1:-1]} is not here: {own} is used instead")
    return own


def elsewhere(bank: Path) -> str:
    """That a run's replies are read where it was made, and not here."""
    return f"replies are read from {ascii(str(bank))[1:-1]}, where the run was made; --cache-dir names another sample bank"


def _says_yes(items: Iterable[Named]) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    say("Nobody has chosen this on this machine. A received run, preset, sweep or .env names it:", stream=sys.stderr)
    tell(items, sys.stderr)
    put("Use it, now and from now on? [y/N] ", sys.stderr)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
