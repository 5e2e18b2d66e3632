"""A run is told something while it goes on: it pauses, goes on, takes another budget, and says so."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from nlevolve.errors import UsageError
from nlevolve.llm.request import Reply, Request
from nlevolve.options import Limits
from nlevolve.records import BudgetChanged, CallSent, Event, Noticed, Paused, RunFinished, RunStarted
from nlevolve.run import store
from nlevolve.run.session import Session, reopen
from nlevolve.run.steering import CONTROL, Told, ask, check_priced, tell
from nlevolve.view.history import read
from tests.stories.worlds import REAL, config, groping, prepare, scripted, task_file

PRICED = config(policy__confirm="never").changed(
    REAL | {f"{role}.{price}": 1.0 for role in ("generator", "checker") for price in ("price_in", "price_out")}
)


class Met:
    """A run and what it has said so far; `until` waits for an event of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def see(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, kind: type[Event]) -> None:
        while not any(isinstance(event, kind) for event in self.events):
            self._news.clear()
            await self._news.wait()

    def between(self, first: type[Event], last: type[Event]) -> list[Event]:
        kinds = [type(event) for event in self.events]
        begin = kinds.index(first)
        return self.events[begin + 1 : kinds.index(last, begin + 1)]


def a_run(folder: Path, budget: float | None = 100.0) -> Session:
    return prepare(folder, task_file(folder), scripted(groping), settings=PRICED, budget=budget)


def test_a_paused_run_sends_nothing_until_it_goes_on_and_comes_to_the_same(tmp_path: Path) -> None:
    session, met, gate = a_run(tmp_path), Met(), asyncio.Event()

    async def held(request: Request) -> Reply:
        await gate.wait()
        return await scripted(groping)(request)

    session = replace(session, live=held)

    async def story() -> RunFinished:
        running = asyncio.create_task(session.run([met.see]))
        await met.until(CallSent)
        await asyncio.to_thread(tell, session.folder, Told(paused=True), "")
        gate.set()  # what is in flight ends, and the search would go on
        await asyncio.to_thread(tell, session.folder, Told(paused=False), "")
        return await running

    finished = asyncio.run(story())
    assert not [e for e in met.between(Paused, Paused) if isinstance(e, CallSent)]
    assert met.between(Paused, Paused), "what was in flight came in meanwhile"
    assert [e.on for e in met.events if isinstance(e, Paused)] == [True, False]
    assert finished.reason == "done"
    assert not (session.folder / CONTROL).exists()
    apart = tmp_path / "apart"
    apart.mkdir()
    other = a_run(apart)
    asyncio.run(other.run([]))
    best = [read(store.read_events(one.folder)).task("mirror").best for one in (session, other)]
    assert best[0]
    assert best[1]
    assert best[0].description == best[1].description


def test_a_run_whose_budget_is_taken_away_ends_by_it_and_is_resumed_with_what_is_left(tmp_path: Path) -> None:
    session, met = a_run(tmp_path, budget=None), Met()

    async def story() -> RunFinished:
        running = asyncio.create_task(session.run([met.see]))
        await met.until(CallSent)
        ask(session.folder, Told(budget=0.0))
        return await running

    # it is paused first, so that it cannot be done before it has heard
    async def slow(request: Request) -> Reply:
        await met.until(BudgetChanged)
        return await scripted(groping)(request)

    session = replace(session, live=slow)
    assert asyncio.run(story()).exit_code == 3
    assert not [e for e in met.between(BudgetChanged, RunFinished) if isinstance(e, CallSent)]
    written = json.loads((session.folder / "config.json").read_text())
    assert written["limits"]["budget"] == 0.0
    started = read(met.events).started
    assert started is not None
    assert started.budget_usd == 0.0

    limits = Limits.read(written["limits"] | {"budget": 50.0})
    again = reopen(
        session.folder,
        session.selection,
        session.config,
        limits,
        prompts=session.prompts.folder,
        cache_dir=session.cache_dir,
        live=scripted(groping),
    )
    assert asyncio.run(again.run([])).reason == "done"


def test_a_file_that_lay_there_before_is_not_obeyed_and_one_that_says_nothing_is_told_of(tmp_path: Path) -> None:
    session, met = a_run(tmp_path), Met()
    ask(session.folder, Told(paused=True))  # a run that was sent to us would never begin

    async def held(request: Request) -> Reply:
        await met.until(Noticed)
        return await scripted(groping)(request)

    session = replace(session, live=held)

    async def story() -> None:
        running = asyncio.create_task(session.run([met.see]))
        await met.until(CallSent)
        (session.folder / CONTROL).write_text('{"budget": -1, "run": "rm -rf"}')
        await running

    asyncio.run(story())
    assert [e.text for e in met.events if isinstance(e, Noticed)] == [
        f"{session.folder / CONTROL} says nothing that a run is told, and was not obeyed"
    ]
    assert not any(isinstance(e, Paused | BudgetChanged) for e in met.events)
    assert isinstance(met.events[0], RunStarted)


def test_nobody_hears_where_no_run_goes_on_and_a_budget_needs_prices(tmp_path: Path) -> None:
    session = a_run(tmp_path)
    session.lock.close()
    with pytest.raises(UsageError, match="run story is not running: resume it"):
        tell(session.folder, Told(budget=1.0), "resume it")
    assert not (session.folder / CONTROL).exists()
    model = REAL["generator.model"]
    told = json.loads((session.folder / "config.json").read_text()) | {"prices": {model: None, "never/asked": None}, "limits": {}}
    with pytest.raises(UsageError, match=f"the price of {model} is not known"):
        check_priced(told)
    check_priced(told | {"limits": {"allow_unknown_prices": True}})
