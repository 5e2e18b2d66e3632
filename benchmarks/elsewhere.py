"""What the embedded models are worth on data they were not made on: tasks from files, and fresh pairs of tasks that are known.

    python -m benchmarks.elsewhere PATH [--sample N] [--preset quick] [--effort normal] [--births N] [--jobs N] [--show] [--json]

PATH is a file or a folder, searched with all its folders. A file holds one task or many in ARC's form, or pairs as re-arc has
them: a list, `{task: [{"input", "output"}, …]}`, or lines of `{"task": …, "pairs": […]}`. Pairs of an ARC-AGI-1 training task are
fresh ones: it is learned from that task's own training pairs. Of pairs of no known task the first three are learned from.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.embedded import Solver
from benchmarks.figures import machine
from nlevolve.config import configure
from nlevolve.errors import UsageError
from nlevolve.offline.checker import check
from nlevolve.offline.generator import EFFORTS
from nlevolve.offline.scene import Cells, cells
from nlevolve.puzzle.files import files_in, kind_of, object_in, shown, tasks_in
from nlevolve.puzzle.grids import MOST_SIDE, GridError, grid
from nlevolve.puzzle.sources import read_dataset

LEARNED_FROM = 3
"""Pairs of a task that nobody knows from which it is learned; the others are fresh."""

GridPair = tuple[Cells, Cells]


@dataclass(frozen=True)
class Elsewhere:
    """A task with the pairs that no model is shown. The id only seeds random choices and reaches no model."""

    id: str
    train: list[GridPair]
    test: list[GridPair]
    fresh: list[GridPair]


@dataclass(frozen=True)
class Verdict:
    """What became of a task."""

    task: str
    solved: bool
    """Every test output is among two answers."""
    fits: bool
    """The best description makes every training output."""
    held: int
    """On how many fresh pairs it is right too."""
    fresh: int
    bullets: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether it fits, and is right on every fresh pair."""
        return self.fits and self.held == self.fresh


def read(path: Path) -> list[Elsewhere]:
    """The tasks of a file or folder, by id. Raises UsageError naming what is none."""
    known = read_dataset("arc1")["training"]
    files = files_in(path) if path.is_dir() else [path]
    found = {id: _task(id, raw, known, file) for file in files for id, raw in _raw(file)}
    if not found:
        raise UsageError(f"{shown(path)} holds no task's JSON file")
    return [found[id] for id in sorted(found)]


def _raw(file: Path) -> Iterator[tuple[str, Any]]:
    """id -> a task, or a list of pairs."""
    if file.suffix == ".jsonl":
        yield from _lines(file)
        return
    kind = kind_of(file)
    if kind == "pairs":
        yield file.stem, json.loads(file.read_text(encoding="utf-8-sig"))
        return
    whole = object_in(file) if kind == "many" else None
    if whole is not None and whole and all(isinstance(pairs, list) for pairs in whole.values()):
        yield from whole.items()
    else:
        yield from tasks_in(file).items()


def _lines(file: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            yield str(row["task"]), row["pairs"]
        except (ValueError, KeyError, TypeError):
            raise UsageError(f'{shown(file)}, line {number}: expected {{"task": …, "pairs": […]}}') from None


def _task(id: str, raw: Any, known: Mapping[str, Any], file: Path) -> Elsewhere:
    try:
        if not isinstance(raw, list):
            return Elsewhere(id, _pairs(raw["train"]), _pairs(raw["test"]), _pairs(raw["test"]))
        pairs = _pairs(raw)
        if id in known:
            return Elsewhere(id, _pairs(known[id]["train"]), _pairs(known[id]["test"]), pairs)
        if len(pairs) <= LEARNED_FROM:
            raise UsageError(f"{shown(file)}, task {id}: {len(pairs)} pairs leave no fresh one ({LEARNED_FROM} are learned from)")
        return Elsewhere(id, pairs[:LEARNED_FROM], pairs[LEARNED_FROM:], pairs[LEARNED_FROM:])
    except (KeyError, TypeError, GridError) as error:
        raise UsageError(f"{shown(file)}, task {id}: a pair is no input and output: {error}") from None


def _pairs(raw: Any) -> list[GridPair]:
    return [(cells(grid(pair["input"], MOST_SIDE)), cells(grid(pair["output"], MOST_SIDE))) for pair in raw]


def judge(task: Elsewhere, preset: str = "quick", effort: str = "normal", births: int = 1000) -> Verdict:
    """Solve a task with the embedded models and follow its best description on the fresh pairs."""
    outcome = Solver(task, configure(preset).policy, effort).solve(births)
    bullets = outcome.best.description.bullets
    held = sum(np.array_equal(check(bullets, a).grid, b) for a, b in task.fresh)
    return Verdict(task.id, outcome.solved, outcome.best.fitness.perfect, held, len(task.fresh), bullets)


def _judged(tasks: Sequence[Elsewhere], options: argparse.Namespace) -> Iterator[Verdict]:
    one = partial(judge, preset=options.preset, effort=options.effort, births=options.births)
    if options.jobs == 1:
        yield from map(one, tasks)
        return
    with ProcessPoolExecutor(options.jobs) as pool:
        yield from pool.map(one, tasks)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--sample", type=int, default=0, help="of so many tasks only, drawn with a fixed seed")
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--effort", choices=list(EFFORTS), default="normal")
    parser.add_argument("--births", type=int, default=1000, help="at most so many births a task, fewer than the preset's")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--show", action="store_true", help="the descriptions that fit and do not hold")
    parser.add_argument("--json", action="store_true", help="every task, as one JSON object")
    return parser.parse_args()


def main() -> int:
    """Read, solve, tell."""
    options = _options()
    try:
        tasks = read(options.path)
    except (UsageError, OSError, ValueError) as error:
        print(f"elsewhere: {error}", file=sys.stderr)
        return 2
    if 0 < options.sample < len(tasks):
        tasks = sorted(random.Random(0).sample(tasks, options.sample), key=lambda t: t.id)
    verdicts = []
    for verdict in _judged(tasks, options):
        verdicts.append(verdict)
        if options.show and verdict.fits and not verdict.holds:
            print(f"{verdict.task} holds on {verdict.held} of {verdict.fresh}", *verdict.bullets, sep="\n    ", flush=True)
    _tell(verdicts, options.json)
    return 0


def _tell(verdicts: Sequence[Verdict], as_json: bool) -> None:
    counts = {
        "tasks": len(verdicts),
        "solved": sum(v.solved for v in verdicts),
        "fits": sum(v.fits for v in verdicts),
        "holds": sum(v.holds for v in verdicts),
    }
    command = shlex.join(["python", "-m", "benchmarks.elsewhere", *sys.argv[1:]])
    measured = {"command": command, "date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine()}
    if as_json:
        print(json.dumps({**measured, **counts, "verdicts": [{**asdict(v), "holds": v.holds} for v in verdicts]}))
        return
    print(f"`{command}`, {measured['date']}, {measured['machine']}.\n")
    print("| tasks | solved | fits the training pairs | holds on the fresh pairs too |\n|---|---|---|---|")
    print("| {tasks} | {solved} | {fits} | {holds} |".format(**counts))


if __name__ == "__main__":
    sys.exit(main())
