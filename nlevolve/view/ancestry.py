"""Where a description comes from: each bullet's nearest one among the parents, whose words it has, and the tree of forebears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from nlevolve.evolve.population import Candidate

Members = Mapping[int, Candidate]
"""The candidates of a task, by birth (Population.members)."""
Edit = tuple[int, int, int, int]
"""Words a..b of the parent's bullet gave way to words c..d of the child's; either span may be empty."""
KIN = 0.5
"""Bullets that share less than this of their words (Dice's coefficient) are not the same bullet rewritten."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The parent's bullet that a child's bullet was made from; no `edits` when it was taken over word by word."""

    birth: int
    bullet: int
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Descent:
    """`origins` has one entry a bullet (None: new); `dropped` names the (birth, bullet) of a parent that has no heir."""

    origins: tuple[Origin | None, ...]
    dropped: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Whose:
    """`birth` first put a bullet in these words; `reworded` is the birth whose bullet it changed to that end, if any."""

    birth: int
    reworded: int | None = None


@dataclass(frozen=True, slots=True)
class Forebear:
    """A line of a family tree, in the order it is drawn."""

    birth: int
    branch: str
    """The lines drawn before it: "", "├ ", "│ └ ", …"""
    again: bool = False
    """Its own forebears stand further up."""


def descent(child: Candidate, members: Members) -> Descent:
    """Compare a child's bullets with those of its parents (births among `members`; unknown ones are passed over)."""
    parents = ((birth, members[birth].description.bullets) for birth in child.birth.parents if birth in members)
    return _compared(child.description.bullets, tuple(parents))


# every frame of the dashboard asks again, and comparing words is the slowest thing in it
@lru_cache(maxsize=512)
def _compared(child: tuple[str, ...], parents: tuple[tuple[int, tuple[str, ...]], ...]) -> Descent:
    known = [(birth, place, text) for birth, bullets in parents for place, text in enumerate(bullets)]
    origins: list[Origin | None] = []
    used: set[tuple[int, int]] = set()
    for bullet in child:
        nearest = max(known, key=lambda one: _likeness(bullet, one[2]), default=None)
        if nearest is None or _likeness(bullet, nearest[2]) < KIN:
            origins.append(None)
            continue
        birth, place, text = nearest
        used.add((birth, place))
        origins.append(Origin(birth, place, edits(text, bullet)))
    # of several parents most is left behind by design; of a single one each lost bullet is a decision worth seeing
    dropped = [(birth, place) for birth, place, _ in known if (birth, place) not in used] if len(parents) == 1 else []
    return Descent(tuple(origins), tuple(dropped))


@lru_cache(maxsize=20_000)
def edits(before: str, after: str) -> tuple[Edit, ...]:
    """Word-level differences. Words are what `str.split` gives; case counts."""
    if before == after:
        return ()
    matcher = SequenceMatcher(None, before.split(), after.split(), autojunk=False)
    return tuple((a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")


def trace(birth: int, bullet: int, descents: Mapping[int, Descent]) -> int:
    """The birth that first said this bullet, word by word."""
    while birth in descents:
        origin = descents[birth].origins[bullet]
        # a parent is older than its child; a log that says otherwise is not followed in circles
        if origin is None or origin.edits or origin.birth >= birth:
            break
        birth, bullet = origin.birth, origin.bullet
    return birth


@lru_cache(maxsize=20_000)
def _words(text: str) -> Counter[str]:
    return Counter(word.strip(".,;:!?()\"'").lower() for word in text.split())


# bullets live on from birth to birth, so that most are compared many times over
@lru_cache(maxsize=100_000)
def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    words, others = _words(one), _words(other)
    both = words.total() + others.total()
    return 2 * sum(min(times, others[word]) for word, times in words.items() if word in others) / both if both else 1.0


def whose(birth: int, members: Members) -> list[Whose]:
    """One entry for each bullet of that birth's description, in order."""
    descents = {one.birth: descent(members[one.birth], members) for one in family(birth, members)}
    told = []
    for place, origin in enumerate(descents[birth].origins):
        if origin is None or origin.edits:
            told.append(Whose(birth, origin.birth if origin else None))
        else:
            told.append(Whose(trace(birth, place, descents)))
    return told


def family(birth: int, members: Members) -> list[Forebear]:
    """The birth and its forebears as a tree, each one's own forebears once only."""
    return list(_family(birth, members, "", "", set()))


def _family(birth: int, members: Members, branch: str, below: str, told: set[int]) -> Iterator[Forebear]:
    # a parent is older than its child; a log that says otherwise is not followed in circles
    parents = [parent for parent in members[birth].birth.parents if parent in members and parent < birth]
    again = birth in told and bool(parents)
    yield Forebear(birth, branch, again)
    if again:
        return
    told.add(birth)
    for place, parent in enumerate(parents, 1):
        last = place == len(parents)
        yield from _family(parent, members, below + ("└ " if last else "├ "), below + ("  " if last else "│ "), told)
