"""Keys: read from the environment or `.env`, checked before anything is sent, and kept out of every message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from nlevolve.errors import UsageError
from nlevolve.files import read_settings
from nlevolve.llm import env_file
from nlevolve.llm.hiding import MASK, hidden

SECRET_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|KEY_ID|_AUTH|_PASS|_PAT)$", re.IGNORECASE)
TELLING = re.compile(r"auth|key|token|secret|passw|credential|cookie|session|signature|bearer|jwt", re.IGNORECASE)
"""Names of headers, and of parts of an address, that are there to hold a secret."""
HARMLESS = re.compile(
    r"(http-)?referer|x-title|user-agent|accept(-.*)?|content-type|openai-(organization|project|beta)|anthropic-(version|beta)"
    r"|x-request-.*|traceparent|api-version",
    re.IGNORECASE,
)
"""Headers whose values are no secrets unless they look like a key."""
KEY = re.compile(
    r"(?<![A-Za-z0-9])(sk|pk|rk|gsk|xai|hf|ghp|gho|github_pat|glpat|AIza|ya29|AKIA)[-_.]?[A-Za-z0-9_.-]{12,}|^Bearer |^Basic "
)
"""How keys of providers look."""
MIXED = re.compile(r"(?=[A-Za-z+/=_-]*\d)(?=[\d+/=_-]*[A-Za-z])[A-Za-z0-9+/=_-]{8,}")
"""Letters and digits in one word: what a key is made of, and an ordinary value of a header seldom."""
ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
ODD = (
    (re.compile(r"[\r\n]"), "a line end"),
    (re.compile("[‘’‚‛“”„‟«»‹›]"), "a typographic quote"),
    (re.compile(r"…|\.\.\."), "an ellipsis: it was shortened where it was copied"),
    (re.compile(r"^[\"'].*[\"']$"), "quotes around it"),
    (re.compile(r"[^\x20-\x7e]"), "a character that no key has"),
)
"""What is wrong with a value that no provider ever gave out, in words."""


def load_keys(folder: Path) -> None:
    """Take the keys and addresses of `folder`/.env that the environment does not set. Raises UsageError where it is no text."""
    env_file.take(_written(folder))


def there(folder: Path) -> dict[str, str]:
    """Variable -> value of each key of a provider that the environment or `folder`/.env sets. Raises UsageError."""
    both = {**_written(folder), **os.environ}
    return {name: value for name, value in sorted(both.items()) if name.endswith("_API_KEY") and value}


def ignored_in(folder: Path) -> list[str]:
    """The variables of `folder`/.env that are not taken, since they are neither a key nor an address."""
    return env_file.ignored(_written(folder))


def _written(folder: Path) -> dict[str, str]:
    file = folder / ".env"
    if file.is_dir():
        raise UsageError(f"{file} is a folder: keys are read from a file of that name, or from the environment")
    return env_file.values_of(_text(file)) if file.exists() else {}


def _text(file: Path) -> str:
    try:
        return read_settings(file)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        looks = ENCODINGS.get(error.object[:2], "another encoding")
        raise UsageError(f"{file} is not UTF-8 ({looks}, it seems): save it as UTF-8") from None


def from_environment(value: str) -> str:
    """A header's value: `env:NAME` stands for the variable NAME (empty when it is not set), anything else for itself."""
    return os.environ.get(value[4:], "") if value.startswith("env:") else value


def secrets_of(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the headers that come from the environment."""
    return tuple(from_environment(value) for value in headers.values() if value.startswith("env:"))


def check_key(name: str, *, header: bool = False) -> None:
    """Raises UsageError where the variable holds what cannot be a key (or, of a `header`, no value of one)."""
    fault = fault_of(os.environ.get(name, ""), header=header)
    if fault is not None:
        raise UsageError(f"{name} cannot be a key, it has {fault}: set it anew, in the environment or in .env")


def fault_of(value: str, *, header: bool = False) -> str | None:
    """What is wrong with a key; None where nothing is."""
    fault = next((what for pattern, what in ODD if pattern.search(value)), None)
    return "a space" if fault is None and not header and " " in value else fault


def check_address(url: str, named: str) -> None:
    """Raises UsageError where an address has a secret in it: it would stand in files and messages."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        what = "a name or password in front of its host"
    elif (
        name := next((name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if TELLING.search(name)), None)
    ) is not None:
        what = f"a secret in it (?{name}=)"
    elif KEY.search(url):
        what = "a key in it"
    else:
        return
    raise UsageError(
        f"{named} has {what}, which would be written into files: put it into a variable NAME and send that as a header, "
        'extra_headers = {Authorization = "env:NAME"}'
    )


def check_headers(headers: Mapping[str, str], named: str) -> None:
    """Raises UsageError where a header's value is a secret written out."""
    for name, value in headers.items():
        if not value.startswith("env:") and _is_secret(name, value):
            raise UsageError(
                f"{named}.{name} is a secret written out, and would be written into files: put it into a variable NAME, "
                f'in the environment or in .env, and set the header to "env:NAME"'
            )


def _is_secret(header: str, value: str) -> bool:
    if KEY.search(value) or TELLING.search(header):
        return True
    return HARMLESS.fullmatch(header) is None and MIXED.search(value) is not None


def refuse_secrets(base_url: str | None, headers: Mapping[str, str]) -> None:
    """Raises UsageError for a key that is written out in a role's settings: config.json and the report would show it."""
    if base_url is not None:
        check_address(base_url, "base_url")
    check_headers(headers, "extra_headers")


def shown(setting: str, value: str) -> str:
    """The value of a setting, by its dotted name, or `***` where a secret is written out: in runs of before such were refused."""
    try:
        if setting.endswith(".base_url") or setting.startswith("endpoints."):
            check_address(value, "")
        if ".extra_headers." in setting:
            check_headers({setting.rpartition(".")[2]: value}, "")
    except (UsageError, ValueError):
        return MASK
    return value


class Secrets:
    """The values of the environment's keys, to be hidden wherever they show: providers echo them in their errors and replies."""

    def __init__(self) -> None:
        self._values = {value for name, value in os.environ.items() if SECRET_NAMES.search(name)}

    def hide(self, text: str, more: Iterable[str] = ()) -> str:
        """The text with every secret, and these values, replaced by `***`, also where they are written in another form."""
        return hidden(text, self._values.union(more))
