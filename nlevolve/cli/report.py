"""nlevolve report, and what nlevolve compare and sweep print of runs."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.view.door import say

if TYPE_CHECKING:
    from nlevolve.view.charts import Chart
    from nlevolve.view.compare.comparison import Comparison
    from nlevolve.view.run_folder import RunFolder


@app.command()
def report(
    run: options.Run,
    runs_dir: options.RunsDir = options.RUNS,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here instead of into the run's folder.", metavar="FILE")
    ] = None,
    charts: options.Charts = None,
) -> None:
    """Write report.html: the whole run in one page that opens from disk and loads nothing."""
    from nlevolve.run import store
    from nlevolve.run.retell import retell_all
    from nlevolve.view.publish import MOST_CALLS
    from nlevolve.view.report.plots import of_run
    from nlevolve.view.report.report import report as page
    from nlevolve.view.run_folder import read_run
    from nlevolve.view.uplift import told as controls

    told = read_run(store.find(run, runs_dir))
    target = output or told.folder / "report.html"
    calls = retell_all(told.config, store.read_events(told.folder), MOST_CALLS)
    write_page(target, page(told.results, told.history, told.config, told.solutions, calls, controls(told.folder, told.results)))
    say(target)
    for file in write_charts(of_run(told.results, told.history), charts) if charts else ():
        say(file)


Shown = Literal["tables", "json", "csv", "only_b"]
"""What of a comparison fills stdout."""


def show_comparison(folders: Sequence[Path], *, shown: Shown, html: Path | None, charts: Path | None = None) -> None:
    """Compare the runs in these folders: on stdout, and as a page and files if these are asked for."""
    from nlevolve.view.compare import page
    from nlevolve.view.compare.comparison import compare as compared
    from nlevolve.view.run_folder import read_run

    runs = [read_run(folder) for folder in folders]
    found = compared(runs)
    if html is not None:
        write_page(html, page.page(found, _reports([side.run for side in found.runs], folders, html)))
    if charts is not None:
        write_charts([page.chart(found)], charts)
    _print(found, runs, shown)


def _print(found: Comparison, runs: Sequence[RunFolder], shown: Shown) -> None:
    from nlevolve.run.shelf import note
    from nlevolve.view.compare import rows, tables
    from nlevolve.view.sheet import as_csv
    from nlevolve.view.text import clean

    match shown:
        case "json":
            say(dumps(found.model_dump(mode="json"), separators=(",", ":")))  # ASCII: no terminal obeys it
        case "csv":
            say(as_csv(rows.rows(runs)).rstrip("\n"))
        case "only_b":
            for task in found.alone[found.runs[1].run]:
                say(clean(task))
        case "tables":
            tables.show(found)
            for run in runs:
                if noted := note(run.folder):
                    say(f"{run.folder.name}: {clean(noted)}")


def write_charts(charts: Sequence[Chart], folder: Path) -> list[Path]:
    """The files, written. Raises UsageError when the folder cannot be made or written to."""
    from nlevolve.view.chart_files import files

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made a folder ({error.strerror})") from None
    written = {folder / name: text for name, text in files(charts).items()}
    for path, text in written.items():
        write_page(path, text)
    return list(written)


def _reports(runs: Sequence[str], folders: Sequence[Path], page: Path) -> dict[str, str]:
    """Run -> the address of its report from where a page lies; only of those that there are."""
    import os
    from urllib.parse import quote

    found = {run: folder / "report.html" for run, folder in zip(runs, folders, strict=True)}
    return {run: quote(os.path.relpath(file, page.parent)) for run, file in found.items() if file.is_file()}


def write_page(path: Path, text: str) -> None:
    """Raises UsageError where it cannot be written."""
    from nlevolve.run.store import StoreFailed, replace_text

    if not path.name or path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it")
    try:
        replace_text(path, text)
    except StoreFailed as error:
        raise UsageError(str(error)) from None
