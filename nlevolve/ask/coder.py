"""Ask a coder for the program that says what a description says; and, once, for another where the first cannot be used."""

from __future__ import annotations

from nlevolve.ask.fields import grid_fields, pair_fields
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Answered, Asker, put
from nlevolve.ask.replies import ProgramReply, read_program
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import CoderSettings
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description


async def code(
    asker: Asker, settings: CoderSettings, task: Task, description: Description, *, birth: int
) -> Answered[ProgramReply]:
    """The text of the program that a coder makes of a description: nothing of it is run here. Raises Unreadable and NoReply."""
    messages = coding(asker.prompts, settings, task, description)
    return await put(asker, _request(settings, task, birth, messages), read_program)


async def code_again(
    asker: Asker,
    settings: CoderSettings,
    task: Task,
    description: Description,
    program: str,
    *,
    pair: int,
    why: str,
    birth: int,
) -> Answered[ProgramReply]:
    """Another program in place of one that could not be used on the input of a training pair (from 0), and why.

    Raises Unreadable and NoReply.
    """
    messages = (
        *coding(asker.prompts, settings, task, description),
        Message(role="assistant", text=f"```python\n{program.rstrip()}\n```"),
        *mending(asker.prompts, pair, why),
    )
    return await put(asker, _request(settings, task, birth, messages), read_program)


def coding(prompts: Prompts, settings: CoderSettings, task: Task, description: Description) -> tuple[Message, ...]:
    """The messages that ask for a description's program. Raises PlaceError.

    The outputs are not shown unless it is set so: a program made from the examples would say nothing of the words.
    """
    outputs = settings.shown == "others"
    shown = [] if settings.shown == "none" else pair_fields(task.pairs) if outputs else _inputs(task)
    return prompts.render("code", pairs=shown, outputs=outputs, bullets=description.plain.bullets)


def mending(prompts: Prompts, pair: int, why: str) -> tuple[Message, ...]:
    """The messages that say what was wrong with a program, and ask for another. Raises PlaceError."""
    return prompts.render("code_repair", number=pair + 1, problem=why.rstrip("."))


def _inputs(task: Task) -> list[dict[str, object]]:
    return [{"number": number, "input": grid_fields(pair.input)} for number, pair in enumerate(task.pairs, 1)]


def _request(settings: CoderSettings, task: Task, birth: int, messages: tuple[Message, ...]) -> Request:
    return Request(settings=settings, messages=messages, label=Label(task=task.id, role="coder", purpose="code", birth=birth))
