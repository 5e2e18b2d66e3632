"""What of a run's log another run, that tells it again, has not had yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from nlevolve.records import Birth, BirthPlanned, CallFinished, CandidateChecked, Event, MoveFailed


class Retold:
    """Calls and births that are left; nothing for a run that tells none again."""

    def __init__(self, log: Sequence[Event] = ()) -> None:
        self._planned: defaultdict[str, dict[int, Birth]] = defaultdict(dict)
        self._ended: set[tuple[str, int]] = set()
        self._owed: Counter[tuple[str, int | None, str]] = Counter()
        self._begun: set[tuple[str, int]] = set()
        self.told_again = bool(log)
        """Whether there is such a run."""
        self.pinged = any(isinstance(e, CallFinished) and e.birth is None and e.target is None for e in log)
        """Whether it asked its models a small question first: a call of no birth and of no test input."""
        for event in log:
            if isinstance(event, BirthPlanned):
                self._planned[event.task][event.birth.index] = event.birth
            self._count(event, 1)

    def see(self, event: Event) -> None:
        """The new run has this."""
        if self.told_again:
            self._count(event, -1)
            if isinstance(event, BirthPlanned):
                self._begun.add((event.task, event.birth.index))

    def _count(self, event: Event, by: int) -> None:
        if isinstance(event, CallFinished) and event.source != "failed":
            self._owed[event.task, event.birth, event.request] += by
        elif isinstance(event, CandidateChecked | MoveFailed):
            (self._ended.add if by > 0 else self._ended.discard)((event.task, event.birth.index))

    def left(self, task: str) -> list[Birth]:
        """Births of which something is left, in order."""
        owing = {birth for (name, birth, _), number in self._owed.items() if name == task and number > 0}
        return [one for k, one in sorted(self._planned[task].items()) if k in owing or (task, k) in self._ended]

    def owes(self, task: str, birth: int, request: str) -> bool:
        return self._owed[task, birth, request] > 0

    def begun(self, task: str, birth: int) -> bool:
        """Whether the new run has planned it, too."""
        return (task, birth) in self._begun

    def ended(self, task: str, birth: int) -> bool:
        return (task, birth) in self._ended

    def earlier(self, task: str, birth: int) -> list[Birth]:
        return [one for k, one in sorted(self._planned[task].items()) if k < birth]
