"""Whether each task's answers are what its votes make, and whether its search ended where it had to."""

from __future__ import annotations

from collections.abc import Sequence

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.audit.figures import lost
from nlevolve.audit.voting import Electorate, elected
from nlevolve.audit.worth import Born, Schedule, worth
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Answer,
    AnswerFollowed,
    AnswerGuessed,
    CallFinished,
    CandidateChecked,
    Followed,
    Garbled,
    MoveFailed,
    TaskAnswered,
    Unreached,
)

Asked = AnswerFollowed | AnswerGuessed
"""Something that was asked on a test input."""
BY_ITSELF = ("perfect", "exhausted")
"""Ends of a search that came of itself."""


def check(evidence: Evidence) -> None:
    """Every answer that the log has: of a run that was resumed, those of each session."""
    electorate = Electorate(
        perfect=evidence.setting("answers.perfect", 4),
        imperfect=evidence.setting("answers.imperfect", 2),
        fill=evidence.setting("answers.fill", 0),
        rank=evidence.setting("policy.rank", "pairs"),
    )
    schedule = Schedule.of(evidence.config.get("settings", {}))
    for name, task in evidence.tasks.items():
        lines = evidence.of(name)
        for place, line in enumerate(lines):
            if isinstance(line.event, TaskAnswered):
                _answered(evidence, task, lines[:place], line, electorate, schedule)
            elif isinstance(line.event, Asked):
                _asked(evidence, lines[:place], line, line.event)
    if not evidence.setting("policy", None):
        evidence.found.cannot("config.json has no policy: whether searches ended where they had to")


def _asked(evidence: Evidence, before: Sequence[Line], line: Line, event: Asked) -> None:
    if event.attempt.by == "coder":
        return  # a program was run, and nobody asked: programs.py
    attempt, birth = event.attempt, event.birth if isinstance(event, AnswerFollowed) else None
    who = "a guess" if birth is None else f"birth {birth}"
    where = f"{line.where}: {who} on test input {attempt.pair + 1} of {event.task}"
    purpose = "solve" if birth is None else "follow"
    calls = [
        one.event
        for one in before
        if isinstance(one.event, CallFinished)
        and (one.event.purpose, one.event.birth, one.event.target) == (purpose, birth, attempt.pair)
    ]
    if isinstance(attempt, Followed | Garbled):
        replied = any(call.source != "failed" for call in calls)
        evidence.found.holds("call", where, replied, "has a reply that no call brought")


def _answered(
    evidence: Evidence, task: Task, before: Sequence[Line], line: Line, electorate: Electorate, schedule: Schedule
) -> None:
    event, found = line.event, evidence.found
    assert isinstance(event, TaskAnswered)
    born, where = _born(before, task), f"{line.where}: {event.task}"
    if event.stopped not in BY_ITSELF and line.session > 0:
        # which of the earlier sessions' births this one had planned again when it was stopped is nowhere told
        found.cannot(f"{where} was stopped ({event.stopped}) in a session that went on with an earlier one: what it chose from")
        return
    follows = [one.event for one in before if one.session == line.session and isinstance(one.event, Asked)]
    ends = [schedule.last(born, second=second) for second in (False, True)] if schedule.phases else [10**9]
    told = [_told(task, born.upto(last), electorate, follows) for last in dict.fromkeys(ends)]
    best, answers = next((one for one in told if one[0] == event.best and _same(one[1], event.answers)), told[-1])
    found.equal("answer", f"{where}: the best birth", event.best, best)
    _compare(evidence, where, event.answers, answers)
    _ending(evidence, where, event, schedule, born, follows)


def _told(task: Task, born: Born, electorate: Electorate, follows: Sequence[Asked]) -> tuple[int | None, Sequence[Answer]]:
    order = electorate.order(born)
    return (order[0].index if order else None, elected(task.tests, order, follows))


def _same(one: Sequence[Answer], other: Sequence[Answer]) -> bool:
    return [_votes(answer) for answer in one] == [_votes(answer) for answer in other]


def _votes(answer: Answer) -> object:
    """With what each grid got, near enough: sums of floats."""
    return answer.attempt_1, answer.attempt_2, [(one.grid, round(one.votes, 6)) for one in answer.proposed]


def _compare(evidence: Evidence, where: str, recorded: Sequence[Answer], derived: Sequence[Answer]) -> None:
    found = evidence.found
    found.equal("answer", f"{where}: test inputs answered", len(recorded), len(derived))
    for number, (said, made) in enumerate(zip(recorded, derived, strict=False), 1):
        for name in ("attempt_1", "attempt_2"):
            found.equal("answer", f"{where}, test input {number}, {name}", getattr(said, name), getattr(made, name))
        votes = [[[one.grid, one.votes] for one in answer.proposed] for answer in (said, made)]
        found.equal("answer", f"{where}, test input {number}, its votes", *votes)


def _ending(
    evidence: Evidence,
    where: str,
    event: TaskAnswered,
    schedule: Schedule,
    born: Born,
    follows: Sequence[Asked],
) -> None:
    """Why it ended, what was lost, whether it was finished: as far as that follows from its births."""
    found = evidence.found
    if not schedule.phases:
        return
    goal = schedule.goal(born)
    if event.stopped in BY_ITSELF:
        found.equal("answer", f"{where}: stopped", event.stopped, "exhausted" if goal is None else "perfect")
        found.holds("answer", where, not event.unfinished, "is said to be unfinished, and its search ended of itself")
        last = sum(schedule.phases) - 1 if goal is None else goal
        lacking = [k for k in range(last + 1) if k not in born.members and k not in born.failed]
        found.holds(
            "birth", where, not lacking, f"ended at birth {last}, and of births {lacking[:9]} the log does not say what came"
        )
    inside = born.upto(
        schedule.last(
            born, second=any(isinstance(f, AnswerFollowed) and f.birth > (10**9 if goal is None else goal) for f in follows)
        )
    )
    unreached = inside.unreached + sum(isinstance(one.attempt, Unreached) for one in follows)
    if event.stopped in BY_ITSELF and schedule.second == 0:
        found.equal("figure", f"{where}: unreached", event.unreached, unreached)
        derived = {one.failure: one.count for one in lost(inside.members.values(), inside.failed.values(), follows)}
        found.equal("figure", f"{where}: losses", {one.failure: one.count for one in event.losses}, derived)


def _born(lines: Sequence[Line], task: Task) -> Born:
    """The latest word of the log on each birth."""
    born = Born({}, {})
    for line in lines:
        event = line.event
        if isinstance(event, CandidateChecked):
            born.members[event.birth.index] = worth(event, task.pairs)
            born.failed.pop(event.birth.index, None)
        elif isinstance(event, MoveFailed):
            born.failed[event.birth.index] = event
            born.members.pop(event.birth.index, None)
    return born
