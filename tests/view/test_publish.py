"""How often results.json and submission.json are written while a run goes on."""

from __future__ import annotations

from pathlib import Path

from nlevolve.puzzle.datasets import load
from nlevolve.records import RunFinished, TaskAnswered
from nlevolve.view.publish import Publisher

TASK = "67a3c6ac"


class Clock:
    """Each look takes so long."""

    def __init__(self) -> None:
        self.now, self.takes = 0.0, 0.0

    def __call__(self) -> float:
        self.now += self.takes
        return self.now


def test_the_longer_both_files_take_the_less_often_they_are_written(tmp_path: Path) -> None:
    clock = Clock()
    publisher = Publisher(tmp_path, load([f"arc1:{TASK}"]), clock=clock)
    answered = TaskAnswered(task=TASK, answers=(), stopped="exhausted", best=None)
    file = tmp_path / "results.json"

    def written(after: float) -> bool:
        clock.now += after
        file.unlink(missing_ok=True)
        publisher.see(answered)
        return file.exists()

    assert [written(after) for after in (0.0, 1.9, 0.2)] == [True, False, True]
    clock.takes = 0.2
    assert written(2.0), "it was quick so far"
    assert [written(after) for after in (5.0, 5.0)] == [False, True], "fifty times as long"
    clock.takes = 30.0
    assert written(10.0)
    assert written(30.0), "never later than that"
    file.unlink()
    publisher.see(RunFinished(reason="done", exit_code=0))
    assert file.exists()
