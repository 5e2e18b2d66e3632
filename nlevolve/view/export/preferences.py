"""Pairs of descriptions for the same prompt, the better one chosen (DPO): a parent, and a child that does better on the pairs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nlevolve.ask.prompts import Prompts
from nlevolve.evolve.population import Candidate
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Refused, Skipped, Unreached
from nlevolve.view.export.chats import Split, bullets, split_of, worded, writing
from nlevolve.view.export.spills import spills
from nlevolve.view.run_folder import RunFolder


@dataclass(frozen=True)
class Preference:
    """One line of the file."""

    task: str
    split: Split
    chosen_model: str
    rejected_model: str
    chosen_exact: int
    rejected_exact: int
    """Training pairs that it is right on, of `pairs`."""
    pairs: int
    prompt: list[dict[str, Any]] = field(hash=False)
    chosen: list[dict[str, Any]] = field(hash=False)
    rejected: list[dict[str, Any]] = field(hash=False)

    @property
    def line(self) -> dict[str, Any]:
        said = {"prompt": self.prompt, "chosen": self.chosen, "rejected": self.rejected}
        models = {"chosen_model": self.chosen_model, "rejected_model": self.rejected_model}
        worth = {"chosen_exact": self.chosen_exact, "rejected_exact": self.rejected_exact, "pairs": self.pairs}
        return {**said, "task": self.task, "split": self.split, **models, **worth}


def preferences(run: RunFolder, prompts: Prompts, told: Counter[str] | None = None) -> Iterator[Preference]:
    """Each child that is strictly better than a description it was made from, with that one: both as replies to one prompt, that
    for a first description as the child's birth looks at the task.

    No line stands twice, none against another. `told` counts what was left out. Raises PlaceError.
    """
    told = Counter() if told is None else told
    for task in run.tasks:
        outputs = run.solutions.get(task.id) or ()
        had: set[str] = set()
        steps: set[tuple[str, str]] = set()
        for parent, child in _steps(run, task):
            one = _preference(prompts, task, parent, child)
            text, step = (
                json.dumps([one.prompt, one.chosen, one.rejected]),
                (child.description.normalised, parent.description.normalised),
            )
            if text in had:
                told["repeated"] += 1
            elif step[0] == step[1] or step[::-1] in steps:
                told["contradicted"] += 1  # the same words came out better once, and worse once: luck of who followed them
            elif spills("\n".join((*child.description.bullets, *parent.description.bullets)), task, outputs):
                told["spilled"] += 1
            else:
                yield one
            had.add(text)
            steps.add(step)


def _steps(run: RunFolder, task: Task) -> Iterator[tuple[Candidate, Candidate]]:
    """(parent, child)."""
    members = run.history.task(task.id).population.members
    for _, child in sorted(members.items()):
        for index in child.forebears:
            parent = members.get(index)
            if parent is not None and better(child, parent):
                yield parent, child


def better(one: Candidate, other: Candidate) -> bool:
    """Whether it is strictly better, whatever pairs that nobody judged would have shown: exact on more pairs, or on as many and
    closer in its cells. Fewer words alone are not better."""
    least, most = one.fitness.exact, other.fitness.exact + _open(other)
    closer = one.fitness.cells > other.fitness.cells and _open(one) == _open(other) == 0
    return least > most or (least == most and closer)


def _open(one: Candidate) -> int:
    """Pairs without evidence."""
    return sum(isinstance(attempt, Unreached | Refused | Skipped) for attempt in one.attempts)


def _preference(prompts: Prompts, task: Task, parent: Candidate, child: Candidate) -> Preference:
    def said(one: Candidate) -> list[dict[str, Any]]:
        return [{"role": "assistant", "content": bullets(one.description)}]

    return Preference(
        task=task.id,
        split=split_of(task),
        chosen_model=child.birth.model,
        rejected_model=parent.birth.model,
        chosen_exact=child.fitness.exact,
        rejected_exact=parent.fitness.exact,
        pairs=child.fitness.pairs,
        prompt=worded(writing(prompts, task, child.birth)),
        chosen=said(child),
        rejected=said(parent),
    )
