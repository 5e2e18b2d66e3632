"""A run told again from the bank alone: all that it had done, also what decided nothing.

Which births were begun beyond the one that ended a search was a matter of time (docs/design/search-order.md). They decide
nothing, but they were paid for and stand in every count. What is left of them in the log is asked, too, so that the figures of
a run that is told again are its own.
"""

from __future__ import annotations

from dataclasses import replace

from nlevolve.evolve.population import Population, grow
from nlevolve.llm.request import Halt
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Birth, BirthPlanned
from nlevolve.run.birth import bear
from nlevolve.run.context import Context
from nlevolve.run.search import sample_of


async def retrace(task: Task, context: Context, population: Population) -> None:
    """Have asked what the run that is told again asked of this task beyond what its answers rest on."""
    for birth in context.retold.left(task.id):
        sees = context.policy(task.id).sees(birth.index)
        if all(k in population for k in range(sees)):
            population = await _born(task, context, birth, population)


async def _born(task: Task, context: Context, birth: Birth, population: Population) -> Population:
    retold, k = context.retold, birth.index
    lacking = context.lacking(lambda request: retold.owes(task.id, k, request))
    quiet = replace(context, asker=replace(context.asker, llm=lacking), unusable=set(context.unusable))
    if not retold.begun(task.id, k):
        context.emit(BirthPlanned(task=task.id, birth=birth))
    seen = population.before(context.policy(task.id).sees(k))
    try:
        event = await bear(task, quiet, birth, seen, sample_of(birth, retold.earlier(task.id, k)))
    except Halt:
        return population
    if retold.ended(task.id, k):
        context.emit(event)
        return grow(population, event)
    return population
