"""The runs of a folder, a line each: what `nlevolve ls` shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from nlevolve.run.shelf import Kept
from nlevolve.run.store import shard_of
from nlevolve.view.text import clean, money, shard_words, short_model

STYLES = {"running": "cyan", "paused": "magenta", "done": "", "unfinished": "yellow"}


def runs_table(runs: Sequence[Kept]) -> Table:
    """When, models, preset, tasks, solved, dollars, state, note."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("run", "began", "models", "preset", "tasks", "solved", "$", "state", "note"):
        table.add_column(title, justify="right" if title in ("tasks", "solved", "$") else "left", overflow="fold")
    for one in runs:
        row = as_row(one)
        solved = "–" if row["solved"] is None else str(row["solved"])
        cost = "–" if row["cost_usd"] is None else money(row["cost_usd"])
        table.add_row(
            Text(clean(one.name), "bold"),
            f"{one.began.astimezone():%Y-%m-%d %H:%M}",
            Text(" → ".join(dict.fromkeys(short_model(model) for model in row["models"].values()))),
            Text(clean(row["preset"])),
            ", ".join(filter(None, (str(row["tasks"]), shard_words(row["shard"])))),
            solved,
            cost,
            Text(one.state, STYLES[one.state]),
            Text(clean(one.note)),
        )
    return table


def as_row(one: Kept) -> dict[str, Any]:
    """The same for programs."""
    totals = one.results.get("totals", {})
    settings = one.config.get("settings", {})
    models = {role: str(settings.get(role, {}).get("model", "?")) for role in ("generator", "checker")}
    return {
        "run": one.name,
        "folder": str(one.folder),
        "began": one.began.isoformat(timespec="seconds"),
        "models": models,
        "preset": str(one.config.get("preset", "")),
        "tasks": len(one.config["tasks"]),
        "shard": shard_of(one.config),
        "solved": totals.get("solved"),
        "cost_usd": totals.get("cost_usd"),
        "state": one.state,
        "note": one.note,
    }
