"""How this program is called again from where the user stands: what messages tell him to type works when it is pasted."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

NAME = "nlevolve"


def command(*words: str | Path) -> str:
    """`nlevolve` and these words as a shell takes them."""
    return f"{_program()} {quoted(words)}"


def quoted(words: Iterable[str | Path]) -> str:
    """Words as a shell takes them: what has spaces is quoted."""
    return shlex.join(map(str, words))


@lru_cache(maxsize=1)
def _program() -> str:
    """The bare name where a shell finds this very program by it; else its path, as `make` and a checkout's .venv need it."""
    script = Path(sys.executable).with_name(NAME)
    # what starts us for one command (uv, make) may have lengthened the path for us alone
    found = None if "UV" in os.environ else shutil.which(NAME)
    if found and (not script.exists() or os.path.samefile(found, script)):
        return NAME
    if script.exists():
        return shlex.quote(_near(script))
    return f"{shlex.quote(_near(Path(sys.executable)))} -m {NAME}"


def _near(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
