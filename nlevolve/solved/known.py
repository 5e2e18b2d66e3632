"""Tasks that are known by their ids, and entries beside them: an entry is kept from its task whatever its file says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from nlevolve.puzzle.kinship import fingerprints
from nlevolve.puzzle.sources import read_dataset, task
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Entry
from nlevolve.solved.entries import MOST_MARKS, id_of

PUBLISHED = ("arc1", "arc2")
"""Data sets whose tasks are known."""
_PUBLISHED_ID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?![0-9a-z])")


def finder() -> Callable[[str], Task | None]:
    """Looks a published task up by its id."""
    known = [split for name in PUBLISHED for split in read_dataset(name).values()]

    def find(id: str) -> Task | None:
        raw = next((tasks[id] for tasks in known if id in tasks), None)
        return None if raw is None else task(id, raw, id)

    return find


def by_name(tasks: Iterable[Task] = ()) -> Callable[[str], Task | None]:
    """Looks up a task that an entry's task is called after: a published one, or one of `tasks`. Published ones are read once,
    when they are asked for."""
    own, lazily = {one.id: one for one in tasks}, cache(finder)
    return lambda name: next(_named(name, lambda id: lazily()(id), own), None)


def vouched(entries: Sequence[Entry], tasks: Iterable[Task] = ()) -> list[Entry]:
    """The entries, each with all fingerprints of the tasks that its own is called after: published ones, and `tasks`.

    Those that a file has of it stay. So who forges them gains nothing where the task is known, and a task that only has the name
    of another loses nothing but an example of that one.
    """
    if not entries:
        return []
    find, own = finder(), {one.id: one for one in tasks}
    return [_with(one, frozenset(_marks(one.task, find, own))) for one in entries]


def _marks(name: str, find: Callable[[str], Task | None], own: Mapping[str, Task]) -> Iterator[str]:
    for one in _named(name, find, own):
        yield from fingerprints(one)


def _named(name: str, find: Callable[[str], Task | None], own: Mapping[str, Task]) -> Iterator[Task]:
    named = [find(id) for id in dict.fromkeys(_PUBLISHED_ID.findall(name.lower()))]
    yield from (one for one in (*named, own.get(name)) if one)


def _with(entry: Entry, marks: frozenset[str]) -> Entry:
    if marks.issubset(entry.fingerprints):
        return entry
    more = (*sorted(marks), *(one for one in entry.fingerprints if one not in marks))[:MOST_MARKS]
    return entry.model_copy(update={"fingerprints": tuple(sorted(more)), "id": id_of(more, entry.description)})
