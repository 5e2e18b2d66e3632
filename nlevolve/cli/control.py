"""nlevolve control: what a run's descriptions add over none, over another task's, and over the bare model."""

from __future__ import annotations

import sys
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.options import Controlled

if TYPE_CHECKING:
    from collections.abc import Sequence

HELPS = {"budget": "USD, for all arms together.", "max_calls": "Calls that reach a provider, at most, over all arms together."}


@app.command()
@options.takes(Controlled, helps=HELPS, defaults={"cache_dir": "the run's own"})
def control(
    run: options.Run,
    given: options.Given,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            help="empty, shuffled or direct: what takes the place of the descriptions. Repeatable. " + options.by_default("all"),
            metavar="ARM",
            show_default=False,
        ),
    ] = None,
    tasks: Annotated[
        int | None,
        typer.Option(min=1, help="A sample of so many of its tasks. " + options.by_default("all it has answered"), metavar="N"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many calls and dollars, and send nothing.")] = False,
    live: options.Live = None,
    json: Annotated[
        bool,
        typer.Option(
            "--json", help="What the run is ahead by, as one list on stdout; with --dry-run what it may take, as one object."
        ),
    ] = False,
) -> int:
    """Measure what a run's descriptions add: its tasks and models again, without the words, or without the loop.

    Each arm is a run of its own (RUN.empty, RUN.shuffled, RUN.direct), from the same sample bank; the run is left as it is.
    """
    from nlevolve.cli.controlling import Plan

    asked = Controlled.read(given)
    plan = Plan(run, _arms(arm), tasks, asked)
    if dry_run:
        plan.announce(as_json=json)
        return 0
    with redirect_stdout(sys.stderr) if json else nullcontext():
        plan.announce()
        code = plan.carry_out(sys.stdout.isatty() if live is None else live)
    plan.show(json=json)
    return code


def _arms(named: Sequence[str] | None) -> list[str]:
    """Raises UsageError for one that there is not."""
    from nlevolve.options import nearest
    from nlevolve.run.controls import ARMS

    for name in named or ():
        if name not in ARMS:
            raise UsageError(f"--arm takes empty, shuffled or direct, got {name!r}{nearest(name, ARMS)}")
    return list(dict.fromkeys(named or ARMS))
