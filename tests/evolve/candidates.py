"""Candidates by their marks, for the tests of evolve/. The truth of every pair is one grid of two cells."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from nlevolve.evolve.population import Candidate, Population, population
from nlevolve.puzzle.grids import Grid
from nlevolve.records import (
    Attempt,
    Birth,
    CandidateChecked,
    Description,
    Followed,
    Garbled,
    MoveFailed,
    Operator,
    Skipped,
    Unreached,
)

GRIDS: dict[str, tuple[Grid, float]] = {
    "=": (((1, 2),), 1.0),
    "x": (((1, 0),), 0.5),
    "y": (((0, 2),), 0.5),
    "o": (((0, 0),), 0.0),
}
"""Mark -> the grid that came back and its accuracy: exact, half right in two ways, all wrong."""
MARKS = "=xyog?-"
"""All marks: those of GRIDS, g garbled, ? unreached, - skipped."""

marks = st.text(MARKS, min_size=3, max_size=3)
"""A candidate's marks on three pairs."""


def attempted(pair: int, mark: str) -> Attempt:
    """What a mark stands for."""
    if mark in GRIDS:
        grid, accuracy = GRIDS[mark]
        return Followed(pair=pair, grid=grid, accuracy=accuracy)
    if mark == "g":
        return Garbled(pair=pair, why="no grid")
    return Unreached(pair=pair, why="down") if mark == "?" else Skipped(pair=pair)


def attempts(marks: str) -> tuple[Attempt, ...]:
    """One attempt a mark."""
    return tuple(attempted(pair, mark) for pair, mark in enumerate(marks))


def birth(index: int, *, parents: Sequence[int] = (), model: str = "m", blind: int | None = None) -> Birth:
    """Written without parents, revised with one, recombined with several."""
    operator: Operator = "recombine" if len(parents) > 1 else "revise" if parents else "write"
    return Birth(index=index, operator=operator, parents=tuple(parents), model=model, blind=blind)


def checked(
    index: int,
    marks: str,
    text: str = "",
    *,
    words: int = 2,
    parents: Sequence[int] = (),
    model: str = "m",
    blind: int | None = None,
    usd: float | None = None,
) -> CandidateChecked:
    """A candidate of so many words, which are its own where no `text` is given."""
    return CandidateChecked(
        task="t",
        birth=birth(index, parents=parents, model=model, blind=blind),
        description=Description(bullets=(text or " ".join(["rule", str(index), *["word"] * words][:words]),)),
        attempts=attempts(marks),
        generator_usd=usd,
    )


def lost(index: int, reason: str = "garbled") -> MoveFailed:
    """A birth that gave no description."""
    return MoveFailed(task="t", birth=birth(index), reason=reason, why="why")


def of(*marks: str) -> Population:
    """Candidates 0, 1, … by their marks."""
    return population(checked(i, m) for i, m in enumerate(marks))


def candidates(*marks: str) -> list[Candidate]:
    """The same, as a list in the order given."""
    return list(of(*marks).members.values())


def indices(found: Sequence[Candidate]) -> list[int]:
    """Which they are."""
    return [candidate.index for candidate in found]
