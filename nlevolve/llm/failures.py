"""What a provider's failure means for the run: by status, body code and headers, never by its text."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nlevolve.llm.request import CallFailed, ProviderDown, RateLimited, Rejected, TimedOut, Unusable

NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "access_terminated", "account_deactivated"}
"""Body codes of a 429 or 403 that no waiting mends."""
MEANINGS: dict[int, type[CallFailed]] = {
    401: Unusable, 402: Unusable, 403: Unusable, 404: Unusable,
    408: TimedOut, 409: ProviderDown, 425: ProviderDown, 429: RateLimited,
}  # fmt: skip


def failure(status: int, code: str, message: str, headers: Mapping[str, str]) -> CallFailed:
    """Our error for a provider's."""
    kind = Unusable if code in NO_CREDIT else MEANINGS.get(status, ProviderDown if status >= 500 else Rejected)
    return kind(message, status=status, retry_after=retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks us to wait: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    lower = {name.lower().removeprefix("llm_provider-"): value for name, value in headers.items()}
    for name, scale in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        seconds = _seconds(lower.get(name, ""))
        if seconds is not None:
            return seconds * scale
    return None


def _seconds(value: str) -> float | None:
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    # the wall clock: a date means nothing to the monotonic one
    return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time())


def until(value: str) -> float | None:
    """Seconds from now to a moment in RFC 3339, as some rate-limit headers give it."""
    try:
        return max(0.0, (datetime.fromisoformat(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
