"""nlevolve show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError


@app.command()
def show(
    run: options.Run,
    task: Annotated[str | None, typer.Argument(help="A task of the run. Without one: all of them.", show_default=False)] = None,
    birth: Annotated[
        int | None, typer.Option(help="The candidate to look at. " + options.by_default("the best"), metavar="N")
    ] = None,
    runs_dir: options.RunsDir = options.RUNS,
    raw: Annotated[
        bool, typer.Option("--raw", help="The very requests and replies of the candidate's calls, and what the model thought.")
    ] = False,
    palette: options.Palette = None,
) -> None:
    """One task of a run: its candidates, the best description with its lineage and grids, the answers; or which tasks it has."""
    from nlevolve.run import store
    from nlevolve.view.door import console
    from nlevolve.view.grading import open_solutions
    from nlevolve.view.terminal.palette import palette as named
    from nlevolve.view.terminal.show import overview
    from nlevolve.view.terminal.show import show as page

    colours = named(palette)
    folder = store.find(run, runs_dir)
    if task is None:
        if raw or birth is not None:
            raise UsageError(f"--{'raw' if raw else 'birth'} is of a task: nlevolve show {run} TASK")
        screen = console()
        screen.print(overview(store.read_events(folder), screen, colours))
        return
    if raw:
        _print_raw(folder, task, birth)
        return
    config = store.read_config(folder)
    solutions = open_solutions(config["tasks"], store.max_side(config))
    screen = console()
    screen.print(page(store.read_events(folder), task, screen, colours, solutions=solutions, birth=birth))


def _print_raw(folder: Path, task: str, birth: int | None) -> None:
    """Every call of a birth, of the best one unless another is named."""
    from nlevolve.run import store
    from nlevolve.run.retell import retell
    from nlevolve.view.door import console
    from nlevolve.view.terminal.raw import raw
    from nlevolve.view.terminal.show import birth_of

    events = store.read_events(folder)
    screen = console(highlight=False)
    chosen = birth_of(events, task, birth)
    for line in raw(retell(store.read_config(folder), events, task, [chosen])):
        screen.print(line, soft_wrap=True)
