"""A process of its own against a slow provider: killed, interrupted, cut off, capped, out of disk; it goes on from there.

What is done to a process needs one; what is only compared with it runs in this one, which has imported everything already.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from nlevolve.puzzle.grids import parse
from tests.attacks.fuzzing import call
from tests.scripted import bullets, grid_reply
from tests.server import Asked, Provider, Said
from tests.stories.processes import start
from tests.stories.worlds import IDEAS, RULES, task_file

TASKS = ("mirror", "looking-glass", "reflection")
ENOUGH = 20
"""Requests after which a run is well under way."""


@dataclass
class Slow:
    """A provider that takes its time and follows the rules it knows; it can be pulled away."""

    seconds: float = 0.1
    away: bool = False
    provider: Provider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = Provider(self._say)

    def _say(self, asked: Asked) -> Said:
        if self.away:
            return Said(reset=True)
        return Said(_reply("\n".join(asked.texts), asked.body.get("seed", 0)), delay=self.seconds)

    @property
    def asked(self) -> int:
        return len(self.provider.asked)

    def wait_for(self, more: int) -> None:
        """Return when so many more requests have come."""
        goal = self.asked + more
        while self.asked < goal:
            time.sleep(0.01)


def _reply(text: str, seed: int) -> str:
    """As worlds.groping: a generator that is lucky at times, a checker that knows the rules."""
    if "# Input grid" in text:
        rows = text.split("# Input grid")[1].split("# Description")[0]
        grid = parse("\n".join(line for line in rows.splitlines() if line[:1].isdigit()))
        first = re.findall("^- (.*)$", text.split("# Description")[1], re.MULTILINE)[0]
        return grid_reply(RULES.get(first, lambda g: g)(grid))
    rng = Random(f"{text}{seed}")
    found = "Description" in text and rng.random() < 0.2
    return bullets(
        "Mirror every row from left to right." if found else rng.choice(IDEAS), f"Look again {rng.randrange(3)} times."
    )


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def slow() -> Iterator[Slow]:
    slow = Slow()
    with slow.provider:
        yield slow


@pytest.fixture(scope="module")
def options(slow: Slow) -> list[str]:
    """What every run here is started with: both roles on the server, one sample a check."""
    return [
        "--no-live",
        "--generator=openai/m",
        "--checker=openai/m",
        f"--set=generator.base_url={slow.provider.url}",
        f"--set=checker.base_url={slow.provider.url}",
        "--set=generator.retries=1",
        "--set=checker.retries=1",
        "--set=checker.temperature=0",
        "--set=policy.phases=[{births=4, overlap=4}, {births=5, moves=['revise', 'recombine'], overlap=4}]",
    ]


@pytest.fixture(scope="module")
def undisturbed(slow: Slow, options: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `--run=calm` came to its end by itself."""
    folder = tmp_path_factory.mktemp("undisturbed")
    tasks = [task_file(folder, name=name).name for name in TASKS]
    assert here(folder, "solve", *tasks, *options, "--run=calm").code == 0
    return folder


@pytest.fixture
def begin(slow: Slow, options: list[str], tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start `nlevolve solve --run=story` on the three tasks, in a folder with a sample bank of its own."""
    slow.away = False
    tasks = [task_file(tmp_path, name=name).name for name in TASKS]

    def begin(*more: str, **limits: Any) -> subprocess.Popen[str]:
        return start("solve", *tasks, *options, "--run=story", *more, folder=tmp_path, **limits)

    return begin


def finish(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return Ended(process.returncode, out, err)


def here(folder: Path, *arguments: str) -> Ended:
    """The same command in this process."""
    ended = call(folder, list(arguments))
    assert "Traceback" not in ended.err, ended.err
    return Ended(ended.code, ended.out, ended.err)


def answers(folder: Path, run: str = "story") -> bytes:
    return (folder / "runs" / run / "submission.json").read_bytes()


def results(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "runs" / "story" / "results.json").read_text())
    return found


def test_the_same_command_again_asks_nobody(slow: Slow, options: list[str], undisturbed: Path) -> None:
    before, first = slow.asked, answers(undisturbed, "calm")
    tasks = [f"{name}.json" for name in TASKS]
    assert here(undisturbed, "solve", *tasks, *options, "--run=calm").code == 0
    assert slow.asked == before
    assert answers(undisturbed, "calm") == first == answers(undisturbed, "calm.1")


def test_a_killed_run_goes_on_and_once_more_when_the_provider_was_away(
    slow: Slow, begin: Callable[..., subprocess.Popen[str]], undisturbed: Path, tmp_path: Path
) -> None:
    process = begin()
    slow.wait_for(ENOUGH)
    process.kill()
    process.communicate()

    slow.away = True
    ended = here(tmp_path, "resume", "story", "--no-live")
    assert ended.code == 4
    assert ended.err.count("\n") == 1
    assert "in a row failed" in ended.err or "replies did not come" in ended.err

    slow.away = False
    assert here(tmp_path, "resume", "story", "--no-live").code == 0
    assert answers(tmp_path) == answers(undisturbed, "calm")


def test_a_terminal_that_is_closed_ends_what_is_in_flight_and_the_run_goes_on_later(
    slow: Slow, begin: Callable[..., subprocess.Popen[str]], undisturbed: Path, tmp_path: Path
) -> None:
    process = begin("--concurrency=4")
    slow.wait_for(ENOUGH)
    slow.seconds = 4.0  # on a busy machine the run would be over before another one has begun
    refused = here(tmp_path, "solve", "mirror.json", "--run=story", "--no-live")
    slow.seconds = 0.1
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert "another process" in refused.err

    process.send_signal(signal.SIGHUP)  # as Ctrl-C, which the next story sends
    asked = slow.asked
    ended = finish(process)
    assert ended.code == 130
    assert ended.err.count("\n") == 1
    assert slow.asked <= asked + 4 + 3, "after Ctrl-C nothing is sent but what answers the tasks under way"
    assert {task["stopped"] for task in results(tmp_path)["tasks"].values()} <= {"interrupted", "perfect"}

    assert here(tmp_path, "resume", "story", "--no-live", "--concurrency=64").code == 0
    assert answers(tmp_path) == answers(undisturbed, "calm")


def test_a_second_signal_stops_at_once_and_leaves_results_and_report(
    slow: Slow, begin: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    slow.seconds = 30.0
    try:
        process = begin("--no-ping")  # which would wait, too
        slow.wait_for(3)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)  # in the same moment: one signal, as `timeout` sends it
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.send_signal(signal.SIGINT)
        ended = finish(process)
    finally:
        slow.seconds = 0.1
    assert ended.code == 130
    assert ended.err.count("\n") == 1
    assert "nlevolve resume" in ended.err
    assert re.search(r"stopping: finishing \d+ calls in flight, \d+:\d\d at most; once more stops at once", ended.out)
    assert ended.out.count("stopping:") == 1, "the second says what became of it, not the first's words again"
    assert results(tmp_path)["finished"] is False
    assert "This run had not ended" in (tmp_path / "runs" / "story" / "report.html").read_text(encoding="utf-8")


def test_a_cap_on_calls_holds_and_a_higher_one_lets_the_run_go_on(
    slow: Slow, options: list[str], undisturbed: Path, tmp_path: Path
) -> None:
    slow.away = False
    before, tasks = slow.asked, [task_file(tmp_path, name=name).name for name in TASKS]
    ended = here(tmp_path, "solve", *tasks, *options, "--run=story", "--max-calls=60", "--concurrency=64")
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert slow.asked - before == 60
    found = results(tmp_path)
    assert found["totals"]["calls"]["provider"] == 60
    assert found["finished"] is False
    assert "budget" in {task["stopped"] for task in found["tasks"].values()}
    assert all(task["description"] for task in found["tasks"].values())

    assert here(tmp_path, "resume", "story", "--no-live", "--max-calls=10000").code == 0
    assert answers(tmp_path) == answers(undisturbed, "calm")


def test_a_runs_folder_that_vanishes_ends_the_run_in_one_line(
    slow: Slow, begin: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = begin()
    slow.wait_for(ENOUGH)
    shutil.rmtree(tmp_path / "runs")
    ended = finish(process)
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "cannot write" in ended.err


def test_a_full_disk_ends_the_run_in_one_line(begin: Callable[..., subprocess.Popen[str]]) -> None:
    ended = finish(begin(largest_file=300_000))
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "cannot use the sample bank" in ended.err
