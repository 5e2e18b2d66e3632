"""In which form a reply is asked for: the schema that goes with the request, and the words that say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from nlevolve.ask.prompts import KINDS, Kind, Prompts
from nlevolve.llm.manner import Manner
from nlevolve.llm.wire import ANY_OBJECT
from nlevolve.puzzle.notations import Grids
from nlevolve.records import Verdict

_WORKING = {"type": "string"}
_BULLETS = {"bullets": {"type": "array", "items": {"type": "string"}}}
_GRID = {
    "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
    "note": {"type": "string"},
}
_WORDED = {"grid": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}}
"""Of cells that are no digits."""
_REVIEW = {
    "verdict": {"type": "string", "enum": list(get_args(Verdict))},
    "test": {"type": "integer"},
    "reason": {"type": "string"},
}
_CHOICE = {"first": {"type": "string"}, "second": {"type": "string"}, "reason": {"type": "string"}}


def _schema(title: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": title,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


# what stands first is written first: a model that does not think beforehand works before it answers
SCHEMAS: Mapping[tuple[Kind, Manner], dict[str, Any] | None] = {
    ("bullets", "bare"): _schema("description", _BULLETS),
    ("bullets", "schema"): _schema("description", {"working": _WORKING, **_BULLETS}),
    ("grid", "bare"): _schema("followed", _GRID),
    ("grid", "schema"): _schema("followed", {"working": _WORKING, **_GRID}),
    ("solution", "bare"): _schema("solved", _GRID),
    ("solution", "schema"): _schema("solved", {"working": _WORKING, **_GRID}),
    ("review", "bare"): _schema("review", _REVIEW),
    ("review", "schema"): _schema("review", {"working": _WORKING, **_REVIEW}),
    ("judge", "bare"): _schema("choice", _CHOICE),
    ("judge", "schema"): _schema("choice", {"working": _WORKING, **_CHOICE}),
    **{(kind, "object"): ANY_OBJECT for kind in KINDS},
    **{(kind, "text"): None for kind in KINDS},
}


@dataclass(frozen=True)
class Form:
    """How one reply is asked for."""

    manner: Manner
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What a Request holds of it."""


def form(prompts: Prompts, kind: Kind, manner: Manner, grids: Grids = "digits") -> Form:
    """The form of a reply of this kind. Where a model refuses it, plain text is asked for in words that fit plain text.

    The bare form's words serve plain text too: they say what to do without JSON.
    """
    reworded = None if manner in ("bare", "text") else (prompts.words(kind, manner, grids), prompts.words(kind, "text", grids))
    schema = SCHEMAS[kind, manner]
    if schema and "grid" in schema.get("properties", {}) and grids in ("letters", "names"):
        schema = {**schema, "properties": {**schema["properties"], **_WORDED}}
    return Form(manner, {"reply_schema": schema, "reworded": reworded})
