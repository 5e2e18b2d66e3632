"""Ask a checker to follow a description: on a training pair, to judge it, or on a test input, for an answer."""

from __future__ import annotations

from nlevolve.ask.fields import grid_fields, pair_fields
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker, put
from nlevolve.ask.replies import Unreadable, read_grid
from nlevolve.llm.request import CallFailed, Filtered, Label, Message, Request, RoleSettings
from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Description, Followed, Garbled, Refused, Unreached

GRID_SCHEMA = {
    "title": "followed",
    "type": "object",
    "properties": {
        "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "note": {"type": "string"},
    },
    "required": ["grid", "note"],
    "additionalProperties": False,
}


async def check(
    asker: Asker,
    settings: RoleSettings,
    task: Task,
    pair: int,
    description: Description,
    *,
    birth: int,
    sample: int = 0,
    again: bool = False,
) -> Attempt:
    """One attempt at a training pair (from 0). `again`: see Request. Raises Halt; other failures are values.

    The pair being judged is not shown: copying its output would score like understanding (leave-one-out, Berman).
    """
    label = Label(task=task.id, role="checker", purpose="check", birth=birth, target=pair)
    shown = task.without(pair)
    attempt = await _follow(asker, settings, shown, task.pairs[pair].input, description, label, sample, again)
    if isinstance(attempt, Followed):
        return attempt.model_copy(update={"accuracy": cell_accuracy(attempt.grid, task.pairs[pair].output)})
    return attempt


async def follow(
    asker: Asker,
    settings: RoleSettings,
    task: Task,
    number: int,
    description: Description,
    *,
    birth: int,
    sample: int = 0,
) -> Attempt:
    """One attempt at the task's test input of this number (from 0). Raises Halt."""
    label = Label(task=task.id, role="answerer", purpose="follow", birth=birth, target=number)
    return await _follow(asker, settings, task, task.tests[number], description, label, sample)


def following(prompts: Prompts, shown: Task, grid: Grid, description: Description) -> tuple[Message, ...]:
    """The messages that ask to follow a description on a grid, with the pairs of `shown` as examples. Raises PlaceError."""
    bullets = description.plain.bullets
    return prompts.render("apply", pairs=pair_fields(shown.pairs), input=grid_fields(grid), bullets=bullets)


async def _follow(
    asker: Asker,
    settings: RoleSettings,
    shown: Task,
    grid: Grid,
    description: Description,
    label: Label,
    sample: int,
    again: bool = False,
) -> Attempt:
    request = Request(
        settings=settings,
        messages=following(asker.prompts, shown, grid, description),
        reply_schema=GRID_SCHEMA,
        sample=sample,
        again=again,
        label=label,
    )
    target = label.target or 0
    try:
        read = (await put(asker, request, read_grid)).value
    except Filtered as refusal:
        return Refused(pair=target, why=str(refusal))
    except CallFailed as failure:
        return Unreached(pair=target, why=str(failure), failure=failure.kind)
    except Unreadable as problem:
        return Garbled(pair=target, why=str(problem))
    return Followed(pair=target, grid=read.grid, note=read.note)
