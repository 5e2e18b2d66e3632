"""nlevolve report and nlevolve compare: what came of runs."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.view.door import say


@app.command()
def report(
    run: options.Run,
    runs_dir: options.RunsDir = options.RUNS,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here instead of into the run's folder.", metavar="FILE")
    ] = None,
) -> None:
    """Write report.html: the whole run in one page that opens from disk and loads nothing."""
    from nlevolve.run import store
    from nlevolve.run.retell import retell_all
    from nlevolve.view.publish import MOST_CALLS
    from nlevolve.view.report.report import report as page
    from nlevolve.view.run_folder import read_run

    told = read_run(store.find(run, runs_dir))
    target = output or told.folder / "report.html"
    calls = retell_all(told.config, store.read_events(told.folder), MOST_CALLS)
    _write(target, page(told.results, told.history, told.config, told.solutions, calls))
    say(target)


@app.command()
def compare(
    runs: Annotated[list[str], typer.Argument(help="Two or more runs, by name or folder.", show_default=False)],
    runs_dir: options.RunsDir = options.RUNS,
    json: Annotated[bool, typer.Option("--json", help="One object on stdout instead of tables.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with tables and a plot, too.", metavar="FILE")] = None,
) -> None:
    """Put runs side by side on the tasks they share."""
    from nlevolve.run import store

    if len(runs) < 2:
        raise UsageError(f"compare needs two or more runs, got only {runs[0]}")
    show_comparison([store.find(run, runs_dir) for run in runs], json=json, html=html)


def show_comparison(folders: Sequence[Path], *, json: bool, html: Path | None) -> None:
    """Compare the runs in these folders: tables or JSON on stdout, and a page if one is asked for."""
    from nlevolve.run.shelf import note
    from nlevolve.view.compare import page, tables
    from nlevolve.view.compare.comparison import compare as compared
    from nlevolve.view.run_folder import read_run
    from nlevolve.view.text import clean

    found = compared([read_run(folder) for folder in folders])
    if html is not None:
        _write(html, page.page(found, _reports([side.run for side in found.runs], folders, html)))
    if json:
        say(dumps(found.model_dump(mode="json"), separators=(",", ":")))  # ASCII: no terminal obeys it
    else:
        tables.show(found)
        for folder in folders:
            if noted := note(folder):
                say(f"{folder.name}: {clean(noted)}")


def _reports(runs: Sequence[str], folders: Sequence[Path], page: Path) -> dict[str, str]:
    """Run -> the address of its report from where a page lies; only of those that there are."""
    import os
    from urllib.parse import quote

    found = {run: folder / "report.html" for run, folder in zip(runs, folders, strict=True)}
    return {run: quote(os.path.relpath(file, page.parent)) for run, file in found.items() if file.is_file()}


def _write(path: Path, text: str) -> None:
    from nlevolve.run.store import StoreFailed, replace_text

    if not path.name or path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it")
    try:
        replace_text(path, text)
    except StoreFailed as error:
        raise UsageError(str(error)) from None
