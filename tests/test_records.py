"""An event written is an event read, and a log of any version ever written loads."""

from __future__ import annotations

import json
import types
import typing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from nlevolve.records import AnyEvent, Description, Event, Noticed, Usage, read_event, write_event

GOLDEN = Path(__file__).parent / "golden"
KINDS: tuple[type[Event], ...] = typing.get_args(typing.get_args(AnyEvent)[0])


def drawn(annotation: Any) -> st.SearchStrategy[Any]:
    """What may stand in a field: as its annotation says, but for times in UTC and numbers that JSON can hold."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return drawn(inside[0])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(drawn, inside))
    if origin is tuple:
        return st.lists(drawn(inside[0]), max_size=3).map(tuple) if inside[-1] is ... else st.tuples(*map(drawn, inside))
    if origin is dict:
        return st.dictionaries(drawn(inside[0]), drawn(inside[1]), max_size=3)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return st.builds(annotation, **{name: drawn(field.annotation) for name, field in annotation.model_fields.items()})
    plain = {datetime: st.datetimes(timezones=st.just(UTC)), float: st.floats(allow_nan=False, allow_infinity=False)}
    return plain[annotation] if annotation in plain else st.from_type(annotation)


def holds_all(said: Any, read: Any) -> bool:
    """Whether nothing said is missing or changed. Fields may have been added since."""
    if isinstance(said, dict):
        return isinstance(read, dict) and all(name in read and holds_all(value, read[name]) for name, value in said.items())
    if isinstance(said, list):
        return isinstance(read, list) and len(said) == len(read) and all(map(holds_all, said, read))
    return bool(said == read)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_written_is_an_event_read(kind: type[Event]) -> None:
    @given(drawn(kind))
    def holds(event: Event) -> None:
        line = write_event(event)
        assert "\n" not in line
        assert "\r" not in line
        assert read_event(line) == read_event(line.encode()) == event

    holds()


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("events.v*.jsonl")), ids=lambda file: file.name)
def test_a_log_of_every_version_loads_for_ever_and_means_what_it_said(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    for line in lines:
        said, read = json.loads(line), json.loads(write_event(read_event(line)))
        assert holds_all(said, read)


def test_the_golden_logs_together_hold_every_kind() -> None:
    log = [line for file in GOLDEN.glob("events.v*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    assert {read_event(line).kind for line in log} == {kind.model_fields["kind"].default for kind in KINDS}


def test_what_a_newer_program_added_is_passed_over() -> None:
    assert read_event('{"v": 1, "at": "2026-11-21T12:00:00Z", "kind": "noticed", "text": "a", "newer": [1]}').kind == "noticed"


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "{}", '{"kind": "nothing"}', '{"kind": "noticed"}', '{"v": 2, "kind": "noticed", "text": ""}']
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        read_event(line)


def test_half_of_a_character_pair_can_be_written() -> None:
    broken = json.loads(r'"a\ud83d!"')
    assert read_event(write_event(Noticed(text=broken))).model_dump()["text"] == "a?!"
    assert Description(bullets=(broken,)).bullets == ("a?!",)


@given(*[st.builds(Usage, **{name: st.integers(0, 10**9) for name in Usage.model_fields})] * 2)
def test_usage_adds_up_by_field(one: Usage, other: Usage) -> None:
    total = (one + other).model_dump()
    assert total == {name: getattr(one, name) + getattr(other, name) for name in Usage.model_fields}


@given(st.lists(st.text(), max_size=4), st.sampled_from(["", ".", " .", "; ", "!"]))
def test_case_spacing_and_closing_punctuation_do_not_make_another_description(bullets: list[str], closing: str) -> None:
    shouted = Description(bullets=tuple(f"  {bullet.rstrip('.;,! ')}{closing}" for bullet in bullets))
    assert shouted.normalised == Description(bullets=tuple(bullets)).normalised
