"""The driver of one session: hands tasks out, hears what comes of them, and lets what a lost worker had go on elsewhere."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from nlevolve.ask.prompts import PlaceError
from nlevolve.cluster.engine import Engine, Gone, Refused
from nlevolve.cluster.handing import MOVES, Handing
from nlevolve.cluster.hearing import Gap, Hearing
from nlevolve.cluster.messages import Beat, Equipment, Job, Outcome, Said, arms_of, rows
from nlevolve.cluster.roster import Roster
from nlevolve.cluster.shared import Shared
from nlevolve.errors import BankFailed, HubFailed
from nlevolve.evolve.answers import answer
from nlevolve.evolve.population import population
from nlevolve.llm.cache import LINGER
from nlevolve.llm.means import Means
from nlevolve.llm.pausing import Pause
from nlevolve.llm.request import Reply
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Event, Loss, Noticed, TaskAnswered, write_event
from nlevolve.run.batch import answered_for_good, shown
from nlevolve.run.context import Context, Emit
from nlevolve.run.pinging import Unfit
from nlevolve.run.session import Session

LOOK = 0.2
"""Seconds between looks at whether the run is paused."""
ALONE = 30.0
"""Seconds at least in which another worker may come when none is left."""
PARTING = 5.0
"""Seconds for stations to say their last, beyond those for what is paid for."""


class WorkerFailed(Exception):
    """A worker met what nobody foresaw. One line; what was answered is kept."""


@dataclass
class Driver:
    """Of one session, from when its workers are met until they are left."""

    session: Session
    engine: Engine
    shared: Shared
    equipment: Equipment
    most: int | None
    emit: Emit
    _inbox: deque[Said] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _jobs: dict[str, asyncio.Task[Outcome | None]] = field(default_factory=dict)
    """Number -> what is to come of it; None: nothing will."""
    _places: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Number -> task and station."""
    _gone: list[str] = field(default_factory=list)
    _fences: list[asyncio.Task[None]] = field(default_factory=list)
    _parted: set[str] = field(default_factory=set)
    _pause: Pause | None = None
    _over: bool = False

    def __post_init__(self) -> None:
        at_once = self.session.limits.tasks_at_once
        config = self.session.config
        mixed = config.policy.eyed or any(len(settings.mix) > 1 for settings in config.every.values())
        library = self.session.brought.examples
        behind = config.policy.mix.behind if mixed or (library and library.grows) else None
        self._tasks = self.session.selection.tasks
        self._events: dict[str, list[Event]] = {}
        self._handing = Handing(len(self._tasks), behind, None if at_once == "auto" else at_once)
        self._hearing = Hearing(self.session.known)
        told = (self._beat, self._joined, self._gone.append, self._say)
        self.roster = Roster(self.engine, self.equipment, self.most, *told)
        self.engine.hear(self.equipment.session, self._hear)

    @property
    def means(self) -> Means:
        """What a run's own calls go by, those of its ping."""
        return self.shared.means()

    def cap(self, usd: float) -> None:
        """From now on the run may take so much, with what is spent already."""
        self.shared.cap(usd)

    async def solve_all(self, context: Context, known: Mapping[str, Sequence[Event]], pause: Pause) -> None:
        """Have every task solved. Once the session stops no further one is handed out, and those under way end with what they
        have. Raises Unfit when nobody is left to solve them."""
        self._pause, self.emit = pause, context.emit
        for place, task in enumerate(self._tasks):
            self._events[task.id] = list(known.get(task.id, ()))
            if answered_for_good(self._events[task.id]):
                learned = shown(task, context, self._events[task.id])
                self._handing.finished(place, learned.arms, learned.entry)
        watching = [asyncio.create_task(work) for work in (self._beating(), self._watching(pause), self._failing())]
        try:
            while self._going():
                self._turn()
                await self._woken(watching)
            await self._part(watching[0])
        except Unfit:
            await self._come_in()
            raise
        finally:
            under_way = (*watching, *self._jobs.values(), *self._fences)
            for one in under_way:
                one.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def _going(self) -> bool:
        stopping = self.session.stopping.is_set()
        return bool(self._handing.under_way) or (bool(self._handing.left) and not stopping)

    def _turn(self) -> None:
        """All that can be done now."""
        self._listen()
        self._take_outcomes()
        self._forget_lost()
        if not self.session.stopping.is_set():
            for place, station in self._handing.next():
                self._hand(place, station)

    async def _woken(self, watching: Sequence[asyncio.Task[None]]) -> None:
        """Wait until something has happened. Raises what the beat met."""
        if self._going():
            await self._news.wait()
        self._news.clear()
        for one in watching:
            if one.done():
                one.result()

    # what is heard

    def _hear(self, said: Said) -> None:
        """Called by Dask, which nobody's fault may end: it is looked at in our own turn."""
        self._inbox.append(said)
        self._news.set()

    def _listen(self) -> None:
        while self._inbox:
            said = self._inbox.popleft()
            if said.station not in self.roster.places:
                continue  # it was given up: what it still says is asked again elsewhere
            try:
                event = self._hearing.heard(said)
            except Gap:
                self.roster.strike(said.station)
                continue
            if said.what == "room":
                self._handing.has_room(said.station)
            elif said.what == "over":
                self._parted.add(said.station)
            elif event is not None:
                self._tell(event)

    def _tell(self, event: Event) -> None:
        task = getattr(event, "task", None)
        if task in self._events:
            self._events[task].append(event)
        self.emit(event)

    def _say(self, text: str) -> None:
        self.emit(Noticed(text=text))

    # jobs

    def _hand(self, place: int, station: str) -> None:
        task = self._tasks[place]
        number = f"nlevolve-{self.session.name}-{task.id}-{self.equipment.session[:8]}-{self._handing.losses[place]}"
        job = Job(
            number=number,
            station=station,
            task=task,
            given=tuple(self.session.brought.given.get(task.id, ())),
            known=[write_event(event) for event in self._events[task.id]],
            before=rows(self._handing.earlier(place)),
            lessons=self._handing.lessons(place),
        )
        self._places[number] = place, station
        self._jobs[number] = asyncio.create_task(self._done(job, self.roster.places[station]))
        self._jobs[number].add_done_callback(lambda _: self._news.set())

    async def _done(self, job: Job, worker: str) -> Outcome | None:
        try:
            return Outcome.model_validate_json(await self.engine.work(job.number, self.equipment.session, job.text(), worker))
        except Refused:
            self.roster.news.set()  # whether its worker is lost is seen by the next beat
            return None

    def _take_outcomes(self) -> None:
        for number in [number for number, job in self._jobs.items() if job.done()]:
            place, station = self._places[number]
            if station not in self.roster.places:
                del self._jobs[number]
                continue
            outcome = self._jobs[number].result()
            if outcome is None or outcome.refused:
                self.roster.strike(station)
                del self._jobs[number]
            elif self._hearing.number(station) >= outcome.said:  # else some of what it says is on its way still
                del self._jobs[number]
                self._take(place, outcome)

    def _take(self, place: int, outcome: Outcome) -> None:
        if outcome.failed:
            kinds = {"bank": BankFailed, "hub": HubFailed, "prompt": PlaceError}
            raise kinds.get(outcome.failed, WorkerFailed)(outcome.why)
        self._handing.finished(place, arms_of(outcome.learned), outcome.lesson)
        del self._events[self._tasks[place].id]

    # who comes, and who is lost

    def _joined(self, station: str) -> None:
        self._handing.joined(station)
        self._news.set()  # nothing else may happen: of those that were there all may be lost

    def _forget_lost(self) -> None:
        for station in self._gone:
            self._fences.append(asyncio.create_task(self.shared.fence(self.session.run_id, station)))
            self._end(station)
            for number, (_, at) in self._places.items():
                if at == station and number in self._jobs:
                    self._jobs[number].cancel()
            tasks = self._handing.lost(station)
            goes_on = sum(place not in self._handing.failed for place in tasks)
            then = f": {goes_on} task{'' if goes_on == 1 else 's'} of it go{'es' if goes_on == 1 else ''} on elsewhere"
            self._say(f"a worker of the cluster is lost{then if goes_on else ''}")
            for place in tasks:
                if place in self._handing.failed:
                    self._tell(self._failed(self._tasks[place]))
        self._gone.clear()

    def _failed(self, task: Task) -> TaskAnswered:
        """Of a task that lost too many workers."""
        why = f"workers were lost {MOVES + 1} times while they solved it"
        grown = population(self._events[task.id])
        best = grown.ranked(self.session.config.policy.rank)
        return TaskAnswered(
            task=task.id,
            answers=answer(task.tests, grown, (), ()),
            stopped="failed",
            best=best[0].index if best else None,
            error=why,
            losses=(Loss(failure="worker", count=1, why=why),),
            unfinished=True,
        )

    # the beat

    def _beat(self) -> Beat:
        pause = self._pause
        return Beat(
            session=self.equipment.session,
            stopping=self.session.stopping.is_set(),
            paused=pause is not None and pause.on,
            lost=self.roster.struck,
            over=self._over,
        )

    async def _beating(self) -> None:
        try:
            await self.roster.beating()
        except Gone as gone:
            raise Unfit(
                f"{gone}; what was answered is kept",
                False,
                "start the scheduler again, and its workers, which may have ended with it",
            ) from None
        finally:
            self._news.set()

    async def _failing(self) -> None:
        try:
            await self.shared.failed()
        finally:
            self._news.set()

    async def _watching(self, pause: Pause) -> None:
        """Have a beat at once when the run is to stop or to pause, and a turn when somebody is lost."""
        before, clock = self._beat(), asyncio.get_running_loop().time
        peopled, said, alone = clock(), True, max(ALONE, self.session.limits.patience)
        while True:
            await asyncio.sleep(LOOK)
            if self.roster.places:
                peopled, said = clock(), False
            elif not said and clock() - peopled > PARTING:  # one that was lost may be back in a moment
                self._say(f"no worker of the cluster is left: waiting up to {alone:.0f} s for another")
                said = True
            if clock() - peopled > alone and not self._over:
                self._news.set()
                raise Unfit("no worker of the cluster is left", False, "start a worker")
            if self._beat() != before:
                before = self._beat()
                self.roster.news.set()
            if self._gone or self._jobs:
                self._news.set()

    # the end

    async def _part(self, beating: asyncio.Task[None]) -> None:
        """Tell all that it is over, and hear their last words: what they had sent for nobody ends in the log, too."""
        self._over = True
        self.roster.news.set()
        spoke = {station for station in self.roster.places if self._hearing.number(station)}
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER + PARTING):
                while (spoke & self.roster.places.keys()) - self._parted and not beating.done():
                    self._news.clear()
                    await self._news.wait()
                    self._listen()
                    self._forget_lost()
        for station in (spoke & self.roster.places.keys()) - self._parted:
            self._end(station)

    async def _come_in(self) -> None:
        """The run ends, and its workers are there still, out of reach: what they hand in within a moment is known."""
        for _ in range(int(PARTING / LOOK) if self.shared.own else 0):
            if all(map(self._bought, self._hearing.open())):
                break
            await asyncio.sleep(LOOK)
        for station in self.roster.places:
            self._end(station)

    def _end(self, station: str) -> None:
        """The ends of the calls that a station will say nothing more of."""
        for end in self._hearing.lost(station, self._bought):
            self._tell(end)

    def _bought(self, key: str) -> Reply | None:
        return self.shared.bought(self.session.run_id, key)

    async def leave(self) -> None:
        """At once: whoever still works is told to stop, as far as he can be reached in a moment."""
        self._over = True
        with suppress(Exception):
            async with asyncio.timeout(1.0):
                await self.roster.once()
