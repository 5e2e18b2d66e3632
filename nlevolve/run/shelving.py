"""What comes into a library from elsewhere: a run's rules, and what became of those it was shown; files of other forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlevolve.errors import UsageError
from nlevolve.evolve.population import Population, grow
from nlevolve.puzzle.sources import read_dataset, task
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import CandidateChecked, Entry, Event, TaskStarted, Use
from nlevolve.run import seeds, store
from nlevolve.solved import file as library_file
from nlevolve.solved.entries import entry, unfit

KNOWN = ("arc1", "arc2")
"""Data sets in which the tasks are looked up that a file has only the ids of."""


@dataclass(frozen=True)
class Brought:
    """What may be added, and what is left out."""

    entries: Sequence[Entry]
    left_out: Counter[str]
    """Why -> how many."""


def of_run(folder: Path) -> Brought:
    """The best rule of each task that fits all its pairs. Raises UsageError."""
    name = folder.name
    grown: dict[str, Population] = defaultdict(Population)
    tasks: dict[str, Task] = {}
    for event in store.read_events(folder):
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
    return Brought([entry(one, told, name, model) for one, told, model in rules if not unfit(told)], left)


def used(events: Sequence[Event], run: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, with what became of them in this run (its id) as examples."""
    shown: Counter[str] = Counter()
    fitted: Counter[str] = Counter()
    for event in events:
        if isinstance(event, CandidateChecked):
            shown.update(event.birth.examples)
            fitted.update(event.birth.examples if all(attempt.exact for attempt in event.attempts) else ())
    return [
        one.model_copy(update={"uses": {**one.uses, run: Use(shown=shown[one.id], fitted=fitted[one.id])}})
        if shown[one.id]
        else one
        for one in entries
    ]


def of_file(file: Path) -> Brought:
    """Another library; or LARC's descriptions, an exported library, or any other form that --seeds takes: then the tasks are
    looked up by their ids. Raises UsageError, one line."""
    if _is_library(file):
        found = library_file.read(file)
        left = Counter(why for one in found if (why := unfit(one.description)))
        return Brought([one for one in found if not unfit(one.description)], left)
    rows = list(_looked_up(file))
    left = Counter(why for _, why in rows if isinstance(why, str))
    return Brought([one for one, _ in rows if one is not None], left)


def _is_library(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8") as opened:
            return '"fingerprints"' in opened.readline(library_file.LARGEST)
    except (OSError, UnicodeDecodeError):
        return False


def _looked_up(file: Path) -> Iterator[tuple[Entry | None, str | None]]:
    """An entry, or why there is none."""
    if not file.is_file():
        raise UsageError(f"there is no file {str(file)!r}")
    find = _finder()
    for id, told in seeds.read_file(file).items():
        found, why = find(id), unfit(told[0])
        if found is None or why:
            yield None, why or f"its task is in none of {', '.join(KNOWN)}"
        else:
            yield entry(found, told[0], file.name), None


def _finder() -> Callable[[str], Task | None]:
    known = [split for name in KNOWN for split in read_dataset(name).values()]

    def find(id: str) -> Task | None:
        raw = next((tasks[id] for tasks in known if id in tasks), None)
        return None if raw is None else task(id, raw, id)

    return find
