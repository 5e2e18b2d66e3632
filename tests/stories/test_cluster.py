"""A run by a Dask cluster on this machine: a worker is killed, then the driver, and the answers are those of one process."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from nlevolve.records import Noticed, TaskAnswered
from nlevolve.run.store import read_events
from tests.attacks.fuzzing import call
from tests.cluster.worlds import TASKS, asked
from tests.stories.processes import start

pytest.importorskip("distributed")


def until(holds: Callable[[], bool]) -> None:
    """Wait for it; the test's own time limit ends what never comes."""
    while not holds():
        time.sleep(0.005)


def workers(driver: psutil.Process) -> list[psutil.Process]:
    return [one for one in driver.children() if "spawn_main" in " ".join(one.cmdline())]


def notices(folder: Path) -> list[str]:
    return [event.text for event in read_events(folder) if isinstance(event, Noticed)]


def test_a_run_whose_worker_and_driver_are_killed_ends_with_the_answers_of_one_process(tmp_path: Path) -> None:
    alone = asked(tmp_path)
    tasks = [str(tmp_path / f"task{number}.json") for number in range(TASKS)]
    words = ["solve", *tasks, "--run", "many", "--preset", "quick", "--cache-dir", "bank", "--tasks-at-once", "2", "--no-live"]
    run = tmp_path / "runs" / "many"
    driver = start(*words, "--cluster", "local", "--workers", "2", folder=tmp_path)
    try:
        until(lambda: "birth_planned" in (run / "events.jsonl").read_text() if (run / "events.jsonl").exists() else False)
        two = workers(psutil.Process(driver.pid))
        for worker in two:
            worker.suspend()
        two[0].kill()
        until(lambda: any("a worker of the cluster is lost" in text for text in notices(run)))
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        two[1].resume()
        assert psutil.wait_procs(two, timeout=60)[1] == [], "workers end with their driver"
    finally:
        driver.kill()
        driver.communicate()
    ended = call(tmp_path, ["resume", "many", "--cluster", "local", "--workers", "1", "--no-live"])
    assert (ended.code, "cluster: 1 worker on this machine" in notices(run)) == (0, True), ended.err
    assert answers(run) == answers(alone.folder)


def answers(folder: Path) -> object:
    ends = {event.task: event for event in read_events(folder) if isinstance(event, TaskAnswered)}
    return {task: (end.answers, end.best, end.stopped) for task, end in sorted(ends.items())}
