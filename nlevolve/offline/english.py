"""English: sentences to operations and back, and a description followed bullet by bullet."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from nlevolve.offline import families, grammar
from nlevolve.offline.families.recolouring import ChangeColours, SwapColours
from nlevolve.offline.grammar import Phrase
from nlevolve.offline.nouns.parts import Part
from nlevolve.offline.operation import Operation, perform
from nlevolve.offline.people import both_ways, is_a_size, plainer, says_nothing
from nlevolve.offline.said import AsSaid, ClaimOfOutput, EitherWay, outcome_key
from nlevolve.offline.scene import Scene
from nlevolve.offline.understanding import understood
from nlevolve.offline.words import tokens

for _module in sorted(pkgutil.iter_modules(families.__path__), key=lambda m: m.name):
    importlib.import_module(f"{families.__name__}.{_module.name}")


def say(operation: Operation) -> str:
    """A sentence for the operation, with capital letter and full stop."""
    text = operation.text if isinstance(operation, AsSaid) else grammar.say(operation)
    for clumsy, better in _POLISH:
        text = clumsy.sub(better, text)
    return text[:1].upper() + text[1:] + "."


_POLISH = [
    (re.compile(r"\bthe background colour (cell|object|neighbour)"), r"background \1"),
    (re.compile(r"\bthe (most|least) common colour (cells?|objects?)\b"), r"\2 of the \1 common colour"),
    (re.compile(r"\bthe (?=background (cell|object|neighbour))"), ""),
    (re.compile(r"\ba (?=[aeiou])"), "an "),
]
"""What templates say clumsily when a phrase stands where they expect a word; the polished text reads the same."""


@lru_cache(maxsize=4096)
def read(sentence: str) -> Operation | None:
    """The operation that a sentence says; None when it is not understood. Any text is safe and read in milliseconds."""
    if is_a_size(sentence):
        return None
    wordings = [sentence, *plainer(sentence)]
    found = (grammar.read(Operation, wording) for wording in wordings)
    return next((operation for operation in found if operation is not None), None) or _either_way(wordings[-1])


def sure(sentence: str) -> Operation | None:
    """What `read` makes of it, unless people mean different things by these words and they are not the grammar's own."""
    operation = read(sentence)
    if operation is None or not _vague(operation):
        return operation
    return operation if tokens(say(operation)) == tokens(sentence) else None


def _vague(meant: object) -> bool:
    """Whether people mean different things by it: the inside of a box or of a form."""
    if meant in (Part.INSIDE, Part.FRAME):
        return True
    return isinstance(meant, Phrase) and any(map(_vague, vars(meant).values()))


def _either_way(sentence: str) -> Operation | None:
    """What a sentence about squares says, if it is the same whether they are cells or objects."""
    ways = both_ways(sentence)
    found = [operation for way in ways or () if (operation := grammar.read(Operation, way)) is not None]
    # all cells of a colour are all objects of it
    alike = [operation for operation in found if isinstance(operation, ChangeColours)] if len(set(found)) > 1 else found
    return alike[0] if alike else None


_AT_ONCE = (ChangeColours, SwapColours)


@lru_cache(maxsize=4096)
def steps(bullet: str) -> tuple[Operation, ...] | None:
    """The operations of a bullet: one sentence, or several all of which are understood."""
    whole = sure(bullet)
    if whole is not None:
        return (whole,)
    parts = [
        part for part in re.split(r"(?<!^\d)[.;!]\s+|,? (?:and )?then ", bullet) if part.strip(" .") and not says_nothing(part)
    ]
    found = [_one_or_two(part) for part in parts[: MOST_PARTS + 1]]
    if found and all(found) and len(parts) <= MOST_PARTS:
        return tuple(operation for some in found for operation in some)
    return understood(bullet, sure)


MOST_PARTS = 6
"""Sentences of a bullet; one of more is not read."""


def _one_or_two(sentence: str) -> tuple[Operation, ...]:
    """The operation of a sentence, or the two that an "and" joins; none when some of it is not understood."""
    whole = sure(sentence)
    if whole is not None:
        return (whole,)
    for seam in list(re.finditer(r",? (?:and|but)(?: also)? ", sentence))[:MOST_PARTS]:
        first, second = sure(sentence[: seam.start()]), sure(sentence[seam.end() :])
        # colours that are changed in one breath are changed at once, which two steps would not do
        if first and second and not isinstance(first, _AT_ONCE) and not isinstance(second, _AT_ONCE):
            return first, second
    return ()


@dataclass(frozen=True)
class Followed:
    """Where a description has led: the scene, and the bullets that could not be followed."""

    scene: Scene
    unread: tuple[str, ...] = ()
    """Not understood, and left out."""
    undone: tuple[str, ...] = ()
    """Understood, but making no sense on this grid, and left out."""

    @property
    def note(self) -> str:
        """A sentence or two for the reply; empty when all was followed."""
        said = [f"I did not understand: {_quoted(self.unread)}"] if self.unread else []
        said += [f"This makes no sense on this grid: {_quoted(self.undone)}"] if self.undone else []
        return " ".join(said)


def _quoted(bullets: Iterable[str]) -> str:
    return " ".join(f'"{bullet[:120]}"' for bullet in bullets)


def follow(bullets: Iterable[str], scene: Scene) -> Followed:
    """Apply bullets in order. What is not understood or makes no sense is left out and reported, never guessed.

    A sentence of two meanings is carried on both ways until the rest decides; where nothing does, it counts as not understood.
    """
    path = _Path([scene])
    for bullet in (bullets := tuple(bullets)):
        path.go(bullet, steps(bullet))
    path.settle(scene)
    if len({scene.grid.tobytes() for scene in path.scenes}) > 1:
        plain = follow([bullet for bullet in bullets if bullet not in path.forked], scene)
        return Followed(plain.scene, (*path.forked, *plain.unread), plain.undone)
    return Followed(path.scenes[0], tuple(path.unread), tuple(path.undone))


MOST_SCENES = 12
"""Ways that are carried on at once."""


@dataclass
class _Path:
    """Where the bullets so far may have led."""

    scenes: list[Scene]
    unread: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    forked: list[str] = field(default_factory=list)
    """Bullets of several meanings that led to different scenes."""
    claims: list[tuple[str, ClaimOfOutput]] = field(default_factory=list)

    def go(self, bullet: str, operations: tuple[Operation, ...] | None) -> None:
        if operations is None:
            self.unread.append(bullet)
        for operation in operations or ():
            if isinstance(operation, ClaimOfOutput):
                self.claims.append((bullet, operation))
            else:
                self._step(bullet, operation)

    def _step(self, bullet: str, operation: Operation) -> None:
        ends = [_ends(operation, scene) for scene in self.scenes]
        after = {outcome_key(end): end for some in ends for end in some}
        if not 0 < len(after) <= MOST_SCENES:
            self.undone.append(bullet)
            return
        if any(len(some) > 1 for some in ends):
            self.forked.append(bullet)
        self.scenes = list(after.values())

    def settle(self, start: Scene) -> None:
        """Leave only what the claims about the output allow."""
        for bullet, claim in self.claims:
            kept = [scene for scene in self.scenes if claim.fits(start, scene)]
            if kept:
                self.scenes = kept
            else:
                self.undone.append(bullet)


def _ends(operation: Operation, scene: Scene) -> list[Scene]:
    if isinstance(operation, EitherWay):
        return operation.outcomes(scene)
    after = perform(operation, scene)
    return [] if after is None else [after]
