"""The best descriptions followed on the test inputs, plainly and under symmetries of the whole task."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import partial, reduce
from itertools import product
from typing import Any

from nlevolve.ask.checker import check, follow
from nlevolve.ask.solver import guess
from nlevolve.evolve.answers import answer, fitting_grids, followers, others, views
from nlevolve.evolve.judging import judged, leading
from nlevolve.evolve.population import Candidate, Population, grow
from nlevolve.llm.request import Halt, NoReply
from nlevolve.puzzle.symmetry import IDENTITY, Transform
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Answer,
    AnswerFollowed,
    AnswerGuessed,
    Attempt,
    CandidateReviewed,
    Choice,
    Event,
    Followed,
    Garbled,
    Unreached,
)
from nlevolve.run.coding import run_on_tests
from nlevolve.run.context import Context, together
from nlevolve.run.early import Early
from nlevolve.run.judging import Judging
from nlevolve.run.reviewing import reviewed, wants_review

AGREEING = 2
"""Readings of a description with which one begins that may stop early."""
GARBLED_SAMPLES = 3
"""How often a description is followed on a test input at most, until a grid can be read."""


class Answering:
    """A task's follows. What was followed once is kept, so that a second round only asks for what is new."""

    def __init__(self, task: Task, context: Context) -> None:
        self.task, self.context = task, context
        self.halted: Halt | None = None
        self._best: int | None = None
        self._followed: dict[tuple[int, int, int, str], AnswerFollowed] = {}
        self._guessed: dict[tuple[int, int], AnswerGuessed] = {}
        self._early: Early | None = None
        self._likely: dict[tuple[int, int], Candidate] = {}
        self._reviews: dict[int, CandidateReviewed] = {}
        self._judging = Judging(task, context)
        self._order: Sequence[int] = ()
        self._coded: dict[tuple[int, int], AnswerFollowed] = {}

    @property
    def unreached(self) -> int:
        """Follows and guesses that a provider's failure left without a grid, and choices that it left without a pick."""
        return sum(isinstance(one.attempt, Unreached) for one in self.asked) + sum(
            one.missing == "unreached" for one in self.choices
        )

    @property
    def asked(self) -> tuple[AnswerFollowed | AnswerGuessed, ...]:
        """Everything that was asked for on the test inputs."""
        return (*self._followed.values(), *self._coded.values(), *self._guessed.values())

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the judge said."""
        return tuple(event.choice for event in self._judging.events)

    def grown(self, population: Population) -> Population:
        """The population with what was said of its descriptions in the meantime."""
        return reduce(grow, self._reviews.values(), population)

    def lost(self, answers: tuple[Answer, ...]) -> bool:
        """Whether a test input has no answer because the provider failed."""
        unreached = {one.attempt.pair for one in self.asked if isinstance(one.attempt, Unreached)}
        return any(not answers[number].proposed for number in unreached)

    async def follow(self, population: Population) -> tuple[Answer, ...]:
        """Follow the perfect descriptions; where they leave fewer than two distinct answers, the best imperfect ones too.

        The best one, plainly, on each test input: that is asked to the last, when a cap is reached or the run is to stop.
        """
        policy, rank = self.context.config.answers, self.context.config.policy.rank
        chosen, spare = followers(population, policy, rank), others(population, policy, rank)
        self._order = [c.index for c in [*chosen, *spare]]
        self._best = chosen[0].index if chosen else None
        perfect = [c for c in chosen if c.fitness.perfect]

        def lacking() -> list[int]:
            votes = enumerate(self.votes(population))
            return [number for number, one in votes if one.attempt_2 is None and not self._only_programs(number)]

        try:
            await self._run([*chosen, *spare] if self.context.config.policy.writes == "programs" else perfect)
            await self._follow(perfect)
            if policy.fill and perfect and lacking() and self.context.settings("answerer").varies:
                await together(
                    self._readable(perfect[0], IDENTITY, self.task, n, GARBLED_SAMPLES * policy.samples) for n in lacking()
                )
            if lacking():
                await self._follow([c for c in chosen if not c.fitness.perfect])
            await together(self._guess(n, s) for n in range(len(self.task.tests)) for s in range(policy.direct))
            async with Early(self.context, self.context.config.policy.ahead == "free") as self._early:
                for candidate, n in product(spare, lacking()):
                    self._likely[candidate.index, n] = candidate
                    self._early.ask((candidate.index, n, 0, ""), partial(self._question, candidate, IDENTITY, self.task, n, 0))
                for candidate in spare:
                    if not lacking():
                        break
                    readings = [self._readable(candidate, IDENTITY, self.task, n, 0) for n in lacking()]
                    await together([*readings, *self._review([candidate])])
        except Halt as halt:
            self.halted = halt
        return self.votes(population)

    async def retrace(self, quiet: Callable[[int], Context]) -> None:
        """Ask, of a run that is told again, what was asked early and is left of it; `quiet`: the equipment for that, by birth."""
        for (_, number), candidate in self._likely.items():
            with suppress(NoReply):
                await self._question(candidate, IDENTITY, self.task, number, 0, quiet(candidate.index))

    async def _run(self, candidates: Iterable[Candidate]) -> None:
        """Run the programs of these descriptions on the test inputs: nobody is asked."""
        if self.context.coder is None:
            return
        for candidate in candidates:
            known = (candidate.index, 0) in self._coded
            for attempt in (
                await run_on_tests(self.task, self.context, candidate.program) if candidate.program and not known else ()
            ):
                event = AnswerFollowed(task=self.task.id, birth=candidate.index, sample=0, attempt=attempt)
                self._coded[candidate.index, attempt.pair] = event
                self.context.emit(event)

    def _said(self, candidate: Candidate, number: int) -> bool:
        """Whether its program alone says what the description makes of a test input."""
        coded = self._coded.get((candidate.index, number))
        return self.context.config.policy.read == "code" and coded is not None and isinstance(coded.attempt, Followed)

    def _only_programs(self, number: int) -> bool:
        """Whether programs alone answer a test input: of what was followed there nothing could be read, and more would be as
        little."""
        followed = [one for (_, n, _, _), one in self._followed.items() if n == number]
        gave = any(n == number and isinstance(one.attempt, Followed) for (_, n), one in self._coded.items())
        return gave and bool(followed) and all(isinstance(one.attempt, Garbled) for one in followed)

    async def judge(self, population: Population) -> tuple[Answer, ...]:
        """Have a judge pick where the grids that lead differ, and answer by its picks; without any, by votes."""
        population = self.grown(population)
        votes = self.votes(population)
        if self.context.config.answers.judge == "off" or self.halted is not None:
            return votes
        follows = [event for event in (*self._followed.values(), *self._coded.values()) if event.birth in self._order]
        leads = [leading(one, fitting_grids(population, follows, n)) for n, one in enumerate(votes)]
        asked = [(n, lead) for n, lead in enumerate(leads) if lead]
        try:
            await together(self._judging.between(lead, n, follows, self._order, population) for n, lead in asked)
        except Halt as halt:
            self.halted = halt
        events = sorted(self._judging.events, key=lambda event: event.sample)
        return tuple(judged(one, leads[n], [e for e in events if e.test == n]) for n, one in enumerate(votes))

    def votes(self, population: Population) -> tuple[Answer, ...]:
        """The answers that votes make, of what was followed and guessed so far."""
        follows = [*self._followed.values(), *self._coded.values()]
        return answer(self.task.tests, self.grown(population), follows, self._order, self._guessed.values())

    async def settle(self, candidate: Candidate, context: Context) -> tuple[Event, ...]:
        """What comes of a perfect description by the requests that answering makes of it first: a grid for every test input, and
        a review where the policy has one. Raises Halt.

        What is asked here is not asked again.
        """
        asking = copy(self)
        asking.context = context
        await asking._run([candidate])
        asked = [n for n in range(len(self.task.tests)) if not self._said(candidate, n)]
        plainly = [asking._readable(candidate, IDENTITY, self.task, n, 0) for n in asked]
        await together([*plainly, *asking._review([candidate])])
        said = (*self._followed.items(), *self._coded.items())
        grids = [event for key, event in said if key[0] == candidate.index and not event.view]
        return (*grids, *(event for k, event in self._reviews.items() if k == candidate.index))

    async def _follow(self, candidates: Sequence[Candidate]) -> None:
        policy = self.context.config.answers
        asked = [(c, v) for c in candidates for v in views(policy.views if c.fitness.perfect else 1)]
        await together([*(self._under(candidate, view) for candidate, view in asked), *self._review(candidates)])

    def _review(self, candidates: Iterable[Candidate]) -> Iterator[Coroutine[Any, Any, None]]:
        """Reviews of those whose vote it may change, each once."""
        for candidate in candidates:
            if candidate.index not in self._reviews and wants_review(candidate, self.context):
                yield self._reviewed(candidate)

    async def _reviewed(self, candidate: Candidate) -> None:
        self._reviews[candidate.index] = await reviewed(self.task, self.context, candidate)

    async def _under(self, candidate: Candidate, view: Transform) -> None:
        """Follow on every test input under one view, if the description still holds there: words may name a side or a colour."""
        task = view.task(self.task)
        if str(view):
            settings = self.context.settings("answerer")
            first = await check(self.context.asker, settings, task, 0, candidate.description, birth=candidate.index)
            if not first.exact:
                return
        asked = [n for n in range(len(task.tests)) if not self._said(candidate, n)]
        await together(self._sampled(candidate, view, task, n) for n in asked)

    async def _sampled(self, candidate: Candidate, view: Transform, task: Task, number: int) -> None:
        """Follow as often as the policy says, or until two grids are equal."""
        policy = self.context.config.answers
        first = AGREEING if policy.agree_early else policy.samples
        await together(self._readable(candidate, view, task, number, s) for s in range(min(first, policy.samples)))
        for sample in range(first, policy.samples):
            if self._agreed(candidate, view, number):
                return
            await self._readable(candidate, view, task, number, sample)

    def _agreed(self, candidate: Candidate, view: Transform, number: int) -> bool:
        """Whether some grid came twice."""
        place = candidate.index, number, str(view)
        events = (event for (k, n, _, v), event in self._followed.items() if (k, n, v) == place)
        grids = [event.attempt.grid for event in events if isinstance(event.attempt, Followed)]
        return len(set(grids)) < len(grids)

    async def _readable(self, candidate: Candidate, view: Transform, task: Task, number: int, sample: int) -> None:
        """Follow, with further samples while nobody can read what comes back: a rule that holds must not go unanswered. Where its
        program has answered, it does not."""
        coded = self._coded.get((candidate.index, number))
        for again in range(1 if coded and isinstance(coded.attempt, Followed) else GARBLED_SAMPLES):
            attempt = await self._once(candidate, view, task, number, sample + again * self.context.config.answers.samples)
            if not isinstance(attempt, Garbled):
                return

    async def _once(self, candidate: Candidate, view: Transform, task: Task, number: int, sample: int) -> Attempt:
        key = candidate.index, number, sample, str(view)
        if key in self._followed:
            return self._followed[key].attempt
        if self._early:
            self._early.due(key)
        attempt = await self._question(candidate, view, task, number, sample, self.context)
        if isinstance(attempt, Followed):
            attempt = attempt.model_copy(update={"grid": view.inverse.grid(attempt.grid)})
        event = AnswerFollowed(task=self.task.id, birth=candidate.index, sample=sample, attempt=attempt, view=str(view))
        self._followed[key] = event
        self.context.emit(event)
        return attempt

    async def _question(
        self, candidate: Candidate, view: Transform, task: Task, number: int, sample: int, context: Context
    ) -> Attempt:
        return await follow(
            context.asker,
            context.settings("answerer"),
            task,
            number,
            candidate.description,
            birth=candidate.index,
            sample=sample,
            guide=not candidate.fitness.perfect,
            last=candidate.index == self._best and not sample and not str(view),
        )

    async def _guess(self, number: int, sample: int) -> None:
        if (number, sample) in self._guessed:
            return
        # where no description is looked for, it is what the task is answered by
        last = not self.context.config.policy.phases and not sample
        settings = self.context.settings("answerer")
        attempt = await guess(self.context.asker, settings, self.task, number, sample=sample, last=last)
        event = AnswerGuessed(task=self.task.id, sample=sample, attempt=attempt)
        self._guessed[number, sample] = event
        self.context.emit(event)
