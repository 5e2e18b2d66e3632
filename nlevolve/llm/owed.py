"""What may be owed for tries whose replies never came to the log, and what counts against the caps: folded from events.

A try is billed as unknown from the moment it leaves, at what was reserved for it, until the log says what became of it. So what
a killed process had in flight is in the accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nlevolve.llm.budget import Lost, Spent
from nlevolve.llm.embedded import is_embedded
from nlevolve.records import CallFinished, CallRetried, CallSent, Event, RunStarted


@dataclass(slots=True)
class Tries:
    """Calls that left and are not over: of this session, and those that died with an earlier one."""

    _open: dict[str, tuple[CallSent, bool]] = field(default_factory=dict)
    """Digest -> the last try of its call in this session, and whether it is still with the provider."""
    _lost: dict[str, list[tuple[CallSent, bool]]] = field(default_factory=dict)
    """The same of earlier sessions; an equal request may have died more than once."""

    def see(self, event: Event) -> CallSent | None:
        """Fold one event in. The last try of a session that died where it turns out that its reply came: nothing is unknown."""
        match event:
            case CallFinished() if event.source != "cache":
                if self._open.pop(event.request, None) is None and event.source == "provider":
                    return self._recalled(event.request)
            case CallSent() if not is_embedded(event.model):
                self._open[event.request] = event, True
            case CallRetried() if event.request in self._open:
                self._open[event.request] = self._open[event.request][0], False
            case RunStarted():
                for request, call in self._open.items():
                    self._lost.setdefault(request, []).append(call)
                self._open.clear()
        return None

    def _recalled(self, request: str) -> CallSent | None:
        """A resumed run has found in the sample bank what its killed session bought: that came after the last try."""
        died = self._lost.get(request)
        if not died:
            return None
        sent, _ = died.pop()
        return sent

    @property
    def unheard(self) -> Iterator[CallSent]:
        """Tries of which nobody knows what became: with a provider now, or lost with a process that was killed."""
        for sent, away in (*(call for calls in list(self._lost.values()) for call in calls), *list(self._open.values())):
            if away:
                yield sent

    @property
    def unfinished(self) -> Iterator[CallSent]:
        """The last try of each call that left and was never over."""
        yield from (sent for calls in self._lost.values() for sent, _ in calls)
        yield from (sent for sent, _ in self._open.values())


def spent(events: Iterable[Event]) -> Spent:
    """What a run's log holds against its caps: calls, what they cost, and what they may have cost."""
    tries, by_task = Tries(), defaultdict[str, float](float)
    unknown, calls = 0.0, 0
    for event in events:
        tries.see(event)
        if isinstance(event, CallFinished) and event.source != "cache":
            by_task[event.task] += (event.cost_usd or 0.0) + event.unknown_usd
            unknown += event.unknown_usd
            calls += 0 if is_embedded(event.model) else event.tries
        elif isinstance(event, CallRetried) and event.unknown_usd:
            by_task[event.task] += event.unknown_usd
            unknown += event.unknown_usd
    away = {id(sent) for sent in tries.unheard}
    lost = {}
    for sent in tries.unfinished:
        usd = (sent.reserved_usd or 0.0) if id(sent) in away else 0.0
        lost[sent.request] = Lost(sent.task, usd, sent.tries)
        by_task[sent.task] += usd
        unknown += usd
        calls += sent.tries
    return Spent(usd=sum(by_task.values()), unknown_usd=unknown, calls=calls, by_task=dict(by_task), lost=lost)
