"""`nlevolve` as a process of its own, from this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def start(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    """Start it in this folder; its output is kept apart, as text."""
    return subprocess.Popen(
        [sys.executable, "-m", "nlevolve", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
