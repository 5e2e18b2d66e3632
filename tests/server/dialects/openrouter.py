"""OpenRouter, which passes requests on to other providers.

Forms: its page "Errors and Debugging" (`{"error": {"code": integer, "message", "metadata"}}`; once a provider has begun, errors
come inside a 200 or as an event; moderation is a 403 whose metadata says why), the page on limits, and what its free tier sends
(X-RateLimit-Reset in epoch milliseconds, in the body's metadata too: Gitlawb/openclaude#936). Reasoning is in `reasoning`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tests.server.dialects.dialect import Dialect, Serving, failing, prompt_tokens, room_asked
from tests.server.said import Asked, Json, Said


def error(
    code: int, message: str, metadata: Json | None = None, *, status: int | None = None, headers: dict[str, str] | None = None
) -> Said:
    body: Json = {"error": {"message": message, "code": code}}
    if metadata is not None:
        body["error"]["metadata"] = metadata
    return failing(code if status is None else status, {**body, "user_id": "user_x"}, **(headers or {}))


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    prompt, room = prompt_tokens(asked), room_asked(asked.body) or 0
    if prompt + room <= serving.window:
        return None
    told = f"This endpoint's maximum context length is {serving.window} tokens. However, you requested about {prompt + room} "
    how = f"tokens ({prompt} of text input, {room} in the output). Please reduce the length of either one, or use the "
    return error(400, f'{told}{how}"middle-out" transform to compress your prompt automatically.', {"provider_name": None})


def _limited(seconds: float = 2.0) -> Said:
    moment = str(int((time.time() + seconds) * 1000))
    headers = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": moment}
    return error(429, "Rate limit exceeded: free-models-per-min. ", {"headers": headers, "provider_name": None}, headers=headers)


def limited_for_the_day() -> Said:
    """Resets in 14 hours."""
    moment = str(int((time.time() + 14 * 3600) * 1000))
    headers = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": moment}
    told = "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"
    return error(429, told, {"headers": headers, "provider_name": None}, headers=headers)


FAILS = {
    "limited": _limited,
    "limited for the day": limited_for_the_day,
    "upstream limited": lambda: error(
        429, "Provider returned error", {"raw": "x/y:free is temporarily rate-limited upstream.", "provider_name": "Chutes"}
    ),
    "filtered": lambda: error(
        403,
        '"openai/gpt-4o" requires moderation on OpenAI. Your input was flagged for "violence". No credits were charged.',
        {
            "reasons": ["violence"],
            "flagged_input": "# Training pairs …",
            "provider_name": "OpenAI",
            "model_slug": "openai/gpt-4o",
        },
    ),
    "no route": lambda: error(
        404,
        "No endpoints found that can handle the requested parameters. To learn more about provider routing, visit: "
        "https://openrouter.ai/docs/provider-routing",
    ),
    "credit gone": lambda: error(402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits"),
    "too dear": lambda: error(
        402,
        "This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 2666.",
        {"provider_name": None},
    ),
    "error in a 200": lambda: error(
        502, "Provider returned error", {"provider_name": "Novita", "raw": '{"code":502,"message":"upstream"}'}, status=200
    ),
    "filtered in a 200": lambda: error(
        403, "Provider returned error", {"provider_name": "Alibaba", "raw": "data_inspection_failed"}, status=200
    ),
    "no key": lambda: error(401, "No auth credentials found"),
    "timed out": lambda: error(408, "Request timed out"),
    "no provider": lambda: error(503, "There is no available model provider that meets your routing requirements"),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    top = {"context_length": serving.window, "max_completion_tokens": serving.longest, "is_moderated": False}
    takes = ["max_tokens", "temperature", "seed", "response_format", "reasoning", "include_reasoning"]
    model = {"id": serving.model, "context_length": serving.window, "top_provider": top, "supported_parameters": takes}
    return {path: {"data": [model]} for path in ("/api/v1/models", "/v1/models")}


def _dresses(body: Json, asked: Asked, said: Said) -> Json:
    choice = body["choices"][0]
    message = choice["message"]
    if "reasoning_content" in message:
        message["reasoning"] = message.pop("reasoning_content")
        message["reasoning_details"] = [{"type": "reasoning.text", "text": message["reasoning"], "index": 0}]
    if "usage" in body:
        body["usage"]["cost"] = 0.00012
    choice["native_finish_reason"] = {"stop": "stop", "length": "MAX_TOKENS"}.get(said.finish, said.finish)
    return {**body, "id": "gen-1", "provider": "DeepInfra"}


OPENROUTER = Dialect(
    "openrouter",
    refuses=_refuses,
    fails=FAILS,
    tells=_tells,
    dresses=_dresses,
    lost=failing(404, "<!DOCTYPE html><html><title>Not Found | OpenRouter</title></html>"),
)
