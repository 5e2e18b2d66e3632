"""nlevolve solve and nlevolve resume."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options

if TYPE_CHECKING:
    from nlevolve.run.session import Session

RUNS, CACHE = Path("runs"), Path(".nlevolve-cache")


@app.command()
def solve(
    selectors: options.Selectors,
    generator: options.Generator = None,
    checker: options.Checker = None,
    reviser: options.Reviser = None,
    recombiner: options.Recombiner = None,
    answerer: options.Answerer = None,
    preset: options.Preset = None,
    set_: options.Set = None,
    prompts: options.PromptsDir = None,
    run: Annotated[str | None, typer.Option(help="Name of the run. [default: the time]", metavar="NAME")] = None,
    runs_dir: options.RunsDir = RUNS,
    cache_dir: options.CacheDir = CACHE,
    budget: options.Budget = None,
    task_budget: options.TaskBudget = None,
    max_calls: options.MaxCalls = None,
    allow_unknown_prices: options.AllowUnknownPrices = False,
    concurrency: options.Concurrency = None,
    tasks_at_once: options.TasksAtOnce = None,
    seed: options.Seed = None,
    replay: Annotated[bool, typer.Option("--replay", help="Answer from the cache alone; a miss sends nothing.")] = False,
    live: options.Live = None,
    json: options.Json = False,
) -> int:
    """Solve tasks; says where the run is and how to look at it."""
    from nlevolve.api import limits
    from nlevolve.ask.prompts import bundled
    from nlevolve.config import DEFAULT_PRESET, configure, parse_changes
    from nlevolve.puzzle.datasets import load
    from nlevolve.run.session import begin

    config = configure(
        preset or DEFAULT_PRESET,
        models=_models(generator, checker, reviser, recombiner, answerer),
        changes=parse_changes(set_ or ()),
        seed=seed,
    )
    caps = limits(
        budget=budget,
        task_budget=task_budget,
        max_calls=max_calls,
        concurrency=concurrency,
        tasks_at_once=tasks_at_once,
        allow_unknown_prices=allow_unknown_prices or None,
    )
    session = begin(
        load(selectors, config.seed),
        config,
        caps,
        preset=preset or DEFAULT_PRESET,
        prompts=prompts or bundled(),
        runs_dir=runs_dir,
        cache_dir=cache_dir,
        name=run,
        replay=replay,
    )
    return _carry_out(session, live, json)


@app.command()
def resume(
    run: options.Run,
    generator: options.Generator = None,
    checker: options.Checker = None,
    reviser: options.Reviser = None,
    recombiner: options.Recombiner = None,
    answerer: options.Answerer = None,
    preset: options.Preset = None,
    set_: options.Set = None,
    prompts: options.PromptsDir = None,
    runs_dir: options.RunsDir = RUNS,
    cache_dir: Annotated[Path | None, typer.Option(help="The sample bank. [default: the run's own]", metavar="DIR")] = None,
    budget: options.Budget = None,
    task_budget: options.TaskBudget = None,
    max_calls: options.MaxCalls = None,
    allow_unknown_prices: options.AllowUnknownPrices = False,
    concurrency: options.Concurrency = None,
    tasks_at_once: options.TasksAtOnce = None,
    seed: options.Seed = None,
    live: options.Live = None,
    json: options.Json = False,
) -> int:
    """Go on with a run that was interrupted, killed or out of budget.

    Takes new limits; refuses changed settings and lists them.
    """
    from nlevolve.api import limits
    from nlevolve.config import parse_changes
    from nlevolve.puzzle.datasets import load
    from nlevolve.run import store
    from nlevolve.run.session import reconfigure, reopen

    folder = store.find(run, runs_dir)
    old = store.read_config(folder, store.TO_RESUME)
    config = reconfigure(
        old,
        preset=preset,
        models=_models(generator, checker, reviser, recombiner, answerer),
        changes=parse_changes(set_ or ()),
        seed=seed,
    )
    given = {
        "budget": budget,
        "task_budget": task_budget,
        "max_calls": max_calls,
        "concurrency": concurrency,
        "tasks_at_once": tasks_at_once,
        "allow_unknown_prices": allow_unknown_prices or None,
    }
    caps = limits(**(old["limits"] | {name: value for name, value in given.items() if value is not None}))
    session = reopen(
        folder,
        load(old["tasks"], config.seed),
        config,
        caps,
        prompts=prompts or Path(old["prompts_dir"]),
        cache_dir=cache_dir or Path(old["cache_dir"]),
    )
    return _carry_out(session, live, json)


def _models(*names: str | None) -> dict[str, str | None]:
    return dict(zip(("generator", "checker", "reviser", "recombiner", "answerer"), names, strict=True))


def _carry_out(session: Session, live: bool | None, json: bool) -> int:
    """Run the session with its views, and say how it ended."""
    import sys

    from nlevolve.cli.running import carry_out

    return carry_out(session, live=sys.stdout.isatty() if live is None else live, as_json=json)
