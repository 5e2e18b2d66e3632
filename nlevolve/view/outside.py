"""Views from other packages (entry points in the group `nlevolve.views`): they see every event, and cannot end a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from nlevolve import plugins
from nlevolve.errors import UsageError
from nlevolve.records import Event

See = Callable[[Event], None]


def opened(names: Iterable[str], folder: Path) -> list[See]:
    """The views of these names, for the run in this folder. Raises UsageError for one that is not there or cannot be made."""
    return [_Outside(name, _made(name, folder)) for name in names]


def _made(name: str, folder: Path) -> See:
    make = plugins.load(plugins.VIEWS, name)
    try:
        see: See = make(folder)
    # somebody else's: whatever it trips over is its fault, and is said as such
    except Exception as error:
        raise UsageError(f"the view {name} cannot be made: {type(error).__name__}: {error}") from error
    if not callable(see):
        raise UsageError(f"the view {name} is none: its function must give back one that takes an event")
    return see


class _Outside:
    """A view that is not ours: when it fails it says so once and sees no more, and the run goes on."""

    def __init__(self, name: str, see: See) -> None:
        self._name = name
        self._see: See | None = see

    def __call__(self, event: Event) -> None:
        if self._see is None:
            return
        try:
            self._see(event)
        except Exception as error:
            self._see = None
            print(f"nlevolve: the view {self._name} failed and sees no more: {type(error).__name__}: {error}", file=sys.stderr)
