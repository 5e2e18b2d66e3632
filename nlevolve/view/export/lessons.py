"""What a run can teach: a library of rules that held, and chats to train a model on (STaR: those that ended right)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nlevolve.ask.fields import grid_fields, pair_fields, test_fields
from nlevolve.ask.prompts import Prompts
from nlevolve.evolve.population import Candidate
from nlevolve.llm.request import Message
from nlevolve.llm.wire import chat
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Followed
from nlevolve.view.run_folder import RunFolder

Chat = dict[str, Any]


def library(run: RunFolder) -> list[dict[str, Any]]:
    """Every distinct description that held, the best of a task first: exact on its training pairs, and not wrong on its tests.

    One that held on several tasks stands once: `task` and what follows it are of the first of them, `tasks` has all.
    `solved` is null where the solution is unknown.
    """
    entries: dict[str, dict[str, Any]] = {}
    for task, candidate in _held(run):
        entry = entries.setdefault(candidate.description.normalised, _entry(run, task, candidate))
        entry["tasks"] += [task.id] if task.id not in entry["tasks"] else []
    return list(entries.values())


def _entry(run: RunFolder, task: Task, candidate: Candidate) -> dict[str, Any]:
    return {
        "task": task.id,
        "tasks": [],
        "description": list(candidate.description.bullets),
        "words": candidate.description.words,
        "pairs": len(task.pairs),
        "solved": run.results["tasks"][task.id]["solved"],
        "operator": candidate.birth.operator,
        "model": candidate.birth.model,
    }


def chats(run: RunFolder, prompts: Prompts) -> Iterator[Chat]:
    """{"messages": […]} as fine-tuning services read them: how to write each description that held, at once and however it was
    come by, and how to follow it on each training pair, the pair itself unseen. No chat stands twice."""
    had: set[str] = set()
    for told in _every_chat(run, prompts):
        text = json.dumps(told, ensure_ascii=False)
        if text not in had:
            had.add(text)
            yield told


def _every_chat(run: RunFolder, prompts: Prompts) -> Iterator[Chat]:
    for task, candidate in _held(run):
        birth, bullets = candidate.birth, list(candidate.description.bullets)
        view = prompts.view(birth.view)
        look: dict[str, Any] = {"pairs": pair_fields(task.pairs, birth.blind), "tests": test_fields(task), "view": view}
        yield _chat(prompts.render("write", **look), {"bullets": bullets})
        for attempt in candidate.attempts:
            if isinstance(attempt, Followed):
                yield _chat(_applied(task, attempt.pair, candidate, prompts), {"grid": attempt.grid, "note": attempt.note})


def _held(run: RunFolder) -> Iterator[tuple[Task, Candidate]]:
    """(task, candidate), of which several may say the same: births that were in flight at the same time."""
    for task in run.tasks:
        if run.results["tasks"][task.id]["solved"] is False:
            continue
        members = run.history.task(task.id).population.members.values()
        own = [one for one in members if one.birth.operator != "given"]
        told = [one for one in own if one.duplicate_of is None and one.fitness.perfect]
        for candidate in sorted(told, key=lambda one: one.fitness.key(run.history.rank), reverse=True):
            yield task, candidate


def _applied(task: Task, pair: int, candidate: Candidate, prompts: Prompts) -> tuple[Message, ...]:
    return prompts.render(
        "apply",
        pairs=pair_fields(task.without(pair).pairs),
        input=grid_fields(task.pairs[pair].input),
        bullets=candidate.description.plain.bullets,
    )


def _chat(asked: tuple[Message, ...], reply: dict[str, Any]) -> Chat:
    return {"messages": [*chat(asked), {"role": "assistant", "content": json.dumps(reply, ensure_ascii=False)}]}
