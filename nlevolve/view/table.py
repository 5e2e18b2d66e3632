"""A table of texts: the terminal and the pages draw it from the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the first column names its rows, the others are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    justify: Literal["left", "right"] = "right"
    """Where the cells after the first stand."""


def drawn(sheet: Sheet) -> Table:
    """In the terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=sheet.title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    first, *others = sheet.columns
    table.add_column(Text(first), overflow="fold")
    for column in others:
        table.add_column(Text(column), justify=sheet.justify, no_wrap=sheet.justify == "right", overflow="fold")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table
