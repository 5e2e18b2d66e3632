"""nlevolve exam: which checker to buy, before a run is paid for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.options import Options

TAKEN = (
    *("checker", "settings", "trust", "prompts", "seed", "budget", "max_calls", "concurrency", "patience"),
    *("allow_unknown_prices", "runs_dir", "cache_dir", "replay"),
)
HELPS = {
    "checker": "A model to examine: any litellm model string.",
    "settings": "One setting of the checkers: checker.temperature=0. Repeatable.",
    "budget": "USD, for all checkers together.",
    "max_calls": "Calls that reach a provider, at most, over all checkers together.",
}


@app.command()
@options.takes(Options, only=TAKEN, many=("checker",), helps=HELPS, defaults={"checker": "offline/checker"})
def exam(
    given: options.Given,
    larc: Annotated[
        Path | None, typer.Option(help="People's descriptions of ARC-1 tasks (LARC, a JSON object a line).", metavar="FILE")
    ] = None,
    from_run: Annotated[
        str | None, typer.Option(help="A run's descriptions that fit all their training pairs.", metavar="RUN")
    ] = None,
    fresh: Annotated[
        Path | None, typer.Option(help="Follow them on these pairs: re-arc's {task: [{input, output}, …]}.", metavar="FILE")
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            help="What is said: true words, an empty description, or another task's (shuffled). Repeatable. "
            + options.by_default("all three"),
            metavar="NAME",
        ),
    ] = None,
    shown: Annotated[
        list[str] | None,
        typer.Option(
            help="The examples beside the description: others or none. Repeatable. " + options.by_default("both"), metavar="WHICH"
        ),
    ] = None,
    tasks: Annotated[int | None, typer.Option(help="So many descriptions, drawn by the seed.", min=1, metavar="N")] = None,
    grids: Annotated[int, typer.Option(help="Grids a description, at most.", min=1, metavar="N")] = 3,
    samples: Annotated[int, typer.Option(help="Times the true words are followed on each grid.", min=1, metavar="N")] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many calls and dollars, and send nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One object on stdout instead of tables.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page, too.", metavar="FILE")] = None,
) -> int:
    """Examine checkers: do they follow descriptions known to be right, and what do they solve without the words?

    The material is our own, or --larc, or --from-run. Ends with advice on which to buy.
    """
    from nlevolve.cli.examining import Paper, hold

    paper = Paper(larc=larc, from_run=from_run, fresh=fresh, tasks=tasks, grids=grids, samples=samples)
    return hold(paper, given, arms=arm or (), shown=shown or (), dry_run=dry_run, as_json=json, html=html)
