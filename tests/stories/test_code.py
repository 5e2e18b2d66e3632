"""Whole runs with a coder: one that errs in every way over real HTTP, runs that are killed, processes that are left behind."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from nlevolve.api import Result, asolve
from nlevolve.ask.prompts import bundled
from nlevolve.config import configure
from nlevolve.errors import UsageError
from nlevolve.options import Limits, Options
from nlevolve.puzzle.datasets import load
from nlevolve.records import AnswerFollowed, CandidateChecked, Event, TaskAnswered
from nlevolve.run.session import begin, reopen
from nlevolve.run.store import read_events
from tests.server import Asked, Provider, Said
from tests.stories.processes import CHECKOUT
from tests.stories.worlds import task_file

MIRROR = "def transform(grid):\n    return [row[::-1] for row in grid]\n"
ERRORS: Sequence[tuple[str, str]] = (
    ("no function", "I would mirror each row with a slice."),
    ("wrong name", "```python\ndef solve(grid):\n    return [row[::-1] for row in grid]\n```"),
    ("two functions", f"```python\ndef transform(grid):\n    return grid\n```\nNo, rather:\n```python\n{MIRROR}```"),
    ("syntax error", "```python\ndef transform(grid)\n    return [row[::-1] for row in grid]\n```"),
    (
        "tabs",
        "```python\ndef transform(grid):\n\trows = []\n        \n\tfor r in grid:\n\t\trows.append(r[::-1])\n\treturn rows\n```",
    ),
    ("class instead", "```python\nclass It:\n    def transform(self, grid):\n        return [r[::-1] for r in grid]\n```"),
    ("async", "```python\nasync def transform(grid):\n    return [row[::-1] for row in grid]\n```"),
    ("top-level prints", f"```python\n{MIRROR}\nprint(transform([[1, 2]]))\nassert transform([[1, 2]]) == [[2, 1]]\n```"),
    ("Markdown inside", f"```python\n**The program**\n\n{MIRROR}\n- mirrors the rows\n```"),
    ("cut off", f"```python\n{MIRROR[:38]}"),
)


def erring(asked: Asked) -> Said:
    """A writer whose n-th description asks for a mirror in other words; a coder that errs in the n-th way, and mends it."""
    if asked.model == "writer":
        return Said(json.dumps({"bullets": [f"Mirror the rows, as in a glass of kind {asked.body.get('seed', 0)}."]}))
    kind = int(asked.chat[1]["content"].split("a glass of kind ")[1].split(".")[0])
    return Said(f"```python\n{MIRROR}```" if len(asked.chat) > 2 else ERRORS[kind % len(ERRORS)][1])


def coded(events: Sequence[Event]) -> list[CandidateChecked]:
    return sorted((e for e in events if isinstance(e, CandidateChecked)), key=lambda event: event.birth.index)


def solved(task: Path, server: Provider, events: list[Event], settings: Mapping[str, object]) -> Result:
    """A run in the task's folder whose generator and coder are on this server."""
    addresses = {f"{role}.base_url": server.url for role in ("generator", "coder")}
    return asyncio.run(
        asolve(
            [str(task)],
            preset="quick",
            generator="hosted_vllm/writer",
            checker="offline/checker",
            coder="hosted_vllm/coder",
            settings={**settings, **addresses},
            see=events.append,
            report=False,
            runs_dir=task.parent / "runs",
            cache_dir=task.parent / "bank",
        )
    )


def test_a_coder_that_errs_in_ten_ways_is_read_or_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-0123456789")
    task, events = task_file(tmp_path), list[Event]()
    many = {
        "policy.phases": [{"births": 10, "overlap": 10}],
        "policy.stop_perfect": 11,
        "policy.read": "code",
        "coder.seconds": 30,
    }
    with Provider(erring) as server:
        result = solved(task, server, events, many)
    ended = {ERRORS[e.birth.index][0]: all(a.exact and a.by == "coder" for a in e.attempts) for e in coded(events)}
    assert ended == {name: True for name, _ in ERRORS}
    asked = "\n".join(one.chat[1]["content"] for one in server.asked if one.model == "coder")
    repaired = [name for kind, (name, _) in enumerate(ERRORS) if asked.count(f"of kind {kind}.") > 1]
    assert repaired == ["no function", "syntax error", "Markdown inside", "cut off"]
    assert result.answers["mirror"]
    assert {e.attempt.by for e in events if isinstance(e, AnswerFollowed)} == {"coder"}, "nobody was asked on the test input"


def answers(events: Sequence[Event]) -> object:
    end = [e for e in events if isinstance(e, TaskAnswered)][-1]
    return end.answers, end.best, [(e.program, e.attempts) for e in coded(events)][:1]


def test_a_run_killed_between_any_two_events_resumes_to_the_same_answers(tmp_path: Path) -> None:
    settings = configure("quick", models={"coder": "offline/coder"}, changes={"coder.seconds": 30})
    selection = load(["arc1:67a3c6ac"])
    places = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "bank"}
    whole = begin(selection, settings, Options(preset="quick", coder="offline/coder", run="whole", **places))
    asyncio.run(whole.run([]))
    told, lines = answers(read_events(whole.folder)), (whole.folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    begun = next(n for n, line in enumerate(lines) if b'"role":"coder"' in line)
    for end in range(begun, len(lines), max(1, (len(lines) - begun) // 6)):
        copy = tmp_path / "runs" / f"cut{end}"
        copy.mkdir()
        (copy / "config.json").write_bytes((whole.folder / "config.json").read_bytes())
        (copy / "events.jsonl").write_bytes(b"".join(lines[:end]))
        again = reopen(copy, selection, settings, Limits(), prompts=bundled(), cache_dir=tmp_path / "bank")
        asyncio.run(again.run([]))
        assert answers(read_events(copy)) == told


def busy(parent: psutil.Process, seen: Callable[[], bool]) -> psutil.Process | None:
    """The worker of a run that is at a program, once it has been for a while; None when the run is over first."""
    begun = dict[int, float]()
    while not seen():
        for worker in [child for child in parent.children() if "monty" in child.name()]:
            with suppress(psutil.NoSuchProcess):
                took = worker.cpu_times().user
                if took - begun.setdefault(worker.pid, took) >= 0.05:
                    return worker
        time.sleep(0.02)
    return None


@dataclass(frozen=True)
class Slow:
    """A task, and models whose one program mirrors its grids and takes long on the first of them."""

    task: Path
    loops: int

    def __call__(self, asked: Asked) -> Said:
        first = json.loads(self.task.read_text())["train"][0]["input"][0]
        head, mirrored = MIRROR.splitlines()
        program = f"{head}\n    for n in range({self.loops} if grid[0] == {first} else 0): n += 1\n{mirrored}\n"
        return Said(f"```python\n{program}```" if asked.model == "coder" else json.dumps({"bullets": ["Mirror every row."]}))


def test_a_worker_that_is_killed_in_mid_program_changes_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-0123456789")
    task, over = task_file(tmp_path), threading.Event()
    killed: list[psutil.Process] = []

    def kill() -> None:
        worker = busy(psutil.Process(), over.is_set)
        if worker is not None:
            worker.kill()
            killed.append(worker)

    killer, events = threading.Thread(target=kill), list[Event]()
    with Provider(Slow(task, 1_500_000)) as server:
        killer.start()
        result = solved(task, server, events, {"policy.phases": [{"births": 1}], "policy.read": "code", "coder.seconds": 60})
        over.set()
        killer.join()
    assert killed
    assert all(attempt.exact and attempt.by == "coder" for attempt in coded(events)[0].attempts)
    assert result.answers["mirror"]


def test_workers_do_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    endless = (
        "from nlevolve.sandbox.pool import Bounds, Sandbox\n"
        "Sandbox(1).run_now('print(1)\\nwhile True: pass', ((1,),), Bounds(seconds=2))\n"
    )
    with subprocess.Popen([sys.executable, "-c", endless], cwd=tmp_path, env={"PYTHONPATH": str(CHECKOUT)}) as run:
        parent = psutil.Process(run.pid)
        while not (workers := [child for child in parent.children() if "monty" in child.name()]):
            assert run.poll() is None
        run.kill()
    assert psutil.wait_procs(workers, timeout=60)[1] == []


def test_a_coder_is_one_model_that_is_asked_for_text_and_named_where_it_is_needed() -> None:
    for models, changes, told in (
        ({}, {"policy.read": "code"}, "name who writes the programs with --coder MODEL"),
        ({"coder": "a,b"}, {}, "--coder takes one model"),
        ({"coder": "offline/coder"}, {"coder.form": "schema"}, "a program is asked for as text"),
        ({"coder": "offline/coder"}, {"coder.seconds": 0}, "coder.seconds"),
        ({}, {"coder.seconds": 3}, "coder.seconds.*--coder MODEL"),
    ):
        with pytest.raises(UsageError, match=told):
            configure("quick", models=models, changes=changes)
    assert configure("quick", models={"coder": "offline/coder"}).policy.read == "both"
    assert "coder" not in configure("quick", models={"coder": "offline/coder"}, changes={"policy.read": "words"}).roles
    assert configure("quick").roles.keys() == {"generator", "reviser", "recombiner", "checker", "answerer"}
    one = configure("quick", models={"generator": "m", "coder": "m"}, changes={"generator.base_url": "http://127.0.0.1:9/v1"})
    assert one.coder is not None
    assert one.coder.base_url == "http://127.0.0.1:9/v1"
