"""What comes into a library from elsewhere: a run's rules, and what became of those it was shown; files of other forms."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlevolve.evolve.population import Population, grow
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import CandidateChecked, Entry, Event, TaskStarted, Use
from nlevolve.run import seeds, store
from nlevolve.solved import file as library_file
from nlevolve.solved.entries import entry, unfit
from nlevolve.solved.keeping import shortened
from nlevolve.solved.known import PUBLISHED, finder


@dataclass(frozen=True)
class Brought:
    """What may be added, and what is left out."""

    entries: Sequence[Entry]
    left_out: Counter[str]
    """Why -> how many."""
    uses: Mapping[str, Use] = field(default_factory=dict)
    """Id of an entry, as the library has it -> what became of it as an example, in a run."""
    run: str = ""
    """That run's id."""
    parts: Collection[str] = ()
    """Ids of the runs that it was merged from: what became of an entry there is counted with it."""


def of_run(folder: Path) -> Brought:
    """The best rule of each task that fits all its pairs, and what became of those that it was shown. Raises UsageError."""
    config, events = store.read_config(folder, ("id",)), store.read_events(folder)
    grown: dict[str, Population] = defaultdict(Population)
    tasks: dict[str, Task] = {}
    for event in events:
        if isinstance(event, TaskStarted):
            tasks[event.task] = Task(event.task, tuple(Pair(*pair) for pair in event.pairs), event.tests)
        if (about := str(getattr(event, "task", ""))) in tasks:
            grown[about] = grow(grown[about], event)
    rules = [
        (tasks[id], one.description, one.birth.model)
        for id, population in grown.items()
        for one in [c for c in population.perfect() if not c.doubt][:1]
    ]
    left = Counter(why for _, told, _ in rules if (why := unfit(told)))
    entries = [entry(one, told, folder.name, model) for one, told, model in rules if not unfit(told)]
    parts = [str(row["id"]) for row in (config.get("merged") or {}).get("parts", ())]
    return Brought(entries, left, _uses(events, (config.get("library") or {}).get("mended", {})), str(config["id"]), parts)


def _uses(events: Sequence[Event], mended: Mapping[str, str]) -> dict[str, Use]:
    """`mended`: of which entries the run had other ids than their file."""
    shown: Counter[str] = Counter()
    fitted: Counter[str] = Counter()
    for event in events:
        if isinstance(event, CandidateChecked):
            shown.update(event.birth.examples)
            fitted.update(event.birth.examples if all(attempt.exact for attempt in event.attempts) else ())
    before = {now: was for was, now in mended.items()}
    return {before.get(id, id): Use(shown=number, fitted=fitted[id]) for id, number in shown.items()}


def noted(entries: Iterable[Entry], brought: Brought) -> list[Entry]:
    """The entries, with what became of them in that run as examples."""
    return [_noted(one, brought.uses[one.id], brought) if one.id in brought.uses else one for one in entries]


def _noted(one: Entry, use: Use, brought: Brought) -> Entry:
    uses = {run: known for run, known in one.uses.items() if run not in brought.parts} | {brought.run: use}
    return one.model_copy(update={"uses": shortened(uses)})


def of_file(file: Path) -> Brought:
    """Another library; or LARC's descriptions, an exported library, or any other form that --seeds takes: then the tasks are
    looked up by their ids. Raises UsageError, one line."""
    if _is_library(library_file.text_of(file).partition("\n")[0]):
        found = library_file.read(file)
        left = Counter(why for one in found if (why := unfit(one.description)))
        return Brought([one for one in found if not unfit(one.description)], left)
    rows = list(_looked_up(file))
    left = Counter(why for _, why in rows if isinstance(why, str))
    return Brought([one for one, _ in rows if one is not None], left)


def _is_library(first: str) -> bool:
    """By the first line of a file."""
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return '"fingerprints"' in first
    return isinstance(row, dict) and ("fingerprints" in row or ("task" in row and isinstance(row.get("description"), dict)))


def _looked_up(file: Path) -> Iterator[tuple[Entry | None, str | None]]:
    """An entry, or why there is none."""
    find = finder()
    for id, told in seeds.read_file(file).items():
        found, why = find(id), unfit(told[0])
        if found is None or why:
            yield None, why or f"its task is in none of {', '.join(PUBLISHED)}"
        else:
            yield entry(found, told[0], file.name), None
