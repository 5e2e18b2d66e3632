"""nlevolve: solve ARC-AGI puzzles by evolving plain-English descriptions of the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlevolve.version import __version__

if TYPE_CHECKING:
    from nlevolve.api import Result, TaskResult, asolve, solve
    from nlevolve.puzzle.tasks import Pair, Task

__all__ = ["Pair", "Result", "Task", "TaskResult", "__version__", "asolve", "solve"]


def __getattr__(name: str) -> Any:
    # importing the package opens nothing and loads nothing: what is asked for comes when it is asked for
    if name in ("Pair", "Task"):
        from nlevolve.puzzle import tasks

        return getattr(tasks, name)
    if name in __all__:
        from nlevolve import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
