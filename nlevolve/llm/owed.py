"""What may be owed for tries whose replies never came to the log, and what counts against the caps: folded from events.

A try is billed as unknown from the moment it leaves, at what was reserved for it, until the log says what became of it. So what
a killed process had in flight is in the accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.ledger import Lost, Spent
from nlevolve.records import CallFinished, CallRetried, CallSent, Event, RunStarted


@dataclass(frozen=True, slots=True)
class Try:
    """The last try of a call that is not over."""

    sent: CallSent
    away: bool = True
    """Whether it is still with the provider, as far as the log says: it may be billed. Else the call waits for its next try."""

    @property
    def most_usd(self) -> float:
        """What it may be billed, as far as that is known."""
        return (self.sent.reserved_usd or 0.0) if self.away else 0.0

    @property
    def most_tokens(self) -> int:
        return self.sent.reserved_tokens if self.away else 0


@dataclass(slots=True)
class Tries:
    """Calls that left and are not over: those of this session, and those that died with an earlier one."""

    open: dict[str, Try] = field(default_factory=dict)
    """By the digest of what is asked: equal requests are one call."""
    died: list[Try] = field(default_factory=list)

    def see(self, event: Event) -> None:
        """Fold one event in."""
        match event:
            case CallFinished() if event.source != "cache":
                if self.open.pop(event.request, None) is None and event.source == "provider":
                    self._recalled(event.request)
            case CallSent() if not is_embedded(event.model):
                self.open[event.request] = Try(event)
            case CallRetried() if event.request in self.open:
                self.open[event.request] = Try(self.open[event.request].sent, away=False)
            case RunStarted():
                self.died += self.open.values()
                self.open.clear()

    def _recalled(self, request: str) -> None:
        """A resumed run has found in the sample bank what a killed session bought with its last try: it is known after all."""
        place = next((n for n in reversed(range(len(self.died))) if self.died[n].sent.request == request), None)
        if place is not None:
            del self.died[place]

    @property
    def all(self) -> list[Try]:
        return [*self.died, *self.open.values()]


def spent(events: Iterable[Event]) -> Spent:
    """What a run's log holds against its caps: calls, what they cost, and what they may have cost."""
    tries, by_task = Tries(), defaultdict[str, float](float)
    unknown, calls, tokens = 0.0, 0, 0
    for event in events:
        tries.see(event)
        if isinstance(event, CallFinished) and event.source != "cache":
            by_task[event.task] += (event.cost_usd or 0.0) + event.unknown_usd
            unknown += event.unknown_usd
            ours = is_embedded(event.model)
            calls += 0 if ours else event.tries
            tokens += 0 if ours else event.usage.prompt + event.usage.completion + event.unknown_tokens
        elif isinstance(event, CallRetried):
            by_task[event.task] += event.unknown_usd or 0.0
            unknown += event.unknown_usd or 0.0
            tokens += event.unknown_tokens
    lost = {}
    for one in tries.all:
        lost[one.sent.request] = Lost(one.sent.task, one.most_usd, one.sent.tries, one.most_tokens)
        by_task[one.sent.task] += one.most_usd
        unknown += one.most_usd
        calls += one.sent.tries
        tokens += one.most_tokens
    usd = sum(by_task.values())
    return Spent(usd=usd, unknown_usd=unknown, calls=calls, tokens=tokens, by_task=dict(by_task), lost=lost)
