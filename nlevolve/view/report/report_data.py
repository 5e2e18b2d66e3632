"""One task as the report's script reads it: compact JSON, deflated, in base64. Short keys, each grid once."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

from nlevolve.evolve.population import Candidate
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, Attempt, Followed, MoveFailed
from nlevolve.run.retell import Told
from nlevolve.view.ancestry import Descent, Origin, descent, trace
from nlevolve.view.grading import Solution
from nlevolve.view.history import TaskHistory
from nlevolve.view.looks import shown_as
from nlevolve.view.opinions import opinions
from nlevolve.view.programs import lines, mark, readers
from nlevolve.view.raw import head, parts
from nlevolve.view.text import clean
from nlevolve.view.votes import backings, followed

LONGEST_REASON = 400
"""Characters of a failure's reason that are kept."""

Packed = dict[str, Any]
_DIGITS = bytes.maketrans(bytes(range(10)), b"0123456789")


class GridTable:
    """Each distinct grid once: rows of digits parted by `/`, referred to by its place."""

    def __init__(self) -> None:
        self._places: dict[Grid, int] = {}

    def place(self, grid: Grid | None) -> int | None:
        return None if grid is None else self._places.setdefault(grid, len(self._places))

    @property
    def rows(self) -> list[str]:
        return [b"/".join(bytes(row).translate(_DIGITS) for row in grid).decode() for grid in self._places]


def deflate(packed: Packed) -> str:
    """What the page's script inflates with DecompressionStream("deflate-raw")."""
    squeezer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = squeezer.compress(json.dumps(packed, separators=(",", ":"), allow_nan=False).encode()) + squeezer.flush()
    return base64.b64encode(data).decode()


def pack(task: TaskHistory, solution: Solution | None, told: Sequence[Told] = ()) -> Packed:
    """All there is to show of a task.

    `pairs`: [input, output] · `tests`: see `_test` · `births`: see `_born` · `failed`: births without a description ·
    `best`: its birth · `lineage`: for each of its bullets the birth that first said it · `copy`: accuracy of copying.
    `calls`: for each birth its calls, `words`: see `_calls` · `on`: see `_on_the_test`.
    Grids are places in `grids`; descriptions are plain text, not HTML.
    """
    grids = GridTable()
    people = task.population.members
    descents = {birth: descent(candidate, people) for birth, candidate in sorted(people.items())}
    best = task.best
    started = task.started
    return {
        "pairs": [[grids.place(a), grids.place(b)] for a, b in (started.pairs if started else ())],
        "tests": _tests(task, solution, grids),
        "births": [
            _born(people[birth], descents[birth], grids, task.smaller(birth), task.population.echoed(birth))
            for birth in sorted(people)
        ],
        "failed": [_unborn(failure) for _, failure in sorted(task.population.failed.items())],
        "best": best.index if best else None,
        "lineage": _lineage(best, descents) if best else [],
        "copy": round(started.copy_accuracy, 6) if started else None,
        "on": _on_the_test(task, grids),
        "grids": grids.rows,
        **_calls(told),
    }


def _calls(told: Sequence[Told]) -> Packed:
    """calls: birth -> [head, [[who, text], …]] a call, texts being places in words: most of a prompt is in many of them."""
    words: dict[str, int] = {}
    calls: dict[str, list[Any]] = {}
    for one in told:
        said = [[part.who, words.setdefault("\n".join(part.lines), len(words))] for part in parts(one)]
        calls.setdefault(str(one.call.birth), []).append([head(one.call), said])
    return {"calls": calls, "words": list(words)}


def _tests(task: TaskHistory, solution: Solution | None, grids: GridTable) -> list[Packed]:
    inputs = task.started.tests if task.started else ()
    answers = task.answered.answers if task.answered else ()
    return [
        {
            **_test(grid, answers[place] if place < len(answers) else None, solution[place] if solution else None, grids),
            "by": [[list(gave) for gave in one.births] if one else [] for one in backings(task, place)],
            "guesses": [one.guesses if one else 0 for one in backings(task, place)],
            "picked": [one.pick if one else "" for one in backings(task, place)],
            "said": opinions(task, place),
        }
        for place, grid in enumerate(inputs)
    ]


def _on_the_test(task: TaskHistory, grids: GridTable) -> Packed:
    """Birth -> [test input, kind, grid or reason] of each on which it was followed."""
    asked = sorted({birth for birth, *_ in task.follows})
    return {
        str(birth): [[test, *_attempt(event.attempt, grids)[:2]] for test, event in followed(task, birth).items()]
        for birth in asked
    }


def _test(grid: Grid, answer: Answer | None, truth: Grid | None, grids: GridTable) -> Packed:
    """in: input · out: truth · one, two: attempts · all: [grid, votes] of every grid proposed, best first.

    `by`: for each attempt [birth, how often] of those that gave it. `picked`: what the judge made of it, in words. `said`: what
    reviewers and the judge said, a line each.
    """
    return {
        "in": grids.place(grid),
        "out": grids.place(truth),
        "one": grids.place(answer.attempt_1) if answer else None,
        "two": grids.place(answer.attempt_2) if answer else None,
        "all": [[grids.place(one.grid), one.votes] for one in (answer.proposed if answer else ())],
    }


def _born(candidate: Candidate, came: Descent, grids: GridTable, less: str, echo: int | None) -> Packed:
    """i: birth · op, by (parents), model, view, look (how it was shown the task), phase, blind, shown ·
    say: bullets · from: origins · lost: parent's bullets dropped ·
    tries: [kind, grid or reason, accuracy, note] a pair · x: exact pairs · acc: mean cell accuracy · dup · sure ·
    less: what was left out of its prompts · echo: the parent whose very grids it gives, on the test inputs too ·
    code: its program's lines · also: [mark of who read a pair, grid or null of the reader whose grid does not count]."""
    birth, fit = candidate.birth, candidate.fitness
    return {
        "i": birth.index,
        "op": birth.operator,
        "by": list(birth.parents),
        "model": clean(birth.model),
        "view": birth.view,
        "look": shown_as(candidate.shown),
        "phase": birth.phase,
        "blind": birth.blind,
        "shown": list(birth.examples),
        "say": [clean(bullet) for bullet in candidate.description.bullets],
        "from": [_origin(origin) for origin in came.origins],
        "lost": [list(one) for one in came.dropped],
        "tries": [_attempt(attempt, grids) for attempt in candidate.attempts],
        "x": fit.exact,
        "acc": round(fit.cells, 6),
        "dup": candidate.duplicate_of,
        "sure": candidate.confirmed,
        "less": clean(less),
        "echo": echo,
        "code": lines(candidate.program),
        "also": [_other(attempt, grids) for attempt in candidate.attempts] if candidate.program else [],
    }


def _other(attempt: Attempt, grids: GridTable) -> list[Any]:
    other = attempt.other.grid if attempt.other is not None and readers(attempt) == "differ" else None
    return [mark(attempt), grids.place(other), attempt.other.by if attempt.other else ""]


def _origin(origin: Origin | None) -> list[Any] | None:
    return [origin.birth, origin.bullet, [list(edit) for edit in origin.edits]] if origin else None


def _attempt(attempt: Attempt, grids: GridTable) -> list[Any]:
    match attempt:
        case Followed():
            note = clean(attempt.note)[:LONGEST_REASON]
            return ["followed", grids.place(attempt.grid), round(attempt.cells, 6), note]
        case _:
            why = "" if attempt.kind == "skipped" else attempt.why
            return [attempt.kind, clean(why)[:LONGEST_REASON], 0, ""]


def _unborn(failure: MoveFailed) -> Packed:
    birth = failure.birth
    why = clean(failure.why)[:LONGEST_REASON]
    return {"i": birth.index, "op": birth.operator, "by": list(birth.parents), "reason": failure.reason, "why": why}


def _lineage(best: Candidate, descents: dict[int, Descent]) -> list[int]:
    return [trace(best.index, place, descents) for place in range(len(best.description.bullets))]
