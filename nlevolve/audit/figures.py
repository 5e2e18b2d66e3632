"""results.json and submission.json, made anew from the lines of a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nlevolve.audit.accounts import RUN, Books, Key, of_role, of_task
from nlevolve.audit.evidence import Evidence, Line
from nlevolve.audit.looks import all_looks, looks
from nlevolve.audit.programs import PROGRAMS, programs_row
from nlevolve.audit.truth import accuracy
from nlevolve.audit.worth import Worth, examples_row, worth
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Answer,
    AnswerFollowed,
    AnswerGuessed,
    AnswerJudged,
    Attempt,
    CandidateChecked,
    CandidateReviewed,
    Choice,
    Followed,
    Loss,
    MoveFailed,
    Opinion,
    Refused,
    Review,
    RunFinished,
    RunStarted,
    TaskAnswered,
    Unreached,
)

NO_GRID = [[0, 0], [0, 0]]
"""What submission.json has where nothing was answered."""
OUTCOMES = ("read", "repaired", "cut", "looping", "unreadable", "refused", "untold")


@dataclass
class Seen:
    """One task, as the log has it."""

    members: dict[int, Worth] = field(default_factory=dict)
    failed: dict[int, MoveFailed] = field(default_factory=dict)
    follows: dict[tuple[int, int, int, str, str], AnswerFollowed] = field(default_factory=dict)
    guesses: dict[tuple[int, int], AnswerGuessed] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    choices: dict[tuple[int, int], Choice] = field(default_factory=dict)
    answered: TaskAnswered | None = None
    answered_in: int = -1
    reopened: bool = False
    """A later session than the one that answered it has checked candidates since."""

    def best(self, rank: str) -> Worth | None:
        leader = max(self.members.values(), key=lambda one: one.standing(rank), default=None)
        done = self.answered
        return leader if done is None or done.best is None or self.reopened else self.members.get(done.best, leader)

    @property
    def losses(self) -> list[Loss]:
        if self.answered is not None and self.answered.losses and not self.reopened:
            return list(self.answered.losses)
        said = [*self.reviews.values(), *self.choices.values()]
        return lost(self.members.values(), self.failed.values(), [*self.follows.values(), *self.guesses.values()], said)


@dataclass
class Told:
    """A log, or the beginning of one, folded into what results.json is about."""

    evidence: Evidence
    books: Books = field(default_factory=Books)
    tasks: dict[str, Seen] = field(default_factory=dict)
    started: RunStarted | None = None
    finished: RunFinished | None = None
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    """First and last moment of each session."""
    grids: dict[Key, Counter[str]] = field(default_factory=dict)
    """Of the checks of training pairs: grids of the wrong size, and those with a note."""

    def see(self, line: Line) -> None:
        event = line.event
        if not self.spans or (isinstance(event, RunStarted) and event.at > self.spans[-1][1]):
            self.spans.append((event.at, event.at))
        self.spans[-1] = (self.spans[-1][0], max(self.spans[-1][1], event.at))
        self.books.see(event)
        if isinstance(event, RunStarted):
            self.started, self.finished = event, None
        elif isinstance(event, RunFinished):
            self.finished = event
        elif (name := str(getattr(event, "task", ""))) in self.evidence.tasks:
            self._see(self.tasks.setdefault(name, Seen()), line)

    def _see(self, task: Seen, line: Line) -> None:
        event = line.event
        if isinstance(event, CandidateChecked):
            k, pairs = event.birth.index, self.evidence.tasks[event.task].pairs
            if k not in task.members and event.duplicate_of is None:
                self._look(event)
            task.members[k] = worth(event, pairs)
            task.failed.pop(k, None)
            task.reopened = task.answered is not None and task.answered.at < self.spans[-1][0]
        elif isinstance(event, MoveFailed):
            if event.birth.index not in task.members:
                task.failed[event.birth.index] = event
        elif isinstance(event, AnswerFollowed):
            task.follows[event.birth, event.attempt.pair, event.sample, event.view, event.attempt.by] = event
        elif isinstance(event, AnswerGuessed):
            task.guesses[event.attempt.pair, event.sample] = event
        elif isinstance(event, CandidateReviewed):
            task.reviews[event.birth] = event.review
        elif isinstance(event, AnswerJudged):
            task.choices[event.test, event.sample] = event.choice
        elif isinstance(event, TaskAnswered):
            task.answered, task.answered_in, task.reopened = event, line.session, False

    def _look(self, event: CandidateChecked) -> None:
        model = self.started.models.get("checker", "") if self.started else ""
        pairs = self.evidence.tasks[event.task].pairs
        grids = [one for one in event.attempts if isinstance(one, Followed) and one.pair < len(pairs) and one.by == "checker"]
        wrong = sum(_size(one.grid) != _size(pairs[one.pair].output) for one in grids)
        for key in (RUN, of_task(event.task), of_role("checker", model)):
            counts = self.grids.setdefault(key, Counter())
            counts["wrong_size"] += wrong
            counts["notes"] += sum(bool(one.note) for one in grids)

    def results(self) -> dict[str, Any]:
        """What results.json has, but for its sentence that explains."""
        evidence = self.evidence
        rank = self.started.rank if self.started else "pairs"
        grades = {name: self._grade(name) for name in evidence.tasks if name in evidence.solutions}
        rows = {name: self._task_row(name, task, grades.get(name), rank) for name, task in evidence.tasks.items()}
        losses = added(loss for name in evidence.tasks for loss in self.tasks.get(name, Seen()).losses)
        return {
            "schema": 1,
            "run": self.started.run if self.started else "",
            "finished": self.finished is not None and self.finished.reason == "done",
            "models": dict(self.started.models) if self.started else {},
            "totals": {
                "tasks": len(rows),
                "test_inputs": sum(len(task.tests) for task in evidence.tasks.values()),
                **_scores(list(grades.values()), len(rows)),
                **self._reached(rows, grades),
                "public_tasks": None if evidence.public is None else sum(row["public"] for row in rows.values()),
                "candidates": sum(row["candidates"] for row in rows.values()),
                "programs": {kind: sum(row["programs"][kind] for row in rows.values()) for kind in PROGRAMS},
                "examples": self._examples(rows),
                "looks": all_looks(row["looks"] for row in rows.values()),
                **self.books.row(RUN),
                "replies": self._replies(RUN),
                "losses": _loss_rows(losses),
                "bought_before": self.books.bought_row(RUN),
                "seconds": round(sum((end - start).total_seconds() for start, end in self.spans), 3),
            },
            "by_role": [
                {"role": role, "model": model, **self.books.row(key), "replies": self._replies(key)}
                for key, (role, model) in sorted(self.books.roles.items(), key=lambda one: one[1])
            ],
            "damage": None,
            "tasks": rows,
        }

    def _examples(self, rows: Mapping[str, Any]) -> dict[str, Any] | None:
        births: list[tuple[Worth, Task, bool]] = []
        for name, task in self.evidence.tasks.items():
            best = rows[name]["best"]["birth"] if rows[name]["solved"] and rows[name]["best"] else None
            births += [(one, task, k == best) for k, one in self.tasks.get(name, Seen()).members.items()]
        return examples_row(births)

    def submission(self) -> dict[str, Any]:
        return {
            name: [self._entry(name, number) for number in range(len(task.tests))] for name, task in self.evidence.tasks.items()
        }

    def _entry(self, name: str, number: int) -> dict[str, Any]:
        done = self.tasks.get(name, Seen()).answered
        answer = done.answers[number] if done and number < len(done.answers) else Answer(attempt_1=None, attempt_2=None)
        both = [grid for grid in (answer.attempt_1, answer.attempt_2) if grid]
        return {"attempt_1": _rows(both[0]) if both else NO_GRID, "attempt_2": _rows(both[-1]) if both else NO_GRID}

    def _replies(self, key: Key) -> dict[str, Any]:
        counts, grids = self.books.replies.get(key, Counter()), self.grids.get(key, Counter())
        never = {kind: number for kind, number in self.books.never.get(key, Counter()).items() if number > 0}
        told = {name: counts[name] for name in OUTCOMES}
        return {**told, "wrong_size": grids["wrong_size"], "notes": grids["notes"], "never": never}

    def _grade(self, name: str) -> dict[str, list[Any]]:
        done = self.tasks.get(name, Seen()).answered
        answers = list(done.answers) if done else []
        rows: dict[str, list[Any]] = {"solved": [], "covered": [], "cell_accuracy": []}
        for number, want in enumerate(self.evidence.solutions[name]):
            answer = answers[number] if number < len(answers) else Answer(attempt_1=None, attempt_2=None)
            given = (answer.attempt_1, answer.attempt_2)
            rows["solved"].append(want in given)
            rows["covered"].append(want in given or any(one.grid == want for one in answer.proposed))
            rows["cell_accuracy"].append(round(max(accuracy(one, want) for one in given), 6))
        return rows

    def _task_row(self, name: str, task: Task, grade: Mapping[str, list[Any]] | None, rank: str) -> dict[str, Any]:
        seen, key = self.tasks.get(name, Seen()), of_task(name)
        best, done = seen.best(rank), seen.answered
        copied = [accuracy(pair.input, pair.output) for pair in task.pairs]
        return {
            "solved": all(grade["solved"]) if grade else None,
            **{f"inputs_{name}": list(grade[name]) if grade else None for name in ("solved", "covered", "cell_accuracy")},
            "inputs_by_guess": self._by_guess(name, seen) if grade else None,
            "train": {
                "exact": best.exact if best else 0,
                "pairs": len(task.pairs),
                "cell_accuracy": round(best.cells, 6) if best else 0.0,
                "copy_accuracy": round(sum(copied) / len(copied), 6),
            },
            "description": list(best.event.description.bullets) if best else None,
            "best": _birth(best) if best else None,
            "program": (best.event.program or None) if best else None,
            "candidates": len(seen.members),
            "programs": programs_row(one.event for one in seen.members.values()),
            "looks": looks(seen.members, seen.failed.values(), best, sum(copied) / len(copied)),
            "opinions": self._opinions(seen),
            **self.books.row(key),
            "replies": self._replies(key),
            "losses": _loss_rows(added(seen.losses)),
            "bought_before": self.books.bought_row(key),
            "seconds": round(done.seconds, 3) if done else 0.0,
            "stopped": done.stopped if done else self._why_open(),
            "unfinished": done.unfinished if done else False,
            "agreed": list(done.agreed) if done else [],
            "error": (done.error or None) if done else None,
            "public": None if self.evidence.public is None else name in self.evidence.public,
        }

    def _by_guess(self, name: str, seen: Seen) -> list[bool]:
        """Whether nobody gave the right answer but guesses, for each test input."""
        made = []
        for number, want in enumerate(self.evidence.solutions[name]):
            done = seen.answered.answers[number] if seen.answered and number < len(seen.answered.answers) else None
            right = done is not None and want in (done.attempt_1, done.attempt_2)
            asked: list[AnswerFollowed | AnswerGuessed] = [*seen.follows.values(), *seen.guesses.values()]
            gave = [
                isinstance(one, AnswerFollowed)
                for one in asked
                if isinstance(one.attempt, Followed) and (one.attempt.pair, one.attempt.grid) == (number, want)
            ]
            made.append(right and bool(gave) and not any(gave))
        return made

    @staticmethod
    def _opinions(seen: Seen) -> dict[str, int]:
        said = Counter(str(review.verdict) for review in seen.reviews.values())
        tests = {test: [c for (t, _), c in seen.choices.items() if t == test] for test, _ in seen.choices}
        picked = [any(choice.picks for choice in choices) for choices in tests.values()]
        verdicts = {verdict: said[verdict] for verdict in ("accept", "doubt", "stuck")}
        return {**verdicts, "unreviewed": said["None"], "judged": sum(picked), "unjudged": len(picked) - sum(picked)}

    def _reached(self, rows: Mapping[str, Any], grades: Mapping[str, Mapping[str, list[Any]]]) -> dict[str, Any]:
        """The scores without tasks that failed, or that were cut short before anything was checked."""
        short = ("failed", "budget", "interrupted")
        kept = [n for n, row in rows.items() if row["stopped"] not in short or (row["candidates"] and row["stopped"] != "failed")]
        right = [grades[name]["solved"] for name in kept] if len(grades) == len(rows) else []
        return {
            "attempted": len(kept),
            "score_tasks_attempted": round(sum(map(all, right)) / len(right), 6) if right else None,
            "score_inputs_attempted": round(sum(sum(one) / len(one) for one in right) / len(right), 6) if right else None,
        }

    def _why_open(self) -> str:
        return self.finished.reason if self.finished and self.finished.reason != "done" else "interrupted"


def lost(
    members: Iterable[Worth],
    failed: Iterable[MoveFailed],
    follows: Iterable[AnswerFollowed | AnswerGuessed],
    said: Iterable[Opinion] = (),
) -> list[Loss]:
    """What brought nothing, by kind, the commonest first."""
    moves = [_loss("filtered" if m.reason == "refused" else m.failure, m.why) for m in failed if m.reason != "garbled"]
    own = [attempt for one in members if one.event.duplicate_of is None for attempt in one.event.attempts]
    attempts = [*own, *(follow.attempt for follow in follows)]
    unsaid = [(one.failure if one.missing == "unreached" else "filtered", one) for one in said]
    opinions = [_loss(kind, one.why) for kind, one in unsaid if one.missing in ("refused", "unreached")]
    return added([*moves, *(loss for attempt in attempts for loss in _of(attempt)), *opinions])


def added(losses: Iterable[Loss]) -> list[Loss]:
    """Those of one kind made one. Models that answer no more come first."""
    counts: Counter[str] = Counter()
    told: dict[str, Loss] = {}
    """What was said of the first."""
    for one in losses:
        counts[one.failure] += one.count
        told.setdefault(one.failure, one)
    order = sorted(counts, key=lambda kind: (kind != "unusable", -counts[kind]))
    return [told[kind].model_copy(update={"count": counts[kind]}) for kind in order]


def _of(attempt: Attempt) -> list[Loss]:
    if isinstance(attempt, Unreached):
        return [_loss(attempt.failure, attempt.why)]
    return [_loss("filtered", attempt.why)] if isinstance(attempt, Refused) else []


def _loss(failure: str, why: str) -> Loss:
    return Loss(failure=failure, count=1, why=why)


def _loss_rows(losses: Iterable[Loss]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.model_dump().items() if name != "remedy" or value} for one in losses]


def _birth(best: Worth) -> dict[str, Any]:
    birth = best.event.birth
    return {"birth": birth.index, "operator": birth.operator, "model": birth.model}


def _scores(grades: Sequence[Mapping[str, list[Any]]], tasks: int) -> dict[str, Any]:
    names = ("solved", "test_inputs_solved", "test_inputs_covered", "score_tasks", "score_inputs", "score_covered")
    if not grades or len(grades) < tasks:
        return dict.fromkeys(names)
    right, within = [grade["solved"] for grade in grades], [grade["covered"] for grade in grades]
    figures = (
        sum(map(all, right)),
        sum(map(sum, right)),
        sum(map(sum, within)),
        round(sum(map(all, right)) / tasks, 6),
        round(sum(sum(one) / len(one) for one in right) / tasks, 6),
        round(sum(map(all, within)) / tasks, 6),
    )
    return dict(zip(names, figures, strict=True))


def _size(grid: Grid) -> tuple[int, int]:
    return len(grid), len(grid[0])


def _rows(grid: Grid) -> list[list[int]]:
    return [list(row) for row in grid]
