"""Rows of styled text set beside and below each other. A panel is a list of rows, each as wide as it was asked to be.

Rows are plainer than rich's Text, whose layout took most of a frame's time: they never wrap, and their parts never overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

Styled = tuple[str, str | Style]

EIGHTHS = " ▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"


class Row:
    """One line of text and its styles. Markup in it is never read. Never changed once made."""

    __slots__ = ("cell_len", "parts")

    def __init__(self, parts: tuple[Styled, ...]) -> None:
        self.parts = parts
        self.cell_len = sum(cell_len(text) for text, _ in parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    @property
    def plain(self) -> str:
        return "".join(text for text, _ in self.parts)

    def segments(self, console: Console) -> Iterator[Segment]:
        for text, style in self.parts:
            yield Segment(text, console.get_style(style))

    def text(self) -> Text:
        """For rich's own layouts."""
        return Text.assemble(*self.parts)


Part = str | Styled | Row


def row(*parts: Part) -> Row:
    """Parts one after the other; neighbours of one style become one part."""
    joined: list[Styled] = []
    for part in parts:
        for text, style in part.parts if isinstance(part, Row) else [(part, "") if isinstance(part, str) else part]:
            if joined and joined[-1][1] == style:
                joined[-1] = (joined[-1][0] + text, style)
            elif text:
                joined.append((text, style))
    return Row(tuple(joined))


EMPTY = row()


def trimmed(of: Row) -> Row:
    """Without the spaces at its end."""
    parts = list(of.parts)
    while parts and not parts[-1][0].rstrip():
        parts.pop()
    if parts:
        parts[-1] = (parts[-1][0].rstrip(), parts[-1][1])
    return Row(tuple(parts))


def fit(of: Row, width: int) -> Row:
    """The row at exactly `width` cells: cut with an ellipsis, or filled with spaces."""
    if of.cell_len > width:
        of = trimmed(of)
    if of.cell_len > width:
        of = _cut(of, width)
    return row(of, " " * (width - of.cell_len))


def _cut(of: Row, width: int) -> Row:
    kept: list[Styled] = []
    room = width - 1
    for text, style in of.parts:
        wide = cell_len(text)
        if wide > room:
            ending = set_cell_size(text, room) + "…" if width > 0 else ""
            return Row((*kept, (ending, style)))
        kept.append((text, style))
        room -= wide
    return of


def fill(rows: Sequence[Row], width: int, height: int) -> list[Row]:
    """Exactly `height` rows of exactly `width` cells."""
    height = max(0, height)
    return [fit(one, width) for one in [*rows[:height], *[EMPTY] * (height - len(rows))]]


def ends(left: Row, right: Row, width: int) -> Row:
    """`left` at the left, `right` at the right; where both do not fit, the right one gives way."""
    gap = width - left.cell_len - right.cell_len
    return fit(left, width) if gap < 2 else row(left, " " * gap, right)


def rule(title: Row, width: int, right: Row = EMPTY) -> Row:
    """A line that opens a panel: its title at the left, more at the right where there is room."""
    tail = row(" ", right, (" ──", "dim")) if right.parts and title.cell_len + right.cell_len + 12 <= width else EMPTY
    title = title if title.cell_len + 6 <= width else fit(title, max(0, width - 6))
    line = "─" * max(1, width - title.cell_len - tail.cell_len - 4)
    return fit(row(("── ", "dim"), title, (f" {line}", "dim"), tail), width)


def beside(left: Sequence[Row], right: Sequence[Row], width: int, gap: int = 2) -> list[Row]:
    """Two panels side by side; the left one is `width` wide."""
    tall = max(len(left), len(right))
    pairs = zip(fill(left, width, tall), [*right, *[EMPTY] * (tall - len(right))], strict=True)
    return [row(one, " " * gap, other) for one, other in pairs]


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
    return [fit(row((one, style)), width) for one in rows[: max(0, most)]]


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
        for one in self.rows:
            yield from one.segments(console)
            yield Segment.line()


def frame(rows: Iterable[Row], width: int, height: int) -> Frame:
    return Frame(tuple(fill(list(rows), width, height)))
