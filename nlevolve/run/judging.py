"""A judge asked where the grids that lead differ: several times, each time in another order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random

from nlevolve.ask.judge import Shown, judge
from nlevolve.evolve.judging import Case, case
from nlevolve.evolve.population import Population
from nlevolve.llm.request import Unusable
from nlevolve.puzzle.tasks import Task
from nlevolve.records import AnswerFollowed, AnswerJudged, Choice, Proposal
from nlevolve.run.context import Context, together


@dataclass(frozen=True)
class Judging:
    """A task's judge. `events` is what it was asked and said."""

    task: Task
    context: Context
    events: list[AnswerJudged] = field(default_factory=list)

    async def between(
        self,
        lead: Sequence[Proposal],
        number: int,
        follows: Collection[AnswerFollowed],
        order: Sequence[int],
        grown: Population,
    ) -> None:
        """Have it pick between the leading grids of a test input (from 0). Raises Halt, except where its model is unusable."""
        seed, samples = self.context.config.seed, range(self.context.config.answers.judge_samples)
        draws = [Random(f"{seed}/{self.task.id}/{number}/{sample}") for sample in samples]
        cases = [case(lead, number, follows, order, grown, draw) for draw in draws]
        await together(self._once(number, sample, one, grown) for sample, one in zip(samples, cases, strict=True))

    async def _once(self, number: int, sample: int, case: Case, grown: Population) -> None:
        members = grown.members
        behind = [(place, members[k].description, members[k].fitness.exact) for place, k in case.behind]
        shown, settings = Shown(case.grids, case.votes, behind), self.context.settings("judge")
        try:
            choice = await judge(self.context.asker, settings, self.task, number, shown, sample=sample)
        except Unusable as stopped:
            # then votes decide
            choice = Choice(missing="unreached", why=str(stopped), failure=stopped.kind)
        event = AnswerJudged(task=self.task.id, test=number, sample=sample, shown=case.grids, choice=choice)
        self.events.append(event)
        self.context.emit(event)
