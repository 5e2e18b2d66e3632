"""`nlevolve` as a process of its own, from this checkout."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def _prepare(largest_file: int | None) -> None:
    """As a terminal starts it: whoever runs these tests by nohup has a closed terminal ignored, and that is inherited."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))


def start(*arguments: str, folder: Path, largest_file: int | None = None) -> subprocess.Popen[str]:
    """Start it in this folder; its output is kept apart, as text. No file may grow beyond `largest_file` bytes."""
    return subprocess.Popen(
        [sys.executable, "-m", "nlevolve", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: _prepare(largest_file),
    )
