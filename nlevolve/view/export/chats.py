"""Chats to train a model on, by role: what was asked, and a reply that ended in the right training grids (STaR)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from nlevolve.ask.checker import following
from nlevolve.ask.coder import coding
from nlevolve.ask.generator import ROLE_OF, describing
from nlevolve.ask.prompts import Prompts
from nlevolve.config import validated
from nlevolve.evolve.population import Candidate
from nlevolve.llm.request import Message
from nlevolve.llm.wire import chat
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.orbit import orbit
from nlevolve.puzzle.symmetry import IDENTITY, Transform
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Attempt, Birth, Description, Followed
from nlevolve.view.export.lessons import held
from nlevolve.view.export.proof import turnings
from nlevolve.view.export.spills import shows, spills
from nlevolve.view.run_folder import RunFolder

Split = Literal["train", "validation"]
HELD_OUT = 10
"""One task in so many is for validation."""
PARENT_TOKENS = 24_000
"""What the parents' grids may take of a prompt, where a run's settings do not say."""
USUAL = {"grids": "digits", "eye": "none"}
"""How grids are written in what is to be learned from, however the birth saw them: in one way, and as text."""


@dataclass(frozen=True)
class Chat:
    """One line of the file."""

    role: str
    """generator, reviser, recombiner, checker or coder: whose work it teaches."""
    task: str
    split: Split
    model: str
    """Who wrote the reply; where it was turned, who wrote what was turned."""
    turned: str
    """How task and words were turned from what the run had, in a few words; empty where they were not."""
    messages: list[dict[str, Any]] = field(hash=False)

    @property
    def line(self) -> dict[str, Any]:
        told = {"role": self.role, "task": self.task, "split": self.split, "model": self.model, "turned": self.turned}
        return {"messages": self.messages, **told}


def split_of(task: Task) -> Split:
    """The same for all copies of a task, however turned, recoloured or ordered, in every run and on every machine."""
    return "validation" if int(orbit(task)[:12], 16) % HELD_OUT == 0 else "train"


def chats(run: RunFolder, prompts: Prompts, augment: int = 0, told: Counter[str] | None = None) -> Iterator[Chat]:
    """How to write each description that held, at once and however it was come by; how to revise or recombine what led to it, as
    it was; how to follow it on each training pair, the pair itself unseen; how to say it in Python, where a coder did.

    `augment`: up to so many turned copies of a description's writing and following; `told` counts what became of them, and of
    what was left out because it stood there already ("repeated") or gives a solution away ("spilled"). Raises PlaceError.
    """
    told = Counter() if told is None else told
    had: set[str] = set()
    turned: set[tuple[str, str]] = set()
    for task, candidate in held(run):
        said = task.id, candidate.description.normalised
        # births that were in flight together may say the same
        copies = 0 if said in turned else augment
        turned.add(said)
        for one in _of(_Told(run, prompts, task, candidate), copies, told):
            text = json.dumps(one.messages, ensure_ascii=False)
            if text in had:
                told["repeated"] += 1
                continue
            had.add(text)
            yield one


@dataclass(frozen=True)
class _Told:
    """What there is to tell of one candidate, as seen through a transform."""

    run: RunFolder
    prompts: Prompts
    task: Task
    candidate: Candidate
    by: Transform = IDENTITY

    def chat(self, role: str, model: str, asked: Iterable[Message], reply: str) -> Chat:
        messages = [*worded(asked), {"role": "assistant", "content": reply}]
        return Chat(role, self.task.id, split_of(self.task), model, str(self.by), messages)


def _of(told: _Told, augment: int, counts: Counter[str]) -> Iterator[Chat]:
    candidate = told.candidate
    outputs = told.run.solutions.get(told.task.id) or ()
    plain = [_written(told, candidate.description), *_checked(told, candidate.description), *_made(told), *_coded(told)]
    yield from _kept(plain, counts, lambda text: spills(text, told.task, outputs))
    for copy in turnings(told.task, candidate.description, augment, counts):
        seen = _Told(told.run, told.prompts, copy.task, candidate, copy.by)
        turned = [_written(seen, copy.description), *_checked(seen, copy.description)]
        own = [copy.by.grid(output) for output in outputs]
        yield from _kept(turned, counts, partial(_either, told.task, outputs, copy.task, own))


def _either(task: Task, outputs: Sequence[Grid], copied: Task, own: Sequence[Grid], text: str) -> bool:
    """Whether a copy's text gives the copy's solution away, or that of the task as it was."""
    return spills(text, copied, own) or shows(text, task, outputs)


def _kept(chats: Iterable[Chat], counts: Counter[str], spilled: Callable[[str], bool]) -> Iterator[Chat]:
    for one in chats:
        if spilled("\n".join(str(message["content"]) for message in one.messages)):
            counts["spilled"] += 1
        else:
            yield one


def worded(asked: Iterable[Message]) -> list[dict[str, Any]]:
    """A prompt's words: pictures are left out, and each message is one text."""
    return chat(message.model_copy(update={"images": ()}) for message in asked)


def bullets(description: Description) -> str:
    """The reply that gives a description."""
    return json.dumps({"bullets": list(description.bullets)}, ensure_ascii=False)


def writing(prompts: Prompts, task: Task, birth: Birth) -> tuple[Message, ...]:
    """What asks for a first description, as a birth looks at the task. Raises PlaceError."""
    return describing(prompts, task, birth.model_copy(update={"operator": "write", "parents": (), **USUAL}), (), 0)


def _written(told: _Told, description: Description) -> Chat:
    birth = told.candidate.birth
    return told.chat("generator", birth.model, writing(told.prompts, told.task, birth), bullets(description))


def _checked(told: _Told, description: Description) -> Iterator[Chat]:
    for attempt in told.candidate.attempts:
        if isinstance(attempt, Followed):
            asked = following(told.prompts, told.task.without(attempt.pair), told.task.pairs[attempt.pair].input, description)
            # a note that quotes the words speaks of them as they were
            reply = {"grid": told.by.grid(attempt.grid), "note": attempt.note if told.by == IDENTITY else ""}
            model = _model(told.run, attempt.by) or told.candidate.birth.model
            yield told.chat("checker", model, asked, json.dumps(reply, ensure_ascii=False))


def _made(told: _Told) -> Iterator[Chat]:
    """The revision or recombination that brought it."""
    birth, members = told.candidate.birth, told.run.history.task(told.task.id).population.members
    policy = told.run.config.get("settings", {}).get("policy", {})
    # where programs are written with the words, that prompt asks for both
    words = policy.get("writes") != "programs"
    if words and birth.operator in ("revise", "recombine") and birth.parents and members.keys() >= {*birth.parents}:
        parents = [(members[parent].description, members[parent].attempts) for parent in birth.parents]
        tokens = policy.get("parent_tokens", PARENT_TOKENS)
        asked = describing(told.prompts, told.task, birth.model_copy(update=USUAL), parents, tokens)
        yield told.chat(ROLE_OF[birth.operator], birth.model, asked, bullets(told.candidate.description))


def _coded(told: _Told) -> Iterator[Chat]:
    """The program that a coder made of it, where that is right on every training pair too."""
    candidate, settings = told.candidate, told.run.config.get("settings")
    if candidate.program and settings and all(map(_by_program, candidate.attempts)):
        coder = validated(settings).coder
        if coder is not None:
            asked = coding(told.prompts, coder, told.task, candidate.description)
            yield told.chat("coder", _model(told.run, "coder"), asked, f"```python\n{candidate.program.rstrip()}\n```")


def _by_program(attempt: Attempt) -> bool:
    if attempt.by == "coder":
        return attempt.exact
    return attempt.other is not None and attempt.other.by == "coder" and attempt.other.accuracy == 1.0


def _model(run: RunFolder, role: str) -> str:
    return run.history.started.models.get(role, "") if run.history.started else ""
