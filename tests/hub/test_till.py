"""Money at a hub, without a network: what stands in its file comes to what it knew, whatever happened and wherever it was cut."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest

from nlevolve.errors import UsageError
from nlevolve.hub import book
from nlevolve.hub.book import Fact, Journal
from nlevolve.hub.till import Till
from nlevolve.hub.words import Reserve, Settle
from nlevolve.llm.bank import Sample
from nlevolve.llm.ledger import Caps, Hold, Need
from nlevolve.llm.request import OverBudget, Reply
from nlevolve.records import Usage

KEYS = [f"{n:064x}" for n in range(6)]


def opened(folder: Path, caps: Caps, banked: dict[str, Sample]) -> tuple[Journal, Till]:
    journal = Journal(folder)

    def write(fact: Fact) -> None:
        journal.write([fact])

    return journal, Till(caps, journal.book, write, banked.get)


async def some_hours(till: Till, rng: Random, banked: dict[str, Sample], n: int) -> None:
    """Workers reserve, settle, die, come back and find what they had bought."""
    name = rng.choice("ab")
    account = till.session(name, name, "", "", rng.choice(["first", "second"]))
    match rng.randrange(5):
        case 0 | 1 if len(account.held) < 4:
            await till.reserve(name, Reserve(n=n, task="t", key=rng.choice(KEYS), token_usd=0.001, tokens=100))
        case 2 if account.held:
            hold = rng.choice(list(account.held))
            sent = rng.random() < 0.8
            paid = {"cost_usd": rng.random() / 10, "unknown_usd": 0.0, "took": 90} if sent else {}
            till.settle(name, Settle(n=n, hold=hold, key=account.held[hold].key, sent=sent, **paid))
        case 3:
            till.retire(name, rng.choice([None, frozenset(rng.sample(KEYS, 3))]))
        case 4 if account.lost:
            key = rng.choice(list(account.lost))
            till.bought(key, Sample(model="m", run=name, reply=Reply(text="", usage=Usage(prompt=5), cost_usd=0.01)))
        case _:
            key = rng.choice(KEYS)
            banked[key] = Sample(model="m", run=name, reply=Reply(text="", usage=Usage(prompt=7), cost_usd=0.02))


@pytest.mark.parametrize("seed", range(6))
def test_a_ledger_that_is_opened_again_holds_what_it_held(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def told() -> None:
        rng, banked, caps = Random(seed), dict[str, Sample](), Caps(usd=1e6)
        monkeypatch.setattr(book, "LONGEST", 2_000)  # it is written anew now and then
        for start in range(0, 90, 30):
            journal, till = opened(tmp_path, caps, banked)
            with closing(journal):
                for n in range(start, start + 30):
                    await some_hours(till, rng, banked, n)
                known = {name: asdict(account) for name, account in till.book.accounts.items()}
                held = sum(len(account.held) for account in till.book.accounts.values())
                assert till.ledger.calls == sum(one["calls"] for one in known.values()) + held
                assert till.ledger.usd == pytest.approx(sum(one["usd"] for one in known.values()))
            again, other = opened(tmp_path, caps, banked)
            with closing(again):
                assert {name: asdict(account) for name, account in again.book.accounts.items()} == known
                assert other.ledger.calls == till.ledger.calls

    asyncio.run(told())


def test_a_reservation_is_held_over_a_restart_as_it_was(tmp_path: Path) -> None:
    """What it may cost at most, prompt and all; whether its price is known; whether it is one of those kept for answers."""

    async def told() -> None:
        journal, till = opened(tmp_path, Caps(), {})
        with closing(journal):
            till.session("a", "a", "", "", "first")
            word = Reserve(
                n=1, task="t", key=KEYS[0], prompt=200, prompt_usd=0.1, tokens=100, token_usd=0.01, priced=False, last=True
            )
            await till.reserve("a", word)
        with closing(Journal(tmp_path)) as again:
            held = again.book.accounts["a"].held[1].hold()
            assert asdict(held) == asdict(Hold(pytest.approx(1.1), 100, 200, priced=False, last=True))

    asyncio.run(told())


def test_a_reply_is_cut_to_what_is_left_and_no_shorter_than_its_worker_says(tmp_path: Path) -> None:
    async def told() -> None:
        journal, till = opened(tmp_path, Caps(tokens=150), {})
        with closing(journal):
            till.session("a", "a", "", "", "first")
            await till.reserve("a", Reserve(n=1, task="t", key=KEYS[0], prompt=20, tokens=80, least=80))
            till.settle("a", Settle(n=2, hold=1, key=KEYS[0], sent=True, took=100))
            with pytest.raises(OverBudget, match="50 of the cap of 150 tokens are left"):
                await till.reserve("a", Reserve(n=3, task="t", key=KEYS[1], prompt=20, tokens=80, least=31))
            word = Reserve(n=4, task="t", key=KEYS[1], prompt=20, tokens=80, least=30, token_usd=0.001)
            assert await till.reserve("a", word) == {"usd": pytest.approx(0.03), "tokens": 30}

    asyncio.run(told())


def test_a_refusal_names_the_hubs_caps_and_keeps_no_more_of_them_than_is_left(tmp_path: Path) -> None:
    async def refused(caps: Caps) -> str:
        journal, till = opened(tmp_path / str(caps.tokens), caps, {})
        with closing(journal), till.ledger.kept.keeping("a/t", lambda: [Need(prompt_usd=0.2, prompt=50, likely=1)]):
            till.session("a", "a", "", "", "first")
            call = {"task": "t", "key": KEYS[0], "token_usd": 0.01, "tokens": 7, "least": 7}
            await till.reserve("a", Reserve(n=1, **call))
            till.settle("a", Settle(n=2, hold=1, key=KEYS[0], sent=True, cost_usd=0.09, took=35))
            with pytest.raises(OverBudget) as why:
                await till.reserve("a", Reserve(n=3, **call))
            return str(why.value)

    dollars, tokens = asyncio.run(refused(Caps(usd=0.1))), asyncio.run(refused(Caps(tokens=40)))
    assert dollars == "$0.0100 of the hub's budget of $0.1 was left, $0.0100 of it for answers: too little for another call"
    assert tokens == "5 of the cap of 40 tokens were left, 5 of them for answers: too few for another call"


def test_whoever_was_replaced_while_it_waited_holds_nothing(tmp_path: Path) -> None:
    async def told() -> None:
        journal, till = opened(tmp_path, Caps(calls=1), {})
        with closing(journal):
            account = till.session("a", "a", "", "", "first")
            await till.reserve("a", Reserve(n=1, task="t", key=KEYS[0]))
            waiting = asyncio.create_task(till.reserve("a", Reserve(n=2, task="t", key=KEYS[1])))
            await asyncio.sleep(0)
            till.session("a", "a", "", "", "second")
            till.give_back("a", 1)
            assert await waiting == {}
            assert (till.ledger.calls, account.held) == (0, {})

    asyncio.run(told())


def paid(till: Till) -> object:
    """Of account "a", which is alone: what it is told, and what the caps are measured by."""
    account, ledger = till.book.accounts["a"], till.ledger
    assert (account.calls, account.tokens) == (ledger.calls, ledger.tokens)
    assert [account.usd, account.unknown_usd] == pytest.approx([ledger.usd, ledger.unknown_usd])
    return pytest.approx((account.calls, account.usd, account.unknown_usd, account.tokens))


def test_what_is_said_after_a_lease_has_ended_takes_the_place_of_what_was_counted(tmp_path: Path) -> None:
    async def told() -> None:
        journal, till = opened(tmp_path, Caps(), {})
        with closing(journal):
            till.session("a", "a", "", "", "first")
            asked = {"task": "t", "key": KEYS[0], "prompt": 20, "tokens": 80, "token_usd": 0.001}
            said = {"key": KEYS[0], "sent": True, "cost_usd": 0.01, "unknown_usd": 0.002, "took": 30, "unknown_tokens": 4}
            await till.reserve("a", Reserve(n=1, **asked))
            till.settle("a", Settle(n=2, hold=1, **said))
            assert paid(till) == (1, 0.012, 0.002, 34)
            await till.reserve("a", Reserve(n=3, **asked))
            till.retire("a", None)
            assert paid(till) == (2, 0.092, 0.082, 134)
            for _ in range(2):  # said twice, it counts once
                till.settle("a", Settle(n=4, hold=3, **said))
                assert paid(till) == (2, 0.024, 0.004, 68)

    asyncio.run(told())


def test_of_a_dead_worker_only_what_its_own_run_has_banked_is_settled_by_the_bank(tmp_path: Path) -> None:
    async def told() -> None:
        reply = Reply(text="", usage=Usage(prompt=5, completion=2), cost_usd=0.01)
        banked = {KEYS[0]: Sample(model="m", run="a", reply=reply), KEYS[1]: Sample(model="m", run="b", reply=reply)}
        journal, till = opened(tmp_path, Caps(), banked)
        with closing(journal):
            till.session("a", "a", "", "", "first")
            for n, key in enumerate(KEYS[:3]):
                await till.reserve("a", Reserve(n=n, task="t", key=key, tokens=100, token_usd=0.001))
            till.retire("a", frozenset(KEYS[:2]))  # its log says that the third never left
            assert paid(till) == (2, 0.11, 0.1, 107)
            assert list(till.book.accounts["a"].lost) == [KEYS[1]]

    asyncio.run(told())


def test_each_call_that_was_lost_counts_and_each_reply_settles_one(tmp_path: Path) -> None:
    async def told() -> None:
        journal, till = opened(tmp_path, Caps(calls=3), {})
        with closing(journal):
            for n, session in enumerate(("first", "second")):  # the same is asked, and lost, twice
                account = till.session("a", "a", "", "", session)
                await till.reserve("a", Reserve(n=n, task="t", key=KEYS[0], token_usd=0.001, tokens=100))
                till.retire("a", frozenset(KEYS))
            assert [account.calls, account.unknown_usd, account.tokens] == pytest.approx([2, 0.2, 200])
            reply = Reply(text="", usage=Usage(prompt=5), cost_usd=0.01)
            till.bought(KEYS[0], Sample(model="m", run="a", reply=reply))
            assert [account.calls, account.unknown_usd, account.tokens] == pytest.approx([2, 0.1, 105])
            await till.reserve("a", Reserve(n=3, task="t", key=KEYS[1]))
            till.settle("a", Settle(n=4, hold=3, key=KEYS[1], sent=True))
            with pytest.raises(OverBudget, match="the cap of 3 calls is reached"):
                await till.reserve("a", Reserve(n=5, task="t", key=KEYS[2]))

    asyncio.run(told())


def test_a_line_that_was_torn_is_left_out_and_a_file_that_is_damaged_is_refused(tmp_path: Path) -> None:
    journal, till = opened(tmp_path, Caps(), {})
    with closing(journal):
        till.session("a", "a", "", "", "first")
        with pytest.raises(UsageError, match="another hub has the folder"):
            Journal(tmp_path)
    with (tmp_path / book.FILE).open("a") as file:
        file.write('["settled","a",')
    with closing(Journal(tmp_path)) as again:
        assert list(again.book.accounts) == ["a"]
    (tmp_path / book.FILE).write_text('["head",{"nlevolve hub":1}]\n["settled","b",1,1,0,0,0]\n')
    with pytest.raises(UsageError, match="is damaged"):
        Journal(tmp_path)
