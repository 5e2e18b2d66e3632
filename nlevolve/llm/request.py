"""What is asked and what comes back: Request, Reply, the LLM protocol, and our errors. Imports no provider library."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from random import Random
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from nlevolve.llm.embedded import embedded_version
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Purpose, Role, Text, Unseen, Usage


class Message(BaseModel):
    """One message. Neighbours of one role are sent as one message; the text up to `stable` ones can be cached."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "user", "assistant"]
    text: str
    stable: bool = False
    """This text and all before it is the same for many requests: a provider's prompt cache may end here."""
    images: tuple[str, ...] = ()
    """PNG pictures, base64, that go with the text."""


class Label(BaseModel):
    """Who asks and why: for people and accounts. Not part of what is asked, so not of the key."""

    model_config = ConfigDict(frozen=True)

    task: str
    role: Role
    purpose: Purpose
    birth: int | None = None
    target: int | None = None
    repair: bool = False
    trimmed: str = ""
    """What was left out of the prompt, so that it fits the model's window, or is not refused."""
    unseen: tuple[Unseen, ...] = ()
    """What of it belongs to how the task was to be shown."""
    last: bool = False
    """It gives a task its answer: sent, once, even when the run is to stop, and from the share of the caps kept for it."""


Place = tuple[str, str | None]
"""A model at an endpoint."""


class Request(BaseModel):
    """One logical call. Equal keys mean the same question, and the n-th `sample` of it is the n-th reply."""

    model_config = ConfigDict(frozen=True)

    settings: RoleSettings
    messages: tuple[Message, ...]
    reply_schema: dict[str, Any] | None = None
    """JSON schema that the reply should fit; the messages say the same in words."""
    reworded: tuple[str, str] | None = Field(default=None, exclude=True)
    """What the messages say of the reply's form, and what to say instead where plain text is asked for in its place. No part
    of the key."""
    sample: int = 0
    again: bool = False
    """The same once more, because nobody could read what came back, or it was cut."""
    nudge: int = 0
    """How many tries of it would have failed alike. Not part of what is asked: any of its replies will do."""
    without: frozenset[str] = frozenset()
    """Parameters that the model refused by name: left out (concessions.py). Not part of what is asked, so not of the key."""
    label: Label

    @property
    def model(self) -> str:
        return self.settings.model

    @property
    def place(self) -> Place:
        """Where it goes."""
        return self.settings.model, self.settings.base_url

    @property
    def images(self) -> tuple[str, ...]:
        """The pictures in it."""
        return tuple(image for message in self.messages for image in message.images)

    @property
    def seed(self) -> int:
        """The number of the sample; a number of its own, always the same, for every asking that is meant to end otherwise."""
        if not (self.nudge or self.again or self.label.repair) or embedded_version(self.model):
            return self.sample
        return Random(f"{self.sample}/{self.again}/{self.label.repair}/{self.nudge}").getrandbits(31)

    def __copy__(self) -> Request:
        # a changed copy asks something else: it must not inherit the digest
        copied = super().__copy__()
        copied.__dict__.pop("key", None)
        return copied

    @cached_property
    def key(self) -> str:
        """Digest of what is asked, sample number included; not of timeouts, retries, limits, prices or label."""
        s = self.settings
        asked = {
            "v": 1,
            "model": s.model,
            "base_url": s.base_url,
            # texts are long: their digests are cheaper than their JSON
            "messages": [[m.role, _digest(m.text), *map(_digest, m.images)] for m in self.messages],
            "schema": self.reply_schema,
            "temperature": s.temperature,
            "top_p": s.top_p,
            "max_tokens": s.max_tokens,
            "reasoning_effort": s.reasoning_effort,
            "thinking_budget": s.thinking_budget,
            "sample": self.sample,
        }
        if self.again:
            asked["again"] = True
        # what was added later joins only when it is set: replies from before are found
        if s.thinking != "auto":
            asked["thinking"] = s.thinking
        if s.extra_body:
            asked["extra_body"] = s.extra_body
        if embedded := embedded_version(s.model):
            # other sources reply otherwise: a bank must not serve an old program's replies as a new one's
            asked["embedded"] = embedded
        return _digest(json.dumps(asked, sort_keys=True, separators=(",", ":")))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


Finish = Literal["stop", "length", "refused", "filtered", "empty"]


class Reply(BaseModel):
    """What a model said, and what it took. Raw text: reading it is `ask.replies`' business."""

    model_config = ConfigDict(frozen=True)

    text: Text
    finish: Finish = "stop"
    hung_up: bool = False
    """Whether it was us who heard no more of it, since it repeated itself or passed its bound: it did not say what it took."""
    reasoning: Text = ""
    usage: Usage = Usage()
    cost_usd: float | None = None
    """None when the model's price is unknown; 0.0 from the embedded models."""
    unknown_usd: float = 0.0
    """So much more it may have cost, where its tokens are estimated."""
    unknown_tokens: int = 0
    """So many more it may have taken then."""
    seconds: float = 0.0
    first: float | None = None
    """Seconds to its first piece, where it came in pieces."""
    tries: int = 1
    cached: bool = False
    """Served from the sample bank: nothing was sent, nothing is paid."""
    rest: float = Field(default=0.0, exclude=True)
    """Seconds for which the provider's rate-limit headers ask us to send nothing more. Not kept."""
    request: str = Field(default="", exclude=True)
    """Digest of the very request that it answers, where a stack brought it. Not kept: it is the key it is kept by."""


class LLM(Protocol):
    """One request, one reply. Raises NoReply."""

    async def __call__(self, request: Request) -> Reply: ...


class NoReply(Exception):
    """There is no reply, for one of two reasons: this call failed (CallFailed), or its task can ask nothing more (Halt).

    The message is one line for people and holds no key.
    """

    kind = "failed"

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        """Seconds the provider asked us to wait."""
        self.left = True
        """Whether the try may have come to a provider. What did not is no call."""
        self.broke = False
        """Whether the connection broke when the try was away: a provider may have worked on it."""
        self.unknown_usd: float | None = 0.0
        """Up to so much the last try may have been billed; None: nobody knows, since the price is not known."""
        self.unknown_tokens = 0
        """Up to so many tokens."""
        self.tries = 0
        """How often the call was sent before it was given up."""
        self.logged = False
        """Whether the log says that it was sent, though it may have come to nobody: then it says how that ended, too."""
        self.remedy = ""
        """What the user has to change before anything can pass, for people; empty where nothing is known."""


class CallFailed(NoReply):
    """This call failed. It is no evidence about what was asked, and the next call may pass."""

    can_pass = False
    """Whether the same call may succeed later: decides about another try."""


class RateLimited(CallFailed):
    kind, can_pass = "rate_limit", True


class ProviderDown(CallFailed):
    """5xx, 529, a connection that was lost."""

    kind, can_pass = "provider_down", True


class BrokeOff(ProviderDown):
    """The connection was there and broke off before a reply, or in the middle of one. It may be billed."""


class Away(CallFailed):
    """Nothing answers at the address: connection refused, no such host, no route. Nothing was sent, and nothing is counted."""

    kind, can_pass = "away", True

    def __init__(self, address: str, why: str = "") -> None:
        super().__init__(f"nothing answers at {address}" + (f" ({why})" if why else ""))
        self.address = address
        """Scheme, host and port."""
        self.left = False


class TimedOut(CallFailed):
    kind, can_pass = "timeout", True


class Doubtful(CallFailed):
    """A bare 401, 402, 403 or 404: of the model where nothing has passed or when it repeats; else of this one call."""

    kind = "doubtful"
    lasting: bool = False
    """As of Unusable, where nothing has passed."""


class Rejected(CallFailed):
    """400, 413, 422: this request will never pass; others may."""

    kind = "rejected"


class TooLong(Rejected):
    """The prompt does not fit into the model's context window."""

    kind = "too_long"
    prompt: int | None = None
    """Tokens, where the provider counted them; so is `window`."""
    window: int | None = None


class FewerTokens(Rejected):
    """The reply was allowed more tokens than there is room or money for: `most` would do."""

    kind = "fewer_tokens"
    most: int = 0
    lasting: bool = False
    """Whether it is the model's own limit, whatever the prompt."""

    @property
    def by_prompt(self) -> bool:
        """Whether it is the prompt that leaves too little, so that a smaller one may pass: not the model, not money (402)."""
        return not self.lasting and self.status != 402


class ParameterRefused(Rejected):
    """The model does not take `param`, by the provider's name for it, or not with this value."""

    kind = "parameter"
    param: str = ""


class NoSight(Rejected):
    """The model takes no pictures, or fewer than are in the request: `most` would do."""

    kind = "no_sight"
    most: int = 0


class Filtered(Rejected):
    """Refused for its content: asked again, it is refused again."""

    kind = "filtered"


class TooLarge(CallFailed):
    """The reply passes the limit of size: it was not heard to its end, and nothing of it is kept."""

    kind = "too_large"


class Abandoned(CallFailed):
    """Nobody waits for the reply any more."""

    kind = "abandoned"


class NotBanked(CallFailed):
    """--replay, and the sample bank has no such reply. Nothing was sent."""

    kind = "not_banked"


class Halt(NoReply):
    """Nothing more can be sent on behalf of the task that asked."""


class Unusable(Halt):
    """Key refused, credit gone, no such model, the same refusal again and again: nothing will pass for this model."""

    kind = "unusable"
    lasting: bool = False
    """Whether a resumed run would meet the same: what is refused lies in the requests, not in the account or the server."""


class OverBudget(Halt):
    """Sending it could pass a cap: the budget, the cap on calls, or (`scope`) only its task's budget. It was not sent."""

    kind = "budget"

    def __init__(self, message: str, *, scope: Literal["run", "task"] = "run") -> None:
        super().__init__(message)
        self.scope: Literal["run", "task"] = scope


class Interrupted(Halt):
    """The user stopped the run: what is in flight ends, nothing more is sent."""

    kind = "interrupted"
