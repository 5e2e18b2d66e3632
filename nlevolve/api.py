"""nlevolve from Python: solve and asolve. The command line stands on the same functions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from nlevolve.ask.prompts import bundled
from nlevolve.config import DEFAULT_PRESET, Limits, configure, explain
from nlevolve.errors import UsageError
from nlevolve.llm.request import LLM
from nlevolve.puzzle.datasets import load
from nlevolve.records import Event, RunFinished
from nlevolve.run.session import Session, begin
from nlevolve.view.publish import Publisher

RUNS = Path("runs")
CACHE = Path(".nlevolve-cache")


class TaskResult(BaseModel):
    """One task of results.json."""

    model_config = ConfigDict(frozen=True, extra="allow")

    solved: bool | None
    """Whether all test inputs are right; None when the solution is not known."""
    inputs_solved: list[bool] | None
    description: list[str] | None
    """The bullets of the best description."""
    candidates: int
    cost_usd: float
    stopped: str
    error: str | None


class Result(BaseModel):
    """What a run came to: results.json, and where the run's folder is."""

    model_config = ConfigDict(frozen=True, extra="allow")

    run: str
    folder: Path
    exit_code: int
    """As the command line's: 0 every task answered, 3 a cap reached, 4 a provider unusable, 130 interrupted."""
    finished: bool
    totals: dict[str, Any]
    tasks: dict[str, TaskResult]


async def asolve(
    selectors: Sequence[str],
    *,
    generator: str | None = None,
    checker: str | None = None,
    reviser: str | None = None,
    recombiner: str | None = None,
    answerer: str | None = None,
    preset: str = DEFAULT_PRESET,
    settings: Mapping[str, Any] | None = None,
    prompts: Path | str | None = None,
    run: str | None = None,
    runs_dir: Path | str = RUNS,
    cache_dir: Path | str = CACHE,
    budget: float | None = None,
    task_budget: float | None = None,
    max_calls: int | None = None,
    concurrency: int | None = None,
    tasks_at_once: int | None = None,
    allow_unknown_prices: bool = False,
    seed: int | None = None,
    replay: bool = False,
    report: bool = True,
    own_process: bool = False,
    see: Callable[[Event], None] | None = None,
    live: LLM | None = None,
) -> Result:
    """Solve tasks inside a running event loop.

    `selectors` are those of the command line ("arc1:007bbfb7", "arc2:evaluation[:5]", a file). `settings` maps dotted keys to
    values ("policy.pool": 3). `report`: write report.html at the end, which takes about a second. `own_process`: nothing else
    lives in this process; its garbage collector is then kept off litellm, which saves a tenth of a call's CPU, and warnings
    that litellm causes are hidden. `see` is called with every event. `live` stands in for the providers: any `LLM`.
    Raises UsageError before anything is sent, and run.store.StoreFailed when the run's folder cannot be written.
    """
    models = {
        "generator": generator,
        "checker": checker,
        "reviser": reviser,
        "recombiner": recombiner,
        "answerer": answerer,
    }
    config = configure(preset, models=models, changes=settings or {}, seed=seed)
    session = begin(
        load(selectors, config.seed),
        config,
        limits(
            budget=budget,
            task_budget=task_budget,
            max_calls=max_calls,
            concurrency=concurrency,
            tasks_at_once=tasks_at_once,
            allow_unknown_prices=allow_unknown_prices,
        ),
        preset=preset,
        prompts=Path(prompts) if prompts else bundled(),
        runs_dir=Path(runs_dir),
        cache_dir=Path(cache_dir),
        name=run,
        replay=replay,
        live=live,
    )
    publisher = Publisher(session.folder, session.selection)
    finished = await session.run([publisher.see, *([see] if see else [])], own_process=own_process)
    if report:
        publisher.report()
    return outcome(session, publisher, finished)


def solve(selectors: Sequence[str], **options: Any) -> Result:
    """`asolve`, for programs without an event loop of their own."""
    return asyncio.run(asolve(selectors, **options))


def limits(**given: Any) -> Limits:
    """Limits from options, None meaning the default. Raises UsageError."""
    from pydantic import ValidationError

    try:
        return Limits(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise UsageError(explain(error, Limits, lambda name: f"--{name.replace('_', '-')}")) from None


def outcome(session: Session, publisher: Publisher, finished: RunFinished) -> Result:
    """The Result of a run that has ended."""
    return Result(folder=session.folder, exit_code=finished.exit_code, **publisher.results())
