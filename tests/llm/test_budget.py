"""Caps hold, however many calls are in flight."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from nlevolve.llm.budget import MESSAGE_TOKENS, Budget
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.ledger import Caps, Ledger, Need, Spent
from nlevolve.llm.request import LLM, OverBudget, ProviderDown, Reply, Request
from nlevolve.llm.room import ANSWERS
from nlevolve.llm.thinking import UNTOLD
from nlevolve.records import Noticed, Usage
from tests.llm.asking import ask_all, calls, delivering, request, scripted
from tests.llm.virtual import run_virtually

CENT = Price(prompt=0.0, completion=10_000.0, source="settings")
"""A cent a token, so that sums are easy."""


def priced(price: Price, longest_reply: int | None = None) -> dict[str, ModelCard]:
    return {"m": ModelCard(model="m", provider="p", price=price, longest_reply=longest_reply)}


async def one_run(seed: int) -> tuple[Ledger, float]:
    """A busy run on a model of random price, now and then of none, whose replies have random lengths; the ledger, and what was
    billed."""
    rng = Random(seed)
    price = Price(prompt=rng.uniform(0.1, 10), completion=rng.uniform(0.1, 80), source="settings")
    usual = rng.uniform(50, 20_000)
    caps = Caps(usd=rng.uniform(0.01, 5), task_usd=rng.choice([None, rng.uniform(0.01, 1)]))
    if seed % 4 == 3:
        caps = replace(caps, tokens=rng.randrange(10_000, 2_000_000))
        price = price if seed % 8 == 3 else Price(prompt=0.0, completion=0.0, source="free")
    ledger = Ledger(caps, Spent())
    billed, tokens = 0.0, 0
    by_task: dict[str, float] = {}

    async def provider(asked: Request) -> Reply:
        nonlocal billed, tokens
        await asyncio.sleep(rng.expovariate(1))
        if rng.random() < 0.05:
            raise ProviderDown("503")
        wanted = int(rng.lognormvariate(0, 1.5) * usual)
        used = Usage(prompt=len(asked.messages[0].text) // 3, completion=min(wanted, asked.settings.max_tokens or wanted))
        cost = price.cost(used)
        billed += cost
        tokens += used.prompt + used.completion
        assert caps.tokens is None or tokens <= caps.tokens
        by_task[asked.label.task] = by_task.get(asked.label.task, 0.0) + cost
        assert billed <= (caps.usd or 0) + 1e-9
        assert caps.task_usd is None or by_task[asked.label.task] <= caps.task_usd + 1e-9
        return Reply(text="", usage=used, cost_usd=cost)

    llm = delivering(provider, ledger=ledger, cards=priced(price, rng.choice([None, 64_000])))
    questions = [request("x" * rng.randrange(100, 20_000), task=str(n % 9), retries=0) for n in range(300)]
    gate = asyncio.Semaphore(rng.choice([1, 8, 64]))

    async def ask(asked: Request) -> Reply:
        async with gate:
            return await llm(asked)

    outcomes = await asyncio.gather(*(ask(asked) for asked in questions), return_exceptions=True)
    assert all(isinstance(outcome, Reply | OverBudget | ProviderDown) for outcome in outcomes)
    assert ledger.tokens == tokens
    return ledger, billed


def test_fifty_runs_of_random_prices_and_lengths_never_pass_their_budget() -> None:
    shares, tokens = [], []
    for seed in range(50):
        ledger, billed = run_virtually(one_run(seed))
        assert ledger.usd == pytest.approx(billed)
        shares.append(billed / (ledger.caps.usd or 1) if ledger.caps.task_usd is None else 0.0)
        tokens.append(ledger.tokens / (ledger.caps.tokens or 1) if not billed else 0.0)
    assert max(shares) > 0.95  # it is a cap, not a brake
    assert max(tokens) > 0.95


def test_calls_are_counted_before_they_are_sent(tmp_path: Path) -> None:
    sent = 0

    def answer(asked: Request) -> Reply:
        nonlocal sent
        sent += 1
        if sent % 3 == 0:
            raise ProviderDown("503", retry_after=0.0)
        return Reply(text="")

    questions = [request(sample=n) for n in range(100)]
    outcomes, _ = ask_all(tmp_path, scripted(answer), *questions, caps=Caps(calls=60), concurrency=64)
    assert sent == 60
    assert any(isinstance(outcome, OverBudget) for outcome in outcomes)


def test_a_reservation_that_was_not_used_is_no_call_and_costs_nothing() -> None:
    ledger = Ledger(Caps(calls=2), Spent())
    budget = Budget(ledger, priced(CENT), lambda text: None)

    async def hold(sent: bool) -> None:
        async with budget.reservation(request()) as held:
            assert ledger.calls == 1
            held.sent = sent

    asyncio.run(hold(sent=False))
    assert (ledger.calls, ledger.usd) == (0, 0.0)
    asyncio.run(hold(sent=True))
    assert ledger.calls == 1


def test_tokens_are_capped_where_nothing_is_paid_and_the_reply_is_told_how_long_it_may_be() -> None:
    asked: list[int | None] = []
    free = Price(prompt=0.0, completion=0.0, source="settings")

    def answer(sent: Request) -> Reply:
        asked.append(sent.settings.max_tokens)
        return Reply(text="", usage=Usage(prompt=100, completion=900))

    async def run(caps: Caps, cards: dict[str, ModelCard]) -> str:
        llm = delivering(scripted(answer), ledger=Ledger(caps, Spent(tokens=1_000)), cards=cards)
        for number in range(3):
            await llm(request("x" * 1_000, sample=number))
        with pytest.raises(OverBudget) as over:
            await llm(request("x" * 1_000, sample=3))
        return str(over.value)

    for cards in (priced(free, 64_000), {"m": ModelCard(model="m", provider="p")}):
        said = run_virtually(run(Caps(tokens=5_000), cards))
        assert said == "1,000 of the cap of 5,000 tokens are left: too few for a call"
    prompt = 1_000 + MESSAGE_TOKENS
    assert asked == [room - prompt for room in (4_000, 3_000, 2_000)] * 2


def test_a_resumed_run_goes_on_counting(tmp_path: Path) -> None:
    live = scripted(lambda asked: Reply(text="", cost_usd=0.1))
    spent = Spent(usd=0.0, calls=9, by_task={})
    outcomes, _ = ask_all(tmp_path, live, *(request(sample=n) for n in range(3)), caps=Caps(calls=10), spent=spent)
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 1


def test_a_budget_sets_the_tokens_that_a_reply_may_have() -> None:
    asked: list[int | None] = []

    def answer(sent: Request) -> Reply:
        asked.append(sent.settings.max_tokens)
        return Reply(text="", cost_usd=0.0)

    async def run(caps: Caps, **settings: int) -> None:
        llm = delivering(scripted(answer), ledger=Ledger(caps, Spent()), cards=priced(CENT, 64_000))
        await llm(request(**settings))

    run_virtually(run(Caps(usd=5.0)))
    run_virtually(run(Caps(usd=5_000.0)))
    run_virtually(run(Caps(usd=5.0), max_tokens=300))
    run_virtually(run(Caps()))
    assert asked == [500, ANSWERS["generator"] + UNTOLD, 300, None]


def test_what_is_kept_for_answers_is_left_and_said_to_be_kept() -> None:
    async def search() -> None:
        ledger = Ledger(Caps(usd=1.0, calls=4), Spent(usd=0.5))
        with ledger.kept.keeping("t", lambda: [Need(prompt_usd=0.1)]):
            with pytest.raises(OverBudget, match=r"^\$0\.5000 of the run's budget of \$1 was left, \$0\.1000 of it for"):
                await ledger.reserve("t", Need(prompt_usd=0.45))
            for _ in range(3):
                await ledger.reserve("t", Need())
            for hold in list(ledger._held["t"]):
                hold.sent = True
                ledger.settle("t", hold)
            with pytest.raises(OverBudget, match=r"^the cap of 4 calls is reached \(1 of them kept for answers\)$"):
                await ledger.reserve("t", Need())

    asyncio.run(search())


def test_the_users_own_limit_on_tokens_is_not_cut() -> None:
    llm = delivering(scripted(lambda asked: Reply(text="")), ledger=Ledger(Caps(usd=5.0), Spent()), cards=priced(CENT))
    with pytest.raises(OverBudget, match=r"\$5.0000 of the run's budget of \$5 is left"):
        run_virtually(_one(llm, request(max_tokens=501)))


async def _one(llm: LLM, asked: Request) -> Reply:
    return await llm(asked)


def test_a_call_waits_for_those_in_flight_before_it_gives_up() -> None:
    async def run() -> list[Reply | BaseException]:
        async def provider(asked: Request) -> Reply:
            await asyncio.sleep(1)
            return Reply(text="", cost_usd=0.01)  # far less than was reserved

        llm = delivering(provider, ledger=Ledger(Caps(usd=5.0), Spent()), cards=priced(CENT))
        return await asyncio.gather(*(llm(request(max_tokens=400)) for _ in range(10)), return_exceptions=True)

    assert all(isinstance(outcome, Reply) for outcome in run_virtually(run()))


def test_a_raised_budget_lets_go_what_waits_for_money_and_a_lowered_one_stops_it() -> None:
    price = Need(token_usd=0.01, tokens=100, least=100)

    async def run() -> Ledger:
        ledger = Ledger(Caps(usd=1.0), Spent())
        first = await ledger.reserve("a", price)
        second = asyncio.create_task(ledger.reserve("a", price))
        await asyncio.sleep(1.0)
        assert not second.done(), "the first may cost all there is"
        ledger.cap(2.0)
        await second
        third = asyncio.create_task(ledger.reserve("b", price))
        await asyncio.sleep(1.0)
        ledger.cap(0.5)
        for hold in (first, second.result()):
            hold.sent, hold.cost_usd = True, 0.2
            ledger.settle("a", hold)
        with pytest.raises(OverBudget, match=r"\$0.1000 of the run's budget of \$0.5 is left"):
            await third
        return ledger

    assert run_virtually(run()).usd == pytest.approx(0.4)


def test_a_tasks_budget_ends_that_task_alone(tmp_path: Path) -> None:
    live = scripted(lambda asked: Reply(text="", cost_usd=0.6))
    ledger = Ledger(Caps(task_usd=1.0), Spent())
    llm = delivering(live, ledger=ledger, cards=priced(CENT))

    async def run() -> list[Reply | BaseException]:
        return [await asyncio.gather(llm(request(task=task, max_tokens=60)), return_exceptions=True) for task in "aaab"]

    first, second, third, other = (outcomes[0] for outcomes in run_virtually(run()))
    assert isinstance(first, Reply)
    assert isinstance(second, OverBudget)
    assert (second.scope, isinstance(third, OverBudget), isinstance(other, Reply)) == ("task", True, True)


def test_an_unknown_price_is_unknown_and_not_nothing(tmp_path: Path) -> None:
    live = scripted(lambda asked: Reply(text="", cost_usd=None))
    _, events = ask_all(tmp_path, live, request(), request(sample=1), caps=Caps(usd=1.0))
    assert [call.cost_usd for call in calls(events)] == [None, None]
    assert len([event for event in events if isinstance(event, Noticed) and "is not known" in event.text]) == 1


def test_cached_and_written_tokens_have_their_own_price() -> None:
    price = Price(prompt=3.0, completion=15.0, cached=0.3, written=3.75, source="x")
    usage = Usage(prompt=1000, prompt_cached=400, completion=200, reasoning=150)
    assert price.cost(usage, written=100) == pytest.approx((500 * 3 + 400 * 0.3 + 100 * 3.75 + 200 * 15) / 1e6)
    assert Price(prompt=3.0, completion=15.0, source="x").cost(usage) == pytest.approx((1000 * 3 + 200 * 15) / 1e6)
