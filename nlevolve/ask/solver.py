"""Ask a model to solve a puzzle at once, with no description: what a bare call is worth, beside all that is built around it."""

from __future__ import annotations

from collections.abc import Sequence

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.checker import attempt
from nlevolve.ask.fields import grid_fields, pair_fields
from nlevolve.ask.fitting import Cut, Requests, cuts, without
from nlevolve.ask.forms import form
from nlevolve.ask.look import PLAIN, Look, look_of
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Attempt


async def guess(asker: Asker, settings: RoleSettings, task: Task, number: int, *, sample: int = 0, last: bool = False) -> Attempt:
    """One attempt at the task's test input of this number (from 0), by its pairs alone. `last`: see Label. Raises Halt."""
    requests = _requests(asker, settings, task, number, sample, last)
    return await attempt(asker, requests, number, task.max_side, settings.grids)


def expected(asker: Asker, settings: RoleSettings, task: Task) -> tuple[Request, ...]:
    """What solving each test input will ask: to know what it may take."""
    return tuple(_requests(asker, settings, task, number, 0, True).current for number in range(len(task.tests)))


def solving(
    prompts: Prompts, pairs: Sequence[Pair], grid: Grid, manner: Manner = "bare", look: Look = PLAIN
) -> tuple[Message, ...]:
    """The messages that ask for the output of a grid by these pairs. Raises PlaceError."""
    shown = {"pairs": pair_fields(pairs, grids=look.grids), "input": grid_fields(grid, look.grids)}
    seen = Seen(dict(enumerate(pairs, 1)), (grid,), alone=True)
    return beside(prompts, look, seen, prompts.render("solve", manner, look.grids, **shown))


def _requests(asker: Asker, settings: RoleSettings, task: Task, number: int, sample: int, last: bool) -> Requests[Cut]:
    """The whole question, then ever smaller ones, for a model into whose window it does not fit."""
    look = look_of(settings)
    asked = form(asker.prompts, "solution", asker.manner(settings), look.grids)
    label = Label(task=task.id, role="answerer", purpose="solve", target=number, last=last)
    return Requests(
        lambda cut: Request(
            settings=settings,
            messages=solving(asker.prompts, without(task, cut.out).pairs, task.tests[number], asked.manner, cut.look),
            sample=sample,
            label=cut.label(label),
            **asked.fields,
        ),
        cuts(look, task.pairs, keep=1),
    )
