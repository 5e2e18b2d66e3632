"""What a provider's failure means for the run: by status, body code and headers, never by its text."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from nlevolve.llm.request import NoReply, ProviderDown, RateLimited, Refused, Rejected, TimedOut, TooLong, Unusable

CODES: dict[str, type[NoReply]] = {
    "insufficient_quota": Unusable,
    "billing_hard_limit_reached": Unusable,
    "billing_not_active": Unusable,
    "account_deactivated": Unusable,
    "billing_error": Unusable,
    "context_length_exceeded": TooLong,
    "content_policy_violation": Refused,
    "content_filter": Refused,
}
"""Body codes that say more than the status: a 429 without credit will not pass, however long one waits."""
STATUSES: dict[int, type[NoReply]] = {
    401: Unusable, 402: Unusable, 403: Unusable, 404: Unusable,
    408: TimedOut, 409: ProviderDown, 425: ProviderDown, 429: RateLimited,
}  # fmt: skip
LONGEST_MESSAGE = 300


def failure(status: int, code: str, message: str, headers: Mapping[str, str]) -> NoReply:
    """Our error for a provider's. A status below 400 came with a body that nobody can read."""
    kind = CODES.get(code) or STATUSES.get(status) or (Rejected if 400 <= status < 500 else ProviderDown)
    wait = retry_after(headers)
    return kind(
        f"{status} {message}"[:LONGEST_MESSAGE], status=status, retry_after=rest(headers) or None if wait is None else wait
    )


def body_of(error: BaseException) -> Mapping[str, Any]:
    """The `error` object of a provider's reply, from the exception or one that it was raised from; empty if there is none."""
    for link in _chain(error):
        body = getattr(link, "body", None)
        if not isinstance(body, dict):
            body = _parsed(getattr(link, "message", None))
        inner = body.get("error", body)
        if isinstance(inner, dict) and inner:
            return inner
    return {}


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and len(links) < 5:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _parsed(text: Any) -> dict[str, Any]:
    try:
        body = json.loads(text) if isinstance(text, str | bytes) else None
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks us to wait: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    plain = _plain(headers)
    if (milliseconds := _number(plain.get("retry-after-ms", ""))) is not None:
        return max(0.0, milliseconds / 1000)
    return _seconds(plain.get("retry-after", ""))


def rest(headers: Mapping[str, str]) -> float:
    """Seconds until requests or tokens are to be had again, when rate-limit headers say that none are left; else 0."""
    plain = _plain(headers)
    waits = [0.0]
    for what in ("requests", "tokens"):
        for left, reset in (
            (f"x-ratelimit-remaining-{what}", f"x-ratelimit-reset-{what}"),
            (f"anthropic-ratelimit-{what}-remaining", f"anthropic-ratelimit-{what}-reset"),
        ):
            if _number(plain.get(left, "")) == 0:
                waits.append(_span(plain.get(reset, "")) or 0.0)
    return max(waits)


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    # litellm hands some headers through under a prefix
    return {name.lower().removeprefix("llm_provider-"): str(value) for name, value in headers.items()}


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else None


def _seconds(value: str) -> float | None:
    if (number := _number(value)) is not None:
        return number
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    # against the wall clock: a date means nothing to the monotonic one
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time())


def _span(value: str) -> float | None:
    """Seconds in `6m0s`, `120ms`, `1.5`, or until a moment in RFC 3339."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", value)
    if value and parts:
        hours, minutes, seconds, milliseconds = (float(part or 0) for part in parts.groups())
        return 3600 * hours + 60 * minutes + seconds + milliseconds / 1000
    if (number := _number(value)) is not None:
        return number
    try:
        return max(0.0, (datetime.fromisoformat(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
