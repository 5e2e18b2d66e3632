"""The controls that a run has: which one is the same as one that is to be made, and under which name another is put beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlevolve.ask.prompts import Prompts, known_then
from nlevolve.config import validated
from nlevolve.errors import UsageError
from nlevolve.formats import ControlRow
from nlevolve.records import RunFinished
from nlevolve.run import store
from nlevolve.run.controls import LONGEST, Brought, Control
from nlevolve.run.recorded import deciding, other_models


@dataclass(frozen=True)
class Standing:
    """A control that was begun once, and stands where it was put."""

    folder: Path
    config: Mapping[str, Any]
    row: ControlRow

    @property
    def tasks(self) -> int:
        return len(self.config["tasks"])

    @property
    def done(self) -> bool:
        """Whether it came to its end, so that there is nothing left to ask."""
        events = store.read_events(self.folder)
        return bool(events) and isinstance(events[-1], RunFinished) and events[-1].reason == "done"

    def is_same(self, one: Control, prompts: Prompts) -> bool:
        """Whether it asks just what the other one does: the same settings, tasks, descriptions, prompts and models."""
        if _kind(self.row) != _kind(one.row):
            return False
        old, wanted = self.config, {**deciding(one.config, one.selection, prompts), **one.brought.deciding}
        try:
            # what could not be set yet when it was made is as it was by default
            known = {**old, "settings": validated(old["settings"]).model_dump(mode="json")}
        except UsageError:
            return False
        wanted["prompts"] = known_then(wanted["prompts"], old.get("prompts", {}))
        return all(known.get(key) == value for key, value in wanted.items()) and not other_models(old, one.config)


def standing(folder: Path, id: str | None) -> Iterator[Standing]:
    """The controls beside a run's folder that are its own (`id`: its), and that were not moved aside since."""
    for path in sorted(folder.parent.glob(f"{_plain(folder.name[:LONGEST])}*/config.json")):
        config = config_of(path.parent)
        row = Brought.of(config).control
        if row is not None and id is not None and row.of_id == id and config.get("run") == path.parent.name:
            yield Standing(path.parent, config, row)


def config_of(folder: Path) -> Mapping[str, Any]:
    """config.json; nothing where there is none that can be read."""
    try:
        return store.read_config(folder, needs=("run", "tasks"))
    except UsageError:
        return {}


def same(one: Control, others: Iterable[Standing], prompts: Prompts) -> Standing | None:
    """The control that was made of this before, if it was."""
    return next((other for other in others if other.is_same(one, prompts)), None)


def name_beside(one: Control, others: Iterable[Standing]) -> str:
    """What a control is called: one on fewer tasks takes the place of none on more."""
    tasks = len(one.selection.tasks)
    larger = any(other.folder.name == one.name and _kind(other.row) == _kind(one.row) and other.tasks > tasks for other in others)
    return f"{one.name}-{tasks}" if larger else one.name


def _kind(row: ControlRow) -> tuple[str, str, str]:
    return row.of_id, row.arm, row.model


def _plain(name: str) -> str:
    """A folder's name for glob: nothing in it is a pattern."""
    return "".join(f"[{letter}]" if letter in "[*?" else letter for letter in name)
