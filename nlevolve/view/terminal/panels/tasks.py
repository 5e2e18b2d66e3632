"""All tasks in a table: how far each is, and what it has cost."""

from __future__ import annotations

from nlevolve.view.history import TaskHistory
from nlevolve.view.terminal.panels.layout import Part, Row, bar, beside, fill, fit, row, rule
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.text import clean, money, percent, plural

COLUMN = 62


def tasks(look: Look, width: int, height: int) -> list[Row]:
    """As many columns as fit, around the task in focus."""
    known = list(look.summary.history.tasks.values())
    columns, tall = max(1, width // COLUMN), max(1, height - 1)
    shown = columns * tall
    here = next((place for place, task in enumerate(known) if task.id == look.focus), 0)
    first = max(0, min(here - shown // 2, len(known) - shown))
    lines = [_line(look, task) for task in known[first : first + shown]]
    each = width // columns - 1
    body: list[Row] = []
    for place in range(columns):
        part = fill(lines[place * tall : (place + 1) * tall], each, tall)
        body = beside(body, part, place * (each + 1) - 1, 1) if body else part
    more = f"  {first + 1}–{first + len(lines)} of {len(known)}" if len(known) > shown else ""
    return [rule(row(("tasks", "bold"), (more, "dim")), width), *(fit(one, width) for one in body)]


def _line(look: Look, task: TaskHistory) -> Row:
    phase, best = look.summary.phase(task), task.best
    palette = look.palette
    styles = {"perfect": palette.good, "running": palette.busy, "partly": palette.partly, "failed": palette.bad}
    style = styles.get(phase, "dim")
    words = {"perfect": "all pairs", "partly": "not all", "stopped": "cut short"}
    parts: list[Part] = [("▸" if task.id == look.focus else " ", "bold"), f"{clean(task.id)[:16]:<16} "]
    said = "guessed" if phase == "partly" and task.wordless else words.get(phase, phase)
    parts += [(f"{said:<10}", style)]
    if best is not None:
        its = best.fitness
        parts += [f"{its.exact}/{its.pairs} ", *bar(its.cells, 8, style), f" {percent(its.cells, 0):>4}"]
        parts += [(f" {plural(len(task.population.members), 'birth'):>11} {money(task.account.cost_usd):>8}", "dim")]
    return row(*parts)
