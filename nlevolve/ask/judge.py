"""Ask a judge which of the grids that were proposed for a test input are right, where they differ."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.fields import grid_fields, pair_fields
from nlevolve.ask.fitting import Requests, cuts
from nlevolve.ask.forms import form
from nlevolve.ask.look import PLAIN, Look, look_of
from nlevolve.ask.opinion import opinion
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker
from nlevolve.ask.replies import LETTERS, read_choice
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Choice, Description


@dataclass(frozen=True)
class Shown:
    """What a judge is shown of the answers to one test input: nothing says who or which model was behind them."""

    grids: Sequence[Grid]
    """Candidates, in the order in which they are shown; at most 26."""
    votes: Sequence[float]
    """What the votes for each add up to."""
    behind: Sequence[tuple[int, Description, int]]
    """(place of the grid, a description that led to it, training pairs that it gets right), in the order in which they are
    shown."""


async def judge(asker: Asker, settings: RoleSettings, task: Task, number: int, shown: Shown, *, sample: int = 0) -> Choice:
    """What a judge picks for the test input of this number (from 0). Raises Halt; other failures are values."""
    look = look_of(settings)
    asked = form(asker.prompts, "judge", asker.manner(settings), look.grids)
    label = Label(task=task.id, role="judge", purpose="judge", target=number)
    requests = Requests(
        lambda cut: Request(
            settings=settings,
            messages=judging(asker.prompts, task, number, shown, asked.manner, cut.out, cut.look),
            sample=sample,
            label=cut.label(label),
            **asked.fields,
        ),
        cuts(look, task.pairs, keep=1),
    )
    return await opinion(asker, requests, partial(read_choice, shown=len(shown.grids)), Choice)


def judging(
    prompts: Prompts,
    task: Task,
    number: int,
    shown: Shown,
    manner: Manner = "bare",
    out: Collection[int] = (),
    look: Look = PLAIN,
) -> tuple[Message, ...]:
    """The messages that ask for a choice, without the pairs `out`. Raises PlaceError."""
    total = sum(shown.votes) or 1.0
    messages = prompts.render(
        "judge",
        manner,
        look.grids,
        pairs=pair_fields(task.pairs, out=out, grids=look.grids),
        input=grid_fields(task.tests[number], look.grids),
        candidates=[
            {"letter": LETTERS[place], "votes": round(100 * votes / total), **grid_fields(grid, look.grids)}
            for place, (grid, votes) in enumerate(zip(shown.grids, shown.votes, strict=True))
        ],
        descriptions=[
            {"letter": LETTERS[place], "bullets": told.plain.bullets, "exact": exact, "pairs": len(task.pairs)}
            for place, told, exact in shown.behind
        ],
    )
    seen = Seen({n + 1: pair for n, pair in enumerate(task.pairs) if n not in out}, (task.tests[number],), alone=True)
    return beside(prompts, look, seen, messages)
