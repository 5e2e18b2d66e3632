"""docs/SCHEMA.md and docs/schema/*.json from the records: what stands in each file of a run's folder.

A schema says what a reader may find. Required is what every version ever written has; what came later has a default.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from nlevolve.formats import ConfigFile, ResultsFile, SubmissionFile
from nlevolve.puzzle.grids import Grid
from nlevolve.records import AnyEvent

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "SCHEMA.md"
FOLDER = DOCS / "schema"
Schema = Mapping[str, Any]
FILES: Mapping[str, TypeAdapter[Any]] = {
    "events": TypeAdapter(AnyEvent),
    "results": TypeAdapter(ResultsFile),
    "config": TypeAdapter(ConfigFile),
    "submission": TypeAdapter(SubmissionFile),
}

HEAD = """# What stands in a run's files

Made from the records by `make docs ARGS=schema` (`nlevolve/records/`, `nlevolve/formats/` and the settings that live beside
their readers). Each file has a JSON schema (draft 2020-12) in [`docs/schema/`](schema).

What is promised: a field keeps its name and its meaning. New fields may come at any time, so pass over those that you do not
know. In the last column stands *always* for a field that every file has, else what it means when a file lacks it. A *grid* is a
list of 1 to 30 rows, all equally long, of 1 to 30 ints 0-9. Places (births, pairs, test inputs) count from 0. Times are UTC,
money is US dollars. A run's folder also has `report.html`, for people.
"""
EVENTS = """
Everything that happened, one event a line, in the order it happened. Each has `kind`, which says what it is; `at`, when (ISO
8601); and `v`, the version of the format, which is 1. A line is appended whole, and is on disk before anybody sees the event. A
kill can leave the last line torn: read up to the last line's end. A run that was resumed has `run_started` again, and may say
again what it said before: an event counts once.
"""
ABOUT = {
    "events": ("events.jsonl", EVENTS),
    "results": ("results.json", ""),
    "config": ("config.json", ""),
    "submission": ("submission.json", ""),
}
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<", "minItems": "at least"}
NULL = re.compile(r"\bNone(?=:|\)| when| for)")
TOLD_ONCE = {"kind", "v", "at"}
"""What every event has."""
LONGEST_DEFAULT = 70
WIDTH = 130


@cache
def told(kind: type[BaseModel]) -> Mapping[str, str]:
    """Field -> the docstring under it, those of the classes above included.

    pydantic can do this itself (use_attribute_docstrings), but reads the source of each class at import: 15 ms of every start.
    """
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if not one.__module__.startswith("nlevolve.") or "[" in one.__name__:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        assert isinstance(tree, ast.ClassDef)
        for field, below in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                found[field.target.id] = inspect.cleandoc(str(ast.literal_eval(below.value)))
    return found


class Told(GenerateJsonSchema):
    """As pydantic writes schemas, with the docstrings under the fields, and without the titles that repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> dict[str, Any]:
        written, kind = super().model_schema(schema), schema["cls"]
        for name, about in told(kind).items():
            if name in kind.model_fields:
                said = NULL.sub("null", " ".join(about.split()))
                written["properties"][kind.model_fields[name].alias or name]["description"] = said
        if "kind" in written.get("properties", {}):
            # it has a default in Python; in a file it always stands
            written["required"] = ["kind", *written.get("required", [])]
        return written


def schemas() -> dict[str, dict[str, Any]]:
    """Name of a file in docs/schema/ -> its JSON schema."""
    made = {name: adapter.json_schema(schema_generator=Told) for name, adapter in FILES.items()}
    return {name: {"$schema": Told.schema_dialect, "title": ABOUT[name][0], **_alike(schema)} for name, schema in made.items()}


def _alike(schema: Any) -> Any:
    """What versions of pydantic write differently, written in one way: the page is stale when a record changes, not a library."""
    if isinstance(schema, list):
        return [_alike(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "enum" or "const" not in schema}
    return {key: int(value) if key in BOUNDS and value == int(value) else _alike(value) for key, value in kept.items()}


def text(schema: Schema) -> str:
    """The content of a schema's file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def page() -> str:
    """The whole of docs/SCHEMA.md."""
    lines, done = [HEAD], set[str]()
    for name, schema in schemas().items():
        file, about = ABOUT[name]
        about = about or schema.get("description", "")
        lines += [f"## {file}", "", *_paragraph(f"{about} [Its JSON schema](schema/{name}.json)."), *_fields(schema)]
        events = [ref["$ref"].rsplit("/", 1)[1] for ref in schema.get("oneOf", ())]
        for record in [*events, *sorted(schema["$defs"].keys() - {*events})]:
            if record not in done:
                lines += _record(record, schema["$defs"][record])
        done |= schema["$defs"].keys()
    return "\n".join(lines).rstrip() + "\n"


def _paragraph(said: str) -> list[str]:
    return [*textwrap.wrap(NULL.sub("null", said), WIDTH, break_long_words=False, break_on_hyphens=False), ""]


def _record(name: str, schema: Schema) -> Iterator[str]:
    kind = schema.get("properties", {}).get("kind", {}).get("const")
    yield from (f"### {name}", "")
    yield from _paragraph((f'`"kind": "{kind}"`. ' if kind else "") + schema.get("description", ""))
    yield from _fields(schema)


def _fields(schema: Schema) -> Iterator[str]:
    if not schema.get("properties"):
        if "additionalProperties" in schema:
            yield from (f"It is an {_type(schema)}.", "")
        return
    required = schema.get("required", ())
    yield from ("| field | type | what it says | left out |", "|---|---|---|---|")
    for name, field in schema["properties"].items():
        if name in TOLD_ONCE:
            continue
        default = "*always*" if name in required else _default(field)
        about = field.get("description", "").replace("|", "\\|")
        yield f"| `{name}` | {_type(field)} | {about} | {default} |"
    yield ""


def _default(field: Schema) -> str:
    written = json.dumps(field["default"], ensure_ascii=False)
    return f"`{written}`" if len(written) <= LONGEST_DEFAULT else "as that record says"


@cache
def _grid() -> Schema:
    return TypeAdapter(Grid).json_schema()


def _type(schema: Schema) -> str:
    """A type in a few words."""
    bare = {key: value for key, value in schema.items() if key not in ("description", "default")}
    if bare == _grid():
        return "grid"
    if "$ref" in bare:
        name = bare["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf"):
        if several in bare:
            return " or ".join(_type(one) for one in bare[several])
    if "const" in bare or "enum" in bare:
        return " or ".join(f"`{json.dumps(value)}`" for value in bare.get("enum", [bare.get("const")]))
    bounds = [f"{sign} {bare[key]}" for key, sign in BOUNDS.items() if key in bare and "prefixItems" not in bare]
    return " ".join([_plain(bare), ", ".join(bounds)]).strip()


def _plain(schema: Schema) -> str:
    match schema.get("type"):
        case "array" if "prefixItems" in schema:
            return "(" + ", ".join(_type(one) for one in schema["prefixItems"]) + ")"
        case "array":
            return f"list of {_type(schema['items'])}"
        case "object":
            values = schema["additionalProperties"]
            return "object" if values is True else f"object, name → {_type(values)}"
        case "string" if schema.get("format") == "date-time":
            return "time, ISO 8601"
        case None:
            return "anything"
        case kind:
            return {"integer": "int", "boolean": "bool", "string": "text"}.get(str(kind), str(kind))


def write() -> None:
    """Write docs/SCHEMA.md and docs/schema/."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in schemas().items():
        (FOLDER / f"{name}.json").write_text(text(schema), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
