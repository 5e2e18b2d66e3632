"""Equal requests share one call; what came back once is served again, as often as it deserves."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.llm.catalogue import ModelCard, Price, embedded_card
from nlevolve.llm.ledger import Caps
from nlevolve.llm.request import Away, Label, Message, NotBanked, OverBudget, ProviderDown, Rejected, Reply, Request, Unusable
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack
from nlevolve.records import CallFinished, CallSent, Event
from tests.llm.asking import ask_all, calls, request, scripted


class Counting:
    """A model that says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, asked: Request) -> Reply:
        self.asked += 1
        reply = Reply(text=f"reply {self.asked}", cost_usd=1.0)
        await asyncio.sleep(0.001)
        return reply


def test_equal_requests_in_flight_share_one_call(tmp_path: Path) -> None:
    live = Counting()
    replies, events = ask_all(tmp_path, live, *(request() for _ in range(20)))
    assert live.asked == 1
    assert {reply.text for reply in replies} == {"reply 1"}
    assert sorted(call.source for call in calls(events)) == ["cache"] * 19 + ["provider"]
    assert sum(call.cost_usd or 0 for call in calls(events)) == 1.0


def test_another_sample_costs_one_call(tmp_path: Path) -> None:
    live = Counting()
    ask_all(tmp_path, live, *(request(sample=n) for n in range(3)))
    replies, _ = ask_all(tmp_path, live, *(request(sample=n) for n in range(4)))
    assert live.asked == 4
    assert len({reply.text for reply in replies}) == 4


def test_what_is_asked_decides_and_how_it_is_called_does_not(tmp_path: Path) -> None:
    same = [request(timeout=3.0), request(retries=1), request(price_in=1.0, price_out=1.0), request(task="other")]
    other = [
        request(model="n"),
        request(base_url="http://x"),
        request("other"),
        request(temperature=1.0),
        request(max_tokens=5),
        request().model_copy(update={"reply_schema": {"type": "object"}}),
    ]
    assert {one.key for one in same} == {request().key}
    assert len({one.key for one in [request(), *other]}) == 7


def test_keys_are_those_of_every_version_before() -> None:
    """Whoever changes one of these digests makes every bank that exists worthless."""
    label = Label(task="t", role="generator", purpose="write")
    plain = Request(settings=RoleSettings(model="openai/gpt-5"), messages=(Message(role="user", text="hello"),), label=label)
    everything = Request(
        settings=RoleSettings(
            model="hosted_vllm/some",
            base_url="http://host:8000/v1",
            temperature=0.5,
            top_p=0.9,
            max_tokens=100,
            reasoning_effort="high",
            thinking_budget=2000,
        ),
        messages=(
            Message(role="system", text="Be exact.", stable=True),
            Message(role="user", text="⬛ 0 1", images=("aGk=",)),
        ),
        reply_schema={"type": "object"},
        sample=3,
        again=True,
        label=label,
    )
    assert plain.key == "af83c6d6199fe8c0f8d489c37815336f9d379a23cdfe8afda9dc32d75715c724"
    assert everything.key == "24086acadb3a98d7fb49e2f96938df0e7647dcc6dd88823c808b751b8b38e11d"


def test_a_changed_copy_has_a_key_of_its_own() -> None:
    asked = request()
    assert asked.key != asked.model_copy(update={"sample": 1}).key


def test_those_who_wait_share_a_failure_and_pay_for_no_try(tmp_path: Path) -> None:
    def fail(asked: Request) -> Reply:
        raise Rejected("400", status=400)

    outcomes, events = ask_all(tmp_path, scripted(fail), request(), request())
    assert [str(outcome) for outcome in outcomes] == ["400", "400"]
    assert sorted(call.tries for call in calls(events)) == [0, 1]


def test_what_the_log_says_was_sent_has_an_end_there_though_only_an_early_asker_waited_and_nobody_was_at_home(
    tmp_path: Path,
) -> None:
    """It came to nobody, so it is no try; but whoever looks would see it in flight for ever."""
    events: list[Event] = []

    async def nobody(asked: Request) -> Reply:
        raise Away("http://nowhere")

    async def run() -> None:
        async with OpenStack(emit=events.append, cards={}, cache_dir=tmp_path, live=nobody) as stack:
            with pytest.raises(Unusable):
                await stack.early(request())

    asyncio.run(run())
    assert [event.request for event in events if isinstance(event, CallSent)] == [call.request for call in calls(events)]
    assert [(call.source, call.tries) for call in calls(events)] == [("failed", 0)]


async def slowly(asked: Request) -> Reply:
    await asyncio.sleep(0.1)
    return Reply(text="late", cost_usd=1.0)


def abandoning(
    folder: Path, sent: bool = True, also_waiting: bool = False, linger: bool = True, cards: object = None
) -> list[CallFinished]:
    """Ask, and be called away: once the provider has it, or before; what is accounted for."""
    events: list[Event] = []

    async def run() -> None:
        reached = asyncio.Event()

        async def live(asked: Request) -> Reply:
            reached.set()
            return await slowly(asked)

        async with OpenStack(emit=events.append, cards=cards or {}, cache_dir=folder, live=live) as stack:
            first = asyncio.create_task(stack(request()))
            others = [asyncio.create_task(stack(request()))] if also_waiting else []
            await (reached.wait() if sent else asyncio.sleep(0))
            first.cancel()
            for other in others:
                assert (await other).text == "late"
            if not linger:
                raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run())
    return calls(events)


def test_a_call_that_nobody_waits_for_is_kept_if_the_provider_has_it_already(tmp_path: Path) -> None:
    accounts = abandoning(tmp_path)
    assert [(call.source, call.cost_usd) for call in accounts] == [("provider", 1.0)]
    assert ask_all(tmp_path, Counting(), request())[0][0].text == "late"


def test_a_call_that_nobody_waits_for_is_not_sent(tmp_path: Path) -> None:
    events: list[Event] = []

    async def run() -> None:
        async with OpenStack(emit=events.append, cards={}, cache_dir=tmp_path, live=slowly, concurrency=1) as stack:
            occupying = asyncio.create_task(stack(request(sample=1)))
            queued = asyncio.create_task(stack(request()))
            await asyncio.sleep(0.05)
            queued.cancel()
            await occupying

    asyncio.run(run())
    assert [call.source for call in calls(events)] == ["provider"]
    assert ask_all(tmp_path, Counting(), request())[0][0].text == "reply 1"


def test_tries_of_a_call_that_is_given_up_between_them_are_counted(tmp_path: Path) -> None:
    events: list[Event] = []

    async def fail(asked: Request) -> Reply:
        raise ProviderDown("503", retry_after=60.0)

    async def run() -> None:
        async with OpenStack(emit=events.append, cards={}, cache_dir=tmp_path, live=fail) as stack:
            asking = asyncio.create_task(stack(request()))
            await asyncio.sleep(0.05)
            asking.cancel()

    asyncio.run(run())
    assert [(call.finish, call.tries) for call in calls(events)] == [("abandoned", 1)]


def test_one_who_waits_for_an_equal_request_gets_its_reply_when_the_asker_leaves(tmp_path: Path) -> None:
    for sent, place in ((False, "a"), (True, "b")):
        accounts = abandoning(tmp_path / place, sent=sent, also_waiting=True)
        assert [call.source for call in accounts] == ["provider"]


def test_a_reply_that_can_be_had_again_for_nothing_is_not_waited_for(tmp_path: Path) -> None:
    given_up = abandoning(tmp_path, cards={"m": embedded_card("m")})
    # but the log, which says that it left, says that it is over
    assert [(call.source, call.finish, call.tries, call.cost_usd) for call in given_up] == [("failed", "abandoned", 0, 0.0)]
    assert ask_all(tmp_path, Counting(), request())[0][0].text == "reply 1"


def test_a_run_that_is_stopped_does_not_wait_and_says_what_may_be_billed(tmp_path: Path) -> None:
    accounts = abandoning(tmp_path, linger=False)
    assert [(call.source, call.finish, call.tries, call.cost_usd) for call in accounts] == [("failed", "abandoned", 1, None)]


def rejecting(folder: Path, live: Counting, **options: object) -> tuple[Reply, list[Event]]:
    """Ask, and find the reply of no use."""
    events: list[Event] = []

    async def run() -> Reply:
        async with OpenStack(**{"emit": events.append, "cards": {}, "cache_dir": folder, "live": live, **options}) as stack:
            reply = await stack(request())
            stack.reject(request(), "of no use")
            assert (await stack(request())).text == reply.text  # within a run an answer is an answer
            return reply

    return asyncio.run(run()), events


def test_a_reply_of_no_use_is_asked_anew_by_another_run_and_served_by_a_replay(tmp_path: Path) -> None:
    live = Counting()
    rejecting(tmp_path, live, run_id="one")
    (replayed,), _ = ask_all(tmp_path, live, request(), replay=True)
    (resumed,), _ = ask_all(tmp_path, live, request(), run_id="one")
    (anew,), _ = ask_all(tmp_path, live, request(), run_id="two")
    (kept,), _ = ask_all(tmp_path, live, request(), run_id="three")
    assert [one.text for one in (replayed, resumed, anew, kept)] == ["reply 1", "reply 1", "reply 2", "reply 2"]


def test_a_model_that_always_answers_the_same_is_not_asked_anew(tmp_path: Path) -> None:
    live = Counting()
    for _ in range(2):
        rejecting(tmp_path, live, cards={"m": embedded_card("m")})
    assert live.asked == 1


def test_a_replay_sends_nothing(tmp_path: Path) -> None:
    live = Counting()
    ask_all(tmp_path, live, request())
    outcomes, events = ask_all(tmp_path, live, request(), request(sample=1), replay=True)
    assert live.asked == 1
    assert outcomes[0].text == "reply 1"
    assert isinstance(outcomes[1], NotBanked)
    assert [call.tries for call in calls(events)] == [0, 0]


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    def fail(asked: Request) -> Reply:
        raise ProviderDown("503")

    ask_all(tmp_path, scripted(fail), request(retries=0))
    (reply,), _ = ask_all(tmp_path, Counting(), request())
    assert reply.text == "reply 1"


def test_what_a_killed_run_paid_for_is_in_its_accounts_once(tmp_path: Path) -> None:
    live = Counting()
    _, before = ask_all(tmp_path, live, request(), run_id="run")
    logged = [call.request for call in calls(before)]

    def accounts(**options: object) -> list[tuple[str, float | None]]:
        _, events = ask_all(tmp_path, live, request(), request(), **options)
        return sorted((call.source, call.cost_usd) for call in calls(events))

    # killed before the event was on the disk: the resumption counts it, once
    assert accounts(run_id="run", logged=[]) == [("cache", 0.0), ("provider", 1.0)]
    assert accounts(run_id="run", logged=logged) == [("cache", 0.0)] * 2
    assert accounts(run_id="another", logged=[]) == [("cache", 0.0)] * 2
    assert live.asked == 1


def test_what_a_killed_run_paid_for_counts_against_its_caps(tmp_path: Path) -> None:
    live = Counting()
    ask_all(tmp_path, live, request(), run_id="run")
    outcomes, _ = ask_all(tmp_path, live, request(), request(sample=1), run_id="run", caps=Caps(calls=1), concurrency=1)
    assert [type(outcome) for outcome in outcomes] == [Reply, OverBudget]


def test_of_two_runs_that_asked_the_same_the_first_reply_stands(tmp_path: Path) -> None:
    async def both() -> list[str]:
        first, second = (DiskBank(tmp_path, pytest.fail) for _ in range(2))
        slow, quick = asyncio.Event(), Counting()

        async def slowly(asked: Request) -> Reply:
            await slow.wait()
            return Reply(text="late")

        async with (
            OpenStack(emit=lambda event: None, cards={}, cache_dir=tmp_path, live=slowly) as one,
            OpenStack(emit=lambda event: None, cards={}, cache_dir=tmp_path, live=quick) as two,
        ):
            waiting = asyncio.create_task(one(request()))
            await asyncio.sleep(0.01)
            early = await two(request())
            slow.set()
            late = await waiting
        await first.close()
        await second.close()
        return [early.text, late.text]

    assert asyncio.run(both()) == ["reply 1", "reply 1"]


def test_the_event_comes_after_the_row(tmp_path: Path) -> None:
    def check(event: Event) -> None:
        if isinstance(event, CallFinished):
            assert DiskBank(tmp_path, pytest.fail).get(event.request) is not None

    ask_all(tmp_path, Counting(), *(request(sample=n) for n in range(5)), emit=check)


def kept_slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> asyncio.Event:
    """Have whoever keeps a reply wait for so long when it is in the bank already; set from then on."""
    written, put = asyncio.Event(), DiskBank.put

    async def slowly(bank: DiskBank, key: str, sample: Sample) -> Sample:
        kept = await put(bank, key, sample)
        written.set()
        await asyncio.sleep(seconds)
        return kept

    monkeypatch.setattr(DiskBank, "put", slowly)
    return written


def test_a_reply_that_is_just_coming_in_belongs_to_who_asked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks when it is in the bank already, and not yet told of, is not told of before him."""
    events: list[Event] = []

    async def run() -> None:
        written = kept_slowly(monkeypatch, 0.05)
        async with OpenStack(emit=events.append, cards={}, cache_dir=tmp_path, live=Counting()) as stack:
            first = asyncio.create_task(stack(request()))
            await written.wait()
            await asyncio.gather(stack(request()), stack(request()), first)

    asyncio.run(run())
    assert [call.source for call in calls(events)] == ["provider", "cache", "cache"]


def test_a_call_that_dies_when_nobody_waits_for_it_ends_the_run(tmp_path: Path) -> None:
    async def buggy(asked: Request) -> Reply:
        await asyncio.sleep(0.05)
        raise ZeroDivisionError("a bug")

    async def run(stays: bool) -> None:
        async with OpenStack(emit=print, cards={}, cache_dir=tmp_path, live=buggy) as stack:
            asking = asyncio.create_task(stack(request()))
            await asyncio.sleep(0.01)
            asking.cancel()
            if stays:
                await asyncio.Event().wait()

    async def several() -> int:
        for stays in (True, False):
            with pytest.raises(ZeroDivisionError, match="a bug"):
                await run(stays)
        own = asyncio.current_task()
        assert own
        return own.cancelling()

    assert asyncio.run(several()) == 0, "whoever uses us is left as he was"


def test_what_is_given_up_in_the_air_is_billed_as_unknown(tmp_path: Path) -> None:
    cards = {"m": ModelCard(model="m", provider="p", price=Price(prompt=1.0, completion=2.0, source="settings"))}
    (account,) = abandoning(tmp_path, linger=False, cards=cards)
    assert (account.source, account.cost_usd, account.tries) == ("failed", None, 1)
    assert account.unknown_usd > 32_000 * 2e-6, "as many tokens as a reply may have"


def test_a_call_that_was_given_up_while_its_reply_was_being_kept_is_this_runs_when_it_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked like one that another run had bought."""
    events: list[Event] = []

    async def run() -> None:
        written = kept_slowly(monkeypatch, 60.0)
        cards = {"m": embedded_card("m")}
        async with OpenStack(emit=events.append, cards=cards, cache_dir=tmp_path, live=Counting(), run_id="this") as stack:
            first = asyncio.create_task(stack(request()))
            await written.wait()
            first.cancel()
            await asyncio.wait([first])
            await asyncio.sleep(0)
            assert (await stack(request())).text == "reply 1"

    asyncio.run(run())
    # the first asker's end is told, since the log says that its call left; nothing was bought by another run
    assert [(call.source, call.tries) for call in calls(events)] == [("failed", 0), ("provider", 1)]
