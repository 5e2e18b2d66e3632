"""nlevolve export: a run in the forms that other tools read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.options import nearest

if TYPE_CHECKING:
    from nlevolve.ask.prompts import Prompts
    from nlevolve.view.run_folder import RunFolder


class Format(StrEnum):
    kaggle = "kaggle"
    arc_prize = "arc-prize"
    sft = "sft"
    library = "library"


FILES = {
    Format.kaggle: "submission.json",
    Format.arc_prize: "arc-prize",
    Format.sft: "sft.jsonl",
    Format.library: "library.json",
}


def _format(name: str) -> Format:
    """Raises UsageError, naming the nearest."""
    try:
        return Format(name)
    except ValueError:
        raise UsageError(f"no format {name[:40]!r}{nearest(name, Format)}; formats: {', '.join(Format)}") from None


@app.command()
def export(
    run: options.Run,
    format: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="kaggle, arc-prize (for its harness), sft (to fine-tune on) or library (a list of rules).",
            metavar="FORMAT",
            parser=_format,
        ),
    ],
    runs_dir: options.RunsDir = options.RUNS,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to. " + options.by_default("export/ in the run's folder"), metavar="PATH"),
    ] = None,
) -> None:
    """Write a run as other tools read it; docs/COMPARE.md says what stands in each format."""
    from nlevolve.run import store
    from nlevolve.view.run_folder import read_run

    told = read_run(store.find(run, runs_dir))
    if not told.history.sessions:
        raise UsageError(f"run {told.name} has no events yet: nothing to export")
    target = output or told.folder / "export" / FILES[format]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(format, told, target)
    except OSError as error:
        raise UsageError(f"cannot write to {target}: {error.strerror}") from None
    except store.StoreFailed as error:
        raise UsageError(str(error)) from None
    print(target)


def _write(format: Format, run: RunFolder, target: Path) -> None:
    import json

    from nlevolve.run import store
    from nlevolve.view.export.arc_prize import arc_prize
    from nlevolve.view.export.lessons import chats, library
    from nlevolve.view.results import submission

    match format:
        case Format.kaggle:
            store.replace(target, submission(run.history, run.tasks))
        case Format.arc_prize:
            target.mkdir(exist_ok=True)
            for name, content in arc_prize(run, store.read_events(run.folder)):
                store.replace(target / name, content)
        case Format.library:
            store.replace(target, library(run))
        case Format.sft:
            lines = (json.dumps(chat, ensure_ascii=False) + "\n" for chat in chats(run, _prompts(run)))
            store.replace_text(target, "".join(lines))


def _prompts(run: RunFolder) -> Prompts:
    """The prompts that the run used. Raises UsageError when they are not what they were."""
    from nlevolve.ask.prompts import Prompts

    prompts = Prompts(Path(run.config["prompts_dir"]))
    if prompts.digests != run.config["prompts"]:
        raise UsageError(f"the prompts in {prompts.folder} have changed since run {run.name}: its chats cannot be told any more")
    return prompts
