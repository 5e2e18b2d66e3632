"""A question put to a model: what of a reply is taken for its answer."""

from __future__ import annotations

import asyncio
import threading

import pytest

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.question import LONG, Asker, put
from nlevolve.ask.replies import GridReply, Unreadable, read_bullets, read_grid
from nlevolve.llm.request import Finish, Label, Message, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Event, ReplyUnread

REQUEST = Request(
    settings=RoleSettings(model="m"),
    messages=(
        Message(
            role="system", text='Reply like this: {"grid": [[0, 1], [1, 0]], "note": ""} or ["Look at the red cells first."]'
        ),
        Message(role="user", text="The parent: look at the blue cells first."),
    ),
    label=Label(task="t", role="checker", purpose="check"),
)


def asked(read: object, *replies: tuple[str, Finish]) -> tuple[object, list[Request]]:
    """What came of a question that is answered with these replies, one after the other, and what was sent."""
    sent: list[Request] = []

    async def llm(request: Request) -> Reply:
        sent.append(request)
        text, finish = replies[len(sent) - 1]
        return Reply(text=text, finish=finish)

    asker = Asker(llm, Prompts(bundled()), lambda request, why: None)
    return asyncio.run(put(asker, REQUEST, read)).value, sent


def test_rows_that_end_at_the_limit_of_tokens_may_not_be_all() -> None:
    got, sent = asked(read_grid, ("Output:\n1 1\n2 2\n", "length"), ('{"grid": [[1, 1], [2, 2], [3, 3]], "note": ""}', "stop"))
    assert got == GridReply(((1, 1), (2, 2), (3, 3)))
    assert "cut off" in sent[1].messages[-1].text


def test_an_object_that_is_closed_is_whole_wherever_the_note_was_cut() -> None:
    got, sent = asked(read_grid, ('{"grid": [[1, 1], [2, 2]], "note": "the bul', "length"))
    assert (got, len(sent)) == (GridReply(((1, 1), (2, 2))), 1)


def test_the_example_of_a_prompt_is_no_answer() -> None:
    with pytest.raises(Unreadable, match="repeats the prompt's example"):
        asked(read_grid, *[('{"grid": [[0,1],[1,0]], "note": ""}', "stop")] * 2)
    with pytest.raises(Unreadable, match="the prompt's own words"):
        asked(read_bullets, *[('{"bullets": ["Look at the red cells first."]}', "stop")] * 2)


def test_a_parents_words_may_come_back() -> None:
    got, _ = asked(read_bullets, ("- Look at the blue cells first.", "stop"))
    assert got.bullets == ("Look at the blue cells first.",)


@pytest.mark.parametrize(("length", "elsewhere"), [(10, False), (LONG + 1, True)])
def test_a_long_reply_is_read_off_the_loop(length: int, elsewhere: bool) -> None:
    readers: list[threading.Thread] = []

    def read(text: str, cut: bool = False, prompt: str = "") -> int:
        readers.append(threading.current_thread())
        return len(text)

    assert asked(read, ("x" * length, "stop"))[0] == length
    assert [thread is not threading.main_thread() for thread in readers] == [elsewhere]


def test_each_reply_that_nobody_can_read_is_told_with_its_request() -> None:
    told: list[Event] = []

    async def llm(request: Request) -> Reply:
        return Reply(text="I could not say.", request="b" if request.label.repair else "a")

    asker = Asker(llm, Prompts(bundled()), lambda request, why: None, emit=told.append)
    with pytest.raises(Unreadable):
        asyncio.run(put(asker, REQUEST, read_grid))
    unread = [event for event in told if isinstance(event, ReplyUnread)]
    assert [(event.request, event.repair, event.role) for event in unread] == [("a", False, "checker"), ("b", True, "checker")]
    assert all(event.why for event in unread)


def test_a_reply_that_was_cut_is_asked_for_again_shorter_without_its_text() -> None:
    runaway = "And then I look at it once more. " * 3_000
    _, sent = asked(read_grid, (runaway, "length"), ('{"grid": [[1]], "note": ""}', "stop"))
    assert sent[1].messages[: len(REQUEST.messages)] == REQUEST.messages
    (more,) = sent[1].messages[len(REQUEST.messages) :]
    assert more.role == "user"
    assert "be shorter" in more.text
    assert sent[1].seed != sent[0].seed


def test_a_repair_shows_the_end_of_a_long_reply() -> None:
    rambling = "And then I look at it once more. " * 3_000 + "So that is that."
    _, sent = asked(read_grid, (rambling, "stop"), ('{"grid": [[1]], "note": ""}', "stop"))
    shown = sent[1].messages[-2]
    assert shown.role == "assistant"
    assert shown.text.endswith("So that is that.")
    assert len(shown.text) < 4_000
