"""Google's Gemini endpoint (AI Studio).

Forms: its pages on errors, rate limits and thinking. Errors are google.rpc's: `{"error": {"code": integer, "message", "status",
"details"}}`; how long to wait is `retryDelay` in the details of the body, in no header; a bad key is a 400; a blocked prompt is
a 200 without candidates; a reply whose room went into thinking has finishReason MAX_TOKENS and no parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.server.dialects.dialect import Dialect, Serving, failing, prompt_tokens
from tests.server.said import Asked, Json, Said

BUDGETS = {"gemini-2.5-pro": (128, 32_768), "gemini-2.5-flash": (0, 24_576)}
RPC = "type.googleapis.com/google.rpc."
INFO = "https://ai.google.dev/gemini-api/docs/rate-limits"


def error(code: int, status: str, message: str, *details: Json) -> Said:
    inner: dict[str, Any] = {"code": code, "message": message, "status": status}
    return failing(code, {"error": {**inner, "details": list(details)} if details else inner})


def invalid(message: str, *details: Json) -> Said:
    return error(400, "INVALID_ARGUMENT", message, *details)


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    form = asked.body.get("generationConfig") or asked.body.get("generation_config") or {}
    config = form.get("thinkingConfig") or form.get("thinking_config") or {}
    budget = config.get("thinkingBudget")
    least, most = BUDGETS.get(asked.model, (0, 24_576))
    if budget == 0 and least:
        return invalid("Budget 0 is invalid. This model only works in thinking mode.")
    if budget is not None and budget not in (0, -1) and not least <= budget <= most:
        return invalid(f"The thinking budget {budget} is invalid. Please choose a value between {max(least, 1)} and {most}.")
    room = form.get("maxOutputTokens") or form.get("max_output_tokens")
    if room is not None and room > serving.longest + 1:
        span = f"the supported range is from 1 (inclusive) to {serving.longest + 1} (exclusive)."
        told = f"Unable to submit request because it has a maxOutputTokens value of {room} but {span}"
        return invalid(f"{told} Update the value and try again.")
    if (prompt := prompt_tokens(asked)) > serving.window:
        return invalid(f"The input token count ({prompt}) exceeds the maximum number of tokens allowed ({serving.window}).")
    return None


def _quota(per: str, retry: str | None) -> Said:
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    told = "You exceeded your current quota, please check your plan and billing details. "
    told += f"For more information on this error, head to: {INFO}."
    told += f"\n* Quota exceeded for metric: {metric}, limit: 10, model: gemini-2.5-flash"
    violation = {"quotaMetric": metric, "quotaId": f"GenerateRequestsPer{per}PerProjectPerModel-FreeTier", "quotaValue": "10"}
    details: list[Json] = [{"@type": f"{RPC}QuotaFailure", "violations": [violation]}]
    details.append({"@type": f"{RPC}Help", "links": [{"description": "Learn more about Gemini API quotas", "url": INFO}]})
    if retry:
        told += f"\nPlease retry in {retry}."
        details.append({"@type": f"{RPC}RetryInfo", "retryDelay": retry})
    return error(429, "RESOURCE_EXHAUSTED", told, *details)


FAILS = {
    "limited": lambda: _quota("Minute", "2s"),
    "limited for the day": lambda: _quota("Day", "35s"),
    "exhausted": lambda: error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    "overloaded": lambda: error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "broken": lambda: error(
        500,
        "INTERNAL",
        "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
    ),
    "no key": lambda: invalid(
        "API key not valid. Please pass a valid API key.",
        {"@type": f"{RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"},
    ),
    "location": lambda: error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    "forbidden": lambda: error(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
    "no model": lambda: error(
        404, "NOT_FOUND", "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent."
    ),
    "no schema": lambda: invalid("A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth."),
    "too late": lambda: error(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    "filtered": lambda: failing(
        200,
        {
            "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
            "usageMetadata": {"promptTokenCount": 900, "totalTokenCount": 900},
            "modelVersion": "gemini-2.5-flash",
        },
    ),
    "all thought": lambda: failing(
        200,
        {
            "candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}],
            "usageMetadata": {"promptTokenCount": 900, "thoughtsTokenCount": 297, "totalTokenCount": 1197},
            "modelVersion": "gemini-2.5-flash",
        },
    ),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    model = {
        "name": f"models/{serving.model}",
        "inputTokenLimit": serving.window,
        "outputTokenLimit": serving.longest,
        "thinking": True,
    }
    return {"/v1beta/models": {"models": [model]}, f"/v1beta/models/{serving.model}": model}


GEMINI = Dialect("gemini", refuses=_refuses, fails=FAILS, tells=_tells, lost=failing(404, ""))
