"""Sets to train on while a task is being solved: each training pair held out once, in views that can be undone (marc).

The recipe is that of "The Surprising Effectiveness of Test-Time Training for Abstract Reasoning" (Akyürek and others, 2024).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from typing import Any

from nlevolve.ask.prompts import Prompts
from nlevolve.ask.solver import solving
from nlevolve.puzzle.grids import Grid
from nlevolve.puzzle.orbit import orbit
from nlevolve.puzzle.symmetry import IDENTITY, Transform
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.view.export.chats import Split, split_of, worded
from nlevolve.view.export.proof import transforms
from nlevolve.view.export.spills import shows
from nlevolve.view.run_folder import RunFolder

VIEWS = 7
"""Views of a held-out pair beside the plain one, where nobody says how many."""


@dataclass(frozen=True)
class View:
    """How a set was made of its task, so that it can be undone: grids by `by`, places of the shown pairs by `order`."""

    by: Transform
    order: tuple[int, ...]
    """For each pair shown the training pair (from 0) that it is."""

    @property
    def line(self) -> dict[str, Any]:
        return {
            "mirrored": self.by.mirrored,
            "turns": self.by.turns,
            "colours": list(self.by.colours),
            "order": list(self.order),
        }


@dataclass(frozen=True)
class LeaveOneOut:
    """One line of the file: a task of its own, with a training pair in the test's place."""

    task: str
    split: Split
    """On which side the task is where lines are parted: here all stand together."""
    held_out: int
    view: View
    shown: tuple[Pair, ...]
    asked: Pair
    messages: list[dict[str, Any]] = field(hash=False)

    @property
    def line(self) -> dict[str, Any]:
        """`train` and `test` are as in ARC's files."""
        told = {"task": self.task, "split": self.split, "held_out": self.held_out, "augmentation": self.view.line}
        return {"messages": self.messages, **told, "train": [_raw(pair) for pair in self.shown], "test": [_raw(self.asked)]}


def undone(line: dict[str, Any]) -> tuple[dict[int, Pair], Pair]:
    """What a line was made of: the pairs shown, by their number in the task, and the one that was held out."""
    said = line["augmentation"]
    back = Transform(said["turns"], said["mirrored"], tuple(said["colours"])).inverse
    pairs = [back.pair(Pair(_grid(pair["input"]), _grid(pair["output"]))) for pair in (*line["train"], *line["test"])]
    return dict(zip(said["order"], pairs[:-1], strict=True)), pairs[-1]


def leave_one_out(
    run: RunFolder, prompts: Prompts, views: int = VIEWS, told: Counter[str] | None = None
) -> Iterator[LeaveOneOut]:
    """Every task of the run, solved or not: for each training pair the others as examples, plain and in so many `views`.

    A view is a symmetry, a recolouring or both, with the examples in an order of its own. Test inputs are in none. No line
    stands twice. `told` counts what was left out: "repeated", "spilled" (a view that shows a test output), and tasks of a single
    pair ("single"). Raises PlaceError.
    """
    told = Counter() if told is None else told
    for task in run.tasks:
        if len(task.pairs) < 2:
            told["single"] += 1
            continue
        had: set[str] = set()
        for one in _sets(task, prompts, views):
            text = json.dumps(one.messages)
            if text in had:
                told["repeated"] += 1
            # a training grid that is turned may be the test's output
            elif shows("\n".join(message["content"] for message in one.messages), task, run.solutions.get(task.id) or ()):
                told["spilled"] += 1
            else:
                yield one
            had.add(text)


def _sets(task: Task, prompts: Prompts, views: int) -> Iterator[LeaveOneOut]:
    rng = Random(f"{orbit(task)}/order")
    ways = list(chain([IDENTITY], transforms(task, views)))
    for held_out, pair in enumerate(task.pairs):
        others = [place for place in range(len(task.pairs)) if place != held_out]
        for by in ways:
            order = tuple(others if by == IDENTITY else rng.sample(others, len(others)))
            shown, asked = tuple(by.pair(task.pairs[place]) for place in order), by.pair(pair)
            reply = {"role": "assistant", "content": json.dumps({"grid": asked.output, "note": ""})}
            messages = [*worded(solving(prompts, shown, asked.input)), reply]
            yield LeaveOneOut(task.id, split_of(task), held_out, View(by, order), shown, asked, messages)


def _raw(pair: Pair) -> dict[str, Grid]:
    return {"input": pair.input, "output": pair.output}


def _grid(rows: list[list[int]]) -> Grid:
    return tuple(tuple(row) for row in rows)
