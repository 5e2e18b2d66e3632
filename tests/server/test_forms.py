"""A chat model that does not think beforehand, asked in each form: what it knows must arrive, whichever form it is asked in."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from pathlib import Path

import pytest

from nlevolve.records import AnswerFollowed, CandidateChecked, Event, Garbled, MoveFailed
from tests.server.chatting import chatting, forms
from tests.server.dialects.vllm import VLLM
from tests.server.embedded import embedded
from tests.server.said import Asked, Said
from tests.server.test_first_hour import solve_over

WANTED = {"text": "text", "auto": "text", "object": "object", "schema": "schema"}


def read_of(events: Iterable[Event]) -> tuple[int, int]:
    """(read, unreadable) replies, a repaired one counted as read."""
    read = unreadable = 0
    for event in events:
        if isinstance(event, CandidateChecked):
            lost = sum(isinstance(attempt, Garbled) for attempt in event.attempts)
            read, unreadable = read + 1 + len(event.attempts) - lost, unreadable + lost
        elif isinstance(event, AnswerFollowed):
            lost = isinstance(event.attempt, Garbled)
            read, unreadable = read + (not lost), unreadable + lost
        elif isinstance(event, MoveFailed):
            unreadable += event.reason == "garbled"
    return read, unreadable


@pytest.mark.parametrize("form", WANTED)
def test_what_a_chat_model_knows_arrives_in_every_form(form: str, tmp_path: Path) -> None:
    script, seen = forms(chatting(embedded))
    settings = {"generator.form": form, "checker.form": form, "policy.stop_perfect": 9}
    result, events, _ = solve_over("vllm", tmp_path, script, settings=settings)
    assert [task.solved for task in result.tasks.values()] == [True, True]
    assert set(seen) == {WANTED[form]}
    read, unreadable = read_of(events)
    assert read > 100
    assert unreadable <= 0.01 * read


def test_a_server_that_refuses_the_schema_is_asked_in_words_that_fit_the_form(tmp_path: Path) -> None:
    chats = chatting(embedded)

    async def without_forms(asked: Asked) -> Said:
        if asked.schema:
            return VLLM.fails["no schema"]()
        said = chats(asked)
        return await said if inspect.isawaitable(said) else said

    settings = {"generator.form": "schema", "checker.form": "schema"}
    result, _, server = solve_over("vllm", tmp_path, without_forms, settings=settings)
    assert [task.solved for task in result.tasks.values()] == [True, True]
    plain = [asked for asked in server.asked if not asked.schema]
    assert plain
    assert not [asked for asked in plain if "JSON" in asked.texts[0]]
