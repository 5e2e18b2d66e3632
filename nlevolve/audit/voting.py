"""The two answers for each test input, counted anew from the votes that the log has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlevolve.audit.worth import Born, Worth, best_first
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, AnswerFollowed, AnswerGuessed, Followed

WITHOUT_WORDS = 0.2
"""Votes of a grid that was guessed from the pairs alone."""


@dataclass(frozen=True)
class Electorate:
    """Who is asked on the test inputs: how many of which kind, as the settings have it."""

    perfect: int
    imperfect: int
    fill: int
    rank: str

    def order(self, born: Born) -> list[Worth]:
        """The candidates whose votes count, the best first: perfect ones, some others, and those that fill up."""
        ranked = best_first(born.members.values(), self.rank)
        first = [one for one in ranked if one.perfect][: self.perfect] + [one for one in ranked if not one.perfect][
            : self.imperfect
        ]
        asked = {one.index for one in first}
        rest = [one for one in ranked if one.index not in asked]
        return first + sorted(rest, key=lambda one: not one.perfect)[: self.fill]


def elected(tests: Sequence[Grid], order: Sequence[Worth], asked: Sequence[AnswerFollowed | AnswerGuessed]) -> list[Answer]:
    """One answer a test input."""
    place = {one.index: number for number, one in enumerate(order)}
    guessed = [one for one in asked if isinstance(one, AnswerGuessed)]
    follows = [one for one in asked if isinstance(one, AnswerFollowed)]
    said: dict[tuple[int, int, int, str, str], AnswerFollowed] = {}
    for one in follows:
        said.setdefault((one.birth, one.attempt.pair, one.sample, one.view, one.attempt.by), one)
    votes = sorted(
        (one for one in said.values() if one.birth in place),
        key=lambda one: (place[one.birth], one.view, one.sample, one.attempt.by == "coder"),
    )
    guesses = sorted({(one.attempt.pair, one.sample): one for one in guessed}.values(), key=lambda one: one.sample)
    by = {one.index: one for one in order}
    return [_counted(test, number, votes, by, guesses) for number, test in enumerate(tests)]


def _counted(
    test: Grid, number: int, votes: Iterable[AnswerFollowed], by: dict[int, Worth], guesses: Iterable[AnswerGuessed]
) -> Answer:
    sums: dict[Grid, float] = {}
    certain: set[Grid] = set()
    for vote in votes:
        if isinstance(vote.attempt, Followed) and vote.attempt.pair == number:
            sums[vote.attempt.grid] = sums.get(vote.attempt.grid, 0.0) + by[vote.birth].vote
            if by[vote.birth].perfect:
                certain.add(vote.attempt.grid)
    for guess in guesses:
        if isinstance(guess.attempt, Followed) and guess.attempt.pair == number:
            sums[guess.attempt.grid] = sums.get(guess.attempt.grid, 0.0) + WITHOUT_WORDS
    # an unchanged input is what a rule that misses leaves: it only counts where a perfect one says so, or nothing else is said
    changed = {grid: sum_ for grid, sum_ in sums.items() if grid != test or grid in certain} or sums
    heaviest = sorted(changed, key=lambda grid: -changed[grid])
    proposed = [{"grid": grid, "votes": changed[grid]} for grid in heaviest]
    first, second = ([*heaviest, None, None])[:2]
    return Answer.model_validate({"attempt_1": first, "attempt_2": second, "proposed": proposed})
