"""A run at this moment, folded from its events: what the dashboard, the lines and the closing words are drawn from.

No I/O, no clock: where the time matters it is given. `History` keeps what happened; the summary adds what is happening.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nlevolve.evolve.fitness import Rank
from nlevolve.evolve.population import Candidate, Population, grow
from nlevolve.records import (
    AnswerFollowed,
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
from nlevolve.view.history import Account, History, TaskHistory
from nlevolve.view.terminal import sentences
from nlevolve.view.terminal.in_flight import RATE_WINDOW, Traffic
from nlevolve.view.terminal.sentences import Moment

TaskPhase = Literal["waiting", "running", "perfect", "partly", "failed", "stopped"]
"""Perfect and partly: answered, and how the best candidate fares on the training pairs (never on the tests)."""
KEPT_MOMENTS = 300


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
    traffic: Traffic = field(default_factory=Traffic)
    stopped_models: dict[str, str] = field(default_factory=dict)
    latest: datetime | None = None
    """When the last event happened."""
    events: int = 0
    _share_before: float = 0.0

    # ---- folding -----------------------------------------------------------------------------------------------------

    def see(self, event: Event) -> Moment | None:
        """Fold one event in, in a few microseconds. What is worth a sentence is kept in `moments` and returned."""
        self.events += 1
        if self.latest is None or event.at > self.latest:
            self.latest = event.at
        self.history.see(event)
        if isinstance(event, CallFinished):  # four events of five
            self.traffic.ended(event, self.pairs(event.task))
            return None
        moment = self._see(event)
        if moment is not None:
            self.moments.append(moment)
        return moment

    def _see(self, event: Event) -> Moment | None:
        match event:
            case BirthPlanned():
                self._take_up(event)
                self.traffic.planned(event.task, event.birth)
                return None
            case AnswerFollowed():
                self._take_up(event)
                return None
            case CandidateChecked():
                self._take_up(event)
                self.traffic.arrived(event.task, event.birth.index)
                return self._candidate(event)
            case MoveFailed():
                self.traffic.arrived(event.task, event.birth.index)
                fresh = self._is_fresh(event)
                self._grow(event)
                for credit in self._credited(event):
                    credit.tried += fresh
                    credit.failed += fresh
            case CallRetried():
                self.traffic.again(event)
            case TaskStarted():
                self.running[event.task] = event.at
            case TaskAnswered():
                return self._answered(event)
            case LimitChanged():
                self.traffic.limit(event)
            case ModelStopped():
                self.stopped_models[event.model] = event.why
            case RunStarted():
                self._hush()
                self._share_before = self.share_done
            case RunFinished():
                self._hush()
        return sentences.of(event)

    def _take_up(self, event: BirthPlanned | CandidateChecked | AnswerFollowed) -> None:
        """A resumed run goes on with a task without starting it again; what comes after its answer in this session is late."""
        if event.task in self.running:
            return
        answered = self.history.task(event.task).answered
        if answered is None or self._is_old(answered):
            self.running[event.task] = event.at

    def _is_old(self, event: Event) -> bool:
        """Whether it is of an earlier session."""
        return event.at < self.history.sessions[-1][0]

    def _candidate(self, event: CandidateChecked) -> Moment:
        fresh = self._is_fresh(event)
        new = self._grow(event).members[event.birth.index]
        known = self.best.get(event.task)
        if known is not None and known.index == new.index:
            # checked once more, perhaps with another outcome
            known = self.best[event.task] = self.ranked(event.task)[0]
        leads = known is None or self._key(new) > self._key(known)
        if event.duplicate_of is None:
            first = new.fitness.perfect and not (known is not None and known.fitness.perfect)
            for credit in self._credited(event):
                credit.tried += fresh
                credit.led += leads
                credit.perfect += first
        if leads:
            self.best[event.task] = new
        return sentences.of_candidate(event, new.fitness, leads)

    def _is_fresh(self, event: CandidateChecked | MoveFailed) -> bool:
        """Whether the birth is heard of for the first time: not read twice, and not asked for again by a resumed run."""
        return event.birth.index not in self.populations.get(event.task, Population())

    def _grow(self, event: CandidateChecked | MoveFailed) -> Population:
        grown = self.populations[event.task] = grow(self.populations.get(event.task, Population()), event)
        return grown

    def _key(self, candidate: Candidate) -> tuple[float, ...]:
        return (*candidate.fitness.key(self.rank), -candidate.index)

    def _answered(self, event: TaskAnswered) -> Moment:
        self.running.pop(event.task, None)
        self.traffic.answered(event.task)
        task, best = self.history.task(event.task), self.best.get(event.task)
        return sentences.of_answer(event, best.fitness if best else None, len(task.checked), task.account.cost_usd)

    def _credited(self, event: CandidateChecked | MoveFailed) -> list[Credit]:
        birth = event.birth
        names = (("operator", birth.operator), ("view", birth.view), ("model", birth.model))
        return [self.credits.setdefault(name, Credit()) for name in names]

    def _hush(self) -> None:
        self.traffic.hushed()
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
        return min(self.traffic.awaited, self.started.concurrency if self.started else 0)

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
        if task.id in self.running and task.started is not None:
            return min(0.95, (len(task.checked) + len(task.failed)) / max(1, task.started.births))
        if task.answered is None:
            return 0.0
        # what was cut short in an earlier session is taken up again
        again = task.answered.stopped not in ("perfect", "exhausted") and self._is_old(task.answered)
        return 0.0 if again else 1.0

    def when(self, at: datetime) -> float:
        """Seconds the run had been running at that time, pauses between sessions left out."""
        gone = 0.0
        for start, end in self.history.sessions:
            if at <= end:
                return gone + max(0.0, (at - start).total_seconds())
            gone += (end - start).total_seconds()
        return gone

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
        """Calls a second that reached a provider, over the last seconds."""
        return self.traffic.rate(now, min(RATE_WINDOW, max(1.0, self.elapsed(now))))
