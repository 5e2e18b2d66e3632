"""The loop around a call: what is sent, what is not sent any more, what is in the log when it leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from nlevolve.llm.absence import Absences
from nlevolve.llm.catalogue import ModelCard, Price, embedded_card
from nlevolve.llm.ledger import Caps, Ledger, Spent
from nlevolve.llm.request import (
    Away,
    CallFailed,
    Doubtful,
    FewerTokens,
    Filtered,
    Halt,
    Interrupted,
    NoReply,
    ParameterRefused,
    ProviderDown,
    RateLimited,
    Rejected,
    Reply,
    Request,
    TimedOut,
    TooLong,
    Unusable,
)
from nlevolve.llm.room import ANSWERS
from nlevolve.llm.stack import OpenStack, Stack
from nlevolve.records import CallFinished, CallRetried, CallSent, Event, ModelStopped, Noticed, ServerAway, ServerBack, Usage
from tests.llm.asking import ask_all, calls, delivering, ignore, request, scripted
from tests.llm.virtual import run_virtually


def sent(events: list[Event]) -> list[tuple[str, int]]:
    """(request, which try) of what left for a provider."""
    return [(event.request, event.tries) for event in events if isinstance(event, CallSent)]


def test_every_try_that_leaves_is_in_the_log_before_it_leaves_and_hits_are_not(tmp_path: Path) -> None:
    events: list[Event] = []

    def answer(asked: Request) -> Reply:
        assert sent(events)[-1][0] == asked.key
        if len(sent(events)) == 1:
            raise ProviderDown("503", retry_after=0.0)
        return Reply(text="ok")

    for _ in range(2):
        (reply,), _ = ask_all(tmp_path, scripted(answer), request(task="a task"), emit=events.append)
        assert reply.text == "ok"
    assert sent(events) == [(request().key, 1), (request().key, 2)]
    left = next(event for event in events if isinstance(event, CallSent))
    assert (left.task, left.role, left.purpose, left.model) == ("a task", "generator", "write", "m")


def test_a_try_that_leaves_for_an_embedded_model_is_in_the_log_too(tmp_path: Path) -> None:
    _, events = ask_all(
        tmp_path, None, request(model="offline/generator"), cards={"offline/generator": embedded_card("offline/generator")}
    )
    assert [tries for _, tries in sent(events)] == [1]


@pytest.mark.parametrize(("failure", "kind"), [(ProviderDown("503"), "provider_down"), (RateLimited("429"), "rate_limit")])
def test_a_retry_says_of_which_request_and_what_kind_of_failure(failure: NoReply, kind: str) -> None:
    events: list[Event] = []
    asked: list[Request] = []

    def answer(one: Request) -> Reply:
        asked.append(one)
        if len(asked) == 1:
            raise failure
        return Reply(text="ok")

    run_virtually(_one(delivering(scripted(answer), emit=events.append)))
    (retry,) = [event for event in events if isinstance(event, CallRetried)]
    assert (retry.failure, retry.request, retry.task) == (kind, request().key, "t")


async def _one(llm: Callable[[Request], object], asked: Request | None = None) -> object:
    return await llm(asked or request())


def stopped_while_waiting(folder: Path, waits_for: str) -> tuple[list[object], list[Event]]:
    """Two calls of which the second waits for a place, for money or to be sent again when the run is stopped."""
    events: list[Event] = []

    async def run() -> list[object]:
        stopping = asyncio.Event()

        async def provider(asked: Request) -> Reply:
            await asyncio.sleep(0.05)
            if asked.sample == 1:
                raise ProviderDown("503", retry_after=60.0)
            return Reply(text="ok", cost_usd=0.1)

        options = {"concurrency": 1} if waits_for == "a place" else {"concurrency": 9}
        caps = Caps(usd=1.0 if waits_for == "money" else None)
        cards = {"m": ModelCard(model="m", provider="p", price=Price(prompt=0, completion=10_000, source="s"))}
        settings = {"max_tokens": 60} if caps.money else {}
        async with OpenStack(
            emit=events.append, cards=cards, cache_dir=folder, live=provider, stopping=stopping, caps=caps, **options
        ) as stack:
            first = asyncio.create_task(stack(request(**settings)))
            await asyncio.sleep(0)
            second = asyncio.create_task(stack(request(sample=1 if waits_for == "its next try" else 2, **settings)))
            await asyncio.sleep(0.02 if waits_for != "its next try" else 0.1)
            stopping.set()
            return await asyncio.wait_for(asyncio.gather(first, second, return_exceptions=True), 10)

    return asyncio.run(run()), events


@pytest.mark.parametrize(("waits_for", "tries"), [("a place", 0), ("money", 0), ("its next try", 1)])
def test_a_try_that_waits_when_the_run_stops_is_never_sent(tmp_path: Path, waits_for: str, tries: int) -> None:
    (first, second), events = stopped_while_waiting(tmp_path, waits_for)
    assert isinstance(first, Reply)
    assert isinstance(second, Interrupted)
    assert len(sent(events)) == 1 + tries
    assert [(call.finish, call.tries) for call in calls(events) if call.source == "failed"] == [("interrupted", tries)]


def test_an_abandoned_call_is_not_sent_again(tmp_path: Path) -> None:
    asked = 0
    events: list[Event] = []

    async def provider(one: Request) -> Reply:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        raise ProviderDown("503", retry_after=0.0)

    async def run() -> None:
        async with OpenStack(emit=events.append, cards={}, cache_dir=tmp_path, live=provider) as stack:
            asking = asyncio.create_task(stack(request()))
            await asyncio.sleep(0.02)
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking

    asyncio.run(run())
    assert asked == 1
    assert not [event for event in events if isinstance(event, CallRetried)]
    assert [(call.source, call.tries) for call in calls(events)] == [("failed", 1)]


def test_whoever_asks_again_for_an_abandoned_call_gets_its_reply(tmp_path: Path) -> None:
    asked = 0

    async def provider(one: Request) -> Reply:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        if asked == 1:
            raise ProviderDown("503", retry_after=0.0)
        return Reply(text="ok")

    async def run() -> Reply:
        async with OpenStack(emit=lambda event: None, cards={}, cache_dir=tmp_path, live=provider) as stack:
            first = asyncio.create_task(stack(request()))
            await asyncio.sleep(0.02)
            first.cancel()
            await asyncio.sleep(0)
            return await stack(request())

    assert asyncio.run(run()).text == "ok"
    assert asked == 2


def test_what_never_left_is_no_call(tmp_path: Path) -> None:
    """A call that waits for a place when its model is stopped takes nothing from the cap on calls."""

    async def provider(asked: Request) -> Reply:
        await asyncio.sleep(0.01)
        if asked.model == "bad":
            raise Unusable("401")
        return Reply(text="ok")

    bad = [request(model="bad", sample=n) for n in range(5)]
    good = [request(sample=n) for n in range(3)]
    outcomes, events = ask_all(tmp_path, provider, *bad, *good, concurrency=1, caps=Caps(calls=4))
    assert [type(outcome) for outcome in outcomes] == [Unusable] * 5 + [Reply] * 3
    assert len(sent(events)) == 4


def test_a_form_that_another_call_proved_too_high_is_not_the_end_of_this_one() -> None:
    """All start in the strongest form; when one has passed in a lower one the others' refusals still are the form's fault."""

    async def provider(asked: Request) -> Reply:
        await asyncio.sleep(0.01 if asked.messages[0].text == "quick" else 1.0)
        if asked.reply_schema is not None:
            raise Rejected("400", status=400)
        return Reply(text="ok")

    async def run() -> list[Reply]:
        llm = delivering(provider)
        questions = [request(text).model_copy(update={"reply_schema": {"type": "object"}}) for text in ("quick", "slow")]
        return await asyncio.gather(*map(llm, questions))

    assert [reply.text for reply in run_virtually(run())] == ["ok", "ok"]


def test_tries_in_other_forms_are_counted_when_a_later_one_fails_otherwise(tmp_path: Path) -> None:
    def answer(asked: Request) -> Reply:
        if asked.reply_schema and asked.reply_schema.get("properties"):
            raise Rejected("400", status=400)
        raise ProviderDown("503")

    asked = request(retries=0).model_copy(update={"reply_schema": {"type": "object", "properties": {"a": {}}}})
    _, events = ask_all(tmp_path, scripted(answer), asked)
    assert [(call.finish, call.tries) for call in calls(events)] == [("provider_down", 2)]


def test_a_call_that_fails_and_a_task_that_can_go_no_further_are_not_taken_for_each_other() -> None:
    assert not issubclass(Halt, CallFailed)
    assert not issubclass(CallFailed, Halt)
    assert issubclass(Unusable, Halt)
    assert issubclass(RateLimited, CallFailed)


def test_whoever_asks_is_told_that_a_provider_must_be_waited_for_and_only_then(tmp_path: Path) -> None:
    told: list[str] = []

    async def ask(stack: Stack, name: str, sample: int) -> None:
        await stack.telling(lambda: told.append(name))(request(sample=sample))

    async def run() -> None:
        live = scripted(lambda asked: Reply(text="ok"))
        async with OpenStack(emit=lambda event: None, cards={}, cache_dir=tmp_path, live=live) as stack:
            await asyncio.gather(ask(stack, "first", 0), ask(stack, "shares its call", 0))
            await ask(stack, "finds it in the bank", 0)
            await ask(stack, "asks something else", 1)

    asyncio.run(run())
    assert told == ["first", "shares its call", "asks something else"]


@pytest.mark.parametrize("failure", [RateLimited("429"), ProviderDown("503"), Rejected("400")])
def test_a_reply_ends_a_row_of_failures(failure: NoReply) -> None:
    """The breaker wants ten failures in a row: a reply, nine failures, a reply, and nine more are none."""
    events: list[Event] = []
    asked = 0

    async def provider(one: Request) -> Reply:
        nonlocal asked
        asked += 1
        await asyncio.sleep(30.0)
        if asked % 10 == 1:
            return Reply(text="ok")
        raise failure

    async def run() -> None:
        llm = delivering(provider, emit=events.append)
        for _ in range(39):
            with contextlib.suppress(NoReply):
                await llm(request(retries=0))

    run_virtually(run())
    assert asked == 39
    assert not [event for event in events if isinstance(event, ModelStopped)]


def test_a_stopped_model_lets_its_other_endpoint_go_on() -> None:
    def answer(asked: Request) -> Reply:
        if asked.settings.base_url is None:
            raise Unusable("401")
        return Reply(text="ok")

    async def run() -> list[object]:
        llm = delivering(scripted(answer))
        there, here = request(base_url="http://there"), request()
        return [await asyncio.gather(llm(one), return_exceptions=True) for one in (here, here, there)]

    assert [type(outcome[0]) for outcome in run_virtually(run())] == [Unusable, Unusable, Reply]


THINKING = ModelCard(
    model="m",
    provider="p",
    price=Price(prompt=1_000.0, completion=10_000.0, cached=100.0, written=2_000.0, source="settings"),
    longest_reply=500,
)


@pytest.mark.parametrize("written", [2_000.0, None, 500.0])
def test_a_reservation_covers_a_prompt_that_is_written_to_the_providers_cache(written: float | None) -> None:
    """Of a prompt of bytes that cost 0.001 each, or 0.002 when written; the reply is short."""
    assert THINKING.price
    price = THINKING.price.model_copy(update={"written": written})
    text = "x" * 4_950  # and fifty tokens for what a provider wraps around it
    asked = request(text, max_tokens=100)

    def passes(budget: float) -> bool:
        return bool(run_virtually(_passes(asked, budget, price)))

    at_least = 5_000 * max(1_000.0, written or 0.0) / 1e6 + 100 * 10_000.0 / 1e6
    assert passes(at_least + 0.001)
    assert not passes(at_least - 0.001)


async def _passes(asked: Request, budget: float, price: Price) -> bool:
    ledger = Ledger(Caps(usd=budget), Spent())
    cards = {"m": THINKING.model_copy(update={"price": price})}
    try:
        await delivering(scripted(lambda one: Reply(text="")), ledger=ledger, cards=cards)(asked)
    except NoReply:
        return False
    return True


def test_a_reservation_covers_the_thinking_that_was_asked_for() -> None:
    """Thinking is billed as reply: what is sent along as max_tokens has room for it, also when money is short."""
    limits: list[int | None] = []

    def answer(asked: Request) -> Reply:
        limits.append(asked.settings.max_tokens)
        return Reply(text="", usage=Usage(completion=2_500, reasoning=2_000), cost_usd=0.0)

    async def run(usd: float) -> None:
        card = THINKING.model_copy(update={"longest_reply": 64_000, "provider": "anthropic"})
        llm = delivering(scripted(answer), ledger=Ledger(Caps(usd=usd), Spent()), cards={"m": card})
        with contextlib.suppress(NoReply):
            for _ in range(2):
                await llm(request(thinking_budget=8_000))

    run_virtually(run(10_000.0))
    assert limits == [
        ANSWERS["generator"] + 8_000,
        2 * 2_500 + 8_000,
    ]
    limits.clear()
    prompt = (len("hello") + 50) * 2_000.0 / 1e6
    run_virtually(run(prompt + 8_300 * 0.01 + 0.001))
    assert limits == [8_300, 8_300]
    limits.clear()
    run_virtually(run(prompt + 8_100 * 0.01))  # enough to think, and for next to nothing after it
    assert limits == []


def test_finished_and_noticed_are_what_they_were(tmp_path: Path) -> None:
    _, events = ask_all(tmp_path, scripted(lambda asked: Reply(text="ok", cost_usd=None)), request())
    assert [type(event) for event in events] == [Noticed, CallSent, CallFinished]


# Verdicts: on one request, or on the model.


def stopped(events: list[Event]) -> list[str]:
    return [event.why for event in events if isinstance(event, ModelStopped)]


def one_after_another(answer: Callable[[Request], Reply], count: int, **settings: object) -> tuple[list[object], list[Event]]:
    """What becomes of so many calls in a row."""
    events: list[Event] = []

    async def run() -> list[object]:
        llm = delivering(scripted(answer), emit=events.append)
        asked = (request(sample=n, **settings) for n in range(count))
        return [(await asyncio.gather(llm(one), return_exceptions=True))[0] for one in asked]

    return run_virtually(run()), events


def failing(failures: dict[int, NoReply]) -> Callable[[Request], Reply]:
    """Answers, but for these samples."""

    def answer(asked: Request) -> Reply:
        if (failure := failures.get(asked.sample)) is not None:
            raise failure
        return Reply(text="ok")

    return answer


def test_a_doubtful_verdict_before_anything_has_passed_is_one_on_the_model() -> None:
    outcomes, events = one_after_another(failing({0: Doubtful("401 who are you?", status=401)}), 3)
    assert [type(one) for one in outcomes] == [Unusable] * 3
    assert stopped(events) == ["401 who are you?"]
    assert len(sent(events)) == 1


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_after_good_replies_it_is_one_on_the_call(status: int) -> None:
    outcomes, events = one_after_another(failing({14: Doubtful("no", status=status)}), 20)
    assert [type(one) for one in outcomes] == [Reply] * 14 + [Doubtful] + [Reply] * 5
    assert stopped(events) == []


def test_unless_it_repeats_without_a_reply_between() -> None:
    no = Doubtful("403 forbidden", status=403)
    outcomes, events = one_after_another(failing({2: no, 3: no, 5: no, 6: no, 7: no}), 10)
    assert [type(one) for one in outcomes[:8]] == [Reply, Reply, Doubtful, Doubtful, Reply, Doubtful, Doubtful, Unusable]
    assert stopped(events) == ["403 forbidden"]


def test_the_same_refusal_thrice_before_anything_has_passed_stops_the_model_in_the_providers_own_words() -> None:
    refusals = {n: Rejected(f"400 the account {n} is on hold", status=400) for n in range(9)}
    outcomes, events = one_after_another(failing(refusals), 9)
    assert [type(one) for one in outcomes] == [Rejected, Rejected, *[Unusable] * 7]
    assert len(sent(events)) == 3
    assert "400 the account 2 is on hold" in stopped(events)[0]
    assert outcomes[2].lasting


@pytest.mark.parametrize("failure", [TooLong("too long", status=400), Filtered("violence", status=400)])
def test_what_is_said_of_what_was_asked_stops_nothing_however_often(failure: NoReply) -> None:
    outcomes, events = one_after_another(failing(dict.fromkeys(range(9), failure)), 10)
    assert isinstance(outcomes[9], Reply)
    assert stopped(events) == []


def refused(param: str) -> ParameterRefused:
    failure = ParameterRefused(f"400 {param} is not supported", status=400)
    failure.param = param
    return failure


def test_a_parameter_that_is_refused_by_name_is_left_out_once_and_for_all() -> None:
    without: list[set[str]] = []

    def answer(asked: Request) -> Reply:
        without.append(set(asked.without))
        if "temperature" not in asked.without:
            raise refused("temperature")
        return Reply(text="ok")

    outcomes, _ = one_after_another(answer, 3, temperature=0.5)
    assert [type(one) for one in outcomes] == [Reply] * 3
    assert without == [set(), {"temperature"}, {"temperature"}, {"temperature"}]


def test_a_parameter_that_is_refused_although_it_was_left_out_is_the_end() -> None:
    outcomes, events = one_after_another(failing({0: refused("seed"), 1: refused("flux_capacitor")}), 2)
    assert [type(one) for one in outcomes] == [ParameterRefused] * 2
    assert len(sent(events)) == 3


@pytest.mark.parametrize("lasting", [True, False], ids=["the model's own limit", "what the prompt leaves"])
def test_a_reply_with_too_much_room_is_asked_for_with_what_there_is(lasting: bool) -> None:
    rooms: list[int | None] = []

    def answer(asked: Request) -> Reply:
        rooms.append(asked.settings.max_tokens)
        if (asked.settings.max_tokens or 64_000) > 500:
            failure = FewerTokens("400 at most 500", status=400)
            failure.most, failure.lasting = 500, lasting
            raise failure
        return Reply(text="ok")

    outcomes, _ = one_after_another(answer, 2)
    assert [type(one) for one in outcomes] == [Reply] * 2
    assert rooms == ([None, 500, 500] if lasting else [None, 500, None, 500])


@pytest.mark.parametrize("failure", [Doubtful("404", status=404), Rejected("501", status=501), refused("response_format")])
def test_a_form_that_nobody_behind_a_router_takes_is_asked_for_otherwise(failure: NoReply) -> None:
    def answer(asked: Request) -> Reply:
        if asked.reply_schema and "properties" in asked.reply_schema:
            raise failure
        return Reply(text="ok")

    asked = request().model_copy(update={"reply_schema": {"type": "object", "properties": {}}})
    assert run_virtually(_one(delivering(scripted(answer)), asked)).text == "ok"


# A server that is away.


class Server:
    """Not there before `back` (seconds of the loop's clock); then it answers."""

    def __init__(self, back: float) -> None:
        self.back, self.looks, self.asked, self.refused = back, 0, 0, 0

    def there(self) -> bool:
        return asyncio.get_running_loop().time() >= self.back

    async def probe(self, address: str) -> bool:
        assert address == "http://there:1"
        self.looks += 1
        return self.there()

    async def __call__(self, asked: Request) -> Reply:
        if not self.there():
            self.refused += 1
            raise Away("http://there:1", "Connection refused")
        self.asked += 1
        return Reply(text="ok")


def waiting(server: Server, calls: int, patience: float, caps: Caps | None = None) -> tuple[list[object], list[Event], Ledger]:
    events: list[Event] = []
    ledger = Ledger(caps or Caps(), Spent())

    async def run() -> list[object]:
        absences = Absences(events.append, asyncio.Event(), patience, server.probe)
        llm = delivering(server, 4, emit=events.append, ledger=ledger, absences=absences)
        return await asyncio.gather(*(llm(request(sample=n, retries=0)) for n in range(calls)), return_exceptions=True)

    return run_virtually(run()), events, ledger


def test_a_server_that_is_away_is_waited_for_and_nothing_is_spent_on_it() -> None:
    """47 seconds: no call is lost, no retry is used, the cap on calls is touched only by what came to it."""
    server = Server(47.0)
    outcomes, events, ledger = waiting(server, 9, patience=900.0, caps=Caps(calls=9))
    assert [type(one) for one in outcomes] == [Reply] * 9
    assert (server.asked, ledger.calls) == (9, 9)
    assert server.refused <= 4  # those that were in flight when it was found out
    assert server.looks < 12
    away, back = [event for event in events if isinstance(event, ServerAway | ServerBack)]
    assert isinstance(away, ServerAway)
    assert isinstance(back, ServerBack)
    assert away.why == "nothing answers at http://there:1 (Connection refused)"
    assert 47 <= back.seconds < 47 + 15
    assert not [event for event in events if isinstance(event, CallRetried)]


def test_the_cap_on_calls_is_not_reached_by_calls_that_found_nobody_there() -> None:
    """More are in flight than may be sent: the first three come to nothing, so the cap has still room for three."""
    server = Server(20.0)
    outcomes, _, ledger = waiting(server, 9, patience=900.0, caps=Caps(calls=3))
    assert sorted(type(one).__name__ for one in outcomes) == ["OverBudget"] * 6 + ["Reply"] * 3
    assert (server.asked, ledger.calls) == (3, 3)


def test_patience_ends_and_then_the_model_is_stopped_with_the_address() -> None:
    server = Server(1e9)
    outcomes, events, ledger = waiting(server, 9, patience=60.0)
    assert [type(one) for one in outcomes] == [Unusable] * 9
    assert ledger.calls == 0
    assert stopped(events) == ["nothing answers at http://there:1 (waited 60 s for it)"]


def test_a_server_that_answers_a_look_but_no_call_is_not_asked_without_end() -> None:
    server = Server(1e9)

    async def at_home(address: str) -> bool:
        server.looks += 1
        return True

    server.probe = at_home
    outcomes, _, _ = waiting(server, 1, patience=60.0)
    assert [type(one) for one in outcomes] == [Unusable]
    assert server.refused <= 8


def test_what_waits_for_a_server_ends_when_the_run_stops(tmp_path: Path) -> None:
    async def nobody(asked: Request) -> Reply:
        raise Away("http://127.0.0.1:9", "Connection refused")

    async def run() -> list[object]:
        stopping = asyncio.Event()
        async with OpenStack(emit=ignore, cards={}, cache_dir=tmp_path, live=nobody, stopping=stopping, patience=900.0) as stack:
            asking = [asyncio.create_task(stack(request(sample=n))) for n in range(3)]
            await asyncio.sleep(0.1)
            stopping.set()
            return await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 10)

    assert [(type(one), one.tries) for one in asyncio.run(run())] == [(Interrupted, 0)] * 3


def test_embedded_models_count_against_no_cap_and_what_was_never_sent_is_no_call(tmp_path: Path) -> None:
    card = embedded_card("offline/generator")
    asked = [request(model="offline/generator", sample=n) for n in range(3)]
    live = scripted(lambda one: Reply(text="ok"))
    outcomes, _ = ask_all(tmp_path, live, *asked, request(), request(sample=1), cards={card.model: card}, caps=Caps(calls=1))
    assert [type(one).__name__ for one in outcomes] == ["Reply"] * 4 + ["OverBudget"]


def test_a_try_that_would_fail_alike_has_a_seed_of_its_own_and_what_may_be_billed_stays_reserved() -> None:
    seeds: list[int] = []

    def answer(asked: Request) -> Reply:
        seeds.append(asked.seed)
        if len(seeds) == 1:
            raise TimedOut("no reply within 9 s")
        if len(seeds) == 2:
            raise ProviderDown("503 busy", status=503)
        return Reply(text="ok", cost_usd=0.0)

    ledger = Ledger(Caps(usd=1_000.0), Spent())
    card = THINKING.model_copy(update={"longest_reply": 1_000})
    run_virtually(delivering(scripted(answer), ledger=ledger, cards={"m": card})(request()))
    assert seeds[0] == 0
    assert seeds[1] != 0, "a server that always answers alike would be late again"
    assert seeds[2] == seeds[1], "that it was busy says nothing of the question"
    # the one that was late: its prompt, and the longest reply
    assert card.price
    assert ledger.usd == pytest.approx(
        (len("hello") + 50) * (card.price.written or 0) / 1e6 + 1_000 * card.price.completion / 1e6
    )
