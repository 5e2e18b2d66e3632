"""A run that never was: realistic events, the same for the same arguments. Times are simulated, nothing waits."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from nlevolve.evolve.population import population
from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.records import (
    Answer,
    AnswerFollowed,
    Attempt,
    Birth,
    BirthPlanned,
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    Description,
    Event,
    Followed,
    Garbled,
    LimitChanged,
    MoveFailed,
    Operator,
    Proposal,
    Purpose,
    Role,
    RunFinished,
    RunStarted,
    Stopped,
    TaskAnswered,
    TaskStarted,
    Usage,
)

START = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
VIEWS = ("plain", "objects", "cells", "changes", "patterns")
SENTENCES = (
    "The output has the same size as the input.",
    "Black is background; every other colour belongs to an object.",
    "Find the largest object: the group of touching cells of one colour with the most cells.",
    "Turn the grid upside down, so that the top row becomes the bottom row.",
    "Recolour each grey cell to the colour of the object that touches it.",
    "Draw a straight blue line between any two cells of the same colour in one row.",
    "Leave all other cells as they are.",
    "Fill the area that the red frame encloses with yellow.",
    "Copy the left half onto the right half, mirrored at the middle column.",
    "Remove every object that has fewer than three cells.",
)


@dataclass
class FakeRun:
    """What the run is like. `events()` is the whole of it, in order of time."""

    tasks: int = 6
    births: int = 12
    seed: int = 0
    at_once: int = 3
    generator: str = "openrouter/openai/gpt-5-mini"
    checker: str = "anthropic/claude-sonnet-5"
    usd_per_call: float = 0.004
    budget: float | None = None
    latency: float = 6.0
    """Mean seconds of a call."""
    cached: float = 0.1
    """Share of the calls that the cache answers."""
    throttled: float = 0.0
    """Share of the calls that are sent again after a 429."""
    failing: tuple[int, ...] = ()
    """Tasks (by place) that fail."""
    side: int = 9
    """Rows and columns of the largest grids."""
    tells_sending: bool = True
    """Whether the log says when calls are sent, as it does since version 0.2."""
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        draw = Random(self.seed)
        self.names = tuple(f"{draw.getrandbits(32):08x}" for _ in range(self.tasks))

    def events(self) -> list[Event]:
        """RunStarted, every task's events interleaved `at_once` at a time, RunFinished."""
        models: dict[str, str] = {"generator": self.generator, "reviser": self.generator, "recombiner": self.generator}
        models |= {"checker": self.checker, "answerer": self.checker}
        started = RunStarted(
            at=START, run="demo", models=models, preset="quick", tasks=self.names, budget_usd=self.budget, concurrency=32
        )
        told: list[Event] = []
        free = [START + timedelta(seconds=0.2)] * self.at_once
        for place in range(self.tasks):
            told += shifted(_TaskScript(self, place).events(), heapq.heappop(free))
            heapq.heappush(free, told[-1].at)
        told.sort(key=lambda event: event.at)
        end = told[-1].at if told else START
        return [started, *told, RunFinished(at=end + timedelta(seconds=0.1), reason="done", exit_code=0)]


def shifted(events: list[Event], since: datetime) -> list[Event]:
    return [event.model_copy(update={"at": event.at - START + since}) for event in events]


class _TaskScript:
    """Writes one task's events down."""

    def __init__(self, run: FakeRun, place: int) -> None:
        self.run, self.place, self.task = run, place, run.names[place]
        self.draw = Random(f"{run.seed}/{place}")
        self.told: list[Event] = []
        self.clock = 0.0
        self.pairs = tuple(self._pair() for _ in range(self.draw.choice((2, 3, 3, 4))))
        self.hard = self.draw.random() < 0.4
        self.checked: list[CandidateChecked] = []

    def events(self) -> list[Event]:
        copy = sum(cell_accuracy(a, b) for a, b in self.pairs) / len(self.pairs)
        tests = (self._pair()[0],)
        self._tell(TaskStarted(task=self.task, pairs=self.pairs, tests=tests, copy_accuracy=copy, births=self.run.births))
        if self.place in self.run.failing:
            self._fail()
            return self.told
        for index in range(self.run.births):
            self._birth(index)
            if self.checked and all(attempt.exact for attempt in self.checked[-1].attempts):
                break
        self._answer()
        return self.told

    def _fail(self) -> None:
        birth = Birth(index=0, operator="write", model=self.run.generator)
        self._tell(BirthPlanned(task=self.task, birth=birth))
        self._call("generator", "write", 0, None, source="failed")
        why = "the provider is down (503) after 6 tries"
        self._tell(MoveFailed(task=self.task, birth=birth, reason="unreached", why=why))
        self._tell(TaskAnswered(task=self.task, answers=(), stopped="failed", best=None, error=why, seconds=self.clock))

    def _birth(self, index: int) -> None:
        operator = self._operator(index)
        parents = self._parents(operator)
        view = VIEWS[index % len(VIEWS)] if operator == "write" else "plain"
        birth = Birth(index=index, operator=operator, parents=parents, model=self.run.generator, view=view, temperature=1.0)
        self._tell(BirthPlanned(task=self.task, birth=birth))
        roles: dict[Operator, Role] = {"write": "generator", "revise": "reviser", "recombine": "recombiner"}
        self._call(roles[operator], operator, index, None)
        if self.draw.random() < 0.04:
            why = "no bullets in the reply"
            self._tell(MoveFailed(task=self.task, birth=birth, reason="garbled", why=why))
            return
        for pair in range(len(self.pairs)):
            self._call("checker", "check", index, pair)
        event = CandidateChecked(
            at=self._now(), task=self.task, birth=birth, description=self._description(parents), attempts=self._attempts(index)
        )
        self.checked.append(event)
        self.told.append(event)

    def _operator(self, index: int) -> Operator:
        if len(self.checked) < 3 or index < self.run.births // 3:
            return "write"
        return "recombine" if index % 4 == 3 else "revise"

    def _parents(self, operator: Operator) -> tuple[int, ...]:
        wanted = {"write": 0, "revise": 1, "recombine": 3}[operator]
        return tuple(c.index for c in population(self.checked).ranked()[:wanted])

    def _description(self, parents: tuple[int, ...]) -> Description:
        inherited = [b for c in self.checked if c.birth.index in parents for b in c.description.bullets]
        kept = list(dict.fromkeys(inherited))[: self.draw.randint(2, 4)] if inherited else []
        if kept and self.draw.random() < 0.6:
            kept[-1] = kept[-1].rstrip(".") + ", the frame included."
        new = self.draw.sample(SENTENCES, self.draw.randint(1, 3))
        return Description(bullets=tuple(dict.fromkeys(kept + new)))

    def _attempts(self, index: int) -> tuple[Attempt, ...]:
        skill = min(1.0, 0.3 + 0.5 * self.draw.random() + (0.02 if self.hard else 0.07) * index)
        return tuple(self._attempt(pair, skill) for pair in range(len(self.pairs)))

    def _attempt(self, pair: int, skill: float) -> Attempt:
        truth = self.pairs[pair][1]
        luck = self.draw.random()
        if luck > 0.97:
            return Garbled(pair=pair, why="the rows are not equally long")
        if luck < 0.04:
            wrong: Grid = tuple(row[:-1] for row in truth)
            return Followed(pair=pair, grid=wrong, accuracy=0.0)
        exact = self.draw.random() < skill - 0.25 - (0.25 if self.hard else 0)
        grid = truth if exact else self._spoilt(truth, (1 - skill) * 0.6 + 0.05)
        return Followed(pair=pair, grid=grid, accuracy=cell_accuracy(grid, truth))

    def _spoilt(self, truth: Grid, share: float) -> Grid:
        rows = [[self.draw.randrange(10) if self.draw.random() < share else cell for cell in row] for row in truth]
        rows[0][0] = (truth[0][0] + 1) % 10
        return tuple(map(tuple, rows))

    def _answer(self) -> None:
        best = next(iter(population(self.checked).ranked()), None)
        grid = self.pairs[0][1]
        if best is not None:
            self._call("answerer", "follow", best.index, 0)
            attempt = Followed(pair=0, grid=grid)
            self._tell(AnswerFollowed(task=self.task, birth=best.index, sample=0, attempt=attempt))
        stopped: Stopped = "perfect" if best is not None and best.fitness.perfect else "exhausted"
        self._tell(
            TaskAnswered(
                task=self.task,
                answers=(Answer(attempt_1=grid, attempt_2=None, proposed=(Proposal(grid=grid, votes=1.0),)),),
                stopped=stopped,
                best=best.index if best else None,
                seconds=self.clock,
            )
        )

    def _call(self, role: Role, purpose: Purpose, birth: int, target: int | None, source: str = "") -> None:
        model = self.run.checker if role in ("checker", "answerer") else self.run.generator
        request = f"{self.task}/{role}/{birth}/{target}"
        call = CallSent(task=self.task, role=role, purpose=purpose, model=model, birth=birth, target=target, request=request)
        throttled = self.draw.random() < self.run.throttled
        if throttled:
            self._send(call)
            again = CallRetried(
                task=self.task, model=model, failure="rate_limit", request=request, why="rate_limit: slow down", wait=8.0
            )
            self._tell(again)
            self._tell(LimitChanged(model=model, in_flight=max(1, 25 - self.place), why="429"))
        cached = not source and self.draw.random() < self.run.cached
        if not cached:
            self._send(call.model_copy(update={"tries": 1 + throttled}))
        seconds = 0.0 if cached else self.run.latency * (0.5 + self.draw.random())
        self.clock += seconds if role != "checker" else seconds / len(self.pairs)
        cost = 0.0 if cached or source else self.run.usd_per_call * (0.5 + self.draw.random())
        usage = Usage() if cached else Usage(prompt=1800, prompt_cached=900, completion=self.draw.randint(80, 900), reasoning=60)
        self._tell(
            CallFinished(
                task=self.task,
                role=role,
                purpose=purpose,
                model=model,
                birth=birth,
                target=target,
                request=request,
                source="failed" if source else "cache" if cached else "provider",
                usage=usage,
                cost_usd=cost,
                seconds=seconds,
            )
        )

    def _send(self, call: CallSent) -> None:
        if self.run.tells_sending:
            self._tell(call)

    def _pair(self) -> tuple[Grid, Grid]:
        """A grid with a few blocks in it, and the same upside down with its background kept."""
        rows, columns = self.draw.randint(3, self.run.side), self.draw.randint(3, self.run.side)
        cells = [[0] * columns for _ in range(rows)]
        for _ in range(self.draw.randint(2, 5)):
            top, left, colour = self.draw.randrange(rows), self.draw.randrange(columns), self.draw.randint(1, 9)
            for row in range(top, min(rows, top + self.draw.randint(1, 3))):
                for column in range(left, min(columns, left + self.draw.randint(1, 3))):
                    cells[row][column] = colour
        grid = tuple(map(tuple, cells))
        return grid, tuple(reversed(grid))

    def _now(self) -> datetime:
        return START + timedelta(seconds=self.clock)

    def _tell(self, event: Event) -> None:
        self.told.append(event.model_copy(update={"at": self._now()}))
