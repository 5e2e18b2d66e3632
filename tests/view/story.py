"""A small run told by hand: three tasks selected, one solved after a revision, one wrong, one never reached."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import (
    Answer,
    AnswerFollowed,
    AnyEvent,
    Attempt,
    Birth,
    BirthPlanned,
    CallFinished,
    CandidateChecked,
    Description,
    Followed,
    Garbled,
    Noticed,
    Operator,
    Proposal,
    Purpose,
    Role,
    RunFinished,
    RunStarted,
    TaskAnswered,
    TaskStarted,
    Unreached,
    Usage,
)

START = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
A: Grid = ((1, 0), (0, 2))
B: Grid = ((0, 1), (2, 0))
C: Grid = ((1, 2), (3, 4))
D: Grid = ((2, 1), (4, 3))
WRONG: Grid = ((9, 9), (9, 9))

FLIP = Task("flip", (Pair(A, B), Pair(C, D)), (A, C))
HARD = Task("hard", (Pair(A, C),), (B,))
NEVER = Task("never", (Pair(A, A),), (C,))
TASKS = (FLIP, HARD, NEVER)
SOLUTIONS: dict[str, tuple[Grid, ...]] = {"flip": (B, D), "hard": (D,), "never": (C,)}


def proposals(*rows: tuple[Grid, float]) -> tuple[Proposal, ...]:
    """(grid, votes) rows, best first."""
    return tuple(Proposal(grid=grid, votes=votes) for grid, votes in rows)


def clock(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def call(
    task: str,
    role: Role,
    purpose: Purpose,
    second: float,
    *,
    source: str = "provider",
    birth: int | None = None,
    cost: float | None = 0.01,
    target: int | None = None,
) -> CallFinished:
    """One call of 100 prompt and 20 completion tokens, 2 s long."""
    model = "offline/checker" if role in ("checker", "answerer") else "offline/generator"
    return CallFinished.model_validate(
        {
            "at": clock(second),
            "task": task,
            "role": role,
            "purpose": purpose,
            "model": model,
            "birth": birth,
            "target": target,
            "source": source,
            "usage": Usage(prompt=100, prompt_cached=40, completion=20, reasoning=5),
            "cost_usd": cost,
            "seconds": 0.0 if source == "cache" else 2.0,
        }
    )


def birth(index: int, operator: Operator = "write", parents: tuple[int, ...] = ()) -> Birth:
    return Birth(index=index, operator=operator, parents=parents, model="offline/generator")


def followed(task: Task, pair: int, grid: Grid) -> Followed:
    return Followed(pair=pair, grid=grid, accuracy=cell_accuracy(grid, task.pairs[pair].output))


def candidate(
    task: Task, born: Birth, bullets: tuple[str, ...], attempts: tuple[Attempt, ...], second: float
) -> CandidateChecked:
    return CandidateChecked(
        at=clock(second), task=task.id, birth=born, description=Description(bullets=bullets), attempts=attempts
    )


def started(task: Task, second: float) -> TaskStarted:
    return TaskStarted(
        at=clock(second),
        task=task.id,
        pairs=tuple((p.input, p.output) for p in task.pairs),
        tests=task.tests,
        copy_accuracy=task.copy_accuracy,
        births=4,
    )


def follow(task: Task, born: int, place: int, grid: Grid, second: float) -> AnswerFollowed:
    return AnswerFollowed(at=clock(second), task=task.id, birth=born, sample=0, attempt=Followed(pair=place, grid=grid))


def events() -> list[AnyEvent]:
    """The run, interrupted before its last task."""
    return [
        RunStarted(
            at=clock(0),
            run="story",
            models={"generator": "offline/generator", "checker": "offline/checker"},
            preset="quick",
            tasks=tuple(t.id for t in TASKS),
            concurrency=4,
        ),
        started(FLIP, 1),
        started(HARD, 1),
        BirthPlanned(at=clock(1), task="flip", birth=birth(0)),
        call("flip", "generator", "write", 2, birth=0),
        call("flip", "checker", "check", 3, birth=0, target=0),
        call("flip", "checker", "check", 3.5, birth=0, target=1, source="cache"),
        candidate(FLIP, birth(0), ("Copy the input grid.",), (followed(FLIP, 0, A), followed(FLIP, 1, C)), 4),
        call("flip", "reviser", "revise", 5, birth=1),
        candidate(
            FLIP,
            birth(1, "revise", (0,)),
            ("Mirror the input grid left to right.", "Change nothing else."),
            (followed(FLIP, 0, B), followed(FLIP, 1, D)),
            6,
        ),
        call("hard", "generator", "write", 6, birth=0, cost=None),
        candidate(HARD, birth(0), ("Paint it.",), (Garbled(pair=0, why="no grid"),), 7),
        call("hard", "generator", "write", 7.5, birth=1, source="failed", cost=0.0),
        candidate(HARD, birth(1), ("Paint it red.",), (Unreached(pair=0, why="timeout"),), 8),
        follow(FLIP, 1, 0, B, 8),
        follow(FLIP, 1, 1, D, 8),
        TaskAnswered(
            at=clock(9),
            task="flip",
            answers=(
                Answer(attempt_1=B, attempt_2=A, proposed=proposals((B, 2), (A, 1))),
                Answer(attempt_1=WRONG, attempt_2=D, proposed=proposals((WRONG, 1), (D, 1))),
            ),
            stopped="perfect",
            best=1,
            seconds=8.0,
        ),
        TaskAnswered(
            at=clock(10),
            task="hard",
            answers=(Answer(attempt_1=WRONG, attempt_2=None, proposed=proposals((WRONG, 3), (A, 2), (D, 1))),),
            stopped="exhausted",
            best=0,
            seconds=9.0,
        ),
        RunFinished(at=clock(11), reason="interrupted", exit_code=130),
    ]


HOSTILE = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'> </script></ol></details>",
    "[red]markup[/red] [link=file:///etc/passwd]here[/link] \x1b[31mred\x1b[0m \x1b]8;;x\x07",
    "{{ 7 * 7 }} {% raw %} ${window.hacked = 1} \u202egnp.exe \u2028",
)


def hostile_events() -> list[AnyEvent]:
    """The same run, in which every text that a model or provider could choose is an attack."""
    text = HOSTILE[0] + HOSTILE[1]
    told: list[AnyEvent] = []
    for event in events():
        match event:
            case RunStarted():
                told.append(event.model_copy(update={"models": dict.fromkeys(event.models, text), "preset": text}))
            case CandidateChecked():
                born = event.birth.model_copy(update={"model": text, "view": text})
                followed_so = tuple(
                    a.model_copy(update={"note": text} if isinstance(a, Followed) else {"why": text}) for a in event.attempts
                )
                said = Description(bullets=(*HOSTILE, *event.description.bullets))
                told.append(event.model_copy(update={"birth": born, "description": said, "attempts": followed_so}))
            case CallFinished():
                told.append(event.model_copy(update={"model": text, "error": text}))
            case TaskAnswered():
                told.append(event.model_copy(update={"error": text}))
            case _:
                told.append(event)
    return [*told, Noticed(at=clock(12), text=text)]
