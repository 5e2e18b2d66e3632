"""The births of one task: planned purely, carried out with overlap, ended by the stop rule in index order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from itertools import count, product
from random import Random
from typing import Any

from nlevolve.ask.generator import ROLE_OF
from nlevolve.evolve.agreement import agreement, fitting
from nlevolve.evolve.bandit import Arms, arm_name, arms, choose, sightless
from nlevolve.evolve.policy import Policy, plan, stop_index
from nlevolve.evolve.population import Candidate, Population, grow
from nlevolve.llm.request import Halt, Unusable
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Birth,
    BirthPlanned,
    CandidateChecked,
    Entry,
    Event,
    MoveFailed,
    Unreached,
)
from nlevolve.run.birth import bear
from nlevolve.run.context import Context

Settling = Callable[[Candidate, Context], Awaitable[Sequence[Event]]]
"""What a perfect candidate goes through before its birth is over, and the events that the population learns of it."""


class Search:
    """The births of one task, planned purely and carried out here."""

    def __init__(
        self,
        task: Task,
        context: Context,
        known: Sequence[Event],
        before: Arms,
        settling: Settling | None = None,
        lessons: Sequence[Entry] = (),
    ) -> None:
        self.task, self.context, self.before, self.settling = task, context, before, settling
        self.shelf = context.examples.shelf(task, lessons)
        self.policy = context.policy(task.id)
        self.population = Population(tests=len(task.tests))
        self.planned: list[Birth] = []
        self.halted: Halt | None = None
        self._second = 0
        self._recorded = {e.birth.index: e for e in known if isinstance(e, CandidateChecked | MoveFailed)}
        self._settled: set[int] = set()
        self._running: dict[int, asyncio.Task[None]] = {}

    async def run(self, second: int = 0) -> None:
        """Carry out births until the stop rule holds, the schedule is exhausted, or nothing more can be sent.

        With `second`, go on for up to so many births behind the one that ended the search, for one more perfect description.
        """
        self._second = second
        # which births were begun beyond the one that ended the search, and cancelled, was a matter of time: they are planned anew
        self.planned = self.planned[: next(k for k in count() if k not in self.population)]
        async with asyncio.TaskGroup() as group:
            while True:
                last = self._last()
                self._cancel_beyond(last)
                k, due = len(self.planned), self._due(last)
                if self.halted is None and due is not None:
                    await self._settle(due, group)
                elif self.halted is None and k <= last and all(map(self._over, range(self.policy.sees(k)))):
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

    @property
    def cut(self) -> Halt | None:
        """Why births are missing that count; None when none is: what was not sent for births beyond the end was for nothing."""
        return self.halted if any(not self._over(k) for k in range(self._last() + 1)) else None

    @property
    def ended(self) -> bool:
        """Whether the search came to its own end before its schedule did."""
        stop = stop_index(self.population, self.policy)
        return stop is not None and (self.policy.stop_when == "count" or all(map(self._over, range(stop + 1))))

    @property
    def perfect(self) -> bool:
        """Whether the search came to its goal: of rules that are to agree, one is a goal as well."""
        return self.ended or (self.policy.stop_when == "agree" and bool(self.outcome.perfect()))

    @property
    def agreed(self) -> tuple[int, ...]:
        """The births whose agreement on the test inputs ended it; none where that was not asked for, or did not come."""
        return agreement(self.outcome, self.policy.agree) if self.policy.stop_when == "agree" else ()

    def _last(self) -> int:
        """The last birth that can matter, as far as is known: later arrivals can only lower it."""
        return last_counted(self.population, self.policy, self._second)

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
        if k in self.population:
            return
        recorded = self._recorded.get(k)
        if recorded is not None and recorded.birth == birth and not _unreached(recorded):
            self.population = grow(self.population, recorded)
            return
        # from here on this run and the recorded one part: what was planned on the old evidence is asked anew
        self._recorded = {j: e for j, e in self._recorded.items() if self.policy.sees(j) <= k}
        self.context.emit(BirthPlanned(task=self.task.id, birth=birth))
        await self._launch(k, lambda told: self._bear(birth, seen, told), group)

    async def _launch(self, k: int, work: Callable[[Context], Coroutine[None, None, None]], group: asyncio.TaskGroup) -> None:
        """Begin some work on birth k, and return when it waits for a provider or is over."""
        sends = asyncio.Event()
        self._running[k] = group.create_task(work(self.context.told(sends.set)))
        waits = asyncio.ensure_future(sends.wait())
        try:
            await asyncio.wait({self._running[k], waits}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waits.cancel()
        if self._running[k].done():
            del self._running[k]

    def _over(self, k: int) -> bool:
        """Whether all is known of birth k that may be."""
        return k in self.population and not any(one.index == k for one in self._unsettled())

    def _unsettled(self) -> list[Candidate]:
        """Perfect candidates that have not gone through what perfect ones go through, in the order of their births."""
        return [c for c in fitting(self.population) if c.index not in self._settled] if self.settling else []

    def _due(self, last: int) -> int | None:
        """The next perfect candidate to settle; of those that may end the search, only what no earlier one can make useless.

        So nothing is asked of a birth that turns out to lie beyond the end.
        """
        idle = (c.index for c in self._unsettled() if c.index not in self._running or self._running[c.index].done())
        return next((k for k in idle if k <= last and self._counts(k)), None)

    def _counts(self, k: int) -> bool:
        """Whether birth k cannot lie beyond the end, whatever is still to come of those before it."""
        fits = {c.index for c in fitting(self.population)}
        before = [j for j in range(k) if j in fits or j not in self.population]
        few = len(before) < self.policy.agree and all(k <= self.policy.agreed_at_most(j) for j in before)
        return few or all(map(self._over, range(k)))

    async def _settle(self, k: int, group: asyncio.TaskGroup) -> None:
        await self._launch(k, lambda told: self._settling(self.population.members[k], told), group)

    async def _settling(self, candidate: Candidate, context: Context) -> None:
        assert self.settling is not None
        try:
            for event in await self.settling(candidate, context):
                self.population = grow(self.population, event)
        except Halt as halt:
            self.halted = self.halted or halt
        else:
            self._settled.add(candidate.index)

    def _plan(self, k: int, seen: Population) -> Birth:
        if k < len(self.context.given.get(self.task.id, ())):
            return Birth(index=k, operator="given", model="")
        rng = Random(f"{self.context.config.seed}/{self.task.id}/{k}")
        birth = plan(k, seen, self.policy, model="", pairs=len(self.task.pairs), rng=rng, parents=self.context.parents)
        examples = self._examples(birth, seen)
        return birth.model_copy(update={**self._look(birth), **self._arm(birth, seen), "examples": examples})

    def _examples(self, birth: Birth, seen: Population) -> tuple[str, ...]:
        """Ids of the rules of other tasks that it is shown; who writes programs is shown none."""
        if self.policy.writes == "programs":
            return ()
        said = (bullet for _, one in sorted(seen.members.items()) for bullet in one.description.bullets)
        return tuple(one.id for one in self.shelf.examples(birth, said, self.policy.examples))

    def _look(self, birth: Birth) -> dict[str, Any]:
        """How the task is shown to whoever is asked."""
        settings = self.context.settings(ROLE_OF[birth.operator], phase=birth.phase)
        return {"grids": self.policy.notation(birth.index, settings.grids), "facts": settings.facts}

    def _arm(self, birth: Birth, seen: Population) -> dict[str, Any]:
        """The model that this birth is asked from, and its eye: of several, what promises most on what birth k may see."""
        role = ROLE_OF[birth.operator]
        eyes = self.policy.eyes or (self.context.settings(role, phase=birth.phase).images,)
        pairs = product(self.context.usable(role, birth.phase), dict.fromkeys(eyes))
        named = {arm_name(model, eye): {"model": model, "eye": eye} for model, eye in pairs}
        if len(named) == 1:
            return next(iter(named.values()))
        here = arms(seen, self.task.copy_accuracy, eyed=self.policy.eyed)
        able = [name for name in named if not sightless(name, here, self.before)]
        pending = [b for b in self.planned if b.index not in seen and b.index < birth.index]
        return named[choose(able or tuple(named), here, self.before, pending, self.policy.mix)]

    async def _bear(self, birth: Birth, seen: Population, context: Context) -> None:
        try:
            event = await bear(self.task, context, birth, seen, self._sample(birth))
        except Unusable as stopped:
            # the others of a mix go on in its place; without them, or a checker, nothing can
            if birth.model in self.context.unusable and birth.model not in self.context.usable(
                ROLE_OF[birth.operator], birth.phase
            ):
                self.planned[birth.index] = birth.model_copy(update=self._arm(birth, seen))
                return await self._bear(self.planned[birth.index], seen, context)
            self.halted = self.halted or stopped
        except Halt as halt:
            self.halted = self.halted or halt
        else:
            self.context.emit(event)
            self.population = grow(self.population, event)

    def _sample(self, birth: Birth) -> int:
        """Births that ask the same take the 1st, 2nd, … sample of it: so a bank filled by another schedule serves this one."""
        return sample_of(birth, self.planned[: birth.index])


def sample_of(birth: Birth, earlier: Iterable[Birth]) -> int:
    """How many of the earlier births ask what this one asks: the number of its sample."""
    return sum(_question(b) == _question(birth) for b in earlier)


def _question(birth: Birth) -> tuple[object, ...]:
    """What a birth asks, whichever its number. Views, temperatures and examples count as one: equal seeds might be
    answered alike."""
    return birth.operator, birth.parents, birth.model, birth.blind


def _unreached(event: CandidateChecked | MoveFailed) -> bool:
    if isinstance(event, MoveFailed):
        return event.reason == "unreached"
    return any(isinstance(a, Unreached) for a in event.attempts)


def last_counted(seen: Population, policy: Policy, second: int) -> int:
    """The last birth that counts, with up to `second` behind the one that ended a search."""
    end, stop = policy.births - 1, stop_index(seen, policy)
    if stop is None or not second:
        return end if stop is None else stop
    further = stop_index(seen, policy.model_copy(update={"stop_perfect": policy.stop_perfect + 1}))
    return min(end, stop + second, end if further is None else further)
