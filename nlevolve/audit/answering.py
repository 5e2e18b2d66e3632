"""Whether each task's answers are what its votes make, and whether its search ended where it had to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.audit.figures import lost
from nlevolve.audit.voting import Electorate, Opinions, elected
from nlevolve.audit.worth import Born, Schedule, worth
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Answer,
    AnswerFollowed,
    AnswerGuessed,
    AnswerJudged,
    CallFinished,
    CandidateChecked,
    CandidateReviewed,
    Followed,
    Garbled,
    MoveFailed,
    Opinion,
    TaskAnswered,
    Unreached,
)

Asked = AnswerFollowed | AnswerGuessed
"""Something that was asked on a test input."""
GARBLED_SAMPLES = 3
"""How often a description is followed on a test input at most, until a grid can be read."""
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
    for name, task in evidence.tasks.items():
        schedule = Schedule.of(evidence.config.get("settings", {}), evidence.before(name))
        lines = evidence.of(name)
        for place, line in enumerate(lines):
            if isinstance(line.event, TaskAnswered):
                _answered(evidence, task, lines[:place], line, electorate, schedule)
            elif isinstance(line.event, Asked):
                _asked(evidence, lines[:place], line, line.event)
            elif isinstance(line.event, CandidateReviewed | AnswerJudged):
                _said(evidence, lines[:place], line, line.event)
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
    if isinstance(attempt, Followed):
        evidence.found.holds("grid", where, attempt.accuracy is None, "has an accuracy, and a run knows no test output")


def _said(evidence: Evidence, before: Sequence[Line], line: Line, event: CandidateReviewed | AnswerJudged) -> None:
    """Whether a reviewer's or a judge's word was asked for, and can be one."""
    if isinstance(event, CandidateReviewed):
        where, said = f"{line.where}: the review of birth {event.birth} of {event.task}", event.review.verdict is not None
        key: tuple[str, int | None, int | None] = ("review", event.birth, None)
        fits = event.review.test is None or 0 <= event.review.test < len(evidence.tasks[event.task].tests)
    else:
        where, said = f"{line.where}: a choice for test input {event.test + 1} of {event.task}", bool(event.choice.picks)
        key = ("judge", None, event.test)
        fits = all(0 <= place < len(event.shown) for place in event.choice.picks) and len(set(event.shown)) == len(event.shown)
    calls = [one.event for one in before if isinstance(one.event, CallFinished)]
    replied = any((call.purpose, call.birth, call.target) == key and call.source != "failed" for call in calls)
    evidence.found.holds("call", where, replied or not said, "has a reply that no call brought")
    evidence.found.holds("answer", where, fits, "is about what was not there")


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
    born.on_tests = on_tests(follows, len(task.tests), evidence.setting("answers.samples", 1))
    ends = [schedule.last(born, second=second) for second in (False, True)] if schedule.phases else [10**9]
    said = _opinions(before, line)
    told = [_told(task, born.upto(last), electorate, follows, said) for last in dict.fromkeys(ends)]
    best, answers = next((one for one in told if one[0] == event.best and _same(one[1], event.answers)), told[-1])
    found.equal("answer", f"{where}: the best birth", event.best, best)
    _compare(evidence, where, event.answers, answers)
    calls = [one.event for one in before if one.session == line.session and isinstance(one.event, CallFinished)]
    spoken = [*said.reviews.values(), *(one.choice for one in said.choices)]
    _ending(evidence, where, event, schedule, born, follows, calls, spoken)


def _opinions(before: Sequence[Line], line: Line) -> Opinions:
    """The reviews of the log so far, by the words they are of, and the choices of this session."""
    words = {one.event.birth.index: one.event.description.normalised for one in before if isinstance(one.event, CandidateChecked)}
    reviews = [one.event for one in before if isinstance(one.event, CandidateReviewed) and one.event.birth in words]
    choices = [one.event for one in before if one.session == line.session and isinstance(one.event, AnswerJudged)]
    return Opinions({words[one.birth]: one.review for one in reviews}, choices)


def on_tests(follows: Sequence[Asked], tests: int, samples: int) -> dict[int, tuple[Grid, ...]]:
    """Birth -> what its first reading gave on each test input, or the next where that one was no grid."""
    first: dict[int, dict[int, tuple[int, Grid]]] = defaultdict(dict)
    for one in follows:
        if isinstance(one, AnswerGuessed) or one.view or not isinstance(one.attempt, Followed):
            continue
        if one.sample % samples == 0 and one.sample < GARBLED_SAMPLES * samples:
            told, number = first[one.birth], one.attempt.pair
            told[number] = min(told.get(number, (one.sample, one.attempt.grid)), (one.sample, one.attempt.grid))
    return {k: tuple(told[n][1] for n in range(tests)) for k, told in first.items() if len(told) == tests}


def _told(
    task: Task, born: Born, electorate: Electorate, follows: Sequence[Asked], said: Opinions
) -> tuple[int | None, Sequence[Answer]]:
    order = electorate.order(born)
    return (order[0].index if order else None, elected(task.tests, order, follows, said))


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
    calls: Sequence[CallFinished],
    said: Sequence[Opinion],
) -> None:
    """Why it ended, what was lost, whether it was finished: as far as that follows from its births."""
    found = evidence.found
    if not schedule.phases:
        return
    goal = schedule.goal(born)
    if event.stopped in BY_ITSELF:
        found.equal("answer", f"{where}: stopped", event.stopped, schedule.ends_as(born))
        found.equal("answer", f"{where}: who agrees", list(event.agreed), list(schedule.who_agrees(born)))
        found.holds("answer", where, not event.unfinished, "is said to be unfinished, and its search ended of itself")
        last = sum(schedule.phases) - 1 if goal is None else goal
        lacking = [k for k in range(last + 1) if k not in born.members and k not in born.failed]
        found.holds(
            "birth", where, not lacking, f"ended at birth {last}, and of births {lacking[:9]} the log does not say what came"
        )
        found.holds(
            "answer", where, not event.error and not event.remedy, "is said to have failed, and its search ended of itself"
        )
        _samples(evidence, where, calls, follows)
        _losses(evidence, where, event, schedule, born, follows, said)


def _samples(evidence: Evidence, where: str, calls: Iterable[CallFinished], follows: Sequence[Asked]) -> None:
    """Every sample beyond the first ones is asked for where an earlier one could not be read; what was replied came to a vote."""
    asked: dict[tuple[int | None, int], set[tuple[str, int]]] = defaultdict(set)
    for one in follows:
        birth, view = (one.birth, one.view) if isinstance(one, AnswerFollowed) else (None, "")
        asked[birth, one.attempt.pair].add((view, one.sample))
    alike = evidence.setting("answers.samples", 1)
    odd = [
        number
        for (birth, number), told in asked.items()
        for view, sample in told
        if birth is not None and sample != GARBLED_SAMPLES * alike and sample >= alike and (view, sample - alike) not in told
    ]
    odd += [number for (_, number), told in asked.items() if not any(sample == 0 for _, sample in told)]
    evidence.found.holds(
        "answer", where, not odd, f"has samples of test input {[n + 1 for n in odd][:1]}, and lacks an earlier one"
    )
    replied = {
        (c.birth, c.target) for c in calls if c.purpose in ("follow", "solve") and c.source != "failed" and c.target is not None
    }
    lacking = [one for one in replied if one not in asked and one[0] is not None]
    if evidence.setting("policy.ahead", "off") == "free" and len({birth for birth, _ in lacking}) <= evidence.setting(
        "answers.fill", 0
    ):
        lacking = []  # asked early, while places stood free: then nobody looks at what is not needed
    what = f"a reply came to birth {lacking[0][0]} on test input {(lacking[0][1] or 0) + 1}, and nothing of it" if lacking else ""
    evidence.found.holds("answer", where, not lacking, what)


def _losses(
    evidence: Evidence,
    where: str,
    event: TaskAnswered,
    schedule: Schedule,
    born: Born,
    follows: Sequence[Asked],
    said: Sequence[Opinion],
) -> None:
    """What brought nothing. Whether a second answer was looked for is not told where nothing came of it: then it is either."""
    ends = [born.upto(schedule.last(born, second=second)) for second in ((False, True) if schedule.second else (False,))]
    lost_follows = sum(isinstance(one.attempt, Unreached) for one in follows)
    lost_follows += sum(one.missing == "unreached" for one in said)
    counts = [inside.unreached + lost_follows for inside in ends]
    evidence.found.equal("figure", f"{where}: unreached", event.unreached, _nearest(event.unreached, counts))
    kinds = [
        {one.failure: one.count for one in lost(inside.members.values(), inside.failed.values(), follows, said)}
        for inside in ends
    ]
    told = {one.failure: one.count for one in event.losses}
    evidence.found.equal("figure", f"{where}: losses", told, _nearest(told, kinds))


def _nearest(recorded: object, derived: Sequence[object]) -> object:
    """That of several derivations which is recorded; else the last."""
    return recorded if recorded in derived else derived[-1]


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
