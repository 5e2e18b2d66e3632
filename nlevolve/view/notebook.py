"""A result as a notebook or a terminal shows it: a line a task, and the answers as small pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from nlevolve.puzzle.drawing import svg
from nlevolve.view.text import clean, money, percent, plural

if TYPE_CHECKING:
    from rich.table import Table

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
        drawn = "".join(map(svg, (grid for grids in answers.get(id, ()) for grid in grids))) if place < MOST_DRAWN else ""
        rows.append(f"<tr>{cells}<td>{drawn}</td></tr>")
    return f"<p>{escape(headline(results))}</p><table><tr>{head}</tr>{''.join(rows)}</table>"


def task_page(task: Mapping[str, Any], answers: Sequence[Sequence[Any]]) -> str:
    """One task of a result: how it fared, its description, the grids answered."""
    told = {True: "solved", False: "not solved", None: "solution not known"}[task["solved"]]
    bullets = "".join(f"<li>{escape(clean(bullet))}</li>" for bullet in task["description"] or ())
    drawn = "".join(svg(grid) for grids in answers for grid in grids)
    return f"<p>{told}, {money(task['cost_usd'])}</p><ul>{bullets or '<li>no description</li>'}</ul>{drawn}"


def headline(results: Mapping[str, Any]) -> str:
    """One line: the run, what it solved and what it cost."""
    totals = results["totals"]
    solved = (
        "solutions not known" if totals["solved"] is None else f"{totals['solved']} of {plural(totals['tasks'], 'task')} solved"
    )
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
