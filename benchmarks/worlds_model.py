"""A model for random worlds, behind HTTP: it knows five rules, finds one by luck, and follows any in whatever notation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.notations import NOTATIONS, write
from nlevolve.records import Usage
from tests.server import Asked, Said, Script

Rule = Callable[[Grid], Grid]
PROGRAMS = {
    "Mirror every row from left to right.": "[row[::-1] for row in grid]",
    "Turn the grid upside down.": "grid[::-1]",
    "Turn the grid by half a turn.": "[row[::-1] for row in grid[::-1]]",
    "Leave the grid as it is.": "[row[:] for row in grid]",
    "Mirror the first row alone.": "[grid[0][::-1]] + grid[1:]",
}
RULES: dict[str, Rule] = {
    "Mirror every row from left to right.": lambda grid: tuple(row[::-1] for row in grid),
    "Turn the grid upside down.": lambda grid: grid[::-1],
    "Turn the grid by half a turn.": lambda grid: tuple(row[::-1] for row in grid[::-1]),
    "Leave the grid as it is.": lambda grid: grid,
    "Mirror the first row alone.": lambda grid: (grid[0][::-1], *grid[1:]),
}


def tasks_in(folder: Path) -> list[str]:
    """Four tasks as files of this folder, of the first four rules; their names."""
    names = []
    for number, rule in enumerate(list(RULES.values())[:4]):
        rng = Random(number)
        inputs = [tuple(tuple(rng.randrange(10) for _ in range(3)) for _ in range(3 + number % 2)) for _ in range(5)]
        pairs = [{"input": grid, "output": rule(grid)} for grid in inputs]
        names.append(f"task{number}.json")
        (folder / names[-1]).write_text(json.dumps({"train": pairs[:3], "test": pairs[3 : 4 + number % 2]}))
    return names


def model(folder: Path, names: list[str]) -> Script:
    """What it says to any of our prompts, over HTTP; the same to the same."""
    known = known_in(folder, names)

    def say(asked: Asked) -> Said:
        text = "\n".join(asked.texts)
        rng = Random(f"{asked.model} {asked.body.get('seed')} {text}")
        usage = Usage(prompt=len(text) // 3, completion=rng.randrange(10, 90))
        return Said(reply(text, asked.texts[0], known, rng), usage=usage)

    return say


def known_in(folder: Path, names: list[str]) -> dict[str, Grid]:
    """Each input of these tasks by all that it may be written as."""
    grids = []
    for name in names:
        told = json.loads((folder / name).read_text())
        grids += [tuple(map(tuple, pair["input"])) for pair in (*told["train"], *told["test"])]
    return {write(grid, notation): grid for grid in grids for notation in NOTATIONS}


def reply(text: str, system: str, known: dict[str, Grid], rng: Random) -> str:
    """What it says to a prompt, of which `system` is the first message."""
    if "# Candidates" in text:
        return rng.choice(["First: A\nSecond: B", "First: B\nSecond: A", "First: B", "Neither."])
    if '"verdict"' in system:
        return rng.choice(
            ["Verdict: accept", "Verdict: accept", "Verdict: doubt\nReason: it names a row.", "Verdict: stuck on test 1"]
        )
    if "# Input grid" in text:
        return _followed(text.split("# Input grid")[1], known, rng)
    rule = rng.choice(list(RULES))
    if "# Training inputs" in text or ("fenced block" in system and "# Training pairs" not in text):
        return _program(_rule_in(text.rsplit("# Description", 1)[-1]) or rule)
    told = [rule, f"Then look again {rng.randrange(3)} times."]
    if "fenced block" in system:
        return "Description:\n" + "".join(f"- {line}\n" for line in told) + _program(rule)
    return json.dumps({"bullets": told})


def _followed(asked: str, known: dict[str, Grid], rng: Random) -> str:
    shown = [grid for told, grid in known.items() if told in asked]
    rule = _rule_in(asked) or rng.choice(list(RULES))
    if not shown or rng.random() < 0.03:
        return "I cannot see a grid."
    return json.dumps({"grid": RULES[rule](shown[0]), "note": ""})


def _rule_in(text: str) -> str | None:
    return next((rule for rule in RULES if rule in text), None)


def _program(rule: str) -> str:
    return f"```python\ndef transform(grid):\n    return {PROGRAMS[rule]}\n```"
