"""The user's own command at the end of a run, `--when-done CMD`: typed for this session, and kept in no file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from nlevolve.view.door import complain


def carry_out(command: str, folder: Path, exit_code: int, *, as_json: bool = False) -> None:
    """Have the shell run it, with the run's name, folder and exit code in the environment; what it brings changes no exit code.

    `as_json`: stdout belongs to the summary object, so that what the command says goes to stderr.
    """
    told = {"NLEVOLVE_RUN": folder.name, "NLEVOLVE_FOLDER": str(folder.resolve()), "NLEVOLVE_EXIT_CODE": str(exit_code)}
    # the user typed it for a shell, as at its prompt; names and folders go in as variables, never into its text
    ended = subprocess.run(command, shell=True, env=os.environ | told, stdout=2 if as_json else None, check=False)  # nosec B602
    if ended.returncode:
        complain(f"--when-done ended with exit code {ended.returncode}: {command}")
