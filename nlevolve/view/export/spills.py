"""Whether a text gives a task's solution away: what is exported to learn from holds no test output.

Not as it is, in any notation; nor turned, in other colours, or in pieces among words. Whoever tells it in words alone ("three red
cells, then a blue one") is not found out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from nlevolve.puzzle.cells_in import BREAK, cells_in
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.symmetry import SYMMETRIES
from nlevolve.puzzle.tasks import Task

LEAST = 4
"""Cells of an output that is looked for: a smaller one stands in any text by chance."""
LEAST_TURNED = 6
"""The same as it looks turned or mirrored."""
LEAST_HIDDEN = 9
"""The same in other colours, of which there are two at least, or in pieces."""
_PLACE = re.compile(
    r"""\b(?:row|line|column|r|c)\s*\#?\d{1,2}\b(?:\s*[-:=|>.)\u2013\u2014]+|\s+(?:is|has|reads)\b)?   # row 2 is …
    |(?:(?<=^)|(?<=\n)|(?<=["'\[]))\s*\d{1,2}[.):]\s                                             # 2) …""",
    re.IGNORECASE | re.VERBOSE,
)
"""What numbers the rows of a grid, or the points of a list, and is none of its cells."""


def spills(text: str, task: Task, outputs: Iterable[Grid]) -> bool:
    """Whether a test output stands in the text that is not within what the task shows anyhow."""
    return any(_secret(task, output).told(text) for output in outputs)


def shows(text: str, task: Task, outputs: Iterable[Grid]) -> bool:
    """The same of a text that is grids and a prompt's own words alone: none of them in other colours or in pieces."""
    return any(_secret(task, output).shown(cells_in(text)) for output in outputs)


@dataclass(frozen=True)
class _Secret:
    """A test output that nobody may tell, and what may be told anyhow."""

    task: Task
    output: Grid

    def told(self, text: str) -> bool:
        return any(self.shown(cells) or self._hidden(cells) for cells in _readings(text))

    def shown(self, cells: str) -> bool:
        """Whether it stands there as it is, or as it looks turned."""
        return any(secret in cells for secret in self._looked_for)

    @cached_property
    def _looked_for(self) -> tuple[str, ...]:
        plain, *turned = dict.fromkeys(_turned(self.output))
        found = [plain] if len(plain) >= LEAST and not any(plain in one for one in self._open) else []
        if len(plain) >= LEAST_TURNED:
            found += [one for one in turned if not any(one in known for known in self._open_turned)]
        return tuple(found)

    def _hidden(self, cells: str) -> bool:
        """Whether it stands there in other colours, or in pieces, beside the grids that are shown."""
        size = len(self.output) * len(self.output[0])
        if size < LEAST_HIDDEN:
            return False
        runs = [run for run in cells.split(BREAK) if run and run not in self._open]
        if any(pattern.search(run) for run in runs if len(run) >= size for pattern in self._recoloured):
            return True
        pieces = [run for run in runs if len(run) < size]
        return any(secret in "".join(pieces) or _in_turn(rows, BREAK.join(pieces)) for secret, rows in self._pieces)

    @cached_property
    def _pieces(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The output, and its rows, as they are and turned, where these are no open matter."""
        seen = {"".join(rows): rows for rows in map(_rows, (turn.grid(self.output) for turn in SYMMETRIES))}
        return tuple((flat, rows) for flat, rows in seen.items() if flat in self._looked_for)

    @cached_property
    def _recoloured(self) -> tuple[re.Pattern[str], ...]:
        patterns = [_alike(one) for one in dict.fromkeys(_turned(self.output)) if len(set(one)) > 1]
        known = any(pattern.search(one) for pattern in patterns for one in self._open)
        return () if known else tuple(patterns)

    @cached_property
    def _open(self) -> tuple[str, ...]:
        """The grids that the task shows, as cells in a row."""
        return tuple("".join(_rows(grid)) for grid in _grids(self.task))

    @cached_property
    def _open_turned(self) -> tuple[str, ...]:
        return tuple(one for grid in _grids(self.task) for one in _turned(grid))


@lru_cache(maxsize=64)
def _secret(task: Task, output: Grid) -> _Secret:
    return _Secret(task, output)


def _grids(task: Task) -> Iterator[Grid]:
    yield from (grid for pair in task.pairs for grid in (pair.input, pair.output))
    yield from task.tests


def _readings(text: str) -> set[str]:
    """The cells of a text, with the numbers of its rows and points, and without."""
    return {cells_in(text), cells_in(_PLACE.sub(" ", text))}


def _rows(grid: Grid) -> tuple[str, ...]:
    return tuple("".join(map(str, row)) for row in grid)


def _turned(grid: Grid) -> list[str]:
    """It as cells in a row, as it is and in its seven other symmetries."""
    return ["".join(_rows(symmetry.grid(grid))) for symmetry in SYMMETRIES]


def _in_turn(rows: Iterable[str], cells: str) -> bool:
    """Whether they stand there one after the other, whatever lies between."""
    place = 0
    for row in rows:
        found = cells.find(row, place)
        if found < 0 or len(row) < 3:
            return False
        place = found + len(row)
    return True


def _alike(cells: str) -> re.Pattern[str]:
    """What finds the same cells in any colours, one for one."""
    groups: dict[str, int] = {}
    told = []
    for cell in cells:
        if cell in groups:
            told.append(rf"\{groups[cell]}")
        else:
            told.append("".join(rf"(?!\{other})" for other in groups.values()) + r"(\d)")
            groups[cell] = len(groups) + 1
    return re.compile("".join(told))
