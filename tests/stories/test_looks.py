"""However a task is shown, the run goes as any: it is told again to the byte, and every birth says how it was shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nlevolve
from nlevolve.puzzle.notations import NOTATIONS
from nlevolve.records import BirthPlanned, CallFinished, read_event
from nlevolve.records.events import AnyEvent

TASK = "arc1:25d487eb"


def solved(place: Path, run: str, **options: Any) -> Path:
    nlevolve.solve([TASK], run=run, runs_dir=place / "runs", cache_dir=place / "bank", report=False, **options)
    return place / "runs" / run


def events(folder: Path) -> list[AnyEvent]:
    return [read_event(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]


def test_births_see_grids_in_one_notation_after_another_and_the_run_is_told_again(tmp_path: Path) -> None:
    phases = [{"births": 7, "moves": ["write", "revise"]}]
    settings = {"policy.grids": list(NOTATIONS), "checker.grids": "names", "policy.phases": phases}
    first = solved(tmp_path, "first", settings=settings)
    planned = [event.birth for event in events(first) if isinstance(event, BirthPlanned)]
    assert [birth.grids for birth in planned] == [*NOTATIONS, NOTATIONS[0]]
    again = solved(tmp_path, "again", settings=settings, replay=True)
    assert [event.source for event in events(again) if isinstance(event, CallFinished) if event.source != "cache"] == []
    assert (again / "submission.json").read_bytes() == (first / "submission.json").read_bytes()
