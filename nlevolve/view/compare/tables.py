"""A comparison in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from nlevolve.view.compare.comparison import Comparison
from nlevolve.view.compare.sheets import controls, labels, settings, sheets, spans
from nlevolve.view.compare.verdicts import group_labels, sometimes
from nlevolve.view.door import console as behind_the_door
from nlevolve.view.table import drawn
from nlevolve.view.text import clean, plural

MOST_IDS = 12


def show(found: Comparison, console: Console | None = None) -> None:
    """Print it."""
    screen = console or behind_the_door(highlight=False)
    for part in parts(found, screen.width):
        screen.print(part)


def parts(found: Comparison, width: int | None = None) -> Iterator[RenderableType]:
    """Tables and lines, from top to bottom, for a screen of so many columns."""
    called, groups = labels(found), group_labels(found)
    for group, runs in spans(found).items():
        yield Text.assemble((group, "bold"), f"  {runs}")
    for run, label in called.items():
        if label != clean(run):
            yield Text.assemble((label, "bold"), f"  {clean(run)}")
    for sheet in sheets(found):
        yield from drawn(sheet, width)
        yield Text(sheet.note + "\n", style="dim")
    for label, tasks in sometimes(found, groups):
        yield Text.assemble((label, "bold"), f" sometimes: {_ids(tasks)}")
    for run, tasks in {} if found.repeated else found.alone.items():
        yield Text.assemble((called[run], "bold"), f" alone: {_ids(tasks)}")
    yield Text(f"\nAll: {plural(len(found.by_all), 'task')}. None: {plural(len(found.by_none), 'task')}.")
    for line in controls(found):
        yield Text(line)
    if differing := settings(found):
        yield Text()
        yield from drawn(differing)
    for warning in found.warnings:
        yield Text(f"! {clean(warning)}", style="yellow")


def _ids(tasks: list[str]) -> str:
    shown = ", ".join(map(clean, tasks[:MOST_IDS])) or "none"
    return f"{len(tasks)}: {shown}, …" if len(tasks) > MOST_IDS else f"{len(tasks)}: {shown}" if tasks else "none"
