"""nlevolve from Python: solve and asolve. The command line stands on the same functions."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict, SkipValidation

from nlevolve.config import configured
from nlevolve.errors import NoSuchOption, UsageError, refuse_windows
from nlevolve.evolve.parents import Parents, name_of
from nlevolve.llm.request import LLM
from nlevolve.options import Data, Options, nearest
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.own import Given, named
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Event, RunFinished
from nlevolve.run.session import Elsewhere, Session, begin
from nlevolve.run.store import StoreFailed
from nlevolve.view.notebook import page, table, task_page
from nlevolve.view.outside import found, guarded, opened
from nlevolve.view.publish import Publisher

if TYPE_CHECKING:
    from rich.table import Table


class TaskResult(BaseModel):
    """One task of results.json."""

    model_config = ConfigDict(frozen=True, extra="allow")

    solved: bool | None
    """Whether all test inputs are right; None when the solution is not known."""
    inputs_solved: list[bool] | None
    description: list[str] | None
    """The bullets of the best description."""
    candidates: int
    cost_usd: float
    stopped: str
    unfinished: bool = False
    """Whether the answers are from a search that had not come to its own end."""
    error: str | None
    answers: list[list[list[list[int]]]] = []
    """For each test input the distinct grids answered, the first first: two, one, or none."""

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return task_page(self.model_dump(), self.answers)


class Result(BaseModel):
    """What a run came to: results.json, and where the run's folder is."""

    model_config = ConfigDict(frozen=True, extra="allow")

    run: str
    folder: Path
    exit_code: int
    """As the command line's: 0 every task answered, 3 a cap reached, 4 a provider unusable, 130 interrupted."""
    finished: bool
    totals: dict[str, Any]
    tasks: dict[str, TaskResult]

    @property
    def answers(self) -> dict[str, list[list[list[list[int]]]]]:
        """Task -> its answers."""
        return {id: task.answers for id, task in self.tasks.items()}

    def __rich__(self) -> Table:
        return table(self.model_dump())

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return page(self.model_dump(), self.answers)


class Brought(Options):
    """What a program can say beside the options of the command line."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    report: bool = True
    """Write report.html at the end, which takes about a second."""
    own_process: bool = False
    """Nothing else lives in this process: its garbage collector is kept off litellm, which saves a tenth of a call's CPU, and
    warnings that litellm causes are hidden."""
    see: Callable[[Event], None] | str | Sequence[Callable[[Event], None] | str] | None = None  # type: ignore[assignment]
    """A function that is called with every event, such as `nlevolve.Progress()`; a view from another package, by name; or
    several of these."""
    parents: Annotated[Parents, SkipValidation] | None = None
    """A function that chooses the parent of each move, in place of policy.parents."""
    live: Annotated[LLM, SkipValidation] | None = None
    """Stands in for the providers: any `LLM`."""


Tasks = Given | Sequence[Given]
"""Selectors, or tasks."""
OWN_TASKS = ".tasks"
"""Folder beside the runs where tasks are kept that a program brought."""

INSTEAD = {"repeats": ": a call makes one run; call it with seed=0, seed=1, …, and nlevolve compare takes them as repeats"}
"""What a program does where the command line has an option for it."""

P = ParamSpec("P")
Returned = TypeVar("Returned")


def _taking(
    options: Callable[P, Brought],
) -> Callable[[Callable[[Tasks, Brought], Returned]], Callable[Concatenate[Tasks, P], Returned]]:
    """Give a function the options as keywords: in its signature, in its docstring, and as type checkers and editors see it."""

    def with_keywords(
        function: Callable[[Tasks, Brought], Returned],
    ) -> Callable[Concatenate[Tasks, P], Returned]:
        @wraps(function)
        def called(selectors: Tasks, /, *args: P.args, **given: P.kwargs) -> Returned:
            return function(selectors, _read(function.__name__, given))

        first = inspect.signature(function).parameters["selectors"]
        keywords = inspect.signature(Brought).parameters.values()
        called.__signature__ = inspect.Signature([first, *keywords])  # type: ignore[attr-defined]
        told = (f"    {name}: {' '.join((field.description or '').split())}" for name, field in Brought.model_fields.items())
        called.__doc__ = "\n".join([inspect.cleandoc(function.__doc__ or ""), "", "Options:", *told])
        return called

    return with_keywords


def _read(function: str, given: Mapping[str, Any]) -> Brought:
    """The options given. Raises UsageError for a wrong value, and for a name that is none NoSuchOption, which is one, too."""
    for name in given:
        if name not in Brought.model_fields:
            way = INSTEAD.get(name) or nearest(name, Brought.model_fields)
            raise NoSuchOption(f"{function}() has no option {name!r}{way}")
    return Brought.read(given, str)


@_taking(Brought)
async def asolve(selectors: Tasks, options: Brought) -> Result:
    """Solve tasks inside a running event loop.

    `selectors` are those of the command line ("arc1:007bbfb7", "arc2:evaluation[:5]", a file), or tasks: a `Task`, or a dict
    with "train" and "test" as ARC's JSON has it. `settings` maps dotted keys to values ("policy.pool": 3). Raises UsageError
    before anything is sent, and run.store.StoreFailed when the run's folder cannot be written.
    """
    return await _solve(selectors, options)


@_taking(Brought)
def solve(selectors: Tasks, options: Brought) -> Result:
    """`asolve`, and wait for it. Where a loop is running already, as in a notebook, the run has a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_solve(selectors, options))
    return _in_a_thread(_solve(selectors, options))


def tasks(*selectors: str) -> tuple[Task, ...]:
    """The tasks that selectors name, as a solver may know them; a notebook draws them. Raises UsageError."""
    return load(selectors).tasks


def _in_a_thread(solving: Coroutine[Any, Any, Result]) -> Result:
    """Ctrl-C here stops the run there."""
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = []

    async def run() -> Result:
        task = asyncio.current_task()
        assert task is not None
        running.append((asyncio.get_running_loop(), task))
        return await solving

    with ThreadPoolExecutor(1, thread_name_prefix="nlevolve") as thread:
        future = thread.submit(copy_context().run, asyncio.run, run())
        try:
            return future.result()
        except KeyboardInterrupt:
            for loop, task in running:
                loop.call_soon_threadsafe(task.cancel)
            raise


async def _solve(selectors: Tasks, options: Brought) -> Result:
    refuse_windows()
    if options.parents is not None:
        settings = {**options.settings, "policy.parents": name_of(options.parents)}
        options = options.model_copy(update={"settings": settings})
    config = configured(options)
    makers = found(_names(options))
    data = options.part(Data)
    own = named(selectors, Path(options.runs_dir) / OWN_TASKS, None if data.skip_broken else data.max_side)
    selection = load(own, config.seed, **data.model_dump())
    elsewhere = _elsewhere(options)
    if elsewhere and (options.live or options.parents):
        raise UsageError("live and parents are functions of this process, which the workers of a cluster do not have")
    session = begin(selection, config, options, live=options.live, parents=options.parents)
    session = replace(session, elsewhere=elsewhere)
    with session.lock:
        publisher = Publisher(session.folder, session.selection)
        views = [guarded("results.json", publisher.see, but=(StoreFailed,)), *opened(makers, session.folder)]
        given = [see for see in _views(options) if not isinstance(see, str)]
        views += [guarded(getattr(see, "__qualname__", type(see).__name__), see) for see in given]
        finished = await session.run(views, own_process=options.own_process)
        if options.report:
            publisher.report()
    return outcome(session, publisher, finished)


def _elsewhere(options: Brought) -> Elsewhere | None:
    if options.cluster is None and options.workers is None:
        return None
    # it brings a web server, which changes the host's warnings
    from nlevolve.cluster.asked import cluster

    return cluster(options)


def _views(options: Brought) -> Sequence[Callable[[Event], None] | str]:
    """All that is to see the events, functions and names."""
    if options.see is None:
        return ()
    return [options.see] if callable(options.see) or isinstance(options.see, str) else options.see


def _names(options: Brought) -> Sequence[str]:
    """The views that are named rather than given as a function."""
    return [see for see in _views(options) if isinstance(see, str)]


def outcome(session: Session, publisher: Publisher, finished: RunFinished) -> Result:
    """The Result of a run that has ended."""
    told = publisher.results()
    tasks = {id: {**row, "answers": _grids(publisher, id)} for id, row in told["tasks"].items()}
    return Result(folder=session.folder, exit_code=finished.exit_code, **{**told, "tasks": tasks})


def _grids(publisher: Publisher, task: str) -> list[list[list[list[int]]]]:
    answered = publisher.history.task(task).answered
    answers = answered.answers if answered else ()
    return [[[list(row) for row in grid] for grid in (one.attempt_1, one.attempt_2) if grid] for one in answers]
