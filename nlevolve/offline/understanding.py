"""Understanding people: a bullet in their words -> steps, sentence by sentence; what may mean two things keeps both.

A sentence is put into plainer words, read for each thing that a vague noun may stand for ("square": a cell or an object), and
parted where it says several things. Nothing is left out: a sentence that is not understood makes the bullet so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product

from nlevolve.offline.claims import claim
from nlevolve.offline.families.painting import PaintPart, RecolourObjects
from nlevolve.offline.families.recolouring import Change, ChangeColours, SwapColours
from nlevolve.offline.grammar import Words, say
from nlevolve.offline.nouns.objects import Coloured
from nlevolve.offline.nouns.parts import Part
from nlevolve.offline.nouns.shades import Plain
from nlevolve.offline.operation import Operation
from nlevolve.offline.people import is_a_size, says_nothing
from nlevolve.offline.said import AsSaid, ComesTo, EitherWay
from nlevolve.offline.seen import seen
from nlevolve.offline.wide_reading import readings
from nlevolve.offline.wordings import acts, deeds, lines, nouns, wholes  # noqa: F401
from nlevolve.offline.wordings.attention import attended, complement, only_looks, resolved, telling
from nlevolve.offline.wordings.rewording import meanings, plainest, sentences

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
    said: list[tuple[str, tuple[Way, ...]]] = []
    meant = ""
    for sentence in _completed(found):
        text = resolved(sentence, meant)
        ways = _modified(text, said) or _ways(text, read) or _result(text, said, read)
        if not ways:
            return None
        meant = attended(sentence) or meant
        # said twice, it is meant once
        said.append((text, ((),) if any(ways == before for _, before in said) else ways))
    return tuple(step for text, ways in said for step in _steps(text, ways)) or None


def _completed(found: Sequence[str]) -> list[str]:
    """The sentences, those that only say how the line of the one before looks put into it."""
    whole: list[str] = []
    for sentence in found:
        merged = complement(sentence, whole[-1]) if whole else ""
        whole[-1:] = [merged] if merged else [*whole[-1:], sentence]
    return whole


def _steps(text: str, ways: tuple[Way, ...]) -> Way:
    """What the generator could say too as it is; all else keeps the words it was said in."""
    if len(ways) == 1 and all(isinstance(step, AsSaid) or _has_words(step) for step in ways[0]):
        return ways[0]
    return (EitherWay(text, ways, bool(_IF.search(text))),)


_IF = re.compile(r"\b(?:if|when|any|only)\b", re.I)
"""Where nothing is of the kind that is spoken of, there is nothing to do."""


def _has_words(step: Operation) -> bool:
    try:
        say(step)
    except ValueError:
        return False
    return True


def _modified(text: str, said: list[tuple[str, tuple[Way, ...]]]) -> tuple[Way, ...]:
    """Nothing more to do where a sentence only tells which meaning of an earlier one is right."""
    tells = telling(text)
    if tells is None:
        return ()
    for place in reversed(range(len(said))):
        left = _narrowed(said[place][1], tells)
        if left and left != said[place][1]:
            said[place] = (said[place][0], left)
            return ((),)
    return ()


def _narrowed(ways: tuple[Way, ...], tells: Words) -> tuple[Way, ...]:
    """The ways in which every line goes as it is told."""
    inner = [tuple(_narrowed_step(step, tells) for step in way) for way in ways]
    return tuple(tuple(step for step in way if step is not None) for way in inner if None not in way)


def _narrowed_step(step: Operation, tells: Words) -> Operation | None:
    if isinstance(step, EitherWay):
        left = _narrowed(step.ways, tells)
        return replace(step, ways=left) if left else None
    return None if any(type(value) is type(tells) and value is not tells for value in vars(step).values()) else step


_RESULT = re.compile(
    r"^(?:so |now |then )*(?:there (?:should|will) be|you (?:should|will) (?:now |then )?(?:have|end up with|get|see)"
    r"|(?:the |your )?(?:final|output|result)(?: grid)? (?:is|should be|will be|should have|looks like|should look like))"
    r"(?: now| then)? "
)


def _result(text: str, said: list[tuple[str, tuple[Way, ...]]], read: Read) -> tuple[Way, ...]:
    """A claim where a sentence tells the result of what was said before."""
    told = _RESULT.match(text.lower())
    ways = _ways(text[told.end() :], read) if told and said else ()
    return ((ComesTo(text, ways),),) if ways and all(ways) else ()


def _ways(sentence: str, read: Read, depth: int = 0) -> tuple[Way, ...]:
    """Everything that a sentence may mean; none when it is not understood."""
    if says_nothing(sentence) or says_nothing(plainest(sentence)) or only_looks(sentence):
        return ((),)
    said = claim(sentence) or seen(sentence)
    if said is not None:
        return ((said,),)
    if is_a_size(sentence):
        return ()
    sure = read(sentence)
    if sure is not None:
        return ((sure,),)
    found = [meaning for wording in meanings(sentence) for meaning in readings(Operation, wording)]
    return _few((_plain(meaning),) for meaning in found if not _is_box_inside(meaning)) or _in_parts(sentence, read, depth)


def _plain(operation: Operation) -> Operation:
    """All objects of one colour in another one are that colour changed."""
    if not (
        isinstance(operation, RecolourObjects) and isinstance(operation.shade, Plain) and isinstance(operation.objects, Coloured)
    ):
        return operation
    old, new = operation.objects.colour, operation.shade.colour
    return operation if old == new else ChangeColours((Change(old, new),))


def _is_box_inside(operation: Operation) -> bool:
    """The inside of a box, whatever it holds: people mean what an object encloses, or its inner cells."""
    return isinstance(operation, PaintPart) and operation.part is Part.INSIDE


def _few(ways: Iterable[Way]) -> tuple[Way, ...]:
    """All of them; none where they are too many to be carried on."""
    found = tuple(dict.fromkeys(ways))
    return found if len(found) <= MOST_WAYS else ()


_SEAM = re.compile(r"[,;]? (?:and|but|then|while|so)(?: (?:then|also|finally))? |[,;] ")


def _in_parts(sentence: str, read: Read, depth: int) -> tuple[Way, ...]:
    """The ways of a sentence that says several things one after the other."""
    if depth >= 3:
        return ()
    sentence = plainest(sentence)
    for seam in list(_SEAM.finditer(sentence))[:MOST_SEAMS]:
        one, rest = sentence[: seam.start()], sentence[seam.end() :]
        first = _ways(one, read, 9)
        # "make green lines … and blue lines …": the verb is said once
        second = first and (
            _ways(resolved(rest, attended(one)), read, depth + 1) or _ways(f"{_verb(one)} {rest}", read, depth + 1)
        )
        if second:
            first, second = (_one_step(part, ways) for part, ways in ((one, first), (rest, second)))
            both = [_together(a, b) for a, b in product(first, second)]
            return _few(way for way in both if way is not None) if None not in both else ()
    return ()


def _one_step(text: str, ways: tuple[Way, ...]) -> tuple[Way, ...]:
    """Several meanings of a part as one step, so that each part is judged where it comes; colours changed at once stay open."""
    colours = any(isinstance(step, ChangeColours | SwapColours) for way in ways for step in way)
    return ways if len(ways) == 1 or colours else (_steps(text, ways),)


def _verb(sentence: str) -> str:
    return plainest(sentence).partition(" ")[0]


def _together(first: Way, second: Way) -> Way | None:
    """Both after each other; colours that are changed in one breath are changed at once, swapped and changed ones are unclear."""
    if any(isinstance(way, SwapColours) for way in first) and any(isinstance(way, ChangeColours | SwapColours) for way in second):
        return None
    if first and second and isinstance(first[-1], ChangeColours) and isinstance(second[0], ChangeColours):
        return (*first[:-1], ChangeColours((*first[-1].changes, *second[0].changes)), *second[1:])
    return (*first, *second)
