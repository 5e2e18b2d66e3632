"""Whether the log's lines stand where they can: their times, what a task begins with, and how a session came to its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.records import (
    AnswerFollowed,
    AnswerGuessed,
    BirthPlanned,
    CallFinished,
    CallSent,
    CandidateChecked,
    MoveFailed,
    RunFinished,
    RunStarted,
    TaskAnswered,
    TaskStarted,
)

SLACK = 1.0
"""Seconds by which lines may pass each other: a moment is taken before its line is written."""
CODES = {"done": 0, "budget": 3, "failed": 4, "interrupted": 130}
UNANSWERED = 4
"""The code of a run that is done, and left tasks without an answer."""
OF_ITSELF = ("perfect", "exhausted")
Born = BirthPlanned | CandidateChecked | MoveFailed | AnswerFollowed | AnswerGuessed | TaskAnswered
"""What there is only of a task that was taken up."""


def check(evidence: Evidence) -> None:
    """The whole log."""
    _times(evidence)
    _tasks(evidence)
    for line in evidence.lines:
        if isinstance(line.event, RunFinished):
            _finished(evidence, line, line.event)


def _times(evidence: Evidence) -> None:
    """Each line is no earlier than the one before it. A clock that is set back moves all that come after it; one line that stands
    out alone was changed."""
    lines = evidence.lines
    evidence.found.compared["time"] += len(lines)
    back = 0
    for place, (before, line) in enumerate(pairwise(lines), 1):
        if _late(before.event.at, line.event.at) <= SLACK or _another_run(before, line):
            continue
        odd = _standing_out(lines, place)
        if odd is None:
            back += 1
        else:
            evidence.found.wrong(
                "time", odd.where, f"its time, {odd.event.at:%H:%M:%S.%f}, is not between those of its neighbours"
            )
    if back:
        evidence.found.cannot(
            f"the clock went back {'once' if back == 1 else f'{back} times'} while the log was written: its times"
        )


def _another_run(before: Line, line: Line) -> bool:
    """Whether a session of a merged run follows one of another machine, which may have gone on when this one had begun."""
    return before.session != line.session and isinstance(line.event, RunStarted) and bool(line.event.part)


def _late(before: datetime, after: datetime) -> float:
    """Seconds by which the earlier line is the later one."""
    return (before - after).total_seconds()


def _standing_out(lines: Sequence[Line], place: int) -> Line | None:
    """Of a line and the one before it, the one without which all would be in order; None where neither is alone in it."""
    before, line = lines[place - 1], lines[place]
    after = lines[place + 1] if place + 1 < len(lines) else None
    earlier = lines[place - 2] if place > 1 else None
    if after is None or _late(before.event.at, after.event.at) <= SLACK:
        return line
    if earlier is None or _late(earlier.event.at, line.event.at) <= SLACK:
        return before
    return None


def _tasks(evidence: Evidence) -> None:
    """What is said of a task is said of one that was selected, and after it was taken up."""
    found, taken_up = evidence.found, set[str]()
    planned: set[tuple[str, int]] = set()
    for line in evidence.lines:
        event = line.event
        task = getattr(event, "task", None)
        if task is None:
            continue
        found.holds("task", line.where, task in evidence.tasks, f"is of task {task[:40]}, which is not among those selected")
        if isinstance(event, TaskStarted):
            taken_up.add(task)
        elif isinstance(event, Born) and task not in taken_up:
            taken_up.add(task)
            found.wrong("task", line.where, f"task {task[:40]} was never taken up: its task_started is missing")
        if isinstance(event, BirthPlanned):
            planned.add((task, event.birth.index))
        elif isinstance(event, CallSent | CallFinished):
            _aim(evidence, line, event, planned)


def _aim(evidence: Evidence, line: Line, call: CallSent | CallFinished, planned: set[tuple[str, int]]) -> None:
    """Whom a call is said to be for: a birth that was planned, a pair or a test input that there is."""
    found, task = evidence.found, evidence.tasks.get(call.task)
    if call.birth is not None:
        there = (call.task, call.birth) in planned
        found.holds("call", line.where, there, f"is for birth {call.birth}, which was not planned before")
    if call.target is not None and task is not None:
        judged = call.purpose == "check"
        number = len(task.pairs) if judged else len(task.tests)
        what = f"is for {'pair' if judged else 'test input'} {call.target + 1}, and there are {number}"
        found.holds("call", line.where, 0 <= call.target < number, what)


def _finished(evidence: Evidence, line: Line, event: RunFinished) -> None:
    found = evidence.found
    if event.reason != "done":
        found.equal("answer", f"{line.where}: exit_code", event.exit_code, CODES[event.reason])
        return
    ends = list(_ends(evidence, line))
    # in older logs, and in a control, to have no answer is no failure
    told = bool(event.why) and any(end is not None and not all(one.attempt_1 for one in end.answers) for _, end in ends)
    found.equal("answer", f"{line.where}: exit_code", event.exit_code, UNANSWERED if told else CODES[event.reason])
    plain = bool(event.why) == told and not event.remedy and event.resumable != told
    found.holds("answer", line.where, plain, "is said to be done, and why it is not")
    lacking = [task for task, end in ends if end is None or end.stopped not in OF_ITSELF]
    found.holds("answer", line.where, not lacking, f"is said to be done, and of {', '.join(lacking[:3])} no search had ended")


def _ends(evidence: Evidence, last: Line) -> Iterator[tuple[str, TaskAnswered | None]]:
    """Task -> how its search ended, by the latest word up to this line."""
    for task in evidence.tasks_of(last.session):
        told = [line.event for line in evidence.of(task) if isinstance(line.event, TaskAnswered) and line.number < last.number]
        yield task, told[-1] if told else None
