"""Rows of text set beside and below each other. A panel is a list of rows, each as wide as it was asked to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

Row = Text
Part = str | tuple[str, str]
"""Plain text, or text and its style. Markup in it is never read."""

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"


def row(*parts: Part | Row) -> Row:
    return Text.assemble(*parts, no_wrap=True, end="")


def fit(of: Row, width: int) -> Row:
    """The row at exactly `width` cells: cut with an ellipsis, or filled with spaces."""
    if width <= 0:
        return Text("")
    of = of.copy()
    if of.cell_len > width:
        of.rstrip()
    of.truncate(width, overflow="ellipsis", pad=True)
    return of


def fill(rows: Sequence[Row], width: int, height: int) -> list[Row]:
    """Exactly `height` rows of exactly `width` cells."""
    height = max(0, height)
    blank = [Text("")] * (height - len(rows))
    return [fit(one, width) for one in [*rows[:height], *blank]]


def ends(left: Row, right: Row, width: int) -> Row:
    """`left` at the left, `right` at the right; where both do not fit, the right one gives way."""
    gap = width - left.cell_len - right.cell_len
    if gap < 2:
        return fit(left, width)
    return Text.assemble(left, " " * gap, right, no_wrap=True, end="")


def rule(title: Row, width: int, right: Row | None = None) -> Row:
    """A line that opens a panel: its title at the left, more at the right where there is room."""
    tail = right if right is not None and title.cell_len + right.cell_len + 12 <= width else Text("")
    title = title if title.cell_len + 6 <= width else fit(title, max(0, width - 6))
    gap = width - title.cell_len - tail.cell_len - (9 if tail else 5)
    closing: list[Part | Text] = [(" ", ""), tail, (" ──", "dim")] if tail else []
    return fit(Text.assemble(("── ", "dim"), title, (" " + "─" * max(0, gap + 1), "dim"), *closing, no_wrap=True, end=""), width)


def beside(left: Sequence[Row], right: Sequence[Row], width: int, gap: int = 2) -> list[Row]:
    """Two panels side by side; the left one is `width` wide."""
    tall = max(len(left), len(right))
    pairs = zip(fill(left, width, tall), [*right, *[Text("")] * (tall - len(right))], strict=True)
    return [Text.assemble(one, " " * gap, other, no_wrap=True, end="") for one, other in pairs]


def wrapped(text: str, width: int, most: int, style: str = "") -> list[Row]:
    """Words broken into at most `most` rows; what does not fit ends in an ellipsis."""
    rows: list[str] = []
    words, line = text.split(), ""
    for place, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width or not line:
            line = longer
            continue
        if len(rows) == most - 1:
            line = f"{line} {' '.join(words[place:])}"
            break
        rows.append(line)
        line = word
    rows.append(line)
    return [fit(Text(one, style, no_wrap=True, end=""), width) for one in rows[: max(0, most)]]


def bar(share: float, width: int, style: str, rest: str = "dim") -> list[Part]:
    """A bar of eighths: told by its length, with or without colour."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    body = "█" * full + (EIGHTHS[part] if part else "")
    return [(body, style), ("░" * (width - len(body)), rest)]


def level(share: float) -> str:
    """A block as tall as the share; only 1.0 is the full block."""
    return LEVELS[-1] if share >= 1 else LEVELS[min(6, int(max(0.0, share) * 7))]


@dataclass(frozen=True, slots=True)
class Frame:
    """A screenful of rows, ready for rich: nothing is wrapped or measured again."""

    rows: tuple[Row, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, one in enumerate(self.rows):
            if number:
                yield Segment.line()
            yield from one.render(console)


def frame(rows: Iterable[Row], width: int, height: int) -> Frame:
    return Frame(tuple(fill(list(rows), width, height)))
