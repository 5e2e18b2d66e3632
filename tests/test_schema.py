"""docs/SCHEMA.md and docs/schema/ say what the records say, and what runs write is what they say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

import nlevolve
from benchmarks.schema import FOLDER, PAGE, page, schemas, text
from nlevolve.config import presets
from nlevolve.formats import ConfigFile, ResultsFile, SubmissionFile
from nlevolve.view.history import read
from nlevolve.view.results import results, submission
from tests.scripted import scripted
from tests.stories.worlds import groping, task_file
from tests.view.fake_run import FakeRun
from tests.view.story import SOLUTIONS, TASKS, events

MAKE = "docs/SCHEMA.md is out of date: make docs ARGS=schema"
GOLDEN = Path(__file__).parent / "golden"
RECORDS: dict[str, type[BaseModel]] = {"results": ResultsFile, "config": ConfigFile, "submission": SubmissionFile}


@cache
def validator(name: str) -> Draft202012Validator:
    """Of the schema as it stands in docs/."""
    schema = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(name: str, content: Any) -> list[str]:
    """In what the content is not as the schema in docs/ says."""
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in validator(name).iter_errors(content)]


def told_whole(name: str, content: Any) -> None:
    """The content is as the schema in docs/ says, and the record holds all of it."""
    assert faults(name, content) == []
    assert RECORDS[name].model_validate(content).model_dump(mode="json", by_alias=True) == content


def test_the_page_and_the_schemas_are_those_of_the_records() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), MAKE
    assert {file.stem: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")} == {
        name: text(schema) for name, schema in schemas().items()
    }, MAKE


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("events.v*.jsonl")), ids=lambda file: file.name)
def test_a_log_of_every_version_is_as_the_schema_says(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        assert faults("events", json.loads(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "nothing"},
        {"text": "a"},
        {"kind": "noticed", "text": 1},
        {"kind": "noticed", "text": "a", "v": 2},
        {"kind": "limit_changed", "model": "m", "in_flight": "many", "why": ""},
    ],
)
def test_what_is_no_event_is_none_by_the_schema_either(line: dict[str, Any]) -> None:
    assert not validator("events").is_valid(line)


OTHERWISE: dict[str, dict[str, Any]] = {
    "thrifty": {"generator": "offline/generator,offline/generator-weak"},
    "quick": {"settings": {"generator.price_in": 1, "generator.price_out": 2}, "budget": 5},
    "broad": {"max_calls": 30},
}
"""What makes a run's files say more than they usually do: a mix, prices, a cap that is reached."""


@pytest.mark.parametrize("preset", presets())
def test_every_file_of_a_run_is_as_its_schema_says(tmp_path: Path, preset: str) -> None:
    tasks = [str(task_file(tmp_path, name=name)) for name in ("one", "other")]
    run = nlevolve.solve(tasks, preset=preset, live=scripted(groping), report=False, **OTHERWISE.get(preset, {}))
    for name in RECORDS:
        told_whole(name, json.loads((run.folder / f"{name}.json").read_text(encoding="utf-8")))
    for line in (run.folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
        assert faults("events", json.loads(line)) == []


def test_results_of_runs_that_went_badly_are_as_the_schema_says() -> None:
    history = read(events())
    for solutions in (SOLUTIONS, {}):
        told_whole("results", plain(results(history, TASKS, solutions)))
    told_whole("results", plain(results(read([]), TASKS, SOLUTIONS)))
    told_whole("submission", plain(submission(history, TASKS)))


def test_every_kind_of_event_that_a_rough_run_has_is_as_the_schema_says() -> None:
    for event in FakeRun(throttled=0.2, failing=(1,)).events():
        assert faults("events", event.model_dump(mode="json")) == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("results", {"schema": 2}),
        ("results", {"totals": []}),
        ("results", {"tasks": {"a": {}}}),
        ("submission", {"a": [{"attempt_1": None, "attempt_2": [[0]]}]}),
    ],
)
def test_a_file_of_wrong_types_is_refused(name: str, wrong: dict[str, Any]) -> None:
    content = plain(results(read(events()), TASKS, SOLUTIONS)) | wrong if name == "results" else wrong
    assert not validator(name).is_valid(content)
    with pytest.raises(ValidationError):
        RECORDS[name].model_validate(content)


def plain(content: Any) -> Any:
    return json.loads(json.dumps(content))
