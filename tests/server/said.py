"""What the test server is asked, and what it is told to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from nlevolve.records import Usage

Json = dict[str, Any]
Shape = Literal["text", "parts", "object", "reasoning"]
"""Where a reply's text lies: a string; a list of parts; the JSON itself, unquoted; where the reasoning should be."""


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    number: int
    """Counted from 1, over all requests of this server."""
    wire: str
    model: str
    texts: tuple[str, ...]
    body: Json
    headers: dict[str, str]
    chat: tuple[Json, ...] = ()
    """The messages as `{"role", "content"}` with the content as one string, whatever the wire."""
    schema: Json | None = None
    """The JSON schema that the reply must fit, wherever this wire puts it; {"type": "object"} for any object."""
    thinks: bool = False
    """Whether it asks for thinking, in the words of this wire."""


@dataclass(frozen=True)
class Said:
    """What to answer, and how to fail at it."""

    text: str | None = "ok"
    finish: str = "stop"
    usage: Usage | None = field(default_factory=lambda: Usage(prompt=100, completion=20))
    """None: the reply does not say what it took."""
    reasoning: str = ""
    refusal: str = ""
    status: int = 200
    code: str = "error"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """The body as it is, instead of a well-formed one."""
    delay: float = 0.0
    reset: bool = False
    """Drop the connection before a byte."""
    cut: bool = False
    """Drop it in the middle of the body."""
    shape: Shape = "text"
    thought_apart: bool = False
    """Count reasoning tokens in the total alone, outside the completion's (xAI, and Gemini by its OpenAI routes)."""
    streamed: bool = False
    """Answer with a stream of events though none was asked for."""
    pause: float = 0.0
    """Seconds between the pieces of a body that comes in pieces."""
    stalls: bool = False
    """Send half of the body, then nothing, and keep the connection."""
    endless: bool = False
    """Repeat the text until the client hangs up."""

    @property
    def in_pieces(self) -> bool:
        return self.cut or self.stalls or self.endless or self.pause > 0


Script = Callable[[Asked], Said | Awaitable[Said]]
