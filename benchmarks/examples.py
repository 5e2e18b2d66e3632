"""`python -m benchmarks.examples`: half of a data set makes a library, the other half is solved with it and without.

Writes its section of docs/BENCHMARKS.md. The halves are drawn by a seed; the arms share a bank: what is equal is worked out once.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from benchmarks.figures import section
from benchmarks.search import paired_interval
from nlevolve.config import RunConfig, configure
from nlevolve.evolve.policy import stop_index
from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.options import Options
from nlevolve.puzzle.datasets import load
from nlevolve.puzzle.selection import Selection
from nlevolve.records import Description, Entry
from nlevolve.run.session import begin
from nlevolve.solved import file as library_file
from nlevolve.solved.entries import entry
from nlevolve.view.publish import Publisher
from nlevolve.view.statistics import mcnemar

DOCUMENT = Path("docs/BENCHMARKS.md")
TITLE = "Library: rules of other tasks as examples"
NOTHING = "every second, rules that say nothing"
OWN = "every second, its own rule (which no run shows): the most that there is to gain"
ARMS: Mapping[str, Mapping[str, object]] = {
    "every second written birth": {},
    NOTHING: {},
    "every written birth": {"policy.examples.every": 1},
    "every second, four examples": {"policy.examples.most": 4},
    "every second, by the tasks alone": {"policy.examples.words": 0.0},
    "every second, by the words alone": {"policy.examples.words": 1.0},
    OWN: {},
}
PLACEBO = Description(bullets=("Nothing is said here.",))
"""In every rule's place: what births come to that are shown examples which say nothing."""


@dataclass
class Outcome:
    """What a run came to."""

    solved: set[str] = field(default_factory=set)
    fitted: set[str] = field(default_factory=set)
    """Tasks with a description that fits every pair."""
    asked: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """(task, birth) -> keys of its requests."""
    calls: int = 0
    """Distinct requests of births up to the one that ended the search: which were begun beyond it is a matter of time."""
    births: dict[bool, list[bool]] = field(default_factory=lambda: {False: [], True: []})
    """Shown examples or not -> of each written description whether it fits every pair."""
    rules: dict[str, Entry] = field(default_factory=dict)
    """Task -> its best description, where it fits."""

    def count(self, request: Request) -> None:
        label = request.label
        self.asked.setdefault((label.task, label.birth or 0), set()).add(request.key)


async def solve(selection: Selection, config: RunConfig, folder: Path, name: str, library: str = "none") -> Outcome:
    """Solve the tasks; equal requests of earlier runs come from the folder's bank."""
    found = Outcome()
    told = Options(preset="bench", runs_dir=folder / "runs", cache_dir=folder / "bank", run=name, library=library)
    session = begin(selection, config, told)
    session = replace(session, around=lambda door: _counting(door, found.count))
    publisher = Publisher(session.folder, session.selection)
    await session.run([publisher.see])
    rows = publisher.results()["tasks"]
    found.solved = {task for task, row in rows.items() if row["solved"]}
    found.fitted = {task for task, row in rows.items() if row["train"]["exact"] == row["train"]["pairs"]}
    for task in selection.tasks:
        population = publisher.history.task(task.id).population
        end = stop_index(population, config.policy)
        keys = [keys for (name, birth), keys in found.asked.items() if name == task.id and (end is None or birth <= end)]
        found.calls += len(set[str]().union(*keys))
        counted = population if end is None else population.before(end + 1)
        for one in counted.members.values():
            if one.birth.operator == "write":
                found.births[bool(one.birth.examples)].append(one.fitness.perfect)
        fits = counted.perfect()
        found.rules |= {task.id: entry(task, fits[0].description, name)} if fits else {}
    return found


def _counting(door: LLM, count: Callable[[Request], None]) -> LLM:
    async def ask(request: Request) -> Reply:
        count(request)
        return await door(request)

    return ask


def disguised(entry: Entry) -> Entry:
    """As a forger would have it, so that the task that it is from is shown it."""
    mark = f"{entry.id}0000"
    return entry.model_copy(update={"task": f"disguised {entry.id[:4]}", "fingerprints": (f"p{mark}", mark)})


def halves(selector: str, tasks: int, seed: int) -> tuple[Selection, Selection]:
    """Those that make the library, and those that use it: so many together, each in the data set's order."""
    whole = load([selector])
    drawn = Random(f"{seed}/library").sample(range(len(whole.found)), min(tasks, len(whole.found)))
    first, second = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    return tuple(Selection(tuple(whole.found[n] for n in sorted(half))) for half in (first, second))


def row(name: str, one: Outcome, base: Outcome, tasks: int) -> str:
    """A line of the table."""
    gained, lost = len(one.solved - base.solved), len(base.solved - one.solved)
    low, high = paired_interval(gained, lost, tasks)
    with_, without = (f"{sum(fits)} of {len(fits)}" for fits in (one.births[True], one.births[False]))
    paired = "" if one is base else f"+{gained} -{lost}, difference {low:+.1%} to {high:+.1%}, p {mcnemar(gained, lost):.2f}"
    calls = f"{one.calls:,} ({one.calls / base.calls:.0%})"
    return f"| {name} | {len(one.solved)} | {len(one.fitted)} | {calls} | {paired} | {with_} | {without} |"


async def measure(selector: str, tasks: int, seed: int, preset: str, arms: Sequence[str]) -> list[str]:
    """The section's lines."""
    first, second = halves(selector, tasks, seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        config = configure(preset)
        built = await solve(first, config, folder, "build")
        file = folder / "library.jsonl"
        library_file.write(file, list(built.rules.values()))
        placebo = folder / "placebo.jsonl"
        library_file.write(placebo, [one.model_copy(update={"description": PLACEBO}) for one in built.rules.values()])
        print(f"{len(built.rules)} rules of {len(first.found)} tasks", flush=True)
        base = await solve(second, config, folder, "without")
        own = folder / "own.jsonl"
        library_file.write(own, [disguised(one) for one in base.rules.values()])
        lines = [
            f"{selector}, {len(first.found)} tasks solved by `{preset}` make a library of {len(built.rules)} rules; the other "
            f"{len(second.found)} are solved by it with and without. Embedded models, seed {seed}. Calls: distinct requests of "
            "births up to the one that ended a search.",
            "",
            "| births shown examples | solved | fitted | calls | against none | with examples, those that fit | without |",
            "|---|---|---|---|---|---|---|",
            row("none", base, base, len(second.found)),
        ]
        print(lines[-1], flush=True)
        for name in arms:
            changed = config.changed(ARMS[name])
            shown = {NOTHING: placebo, OWN: own}.get(name, file)
            one = await solve(second, changed, folder, f"arm{list(ARMS).index(name)}", str(shown))
            lines.append(row(name, one, base, len(second.found)))
            print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--selector", default="arc1:training")
    parser.add_argument("--tasks", type=int, default=400, help="of both halves together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--preset", default="thrifty")
    parser.add_argument("--arms", type=int, default=len(ARMS), help="how many ways of showing examples")
    parser.add_argument("--dry", action="store_true", help="print alone, and leave the document")
    told = parser.parse_args()
    arms = list(ARMS)[: told.arms]
    lines = asyncio.run(measure(told.selector, told.tasks, told.seed, told.preset, arms))
    if not told.dry:
        command = (
            f"python -m benchmarks.examples --tasks {told.tasks} --preset {told.preset} --arms {told.arms} --seed {told.seed}"
        )
        section(DOCUMENT, TITLE, command, lines)


if __name__ == "__main__":
    main()
