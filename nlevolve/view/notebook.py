"""A result as a notebook or a terminal shows it: a line a task, and the answers as small pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from nlevolve.view.text import clean, money, percent

if TYPE_CHECKING:
    from rich.table import Table

COLOURS = ("#000", "#0074d9", "#ff4136", "#2ecc40", "#ffdc00", "#aaa", "#f012be", "#ff851b", "#7fdbff", "#870c25")
"""ARC's, 0 to 9."""
MOST_DRAWN = 20
"""Tasks whose answers are drawn; of further ones the lines are enough."""
COLUMNS = ("task", "solved", "training pairs", "stopped", "cost", "best description")


def table(results: Mapping[str, Any]) -> Table:
    """For a terminal, of the content of results.json."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*COLUMNS, title=Text(headline(results)), title_justify="left")
    for id, task in results["tasks"].items():
        drawn.add_row(*(Text(cell) for cell in _cells(id, task)))
    return drawn


def page(results: Mapping[str, Any], answers: Mapping[str, Sequence[Sequence[Any]]]) -> str:
    """For a notebook; `answers` has for each task and test input the distinct grids answered."""
    head = "".join(f"<th style='text-align:left'>{name}</th>" for name in (*COLUMNS, "answers"))
    rows = []
    for place, (id, task) in enumerate(results["tasks"].items()):
        cells = "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in _cells(id, task))
        drawn = "".join(map(_picture, (grid for grids in answers.get(id, ()) for grid in grids))) if place < MOST_DRAWN else ""
        rows.append(f"<tr>{cells}<td>{drawn}</td></tr>")
    return f"<p>{escape(headline(results))}</p><table><tr>{head}</tr>{''.join(rows)}</table>"


def headline(results: Mapping[str, Any]) -> str:
    """One line: the run, what it solved and what it cost."""
    totals = results["totals"]
    solved = "solutions not known" if totals["solved"] is None else f"{totals['solved']} of {totals['tasks']} tasks solved"
    share = "" if totals["score_tasks"] is None else f" ({percent(totals['score_tasks'])})"
    state = "" if results["finished"] else ", not finished"
    return f"{clean(results['run'])}: {solved}{share}{state}, {money(totals['cost_usd'])}"


def _cells(id: str, task: Mapping[str, Any]) -> Iterator[str]:
    yield clean(id)
    yield {True: "yes", False: "no", None: "not known"}[task["solved"]]
    yield f"{task['train']['exact']} of {task['train']['pairs']}"
    yield task["stopped"] + (", unfinished" if task["unfinished"] else "")
    yield money(task["cost_usd"])
    yield clean(" ".join(task["description"] or ()))


def _picture(grid: Sequence[Sequence[int]]) -> str:
    size = max(3, min(12, 120 // max(len(grid), len(grid[0]))))
    cells = (
        f"<rect x='{x * size}' y='{y * size}' width='{size}' height='{size}' fill='{COLOURS[colour]}' stroke='#555'/>"
        for y, row in enumerate(grid)
        for x, colour in enumerate(row)
    )
    wide, high = len(grid[0]) * size, len(grid) * size
    return f"<svg width='{wide}' height='{high}' style='margin:2px' role='img'>{''.join(cells)}</svg>"
