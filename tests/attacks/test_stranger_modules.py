"""Nothing in the current folder, in PYTHONPATH or in a `.env` is run: not here, and not in the processes that are started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.stories.processes import CHECKOUT

TRAP = "import pathlib\npathlib.Path({ran!r}).open('a').write(__name__ + ' ')\nraise SystemExit('a stranger was here')\n"
NAMES = (
    "numpy",
    "scipy",
    "typer",
    "rich",
    "pydantic",
    "litellm",
    "diskcache",
    "nlevolve_extra",
    "sitecustomize",
    "usercustomize",
)
ASKED = ["solve", "arc1:68b16354", "--run", "mine", "--no-live", "--set=policy.phases=[{births=1}]"]
"""One description, and its checks: the workers have something to do."""


def test_modules_in_the_current_folder_and_in_its_env_file_are_not_run(tmp_path: Path) -> None:
    """A module that is there for each that we import tells when it is."""
    ran = tmp_path / "ran"
    here = tmp_path / "folder"
    for place in (here, here / "path"):
        place.mkdir()
        for name in NAMES:
            (place / f"{name}.py").write_text(TRAP.format(ran=str(ran)))
    (here / ".env").write_text(f"PYTHONPATH={here / 'path'}\nPYTHONSTARTUP={here / 'path' / 'numpy.py'}\n")
    # as it is installed, but for the tests' own trees: what the current folder holds would come first
    program = f"import sys; sys.path.append({str(CHECKOUT)!r}); from nlevolve.cli import main; main()"
    keep = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program, *ASKED], cwd=here, env=keep, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert not ran.exists(), ran.read_text()


def test_python_m_in_a_folder_takes_no_module_from_it(tmp_path: Path) -> None:
    """With the checkout in PYTHONPATH, which is the user's own: it is where the program is from."""
    ran = tmp_path / "ran"
    for name in set(NAMES) - {"sitecustomize", "usercustomize"}:
        (tmp_path / f"{name}.py").write_text(TRAP.format(ran=str(ran)))
    ended = subprocess.run(
        [sys.executable, "-m", "nlevolve", *ASKED],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert not ran.exists(), ran.read_text()
