"""One task: search for descriptions, then follow the best on the test inputs and give two answers for each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from nlevolve.ask import checker, solver
from nlevolve.evolve.answers import followers
from nlevolve.evolve.bandit import Arms, arms
from nlevolve.evolve.population import Population
from nlevolve.llm.request import Halt, Interrupted, OverBudget
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Answer, Entry, Event, MixLearned, Stopped, TaskAnswered, TaskStarted
from nlevolve.run.again import retrace
from nlevolve.run.answering import Answering
from nlevolve.run.context import Context
from nlevolve.run.examples import Learned
from nlevolve.run.losses import losses, sentence
from nlevolve.run.search import Search


async def solve(
    task: Task, context: Context, known: Sequence[Event] = (), before: Arms | None = None, lessons: Sequence[Entry] = ()
) -> Learned:
    """Solve one task, and return what later ones may learn from it.

    `known` are the task's events from an interrupted run: what they hold is not asked again. `before` is what earlier tasks have
    shown of the models, `lessons` what they add to the library.
    """
    began = time.monotonic()
    if not any(isinstance(e, TaskStarted) for e in known):
        pairs = tuple((p.input, p.output) for p in task.pairs)
        births = context.policy(task.id).births
        context.emit(TaskStarted(task=task.id, pairs=pairs, tests=task.tests, copy_accuracy=task.copy_accuracy, births=births))
    answering = Answering(task, context)
    settling = answering.settle if context.config.policy.stop_when == "agree" else None
    search = Search(task, context, known, before or {}, settling, lessons)
    expected = checker.expected if context.config.policy.phases else solver.expected
    follows = partial(expected, context.asker, context.settings("answerer"), task)
    # reviews and choices are not kept for: without them votes answer the task, and what is kept for them the search would lack
    with context.keeping(task.id, follows):
        await search.run()
        answers = await answering.follow(search.outcome)
        if search.perfect and context.config.answers.second and any(a.attempt_2 is None for a in answers):
            await search.run(second=context.config.answers.second)
            answers = await answering.follow(search.outcome)
        answers = await answering.judge(search.outcome)
    await retrace(task, context, search.population, answering)
    context.emit(_end(task, context, search, answering, answers, time.monotonic() - began))
    lesson = None if search.cut else context.examples.lesson(task, search.outcome, search.policy)
    return Learned(_learned(task, context, search.outcome), lesson)


def _end(
    task: Task, context: Context, search: Search, answering: Answering, answers: tuple[Answer, ...], seconds: float
) -> TaskAnswered:
    population = answering.grown(search.outcome)
    halted = search.cut or answering.halted
    lost = losses(population, answering.asked, answering.choices, halted)
    stopped = _stopped(search, halted, answering.lost(answers))
    best = followers(population, context.config.answers, context.config.policy.rank)
    return TaskAnswered(
        task=task.id,
        answers=answers,
        stopped=stopped,
        best=best[0].index if best else None,
        error=_error(search, halted, answers) or (sentence(lost) if stopped == "failed" else ""),
        remedy=halted.remedy if halted else "",
        unreached=len(population.unreached) + population.unreviewed + answering.unreached,
        losses=lost,
        unfinished=search.cut is not None and not search.ended,
        agreed=search.agreed,
        seconds=seconds,
    )


def _error(search: Search, halted: Halt | None, answers: tuple[Answer, ...]) -> str:
    """What was not asked because a cap was reached, or the run was stopped, is no fault of a task that has what it was after."""
    solved = search.perfect and all(answer.proposed for answer in answers)
    return "" if halted is None or (solved and isinstance(halted, OverBudget | Interrupted)) else str(halted)


def _stopped(search: Search, halted: Halt | None, lost: bool) -> Stopped:
    if isinstance(halted, OverBudget):
        return "budget"
    if isinstance(halted, Interrupted):
        return "interrupted"
    if halted is not None or lost or (not search.perfect and _mostly_lost(search.outcome)):
        return "failed"
    return "perfect" if search.perfect else "exhausted"


def _mostly_lost(population: Population) -> bool:
    """Whether a provider's failures took at least as many births as are left: this was no search, and is no result."""
    lost = population.unreached
    return bool(lost) and len(lost) >= len(population.members.keys() - lost)


def _learned(task: Task, context: Context, population: Population) -> Arms:
    shown = arms(population, task.copy_accuracy, eyed=context.config.policy.eyed)
    if context.mixed:
        context.emit(
            MixLearned(
                task=task.id,
                rows=tuple(
                    (m, round(a.births), a.gain / a.births, a.dollars / a.births) for m, a in sorted(shown.items()) if a.births
                ),
            )
        )
    return shown
