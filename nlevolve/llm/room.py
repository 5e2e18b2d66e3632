"""How long a reply may be, and what is asked for when it was longer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.request import Reply, Request
from nlevolve.llm.thinking import UNTOLD, family, thought
from nlevolve.records import Role

ANSWERS: Mapping[Role, int] = {
    "generator": 6_000,
    "reviser": 6_000,
    "recombiner": 6_000,
    "checker": 10_000,
    "answerer": 10_000,
    "coder": 6_000,
    "reviewer": 6_000,
    "judge": 10_000,
}
"""Tokens of an answer and its working. A description is a few hundred, a program a few thousand; a grid of 30 by 30 is up to
4,000, and it may be worked out before it is given."""
OWN_THOUGHT = 8_192
"""Tokens that a model at Ollama may think of its own accord: they must fit into a window, and so into memory."""
WORDED, UNWORDED = 3_000, 12_000
"""Characters that must be the same again and again to be a loop: of words, and of signs alone. A large grid of one colour is
8,000 characters of the latter, a number a line."""
OFTEN = 5
"""Times."""
MOST_CELLS = 1_000
"""Numbers, one after another, that are still a grid: ARC's largest has 900."""
SAMPLE = 20
"""Characters by which the length of what repeats is found."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Bound:
    """Tokens that a reply may have."""

    tokens: int
    told: bool
    """Whether the server is told. One whose window is not known may refuse what does not fit in it beside the prompt; there
    the reply is stopped when it has passed the bound."""

    def passed(self, pieces: int, characters: int) -> bool:
        """Whether a stream of so many pieces is longer. A piece is a token or more, a token six characters or fewer."""
        return pieces > 1.05 * self.tokens + 16 or characters > 6 * self.tokens + 100


def bound_of(request: Request, card: ModelCard | None) -> Bound | None:
    """What bounds the reply: the user's max_tokens, else what the role's answers and the model's thinking take."""
    if card is None or card.provider == "offline":
        return None
    if request.settings.max_tokens is not None:
        return Bound(request.settings.max_tokens, told=True)
    thinks, ollama = thought(request.settings, card), family(card) == "ollama"
    thinking = OWN_THOUGHT if ollama and thinks.tokens == UNTOLD else thinks.tokens
    tokens = ANSWERS[request.label.role] + thinking
    if card.longest_reply is not None:
        return Bound(min(tokens, card.longest_reply), told=True)
    return Bound(tokens, told=ollama or "thinking" in thinks.options)


def roomier(request: Request, reply: Reply, card: ModelCard | None) -> Request | None:
    """The same with twice the room, where a reply that was cut may gain from it: a question of its own, and the only one.

    None where nothing more is asked: a reply that repeats itself would do so for longer.
    """
    if reply.finish != "length" or request.label.repair or looping(reply.text or reply.reasoning):
        return None
    bound, most = bound_of(request, card), card.longest_reply if card else None
    had = request.settings.max_tokens or reply.usage.completion or (bound.tokens if bound else 0)
    room = min(2 * had, most) if most else 2 * had
    if room <= had:
        return None
    settings = request.settings.model_copy(update={"max_tokens": room})
    return request.model_copy(update={"settings": settings, "again": True})


def looping(text: str) -> bool:
    """Whether a text ends in the same again and again: exactly so, often, and for longer than a grid of one colour."""
    near, far = _period(text, WORDED), _period(text, UNWORDED)
    if near is None:
        return far is not None
    return far is not None or any(sign.isalpha() for sign in text[-near:]) or _numbers(text, near) > MOST_CELLS


def _numbers(text: str, period: int) -> int:
    """How many numbers stand in what is repeated at the end of a text."""
    end = text[-UNWORDED:]
    same = takewhile(lambda at: end[at] == end[at - period], range(len(end) - 1, period - 1, -1))
    return len(_NUMBER.findall(end[-sum(1 for _ in same) - period :]))


def _period(text: str, enough: int) -> int | None:
    """After how many characters the end of a text repeats itself, if it is nothing but that; None where it is not."""
    end = text[-enough:]
    before = end.rfind(end[-SAMPLE:], 0, len(end) - 1)
    period = len(end) - SAMPLE - before
    if len(end) < enough or before < 0 or period * OFTEN > len(end):
        return None
    return period if end[period:] == end[:-period] else None
