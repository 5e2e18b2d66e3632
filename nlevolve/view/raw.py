"""Calls in words: what was sent, what came back, what the model thought, as every view that shows them tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlevolve.llm.pictures import named
from nlevolve.records import CallFinished
from nlevolve.run.retell import Told
from nlevolve.view.text import clean, lines, money

NOT_ASKED_SO = (
    "its words cannot be made again: this program, its prompts or the bank are not what they were "
    "(nlevolve cache show KEY has the reply while the bank has it)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a call: who says it, and the lines of it."""

    who: str
    """system, user, assistant (what a repair quotes), thinking, reply, or nlevolve for a remark of ours."""
    lines: tuple[str, ...]


def head(call: CallFinished) -> str:
    """Who was asked for what, and what it took: one line."""
    place = "pair" if call.purpose == "check" else "test"
    what = [f"{call.purpose} {place} {call.target + 1}" if call.target is not None else call.purpose]
    what += ["repair"] if call.repair else []
    what += [f"without {clean(call.trimmed)}"] if call.trimmed else []
    took = call.bought.usage if call.bought else call.usage
    about = "≈ " if took.estimated else ""
    tokens = [f"{about}{took.prompt:,} + {took.completion:,} tokens"] if took.prompt or took.completion else []
    tokens += [f"{took.reasoning:,} of them thinking"] if took.reasoning else []
    cost = "unknown price" if call.cost_usd is None else money(call.cost_usd)
    came = {"cache": "from the cache", "failed": "failed"}.get(call.source, f"{call.seconds:.1f} s, {cost}")
    ended = "cut, repeating itself" if call.looping else call.finish
    return " · ".join([call.role, *what, clean(call.model), came, ended, *tokens, call.request[:12]])


def parts(told: Told) -> Iterator[Part]:
    """What was said, in the order in which it was said."""
    if told.request is None:
        yield Part("nlevolve", (NOT_ASKED_SO,))
    for message in told.request.messages if told.request else ():
        yield Part(message.role, (*map(named, message.images), *lines(message.text)))
    reply = told.sample.reply if told.sample else None
    thought = reply.reasoning if reply else told.call.reasoning
    if thought.strip():
        yield Part("thinking", tuple(lines(thought.strip())))
    if reply is not None:
        yield Part("reply", tuple(lines(reply.text)))
    elif told.call.error:
        yield Part("nlevolve", (f"no reply came: {clean(told.call.error)}",))
    else:
        yield Part("nlevolve", ("the sample bank has no reply to it any more",))
    if told.sample and told.sample.rejected:
        yield Part("nlevolve", (f"nobody could read it: {clean(told.sample.rejected)}",))
