"""The way to the embedded models: messages in, text out, as from any model. Reads nothing but the messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nlevolve.offline.answer import CLEVER, Job, ReplyForm, answer, is_small
from nlevolve.offline.prompt_reading import texts
from nlevolve.offline.workers import in_worker

MODELS = (
    *("offline/generator", "offline/generator-weak", "offline/generator-strong", "offline/generator-eager"),
    *("offline/checker", "offline/checker-weak", CLEVER),
    "offline/coder",
)
"""Each can do every job; the name says how well."""

CHARACTERS_A_TOKEN = 4
"""For the estimate of tokens; grids take nearer to two."""


@dataclass(frozen=True)
class Completion:
    """A reply and what it would have taken of a model that counts tokens (estimates)."""

    text: str
    prompt_tokens: int
    completion_tokens: int


async def complete(model: str, messages: list[dict[str, Any]], seed: int, schema: dict[str, Any] | None) -> Completion:
    """Answer as the named embedded model. The same arguments have the same answer, on every machine.

    Whatever the messages hold, there is an answer: a prompt that is not recognised gets a readable note. Generator work is
    done in other processes. Raises ValueError for a model that is none of MODELS.
    """
    name = model if model.startswith("offline/") else f"offline/{model}"
    if name not in MODELS:
        raise ValueError(f"no embedded model {model!r}; there are {', '.join(MODELS)}")
    prompt = texts(messages)
    job = Job(name, prompt, seed, _form(_all_text(messages), schema))
    reply = answer(job) if is_small(job) else await in_worker(job)
    return Completion(reply, _tokens(_all_text(messages)), _tokens(reply))


def _form(text: str, schema: dict[str, Any] | None) -> ReplyForm:
    """What the schema asks for, else what the words do."""
    if schema is not None:
        return "working" if "working" in schema.get("properties", {}) else "json"
    if re.search(r"\bjson\b", text, re.IGNORECASE):
        return "json"
    return "fenced" if re.search(r"\bfenced\b|```", text, re.IGNORECASE) else "lines"


def _all_text(messages: list[dict[str, Any]]) -> str:
    return "\n".join(str(message.get("content", "")) for message in messages)


def _tokens(text: str) -> int:
    return max(1, len(text) // CHARACTERS_A_TOKEN)
