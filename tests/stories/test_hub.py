"""Whole runs by a hub: the same answers as without, each call paid once, and nobody's hub but the one that was chosen."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nlevolve.config import RunConfig
from nlevolve.hub.service import Hub
from nlevolve.hub.status import status_of
from nlevolve.llm.request import Reply, Request
from nlevolve.options import Limits, Options
from nlevolve.records import CallFinished, TaskAnswered, Usage
from nlevolve.run.sharing import check_hub
from nlevolve.run.store import read_events
from nlevolve.run.trust import NOTHING, Unconfirmed, chosen_by
from tests.cli.conftest import Run, nlevolve
from tests.stories.worlds import REAL, config, groping, play, task_file

__all__ = ["nlevolve"]
PRICED = {f"{role}.{name}": 1.0 for role in ("generator", "checker") for name in ("price_in", "price_out")}


@contextmanager
def hub_beside(folder: Path) -> Iterator[tuple[Hub, asyncio.AbstractEventLoop]]:
    """A hub in a thread of its own: a command that looks at it must not keep it from answering."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Hub] = []

    async def serve() -> None:
        async with Hub.started(folder, token="word") as hub:
            found.append(hub)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(60)
    try:
        yield found[0], loop
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


def answered(folder: Path) -> str:
    """What a run answered."""
    return "".join(str(event.answers) for event in read_events(folder) if isinstance(event, TaskAnswered))


def settings() -> RunConfig:
    return config(policy__phases=[{"births": 4}]).changed({**REAL, **PRICED, "answerer": {"model": "hosted_vllm/some"}})


def test_runs_by_a_hub_answer_as_without_and_pay_each_call_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nlevolve: Run
) -> None:
    asked: list[str] = []

    async def model(request: Request) -> Reply:
        asked.append(request.key)
        await asyncio.sleep(0)
        return Reply(text=groping(request, 0.5), usage=Usage(prompt=10, completion=10), cost_usd=0.01)

    monkeypatch.setenv("NLEVOLVE_HUB_TOKEN", "word")
    task = task_file(tmp_path)
    with hub_beside(tmp_path / "hub") as (hub, _):

        def run(name: str, url: str | None, replay: bool = False) -> list[CallFinished]:
            told = {"hub": url, "replay": replay} if url else {"replay": replay}
            events = asyncio.run(play(tmp_path, task, model, name=name, cache=name, settings=settings(), **told))
            return [event for event in events if isinstance(event, CallFinished)]

        alone = run("alone", None)
        bought = len(asked)
        assert Counter(call.source for call in run("first", hub.url)) == Counter(call.source for call in alone)
        assert len(asked) == 2 * bought
        assert {call.source for call in run("second", hub.url)} == {"cache"}
        assert {call.source for call in run("third", hub.url, replay=True)} == {"cache"}
        assert len(asked) == 2 * bought == 2 * len(set(asked))
        spent = status_of(hub.desk)["spent"]
        assert (spent["calls"], spent["tokens"], spent["usd"]) == (bought, 20 * bought, pytest.approx(0.01 * bought))
        assert len({answered(tmp_path / "runs" / name) for name in ("alone", "first", "second", "third")}) == 1
        code, out, _ = nlevolve("hub", "--status", hub.url)
        assert code == 0
        assert "first" in out
        monkeypatch.setenv("NLEVOLVE_HUB_TOKEN", "another")
        code, _, err = nlevolve("solve", str(task), "--hub", hub.url, "--run", "fourth")
        assert (code, err.count("\n")) == (2, 1)
        assert "refuses the token" in err
        assert not (tmp_path / "runs" / "fourth").exists()


def test_the_hub_that_only_a_received_run_names_does_not_get_the_token(tmp_path: Path) -> None:
    limits = Limits(hub="http://127.0.0.1:9")
    with pytest.raises(Unconfirmed, match="the hub at http:"):
        check_hub(limits, NOTHING, pytest.fail)
    told: list[str] = []
    assert not check_hub(limits, chosen_by(Options(hub="http://127.0.0.1:9")), told.append)
    assert "is waited for" in told[0]
