"""The embedded coder: bullets -> the Python program that says the same, for a sandbox to run.

A bullet that nobody understands is left out, as the checker leaves it out. Where one is understood and cannot be said in Python
yet, there is no program: whoever reads the words has to follow them then.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from nlevolve.offline.english import steps
from nlevolve.offline.operation import Operation
from nlevolve.offline.programs.helpers import needed
from nlevolve.offline.programs.step import SAID, Sight, uses, write
from nlevolve.offline.programs.unsaid import Unsaid
from nlevolve.offline.said import ClaimOfOutput

for _theme in ("answers", "approaching", "cells", "grids", "objects", "panels", "pictures", "repeating", "seeing"):
    importlib.import_module(f"nlevolve.offline.programs.{_theme}")

__all__ = ["SAID", "program", "program_reply"]


def program_reply(bullets: Sequence[str], *, as_far: bool = False) -> str:
    """A program that does what the bullets say, in a fence; or a line that names the first that cannot be said in Python.

    `as_far`: what cannot be said is left out of the program, which says so.
    """
    sight, lines = Sight(), ["grid = [list(row) for row in grid]"]
    for bullet in bullets:
        lines.append(f"# {' '.join(bullet.split())}")
        try:
            for operation in steps(bullet) or ():
                lines += _lines(operation, sight)
        except Unsaid:
            if not as_far:
                return f"CANNOT: {' '.join(bullet.split())}"
            lines.append("# (left out: there is no program for this yet)")
    return f"```python\n{_program(lines)}\n```"


def program(operations: Sequence[Operation]) -> str:
    """The program of some operations, one after the other. Raises Unsaid."""
    sight, lines = Sight(), ["grid = [list(row) for row in grid]"]
    for operation in operations:
        lines += _lines(operation, sight)
    return _program(lines)


def _lines(operation: Operation, sight: Sight) -> list[str]:
    # what is claimed of the output only decides between meanings, and what has several has no program
    return [] if isinstance(operation, ClaimOfOutput) else write(operation, sight)


def _program(lines: list[str]) -> str:
    first = ["original = grid"] if uses(lines, "original") else []
    body = [f"    {line}" if line else "" for line in (*first, *lines, "return grid")]
    function = "\n".join(("def transform(grid):", *body))
    definitions = needed(function)
    constants = [text for text in definitions if "\n" not in text]
    functions = [text for text in definitions if "\n" in text]
    return "\n\n\n".join(("\n".join(constants),) * bool(constants) + (*functions, function))
