"""A small question put to a model as a run will put its own, so that what would fail in the run fails before it."""

from __future__ import annotations

from dataclasses import dataclass

from nlevolve.ask.forms import form
from nlevolve.ask.generator import ROLE_OF
from nlevolve.ask.prompts import Prompts
from nlevolve.ask.rehearsal import rendered
from nlevolve.ask.replies import Unreadable, read_bullets, read_grid
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import LLM, Label, NoReply, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Purpose, Role

NOT_FOUND = 404
PURPOSES: dict[Role, Purpose] = {**dict.fromkeys(ROLE_OF.values(), "write"), "checker": "check", "answerer": "follow"}


@dataclass(frozen=True)
class Pong:
    """What came of a ping."""

    reply: Reply | None = None
    failure: NoReply | None = None
    unread: str = ""
    """Why the reply could not be read; empty when it was."""


def trial(role: Role, settings: RoleSettings, prompts: Prompts, manner: Manner, task: str = "ping") -> Request:
    """The rehearsal's task asked of this role: its prompt in this manner, schema, thinking, bounds, seed. `task` pays for it."""
    follows = role in ("checker", "answerer")
    asked = form(prompts, "grid" if follows else "bullets", manner)
    template = ("apply" if settings.shown == "others" else "alone") if follows else "write"
    return Request(
        settings=settings,
        messages=rendered(prompts, asked.manner)[template],
        **asked.fields,
        label=Label(task=task, role=role, purpose=PURPOSES[role]),
    )


async def ping(llm: LLM, request: Request) -> Pong:
    """Ask and read; failures are values."""
    try:
        reply = await llm(request)
    except NoReply as failure:
        return Pong(failure=failure)
    read = read_grid if request.label.role in ("checker", "answerer") else read_bullets
    try:
        read(reply.text, reply.finish == "length")
    except Unreadable as problem:
        return Pong(reply, unread=f"cut at {reply.usage.completion:,} tokens" if reply.finish == "length" else str(problem))
    return Pong(reply)


def failure_line(failure: NoReply, settings: RoleSettings) -> str:
    """A failed ping in one line, with what to look at where that is plain."""
    return f"{failure.kind}: {explained(failure, settings)}"


def explained(failure: NoReply, settings: RoleSettings) -> str:
    """The same without its kind."""
    return f"{failure}{_hint(failure, settings.base_url)}"


def _hint(failure: NoReply, base_url: str | None) -> str:
    """Servers that speak as OpenAI does have their routes below /v1; an address without it gives a bare 404."""
    # what stopped the model is told by the failure that did it
    status = failure.status or getattr(failure.__cause__, "status", None)
    if status != NOT_FOUND or base_url is None or base_url.rstrip("/").endswith("/v1"):
        return ""
    return f" (try base_url={base_url.rstrip('/')}/v1)"
