"""What happened, folded from events: each task's candidates, answers and accounts. Several readers share it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from nlevolve.evolve.fitness import Rank
from nlevolve.evolve.population import Candidate, Population, grow
from nlevolve.llm.owed import Tries
from nlevolve.records import (
    AnswerFollowed,
    AnswerGuessed,
    AnswerJudged,
    BudgetChanged,
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    CandidateReviewed,
    Event,
    LogDamaged,
    Loss,
    MixLearned,
    MoveFailed,
    Noticed,
    ReplyUnread,
    Role,
    RunFinished,
    RunStarted,
    ServerAway,
    ServerBack,
    TaskAnswered,
    TaskStarted,
)
from nlevolve.records import Reader as WhoReads
from nlevolve.run.losses import losses
from nlevolve.view.account import Account
from nlevolve.view.programs import Ran
from nlevolve.view.readings import Reader
from nlevolve.view.text import told_apart
from nlevolve.view.trouble import Trouble


@dataclass(slots=True)
class TaskHistory:
    """One task: what was tried, what came of it, what it took."""

    id: str
    started: TaskStarted | None = None
    population: Population = field(default_factory=Population)
    leader: Candidate | None = None
    """The best candidate so far, by the run's own rank."""
    follows: dict[tuple[int, int, int, str, WhoReads], AnswerFollowed] = field(default_factory=dict)
    """(birth, test input, sample, view, who read its words) -> the grid it gave."""
    guesses: dict[tuple[int, int], AnswerGuessed] = field(default_factory=dict)
    """(test input, sample) -> the grid that was given for it with no description."""
    choices: dict[tuple[int, int], AnswerJudged] = field(default_factory=dict)
    """(test input, sample) -> what a judge picked."""
    answered: TaskAnswered | None = None
    trimmed: dict[int, dict[str, str]] = field(default_factory=dict)
    """Birth -> for what a smaller prompt was asked ("revise", "check", …) -> what was left out, so that it fits the window."""
    account: Account = field(default_factory=Account)
    bought: Account = field(default_factory=Account)
    """What replies from the cache took when another run bought them; each reply once."""

    reopened: bool = False
    """A later session than the one that answered it has checked candidates, and has not answered it yet."""

    @property
    def wordless(self) -> bool:
        """Whether no description is looked for: it is answered by direct guesses alone."""
        return self.started is not None and not self.started.births

    @property
    def best(self) -> Candidate | None:
        """The candidate the answers rest on; of a task not yet answered, or taken up again since, the best so far."""
        done = self.answered
        if done is None or done.best is None or self.reopened:
            return self.leader
        return self.population.members.get(done.best, self.leader)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Why births and follows brought nothing: as its answer told it, else as far as it has come."""
        if self.answered is not None and self.answered.losses and not self.reopened:
            return self.answered.losses
        picked = [event.choice for event in self.choices.values()]
        return losses(self.population, [*self.follows.values(), *self.guesses.values()], picked)

    @property
    def cut_short(self) -> bool:
        """Whether a cap, or the user, ended it before it had what it was after: answers by a description that fits all pairs."""
        done = self.answered
        if done is None or done.stopped not in ("budget", "interrupted"):
            return False
        fits = self.best is not None and self.best.fitness.perfect
        return not (fits and done.given and all(answer.attempt_1 is not None for answer in done.answers))

    def smaller(self, birth: int) -> str:
        """What was left out of the birth's prompts, in words: "asked for without the parents' grids"; empty where nothing was."""
        verbs = {"check": "checked", "follow": "followed", "review": "reviewed"}
        told = self.trimmed.get(birth, {}).items()
        return ", ".join(f"{verbs.get(purpose, 'asked for')} without {what}" for purpose, what in told)

    def grow(self, event: CandidateChecked | MoveFailed, rank: Rank) -> None:
        """A birth is over."""
        again = event.birth.index in self.population.members
        self.population = grow(self.population, event)
        if isinstance(event, MoveFailed):
            return
        if again:
            self.judge(rank)
        else:
            # a run checks hundreds a second, so all are compared only where one may have become worse
            new = self.population.members[event.birth.index]
            self.leader = max(self.leader or new, new, key=lambda one: one.standing(rank))

    def reviewed(self, event: CandidateReviewed) -> None:
        """What is said of a description changes nothing of who leads."""
        self.population = grow(self.population, event)
        if self.leader is not None:
            self.leader = self.population.members[self.leader.index]

    def judge(self, rank: Rank) -> None:
        """Find the leader among all candidates."""
        self.leader = max(self.population.members.values(), key=lambda one: one.standing(rank), default=None)


@dataclass(slots=True)
class History:
    """A run. `tasks` holds every task selected, in the order they were selected."""

    started: RunStarted | None = None
    finished: RunFinished | None = None
    """Of the latest session; None while it goes on and after a kill."""
    tasks: dict[str, TaskHistory] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    by_role: dict[tuple[Role, str], Account] = field(default_factory=dict)
    """(role, model) -> its account."""
    bought: Account = field(default_factory=Account)
    """As of a task."""
    readings: Reader = field(default_factory=Reader)
    """What became of the replies."""
    trouble: Trouble = field(default_factory=Trouble)
    """What stood between the run and its replies."""
    programs: Ran = field(default_factory=Ran)
    """What a coder's programs were run for."""
    mix: dict[str, MixLearned] = field(default_factory=dict)
    """Task -> what it showed of the models of a mix."""
    retries: int = 0
    notices: list[str] = field(default_factory=list)
    damage: LogDamaged | None = None
    """Lines of the log that cannot be read: what was made from the others is too low."""
    sessions: list[tuple[datetime, datetime]] = field(default_factory=list)
    """First and last event of each session: a resumed run has several."""
    _tries: Tries = field(default_factory=Tries)
    _seen: set[int] = field(default_factory=set)
    _had: dict[str, CallFinished] = field(default_factory=dict)
    """Digests of the requests that this run has had a reply to -> the first of these."""

    @property
    def seconds(self) -> float:
        """Time spent running, without the pauses between sessions."""
        return sum((end - start).total_seconds() for start, end in self.sessions)

    @property
    def done(self) -> bool:
        return self.finished is not None and self.finished.reason == "done"

    @property
    def models(self) -> dict[str, str]:
        """Role -> litellm model string."""
        return self.started.models if self.started else {}

    def short(self, model: str) -> str:
        """The telling part of a model's name, as far as it tells it from the run's others."""
        apart = told_apart([*self.models.values(), model])
        return ",".join(apart[name.strip()] for name in model.split(","))

    @property
    def rank(self) -> Rank:
        """What counts first in this run's fitness."""
        return self.started.rank if self.started else "pairs"

    def is_old(self, event: Event) -> bool:
        """Whether it is of an earlier session than the latest."""
        return event.at < self.sessions[-1][0]

    def task(self, name: str) -> TaskHistory:
        if name not in self.tasks:
            self.tasks[name] = TaskHistory(name)
        return self.tasks[name]

    def see(self, event: Event) -> None:
        """Fold one event in. Seeing an event again changes nothing."""
        self._clock(event)
        match event:
            case CallFinished():  # first, as events are mostly of calls
                if self._new(event):
                    self._called(event)
                    self._tries.see(event)
                    self.trouble.see(event)
            case CallSent():
                # these three tell it from any other, and hashing all of an event would take longer than all the rest
                if self._new((event.at, event.request, event.tries)):
                    self._tries.see(event)
            case ReplyUnread():
                self.readings.unread(event)
            case RunStarted():
                self._start(event)
            case RunFinished():
                self.finished = event
            case TaskStarted():
                task = self.task(event.task)
                task.started, task.population = event, grow(task.population, event)
            case CandidateChecked():
                task = self.task(event.task)
                if event.birth.index not in task.population.members:
                    self.readings.checked(event, task.started, self.models.get("checker", ""))
                    self.programs.see(event)
                task.grow(event, self.rank)
                task.reopened = task.answered is not None and self.is_old(task.answered)
            case MoveFailed():
                self.task(event.task).grow(event, self.rank)
            case AnswerFollowed():
                task, asked = self.task(event.task), (event.birth, event.attempt.pair, event.sample, event.view)
                if event.attempt.by == "coder" and (*asked, "coder") not in task.follows:
                    self.programs.see(event)
                task.follows[*asked, event.attempt.by] = event
                task.population = grow(task.population, event)
            case AnswerGuessed():
                self.task(event.task).guesses[event.attempt.pair, event.sample] = event
            case CandidateReviewed():
                self.task(event.task).reviewed(event)
            case AnswerJudged():
                self.task(event.task).choices[event.test, event.sample] = event
            case TaskAnswered():
                task = self.task(event.task)
                task.answered, task.reopened = event, False
            case CallRetried() if self._new(event):
                self._retried(event)
            case ServerAway() | ServerBack():
                self.trouble.see(event)
            case LogDamaged():
                self.damage = event
            case BudgetChanged() if self.started is not None:
                self.started = self.started.model_copy(update={"budget_usd": event.budget_usd})
            case MixLearned():
                self.mix[event.task] = event
            case Noticed() if event.text not in self.notices:
                self.notices.append(event.text)

    def _called(self, event: CallFinished) -> None:
        task = self.task(event.task)
        for account in (self.account, task.account, self._role(event)):
            account.add(event)
        if event.trimmed and event.birth is not None:
            task.trimmed.setdefault(event.birth, {})[event.purpose] = event.trimmed
        self.readings.replied(event)
        if event.source != "failed" and event.request not in self._had:
            self._had[event.request] = event
            if event.bought is not None:
                self.bought.reply(event.bought)
                task.bought.reply(event.bought)
        elif event.source == "provider":
            self._bought_by_itself(event.request)

    def _bought_by_itself(self, request: str) -> None:
        """In older logs who waited with the buyer may be told of before him: what he got was no other run's."""
        first = self._had[request]
        if first.bought is not None:
            self.bought.take_back(first.bought)
            self.task(first.task).bought.take_back(first.bought)
            self._had[request] = first.model_copy(update={"bought": None})

    def _retried(self, event: CallRetried) -> None:
        self.retries += 1
        last = self._tries.open.get(event.request)
        self._tries.see(event)
        self.trouble.see(event)
        if event.unknown_usd:
            by_role = [self._role(last.sent)] if last else []
            for account in (self.account, self.task(event.task).account, *by_role):
                account.lose(event.unknown_usd)

    def owed(self, task: str | None = None, role: tuple[Role, str] | None = None) -> Account:
        """What may be billed for tries that nobody has heard of yet, or ever will: of the run, a task, or a role's model."""
        account = Account()
        for one in self._tries.all:
            if one.away and task in (None, one.sent.task) and role in (None, (one.sent.role, one.sent.model)):
                account.lose(one.sent.reserved_usd)
        return account

    def _start(self, event: RunStarted) -> None:
        if self._new(event.at):
            self._tries.see(event)
            self.trouble.see(event)
        before, self.started, self.finished = self.rank, event, None
        self.readings.began(event.reads)
        for name in event.tasks:
            self.task(name)
        if event.rank != before:
            for task in self.tasks.values():
                task.judge(event.rank)

    def _role(self, call: CallFinished | CallSent) -> Account:
        key = call.role, call.model
        if key not in self.by_role:
            self.by_role[key] = Account()
        return self.by_role[key]

    def _clock(self, event: Event) -> None:
        if not self.sessions or (isinstance(event, RunStarted) and event.at > self.sessions[-1][1]):
            self.sessions.append((event.at, event.at))
        start, end = self.sessions[-1]
        if event.at > end:
            self.sessions[-1] = (start, event.at)

    def _new(self, event: Hashable) -> bool:
        # counts are sums, so an event read twice (a log concatenated, a tail re-read) must be known again
        before = len(self._seen)
        self._seen.add(hash(event))
        return len(self._seen) > before


def read(events: Iterable[Event]) -> History:
    """Fold a run's events."""
    history = History()
    for event in events:
        history.see(event)
    return history
