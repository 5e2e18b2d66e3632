"""Understanding people: a bullet in their words -> steps, sentence by sentence; what may mean two things keeps both.

A sentence is put into plainer words, read for each thing that a vague noun may stand for ("square": a cell or an object), and
parted where it says several things. Nothing is left out: a sentence that is not understood makes the bullet so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import product

from nlevolve.offline.claims import claim
from nlevolve.offline.families.recolouring import ChangeColours, SwapColours
from nlevolve.offline.operation import Operation
from nlevolve.offline.people import says_nothing
from nlevolve.offline.said import EitherWay
from nlevolve.offline.wide_reading import readings
from nlevolve.offline.wordings import deeds, nouns  # noqa: F401
from nlevolve.offline.wordings.attention import attended, resolved
from nlevolve.offline.wordings.rewording import meanings, sentences

Read = Callable[[str], Operation | None]
Way = tuple[Operation, ...]

MOST_SENTENCES = 8
MOST_SEAMS = 6
MOST_WAYS = 8
LONGEST = 900
"""Characters of a bullet that is looked at."""


def understood(bullet: str, read: Read) -> Way | None:
    """The steps of a bullet; None when some of it is not understood. `read` reads what the grammar alone is sure of."""
    if len(bullet) > LONGEST:
        return None
    found = sentences(bullet)
    if not 0 < len(found) <= MOST_SENTENCES:
        return None
    steps: list[Operation] = []
    meant = ""
    for sentence in found:
        sentence = resolved(sentence, meant)
        ways = _ways(sentence, read)
        if not ways:
            return None
        meant = attended(sentence) or meant
        steps += ways[0] if len(ways) == 1 else (EitherWay(sentence, ways),)
    return tuple(steps)


def _ways(sentence: str, read: Read, depth: int = 0) -> tuple[Way, ...]:
    """Everything that a sentence may mean; none when it is not understood."""
    if says_nothing(sentence) or (not depth and attended(sentence)):
        return ((),)
    said = claim(sentence)
    if said is not None:
        return ((said,),)
    sure = read(sentence)
    if sure is not None:
        return ((sure,),)
    found = {(meaning,): None for wording in meanings(sentence) for meaning in readings(Operation, wording)}
    return _few(found) or _in_parts(sentence, read, depth)


def _few(ways: Iterable[Way]) -> tuple[Way, ...]:
    """All of them; none where they are too many to be carried on."""
    found = tuple(dict.fromkeys(ways))
    return found if len(found) <= MOST_WAYS else ()


_SEAM = re.compile(r"[,;]? (?:and|but|then|while|so)(?: (?:then|also|finally))? |[,;] ")


def _in_parts(sentence: str, read: Read, depth: int) -> tuple[Way, ...]:
    """The ways of a sentence that says several things one after the other."""
    if depth >= 3:
        return ()
    for seam in list(_SEAM.finditer(sentence))[:MOST_SEAMS]:
        rest = sentence[seam.end() :]
        first = _ways(sentence[: seam.start()], read, 9)
        second = first and _ways(resolved(rest, attended(sentence[: seam.start()])), read, depth + 1)
        if second:
            both = [_together(a, b) for a, b in product(first, second)]
            return _few(way for way in both if way is not None) if None not in both else ()
    return ()


def _together(first: Way, second: Way) -> Way | None:
    """Both after each other; colours that are changed in one breath are changed at once, swapped and changed ones are unclear."""
    if any(isinstance(way, SwapColours) for way in first) and any(isinstance(way, ChangeColours | SwapColours) for way in second):
        return None
    if first and second and isinstance(first[-1], ChangeColours) and isinstance(second[0], ChangeColours):
        return (*first[:-1], ChangeColours((*first[-1].changes, *second[0].changes)), *second[1:])
    return (*first, *second)
