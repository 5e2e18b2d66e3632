"""The last events, in words, the newest at the bottom."""

from __future__ import annotations

from nlevolve.view.readings import in_words, readings_row, telling
from nlevolve.view.terminal.panels.layout import Row, fill, fit, row
from nlevolve.view.terminal.panels.look import Look
from nlevolve.view.text import clean, duration


def replies(look: Look, width: int) -> list[Row]:
    """What became of the replies, a line a role and model of which not all were read at once."""
    told = {key: readings_row(its) for key, its in look.summary.history.readings.by_role.items()}
    return [
        fit(row(f" {role}", (f" {look.summary.history.short(model)}", "dim"), f"  {in_words(its)}"), width)
        for (role, model), its in told.items()
        if telling(its)
    ]


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
