"""How the form of a reply is asked for: the strongest way that a model takes, remembered for each model."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

from nlevolve.llm.call import Call
from nlevolve.llm.failures import FORM
from nlevolve.llm.request import CallFailed, FewerTokens, Filtered, Message, NoSight, ParameterRefused, Place, Request, TooLong
from nlevolve.llm.wire import ANY_OBJECT

Form = Literal["a JSON schema", "a JSON object", "plain text"]
FORMS: tuple[Form, ...] = ("a JSON schema", "a JSON object", "plain text")
FORM_ERRORS = {400, 404, 415, 422, 501}
"""Statuses with which providers refuse a response format that they do not know (404: no server behind a router takes it)."""


class Forms:
    """What is asked for: a JSON schema; where that is refused, a JSON object with the schema in the prompt; then plain text.

    What the messages say of the form goes down with it. A refusal is blamed on the form only if the same request passes in a
    lower one, which is then remembered.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._passed: dict[tuple[Place, int], int] = {}

    def ask(self, call: Call) -> Request:
        """The call's request in the form that is to be tried now."""
        if call.request.reply_schema is None:
            return call.request
        call.form = max(call.form, self._passed.get(_wanted(call), 0), _wanted(call)[1])
        return in_form(call.request, FORMS[call.form])

    def refused(self, call: Call, failure: CallFailed) -> None:
        """If the form may be to blame, and another one is left, the call asks for that next.

        Else raises the first refusal: that one speaks of the form that was wanted.
        """
        call.refusal = call.refusal or failure
        doubtful = failure.status in FORM_ERRORS and not _blames_another(failure)
        passed = self._passed.get(_wanted(call), len(FORMS))
        if call.request.reply_schema is None or not doubtful or call.form >= passed or call.form + 1 == len(FORMS):
            raise call.refusal from None
        call.form += 1

    def passed(self, call: Call) -> None:
        """A reply came in the form that was asked for: the form is never doubted again, and those above it are not tried."""
        if call.request.reply_schema is None:
            return
        wanted, form = _wanted(call), call.form
        if form > self._passed.setdefault(wanted, wanted[1]):
            self._passed[wanted] = form
            self._notice(f"{call.request.model} does not take {FORMS[form - 1]}; asked for {FORMS[form]} from now on")


def _blames_another(failure: CallFailed) -> bool:
    """Whether it says that something else than the form is at fault."""
    other = isinstance(failure, ParameterRefused) and failure.param != FORM
    return other or isinstance(failure, TooLong | Filtered | FewerTokens | NoSight)


def in_form(request: Request, form: Form) -> Request:
    """The same request, asking for its reply in this form."""
    if form == "a JSON schema" or (form == "a JSON object" and request.reply_schema == ANY_OBJECT):
        return request
    if form == "plain text":
        return request.model_copy(update={"reply_schema": None, "messages": _in_plain_text(request)})
    words = f"Reply with one JSON object that fits this JSON schema:\n{json.dumps(request.reply_schema)}"
    messages = (*request.messages, Message(role="user", text=words))
    return request.model_copy(update={"reply_schema": ANY_OBJECT, "messages": messages})


def _wanted(call: Call) -> tuple[Place, int]:
    """Where it goes, and the form that is wanted of it first: roles at one place may want different ones."""
    return call.request.place, int(call.request.reply_schema == ANY_OBJECT)


def _in_plain_text(request: Request) -> tuple[Message, ...]:
    """The messages, saying of the form what fits plain text; said last where the words to replace are not found."""
    if request.reworded is None:
        return request.messages
    old, new = request.reworded
    messages = tuple(message.model_copy(update={"text": message.text.replace(old, new)}) for message in request.messages)
    return messages if messages != request.messages else (*messages, Message(role="user", text=new))
