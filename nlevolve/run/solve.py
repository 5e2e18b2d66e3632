"""One task: search for descriptions, then follow the best on the test inputs and give two answers for each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from nlevolve.ask.checker import follow
from nlevolve.evolve.answers import answer, followers
from nlevolve.evolve.policy import stop_index
from nlevolve.evolve.population import Candidate, Population
from nlevolve.llm.request import Halt, Interrupted, OverBudget
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Answer, AnswerFollowed, Event, Stopped, TaskAnswered, TaskStarted, Unreached
from nlevolve.run.lab import Lab, together
from nlevolve.run.search import Search


async def solve(task: Task, lab: Lab, known: Sequence[Event] = ()) -> TaskAnswered:
    """Solve one task; `known` are its events from an interrupted run, and what they hold is not asked again."""
    began = time.monotonic()
    if not any(isinstance(e, TaskStarted) for e in known):
        pairs = tuple((p.input, p.output) for p in task.pairs)
        births = lab.config.policy.births
        lab.emit(TaskStarted(task=task.id, pairs=pairs, tests=task.tests, copy_accuracy=task.copy_accuracy, births=births))
    search = Search(task, lab, known)
    await search.run()
    end = await _Answering(task, lab, search.outcome).run(search.halted)
    answered = end.model_copy(update={"seconds": time.monotonic() - began})
    lab.emit(answered)
    return answered


class _Answering:
    """The last step of a task: a population in, TaskAnswered out."""

    def __init__(self, task: Task, lab: Lab, population: Population) -> None:
        self.task, self.lab, self.population = task, lab, population
        self.chosen = followers(population, lab.config.answers, lab.config.policy.rank)
        self.followed: list[AnswerFollowed] = []

    async def run(self, halted: Halt | None) -> TaskAnswered:
        """Follow the perfect descriptions; where they leave fewer than two distinct answers, the best imperfect ones too."""
        try:
            await self._follow([c for c in self.chosen if c.fitness.perfect])
            if any(len(a.candidates) < 2 for a in self._answers()):
                await self._follow([c for c in self.chosen if not c.fitness.perfect])
        except Halt as halt:
            halted = halted or halt
        return TaskAnswered(
            task=self.task.id,
            answers=self._answers(),
            stopped=self._stopped(halted),
            best=self.chosen[0].index if self.chosen else None,
            error=str(halted) if halted else "",
            unreached=len(self.population.unreached) + sum(isinstance(f.attempt, Unreached) for f in self.followed),
        )

    async def _follow(self, candidates: Iterable[Candidate]) -> None:
        samples = range(self.lab.config.answers.samples)
        await together(self._once(c, n, s) for c in candidates for n in range(len(self.task.tests)) for s in samples)

    async def _once(self, candidate: Candidate, number: int, sample: int) -> None:
        test = self.task.tests[number]
        settings = self.lab.settings("answerer")
        attempt = await follow(
            self.lab.asker, settings, self.task, test, number, candidate.description, birth=candidate.index, sample=sample
        )
        event = AnswerFollowed(task=self.task.id, birth=candidate.index, sample=sample, attempt=attempt)
        self.lab.emit(event)
        self.followed.append(event)

    def _answers(self) -> tuple[Answer, ...]:
        return answer(self.task.tests, self.population, self.followed, [c.index for c in self.chosen])

    def _stopped(self, halted: Halt | None) -> Stopped:
        if isinstance(halted, OverBudget):
            return "budget"
        if isinstance(halted, Interrupted):
            return "interrupted"
        if halted is not None or (self.population.unreached and not self.population.members):
            return "failed"
        return "exhausted" if stop_index(self.population, self.lab.config.policy) is None else "perfect"
