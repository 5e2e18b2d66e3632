"""What driver and workers say to each other: records as JSON text. What a model wrote is never more than text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from nlevolve.config import RunConfig
from nlevolve.evolve.bandit import Arm, Arms
from nlevolve.formats import LibraryRow
from nlevolve.llm.catalogue import ModelCard
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Description, Entry

Shown = tuple[float, float, float, float]
"""An Arm as it is sent."""


class Message(BaseModel):
    """Read strictly: both ends are of one version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def text(self) -> str:
        return self.model_dump_json()


class Equipment(Message):
    """What a run's tasks have in common. Holds no key of a provider: each worker takes those from its own environment."""

    session: str
    """Unique to this session of this run."""
    run: str
    run_id: str
    sources: Mapping[str, str]
    """What has to be the same everywhere (same.py) -> its version."""
    settings: RunConfig
    prompts: Mapping[str, str]
    """File -> its text."""
    digests: Mapping[str, str]
    """File -> SHA-256."""
    cards: Mapping[str, ModelCard]
    """What the driver knows of the models: prices and windows decide, so that they are the same for all."""
    endpoints: Mapping[str, str]
    """Model -> the address that the environment names: part of what is asked."""
    warm: bool
    examples: LibraryRow | None = None
    """Where the examples are from that births are shown."""
    concurrency: int
    """Calls in flight of one worker."""
    patience: float
    """Seconds."""
    by_itself: bool
    """Whether a worker says when it has room for another task; else the driver counts."""
    own_process: bool
    """Whether the worker's process was started for this run alone."""
    hub: str
    """Its address."""
    token: str
    """Of a hub that is beside the driver for this session alone; of another one each worker has it in its environment."""
    cache_dir: str
    """Of a worker that was started for the run; another one has its own, beside where it was started."""


class Greeting(Message):
    """A worker's answer to the equipment."""

    station: str
    """Unique to this process and session."""
    wrong: str = ""
    """Why it cannot take part, in one line."""


class Job(Message):
    """One task for one station."""

    number: str
    """Never the same twice: a job that comes again was sent again by the scheduler."""
    station: str
    """Whose it is: a scheduler may have moved it."""
    task: Task
    given: Sequence[Description] = ()
    known: Sequence[str] = ()
    """Lines of its events so far."""
    before: Mapping[str, Shown] = {}
    """What earlier tasks have shown of the models of a mix."""
    lessons: Sequence[Entry] = ()
    """What they add to the run's library."""


class Outcome(Message):
    """How a job ended."""

    learned: Mapping[str, Shown] = {}
    lesson: Entry | None = None
    """What the task adds to the run's library."""
    said: int = 0
    """Messages that its station had sent by then."""
    refused: bool = False
    """It was not carried out: it is another's, or was carried out already."""
    failed: Literal["", "bank", "hub", "prompt", "other"] = ""
    why: str = ""


class Beat(Message):
    """The driver is there, and wants this. A worker that hears none for long stops by itself."""

    session: str
    stopping: bool = False
    """What is in flight may end; nothing more is sent."""
    paused: bool = False
    lost: Sequence[str] = ()
    """Stations that count as dead: whoever hears that he is one of them stops at once."""
    over: bool = False
    """The session is over for all."""


class Pulse(Message):
    """A worker's answer to a beat."""

    station: str = ""
    """Empty where it has none for this session."""


class Said(NamedTuple):
    """A message of a station."""

    station: str
    number: int
    """Of all that it has said, from 1."""
    what: str
    """event: the text is a line of the log; room: it could begin another task; over: this was its last."""
    text: str

    @classmethod
    def of(cls, heard: Any) -> Said | None:
        """What came through the scheduler; None where it is no message of ours."""
        kinds = (str, int, str, str)
        fits = isinstance(heard, list | tuple) and len(heard) == len(kinds) and all(map(isinstance, heard, kinds))
        return cls(*heard) if fits else None


def rows(arms: Arms) -> dict[str, Shown]:
    """What models have shown, as it is sent."""
    return {model: (arm.births, arm.gain, arm.dollars, arm.unseen) for model, arm in arms.items()}


def arms_of(rows: Mapping[str, Shown]) -> Arms:
    return {model: Arm(*row) for model, row in rows.items()}
