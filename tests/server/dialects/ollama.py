"""Ollama, by its own /api/chat (litellm's `ollama_chat/`) and by its OpenAI-compatible route.

Forms: docs/api.md of ollama/ollama. An error is `{"error": "words"}`. The window is 4,096 tokens unless `options.num_ctx` (its
own route alone) says otherwise, and what does not fit is cut without a word: of one long message the beginning goes, all but
four tokens, the system's words first (runner.go, "truncating input prompt"); `prompt_eval_count` then counts what was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.server.dialects.dialect import CHARACTERS_A_TOKEN, Dialect, Serving, failing, prompt_tokens
from tests.server.said import Asked, Said

USUAL_WINDOW = 4_096
KEPT = 4
"""Tokens at the beginning of a prompt that is cut."""


def window_of(asked: Asked, serving: Serving) -> int:
    """Tokens: as asked for, or the usual, but not more than the model has."""
    return min(serving.window, (asked.body.get("options") or {}).get("num_ctx") or USUAL_WINDOW)


def _sees(asked: Asked, serving: Serving) -> Asked:
    window = window_of(asked, serving)
    gone = (prompt_tokens(asked) - window) * CHARACTERS_A_TOKEN
    if gone <= 0:
        return asked
    left, chat = gone + KEPT * CHARACTERS_A_TOKEN, []
    kept = asked.texts[0][: KEPT * CHARACTERS_A_TOKEN]
    for message in asked.chat:
        text = message["content"]
        chat.append({**message, "content": text[left:]})
        left = max(0, left - len(text))
    chat[0]["content"] = kept + chat[0]["content"]
    return replace(asked, chat=tuple(chat), texts=tuple(message["content"] for message in chat))


def _refuses(asked: Asked, serving: Serving) -> Said | None:
    if asked.model != serving.model:
        return failing(404, {"error": f"model '{asked.model}' not found"})
    return None


FAILS = {
    "no model": lambda: failing(404, {"error": "model 'qwen3' not found"}),
    "no thinking": lambda: failing(400, {"error": '"llama3.2" does not support thinking'}),
    "busy": lambda: failing(503, {"error": "server busy, please try again.  maximum pending requests exceeded"}),
    "broken": lambda: failing(500, {"error": "llama runner process has terminated: signal: killed"}),
    "no memory": lambda: failing(500, {"error": "model requires more system memory (9.1 GiB) than is available (7.6 GiB)"}),
}


def _tells(serving: Serving) -> Mapping[str, Any]:
    size = {"parameter_size": "8.2B", "quantization_level": "Q4_K_M", "family": "qwen3"}
    model = {"name": serving.model, "model": serving.model, "size": 5_200_000_000, "details": size}
    listed = {"id": serving.model, "object": "model", "created": 1_760_000_000, "owned_by": "library"}
    info = {"general.architecture": "qwen3", "qwen3.context_length": serving.window, "qwen3.embedding_length": 4096}
    return {
        "/api/show": {"details": size, "model_info": info, "parameters": "num_ctx 4096\ntemperature 0.6"},
        "/api/version": {"version": "0.12.6"},
        "/api/tags": {"models": [model]},
        "/api/ps": {"models": [{**model, "context_length": min(USUAL_WINDOW, serving.window)}]},
        "/v1/models": {"object": "list", "data": [listed]},
    }


OLLAMA = Dialect("ollama", refuses=_refuses, fails=FAILS, tells=_tells, sees=_sees, lost=failing(404, "404 page not found"))
