"""A table of texts: the terminal and the pages draw it from the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.table import Table

APART = 2
"""Columns of a terminal between two of a table."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first column names its rows, the others are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    justify: Literal["left", "right"] = "right"
    """Where the cells after the first stand."""


def drawn(sheet: Sheet, width: int | None = None) -> list[Table]:
    """In the terminal. Figures that do not fit into `width` go on in a table below, beside the same names."""
    if width is None or sheet.justify == "left":
        return [_drawn(sheet, APART)]
    wide = [max(map(cell_len, column)) for column in zip(sheet.columns, *sheet.rows, strict=True)]
    close = sum(wide) + APART * len(wide) > width >= sum(wide) + len(wide)
    return [_drawn(sheet, 1)] if close else [_drawn(part, APART) for part in _parts(sheet, wide, width)]


def _parts(sheet: Sheet, widths: Sequence[int], width: int) -> list[Sheet]:
    """The sheet in as many as it takes, each with the names of its rows."""
    wide = [one + APART for one in widths]
    parts: list[list[int]] = [[0]]
    for place in range(1, len(wide)):
        if len(parts[-1]) > 1 and sum(wide[n] for n in parts[-1]) + wide[place] - APART > width:
            parts.append([0])
        parts[-1].append(place)
    return [
        replace(
            sheet,
            title="" if number else sheet.title,
            columns=[sheet.columns[n] for n in part],
            rows=[[row[n] for n in part] for row in sheet.rows],
        )
        for number, part in enumerate(parts)
    ]


def _drawn(sheet: Sheet, apart: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    title = sheet.title or None
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, apart, 0, 0), pad_edge=False)
    first, *others = sheet.columns
    table.add_column(Text(first), overflow="fold")
    for column in others:
        table.add_column(Text(column), justify=sheet.justify, no_wrap=sheet.justify == "right", overflow="fold")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table
