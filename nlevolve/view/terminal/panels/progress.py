"""Fitness over the births of the task in focus, and what the operators, models and views have brought to the run."""

from __future__ import annotations

from nlevolve.view.history import TaskHistory
from nlevolve.view.terminal.panels.layout import LEVELS, Part, Row, fit, row
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.text import count, cut, percent


def curve(look: Look, width: int, height: int) -> list[Row]:
    """Fitness over births: a column a birth, coloured by operator, as tall as its mean cell accuracy above copying the input.

    Copying is the floor because it often scores nine cells of ten, and what matters happens above it.
    """
    task = look.task
    if task is None or task.started is None or height < 1:
        return []
    room, births, floor = width - 7, task.started.births, task.started.copy_accuracy
    last = max([births - 1, *task.population.members])
    first = max(0, last + 1 - room)
    columns = [_column(look, task, birth, height, floor) for birth in range(first, last + 1)]
    rows = []
    labels = ["fit"] if height == 1 else ["100%", *[""] * (height - 2), percent(floor, 0)]
    for line, label in enumerate(labels):
        rows.append(row((f" {label:>4} ", "dim"), *[column[line] for column in columns]))
    return [fit(one, width) for one in rows]


def _column(look: Look, task: TaskHistory, birth: int, height: int, floor: float) -> list[Part]:
    """Top to bottom. What does not reach the floor is a line on it."""
    seen = task.population.members.get(birth)
    if seen is None:
        mark: Part = ("×", look.palette.bad) if birth in task.population.failed else ("·", "dim")
        return [" "] * (height - 1) + [mark]
    its = seen.fitness
    style = f"bold {look.palette.good}" if its.perfect else look.palette.operator(seen.birth.operator)
    above = (its.cells - floor) / (1 - floor) if floor < 1 else its.cells
    eighths = max(1, int(above * height * 8))
    cells: list[Part] = []
    for line in range(height):
        below = (height - 1 - line) * 8
        filled = min(8, max(0, eighths - below))
        cells.append((LEVELS[filled - 1], style) if filled else " ")
    return cells


def credits(look: Look, width: int, height: int) -> list[Row]:
    """What each operator, view and model has brought to the whole run: births, failures, new bests, tasks first made perfect."""
    known = look.summary.credits
    kinds = ("operator", "model", "view")
    names = {kind: [name for of, name in known if of == kind] for kind in kinds}
    # a run with one model or one view has nothing to compare there
    rows = [row((f"{'':<26} births  no text  led  fit all", "dim underline"))]
    for kind in kinds:
        if kind != "operator" and len(names[kind]) < 2:
            continue
        for name in sorted(names[kind], key=lambda name: -known[kind, name].perfect):
            its = known[kind, name]
            style = look.palette.operator(name) if kind == "operator" else ""
            rows.append(
                row(
                    (f"{kind:<9}", "dim"),
                    (cut(look.summary.history.short(name) if kind == "model" else name, 17), style),
                    f"{count(its.tried):>7} {count(its.failed):>8} {count(its.led):>4}",
                    (f" {count(its.perfect):>8}", look.palette.good if its.perfect else "dim"),
                )
            )
    return [fit(one, width) for one in rows[:height]]
