"""Ask a reviewer whether a description that fits all training pairs will hold on the test inputs. It sees nobody's grids."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from nlevolve.ask.beside import Seen, beside
from nlevolve.ask.fields import fields_of_tests, pair_fields
from nlevolve.ask.fitting import Requests, cuts
from nlevolve.ask.forms import form
from nlevolve.ask.look import PLAIN, Look, look_of
from nlevolve.ask.opinion import opinion
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker
from nlevolve.ask.replies import read_review
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import Label, Message, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description, Review


async def review(asker: Asker, settings: RoleSettings, task: Task, description: Description, *, birth: int) -> Review:
    """What a reviewer says of the description that this birth gave. Raises Halt; other failures are values."""
    look = look_of(settings)
    asked = form(asker.prompts, "review", asker.manner(settings), look.grids)
    label = Label(task=task.id, role="reviewer", purpose="review", birth=birth)
    requests = Requests(
        lambda cut: Request(
            settings=settings,
            messages=reviewing(asker.prompts, task, description, asked.manner, cut.out, cut.look),
            label=cut.label(label),
            **asked.fields,
        ),
        cuts(look, task.pairs, keep=1),
    )
    return await opinion(asker, requests, partial(read_review, tests=len(task.tests)), Review)


def reviewing(
    prompts: Prompts,
    task: Task,
    description: Description,
    manner: Manner = "bare",
    out: Collection[int] = (),
    look: Look = PLAIN,
) -> tuple[Message, ...]:
    """The messages that ask for a review, without the pairs `out`. Raises PlaceError."""
    shown = {"pairs": pair_fields(task.pairs, out=out, grids=look.grids), "tests": fields_of_tests(task, look.grids)}
    seen = Seen({n + 1: pair for n, pair in enumerate(task.pairs) if n not in out}, task.tests)
    return beside(prompts, look, seen, prompts.render("review", manner, look.grids, **shown, bullets=description.plain.bullets))
