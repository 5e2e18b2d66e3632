"""nlevolve export: a run in the forms that other tools read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.options import nearest
from nlevolve.view.door import complain, say

if TYPE_CHECKING:
    from nlevolve.ask.prompts import Prompts
    from nlevolve.view.run_folder import RunFolder


class Format(StrEnum):
    kaggle = "kaggle"
    arc_prize = "arc-prize"
    sft = "sft"
    dpo = "dpo"
    ttt = "ttt"
    hf = "hf"
    events = "events"
    descriptions = "library"
    otlp = "otlp"
    programs = "programs"


MOST_COPIES = 1_000
AUGMENTED = (Format.sft, Format.ttt, Format.hf)
FOLDERS = (Format.arc_prize, Format.programs, Format.hf, Format.events)
"""Formats of several files."""
FILES = {
    Format.kaggle: "submission.json",
    Format.arc_prize: "arc-prize",
    Format.sft: "sft.jsonl",
    Format.dpo: "dpo.jsonl",
    Format.ttt: "ttt.jsonl",
    Format.hf: "hf",
    Format.events: "events",
    Format.descriptions: "library.json",
    Format.otlp: "otlp.jsonl",
    Format.programs: "programs",
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
            help="kaggle (submission.json), arc-prize (for its harness), sft (chats to fine-tune on), dpo (preferences), ttt "
            "(test-time training), hf (these three as parquet, for Hugging Face's datasets), events (parquet, a table a kind), "
            "library (JSON, for people), otlp (OpenTelemetry) or programs (a coder's, one .py a task).",
            metavar="FORMAT",
            parser=_format,
        ),
    ],
    runs_dir: options.RunsDir = options.RUNS,
    trust: Annotated[bool, typer.Option("--trust", help="Use prompts that only the run names (sft, dpo, ttt, hf).")] = False,
    augment: Annotated[
        int | None,
        typer.Option(
            "--augment",
            help="Turned and recoloured copies at most, of each description that is taught (sft, hf; each proven), or of each "
            "held-out pair (ttt). " + options.by_default("none; 7 for ttt"),
            min=0,
            max=MOST_COPIES,
            metavar="N",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to. " + options.by_default("export/ in the run's folder"), metavar="PATH"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Send otlp's spans to a collector instead, such as http://localhost:4318.", metavar="URL"),
    ] = None,
) -> None:
    """Write a run as other tools read it.

    To hand in: kaggle, arc-prize. To train on: sft has replies that were right, dpo a better and a worse one, ttt a task's own
    pairs; hf is these three for Hugging Face. To count with: events. For people and later runs: library, programs. For
    collectors: otlp.

    docs/DATA.md (sft, dpo, ttt, hf, events) and docs/COMPARE.md (the others) say what stands in each.
    """
    from nlevolve import files
    from nlevolve.ask.prompts import PlaceError
    from nlevolve.cli.trusting import confirmed
    from nlevolve.run import store
    from nlevolve.view.run_folder import read_run

    if augment is not None and format not in AUGMENTED:
        raise UsageError(f"--augment is for {', '.join(AUGMENTED)}: {format.value} has no copies")
    told = read_run(_one(run, runs_dir))
    if not told.history.sessions:
        raise UsageError(f"run {told.name} has no events yet: nothing to export")
    if told.history.damage:
        complain(f"{told.history.damage.words}: what is written is made from the others")
    if to is not None:
        _send(format, told, to)
        return
    if output is not None and format not in FOLDERS and (not output.name or output.is_dir()):
        raise UsageError(f"{output} is a folder: name a file in it")
    target = output or told.folder / "export" / FILES[format]
    try:
        if output is None:
            files.subfolder(told.folder, "export", *([FILES[format]] if format in FOLDERS else []))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
        confirmed(lambda: _write(format, told, target, trust, augment), env_file=False)
    except PlaceError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"cannot write to {target}: {error.strerror}") from None
    except store.StoreFailed as error:
        raise UsageError(str(error)) from None
    say(target)


def _send(format: Format, run: RunFolder, address: str) -> None:
    from urllib.parse import urlsplit

    from nlevolve.run import store
    from nlevolve.view.export.otlp import requests, send

    if format is not Format.otlp:
        raise UsageError(f"--to sends spans, and {format.value} has none: --format otlp --to {address}")
    count = send(requests(run, store.read_events(run.folder)), address)
    say(f"{count} spans sent to {urlsplit(address).netloc.rpartition('@')[2]}")


def _write(format: Format, run: RunFolder, target: Path, trust: bool, augment: int | None) -> None:
    import json

    from nlevolve.run import store
    from nlevolve.view.export.arc_prize import arc_prize
    from nlevolve.view.export.lessons import library
    from nlevolve.view.export.otlp import requests
    from nlevolve.view.results import submission

    match format:
        case Format.kaggle:
            store.replace(target, submission(run.history, run.tasks))
        case Format.arc_prize:
            target.mkdir(exist_ok=True)
            for name, content in arc_prize(run, store.read_events(run.folder)):
                store.replace(target / name, content)
        case Format.programs:
            _programs(run, target)
        case Format.descriptions:
            store.replace(target, library(run))
        case Format.otlp:
            spans = requests(run, store.read_events(run.folder))
            store.replace_text(target, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in spans))
        case Format.sft | Format.dpo | Format.ttt | Format.hf:
            from nlevolve.cli.exporting import Teaching, write

            write(Teaching(run, _prompts(run, trust), augment), format.value, target)
        case Format.events:
            from nlevolve.cli.exporting import write_events

            write_events(run, store.read_events(run.folder), target)


def _one(run: str, runs_dir: Path) -> Path:
    """The folder of a single run. Raises UsageError: repeats have a folder each."""
    from nlevolve.run import store

    found = store.find_all(run, runs_dir)
    if len(found) > 1:
        raise UsageError(f"{run} is {len(found)} repeats, and an export is of one: {', '.join(one.name for one in found)}")
    return found[0]


def _programs(run: RunFolder, target: Path) -> None:
    """Raises UsageError where there are none."""
    from nlevolve.run import store
    from nlevolve.view.export.programs import programs

    told = list(programs(run))
    if not told:
        raise UsageError(f"run {run.name} has no programs: a coder writes them (solve --coder MODEL)")
    target.mkdir(exist_ok=True)
    for name, text in told:
        store.replace_text(target / name, text)


def _prompts(run: RunFolder, trust: bool) -> Prompts:
    """The prompts that the run used. Raises UsageError when they are not what they were, or nobody has chosen them here."""
    from nlevolve.ask.prompts import Prompts, known_then
    from nlevolve.run.trust import Chosen, named, prompts_of, require_confirmed

    prompts, chosen = Prompts(prompts_of(run.config)), Chosen(trust=trust)
    require_confirmed(named((), {}, prompts, chosen), chosen)
    if known_then(prompts.digests, run.config["prompts"]) != run.config["prompts"]:
        raise UsageError(f"the prompts in {prompts.folder} have changed since run {run.name}: its chats cannot be told any more")
    return prompts
