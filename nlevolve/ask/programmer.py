"""Ask a generator for a description and, in the same reply, the program that says the same (`policy.writes = programs`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.fields import fields_of_tests, pair_fields, parent_fields
from nlevolve.ask.fitting import Requests, put_fitting
from nlevolve.ask.generator import ROLE_OF, Shown, smaller
from nlevolve.ask.look import look_of_birth
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Answered, Asker
from nlevolve.ask.replies import Written, read_written
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, Description, Garbled


class Programmed(NamedTuple):
    """A parent: its words, its program, and what that gave on the training pairs."""

    description: Description
    attempts: Sequence[Attempt]
    program: str


async def describe_and_code(
    asker: Asker,
    settings: RoleSettings,
    task: Task,
    birth: Birth,
    parents: Sequence[Programmed],
    *,
    sample: int,
    tokens: int,
    again: bool = False,
) -> Answered[Written]:
    """What a birth gives: bullets, and the text of their program, of which nothing is run here.

    `sample`, `tokens` and `again` as for `describe`. Raises Unreadable and NoReply.
    """
    settings = settings if birth.temperature is None else settings.model_copy(update={"temperature": birth.temperature})
    label = Label(task=task.id, role=ROLE_OF[birth.operator], purpose=birth.operator, birth=birth.index)
    requests = Requests(
        lambda shown: Request(
            settings=settings,
            messages=programming(
                asker.prompts,
                task,
                birth.less(shown.unseen),
                shown.parents,
                shown.tokens,
                shown.out,
                numbered=settings.image_numbers,
            ),
            sample=sample,
            again=again,
            label=label.model_copy(update={"trimmed": shown.trimmed, "unseen": shown.unseen}),
        ),
        smaller(Shown(parents, tokens), task, birth),
    )
    return await put_fitting(asker, requests, read_written)


def programming(
    prompts: Prompts,
    task: Task,
    birth: Birth,
    parents: Sequence[Programmed],
    tokens: int,
    out: Collection[int] = (),
    *,
    numbered: bool = True,
) -> tuple[Message, ...]:
    """The messages that ask for both, without the pairs `out`; without parents they ask for a new rule. `numbered`: see Look.

    Raises PlaceError.
    """
    common: dict[str, Any] = {
        "pairs": pair_fields(task.pairs, birth.blind, out),
        "tests": fields_of_tests(task),
        "view": prompts.view(birth.view),
    }
    shown = [_parent(task, parent, tokens // len(parents), place) for place, parent in enumerate(parents)]
    told = {} if not parents else {"parent": shown[0]} if birth.operator == "revise" else {"parents": shown}
    messages = prompts.render(f"{birth.operator if parents else 'write'}_code", **told, **common)
    seen = Seen({n + 1: pair for n, pair in enumerate(task.pairs) if n != birth.blind and n not in out}, task.tests)
    return beside(prompts, look_of_birth(birth, numbered), seen, messages)


def _parent(task: Task, parent: Programmed, tokens: int, place: int) -> dict[str, Any]:
    """A parent with what its program gave, or why it gave nothing: there is no other reader to be told of."""
    alone = [attempt.model_copy(update={"by": "checker", "other": None}) for attempt in parent.attempts]
    fields = parent_fields(task, parent.description, alone, tokens, place)
    for result, attempt in zip(fields["results"], alone, strict=True):
        if isinstance(attempt, Garbled):
            result["verdict"] = f"no valid grid: {' '.join(attempt.why.split())}"
    return {**fields, "program": parent.program.rstrip()}
