"""Wide reading: the grammar's phrases, and people's ways of saying them on top, which nothing is ever written in.

What the grammar alone reads it is left to read. Here a sentence may have several readings: whoever asks has to see whether
they come to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from nlevolve.offline.grammar import MOST_TOKENS, OutOfSteps, Phrase, Pinned, Production, Reader, Words, expand, productions_of
from nlevolve.offline.words import opened, tokens

MOST_STEPS = 12_000
"""Template matches tried for one wording of a sentence."""

P = TypeVar("P", bound=Phrase)
_read_by: dict[type, list[Production]] = {}
_phrases: dict[Words, list[tuple[str, ...]]] = {}


def also_read(meant: type[Phrase] | Words, *templates: str | Pinned) -> None:
    """Further templates of a class, or further phrases of a word. Each line is one."""
    if isinstance(meant, Words):
        lines = [line for text in templates if isinstance(text, str) for line in text.splitlines() if line.strip()]
        _phrases.setdefault(meant, []).extend(tokens(plain) for line in lines for plain in expand(line))
        return
    ways = [production for template in templates for production in productions_of(meant, template)]
    for category in meant.__mro__:
        if issubclass(category, Phrase):
            _read_by.setdefault(category, []).extend(ways)


class _WideReader(Reader):
    def productions(self, kind: type) -> Sequence[Production]:
        return [*super().productions(kind), *_read_by.get(kind, ())]

    def phrases(self, choice: Words) -> Sequence[tuple[str, ...]]:
        return [*super().phrases(choice), *_phrases.get(choice, ())]


@lru_cache(maxsize=8192)
def readings(category: type[P], text: str) -> tuple[P, ...]:
    """What the whole text may say: the surest of its readings, several where they are equally sure; none when not understood."""
    words = opened(tokens(text))
    if not words or len(words) > MOST_TOKENS:
        return ()
    reader = _WideReader(words, MOST_STEPS)
    try:
        whole = [found for found in reader.at(category, 0) if found.end == len(words)]
    except OutOfSteps:
        return ()
    return tuple(dict.fromkeys(found.value for found in whole if found.weight == whole[0].weight))
