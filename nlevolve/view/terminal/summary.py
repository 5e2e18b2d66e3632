"""A run at this moment, folded from its events: what the dashboard, the lines and the closing words are drawn from.

No I/O, no clock: where the time matters it is given. `History` keeps what happened; the summary adds what is happening.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nlevolve.evolve.population import Candidate
from nlevolve.llm.embedded import is_embedded
from nlevolve.records import (
    AnswerFollowed,
    AnswerGuessed,
    AnswerJudged,
    BirthPlanned,
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    CandidateReviewed,
    Event,
    LimitChanged,
    ModelStopped,
    MoveFailed,
    Paused,
    ReplyUnread,
    RunFinished,
    RunStarted,
    ServerAway,
    ServerBack,
    TaskAnswered,
    TaskStarted,
    TrafficSeen,
)
from nlevolve.view.account import Account
from nlevolve.view.history import History, TaskHistory
from nlevolve.view.terminal import sentences
from nlevolve.view.terminal.in_flight import RATE_WINDOW, InFlight
from nlevolve.view.terminal.sentences import Moment
from nlevolve.view.text import duration, plural

TaskPhase = Literal["waiting", "running", "perfect", "partly", "failed", "stopped"]
"""Perfect and partly: answered, and how the best candidate fares on the training pairs (never on the tests)."""
Work = BirthPlanned | CandidateChecked | AnswerFollowed | AnswerGuessed | CandidateReviewed | AnswerJudged
"""Events by which a task is seen to be under way."""
SELDOM = ("coder", "reviewer", "judge")
"""Roles that only some runs have."""
KINDS = ("generator", "coder", "checker", "answers", "reviewer", "judge")
"""What money is spent on, in the order of a task."""
KEPT_MOMENTS = 300
PAUSE, STILL = 10.0, 30.0
"""Seconds without anything done after which what is left runs down; and, where half of the time until then is over too, after
which nobody can tell how much longer it takes."""


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
    running: dict[str, datetime] = field(default_factory=dict)
    """Tasks taken up and not yet answered, with when they were taken up."""
    moments: deque[Moment] = field(default_factory=lambda: deque(maxlen=KEPT_MOMENTS))
    credits: dict[tuple[str, str], Credit] = field(default_factory=dict)
    """("operator" | "view" | "model", its name) -> its credit."""
    calls: InFlight = field(default_factory=InFlight)
    stopped_models: dict[str, str] = field(default_factory=dict)
    paused: bool = False
    """Nothing new is sent until the user lets the run go on."""
    latest: datetime | None = None
    """When the last event happened."""
    events: int = 0
    _share_before: float = 0.0
    _gained: datetime | None = None
    """When the share that is done last grew."""

    # ---- folding -----------------------------------------------------------------------------------------------------

    def see(self, event: Event) -> Moment | None:
        """Fold one event in, in a few microseconds. What is worth a sentence is kept in `moments` and returned."""
        self.events += 1
        if self.latest is None or event.at > self.latest:
            self.latest = event.at
        if isinstance(event, CallFinished):  # two events of five
            self.history.see(event)
            self.calls.ended(event)
            return None
        if isinstance(event, CandidateChecked | MoveFailed | TaskAnswered):
            self._gained = event.at
        moment = self._over(event) if isinstance(event, CandidateChecked | MoveFailed) else self._see(event)
        if moment is not None:
            self.moments.append(moment)
        return moment

    def _see(self, event: Event) -> Moment | None:
        self.history.see(event)
        match event:
            case CallSent():
                self.calls.sent(event)
                return None
            case BirthPlanned():
                self._take_up(event)
                self.calls.planned(event.task, event.birth, event.at)
                return None
            case AnswerFollowed() | AnswerGuessed():
                self._take_up(event)
                return None
            case CandidateReviewed() | AnswerJudged():
                self._take_up(event)
            case ReplyUnread():
                self.calls.unread(event)
                return None
            case CallRetried():
                self.calls.again(event)
            case TaskStarted():
                self.running[event.task] = event.at
            case TaskAnswered():
                return self._answered(event)
            case LimitChanged():
                self.calls.limit(event)
            case TrafficSeen():
                self.calls.seen(event)
            case Paused():
                self.paused = event.on
            case ServerAway():
                self.calls.gone(event)
            case ServerBack():
                self.calls.back(event)
            case ModelStopped():
                self.stopped_models[event.model] = event.why
            case RunStarted():
                self._hush()
                self._share_before = self.share_done
            case RunFinished():
                self._hush()
        return sentences.of(event, self._told())

    def _take_up(self, event: Work) -> None:
        """A resumed run goes on with a task without starting it again; what comes after its answer in this session is late."""
        if event.task in self.running:
            return
        answered = self.history.task(event.task).answered
        if answered is None or self.history.is_old(answered):
            self.running[event.task] = event.at

    def _over(self, event: CandidateChecked | MoveFailed) -> Moment | None:
        """A birth is over. What it brought is told by what was known of its task before."""
        task = self.history.task(event.task)
        # not so when it is read twice, or asked for again by a resumed run
        fresh, before = event.birth.index not in task.population, task.leader
        self.history.see(event)
        self.calls.arrived(event.task, event.birth.index)
        if isinstance(event, CandidateChecked):
            self._take_up(event)
            return self._candidate(event, fresh, before)
        for credit in self._credited(event):
            credit.tried += fresh
            credit.failed += fresh
        return sentences.of(event)

    def _candidate(self, event: CandidateChecked, fresh: bool, before: Candidate | None) -> Moment:
        task = self.history.task(event.task)
        new = task.population.members[event.birth.index]
        leads = new is task.leader and (before is None or before.index != new.index)
        if event.duplicate_of is None:
            first = new.fitness.perfect and not (before is not None and before.fitness.perfect)
            for credit in self._credited(event):
                credit.tried += fresh
                credit.led += leads
                credit.perfect += first
        return sentences.of_candidate(event, new.fitness, leads, task.smaller(event.birth.index))

    def _answered(self, event: TaskAnswered) -> Moment:
        self.running.pop(event.task, None)
        self.calls.answered(event.task)
        task = self.history.task(event.task)
        worth = task.best.fitness if task.best else None
        cost = task.account.cost_usd
        return sentences.of_answer(event, worth, len(task.population.members), cost, self._told())

    def _told(self) -> Collection[str]:
        """Reasons that have been said of a whole model, and need not be said of each of its tasks."""
        return self.stopped_models.values()

    def _credited(self, event: CandidateChecked | MoveFailed) -> list[Credit]:
        birth = event.birth
        names = (("operator", birth.operator), ("view", birth.view), ("model", birth.model))
        return [self.credits.setdefault(name, Credit()) for name in names]

    def _hush(self) -> None:
        self.calls.hushed()
        self.running.clear()
        self.paused = False

    # ---- reading -----------------------------------------------------------------------------------------------------

    @property
    def started(self) -> RunStarted | None:
        return self.history.started

    @property
    def finished(self) -> RunFinished | None:
        return self.history.finished

    @property
    def account(self) -> Account:
        return self.history.account

    @property
    def tokens(self) -> int:
        """Of prompts and replies, as a cap counts them: what an embedded model is asked leaves for nobody."""
        return sum(
            account.prompt + account.completion for (_, model), account in self.history.by_role.items() if not is_embedded(model)
        )

    def spent(self) -> dict[str, float]:
        """USD by what it was for: descriptions ("generator"), checking them, the tests ("answers"); and programs, reviews and
        choices between answers, in a run that asked for any."""
        accounts = self.history.by_role
        asked = {role for role, _ in accounts}
        told = {kind: 0.0 for kind in KINDS if kind not in SELDOM or kind in asked}
        for (role, _), account in accounts.items():
            told["answers" if role == "answerer" else role if role in told else "generator"] += account.cost_usd
        return told

    def phase(self, task: TaskHistory) -> TaskPhase:
        if task.id in self.running:
            return "running"
        if task.answered is None:
            return "waiting"
        if task.answered.stopped == "failed":
            return "failed"
        if task.cut_short:
            return "stopped"
        return "perfect" if task.best and task.best.fitness.perfect else "partly"

    def ranked(self, task: str) -> list[Candidate]:
        """The task's candidates, best first, each description once; of equal ones the one that the answers rest on."""
        seen = self.history.tasks.get(task)
        if seen is None:
            return []
        best, ranked = seen.best, seen.population.ranked(self.history.rank)
        return [best if best and one.description.normalised == best.description.normalised else one for one in ranked]

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
            over = len(task.population.members) + len(task.population.failed)
            return min(0.95, over / max(1, task.started.births))
        if task.answered is None:
            return 0.0
        # what was cut short in an earlier session is taken up again
        again = task.answered.stopped not in ("perfect", "exhausted") and self.history.is_old(task.answered)
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
        """Seconds to go, if the rest goes as this session went; None while that cannot be told: at its beginning, and while
        nothing moves."""
        gained = self.share_done - self._share_before
        if self.finished is not None or not self.history.sessions or self._gained is None or gained < 0.02:
            return None
        session, idle = (now - self.history.sessions[-1][0]).total_seconds(), (now - self._gained).total_seconds()
        to_gain = (1 - self.share_done) / gained
        if idle <= PAUSE:
            return session * to_gain
        # what does not come must not make it longer and longer
        rest = (session - idle) * to_gain - idle
        return rest if rest > 0 and idle <= max(STILL, session / 2) else None

    def rate(self, now: datetime) -> float:
        """Calls a second that reached a provider, over the last seconds."""
        return self.calls.rate(now, min(RATE_WINDOW, max(1.0, self.elapsed(now))))


def left(summary: Summary, timeouts: Mapping[str, float], now: datetime | None) -> str:
    """What a run that was asked to stop still waits for: how many calls are in flight, and for how long at most."""
    flying = summary.calls.in_flight
    longest = summary.calls.at_most(timeouts, now) if now else None
    if not flying:
        return "what is in flight is finished"
    most = f", {duration(longest)} at most" if longest is not None else ""
    return f"finishing {plural(flying, 'call')} in flight{most}"
