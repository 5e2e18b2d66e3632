"""A prompt that does not fit is made smaller, in order, and says so; what is known not to fit is not sent."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

import pytest

from nlevolve.api import asolve
from nlevolve.ask.checker import check
from nlevolve.ask.fitting import Requests
from nlevolve.ask.generator import Shown, describe, smaller
from nlevolve.ask.prompts import Prompts, bundled
from nlevolve.ask.question import Asker
from nlevolve.ask.rehearsal import PARENTS, TASK
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.request import Label, Message, NoSight, NotBanked, Rejected, Reply, Request, TooLong
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.sight import Sight
from nlevolve.llm.windows import Windows, tokens
from nlevolve.puzzle.grids import render
from nlevolve.records import Attempt, Birth, CallFinished, CallSent, Description, Event, Followed, Unreached
from tests.server import Provider
from tests.server.chatting import chatting
from tests.server.dialects import DIALECTS, Serving
from tests.server.embedded import embedded
from tests.server.test_first_hour import task_files

PROMPTS = Prompts(bundled())
ROLE = RoleSettings(model="hosted_vllm/some")
CARD = ModelCard(model=ROLE.model, provider="hosted_vllm")
REVISION = Birth(index=1, operator="revise", parents=(0,), model=ROLE.model)
STEPS = ["", "the parents' grids", "the parents", "the parents and 1 of 3 pairs", "the parents and 2 of 3 pairs"]
FEW = [{"births": 6}, {"births": 5, "moves": ["revise", "recombine"]}]


class Model:
    """Takes prompts of so many tokens, by our own estimate, and keeps what it was asked."""

    def __init__(self, window: int = 10**6, reply: str = "- Mirror each row of the grid.", refusal: type = TooLong) -> None:
        self.window, self.reply, self.refusal = window, reply, refusal
        self.asked: list[Request] = []

    async def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        if tokens(request.messages) > self.window:
            raise self.refusal("too long")
        return Reply(text=self.reply)

    @property
    def trimmed(self) -> list[str]:
        return [request.label.trimmed for request in self.asked]


def asker(model: Model, context: int | None = None) -> Asker:
    cards = {ROLE.model: CARD.model_copy(update={"context": context})}
    return Asker(model, PROMPTS, lambda request, why: None, cards, Windows(cards))


def revise(model: Model, context: int | None = None) -> None:
    asyncio.run(describe(asker(model, context), ROLE, TASK, REVISION, PARENTS[:1], sample=0, tokens=9000))


def judged(model: Model, context: int | None = None) -> Attempt:
    return asyncio.run(check(asker(model, context), ROLE, TASK, 0, PARENTS[0][0], birth=0))


@cache
def sizes() -> list[int]:
    """Tokens of a revision's prompts, from whole to smallest: each in a window that is one too small for the one before."""
    found = [10**6]
    while len(found) <= len(STEPS):
        model = Model()
        revise(model, found[-1] - 1)
        found.append(tokens(model.asked[0].messages))
    return found[1:]


def test_what_is_known_not_to_fit_is_not_sent_and_the_parents_go_before_the_pairs() -> None:
    whole = sizes()
    assert whole == sorted(whole, reverse=True)
    assert len(whole) == len(STEPS)
    for size, step in zip(whole, STEPS, strict=True):
        model = Model(size)
        revise(model, context=size)
        assert model.trimmed == [step]
    told = "\n".join(message.text for message in model.asked[0].messages)
    assert "# Your turn" in told
    assert render(TASK.pairs[0].input) not in told
    assert render(TASK.tests[0]) in told


def test_a_refused_prompt_is_followed_by_smaller_ones_and_the_next_question_begins_there() -> None:
    smallest = sizes()[-1]
    model = Model(smallest)
    one = asker(model)
    for _ in range(2):
        asyncio.run(describe(one, ROLE, TASK, REVISION, PARENTS[:1], sample=0, tokens=9000))
    assert model.trimmed.count("") == 1
    assert model.trimmed.count(STEPS[-1]) == 2
    assert len(model.asked) <= len(STEPS) + 2


def test_a_check_loses_its_examples_the_largest_first_and_never_shows_the_output_it_is_judged_by() -> None:
    model = Model(window=0, reply="```\n0 2 1\n4 3 0\n```")
    attempt = judged(model)
    assert (model.trimmed[0], model.trimmed[-1]) == ("", "2 of 2 examples")
    assert isinstance(attempt, Unreached)
    assert not [r for r in model.asked if render(TASK.pairs[0].output) in "".join(m.text for m in r.messages)]
    small = Model(window=tokens(model.asked[-1].messages), reply=model.reply)
    assert isinstance(judged(small), Followed)


def test_what_fits_nowhere_is_sent_once_at_its_smallest_and_fails_as_too_long() -> None:
    model = Model(window=0)
    with pytest.raises(TooLong):
        revise(model, context=1)
    assert model.trimmed == [STEPS[-1]]


def test_a_replay_looks_for_the_smaller_prompt_that_was_banked() -> None:
    model = Model(sizes()[2], refusal=NotBanked)
    revise(model)
    assert model.trimmed == STEPS[:3]


@pytest.mark.parametrize("tells", [True, False], ids=["the window is told", "it is learned"])
def test_a_run_in_a_small_window_solves_its_tasks_and_a_replay_does_the_same(tells: bool, tmp_path: Path) -> None:
    events: list[Event] = []
    dialect = DIALECTS["vllm"] if tells else DIALECTS["openai"]

    def solve(url: str, run: str, *, replay: bool) -> dict[str, bool | None]:
        role = {"base_url": url, "max_tokens": 300}
        events.clear()
        result = asyncio.run(
            asolve(
                task_files(tmp_path),
                generator="hosted_vllm/some",
                checker="hosted_vllm/some",
                settings={"generator": role, "checker": role, "policy.stop_perfect": 4, "policy.phases": FEW},
                run=run,
                runs_dir=tmp_path / "runs",
                cache_dir=tmp_path / "bank",
                see=events.append,
                report=False,
                replay=replay,
            )
        )
        return {name: task.solved for name, task in result.tasks.items()}

    with Provider(chatting(embedded), dialect=dialect, serving=Serving(window=1200)) as server:
        url = server.url
        solved = solve(url, "first", replay=False)
    sent = {event.trimmed for event in events if isinstance(event, CallSent)}
    done = {event.trimmed for event in events if isinstance(event, CallFinished) and event.source == "provider"}
    assert any(sent)
    assert done <= sent
    assert list(solved.values()) == [True, True]
    assert solve(url, "again", replay=True) == solved


def test_examples_are_the_first_to_be_left_out() -> None:
    birth = Birth(index=1, operator="write", model=ROLE.model, examples=("0" * 12,) * 8)
    rules = [Description(bullets=("Mirror it. " * 27,) * 20)] * 8

    def asked(window: int) -> Model:
        model = Model(window)
        asyncio.run(describe(asker(model), ROLE, TASK, birth, (), sample=0, tokens=0, examples=rules))
        return model

    whole = asked(10**6)
    assert asked(tokens(whole.asked[0].messages) - 1).trimmed == ["", "the examples"]


def test_pictures_go_first_then_facts_then_what_else_there_is() -> None:
    birth = REVISION.model_copy(update={"eye": "all", "facts": True})
    steps = [(shown.trimmed, shown.unseen) for shown in smaller(Shown(PARENTS[:1], 9000), TASK, birth)]
    both = ("pictures", "facts")
    assert steps == [
        ("", ()),
        ("the pictures", ("pictures",)),
        ("the pictures and the facts", both),
        ("the pictures, the facts and the parents' grids", both),
        ("the pictures, the facts and the parents", both),
        ("the pictures, the facts, the parents and 1 of 3 pairs", both),
        ("the pictures, the facts, the parents and 2 of 3 pairs", both),
    ]
    seeing = ROLE.model_copy(update={"images": "inputs", "facts": True})
    model = Model(window=0, reply="```\n0 2 1\n4 3 0\n```")
    asyncio.run(check(asker(model), seeing, TASK, 0, PARENTS[0][0], birth=0))
    whole, *less, last = model.trimmed
    assert (whole, last) == ("", "the pictures, the facts and 2 of 2 examples")
    assert less == ["the pictures", "the pictures and the facts"]
    assert [len(request.images) for request in model.asked[:3]] == [3, 0, 0]
    assert ["# Facts" in "".join(m.text for m in request.messages) for request in model.asked[:3]] == [True, True, False]


def test_more_pictures_than_a_provider_is_known_to_take_are_not_sent() -> None:
    told: list[str] = []
    sight = Sight(told.append)
    many = Request(
        settings=RoleSettings(model="anthropic/claude-sonnet-4-5"),
        messages=(Message(role="user", text="", images=("iVBO",) * 101),),
        label=Label(task="t", role="generator", purpose="write"),
    )
    assert [sight.takes(many), sight.takes(many)] == [False, False]
    assert told == [
        "a prompt has 101 pictures (0 kB), and anthropic/claude-sonnet-4-5 takes 100 pictures (32,000 kB) a request at most: "
        "prompts with more go without any from now on"
    ]
    assert sight.takes(many.model_copy(update={"messages": (Message(role="user", text="", images=("iVBO",) * 100),)}))


def drawn(pictures: int) -> Request:
    return Request(
        settings=RoleSettings(model="hosted_vllm/some"),
        messages=(Message(role="user", text="", images=("iVBO",) * pictures),),
        label=Label(task="t", role="generator", purpose="write"),
    )


def test_no_limit_is_guessed_below_what_has_passed_and_one_that_was_is_lifted_by_what_passes() -> None:
    told: list[str] = []
    sight, refusal = Sight(told.append), Rejected("Could not process image", status=400)
    sight.passed(drawn(4))
    sight.refused(drawn(3), refusal)
    sight.refused(drawn(4), Rejected("too large", status=413))
    assert sight.takes(drawn(4))
    assert not told
    sight.refused(drawn(6), refusal)
    assert [sight.takes(drawn(many)) for many in (4, 5, 6)] == [True, True, False]
    sight.refused(drawn(5), refusal)
    assert [sight.takes(drawn(many)) for many in (4, 5)] == [True, False]
    sight.passed(drawn(5))
    assert sight.takes(drawn(5))
    assert len(told) == 2


def test_what_a_provider_says_of_itself_is_believed_whatever_passed() -> None:
    sight, said = Sight(), NoSight("at most 1 image may be provided", status=400)
    said.most = 1
    sight.passed(drawn(4))
    sight.refused(drawn(4), said)
    sight.passed(drawn(4))
    assert [sight.takes(drawn(many)) for many in (1, 2)] == [True, False]


@pytest.mark.parametrize("fits", [0, 1, 15, 16, 17, 40, 998, 999, 2000])
def test_of_a_thousand_steps_few_are_put_together_and_the_first_that_fits_is_found(fits: int) -> None:
    made: list[int] = []

    def ask(step: int) -> Request:
        made.append(step)
        return Request(settings=ROLE, messages=(), sample=step, label=Label(task="t", role="generator", purpose="write"))

    steps = Requests(ask, range(1000))
    assert steps.fitting(lambda request: request.sample >= fits).sample == min(fits, 999)
    assert len(made) <= 30
