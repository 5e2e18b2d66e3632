"""Words: text -> a list of plain tokens in which synonyms, articles, plurals and spellings no longer differ."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_TEXT = 600
"""Characters of a sentence that are read; people's bullets are far shorter."""

_TOKEN = re.compile(r"[a-z]+|\d+")
_ASIDE = re.compile(r"\((?:colou?r\s*)?\d\)")
_DROPPED = frozenset(["a", "an", "the", "please", "simply", "just", "therefore", "thus", "s"])
_OPENERS = frozenset(
    ["then", "next", "finally", "first", "firstly", "secondly", "lastly", "now", "also", "afterwards", "and", "so"]
)
_STAY = frozenset(["is", "this", "its", "has", "does", "was", "minus", "plus", "cross", "axis", "across", "less", "always"])
_NUMBERS = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(13),
        strict=True,
    )
)

_GROUPS = {
    # colours, by their names in ARC and by what people call them
    "black": "",
    "grey": "gray silver",
    "magenta": "pink fuchsia purple violet",
    "cyan": "azure teal turquoise aqua",
    "maroon": "brown burgundy",
    "yellow": "gold",
    "colour": "color hue",
    "recolour": "recolor paint repaint",
    "coloured": "colored",
    # things
    "object": "shape figure component blob item thing",
    "cell": "pixel",
    "grid": "picture image canvas matrix",
    "border": "edge boundary",
    "box": "",
    # deeds
    "remove": "delete erase clear discard",
    "keep": "retain preserve leave",
    "flip": "mirror reflect",
    "rotate": "spin",
    "crop": "trim extract",
    "enlarge": "magnify upscale",
    "copy": "duplicate",
    "put": "place",
    "join": "connect link",
    # which
    "every": "each all any",
    "largest": "biggest greatest",
    "larger": "bigger greater",
    "smallest": "tiniest littlest",
    "same": "identical equal",
    "other": "remaining rest else",
    "different": "",
    "enclosed": "surrounded",
    "horizontally": "",
    "vertically": "",
    "clockwise": "",
    "anticlockwise": "counterclockwise",
    "up": "upward",
    "down": "downward",
    "left": "leftward",
    "right": "rightward",
    "topmost": "uppermost highest",
    "bottommost": "lowermost lowest",
    "centre": "center middle",
    "is": "are be",
    "has": "have",
    "does": "do",
    "its": "their",
    "it": "them they",
    "by": "x",
    "repeatedly": "",
    "whole": "entire complete full",
}
_SYNONYMS = {synonym: word for word, synonyms in _GROUPS.items() for synonym in synonyms.split()}

_SAYINGS = {
    "light blue": "cyan",
    "sky blue": "cyan",
    "dark red": "maroon",
    "dark blue": "blue",
    "from left to right": "horizontally",
    "left to right": "horizontally",
    "from top to bottom": "vertically",
    "top to bottom": "vertically",
    "upside down": "vertically",
    "counter clockwise": "anticlockwise",
    "anti clockwise": "anticlockwise",
    "get rid of": "remove",
    "take away": "remove",
    "cut out": "crop",
    "most frequent": "most common",
    "least frequent": "least common",
    "rarest": "least common",
    "does not": "doesnt",
    "don t": "doesnt",
    "doesn t": "doesnt",
    **{
        f"{thing} of {rank} common colour": f"{rank} common colour {thing}"
        for thing in ("cell", "object")
        for rank in ("most", "least")
    },
}


def _stem(word: str) -> str:
    """Without the s of plurals and third persons; crude, but the same for templates and for texts."""
    if len(word) <= 3 or word in _STAY or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1]


def _plain(word: str) -> str:
    if word in _NUMBERS:
        return str(_NUMBERS[word])
    stem = _stem(word)
    return _SYNONYMS.get(stem, stem)


def _key(text: str) -> tuple[str, ...]:
    return tuple(_plain(w) for w in _TOKEN.findall(text) if w not in _DROPPED)


_SAYING_TOKENS = {_key(said): meant for said, meant in _SAYINGS.items()}
_LONGEST_SAYING = max(map(len, _SAYING_TOKENS))


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """The plain tokens of any text, at most LONGEST_TEXT characters of it; linear in its length."""
    text = text[:LONGEST_TEXT].lower().replace("×", " by ").replace("°", " degrees").replace("'s ", " ").replace("’s ", " ")
    # "…besides the background, colour it red" does not speak of the background colour
    clauses = re.split(r"[,;:]", _ASIDE.sub(" ", text))
    return tuple(token for clause in clauses for token in _join_sayings(_key(clause)))


def opened(found: tuple[str, ...]) -> tuple[str, ...]:
    """Without the small words that open a sentence in a list of steps ("then", "finally")."""
    start = 0
    while start < len(found) and found[start] in _OPENERS:
        start += 1
    return found[start:]


def _join_sayings(words: tuple[str, ...]) -> tuple[str, ...]:
    out: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_SAYING, len(words) - at), 1, -1):
            meant = _SAYING_TOKENS.get(words[at : at + length])
            if meant is not None:
                out.extend(meant.split())
                at += length
                break
        else:
            out.append(words[at])
            at += 1
    return tuple(out)


_COUNTED = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def is_number(word: str) -> bool:
    """Whether a word is how `counted` says a number."""
    return word in _NUMBERS or word.isdecimal()


def counted(number: int) -> str:
    """The number as a person writes it: in letters up to twelve."""
    return _COUNTED[number] if 0 <= number < len(_COUNTED) else str(number)
