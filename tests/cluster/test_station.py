"""A worker's part in a run, without Dask: what it refuses, and that it solves a task as this process does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from nlevolve.cluster.asked import equipment
from nlevolve.cluster.handing import Handing
from nlevolve.cluster.messages import Beat, Equipment, Job, Outcome, Said
from nlevolve.cluster.shared import Shared, shared
from nlevolve.cluster.station import Station, check
from nlevolve.errors import UsageError
from nlevolve.records import CandidateChecked, TaskAnswered, read_event
from nlevolve.run.session import Session
from nlevolve.run.store import read_events
from tests.cluster.worlds import TASKS, asked


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield asked(folder)


def equipped(run: Session, hub: Shared | None = None, **changes: Any) -> Equipment:
    return equipment(run, workers=1, here=False, hub=hub or Shared("http://127.0.0.1:9", "")).model_copy(update=changes)


def hearing(said: list[Said], over: asyncio.Event) -> Callable[[Sequence[Said]], None]:
    """What a station says, kept; `over` is set with its last word. It speaks from threads of its own."""
    loop = asyncio.get_running_loop()

    def hear(more: Sequence[Said]) -> None:
        said.extend(more)
        if any(one.what == "over" for one in more):
            loop.call_soon_threadsafe(over.set)

    return hear


def test_a_job_gives_the_answers_that_this_process_gave_and_is_carried_out_once(run: Session) -> None:
    said: list[Said] = []
    task = run.selection.tasks[1]

    async def with_hub() -> tuple[Outcome, list[Outcome]]:
        over = asyncio.Event()
        async with shared(run, "127.0.0.1", lambda event: None) as hub:
            station = Station(Equipment.model_validate_json(equipped(run, hub).text()), hearing(said, over))
            job = Job(number="1", station=station.name, task=task)
            outcome = await asyncio.to_thread(station.carry_out, Job.model_validate_json(job.text()))
            again = [station.carry_out(job), station.carry_out(Job(number="2", station="another", task=task))]
            station.beat(Beat(session="s", lost=[station.name]))
            again.append(station.carry_out(Job(number="3", station=station.name, task=task)))
            await over.wait()
            return outcome, again

    outcome, again = asyncio.run(with_hub())
    assert (outcome.failed, outcome.why, outcome.refused) == ("", "", False)
    events = [read_event(one.text) for one in said if one.what == "event"]
    here = next(e for e in read_events(run.folder) if isinstance(e, TaskAnswered) and e.task == task.id)
    assert [e.answers for e in events if isinstance(e, TaskAnswered)] == [here.answers]
    assert [one.number for one in said] == list(range(1, len(said) + 1))
    assert len(said) >= outcome.said
    assert [one.refused for one in again] == [True] * 3, "run again, moved, and given up by the driver"


def test_births_are_shown_the_rules_that_they_are_shown_without_a_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = asked(tmp_path, "run", policy__mix__behind=1, policy__stop_perfect=1)
    said: list[Said] = []

    async def all_tasks() -> None:
        over = asyncio.Event()
        async with shared(run, "127.0.0.1", lambda event: None) as hub:
            station = Station(Equipment.model_validate_json(equipped(run, hub).text()), hearing(said, over))
            handing = Handing(TASKS, behind=1, at_once=1)
            for place, task in enumerate(run.selection.tasks):
                job = Job(number=str(place), station=station.name, task=task, lessons=handing.lessons(place))
                ended = await asyncio.to_thread(station.carry_out, Job.model_validate_json(job.text()))
                handing.finished(place, {}, ended.lesson)
            station.beat(Beat(session="s", over=True))
            await over.wait()

    asyncio.run(all_tasks())
    here = shown(read_events(run.folder))
    there = shown(read_event(one.text) for one in said if one.what == "event")
    # what is begun behind the birth that ends a search is a matter of time
    both = here.keys() & there.keys()
    assert {key: there[key] for key in both} == {key: here[key] for key in both}
    assert any(here[one] for one in both)


def shown(events: Iterable[Any]) -> dict[tuple[str, int], tuple[str, ...]]:
    """(task, birth) -> the rules of other tasks that it was shown."""
    return {(e.task, e.birth.index): e.birth.examples for e in events if isinstance(e, CandidateChecked)}


def test_a_worker_that_cannot_begin_says_why_instead_of_a_reply(run: Session) -> None:
    said: list[Said] = []
    station = Station(equipped(run, patience=0.0), said.extend)
    outcome = station.carry_out(Job(number="1", station=station.name, task=run.selection.tasks[0]))
    assert (outcome.failed, station.dismissed) == ("hub", True)
    assert "nothing answers at http://127.0.0.1:9, where the hub should be" in outcome.why


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sources": {"nlevolve": "0.1"}}, "nlevolve is .* here, and 0.1 at the driver"),
        ({"digests": {"apply.md": "0"}}, "the prompt apply.md is .* here, and 0 at the driver"),
        ({"endpoints": {"openai/m": "http://127.0.0.1:1"}}, "the address of openai/m is missing here, and http://127.0.0.1:1 at"),
    ],
)
def test_a_worker_that_is_not_the_same_says_what_differs(run: Session, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check(equipped(run, **changes), run.prompts)


def test_no_key_travels(run: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-driver")
    headers = {"extra_headers": {"x-account": "env:OPENAI_API_KEY"}}
    settings = run.config.model_copy(update={"checker": run.config.checker.model_copy(update=headers)})
    assert "env:OPENAI_API_KEY" in (text := equipped(run, settings=settings).text())
    assert "secret" not in text


def test_prompts_of_ones_own_travel_whole(run: Session, tmp_path: Path) -> None:
    there = equipped(run, prompts={**equipped(run).prompts, "apply.md": "another"})
    with pytest.raises(UsageError, match=r"apply\.md"):
        Station(there, lambda said: None)
