"""Many tasks: a mix learns from earlier tasks by their place alone, and goes on without a model that stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nlevolve.evolve.policy import stop_index
from nlevolve.evolve.population import population
from nlevolve.llm.request import LLM, Reply, Request, Unusable
from nlevolve.puzzle.datasets import load
from nlevolve.records import (
    CallFinished,
    CandidateChecked,
    Event,
    MixLearned,
    ModelStopped,
    RunFinished,
    TaskAnswered,
    TaskStarted,
)
from nlevolve.run.batch import shown
from nlevolve.run.session import Session
from nlevolve.run.store import StoreFailed, read_events
from tests.scripted import bullets, chance
from tests.stories.worlds import IDEAS, config, groping, jittery, prepare, scripted, task_file

GOOD, BAD = "offline/generator", "offline/generator-weak"
PHASES = [{"births": 4, "overlap": 4}]


def mixed(
    folder: Path, llm: LLM, name: str, tasks: int = 5, at_once: int = 5, models: str = f"{GOOD},{BAD}", **changes: object
) -> list[Event]:
    """A run of several tasks by a mix of two generators, of which one never finds the rule."""
    for number in range(tasks):
        task_file(folder, name=f"task{number}")
    session = session_of(folder, llm, name, tasks, at_once, models, **changes)
    asyncio.run(session.run([]))
    return list(read_events(session.folder))


def session_of(folder: Path, llm: LLM, name: str, tasks: int, at_once: int, models: str, **changes: object) -> Session:
    settings = config(generator__model=models, policy__phases=PHASES, **changes)
    session = prepare(folder, folder / "task0.json", llm, name=name, cache=name, settings=settings, tasks_at_once=at_once)
    selection = load([str(folder / f"task{number}.json") for number in range(tasks)])
    return Session(**{**session.__dict__, "selection": selection})


def uneven(request: Request) -> str:
    """GOOD finds the rule half of the time, BAD never does."""
    if request.label.role in ("checker", "answerer"):
        return groping(request)
    rng = chance(request)
    found = request.model == GOOD and rng.random() < 0.5
    return bullets("Mirror every row from left to right." if found else rng.choice(IDEAS), "Then stop.", f"Rest {rng.random()}.")


def births(events: list[Event]) -> dict[str, list[str]]:
    """Task -> the models of its births in order, up to the one that ended the search."""
    ends = {e.task: e.best for e in events if isinstance(e, TaskAnswered)}
    found: dict[str, dict[int, str]] = {task: {} for task in ends}
    for event in events:
        if isinstance(event, CandidateChecked) and event.birth.index <= (ends[event.task] or 0):
            found[event.task][event.birth.index] = event.birth.model
    return {task: [models[k] for k in sorted(models)] for task, models in found.items()}


def slow(models: dict[str, float]) -> Callable[[Request], float]:
    return lambda request: models.get(request.label.task, 0.0)


@pytest.mark.parametrize("behind", [1, 3])
def test_what_a_task_learns_depends_on_its_place_and_not_on_which_ended_first(behind: int, tmp_path: Path) -> None:
    changes = {"policy__mix__behind": behind}
    hare = mixed(tmp_path, scripted(uneven, slow({"task0": 0.02})), "hare", **changes)
    tortoise = mixed(tmp_path, scripted(uneven, slow({"task4": 0.02, "task3": 0.01})), "tortoise", at_once=2, **changes)
    assert births(hare) == births(tortoise)


def test_of_one_place_a_task_has_it_until_it_is_done_with_it_and_of_many_places_all_begin(tmp_path: Path) -> None:
    def order(name: str, places: int) -> tuple[list[str], object]:
        settings = config(generator__model=GOOD, policy__phases=PHASES)
        file = tmp_path / "task0.json"
        session = prepare(
            tmp_path, file, scripted(uneven, lambda _: 0.002), name=name, cache=name, settings=settings, concurrency=places
        )
        selection = load([str(tmp_path / f"task{number}.json") for number in range(5)])
        asyncio.run(Session(**{**session.__dict__, "selection": selection}).run([]))
        events = list(read_events(session.folder))
        begun = [e.kind for e in events if isinstance(e, TaskStarted | TaskAnswered)]
        return begun, {e.task: e.answers for e in events if isinstance(e, TaskAnswered)}

    for number in range(5):
        task_file(tmp_path, name=f"task{number}")
    (alone, answers), (together, same) = order("alone", 1), order("together", 64)
    assert together[:5] == ["task_started"] * 5
    assert alone[:5] != ["task_started"] * 5
    assert answers == same


def test_a_task_waits_for_those_it_learns_from_and_for_no_other(tmp_path: Path) -> None:
    events = mixed(tmp_path, scripted(uneven, slow({"task0": 0.02, "task1": 0.02})), "order", policy__mix__behind=2)
    order = [(event.kind, event.task) for event in events if isinstance(event, TaskStarted | MixLearned)]
    for number in range(3, 5):
        assert order.index(("mix_learned", f"task{number - 3}")) < order.index(("task_started", f"task{number}"))
    assert order.index(("task_started", "task1")) < order.index(("mix_learned", "task0")), "its neighbour did not wait"


def test_a_run_of_one_model_learns_nothing_and_waits_for_nobody(tmp_path: Path) -> None:
    """The first task's replies come when the third has begun: so the third cannot have waited for what the first learns."""
    begun = asyncio.Event()

    async def live(request: Request) -> Reply:
        if request.label.task == "task0":
            await begun.wait()
        return Reply(text=uneven(request))

    def see(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.task == "task2":
            begun.set()

    for number in range(3):
        task_file(tmp_path, name=f"task{number}")
    session = session_of(tmp_path, live, "single", 3, 3, GOOD, policy__mix__behind=1)

    async def run() -> RunFinished:
        async with asyncio.timeout(120):  # or it would wait for ever
            return await session.run([see])

    assert asyncio.run(run()).exit_code == 0
    assert not [event for event in read_events(session.folder) if isinstance(event, MixLearned)]


def test_a_model_that_stops_leaves_the_others_of_its_mix_to_go_on(tmp_path: Path) -> None:
    def refused(request: Request) -> str:
        if request.model == BAD:
            raise Unusable("the key was refused")
        return uneven(request)

    events = mixed(tmp_path, scripted(refused), "refused", tasks=3)
    assert [event.model for event in events if isinstance(event, ModelStopped)] == [BAD]
    assert [event.stopped for event in events if isinstance(event, TaskAnswered)].count("failed") == 0
    assert {event.birth.model for event in events if isinstance(event, CandidateChecked)} == {GOOD}
    assert isinstance(events[-1], RunFinished)
    assert events[-1].exit_code == 0


def test_without_any_model_left_every_task_still_has_its_end(tmp_path: Path) -> None:
    def refused(request: Request) -> str:
        raise Unusable("the key was refused")

    events = mixed(tmp_path, scripted(refused), "nobody", tasks=3)
    ends = [event for event in events if isinstance(event, TaskAnswered)]
    assert [(event.stopped, event.error) for event in ends] == [("failed", "the key was refused")] * 3
    assert isinstance(events[-1], RunFinished)
    assert events[-1].exit_code == 4


def test_an_interrupted_run_starts_no_further_task_and_sends_nothing_more(tmp_path: Path) -> None:
    for number in range(4):
        task_file(tmp_path, name=f"task{number}")
    sessions: list[Session] = []

    def interrupting(request: Request) -> str:
        sessions[0].stopping.set()
        return groping(request)

    sessions.append(session_of(tmp_path, scripted(interrupting, jittery(2)), "stop", 4, 2, GOOD))
    finished = asyncio.run(sessions[0].run([]))
    events = read_events(sessions[0].folder)
    assert finished.exit_code == 130
    assert {event.stopped for event in events if isinstance(event, TaskAnswered)} == {"interrupted"}
    assert len([event for event in events if isinstance(event, TaskStarted)]) == 2
    assert len([event for event in events if isinstance(event, CallFinished) and event.source == "provider"]) <= 8


def test_a_failure_to_write_comes_out_by_its_own_name(tmp_path: Path) -> None:
    task_file(tmp_path, name="task0")
    session = session_of(tmp_path, scripted(groping), "full", 1, 1, GOOD)

    def full(event: Event) -> None:
        if isinstance(event, CandidateChecked):
            raise StoreFailed("no space")

    with pytest.raises(StoreFailed, match="no space"):
        asyncio.run(session.run([full]))


def test_a_task_that_is_taken_from_the_log_teaches_what_it_taught(tmp_path: Path) -> None:
    """Also where it went on for a second answer behind the birth that ended its search: a resumed run chooses alike."""
    phases = [{"births": 6, "overlap": 1}]
    settings = config(answers__second=3, policy__phases=phases, generator__model=f"{GOOD},{BAD}")
    for number in range(3):
        task_file(tmp_path, name=f"task{number}")
    selection = load([str(tmp_path / f"task{number}.json") for number in range(3)])
    session = prepare(tmp_path, tmp_path / "task0.json", scripted(uneven), settings=settings)
    asyncio.run(Session(**{**session.__dict__, "selection": selection}).run([]))
    events = list(read_events(session.folder))
    context: Any = SimpleNamespace(
        policy=lambda task: settings.policy, config=settings, examples=SimpleNamespace(lesson=lambda *told: None)
    )
    beyond = 0
    for task in selection.tasks:
        known = [event for event in events if getattr(event, "task", None) == task.id]
        (taught,) = [event.rows for event in known if isinstance(event, MixLearned)]
        arms = shown(task, context, known).arms
        assert taught == tuple((m, a.births, a.gain / a.births, a.dollars / a.births) for m, a in sorted(arms.items()))
        first = stop_index(population(known), settings.policy)
        beyond += first is not None and sum(births for _, births, *_ in taught) > first + 1
    assert beyond, "none went on for a second answer"
