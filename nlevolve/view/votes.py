"""Who is behind each answer: the births that gave its grid and their votes; and where a description failed the test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlevolve.puzzle.grids import Grid, shape
from nlevolve.records import Answer, AnswerFollowed, Attempt, Followed
from nlevolve.view.grading import Solution
from nlevolve.view.history import TaskHistory
from nlevolve.view.text import plural


@dataclass(frozen=True, slots=True)
class Backing:
    """Who is behind one of the two answers to a test input."""

    births: tuple[tuple[int, int], ...]
    """(birth, how often it gave this grid: once a sample and view), who voted most often first."""
    votes: float
    """What the votes for it add up to: 100 or 150 for a description that fits all training pairs, below 1 for another."""
    all_votes: float
    """For whatever grid."""
    guesses: int = 0
    """How often it was guessed from the pairs alone, with no description."""

    @property
    def words(self) -> str:
        """births 6 and 4 (twice), 201 of 202.4 votes."""
        told = [f"{birth}{_times(often)}" for birth, often in self.births]
        many = ", ".join(told[:-1]) + " and " + told[-1] if len(told) > 1 else "".join(told)
        who = f"birth{'s' if len(told) > 1 else ''} {many}" if told else ""
        got = (
            f"{votes(self.votes)} of {votes(self.all_votes)} {'vote' if self.all_votes == 1 else 'votes'}"
            if self.all_votes
            else ""
        )
        guessed = f"{plural(self.guesses, 'direct guess', 'direct guesses')}" if self.guesses else ""
        return ", ".join(filter(None, [who, guessed, got]))


@dataclass(frozen=True, slots=True)
class Miss:
    """A test input on which a description did not give the solution."""

    test: int
    """From 0."""
    why: str
    """3 of 100 cells wrong."""


def votes(number: float) -> str:
    """With two decimals at most: 100, 0.94."""
    return f"{round(number, 2):g}"


def backings(task: TaskHistory, test: int) -> tuple[Backing | None, Backing | None]:
    """Who is behind each of the two answers to a test input (from 0); None where there is no answer."""
    answers = task.answered.answers if task.answered else ()
    answer = answers[test] if test < len(answers) else Answer(attempt_1=None, attempt_2=None)
    follows = [one for one in task.follows.values() if one.attempt.pair == test]
    guesses = [one.attempt for (place, _), one in task.guesses.items() if place == test]
    return _backing(answer, answer.attempt_1, follows, guesses), _backing(answer, answer.attempt_2, follows, guesses)


def followed(task: TaskHistory, birth: int) -> dict[int, AnswerFollowed]:
    """Test input -> what came of following the birth's description on it as it stands; a reading that gave a grid, if any did."""
    found: dict[int, AnswerFollowed] = {}
    for (whose, test, _, view), event in sorted(task.follows.items()):
        if whose == birth and not view and (test not in found or not isinstance(found[test].attempt, Followed)):
            found[test] = event
    return found


def misses(task: TaskHistory, birth: int, solution: Solution | None) -> list[Miss]:
    """Where the birth's description failed the test; nothing where the solution is not known or nobody followed it."""
    return list(_misses(task, birth, solution)) if solution is not None and task.answered is not None else []


def failed(task: TaskHistory, birth: int, solution: Solution | None) -> str:
    """In words, for a description that fits all training pairs; empty for others, and where it did not fail."""
    candidate = task.population.members.get(birth)
    if candidate is None or not candidate.fitness.perfect:
        return ""
    told = [f"test input {one.test + 1}: {one.why}" for one in misses(task, birth, solution)]
    return f"fits all pairs and fails on {'; on '.join(told)}" if told else ""


def _misses(task: TaskHistory, birth: int, solution: Solution) -> Iterator[Miss]:
    for test, event in followed(task, birth).items():
        if test >= len(solution):
            continue
        if not isinstance(event.attempt, Followed):
            yield Miss(test, "no grid came of it")
        elif event.attempt.grid != solution[test]:
            yield Miss(test, difference(event.attempt.grid, solution[test]))


def difference(got: Grid, want: Grid) -> str:
    """3 of 100 cells wrong; 3×4, not 4×4."""
    if shape(got) != shape(want):
        return f"{len(got)}×{len(got[0])}, not {len(want)}×{len(want[0])}"
    wrong = sum(a != b for row, right in zip(got, want, strict=True) for a, b in zip(row, right, strict=True))
    return f"{wrong} of {plural(len(want) * len(want[0]), 'cell')} wrong"


def _backing(answer: Answer, grid: Grid | None, follows: Sequence[AnswerFollowed], guesses: Sequence[Attempt]) -> Backing | None:
    if grid is None:
        return None
    gave = Counter(one.birth for one in follows if isinstance(one.attempt, Followed) and one.attempt.grid == grid)
    got = sum(one.votes for one in answer.proposed if one.grid == grid)
    guessed = sum(isinstance(one, Followed) and one.grid == grid for one in guesses)
    return Backing(tuple(gave.most_common()), got, sum(one.votes for one in answer.proposed), guessed)


def _times(often: int) -> str:
    return {1: "", 2: " (twice)"}.get(often, f" ({often} times)")
