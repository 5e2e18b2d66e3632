"""The births of one task: planned purely, carried out with overlap, ended by the stop rule in index order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextvars import copy_context
from random import Random

from nlevolve.ask.checker import check
from nlevolve.ask.generator import ROLE_OF, describe
from nlevolve.ask.replies import Unreadable
from nlevolve.evolve.checking import telling_pair, worth_checking
from nlevolve.evolve.fitness import fitness
from nlevolve.evolve.policy import plan, pool, stop_index
from nlevolve.evolve.population import Population, grow
from nlevolve.llm.request import CallFailed, Halt, leaving
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Attempt,
    Birth,
    BirthPlanned,
    CandidateChecked,
    Description,
    Event,
    MoveFailed,
    Skipped,
    Unreached,
)
from nlevolve.run.lab import Lab, together


class Search:
    """The births of one task, planned purely and carried out here."""

    def __init__(self, task: Task, lab: Lab, known: Sequence[Event]) -> None:
        self.task, self.lab, self.known = task, lab, known
        self.policy = lab.config.policy
        self.population = Population()
        self.planned: list[Birth] = []
        self.halted: Halt | None = None
        self._recorded = {e.birth.index: e for e in known if isinstance(e, CandidateChecked | MoveFailed)}
        self._running: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Carry out births until the stop rule holds, the schedule is exhausted, or nothing more can be sent."""
        async with asyncio.TaskGroup() as group:
            while True:
                last = self._last()
                self._cancel_beyond(last)
                k = len(self.planned)
                if self.halted is None and k <= last and all(j in self.population for j in range(self.policy.sees(k))):
                    await self._start(k, group)
                elif self._running:
                    await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
                    self._running = {k: t for k, t in self._running.items() if not t.done()}
                else:
                    return

    @property
    def outcome(self) -> Population:
        """The population that counts: births up to the one at which the stop rule holds."""
        return self.population.before(self._last() + 1)

    def _last(self) -> int:
        """The last birth that can matter, as far as is known: later arrivals can only lower it."""
        stop = stop_index(self.population, self.policy)
        return self.policy.births - 1 if stop is None else stop

    def _cancel_beyond(self, last: int) -> None:
        for k, running in self._running.items():
            if k > last:
                running.cancel()

    async def _start(self, k: int, group: asyncio.TaskGroup) -> None:
        """Start birth k, and return when it waits for a provider or is over.

        So births that find every reply in the sample bank finish before a later birth sends anything.
        """
        seen = self.population.before(self.policy.sees(k))
        birth = self._plan(k, seen)
        self.planned.append(birth)
        recorded = self._recorded.get(k)
        if recorded is not None and recorded.birth == birth and not _unreached(recorded):
            self.population = grow(self.population, recorded)
            return
        # from here on this run and the recorded one part: what was planned on the old evidence is asked anew
        self._recorded = {j: e for j, e in self._recorded.items() if self.policy.sees(j) <= k}
        self.lab.emit(BirthPlanned(task=self.task.id, birth=birth))
        sends = asyncio.Event()
        context = copy_context()
        context.run(leaving.set, sends.set)
        self._running[k] = group.create_task(self._bear(birth, seen), context=context)
        waits = asyncio.ensure_future(sends.wait())
        await asyncio.wait({self._running[k], waits}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
        if self._running[k].done():
            del self._running[k]

    def _plan(self, k: int, seen: Population) -> Birth:
        rng = Random(f"{self.lab.config.seed}/{self.task.id}/{k}")
        birth = plan(k, seen, self.policy, model="", pairs=len(self.task.pairs), rng=rng)
        return birth.model_copy(update={"model": self.lab.settings(ROLE_OF[birth.operator]).model})

    async def _bear(self, birth: Birth, seen: Population) -> None:
        try:
            self._record(await self._candidate(birth, seen))
        except Halt as halt:
            self.halted = self.halted or halt

    def _record(self, event: CandidateChecked | MoveFailed) -> None:
        self.lab.emit(event)
        self.population = grow(self.population, event)

    async def _candidate(self, birth: Birth, seen: Population) -> CandidateChecked | MoveFailed:
        """A birth carried out: described, then checked. Raises Halt."""
        parents = [(seen.members[p].description, seen.members[p].attempts) for p in birth.parents]
        settings = self.lab.settings(ROLE_OF[birth.operator], birth.model)
        same = sum(_question(b) == _question(birth) for b in self.planned[: birth.index])
        try:
            description = await describe(
                self.lab.asker, settings, self.task, birth, parents, sample=same, tokens=self.policy.parent_tokens
            )
        except Unreadable as problem:
            return MoveFailed(task=self.task.id, birth=birth, reason="garbled", why=str(problem))
        except Halt:
            raise
        except CallFailed as failure:
            return MoveFailed(task=self.task.id, birth=birth, reason="unreached", why=str(failure))
        twin = seen.same_text(description)
        if twin is not None:
            return CandidateChecked(
                task=self.task.id, birth=birth, description=description, attempts=twin.attempts, duplicate_of=twin.index
            )
        return await self._checked(birth, description, seen)

    async def _checked(self, birth: Birth, description: Description, seen: Population) -> CandidateChecked:
        attempts = await self._attempts(birth, description, seen)
        confirmed = None
        if fitness(attempts, description.words).perfect and self._confirms():
            again = await self._check(birth, description, range(len(attempts)), sample=1)
            confirmed = fitness([again[i] for i in sorted(again)], description.words).perfect
            # a rule that is followed right only sometimes is worth its worse reading
            attempts = attempts if confirmed else tuple(again[i] for i in sorted(again))
        return CandidateChecked(task=self.task.id, birth=birth, description=description, attempts=attempts, confirmed=confirmed)

    def _confirms(self) -> bool:
        checker = self.lab.settings("checker")
        return self.policy.confirm == "always" or (self.policy.confirm == "auto" and checker.varies)

    async def _attempts(self, birth: Birth, description: Description, seen: Population) -> tuple[Attempt, ...]:
        """One attempt a training pair, the most telling pair first where the policy says so."""
        pairs = range(len(self.task.pairs))
        done: dict[int, Attempt] = {}
        if self.policy.check == "telling" and len(pairs) > 1 and seen.members:
            first = telling_pair(seen, len(pairs))
            done = await self._check(birth, description, [first])
            if not worth_checking(done[first], first, pool(seen, self.policy)):
                return tuple(done.get(i, Skipped(pair=i)) for i in pairs)
        done |= await self._check(birth, description, [i for i in pairs if i not in done])
        return tuple(done[i] for i in pairs)

    async def _check(self, birth: Birth, description: Description, pairs: Iterable[int], sample: int = 0) -> dict[int, Attempt]:
        settings = self.lab.settings("checker")
        asked = {i: check(self.lab.asker, settings, self.task, i, description, birth=birth.index, sample=sample) for i in pairs}
        return dict(zip(asked, await together(asked.values()), strict=True))


def _question(birth: Birth) -> Birth:
    """What a birth asks, whichever its number: births with equal questions take the 1st, 2nd, … sample of it."""
    return birth.model_copy(update={"index": 0, "phase": 0})


def _unreached(event: CandidateChecked | MoveFailed) -> bool:
    if isinstance(event, MoveFailed):
        return event.reason == "unreached"
    return any(isinstance(a, Unreached) for a in event.attempts)
