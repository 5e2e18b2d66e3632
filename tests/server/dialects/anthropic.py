"""Anthropic's messages endpoint.

Forms: its pages on errors, rate limits and extended thinking, and the messages that it returns for parameters that do not go
together. Every error is `{"type": "error", "error": {"type", "message"}}`; a full window, spent credit and a filter are all
`invalid_request_error` with status 400. Resets of rate limits are moments in RFC 3339, apart for requests, input and output.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.server.dialects.dialect import Dialect, Serving, failing, prompt_tokens, room_asked
from tests.server.said import Asked, Json, Said

MANUAL = "Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
LEAST_BUDGET = 1_024


def error(status: int, kind: str, message: str, **headers: str) -> Said:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return failing(status, body, request_id="req_1", **headers)


def invalid(message: str) -> Said:
    return error(400, "invalid_request_error", message)


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    body, room = asked.body, room_asked(asked.body)
    if room is None:
        return invalid("max_tokens: Field required")
    if room > serving.longest:
        most = f"{room} > {serving.longest}, which is the maximum allowed number of output tokens for {asked.model}"
        return invalid(f"max_tokens: {most}")
    return (_as_thinking(body, room) if asked.thinks else None) or _together(body) or _too_long(asked, serving, room)


def _as_thinking(body: Json, room: int) -> Said | None:
    budget = body["thinking"].get("budget_tokens")
    if budget is not None and budget < LEAST_BUDGET:
        return invalid(f"thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}")
    if budget is not None and budget >= room:
        return invalid(f"`max_tokens` must be greater than `thinking.budget_tokens`. {MANUAL}#max-tokens-and-context-window-size")
    if body.get("temperature") not in (None, 1):
        return invalid(f"`temperature` may only be set to 1 when thinking is enabled. {MANUAL}")
    if body.get("top_p") is not None and body["top_p"] < 0.95:
        return invalid(f"`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. {MANUAL}")
    if (body.get("tool_choice") or {}).get("type") in ("tool", "any"):
        return invalid("Thinking may not be enabled when tool_choice forces tool use.")
    return None


def _together(body: Json) -> Said | None:
    if body.get("temperature") is not None and body.get("top_p") is not None:
        return invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
    unknown = next((name for name in ("seed", "response_format", "frequency_penalty") if name in body), None)
    return invalid(f"{unknown}: Extra inputs are not permitted") if unknown else None


def _too_long(asked: Asked, serving: Serving, room: int) -> Said | None:
    prompt = prompt_tokens(asked)
    if prompt > serving.window:
        return invalid(f"prompt is too long: {prompt} tokens > {serving.window} maximum")
    if prompt + room > serving.window:
        both = f"{prompt} + {room} > {serving.window}"
        return invalid(
            f"input length and `max_tokens` exceed context limit: {both}, decrease input length or `max_tokens` and try again"
        )
    return None


def _limited(seconds: float = 1.0) -> Said:
    moment = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds").replace("+00:00", "Z")
    told = "This request would exceed your organization's rate limit of 30,000 input tokens per minute (org: x, model: claude)."
    headers = {
        "retry-after": str(int(seconds)),
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-input-tokens-limit": "30000",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": moment,
        "anthropic-ratelimit-output-tokens-remaining": "8000",
    }
    return error(429, "rate_limit_error", told, **headers)


FAILS = {
    "limited": _limited,
    "overloaded": lambda: error(529, "overloaded_error", "Overloaded"),
    "broken": lambda: error(500, "api_error", "Internal server error"),
    "credit gone": lambda: invalid(
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
    ),
    "spend limit": lambda: invalid(
        "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
    ),
    "filtered": lambda: invalid("Output blocked by content filtering policy"),
    "no key": lambda: error(401, "authentication_error", "invalid x-api-key"),
    "forbidden": lambda: error(403, "permission_error", "Your API key does not have permission to use the specified resource."),
    "no model": lambda: error(404, "not_found_error", "model: claude-sonnet-9"),
    "too large": lambda: error(413, "request_too_large", "Request exceeds the maximum size"),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    model = {"type": "model", "id": serving.model, "display_name": serving.model, "max_input_tokens": serving.window}
    return {
        f"/v1/models/{serving.model}": model,
        "/v1/models": {"data": [model], "has_more": False, "first_id": serving.model, "last_id": serving.model},
    }


ANTHROPIC = Dialect("anthropic", refuses=_refuses, fails=FAILS, tells=_tells, lost=error(404, "not_found_error", "Not Found"))
