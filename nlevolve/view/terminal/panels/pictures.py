"""The grids of the candidate looked at, beside the truth, with wrong cells marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from nlevolve.puzzle.grids import Grid
from nlevolve.records import Attempt, Followed, Garbled, Refused, Skipped
from nlevolve.view.programs import mark
from nlevolve.view.terminal.grids import Picture, size
from nlevolve.view.terminal.panels.layout import EMPTY, Row, Styled, beside, fill, fit, row
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.text import clean, percent

GAP = 3
"""Columns between the grids of a pair, where the signs stand."""
APART = 5
"""Columns between two pairs."""
FORMS = ((3, False), (3, True), (2, False), (2, True), (1, True))
"""(how many of input, truth and the candidate's grid, counted from the last; in half-blocks), the best to read first."""


def grids(look: Look, width: int, height: int, *, every: bool = False, most: int | None = None) -> list[Row]:
    """As many training pairs as fit (`most` at most), the one the candidate does worst on first; `every`: in the task's order.

    The first is drawn whatever its size: in half-blocks, without its input, and at last cut.
    """
    task, candidate = look.task, look.candidate
    if task is None or task.started is None or height < 3:
        return []
    attempts: dict[int, Attempt] = {one.pair: one for one in candidate.attempts} if candidate else {}
    pairs = [_Pair(look, n, *pair, attempts.get(n)) for n, pair in enumerate(task.started.pairs)]
    if not every:
        pairs.sort(key=lambda pair: (pair.cells == 1, not pair.fits(width, height), pair.cells))
    shown = [*pairs[:1], *(pair for pair in pairs[1:] if pair.fits(width, height))][:most]
    return _flow((pair.rows(width, height) for pair in shown), width, height)


def _flow(blocks: Iterable[list[Row]], width: int, height: int) -> list[Row]:
    """Blocks from left to right, and from top to bottom as long as whole ones fit."""
    rows: list[Row] = []
    line: list[Row] = []
    used = 0
    for block in blocks:
        wide = block[0].cell_len
        if line and used + APART + wide > width:
            rows, line, used = [*rows, *line], [], 0
        if rows + line and len(rows) + len(block) > height:
            break
        line = beside(line, block, used, APART) if line else block
        used += wide + (APART if used else 0)
    return [fit(one, width) for one in [*rows, *line][:height]]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One training pair and what the checker made of it."""

    look: Look
    number: int
    source: Grid
    truth: Grid
    attempt: Attempt | None

    @property
    def got(self) -> Grid | None:
        return self.attempt.grid if isinstance(self.attempt, Followed) else None

    @property
    def cells(self) -> float:
        return self.attempt.cells if self.attempt else 0.0

    def fits(self, width: int, height: int) -> bool:
        return self._tall(*self._form(width, height)) <= height

    def _form(self, width: int, height: int) -> tuple[int, bool]:
        """The best form that fits; where none does, the best that has to be cut below only."""
        narrow = [form for form in FORMS if self._wide(*form) <= width] or [FORMS[-1]]
        whole = [form for form in narrow if self._tall(*form) <= height]
        dense = [form for form in narrow if form[1]]
        return (whole or dense or narrow)[0]

    def rows(self, width: int, height: int) -> list[Row]:
        """The pair in its form, every row equally wide."""
        shown, dense = self._form(width, height)
        columns = [self._column(place, shown, dense, width) for place in range(3 - shown, 3)]
        joined = columns[0]
        for column, sign in zip(columns[1:], "→│"[3 - shown :], strict=True):
            tall = max(len(joined), len(column))
            signs = fill([EMPTY, row((f" {sign} ", "dim"))], GAP, tall)
            joined = beside(joined, beside(signs, column, GAP, 0), joined[0].cell_len, 0)
        wide = min(width, max(one.cell_len for one in joined))
        if len(joined) > height:
            joined = [*joined[: height - 1], row((f"⋮ {len(joined) - height + 1} more lines", "dim"))]
        return fill(joined, wide, len(joined))

    def _grids(self) -> list[Grid]:
        return [self.source, self.truth, self.got or self.truth]

    def _titles(self, shown: int) -> list[Styled]:
        titles: list[Styled] = [("input", "bold"), ("truth", "bold"), self._verdict()]
        text, style = titles[3 - shown]
        titles[3 - shown] = (f"pair {self.number + 1}" + (f" {text}" if shown < 3 else ""), style)
        return titles

    def _wide(self, shown: int, dense: bool) -> int:
        cells, titles = self._grids()[-shown:], self._titles(shown)[-shown:]
        each = (max(len(g[0]) * (1 if dense else 2), cell_len(title)) for g, (title, _) in zip(cells, titles, strict=True))
        return sum(each) + GAP * (shown - 1)

    def _tall(self, shown: int, dense: bool) -> int:
        tall = max(map(len, self._grids()[-shown:]))
        # half-blocks need colours enough; without them they are digits, a line a cell
        return 1 + ((tall + 1) // 2 if dense and self.look.colour and self.look.fades else tall)

    def _column(self, place: int, shown: int, dense: bool, width: int) -> list[Row]:
        """Input, truth or the candidate's grid under its title, every row equally wide."""
        grid = (self.source, self.truth, self.got)[place]
        picture = Picture(grid, truth=self.truth if place == 2 else None, colours=self.look.palette.cells, dense=dense)
        lines = picture.lines(width, colour=self.look.colour, dims=self.look.fades)
        body = [row(*[(one.text, one.style or "") for one in line]) for line in lines]
        told = [row(self._titles(shown)[place]), *body]
        return fill(told, max(one.cell_len for one in told), len(told))

    def _verdict(self) -> Styled:
        """What came of it, and the mark of who read it."""
        (text, style), told = self._judged(), mark(self.attempt)
        return (f"{text} {told}" if told else text, style)

    def _judged(self) -> Styled:
        palette = self.look.palette
        match self.attempt:
            case None:
                return ("no candidate", "dim")
            case Followed() if self.attempt.grid == self.truth:
                return ("✔ exact", palette.good)
            case Followed() if self.cells > 0:
                return (f"✗ {percent(self.cells, 0)}", palette.partly)
            case Followed():
                return (f"✗ {size(self.attempt.grid)}", palette.bad)
            case Garbled():
                return (f"✗ no grid: {clean(self.attempt.why)}"[:24], palette.bad)
            case Refused():
                return ("✗ content refused", palette.bad)
            case Skipped():
                return ("not asked", "dim")
        return ("no reply", palette.bad)
