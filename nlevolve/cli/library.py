"""nlevolve library: solved descriptions that help later tasks, to look at, to add to and to prune."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlevolve.cli import app, options
from nlevolve.errors import UsageError
from nlevolve.view.door import complain, say

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

    folder = store.find(run, runs_dir)
    running, brought = store.being_written(folder), shelving.of_run(folder)
    _keep(file, brought)
    if running:
        complain(f"{folder.name} goes on: add it once more when it is over")


@library.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="Another library, LARC's descriptions, or an exported one.", metavar="FILE", show_default=False)
    ],
    file: File = DEFAULT,
) -> None:
    """Add what another file has; tasks of which it has only the ids are looked up in arc1 and arc2."""
    from nlevolve.run import shelving

    _keep(file, shelving.of_file(source))


@library.command()
def prune(
    file: File = DEFAULT,
    in_vain: Annotated[
        int,
        typer.Option(
            "--in-vain", help="Births that were shown a rule, none of which fitted, before it goes.", min=1, metavar="N"
        ),
    ] = 12,
    most: Annotated[
        int, typer.Option("--most", help="Rules to keep, those that helped most.", min=1, max=5_000, metavar="N")
    ] = 5_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
) -> None:
    """Take out rules that never helped, all but one of each task, and those that are too many."""
    from nlevolve.solved import file as library_file
    from nlevolve.solved.keeping import pruned
    from nlevolve.view.text import clean, plural

    if not file.exists():
        raise _none(file)
    with nullcontext() if dry_run else library_file.changing(file):
        found = pruned(library_file.read(file, library_file.TO_PRUNE), in_vain, most)
        for one, why in found.gone:
            say(f"{one.id}  task {clean(one.task)}: {why}")
        if not dry_run and found.gone:
            library_file.write(file, found.kept)
    verb = "would go" if dry_run else "gone"
    say(f"{plural(len(found.gone), 'rule')} {verb}, {len(found.kept)} left in {file}")


def _read(file: Path) -> list[Entry]:
    from nlevolve.solved import file as library_file

    if not file.exists():
        raise _none(file)
    return library_file.read(file)


def _none(file: Path) -> UsageError:
    return UsageError(f"there is no library {file} yet: nlevolve library add RUN makes one")


def _keep(file: Path, brought: Brought) -> None:
    """Put it to what the file has, and say what is new."""
    from nlevolve.run.shelving import noted
    from nlevolve.solved import file as library_file
    from nlevolve.solved.keeping import joined
    from nlevolve.view.text import plural

    with library_file.changing(file):
        old = library_file.read_if_there(file)
        entries = noted(joined(old, brought.entries), brought)
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
