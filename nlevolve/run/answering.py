"""The best descriptions followed on the test inputs, plainly and under symmetries of the whole task."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from nlevolve.ask.checker import check, follow
from nlevolve.ask.solver import guess
from nlevolve.evolve.answers import answer, followers, others, views
from nlevolve.evolve.population import Candidate, Population
from nlevolve.llm.request import Halt
from nlevolve.puzzle.symmetry import IDENTITY, Transform
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Answer, AnswerFollowed, AnswerGuessed, Attempt, Followed, Garbled, Unreached
from nlevolve.run.context import Context, together

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

    @property
    def unreached(self) -> int:
        """Follows and guesses that a provider's failure left without a grid."""
        return sum(isinstance(one.attempt, Unreached) for one in self.asked)

    @property
    def asked(self) -> tuple[AnswerFollowed | AnswerGuessed, ...]:
        """Everything that was asked for on the test inputs."""
        return (*self._followed.values(), *self._guessed.values())

    def lost(self, answers: tuple[Answer, ...]) -> bool:
        """Whether a test input has no answer because the provider failed."""
        unreached = {one.attempt.pair for one in self.asked if isinstance(one.attempt, Unreached)}
        return any(not answers[number].proposed for number in unreached)

    async def follow(self, population: Population) -> tuple[Answer, ...]:
        """Follow the perfect descriptions; where they leave fewer than two distinct answers, the best imperfect ones too.

        The best one, plainly, on each test input: that is asked to the last, when a cap is reached or the run is to stop.
        """
        policy, rank = self.context.config.answers, self.context.config.policy.rank
        chosen = followers(population, policy, rank)
        self._best = chosen[0].index if chosen else None
        perfect = [c for c in chosen if c.fitness.perfect]
        spare = others(population, policy, rank)

        def answers() -> tuple[Answer, ...]:
            order = [c.index for c in [*chosen, *spare]]
            return answer(self.task.tests, population, self._followed.values(), order, self._guessed.values())

        def lacking() -> list[int]:
            return [number for number, one in enumerate(answers()) if one.attempt_2 is None]

        try:
            await self._follow(perfect)
            if policy.fill and perfect and lacking() and self.context.settings("answerer").varies:
                await together(
                    self._readable(perfect[0], IDENTITY, self.task, n, GARBLED_SAMPLES * policy.samples) for n in lacking()
                )
            if lacking():
                await self._follow([c for c in chosen if not c.fitness.perfect])
            await together(self._guess(n, s) for n in range(len(self.task.tests)) for s in range(policy.direct))
            for candidate in spare:
                if not lacking():
                    break
                await together(self._readable(candidate, IDENTITY, self.task, n, 0) for n in lacking())
        except Halt as halt:
            self.halted = halt
        return answers()

    async def plainly(self, candidate: Candidate, context: Context) -> tuple[AnswerFollowed, ...]:
        """Follow a perfect description on every test input by the requests that answering makes of it first. Raises Halt.

        What is followed here is not asked again.
        """
        asking = copy(self)
        asking.context = context
        await together(asking._readable(candidate, IDENTITY, self.task, n, 0) for n in range(len(self.task.tests)))
        return tuple(event for key, event in self._followed.items() if key[0] == candidate.index and not event.view)

    async def _follow(self, candidates: Iterable[Candidate]) -> None:
        policy = self.context.config.answers
        asked = [(c, v) for c in candidates for v in views(policy.views if c.fitness.perfect else 1)]
        await together(self._under(candidate, view) for candidate, view in asked)

    async def _under(self, candidate: Candidate, view: Transform) -> None:
        """Follow on every test input under one view, if the description still holds there: words may name a side or a colour."""
        task = view.task(self.task)
        if str(view):
            settings = self.context.settings("answerer")
            first = await check(self.context.asker, settings, task, 0, candidate.description, birth=candidate.index)
            if not first.exact:
                return
        samples = range(self.context.config.answers.samples)
        await together(self._readable(candidate, view, task, n, s) for n in range(len(task.tests)) for s in samples)

    async def _readable(self, candidate: Candidate, view: Transform, task: Task, number: int, sample: int) -> None:
        """Follow, with further samples while nobody can read what comes back: a rule that holds must not go unanswered."""
        for again in range(GARBLED_SAMPLES):
            attempt = await self._once(candidate, view, task, number, sample + again * self.context.config.answers.samples)
            if not isinstance(attempt, Garbled):
                return

    async def _once(self, candidate: Candidate, view: Transform, task: Task, number: int, sample: int) -> Attempt:
        key = candidate.index, number, sample, str(view)
        if key in self._followed:
            return self._followed[key].attempt
        settings = self.context.settings("answerer")
        attempt = await follow(
            self.context.asker,
            settings,
            task,
            number,
            candidate.description,
            birth=candidate.index,
            sample=sample,
            guide=not candidate.fitness.perfect,
            last=candidate.index == self._best and not sample and not str(view),
        )
        if isinstance(attempt, Followed):
            attempt = attempt.model_copy(update={"grid": view.inverse.grid(attempt.grid)})
        event = AnswerFollowed(task=self.task.id, birth=candidate.index, sample=sample, attempt=attempt, view=str(view))
        self._followed[key] = event
        self.context.emit(event)
        return attempt

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
