"""A sandbox's worker and then the run itself killed in the middle of a program: a minute, so `make fuzz` runs it."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest

from nlevolve.run.store import read_events
from tests.server import Provider
from tests.stories.processes import start
from tests.stories.test_code import Slow, busy, coded
from tests.stories.worlds import task_file


@pytest.mark.fuzz
def test_neither_a_worker_nor_a_run_that_is_killed_in_mid_program_changes_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", "sk-0123456789")
    task = task_file(tmp_path)
    with Provider(Slow(task, 5_000_000)) as server:
        addresses = [f"--set={role}.base_url={server.url}" for role in ("generator", "coder")]
        asked = ["--generator=hosted_vllm/writer", "--coder=hosted_vllm/coder", "--checker=offline/checker", "--no-ping"]
        settings = [*addresses, "--set=policy.read=code", "--set=coder.seconds=60"]
        with start("solve", str(task), "--run=killed", *asked, *settings, folder=tmp_path) as run:
            parent, ended = psutil.Process(run.pid), (lambda: run.poll() is not None)
            worker = busy(parent, ended)
            assert worker is not None
            worker.kill()
            another = busy(parent, ended)
            assert another is not None
            assert another.pid != worker.pid
            run.kill()
        folder = tmp_path / "runs" / "killed"
        assert not coded(read_events(folder)), "it was killed before its program had ended"
        with start("resume", "killed", folder=tmp_path) as run:
            run.communicate()
            assert run.returncode == 0
    assert all(attempt.exact and attempt.by == "coder" for attempt in coded(read_events(folder))[0].attempts)
    submitted = json.loads((folder / "submission.json").read_text())["mirror"][0]["attempt_1"]
    assert submitted == [row[::-1] for row in json.loads(task.read_text())["test"][0]["input"]]
