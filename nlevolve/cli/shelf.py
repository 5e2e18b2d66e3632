"""nlevolve ls, rm and note: the runs kept in order."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nlevolve.cli import app, completing, options
from nlevolve.errors import UsageError


@app.command()
def ls(
    runs_dir: options.RunsDir = options.RUNS,
    json: Annotated[bool, typer.Option("--json", help="A list of objects on stdout.")] = False,
) -> None:
    """The runs: when, models, preset, tasks, solved, dollars, state, note."""
    from nlevolve.run.shelf import kept
    from nlevolve.view.door import console, say
    from nlevolve.view.terminal.runs_table import as_row, runs_table

    runs = list(kept(runs_dir))
    if json:
        from json import dumps

        say(dumps([as_row(one) for one in runs]))
    elif not runs:
        say(f"no runs in {runs_dir} yet")
    else:
        screen = console(highlight=False)
        if not screen.is_terminal:
            screen.width = max(screen.width, 160)
        screen.print(runs_table(runs))


@app.command()
def rm(
    runs: Annotated[
        list[str], typer.Argument(help="Runs, by name or folder.", show_default=False, autocompletion=completing.runs)
    ],
    runs_dir: options.RunsDir = options.RUNS,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove runs, after asking. What they bought stays in the sample bank."""
    from nlevolve.run import shelf, store
    from nlevolve.view.door import say

    folders = list(dict.fromkeys(store.find(run, runs_dir) for run in runs))
    for folder in folders:
        shelf.check_removable(folder)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("rm asks before it removes: without a terminal say --yes")
        typer.confirm(f"Remove {', '.join(map(str, folders))}?", abort=True)
    for folder in folders:
        shelf.remove(folder)
        say(f"removed {folder}")


@app.command()
def note(
    run: options.Run,
    text: Annotated[
        list[str] | None, typer.Argument(help='What to note; "" takes the note away; nothing shows it.', show_default=False)
    ] = None,
    runs_dir: options.RunsDir = options.RUNS,
) -> None:
    """Keep a note, or tags, with a run: ls and compare show it."""
    from nlevolve.run import shelf, store
    from nlevolve.view.door import say

    folder = store.find(run, runs_dir)
    if text is None:
        say(shelf.note(folder))
    else:
        shelf.set_note(folder, " ".join(text))
