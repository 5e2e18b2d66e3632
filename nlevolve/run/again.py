"""A run told again from the bank alone: all that it had done, also what decided nothing.

Which births were begun beyond the one that ended a search was a matter of time (docs/design/search-order.md). They decide
nothing, but they were paid for and stand in every count. What is left of them in the log is asked, too, so that the figures of
a run that is told again are its own.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from nlevolve.evolve.population import Population, grow
from nlevolve.llm.request import Halt, NoReply
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Birth, BirthPlanned
from nlevolve.run.answering import Answering
from nlevolve.run.birth import bear
from nlevolve.run.context import Context
from nlevolve.run.search import sample_of


async def retrace(task: Task, context: Context, population: Population, answering: Answering) -> None:
    """Have asked what the run that is told again asked of this task beyond what its answers rest on."""
    if context.retold.told_again:
        await answering.retrace(lambda birth: _silent(context, task, birth))
    for birth in context.retold.left(task.id):
        sees = context.policy(task.id).sees(birth.index)
        if all(k in population for k in range(sees)):
            population = await _born(task, context, birth, population)


def _quiet(context: Context, task: Task, birth: int) -> Context:
    """For what is left of a birth: also what was asked early."""
    lacking = context.lacking(lambda request: context.retold.owes(task.id, birth, request))
    asker = replace(context.asker, llm=lacking)
    return replace(context, asker=asker, asked_early=lacking, unusable=set(context.unusable))


def _silent(context: Context, task: Task, birth: int) -> Context:
    """The same, where what its replies say has been told."""
    early = _quiet(context, task, birth).early()
    assert early is not None
    return early


async def _born(task: Task, context: Context, birth: Birth, population: Population) -> Population:
    retold, k = context.retold, birth.index
    seen = population.before(context.policy(task.id).sees(k))
    sample = sample_of(birth, retold.earlier(task.id, k))
    if k in population:  # what is left of it was asked early
        with suppress(NoReply):
            await bear(task, _silent(context, task, k), birth, seen, sample)
        return population
    quiet = _quiet(context, task, k)
    if not retold.begun(task.id, k):
        context.emit(BirthPlanned(task=task.id, birth=birth))
    try:
        event = await bear(task, quiet, birth, seen, sample)
    except Halt:
        return population
    if retold.ended(task.id, k):
        context.emit(event)
        return grow(population, event)
    return population
