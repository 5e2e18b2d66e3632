"""What becomes of an exam's questions: every kind of reply has its row, and caps and lost models end it in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.exam.examination import Examination
from nlevolve.exam.lessons import exercises, own
from nlevolve.exam.questions import Question, questions
from nlevolve.exam.rows import Row
from nlevolve.exam.sitting import Sitting
from nlevolve.llm.preflight import check_models
from nlevolve.llm.request import Filtered, OverBudget, Request, TimedOut, Unusable
from nlevolve.llm.settings import RoleSettings
from nlevolve.options import Limits
from tests.scripted import asked_grid, grid_reply, scripted

MODELS = ["offline/checker", "offline/checker-weak"]
LESSONS = {lesson.task.id: lesson for lesson in own()}
TURNED = LESSONS["68b16354"]
"""Upside down."""


def upside_down(request: Request) -> str:
    return grid_reply(asked_grid(request)[::-1])


def sat(say: Callable[[Request], str], asked: list[Question], **limits: int) -> Sitting:
    sitting = Sitting()
    cards = check_models(question.settings for question in asked)
    examination = Examination(
        asked=asked,
        prompts=Prompts(bundled()),
        cards=cards,
        cache_dir=Path("bank"),
        live=scripted(say),
        limits=Limits(**limits),
    )
    asyncio.run(examination.carry_out(sitting, lambda row: None, lambda event: None))
    return sitting


def asked(*models: str, samples: int = 1, grids: int = 1, **chosen: list[str]) -> list[Question]:
    checkers = [RoleSettings(model=model) for model in models or MODELS[:1]]
    only = {"arms": ["true"], "shown": ["others"], **chosen}
    return questions(checkers, exercises([TURNED], grids), samples=samples, **only)


def one(say: Callable[[Request], str]) -> Row:
    (row,) = sat(say, asked()).in_order
    return row


def refuse(request: Request) -> str:
    raise Filtered("no")


def fail(request: Request) -> str:
    raise TimedOut("late", status=None)


@pytest.mark.parametrize(
    ("say", "outcome", "accuracy"),
    [
        (upside_down, "exact", 1.0),
        (lambda request: grid_reply([[7] * len(row) for row in asked_grid(request)]), "wrong", None),
        (lambda request: grid_reply([[1, 2]]), "size", 0.0),
        (lambda request: "I would rather not.", "unreadable", 0.0),
        (refuse, "refused", None),
    ],
)
def test_every_kind_of_reply_has_its_row(say: Callable[[Request], str], outcome: str, accuracy: float | None) -> None:
    row = one(say)
    assert row.outcome == outcome
    assert row.answered is (outcome != "refused")
    if accuracy is not None:
        assert row.accuracy == accuracy


def test_a_reply_that_never_came_is_no_evidence() -> None:
    questions = [q for q in asked() if q.settings.retries]
    patient = [Question(q.settings.model_copy(update={"retries": 0}), q.exercise, q.arm, q.description) for q in questions]
    (row,) = sat(fail, patient).in_order
    assert row.outcome == "unreached"
    assert not row.answered
    assert "late" in row.why


def test_a_row_says_what_its_replies_cost_repair_included_and_the_bank_tells_it_again() -> None:
    def mended(request: Request) -> str:
        return upside_down(request) if request.label.repair else "no grid"

    first, again = (sat(mended, asked()).in_order[0] for _ in range(2))
    assert first.outcome == again.outcome == "exact"
    assert first.cost_usd == again.cost_usd == pytest.approx(0.002)


def test_without_the_examples_none_is_in_the_prompt_and_no_truth_is_in_any() -> None:
    seen: dict[str, str] = {}

    def look(request: Request) -> str:
        seen[request.settings.shown] = "\n".join(message.text for message in request.messages)
        return "[[1]]"

    sat(look, asked(shown=["others", "none"]))
    example = "\n".join(" ".join(map(str, row)) for row in TURNED.task.pairs[0].output)
    truth = "\n".join(" ".join(map(str, row)) for row in TURNED.grids[0].output)
    assert example in seen["others"]
    assert example not in seen["none"]
    assert not any(truth in text or TURNED.task.id in text for text in seen.values())


def test_what_an_embedded_checker_cannot_read_is_not_put_to_it_and_is_no_wrong_grid() -> None:
    unread = next(lesson for lesson in LESSONS.values() if lesson.task.id == "60b61512")
    chosen = questions([RoleSettings(model=MODELS[0])], exercises([unread], 1), arms=["true", "empty"], shown=["others"])
    put: list[str] = []
    sitting = sat(lambda request: put.append(request.label.task) or "[[1]]", chosen)
    assert [(row.arm, row.outcome) for row in sitting.in_order] == [("true", "not_understood"), ("empty", "size")]
    assert len(put) == 1


def test_a_cap_ends_it_and_all_checkers_have_come_equally_far() -> None:
    calls = 0

    def capped(request: Request) -> str:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise OverBudget("nothing is left")
        return upside_down(request)

    sitting = sat(capped, asked(*MODELS, grids=3), concurrency=1)
    assert sitting.over == "nothing is left"
    assert [row.checker for row in sitting.in_order] == MODELS * 2


def test_a_model_that_is_lost_leaves_the_others_to_go_on() -> None:
    def lost(request: Request) -> str:
        if request.model == MODELS[0]:
            raise Unusable("no credit")
        return upside_down(request)

    sitting = sat(lost, asked(*MODELS, grids=3))
    assert sitting.unusable == {MODELS[0]: "no credit"}
    assert [row.checker for row in sitting.in_order] == [MODELS[1]] * 3


def test_once_it_is_to_stop_nothing_more_is_sent() -> None:
    sitting = Sitting()
    sitting.stopping.set()
    chosen = asked(grids=3)
    exam = Examination(asked=chosen, prompts=Prompts(bundled()), cards=check_models([chosen[0].settings]), cache_dir=Path("bank"))
    asyncio.run(exam.carry_out(sitting, lambda row: None, lambda event: None))
    assert sitting.in_order == []
