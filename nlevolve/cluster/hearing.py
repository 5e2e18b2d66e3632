"""What stations say becomes lines of one log: in order, with one clock, each purchase once, each notice once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nlevolve.cluster.messages import Said
from nlevolve.llm.accounts import finished
from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.request import Reply
from nlevolve.records import (
    Bought,
    CallFinished,
    CallRetried,
    CallSent,
    DamagedLine,
    Event,
    LimitChanged,
    ModelStopped,
    Noticed,
    ServerAway,
    ServerBack,
    TrafficSeen,
    Usage,
    read_event,
)

SHARED = ("task", "role", "purpose", "model", "birth", "target", "repair", "trimmed", "request")
"""What a call says of itself when it is sent, and when it ends."""


class Gap(Exception):
    """Something that a station said is missing: it no longer counts."""


@dataclass
class _Heard:
    """Of one station."""

    number: int = 0
    tries: dict[str, CallSent] = field(default_factory=dict)
    """Digest of a request -> its try, while it is with a provider."""
    traffic: dict[str, TrafficSeen] = field(default_factory=dict)


@dataclass
class Hearing:
    """All stations of a run."""

    known: Sequence[Event]
    """The run's log so far."""
    _of: defaultdict[str, _Heard] = field(default_factory=lambda: defaultdict(_Heard))
    _told: set[tuple[str, str]] = field(default_factory=set)
    _limits: dict[str, LimitChanged] = field(default_factory=dict)
    _away: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Address -> the stations for which nobody answers there."""
    _bought: dict[str, Bought] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for event in self.known:
            self._purchase(event)

    def heard(self, said: Said) -> Event | None:
        """The event of a message, as it belongs into the log; None where there is none to tell. Raises Gap."""
        its = self._of[said.station]
        its.number += 1
        if said.number != its.number:
            raise Gap
        if said.what != "event":
            return None
        try:
            event = read_event(said.text)
        except DamagedLine:
            raise Gap from None
        self._count(its, event)
        if not self._news(said.station, event):
            return None
        if isinstance(event, TrafficSeen):
            event = self._added(event)
        # machines have clocks of their own; a log has one
        return self._purchase(event).model_copy(update={"at": datetime.now(UTC)})

    def number(self, station: str) -> int:
        """Messages of a station that were heard."""
        return self._of[station].number

    def open(self) -> Iterator[str]:
        """Digests of the requests that are with a provider."""
        return (key for its in self._of.values() for key, sent in its.tries.items() if not is_embedded(sent.model))

    def lost(self, station: str, bought: Callable[[str], Reply | None]) -> Iterator[Event]:
        """The ends of the calls that a lost station had under way. What it handed in is known (`bought` by this run, under a
        request's digest); the others may be billed, as much as was reserved for each."""
        for sent in self._of.pop(station, _Heard()).tries.values():
            free = is_embedded(sent.model)
            shared = {name: getattr(sent, name) for name in SHARED}
            if not free and (reply := bought(sent.request)) is not None:
                yield self._purchase(finished(shared, reply.model_copy(update={"tries": sent.tries})))
                continue
            yield CallFinished(
                **shared,
                source="failed",
                finish="abandoned",
                error="its worker was lost",
                tries=0 if free else sent.tries,
                cost_usd=0.0 if free else None,
                unknown_usd=0.0 if free else sent.reserved_usd or 0.0,
                unknown_tokens=0 if free else sent.reserved_tokens,
            )

    def _count(self, its: _Heard, event: Event) -> None:
        if isinstance(event, CallSent):
            its.tries[event.request] = event
        elif isinstance(event, CallRetried) or (isinstance(event, CallFinished) and event.source != "cache"):
            its.tries.pop(event.request, None)
        elif isinstance(event, TrafficSeen):
            its.traffic[event.model] = event

    def _news(self, station: str, event: Event) -> bool:
        """Whether nobody else has said it. A server is back when it is so for all who said that it is away."""
        match event:
            case Noticed() | ModelStopped():
                told = event.kind, event.text if isinstance(event, Noticed) else event.model
                first = told not in self._told
                self._told.add(told)
                return first
            case LimitChanged():
                said = event.model_copy(update={"at": datetime.min})
                before, self._limits[event.model] = self._limits.get(event.model), said
                return said != before
            case ServerAway():
                self._away[event.address].add(station)
                return len(self._away[event.address]) == 1
            case ServerBack():
                self._away[event.address].discard(station)
                return not self._away[event.address]
        return True

    def _added(self, event: TrafficSeen) -> TrafficSeen:
        """How it stands with a model over all stations."""
        seen = [one for its in self._of.values() if (one := its.traffic.get(event.model))]
        return event.model_copy(
            update={
                "waiting": sum(one.waiting for one in seen),
                "paced": any(one.paced for one in seen),
                "writing": sum(one.writing for one in seen),
                "tokens_per_second": round(sum(one.tokens_per_second for one in seen), 1),
            }
        )

    def _purchase(self, event: Event) -> Event:
        """A reply that this run has paid for already is from the cache.

        A station that finds in the bank what the run bought, and does not know that the log has it since it was another task's
        (two data sets have tasks in common), takes it for one that a kill has kept out of the log.
        """
        if not isinstance(event, CallFinished) or event.source != "provider":
            return event
        took = Bought(usage=event.usage, cost_usd=event.cost_usd, seconds=event.seconds)
        if self._bought.get(event.request) != took or not took.seconds:
            self._bought[event.request] = took
            return event
        none = {"usage": Usage(), "cost_usd": 0.0, "unknown_usd": 0.0, "unknown_tokens": 0, "seconds": 0.0, "tries": 0}
        return event.model_copy(update={"source": "cache", "bought": took, **none})
