"""Who reads a description, and who writes programs beside it: solved and calls of each, paired with the words alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from nlevolve.config import RunConfig, configure
from nlevolve.view.statistics import mcnemar


class Row(NamedTuple):
    """A preset, with what is changed of it."""

    preset: str
    changes: Mapping[str, Any]
    coder: str | None = None


READERS: Mapping[str, Row] = {
    "`policy.read=words`": Row("quick", {}),
    "`policy.read=code`": Row("quick", {"policy.read": "code"}, "offline/coder"),
    "`policy.read=both`": Row("quick", {"policy.read": "both"}, "offline/coder"),
    "preset `python`": Row("python", {}),
    "preset `greenblatt`": Row("greenblatt", {}),
}


class Result(NamedTuple):
    """One row on one set of tasks."""

    solved: frozenset[str]
    calls: int
    """Of every role: a coder's count like a checker's."""
    programs: Mapping[str, int]
    """As results.json has it, over all tasks."""


Solve = Callable[[str, RunConfig], Awaitable[Result]]
"""A selector and settings -> what came of them, from a bank of its own."""

HEAD = [
    "| | solved | provider calls | of `words` | gained, lost | p | programs | pairs read | checks saved | readers differ |",
    "|---|---|---|---|---|---|---|---|---|---|",
]


async def against_words(solve: Solve, tasks: int) -> list[str]:
    """The table, of ARC-1 training with the embedded models."""
    lines = [*HEAD]
    words: Result | None = None
    for name, row in READERS.items():
        config = configure(row.preset, models={"coder": row.coder}, changes=row.changes)
        found = await solve(f"arc1:training~{tasks}", config)
        words = words or found
        lines.append(f"| {name} | {cells(found, words)} |")
        print(lines[-1], flush=True)
    return lines


def cells(found: Result, words: Result) -> str:
    """What one row came to beside the words alone on the same tasks."""
    gained, lost = len(found.solved - words.solved), len(words.solved - found.solved)
    told = found.programs
    figures = (told["made"], told["pairs"], told["saved"], told["differ"]) if told.get("made") else ("",) * 4
    share = f"{found.calls / max(1, words.calls):.0%}"
    paired = f"+{gained} -{lost}", f"{mcnemar(gained, lost):.2f}"
    return " | ".join([str(len(found.solved)), f"{found.calls:,}", share, *paired, *map(str, figures)])
