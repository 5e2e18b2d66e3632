"""What came back, as a Reply: its words, how it ended, what it took and cost. Knows litellm's objects, and no more of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nlevolve.llm.catalogue import LISTED, ModelCard, price_of
from nlevolve.llm.estimate import counted
from nlevolve.llm.keys import Secrets, secrets_of
from nlevolve.llm.request import Finish, Reply, Request
from nlevolve.llm.streams import Heard, arguments, words
from nlevolve.llm.told import rest
from nlevolve.llm.wire import answers, tokens, usage_of
from nlevolve.records import Usage

MOST_DOLLARS = 1e6
"""No reply costs so much."""
FINISHES: dict[str, Finish] = {"length": "length", "max_tokens": "length", "model_length": "length", "content_filter": "filtered"}


class Hearing:
    """Reads replies, and says once what is odd about them."""

    def __init__(self, cards: Mapping[str, ModelCard], notice: Callable[[str], None], secrets: Secrets) -> None:
        self._cards = cards
        self._notice = notice
        self._secrets = secrets

    def whole(self, request: Request, response: Any, seconds: float) -> Reply:
        """Of a response that came in one piece."""
        choice = response.choices[0] if response.choices else None
        message = choice.message if choice else None
        hidden = getattr(response, "_hidden_params", None) or {}
        return self._read(
            request,
            words(getattr(message, "content", None)) or arguments(message),
            getattr(message, "reasoning_content", None) or "",
            _finish(choice) if choice else "empty",
            getattr(response, "usage", None),
            hidden.get("response_cost"),
            seconds=round(seconds, 3),
            rest=rest(hidden.get("additional_headers") or {}),
        )

    def heard(self, litellm: Any, request: Request, heard: Heard, seconds: float) -> Reply:
        """Of one that was heard as it came."""
        used = _usage(litellm, heard.usage)
        finish = "length" if heard.stopped else FINISHES.get(heard.finish or "", "stop" if heard.text else "empty")
        if finish == "empty" and heard.refusal:
            finish = "refused"
        return self._read(
            request,
            heard.text,
            heard.reasoning,
            finish,
            None if heard.stopped else used,
            _listed_cost(litellm, request, used),
            hung_up=bool(heard.stopped),
            first=None if heard.first is None else round(heard.first, 3),
            seconds=round(seconds, 3),
            rest=rest(heard.headers),
        )

    def _read(
        self, request: Request, text: str, reasoning: str, finish: Finish, used: Any, computed: float | None, **told: Any
    ) -> Reply:
        """One reply, however it came."""
        if not text and finish in ("stop", "empty") and answers(reasoning):
            self._notice(f"{request.model} answers where its reasoning should be: that is read as its answer")
            text, reasoning, finish = reasoning, "", "stop"
        said = usage_of(used)
        usage = counted(said, request, text, reasoning)
        if usage.estimated and not told.get("hung_up"):
            self._notice(f"{request.model} does not say how many tokens it took: they are estimated from the texts")
        own = secrets_of(request.settings.extra_headers)
        return Reply(
            text=self._secrets.hide(text, own),
            finish=finish,
            reasoning=self._secrets.hide(reasoning, own),
            usage=usage,
            cost_usd=self._cost(request, used, usage, None if usage != said else computed),
            **told,
        )

    def _cost(self, request: Request, used: Any, usage: Usage, computed: float | None) -> float | None:
        price = price_of(request.settings, self._cards.get(request.model))
        if price is None:
            return None
        if price.source.startswith(LISTED) and _dollars(computed):
            return _dollars(computed)  # it knows of tiers and reasoning tokens that have a price of their own
        written = min(tokens(used, "cache_creation_input_tokens"), usage.prompt - usage.prompt_cached)
        return price.cost(usage, written)


def _finish(choice: Any) -> Finish:
    if choice.finish_reason in FINISHES:
        return FINISHES[choice.finish_reason]
    if choice.message.content or arguments(choice.message):
        return "stop"
    return "refused" if (choice.message.get("provider_specific_fields") or {}).get("refusal") else "empty"


def _dollars(amount: Any) -> float | None:
    """An amount that somebody else has computed; None where it can be none."""
    number = isinstance(amount, int | float) and not isinstance(amount, bool)
    return float(amount) if number and 0 < amount < MOST_DOLLARS else None


def _usage(litellm: Any, used: Any) -> Any:
    """As litellm's object; of what is null, or can be no number of tokens, nothing is known."""
    if not isinstance(used, dict):
        return used
    try:
        return litellm.Usage(**{name: value for name, value in used.items() if value is not None})
    except Exception:  # pydantic's, on what a provider said: that is no reason to lose its reply
        return None


def _listed_cost(litellm: Any, request: Request, used: Any) -> float | None:
    """What litellm makes of a stream's tokens, for whole replies it says so itself."""
    if used is None:
        return None
    if given := _dollars(getattr(used, "cost", None)):
        return given
    try:
        whole = litellm.ModelResponse(model=request.model, usage=litellm.Usage(**used.model_dump()))
        return float(litellm.completion_cost(whole, model=request.model))
    except Exception:  # it knows no price, or not for these tokens: then ours is taken
        return None
