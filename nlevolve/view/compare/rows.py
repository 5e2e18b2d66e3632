"""A comparison as rows for spreadsheets: one for each shared task and run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nlevolve.view.compare.comparison import shared
from nlevolve.view.compare.repeats import grouped, named, turn
from nlevolve.view.compare.sides import TaskRow
from nlevolve.view.run_folder import RunFolder, names_of


def rows(runs: Sequence[RunFolder]) -> Iterator[dict[str, Any]]:
    """In the order of the tasks, then of the runs. Shares are 0..1, dollars USD; empty where it is not known."""
    names = names_of(runs)
    groups = {run: group for group, members in named(grouped(names, runs)).items() for run in members}
    for task in shared(runs):
        for name, run in zip(names, runs, strict=True):
            own = {"repeats": groups[name], "seed": turn(run.config).seed}
            yield {"task": task, "run": name, **_row(run.results["tasks"][task]), **own}


def _row(row: TaskRow) -> dict[str, Any]:
    inputs, train, best, calls = row["inputs_solved"], row["train"], row["best"] or {}, row["calls"]
    return {
        "solved": row["solved"],
        "inputs_solved": None if inputs is None else sum(inputs),
        "inputs": None if inputs is None else len(inputs),
        "pairs_exact": train["exact"],
        "pairs": train["pairs"],
        "cells": train["cell_accuracy"],
        "copy_cells": train["copy_accuracy"],
        "birth": best.get("birth"),
        "operator": best.get("operator"),
        "model": best.get("model"),
        "births": row["candidates"],
        "calls": calls["provider"],
        "cached": calls["cache"],
        "failed": calls["failed"],
        "cost_usd": row["cost_usd"],
        "cost_full_usd": round(row["cost_usd"] + row["bought_before"]["cost_usd"], 6),
        "seconds": row["seconds"],
        "stopped": row["stopped"],
        "agreed": len(row.get("agreed", ())),
        "description": "\n".join(row["description"] or ()),
    }
