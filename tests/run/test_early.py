"""What is asked early decides nothing: it is under way, or in the bank, when its turn comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from nlevolve.config import RunConfig
from nlevolve.llm.request import Reply, Request
from nlevolve.records import CallFinished, CallSent, Event, Skipped
from nlevolve.run.store import read_events
from nlevolve.view.publish import Publisher
from tests.stories.test_again import timeless, told_again
from tests.stories.worlds import config, groping, prepare, task_file

PHASES = [{"births": 12, "overlap": 2, "moves": ["write", "revise"]}]
DECIDED = {"birth_planned", "candidate_checked", "answer_followed", "task_answered"}


def settings(ahead: str) -> RunConfig:
    return config(policy__ahead=ahead, policy__check="telling", policy__phases=PHASES, policy__pool=1, answers__fill=4)


async def unlucky(request: Request) -> Reply:
    """Nobody finds the rule, so that all who may answer are asked."""
    await asyncio.sleep(0)
    return Reply(text=groping(request, luck=0.0))


def played(folder: Path, ahead: str, name: str, **limits: object) -> tuple[Path, list[Event]]:
    session = prepare(folder, task_file(folder), unlucky, name=name, cache=name, settings=settings(ahead), **limits)
    asyncio.run(session.run([Publisher(session.folder, session.selection).see]))
    return session.folder, list(read_events(session.folder))


def gist(events: list[Event]) -> list[str]:
    """All that was decided and found, without its times."""
    return sorted(e.model_dump_json(exclude={"at", "seconds"}) for e in events if e.kind in DECIDED)


def sent(events: list[Event]) -> set[str]:
    return {e.request for e in events if isinstance(e, CallSent)}


def test_what_is_asked_early_changes_nothing_but_what_is_asked(tmp_path: Path) -> None:
    (_, off), (_, free) = played(tmp_path, "off", "off"), played(tmp_path, "free", "free")
    assert gist(off) == gist(free)
    assert sent(off) < sent(free)
    skipped = [a for e in free if e.kind == "candidate_checked" for a in e.attempts]
    assert any(isinstance(a, Skipped) for a in skipped), "a pair that was asked early and not needed is a pair that was not asked"


def test_a_run_that_asked_early_is_replayed_with_less_and_told_again_to_the_figure(tmp_path: Path) -> None:
    run, events = played(tmp_path, "free", "run")
    session = prepare(
        tmp_path, task_file(tmp_path), unlucky, name="replayed", cache="run", settings=settings("free"), replay=True
    )
    asyncio.run(session.run([]))
    replayed = list(read_events(session.folder))
    assert {e.source for e in replayed if isinstance(e, CallFinished)} == {"cache"}
    assert gist(replayed) == gist(events)
    again = told_again(run, settings("free"), tmp_path / "mirror.json", tmp_path / "run")
    assert timeless(again) == timeless(run)
