"""nlevolve export: a run in the forms that other tools read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.cli.solve import RUNS
from nlevolve.errors import UsageError


class Format(StrEnum):
    kaggle = "kaggle"
    arc_prize = "arc-prize"
    sft = "sft"
    library = "library"


@app.command()
def export(
    run: options.Run,
    format: Annotated[
        Format,
        typer.Option("--format", "-f", help="kaggle: submission.json. arc-prize: a folder of TASK.json.", show_default=False),
    ],
    runs_dir: options.RunsDir = RUNS,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to. [default: export/ in the run's folder]", metavar="PATH"),
    ] = None,
) -> None:
    """Write a run as other tools read it: for Kaggle, or for the ARC Prize harness's scorer."""
    from nlevolve.run import store
    from nlevolve.view.export import arc_prize
    from nlevolve.view.recorded import recorded
    from nlevolve.view.results import submission

    if format not in (Format.kaggle, Format.arc_prize):
        raise UsageError(f"export --format {format} does not exist yet; there are kaggle and arc-prize")
    told = recorded(store.find(run, runs_dir))
    if not told.history.sessions:
        raise UsageError(f"run {told.name} has no events yet: nothing to export")
    target = output or told.folder / "export" / ("submission.json" if format is Format.kaggle else format)
    try:
        if format is Format.kaggle:
            target.parent.mkdir(parents=True, exist_ok=True)
            store.replace(target, submission(told.history, told.tasks))
        else:
            target.mkdir(parents=True, exist_ok=True)
            for name, content in arc_prize(told, store.read_events(told.folder)):
                store.replace(target / name, content)
    except OSError as error:
        raise UsageError(f"cannot write to {target}: {error.strerror}") from None
    except store.StoreFailed as error:
        raise UsageError(str(error)) from None
    print(target)
