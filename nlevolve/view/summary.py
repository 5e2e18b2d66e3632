"""A run at this moment, folded from its events: what the dashboard, the lines and the closing words are drawn from.

No I/O, no clock: where the time matters it is given. `History` keeps what happened; the summary adds what is happening.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from nlevolve.evolve.fitness import Rank
from nlevolve.evolve.population import Candidate, Population, grow
from nlevolve.llm.limits import FIRST_IN_FLIGHT
from nlevolve.records import (
    AnswerFollowed,
    Birth,
    BirthPlanned,
    CallFinished,
    CallRetried,
    CandidateChecked,
    Event,
    LimitChanged,
    ModelStopped,
    MoveFailed,
    RunFinished,
    RunStarted,
    TaskAnswered,
    TaskStarted,
)
from nlevolve.view import moments
from nlevolve.view.history import Account, History, TaskHistory
from nlevolve.view.moments import Moment

TaskPhase = Literal["waiting", "running", "perfect", "partly", "failed", "stopped"]
"""Perfect and partly: answered, and how the best candidate fares on the training pairs (never on the tests)."""
KEPT_MOMENTS = 300
RATE_WINDOW = 10
"""Seconds over which calls a second are averaged."""
PULSE = 60
"""Seconds of the pulse, the calls of each of the last seconds."""


@dataclass(slots=True)
class Credit:
    """What one operator, view or model has brought."""

    tried: int = 0
    failed: int = 0
    """Births that gave no description."""
    led: int = 0
    """Candidates that were their task's best when they came."""
    perfect: int = 0
    """Tasks whose first candidate exact on all training pairs it was."""


class Coming(NamedTuple):
    """A birth on its way."""

    birth: Birth
    calls: int
    """About how many of its calls are still to come."""
    written: bool
    """Its description is there and is being checked."""


@dataclass(slots=True)
class Summary:
    """Fold events in with `see`; read the rest."""

    history: History = field(default_factory=History)
    populations: dict[str, Population] = field(default_factory=dict)
    best: dict[str, Candidate] = field(default_factory=dict)
    """Task -> its best candidate."""
    running: dict[str, datetime] = field(default_factory=dict)
    """Tasks taken up and not yet answered, with when they were taken up."""
    moments: deque[Moment] = field(default_factory=lambda: deque(maxlen=KEPT_MOMENTS))
    credits: dict[tuple[str, str], Credit] = field(default_factory=dict)
    """("operator" | "view" | "model", its name) -> its credit."""
    retried: Counter[str] = field(default_factory=Counter)
    """Why calls were sent again -> how often."""
    limits: dict[str, int] = field(default_factory=dict)
    """Model -> calls it may have in flight, where that has changed."""
    throttled: set[str] = field(default_factory=set)
    """Models whose limit was last changed downwards."""
    stopped_models: dict[str, str] = field(default_factory=dict)
    latest: datetime | None = None
    """When the last event happened."""
    events: int = 0
    _coming: dict[str, dict[int, Coming]] = field(default_factory=dict)
    _awaited: int = 0
    _pulse: deque[tuple[int, int]] = field(default_factory=deque)
    _backing_off: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    _share_before: float = 0.0

    # ---- folding -----------------------------------------------------------------------------------------------------

    def see(self, event: Event) -> Moment | None:
        """Fold one event in, in a few microseconds. What is worth a sentence is kept in `moments` and returned."""
        self.events += 1
        if self.latest is None or event.at > self.latest:
            self.latest = event.at
        self.history.see(event)
        moment = self._see(event)
        if moment is not None:
            self.moments.append(moment)
        return moment

    def _see(self, event: Event) -> Moment | None:
        match event:
            case CallFinished():
                self._call(event)
                return None
            case BirthPlanned():
                self._expect(event.task, Coming(event.birth, 1, False))
                return None
            case AnswerFollowed():
                return None
            case CandidateChecked():
                self._arrived(event.task, event.birth.index)
                return self._candidate(event)
            case MoveFailed():
                self._arrived(event.task, event.birth.index)
                self._grow(event)
                for credit in self._credited(event):
                    credit.tried += 1
                    credit.failed += 1
            case CallRetried():
                self.retried[event.why.partition(":")[0]] += 1
                self._backing_off.append(event.at.timestamp() + event.wait)
            case TaskStarted():
                self.running[event.task] = event.at
            case TaskAnswered():
                return self._answered(event)
            case LimitChanged():
                lowered = event.in_flight < self.limits.get(event.model, FIRST_IN_FLIGHT)
                (self.throttled.add if lowered else self.throttled.discard)(event.model)
                self.limits[event.model] = event.in_flight
            case ModelStopped():
                self.stopped_models[event.model] = event.why
            case RunStarted():
                self._quiet()
                self._share_before = self.share_done
            case RunFinished():
                self._quiet()
        return moments.of(event)

    def _call(self, event: CallFinished) -> None:
        if event.source != "cache":
            second = int(event.at.timestamp())
            if self._pulse and self._pulse[-1][0] == second:
                self._pulse[-1] = (second, self._pulse[-1][1] + 1)
            else:
                self._pulse.append((second, 1))
                if len(self._pulse) > PULSE:
                    self._pulse.popleft()
        coming = self._coming.get(event.task, {}).get(event.birth) if event.birth is not None else None
        if coming is None:
            return
        if event.purpose == "check":
            self._expect(event.task, coming._replace(calls=max(0, coming.calls - 1)))
        elif event.source != "failed":
            # a description has come, so its pairs are asked about next
            self._expect(event.task, Coming(coming.birth, self.pairs(event.task), True))

    def _candidate(self, event: CandidateChecked) -> Moment:
        new = self._grow(event).members[event.birth.index]
        known = self.best.get(event.task)
        leads = known is None or self._key(new) > self._key(known)
        if event.duplicate_of is None:
            first = new.fitness.perfect and not (known is not None and known.fitness.perfect)
            for credit in self._credited(event):
                credit.tried += 1
                credit.led += leads
                credit.perfect += first
        if leads:
            self.best[event.task] = new
        return moments.of_candidate(event, new.fitness, leads)

    def _grow(self, event: CandidateChecked | MoveFailed) -> Population:
        grown = self.populations[event.task] = grow(self.populations.get(event.task, Population()), event)
        return grown

    def _key(self, candidate: Candidate) -> tuple[float, ...]:
        return (*candidate.fitness.key(self.rank), -candidate.index)

    def _answered(self, event: TaskAnswered) -> Moment:
        self.running.pop(event.task, None)
        self._awaited -= sum(coming.calls for coming in self._coming.pop(event.task, {}).values())
        task, best = self.history.task(event.task), self.best.get(event.task)
        return moments.of_answer(event, best.fitness if best else None, len(task.checked), task.account.cost_usd)

    def _credited(self, event: CandidateChecked | MoveFailed) -> list[Credit]:
        birth = event.birth
        names = (("operator", birth.operator), ("view", birth.view), ("model", birth.model))
        return [self.credits.setdefault(name, Credit()) for name in names]

    def _expect(self, task: str, coming: Coming) -> None:
        self._arrived(task, coming.birth.index)
        self._coming.setdefault(task, {})[coming.birth.index] = coming
        self._awaited += coming.calls

    def _arrived(self, task: str, birth: int) -> None:
        coming = self._coming.get(task, {}).pop(birth, None)
        self._awaited -= coming.calls if coming else 0

    def _quiet(self) -> None:
        self._coming.clear()
        self._awaited = 0
        self.running.clear()

    # ---- reading -----------------------------------------------------------------------------------------------------

    @property
    def started(self) -> RunStarted | None:
        return self.history.started

    @property
    def finished(self) -> RunFinished | None:
        return self.history.finished

    @property
    def rank(self) -> Rank:
        """What counts first in this run's fitness."""
        return self.started.rank if self.started else "pairs"

    @property
    def account(self) -> Account:
        return self.history.account

    @property
    def in_flight(self) -> int:
        """About how many calls are on their way: events tell when calls end, not when they are sent."""
        return min(self._awaited, self.started.concurrency if self.started else 0)

    def coming(self, task: str) -> list[Coming]:
        """Births of the task that are being written or checked, in their order."""
        return [coming for _, coming in sorted(self._coming.get(task, {}).items())]

    @property
    def rate_limits(self) -> int:
        """How often a provider said 429."""
        return sum(times for why, times in self.retried.items() if why.startswith(("rate_limit", "429")))

    def spent(self) -> dict[str, float]:
        """USD by what it was for: descriptions ("generator"), checking ("checker"), the tests ("answers")."""
        kinds = {"checker": "checker", "answerer": "answers"}
        told = {"generator": 0.0, "checker": 0.0, "answers": 0.0}
        for (role, _), account in self.history.by_role.items():
            told[kinds.get(role, "generator")] += account.cost_usd
        return told

    def pairs(self, task: str) -> int:
        """How many training pairs the task has; 0 before it is taken up."""
        seen = self.history.tasks.get(task)
        return len(seen.started.pairs) if seen and seen.started else 0

    def phase(self, task: TaskHistory) -> TaskPhase:
        if task.id in self.running:
            return "running"
        if task.answered is None:
            return "waiting"
        if task.answered.stopped == "failed":
            return "failed"
        if task.answered.stopped in ("budget", "interrupted"):
            return "stopped"
        best = self.best.get(task.id)
        return "perfect" if best and best.fitness.perfect else "partly"

    def ranked(self, task: str) -> list[Candidate]:
        """The task's candidates, best first, each description once."""
        return self.populations.get(task, Population()).ranked(self.rank)

    def phases(self) -> Counter[TaskPhase]:
        return Counter(self.phase(task) for task in self.history.tasks.values())

    @property
    def share_done(self) -> float:
        """Share of the run that is behind us, 0..1, a task under way counting by its births."""
        if not self.history.tasks:
            return 0.0
        return sum(map(self._share, self.history.tasks.values())) / len(self.history.tasks)

    def _share(self, task: TaskHistory) -> float:
        if task.answered is not None:
            return 1.0
        if task.started is None or task.id not in self.running:
            return 0.0
        return min(0.95, (len(task.checked) + len(task.failed)) / max(1, task.started.births))

    def elapsed(self, now: datetime) -> float:
        """Seconds spent running, pauses between sessions left out."""
        going = self.finished is None and self.latest is not None
        return self.history.seconds + (max(0.0, (now - self.latest).total_seconds()) if going and self.latest else 0.0)

    def eta(self, now: datetime) -> float | None:
        """Seconds to go, if the rest goes as this session went; None while that cannot be told."""
        gained = self.share_done - self._share_before
        if self.finished is not None or not self.history.sessions or gained < 0.02:
            return None
        session = (now - self.history.sessions[-1][0]).total_seconds()
        return session / gained * (1 - self.share_done)

    def rate(self, now: datetime) -> float:
        """Calls a second that reached a provider, over the last RATE_WINDOW seconds."""
        window = min(RATE_WINDOW, max(1.0, self.elapsed(now)))
        since = now.timestamp() - window
        return sum(calls for second, calls in self._pulse if second >= since) / window

    def pulse(self, now: datetime, seconds: int = PULSE) -> list[int]:
        """Calls in each of the last seconds, oldest first."""
        last, told = int(now.timestamp()), dict(self._pulse)
        return [told.get(last - ago, 0) for ago in range(seconds - 1, -1, -1)]

    def backing_off(self, now: datetime) -> int:
        """How many calls wait to be sent again."""
        return sum(until > now.timestamp() for until in self._backing_off)
