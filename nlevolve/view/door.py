"""The one door to a terminal, a pipe or a log of a CI: what goes through it commands nothing, and fits the stream's encoding.

Nothing else in nlevolve prints (tests/attacks/test_escapes.py looks). What is drawn on purpose, colours and moves of the cursor,
is rich's; the texts within it pass here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

from nlevolve.view.text import clean, harmless

if TYPE_CHECKING:
    from rich.console import Console


def say(text: object, *, stream: TextIO | None = None) -> None:
    """Write text and a line end, to stdout unless told otherwise; it is out when this returns."""
    put(f"{text}\n", stream or sys.stdout)


def complain(text: object) -> None:
    """One line on stderr that says who complains."""
    say(f"nlevolve: {clean(str(text))}", stream=sys.stderr)


def put(text: str, stream: TextIO) -> None:
    """Write text as it is but for what would command a terminal, or what the stream cannot write."""
    told = harmless(text)
    try:
        stream.write(told)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(told.encode(encoding, "replace").decode(encoding))
    stream.flush()


def console(**options: Any) -> Console:
    """rich's console, behind the door."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Door(Console):
        """Every text that rich lays out is made harmless before it is measured or printed."""

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                text, style, control = segment
                yield segment if control or text.isprintable() else Segment(harmless(text), style)

    return Door(**options)


def forgiving() -> None:
    """Have stdout and stderr take any character, and be there."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, open_nowhere())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def open_nowhere() -> TextIO:
    """A stream that nobody reads."""
    import os

    return open(os.devnull, "w", encoding="utf-8")
