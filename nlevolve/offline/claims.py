"""Claims: what people say of the output's size and of what the input shows. They are checked, and change nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlevolve.offline.nouns.objects import Objects
from nlevolve.offline.said import ClaimOfInput, ClaimOfOutput
from nlevolve.offline.scene import Scene
from nlevolve.offline.wide_reading import readings
from nlevolve.offline.wordings.rewording import meanings

Shape = tuple[int, int]


@dataclass(frozen=True)
class SameSize(ClaimOfOutput):
    """The output is as large as the input."""

    def fits(self, before: Scene, after: Scene) -> bool:
        return before.grid.shape == after.grid.shape


@dataclass(frozen=True)
class SizeOf(ClaimOfOutput):
    """Rows by columns, or the other way round: people write both."""

    shape: Shape

    def fits(self, before: Scene, after: Scene) -> bool:
        return after.grid.shape in (self.shape, self.shape[::-1])


@dataclass(frozen=True)
class TimesAsLarge(ClaimOfOutput):
    """So many times as high and as wide as the input."""

    rows: float
    columns: float

    def fits(self, before: Scene, after: Scene) -> bool:
        return after.grid.shape == (before.rows * self.rows, before.columns * self.columns)


@dataclass(frozen=True)
class LargeAs(ClaimOfOutput):
    """As large as the box around an object, or as its inside."""

    objects: tuple[Objects, ...]

    def fits(self, before: Scene, after: Scene) -> bool:
        chosen = [one for phrase in self.objects for one in phrase.of(before)]
        return any(after.grid.shape == (one.height, one.width) for one in chosen)


_LEAD = re.compile(
    r"^(?:the |your )?(?:output|new|final|result(?:ing)?)?(?:'s)? ?(?:grid)? ?(?:size|dimensions?)\b"
    r"(?: of the (?:output|new) grid)?[ :]*"
)
_FILLING = """
the output input grid grids size sized should be is are will would as to of in a an it its stays stay remains remain keep
keeps kept original given exactly new now and one dimensions dimension amount number big large changes changed change becomes
become same that this for both square all cells pixels tiles boxes squares must has have by from into with just which end
start starting always also each every copy paste you so image black set need needs your initial first like at area
"""
_FILL = frozenset(re.findall(r"[a-z]+", _FILLING))
_SAME = re.compile(
    r"\b(?:same|identical|equal|unchanged|similar|matche?s?|as is|(?:does|do|did|will|should|is) not (?:be )?chang(?:e|ed)"
    r"|no chang(?:e|ing)|not chang(?:e|ed)|(?:stays?|remains?|keep|copy|paste)\b)"
)
_NOT = re.compile(
    r"\b(?:does|do|did|will|should|is)? ?(?:not|no) (?:be )?chang(?:e|ed|ing)\b"
    r"|\b(?:identical|equal|unchanged|similar|match(?:es)?|as is)\b"
)
_TIMES = re.compile(r"\b(\d+) ?(?:x|by|\*|×|into) ?(\d+)\b")
_FACTORS = {
    "double": 2,
    "doubled": 2,
    "doubles": 2,
    "twice": 2,
    "two times": 2,
    "triple": 3,
    "tripled": 3,
    "three times": 3,
    "thrice": 3,
    "four times": 4,
    "half": 0.5,
    "third": 1 / 3,
}


def claim(sentence: str) -> ClaimOfOutput | ClaimOfInput | None:
    """What a sentence claims of the output's size or of the input; None when it is no such claim."""
    text = re.sub(r"\s+", " ", sentence.lower()).strip(" .,:;!\"'")
    lead = _LEAD.match(text)
    return _of_size(sentence, text[lead.end() :]) if lead and lead.end() else None


def _of_size(sentence: str, text: str) -> ClaimOfOutput | None:
    numbers = {(int(a), int(b)) for a, b in _TIMES.findall(text)}
    rest = _left(_TIMES.sub(" ", text))
    if len(numbers) == 1 and not rest:
        return SizeOf(sentence, numbers.pop())
    if not numbers and _SAME.search(text) and not _left(_NOT.sub(" ", text)):
        return SameSize(sentence)
    found = _factor(text)
    if found is not None:
        return TimesAsLarge(sentence, *found)
    return _as_object(sentence, text)


def _left(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+|\d+", text) if word not in _FILL]


def _factor(text: str) -> tuple[float, float] | None:
    """How many times as high and as wide."""
    text = re.sub(r"\b(\d+)x?(?= times| larger| bigger)", lambda n: {"2": "two", "3": "three", "4": "four"}.get(n[1], n[1]), text)
    for word, factor in _FACTORS.items():
        plain = re.sub(rf"\b{word}\b", "N", text)
        if "N" not in plain:
            continue
        wide = re.search(r"N (?:as |the )?(?:\w+ )?(?:wide|width|length|horizontal|long)", plain) is not None
        high = re.search(r"N (?:as |the )?(?:\w+ )?(?:high|tall|height|vertical)", plain) is not None
        known = {
            "wide",
            "width",
            "height",
            "high",
            "tall",
            "length",
            "larger",
            "bigger",
            "horizontal",
            "vertical",
            "n",
            "N",
            "times",
        }
        if [w for w in re.findall(r"[A-Za-z]+|\d+", plain) if w not in known and w not in _FILL]:
            return None
        if wide != high:
            return (factor, 1) if high else (1, factor)
        return (factor, factor)
    return None


_AS_OBJECT = re.compile(
    r"^(?:should |will |must |needs? to )?(?:is |be |becomes? |changes? to |equals? |equal to |match(?:es)? |same as |as )*"
    r"(?:to )?(?:match )?(?:the |a )?(?:same )?(?:size )?(?:as |of )?(?P<what>(?:the |one ).+)$"
)


def _as_object(sentence: str, text: str) -> ClaimOfOutput | None:
    found = _AS_OBJECT.match(text)
    if found is None:
        return None
    meant = tuple(dict.fromkeys(m for wording in meanings(found["what"]) for m in readings(Objects, wording)))
    return LargeAs(sentence, meant) if meant else None
