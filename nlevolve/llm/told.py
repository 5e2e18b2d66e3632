"""What a provider's error says, read once: status, codes, parameter, words and waits, wherever each provider puts them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

WRAPPING = re.compile(r"^(litellm\.\w+: )+(\w+: )?(\w+ ?(Exception|Error) (\w+ )?- )?")
"""What litellm puts before the provider's own words."""
CODED = ("code", "type", "status", "reason", "quotaId")
"""Where bodies name what went wrong. An integer there is the status once more."""
NO_TAGS = re.compile(r"<(head|style|script)\b.*?</\1>|<[^>]+>", re.DOTALL | re.IGNORECASE)
LONGEST_SAID = 20_000
"""Characters that are looked at: an error of megabytes says no more than its beginning, and patterns take their time."""
EPOCH = 1e9
"""Where a reset is said to be that many seconds away, it is a moment: seconds since 1970, or a thousand times as many ms."""


@dataclass(frozen=True)
class Told:
    """A provider's error. Codes are in lower case, from wherever the body has them."""

    message: str
    status: int | None = None
    codes: frozenset[str] = frozenset()
    param: str = ""
    retry_after: float | None = None
    """Seconds."""
    prompt: int | None = None
    """Tokens, where the body counts them; so is `window`."""
    window: int | None = None


def told(error: BaseException) -> Told:
    """Read an exception of litellm's, and those that it was raised from."""
    links = chain(error)
    body = body_of(error)
    headers = next((h for link in links if (h := _headers_of(link))), None) or {}
    # the innermost has the provider's own status; litellm gives its errors others (of a 529 it makes a 500)
    statuses = [s for link in links if isinstance(s := getattr(link, "status_code", None), int)]
    return Told(
        message=_words(error, body),
        status=statuses[-1] if statuses else None,
        codes=frozenset(_codes(body)) | {type(link).__name__.lower() for link in links},
        param=str(body.get("param") or ""),
        retry_after=_wait(headers, body),
        prompt=_whole(body.get("n_prompt_tokens")),
        window=_whole(body.get("n_ctx")),
    )


def is_reply(error: BaseException) -> bool:
    """Whether it is a provider's answer, of whatever status, and not what litellm made of a lost connection or an odd body."""
    return any(getattr(getattr(link, "response", None), "headers", None) or _headers_of(link) for link in chain(error))


def _headers_of(error: BaseException) -> Any:
    return getattr(error, "litellm_response_headers", None)


def body_of(error: BaseException) -> Mapping[str, Any]:
    """The `error` object of a provider's reply, from the exception or one that it was raised from; empty if there is none.

    Where the error is nothing but words, they are its message.
    """
    for link in chain(error):
        body = getattr(link, "body", None)
        if not isinstance(body, dict):
            body = _parsed(getattr(link, "message", None))
        inner = body.get("error") or body.get("detail") or body
        if isinstance(inner, str):
            return {"message": inner}
        if isinstance(inner, dict) and inner:
            return inner
    return {}


def chain(error: BaseException | None) -> list[BaseException]:
    """An exception and those that it was raised from."""
    links: list[BaseException] = []
    while error is not None and len(links) < 8:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _parsed(text: Any) -> dict[str, Any]:
    try:
        body = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _words(error: BaseException, body: Mapping[str, Any]) -> str:
    """What it says, for people, in one line. OpenRouter hands on what a provider said to it in `metadata.raw`."""
    said = str(body.get("message") or WRAPPING.sub("", str(error)[:LONGEST_SAID]))[:LONGEST_SAID]
    raw = _metadata(body).get("raw")
    if raw:
        said = f"{said} ({body_of(_Raw(raw)).get('message') or raw})"[:LONGEST_SAID]
    if said.lstrip().startswith("<"):
        said = NO_TAGS.sub(" ", said)
    return " ".join(said.partition("Traceback (most recent call last)")[0].split())


class _Raw(Exception):
    """A body within a body."""

    def __init__(self, message: object) -> None:
        self.message = message


def _metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found = body.get("metadata")
    return found if isinstance(found, dict) else {}


def _codes(body: Mapping[str, Any]) -> Iterator[str]:
    for place in (body, *_details(body)):
        for name in CODED:
            if isinstance(value := place.get(name), str) and value:
                yield value.lower()
    yield from (str(name).lower() for name in _metadata(body))


def _details(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Google's details, and the violated quotas within them."""
    details = body.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            yield detail
            yield from (violation for violation in detail.get("violations") or [] if isinstance(violation, dict))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _wait(headers: Mapping[str, str], body: Mapping[str, Any]) -> float | None:
    """Seconds to wait, by the headers or by what the body says in their place."""
    asked = retry_after(headers)
    if asked is not None:
        return asked
    delays = (_span(str(detail["retryDelay"])) for detail in _details(body) if "retryDelay" in detail)
    repeated = _metadata(body).get("headers")
    return next(delays, None) or rest(headers) or rest(repeated if isinstance(repeated, dict) else {}) or None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks us to wait: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    plain = _plain(headers)
    if (milliseconds := _number(plain.get("retry-after-ms", ""))) is not None:
        return max(0.0, milliseconds / 1000)
    return _seconds(plain.get("retry-after", ""))


def rest(headers: Mapping[str, str]) -> float:
    """Seconds until requests or tokens are to be had again, when rate-limit headers say that none are left; else 0."""
    plain = _plain(headers)
    names = [("x-ratelimit-remaining", "x-ratelimit-reset")]
    for what in ("requests", "tokens"):
        names.append((f"x-ratelimit-remaining-{what}", f"x-ratelimit-reset-{what}"))
        names.append((f"anthropic-ratelimit-{what}-remaining", f"anthropic-ratelimit-{what}-reset"))
    waits = [_span(plain.get(reset, "")) or 0.0 for left, reset in names if _number(plain.get(left, "")) == 0]
    return max(waits, default=0.0)


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    # litellm hands some headers through under a prefix
    return {name.lower().removeprefix("llm_provider-"): str(value) for name, value in headers.items()}


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else None


def _until(number: float) -> float:
    """Seconds, of a number that is either that or a moment."""
    if number < EPOCH:
        return number
    # against the wall clock: a moment means nothing to the monotonic one
    return max(0.0, (number / 1000 if number >= EPOCH * 1000 else number) - time.time())


def _seconds(value: str) -> float | None:
    if (number := _number(value)) is not None:
        return _until(number)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time())


def _span(value: str) -> float | None:
    """Seconds in `6m0s`, `120ms`, `1.5`, or until a moment in RFC 3339 or since 1970."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", value)
    if value and parts:
        hours, minutes, seconds, milliseconds = (float(part or 0) for part in parts.groups())
        return 3600 * hours + 60 * minutes + seconds + milliseconds / 1000
    if (number := _number(value)) is not None:
        return _until(number)
    try:
        return max(0.0, (datetime.fromisoformat(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
