"""What was learned of a model's limits and what was sent to it of late, as it is kept over a restart."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[float, Field(ge=0, le=10**12)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Sent(_Record):
    """What counts yet of a rate that was told."""

    per_minute: Annotated[float, Field(gt=0, le=10**12)] | None = None
    left: tuple[tuple[Amount, Amount], ...] = ()
    """Seconds ago, at least, and units that left then."""
    to_leave: Amount = 0.0
    """Units that had their turn and had not left."""


class Rate(_Record):
    """A rate that was learned: pace.Climb, and what is refused by chance."""

    peak: Annotated[float, Field(ge=1, le=10**12)] | None = None
    age: Amount = 0.0
    haste: Annotated[float, Field(ge=1, le=10)] = 1.0
    usual: Annotated[float, Field(ge=0, le=1)] = 0.0
    asked: Amount = 0.0
    lesson: Amount | None = None


class AtOnce(_Record):
    """Calls in flight: slots.Slots."""

    limit: Annotated[float, Field(ge=1, le=10**6)]
    refused_at: Amount | None = None
    before: Amount = 0.0
    held: Annotated[int, Field(ge=0, le=10**6)] = 0
    hold: Annotated[int, Field(ge=0, le=10**6)] = 0
    to_come: Annotated[int, Field(ge=0, le=10**6)] = 0


class Remembered(_Record):
    """Of one model at one address."""

    requests: Sent
    tokens: Sent
    rate: Rate
    slots: AtOnce
    usual_reply: Amount
    """Tokens."""
    rest: Amount = 0.0
    """Seconds for which nothing is to be sent."""
