"""What is kept of the caps for answering: a task that is under way can be answered with the best it has when they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from math import inf
from typing import Protocol

from nlevolve.llm.request import Request

Keeping = Callable[[str, Callable[[], Sequence[Request]]], AbstractContextManager[None]]
"""(task, requests): see Budget.keeping. The requests are only made where there is a cap."""


def keeping_nothing(task: str, requests: Callable[[], Sequence[Request]]) -> AbstractContextManager[None]:
    """There is no cap."""
    return nullcontext()


SHARE = 0.25
"""Of a cap, at most: more would be kept from the search, without which there is nothing to answer with."""


class Cost(Protocol):
    """What one request may take."""

    @property
    def counts(self) -> bool:
        """Whether it counts against the cap on calls."""

    @property
    def likely_usd(self) -> float: ...

    @property
    def likely_tokens(self) -> int: ...


@dataclass
class _Portion:
    """Of one task: what its answers will take, as far as they are not asked for yet."""

    costs: Callable[[], Sequence[Cost]]
    """Looked at anew each time: replies that came in between have shown how long they are."""
    taken: int = 0

    @property
    def left(self) -> Sequence[Cost]:
        return self.costs()[self.taken :]

    @property
    def calls(self) -> int:
        return sum(cost.counts for cost in self.left)

    @property
    def usd(self) -> float:
        return sum(cost.likely_usd for cost in self.left)

    @property
    def tokens(self) -> int:
        return sum(cost.likely_tokens for cost in self.left if cost.counts)


class Kept:
    """Portions of the tasks under way. All of them together are never more than SHARE of a cap."""

    def __init__(self) -> None:
        self._of: dict[str, _Portion] = {}
        self.ended = 0
        """Tasks that nothing is kept for any more."""

    @contextmanager
    def keeping(self, task: str, costs: Callable[[], Sequence[Cost]]) -> Iterator[None]:
        """Until the task is answered, keep what these requests may take."""
        self._of[task] = _Portion(costs)
        try:
            yield
        finally:
            del self._of[task]
            self.ended += 1

    @property
    def under_way(self) -> int:
        """Tasks that something is kept for."""
        return len(self._of)

    def holds_another(self, calls: int | None, usd: float | None) -> bool:
        """Whether each task would still have its whole portion, of caps like these, if there were one more like them."""
        portions = self._of.values()
        grown = 1 + 1 / max(1, len(portions))
        enough_calls = calls is None or grown * sum(portion.calls for portion in portions) <= SHARE * calls
        return enough_calls and (usd is None or grown * sum(portion.usd for portion in portions) <= SHARE * usd)

    def calls(self, cap: int, task: str, *, last: bool) -> int:
        """How many calls are out of reach for a request of this task; `last`: it is one of those that they are kept for."""
        kept = min(int(SHARE * cap), sum(portion.calls for portion in self._of.values()))
        return max(0, kept - (self._of[task].calls if last and task in self._of else 0))

    def tokens(self, cap: int, task: str, *, last: bool) -> int:
        """The same in tokens."""
        kept = min(int(SHARE * cap), sum(portion.tokens for portion in self._of.values()))
        return max(0, kept - (self._of[task].tokens if last and task in self._of else 0))

    def usd(self, cap: float | None, task: str, *, last: bool) -> float:
        """The same in dollars, of the run's budget."""
        kept = min(SHARE * (inf if cap is None else cap), sum(portion.usd for portion in self._of.values()))
        return max(0.0, kept - (self._of[task].usd if last and task in self._of else 0.0))

    def own_usd(self, cap: float | None, task: str, *, last: bool) -> float:
        """The same of the task's own budget."""
        return 0.0 if last or task not in self._of else min(SHARE * (inf if cap is None else cap), self._of[task].usd)

    def took(self, task: str, by: int = 1) -> None:
        """One of the task's requests has its reservation; with -1, it gave it back."""
        if task in self._of:
            self._of[task].taken += by
