"""vLLM's OpenAI-compatible server.

Forms: its error body is `{"error": {"message", "type": "BadRequestError", "param", "code": 400}}` with an integer `code`
(before 0.10 the same object without the outer `error`); both wordings of an overflow are in use (vllm-project/vllm#20409, and
"You passed N input tokens …" of 0.15 and later). Fields that it does not know are ignored. Without a key: `{"error":
"Unauthorized"}`. `/v1/models` tells `max_model_len`. `reasoning` took the place of `reasoning_content` in 0.12.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.server.dialects.dialect import Dialect, Serving, failing, prompt_tokens, room_asked
from tests.server.said import Asked, Json, Said


def error(status: int, message: str, kind: str, param: str | None = None) -> Said:
    return failing(status, {"error": {"message": message, "type": kind, "param": param, "code": status}})


def overflow(prompt: int, room: int, window: int) -> Said:
    """0.15 and later."""
    told = f"You passed {prompt} input tokens and requested {room} output tokens. However, the model's context length is only "
    most = f"{window} tokens, resulting in a maximum input length of {window - room} tokens. "
    ask = f"Please reduce the length of the input prompt. (parameter=input_tokens, value={prompt})"
    return error(400, told + most + ask, "BadRequestError", "input_tokens")


def overflow_before(prompt: int, room: int, window: int) -> Said:
    """0.6 to 0.9: no outer `error`."""
    told = f"This model's maximum context length is {window} tokens. However, you requested {prompt + room} tokens "
    ask = f"({prompt} in the messages, {room} in the completion). Please reduce the length of the messages or completion."
    return failing(400, {"object": "error", "message": told + ask, "type": "BadRequestError", "param": None, "code": 400})


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    prompt, room = prompt_tokens(asked), room_asked(asked.body)
    if asked.model != serving.model:
        return error(404, f"The model `{asked.model}` does not exist.", "NotFoundError", "model")
    if prompt >= serving.window:
        return overflow(prompt, room or 0, serving.window)
    if room is not None and prompt + room > serving.window:
        told = f"'max_tokens' or 'max_completion_tokens' is too large: {room}. This model's maximum context length is "
        left = f"{serving.window} tokens and your request has {prompt} input tokens ({room} > {serving.window} - {prompt})."
        return error(400, told + left, "BadRequestError", "max_tokens")
    return None


FAILS = {
    "no key": lambda: failing(401, {"error": "Unauthorized"}),
    "no schema": lambda: error(
        400, "The provided JSON schema contains features not supported by xgrammar.", "BadRequestError", "response_format"
    ),
    "broken": lambda: error(
        500, "EngineCore encountered an issue. See stack trace (above) for the root cause.", "InternalServerError"
    ),
    "overflow before": lambda: overflow_before(9_123, 100, 4_096),
    "filtered": lambda: failing(403, "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>"),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    model = {
        "id": serving.model,
        "object": "model",
        "created": 1_760_000_000,
        "owned_by": "vllm",
        "root": serving.model,
        "parent": None,
        "max_model_len": serving.window,
    }
    return {"/v1/models": {"object": "list", "data": [model]}, "/version": {"version": "0.15.1"}, "/health": {}}


def _dresses(body: Json, asked: Asked, said: Said) -> Json:
    message = body["choices"][0]["message"]
    if "reasoning_content" in message:
        message["reasoning"] = message.pop("reasoning_content")
    return {**body, "prompt_logprobs": None, "kv_transfer_params": None}


VLLM = Dialect("vllm", refuses=_refuses, fails=FAILS, tells=_tells, dresses=_dresses, lost=failing(404, {"detail": "Not Found"}))
