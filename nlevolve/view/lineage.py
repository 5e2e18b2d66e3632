"""Where the best description came from: whose each of its bullets is, and the tree of its forebears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlevolve.records import CandidateChecked
from nlevolve.view.family import Descent, descent, trace


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


def whose(birth: int, checked: Mapping[int, CandidateChecked]) -> list[Whose]:
    """One entry for each bullet of that birth's description, in order."""
    descents = {one.birth: _descent(one.birth, checked) for one in family(birth, checked)}
    told = []
    for place, origin in enumerate(descents[birth].origins):
        if origin is None or origin.edits:
            told.append(Whose(birth, origin.birth if origin else None))
        else:
            told.append(Whose(trace(birth, place, descents)))
    return told


def _descent(birth: int, checked: Mapping[int, CandidateChecked]) -> Descent:
    child = checked[birth]
    return _compared(child, tuple(checked[parent] for parent in child.birth.parents if parent in checked))


@lru_cache(maxsize=512)
def _compared(child: CandidateChecked, parents: tuple[CandidateChecked, ...]) -> Descent:
    # every frame asks again, and comparing words is the slowest thing in it
    return descent(child, {parent.birth.index: parent for parent in parents})


def family(birth: int, checked: Mapping[int, CandidateChecked]) -> list[Forebear]:
    """The birth and its forebears as a tree, each one's own forebears once only."""
    return list(_family(birth, checked, "", "", set()))


def _family(birth: int, checked: Mapping[int, CandidateChecked], branch: str, below: str, told: set[int]) -> Iterator[Forebear]:
    # a parent is older than its child; a log that says otherwise is not followed in circles
    parents = [parent for parent in checked[birth].birth.parents if parent in checked and parent < birth]
    again = birth in told and bool(parents)
    yield Forebear(birth, branch, again)
    if again:
        return
    told.add(birth)
    for place, parent in enumerate(parents, 1):
        last = place == len(parents)
        yield from _family(parent, checked, below + ("└ " if last else "├ "), below + ("  " if last else "│ "), told)
