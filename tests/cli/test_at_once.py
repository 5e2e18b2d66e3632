"""Two `nlevolve solve --run same` at one moment: one of them gets the folder, the other says so and leaves no trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from nlevolve.records import RunStarted
from nlevolve.run.store import read_events
from tests.attacks.fuzzing import call
from tests.stories.worlds import task_file

ROOT = Path(__file__).parents[2]


def test_two_runs_of_one_name_never_mix(tmp_path: Path) -> None:
    """A name that is new, then one that is taken. What they ask was bought before, so that they have nothing to wait for."""
    task, births = str(task_file(tmp_path)), "--set=policy.phases=[{births=1}]"
    (tmp_path / "aside").mkdir()
    for seed in (1, 2):
        assert call(tmp_path, ["solve", task, "--run", f"aside-{seed}", f"--seed={seed}", "--no-live", births]).code == 0
        (tmp_path / "runs" / f"aside-{seed}").rename(tmp_path / "aside" / str(seed))

    def solve(seed: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "nlevolve", "solve", task, "--run", "same", f"--seed={seed}", "--no-live", births]
        environment = {"PATH": "", "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    before = 0
    for _ in range(2):
        racers = {seed: solve(seed) for seed in (1, 2)}
        said = {seed: racer.communicate()[1] for seed, racer in racers.items()}
        won = [seed for seed, racer in racers.items() if racer.returncode == 0]
        # on a busy machine one may end before another has begun: that one then moves it aside, as always
        for seed in racers.keys() - set(won):
            assert racers[seed].returncode == 2
            assert said[seed] == "nlevolve: run same is being written by another process\n"
        assert won
        folders = [path for path in (tmp_path / "runs").iterdir() if path.is_dir()]
        assert len(folders) == len(won) + before
        before = len(folders)
    assert {json.loads((one / "config.json").read_text())["settings"]["seed"] for one in folders} >= set(won)
    for folder in folders:
        assert sum(isinstance(event, RunStarted) for event in read_events(folder)) == 1
        assert (folder / "results.json").is_file()
        assert (folder / "report.html").is_file()
