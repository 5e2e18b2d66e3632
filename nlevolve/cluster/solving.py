"""A worker's part in one run, in its event loop: the way to the models that its tasks share, and the tasks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlevolve.ask.prompts import Prompts
from nlevolve.ask.question import Asker
from nlevolve.cluster.messages import Beat, Equipment, Job, Outcome, arms_of, rows
from nlevolve.evolve.parents import strategy
from nlevolve.hub.address import token
from nlevolve.hub.joined import Joined
from nlevolve.llm.pausing import Pause
from nlevolve.llm.sight import Sight
from nlevolve.llm.stack import OpenStack, Stack
from nlevolve.records import CallFinished, Event, Noticed, read_event
from nlevolve.run.context import Context
from nlevolve.run.examples import Library
from nlevolve.run.solve import solve
from nlevolve.sandbox.pool import Sandbox, sandboxes

LEASE = 30.0
"""Seconds without a beat of the driver's after which nothing more is asked: whoever would pay for it may be gone."""


@dataclass
class Solving:
    """`await live()` in a loop; `ready` is called when jobs may come, `room` whenever another one could begin."""

    equipment: Equipment
    name: str
    """The station's."""
    prompts: Prompts
    emit: Callable[[Event], None]
    room: Callable[[], None]
    ready: Callable[[], None]
    beaten: float = field(default_factory=time.monotonic)
    """When the last beat came, on the clock of time.monotonic()."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[Outcome]] = field(default_factory=set)
    _logged: set[str] = field(default_factory=set)
    """Digests of the requests whose replies are in the log, of the tasks that came here."""

    def __post_init__(self) -> None:
        self._pause = Pause(self._stopping)
        self._sends = asyncio.Event()

    async def live(self) -> None:
        """Until the session is over, or nobody has said for long that it is not. Then nothing more is sent; what is on its way is
        paid for, and waited for a little."""
        async with AsyncExitStack() as opened:
            self._stack = await opened.enter_async_context(self._way())
            self._context = self._equipped(self._stack, await opened.enter_async_context(sandboxes()))
            self.ready()
            rooms = asyncio.create_task(self._rooms())
            await self._until_over()
            under_way = [rooms, *self._tasks]
            for one in under_way:
                one.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def carry_out(self, job: Job) -> Outcome:
        """Solve its task. Whoever is at it when the session is over is cancelled."""
        solving = asyncio.create_task(self._solved(job))
        self._tasks.add(solving)
        solving.add_done_callback(self._tasks.discard)
        return await solving

    def heed(self, beat: Beat) -> None:
        """Do what the driver wants."""
        self.beaten = time.monotonic()
        self._pause.set(beat.paused)
        if beat.stopping:
            self._stopping.set()

    async def _until_over(self) -> None:
        while (left := self.beaten + LEASE - time.monotonic()) > 0 and not self.over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), left)

    async def _solved(self, job: Job) -> Outcome:
        known = [read_event(line) for line in job.known]
        self._logged.update(e.request for e in known if isinstance(e, CallFinished) and e.source != "failed")
        sends = self._sends = asyncio.Event()
        self._begun.set()
        try:
            given = {job.task.id: tuple(job.given)} if job.given else {}
            context = replace(self._context.told(sends.set), given=given)
            learned = await solve(job.task, context, known, arms_of(job.before), job.lessons)
            return Outcome(learned=rows(learned.arms), lesson=learned.entry)
        finally:
            sends.set()

    async def _rooms(self) -> None:
        """After each task that has begun, say when another could: as one process would begin it (run.batch)."""
        while self.equipment.by_itself:
            await self._begun.wait()
            self._begun.clear()
            await self._sends.wait()
            while self._tasks and not await self._stack.vacancy():
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            self.room()

    def _way(self) -> OpenStack:
        its = self.equipment
        return OpenStack(
            emit=self.emit,
            cards=its.cards,
            roles=its.settings.every.values(),
            cache_dir=Path(its.cache_dir),
            means=Joined(its.hub, its.token or token()),
            part=self.name,
            concurrency=its.concurrency,
            patience=its.patience,
            run=its.run,
            run_id=its.run_id,
            logged=self._logged,
            seed=its.settings.seed,
            stopping=self._stopping,
            pause=self._pause,
            own_process=its.own_process,
        )

    def _equipped(self, stack: Stack, sandbox: Sandbox) -> Context:
        its = self.equipment
        sight = Sight(lambda text: self.emit(Noticed(text=text)))
        ways = stack, self.prompts, stack.reject, its.cards, stack.windows
        asker = Asker(*ways, self.emit, draw=its.settings.repeat, sight=sight)
        return Context(
            asker,
            its.settings,
            self.emit,
            telling=stack.telling,
            parents=strategy(its.settings.policy.parents, None),
            keeping=stack.keeping,
            lacking=stack.lacking,
            asked_early=stack.early,
            warm=its.warm,
            examples=Library.of(its.examples),
            sandbox=sandbox,
        )
