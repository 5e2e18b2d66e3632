"""Tasks as people look them over before a run: one line each, or all of their grids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.selection import Selected
from nlevolve.puzzle.tasks import Task
from nlevolve.view.terminal.grids import ARC_CELLS, CellColours, Picture, Pictures, contrast, size
from nlevolve.view.text import clean, plural

MOST_DRAWN = 2_000
"""Tasks of which a table is drawn; that takes milliseconds a row, so more are written as plain lines."""
TITLES = ("task", "from", "pairs", "tests", "rows×columns", "colours", "copying")


def plain(found: Sequence[Selected]) -> Iterator[str]:
    """The same as `listing` in lines of text, in columns, without colours."""
    rows = [TITLES, *(_cells(one) for one in found)]
    wide = [max(len(row[place]) for row in rows) for place in range(len(TITLES))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()


def _cells(one: Selected) -> tuple[str, ...]:
    task, colours = one.task, "".join(map(str, _colours(one.task)))
    numbers = (str(len(task.pairs)), str(len(task.tests)))
    return clean(task.id), clean(one.source), *numbers, sizes(task), colours, f"{task.copy_accuracy:.2f}"


def listing(found: Sequence[Selected], colours: CellColours = ARC_CELLS) -> Table:
    """A row a task: id, where it is from, how many pairs and test inputs, sizes, colours, accuracy of copying."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, right in (
        ("task", 0),
        ("from", 0),
        ("pairs", 1),
        ("tests", 1),
        ("rows×columns", 0),
        ("colours", 0),
        ("copying", 1),
    ):
        table.add_column(title, justify="right" if right else "left", overflow="fold" if title == "from" else "ellipsis")
    for one in found:
        task = one.task
        numbers = (str(len(task.pairs)), str(len(task.tests)))
        copying = Text(f"{task.copy_accuracy:.2f}")
        table.add_row(Text(task.id), Text(one.source), *numbers, sizes(task), _swatches(task, colours), copying)
    return table


def totals(tasks: Sequence[Task]) -> str:
    """What the list comes to, in one line."""
    pairs, tests = sum(len(task.pairs) for task in tasks), sum(len(task.tests) for task in tasks)
    several = sum(len(task.tests) > 1 for task in tasks)
    aside = f" ({plural(several, 'task')} with several)" if several else ""
    copying = sum(task.copy_accuracy for task in tasks) / len(tasks)
    return (
        f"{plural(len(tasks), 'task')}, {plural(pairs, 'training pair')}, {plural(tests, 'test input')}{aside}; "
        f"copying the input is right in {copying:.2f} of the cells"
    )


def preview(one: Selected, colours: CellColours = ARC_CELLS) -> Iterator[RenderableType]:
    """The task's grids: each training input beside its output, then the test inputs."""
    task = one.task
    yield Text.assemble((task.id, "bold"), f"  {one.source}  copying {task.copy_accuracy:.2f}", overflow="fold")
    for number, pair in enumerate(task.pairs, 1):
        titles = (f"{number} in {size(pair.input)}", f"out {size(pair.output)}")
        pictures = [Picture(grid, title, colours=colours) for grid, title in zip((pair.input, pair.output), titles, strict=True)]
        yield Pictures(pictures, arrow=True)
        yield ""
    yield Pictures([Picture(grid, f"test {number} {size(grid)}", colours=colours) for number, grid in enumerate(task.tests, 1)])
    yield ""


def sizes(task: Task) -> str:
    """The sizes of inputs and outputs in short: `3×3 → 9×9`, `5…12×5…12 → same`."""
    inputs, outputs = [pair.input for pair in task.pairs], [pair.output for pair in task.pairs]
    same = all(size(before) == size(after) for before, after in zip(inputs, outputs, strict=True))
    return f"{_range(inputs)} → {'same' if same else _range(outputs)}"


def _range(grids: Sequence[Grid]) -> str:
    def span(lengths: Iterable[int]) -> str:
        low, high = min(found := list(lengths)), max(found)
        return f"{low}" if low == high else f"{low}…{high}"

    return f"{span(len(grid) for grid in grids)}×{span(len(grid[0]) for grid in grids)}"


def _swatches(task: Task, colours: CellColours) -> Text:
    """The colours that occur in the task, as digits on their colour."""
    return Text.assemble(*((str(cell), f"{contrast(colours[cell])} on {colours[cell]}") for cell in _colours(task)))


def _colours(task: Task) -> list[int]:
    grids = [*task.tests, *(grid for pair in task.pairs for grid in (pair.input, pair.output))]
    return sorted({cell for grid in grids for row in grid for cell in row})
