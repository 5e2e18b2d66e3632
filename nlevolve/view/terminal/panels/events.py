"""The last events, in words, the newest at the bottom."""

from __future__ import annotations

from nlevolve.view.terminal.panels.layout import Row, fill, row
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.text import clean, duration


def events(look: Look, width: int, height: int) -> list[Row]:
    """As many of the last moments as fit."""
    summary = look.summary
    colours = {
        "good": look.palette.good,
        "partly": look.palette.partly,
        "busy": look.palette.busy,
        "bad": look.palette.bad,
        "quiet": "",
    }
    told = list(summary.moments)[-height:] if height > 0 else []
    rows = [
        row(
            (f" {duration(summary.when(one.at)):>6}  ", "dim"),
            (f"{clean(one.task)}  " if one.task else "", "bold" if one.headline else "dim"),
            (one.text, colours[one.tone]),
        )
        for one in told
    ]
    return fill(rows, width, height)
