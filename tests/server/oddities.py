"""Replies in shapes that are not in the book, each seen at some server: what a client has to bear or to name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nlevolve.records import Usage
from tests.server.said import Said

Oddity = Callable[[Said], Said]


def _thoughtful(said: Said) -> Said:
    used = said.usage or Usage()
    return replace(
        said, usage=used.model_copy(update={"completion": used.completion + 900, "reasoning": 900}), thought_apart=True
    )


ODDITIES: dict[str, Oddity] = {
    "usage missing": lambda said: replace(said, usage=None),
    "usage zero": lambda said: replace(said, usage=Usage()),
    "reasoning tokens outside the completion's": _thoughtful,
    "content as a list of parts": lambda said: replace(said, shape="parts"),
    "content as an object": lambda said: replace(said, shape="object"),
    "answer where the reasoning should be": lambda said: replace(said, shape="reasoning"),
    "a stream in answer to a plain request": lambda said: replace(said, streamed=True),
    "a body in small pieces": lambda said: replace(said, pause=0.01),
}
"""What holds an answer all the same."""

STALLS: dict[str, Oddity] = {
    "half a body, then nothing": lambda said: replace(said, stalls=True),
    "half a stream, then nothing": lambda said: replace(said, streamed=True, stalls=True),
    "a body without end": lambda said: replace(said, endless=True),
    "a stream without end": lambda said: replace(said, streamed=True, endless=True),
    "a stream that is cut": lambda said: replace(said, streamed=True, cut=True),
}
"""What holds none, or too much of one."""
