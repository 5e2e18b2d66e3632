"""Selectors -> tasks: `arc2:evaluation[:5]`, `arc1:training~20`, `007bbfb7`, files, folders, `@list`."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from nlevolve.errors import UsageError
from nlevolve.puzzle.sources import DATASETS, SPLITS, RawTask, read_dataset, shown, task, tasks_in
from nlevolve.puzzle.tasks import Task

BARE = ("arc2", "arc1")
"""The data sets in which an id without a data set is looked up, in this order."""

_SUFFIX = re.compile(r"(?P<base>.+?)(?:\[(?P<start>-?\d*):(?P<stop>-?\d*)\]|~(?P<sample>\d+))?", re.DOTALL)
_NOT_TASKS = ("solutions.json", "submission.json")


@dataclass(frozen=True, slots=True)
class Selected:
    """A task and where it was found: a data set's name, or a file's absolute path."""

    task: Task
    source: str

    @property
    def selector(self) -> str:
        """Selects this task alone, from any working folder."""
        return f"{self.source}:{self.task.id}"


@dataclass(frozen=True)
class Selection:
    """The tasks of a run, each id once, in the order in which they were selected."""

    found: tuple[Selected, ...]

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(one.task for one in self.found)

    @cached_property
    def selectors(self) -> tuple[str, ...]:
        """One exact selector a task: `load(selection.selectors)` is this selection again. What config.json records."""
        return tuple(one.selector for one in self.found)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of what the tasks hold: tells a resumed run whether they are still the same."""
        rows = [[t.id, [[p.input, p.output] for p in t.pairs], t.tests] for t in self.tasks]
        return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def load(selectors: Sequence[str], seed: int = 0) -> Selection:
    """Find and validate what the selectors name. A task named twice is taken once, as it was named first.

    A slice `[a:b]` is Python's, over the ids in order (a file's tasks: in the file's order). A sample `~N` takes the first
    N of an order shuffled by `Random(f"{seed}/{name}")`, where name is what stands before the `~` (of a path its last
    part): `~10` is a part of `~20`, and the same everywhere. Both keep the order of the whole.
    Raises UsageError, one line, for an unknown id or data set, a broken file, or one id naming two different tasks.
    """
    library = _Library(seed)
    found: dict[str, Selected] = {}
    for selector in (part for item in ([selectors] if isinstance(selectors, str) else selectors) for part in _split(item)):
        for one in library.select(selector, within=()):
            known = found.setdefault(one.task.id, one)
            if not _same(known.task, one.task):
                two = f"{known.selector} and {one.selector}"
                raise UsageError(f"{two} are two different tasks with one id: put them in different runs")
    if not found:
        raise UsageError("no task selected: name some, for example arc1:training[:5], 007bbfb7 or a task's JSON file")
    return Selection(tuple(found.values()))


def _same(one: Task, other: Task) -> bool:
    """Whether two tasks with one id are one. ARC-AGI-2 took over most tasks of ARC-AGI-1 with their pairs in another order."""
    return one is other or (
        sorted((p.input, p.output) for p in one.pairs) == sorted((p.input, p.output) for p in other.pairs)
        and sorted(one.tests) == sorted(other.tests)
    )


class _Library:
    """What was read for one call of `load`, so that no file is parsed twice."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._datasets: dict[str, Mapping[str, Mapping[str, RawTask]]] = {}
        self._files: dict[Path, Mapping[str, RawTask]] = {}

    def select(self, selector: str, within: tuple[Path, ...]) -> Iterable[Selected]:
        """Yield what one selector names. `within`: the @files that led here, outermost first."""
        if selector.startswith("@"):
            yield from self._listed(Path(selector[1:]).expanduser().absolute(), within)
            return
        match = _SUFFIX.fullmatch(selector)
        assert match is not None  # the pattern takes any text that is not empty
        named = self._named(match["base"], within)
        yield from _cut(selector, named, match, self._seed)

    def _named(self, base: str, within: tuple[Path, ...]) -> Sequence[Selected]:
        """All that the text before a slice or sample names."""
        path, _, id = base.rpartition(":")
        if base.lower() not in SPLITS and (place := _existing(base, within)):
            return self._at(place)
        if path and (place := _existing(path, within)):
            return [_one_of(self._at(place), id, base)]
        if re.search(r"[^/][\[~]", base):
            raise UsageError(f"{_short(base)}: a slice is written [a:b], a sample ~N, for example arc1:training[:5]")
        name, what = path.lower(), id.lower()
        if not path:
            return self._bare(what, base)
        if name not in DATASETS:
            raise UsageError(f"no data set or file {_short(path)}; data sets: {', '.join(sorted(DATASETS))}")
        return self._of_dataset(name, what)

    def _bare(self, what: str, base: str) -> Sequence[Selected]:
        if what in SPLITS:
            return self._of_dataset(BARE[0], what)
        if what in DATASETS:
            raise UsageError(f"{what} is a data set: say {what}:training, {what}:evaluation or {what}:ID")
        if base.endswith(".json") or "/" in base:
            raise UsageError(f"no such file or folder: {base}")
        for name in BARE:
            if any(what in tasks for tasks in self._dataset(name).values()):
                return self._of_dataset(name, what)
        raise UsageError(f"no task {_short(base)} in {' or '.join(BARE)}, and no such file{_nearest(what, self._ids(*BARE))}")

    def _of_dataset(self, name: str, what: str) -> Sequence[Selected]:
        splits = self._dataset(name)
        if what in splits:
            return [Selected(task(id, raw, f"{name}:{id}"), name) for id, raw in splits[what].items()]
        for tasks in splits.values():
            if what in tasks:
                return [Selected(task(what, tasks[what], f"{name}:{what}"), name)]
        others = [other for other in DATASETS if other != name and what in self._ids(other)]
        hint = f"; it is in {' and '.join(others)}" if others else _nearest(what, [*SPLITS, *self._ids(name)])
        raise UsageError(f"no task {_short(what)} in {name}{hint}")

    def _dataset(self, name: str) -> Mapping[str, Mapping[str, RawTask]]:
        if name not in self._datasets:
            self._datasets[name] = read_dataset(name)
        return self._datasets[name]

    def _ids(self, *names: str) -> list[str]:
        return [id for name in names for tasks in self._dataset(name).values() for id in tasks]

    def _at(self, place: Path) -> Sequence[Selected]:
        if not place.is_dir():
            return self._of_file(place)
        files = sorted(file for file in place.glob("*.json") if not file.name.endswith(_NOT_TASKS))
        if not files:
            raise UsageError(f"no task's JSON file in the folder {shown(place)}")
        return [one for file in files for one in self._of_file(file)]

    def _of_file(self, file: Path) -> Sequence[Selected]:
        if file not in self._files:
            self._files[file] = tasks_in(file)
        tasks = self._files[file]
        return [Selected(task(id, raw, _where(file, id, len(tasks))), str(file)) for id, raw in tasks.items()]

    def _listed(self, file: Path, within: tuple[Path, ...]) -> Iterable[Selected]:
        if file in within:
            raise UsageError(f"@{shown(file)} lists itself")
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise UsageError(f"cannot read the list of selectors {shown(file)}: {why}") from None
        for line in lines:
            if line.strip() and not line.lstrip().startswith("#"):
                for part in _split(line):
                    yield from self.select(part, (*within, file))


def _split(item: str) -> list[str]:
    """The selectors of one argument. A path that exists is one selector, whatever spaces or commas it holds."""
    item = item.strip()
    match = _SUFFIX.fullmatch(item)
    if match and any(_existing(base, ()) for base in (match["base"], match["base"].rpartition(":")[0]) if base):
        return [item]
    return [part for part in re.split(r"[\s,]+", item) if part]


def _existing(text: str, within: tuple[Path, ...]) -> Path | None:
    """The absolute path, taken from the working folder or else from that of the @file it stands in; None when there is none."""
    for folder in (Path.cwd(), *(file.parent for file in within[-1:])):
        try:
            path = folder / Path(text).expanduser()
            if path.is_dir() or path.is_file():
                return path
        except (OSError, ValueError, RuntimeError):  # no name of a file at all: too long, with a zero in it, no such ~user
            return None
    return None


def _cut(selector: str, named: Sequence[Selected], match: re.Match[str], seed: int) -> Sequence[Selected]:
    """The slice or sample of what was named."""
    if (number := match["sample"]) is not None:
        if not 1 <= int(number) <= len(named):
            raise UsageError(f"{selector}: asks for {number} of {len(named)} tasks")
        order = list(range(len(named)))
        Random(f"{seed}/{_sampled(match['base'])}").shuffle(order)
        return [named[place] for place in sorted(order[: int(number)])]
    if match["start"] is None:
        return named
    start, stop = (int(bound) if bound else None for bound in (match["start"], match["stop"]))
    if not (cut := named[start:stop]):
        raise UsageError(f"{selector}: the slice is empty, there are {len(named)} tasks")
    return cut


def _sampled(base: str) -> str:
    """The name that seeds a sample: the same for every way of writing one thing."""
    name = Path(base).name.lower()
    return f"{BARE[0]}:{name}" if name in SPLITS else name


def _one_of(named: Sequence[Selected], id: str, base: str) -> Selected:
    for one in named:
        if one.task.id == id:
            return one
    raise UsageError(f"{base}: no task {_short(id)} in there{_nearest(id, [one.task.id for one in named])}")


def _where(file: Path, id: str, tasks: int) -> str:
    return shown(file) if tasks == 1 and file.stem == id else f"{shown(file)}, task {id}"


def _short(text: str) -> str:
    """Quoted for a message: escaped, and no longer than a line bears."""
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


def _nearest(text: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(text, dict.fromkeys(known), n=3)
    return f"; nearest: {', '.join(near)}" if near else ""
