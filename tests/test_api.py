"""The package from Python."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import nlevolve
from nlevolve.cli import main
from nlevolve.errors import UsageError
from tests.scripted import scripted
from tests.stories.worlds import groping, task_file


def test_solve_returns_what_results_json_says(tmp_path: Path) -> None:
    seen, also = [], []
    options = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "bank", "run": "demo", "live": scripted(groping)}
    result = nlevolve.solve([str(task_file(tmp_path))], see=[seen.append, also.append], settings={"policy.pool": 3}, **options)
    assert result.exit_code == 0
    assert result.run == "demo"
    assert result.tasks["mirror"].stopped in ("perfect", "exhausted")
    assert isinstance(result.tasks["mirror"].description, list)
    assert seen[0].kind == "run_started"
    assert seen == also
    assert (result.folder / "results.json").is_file()


def test_wrong_settings_raise_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pool"):
        nlevolve.solve([str(task_file(tmp_path))], settings={"policy.pol": 3}, runs_dir=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_importing_loads_none_of_the_heavy_packages() -> None:
    heavy = ("litellm", "openai", "numpy", "scipy", "matplotlib", "jinja2", "rich", "diskcache")
    code = f"import sys, nlevolve; print([m for m in {heavy} if m in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert shown.stdout.strip() == "[]"


def test_an_option_that_is_none_is_a_type_error_too_and_a_wrong_value_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"solve\(\) has no option 'genrator'; nearest: generator"):
        nlevolve.solve(["x"], genrator="a")
    with pytest.raises(
        UsageError, match=r"^solve\(\) has no option 'repeats': a call makes one run; call it with seed=0, seed=1"
    ):
        nlevolve.solve(["x"], repeats=2)
    with pytest.raises(UsageError, match=r"^tasks_at_once: give 1 or more, or auto, got 0"):
        nlevolve.solve([str(task_file(tmp_path))], tasks_at_once=0)
    with pytest.raises(UsageError, match=r"concurrency: .*integer"):
        nlevolve.solve([str(task_file(tmp_path))], concurrency="many")


HOST = """
import asyncio, os, signal, sys, warnings
import numpy, scipy.ndimage, scipy.special  # these change the warning filters when they are imported
import nlevolve
from tests.scripted import scripted
from tests.stories.worlds import groping

def state():
    signals = {{number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1)}}
    return dict(os.environ), signals, list(warnings.filters), signal.getsignal(signal.SIGINT)

before, during = state(), []
options = dict(live=scripted(groping), preset="quick", report=False)
async def main():
    inside = state()
    await nlevolve.asolve(["{task}"], run="a", see=lambda event: during.append(state() == inside), **options)
    assert state() == inside
asyncio.run(main())
nlevolve.solve(["{task}"], run="b", see=lambda event: during.append(state()[:3] == before[:3]), **options)
print(state() == before, len(during) > 20, all(during))
"""


def test_a_host_s_environment_signals_and_warnings_stay_as_they_are_at_every_moment(tmp_path: Path) -> None:
    host = HOST.format(task=task_file(tmp_path))
    ran = subprocess.run(
        [sys.executable, "-P", "-c", host],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert ran.stdout == "True True True\n", ran.stderr


def test_two_solves_of_one_name_at_once_in_one_program_do_not_mix(tmp_path: Path) -> None:
    task = str(task_file(tmp_path))

    async def both() -> list[object]:
        ask = scripted(groping, lambda request: 0.01)
        runs = (nlevolve.asolve([task], run="same", live=ask, cache_dir=tmp_path / bank) for bank in "ab")
        return list(await asyncio.gather(*runs, return_exceptions=True))

    first, second = asyncio.run(both())
    assert isinstance(first, nlevolve.Result)
    assert isinstance(second, UsageError)
    assert "being written" in str(second)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["same"]


def test_windows_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UsageError, match="Windows"):
        nlevolve.solve(["arc1:007bbfb7"])
    monkeypatch.setattr(sys, "argv", ["nlevolve", "ls"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert (
        capsys.readouterr().err
        == "nlevolve: nlevolve does not run on Windows itself: use it in WSL, the Windows Subsystem for Linux\n"
    )


def test_a_notebook_can_just_call_it_with_tasks_of_its_own(tmp_path: Path) -> None:
    """In a running loop; a task is a dict or a Task; the result has answers, and pictures of them."""
    raw = json.loads(task_file(tmp_path).read_text())
    pairs = tuple(nlevolve.Pair(*(tuple(map(tuple, pair[k])) for k in ("input", "output"))) for pair in raw["train"])
    own = nlevolve.Task("a/b", pairs, (tuple(map(tuple, raw["test"][0]["input"])),))
    options = {"runs_dir": tmp_path / "runs", "cache_dir": tmp_path / "bank", "report": False, "live": scripted(groping)}

    async def cell() -> nlevolve.Result:
        return nlevolve.solve([raw, own], run="cell", settings={"policy.check": "all"}, **options)

    result = asyncio.run(cell())
    first, second = result.tasks
    assert first.startswith("task-")
    assert second == "a-b"
    assert result.tasks[first].solved
    assert result.tasks[second].solved is None, "a Task has no test outputs"
    [grids] = result.answers[first]
    assert grids[0] == raw["test"][0]["output"]
    shown = result._repr_html_()
    assert "a-b" in shown
    assert shown.count("<svg") == sum(map(len, [*result.answers[first], *result.answers[second]]))
    console = Console(width=200, file=io.StringIO())
    console.print(result)
    assert "a-b" in console.file.getvalue()
    with pytest.raises(UsageError, match="int is no task"):
        nlevolve.solve([3], **options)


def test_the_packages_names_are_found_by_completion() -> None:
    assert {"solve", "asolve", "Result", "Task"} <= set(dir(nlevolve))


def test_what_is_public_is_all_that_dir_lists_and_what_is_given_wrongly_is_named_as_it_was_given(tmp_path: Path) -> None:
    assert dir(nlevolve) == sorted(nlevolve.__all__)
    pair = {"input": [[1, 22]], "output": [[1]]}
    for given, says in (
        ({"train": [pair], "test": [pair]}, "task 1 that was"),
        ({"id": "a", "train": [pair]}, "the task 'a' that was"),
    ):
        with pytest.raises(nlevolve.UsageError, match=f"^{says} given: ") as told:
            nlevolve.solve(given, runs_dir=tmp_path)
        assert ".tasks" not in str(told.value)
    with pytest.raises(TypeError, match="a Drawing is of rows of equal length"):
        nlevolve.Drawing("abc")
