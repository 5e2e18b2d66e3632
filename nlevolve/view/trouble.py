"""Tries that a provider let fail, and servers that nobody is at: what stands between a run and its replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from nlevolve.hub.address import HUB
from nlevolve.records import CallFinished, CallRetried, Event, RunStarted, ServerAway, ServerBack
from nlevolve.view.text import clean, duration, plural

MOSTLY = 0.5
"""Share of a model's tries from which on their failure explains a result, though some passed."""
FEWEST = 4
"""Tries in vain; fewer explain nothing where others passed."""
LONGEST = 120
"""Characters of a provider's words."""
ADVICE = {
    "provider_down": "its server or provider fails, so try later",
    "rate_limit": "it limits how much it is asked, so try later, or set ROLE.requests_per_minute",
    "timeout": "try later, set ROLE.timeout to more, or let it think less",
}
"""Kind of failure that may pass -> what to do. Of the others the run's last words tell."""


@dataclass(slots=True)
class Tries:
    """What became of the tries of one model."""

    passed: int = 0
    vain: Counter[str] = field(default_factory=Counter)
    """Kind of failure -> how many failed so."""
    said: dict[str, str] = field(default_factory=dict)
    """Kind of failure -> what was said last."""
    lost: int = 0
    """Calls that were given up."""

    @property
    def share(self) -> float:
        """Of its tries those in vain, 0..1."""
        return self.vain.total() / max(1, self.vain.total() + self.passed)

    def fail(self, kind: str, why: str) -> None:
        self.vain[kind] += 1
        self.said[kind] = why


@dataclass(slots=True)
class Trouble:
    """Folded from the events of the latest session, each seen once."""

    tries: dict[str, Tries] = field(default_factory=dict)
    away: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(model, address) of servers at which nobody is -> since when."""
    _retried: Counter[str] = field(default_factory=Counter)
    """Digest of a request -> its tries that failed and were told of."""

    def see(self, event: Event) -> None:
        match event:
            case CallFinished(source="provider"):
                self._of(event.model).passed += 1
            case CallFinished(source="failed"):
                told = self._retried.pop(event.request, 0)
                self._of(event.model).lost += 1
                if event.tries > told:
                    self._of(event.model).fail(event.finish, event.error)
            case CallRetried():
                self._retried[event.request] += 1
                self._of(event.model).fail(event.failure, event.why.removeprefix(f"{event.failure}: "))
            case ServerAway():
                self.away[event.model, event.address] = event.at
            case ServerBack():
                self.away.pop((event.model, event.address), None)
            case RunStarted():
                self.tries.clear()
                self.away.clear()
                self._retried.clear()

    def sentences(self, run: str, now: datetime, *, done: bool) -> Iterator[tuple[float, str]]:
        """(share of the tries in vain, what explains it and what to do), a model a sentence. `done`: the run came to its end."""
        for (model, address), since in self.away.items():
            gone = (now - since).total_seconds()
            lasted = f" for {duration(gone)}" if gone >= 1 else ""
            where = "--hub" if model == HUB else "base_url"
            advice = f"start it, then nlevolve resume {run}; if the address is wrong, repeat the command with the right {where}"
            yield 1.0, f"nothing answered at {clean(address)}{lasted}, where {clean(model)} should be: {advice}"
        for model, its in self.tries.items():
            kind = max(its.vain, key=its.vain.__getitem__, default="")
            if kind in ADVICE and (
                not its.passed or (its.share >= MOSTLY and its.vain.total() >= FEWEST and (its.lost or not done))
            ):
                yield its.share, f"{_told(clean(model), its)}: {ADVICE[kind]} (nlevolve resume {run} goes on)"

    def _of(self, model: str) -> Tries:
        if model not in self.tries:
            self.tries[model] = Tries()
        return self.tries[model]


def _told(model: str, its: Tries) -> str:
    """ "a/b answered none of 19 tries (19 × 503 overloaded)"."""
    tries = its.vain.total() + its.passed
    kinds = "; ".join(f"{number:,} × {clean(its.said[kind])[:LONGEST]}" for kind, number in its.vain.most_common(2))
    answered = "none" if not its.passed else f"only {its.passed:,}"
    return f"{model} answered {answered} of {plural(tries, 'try', 'tries')} ({kinds})"
