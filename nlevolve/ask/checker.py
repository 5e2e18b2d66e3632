"""Ask a checker to follow a description: on a training pair, to judge it, or on a test input, for an answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.fields import grid_fields, pair_fields
from nlevolve.ask.fitting import Cut, Requests, cuts, put_fitting, without
from nlevolve.ask.forms import form
from nlevolve.ask.look import PLAIN, Look, look_of
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker
from nlevolve.ask.replies import Unreadable, read_grid
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import CallFailed, Filtered, Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.puzzle.notations import Grids
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Description, Followed, Garbled, Refused, Unreached

USUAL = Description(bullets=("word " * 30,) * 8)
"""About as long as descriptions are, longer than most."""


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
    guide: bool = False,
    last: bool = False,
) -> Attempt:
    """One attempt at the task's test input of this number (from 0). Raises Halt.

    `guide`: the description is known to be imperfect, so where the examples contradict it they decide. `last`: see Label.
    """
    label = Label(task=task.id, role="answerer", purpose="follow", birth=birth, target=number, last=last)
    return await _follow(asker, settings, task, task.tests[number], description, label, sample, guide=guide)


def expected(asker: Asker, settings: RoleSettings, task: Task) -> tuple[Request, ...]:
    """What following a description on each test input will ask, before there is a description: to know what it may take."""
    look = look_of(settings)
    asked, shown = form(asker.prompts, "grid", asker.manner(settings), look.grids), _shown(settings, task)
    return tuple(
        Request(
            settings=settings,
            messages=following(asker.prompts, shown, grid, USUAL, asked.manner, look=look),
            label=Label(task=task.id, role="answerer", purpose="follow", target=number, last=True),
            **asked.fields,
        )
        for number, grid in enumerate(task.tests)
    )


def following(
    prompts: Prompts,
    shown: Task | None,
    grid: Grid,
    description: Description,
    manner: Manner = "bare",
    *,
    guide: bool = False,
    look: Look = PLAIN,
) -> tuple[Message, ...]:
    """The messages that ask to follow a description on a grid, with the pairs of `shown` as examples; None: without any.

    To the letter, or (`guide`) as a guide, with the examples deciding where they contradict it: without any there is nothing to
    decide by, and it is the letter. Raises PlaceError.
    """
    name = "alone" if shown is None else "guide" if guide else "apply"
    examples = {} if shown is None else {"pairs": pair_fields(shown.pairs, grids=look.grids)}
    asked: dict[str, Any] = {"input": grid_fields(grid, look.grids), "bullets": description.plain.bullets}
    pairs = {} if shown is None else dict(enumerate(shown.pairs, 1))
    return beside(prompts, look, Seen(pairs, (grid,), alone=True), prompts.render(name, manner, look.grids, **examples, **asked))


def _shown(settings: RoleSettings, task: Task) -> Task | None:
    """What such a role sees of the task beside the description."""
    return None if settings.shown == "none" else task


async def _follow(
    asker: Asker,
    settings: RoleSettings,
    shown: Task,
    grid: Grid,
    description: Description,
    label: Label,
    sample: int,
    again: bool = False,
    guide: bool = False,
) -> Attempt:
    look = look_of(settings)
    asked = form(asker.prompts, "grid", asker.manner(settings), look.grids)
    requests = Requests(
        lambda cut: Request(
            settings=settings,
            messages=following(
                asker.prompts,
                _shown(settings, without(shown, cut.out)),
                grid,
                description,
                asked.manner,
                guide=guide,
                look=cut.look,
            ),
            sample=sample,
            again=again,
            label=cut.label(label),
            **asked.fields,
        ),
        cuts(look, shown.pairs if settings.shown == "others" else (), keep=0, noun="examples"),
    )
    return await attempt(asker, requests, label.target or 0, shown.max_side, look.grids)


async def attempt(asker: Asker, requests: Requests[Cut], target: int, max_side: int, grids: Grids) -> Attempt:
    """What comes of the first of these requests that fits: failures are values. Raises Halt."""
    try:
        read = (await put_fitting(asker, requests, partial(read_grid, max_side=max_side, grids=grids))).value
    except Filtered as refusal:
        return Refused(pair=target, why=str(refusal))
    except CallFailed as failure:
        return Unreached(pair=target, why=str(failure), failure=failure.kind)
    except Unreadable as problem:
        return Garbled(pair=target, why=str(problem))
    return Followed(pair=target, grid=read.grid, note=read.note)
