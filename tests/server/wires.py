"""Three wire formats: how a request names its model, and how a reply and an error look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nlevolve.records import Usage

Json = dict[str, Any]
FINISHES = {
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"},
}


@dataclass(frozen=True)
class Wire:
    """One format. `reply` takes (model, text, finish, usage, reasoning, refusal)."""

    name: str
    texts: Callable[[Json], list[str]]
    reply: Callable[[str, str | None, str, Usage, str, str], Json]
    error: Callable[[int, str, str], Json]


def _openai_reply(model: str, text: str | None, finish: str, usage: Usage, reasoning: str, refusal: str) -> Json:
    message: Json = {"role": "assistant", "content": text}
    if reasoning:
        message["reasoning_content"] = reasoning
    if refusal:
        message["refusal"] = refusal
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "total_tokens": usage.prompt + usage.completion,
            "prompt_tokens_details": {"cached_tokens": usage.prompt_cached},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
        },
    }


def _anthropic_reply(model: str, text: str | None, finish: str, usage: Usage, reasoning: str, refusal: str) -> Json:
    thinking = [{"type": "thinking", "thinking": reasoning, "signature": "s"}] if reasoning else []
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [*thinking, *([{"type": "text", "text": text}] if text else [])],
        "stop_reason": FINISHES["anthropic"][finish],
        "usage": {
            "input_tokens": usage.prompt - usage.prompt_cached,
            "cache_read_input_tokens": usage.prompt_cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": usage.completion,
        },
    }


def _gemini_reply(model: str, text: str | None, finish: str, usage: Usage, reasoning: str, refusal: str) -> Json:
    thought = [{"text": reasoning, "thought": True}] if reasoning else []
    parts = [*thought, *([{"text": text}] if text else [])]
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": FINISHES["gemini"][finish], "index": 0}],
        "usageMetadata": {
            "promptTokenCount": usage.prompt,
            "cachedContentTokenCount": usage.prompt_cached,
            "candidatesTokenCount": usage.completion - usage.reasoning,
            "thoughtsTokenCount": usage.reasoning,
            "totalTokenCount": usage.prompt + usage.completion,
        },
        "modelVersion": model,
    }


def _parts(content: Any) -> str:
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def _chat_texts(body: Json) -> list[str]:
    system = [_parts(body["system"])] if body.get("system") else []
    return [*system, *(_parts(message["content"]) for message in body["messages"])]


def _gemini_texts(body: Json) -> list[str]:
    system = [_parts(body["system_instruction"]["parts"])] if body.get("system_instruction") else []
    return [*system, *(_parts(content["parts"]) for content in body["contents"])]


def _openai_error(status: int, code: str, text: str) -> Json:
    return {"error": {"message": text, "type": code, "code": code}}


def _anthropic_error(status: int, code: str, text: str) -> Json:
    return {"type": "error", "error": {"type": code, "message": text}}


def _gemini_error(status: int, code: str, text: str) -> Json:
    return {"error": {"code": status, "status": code, "message": text}}


OPENAI = Wire("openai", _chat_texts, _openai_reply, _openai_error)
ANTHROPIC = Wire("anthropic", _chat_texts, _anthropic_reply, _anthropic_error)
GEMINI = Wire("gemini", _gemini_texts, _gemini_reply, _gemini_error)
