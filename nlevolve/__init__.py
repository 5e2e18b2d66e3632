"""nlevolve: solve ARC-AGI puzzles by evolving plain-English descriptions of the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlevolve.version import __version__

if TYPE_CHECKING:
    from nlevolve.api import Result, TaskResult, asolve, solve, tasks
    from nlevolve.errors import UsageError
    from nlevolve.puzzle.drawing import Drawing
    from nlevolve.puzzle.tasks import Pair, Task
    from nlevolve.view.frames import RunFrames, read_run
    from nlevolve.view.progress import Progress

__all__ = [
    "Drawing",
    "Pair",
    "Progress",
    "Result",
    "RunFrames",
    "Task",
    "TaskResult",
    "UsageError",
    "__version__",
    "asolve",
    "read_run",
    "solve",
    "tasks",
]
ELSEWHERE = {
    "Pair": "puzzle.tasks",
    "Task": "puzzle.tasks",
    "Drawing": "puzzle.drawing",
    "Progress": "view.progress",
    "RunFrames": "view.frames",
    "read_run": "view.frames",
    "UsageError": "errors",
}
"""What is not in `api`."""


def __getattr__(name: str) -> Any:
    # importing the package opens nothing and loads nothing: what is asked for comes when it is asked for
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"nlevolve.{ELSEWHERE.get(name, 'api')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
