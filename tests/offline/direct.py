"""Direct tests: descriptions, and what they make of small grids, both written by hand and thought out from the English.

A table has the bullets of a description, one a line, and below them, indented, what they make of grids. The last bullet of a
description is followed by the next one's; those before it hold until a blank line.

    Cells of any colours that touch by a side form an object.
    Crop the grid to the largest object.
        12. ..3 → 12
    Remove the largest object.
        12. ..3 → ... ..3
        1.. ..3 → no sense

A digit is a cell of that colour, a dot a black one; blanks part rows. With nothing before the arrow the grid is the last one, and
a grid may stand alone, to be the last one. `no sense` stands where a bullet asks for the impossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nlevolve.offline import english
from nlevolve.offline.scene import Cells, Scene, cells

NO_SENSE = "no sense"


@dataclass(frozen=True)
class Case:
    """A description and what it makes of a grid."""

    bullets: tuple[str, ...]
    before: str
    after: str

    @cached_property
    def made(self) -> str:
        """What the program makes of it."""
        return follow(self.bullets, self.before)

    def __str__(self) -> str:
        return f"{self.bullets[-1]} {self.before}"


def table(text: str) -> list[Case]:
    """The cases of a table."""
    cases: list[Case] = []
    bullets: list[str] = []
    before, told = "", False
    for line in text.splitlines():
        if line.startswith(" "):
            grid, arrow, after = line.partition("→")
            before = grid.strip() or before
            cases += [Case(tuple(bullets), before, after.strip())] if arrow else []
            told = True
        elif line:
            bullets = [*bullets[:-1], line] if told else [*bullets, line]
            told = False
        else:
            bullets, told = [], False
    return cases


def grid(text: str) -> Cells:
    """`grid("..1 .1.")` has two rows and three columns."""
    return cells([[0 if c == "." else int(c) for c in row] for row in text.split()])


def written(rows: Cells) -> str:
    """The text of a grid."""
    return " ".join("".join(map(str, row)).replace("0", ".") for row in rows.tolist())


def follow(bullets: Sequence[str], before: str) -> str:
    """What bullets make of a grid, both as text. A bullet that is not read is an error."""
    followed = english.follow(bullets, Scene(grid(before)))
    assert not followed.unread, followed.note
    return NO_SENSE if followed.undone else written(followed.scene.grid)
