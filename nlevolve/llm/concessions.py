"""What is left out or made smaller because a model refused it by name: said once, and remembered for the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from nlevolve.llm.call import Call
from nlevolve.llm.request import FewerTokens, NoReply, ParameterRefused, Place, Request

WHOLE = "whole replies"
"""What servers refuse that only stream."""
NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "topp": "top_p",
    "seed": "seed",
    "max_tokens": "max_tokens",
    "reasoning_effort": "thinking",
    "reasoning": "thinking",
    "thinking": "thinking",
    "think": "thinking",
    "chat_template_kwargs": "thinking",
    "stream": "stream",
    "stream_options": "stream",
    WHOLE: WHOLE,
}
"""Providers' names of what can be left out -> ours. Of max_tokens only the name goes: it is sent as max_completion_tokens."""
LEAST_REPLY = 256
"""Tokens. With room for less it is not worth asking."""


class Concessions:
    """A parameter that the provider names in its refusal is sent no more; a reply is given no more room than there is.

    A refusal that stands although we gave in is final.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._without: defaultdict[Place, frozenset[str]] = defaultdict(frozenset)
        self._most: dict[Place, int] = {}

    def ask(self, call: Call, request: Request) -> Request:
        """The request without what was refused."""
        place, settings = request.place, request.settings
        limits = [most for most in (call.most, self._most.get(place), settings.max_tokens) if most is not None]
        if limits and min(limits) != settings.max_tokens:
            request = request.model_copy(update={"settings": settings.model_copy(update={"max_tokens": min(limits)})})
        return request.model_copy(update={"without": self._without[place]}) if self._without[place] else request

    def granted(self, call: Call, asked: Request, refusal: NoReply) -> bool:
        """Whether the call is to be sent again, without what was refused of `asked`."""
        if isinstance(refusal, ParameterRefused):
            return self._left_out(asked, refusal)
        if isinstance(refusal, FewerTokens):
            return self._shortened(call, asked, refusal)
        return False

    def _left_out(self, asked: Request, refusal: ParameterRefused) -> bool:
        name = NAMES.get(refusal.param.lower())
        if name is None or name in asked.without:
            return False
        if name not in self._without[asked.place]:
            self._without[asked.place] |= {name}
            how = "sent as max_completion_tokens" if name == "max_tokens" else "left out"
            self._notice(f"{asked.model} refuses {name}: it is {how} from now on ({refusal})")
        return True

    def _shortened(self, call: Call, asked: Request, refusal: FewerTokens) -> bool:
        allowed = asked.settings.max_tokens
        if refusal.most < LEAST_REPLY or (allowed is not None and allowed <= refusal.most):
            return False
        call.most = refusal.most
        if refusal.lasting:
            self._most[asked.place] = refusal.most
            self._notice(f"{asked.model} gives at most {refusal.most:,} tokens a reply: more is not asked for from now on")
        return True
