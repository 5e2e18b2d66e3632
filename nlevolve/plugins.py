"""What other packages bring: functions that they name in an entry point group, found by name and loaded when they are wanted;
and packages that come with an extra."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nlevolve.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PARENTS = "nlevolve.parents"
"""Strategies of parent choice (`evolve.parents.Parents`)."""
VIEWS = "nlevolve.views"
"""Functions that are called with a run's folder and give back what shall see each event."""


def installed(group: str) -> list[str]:
    """The names in a group, sorted. Loads nothing."""
    return sorted(_points(group))


def load(group: str, name: str) -> Any:
    """The function of that name. Raises UsageError, one line, when there is none or its package cannot be loaded."""
    point = _points(group).get(name)
    if point is None:
        there = ", ".join(installed(group)) or "none"
        raise UsageError(f"no installed package brings {name!r} (entry point group {group}); there are: {there}")
    try:
        found = point.load()
    # the package is somebody else's: whatever it trips over while it is imported is its fault, and is said as such
    except Exception as error:
        raise UsageError(f"{name!r} ({point.value}) cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise UsageError(f"{name!r} ({point.value}) is no function")
    return found


def _points(group: str) -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=group)}


def of_extra(name: str, extra: str, what: str) -> Any:
    """A package, or a module of it, that comes with an extra of ours. Raises UsageError: `what` says who needs it."""
    try:
        return import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise UsageError(f"{what} needs {package}, which is not installed: pip install 'nlevolve[{extra}]'") from None
