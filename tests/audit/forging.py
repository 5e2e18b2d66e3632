"""A run's files, changed by hand as somebody would who wants other figures: each line with a check digit that is right again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.records import DamagedLine, read_event, write_event

Change = Callable[[Any], Any]


def of_kind(kind: str, **wanted: Any) -> Callable[[Any], bool]:
    """Whether a line's content is such an event."""
    return lambda event: event["kind"] == kind and all(event.get(name) == value for name, value in wanted.items())


def log(folder: Path, which: Callable[[Any], bool], change: Change, *, every: bool = False) -> None:
    """Change the first line of the log that fits (or every one): `change` alters it in place, or returns False to drop it."""
    lines, done = [], 0
    for line in (folder / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if (every or not done) and which(event):
            done += 1
            if change(event) is False:
                continue
            line = _signed(event)
        lines.append(line)
    assert done, "the run has no such line"
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines))


def _signed(event: Any) -> str:
    event.pop("crc", None)
    try:
        return write_event(read_event(json.dumps(event)))
    except DamagedLine:
        raise AssertionError("no such event can be") from None


def file(folder: Path, name: str, change: Change) -> None:
    """Change one of the run's JSON files."""
    content = json.loads((folder / name).read_text())
    change(content)
    (folder / name).write_text(json.dumps(content))


def bank(folder: Path, key: str, change: Callable[[Sample], Sample]) -> None:
    """Change one row of the run's sample bank."""
    place = Path(json.loads((folder / "config.json").read_text())["cache_dir"])
    samples = DiskBank(place, print)
    sample = samples.get(key)
    assert sample is not None
    samples.set(key, change(sample))
    samples._table.close()


def first(folder: Path, which: Callable[[Any], bool]) -> Any:
    """The first line of the log that fits."""
    events = map(json.loads, (folder / "events.jsonl").read_text().splitlines())
    return next(event for event in events if which(event))


def put(*path: Any, value: Any) -> Change:
    """Sets what lies at the end of a path of keys; a function as `value` is given what is there."""

    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value(content[path[-1]]) if callable(value) else value

    return change


def copied(run: Path, place: Path) -> Path:
    """The run and its bank, to be forged."""
    folder = place / "forged" / run.name
    shutil.copytree(run, folder)
    shutil.copytree(run.parents[1] / "bank", place / "bank")
    file(folder, "config.json", put("cache_dir", value=str(place / "bank")))
    return folder
