"""Views from other packages (entry points in the group `nlevolve.views`): they see every event, and cannot end a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from nlevolve import plugins
from nlevolve.errors import UsageError
from nlevolve.records import Event
from nlevolve.view.door import complain

See = Callable[[Event], None]


Make = Callable[[Path], See]
"""Makes the view of the run in a folder."""


def found(names: Iterable[str]) -> dict[str, Make]:
    """What makes the views of these names; looked for before a run has a folder. Raises UsageError for one that is not there."""
    return {name: plugins.load(plugins.VIEWS, name) for name in names}


def opened(makers: Mapping[str, Make], folder: Path) -> list[See]:
    """The views, for the run in this folder. Raises UsageError for one that cannot be made."""
    return [guarded(name, _made(name, make, folder)) for name, make in makers.items()]


def guarded(name: str, see: See, but: tuple[type[Exception], ...] = ()) -> See:
    """A view that cannot end a run: when it fails, that is said once and it sees no more. Only errors that are `but` pass."""
    return _Guarded(name, see, but)


def _made(name: str, make: Make, folder: Path) -> See:
    try:
        see: See = make(folder)
    # somebody else's: whatever it trips over is its fault, and is said as such
    except Exception as error:
        raise UsageError(f"the view {name} cannot be made: {type(error).__name__}: {error}") from error
    if not callable(see):
        raise UsageError(f"the view {name} is none: its function must give back one that takes an event")
    return see


class _Guarded:
    """See `guarded`."""

    def __init__(self, name: str, see: See, but: tuple[type[Exception], ...]) -> None:
        self._name, self._but = name, but
        self._see: See | None = see

    def __call__(self, event: Event) -> None:
        if self._see is None:
            return
        try:
            self._see(event)
        except self._but:
            raise
        except Exception as error:
            self._see = None
            complain(f"the view {self._name} failed and sees no more: {type(error).__name__}: {error}")
