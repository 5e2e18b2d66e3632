"""A small question put to a model as a run will put its own, so that what would fail in the run fails before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from nlevolve.ask.forms import Form, form
from nlevolve.ask.generator import ROLE_OF
from nlevolve.ask.look import look_of
from nlevolve.ask.prompts import Kind, Prompts
from nlevolve.ask.question import LOOPED, Reader, looped
from nlevolve.ask.rehearsal import CANDIDATES, TASK, rendered
from nlevolve.ask.replies import Unreadable, read_bullets, read_choice, read_grid, read_program, read_review
from nlevolve.llm.manner import Manner
from nlevolve.llm.request import LLM, Label, NoReply, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Purpose, Role

PURPOSES: dict[Role, Purpose] = {
    **dict.fromkeys(ROLE_OF.values(), "write"),
    **{"checker": "check", "answerer": "follow", "reviewer": "review", "judge": "judge", "coder": "code"},
}
_READERS: dict[Kind | None, Reader[Any]] = {
    "bullets": read_bullets,
    "review": partial(read_review, tests=len(TASK.tests)),
    "judge": partial(read_choice, shown=len(CANDIDATES.grids)),
    None: read_program,
}


@dataclass(frozen=True)
class Pong:
    """What came of a ping."""

    reply: Reply | None = None
    failure: NoReply | None = None
    unread: str = ""
    """Why the reply could not be read; empty when it was."""


def trial(role: Role, settings: RoleSettings, prompts: Prompts, manner: Manner, task: str = "ping") -> Request:
    """The rehearsal's task asked of this role: its prompt in this manner, schema, thinking, bounds, seed. `task` pays for it."""
    kind = _kind(role)
    look = look_of(settings)
    asked = form(prompts, kind, manner, look.grids) if kind else Form("text")
    following = "apply" if settings.shown == "others" else "alone"
    template = {None: "code", "bullets": "write", "grid": following}.get(kind, str(kind))
    return Request(
        settings=settings,
        messages=rendered(prompts, asked.manner, look)[template],
        **asked.fields,
        label=Label(task=task, role=role, purpose=PURPOSES[role]),
    )


async def ping(llm: LLM, request: Request) -> Pong:
    """Ask and read; failures are values."""
    try:
        reply = await llm(request)
    except NoReply as failure:
        return Pong(failure=failure)
    try:
        kind = _kind(request.label.role)
        read = partial(read_grid, grids=request.settings.grids) if kind == "grid" else _READERS[kind]
        read(reply.text, reply.finish == "length")
    except Unreadable as problem:
        return Pong(reply, unread=_amiss(reply, problem))
    return Pong(reply)


def failure_line(failure: NoReply) -> str:
    """A failed ping in one line."""
    return f"{failure.kind}: {failure}"


def advice(pong: Pong, role: Role) -> str:
    """What a reply that nobody could read means for a run of this role, and what to try."""
    reply = pong.reply
    cut = reply is not None and reply.finish == "length"
    way = way_out(role, cut=cut, looped=reply is not None and looped(reply))
    lost = "description may go without a program" if role == "coder" else "reply of the run may be lost"
    return way if cut else f"many a {lost} so: {way}"


def way_out(role: Role, *, cut: bool, looped: bool, programs: bool = False) -> str:
    """What to try where replies of a role cannot be read. `programs`: who writes descriptions writes their programs, too."""
    kind = _kind(role)
    settings = "generator" if kind == "bullets" else "checker" if kind == "grid" else role
    if looped:
        return f"a model that goes round in circles seldom gets better: choose a larger --{settings}"
    if cut:
        return f"it needs more room: set {settings}.max_tokens to more, or let it think less ({settings}.thinking=low)"
    if kind is None or (programs and kind == "bullets"):  # a program comes in one form alone
        return f"try another --{settings}"
    return f"try another {settings}.form (text, object, schema), or another --{settings}"


def _kind(role: Role) -> Kind | None:
    """What a role's replies hold; None for a program alone."""
    if role == "coder":
        return None
    if role == "reviewer":
        return "review"
    if role == "judge":
        return "judge"
    return "grid" if role in ("checker", "answerer") else "bullets"


def _amiss(reply: Reply, problem: Unreadable) -> str:
    took = f"{reply.usage.completion:,} tokens"
    if looped(reply):
        return f"{LOOPED}, {took} long"
    return f"cut at {took}" if reply.finish == "length" else str(problem)
