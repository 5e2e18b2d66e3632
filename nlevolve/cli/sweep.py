"""nlevolve sweep: a grid of generators, checkers and presets, each a run, then compared."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.options import Several

HELPS = {
    "budget": "USD, for all runs together.",
    "max_calls": "Calls that reach a provider, at most, over all runs together.",
    "repeats": "Run every combination so often, with other seeds.",
    "run": "What the runs' names begin with.",
}


@app.command()
@options.takes(Several, many=("generator", "checker", "preset"), helps=HELPS)
def sweep(
    selectors: Annotated[
        list[str], typer.Argument(help="As for solve, or one FILE.toml that says all of it.", show_default=False)
    ],
    given: options.Given,
    dry_run: options.DryRun = False,
    live: options.Live = None,
    json: Annotated[bool, typer.Option("--json", help="The comparison, or what a dry run says, as one object.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the comparison as a page, too.", metavar="FILE")] = None,
) -> int:
    """Solve the same tasks with every combination of models and presets, then compare.

    What is equal is bought once: the generator's first descriptions serve every checker.
    """
    from nlevolve.cli.report import show_comparison
    from nlevolve.cli.sweeping import grid_of, series_of
    from nlevolve.cli.trusting import confirmed

    plan = series_of(grid_of(selectors, given))
    if dry_run:
        plan.announce(as_json=json)
        return 0
    with redirect_stdout(sys.stderr) if json else nullcontext():
        plan.announce()
    confirmed(plan.require_confirmed)
    with redirect_stdout(sys.stderr) if json else nullcontext():
        code = plan.carry_out(sys.stdout.isatty() if live is None else live)
    if len(plan.folders) > 1:
        show_comparison(plan.folders, shown="json" if json else "tables", html=html)
    return code
