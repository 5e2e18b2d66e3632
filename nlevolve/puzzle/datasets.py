"""Selectors -> tasks: `arc2:evaluation[:5]`, `arc1:training~20`, `007bbfb7`, files, folders, `@list`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from nlevolve.errors import UsageError
from nlevolve.puzzle.files import DRAW, Draw, RawTask, files_in, kind_of, shown, solutions_alone, tasks_in, undrawn
from nlevolve.puzzle.grids import LARGEST_SIDE
from nlevolve.puzzle.selection import Selected, Selection
from nlevolve.puzzle.sources import DATASETS, SPLITS, read_dataset, task
from nlevolve.puzzle.tasks import Task

BARE = ("arc2", "arc1")
"""The data sets in which an id without a data set is looked up, in this order."""

_SUFFIX = re.compile(r"(?P<base>.+?)(?:\[(?P<start>-?\d*):(?P<stop>-?\d*)\]|~(?P<sample>\d+))?", re.DOTALL)
NAMED = 10
"""Broken tasks that an error names; the rest are counted."""

DEEPEST_LIST, MOST_LISTED = 5, 100_000
"""Lists of selectors in each other, and lines of all of them: twenty that each name the next one twice would be a million."""


def load(
    selectors: Sequence[str],
    seed: int = 0,
    *,
    max_side: int = LARGEST_SIDE,
    skip_broken: bool = False,
    shard: str | None = None,
) -> Selection:
    """Find and validate what the selectors name. A task named twice is taken once, as it was named first.

    A slice `[a:b]` is Python's, over the ids in order (a file's tasks: in the file's order). A sample `~N` takes the first
    N of an order shuffled by `Random(f"{seed}/{name}")`, where name is what stands before the `~` (of a path its last
    part): `~10` is a part of `~20`, and the same everywhere. Both keep the order of the whole, and only what is left is read
    as a task. Of a list of pairs `:N+M` makes a task of so many to learn from and to be tested on.
    `max_side`: how many rows or columns a grid may have. `skip_broken`: leave out what is no valid task.
    `shard`: `i/n`, every n-th of all these alone.
    Raises UsageError, one line, for an unknown id or data set, broken tasks, or one id naming two different tasks.
    """
    library = _Library(seed)
    found: dict[str, Selected] = {}
    broken: dict[str, None] = {}
    for selector in (part for item in ([selectors] if isinstance(selectors, str) else selectors) for part in _split(item)):
        for place in library.select(selector, within=()):
            try:
                one = place.read(max_side)
            except UsageError as error:
                broken[str(error)] = None
                continue
            known = found.setdefault(one.task.id, one)
            if not same(known.task, one.task):
                two = f"{known.selector} and {one.selector}"
                raise UsageError(f"{two} are two different tasks with one id: put them in different runs")
    if broken and not (skip_broken and found):
        raise UsageError(_all_broken(list(broken), len(found) + len(broken)))
    if not found:
        raise UsageError("no task selected: name some, for example arc1:training[:5], 007bbfb7 or a task's JSON file")
    selection = Selection(tuple(found.values()), max_side, tuple(broken))
    return selection if shard is None else selection.part(shard)


def _all_broken(told: Sequence[str], tasks: int) -> str:
    """All of them at once, so that they can be mended at once."""
    if tasks == 1:
        return told[0]
    rest = f"; and {len(told) - NAMED} more" if len(told) > NAMED else ""
    hint = "; --skip-broken leaves them out" if len(told) < tasks else ""
    return f"{len(told)} of {tasks} tasks are broken: {'; '.join(told[:NAMED])}{rest}{hint}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a task is to be found: read only when it is selected."""

    id: str
    source: str
    where: str
    """As messages say it."""
    tasks: Callable[[], Mapping[str, RawTask]]

    def read(self, max_side: int) -> Selected:
        """Raises UsageError when it is broken."""
        return Selected(task(self.id, self.tasks()[self.id], self.where, max_side), self.source)


def same(one: Task, other: Task) -> bool:
    """Whether two tasks with one id are one. ARC-AGI-2 took over most tasks of ARC-AGI-1 with their pairs in another order."""
    return one is other or (
        sorted((p.input, p.output) for p in one.pairs) == sorted((p.input, p.output) for p in other.pairs)
        and sorted(one.tests) == sorted(other.tests)
    )


class _Library:
    """What was read for one call of `load`, so that no file is parsed twice."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lines = 0
        """Of all lists of selectors together."""
        self._datasets: dict[str, Mapping[str, Mapping[str, RawTask]]] = {}
        self._files: dict[tuple[Path, Draw | None], Mapping[str, _Place]] = {}

    def select(self, selector: str, within: tuple[Path, ...]) -> Iterable[_Place]:
        """Yield what one selector names. `within`: the @files that led here, outermost first."""
        if selector.startswith("@"):
            yield from self._listed(Path(selector[1:]).expanduser().absolute(), within)
            return
        match = _SUFFIX.fullmatch(selector)
        assert match is not None  # the pattern takes any text that is not empty
        named = self._named(match["base"], within)
        yield from _cut(selector, named, match, self._seed)

    def _named(self, base: str, within: tuple[Path, ...]) -> Sequence[_Place]:
        """All that the text before a slice or sample names."""
        path, _, id = base.rpartition(":")
        if base.lower() not in SPLITS and (found := self._at(base, within)) is not None:
            return found
        if path and (found := self._at(path, within, id)) is not None:
            return [_one_of(found, id, base)]
        if re.search(r"[^/][\[~]", base):
            raise UsageError(f"{_short(base)}: a slice is written [a:b], a sample ~N, for example arc1:training[:5]")
        name, what = path.lower(), id.lower()
        if not path:
            return self._bare(what, base)
        if name not in DATASETS:
            raise UsageError(f"no data set or file {_short(path)}; data sets: {', '.join(sorted(DATASETS))}")
        return self._of_dataset(name, what)

    def _bare(self, what: str, base: str) -> Sequence[_Place]:
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

    def _of_dataset(self, name: str, what: str) -> Sequence[_Place]:
        splits = self._dataset(name)
        if what in splits:
            return [_Place(id, name, f"{name}:{id}", partial(splits.__getitem__, what)) for id in splits[what]]
        for split, tasks in splits.items():
            if what in tasks:
                return [_Place(what, name, f"{name}:{what}", partial(splits.__getitem__, split))]
        others = [other for other in DATASETS if other != name and what in self._ids(other)]
        hint = f"; it is in {' and '.join(others)}" if others else _nearest(what, [*SPLITS, *self._ids(name)])
        raise UsageError(f"no task {_short(what)} in {name}{hint}")

    def _dataset(self, name: str) -> Mapping[str, Mapping[str, RawTask]]:
        if name not in self._datasets:
            self._datasets[name] = read_dataset(name)
        return self._datasets[name]

    def _ids(self, *names: str) -> list[str]:
        return [id for name in names for tasks in self._dataset(name).values() for id in tasks]

    def _at(self, text: str, within: tuple[Path, ...], id: str | None = None) -> Sequence[_Place] | None:
        """What lies at this path; None where there is none. `id`: the one that is wanted, where others need not be told."""
        plain, draw = (text, None) if _existing(text, within) else undrawn(text, self._seed)
        place = _existing(plain, within)
        if place is None:
            return None
        if not place.is_dir():
            found = self._of_file(place, draw)
            return [found[id]] if id is not None and id in found else list(found.values())
        files = files_in(place)
        if not files:
            raise UsageError(f"no task's JSON file in the folder {shown(place)}, nor in one within it{solutions_alone(place)}")
        return [one for file in files for one in self._in_folder(file, draw)]

    def _in_folder(self, file: Path, draw: Draw | None) -> Collection[_Place]:
        """A file that is broken stands for one task, which is: another one may be all that is selected."""
        try:
            return self._of_file(file, draw).values()
        except UsageError:
            return [_Place(file.stem, str(file), shown(file), partial(tasks_in, file, draw))]

    def _of_file(self, file: Path, draw: Draw | None) -> Mapping[str, _Place]:
        """By id, so that ten thousand selectors of one file are no hundred million steps."""
        if (file, draw) not in self._files:
            self._files[file, draw] = {one.id: one for one in self._places(file, draw)}
        return self._files[file, draw]

    def _places(self, file: Path, draw: Draw | None) -> Iterator[_Place]:
        kind = kind_of(file)
        if kind == "pairs":
            draw = draw or replace(DRAW, seed=self._seed)
            yield _Place(file.stem, f"{file}:{draw}", shown(file), partial(tasks_in, file, draw))
        elif kind == "task" and draw is None:
            yield _Place(file.stem, str(file), shown(file), partial(tasks_in, file))
        else:
            tasks = tasks_in(file, draw)
            for id in tasks:
                yield _Place(id, str(file), _where(file, id, len(tasks)), lambda: tasks)

    def _listed(self, file: Path, within: tuple[Path, ...]) -> Iterable[_Place]:
        if file in within:
            raise UsageError(f"@{shown(file)} lists itself")
        if len(within) >= DEEPEST_LIST:
            raise UsageError(f"@{shown(file)} lies {len(within)} lists deep in lists: {DEEPEST_LIST} at most")
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise UsageError(f"cannot read the list of selectors {shown(file)}: {why}") from None
        self._lines += len(lines)
        if self._lines > MOST_LISTED:
            raise UsageError(f"@{shown(file)}: the lists have more than {MOST_LISTED:,} lines: name a folder of tasks")
        for line in lines:
            if line.strip() and not line.lstrip().startswith("#"):
                for part in _split(line):
                    yield from self.select(part, (*within, file))


def _split(item: str) -> list[str]:
    """The selectors of one argument. A path that exists is one selector, whatever spaces or commas it holds."""
    item = item.strip()
    match = _SUFFIX.fullmatch(item)
    if match and any(_existing(path, ()) for path in _paths(match["base"]) if path):
        return [item]
    return [part for part in re.split(r"[\s,]+", item) if part]


def _paths(base: str) -> Iterator[str]:
    """What may be the path of a selector's text before its slice or sample."""
    for text in (base, base.rpartition(":")[0]):
        yield text
        yield undrawn(text, seed=0)[0]


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


def _cut(selector: str, named: Sequence[_Place], match: re.Match[str], seed: int) -> Sequence[_Place]:
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


def _one_of(named: Sequence[_Place], id: str, base: str) -> _Place:
    for one in named:
        if one.id == id:
            return one
    raise UsageError(f"{base}: no task {_short(id)} in there{_nearest(id, [one.id for one in named])}")


def _where(file: Path, id: str, tasks: int) -> str:
    return shown(file) if tasks == 1 and file.stem == id else f"{shown(file)}, task {id}"


def _short(text: str) -> str:
    """Quoted for a message: escaped, and no longer than a line bears."""
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


def _nearest(text: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(text, dict.fromkeys(known), n=3)
    return f"; nearest: {', '.join(near)}" if near else ""
