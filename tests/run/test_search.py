"""The births of one task: planned in order, ended by the stop rule, taken from the log where they can be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from nlevolve.evolve.bandit import Arm, Arms
from nlevolve.evolve.policy import plan
from nlevolve.llm.request import LLM, Reply, Request
from nlevolve.records import BirthPlanned, CallFinished, CandidateChecked, Event, MoveFailed, TaskAnswered
from nlevolve.run import store
from nlevolve.run.search import Search
from tests.run.contexts import Bench, Script, a_file, a_task, bench, rule
from tests.stories.worlds import config, play, prepare

ONE_BY_ONE = [{"births": 6, "overlap": 1}]
MIX = "offline/generator,offline/generator-weak"
GOOD, BAD = MIX.split(",")


def search(at: Bench, known: Sequence[Event] = (), before: Arms | None = None, second: int = 0) -> Search:
    """A search that has ended, and gone on for a second description if that is wanted."""

    async def run() -> Search:
        one = Search(a_task(), at.context, known, before or {})
        await one.run()
        if second:
            await one.run(second=second)
        return one

    return asyncio.run(run())


def of(rules: Mapping[int, str], **changes: object) -> Bench:
    return bench(rules, policy__phases=changes.pop("phases", ONE_BY_ONE), **changes)


def planned(at: Bench) -> list[int]:
    """The births that were asked, in order."""
    return [e.birth.index for e in at.events if isinstance(e, BirthPlanned)]


def test_without_a_perfect_description_the_whole_schedule_is_carried_out() -> None:
    at = of({})
    found = search(at)
    assert planned(at) == [*range(6)]
    assert sorted(at.checked()) == [*range(6)]
    assert {e.task for e in at.events if isinstance(e, BirthPlanned)} == {"t"}
    assert sorted(found.outcome.members) == [*range(6)]
    assert (found.perfect, found.halted) == (False, None)


def test_it_ends_with_the_birth_at_which_the_stop_rule_holds() -> None:
    at = of({2: rule("a", "===")})
    found = search(at)
    assert planned(at) == [0, 1, 2]
    assert found.perfect
    assert sorted(found.outcome.members) == [0, 1, 2]


def test_births_that_gave_nothing_are_over_as_well() -> None:
    at = of({0: "g", 1: "?", 3: rule("a", "===")})
    found = search(at)
    assert planned(at) == [0, 1, 2, 3]
    assert {k: e.reason for k, e in at.failed().items()} == {0: "garbled", 1: "unreached"}
    assert set(found.outcome.failed) == {0, 1}
    assert found.outcome.unreached == {1}


def test_each_birth_is_planned_from_what_it_may_see_with_randomness_of_its_own() -> None:
    phases = [{"births": 4, "overlap": 2}, {"births": 3, "moves": ["revise", "recombine"], "barrier": True}]
    at = of({0: rule("a", "=xx"), 1: rule("b", "x=x"), 2: rule("c", "xx=")}, phases=phases, policy__blind=0.5, seed=7)
    found = search(at)
    policy = at.context.config.policy
    for birth in found.planned:
        seen = found.population.before(policy.sees(birth.index))
        rng = Random(f"7/t/{birth.index}")
        assert birth == plan(birth.index, seen, policy, model=GOOD, pairs=3, rng=rng)
    assert [b.operator for b in found.planned] == ["write"] * 4 + ["revise", "recombine", "revise"]
    assert {b.blind is None for b in found.planned[:4]} == {True, False}, "the seed above hides a pair now and then"


def test_births_that_ask_the_same_take_one_sample_after_the_other() -> None:
    phases = [{"births": 3, "overlap": 1}, {"births": 3, "moves": ["revise", "write"], "barrier": True}]
    at = of({0: rule("a", "=xx")}, phases=phases, policy__pool=1, policy__views=["plain", "objects"])
    search(at)
    assert [(one.label.birth, one.sample) for one in at.script.of("write")] == [(0, 0), (1, 1), (2, 2), (4, 3)]
    assert [(one.label.birth, one.sample) for one in at.script.of("revise")] == [(3, 0), (5, 1)]


def test_another_question_begins_with_its_own_first_sample() -> None:
    phases = [{"births": 2, "overlap": 1}, {"births": 2, "moves": ["revise"], "barrier": True}]
    at = of({0: rule("a", "=xx"), 1: rule("b", "x=x")}, phases=phases)
    search(at)
    assert [(one.label.birth, one.sample) for one in at.script.of("revise")] == [(2, 0), (3, 0)], "of another parent"
    at = of({}, generator__model=MIX)
    search(at)
    asked = [(one.model, one.sample) for one in at.script.of("write")]
    assert sorted(asked) == sorted((m, n) for m in (GOOD, BAD) for n in range(sum(model == m for model, _ in asked)))
    hidden = of({}, policy__blind=1.0)
    search(hidden)
    births = [e.birth for e in hidden.events if isinstance(e, BirthPlanned)]
    assert len({b.blind for b in births}) > 1
    for birth, request in zip(births, hidden.script.of("write"), strict=True):
        assert request.sample == sum(b.blind == birth.blind for b in births[: birth.index])


@pytest.mark.parametrize(("sign", "said"), [("B", "the budget is spent"), ("I", "stopped"), ("U", "the key was refused")])
def test_a_halt_ends_the_search_and_is_kept(sign: str, said: str) -> None:
    at = of({2: sign})
    found = search(at)
    assert planned(at) == [0, 1, 2]
    assert str(found.halted) == said
    assert sorted(found.outcome.members) == [0, 1]
    assert not found.perfect


def test_the_first_halt_is_the_one_that_is_told(tmp_path: Path) -> None:
    script = Script({0: "B", 1: "I"}, wait=lambda request: 0.02 * (request.label.birth or 0))
    events = asyncio.run(play(tmp_path, a_file(tmp_path), script, settings=config()))
    [end] = [e for e in events if e.kind == "task_answered"]
    assert (end.stopped, end.error) == ("budget", "the budget is spent")


# A second description.


def test_a_second_is_looked_for_so_many_births_and_no_further() -> None:
    at = of({1: rule("a", "===")})
    found = search(at, second=3)
    assert planned(at) == [0, 1, 2, 3, 4]
    assert sorted(found.outcome.members) == [0, 1, 2, 3, 4]


def test_the_look_for_a_second_ends_with_the_schedule() -> None:
    at = of({4: rule("a", "===")})
    assert sorted(search(at, second=3).outcome.members) == [*range(6)]
    assert planned(at) == [*range(6)]


def test_the_look_for_a_second_ends_when_it_is_found() -> None:
    at = of({1: rule("a", "==="), 3: rule("b", "===")})
    found = search(at, second=4)
    assert planned(at) == [0, 1, 2, 3]
    assert sorted(found.outcome.members) == [0, 1, 2, 3]
    same = of({1: rule("a", "==="), 3: "rule A: === tests a alone"})
    assert sorted(search(same, second=4).outcome.members) == [*range(6)], "the same words are no second one"


@pytest.mark.parametrize("slow", [(), (2,), (2, 3), (3,)])
def test_what_was_cancelled_at_the_stop_is_begun_anew_so_that_time_decides_nothing(slow: tuple[int, ...]) -> None:
    at = of({1: rule("a", "===")}, phases=[{"births": 8, "overlap": 4}])
    asked: list[int] = []

    def wait(request: Request) -> float:
        birth = request.label.birth or 0
        asked.append(birth)
        return 60.0 if birth in slow and asked.count(birth) == 1 else 0.01

    def telling(waits: Callable[[], None]) -> LLM:
        async def asks(request: Request) -> Reply:
            waits()
            return await at.script(request)

        return asks

    at.script.wait = wait
    at.context = replace(at.context, telling=telling)
    assert sorted(search(at, second=3).outcome.members) == [0, 1, 2, 3, 4]
    assert set(slow) <= {birth for birth in slow if asked.count(birth) > 1}, "the story needs births that were cancelled"


def test_where_nothing_was_perfect_nothing_is_added() -> None:
    at = of({})
    assert sorted(search(at, second=2).outcome.members) == [*range(6)]


# What is known from an interrupted run.


def recorded(rules: Mapping[int, str], **changes: object) -> list[Event]:
    """The events of a search by these rules."""
    at = of(rules, **changes)
    search(at)
    return at.events


def test_what_is_recorded_is_taken_from_the_log_and_not_asked() -> None:
    rules = {1: rule("a", "=xx"), 2: "g", 4: rule("b", "===")}
    known = recorded(rules)
    at = of(rules)
    found = search(at, known)
    assert (at.events, at.script.asked) == ([], [])
    assert found.perfect
    assert sorted(found.outcome.members) == [0, 1, 3, 4]
    assert set(found.outcome.failed) == {2}
    assert [b.index for b in found.planned] == [0, 1, 2, 3, 4]


def test_where_the_record_ends_the_search_goes_on() -> None:
    known = [e for e in recorded({}) if not isinstance(e, CandidateChecked | MoveFailed) or e.birth.index < 3]
    at = of({})
    search(at, known)
    assert planned(at) == [3, 4, 5]
    assert [one.sample for one in at.script.of("write")] == [3, 4, 5]


@pytest.mark.parametrize("lost", ["?", rule("a", "x?x")], ids=["no description", "no grid"])
def test_what_an_outage_took_is_asked_again_and_all_that_was_planned_on_it(lost: str) -> None:
    known = recorded({2: lost})
    at = of({2: rule("c", "=xx")})
    found = search(at, known)
    assert planned(at) == [2, 3, 4, 5], "births 3 to 5 may see birth 2"
    assert found.outcome.unreached == frozenset()


def test_what_could_not_see_the_lost_one_is_kept() -> None:
    phases = [{"births": 3, "overlap": 3}, {"births": 3, "overlap": 1}]
    known = recorded({0: "?"}, phases=phases)
    at = of({}, phases=phases)
    search(at, known)
    assert planned(at) == [0, 3, 4, 5], "births 1 and 2 saw nothing"


def test_a_record_of_another_plan_is_not_used() -> None:
    known = recorded({})
    other = [
        e.model_copy(update={"birth": e.birth.model_copy(update={"view": "other"})})
        if isinstance(e, CandidateChecked) and e.birth.index == 4
        else e
        for e in known
    ]
    at = of({})
    search(at, other)
    assert planned(at) == [4, 5]


# Mixes.


def test_of_a_mix_the_models_take_their_turns_by_what_they_have_shown() -> None:
    at = of({0: rule("a", "xxx"), 1: rule("b", "==x")}, generator__model=MIX)
    found = search(at)
    assert [b.model for b in found.planned][:3] == [GOOD, BAD, BAD], "each once, then the one that gained"


def test_what_earlier_tasks_have_shown_decides_the_first_choice() -> None:
    before = {GOOD: Arm(4, 0.0, 1.0), BAD: Arm(4, 3.0, 1.0)}
    assert search(of({}, generator__model=MIX), before=before).planned[0].model == BAD


def test_births_in_flight_count_as_tried() -> None:
    at = of({}, generator__model=MIX, phases=[{"births": 4, "overlap": 4}])
    assert [b.model for b in search(at).planned] == [GOOD, BAD, GOOD, BAD]


class Refusing(Script):
    """One model of the mix answers nothing."""

    def _said(self, request: Request) -> str:
        return super()._said(request) if request.model != BAD else self._refuse(request)

    def _refuse(self, request: Request) -> str:
        self.rules = {**self.rules, (request.label.birth or 0): "U"}
        try:
            return super()._said(request)
        finally:
            self.rules = {k: v for k, v in self.rules.items() if v != "U"}


def test_a_birth_of_a_model_that_stopped_is_asked_of_another_one() -> None:
    at = bench(script=Refusing(), policy__phases=ONE_BY_ONE, generator__model=MIX)
    found = search(at)
    assert found.halted is None
    assert sorted(found.outcome.members) == [*range(6)]
    assert {b.model for b in found.planned} == {c.birth.model for c in found.outcome.members.values()} == {GOOD}
    assert [one.model for one in at.script.of("write")].count(BAD) == 1
    assert at.context.unusable == {BAD}


def test_without_another_model_it_halts() -> None:
    at = bench(script=Refusing(), policy__phases=ONE_BY_ONE, generator__model=BAD)
    found = search(at)
    assert str(found.halted) == "the key was refused"
    assert planned(at) == [0]


def test_a_checker_that_stopped_halts_whatever_the_mix() -> None:
    at = of({1: rule("a", "=U=")}, generator__model=MIX)
    found = search(at)
    assert str(found.halted) == "the key was refused"
    assert planned(at) == [0, 1]


# Beside each other.


def test_births_that_find_all_in_the_bank_are_over_before_a_later_one_sends_anything(tmp_path: Path) -> None:
    task = a_file(tmp_path)
    settings = config(policy__phases=[{"births": 4, "overlap": 4}])
    asyncio.run(play(tmp_path, task, Script(), name="short", settings=config(policy__phases=[{"births": 2, "overlap": 4}])))
    events = asyncio.run(play(tmp_path, task, Script({2: rule("a", "===")}), name="long", settings=settings))
    kinds = [(e.kind, e.birth.index) for e in events if isinstance(e, BirthPlanned | CandidateChecked)]
    assert kinds[:4] == [("birth_planned", 0), ("candidate_checked", 0), ("birth_planned", 1), ("candidate_checked", 1)]
    assert ("birth_planned", 3) in kinds, "those that send are under way side by side"


def test_births_beyond_the_stop_are_given_up(tmp_path: Path) -> None:
    script = Script({1: rule("b", "===")}, wait=lambda request: 60.0 if (request.label.birth or 0) > 1 else 0.0)
    settings = config(policy__phases=[{"births": 8, "overlap": 4}])

    async def run() -> list[Event]:
        session = prepare(tmp_path, a_file(tmp_path), script, settings=settings)
        seen: list[Event] = []
        answered = asyncio.Event()

        def see(event: Event) -> None:
            seen.append(event)
            if isinstance(event, TaskAnswered):
                answered.set()

        running = asyncio.create_task(session.run([see]))
        await answered.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return seen

    events = asyncio.run(run())
    under_way = {one.label.birth for one in script.of("write")}
    assert {2, 3} <= under_way, "the story needs births beyond the stop"
    assert max(birth or 0 for birth in under_way) < 6, "and none is started after it"
    assert {e.birth.index for e in events if isinstance(e, CandidateChecked)} == {0, 1}
    assert not [e for e in events if isinstance(e, CallFinished) and e.source == "provider" and (e.birth or 0) > 1]


def test_a_birth_waits_for_all_that_it_may_see(tmp_path: Path) -> None:
    phases = [{"births": 3, "overlap": 3}, {"births": 2, "moves": ["revise"], "barrier": True}]
    over = asyncio.Event()

    class Straggling(Script):
        async def __call__(self, request: Request) -> Reply:
            if request.label.birth == 1:
                await over.wait()
            return await super().__call__(request)

    def see(event: Event) -> None:
        if isinstance(event, CandidateChecked) and event.birth.index == 2:
            over.set()

    script = Straggling({0: rule("a", "xxx"), 1: rule("b", "=xx")})
    session = prepare(tmp_path, a_file(tmp_path), script, settings=config(policy__phases=phases))
    asyncio.run(session.run([see]))
    events = store.read_events(session.folder)
    order = [(e.kind, e.birth.index) for e in events if isinstance(e, BirthPlanned | CandidateChecked)]
    assert order.index(("candidate_checked", 1)) < order.index(("birth_planned", 3))
