"""Prompts as a run renders them, for the tests of the embedded models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2

from nlevolve.puzzle.grids import Grid, diff, render, shape

TEMPLATES = Path(__file__).parents[2] / "prompts"


def shown(of: Grid, number: int = 0) -> SimpleNamespace:
    rows, columns = shape(of)
    return SimpleNamespace(number=number, rows=rows, columns=columns, text=render(of))


def messages(name: str, **fields: Any) -> list[dict[str, str]]:
    """A template rendered and split into messages."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    text = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True).get_template(name).render(fields)
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        if line.startswith("=== "):
            found.append({"role": line[4:].split(",")[0], "content": ""})
        else:
            found[-1]["content"] += line + "\n"
    return found


def pairs_shown(pairs: Sequence[tuple[Grid, Grid]]) -> list[SimpleNamespace]:
    return [SimpleNamespace(number=n, input=shown(a), output=shown(b)) for n, (a, b) in enumerate(pairs, 1)]


def parent_shown(bullets: Sequence[str], gots: Sequence[Grid], pairs: Sequence[tuple[Grid, Grid]], letter: str = "A") -> Any:
    results = [
        SimpleNamespace(
            number=n,
            verdict="exact" if got == want else "wrong",
            rows=len(got),
            columns=len(got[0]),
            text=render(got) if got != want else "",
            difference=diff(got, want),
        )
        for n, (got, (_, want)) in enumerate(zip(gots, pairs, strict=True), 1)
    ]
    return SimpleNamespace(letter=letter, bullets=bullets, results=results)


def write(pairs: Sequence[tuple[Grid, Grid]], tests: Sequence[Grid], view: str = "") -> list[dict[str, str]]:
    tests_shown = [shown(t, n) for n, t in enumerate(tests, 1)]
    return messages("write.md", pairs=pairs_shown(pairs), tests=tests_shown, view=view)


def revise(pairs: Sequence[tuple[Grid, Grid]], tests: Sequence[Grid], bullets: Sequence[str], gots: Sequence[Grid]) -> Any:
    tests_shown = [shown(t, n) for n, t in enumerate(tests, 1)]
    parent = parent_shown(bullets, gots, pairs)
    return messages("revise.md", pairs=pairs_shown(pairs), tests=tests_shown, view="", parent=parent)


def recombine(
    pairs: Sequence[tuple[Grid, Grid]], tests: Sequence[Grid], parents: Sequence[tuple[Sequence[str], Sequence[Grid]]]
) -> list[dict[str, str]]:
    tests_shown = [shown(t, n) for n, t in enumerate(tests, 1)]
    found = [parent_shown(bullets, gots, pairs, "ABCDE"[n]) for n, (bullets, gots) in enumerate(parents)]
    return messages("recombine.md", pairs=pairs_shown(pairs), tests=tests_shown, view="", parents=found)


def apply(pairs: Sequence[tuple[Grid, Grid]], grid: Grid, bullets: Sequence[str]) -> list[dict[str, str]]:
    return messages("apply.md", pairs=pairs_shown(pairs), input=shown(grid), bullets=bullets)


def solve(pairs: Sequence[tuple[Grid, Grid]], grid: Grid) -> list[dict[str, str]]:
    return messages("solve.md", pairs=pairs_shown(pairs), input=shown(grid))
