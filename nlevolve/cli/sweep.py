"""nlevolve sweep: a grid of generators, checkers and presets, each a run, then compared."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.cli.solve import CACHE, RUNS


@app.command()
def sweep(
    selectors: Annotated[
        list[str], typer.Argument(help="As for solve, or one FILE.toml that says all of it.", show_default=False)
    ],
    generator: Annotated[list[str] | None, typer.Option(help="Repeatable. [default: offline/generator]")] = None,
    checker: Annotated[list[str] | None, typer.Option(help="Repeatable. [default: offline/checker]")] = None,
    preset: Annotated[list[str] | None, typer.Option(help="Repeatable. [default: thrifty]", metavar="NAME|FILE")] = None,
    set_: options.Set = None,
    prompts: options.PromptsDir = None,
    run: Annotated[str | None, typer.Option(help="What the runs' names begin with. [default: the time]", metavar="NAME")] = None,
    runs_dir: options.RunsDir = RUNS,
    cache_dir: options.CacheDir = CACHE,
    budget: Annotated[float | None, typer.Option(help="USD, for all runs together.", metavar="USD")] = None,
    max_calls: Annotated[int | None, typer.Option(help="For all runs together.", metavar="N")] = None,
    allow_unknown_prices: options.AllowUnknownPrices = False,
    concurrency: options.Concurrency = None,
    tasks_at_once: options.TasksAtOnce = None,
    seed: options.Seed = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many calls and dollars, and send nothing.")] = False,
    live: options.Live = None,
    json: Annotated[bool, typer.Option("--json", help="The comparison as one object on stdout.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the comparison as a page, too.", metavar="FILE")] = None,
) -> int:
    """Solve the same tasks with every combination of models and presets, then compare.

    What is equal is bought once: the generator's first descriptions serve every checker.
    """
    from nlevolve.cli.report import show_comparison
    from nlevolve.cli.sweeping import Plan, grid_of
    from nlevolve.config import parse_changes

    given = {
        "generator": generator,
        "checker": checker,
        "preset": preset,
        "name": run,
        "seed": seed,
        "budget": budget,
        "max_calls": max_calls,
    }
    grid = grid_of(selectors, {name: value for name, value in given.items() if value is not None}, parse_changes(set_ or ()))
    caps = {"concurrency": concurrency, "tasks_at_once": tasks_at_once, "allow_unknown_prices": allow_unknown_prices or None}
    plan = Plan(grid, caps, prompts, runs_dir, cache_dir)
    with redirect_stdout(sys.stderr) if json else nullcontext():
        plan.announce()
    if dry_run:
        return 0
    code = 0
    with redirect_stdout(sys.stderr) if json else nullcontext():
        code = plan.carry_out(sys.stdout.isatty() if live is None else live)
    if len(plan.folders) > 1:
        show_comparison(plan.folders, json=json, html=html)
    return code
