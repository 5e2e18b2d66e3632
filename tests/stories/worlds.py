"""Small worlds for stories: a task whose rule is a mirror, and models that hit on it sooner or later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from nlevolve.config import RunConfig, configure
from nlevolve.llm.request import LLM, Request
from nlevolve.options import Options
from nlevolve.puzzle.datasets import load
from nlevolve.records import Event
from nlevolve.run.session import Session, begin
from nlevolve.run.store import read_events
from tests.scripted import asked_grid, bullets, chance, description_of, grid_reply, scripted

RULES: dict[str, Callable[[Any], Any]] = {
    "Mirror every row from left to right.": lambda g: [row[::-1] for row in g],
    "Turn the grid upside down.": lambda g: g[::-1],
    "Turn the grid by half a turn.": lambda g: [row[::-1] for row in g[::-1]],
    "Leave the grid as it is.": lambda g: g,
    "Mirror the first row alone.": lambda g: [g[0][::-1], *g[1:]],
}
IDEAS = list(RULES)[1:]
REAL = {"generator.model": "hosted_vllm/some", "checker.model": "hosted_vllm/some"} | {
    f"{role}.base_url": "http://127.0.0.1:9/v1" for role in ("generator", "checker")
}
"""Names for scripted models that shall count against the caps: what embedded ones are asked does not."""


def groping(request: Request, luck: float = 0.2) -> str:
    """A generator that finds the rule with some luck, and a checker that follows the rules it knows."""
    if request.label.purpose in ("review", "judge", "solve"):
        return opining(request)
    if request.label.role in ("checker", "answerer"):
        rule = RULES.get(description_of(request)[0], lambda g: g)
        return grid_reply(rule(asked_grid(request)))
    rng = chance(request)
    found = rng.random() < luck and request.label.purpose != "write"
    return bullets(
        "Mirror every row from left to right." if found else rng.choice(IDEAS), f"Then look again {rng.randrange(3)} times."
    )


def opining(request: Request) -> str:
    """A reviewer who doubts now and then, a judge who takes what it likes, and a solver that mirrors or does nothing."""
    rng = chance(request)
    if request.label.purpose == "review":
        return rng.choice(["Verdict: accept", "Verdict: doubt\nReason: it names a row.", "Verdict: stuck on test 1", "Hm."])
    if request.label.purpose == "judge":
        return rng.choice(["First: A\nSecond: B", "First: B\nSecond: A", "First: B", "Neither."])
    grid = asked_grid(request)
    return grid_reply([row[::-1] for row in grid] if rng.random() < 0.5 else grid)


def jittery(seed: int, longest: float = 0.01) -> Callable[[Request], float]:
    """Delays that differ from run to run."""
    rng = Random(seed)
    return lambda request: rng.random() * longest


def task_file(folder: Path, pairs: int = 3, name: str = "mirror") -> Path:
    """A task of small grids whose outputs are the inputs mirrored left to right."""
    import json

    rng = Random(name)

    def pair() -> dict[str, Any]:
        rows = [[rng.randrange(10) for _ in range(3)] for _ in range(2)]
        return {"input": rows, "output": [row[::-1] for row in rows]}

    path = folder / f"{name}.json"
    path.write_text(json.dumps({"train": [pair() for _ in range(pairs)], "test": [pair()]}))
    return path


def config(**changes: Any) -> RunConfig:
    """The quick preset with changes by dotted key (dots written as __)."""
    return configure("quick", changes={key.replace("__", "."): value for key, value in changes.items()})


async def play(
    folder: Path,
    task: Path,
    llm: LLM,
    *,
    name: str = "story",
    cache: str = "bank",
    settings: RunConfig | None = None,
    **limits: Any,
) -> list[Event]:
    """Run a whole session and return its log."""
    session = prepare(folder, task, llm, name=name, cache=cache, settings=settings, **limits)
    await session.run([])
    return list(read_events(session.folder))


def prepare(
    folder: Path,
    task: Path,
    llm: LLM,
    *,
    name: str = "story",
    cache: str = "bank",
    settings: RunConfig | None = None,
    **limits: Any,
) -> Session:
    """A session ready to run."""
    return begin(
        load([str(task)]),
        settings or config(),
        Options(preset="quick", runs_dir=folder / "runs", cache_dir=folder / cache, run=name, **limits),
        live=llm,
    )


__all__ = ["IDEAS", "RULES", "config", "groping", "jittery", "play", "prepare", "scripted", "task_file"]
