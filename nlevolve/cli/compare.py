"""nlevolve compare: runs side by side, or their best descriptions of one task."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, completing, options
from nlevolve.errors import UsageError
from nlevolve.view.door import say

if TYPE_CHECKING:
    from nlevolve.view.run_folder import RunFolder


@app.command()
def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            help="Two or more runs, by name or folder, RUN for all of RUN.s1, RUN.s2 …; with a task after them, what each made.",
            metavar="RUN RUN… [TASK]",
            show_default=False,
            autocompletion=completing.runs,
        ),
    ],
    runs_dir: options.RunsDir = options.RUNS,
    json: Annotated[bool, typer.Option("--json", help="One object on stdout instead of tables.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="A line for each task and run on stdout instead of tables.")] = False,
    only_b: Annotated[
        bool, typer.Option("--only-b", help="Of two runs: the tasks that only the second solved, a line each, and nothing else.")
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with tables and a plot, too.", metavar="FILE")] = None,
    charts: options.Charts = None,
    palette: options.Palette = None,
) -> None:
    """Put runs side by side on the tasks they share, or on one task."""
    from nlevolve.cli.report import Shown, show_comparison
    from nlevolve.run import store

    wanted: dict[Shown, bool] = {"json": json, "csv": csv, "only_b": only_b}
    shown = [form for form, one in wanted.items() if one]
    if len(shown) > 1:
        raise UsageError("--json, --csv and --only-b each fill stdout: choose one of them")
    task = _task(runs, runs_dir)
    folders = [folder for run in (runs if task is None else runs[:-1]) for folder in store.find_all(run, runs_dir)]
    if len(folders) < 2:
        raise UsageError(f"compare needs two or more runs, got only {runs[0]}")
    if task is not None:
        if csv and Path(task).suffix:
            raise UsageError(f"--csv prints to stdout: leave out {task}, and put > {task} behind the command")
        if csv or only_b or html or charts:
            raise UsageError("--csv, --only-b, --html and --charts are of whole runs: leave out the task")
        _one_task(folders, task, runs_dir, json=json, palette=palette)
        return
    if only_b and len(folders) != 2:
        raise UsageError(f"--only-b looks at two runs, got {len(folders)}")
    show_comparison(folders, shown=(*shown, "tables")[0], html=html, charts=charts)


def _task(named: Sequence[str], runs_dir: Path) -> str | None:
    """The last name, when it is no run and stands behind two or more."""
    from nlevolve.run import store

    try:
        store.find_all(named[-1], runs_dir)
    except UsageError:
        return named[-1] if sum(len(store.find_all(run, runs_dir)) for run in named[:-1]) > 1 else None
    return None


def _one_task(folders: Sequence[Path], task: str, runs_dir: Path, *, json: bool, palette: str | None) -> None:
    from json import dumps

    from nlevolve.view.door import console
    from nlevolve.view.run_folder import names_of, read_run
    from nlevolve.view.terminal.beside import beside
    from nlevolve.view.terminal.palette import palette as chosen

    runs = [read_run(folder) for folder in folders]
    names = names_of(runs)
    for name, run in zip(names, runs, strict=True):
        _check(task, name, run, runs_dir)
    if json:
        told = {name: run.results["tasks"][task] for name, run in zip(names, runs, strict=True)}
        say(dumps({"task": task, "runs": told}, separators=(",", ":")))
        return
    screen = console(highlight=False)
    for part in beside(runs, task, screen, chosen(palette)):
        screen.print(part)


def _check(task: str, name: str, run: RunFolder, runs_dir: Path) -> None:
    from nlevolve.run import store

    known = [one.id for one in run.tasks if one.id in run.results["tasks"]]
    if task not in known:
        near = difflib.get_close_matches(task, [*known, *store.names_in(runs_dir)], n=3, cutoff=0.3)
        raise UsageError(f"{task!r} is neither a run nor a task of {name}" + (f"; nearest: {', '.join(near)}" if near else ""))
