"""The Makefile's targets call what the interface promises. Nothing is run: `make -n` says what would be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    alone = {"PATH": os.environ["PATH"]}  # `make test ARGS=…` would hand its own variables on
    command = ["make", "-C", str(ROOT), "-n", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=alone)


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["solve", "TASKS=a b[:2]"], "nlevolve solve 'a b[:2]'"),
        (
            ["solve", "TASKS=a", "GENERATOR=g", "CHECKER=c", "PRESET=p", "RUN=r", "BUDGET=1", "ARGS=--no-live"],
            "nlevolve solve 'a' --generator 'g' --checker 'c' --preset 'p' --run 'r' --budget '1' --no-live",
        ),
        (["solve"], "nlevolve solve 'arc1:"),
        (["resume", "RUN=a"], "nlevolve resume 'a'"),
        (["report", "RUN=a"], "nlevolve report 'a'"),
        (["show", "RUN=a", "TASK=b"], "nlevolve show 'a' 'b'"),
        (["watch", "RUN=a", "ARGS=--speed 20"], "nlevolve watch 'a' --speed 20"),
        (["compare", "RUNS=a b"], "nlevolve compare a b"),
        (["sweep", "ARGS=arc1:training~5 --generator A"], "nlevolve sweep arc1:training~5 --generator A"),
        (["test"], "pytest"),
        (["check"], "pytest"),
        (["lint"], "mypy"),
        (["bench"], "benchmarks.search"),
        (["bench-calls"], "benchmarks.calls"),
        (["bench-search"], "benchmarks.search"),
        (["study"], "benchmarks.study"),
        (["docs"], "benchmarks.docs"),
        (["test-lowest"], "build/lowest/bin/python -m pytest tests/test_api.py"),
        (["smoke"], ".ci/smoke"),
        (["mutants"], "mutmut run --max-children 1 .venv/bin/python -m benchmarks.mutants"),
        (["mutants", "MODULES=evolve run/search"], "--max-children 1 'nlevolve.evolve.*' 'nlevolve.run.search.*'"),
    ],
)
def test_a_target_calls_its_command(arguments: list[str], command: str) -> None:
    said = make(*arguments)
    assert said.returncode == 0, said.stderr
    assert command in " ".join(said.stdout.split())


@pytest.mark.parametrize("target", ["resume", "show", "watch", "report", "compare", "sweep"])
def test_a_target_says_what_it_lacks(target: str) -> None:
    said = make(target)
    assert said.returncode == 2
    assert f"say wh{'at' if target == 'sweep' else 'ich'}: make {target} " in said.stderr


def test_solving_installs_what_solving_needs_and_says_what_it_does(tmp_path: Path) -> None:
    """As on a fresh machine: a copy of the checkout without a .venv."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    alone = {"PATH": os.environ["PATH"]}
    command = ["make", "-C", str(tmp_path), "-n", f"PYTHON={sys.executable}"]
    said = {
        t: subprocess.run([*command, t], capture_output=True, text=True, check=True, env=alone).stdout for t in ("solve", "test")
    }
    installs = {target: [line for line in text.splitlines() if "set_up.py" in line] for target, text in said.items()}
    assert [line.split("set_up.py ")[1] for line in installs["solve"]] == ["-e . -c constraints.txt"]
    assert [line.split("set_up.py ")[1] for line in installs["test"]][1:] == ["-e '.[dev]' -c constraints.txt"]
    pip = subprocess.run([sys.executable, ROOT / ".ci" / "set_up.py", "pip"], capture_output=True, text=True, check=False)
    assert (pip.returncode, "done" in pip.stderr) == (0, True)
    pip = subprocess.run([sys.executable, ROOT / ".ci" / "set_up.py", "./nowhere"], capture_output=True, text=True, check=False)
    assert (pip.returncode, "nowhere" in pip.stderr) == (1, True), "what went wrong is shown"
