"""What was learned of models' limits and what was sent of late, in a file: a hub that is started again begins with no storm."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlevolve import files
from nlevolve.llm.remembered import Remembered

FILE = "limits.json"
EVERY = 2.0
"""Seconds between two writings while anything is asked. What is not known of those before a kill counts as sent at full pace."""
STALE = 86_400.0
"""Seconds after which limits are learned anew: providers change them by the day."""
MOST = 1_000
"""Models at an address that a hub keeps apart."""


class Known(BaseModel):
    """Of one model at one address."""

    model_config = ConfigDict(frozen=True)

    model: str = Field(max_length=1_000)
    url: str | None = Field(default=None, max_length=5_000)
    limits: Remembered


class _All(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    v: Literal[1] = 1
    at: float
    """Seconds since 1970."""
    models: tuple[Known, ...] = Field(max_length=MOST)


class KnownFile:
    """Of a hub's folder. It is a comfort: without it, or where it cannot be read or written, limits are learned again."""

    def __init__(self, folder: Path, notice: Callable[[str], None]) -> None:
        self._file = folder / FILE
        self._notice = notice
        self._failed = False
        self.ago = 0.0
        """Seconds since what is in it was written."""

    def read(self) -> tuple[Known, ...]:
        """What a hub knew before, if that is worth anything. A clock that was set back makes nothing older than it is."""
        try:
            found = _All.model_validate_json(files.read(self._file))
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError, RecursionError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            self._notice(f"cannot read {self._file} ({why}): limits of models are learned again")
            return ()
        self.ago = max(0.0, time.time() - found.at)
        return found.models if self.ago < STALE else ()

    def write(self, models: tuple[Known, ...]) -> None:
        """Blocks until it is on disk."""
        try:
            files.replace(self._file, _All(at=time.time(), models=models[:MOST]).model_dump_json())
        except OSError as error:
            if not self._failed:
                self._failed = True
                self._notice(f"cannot write {self._file} ({error.strerror}): learned limits are forgotten when the hub stops")
