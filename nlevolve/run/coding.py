"""A description said in Python: the coder asked once, its program run on every grid, asked once more where it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from nlevolve.ask.coder import code, code_again
from nlevolve.ask.replies import Unreadable
from nlevolve.llm.request import CallFailed, Filtered
from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Description, Followed, Garbled, Refused, Unreached
from nlevolve.run.context import Context, together
from nlevolve.sandbox.pool import Bounds, Failed


@dataclass(frozen=True)
class Coded:
    """A description's program, and what it makes of each training input."""

    attempts: tuple[Attempt, ...]
    program: str = ""
    """Empty where nobody could be asked, or what came was none."""
    unsaid: str = ""
    """What the coder says that no program can do."""

    @property
    def reached(self) -> bool:
        """Whether the coder answered at all."""
        return not any(isinstance(attempt, Unreached | Refused) for attempt in self.attempts)


async def coded(task: Task, context: Context, description: Description, *, birth: int) -> Coded:
    """Ask for a description's program, and run it on the training inputs. Raises Halt; other failures are values."""
    pairs, settings = range(len(task.pairs)), context.coder
    assert settings is not None
    try:
        said = (await code(context.asker, settings, task, description, birth=birth)).value
    except (Unreadable, CallFailed) as problem:
        return Coded(tuple(_lost(pair, problem) for pair in pairs))
    if said.cannot:
        why = f"the coder says it cannot: {said.cannot}"
        return Coded(tuple(Garbled(pair=pair, why=why, by="coder") for pair in pairs), unsaid=said.cannot)
    program = said.program
    first = Coded(await run_on_pairs(task, context, program), program)
    fault = next((attempt for attempt in first.attempts if isinstance(attempt, Garbled)), None)
    if fault is None:
        return first
    try:
        again = await code_again(context.asker, settings, task, description, program, pair=fault.pair, why=fault.why, birth=birth)
    except Unreadable:
        return first
    except CallFailed as failure:
        return Coded(tuple(_lost(a.pair, failure) if isinstance(a, Garbled) else a for a in first.attempts), program)
    if again.value.cannot:
        return first
    second = Coded(await run_on_pairs(task, context, again.value.program), again.value.program)
    return first if _garbled(first) < _garbled(second) else second


async def run_on_tests(task: Task, context: Context, program: str) -> list[Attempt]:
    """What a program makes of each test input."""
    return await together(_attempt(task, context, program, n, test) for n, test in enumerate(task.tests))


async def run_on_pairs(task: Task, context: Context, program: str) -> tuple[Attempt, ...]:
    """What a program makes of each training input, and how much of it is right."""
    ran = await together(_attempt(task, context, program, n, pair.input) for n, pair in enumerate(task.pairs))
    return tuple(_judged(attempt, task) for attempt in ran)


async def _attempt(task: Task, context: Context, program: str, number: int, given: Grid) -> Attempt:
    settings = context.coder
    assert settings is not None
    gave = await context.sandbox.run(program, given, Bounds(settings.seconds, settings.memory, task.max_side))
    if isinstance(gave, Failed):
        return Garbled(pair=number, why=gave.why, by="coder")
    return Followed(pair=number, grid=gave, by="coder")


def _judged(attempt: Attempt, task: Task) -> Attempt:
    if not isinstance(attempt, Followed):
        return attempt
    return attempt.model_copy(update={"accuracy": cell_accuracy(attempt.grid, task.pairs[attempt.pair].output)})


def _lost(pair: int, problem: Unreadable | CallFailed) -> Attempt:
    if isinstance(problem, Filtered):
        return Refused(pair=pair, why=str(problem), by="coder")
    if isinstance(problem, CallFailed):
        return Unreached(pair=pair, why=str(problem), failure=problem.kind, by="coder")
    return Garbled(pair=pair, why=f"no program: {problem}", by="coder")


def _garbled(of: Coded) -> int:
    return sum(isinstance(attempt, Garbled) for attempt in of.attempts)
