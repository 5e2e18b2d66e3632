"""A request in the words of the chat format that litellm translates from, and what comes back in them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import groupby
from typing import Any

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.estimate import prompt_tokens
from nlevolve.llm.request import Message, Request
from nlevolve.llm.room import Bound
from nlevolve.records import Usage

NATIVE = ("anthropic", "gemini", "vertex_ai", "bedrock", "bedrock_converse")
"""Providers whose own fields litellm takes among its options, and has no `extra_body` for."""
OPENAI_FORM = ("hosted_vllm", "openrouter", "groq", "mistral", "deepseek", "xai", "fireworks_ai", "together_ai")
"""Providers that speak in OpenAI's form, but not through its SDK."""
BY_ITSELF = (*NATIVE, *OPENAI_FORM, "ollama", "ollama_chat")
"""Providers that litellm asks by HTTP itself, and takes a handler of its own for; for others it takes a session of aiohttp's."""
OLLAMAS_OWN = ("keep_alive", "think", "options", "template", "raw", "truncate", "shift")
"""Fields of a request of Ollama's; all others are its model's options."""
LEAST_WINDOW = 4_096
"""Tokens: Ollama's own."""
SAFE = 1.1
"""An estimate of a prompt's tokens may be a little short, and what does not fit is cut without a word."""

MOST_TOKENS = 100_000_000
"""More than any window: nobody reads or says so much at once."""

ANY_OBJECT = {"type": "object"}
"""The schema that asks for a JSON object of no particular shape."""


def chat(messages: Iterable[Message], *, mark_stable: bool = False) -> list[dict[str, Any]]:
    """Chat messages; neighbours of one role become one, because some providers want the roles to alternate.

    With `mark_stable` the last stable part of each message carries the mark where a provider's prompt cache may end.
    """
    return [{"role": role, "content": _content(list(group), mark_stable)} for role, group in groupby(messages, lambda m: m.role)]


def _content(group: list[Message], mark_stable: bool) -> str | list[dict[str, Any]]:
    marked = mark_stable and any(message.stable for message in group)
    if not marked and not any(message.images for message in group):
        return "\n\n".join(message.text for message in group)
    parts: list[dict[str, Any]] = []
    for message in group:
        parts += [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}} for image in message.images]
        parts.append({"type": "text", "text": message.text})
        if mark_stable and message.stable:
            parts[-1]["cache_control"] = {"type": "ephemeral"}
    return parts


def response_format(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """How the reply's form is asked for: by a schema, as any JSON object, or not at all."""
    if schema is None:
        return None
    if schema == ANY_OBJECT:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}


def window_for(request: Request, bound: Bound | None, card: ModelCard) -> int:
    """Tokens of window that hold the prompt and its reply, as a power of two: Ollama loads a model anew for every other one."""
    schema = len(str(request.reply_schema or "")) // 3
    need, window = SAFE * (prompt_tokens(request) + schema) + (bound.tokens if bound else 0), LEAST_WINDOW
    while window < need:
        window *= 2
    return window if card.context is None else min(window, card.context)


def options_of_ollama(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields for Ollama as litellm takes them: the model's options one by one, the rest past it."""
    own = {name: value for name, value in fields.items() if name in OLLAMAS_OWN and name != "options"}
    options = {**{name: value for name, value in fields.items() if name not in OLLAMAS_OWN}, **fields.get("options", {})}
    return {**options, **({"extra_body": own} if own else {})}


def accepted(options: Mapping[str, Any], without: Set[str]) -> dict[str, Any]:
    """The options that are set, but for what the model refused by name."""
    gone = without | {"reasoning_effort"} if "thinking" in without else without
    accepted = {name: value for name, value in options.items() if value is not None and name not in gone}
    if "max_tokens" in gone and options.get("max_tokens"):
        accepted["max_completion_tokens"] = options["max_tokens"]
    return accepted


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Both; where both have a field the user's stands, and tables are merged."""
    both = {name: {**value, **theirs[name]} for name, value in ours.items() if _tables(value, theirs.get(name))}
    return {**ours, **theirs, **both}


def _tables(one: Any, other: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)


def answers(reasoning: str) -> bool:
    """Whether what came as reasoning is an answer by its form: a JSON object and nothing else, or a fenced block at the end."""
    text = reasoning.strip()
    return (text.startswith("{") and text.endswith("}")) or (text.endswith("```") and text.count("```") >= 2)


def usage_of(used: Any) -> Usage:
    """Tokens as a provider counts them, in ours: the reasoning is part of the completion, whether or not it counted it there."""
    prompt, completion = tokens(used, "prompt_tokens"), tokens(used, "completion_tokens")
    if prompt <= 1:  # litellm reads `true` as 1, and no prompt has one token
        return Usage()
    thought = tokens(getattr(used, "completion_tokens_details", None), "reasoning_tokens")
    cached = tokens(getattr(used, "prompt_tokens_details", None), "cached_tokens")
    apart = tokens(used, "total_tokens") - prompt
    if thought > completion:
        apart = max(apart, completion + thought)
    if cached > prompt:  # counted beside it
        prompt += cached
    return Usage(prompt=prompt, prompt_cached=cached, completion=max(completion, apart), reasoning=thought)


def tokens(used: Any, name: str) -> int:
    """A number of tokens that a provider says. What can be none (negative, endless, no number) counts as not said: 0."""
    number = getattr(used, name, None)
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= MOST_TOKENS:
        return 0
    return int(number)
