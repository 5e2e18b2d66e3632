"""What a hub does not take of a worker that has its token: no amount may be negative, endless or no number, no key a path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from nlevolve.hub.words import MOST, SAID, Hello

KEY = f"{1:064x}"
REPLY: dict[str, Any] = {"text": "a", "usage": {"prompt": 1, "completion": 1}, "cost_usd": 0.1}


def put(**reply: Any) -> dict[str, Any]:
    return {"op": "put", "n": 1, "key": KEY, "sample": {"model": "m", "reply": REPLY | reply}}


def reserve(**told: Any) -> dict[str, Any]:
    return {"op": "reserve", "n": 1, "task": "t", "key": KEY, **told}


def said(word: Any) -> None:
    SAID.validate_json(json.dumps([word]))


NUMBERS = [-1, float("nan"), float("inf"), 1e308, 10 * MOST, "many", None, [], {}]
AMOUNTS = ["prompt_usd", "token_usd", "prompt", "tokens", "least", "likely"]
WORDS = [
    {"op": "spend", "n": 1},
    {"op": "look", "n": 1, "key": "../../etc/passwd"},
    {"op": "look", "n": 1, "key": KEY.upper().replace("1", "A")},
    {"op": "look", "n": -1, "key": KEY},
    {"op": "look", "n": 1, "key": KEY, "also": 1},
    {"op": "enter", "n": 1, "model": "m", "url": "file:///etc/passwd"},
    {"op": "enter", "n": 1, "model": "m" * 1_001},
    {"op": "enter", "n": 1, "model": "m", "requests_per_minute": 0},
    {"op": "leave", "n": 1, "place": 1, "ago": -5},
    {"op": "left", "n": 1, "place": 1, "ago": float("nan")},
    {"op": "keep", "n": 1, "task": "t", "costs": [{"likely_usd": -1}]},
    {"op": "settle", "n": 1, "hold": 1, "key": KEY, "sent": True, "cost_usd": -5},
]
REPLIES: list[dict[str, Any]] = [
    *({"cost_usd": number} for number in NUMBERS if number is not None),
    *({"unknown_usd": number} for number in (-1, float("inf"), 1e10)),
    {"usage": {"prompt": -5}},
    {"usage": {"completion": 10 * MOST}},
    {"seconds": float("inf")},
    {"first": float("nan")},
    {"tries": -1},
    {"tries": 10**7},
    {"text": 5},
    {"finish": "whenever"},
]


@pytest.mark.parametrize("number", NUMBERS, ids=str)
@pytest.mark.parametrize("amount", AMOUNTS)
def test_no_amount_is_what_nobody_counts(amount: str, number: Any) -> None:
    said(reserve(**{amount: 3}))
    with pytest.raises(ValidationError):
        said(reserve(**{amount: number}))


@pytest.mark.parametrize("word", WORDS, ids=str)
def test_a_word_that_is_none_is_refused(word: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        said(word)


@pytest.mark.parametrize("reply", REPLIES, ids=str)
def test_no_reply_gets_into_the_bank_that_could_not_be_read_there(reply: dict[str, Any]) -> None:
    said(put())
    with pytest.raises(ValidationError):
        said(put(**reply))


@pytest.mark.parametrize("told", [{"run": ""}, {"session": ""}, {"v": 2}, {"run": "r" * 201}, {"departed": 5}, {"may": "all"}])
def test_a_greeting_that_is_none_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Hello.model_validate_json(json.dumps({"run": "r", "session": "s"} | told))
