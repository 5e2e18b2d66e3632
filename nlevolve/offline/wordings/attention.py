"""Attention: "find the largest object" does nothing yet; it says what "it" is in what follows."""

from __future__ import annotations

import re

from nlevolve.offline.families.lines import Over
from nlevolve.offline.nouns.areas import Areas
from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.nouns.rays import Reach
from nlevolve.offline.wide_reading import readings
from nlevolve.offline.wordings.rewording import meanings, plainest

_FIND = re.compile(
    r"^(?:first |then |next |now )*(?:find|locate|identify|look (?:for|at)|search for|notice|pick(?: out)?|select|choose|determine|see|take) (?P<what>.+)$"
)
_IT = re.compile(
    r"\b(?:it|them|(?:this|that|these|those)(?: (?:one|shape|object|figure|block|square|box|cell|pattern|design|area|piece|line)s?)?)\b(?= |$)(?! (?:is|are|has|have|do|does|was|touch|form|make)\b)"
)


def attended(sentence: str) -> str:
    """What a sentence asks to find, if that is all it does; empty otherwise."""
    found = _FIND.match(plainest(sentence))
    if found is None:
        return ""
    what = found["what"]
    return what if any(readings(kind, wording) for kind in (Objects, Areas) for wording in meanings(what)) else ""


_LINE = re.compile(
    r"^(?:(?:this|these|the|those|each) )?(?:new |diagonal |connecting |drawn |straight )*lines? (?:should |will |must |need to )?(?:all )?(?:be |is |are |match(?:es)? |have )(?P<ink>.+)$"
)


def complement(sentence: str, before: str) -> str:
    """The sentence before with what this one says of its line: "it should be red" is "in red"; empty where it says no such thing."""
    found = _LINE.match(plainest(sentence))
    ink = re.sub(r"^(?:in |made )?(?:the same )?(?:the )?(?:colou?r (?:of )?)?(?:as )?", "", found["ink"]) if found else ""
    if not found or not re.search(r"\bline", before):
        return ""
    owner = re.match(r"(?:the |a )?(?:\w+ )*(?:square|box|object|shape|rectangle|cell|dot|block)s?$", ink)
    return f"{before.rstrip(' .,')} in {'the colour of ' if owner else ''}{ink}"


_TELLS: tuple[tuple[re.Pattern[str], Reach | Over], ...] = tuple(
    (re.compile(said), meant)
    for meant, said in (
        (
            Reach.OVER,
            r"^(?:go|draw|continue|pass|paint|colou?r|cross|run) (?:right |straight )?(?:over|across|through) (?:any|the|every|all|other|it)\b",
        ),
        (
            Over.COVER,
            r"^(?:go|draw|continue|pass|cross) (?:right |straight )?(?:over|across|through) (?:any|the|every|all|other)\b",
        ),
    )
)


def telling(sentence: str) -> Reach | Over | None:
    """Which of the meanings of a line that was spoken of a sentence tells; None when it does not tell any."""
    text = plainest(sentence)
    return next((meant for said, meant in _TELLS if said.match(text)), None)


_LOOKS = re.compile(
    r"^(?:count|identify|determine|figure out|find out|note|notice|observe|recogni[sz]e|take note|pay attention|look at)\b(?!.*(?:,| and) (?:then )?"
    r"(?:fill|change|turn|make|recolou?r|colou?r|paint|replace|remove|keep|draw|surround|move|extend|copy|put|place|add|create)\b)"
)


def only_looks(sentence: str) -> bool:
    """Whether it asks to look at something and to do nothing."""
    return bool(_LOOKS.match(plainest(sentence)) or attended(sentence))


def resolved(sentence: str, meant: str) -> str:
    """The sentence with what was found for its first "it" or "them"."""
    return _IT.sub(lambda _: meant, sentence.lower(), count=1) if meant else sentence
