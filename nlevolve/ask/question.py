"""Put a question to a model, read the reply, and ask once for a repair when it cannot be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from nlevolve.ask.prompts import Prompts
from nlevolve.ask.replies import Unreadable
from nlevolve.llm.request import LLM, Message, Reply, Request
from nlevolve.records import Event, ReplyUnread

LONG = 20_000
"""Characters: longer replies are read in a thread, since one of a megabyte may take half a second and the loop must not wait."""

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
    emit: Callable[[Event], None] = lambda event: None
    """Is told of each reply that could not be read."""


@dataclass(frozen=True)
class Answered(Generic[Read]):
    """A reply, read, and what it cost when it was bought (None: unknown), its repair included."""

    value: Read
    dollars: float | None


async def put(asker: Asker, request: Request, read: Reader[Read]) -> Answered[Read]:
    """Ask and read. Raises Unreadable when the reply to the repair request cannot be read either, and NoReply."""
    reply = await asker.llm(request)
    try:
        return Answered(await _read(request, reply, read), reply.cost_usd)
    except Unreadable as problem:
        asker.emit(_unread(request, reply, problem))
        repair = _repair(asker.prompts, request, reply, str(problem))
    mended = await asker.llm(repair)
    both = None if reply.cost_usd is None or mended.cost_usd is None else reply.cost_usd + mended.cost_usd
    try:
        return Answered(await _read(request, mended, read), both)
    except Unreadable as problem:
        asker.emit(_unread(repair, mended, problem))
        # from its first reply on: the repair only makes sense as an answer to it
        for asked in (request, repair):
            asker.reject(asked, str(problem))
        raise


async def _read(request: Request, reply: Reply, read: Reader[Read]) -> Read:
    if reply.finish == "refused":
        raise Unreadable("the model declined to answer")
    if reply.finish == "filtered":
        raise Unreadable("the provider's content filter held the reply back")
    # what is the same in every request may be copied by mistake; the rest of a prompt may rightly come back
    prompt = "\n".join(message.text for message in request.messages if message.role == "system")
    if len(reply.text) > LONG:
        return await asyncio.to_thread(read, reply.text, reply.finish == "length", prompt)
    return read(reply.text, reply.finish == "length", prompt)


def _unread(request: Request, reply: Reply, problem: Unreadable) -> ReplyUnread:
    # a reply that had no room was asked for again with more: the reply at hand may answer another request than ours
    return ReplyUnread(**dict(request.label), model=request.model, request=reply.request or request.key, why=str(problem))


def _repair(prompts: Prompts, request: Request, reply: Reply, problem: str) -> Request:
    said = Message(role="assistant", text=reply.text.strip() or "(nothing)")
    return request.model_copy(
        update={
            "messages": (*request.messages, said, *prompts.render("repair", problem=problem)),
            "label": request.label.model_copy(update={"repair": True}),
        }
    )
