"""Several runs and one hub: real HTTP on loopback, a real bank and a real ledger, and a model that counts what reaches it."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from nlevolve.cluster.shared import shared
from nlevolve.errors import HubFailed, UsageError
from nlevolve.hub import words
from nlevolve.hub.address import reachable, status
from nlevolve.hub.joined import OUTBOX, Joined
from nlevolve.hub.rates import Rates
from nlevolve.hub.service import Hub
from nlevolve.hub.status import status_of
from nlevolve.llm.bank import DiskBank, Sample
from nlevolve.llm.catalogue import ModelCard, Price
from nlevolve.llm.ledger import Caps
from nlevolve.llm.request import Label, Message, NoReply, OverBudget, Reply, Request
from nlevolve.llm.settings import RoleSettings
from nlevolve.llm.stack import OpenStack, Stack
from nlevolve.options import Limits
from nlevolve.records import CallFinished, Event, ServerAway, ServerBack, Usage
from nlevolve.run.session import Session

PRICE = Price(prompt=0.0, completion=1_000.0, source="user")
CARDS = {"m": ModelCard(model="m", provider="openai", price=PRICE, longest_reply=1_000)}
"""A tenth of a cent a token, a thousand tokens at most: a call is at most a dollar."""


REPLY = Reply(text="a", usage=Usage(completion=100), cost_usd=0.1)


def request(text: str = "hello", **settings: Any) -> Request:
    return Request(
        settings=RoleSettings(model="m", **settings),
        messages=(Message(role="user", text=text),),
        label=Label(task="t", role="generator", purpose="write"),
    )


class Model:
    """Answers each question in its words, for ten cents, and counts. Where `gate` is set it waits for that."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate: asyncio.Event | None = None

    async def __call__(self, asked: Request) -> Reply:
        self.asked.append(asked.messages[0].text)
        if self.gate is not None:
            await self.gate.wait()
        return Reply(text=f"to {asked.messages[0].text}", usage=Usage(prompt=3, completion=100), cost_usd=0.1)


@asynccontextmanager
async def joined(
    hub: Hub | None, folder: Path, live: Model, run: str = "one", **options: Any
) -> AsyncIterator[tuple[Stack, list[Event]]]:
    """A run's stack that shares by the hub, and its events."""
    events: list[Event] = []
    means = Joined(options.pop("url", hub and hub.url), options.pop("token", hub and hub.token))
    given = {"emit": events.append, "cards": CARDS, "cache_dir": folder / run, "live": live, "patience": 60.0, **options}
    async with OpenStack(means=means, run=run, run_id=run, **given) as stack:
        yield stack, events


def story(told: Callable[[], Awaitable[None]]) -> None:
    async def within() -> None:
        async with asyncio.timeout(60.0):
            await told()

    asyncio.run(within())


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


def calls(events: list[Event]) -> list[CallFinished]:
    return [event for event in events if isinstance(event, CallFinished)]


@pytest.mark.parametrize("caps", [Caps(calls=7), Caps(usd=1.55), Caps(tokens=800)], ids=["calls", "dollars", "tokens"])
def test_the_hubs_caps_hold_over_two_runs_to_the_call(tmp_path: Path, caps: Caps) -> None:
    async def told() -> None:
        model = Model()
        async with Hub.started(tmp_path / "hub", caps=caps) as hub, AsyncExitStack() as runs:
            stacks = [(await runs.enter_async_context(joined(hub, tmp_path, model, name)))[0] for name in ("one", "two")]
            asked = [stack(request(f"{n}")) for n, stack in enumerate(stacks * 20)]
            replies = await asyncio.gather(*asked, return_exceptions=True)
            passed = [reply for reply in replies if isinstance(reply, Reply)]
            refused = {str(reply) for reply in replies if isinstance(reply, OverBudget)}
            assert len(passed) == len(model.asked) == 40 - len([one for one in replies if isinstance(one, OverBudget)])
            assert len(passed) == 7 if caps.calls else 1 <= len(passed) <= 15
            assert all(why.startswith("at the hub: ") for why in refused)
            spent = status_of(hub.desk)["spent"]
        assert spent["calls"] == len(passed)
        assert spent["usd"] == pytest.approx(0.1 * len(passed))
        assert spent["tokens"] == 103 * len(passed)
        assert caps.usd is None or spent["usd"] <= caps.usd
        assert caps.tokens is None or spent["tokens"] <= caps.tokens

    story(told)


def test_caps_of_the_hub_that_a_cluster_s_run_has_for_itself_are_told_as_its_own(tmp_path: Path) -> None:
    async def told() -> None:
        limits, model = Limits(max_calls=0), Model()
        session = cast(Session, SimpleNamespace(limits=limits, cache_dir=tmp_path / "bank", known=()))
        async with (
            shared(session, "127.0.0.1", lambda event: None) as its,
            joined(None, tmp_path, model, url=its.url, token=its.token) as (stack, _),
        ):
            with pytest.raises(OverBudget, match=r"^the cap of 0 calls is reached"):
                await stack(request())

    story(told)


def test_two_runs_that_ask_the_same_share_one_purchase(tmp_path: Path) -> None:
    async def told() -> None:
        model = Model()
        model.gate = asyncio.Event()
        async with (
            Hub.started(tmp_path / "hub") as hub,
            joined(hub, tmp_path, model, "one") as (one, first),
            joined(hub, tmp_path, model, "two") as (two, second),
        ):
            asked = [asyncio.create_task(stack(request())) for stack in (one, two)]
            await until(lambda: len(hub.desk.purchases) == 1 and any(w.running for w in hub.desk.workers.values()))
            model.gate.set()
            replies = await asyncio.gather(*asked)
            assert (await one(request())).cached
        assert model.asked == ["hello"]
        assert {reply.text for reply in replies} == {"to hello"}
        assert sorted(call.source for call in calls(first + second)) == ["cache", "cache", "provider"]
        # a reply that a killed run had bought, and that no hub has yet, is handed in before anything is asked
        left = DiskBank(tmp_path / "four" / OUTBOX, pytest.fail)
        await left.put(request("left").key, Sample(model="m", run="four", reply=REPLY))
        await left.close()
        async with Hub.started(tmp_path / "hub") as hub, joined(hub, tmp_path, model, "four") as (four, events):
            assert (await four(request("left"))).text == REPLY.text
            assert [call.source for call in calls(events)] == ["provider"]
        assert model.asked == ["hello"]
        async with Hub.started(tmp_path / "hub") as hub, joined(hub, tmp_path, model, "three", replay=True) as (replay, _):
            assert (await replay(request())).cached
            with pytest.raises(NoReply, match="task t"):
                await replay(request("something else"))

    story(told)


def test_what_an_embedded_model_said_while_it_was_looked_for_is_not_asked_for_again(tmp_path: Path) -> None:
    asked = request().model_copy(update={"settings": RoleSettings(model="offline/checker")})
    said = Sample(model="offline/checker", run="one", reply=REPLY)

    async def told() -> None:
        async with Hub.started(tmp_path / "hub") as hub:
            means = Joined(hub.url, hub.token)
            async with OpenStack(
                means=means, run="one", run_id="one", emit=[].append, cards=CARDS, cache_dir=tmp_path / "one", live=Model()
            ):
                bank = means.bank(tmp_path / "other", pytest.fail)
                assert await bank.claim(asked) is None
                await bank.look("0" * 64)
                looked, _ = await asyncio.gather(bank.look(asked.key), bank.put(asked.key, said))
                assert looked is None, "the hub had none yet"
                assert await bank.claim(asked) == said
                await bank.close()

    story(told)


class Raw:
    """A worker that says its words itself, and can be cut off without a goodbye."""

    def __init__(self, hub: Hub, run: str = "raw", session: str = "first", departed: frozenset[str] | None = None) -> None:
        self._hub = hub
        self._hello = words.Hello(run=run, session=session, departed=departed)
        self._n = 0
        self._early: dict[int, Any] = {}
        self.news: list[dict[str, Any]] = []

    async def __aenter__(self) -> Raw:
        self._http = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._hub.token}"})
        self.line = await self._http.ws_connect(f"{self._hub.url}/v1/work")
        await self.line.send_str(self._hello.model_dump_json())
        self.welcome = words.Welcome.model_validate_json(await self.line.receive_str())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def ask(self, op: str, **told: Any) -> Any:
        """The answer to a word."""
        n = await self.say(op, **told)
        while n not in self._early:
            frame = json.loads(await self.line.receive_str())
            self._early |= dict(frame["done"])
            self.news += frame["news"]
        return self._early.pop(n)

    async def say(self, op: str, **told: Any) -> int:
        self._n += 1
        await self.line.send_str(json.dumps([{"op": op, "n": self._n, **told}]))
        return self._n


KEYS = [f"{n:064x}" for n in range(9)]
CALL = {"task": "t", "token_usd": 0.001, "tokens": 1_000}
BOUGHT = json.loads(Sample(model="m", run="raw", reply=REPLY).model_dump_json())


def test_what_a_dead_worker_holds_comes_back_and_what_may_be_billed_stays_counted(tmp_path: Path) -> None:
    async def told() -> None:
        caps, rates = Caps(calls=4), Rates(concurrency=2)
        async with Hub.started(tmp_path / "hub", caps=caps, rates=rates, lease=0.05) as hub:
            async with Raw(hub) as dead:
                for key in KEYS[:2]:
                    assert await dead.ask("enter", model="m") is None
                    assert await dead.ask("reserve", key=key, **CALL) == {"usd": 1.0, "tokens": 1_000}
                    assert await dead.ask("claim", key=key) is None
                await dead.ask("put", key=KEYS[1], sample=BOUGHT)
            async with Raw(hub, "other") as other:
                # of the places both were taken, and of the first purchase nobody says that it is over
                assert await other.ask("enter", model="m") is None
                assert await other.ask("claim", key=KEYS[0]) is None
                assert (await other.ask("claim", key=KEYS[1]))["reply"]["text"] == "a"
                spent = status_of(hub.desk)["spent"]
                assert (spent["calls"], spent["usd"], spent["unknown_usd"]) == (2, pytest.approx(1.1), pytest.approx(1.0))
                for key in KEYS[2:4]:
                    await other.ask("reserve", key=key, **CALL)
                waiting = asyncio.create_task(other.ask("reserve", key=KEYS[4], **CALL))
                # the run goes on elsewhere, and its log says that the first call never left
                async with Raw(hub, session="second", departed=frozenset({KEYS[1]})):
                    assert await waiting == {"usd": 1.0, "tokens": 1_000}
                assert status_of(hub.desk)["spent"]["calls"] == 1

    story(told)


@pytest.mark.filterwarnings("error")
def test_what_is_taken_back_before_it_began_is_answered_and_holds_no_place(tmp_path: Path) -> None:
    async def told() -> None:
        async with Hub.started(tmp_path / "hub", rates=Rates(concurrency=1)) as hub, Raw(hub) as worker:
            frame: list[dict[str, Any]] = [{"op": "enter", "n": 10, "model": "m"}, {"op": "cancel", "n": 11, "of": 10}]
            await worker.line.send_str(json.dumps(frame))
            assert sorted(json.loads(await worker.line.receive_str())["done"]) == [[10, None], [11, None]]
            gc.collect()  # whatever was never awaited is told of now
            assert await worker.ask("enter", model="m") is None, "the only place is free"
            waits = await worker.say("enter", model="m")
            await worker.ask("cancel", of=waits)
            assert worker._early.pop(waits) is None
            assert hub.desk.rooms.held("raw") == 1

    story(told)


def test_a_run_whose_calls_were_called_off_says_goodbye(tmp_path: Path) -> None:
    async def told() -> None:
        model = Model()
        model.gate = asyncio.Event()
        async with Hub.started(tmp_path / "hub", caps=Caps(calls=1)) as hub:
            async with joined(hub, tmp_path, model) as (stack, _):
                asked = [asyncio.create_task(stack(request(f"{n}"))) for n in range(3)]
                await until(lambda: len(model.asked) == 1 and len(hub.desk.workers["one"].running) > 0)
                for one in asked[1:]:
                    one.cancel()
                await asyncio.gather(*asked[1:], return_exceptions=True)
                model.gate.set()
                assert isinstance(await asked[0], Reply)
            (row,) = status_of(hub.desk)["workers"]
            assert (row["state"], row["held"], row["places"], row["buying"], row["lost"]) == ("gone", 0, 0, 0, 0)

    story(told)


def test_what_is_handed_in_twice_stays_the_first_and_counts_once(tmp_path: Path) -> None:
    async def told() -> None:
        async with Hub.started(tmp_path / "hub") as hub, Raw(hub) as worker:
            await worker.ask("reserve", key=KEYS[0], **CALL)
            await worker.ask("claim", key=KEYS[0])
            assert await worker.ask("put", key=KEYS[0], sample=BOUGHT) is None
            other = BOUGHT | {"reply": BOUGHT["reply"] | {"text": "b", "cost_usd": 0.9}}
            for late in (False, True):
                assert (await worker.ask("put", key=KEYS[0], sample=other, late=late))["reply"]["text"] == "a"
            for _ in range(2):
                await worker.ask("settle", hold=1, key=KEYS[0], sent=True, cost_usd=0.1, took=100)
            told = status_of(hub.desk)
            assert (told["spent"]["calls"], told["spent"]["usd"], told["held"]["calls"]) == (1, pytest.approx(0.1), 0)

    story(told)


def test_a_hub_that_is_killed_comes_back_to_the_exact_account_and_its_workers_wait(tmp_path: Path) -> None:
    def start(port: int) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, str(Path(__file__).parent / "serving.py"), str(tmp_path / "hub"), str(port), "9"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return process, int(process.stdout.readline())

    async def told(first: subprocess.Popen[str], port: int) -> None:
        model, url = Model(), f"http://127.0.0.1:{port}"
        model.gate = asyncio.Event()
        second = None
        try:
            async with joined(None, tmp_path, model, url=url, token="word") as (stack, events):
                before = asyncio.gather(*(stack(request(f"{n}")) for n in range(4)))
                await until(lambda: len(model.asked) == 4)
                first.kill()
                model.gate.set()  # four replies come while nobody can be told
                outbox = DiskBank(tmp_path / "one" / OUTBOX, pytest.fail)
                await until(lambda: len(list(outbox.samples())) == 4)
                after = asyncio.gather(*(stack(request(f"{n}")) for n in range(3, 20)), return_exceptions=True)
                await until(lambda: any(isinstance(event, ServerAway) for event in events))
                assert len(model.asked) == 4  # nothing is spent meanwhile
                second, _ = await asyncio.to_thread(start, port)
                replies = [*await before, *await after]
            assert [event.model for event in events if isinstance(event, ServerBack)] == ["the hub"]
            assert len(model.asked) == len(set(model.asked)) == 9
            assert sum(isinstance(reply, OverBudget) for reply in replies) == 11
            assert not list(outbox.samples())
            spent = (await asyncio.to_thread(status, url, "word") or {})["spent"]
            assert (spent["calls"], spent["tokens"], spent["usd"]) == (9, 927, pytest.approx(0.9))
        finally:
            if second is not None:
                second.kill()

    process, port = start(0)
    try:
        story(lambda: told(process, port))
    finally:
        process.kill()


def test_strangers_are_refused_and_a_worker_that_talks_nonsense_is_cut_off(tmp_path: Path) -> None:
    async def told() -> None:
        async with Hub.started(tmp_path / "hub") as hub, aiohttp.ClientSession() as web, AsyncExitStack() as slow:
            with pytest.raises(HubFailed, match="refuses the token"):
                await asyncio.to_thread(status, hub.url, "another word")
            with pytest.raises(HubFailed, match="refuses the token"):
                async with joined(hub, tmp_path, Model(), token="another word"):
                    pass
            for _ in range(60):  # begin a request, and never end it
                _, writer = await asyncio.open_connection("127.0.0.1", int(hub.url.rpartition(":")[2]))
                writer.write(b"GET /v1/work HTTP/1.1\r\nAuthorization: ")
                slow.callback(writer.close)
            right = {"Authorization": f"Bearer {hub.token}"}
            async with web.post(f"{hub.url}/v1/status", data=b"x" * 10_000_000, headers=right) as answer:
                assert answer.status == 413
            async with web.get(f"{hub.url}/v1/status", headers=right | {"Origin": "http://127.0.0.1"}) as answer:
                assert answer.status == 403
            huge = json.dumps([{"op": "release", "n": 1, "key": "x" * words.LARGEST_FRAME}])
            deep, wrong = "[" * 100_000, json.dumps([{"op": "settle", "n": 1, "hold": 1, "key": "", "sent": True, "took": -5}])
            async with Raw(hub, session="huge") as raw:
                with suppress(ConnectionError):  # it is not heard to its end
                    await raw.line.send_str(huge)
                assert (await raw.line.receive()).type is not aiohttp.WSMsgType.TEXT
            for frame, code in ((deep, 1007), ("{", 1007), (wrong, 1007), ('[{"op":"spend"}]', 1007)):
                async with Raw(hub, session=str(len(frame))) as raw:
                    await raw.line.send_str(frame)
                    with pytest.raises(TypeError):
                        await raw.line.receive_str()
                    assert raw.line.close_code == code
            async with joined(hub, tmp_path, Model()) as (stack, _):
                assert (await stack(request())).text == "to hello"

    story(told)


@pytest.mark.parametrize("token", ["", "a", "fifteen letters", "abababababababababababababab"])
def test_a_hub_beyond_this_machine_needs_a_token_that_nobody_guesses(tmp_path: Path, token: str) -> None:
    async def told() -> None:
        with pytest.raises(UsageError, match=r"needs a token .* export NLEVOLVE_HUB_TOKEN=\$\(python3 -c"):
            async with Hub.started(tmp_path, host="0.0.0.0", token=token):
                pass

    story(told)


def test_a_hub_that_listens_everywhere_is_told_by_an_address_that_can_be_reached(tmp_path: Path) -> None:
    async def told() -> None:
        async with Hub.started(tmp_path, host="0.0.0.0") as hub:
            assert "0.0.0.0" not in hub.url
            assert await asyncio.to_thread(status, hub.url, hub.token)

    story(told)
    assert reachable("::1", 8700) == "http://[::1]:8700"
    assert reachable("hub.lab", 8700) == "http://hub.lab:8700"


def test_what_one_worker_learns_of_a_limit_holds_for_all_and_is_in_their_logs(tmp_path: Path) -> None:
    async def told() -> None:
        rates = Rates(requests={"m": 6_000.0}, at_once={"m": 9})
        async with Hub.started(tmp_path / "hub", rates=rates) as hub, Raw(hub) as one, Raw(hub, "other") as other:
            for worker, limits in ((other, {"requests_per_minute": 3_000.0}), (one, {})):
                assert await worker.ask("enter", model="m", **limits) is True
            (row,) = hub.desk.rooms.rows
            assert (row["in_flight"], row["limit"], row["per_minute"]) == (2, 9, 3_000.0)
            places = [await one.say("enter", model="m") for _ in range(6)]
            await until(lambda: hub.desk.rooms.held("raw") == 7)
            for place in places:  # all of them are refused
                await one.ask("leave", place=place, refused=True)
            while not other.news:
                await other.ask("look", key=KEYS[0])
            assert other.news[0]["kind"] == "limit_changed"
            assert hub.desk.rooms.rows[0]["limit"] < 9
        async with Hub.started(tmp_path / "hub", rates=rates) as hub:  # and outlasts the hub
            (row,) = hub.desk.rooms.rows
            assert (row["model"], row["in_flight"], row["limit"] < 9) == ("m", 0, True)

    story(told)
