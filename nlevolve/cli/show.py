"""nlevolve show."""

from __future__ import annotations

from typing import Annotated

import typer

from nlevolve.cli import app, options


@app.command()
def show(
    run: options.Run,
    task: Annotated[str, typer.Argument(help="A task of the run.", show_default=False)],
    birth: Annotated[
        int | None, typer.Option(help="The candidate to look at. " + options.by_default("the best"), metavar="N")
    ] = None,
    runs_dir: options.RunsDir = options.RUNS,
    palette: Annotated[str | None, typer.Option(help="arc or colour-blind.")] = None,
) -> None:
    """One task of a run: its candidates, the best description with its lineage and grids, the answers."""
    from rich.console import Console

    from nlevolve.run import store
    from nlevolve.view.grading import open_solutions
    from nlevolve.view.terminal.palette import palette as named
    from nlevolve.view.terminal.show import show as page

    colours = named(palette)
    folder = store.find(run, runs_dir)
    solutions = open_solutions(store.read_config(folder)["tasks"])
    console = Console()
    console.print(page(store.read_events(folder), task, console, colours, solutions=solutions, birth=birth))
