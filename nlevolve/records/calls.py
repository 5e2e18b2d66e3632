"""What happens between us and the providers: calls, their replies, limits, outages. Of the union in events.py."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from nlevolve.records.nouns import Bought, Event, Purpose, Role, Text, Usage


class CallSent(Event):
    """A try leaves for a provider: it is in flight, and may be billed, until its call is finished or retried."""

    kind: Literal["call_sent"] = "call_sent"
    task: str
    role: Role
    purpose: Purpose
    model: str
    birth: int | None = None
    target: int | None = None
    repair: bool = False
    trimmed: Text = ""
    request: str
    """Digest of the request, as in CallFinished."""
    tries: int = 1
    """Which try of its call this is, from 1."""
    reserved_usd: float | None = None
    """What it may be billed at most: of a try that was lost, nobody knows more. None: its price is not known, or it is an
    older log, which does not say."""
    reserved_tokens: int = 0
    """Tokens of prompt and reply that it may take at most, where a cap or a price asks for them to be known."""


class CallFinished(Event):
    """One logical call is over: a reply of the provider, of the cache, or a failure."""

    kind: Literal["call_finished"] = "call_finished"
    task: str
    role: Role
    purpose: Purpose
    model: str
    birth: int | None = None
    target: int | None = None
    """Training pair (check) or test input (follow), from 0."""
    repair: bool = False
    """Whether it asks for a reply that can be read, after one that could not."""
    trimmed: Text = ""
    """What was left out of the prompt, so that it fits the model's window; empty for a whole one."""
    source: Literal["provider", "cache", "failed"]
    finish: str = "stop"
    """stop, length, refused, filtered, empty, or for a failure its kind (rate_limit, timeout, …)."""
    usage: Usage = Usage()
    cost_usd: float | None = 0.0
    """None: the price is unknown, or the reply was lost and may have been billed."""
    unknown_usd: float = 0.0
    """So much more may have been billed, at most: its last try was lost and this was reserved for it, or its tokens are
    estimated."""
    unknown_tokens: int = 0
    """So many more tokens may have been."""
    seconds: float = 0.0
    """From sending to the reply, without waiting for a slot; 0 from the cache."""
    tries: int = 1
    """How often it was sent."""
    looping: bool = False
    """Whether a reply that was cut ends in the same again and again."""
    hung_up: bool = False
    """Whether it was us who heard no more of it (it repeated itself, or passed its bound), so that its tokens are estimated."""
    reasoning: Text = ""
    """The model's thinking where the provider returns it: for people, never fed to a model."""
    error: Text = ""
    """Why it failed, in one line."""
    request: str = ""
    """Digest of the request, the key in the sample bank."""
    bought: Bought | None = None
    """Of a reply from the cache: what it took once. In no account of this run, but a fair comparison of two runs needs it."""


class CallRetried(Event):
    """A try failed in a way that can pass; it will be sent again after `wait` seconds."""

    kind: Literal["call_retried"] = "call_retried"
    task: str
    model: str
    failure: str = ""
    """What kind of failure it was: rate_limit, provider_down, timeout."""
    request: str = ""
    why: Text
    wait: float
    """Seconds."""
    unknown_usd: float | None = 0.0
    """Up to so much the try may have been billed, though it brought nothing; None: the price is not known."""
    unknown_tokens: int = 0
    """Up to so many tokens."""

    @model_validator(mode="before")
    @classmethod
    def _kind_told_in_words(cls, said: Any) -> Any:
        """Logs before version 0.2 have the kind at the head of `why` alone."""
        if isinstance(said, dict) and "failure" not in said:
            kind = str(said.get("why", "")).partition(":")[0]
            return {**said, "failure": kind if kind in ("rate_limit", "provider_down", "timeout") else ""}
        return said


class ReplyUnread(Event):
    """A reply came and could not be read: what was wrong with it. Where a log has none for a reply, it was read."""

    kind: Literal["reply_unread"] = "reply_unread"
    task: str
    role: Role
    purpose: Purpose
    model: str
    birth: int | None = None
    target: int | None = None
    repair: bool = False
    request: str = ""
    """Digest of the request it answers, as in CallFinished."""
    why: Text
    said: Text = ""
    """How the reply begins, in one line."""


class LimitChanged(Event):
    """A provider showed that it takes fewer calls at once, or more."""

    kind: Literal["limit_changed"] = "limit_changed"
    model: str
    in_flight: int
    """How many calls may be in flight for this model from now on."""
    per_minute: float | None = None
    """Requests a minute that it seems to allow, learned from what it refuses; none where there seems to be no limit."""
    why: Text


class TrafficSeen(Event):
    """How it stands between us and a model, every few seconds while it changes: who waits to be sent, how fast replies come."""

    kind: Literal["traffic_seen"] = "traffic_seen"
    model: str
    waiting: int
    """Calls that wait for a place in flight."""
    paced: bool = False
    """They wait for the pace (so many a minute) rather than for a place."""
    writing: int = 0
    """Replies that are heard as they come."""
    tokens_per_second: float = 0.0
    """Of all these together, about, since it was last said."""


class ModelStopped(Event):
    """Key refused, quota exhausted, model unknown: nothing more is sent to this model."""

    kind: Literal["model_stopped"] = "model_stopped"
    model: str
    why: Text


class ServerAway(Event):
    """Nothing answers at a model's address. Nothing is sent there until it does; no call and no retry is spent on the wait."""

    kind: Literal["server_away"] = "server_away"
    model: str
    address: str
    """Scheme, host and port."""
    why: Text
    patience: float
    """Seconds for which it is waited from now on."""


class ServerBack(Event):
    """It answers again, and what waited goes on."""

    kind: Literal["server_back"] = "server_back"
    model: str
    address: str
    seconds: float
    """How long it was away, as far as we saw."""
