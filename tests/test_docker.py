"""The Dockerfile runs what README tells a newcomer to type, on a Python that we support, and takes no key along."""

from __future__ import annotations

import fnmatch
import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
STEPS = [
    (step[1], re.sub(r"\\\n\s*", "", step[2]))
    for step in re.finditer(r"^([A-Z]+) ((?:.*\\\n)*.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
]


def test_it_types_the_two_commands_of_readme_in_their_order() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    typed = [line for line in readme.split("```")[1].strip().splitlines() if line]
    solve = [what for step, what in STEPS if step == "RUN" and what.startswith("make ")]
    test = [" ".join(json.loads(what)) for step, what in STEPS if step == "CMD"]
    assert [*solve, *test] == typed


def test_its_python_is_one_that_we_support_and_what_it_copies_is_there() -> None:
    (image,) = [what for step, what in STEPS if step == "FROM"]
    tagged = re.fullmatch(r"python:3\.(\d+)-slim", image)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert tagged is not None
    assert f"Programming Language :: Python :: 3.{tagged[1]}" in project["classifiers"]
    sources = [word for step, what in STEPS if step == "COPY" for word in what.split()[:-1] if not word.startswith("--")]
    assert sources
    assert all((ROOT / source).exists() for source in sources)


def test_no_key_no_run_and_no_bank_goes_along_and_all_that_is_in_the_repository_does() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]

    def left_out(path: str) -> bool:
        last = [line for line in ignored if fnmatch.fnmatchcase(path, line.removeprefix("!"))]
        return bool(last) and not last[-1].startswith("!")

    assert all(left_out(path) for path in (".env", ".venv", ".nlevolve-cache", "runs/first", ".git"))
    needed = (
        "Makefile",
        "pyproject.toml",
        "constraints.txt",
        "README.md",
        "nlevolve",
        "prompts",
        "tests",
        ".ci",
        "runs/.gitkeep",
    )
    assert not [path for path in needed if left_out(path) or not (ROOT / path).exists()]
