"""Put a question to a model, read the reply, and ask once for a repair when it cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from nlevolve.ask.prompts import Prompts
from nlevolve.ask.replies import Unreadable
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.manner import Manner, manner_of
from nlevolve.llm.request import LLM, Message, Reply, Request
from nlevolve.llm.room import looping
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.sight import Sight
from nlevolve.llm.windows import Windows
from nlevolve.records import Event, ReplyUnread, Unseen

LONG = 20_000
"""Characters: longer replies are read in a thread, since one of a megabyte may take half a second and the loop must not wait."""
SHOWN = 3_500
"""Characters of an unreadable reply that its repair shows."""
BEGINNING = 80
"""Characters of it that the log keeps."""
SAMPLES = 1_000_000
"""Of one question, for each of several equal runs: more than any asks, and two thousand times this is a seed that every provider
takes."""
LOOPED = "it only repeated itself"
CUT = "it was cut off before its end, because it was too long: be shorter this time"

Read = TypeVar("Read")
Told = TypeVar("Told", covariant=True)


class Reader(Protocol[Told]):
    """What makes something of a reply. Raises Unreadable."""

    def __call__(self, text: str, cut: bool = False, prompt: str = "") -> Told: ...


@dataclass(frozen=True)
class Asker:
    """What every question needs: a way to a model, the prompts, and the way to mark a reply as unusable."""

    llm: LLM
    prompts: Prompts
    reject: Callable[[Request, str], None]
    """Marks the banked reply of a request as unusable: an ordinary rerun asks for it anew."""
    cards: Mapping[str, ModelCard] = field(default_factory=dict)
    """What is known of the models."""

    windows: Windows = field(default_factory=Windows)
    """How long their prompts may be."""

    emit: Callable[[Event], None] = lambda event: None
    """Is told of each reply that could not be read."""

    draw: int = 0
    """Which of several equal runs asks. Each has samples of its own."""

    sight: Sight = field(default_factory=Sight)
    """Which pictures the models take."""

    def manner(self, settings: RoleSettings) -> Manner:
        """How replies of such a role are asked for."""
        return manner_of(settings, self.cards.get(settings.model))

    def drawn(self, request: Request) -> Request:
        """The request as this run asks it."""
        return request.model_copy(update={"sample": self.draw * SAMPLES + request.sample}) if self.draw else request


@dataclass(frozen=True)
class Answered(Generic[Read]):
    """A reply, read, and what it cost when it was bought (None: unknown), its repair included."""

    value: Read
    dollars: float | None
    unseen: tuple[Unseen, ...] = ()
    """What of how the task was to be shown was left out of the question."""


async def put(asker: Asker, request: Request, read: Reader[Read]) -> Answered[Read]:
    """Ask and read. Raises Unreadable when the reply to the repair request cannot be read either, and NoReply."""
    request = asker.drawn(request)
    reply = await asker.llm(request)
    asker.sight.passed(request)
    try:
        return Answered(await _read(request, reply, read), reply.cost_usd, request.label.unseen)
    except Unreadable as problem:
        asker.emit(unread(request, reply, str(problem)))
        repair = _repair(asker.prompts, request, reply, str(problem))
    mended = await asker.llm(repair)
    both = None if reply.cost_usd is None or mended.cost_usd is None else reply.cost_usd + mended.cost_usd
    try:
        return Answered(await _read(request, mended, read), both, request.label.unseen)
    except Unreadable as problem:
        asker.emit(unread(repair, mended, str(problem)))
        # from its first reply on: the repair only makes sense as an answer to it
        for asked in (request, repair):
            asker.reject(asked, str(problem))
        problem.unseen = request.label.unseen
        raise


async def _read(request: Request, reply: Reply, read: Reader[Read]) -> Read:
    if reply.finish == "refused":
        raise Unreadable("the model declined to answer")
    if reply.finish == "filtered":
        raise Unreadable("the provider's content filter held the reply back")
    try:
        return await _understood(request, reply, read)
    except Unreadable:
        if looped(reply):
            raise Unreadable(LOOPED) from None
        raise


def looped(reply: Reply) -> bool:
    """Whether the reply was cut, and more room would only have brought more of the same."""
    return reply.finish == "length" and looping(reply.text or reply.reasoning)


async def _understood(request: Request, reply: Reply, read: Reader[Read]) -> Read:
    # what is the same in every request may be copied by mistake; the rest of a prompt may rightly come back
    prompt = "\n".join(message.text for message in request.messages if message.role == "system")
    if len(reply.text) > LONG:
        return await asyncio.to_thread(read, reply.text, reply.finish == "length", prompt)
    return read(reply.text, reply.finish == "length", prompt)


def unread(request: Request, reply: Reply, why: str) -> ReplyUnread:
    """What the log says of a reply that nobody could read."""
    said = " ".join(reply.text[: 10 * BEGINNING].split())[:BEGINNING].strip()
    # a reply that had no room was asked for again with more: the reply at hand may answer another request than ours
    return ReplyUnread(**dict(request.label), model=request.model, request=reply.request or request.key, why=why, said=said)


def _repair(prompts: Prompts, request: Request, reply: Reply, problem: str) -> Request:
    """What is asked after a reply that nobody could read. One that was cut is not shown again: it would run on where it was."""
    cut = reply.finish == "length"
    said = () if cut else (Message(role="assistant", text=_end(reply.text.strip()) or "(nothing)"),)
    return request.model_copy(
        update={
            "messages": (*request.messages, *said, *prompts.render("repair", problem=CUT if cut else problem)),
            "label": request.label.model_copy(update={"repair": True}),
        }
    )


def _end(text: str) -> str:
    """As much of the end as a repair needs: the answer comes last, and a long reply would not fit in beside the prompt."""
    return text if len(text) <= SHOWN else f"[...] {text[-SHOWN:]}"
