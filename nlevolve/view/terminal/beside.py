"""Two or more runs on one task: their best descriptions side by side, and what each made of every grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Answer, Attempt, Followed
from nlevolve.view.grading import Solution, grade
from nlevolve.view.history import TaskHistory
from nlevolve.view.run_folder import RunFolder, names_of
from nlevolve.view.terminal.grids import Picture, Pictures
from nlevolve.view.terminal.palette import Palette
from nlevolve.view.text import bullets, clean, percent, plural
from nlevolve.view.votes import difference, failed

LEAST = 28
"""Columns of a description beside another; where they are fewer, it stands under it."""


@dataclass(frozen=True, slots=True)
class _Side:
    label: str
    name: str
    seen: TaskHistory
    solution: Solution | None

    @property
    def answers(self) -> Sequence[Answer]:
        return self.seen.answered.answers if self.seen.answered else ()


def beside(runs: Sequence[RunFolder], task: str, console: Console, colours: Palette) -> Iterator[RenderableType]:
    """What to print, from top to bottom. `task` is one that each of the runs has."""
    names = names_of(runs)
    labels = ascii_uppercase if len(runs) <= len(ascii_uppercase) else list(map(str, range(1, len(runs) + 1)))
    sides = [
        _Side(label, name, run.history.task(task), run.solutions.get(task))
        for label, name, run in zip(labels, names, runs, strict=False)
    ]
    puzzle = next(one for one in runs[0].tasks if one.id == task)
    yield Text(f"{clean(task)}, {plural(len(puzzle.pairs), 'training pair')}\n", "bold")
    for side in sides:
        yield Text.assemble((side.label, "bold"), f"  {clean(side.name)}  ", (_came(side), colours.quiet))
    yield Text()
    yield _descriptions(sides, console.width)
    yield from _grids(puzzle, sides, colours)


def _came(side: _Side) -> str:
    """How the best description came about, and what it is worth."""
    best = side.seen.best
    if best is None:
        return "no description"
    birth, fit = best.birth, best.fitness
    parents = f" of {'+'.join(map(str, birth.parents))}" if birth.parents else ""
    told = [f"birth {birth.index}, {birth.operator}{parents}", f"{fit.exact} of {plural(fit.pairs, 'pair')}", percent(fit.cells)]
    return ", ".join([*told, _verdict(side)])


def _verdict(side: _Side) -> str:
    if side.seen.answered is None:
        return "not answered"
    if side.solution is None:
        return "answered"
    where = failed(side.seen, side.seen.best.index, side.solution) if side.seen.best else ""
    return "solved" if grade(side.answers, side.solution).solved else f"wrong{where and f': {where}'}"


def _descriptions(sides: Sequence[_Side], width: int) -> RenderableType:
    abreast = len(sides) if width // len(sides) >= LEAST else 1
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False, expand=abreast > 1)
    for _ in range(abreast):
        table.add_column(ratio=1, overflow="fold")
    told = [_description(side) for side in sides]
    for place in range(0, len(told), abreast):
        table.add_row(*told[place : place + abreast])
    return table


def _description(side: _Side) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_row(Text(side.label, "bold"), Text())
    said = bullets(side.seen.best.description.bullets) if side.seen.best else []
    for bullet in said or ["no description"]:
        table.add_row(Text("•" if said else ""), Text(bullet))
    return table


def _grids(task: Task, sides: Sequence[_Side], colours: Palette) -> Iterator[RenderableType]:
    for number, pair in enumerate(task.pairs):
        drawn = [_picture(f"pair {number + 1}", pair.input, None, colours), _picture("truth", pair.output, None, colours)]
        drawn += [_attempt(side, number, pair.output, colours) for side in sides]
        yield Padding(Pictures(drawn), (1, 0, 0, 1))
    for place, test in enumerate(task.tests):
        truth = next((side.solution[place] for side in sides if side.solution), None)
        drawn = [_picture(f"test {place + 1}", test, None, colours)]
        drawn += [_picture("truth", truth, None, colours)] if truth else []
        yield Padding(Pictures([*drawn, *_answers(sides, place, truth, colours)]), (1, 0, 0, 1))


def _attempt(side: _Side, pair: int, truth: Grid, colours: Palette) -> Picture:
    best = side.seen.best
    attempts: dict[int, Attempt] = {one.pair: one for one in best.attempts} if best else {}
    match attempts.get(pair):
        case Followed() as one:
            return _picture(f"{side.label} {_mark(one.grid, truth)}", one.grid, truth, colours)
        case None:
            return _picture(f"{side.label}: none", None, None, colours)
        case other:
            return _picture(f"{side.label}: {other.kind}", None, None, colours)


def _answers(sides: Sequence[_Side], place: int, truth: Grid | None, colours: Palette) -> Iterator[Picture]:
    for side in sides:
        given = side.answers[place] if place < len(side.answers) else None
        for number, grid in enumerate((given.attempt_1, given.attempt_2) if given else (None,), 1):
            if grid is None:
                said = f"{side.label}{number}: none"
            else:
                said = f"{side.label}{number}" + (f" {_mark(grid, truth)}" if truth else "")
            yield _picture(said, grid, truth, colours)


def _mark(grid: Grid, truth: Grid) -> str:
    return "✔" if grid == truth else f"✗ {difference(grid, truth).partition(' cell')[0].replace(' of ', '/')}"


def _picture(title: str, grid: Grid | None, truth: Grid | None, colours: Palette) -> Picture:
    return Picture(grid, title, truth, colours=colours.cells, dense=None if grid else False)
