"""nlevolve merge: one run from shards, or from runs of other tasks with equal settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlevolve.cli import app, completing, options
from nlevolve.errors import UsageError
from nlevolve.program import command
from nlevolve.view.door import complain, console, say

if TYPE_CHECKING:
    from nlevolve.puzzle.selection import Selection
    from nlevolve.run.parts import Part

FREE = ("limits.", "seeds.", "origin.")
"""Settings in which the runs may differ: what they mean of the whole is derived."""
VERSIONS = ("versions.nlevolve", "versions.embedded")
"""Those that decide what is asked and how it is counted."""
MOST = 8
"""Differences that are listed; the rest are counted."""


@app.command()
def merge(
    runs: Annotated[
        list[str],
        typer.Argument(
            help="The runs, by name or folder: the shards of a selection, or runs of other tasks each.",
            metavar="RUN…",
            show_default=False,
            autocompletion=completing.runs,
        ),
    ],
    run: Annotated[str, typer.Option("--run", help="Name of the merged run.", metavar="NAME", show_default=False)],
    runs_dir: options.RunsDir = options.RUNS,
    partial: Annotated[
        bool, typer.Option("--partial", help="Merge though shards are missing: nlevolve resume then solves their tasks.")
    ] = False,
    cache_dir: Annotated[
        Path | None,
        typer.Option(
            "--cache-dir",
            help="Bring the replies that the runs used together in this sample bank, which is the merged run's then. "
            + options.by_default("the first run's bank is, and the others stay apart"),
            metavar="DIR",
        ),
    ] = None,
    json: options.Json = False,
) -> int:
    """One run from shards, or from runs of disjoint tasks with equal settings; any command takes it as any run."""
    from nlevolve.cli.lacking import require_nothing_lost
    from nlevolve.puzzle.datasets import load
    from nlevolve.run import store
    from nlevolve.run.merging import configured, log
    from nlevolve.run.parts import ordered, require_disjoint, require_unchanged, require_whole

    store.require_name(run)
    parts = _parts([store.find(one, runs_dir) for one in runs], run, runs_dir)
    beside = _require_equal(parts)
    require_disjoint(parts)
    order = ordered(parts)
    if not partial:
        require_whole(order, parts)
    selection = load(order.selectors, max_side=store.max_side(parts[0].config))
    require_unchanged(parts, selection)
    beside += require_nothing_lost(parts)
    config = configured(run, parts, order, selection)
    if cache_dir is not None:
        config["cache_dir"] = str(cache_dir.resolve())
    lines = "".join(log(parts, config, [task.id for task in selection.tasks]))
    elsewhere = [] if runs_dir == options.RUNS else ["--runs-dir", str(runs_dir)]
    again = command("merge", *runs, "--run", run, *elsewhere, "--cache-dir")
    with _told_in_a_line():
        banks = _together(parts, cache_dir) if cache_dir is not None else _apart(parts, again)
        with closing(store.create(runs_dir, run)) as lock:
            for line in (*beside, *banks):
                complain(line)
            return _written(lock.folder, config, lines, selection, json)


def _together(parts: Sequence[Part], folder: Path) -> list[str]:
    """Bring their replies together; what is to be said of it."""
    from nlevolve.run.gathering import gather

    each = gather(parts, folder, complain)
    said = [one.lacking for one in each if one.lacking]
    there = sum(one.there for one in each)
    taken = command("cache", "import", "FILE", "--cache-dir", folder)
    hint = f"where they are, nlevolve cache export FILE writes them, and here {taken} takes them in"
    return [f"{there:,} replies are together in {folder}", *said, *([hint] if said else [])]


def _apart(parts: Sequence[Part], again: str) -> list[str]:
    """What is to be said of replies that lie apart, with the command that brings them together."""
    banks = list(dict.fromkeys(str(part.config["cache_dir"]) for part in parts))
    if len(banks) < 2:
        return []
    return [
        f"the runs have {len(banks)} sample banks, and audit and resume look into the first alone, {banks[0]}: "
        f"{again} DIR brings their replies together"
    ]


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """A disk that is full, or the like."""
    from nlevolve.run.store import StoreFailed

    try:
        yield
    except StoreFailed as error:
        raise UsageError(str(error)) from None


def _parts(folders: Sequence[Path], run: str, runs_dir: Path) -> list[Part]:
    from nlevolve.run.parts import read_part

    found = [folder.resolve() for folder in folders]
    if twice := next((folder for folder in found if found.count(folder) > 1), None):
        raise UsageError(f"run {twice.name} is named twice")
    if len(found) < 2:
        raise UsageError(f"merge takes two runs or more, got only {found[0].name}")
    if (runs_dir / run).resolve() in found:
        raise UsageError(f"--run {run} is one of those to be merged: give the merged run a name of its own")
    plain = [folder.name for folder in found]
    names = [told.name if plain.count(told.name) == 1 else str(told) for told in found]
    return [read_part(folder, name) for folder, name in zip(folders, names, strict=True)]


def _require_equal(parts: Sequence[Part]) -> list[str]:
    """What differs and changes no answer, a line each. Raises UsageError listing what else is not the same in all runs."""
    from nlevolve.view.compare.differences import differences
    from nlevolve.view.history import History
    from nlevolve.view.run_folder import RunFolder

    names = [part.name for part in parts]
    runs = [RunFolder(part.folder, part.config, History(), (), {}, {}) for part in parts]
    found = {key: told for key, told in differences(names, runs).items() if not key.startswith(FREE)}
    other = {key: told for key, told in found.items() if key.startswith("versions.") and key not in VERSIONS}
    deciding = [f"{key}: {_told(told)}" for key, told in found.items() if key not in other]
    if deciding:
        more = f"; and {len(deciding) - MOST} more" if len(deciding) > MOST else ""
        raise UsageError(f"only runs with equal settings can be merged; these differ in {'; '.join(deciding[:MOST])}{more}")
    return [
        f"made with other versions, of which the first is recorded: {key.removeprefix('versions.')} {_told(told)}"
        for key, told in other.items()
    ]


def _told(values: dict[str, str]) -> str:
    """Value -> who has it, the runs of one value together."""
    owners: dict[str, list[str]] = {}
    for name, value in values.items():
        owners.setdefault(value, []).append(name)
    return ", ".join(
        f"{value} in {names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}" for value, names in owners.items()
    )


def _written(folder: Path, config: dict[str, Any], lines: str, selection: Selection, as_json: bool) -> int:
    """Write the run, its results and its report, and say how it stands."""
    from json import dumps

    from nlevolve.cli.running import handle
    from nlevolve.run import store
    from nlevolve.view.publish import Publisher
    from nlevolve.view.terminal.ending import closing as last_words
    from nlevolve.view.terminal.summary import Summary

    # without config.json it is no run: of a disk that is full, or a kill, nothing is left that looks like one
    store.replace_text(folder / "events.jsonl", lines)
    store.replace(folder / "config.json", config)
    events = store.read_events(folder)
    publisher, summary = Publisher(folder, selection, events), Summary()
    for event in events:
        summary.see(event)
    publisher.write()
    results = publisher.results()
    if as_json:
        say(dumps({"folder": str(folder), **results}))
    else:
        screen = console()
        width = screen.width if screen.is_terminal else None
        screen.print(last_words(summary, results, handle(folder), page=folder / "report.html", width=width), soft_wrap=True)
    if problem := publisher.report():
        complain(problem)
    return 0
