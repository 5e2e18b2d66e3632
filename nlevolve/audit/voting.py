"""The two answers for each test input, counted anew from the votes that the log has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlevolve.audit.worth import Born, Worth, best_first
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, AnswerFollowed, AnswerGuessed, AnswerJudged, Followed, Review

DOUBTED, STUCK = 0.4, 0.2
"""Shares of a vote that are left where a reviewer doubts the words, and on the test input on which they cannot be followed."""
SHOWN = 6
"""Grids that a judge may be shown."""
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


@dataclass(frozen=True)
class Opinions:
    """What was said of descriptions and of grids."""

    reviews: Mapping[str, Review]
    """Words of a description, made alike -> what was said of it last."""
    choices: Sequence[AnswerJudged]

    def share(self, one: Worth, test: int) -> float:
        """What is left of a candidate's vote on a test input."""
        said = self.reviews.get(one.event.description.normalised) if one.perfect else None
        if said is not None and said.verdict == "doubt":
            return DOUBTED
        return STUCK if said is not None and said.verdict == "stuck" and said.test == test else 1.0

    def settled(self, answer: Answer, certain: Collection[Grid], test: int) -> Answer:
        """The answer as a judge would have it: two points each time for the first of its picks, one for the second."""
        leads = [one.grid for one in answer.proposed if one.grid in certain] or [one.grid for one in answer.proposed]
        leads = leads[:SHOWN]
        points = Counter[Grid]()
        for one in self.choices:
            if one.test == test and sorted(one.shown) == sorted(leads):
                points.update({one.shown[place]: 2 - rank for rank, place in enumerate(one.choice.picks)})
        if len(leads) < 2 or not points:
            return answer
        ordered = sorted(leads, key=lambda grid: (-points[grid], leads.index(grid)))
        ordered += [one.grid for one in answer.proposed if one.grid not in leads]
        return answer.model_copy(update={"attempt_1": ordered[0], "attempt_2": ordered[1]})


def elected(
    tests: Sequence[Grid], order: Sequence[Worth], asked: Sequence[AnswerFollowed | AnswerGuessed], opinions: Opinions
) -> list[Answer]:
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
    return [_counted(test, number, votes, by, guesses, opinions) for number, test in enumerate(tests)]


def _counted(
    test: Grid,
    number: int,
    votes: Iterable[AnswerFollowed],
    by: dict[int, Worth],
    guesses: Iterable[AnswerGuessed],
    opinions: Opinions,
) -> Answer:
    sums: dict[Grid, float] = {}
    certain: set[Grid] = set()
    for vote in votes:
        if isinstance(vote.attempt, Followed) and vote.attempt.pair == number:
            counts = by[vote.birth].vote * opinions.share(by[vote.birth], number)
            sums[vote.attempt.grid] = sums.get(vote.attempt.grid, 0.0) + counts
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
    answer = Answer.model_validate({"attempt_1": first, "attempt_2": second, "proposed": proposed})
    return opinions.settled(answer, certain, number)
