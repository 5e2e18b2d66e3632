"""Many tasks at once, started in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from nlevolve.evolve.bandit import arms, pooled
from nlevolve.evolve.population import population
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Event, MixLearned, TaskAnswered
from nlevolve.run.context import Context, first_failure
from nlevolve.run.examples import Learned
from nlevolve.run.search import last_counted
from nlevolve.run.solve import solve


async def solve_all(
    tasks: Sequence[Task],
    context: Context,
    known: Mapping[str, Sequence[Event]],
    *,
    at_once: int | Literal["auto"],
    vacancy: Callable[[], Awaitable[bool]],
    stopping: asyncio.Event,
) -> None:
    """Solve the tasks, `at_once` of them at a time; auto: one more whenever there is a `vacancy` (see Stack.vacancy).

    `known` holds the events of an interrupted run by task. Once `stopping` is set no further task is started, and those under way
    end with what they have.
    """
    learned: list[asyncio.Task[Learned]] = []
    with first_failure():
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                await _room([one for one in learned if not one.done()], at_once, vacancy)
                if stopping.is_set():
                    return
                # what a task may learn from depends on its place alone, not on which task happened to end first
                learns = context.mixed or context.examples.grows
                earlier = learned[: max(0, len(learned) - context.config.policy.mix.behind)] if learns else []
                sends = asyncio.Event()
                solving = group.create_task(_one(task, context.told(sends.set), known.get(task.id, ()), earlier))
                learned.append(solving)
                if at_once == "auto":
                    await _sent(solving, sends)


async def _room(
    under_way: Sequence[asyncio.Task[Learned]], at_once: int | Literal["auto"], vacancy: Callable[[], Awaitable[bool]]
) -> None:
    """Wait until another task may begin."""
    while under_way and not (await vacancy() if at_once == "auto" else len(under_way) < at_once):
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        under_way = [one for one in under_way if not one.done()]


async def _sent(solving: asyncio.Task[Learned], sends: asyncio.Event) -> None:
    """Wait until a task has sent something, or is over: only then can be said whether a place stands free."""
    waits = asyncio.ensure_future(sends.wait())
    await asyncio.wait({solving, waits}, return_when=asyncio.FIRST_COMPLETED)
    waits.cancel()


async def _one(task: Task, context: Context, known: Sequence[Event], earlier: Sequence[asyncio.Future[Learned]]) -> Learned:
    """Solve a task, or take what is known of it when nothing is missing."""
    if answered_for_good(known):
        return shown(task, context, known)
    before = [await one for one in earlier]
    return await solve(task, context, known, pooled(one.arms for one in before), [one.entry for one in before if one.entry])


def shown(task: Task, context: Context, known: Sequence[Event]) -> Learned:
    """What later tasks may learn from one that is answered."""
    policy, grown = context.policy(task.id), population(known)
    rows = next((event.rows for event in reversed(known) if isinstance(event, MixLearned)), ())
    # whether it went on for a second answer is not seen from its births: what was said that it taught tells
    for second in (context.config.answers.second, 0):
        counted = arms(grown.before(last_counted(grown, policy, second) + 1), task.copy_accuracy, eyed=policy.eyed)
        if {arm: births for arm, births, *_ in rows} == {arm: one.births for arm, one in counted.items() if one.births}:
            break
    return Learned(counted, context.examples.lesson(task, grown, policy))


def answered_for_good(events: Sequence[Event]) -> bool:
    """Whether a task needs nothing more: its search came to its own end, and no evidence is missing."""
    last = next((e for e in reversed(events) if isinstance(e, TaskAnswered)), None)
    return last is not None and last.stopped in ("perfect", "exhausted") and not last.error and not last.unreached
