"""What a worker and its hub say to each other: JSON over a WebSocket, many words in a frame. Both sides check what they hear."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from nlevolve.llm.bank import Sample

VERSION = 1
LARGEST_FRAME = 32 * 2**20
"""Bytes. A reply has two megabytes unless somebody wants more."""
USUAL_FRAME = 2**20
"""Bytes after which a frame is full, where it holds several words."""
MOST = 10**12
KEY = r"^[0-9a-f]{64}$"

Key = Annotated[str, Field(pattern=KEY)]
"""Digest of a request."""
Name = Annotated[str, Field(max_length=1_000)]
Url = Annotated[str, Field(max_length=4_000, pattern="^https?://")]
Number = Annotated[int, Field(ge=0, le=MOST)]
Dollars = Annotated[float, Field(ge=0, le=MOST)]


class Word(BaseModel):
    """What a worker says. `n` numbers the words of a session: each has its answer, and is said again until it has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    n: Number


class Reserve(Word):
    """One call may be made, and cost so much: ledger.Need, with what is asked."""

    op: Literal["reserve"] = "reserve"
    task: Name
    key: str = Field(max_length=64)
    prompt_usd: Dollars = 0.0
    token_usd: Dollars = 0.0
    prompt: Number = 0
    tokens: Number = 0
    least: Number = 0
    likely: Number = 0
    priced: bool = True
    last: bool = False


class Settle(Word):
    """What became of a reservation."""

    op: Literal["settle"] = "settle"
    hold: Number
    """The `n` of its Reserve."""
    key: str = Field(max_length=64)
    sent: bool
    cost_usd: Dollars = 0.0
    unknown_usd: Dollars = 0.0
    took: Number = 0
    unknown_tokens: Number = 0


class Enter(Word):
    """A place in flight of a model at an address, in its turn. The answer is true where it matters when its call leaves."""

    op: Literal["enter"] = "enter"
    model: Name
    url: Url | None = None
    slots: Annotated[int, Field(ge=1, le=MOST)] | None = None
    """How many the server says that it works on at once."""
    requests_per_minute: Annotated[float, Field(gt=0, le=MOST)] | None = None
    """As the worker was told."""
    tokens_per_minute: Annotated[float, Field(gt=0, le=MOST)] | None = None
    characters: Number = 0
    """Of the prompt."""
    rank: int = Field(default=0, ge=-1, le=MOST)
    last: bool = False
    held: bool = False
    """The call is under way: a hub that was started anew is told so."""
    ago: Dollars | None = None
    """Seconds since it left, if it has."""


class Left(Word):
    """The call of a place left for its provider: said of those that are away for long."""

    op: Literal["left"] = "left"
    place: Number
    """The `n` of its Enter."""
    ago: Dollars = 0.0
    """Seconds since then."""


class Again(Word):
    """One more request in the same place, since only the form of the last was refused: in its turn."""

    op: Literal["again"] = "again"
    place: Number
    """The `n` of its Enter."""


class Leave(Word):
    """The try is over."""

    op: Literal["leave"] = "leave"
    place: Number
    """The `n` of its Enter."""
    sent: bool = True
    """Whether it left for its provider."""
    ago: Dollars = 0.0
    """Seconds since it did."""
    accepted: bool = False
    prompt: Number = 0
    completion: Number = 0
    rest: Dollars = 0.0
    """Seconds for which the provider asks to send nothing."""
    refused: bool = False
    retry_after: Dollars | None = None


class Look(Word):
    """What the bank has."""

    op: Literal["look"] = "look"
    key: Key


class Claim(Word):
    """What the bank has, when nobody else is buying it: from then on it is this worker who does."""

    op: Literal["claim"] = "claim"
    key: Key


class Release(Word):
    """It is not bought after all."""

    op: Literal["release"] = "release"
    key: Key


class Put(Word):
    """What was bought."""

    op: Literal["put"] = "put"
    key: Key
    late: bool = False
    """It was bought before this session began."""
    sample: Sample


class Reject(Word):
    """The reply was of no use."""

    op: Literal["reject"] = "reject"
    key: Key
    why: Name


class Kept(BaseModel):
    """What one answer is likely to take: kept.Cost."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    counts: bool = True
    likely_usd: Dollars = 0.0
    likely_tokens: Number = 0


class Keep(Word):
    """Until the task is answered so much is kept of the caps for it; with nothing, it is answered."""

    op: Literal["keep"] = "keep"
    task: Name
    costs: tuple[Kept, ...] | None = Field(default=None, max_length=10_000)


class Cancel(Word):
    """Nobody waits for the answer to that word any more: what it brought, or would bring, is given back."""

    op: Literal["cancel"] = "cancel"
    of: Number


class Bye(Word):
    """The worker is done: nothing of it is in flight."""

    op: Literal["bye"] = "bye"


Said = Annotated[
    Reserve | Settle | Enter | Left | Again | Leave | Look | Claim | Release | Put | Reject | Keep | Cancel | Bye,
    Field(discriminator="op"),
]
SAID: TypeAdapter[list[Said]] = TypeAdapter(list[Said])


class Hello(BaseModel):
    """The first frame of a worker's connection, alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1] = 1
    run: Annotated[str, Field(min_length=1, max_length=200)]
    """Id of the run: who pays."""
    part: Name = ""
    """Which part of it this worker carries out, where several do: one worker at a time for each."""
    name: Name = ""
    """The run's name, for people."""
    session: Annotated[str, Field(min_length=1, max_length=100)]
    """Unique to this process. A connection of another session of the same run and part ends this one's."""
    reads: bool = False
    """It is a replay, which looks into the bank and does nothing else: it pays for nothing, and replaces nobody."""
    departed: frozenset[str] | None = None
    """Digests of the requests that left in the run's latest session before this one, by its log, where that is whole: what else
    was reserved then never left."""


class Welcome(BaseModel):
    """The answer."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    v: Literal[1] = 1
    born: str
    """Which start of the hub this is."""
    usd: float | None = None
    calls: int | None = None
    tokens: int | None = None
    """The caps."""
    lease: float = 60.0
    """Seconds after which what a silent worker holds comes back."""
    expected: bool = True
    """Whether the session is as it was for the hub, too; else what it holds is to be said anew."""


class Told(BaseModel):
    """Any later frame of the hub."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    done: tuple[tuple[int, Any], ...] = ()
    """The `n` of a word, and its answer; a table with the key `error` where there is none."""
    news: tuple[dict[str, Any], ...] = ()
    """Events for the worker's log: what was learned of limits."""
    carries: bool = True
    """Whether the caps carry one more task beside those under way."""
