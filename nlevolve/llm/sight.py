"""Which pictures models take: as their providers document it, or learned from refusals; said once, remembered for the model."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from nlevolve.llm.request import Filtered, NoSight, Place, Rejected, Request, TooLong

TOO_LARGE = 413
UNBOUNDED = 1_000_000_000


class Pictures(NamedTuple):
    """Of one request: how many, and how many letters in base64."""

    number: int
    letters: int

    def __str__(self) -> str:
        return f"{self.number:,} picture{'' if self.number == 1 else 's'} ({self.letters / 1e3:,.0f} kB)"


_DOCUMENTED = (
    (re.compile("claude"), Pictures(100, 32_000_000)),
    (re.compile("gemini"), Pictures(3_600, 20_000_000)),
    (re.compile(r"gpt|\bo[134]\b"), Pictures(500, 50_000_000)),
)
"""What the model's name holds -> what its provider takes in one request. The letters are those of the whole request, about."""
_OFF = "prompts with more go without any from now on"


class Sight:
    """A prompt with more pictures than a model takes goes without any: if some pairs were drawn, those would seem to matter."""

    def __init__(self, notice: Callable[[str], None] = lambda text: None) -> None:
        self._notice = notice
        self._most: dict[Place, Pictures] = {}
        self._passed: dict[Place, Pictures] = {}
        """The most that came through, of each of the two: a refusal of no more than that is the one request's own."""
        self._said: set[Place] = set()
        """Where the provider itself said how many it takes."""
        self._told: set[Place] = set()

    def takes(self, request: Request) -> bool:
        """Whether its pictures may be sent, as far as is known."""
        if not request.images:
            return True
        held, most = pictures_of(request), self._known(request)
        if most is None or (held.number <= most.number and held.letters <= most.letters):
            return True
        if request.place not in self._most and request.place not in self._told:
            self._told.add(request.place)
            self._notice(f"a prompt has {held}, and {request.model} takes {most} a request at most: {_OFF}")
        return False

    @staticmethod
    def may_be_blamed(request: Request, failure: BaseException) -> bool:
        """Whether the request may pass without its pictures: what was refused for them, or for nobody knows what."""
        return bool(request.images) and isinstance(failure, Rejected) and not isinstance(failure, Filtered)

    def passed(self, request: Request) -> None:
        """Its pictures came through: what was guessed from refusals is never below that."""
        place, held = request.place, pictures_of(request)
        if held.number:
            self._passed[place] = _larger(self._passed.get(place, Pictures(0, 0)), held)
            if place in self._most and place not in self._said:
                self._most[place] = _larger(self._most[place], held)

    def refused(self, request: Request, failure: Rejected) -> None:
        """Its pictures were refused: the provider says so, or the same question passed without them.

        What a provider says of itself is believed. Nothing is guessed from a refusal of no more than has passed: that is the one
        request's.
        """
        held, passed = pictures_of(request), self._passed.get(request.place, Pictures(0, 0))
        known = self._known(request) or Pictures(UNBOUNDED, UNBOUNDED)
        if isinstance(failure, TooLong) or not held.number:
            return  # that is a matter of the window
        if failure.status == TOO_LARGE:
            most = known._replace(letters=min(known.letters, max(held.letters - 1, passed.letters)))
            why = f"{request.model} refuses {held} for their size ({failure}): prompts with as much go without any from now on"
        else:
            if isinstance(failure, NoSight):
                self._said.add(request.place)
            least = min(failure.most, held.number - 1) if isinstance(failure, NoSight) else max(held.number - 1, passed.number)
            most = known._replace(number=min(known.number, least))
            why = f"{request.model} refuses {held} ({failure}), and is taken to take {most.number:,} a request at most: {_OFF}"
        if not most.number:
            why = f"{request.model} takes no pictures ({failure}): it is sent none, and births that were to see some see none"
        learnt = held.number > most.number or held.letters > most.letters
        if learnt and most != self._most.get(request.place):
            self._most[request.place] = most
            self._notice(why)

    def _known(self, request: Request) -> Pictures | None:
        documented = (most for pattern, most in _DOCUMENTED if pattern.search(request.model.lower()))
        return self._most.get(request.place) or next(documented, None)


def pictures_of(request: Request) -> Pictures:
    return Pictures(len(request.images), sum(map(len, request.images)))


def _larger(one: Pictures, other: Pictures) -> Pictures:
    return Pictures(max(one.number, other.number), max(one.letters, other.letters))
