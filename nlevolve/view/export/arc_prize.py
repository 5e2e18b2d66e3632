"""A run as the ARC Prize harness writes its own: one file a task, which its scorer reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Bought, CallFinished, Event
from nlevolve.view.grading import Solution
from nlevolve.view.history import TaskHistory
from nlevolve.view.results import set_label
from nlevolve.view.run_folder import RunFolder

ATTEMPTS = 2
NOTE = "usage, cost and duration are the whole task's, each reply at the price it was bought at, spread evenly over its attempts"


@dataclass(slots=True)
class Bill:
    """One task's tokens and dollars, cached replies as they were bought, each once."""

    prompt: int = 0
    completion: int = 0
    reasoning: int = 0
    prompt_cost: float = 0.0
    completion_cost: float = 0.0
    """Without reasoning."""
    reasoning_cost: float = 0.0

    def add(self, took: CallFinished | Bought, prices: Mapping[str, Any] | None) -> None:
        """`prices` are USD per million tokens as config.json keeps them. Without any, all of a cost counts as completion."""
        usage, cost = took.usage, took.cost_usd or 0.0
        price = prices or {"prompt": 0.0, "completion": 0.0}
        cached = price["prompt"] if price.get("cached") is None else price["cached"]
        asked = min(cost, ((usage.prompt - usage.prompt_cached) * price["prompt"] + usage.prompt_cached * cached) / 1e6)
        thought = min(cost - asked, usage.reasoning * price["completion"] / 1e6)
        self.prompt += usage.prompt
        self.completion += usage.completion
        self.reasoning += usage.reasoning
        self.prompt_cost += asked
        self.reasoning_cost += thought
        self.completion_cost += cost - asked - thought


def arc_prize(run: RunFolder, events: Iterable[Event]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(file name, content) for each task selected, as arc-agi-benchmarking's scorer reads them.

    A missing second answer repeats the first; where there is none at all the answer is `[]`, which the scorer takes for a wrong
    one (a null attempt makes it fail). `correct` is null where the solution is unknown.
    """
    bills = _bills(events, run.config)
    for task in run.tasks:
        seen = run.history.task(task.id)
        shares = _shares(bills.get(task.id, Bill()), ATTEMPTS * len(task.tests))
        yield f"{quote(task.id, safe='')}.json", [_entry(run, task, seen, place, shares) for place in range(len(task.tests))]


def _bills(events: Iterable[Event], config: Mapping[str, Any]) -> dict[str, Bill]:
    bills: dict[str, Bill] = {}
    calls = [event for event in events if isinstance(event, CallFinished)]
    # what the run bought itself is billed where it was bought, whoever is told of first
    had = {call.request for call in calls if call.source == "provider"}
    for event in calls:
        took: CallFinished | Bought | None = event
        if event.source == "cache":
            took = None if event.request in had else event.bought
        if event.source != "failed":
            had.add(event.request)
        if took is not None:
            bills.setdefault(event.task, Bill()).add(took, _prices(event, config))
    return bills


def _prices(call: CallFinished, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Those that the role sets, else the model's."""
    own = config.get("settings", {}).get(call.role, {})
    if own.get("price_in") is not None and own.get("price_out") is not None:
        return {"prompt": own["price_in"], "completion": own["price_out"], "cached": own.get("price_cached")}
    told: Mapping[str, Any] | None = (config.get("prices") or {}).get(call.model)
    return told


def _shares(bill: Bill, parts: int) -> list[dict[str, Any]]:
    """`usage` and `cost` of each attempt; tokens add up to the bill's, the first attempts bearing what is left over."""
    return [
        {
            "usage": _usage(
                *(tokens // parts + (part < tokens % parts) for tokens in (bill.prompt, bill.completion, bill.reasoning))
            ),
            "cost": {
                "prompt_cost": bill.prompt_cost / parts,
                "completion_cost": bill.completion_cost / parts,
                "reasoning_cost": bill.reasoning_cost / parts,
                "total_cost": (bill.prompt_cost + bill.completion_cost + bill.reasoning_cost) / parts,
            },
        }
        for part in range(parts)
    ]


def _usage(prompt: int, completion: int, reasoning: int) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _entry(run: RunFolder, task: Task, seen: TaskHistory, place: int, shares: list[dict[str, Any]]) -> dict[str, Any]:
    """One test input: {"attempt_1": …, "attempt_2": …}."""
    answers = seen.answered.answers if seen.answered else ()
    answer = answers[place] if place < len(answers) else None
    grids = (answer.attempt_1 or answer.attempt_2, answer.attempt_2 or answer.attempt_1) if answer else (None, None)
    parts = ATTEMPTS * len(task.tests)
    return {
        f"attempt_{number}": {
            "answer": [list(row) for row in grid or ()],
            "correct": _correct(grid, run.solutions.get(task.id), place),
            "metadata": {
                **_system(run),
                **_span(run, seen, ATTEMPTS * place + number - 1, parts),
                "choices": [{"index": 0, "message": {"role": "assistant", "content": _rule(seen)}}],
                "reasoning_summary": None,
                **shares[ATTEMPTS * place + number - 1],
                "task_id": task.id,
                "pair_index": place,
                "test_id": run.name,
            },
        }
        for number, grid in enumerate(grids, 1)
    }


def _correct(grid: Grid | None, solution: Solution | None, place: int) -> bool | None:
    return None if solution is None else grid == solution[place]


def _system(run: RunFolder) -> dict[str, Any]:
    models, data = dict(run.results["models"]), set_label(*_public(run))
    told = {"models": models, "preset": run.config.get("preset"), "settings": run.config.get("digest"), "note": NOTE}
    return {
        "model": " + ".join(dict.fromkeys(models.values())),
        "provider": "nlevolve",
        "kwargs": {**told, "data": data} if data else told,
    }


def _public(run: RunFolder) -> tuple[int, int]:
    totals = run.results["totals"]
    return totals.get("public_tasks", 0), totals["tasks"]


def _span(run: RunFolder, seen: TaskHistory, part: int, parts: int) -> dict[str, str]:
    """An attempt's even part of the time from when the task was taken up to when it was answered: the harness adds them up.

    Of a task never answered, of the run's time.
    """
    first, last = run.history.sessions[0][0], run.history.sessions[-1][1]
    start, end = seen.started.at if seen.started else first, seen.answered.at if seen.answered else last
    length = (end - start) / parts
    return {
        "start_timestamp": (start + part * length).isoformat(),
        "end_timestamp": (end if part == parts - 1 else start + (part + 1) * length).isoformat(),
    }


def _rule(seen: TaskHistory) -> str:
    best = seen.best
    return "\n".join(f"- {bullet}" for bullet in best.description.bullets) if best else ""
