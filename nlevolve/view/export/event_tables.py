"""A run's log as tables, one a kind of event, with a column a field; what speaks of test outputs stays behind."""

from __future__ import annotations

import hashlib
import json
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from nlevolve.puzzle.grids import Grid, render
from nlevolve.puzzle.tasks import Task
from nlevolve.records import AnyEvent, CallFinished, LogDamaged
from nlevolve.view.export.parquet import arrow, parquet
from nlevolve.view.export.spills import shows, spills
from nlevolve.view.run_folder import RunFolder
from nlevolve.view.text import clean

OF_ANSWERS = ("answer_followed", "answer_guessed", "answer_judged", "task_answered", "candidate_reviewed")
"""Kinds that speak of test inputs: each grid in them is told by its digest, and no remark of a model is told."""
REMARKS = ("note", "why")
THOUGHT = ("check", "code")
"""Purposes whose prompts hold no test input: of others, what a model thought is not told."""
NAMES = ("task", "request", "model", "role", "purpose")
"""Fields that hold no words."""
LEFT_OUT = ("v", "kind")
"""Fields that say the same in every row."""
WHAT = "--format events"


@dataclass(frozen=True)
class EventTable:
    kind: str
    what: str
    """The first sentence of what is said of the kind."""
    rows: int
    parquet: bytes


def event_tables(run: RunFolder, events: Iterable[AnyEvent | LogDamaged]) -> Iterator[EventTable]:
    """Every kind that there is, also those of which the run has none; `line` is an event's place in the log as it was read.

    Raises UsageError without pyarrow.
    """
    arrow(WHAT)
    rows: dict[str, list[dict[str, Any]]] = {}
    known = {task.id: task for task in run.tasks}
    for line, event in enumerate(events):
        if not isinstance(event, LogDamaged):
            rows.setdefault(event.kind, []).append({"line": line, **_row(run, known, event)})
    for kind, model in kinds().items():
        own = rows.get(kind, [])
        yield EventTable(kind, _first_sentence(model.__doc__ or ""), len(own), parquet(own, schema(kind)))


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.;:]) ", " ".join(text.split()))[0].rstrip(".;:")


def kinds() -> dict[str, Any]:
    """Kind -> its event."""
    union = get_args(AnyEvent)[0]
    return {model.model_fields["kind"].default: model for model in get_args(union)}


def schema(kind: str) -> Any:
    """The columns of a kind: those of its event, whatever a run holds of them."""
    arrow_ = arrow(WHAT)
    fields = _fields([kinds()[kind]], kind in OF_ANSWERS)
    return arrow_.schema([("line", arrow_.int64()), *((name, type_) for name, type_ in fields.items() if name not in LEFT_OUT)])


def _fields(models: Iterable[type[BaseModel]], hidden: bool) -> dict[str, Any]:
    """Those of all of them: of what may be one of several records, a field is null where it is none of this one's."""
    return {
        name: _type(field.annotation, hidden)
        for model in models
        for name, field in model.model_fields.items()
        if not (hidden and name in REMARKS)
    }


def _type(of: Any, hidden: bool) -> Any:
    """The type of a column for what a field's annotation says."""
    pa = arrow(WHAT)
    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), datetime: pa.timestamp("us", "UTC")}
    if of in plain:
        return plain[of]
    if of == Grid:
        return pa.string() if hidden else pa.list_(pa.list_(pa.int8()))
    inner = [one for one in get_args(of) if one is not type(None)]
    match get_origin(of):
        case None if isinstance(of, type) and issubclass(of, BaseModel):
            return pa.struct(list(_fields([of], hidden).items()))
        case origin if origin is Annotated:
            return _type(inner[0], hidden)
        case origin if origin is Literal:
            return _type(type(inner[0]), hidden)
        case origin if origin in (Union, types.UnionType):
            return _type(inner[0], hidden) if len(inner) == 1 else pa.struct(list(_fields(inner, hidden).items()))
        case origin if origin is tuple:
            return pa.string() if len({one for one in inner if one is not ...}) > 1 else pa.list_(_type(inner[0], hidden))
        case _:
            return pa.map_(pa.string(), _type(inner[1], hidden))


def _row(run: RunFolder, known: Mapping[str, Task], event: Any) -> dict[str, Any]:
    fields = dict(event)
    if isinstance(event, CallFinished) and event.purpose not in THOUGHT:
        fields["reasoning"] = ""
    task = known.get(getattr(event, "task", ""))
    outputs = (run.solutions.get(task.id) or ()) if task else ()
    cells = _Cells(event.kind in OF_ANSWERS, task, tuple(outputs))
    return {name: value if name in NAMES else cells.told(value) for name, value in fields.items() if name not in LEFT_OUT}


@dataclass(frozen=True)
class _Cells:
    """How values of one event are told."""

    hidden: bool
    task: Task | None
    outputs: tuple[Grid, ...]

    def told(self, value: Any) -> Any:
        if isinstance(value, BaseModel):
            return {name: self.told(one) for name, one in value if not (self.hidden and name in REMARKS)}
        if isinstance(value, Mapping):
            return [(key, self.told(one)) for key, one in value.items()]
        if isinstance(value, tuple):
            return self._several(value)
        if isinstance(value, str) and self.task is not None and spills(value, self.task, self.outputs):
            return ""
        return value

    def _several(self, values: tuple[Any, ...]) -> Any:
        if _is_grid(values):
            return digest(values) if self.hidden else self._grid(values)
        words = [one for one in values if isinstance(one, str)]
        if len(words) > 1 and self.task is not None and spills("\n".join(words), self.task, self.outputs):
            return [""] * len(values)  # a grid told over several bullets
        if len({type(one) for one in values}) > 1 and not any(isinstance(one, BaseModel) for one in values):
            return json.dumps(values)
        return [self.told(one) for one in values]

    def _grid(self, grid: Grid) -> Any:
        """As it is; nothing, where a training pair was answered with a test's output."""
        spilled = self.task is not None and shows(render(grid), self.task, self.outputs)
        return None if spilled else [list(row) for row in grid]


def digest(grid: Grid) -> str:
    """The first 16 hex digits of the SHA-256 of its text: whether two answers are one grid shows, and not which."""
    return hashlib.sha256(render(grid).encode()).hexdigest()[:16]


def readme(run: RunFolder, tables: Iterable[EventTable]) -> str:
    """Markdown that says what lies in the folder."""
    rows = [f"| `{table.kind}` | {table.rows:,} | {table.what} |" for table in tables]
    damage = f" {run.history.damage.words}, and are in no table." if run.history.damage else ""
    return "\n".join(
        [
            f"# The events of the run {clean(run.name)}",
            "",
            "One table a kind, one column a field (nlevolve's docs/SCHEMA.md says what each holds), and `line`, its place in the",
            f"log.{damage} A grid that was given for a test input stands as the first 16 hex digits of the SHA-256 of its text,",
            "and what models remarked and thought beside it is left out: no table holds a test output.",
            "",
            "| table | rows | an event of this kind |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _is_grid(values: tuple[Any, ...]) -> bool:
    return bool(values) and all(isinstance(row, tuple) and row and isinstance(row[0], int) for row in values)
