"""A prompt that does not fit is made smaller: pictures go first, then facts, what was tried before, pairs, the largest first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Generic, TypeVar

from nlevolve.ask.look import Look
from nlevolve.ask.question import Answered, Asker, Reader, put
from nlevolve.llm.request import CallFailed, FewerTokens, Label, NoSight, NotBanked, Rejected, Request, TooLong
from nlevolve.llm.windows import tokens
from nlevolve.puzzle.grids import shape
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import Unseen

Read = TypeVar("Read")
Step = TypeVar("Step")
STEPS = 16
"""So many are tried one after the other; behind them only pairs are left out, so that each is smaller for certain."""
Unseens = tuple[Unseen, ...]


class Requests(Generic[Step]):
    """Requests from the whole one to the smallest, each put together when it is looked at: of a thousand, a few are."""

    def __init__(self, ask: Callable[[Step], Request], steps: Iterable[Step]) -> None:
        self._steps, self.place = tuple(steps), 0
        self._at = lru_cache(maxsize=1)(lambda place: ask(self._steps[place]))

    @property
    def current(self) -> Request:
        return self._at(self.place)

    @property
    def smallest(self) -> bool:
        """Whether there is none behind the current one."""
        return self.place + 1 == len(self._steps)

    def fitting(self, fits: Callable[[Request], bool]) -> Request:
        """Go on to the first that fits, or to the smallest: step by step, and where there are very many by halves."""
        for _ in range(STEPS):
            if self.smallest or fits(self.current):
                return self.current
            self.place += 1
        last = len(self._steps) - 1
        self.place = bisect_left(range(last), True, self.place, key=lambda place: fits(self._at(place)))
        return self.current


async def put_fitting(asker: Asker, requests: Requests[Step], read: Reader[Read]) -> Answered[Read]:
    """Put the first of these requests that fits: the first is whole, each one after it is smaller.

    What is known to be too long, or to have pictures that are refused, is not sent, unless it is the smallest there is. Raises
    what `put` raises.
    """
    most = asker.windows.most(requests.current.settings)
    blamed: list[tuple[Request, Rejected]] = []
    while True:
        request = requests.fitting(partial(_fits, asker, most))
        try:
            answered = await put(asker, request, read)
        except CallFailed as failure:
            if requests.smallest or not _may_pass_smaller(asker, request, failure):
                raise
            if isinstance(failure, TooLong | FewerTokens):
                most = asker.windows.refused(request, failure)
            elif isinstance(failure, NoSight):
                asker.sight.refused(request, failure)
            elif isinstance(failure, Rejected):
                blamed.append((request, failure))
            requests.place += 1
        else:
            for one, refusal in blamed:
                asker.sight.refused(one, refusal)
            return answered


def _may_pass_smaller(asker: Asker, request: Request, failure: CallFailed) -> bool:
    # a replay finds the smaller one where a window, or what is refused, was known that nobody knows now
    unknown = isinstance(failure, NotBanked) and asker.windows.matter(request)
    return unknown or asker.windows.exceeded(failure) or asker.sight.may_be_blamed(request, failure)


def _fits(asker: Asker, most: int | None, request: Request) -> bool:
    return asker.sight.takes(request) and (most is None or tokens(request.messages, request.model) <= most)


@dataclass(frozen=True)
class Cut:
    """What is left of a prompt."""

    look: Look
    unseen: Unseens = ()
    out: tuple[int, ...] = ()
    """Places of pairs that are left out."""
    trimmed: str = ""
    """What is left out, in words."""

    def label(self, label: Label) -> Label:
        """The label, saying so."""
        return label.model_copy(update={"trimmed": self.trimmed, "unseen": self.unseen})


def cuts(look: Look, pairs: Sequence[Pair], *, keep: int, noun: str = "pairs") -> Iterator[Cut]:
    """The whole prompt; then without its pictures, without its facts, without one pair after another."""
    less = Cut(look)
    for unseen in looks_less(look):
        less = Cut(look.less(unseen), unseen, (), without_what(unseen))
        yield less
    for out in left_out(pairs, keep=keep):
        yield replace(less, out=out, trimmed=without_what(less.unseen, f"{len(out)} of {len(pairs)} {noun}"))


def looks_less(look: Look) -> Iterator[Unseens]:
    """Nothing; then the pictures, which say again what stands there as text; then the facts, which can be seen in it."""
    lost: Unseens = ()
    yield lost
    if look.eye != "none":
        lost = (*lost, "pictures")
        yield lost
    if look.facts:
        yield (*lost, "facts")


def without_what(unseen: Unseens, *others: str) -> str:
    """What is left out, in words: "the pictures, the facts and 1 of 3 pairs"."""
    *first, last = [f"the {one}" for one in unseen] + list(others) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def left_out(pairs: Sequence[Pair], hidden: int | None = None, *, keep: int) -> Iterator[tuple[int, ...]]:
    """Places of pairs to leave out, one more each time and the largest first, until `keep` are left of those not hidden."""
    places = [i for i in range(len(pairs)) if i != hidden]
    places.sort(key=lambda i: -_cells(pairs[i]))
    for count in range(1, len(places) - keep + 1):
        yield tuple(places[:count])


def _cells(pair: Pair) -> int:
    (a, b), (c, d) = shape(pair.input), shape(pair.output)
    return a * b + c * d


def without(task: Task, places: Sequence[int]) -> Task:
    """The task less some of its pairs."""
    return replace(task, pairs=tuple(pair for i, pair in enumerate(task.pairs) if i not in places))
