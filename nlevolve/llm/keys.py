"""Keys: read from the environment or `.env`, and kept out of every message."""

from __future__ import annotations

import os
import re
from pathlib import Path

from nlevolve.llm import env_file

SECRET_NAMES = re.compile(r"(_KEY|_TOKEN|_SECRET|_PASSWORD|_CREDENTIALS?|_KEY_ID)$", re.IGNORECASE)
SHORTEST_SECRET = 8
"""Characters: a shorter value may be part of an ordinary word."""


def load_keys(folder: Path) -> None:
    """Take the keys and addresses of `folder`/.env that the environment does not set."""
    env_file.take(_written(folder))


def ignored_in(folder: Path) -> list[str]:
    """The variables of `folder`/.env that are not taken, since they are neither a key nor an address."""
    return env_file.ignored(_written(folder))


def _written(folder: Path) -> dict[str, str]:
    file = folder / ".env"
    return env_file.values_of(file.read_text(encoding="utf-8")) if file.is_file() else {}


def from_environment(value: str) -> str:
    """A header's value: `env:NAME` stands for the variable NAME (empty when it is not set), anything else for itself."""
    return os.environ.get(value[4:], "") if value.startswith("env:") else value


class Secrets:
    """The values of the environment's keys, to be hidden wherever they show: providers echo them in their errors."""

    def __init__(self) -> None:
        self._values = {value for name, value in os.environ.items() if SECRET_NAMES.search(name)}

    def hide(self, text: str, more: tuple[str, ...] = ()) -> str:
        """The text with every secret, and these values, replaced by `***`."""
        for secret in sorted(self._values.union(more), key=len, reverse=True):
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text
