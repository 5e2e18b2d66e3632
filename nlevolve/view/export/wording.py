"""Words turned with a task: what says left says right where the task is mirrored, and a colour goes by its other name.

By a table of words, and only where every word of a description that depends on the way one looks stands in it. Whether the new
words mean what the old ones meant is for the caller to prove (proof.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from nlevolve.puzzle.symmetry import COLOURS, Transform

NAMES = ("black", "blue", "red", "green", "yellow", "grey", "magenta", "orange", "cyan", "maroon")
"""As the prompts name the colours, 0 to 9."""
_CALLED = {
    **{name: colour for colour, name in enumerate(NAMES)},
    **{"gray": 5, "silver": 5, "pink": 6, "fuchsia": 6, "purple": 6, "violet": 6, "gold": 4, "brown": 9, "burgundy": 9},
    **{"light blue": 8, "sky blue": 8, "turquoise": 8, "teal": 8, "aqua": 8, "azure": 8, "dark blue": 1, "dark red": 9},
}

UP, RIGHT, DOWN, LEFT = range(4)
_PLACES, _WAYS = ("top", "right", "bottom", "left"), ("up", "right", "down", "left")
_SIDES = (
    *(_PLACES, _WAYS, ("upper", "right", "lower", "left"), ("upward", "rightward", "downward", "leftward")),
    *(("upwards", "rightwards", "downwards", "leftwards"), ("uppermost", "rightmost", "lowermost", "leftmost")),
    *(("topmost", "rightmost", "bottommost", "leftmost"), ("above", "to the right of", "below", "to the left of")),
    ("up", "to the right", "down", "to the left"),
)
"""Words that name a side: those for up, right, down and left."""
_ROWS = {word: row for row in _SIDES for word in row if word not in ("left", "right", "up", "down")} | dict.fromkeys(
    ("up", "down"), _WAYS
)
_AXES = {
    **{"horizontally": "vertically", "horizontal": "vertical", "row": "column", "rows": "columns", "width": "height"},
    **{"wide": "tall", "wider": "taller", "widest": "tallest", "narrow": "short", "narrower": "shorter", "narrowest": "shortest"},
}
_EITHER_AXIS = {**_AXES, **{other: word for word, other in _AXES.items()}}
"""Words that change places by a quarter turn."""
_TURNS = {
    "clockwise": "anticlockwise",
    "anticlockwise": "clockwise",
    "counterclockwise": "clockwise",
    "counter-clockwise": "clockwise",
}
_OF_A_PLACE = (
    r"[ -](?:side|half|halves|edge|border|end|part|corner|neighbou?r|third|quarter|panel|column|row|cell|object|one)s?\b"
)
_AFTER = re.compile(rf"{_OF_A_PLACE}| (?:to|and) (?:the )?(?:left|right)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:the|its|their|from|at|on|(?:left|right) (?:to|and))[ -]$", re.IGNORECASE)
"""What stands before or after a side that is a place, and no direction to move in."""


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_UNTURNABLE = _words(
    r"north|south|east|west|transpose\w*|anti-?diagonal|main diagonal|slope|rising|ascending|descending|reading order",
    r"(?:rows?|columns?) \d+|coordinates?|first|second|third|fourth|last|next(?! (?:to|of)\b)|\d+(?:st|nd|rd|th)|odd|even",
    r"(?:is|are|be|was|were|cells|nothing) left|left (?:over|alone|unchanged|as|empty|blank|out)",
    r"right (?:angle|size|place|colou?r)s?",
)
"""Said of a way of looking that the table has no other side for, or left and right in another sense."""
_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_UNTIPPABLE = _words(
    r"on top|over(?! (?:each other|one another)\b)|under(?! the colou?r\b)|beneath|underneath|high|higher|highest|low|lowest",
    r"deep|gravity|fall\w*|sink\w*|drop\w*|rise\w*",
    r"(?:lined?|lines|adds?|makes?|made|ends?|splits?|fills?|scaled?|pairs?) up|up to|up against|across",
    rf"(?:once|twice|times) (?:up|down)|(?<!to the )(?:left|right) of|({_NUMBER}) by (?!\1\b){_NUMBER}",
)
"""The same where what was up does not stay up."""
_UNNAMED = re.compile(
    r"\b(?:bright\w*|dark(?! (?:red|blue))|light(?! blue)|non-?zero|zeros?)\b|\b\d\b(?! (?:cell|row|column|pixel|by|time))"
)
"""What may be a colour by another name than the table's."""


def turned(bullet: str, by: Transform) -> str | None:
    """The bullet as it is said of the task seen through this transform; None where that is not safe to say."""
    if by.turns or by.mirrored:
        if _UNTURNABLE.search(bullet) or (_moves(UP, by) != UP and _UNTIPPABLE.search(bullet)):
            return None
        bullet = _replaced(bullet, _SIDED, lambda found: _side(found, by))
        bullet = _MUTUAL.sub(_in_order, bullet) if _ALIKE.search(bullet) else bullet
        bullet = _EITHER.sub(_in_order, bullet)
    if by.colours != COLOURS:
        if _UNNAMED.search(bullet):
            return None
        bullet = _replaced(bullet, _COLOURED, lambda found: NAMES[by.colours[_CALLED[found[0].lower()]]])
        bullet = _ARTICLE.sub(lambda found: f"{found[1]}{'n' if found[2] == 'orange' else ''} {found[2]}", bullet)
    return bullet


def _moves(side: int, by: Transform) -> int:
    """Which side this one is after the transform."""
    mirrored = {LEFT: RIGHT, RIGHT: LEFT}.get(side, side) if by.mirrored else side
    return (mirrored + by.turns) % 4


def _side(found: re.Match[str], by: Transform) -> str:
    """What a word of the tables is called after the transform."""
    word = found[0].lower()
    if corner := _CORNER.fullmatch(word):
        sides = {_moves(_VERTICAL[corner[1]], by), _moves(_PLACES.index(corner[3]), by)}
        return f"{'top' if UP in sides else 'bottom'}{corner[2]}{'right' if RIGHT in sides else 'left'}"
    if word in _TURNS:
        return _TURNS[word] if by.mirrored else word
    if word in _EITHER_AXIS:
        return _EITHER_AXIS[word] if by.turns % 2 else word
    row = _ROWS.get(word) or (_PLACES if _is_place(found) else _WAYS)
    return row[_moves(row.index(word), by)]


def _is_place(found: re.Match[str]) -> bool:
    before, after = found.string[: found.start()], found.string[found.end() :]
    return bool(_BEFORE.search(before) or _AFTER.match(after))


_VERTICAL = {"top": UP, "upper": UP, "bottom": DOWN, "lower": DOWN}
_CORNER = re.compile(r"(top|upper|bottom|lower)([ -])(left|right)")


_MUTUAL = re.compile(r"\b(right|bottom|down)( and | to )(left|top|up)\b")
_EITHER = re.compile(r"\b(columns?)( (?:and|or) )(rows?)\b")
_ALIKE = re.compile(r"\b(?:mirror|symmetr|flip|reflect)", re.IGNORECASE)
"""Deeds that are the same from either side."""
_ARTICLE = re.compile(rf"\b([Aa])n? ({'|'.join(NAMES)})\b")


def _in_order(found: re.Match[str]) -> str:
    """Two sides that are alike are named in the usual order."""
    return f"{found[3]}{found[2]}{found[1]}"


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_SIDED = re.compile(
    rf"\b(?:{_CORNER.pattern}|to the (?:left|right)(?: of\b|\b(?!{_OF_A_PLACE}))"
    rf"|(?:{_any({*_TURNS, *_EITHER_AXIS, *_PLACES, *_ROWS} - {'to the left', 'to the right'})})\b)",
    re.IGNORECASE,
)
_COLOURED = re.compile(rf"\b(?:{_any(_CALLED)})\b", re.IGNORECASE)


def _replaced(text: str, pattern: re.Pattern[str], other: Callable[[re.Match[str]], str]) -> str:
    """Every word that the pattern finds, at once; a capital stays one."""

    def put(found: re.Match[str]) -> str:
        said = other(found)
        return said[:1].upper() + said[1:] if found[0][0].isupper() else said

    return pattern.sub(put, text)
