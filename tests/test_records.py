"""An event written is an event read, and a log of any version ever written loads."""

from __future__ import annotations

import json
import re
import types
import typing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from annotated_types import Ge, Lt, MaxLen, MinLen
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nlevolve.records import (
    AnyEvent,
    CallRetried,
    DamagedLine,
    Description,
    Event,
    Followed,
    Garbled,
    Noticed,
    Skipped,
    TaskAnswered,
    Unreached,
    Usage,
    read_event,
    write_event,
)

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
        return st.builds(annotation, **{name: within(field) for name, field in annotation.model_fields.items()})
    plain = {datetime: st.datetimes(timezones=st.just(UTC)), float: st.floats(allow_nan=False, allow_infinity=False)}
    return plain[annotation] if annotation in plain else st.from_type(annotation)


def within(field: FieldInfo) -> st.SearchStrategy[Any]:
    """What may stand in a field, within its bounds."""
    least = next((bound.min_length for bound in field.metadata if isinstance(bound, MinLen)), 0)
    most = next((bound.max_length for bound in field.metadata if isinstance(bound, MaxLen)), None)
    bounds = [bound for bound in field.metadata if isinstance(bound, Ge | Lt)]
    values = st.from_type(Annotated[field.annotation, *bounds]) if bounds else drawn(field.annotation)
    if not least and most is None:
        return values
    return values.filter(lambda value: least <= len(value) and (most is None or len(value) <= most))


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


def in_today_s_words(said: Any) -> Any:
    """What has another form since it was said: the lists of an answer's grids and of their votes are rows."""
    if isinstance(said, dict) and "votes" in said and "candidates" in said:
        rows = [{"grid": grid, "votes": votes} for grid, votes in zip(said["candidates"], said["votes"], strict=True)]
        return {"attempt_1": said["attempt_1"], "attempt_2": said["attempt_2"], "proposed": rows}
    if isinstance(said, dict):
        return {name: in_today_s_words(value) for name, value in said.items()}
    return [in_today_s_words(value) for value in said] if isinstance(said, list) else said


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("events.v*.jsonl")), ids=lambda file: file.name)
def test_a_log_of_every_version_loads_for_ever_and_means_what_it_said(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    for line in lines:
        said, read = json.loads(line), json.loads(write_event(read_event(line)))
        assert holds_all(in_today_s_words(said), read)


def test_an_answer_of_an_old_log_holds_rows() -> None:
    line = (
        '{"v":1,"at":"2026-11-21T12:00:00Z","kind":"task_answered","task":"a","stopped":"perfect","best":0,"answers":'
        '[{"attempt_1":[[1]],"attempt_2":[[2]],"candidates":[[[1]],[[2]],[[3]]],"votes":[2.5,1.0,0.5]}]}'
    )
    event = read_event(line)
    assert isinstance(event, TaskAnswered)
    rows = [(((1,),), 2.5), (((2,),), 1.0), (((3,),), 0.5)]
    assert [(one.grid, one.votes) for one in event.answers[0].proposed] == rows
    assert read_event(write_event(event)) == event


def test_an_old_log_s_retry_says_its_kind_in_words() -> None:
    line = '{"v":1,"at":"2026-11-21T12:00:00Z","kind":"call_retried","task":"a","model":"m","wait":2.5,"why":"WHY"}'
    whys = ("rate_limit: slow down", "timeout", "the sky fell: twice")
    read = [read_event(line.replace("WHY", why)) for why in whys]
    assert [event.failure for event in read if isinstance(event, CallRetried)] == ["rate_limit", "timeout", ""]


def test_an_attempt_without_a_grid_or_a_truth_has_no_cell_right() -> None:
    grid = ((1,),)
    attempts = [Followed(pair=0, grid=grid, accuracy=share) for share in (1.0, 0.25, 0.0, None)]
    assert [(a.cells, a.exact) for a in attempts] == [(1.0, True), (0.25, False), (0.0, False), (0.0, False)]
    for other in (Garbled(pair=0, why=""), Unreached(pair=0, why=""), Skipped(pair=0)):
        assert (other.cells, other.exact) == (0.0, False)


def test_the_golden_logs_together_hold_every_kind() -> None:
    log = [line for file in GOLDEN.glob("events.v*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()]
    assert {read_event(line).kind for line in log} == {kind.model_fields["kind"].default for kind in KINDS}


def test_what_a_newer_program_added_is_passed_over() -> None:
    assert read_event('{"v": 1, "at": "2026-11-21T12:00:00Z", "kind": "noticed", "text": "a", "newer": [1]}').kind == "noticed"


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "{}", '{"kind": "nothing"}', '{"kind": "noticed"}', '{"v": 2, "kind": "noticed", "text": ""}']
)
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(DamagedLine):
        read_event(line)


def test_half_of_a_character_pair_can_be_written() -> None:
    broken = json.loads(r'"a\ud83d!"')
    assert read_event(write_event(Noticed(text=broken))).model_dump()["text"] == "a?!"
    assert Description(bullets=(broken,)).bullets == ("a?!",)


TOKENS = Usage.model_fields.keys() - {"estimated"}


@given(*[st.builds(Usage, **{name: st.integers(0, 10**9) for name in TOKENS}, estimated=st.booleans())] * 2)
def test_usage_adds_up_by_field(one: Usage, other: Usage) -> None:
    total = (one + other).model_dump()
    assert total.pop("estimated") == (one.estimated or other.estimated)
    assert total == {name: getattr(one, name) + getattr(other, name) for name in TOKENS}


@given(st.lists(st.text(), max_size=4), st.sampled_from(["", ".", " .", "; ", "!"]))
def test_case_spacing_and_closing_punctuation_do_not_make_another_description(bullets: list[str], closing: str) -> None:
    shouted = Description(bullets=tuple(f"  {bullet.rstrip('.;,! ')}{closing}" for bullet in bullets))
    assert shouted.normalised == Description(bullets=tuple(bullets)).normalised


@pytest.mark.parametrize("damage", ['"attempts":[]', '"index":1000000000'])
def test_an_event_that_no_run_writes_is_none(damage: str) -> None:
    log = (GOLDEN / "events.v1.jsonl").read_text(encoding="utf-8").splitlines()
    line = next(line for line in log if '"candidate_checked"' in line)
    spoilt = re.sub(r'"attempts":\[.*?\](?=,")' if "attempts" in damage else r'"index":\d+', damage, line, count=1)
    assert spoilt != line
    with pytest.raises(DamagedLine):
        read_event(spoilt)
