"""What a run keeps for its answers: of its own caps, and of its hub's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nlevolve.hub import words
from nlevolve.hub.line import Line
from nlevolve.llm.kept import Cost, Kept


class KeptTwice(Kept):
    """What is kept of the run's own caps for answers, and of the hub's."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line
        self._told: dict[str, tuple[words.Kept, ...]] = {}

    @contextmanager
    def keeping(self, task: str, costs: Callable[[], Sequence[Cost]]) -> Iterator[None]:
        bound = self._line.welcome
        told = tuple(_kept(cost) for cost in costs()) if (bound.usd, bound.calls, bound.tokens) != (None,) * 3 else ()
        if told:
            self._told[task] = told
            self._line.tell(words.Keep(n=self._line.next(), task=task, costs=told))
        try:
            with super().keeping(task, costs):
                yield
        finally:
            if self._told.pop(task, None):
                self._line.tell(words.Keep(n=self._line.next(), task=task))

    def again(self) -> Iterator[words.Word]:
        """For a hub that has forgotten."""
        for task, told in self._told.items():
            yield words.Keep(n=self._line.next(), task=task, costs=told)


def _kept(cost: Cost) -> words.Kept:
    return words.Kept(counts=cost.counts, likely_usd=cost.likely_usd, likely_tokens=cost.likely_tokens)
