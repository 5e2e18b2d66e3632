"""Who is behind each answer: the births that gave its grid and their votes; and where a description failed the test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nlevolve.evolve.answers import trust
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
    doubted: frozenset[int] = frozenset()
    """Those of the births of whose words a reviewer doubts that they hold on this test input: their votes count less."""
    picked: tuple[int, int] = (0, 0)
    """How often a judge put it first, and how often second."""
    judged: int = 0
    """How often a judge picked at all, of the grids that led."""

    @property
    def words(self) -> str:
        """births 6 and 4 (twice), 201 of 202.4 votes."""
        told = [f"{birth}{_times(often)}{' (doubted)' if birth in self.doubted else ''}" for birth, often in self.births]
        many = ", ".join(told[:-1]) + " and " + told[-1] if len(told) > 1 else "".join(told)
        who = f"birth{'s' if len(told) > 1 else ''} {many}" if told else ""
        got = (
            f"{votes(self.votes)} of {votes(self.all_votes)} {'vote' if self.all_votes == 1 else 'votes'}"
            if self.all_votes
            else ""
        )
        guessed = f"{plural(self.guesses, 'direct guess', 'direct guesses')}" if self.guesses else ""
        return ", ".join(filter(None, [who, guessed, got, self.pick]))

    @property
    def pick(self) -> str:
        """The judge's part: "the judge's first 2 of 3 times"; empty where none picked."""
        often = zip(("first", "second"), self.picked, strict=True)
        places = [f"{place} {times} of {self.judged} times" for place, times in often if times]
        return f"the judge's {' and '.join(places)}" if places else "no pick of the judge's" if self.judged else ""


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
    one, two = (_backing(answer, grid, follows, guesses) for grid in (answer.attempt_1, answer.attempt_2))
    return _opined(task, test, answer.attempt_1, one), _opined(task, test, answer.attempt_2, two)


def _opined(task: TaskHistory, test: int, grid: Grid | None, backing: Backing | None) -> Backing | None:
    """With what a reviewer and a judge said."""
    if backing is None or grid is None:
        return None
    members = task.population.members
    doubted = {birth for birth, _ in backing.births if birth in members and trust(members[birth].review, test) < 1}
    events = [one for (n, _), one in task.choices.items() if n == test and one.choice.picks and grid in one.shown]
    picks = [[one.shown[place] for place in one.choice.picks] for one in events]
    first, second = (sum(one[at : at + 1] == [grid] for one in picks) for at in (0, 1))
    return replace(backing, doubted=frozenset(doubted), picked=(first, second), judged=len(events))


def by_guesses(task: TaskHistory, test: int, solution: Solution) -> bool:
    """Whether the right answer to a test input (from 0) is one that direct guesses alone gave."""
    answer = task.answered.answers[test] if task.answered and test < len(task.answered.answers) else None
    given = (answer.attempt_1, answer.attempt_2) if answer else ()
    right = [one for one, grid in zip(backings(task, test), given, strict=False) if one and grid == solution[test]]
    return any(one.guesses and not one.births for one in right)


def followed(task: TaskHistory, birth: int) -> dict[int, AnswerFollowed]:
    """Test input -> what came of following the birth's description on it as it stands; a reading that gave a grid, if any did."""
    found: dict[int, AnswerFollowed] = {}
    for (whose, test, _, view, _), event in sorted(task.follows.items(), key=lambda one: one[0]):
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
