"""Many tasks at once, started in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from nlevolve.evolve.bandit import Arms, arms, pooled
from nlevolve.evolve.policy import stop_index
from nlevolve.evolve.population import population
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Event, TaskAnswered
from nlevolve.run.context import Context, first_failure
from nlevolve.run.solve import solve


async def solve_all(
    tasks: Sequence[Task], context: Context, known: Mapping[str, Sequence[Event]], *, at_once: int, stopping: asyncio.Event
) -> None:
    """Solve the tasks, `at_once` of them at a time. `known` holds the events of an interrupted run by task.

    Once `stopping` is set no further task is started, and those under way end with what they have.
    """
    places = asyncio.Semaphore(at_once)
    learned: list[asyncio.Future[Arms]] = []
    with first_failure():
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                await places.acquire()
                if stopping.is_set():
                    return
                # what a task may learn from depends on its place alone, not on which task happened to end first
                earlier = learned[: max(0, len(learned) - context.config.policy.mix.behind)] if context.mixed else []
                solving = group.create_task(_one(task, context, known.get(task.id, ()), earlier))
                solving.add_done_callback(lambda _: places.release())
                learned.append(solving)


async def _one(task: Task, context: Context, known: Sequence[Event], earlier: Sequence[asyncio.Future[Arms]]) -> Arms:
    """Solve a task, or take what is known of it when nothing is missing."""
    if answered_for_good(known):
        policy = context.config.policy
        grown = population(known)
        stop = stop_index(grown, policy)
        return arms(grown if stop is None else grown.before(stop + 1), task.copy_accuracy)
    return await solve(task, context, known, pooled([await shown for shown in earlier]))


def answered_for_good(events: Sequence[Event]) -> bool:
    """Whether a task needs nothing more: its search came to its own end, and no evidence is missing."""
    last = next((e for e in reversed(events) if isinstance(e, TaskAnswered)), None)
    return last is not None and last.stopped in ("perfect", "exhausted") and not last.error and not last.unreached
