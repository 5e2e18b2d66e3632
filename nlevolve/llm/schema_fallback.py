"""How the form of a reply is asked for: the strongest way that a model takes, remembered for each model."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

from nlevolve.llm.request import LLM, Message, Refused, Rejected, Reply, Request, TooLong
from nlevolve.llm.wire import ANY_OBJECT

Form = Literal["a JSON schema", "a JSON object", "plain text"]
FORMS: tuple[Form, ...] = ("a JSON schema", "a JSON object", "plain text")
FORM_ERRORS = {400, 415, 422}
"""Statuses with which providers refuse a response format that they do not know."""


def laddered(llm: LLM, notice: Callable[[str], None]) -> LLM:
    """Ask by JSON schema; when that is refused, for a JSON object with the schema in the prompt; then for plain text.

    A refusal is blamed on the form only if the same request passes in a lower one, which is then remembered.
    """
    lowest: dict[tuple[str, str | None], int] = {}
    proven: set[tuple[str, str | None]] = set()

    async def ask(request: Request) -> Reply:
        place = request.place
        if request.reply_schema is None:
            return await llm(request)
        tries, first = 0, None
        for step in range(lowest.get(place, 0), len(FORMS)):
            try:
                reply = await llm(in_form(request, FORMS[step]))
            except Rejected as error:
                tries += error.tries
                first = first or error
                first.tries = tries
                if place in proven or error.status not in FORM_ERRORS or isinstance(error, TooLong | Refused):
                    raise first from None
                continue
            if step > lowest.get(place, 0):
                lowest[place] = step
                notice(f"{request.model} does not take {FORMS[step - 1]}; asked for {FORMS[step]} from now on")
            proven.add(place)
            return reply.model_copy(update={"tries": reply.tries + tries})
        assert first
        raise first

    return ask


def in_form(request: Request, form: Form) -> Request:
    """The same request, asking for its reply in this form."""
    if form == "a JSON schema":
        return request
    if form == "plain text":
        return request.model_copy(update={"reply_schema": None})
    words = f"Reply with one JSON object that fits this JSON schema:\n{json.dumps(request.reply_schema)}"
    messages = (*request.messages, Message(role="user", text=words))
    return request.model_copy(update={"reply_schema": ANY_OBJECT, "messages": messages})
