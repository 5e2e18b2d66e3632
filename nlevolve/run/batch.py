"""Many tasks at once, started in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from nlevolve.llm.request import LLM, Interrupted, Reply, Request
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Event, TaskAnswered
from nlevolve.run.lab import Lab
from nlevolve.run.solve import solve


async def solve_all(
    tasks: Sequence[Task], lab: Lab, known: Mapping[str, Sequence[Event]], *, at_once: int, stopping: asyncio.Event
) -> None:
    """Solve the tasks, `at_once` of them at a time. `known` holds the events of an interrupted run by task.

    Once `stopping` is set no further task is started, and those under way end with what they have.
    """
    places = asyncio.Semaphore(at_once)
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            await places.acquire()
            if stopping.is_set():
                return
            events = known.get(task.id, ())
            if answered_for_good(events):
                places.release()
                continue
            solving = group.create_task(solve(task, lab, events))
            solving.add_done_callback(lambda _: places.release())


def answered_for_good(events: Sequence[Event]) -> bool:
    """Whether a task needs nothing more: its search came to its own end, and no evidence is missing."""
    last = next((e for e in reversed(events) if isinstance(e, TaskAnswered)), None)
    return last is not None and last.stopped in ("perfect", "exhausted") and not last.error and not last.unreached


def until(stopping: asyncio.Event, llm: LLM) -> LLM:
    """The same asker, shut for new requests once `stopping` is set; what is in flight ends."""

    async def ask(request: Request) -> Reply:
        if stopping.is_set():
            raise Interrupted("the run was interrupted")
        return await llm(request)

    return ask
