"""What calls took, added up anew of the run, each task and each role's model, by what the events' fields are said to mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nlevolve.llm.embedded import is_embedded
from nlevolve.records import Bought, CallFinished, CallRetried, CallSent, ReplyUnread, RunStarted

HELD_BACK = ("interrupted", "budget", "abandoned")
"""Ends without a reply that say nothing of a model."""
DECLINED = ("refused", "filtered")
Key = tuple[str, str]
"""("", "") the run, ("task", ID), or ("role", ROLE + MODEL)."""
RUN: Key = ("", "")


def of_task(task: str) -> Key:
    return ("task", task)


def of_role(role: str, model: str) -> Key:
    return ("role", f"{role} {model}")


@dataclass
class Sums:
    """One account."""

    counts: Counter[str] = field(default_factory=Counter)
    dollars: float = 0.0
    unknown_dollars: float = 0.0
    seconds: float = 0.0

    def take(self, call: CallFinished | Bought, times: int = 1) -> None:
        usage = call.usage
        for name in ("prompt", "prompt_cached", "completion", "reasoning", "estimated"):
            self.counts[name] += times * int(getattr(usage, name))
        if call.cost_usd is None:
            self.counts["unknown"] += times
        else:
            self.dollars += times * call.cost_usd

    def reply(self, call: CallFinished | Bought, times: int = 1) -> None:
        self.counts["provider"] += times
        self.seconds += times * call.seconds
        self.take(call, times)

    def owe(self, dollars: float | None) -> None:
        self.counts["unknown"] += 1
        self.unknown_dollars += dollars or 0.0

    def row(self, owed: Sums | None = None) -> dict[str, Any]:
        """As results.json has an account."""
        owed = owed or Sums()
        return {
            "calls": {name: self.counts[name] for name in ("provider", "cache", "failed")},
            "tokens": {name: self.counts[name] for name in ("prompt", "prompt_cached", "completion", "reasoning")},
            "cost_usd": round(self.dollars, 6),
            "cost_unknown_calls": self.counts["unknown"] + owed.counts["unknown"],
            "cost_unknown_usd": round(self.unknown_dollars + owed.unknown_dollars, 6),
            "estimated_calls": self.counts["estimated"],
            "reply_seconds": round(self.seconds, 3),
        }


@dataclass
class Books:
    """All accounts, and what became of the replies."""

    sums: dict[Key, Sums] = field(default_factory=dict)
    bought: dict[Key, Sums] = field(default_factory=dict)
    """What replies of other runs took them."""
    replies: dict[Key, Counter[str]] = field(default_factory=dict)
    never: dict[Key, Counter[str]] = field(default_factory=dict)
    roles: dict[Key, tuple[str, str]] = field(default_factory=dict)
    away: dict[str, CallSent] = field(default_factory=dict)
    """Digest -> the last try of a call whose end is not told."""
    _waiting: dict[str, CallSent] = field(default_factory=dict)
    """Those that wait for their next try."""
    _died: list[CallSent] = field(default_factory=list)
    _first: dict[str, CallFinished] = field(default_factory=dict)
    _became: dict[str, str] = field(default_factory=dict)
    _told: bool = False

    def see(self, event: object) -> None:
        if isinstance(event, CallFinished):
            self._finished(event)
        elif isinstance(event, CallSent) and not is_embedded(event.model):
            self._waiting.pop(event.request, None)
            self.away[event.request] = event
        elif isinstance(event, CallRetried):
            self._retried(event)
        elif isinstance(event, ReplyUnread):
            self._unread(event)
        elif isinstance(event, RunStarted):
            self._told = event.reads
            self._died += self.away.values()
            self.away, self._waiting = {}, {}

    def owed(self, key: Key) -> Sums:
        """What may be billed for tries of which nobody has heard."""
        owed = Sums()
        for sent in (*self._died, *self.away.values()):
            if key in (RUN, of_task(sent.task), of_role(sent.role, sent.model)):
                owed.owe(sent.reserved_usd)
        return owed

    def row(self, key: Key) -> dict[str, Any]:
        return self.sums.get(key, Sums()).row(self.owed(key))

    def bought_row(self, key: Key) -> dict[str, Any]:
        return self.bought.get(key, Sums()).row()

    def _keys(self, call: CallFinished | CallSent | ReplyUnread) -> tuple[Key, Key, Key]:
        role = of_role(call.role, call.model)
        return RUN, of_task(call.task), role

    def _sums(self, keys: Iterable[Key]) -> list[Sums]:
        return [self.sums.setdefault(key, Sums()) for key in keys]

    def _finished(self, call: CallFinished) -> None:
        self.roles[of_role(call.role, call.model)] = (call.role, call.model)
        for sums in self._sums(self._keys(call)):
            _add(sums, call)
        self._reading(call)
        self._provenance(call)
        if call.source != "cache":
            known = self.away.pop(call.request, None) or self._waiting.pop(call.request, None)
            if known is None and call.source == "provider":
                self._found_again(call.request)

    def _found_again(self, request: str) -> None:
        """What a killed session bought with its last try stands in the bank, and is told of now."""
        for place in reversed(range(len(self._died))):
            if self._died[place].request == request:
                del self._died[place]
                return

    def _provenance(self, call: CallFinished) -> None:
        """Of whom a reply is that came from the bank: each counts once, and not where this run bought it itself."""
        first = self._first.get(call.request)
        keys = (RUN, of_task(call.task))
        if call.source != "failed" and first is None:
            self._first[call.request] = call
            if call.bought is not None:
                for key in keys:
                    self.bought.setdefault(key, Sums()).reply(call.bought)
        elif call.source == "provider" and first is not None and first.bought is not None:
            for key in (RUN, of_task(first.task)):
                self.bought[key].reply(first.bought, -1)
            self._first[call.request] = first.model_copy(update={"bought": None})

    def _retried(self, event: CallRetried) -> None:
        last = self.away.pop(event.request, None) or self._waiting.get(event.request)
        if last is not None:
            self._waiting[event.request] = last
        if event.unknown_usd:
            roles = [of_role(last.role, last.model)] if last else []
            for sums in self._sums([RUN, of_task(event.task), *roles]):
                sums.owe(event.unknown_usd)
            if last:
                self.roles[of_role(last.role, last.model)] = (last.role, last.model)

    def _reading(self, call: CallFinished) -> None:
        keys = self._keys(call)
        for key in keys:
            self.replies.setdefault(key, Counter())
            self.never.setdefault(key, Counter())
        if call.source == "failed" and call.finish not in (*DECLINED, "length"):
            for key in keys:
                self.never[key][call.finish] += call.finish not in HELD_BACK
            return
        if call.request in self._became:
            return
        became = _became(call, self._told)
        if call.request:
            self._became[call.request] = became
        for key in keys:
            self.replies[key][became] += 1

    def _unread(self, event: ReplyUnread) -> None:
        before = self._became.get(event.request)
        if before in ("read", "repaired", "untold"):
            self._became[event.request] = "unreadable"
            for key in self._keys(event):
                self.replies.setdefault(key, Counter())[before] -= 1
                self.replies[key]["unreadable"] += 1


def _add(sums: Sums, call: CallFinished) -> None:
    if call.source == "cache":
        sums.counts["cache"] += 1
        return
    if call.source == "provider":
        sums.reply(call)
    else:
        sums.counts["failed"] += call.tries > 0
        sums.take(call)
    sums.unknown_dollars += call.unknown_usd


def _became(call: CallFinished, told: bool) -> str:
    if call.looping:
        return "looping"
    if call.finish == "length":
        return "cut"
    if call.finish in DECLINED:
        return "refused"
    if not told:
        return "untold"
    return "repaired" if call.repair else "read"
