"""A reply as it comes, piece by piece: stopped when it only repeats itself or passes its bound, given up when it stalls.

The pieces are read from underneath litellm's own stream, which takes a third of a millisecond for each: at fifty calls in flight
that is all of a core. They are the provider's, as litellm's parser for it reads them.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlevolve.llm.guard import LARGEST, too_large
from nlevolve.llm.patience import patient
from nlevolve.llm.request import TimedOut
from nlevolve.llm.room import Bound, looping
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.traffic import Standing

LOOK = 1_000
"""Characters after which a reply is looked at anew."""


@dataclass
class Heard:
    """What has come of a reply."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """The arguments of a tool that was called, though there is none."""
    pieces: int = 0
    characters: int = 0
    finish: str | None = None
    usage: Any = None
    refusal: bool = False
    first: float | None = None
    """Seconds to the first piece that said anything."""
    stopped: str = ""
    """Why we heard no more: `looping` or `long`."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.texts or self.calls)

    @property
    def reasoning(self) -> str:
        return "".join(self.thoughts)

    @property
    def nothing(self) -> bool:
        """Whether there was no stream at all."""
        return not (self.pieces or self.calls or self.finish or self.usage)

    def add(self, chunk: Any) -> bool:
        """Take in one chunk; whether it said anything."""
        if (usage := _field(chunk, "usage")) is not None and _field(usage, "completion_tokens") is not None:
            self.usage = usage
        choices = _field(chunk, "choices")
        # some servers send a whole reply as the only chunk
        said = self._say(_field(choices[0], "delta") or _field(choices[0], "message")) if choices else self._say_plainly(chunk)
        finish = _field(choices[0] if choices else chunk, "finish_reason")
        if finish and self.finish in (None, "", "stop"):
            self.finish = finish  # parsers say "stop" of their own accord, before the end or after it
        return said

    def _say(self, delta: Any) -> bool:
        if delta is None:
            return False
        text = words(_field(delta, "content"))
        thought = words(_field(delta, "reasoning_content") or _field(delta, "reasoning"))
        self.refusal = self.refusal or bool(_field(delta, "refusal"))
        called = arguments(delta)
        self.calls += [called] if called else []
        return self._keep(text, thought) or bool(called)

    def _say_plainly(self, chunk: Any) -> bool:
        """litellm's own plain chunk: a dictionary with a text."""
        return self._keep(words(_field(chunk, "text")), "")

    def _keep(self, text: str, thought: str) -> bool:
        if text:
            self.texts.append(text)
        if thought:
            self.thoughts.append(thought)
        self.pieces += bool(text or thought)
        self.characters += len(text) + len(thought)
        return bool(text or thought)


def words(content: Any) -> str:
    """Content as a text: a string, a list of parts, or the object itself."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part if isinstance(part, str) else str(_field(part, "text") or "") for part in content)
    if isinstance(content, dict):
        return json.dumps(content)
    return ""


def arguments(message: Any) -> str:
    """What a message says as the arguments of the first tool, or function, that it calls."""
    tools = _field(message, "tool_calls") or []
    called = _field(tools[0], "function") if tools else _field(message, "function_call")
    return words(_field(called, "arguments"))


async def listen(
    stream: AsyncIterator[Any], bound: Bound | None, settings: RoleSettings, asked_at: float, standing: Standing | None = None
) -> Heard:
    """Hear the reply out, or as much of it as is of use. Raises TimedOut and TooLarge.

    `asked_at`: when it was asked for, by the monotonic clock. `standing` is told of every piece.
    """
    heard, looked, idle, standing = Heard(), 0, settings.idle_timeout, standing or Standing()
    largest = settings.largest_reply or LARGEST
    try:
        async with patient() as patience:
            async for chunk in stream:
                before = heard.characters
                if not heard.add(chunk):
                    continue
                standing.heard(1, heard.characters - before)
                heard.first = time.monotonic() - asked_at if heard.first is None else heard.first
                # a model may think for long before it says a word; from then on silence is a stall
                patience.renew(idle)
                if heard.characters > largest:
                    raise too_large(largest)
                if bound is not None and bound.passed(heard.pieces, heard.characters):
                    heard.stopped = "long"
                    break
                if heard.characters - looked >= LOOK:
                    looked = heard.characters
                    if looping(_end(heard.texts or heard.calls or heard.thoughts)):
                        heard.stopped = "looping"
                        break
    except TimeoutError:
        if not patience.lost:
            raise
        raise TimedOut(f"it stalled: nothing more for {idle:g} s, after {heard.characters} characters") from None
    return heard


def _end(texts: list[str], enough: int = 14_000) -> str:
    """The last of what was said: pieces from the end, until there are characters enough."""
    taken, size = [], 0
    for text in reversed(texts):
        taken.append(text)
        size += len(text)
        if size >= enough:
            break
    return "".join(reversed(taken))


def _field(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, dict) else getattr(of, name, None)
