"""Attention: "find the largest object" does nothing yet; it says what "it" is in what follows."""

from __future__ import annotations

import re

from nlevolve.offline.nouns.areas import Areas
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.wide_reading import readings
from nlevolve.offline.wordings.rewording import meanings, plainest

_FIND = re.compile(r"^(?:first |then |next |now )*(?:find|locate|identify|look (?:for|at)|search for|notice|pick(?: out)?|select|choose|determine|see|take) (?P<what>.+)$")
_IT = re.compile(r"\b(?:it|them|(?:this|that|these|those)(?: (?:one|shape|object|figure|block|square|box|cell|pattern|design|area|piece|line)s?)?)\b(?= |$)(?! (?:is|are|has|have|do|does|was|touch|form|make)\b)")


def attended(sentence: str) -> str:
    """What a sentence asks to find, if that is all it does; empty otherwise."""
    found = _FIND.match(plainest(sentence))
    if found is None:
        return ""
    what = found["what"]
    return what if any(readings(kind, wording) for kind in (Objects, Areas) for wording in meanings(what)) else ""


def resolved(sentence: str, meant: str) -> str:
    """The sentence with what was found for its first "it" or "them"."""
    return _IT.sub(lambda _: meant, sentence.lower(), count=1) if meant else sentence
