"""`.env` in the working folder, which may be anybody's: it sets keys and addresses of providers, and nothing else.

Its keys go where the environment's are, unless they are there already. Its addresses stay in here: `endpoints.endpoint_of` asks
for the provider's, and no library finds one in the environment that nobody has looked at.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Mapping

_KEY = re.compile(r"[A-Za-z]\w*(_KEY|_KEY_ID|_TOKEN|_SECRET|_PASSWORD|_AUTH)", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z]\w*(_API_BASE|_BASE_URL)", re.ASCII)

_keys: dict[str, str] = {}
_addresses: dict[str, str] = {}
# like the environment they are the process's: of the last `.env` that was read


def values_of(text: str) -> dict[str, str]:
    """The variables of a `.env`, as they stand: `${NAME}` is not filled in, it would carry any variable to any address."""
    from dotenv import dotenv_values

    return {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text), interpolate=False).items()}


def ignored(values: Mapping[str, str]) -> list[str]:
    """The variables that are neither a key nor an address."""
    return [name for name in values if not (_KEY.fullmatch(name) or _ADDRESS.fullmatch(name))]


def take(values: Mapping[str, str]) -> None:
    """Set the keys that the environment does not set, and remember the addresses in place of those of a `.env` before."""
    for name, value in values.items():
        if _KEY.fullmatch(name) and name not in os.environ:
            os.environ[name] = _keys[name] = value
    _addresses.clear()
    _addresses.update({name: value for name, value in values.items() if value and _ADDRESS.fullmatch(name)})


def address(names: Iterable[str]) -> str | None:
    """What the file says under the first of these names."""
    return next((_addresses[name] for name in names if name in _addresses), None)


def holds_key(name: str) -> bool:
    """Whether this variable of the environment is the file's own."""
    return name in _keys and os.environ.get(name) == _keys[name]
