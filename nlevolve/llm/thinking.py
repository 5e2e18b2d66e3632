"""How much a model may think: one setting, in the words of each provider. Pure; asks nobody.

`ROLE.thinking` is turned into the field that the provider has for it, by one function a family of providers. What a provider
would refuse is known here, so that it is said before anything is sent.
Sources: the providers' pages on extended thinking (Anthropic), thinking budgets and levels (Gemini), reasoning effort (OpenAI),
reasoning tokens (OpenRouter), `think` (Ollama), `chat_template_kwargs` (vLLM, llama.cpp); and
what litellm 1.101 makes of its own options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlevolve.errors import UsageError
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.settings import RoleSettings

BUDGETS = {"low": 2_048, "medium": 8_192, "high": 16_384, "max": 32_768}
"""Tokens of thinking for providers that want a number."""
EFFORTS = {"low": 8_192, "medium": 24_576, "high": 65_536, "max": 98_304}
"""Tokens that thinking may take where an effort is asked for: no promise of any provider's, so there is much room."""
TRANSLATED = {"minimal": 1_024, "low": 1_024, "medium": 2_048, "high": 4_096, "xhigh": 8_192, "max": 16_384}
"""Tokens that litellm makes of a `reasoning_effort` for a provider that wants a number."""
UNTOLD = 24_576
"""Tokens that a model may think of its own accord, where nobody told it how much."""
LEAST_BUDGET = 1_024
"""Tokens: Anthropic takes no smaller budget."""
LEAST_ANSWER = 2_048
"""Tokens that are left for the answer where the thinking is ours to choose."""


@dataclass(frozen=True)
class Thought:
    """What is sent about thinking, and what it takes."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """litellm's own options."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the request that the provider knows and litellm does not."""
    tokens: int = 0
    """What thinking may take of a reply's tokens."""
    floor: int = 0
    """Tokens that a reply must be allowed more than, or it is refused."""
    left_out: tuple[str, ...] = ()
    """Settings for which the provider has no field."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Settings that the provider would refuse, and why."""

    @property
    def asked(self) -> int:
        """Tokens of the thinking that is asked for; what a model does of its own accord is not."""
        return self.tokens if self.options or self.body else 0


def thought(settings: RoleSettings, card: ModelCard | None) -> Thought:
    """What these settings send about thinking to this model."""
    card = card or ModelCard(model=settings.model, provider=settings.model.split("/", 1)[0])
    if settings.reasoning_effort is not None or settings.thinking_budget:
        return _as_set(settings, card)
    level = resolved(settings, card).thinking
    if level == "auto":
        return Thought(tokens=0 if card.thinks is False else UNTOLD, refused=_alone(settings, card))
    return _FAMILIES[family(card)](settings, card, level)


def resolved(settings: RoleSettings, card: ModelCard | None) -> RoleSettings:
    """The settings with `auto` made a level, for models that think only when they are told to; else as they are.

    It is part of what is asked from then on: a reply that was thought about is another reply.
    """
    plain = settings.reasoning_effort is None and not settings.thinking_budget
    if settings.thinking != "auto" or card is None or not plain or not waits_to_be_told(card):
        return settings
    if settings.temperature not in (None, 1.0) or settings.top_p is not None:
        return settings  # what the user set goes before what we would
    for level in ("medium", "low"):
        if settings.max_tokens is None or settings.max_tokens >= BUDGETS[level] + LEAST_ANSWER:
            return settings.model_copy(update={"thinking": level})
    return settings


def check_thinking(settings: RoleSettings, card: ModelCard) -> None:
    """Raises UsageError, in one line, for what the provider would refuse."""
    if settings.thinking != "auto" and (settings.reasoning_effort is not None or settings.thinking_budget is not None):
        raise UsageError(
            f"{card.model}: thinking={settings.thinking} says it all; leave out reasoning_effort and thinking_budget beside it"
        )
    for why in thought(settings, card).refused.values():
        raise UsageError(f"{card.model}: {why}")


def family(card: ModelCard) -> str:
    """Which providers it is like, in how it is told to think."""
    name = card.model.lower()
    if card.provider == "anthropic" or (card.provider in ("bedrock", "vertex_ai", "azure_ai") and "claude" in name):
        return "claude"
    if card.provider in ("gemini", "vertex_ai"):
        return "gemini"
    if card.provider in ("openai", "azure") and card.context is not None:
        return "openai"
    if card.provider in ("ollama", "ollama_chat"):
        return "ollama"
    if card.provider in ("openai", "hosted_vllm", "lm_studio", "llamafile", "custom_openai"):
        return "template"
    return card.provider if card.provider in ("openrouter", "deepseek", "offline") else "other"


def waits_to_be_told(card: ModelCard) -> bool:
    """Whether the model can think, and does not of itself."""
    if not card.thinks:
        return False
    kind, name = family(card), card.model.lower()
    return (
        kind == "claude"
        or (kind == "openrouter" and "claude" in name)
        or (kind == "gemini" and "flash-lite" in name)
        or (kind == "openai" and card.rests)
    )


def _claude(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    if level == "off":
        return Thought()
    if card.adaptive:
        return Thought({"reasoning_effort": level}, tokens=EFFORTS[level], refused=_while_thinking(settings, card, None))
    return _budgeted(settings, card, BUDGETS[level], f"thinking={level}")


def _budgeted(settings: RoleSettings, card: ModelCard, budget: int, said: str) -> Thought:
    """Claude with a number of tokens to think."""
    refused = _while_thinking(settings, card, budget, said)
    return Thought({"thinking": {"type": "enabled", "budget_tokens": budget}}, tokens=budget, floor=budget, refused=refused)


def _while_thinking(settings: RoleSettings, card: ModelCard, budget: int | None, said: str = "") -> dict[str, str]:
    """What Anthropic refuses beside thinking."""
    refused = {}
    if card.thinks is False:
        refused["thinking"] = "it does not think: leave thinking out, or set thinking=off"
    if settings.temperature not in (None, 1.0):
        refused["temperature"] = f"temperature={settings.temperature:g} does not go with thinking (only 1): leave one of them out"
    if settings.top_p is not None and settings.top_p < 0.95:
        refused["top_p"] = f"top_p={settings.top_p:g} does not go with thinking (0.95 or more): leave one of them out"
    if budget is not None and budget < LEAST_BUDGET:
        refused["thinking_budget"] = f"{said} is too little: {LEAST_BUDGET} tokens is the least that it takes"
    if budget is not None and settings.max_tokens is not None and settings.max_tokens <= budget:
        refused["max_tokens"] = (
            f"max_tokens={settings.max_tokens} leaves no room for an answer after {said} ({budget} tokens of thinking): "
            f"set max_tokens above {budget}, or let it think less"
        )
    return refused


def _gemini(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    name = card.model.lower()
    if card.thinks is False or re.search(r"gemini-(1|2\.0)", name):
        refused = {} if level == "off" else {"thinking": "it does not think: leave thinking out, or set thinking=off"}
        return Thought(refused=refused)
    if level == "off" and "pro" in name:
        return Thought(refused={"thinking": "it cannot be told not to think: thinking=low is its least"})
    if "gemini-2.5" not in name:
        effort = {"off": "minimal", "max": "high"}.get(level, level)
        return Thought({"reasoning_effort": effort}, tokens=EFFORTS.get(level, LEAST_BUDGET))
    budget = min(BUDGETS.get(level, 0), 32_768 if "pro" in name else 24_576)
    return Thought({"thinking": {"type": "enabled", "budget_tokens": budget}}, tokens=budget)


def _openai(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    if not card.thinks:
        refused = {} if level == "off" else {"thinking": "it does not think: leave thinking out, or set thinking=off"}
        return Thought(refused=refused)
    if level == "off":
        effort = next((effort for effort in ("none", "minimal") if effort in card.efforts), None)
        if effort is None:
            return Thought(refused={"thinking": "it cannot be told not to think: thinking=low is its least"})
        return Thought({"reasoning_effort": effort}, refused={} if effort == "none" else _alone(settings, card))
    most = "xhigh" if "xhigh" in card.efforts else "high"
    return Thought({"reasoning_effort": most if level == "max" else level}, tokens=EFFORTS[level], refused=_no_sampling(settings))


def _no_sampling(settings: RoleSettings) -> dict[str, str]:
    """What OpenAI's models refuse while they think."""
    if settings.temperature in (None, 1.0):
        return {}
    return {"temperature": f"it takes no temperature (temperature={settings.temperature:g}): leave it out"}


def _alone(settings: RoleSettings, card: ModelCard) -> dict[str, str]:
    """What is refused when nothing is said about thinking."""
    return _no_sampling(settings) if family(card) == "openai" and card.thinks and not card.rests else {}


def _openrouter(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    if level == "off":
        return Thought(body={"reasoning": {"enabled": False}})
    return Thought(body={"reasoning": {"effort": "xhigh" if level == "max" else level}}, tokens=EFFORTS[level])


def _ollama(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    effort = {"off": "none", "max": "high"}.get(level, level)
    return Thought({"reasoning_effort": effort}, tokens=EFFORTS.get(level, 0))


def _template(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    """Servers of open models: an effort for those that know one, and the switches that chat templates have."""
    on = level != "off"
    switches = {"chat_template_kwargs": {"enable_thinking": on, "thinking": on}}
    return Thought({"reasoning_effort": _three(level)} if on else {}, switches, tokens=EFFORTS.get(level, 0))


def _deepseek(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    return Thought(body={"thinking": {"type": "disabled" if level == "off" else "enabled"}}, tokens=EFFORTS.get(level, 0))


def _other(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    if level == "off":
        return Thought(left_out=() if card.thinks is False else ("thinking=off",))
    return Thought({"reasoning_effort": _three(level)}, tokens=EFFORTS[level])


def _embedded(settings: RoleSettings, card: ModelCard, level: str) -> Thought:
    return Thought(left_out=() if level == "off" else ("thinking",))


def _three(level: str) -> str:
    return "high" if level == "max" else level


_FAMILIES: Mapping[str, Callable[[RoleSettings, ModelCard, str], Thought]] = {
    "claude": _claude,
    "gemini": _gemini,
    "openai": _openai,
    "openrouter": _openrouter,
    "ollama": _ollama,
    "template": _template,
    "deepseek": _deepseek,
    "other": _other,
    "offline": _embedded,
}


def _as_set(settings: RoleSettings, card: ModelCard) -> Thought:
    """`reasoning_effort` and `thinking_budget`, as they were before there was `thinking`."""
    if settings.thinking_budget:
        return _as_budget(settings, card, settings.thinking_budget)
    kind, effort = family(card), settings.reasoning_effort or ""
    if kind == "offline":
        return Thought(left_out=("reasoning_effort",))
    options = {"reasoning_effort": effort}
    if kind == "claude" and not card.adaptive:
        budget = TRANSLATED.get(effort)
        return Thought(
            options,
            tokens=budget or 0,
            floor=budget or 0,
            refused=_while_thinking(settings, card, budget, f"reasoning_effort={effort}") if budget else {},
        )
    if kind == "gemini":
        return Thought(options, tokens=TRANSLATED.get(effort, 0))
    silent = effort in ("none", "minimal", "disable")
    refused = _no_sampling(settings) if kind == "openai" and card.thinks and effort != "none" else {}
    return Thought(options, tokens=0 if silent else EFFORTS.get(effort, EFFORTS["max"]), refused=refused)


def _as_budget(settings: RoleSettings, card: ModelCard, budget: int) -> Thought:
    """A number of tokens, where the provider takes one; elsewhere it is left out, not made into something else."""
    kind = family(card)
    options = {} if settings.reasoning_effort is None else {"reasoning_effort": settings.reasoning_effort}
    if kind == "claude":
        return _budgeted(settings, card, budget, f"thinking_budget={budget}")
    if kind == "gemini" and "gemini-2.5" in card.model.lower():
        return Thought({"thinking": {"type": "enabled", "budget_tokens": budget}}, tokens=budget)
    if kind == "openrouter":
        return Thought(options, {"reasoning": {"max_tokens": budget}}, tokens=budget)
    return Thought(
        options, tokens=0 if card.thinks is False else UNTOLD, left_out=("thinking_budget",), refused=_alone(settings, card)
    )
