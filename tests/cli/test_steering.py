"""What is said to a run from elsewhere, and what a run does at its end: pause, go, budget, --when-done."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from nlevolve.api import solve
from nlevolve.cli import main
from nlevolve.records import BudgetChanged, CallSent, CandidateChecked, Event, Paused, write_event
from nlevolve.run.store import Lock

Run = Callable[..., tuple[int, str, str]]
PAIR = {"input": [[1]], "output": [[2]]}
ONCE = ("--no-live", "--set=policy.phases=[{births=1}]")


@pytest.fixture
def nlevolve(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nlevolve", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capfd.readouterr()

    return call


@pytest.fixture
def task(tmp_path: Path) -> Path:
    (tmp_path / "one.json").write_text(json.dumps({"train": [PAIR], "test": [PAIR]}))
    return tmp_path / "one.json"


def test_a_command_at_the_end_is_told_of_the_run_and_is_in_no_file_of_it(nlevolve: Run, task: Path) -> None:
    tell = "echo $NLEVOLVE_RUN $NLEVOLVE_EXIT_CODE; ls $NLEVOLVE_FOLDER; exit 7"
    code, told, complaint = nlevolve("solve", "one.json", "--run=mine", *ONCE, f"--when-done={tell}")
    assert code == 0, "how the command ends is not how the run ended"
    assert "\nmine 0\n" in told
    assert "results.json" in told
    assert complaint == f"nlevolve: --when-done ended with exit code 7: {tell}\n"
    kept = [file.read_text() for file in (task.parent / "runs" / "mine").iterdir()]
    assert not [text for text in kept if "NLEVOLVE_RUN" in text]
    code, told, _ = nlevolve("resume", "mine", "--json", "--when-done=echo $NLEVOLVE_EXIT_CODE >&2; echo beside")
    assert json.loads(told)["exit_code"] == code == 0, "stdout is the summary object's alone"


def test_a_run_that_does_not_go_on_is_resumed_instead(nlevolve: Run, task: Path) -> None:
    assert nlevolve("solve", "one.json", "--run=mine", *ONCE)[0] == 0
    for asked, instead in (
        (("budget", "mine", "20"), "resume mine --budget 20\n"),
        (("pause", "mine"), "resume mine\n"),
        (("go", "mine"), "resume mine\n"),
    ):
        code, told, complaint = nlevolve(*asked)
        assert (code, told) == (2, "")
        assert complaint.startswith("nlevolve: run mine is not running: ")
        assert complaint.endswith(instead)
    for number in ("nan", "inf", "-1"):
        assert "USD: " in nlevolve("budget", "mine", "--", number)[2]


def test_a_run_in_another_terminal_is_paused_given_a_budget_and_let_go_on(nlevolve: Run, tmp_path: Path) -> None:
    """The run goes on in a thread: what tells it so is a file, whoever writes it."""
    under_way, events = threading.Event(), list[Event]()

    def see(event: Event) -> None:
        events.append(event)
        if isinstance(event, CandidateChecked):
            under_way.set()

    tasks = ["arc1:25d487eb", "arc1:4be741c5", "arc1:234bbc79"]  # none of these is solved by its first births
    with ThreadPoolExecutor(1) as terminal:
        running = terminal.submit(solve, tasks, run="far", see=see, report=False)
        assert under_way.wait(120)
        code, told, complaint = nlevolve("pause", "far")
        assert (code, complaint) == (0, "")
        assert told.startswith("far is paused: nothing new is sent")
        assert json.loads(nlevolve("ls", "--json")[1])[0]["state"] == "paused"
        assert nlevolve("budget", "far", "20")[1] == "the budget of far is $20.00 from now on\n"
        assert json.loads((tmp_path / "runs" / "far" / "config.json").read_text())["limits"]["budget"] == 20
        assert nlevolve("go", "far")[1] == "far goes on\n"
        assert running.result().finished
    said = [event for event in events if isinstance(event, Paused | BudgetChanged)]
    assert [getattr(event, "on", 20) for event in said] == [True, 20, False]
    since = [isinstance(event, CallSent) for event in events[events.index(said[0]) : events.index(said[-1])]]
    assert True not in since, "nothing is sent meanwhile"
    code, told, _ = nlevolve("audit", "far")
    assert (code, "nothing differs" in told) == (0, True), told


def test_a_run_that_is_so_already_says_so(nlevolve: Run, task: Path) -> None:
    assert nlevolve("solve", "one.json", "--run=mine", *ONCE)[0] == 0
    folder = task.parent / "runs" / "mine"
    with closing(Lock(folder)), (folder / "events.jsonl").open("a") as log:
        assert nlevolve("go", "mine")[1] == "mine is not paused: it goes on as it did\n"
        log.write(write_event(Paused(on=True)) + "\n")
        log.flush()
        assert nlevolve("pause", "mine")[1] == "mine is paused already\n"
