"""Ask a generator for a description: write a first one, revise one, recombine several."""

from __future__ import annotations

from collections.abc import Sequence

from nlevolve.ask.fields import pair_fields, parent_fields, test_fields
from nlevolve.ask.forms import form
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Answered, Asker, put
from nlevolve.ask.replies import read_bullets
from nlevolve.llm.catalogue import Manner
from nlevolve.llm.request import Label, Message, Request, RoleSettings
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, Description, Role

ROLE_OF: dict[str, Role] = {"write": "generator", "revise": "reviser", "recombine": "recombiner"}


async def describe(
    asker: Asker,
    settings: RoleSettings,
    task: Task,
    birth: Birth,
    parents: Sequence[tuple[Description, Sequence[Attempt]]],
    *,
    sample: int,
    tokens: int,
    again: bool = False,
) -> Answered[Description]:
    """The description that a birth gives.

    `parents` are the descriptions of `birth.parents` with their attempts on the training pairs; `sample` tells apart births
    that ask the same; `tokens` is what the parents may take of the prompt; `again`: see Request. Raises Unreadable and
    NoReply.
    """
    asked = form(asker.prompts, "bullets", asker.manner(settings))
    request = Request(
        settings=settings if birth.temperature is None else settings.model_copy(update={"temperature": birth.temperature}),
        messages=describing(asker.prompts, task, birth, parents, tokens, asked.manner),
        sample=sample,
        again=again,
        label=Label(task=task.id, role=ROLE_OF[birth.operator], purpose=birth.operator, birth=birth.index),
        **asked.fields,
    )
    return await put(asker, request, read_bullets)


def describing(
    prompts: Prompts,
    task: Task,
    birth: Birth,
    parents: Sequence[tuple[Description, Sequence[Attempt]]],
    tokens: int,
    manner: Manner = "bare",
) -> tuple[Message, ...]:
    """The messages that ask for a birth's description. Raises PlaceError."""
    common = {
        "pairs": pair_fields(task.pairs, birth.blind),
        "tests": test_fields(task),
        "view": prompts.view(birth.view),
    }
    if birth.operator == "write":
        return prompts.render("write", manner, **common)
    told = [parent_fields(task, d, a, tokens // len(parents), place) for place, (d, a) in enumerate(parents)]
    if birth.operator == "revise":
        return prompts.render("revise", manner, parent=told[0], **common)
    return prompts.render("recombine", manner, parents=told, **common)
