"""Finding the JSON in what a model wrote: beside its thinking, in fences, in prose, slightly broken (pure)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LONGEST_TEXT = 200_000
"""Characters looked at, from the end: the answer comes last."""
LONGEST_REPAIR = 40_000
DEEPEST = 12
"""A segment beyond these is no answer, and mending it may take seconds."""
MOST_SEGMENTS = 40
MOST_REPAIRS = 3

_TAG = r"(?:think|thinking|thought|reasoning|reflection)"
_THOUGHT_BEGIN = re.compile(f"<{_TAG}>", re.IGNORECASE)
_THOUGHT_END = re.compile(f"</{_TAG}>", re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufe0e\ufe0f\ufeff]")
_CLOSER_OF = {"{": "}", "[": "]"}


@dataclass
class _Open:
    """A bracket that waits for its partner, and how deep the closed ones within it nest."""

    start: int
    closer: str
    depth: int = 1


@dataclass(frozen=True)
class Segment:
    """A closed piece of JSON within a text: where it is, and what it says."""

    start: int
    end: int
    value: Any


@dataclass(frozen=True)
class Found:
    """The readable segments, in order, and whether a list is still open where the text ends."""

    segments: tuple[Segment, ...]
    cut_off: bool


def visible(text: str) -> str:
    """The text without control characters and others that cannot be seen; line ends are kept."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def answer_part(text: str) -> str:
    """The text after the thinking, without characters that cannot be seen; empty when the thinking never ends."""
    text = visible(text[-LONGEST_TEXT:])
    end = 0  # of the last thinking; where it began may be in the model's template
    for match in _THOUGHT_END.finditer(text):
        end = match.end()
    begin = _THOUGHT_BEGIN.search(text, end)
    after = text[end : begin.start() if begin else None]
    first = _THOUGHT_BEGIN.search(text)
    return after if after.strip() or not first else text[: first.start()]


def find_json(text: str) -> Found:
    """The outermost closed objects and lists of a text that can be read, strictly or by json-repair."""
    spans, open_lists = _closed(text)
    segments: list[Segment] = []
    repairs = MOST_REPAIRS
    for start, end, depth in reversed(spans[-MOST_SEGMENTS:]):
        piece = text[start:end]
        try:
            segments.append(Segment(start, end, json.loads(piece)))
        except (ValueError, RecursionError):
            if repairs and depth <= DEEPEST and len(piece) <= LONGEST_REPAIR:
                repairs -= 1
                segments += [Segment(start, end, value) for value in _repaired(piece)]
    return Found(tuple(reversed(segments)), cut_off=open_lists > 0)


def _repaired(piece: str) -> list[Any]:
    import json_repair

    try:
        value = json_repair.loads(piece)
    except (ValueError, RecursionError):
        return []
    return [value] if isinstance(value, dict | list) and value else []


def _closed(text: str) -> tuple[list[tuple[int, int, int]], int]:
    """(start, end, depth) of the outermost closed brackets, and how many `[` are open at the end.

    Brackets are counted without regard to strings, since the quotes may be what is broken; a bracket without a partner
    is passed over.
    """
    waiting: list[_Open] = []
    spans: list[tuple[int, int, int]] = []
    for match in re.finditer(r"[\[\]{}]", text):
        bracket = match.group()
        if bracket in _CLOSER_OF:
            waiting.append(_Open(match.start(), _CLOSER_OF[bracket]))
        elif any(opened.closer == bracket for opened in reversed(waiting[-DEEPEST:])):
            while (opened := waiting.pop()).closer != bracket:
                pass
            while spans and spans[-1][0] > opened.start:
                spans.pop()
            spans.append((opened.start, match.end(), opened.depth))
            if waiting:
                waiting[-1].depth = max(waiting[-1].depth, opened.depth + 1)
    return spans, sum(opened.closer == "]" for opened in waiting)
