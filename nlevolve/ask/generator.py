"""Ask a generator for a description: a first one, another by what came of earlier ones, or what comes after one that fits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.fields import example_fields, fields_of_tests, pair_fields, parent_fields, rule_fields, tried_fields
from nlevolve.ask.fitting import Requests, Unseens, left_out, looks_less, put_fitting, without_what
from nlevolve.ask.forms import form
from nlevolve.ask.look import look_of_birth
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Answered, Asker
from nlevolve.ask.replies import read_bullets
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, Description, Role

P = TypeVar("P")
Parents = Sequence[tuple[Description, Sequence[Attempt]]]
"""Descriptions, each with its attempts on the training pairs."""

ROLE_OF: dict[str, Role] = {
    "write": "generator",
    "revise": "reviser",
    "recombine": "recombiner",
    "generalise": "reviser",
    "alternative": "generator",
    "restart": "generator",
}
WITHOUT_GRIDS = ("generalise", "alternative", "restart")
"""Moves whose prompts say of the parents what came of them, and show none of their grids."""


async def describe(
    asker: Asker,
    settings: RoleSettings,
    task: Task,
    birth: Birth,
    parents: Parents,
    *,
    sample: int,
    tokens: int,
    doubt: str = "",
    examples: Sequence[Description] = (),
    again: bool = False,
) -> Answered[Description]:
    """The description that a birth gives.

    `parents` are the descriptions of `birth.parents` with their attempts on the training pairs; `sample` tells apart births
    that ask the same; `tokens` is what the parents may take of the prompt; `doubt` is what speaks against one that is to be
    generalised; `examples` are those of `birth.examples`, rules of other tasks; `again`: see Request.
    Raises Unreadable and NoReply.
    """
    settings = settings if birth.temperature is None else settings.model_copy(update={"temperature": birth.temperature})
    asked = form(asker.prompts, "bullets", asker.manner(settings), birth.grids)
    label = Label(task=task.id, role=ROLE_OF[birth.operator], purpose=birth.operator, birth=birth.index)
    requests = Requests(
        lambda shown: Request(
            settings=settings,
            messages=describing(
                asker.prompts,
                task,
                birth.less(shown.unseen),
                shown.parents,
                shown.tokens,
                asked.manner,
                shown.out,
                doubt,
                settings.image_numbers,
                shown.examples,
            ),
            sample=sample,
            again=again,
            label=label.model_copy(update={"trimmed": shown.trimmed, "unseen": shown.unseen}),
            **asked.fields,
        ),
        smaller(Shown(parents, tokens, examples=examples), task, birth),
    )
    return await put_fitting(asker, requests, read_bullets)


@dataclass(frozen=True)
class Shown(Generic[P]):
    """What a prompt shows beside the task's tests, and what was left out of it."""

    parents: Sequence[P]
    tokens: int
    out: tuple[int, ...] = ()
    trimmed: str = ""
    examples: Sequence[Description] = ()
    unseen: Unseens = ()


def smaller(whole: Shown[P], task: Task, birth: Birth) -> Iterator[Shown[P]]:
    """All of it, then less and less: without pictures, facts, examples, what the parents gave, the parents, the pairs but one."""
    unseen: Unseens = ()
    for unseen in looks_less(look_of_birth(birth)):
        yield replace(whole, unseen=unseen, trimmed=without_what(unseen))
    before: tuple[str, ...] = ()
    if whole.examples:
        before = ("the examples",)
        yield Shown((), 0, trimmed=without_what(unseen, *before), unseen=unseen)
    if whole.parents:
        if birth.operator not in WITHOUT_GRIDS:
            yield Shown(whole.parents, 0, trimmed=without_what(unseen, "the parents' grids"), unseen=unseen)
        before = ("the parents",)
        yield Shown((), 0, trimmed=without_what(unseen, *before), unseen=unseen)
    for out in left_out(task.pairs, birth.blind, keep=1):
        yield Shown((), 0, out, without_what(unseen, *before, f"{len(out)} of {len(task.pairs)} pairs"), unseen=unseen)


def describing(
    prompts: Prompts,
    task: Task,
    birth: Birth,
    parents: Parents,
    tokens: int,
    manner: Manner = "bare",
    out: Collection[int] = (),
    doubt: str = "",
    numbered: bool = True,
    examples: Sequence[Description] = (),
) -> tuple[Message, ...]:
    """The messages that ask for a birth's description, without the pairs `out`; without parents they ask for a new one.

    `doubt`, `examples`: see describe; `numbered`: see Look.

    Raises PlaceError.
    """
    look = look_of_birth(birth, numbered)
    common: dict[str, Any] = {
        "pairs": pair_fields(task.pairs, birth.blind, out, look.grids),
        "tests": fields_of_tests(task, look.grids),
        "view": prompts.view(birth.view),
    }
    told = _told(task, birth, parents, tokens, doubt) if parents else _reminded(examples)
    afresh = "write_with_examples" if examples else "write"
    messages = prompts.render(birth.operator if parents else afresh, manner, look.grids, **told, **common)
    shown = {n + 1: pair for n, pair in enumerate(task.pairs) if n != birth.blind and n not in out}
    return beside(prompts, look, Seen(shown, task.tests), messages)


def _reminded(examples: Sequence[Description]) -> dict[str, Any]:
    """What a first description is told of other tasks."""
    return {"examples": [example_fields(one) for one in examples]} if examples else {}


def _told(task: Task, birth: Birth, parents: Parents, tokens: int, doubt: str) -> dict[str, Any]:
    """What a move's own prompt says of the parents."""
    if birth.operator == "restart":
        return {"tried": [tried_fields(task, description, attempts) for description, attempts in parents]}
    if birth.operator in WITHOUT_GRIDS:
        rules = [rule_fields(description, place) for place, (description, _) in enumerate(parents)]
        return {"parents": rules} if birth.operator == "alternative" else {"parent": rules[0], "doubt": " ".join(doubt.split())}
    shown = [parent_fields(task, d, a, tokens // len(parents), place, birth.grids) for place, (d, a) in enumerate(parents)]
    return {"parent": shown[0]} if birth.operator == "revise" else {"parents": shown}
