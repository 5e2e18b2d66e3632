"""How long a prompt may be, as far as it is known, and about how long one is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nlevolve.llm import pictures
from nlevolve.llm.catalogue import EMBEDDED, ModelCard
from nlevolve.llm.request import CallFailed, FewerTokens, Message, Place, Request, TooLong
from nlevolve.llm.serving import Served
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.notations import LETTERS

CHARACTERS_A_TOKEN = 4.0
"""Of prose."""
TOKENS_A_CELL = 2
"""A digit and the space before it: most tokenizers keep them apart."""
ROOM = 1024
"""Tokens for the reply, where the role sets no limit; at most a quarter of the window."""
HOPEFUL = 0.75
"""A prompt that was refused, nobody knows by how much, is followed by one of at most this size."""
LEAST_CUT = 1_000
"""Tokens: a prompt that is cut fills a window, and none is as small. Some old servers count only what is new in a prompt."""
FAR_BELOW, BELOW = 0.5, 0.8
"""Shares of our estimate of a prompt: so little no tokenizer makes of it; so little is suspicious in a round number."""
ROUND = 1024
TOKENS_A_LETTER = 1
"""A letter for a colour, with the space before it."""
_CELL = re.compile(r"[\d.](?=[ \n]|,[\d.\n]|\]|\Z)")
_LETTER = re.compile(rf"(?<![^ \n])[{LETTERS}](?=[ \n]|\Z)")


def tokens(messages: Iterable[Message], model: str = "") -> int:
    """An estimate of what messages, and the pictures with them, take of a window."""
    messages = list(messages)
    return _of_text(messages) + sum(pictures.likely(model, image) for message in messages for image in message.images)


def _of_text(messages: Iterable[Message]) -> int:
    found = 0.0
    for message in messages:
        cells, letters = len(_CELL.findall(message.text)), len(_LETTER.findall(message.text))
        prose = len(message.text) - 2 * (cells + letters)
        found += TOKENS_A_CELL * cells + TOKENS_A_LETTER * letters + prose / CHARACTERS_A_TOKEN
    return round(found)


def cut(messages: Iterable[Message], counted: int, window: int) -> TooLong | None:
    """Our error for a prompt of which a server like Ollama has read a part, and answered that: it says so by its count alone.

    `window`: tokens that were asked for.
    """
    # servers differ too much in what they make of a picture
    had = _of_text(messages)
    filled = counted >= window - 1 or (counted % ROUND == 0 and counted < BELOW * had)
    if counted < LEAST_CUT or not (filled or counted < FAR_BELOW * had):
        return None
    error = TooLong(
        f"of the prompt's {had:,} tokens (about) only {counted:,} were read, the rest was cut: serve the model with a larger "
        "window (extra_body={num_ctx=…} of the role, or num_ctx of the model), or choose one that has it"
    )
    error.prompt, error.window = max(had, counted + 1), counted
    return error


@dataclass
class Windows:
    """How long prompts may be, as far as it is known: told by the server, by the table of models, or learned from refusals."""

    cards: Mapping[str, ModelCard] = field(default_factory=dict)
    served: Mapping[Place, Served] = field(default_factory=dict)
    _refused: dict[Place, int] = field(default_factory=dict)

    def most(self, settings: RoleSettings) -> int | None:
        """Tokens (estimated) that a prompt of this role may have; None where nothing is known."""
        place = settings.model, settings.base_url
        card, told = self.cards.get(settings.model), self.served.get(place)
        window = told.window if told and told.window else None
        bounds = [window - _room(settings, window) if window else None, card.context if card else None, self._refused.get(place)]
        return min((bound for bound in bounds if bound is not None), default=None)

    def matter(self, request: Request) -> bool:
        """Whether the model has a window at all: the embedded ones have none."""
        card = self.cards.get(request.model)
        return card is not None and card.provider != EMBEDDED

    @staticmethod
    def exceeded(failure: CallFailed) -> bool:
        """Whether a smaller prompt might pass: it was too long, or left no room for a reply."""
        return isinstance(failure, TooLong) or (isinstance(failure, FewerTokens) and failure.by_prompt)

    def refused(self, request: Request, failure: TooLong | FewerTokens) -> int:
        """A prompt was too long, or left too little room. Returns what the next one may have, in estimated tokens."""
        estimate = tokens(request.messages, request.model)
        if isinstance(failure, FewerTokens):
            lacking = max(1, (request.settings.max_tokens or ROOM) - failure.most)
            self._refused[request.place] = min(estimate - lacking, self._refused.get(request.place, estimate))
            return self._refused[request.place]
        if failure.window is None:
            self._refused[request.place] = min(estimate - 1, self._refused.get(request.place, estimate))
            return round(HOPEFUL * estimate)
        # the provider counts otherwise than we do: its figure in our measure
        scale = estimate / failure.prompt if failure.prompt else 1.0
        fits = round((failure.window - _room(request.settings, failure.window)) * scale)
        self._refused[request.place] = min(fits, estimate - 1, self._refused.get(request.place, estimate))
        return self._refused[request.place]


def _room(settings: RoleSettings, window: int) -> int:
    return min(settings.max_tokens or ROOM, window // 4)
