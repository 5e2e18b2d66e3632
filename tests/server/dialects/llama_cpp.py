"""llama.cpp's server.

Forms: seen at the server itself (tests/llm_real compares them with it). An integer `code` stands beside the `type` that says
what it is; an overflow counts the tokens in fields of its own (ggml-org/llama.cpp#15780). While it loads it answers 503.
`/props` tells slots and the window of a slot, `/slots` each slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.server.dialects.dialect import Dialect, Serving, failing, prompt_tokens
from tests.server.said import Asked, Json, Said


def error(status: int, message: str, kind: str, **more: object) -> Said:
    return failing(status, {"error": {"code": status, "message": message, "type": kind, **more}})


def overflow(prompt: int, window: int) -> Said:
    told = f"request ({prompt} tokens) exceeds the available context size ({window} tokens), try increasing it"
    return error(400, told, "exceed_context_size_error", n_prompt_tokens=prompt, n_ctx=window)


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    prompt = prompt_tokens(asked)
    return overflow(prompt, serving.window) if prompt >= serving.window else None


FAILS = {
    "loading": lambda: error(503, "Loading model", "unavailable_error"),
    "no key": lambda: error(401, "Invalid API Key", "authentication_error"),
    "no schema": lambda: error(400, "Failed to initialize samplers: failed to parse grammar", "invalid_request_error"),
    "broken": lambda: error(500, "Compute error.", "server_error"),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    slots = serving.slots or 1
    settings = {"n_ctx": serving.window, "params": {"temperature": 0.8, "top_k": 40, "min_p": 0.05}}
    meta = {"n_vocab": 49_152, "n_ctx": serving.window, "n_ctx_train": serving.window, "n_embd": 576}
    model = {"id": serving.model, "object": "model", "created": 1_760_000_000, "owned_by": "llamacpp", "meta": meta}
    return {
        "/health": {"status": "ok"},
        "/props": {"default_generation_settings": settings, "total_slots": slots, "model_path": f"{serving.model}.gguf"},
        "/slots": [{"id": number, "n_ctx": serving.window, "is_processing": False} for number in range(slots)],
        "/v1/models": {"object": "list", "data": [model]},
    }


def _dresses(body: Json, asked: Asked, said: Said) -> Json:
    usage = body.get("usage") or {}
    timings = {
        "prompt_n": usage.get("prompt_tokens", 0),
        "predicted_n": usage.get("completion_tokens", 0),
        "predicted_per_second": 20.0,
    }
    return {**body, "system_fingerprint": "b11549", "timings": timings}


LLAMA_CPP = Dialect(
    "llama.cpp",
    refuses=_refuses,
    fails=FAILS,
    tells=_tells,
    dresses=_dresses,
    lost=error(404, "File Not Found", "not_found_error"),
)
