"""OpenAI's own endpoint.

Forms: the API's error guide and the messages that its models return (as quoted in openai-python's and litellm's issues):
`unsupported_value` and `unsupported_parameter` of reasoning models name the parameter in `param`; rate limits come with
`x-ratelimit-*` headers whose resets are spans ("6m0s", "120ms"), and with `retry-after-ms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.server.dialects.dialect import Dialect, Serving, failing, prompt_tokens, room_asked
from tests.server.said import Asked, Json, Said

REASONING = ("gpt-5", "o1", "o3", "o4")
"""How the names of reasoning models begin."""


def error(status: int, message: str, kind: str, code: str | None = None, param: str | None = None, **headers: str) -> Said:
    return failing(status, {"error": {"message": message, "type": kind, "param": param, "code": code}}, **headers)


def invalid(message: str, code: str | None, param: str | None) -> Said:
    return error(400, message, "invalid_request_error", code, param)


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    body = asked.body
    return (_as_reasoning(body, asked.model) if asked.model.startswith(REASONING) else None) or _too_long(asked, serving)


def _as_reasoning(body: Json, model: str) -> Said | None:
    for name in ("temperature", "top_p"):
        if body.get(name) not in (None, 1):
            only = f"'{name}' does not support {body[name]} with this model. Only the default (1) value is supported."
            return invalid(f"Unsupported value: {only}", "unsupported_value", name)
    if "max_tokens" in body:
        use = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        return invalid(f"Unsupported parameter: {use}", "unsupported_parameter", "max_tokens")
    if body.get("reasoning_effort") == "none" and not model.startswith("gpt-5.1"):
        known = "Supported values are: 'minimal', 'low', 'medium', and 'high'."
        return invalid(
            f"Unsupported value: 'reasoning_effort' does not support 'none' with this model. {known}",
            "unsupported_value",
            "reasoning_effort",
        )
    return None


def _too_long(asked: Asked, serving: Serving) -> Said | None:
    prompt, room = prompt_tokens(asked), room_asked(asked.body)
    if prompt > serving.window:
        told = (
            f"This model's maximum context length is {serving.window} tokens. However, your messages resulted in {prompt} tokens."
        )
        return invalid(f"{told} Please reduce the length of the messages.", "context_length_exceeded", "messages")
    if room is not None and room > serving.longest:
        supports = f"This model supports at most {serving.longest} completion tokens, whereas you provided {room}."
        return invalid(f"max_tokens is too large: {room}. {supports}", "invalid_value", "max_tokens")
    return None


def limits(requests: int = 500, left: int = 0, reset: str = "120ms", tokens_left: int = 9_000) -> dict[str, Any]:
    """The rate-limit headers that come with every reply."""
    return {
        "x-ratelimit-limit-requests": str(requests),
        "x-ratelimit-remaining-requests": str(left),
        "x-ratelimit-reset-requests": reset,
        "x-ratelimit-limit-tokens": "200000",
        "x-ratelimit-remaining-tokens": str(tokens_left),
        "x-ratelimit-reset-tokens": "6m0s" if not tokens_left else "2ms",
    }


def _limited() -> Said:
    told = "Rate limit reached for gpt-5-mini in organization org-x on requests per min (RPM): Limit 500, Used 500, Requested 1."
    return error(
        429,
        f"{told} Please try again in 120ms. Visit https://platform.openai.com/account/rate-limits to learn more.",
        "requests",
        "rate_limit_exceeded",
        **limits(),
        retry_after_ms="120",
        retry_after="1",
    )


FAILS = {
    "limited": _limited,
    "credit gone": lambda: error(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
    ),
    "filtered": lambda: invalid(
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different "
        "prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting",
        "invalid_prompt",
        None,
    ),
    "no key": lambda: error(
        401,
        "Incorrect API key provided: sk-0***. You can find your API key at https://platform.openai.com/account/api-keys.",
        "invalid_request_error",
        "invalid_api_key",
    ),
    "no model": lambda: error(
        404,
        "The model `gpt-6` does not exist or you do not have access to it.",
        "invalid_request_error",
        "model_not_found",
    ),
    "location": lambda: error(
        403, "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"
    ),
    "no room": lambda: invalid(
        "Could not finish the message because max_tokens or model output limit was reached. Please try again with higher "
        "max_tokens.",
        None,
        None,
    ),
    "no schema": lambda: invalid(
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", None, "response_format"
    ),
    "overloaded": lambda: error(503, "The engine is currently overloaded, please try again later", "server_error"),
    "broken": lambda: error(500, "The server had an error while processing your request. Sorry about that!", "server_error"),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    model = {"id": serving.model, "object": "model", "created": 1_760_000_000, "owned_by": "system"}
    return {"/v1/models": {"object": "list", "data": [model]}}


OPENAI = Dialect(
    "openai",
    refuses=_refuses,
    fails=FAILS,
    tells=_tells,
    lost=failing(
        404,
        {
            "error": {
                "message": "Invalid URL (POST /chat/completions)",
                "type": "invalid_request_error",
                "param": None,
                "code": None,
            }
        },
    ),
)
