"""What a reviewer or a judge says, in whatever form: read, or refused with what is wrong with it."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlevolve.ask.judge import judge
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.question import Asker
from nlevolve.ask.rehearsal import CANDIDATES, PARENTS, TASK
from nlevolve.ask.replies import Unreadable, read_choice, read_review
from nlevolve.ask.reviewer import review
from nlevolve.llm.request import Filtered, NoReply, Reply, Request, TimedOut
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Choice, Review

REVIEWS = {
    '{"verdict": "accept", "test": 0, "reason": ""}': ("accept", None, ""),
    '{"working": "Test 1: fine.", "verdict": "doubt", "test": 2, "reason": "It names red."}': ("doubt", 1, "It names red."),
    '```json\n{"verdict": "Stuck", "test": "2", "reason": "There is no blue cell."}\n```': ("stuck", 1, "There is no blue cell."),
    '<think>{"verdict": "accept"} or not?</think>{"verdict": "doubt", "test": 0, "reason": "too narrow"}': (
        "doubt",
        None,
        "too narrow",
    ),
    'Here it is: {"review": {"verdict": "doubt", "test": null, "reason": "it ties"}}': ("doubt", None, "it ties"),
    "I looked at both.\n\n```\nVerdict: stuck on test 2\nReason: no object is the largest,\ntwo are.\n```": (
        "stuck",
        1,
        "no object is the largest, two are.",
    ),
    "Verdict: first I thought so\n**Verdict:** doubt\n**Reason:** It is tied to **red**.": ("doubt", None, "It is tied to red."),
    "Accept.": ("accept", None, ""),
    "- Doubt: the words count only to three": ("doubt", None, "the words count only to three"),
    "Cannot be followed on test input 1: there is no grey cell": ("stuck", 0, "there is no grey cell"),
}
NO_REVIEWS = {
    "": "it is empty",
    "It looks fine to me.": "no verdict",
    "No doubt it holds.": "no verdict",
    "accept or doubt": "no verdict",
    "Verdict: accept | doubt | stuck": "no verdict",
    "Verdict: doubt\nVerdict: accept": "more than one thing",
    '{"verdict": "stuck", "test": 0, "reason": "no object"}': "on which test input",
    '{"verdict": "doubt", "test": 7, "reason": ""}': "there is no test input 7",
    "<think>Verdict: accept": "thinking and no answer",
}
CHOICES = {
    '{"first": "B", "second": "A", "reason": "simpler"}': ((1, 0), "simpler"),
    '{"working": "First: the size.", "first": "Candidate C", "second": "none", "reason": ""}': ((2,), ""),
    "First: size and colours.\nthen cells\n\n```\nFirst: C\nSecond: candidate B.\nReason: it keeps the\nframe\n```": (
        (2, 1),
        "it keeps the frame",
    ),
    "**First:** A (likely)\n**Second:** A": ((0,), ""),
    '<think>{"first": "A"}</think>\n```json\n{"first": "c", "second": "a", "reason": "x"}\n```': ((2, 0), "x"),
}
NO_CHOICES = {
    "I like all of them.": "which candidate is first",
    '{"first": "D", "second": "A", "reason": ""}': "there is no candidate D",
    '{"first": "A", "second": "both others", "reason": ""}': "no letter of a candidate",
    "First: A\nFirst: B": "more than one thing",
    "First: the left one\nSecond: B": "which candidate is first",
}


@pytest.mark.parametrize("text", REVIEWS)
def test_a_review_is_read(text: str) -> None:
    read = read_review(text, tests=2)
    assert (read.verdict, read.test, read.why) == REVIEWS[text]


@pytest.mark.parametrize("text", NO_REVIEWS)
def test_what_is_no_review_says_why(text: str) -> None:
    with pytest.raises(Unreadable, match=NO_REVIEWS[text]):
        read_review(text, tests=2)


def test_of_one_test_input_no_number_need_be_said() -> None:
    assert read_review("Verdict: stuck", tests=1).test == 0


@pytest.mark.parametrize("text", CHOICES)
def test_a_choice_is_read(text: str) -> None:
    read = read_choice(text, shown=3)
    assert (read.picks, read.why) == CHOICES[text]


@pytest.mark.parametrize("text", NO_CHOICES)
def test_what_is_no_choice_says_why(text: str) -> None:
    with pytest.raises(Unreadable, match=NO_CHOICES[text]):
        read_choice(text, shown=3)


def test_what_was_cut_off_is_no_opinion() -> None:
    with pytest.raises(Unreadable, match="cut off"):
        read_review("Verdict: accept", cut=True, tests=1)
    with pytest.raises(Unreadable, match="cut off"):
        read_choice('{"working": "First: A', cut=True, shown=2)


@given(st.text() | st.text("verdict: acptdoubstk\n{}\"`#'1", max_size=60))
def test_any_text_is_read_or_unreadable(text: str) -> None:
    for read in (lambda: read_review(text, tests=2), lambda: read_choice(text, shown=3)):
        try:
            read()
        except Unreadable:
            continue


def asked(*replies: str | NoReply) -> tuple[Review, Choice, list[Request]]:
    """A review and a choice, for each of which these replies come back."""
    sent: list[Request] = []

    async def ask(asker: Asker) -> tuple[Review, Choice]:
        reviewed = await review(asker, RoleSettings(model="m"), TASK, PARENTS[0][0], birth=4)
        return reviewed, await judge(asker, RoleSettings(model="m"), TASK, 0, CANDIDATES)

    async def llm(request: Request) -> Reply:
        sent.append(request)
        said = replies[(len(sent) - 1) % len(replies)]
        if isinstance(said, NoReply):
            raise said
        return Reply(text=said)

    return (*asyncio.run(ask(Asker(llm, Prompts(bundled()), lambda request, why: None))), sent)


def test_what_nobody_can_read_is_asked_for_once_more_and_then_missing() -> None:
    reviewed, chosen, sent = asked("maybe", "well")
    assert [request.label.repair for request in sent] == [False, True, False, True]
    assert (reviewed.verdict, reviewed.missing, chosen.picks, chosen.missing) == (None, "garbled", (), "garbled")
    mended, _, _ = asked("maybe", json.dumps({"verdict": "accept", "first": "A", "second": "B"}))
    assert mended.verdict == "accept"


def test_a_failure_is_an_opinion_that_is_missing() -> None:
    assert {one.missing for one in asked(Filtered("no"))[:2]} == {"refused"}
    reviewed, chosen, _ = asked(TimedOut("late"))
    assert (reviewed.missing, reviewed.failure, chosen.failure) == ("unreached", "timeout", "timeout")
