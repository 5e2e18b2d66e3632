"""nlevolve library: solved descriptions that help later tasks, to look at, to add to and to prune."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.view.door import say

if TYPE_CHECKING:
    from nlevolve.records import Entry
    from nlevolve.run.shelving import Brought

library = typer.Typer(help="Rules of solved tasks, as examples for later ones: solve --library FILE.", no_args_is_help=True)
app.add_typer(library, name="library")

DEFAULT = options.CACHE / "library.jsonl"
File = Annotated[Path, typer.Option("--file", help="The library.", metavar="FILE")]


@library.command("list")
def listed(file: File = DEFAULT) -> None:
    """List its entries: task, how often it was shown and fitted then, where it is from, its first bullet."""
    from nlevolve.view.door import console
    from nlevolve.view.table import Sheet, drawn
    from nlevolve.view.text import clean, plural

    entries = _read(file)
    rows = [[one.id, clean(one.task), _used(one), clean(one.origin), _shortly(one)] for one in entries]
    columns = ["id", "task", "fitted/shown", "from", "says"]
    console().print(*drawn(Sheet(f"{plural(len(entries), 'rule')} in {file}", columns, rows, justify="left")))


@library.command()
def show(
    entry: Annotated[str, typer.Argument(help="An entry's id, or a task's.", metavar="ID", show_default=False)],
    file: File = DEFAULT,
) -> None:
    """Show an entry, or all of a task, in full."""
    from nlevolve.options import nearest
    from nlevolve.view.text import clean

    entries = _read(file)
    found = [one for one in entries if entry in (one.id, one.task)]
    if not found:
        known = [name for one in entries for name in (one.id, one.task)]
        raise UsageError(f"the library {file} has no entry {entry[:40]!r}{nearest(entry, known)}")
    for one in found:
        who = f", by {clean(one.model)}" if one.model else ""
        say(f"{one.id}  task {clean(one.task)}, from {clean(one.origin) or 'nobody knows where'}{who}; {_used(one)} fitted/shown")
        for bullet in one.description.bullets:
            say(f"  - {clean(bullet)}")
        say(f"  its task: {', '.join(map(clean, one.traits)) or 'nothing is known of it'}")


@library.command()
def add(run: options.Run, file: File = DEFAULT, runs_dir: options.RunsDir = options.RUNS) -> None:
    """Add the best rule of each task that a run has solved on its training pairs, and note what became of those it was shown."""
    from nlevolve.run import shelving, store
    from nlevolve.solved import file as library_file
    from nlevolve.solved.keeping import joined

    folder = store.find(run, runs_dir)
    old, brought = library_file.read_if_there(file), shelving.of_run(folder)
    id = str(store.read_config(folder, ("id",))["id"])
    _keep(file, old, shelving.used(store.read_events(folder), id, joined(old, brought.entries)), brought)


@library.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="Another library, LARC's descriptions, or an exported one.", metavar="FILE", show_default=False)
    ],
    file: File = DEFAULT,
) -> None:
    """Add what another file has; tasks of which it has only the ids are looked up in arc1 and arc2."""
    from nlevolve.run import shelving
    from nlevolve.solved import file as library_file
    from nlevolve.solved.keeping import joined

    old, brought = library_file.read_if_there(file), shelving.of_file(source)
    _keep(file, old, joined(old, brought.entries), brought)


@library.command()
def prune(
    file: File = DEFAULT,
    in_vain: Annotated[
        int,
        typer.Option(
            "--in-vain", help="Births that were shown a rule, none of which fitted, before it goes.", min=1, metavar="N"
        ),
    ] = 12,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
) -> None:
    """Take out rules that never helped, and all but one of each task."""
    from nlevolve.solved import file as library_file
    from nlevolve.solved.keeping import pruned
    from nlevolve.view.text import clean, plural

    found = pruned(_read(file), in_vain)
    for one, why in found.gone:
        say(f"{one.id}  task {clean(one.task)}: {why}")
    if not dry_run and found.gone:
        library_file.write(file, found.kept)
    verb = "would go" if dry_run else "gone"
    say(f"{plural(len(found.gone), 'rule')} {verb}, {len(found.kept)} left in {file}")


def _read(file: Path) -> list[Entry]:
    from nlevolve.solved import file as library_file

    if not file.is_file():
        raise UsageError(f"there is no library {file} yet: nlevolve library add RUN makes one")
    return library_file.read(file)


def _keep(file: Path, old: list[Entry], entries: list[Entry], brought: Brought) -> None:
    """Write it, and say what is new."""
    from nlevolve.solved import file as library_file
    from nlevolve.view.text import plural

    if not entries:
        raise UsageError(f"nothing to add: no rule there fits all pairs of its task{_left_out(brought)}")
    library_file.write(file, entries)
    say(f"{plural(len(entries) - len(old), 'rule')} added, {len(entries)} in {file}{_left_out(brought)}")


def _left_out(brought: Brought) -> str:
    return "".join(f"; {number} left out: {why}" for why, number in brought.left_out.items())


def _used(one: Entry) -> str:
    return f"{one.fitted}/{one.shown}"


def _shortly(one: Entry) -> str:
    from nlevolve.view.text import clean

    told = " ".join(map(clean, one.description.bullets))
    return told if len(told) <= 80 else told[:79] + "…"
