"""Two `nlevolve solve --run same` at one moment: one of them gets the folder, the other says so and leaves no trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlevolve.records import RunStarted
from nlevolve.run.store import read_events
from tests.stories.worlds import task_file

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("before", [False, True], ids=["a new name", "a name that is taken"])
def test_two_runs_of_one_name_never_mix(tmp_path: Path, before: bool) -> None:
    task = str(task_file(tmp_path))

    def solve(seed: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "nlevolve", "solve", task, "--run", "same", "--seed", str(seed), "--no-live"]
        environment = {"PATH": "", "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    if before:
        first = solve(0)
        first.communicate()
        assert first.returncode == 0
    racers = {seed: solve(seed) for seed in (1, 2, 3)}
    said = {seed: racer.communicate()[1] for seed, racer in racers.items()}
    won = [seed for seed, racer in racers.items() if racer.returncode == 0]
    # on a busy machine one may end before another has begun: that one then moves it aside, as always
    for seed in racers.keys() - set(won):
        assert racers[seed].returncode == 2
        assert said[seed] == "nlevolve: run same is being written by another process\n"
    assert won
    folders = [path for path in (tmp_path / "runs").iterdir() if path.name != "same" or path.is_dir()]
    assert len(folders) == len(won) + before
    assert {json.loads((one / "config.json").read_text())["settings"]["seed"] for one in folders} - {0} == set(won)
    for folder in folders:
        assert sum(isinstance(event, RunStarted) for event in read_events(folder)) == 1
        assert (folder / "results.json").is_file()
        assert (folder / "report.html").is_file()
