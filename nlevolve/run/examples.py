"""A run's library: where its births' examples come from, a file or the tasks that the run has solved itself (`--library`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlevolve.config import digest
from nlevolve.errors import UsageError
from nlevolve.evolve.bandit import Arms
from nlevolve.evolve.examples import Shelf
from nlevolve.evolve.fitness import fitness
from nlevolve.evolve.policy import Policy, stop_index
from nlevolve.evolve.population import Population
from nlevolve.formats import LibraryRow
from nlevolve.puzzle.kinship import fingerprints
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Birth, CandidateChecked, Description, Entry, Event, TaskStarted
from nlevolve.solved import file as library_file
from nlevolve.solved.entries import entry, id_of, unfit
from nlevolve.solved.known import vouched

NONE, OWN = "none", "run"
"""What `--library` takes beside a file."""


@dataclass(frozen=True)
class Learned:
    """What a task has shown that later ones may learn from."""

    arms: Arms = field(default_factory=dict)
    """Of the models of a mix."""
    entry: Entry | None = None
    """Its rule, where it is solved and the run's library grows."""


@dataclass(frozen=True)
class Library:
    """What births may be shown."""

    row: LibraryRow | None = None
    """None: no birth is shown anything."""
    known: dict[str, Description] = field(default_factory=dict)
    """Id of an entry -> its words: of those that it began with, and of those that the run has added."""

    @classmethod
    def of(cls, row: LibraryRow | None) -> Library:
        return cls(row, {one.id: one.description for one in row.entries} if row else {})

    @property
    def grows(self) -> bool:
        """Whether what the run solves comes into it."""
        return self.row is not None and self.row.grows

    def shelf(self, task: Task, lessons: Sequence[Entry]) -> Shelf:
        """What of it may be shown to a task; `lessons` are of the earlier tasks that it may learn from."""
        entries = lessons if self.grows else (self.row.entries if self.row else ())
        if not entries:
            return Shelf((), ())
        # of those that were solved elsewhere it knows nothing yet
        self.known.update({one.id: one.description for one in lessons})
        # numpy and scipy take their time to load, and few runs have a library
        from nlevolve.evolve.shelf import shelf

        return shelf(task, entries)

    def shown(self, birth: Birth) -> list[Description]:
        """What a birth is shown; a damaged log may name what is not in the library."""
        return [self.known[one] for one in birth.examples if one in self.known]

    def lesson(self, task: Task, population: Population, policy: Policy) -> Entry | None:
        """What a task that is over adds to it: its best description that fits every pair, if it ended with one."""
        if not self.grows:
            return None
        stop = stop_index(population, policy)
        counted = population if stop is None else population.before(stop + 1)
        fits = [one for one in counted.perfect() if not one.doubt and not unfit(one.description)]
        if not fits:
            return None
        found = entry(task, fits[0].description, model=fits[0].birth.model)
        self.known[found.id] = found.description
        return found

    def recall(self, events: Iterable[Event]) -> None:
        """Know again what a run has added, by its log."""
        marks: dict[str, frozenset[str]] = {}
        for event in events if self.grows else ():
            if isinstance(event, TaskStarted):
                marks[event.task] = fingerprints(Task(event.task, tuple(Pair(*pair) for pair in event.pairs), event.tests))
            elif isinstance(event, CandidateChecked) and event.task in marks and _fits(event):
                self.known[id_of(marks[event.task], event.description)] = event.description


def _fits(event: CandidateChecked) -> bool:
    return fitness(event.attempts, event.description.words).perfect


def chosen(source: str, tasks: Sequence[Task]) -> LibraryRow | None:
    """What `--library` names: none, run, or a file. `tasks`: all that were selected. Raises UsageError, one line."""
    if source == NONE:
        return None
    if source == OWN:
        return _row(OWN, (), grows=True)
    file = _file(source)
    entries = library_file.read(file, tasks=tasks)
    left = Counter(why for one in entries if (why := unfit(one.description)))
    # what became of an entry elsewhere decides nothing
    fit = {one.id: one.model_copy(update={"uses": {}}) for one in entries if not unfit(one.description)}
    if not fit:
        raise UsageError(f"--library {source}: it has no entry that may be shown{left_out(left)}")
    here = vouched(list(fit.values()), tasks)
    mended = {id: one.id for id, one in zip(fit, here, strict=True) if one.id != id}
    row = _row(file.name, tuple({one.id: one for one in here}.values()), grows=False)
    return row.model_copy(update={"mended": mended, "left_out": dict(left)})


def left_out(why: Mapping[str, int]) -> str:
    """What is said of entries that are never shown, behind what is; empty where there are none."""
    told = ", ".join(f"{number:,} {_of(number, reason)}" for reason, number in why.items())
    return f"; {sum(why.values()):,} left out: {told}" if why else ""


def _of(number: int, reason: str) -> str:
    """What is wrong with one (`unfit`), as it is said of so many."""
    told = reason.removeprefix("it ")
    return told if number == 1 else told.replace("has ", "have ", 1).replace("names ", "name ", 1)


def _file(source: str) -> Path:
    takes = "it takes none, run, or a file that nlevolve library makes"
    if not source.strip() or source == ".":
        raise UsageError(f"--library: no file is named; {takes}")
    file = Path(source)
    if file.is_dir():
        raise UsageError(f"--library: {source!r} is a folder; {takes}")
    if not file.exists():
        raise UsageError(f"--library: there is no file {source!r}; {takes}")
    return file


def _row(of: str, entries: tuple[Entry, ...], *, grows: bool) -> LibraryRow:
    return LibraryRow(of=of, grows=grows, entries=entries, digest=digest([one.model_dump(mode="json") for one in entries]))
