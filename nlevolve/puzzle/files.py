"""What JSON files and folders hold: tasks by their ids, each parsed when it is asked for; lists of pairs are drawn from."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

from nlevolve.errors import UsageError

RawTask = Any
"""A task as JSON holds it, before validation: nothing about it is known."""

_NOT_TASKS = ("solutions.json", "submission.json", "metadata.json")
"""What lies beside tasks in the data sets that people have."""
_OURS = {"events.jsonl", "cache.db"}
_ALONE = re.compile(rb'\s*(?:(?P<pairs>\[)|\{\s*"(?:train|test)"\s*:\s*\[)')
_BLANK = re.compile(r"[ \t\n\r]*")
_DRAW = re.compile(r"(?P<path>.+):(?P<train>\d{1,4})\+(?P<test>\d{1,4})(?:@(?P<seed>-?\d{1,18}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Draw:
    """How a task is made of a list of pairs, as re-arc has them: so many to learn from, so many to be tested on."""

    train: int
    test: int
    seed: int

    def __str__(self) -> str:
        """As a selector has it."""
        return f"{self.train}+{self.test}@{self.seed}"

    def task(self, name: str, pairs: list[Any], where: str) -> RawTask:
        """Seeded by the list's name: the same everywhere. Raises UsageError."""
        wanted = self.train + self.test
        if not self.train or not self.test:
            raise UsageError(f"{where}: {self.train}+{self.test} leaves no pair to learn from or none to be tested on")
        if wanted > len(pairs):
            raise UsageError(f"{where} is a list of {len(pairs)} pairs, {self.train}+{self.test} asks for {wanted}")
        drawn = Random(f"{self.seed}/{name}/pairs").sample(pairs, wanted)
        return {"train": drawn[: self.train], "test": drawn[self.train :]}


DRAW = Draw(3, 1, seed=0)
"""Where it is not said: about what ARC's tasks have."""


def undrawn(text: str, seed: int) -> tuple[str, Draw | None]:
    """`PATH:3+1` or `PATH:3+1@SEED` as the path and how to draw; any other text as it is. `seed` where none is named."""
    match = _DRAW.fullmatch(text)
    if match is None:
        return text, None
    return match["path"], Draw(int(match["train"]), int(match["test"]), int(match["seed"] or seed))


def _without_repeats(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) != len(items):
        keys = [key for key, _ in items]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)[:40]!r} stands there twice")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_without_repeats)
_BRACKETS = {
    opens: re.compile(rf'[^{re.escape(opens + closes)}"]*(?:([{re.escape(opens + closes)}])|"[^"\\]*(?:\\.[^"\\]*)*")')
    for opens, closes in ("{}", "[]")
}
"""What to look at, to find the end of a value that begins with such a bracket."""


class Lazily(Mapping[str, RawTask]):
    """id -> task of a JSON text, in the order given. A task is parsed when it is asked for: UsageError where it is no JSON."""

    def __init__(self, path: Path, text: str, places: Iterable[tuple[str, int]]) -> None:
        self._path = path
        self._text = text
        self._places = dict(places)

    def __getitem__(self, id: str) -> RawTask:
        start = self._places[id]
        try:
            return _DECODER.raw_decode(self._text, start)[0]
        except (ValueError, RecursionError) as error:
            raise _torn(self._path, error) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, id: object) -> bool:
        return id in self._places


def files_in(folder: Path) -> list[Path]:
    """The JSON files of a folder and of those within it that may hold tasks, by name.

    What is hidden, links that lead nowhere, and runs and sample banks that lie beside the tasks are passed over.
    """
    found = []
    for place, folders, names in os.walk(folder):
        if not _OURS.isdisjoint(names):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if name.endswith(".json") and not name.startswith(".")]
    return sorted(file for file in found if not file.name.endswith(_NOT_TASKS) and file.is_file())


def solutions_alone(folder: Path) -> str:
    """What to say, at the end of a sentence, of a folder in which there are solutions and not their tasks."""
    found = sorted(folder.rglob("*solutions.json"))
    if not found:
        return ""
    wants = "challenges".join(found[0].name.rsplit("solutions", 1))
    return f": {shown(found[0])} holds solutions alone, put its challenges file {wants} beside it"


Kind = Literal["task", "pairs", "many"]


def kind_of(file: Path) -> Kind:
    """What a file seems to hold, by how it begins: the rest of one with a single task need not be read to know its id."""
    try:
        with file.open("rb") as opened:
            begins = _ALONE.match(opened.read(64).removeprefix(b"\xef\xbb\xbf"))
    except OSError:
        return "many"
    return "many" if begins is None else "pairs" if begins["pairs"] else "task"


def tasks_in(path: Path, draw: Draw | None = None) -> Mapping[str, RawTask]:
    """id -> task of one JSON file: a single task, whose id is the file's name, a Kaggle challenges file, or a list of pairs.

    `draw` says how a task is made of a list. Raises UsageError when it is none of them.
    """
    text = _text(path)
    if text[_after_blanks(text, 0)] == "[":
        return {path.stem: _of_list(path, text, draw or DRAW)}
    if draw:
        raise UsageError(f"{shown(path)} is no list of pairs: {draw.train}+{draw.test} draws from such lists alone")
    starts = _members(path, text)
    if starts is None:
        raise _no_task(path)
    kinds = {text[start] for start in starts.values()}
    if any(text[starts[key]] == "[" for key in ("train", "test") if key in starts):
        return {path.stem: _parsed(path, text)}
    if kinds == {"{"}:
        return Lazily(path, text, starts.items())
    if kinds == {"["}:
        raise UsageError(f"{shown(path)} holds solutions, not tasks: give its challenges file{_challenges_of(path)}")
    raise _no_task(path)


def object_in(path: Path) -> Mapping[str, Any] | None:
    """The members of the object that a JSON file holds, each parsed when it is asked for; None where it holds something else.

    Raises UsageError naming the file when it can't be read, is empty or torn, or repeats a key.
    """
    text = _text(path)
    starts = _members(path, text)
    return None if starts is None else Lazily(path, text, starts.items())


def shown(path: Path) -> str:
    """The path as people like to read it: from the working folder where it lies in there."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {shown(path)}: {error.strerror or error}") from None
    if content.startswith(b"PK\x03\x04"):
        raise UsageError(f"{shown(path)} is a zip archive: unpack it, and give the folder")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{shown(path)} is not text in UTF-8: give a JSON file") from None
    if not text.strip():
        raise UsageError(f"{shown(path)} is empty: give a task's JSON file or a Kaggle challenges file")
    return text


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _torn(path, error) from None


def _torn(path: Path, error: Exception) -> UsageError:
    why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
    return UsageError(f"{shown(path)} is not valid JSON, perhaps cut short: {why}")


def _members(path: Path, text: str) -> Mapping[str, int] | None:
    """Key -> where its value begins, of the object that the text is; None where it is something else.

    The values are passed over: to parse ten thousand tasks takes seconds and half a gigabyte. Raises UsageError as `_parsed`.
    """
    found: list[tuple[str, int]] = []
    try:
        at = _after_blanks(text, _expect(text, _after_blanks(text, 0), "{"))
        while text[at] != "}":
            _expect(text, at, '"')
            key, at = _DECODER.raw_decode(text, at)
            start = _after_blanks(text, _expect(text, _after_blanks(text, at), ":"))
            found.append((key, start))
            at = _after_blanks(text, _end(text, start))
            if text[at] != "}":
                at = _after_blanks(text, _expect(text, at, ","))
        if _after_blanks(text, at + 1) == len(text):
            return _without_repeats(found)
    except (ValueError, IndexError, RecursionError):
        pass
    _parsed(path, text)  # it says what is wrong, and where
    return None


def _end(text: str, start: int) -> int:
    """Where a value ends, by its brackets alone. Raises ValueError."""
    marks = _BRACKETS.get(text[start])
    if marks is None:
        return _DECODER.raw_decode(text, start)[1]
    depth = 0
    for mark in marks.finditer(text, start):
        if mark[1]:
            depth += 1 if mark[1] == text[start] else -1
            if not depth:
                return mark.end()
    raise ValueError("it does not end")


def _expect(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise ValueError(f"expected {mark}")
    return at + 1


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANK.match(text, at)
    assert blanks is not None
    return blanks.end()


def _of_list(path: Path, text: str, draw: Draw) -> RawTask:
    pairs = _parsed(path, text)
    if not pairs or not all(isinstance(pair, dict) and {"input", "output"} <= pair.keys() for pair in pairs):
        raise _no_task(path)
    return draw.task(path.stem, pairs, shown(path))


def _challenges_of(path: Path) -> str:
    """The challenges file beside a solutions file, as the end of a sentence; nothing where it is not there."""
    beside = path.with_name("challenges".join(path.name.rsplit("solutions", 1)))
    return f" {shown(beside)}" if beside != path and beside.is_file() else ""


def _no_task(path: Path) -> UsageError:
    forms = '{"train": […], "test": […]}, {id: task, …}, or a list of {"input": …, "output": …}'
    return UsageError(f"{shown(path)} holds no ARC task: expected {forms}")
