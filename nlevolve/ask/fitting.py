"""A prompt that does not fit is made smaller: first what was tried before is left out, then pairs, the largest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from nlevolve.ask.question import Answered, Asker, Reader, put
from nlevolve.llm.request import FewerTokens, NotBanked, Request, TooLong
from nlevolve.llm.windows import tokens
from nlevolve.puzzle.grids import shape
from nlevolve.puzzle.tasks import Pair, Task

Read = TypeVar("Read")


async def put_fitting(asker: Asker, requests: Iterator[Request], read: Reader[Read]) -> Answered[Read]:
    """Put the first of these requests that fits: the first is whole, each one after it is smaller.

    What is known to be too long is not sent, unless it is the smallest there is. Raises what `put` raises.
    """
    request = next(requests)
    most = asker.windows.most(request.settings)
    while True:
        request = _fitting(request, requests, most)
        try:
            return await put(asker, request, read)
        except (TooLong, FewerTokens, NotBanked) as failure:
            # a replay finds the smaller one where a window was known that nobody knows now
            unknown = isinstance(failure, NotBanked) and asker.windows.matter(request)
            smaller = next(requests, None) if unknown or asker.windows.exceeded(failure) else None
            if smaller is None:
                raise
            if isinstance(failure, TooLong | FewerTokens):
                most = asker.windows.refused(request, failure)
            request = smaller


def _fitting(request: Request, smaller: Iterator[Request], most: int | None) -> Request:
    while most is not None and tokens(request.messages, request.model) > most:
        following = next(smaller, None)
        if following is None:
            break
        request = following
    return request


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
