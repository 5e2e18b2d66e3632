"""Whether tries and the ends of their calls belong together, as they follow each other in the log."""

from __future__ import annotations

from collections import defaultdict

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.llm.embedded import is_embedded
from nlevolve.records import (
    CallFinished,
    CallRetried,
    CallSent,
    CandidateChecked,
    MoveFailed,
    ReplyUnread,
    RunFinished,
    RunStarted,
)

SAME = ("task", "role", "purpose", "birth", "target", "repair", "trimmed")
"""What a call says of itself when it is sent, and when it ends."""


def check(evidence: Evidence) -> None:
    """Every try has an end in its session, unless that was killed; every reply of a provider had a try."""
    sends = any(isinstance(line.event, CallSent) for line in evidence.lines)
    _Flights(evidence, sends).check()
    bought = any(isinstance(line.event, CallFinished) and line.event.source == "provider" for line in evidence.lines)
    if not sends and bought and not evidence.config.get("replay"):
        evidence.found.cannot("the log does not say when tries leave (an older version wrote it): whether one is missing")
    if sends and evidence.config.get("replay"):
        where = next(line.where for line in evidence.lines if isinstance(line.event, CallSent))
        evidence.found.wrong("call", where, "was sent, and config.json says that the run sends nothing")


class _Flights:
    """Those of one log, line by line."""

    def __init__(self, evidence: Evidence, sends: bool) -> None:
        self.evidence, self.found, self.sends = evidence, evidence.found, sends
        self.away: dict[str, Line] = {}
        """Digest of a request -> its try, while it is under way."""
        self.given_up: dict[str, Line] = {}
        """The same, of calls that nobody waited for any more."""
        self.tries: dict[str, int] = {}
        """Digest of a request -> tries of its call, that is not over."""
        self.replies: dict[str, set[tuple[object, ...]]] = defaultdict(set)
        """Digest of a request -> who had a reply to it."""
        self.ended_for: dict[str, set[tuple[object, ...]]] = defaultdict(set)
        """Digest of a request -> all for whom it came to an end, at any time."""
        for line in evidence.lines:
            if isinstance(line.event, CallFinished):
                self.ended_for[line.event.request].add(_who(line.event))
        ends = (line.event for line in evidence.lines)
        self.came = {(one.task, one.birth.index) for one in ends if isinstance(one, CandidateChecked | MoveFailed)}
        """Births that came to something."""

    def check(self) -> None:
        for line in self.evidence.lines:
            event = line.event
            if isinstance(event, RunStarted):
                self.away, self.given_up, self.tries = {}, {}, {}
            elif isinstance(event, CallSent):
                self._sent(line, event)
            elif isinstance(event, CallRetried):
                self._retried(line, event)
            elif isinstance(event, ReplyUnread):
                self._unread(line, event)
            elif isinstance(event, CallFinished):
                self.replies[event.request].add(_who(event))
                self._said(line, event)
                if event.source != "cache":
                    self._ended(line, event)
            elif isinstance(event, RunFinished):
                self._over()

    def _sent(self, line: Line, event: CallSent) -> None:
        self.away[event.request] = line
        # one that found nobody there is no try: the next has its number
        most = self.tries.get(event.request, 0) + 1
        self.tries[event.request] = event.tries
        self.found.holds(
            "call", line.where, 1 <= event.tries <= most, f"is said to be try {event.tries} of its call, and is {most}"
        )

    def _retried(self, line: Line, event: CallRetried) -> None:
        sent = self.away.pop(event.request, None)
        self.found.holds("call", line.where, sent is not None or not self.sends, "a try failed that was never sent")
        asked = getattr(sent.event, "model", event.model) if sent else event.model
        self.found.holds("call", line.where, asked == event.model, f"a try failed that was sent to {asked}, not {event.model}")
        told = not event.failure or event.why.startswith(event.failure)
        self.found.holds("call", line.where, told, f"is said to be a failure of the kind {event.failure!r}, in other words")

    def _unread(self, line: Line, event: ReplyUnread) -> None:
        """It is of a reply that came, and to whom it came."""
        came = _who(event) in self.replies[event.request] or not event.request
        self.found.holds("reply", line.where, came, "nobody could read a reply, and no such call is logged")

    def _said(self, line: Line, call: CallFinished) -> None:
        """What an end may say of itself by the kind that it is."""
        failed = call.source == "failed"
        self.found.holds("call", line.where, failed or not call.error, "brought a reply, and is said to have failed")
        if failed:
            plain = not (call.hung_up or call.looping or call.reasoning or call.seconds)
            self.found.holds("call", line.where, plain, "failed, and is said to have brought something")
        elif call.source == "cache":
            plain = not call.tries and not call.seconds
            self.found.holds("call", line.where, plain, "a reply from the cache takes no try and no time, and this one does")
        else:
            self.found.holds("call", line.where, call.tries > 0, "a reply came without a try")

    def _ended(self, line: Line, call: CallFinished) -> None:
        sent = self.away.pop(call.request, None) or self.given_up.pop(call.request, None)
        tries = self.tries.pop(call.request, None)
        needed = call.source == "provider" and call.tries > 0 and line.session == 0 and self.sends
        if sent is not None and call.finish == "abandoned":
            # its reply may have been on its way into the bank, and whoever asks again has it from there
            self.given_up[call.request] = sent
        self.found.holds("call", line.where, sent is not None or not needed, "a reply came to what was never sent")
        if tries is not None and call.tries:
            # a try that found nobody there was none; a failure that several share is one of them
            fits = call.tries == tries or (call.source == "failed" and call.tries == tries - 1)
            self.found.holds("call", line.where, fits, f"is said to have taken {call.tries} tries, and took {tries}")
        if sent is not None and isinstance(sent.event, CallSent):
            self._label(line, call, sent)

    def _label(self, line: Line, call: CallFinished, sent: Line) -> None:
        """Of equal questions only one is sent: where its asker was called away, the next one has what it brought."""
        first = sent.event
        assert isinstance(first, CallSent)
        others = [name for name in SAME if getattr(first, name) != getattr(call, name)]
        # what was asked early is told of where it is needed, by whoever needs it
        early = self.evidence.setting("policy.ahead", "off") == "free"
        untold = early or (first.task, first.birth) not in self.came or _who(first) in self.ended_for[call.request]
        shared = set(others) <= {"birth", "target", "role"} and untold
        if not shared:
            told = ", ".join(f"{name} {getattr(first, name)!r}, not {getattr(call, name)!r}" for name in others)
            self.found.holds("call", line.where, not others, f"was sent as another one (line {sent.number}: {told})")
        self.found.holds("call", line.where, first.model == call.model, f"was sent to {first.model}, and ended as {call.model}'s")

    def _over(self) -> None:
        for left in self.away.values():
            if not is_embedded(getattr(left.event, "model", "")):
                self.found.wrong("call", left.where, "was sent, and its end is missing though its session came to one")
        self.away, self.tries = {}, {}


def _who(event: CallFinished | CallSent | ReplyUnread) -> tuple[object, ...]:
    return event.task, event.role, event.purpose, event.model, event.birth, event.target, event.repair
