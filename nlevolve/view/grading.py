"""Answers against solutions: the only reader of test outputs, beside the audit, which grades them again in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.puzzle.solutions import Solution, open_solutions
from nlevolve.records import Answer

__all__ = ["Grade", "Solution", "grade", "grades", "open_solutions"]


@dataclass(frozen=True, slots=True)
class Grade:
    """How one task's answers fare. One entry a test input, in order."""

    right: tuple[bool, ...]
    """Whether one of the two answers is the solution."""
    covered: tuple[bool, ...]
    """Whether the solution is among all grids proposed: above `right`, the choice of the two answers lost it."""
    cells: tuple[float, ...]
    """Cell accuracy of the better of the two answers, 0..1."""

    @property
    def solved(self) -> bool:
        return all(self.right)

    @property
    def share(self) -> float:
        """Share of the test inputs right, 0..1."""
        return sum(self.right) / len(self.right)


def grade(answers: Sequence[Answer] | None, outputs: Sequence[Grid]) -> Grade:
    """Judge one task's answers; None for a task that was never answered, which is as wrong as a wrong answer."""
    given = list(answers or [])[: len(outputs)]
    given += [Answer(attempt_1=None, attempt_2=None)] * (len(outputs) - len(given))
    both = list(zip(given, outputs, strict=True))
    right = tuple(want in (answer.attempt_1, answer.attempt_2) for answer, want in both)
    covered = tuple(hit or any(one.grid == want for one in a.proposed) for hit, (a, want) in zip(right, both, strict=True))
    cells = tuple(max(_accuracy(answer.attempt_1, want), _accuracy(answer.attempt_2, want)) for answer, want in both)
    return Grade(right, covered, cells)


def _accuracy(got: Grid | None, want: Grid) -> float:
    return cell_accuracy(got, want) if got else 0.0


def grades(answers: Mapping[str, Sequence[Answer] | None], solutions: Mapping[str, Solution]) -> dict[str, Grade]:
    """Task -> Grade, for the tasks whose solutions are known; the others are missing."""
    return {task: grade(given, solutions[task]) for task, given in answers.items() if task in solutions}
