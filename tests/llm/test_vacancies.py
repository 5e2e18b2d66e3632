"""When more is begun: while places stand free, and as far as the caps carry it."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from nlevolve.llm.kept import SHARE
from nlevolve.llm.ledger import FIRST, Caps, Ledger, Need, Spent
from nlevolve.llm.traffic import Traffic
from nlevolve.llm.turns import Turns, rank
from nlevolve.llm.vacancies import Vacancies
from tests.llm.asking import ignore, request


def test_a_task_begins_while_no_more_wait_than_are_in_flight_and_what_may_be_needed_is_asked_while_nobody_waits() -> None:
    async def begun(under_way: int, waiting: int) -> tuple[bool, bool]:
        traffic = Traffic(ignore)
        traffic.of("m").waiting = waiting
        vacancies = Vacancies(4, traffic)
        for _ in range(under_way):
            vacancies.take()
        ends = [asyncio.ensure_future(one) for one in (vacancies.until_free(), vacancies.until_short())]
        await asyncio.sleep(0)
        found = ends[0].done(), ends[1].done()
        for _ in range(under_way):
            vacancies.give_back()
        traffic.of("m").waiting = 0
        async with asyncio.timeout(60):
            await asyncio.gather(*ends)  # whoever waits hears of it
        traffic.close()
        return found

    def told(under_way: int, waiting: int) -> tuple[bool, bool]:
        return asyncio.run(begun(under_way, waiting))

    assert told(0, 0) == told(3, 0) == (True, True)
    assert told(3, 1) == (False, True), "of a model that takes two at once"
    assert told(6, 2) == (False, True)
    assert told(7, 4) == (False, False)
    assert told(8, 4) == (False, False), "a server is away: they wait for it, not for each other"


def test_who_is_furthest_behind_goes_first_then_who_came_first_and_who_leaves_is_passed_over() -> None:
    went: list[str] = []

    async def wait(turns: Turns, name: str, rank: int) -> None:
        async with turns.turn(rank):
            went.append(name)
            await asyncio.sleep(0)

    async def run() -> None:
        turns = Turns()
        waits = [asyncio.ensure_future(wait(turns, n, r)) for n, r in (("holds", 9), ("b", 3), ("gone", 0), ("a", 1), ("c", 3))]
        await asyncio.sleep(0)
        waits[2].cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        await wait(turns, "later", 0)

    asyncio.run(run())
    assert went == ["holds", "a", "b", "c", "later"]


def test_a_turn_that_came_to_one_who_was_just_called_away_is_passed_on() -> None:
    async def run() -> bool:
        turns = Turns()
        async with turns.turn():
            first, second = (asyncio.ensure_future(_pass(turns)) for _ in range(2))
            await asyncio.sleep(0)
        first.cancel()
        async with asyncio.timeout(60):
            return await second

    async def _pass(turns: Turns) -> bool:
        async with turns.turn():
            return True

    assert asyncio.run(run())


def test_an_answer_goes_before_all_births() -> None:
    label = request().label
    follow = label.model_copy(update={"role": "answerer", "purpose": "follow", "birth": 7})
    ranks = [rank(one) for one in (follow, label, label.model_copy(update={"birth": 1}), label.model_copy(update={"birth": 9}))]
    assert ranks == sorted(ranks)


def test_under_a_cap_as_many_tasks_begin_as_can_be_answered_and_beyond_the_first_as_what_they_take_shows() -> None:
    def carried(cap: int, taken: int, ended: int, under_way: int, *, calls_each: int = 1) -> bool:
        ledger = Ledger(Caps(calls=cap), Spent())
        ledger.calls = taken
        ledger.kept.ended = ended
        with ExitStack() as kept:
            for task in range(under_way):
                kept.enter_context(ledger.kept.keeping(str(task), lambda: [Need()] * calls_each))
            return ledger.carries_another()

    assert carried(cap=40, taken=0, ended=0, under_way=0)
    assert carried(cap=40, taken=0, ended=0, under_way=FIRST - 1)
    assert not carried(cap=4000, taken=0, ended=0, under_way=FIRST), "nobody knows yet what a task takes"
    assert carried(cap=1000, taken=100, ended=2, under_way=FIRST)
    assert not carried(cap=500, taken=100, ended=2, under_way=FIRST), "nine of fifty calls are more than the 400 left"
    each = int(SHARE * 40) // 3
    assert carried(cap=40, taken=0, ended=0, under_way=2, calls_each=each)
    assert not carried(cap=40, taken=0, ended=0, under_way=3, calls_each=each), "the fourth could not be answered"
    assert Ledger(Caps(task_usd=0.1), Spent()).carries_another()
