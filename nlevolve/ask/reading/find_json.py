"""Finding the JSON in what a model said: in fences, in prose, slightly broken, cut off (pure)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LONGEST_REPAIR = 16_000
"""Characters of a piece that json-repair may see."""
MOST_REPAIR_WORK = 1_000_000
"""Characters times quotes: json-repair's time grows with both (0.64 takes 0.08 s for 1.3 million, 0.9 s for 21 million)."""
DEEPEST = 12
"""A piece beyond these is no answer."""
MOST_SEGMENTS = 40
MOST_REPAIRS = 2

_CLOSER_OF = {"{": "}", "[": "]"}
_DECODER = json.JSONDecoder(strict=False)
_KEY = re.compile(r'\s*"((?:[^"\\\n]|\\.){1,80})"\s*:\s*')
_OBJECT_BEGINS = re.compile(r"\{\s*[\"']?\w{1,40}[\"']?\s*:")
_LIST_BEGINS = re.compile(r"\[\s*[\[\d\"'{]|\[\s*\Z")
_LEFT_OUT = re.compile(
    r"[\[,]\s*(?:\.\.\.|…)|(?://|#|/\*)[^\n]{0,80}?(?:\brest\b|remaining|same|similar|and so on|etc|continue|\.\.\.|…)", re.I
)
_QUOTED_OR_COMMENT = re.compile(r'\\.|("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*[^*]{0,400}\*/|(?<=[,\s\[])#[^\n]*', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(?=\s*[\]}])")
_LEADING_ZERO = re.compile(r"[\[,\s]0\d")
_STRINGS = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
_FIELD = re.compile(r'"(\w{1,40})"\s*:\s*(?=\[)')


@dataclass
class _Open:
    """A bracket that waits for its partner, and how deep the closed ones within it nest."""

    start: int
    closer: str
    depth: int = 1


@dataclass(frozen=True)
class Segment:
    """A piece of JSON within a text: where it is, and what it says."""

    start: int
    end: int
    value: Any
    mended: bool = False
    """It was broken, and somebody guessed what was meant."""


@dataclass(frozen=True)
class Found:
    """The readable segments, in order, and where an object or a list begins that the text does not end (None: nowhere)."""

    segments: tuple[Segment, ...]
    cut_at: int | None
    broken: tuple[tuple[int, int], ...] = ()
    """(start, end) of closed pieces that nobody can read."""


def find_json(text: str) -> Found:
    """The outermost objects and lists of a text that can be read, strictly or mended, and what can be told of one cut off."""
    spans, waiting = _closed(text)
    cut = next((opened.start for opened in waiting if _begins(text, opened)), None)
    segments: list[Segment] = []
    broken: list[tuple[int, int]] = []
    repairs = MOST_REPAIRS
    for start, end, depth in reversed(spans[-MOST_SEGMENTS:]):
        if cut is not None and start > cut and text[start] == "[":
            continue  # a part of what was cut off
        piece = text[start:end]
        value, mended = _loaded(piece), False
        if value is None and repairs and depth <= DEEPEST:
            value, mended, repairs = _mended(piece), True, repairs - 1
        if value is not None:
            segments.append(Segment(start, end, value, mended))
        else:
            broken.append((start, end))
    if cut is not None and text[cut] == "{":
        end, told = _open_object(text, cut)
        segments += [Segment(cut, end, told)] if told else []
    return Found(tuple(sorted(segments, key=lambda s: s.end)), cut, tuple(broken))


def _begins(text: str, opened: _Open) -> bool:
    """Whether an unclosed bracket begins JSON, rather than being a stray one."""
    return bool((_OBJECT_BEGINS if opened.closer == "}" else _LIST_BEGINS).match(text, opened.start))


def _open_object(text: str, start: int) -> tuple[int, dict[str, Any]]:
    """Where the complete fields of an object that is not closed end, and what they say."""
    told: dict[str, Any] = {}
    end = position = start + 1
    while (key := _KEY.match(text, position)) and len(told) < MOST_SEGMENTS:
        try:
            told[key[1]], end = _DECODER.raw_decode(text, key.end())
        except (ValueError, RecursionError):
            break
        comma = re.compile(r"\s*,").match(text, end)
        if not comma:
            break
        position = comma.end()
    return end, told


def _loaded(piece: str) -> Any:
    """What a piece says; None when it cannot be read (a piece is an object or a list)."""
    try:
        return json.loads(piece, strict=False)
    except (ValueError, RecursionError):
        return None


def _mended(piece: str) -> Any:
    """What a broken piece says: without comments and trailing commas, by its lists, or by json-repair; or None.

    Not where something was left out ("...") or where it is a program: a guess would be a wrong grid.
    """
    if len(piece) > LONGEST_REPAIR or _LEFT_OUT.search(piece):
        return None
    piece = _TRAILING_COMMA.sub("", _QUOTED_OR_COMMENT.sub(lambda m: m[1] or (m[0] if m[0][0] == "\\" else " "), piece))
    value = _loaded(piece)
    if value is not None:
        return value
    unquoted = _STRINGS.sub("", piece)
    if _LEADING_ZERO.search(unquoted):
        return None
    if piece[0] == "[" and not re.fullmatch(r"[\d\s,\[\]{}:.\"'-]*", unquoted):
        return None
    if piece[0] == "{" and not _OBJECT_BEGINS.match(piece):
        return None
    return _lists_in(piece) or _repaired(piece)


def _lists_in(piece: str) -> dict[str, Any] | None:
    """The lists of a broken object by their names, the last of each name; None unless there is one."""
    told: dict[str, Any] = {}
    for match in list(_FIELD.finditer(piece))[-8:]:
        try:
            told[match[1]] = _DECODER.raw_decode(piece, match.end())[0]
        except (ValueError, RecursionError):
            return None
    return told or None


def _repaired(piece: str) -> Any:
    import json_repair

    if len(piece) * (piece.count('"') + piece.count("'")) > MOST_REPAIR_WORK:
        return None
    try:
        value = json_repair.loads(piece)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and value else None


def _closed(text: str) -> tuple[list[tuple[int, int, int]], list[_Open]]:
    """(start, end, depth) of the outermost closed brackets, and those that wait at the end.

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
    return spans, waiting
