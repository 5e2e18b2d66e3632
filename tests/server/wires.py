"""Four wire formats: how a request names its model, its messages, its schema and its thinking; how a reply and an error look.

OpenAI's chat completions, Anthropic's messages, Gemini's generateContent, and Ollama's /api/chat, each as its API reference
shows it and as litellm 1.101 sends and reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nlevolve.records import Usage
from tests.server.said import Asked, Json, Said

FINISHES = {
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"},
}
ANY_OBJECT: Json = {"type": "object"}


@dataclass(frozen=True)
class Wire:
    """One format: a request as `{"role", "content"}` messages, a schema and a wish to think; a reply's and an error's body."""

    name: str
    chat: Callable[[Json], list[Json]]
    schema: Callable[[Json], Json | None]
    thinks: Callable[[Json], bool]
    reply: Callable[[Asked, Said], Json]
    error: Callable[[int, str, str], Json]

    def texts(self, body: Json) -> list[str]:
        return [message["content"] for message in self.chat(body)]


# OpenAI


def _openai_schema(body: Json) -> Json | None:
    form = body.get("response_format") or {}
    if form.get("type") == "json_object":
        return ANY_OBJECT
    schema: Json | None = form.get("json_schema", {}).get("schema")
    return schema


def _openai_thinks(body: Json) -> bool:
    wanted = body.get("reasoning_effort") or (body.get("reasoning") or {}).get("effort")
    template = body.get("chat_template_kwargs") or {}
    return wanted not in (None, "none", "minimal") or bool(template.get("enable_thinking"))


def _openai_content(said: Said) -> Any:
    if said.shape == "parts":
        return [{"type": "text", "text": said.text}]
    if said.shape == "object":
        return json.loads(said.text or "{}")
    return "" if said.shape == "reasoning" else said.text


def _openai_reply(asked: Asked, said: Said) -> Json:
    message: Json = {"role": "assistant", "content": _openai_content(said)}
    reasoning = said.reasoning + (said.text or "" if said.shape == "reasoning" else "")
    if reasoning:
        message["reasoning_content"] = reasoning
    if said.refusal:
        message["refusal"] = said.refusal
    reply = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish}],
    }
    return reply if said.usage is None else {**reply, "usage": _openai_usage(said.usage, said.thought_apart)}


def _openai_usage(usage: Usage, thought_apart: bool) -> Json:
    apart = usage.reasoning if thought_apart else 0
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion - apart,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.prompt_cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


# Anthropic


def _anthropic_schema(body: Json) -> Json | None:
    form = body.get("output_format") or (body.get("output_config") or {}).get("format") or {}
    tool = _forced_tool(body)
    schema: Json | None = tool["input_schema"] if tool else form.get("schema")
    return schema


def _forced_tool(body: Json) -> Json | None:
    """Older models are made to answer in a form by a tool that they must call."""
    name = (body.get("tool_choice") or {}).get("name")
    return next((tool for tool in body.get("tools") or () if tool["name"] == name), None)


def _anthropic_thinks(body: Json) -> bool:
    return (body.get("thinking") or {}).get("type") in ("enabled", "adaptive")


def _anthropic_reply(asked: Asked, said: Said) -> Json:
    thinking = [{"type": "thinking", "thinking": said.reasoning, "signature": "s"}] if said.reasoning else []
    tool = _forced_tool(asked.body)
    answer: list[Json] = [{"type": "text", "text": said.text}] if said.text else []
    if tool and said.text and said.finish == "stop":
        answer = [{"type": "tool_use", "id": "toolu_1", "name": tool["name"], "input": json.loads(said.text)}]
    usage = said.usage or Usage()
    reply = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [*thinking, *answer],
        "stop_reason": "tool_use" if tool and said.finish == "stop" else FINISHES["anthropic"].get(said.finish, said.finish),
        "usage": {
            "input_tokens": usage.prompt - usage.prompt_cached,
            "cache_read_input_tokens": usage.prompt_cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": usage.completion,
        },
    }
    return reply if said.usage is not None else {key: value for key, value in reply.items() if key != "usage"}


# Gemini


def _gemini_schema(body: Json) -> Json | None:
    form = body.get("generationConfig") or body.get("generation_config") or {}
    named = (form.get(key) for key in ("responseJsonSchema", "response_json_schema", "responseSchema", "response_schema"))
    schema: Json | None = next((schema for schema in named if schema), None)
    wants = form.get("responseMimeType") or form.get("response_mime_type")
    return schema or (ANY_OBJECT if wants == "application/json" else None)


def _gemini_thinks(body: Json) -> bool:
    form = body.get("generationConfig") or body.get("generation_config") or {}
    config = form.get("thinkingConfig") or form.get("thinking_config") or {}
    return bool(config.get("thinkingBudget") or config.get("thinkingLevel"))


def _gemini_reply(asked: Asked, said: Said) -> Json:
    thought = [{"text": said.reasoning, "thought": True}] if said.reasoning else []
    parts = [*thought, *([{"text": said.text}] if said.text else [])]
    # cut before its first word, a reply of Gemini's has no parts at all
    content: Json = {"role": "model", "parts": parts} if parts or said.finish != "length" else {"role": "model"}
    finish = FINISHES["gemini"].get(said.finish, said.finish)
    reply: Json = {
        "candidates": [{"content": content, "finishReason": finish, "index": 0}],
        "modelVersion": asked.model,
        "responseId": "r1",
    }
    if said.usage is not None:
        usage = said.usage
        reply["usageMetadata"] = {
            "promptTokenCount": usage.prompt,
            "cachedContentTokenCount": usage.prompt_cached,
            "candidatesTokenCount": usage.completion - usage.reasoning,
            "thoughtsTokenCount": usage.reasoning,
            "totalTokenCount": usage.prompt + usage.completion,
        }
    return reply


# Ollama


def _ollama_schema(body: Json) -> Json | None:
    form = body.get("format")
    return ANY_OBJECT if form == "json" else form or None


def _ollama_reply(asked: Asked, said: Said) -> Json:
    usage = said.usage
    message: Json = {"role": "assistant", "content": said.text or ""}
    if said.reasoning:
        message["thinking"] = said.reasoning
    reply = {
        "model": asked.model,
        "created_at": "2026-11-26T04:00:00.000000Z",
        "message": message,
        "done": True,
        "done_reason": said.finish,
        "total_duration": 5_000_000_000,
        "load_duration": 20_000_000,
    }
    if usage is not None:
        counts = {"prompt_eval_count": usage.prompt, "eval_count": usage.completion}
        reply |= {**counts, "prompt_eval_duration": 400_000_000, "eval_duration": 4_500_000_000}
    return reply


# what messages say


def _parts(content: Any) -> str:
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content or ())


def _chat(body: Json) -> list[Json]:
    system = [{"role": "system", "content": _parts(body["system"])}] if body.get("system") else []
    return [*system, *({"role": m["role"], "content": _parts(m.get("content"))} for m in body["messages"])]


def _gemini_chat(body: Json) -> list[Json]:
    told = body.get("system_instruction") or body.get("systemInstruction")
    system = [{"role": "system", "content": _parts(told["parts"])}] if told else []
    roles = {"model": "assistant"}
    turns = ({"role": roles.get(c.get("role"), "user"), "content": _parts(c["parts"])} for c in body["contents"])
    return [*system, *turns]


def _openai_error(status: int, code: str, text: str) -> Json:
    return {"error": {"message": text, "type": code, "code": code}}


def _anthropic_error(status: int, code: str, text: str) -> Json:
    return {"type": "error", "error": {"type": code, "message": text}}


def _gemini_error(status: int, code: str, text: str) -> Json:
    return {"error": {"code": status, "status": code, "message": text}}


def _ollama_error(status: int, code: str, text: str) -> Json:
    return {"error": text}


OPENAI = Wire("openai", _chat, _openai_schema, _openai_thinks, _openai_reply, _openai_error)
ANTHROPIC = Wire("anthropic", _chat, _anthropic_schema, _anthropic_thinks, _anthropic_reply, _anthropic_error)
GEMINI = Wire("gemini", _gemini_chat, _gemini_schema, _gemini_thinks, _gemini_reply, _gemini_error)
OLLAMA = Wire("ollama", _chat, _ollama_schema, lambda body: bool(body.get("think")), _ollama_reply, _ollama_error)
