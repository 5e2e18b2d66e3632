"""What a run can be told, each option once: flags and their help, `solve()`'s keywords, a sweep file's keys come from here.

A field is an option; its docstring is its help. A new field of `Options` is at once a flag of `nlevolve solve` and `sweep`, a
keyword of `nlevolve.solve` and `asolve`, and a key of a sweep's file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nlevolve.errors import UsageError

DEFAULT_PRESET = "thrifty"
"""It solves as many tasks as the others for the fewest calls (docs/BENCHMARKS.md)."""


CONFIDENTIAL = {"base_url", "extra_headers", "extra_body"}
"""Settings that may hold a key by mistake: what was given for them is not repeated."""
WORDS = {
    "finite_number": "give a number that has an end",
    "greater_than_equal": "give {ge:g} or more",
    "less_than_equal": "give {le:g} or less",
    "int_parsing_size": "this number has too many digits",
    "recursion_loop": "this lies too deep",
    "bool_parsing": "give true or false",
    "bool_type": "give true or false",
    "tuple_type": 'give a list in brackets, ["one", "other"] or ["one"]',
}
"""Kind of fault -> our words for it, where pydantic's are for programmers."""
LONGEST_SHOWN = 300
"""Characters of a value that a message repeats."""
DEEPEST = 40
"""Tables within tables of one setting; what is deeper is no setting of ours, and libraries fall over it."""

Part = TypeVar("Part", bound="Told")


@dataclass(frozen=True)
class Shown:
    """How an option looks on the command line, where its field does not say it."""

    flag: str | None = None
    """The field's name with dashes, if not given."""
    metavar: str | None = None
    default: str | None = None
    """What holds when the option is not given, where that is no plain value."""


def parse_changes(texts: Iterable[str]) -> dict[str, Any]:
    """`dotted.key=value` texts as a mapping. Values are TOML; what is no TOML is a bare word. Raises UsageError."""
    return dict(_change(text) for text in texts)


def _change(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set takes dotted.key=value, got {_shortly(text)}")
    try:
        read = tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        read = value.strip()
    except (ValueError, RecursionError):
        raise UsageError(f"--set {_shortly(key.strip())}: a number too long, or tables too deep, to be read") from None
    if key.count(".") + depth(read) > DEEPEST:
        raise UsageError(f"--set {_shortly(key.strip())}: no setting lies that deep")
    return key.strip(), read


def depth(value: Any) -> int:
    """Tables and lists within each other; counted as far as it matters."""
    level, layer = 0, [value]
    while layer and level <= DEEPEST:
        layer = [
            inner
            for one in layer
            if isinstance(one, Mapping | list)
            for inner in (one.values() if isinstance(one, Mapping) else one)
        ]
        level += 1
    return level


def _as_typed(settings: Any) -> Any:
    """The command line gives a list of texts, Python and a sweep's file a table."""
    return parse_changes(settings) if isinstance(settings, list) else settings


def _seconds(span: Any) -> Any:
    """`15m`, `47s`, `1h30m` or `900` as seconds; what is no text is left as it is."""
    if not isinstance(span, str):
        return span
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?", span)
    if not span or parts is None:
        raise ValueError("a time is a number of seconds, or like 47s, 15m, 1h30m")
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return 3600 * hours + 60 * minutes + seconds


def _tasks(number: Any) -> Any:
    """A whole number as it may be typed, or auto."""
    if isinstance(number, str) and number != "auto":
        number = int(number) if number.isdecimal() and len(number) < 10 else 0
    if isinstance(number, int) and number < 1:
        raise ValueError("give 1 or more, or auto")
    return number


def _shard(told: str | None) -> str | None:
    """`i/n` as it is written everywhere."""
    if told is None:
        return None
    found = re.fullmatch(r"(\d{1,7})/(\d{1,7})", told.strip(), re.ASCII)
    number, of = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= of:
        raise ValueError("a shard is i/n, the i-th of n from 1/n to n/n, such as 2/7")
    return f"{number}/{of}"


def _absolute(file: Path | None) -> Path | None:
    """A run may be resumed from another folder."""
    return file and file.resolve()


class Told(BaseModel):
    """A group of options."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    @classmethod
    def read(cls, given: Mapping[str, Any], named: Callable[[str], str] | None = None) -> Self:
        """The options given; None counts as not given. `named` writes a name as the user did (default: as a flag).

        Raises UsageError, one line, for a value that cannot be.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise UsageError(explain(error, cls, named or cls.flag)) from None

    @classmethod
    def flag(cls, name: str) -> str:
        """The flag of a field (or of a part of it, `settings.x`)."""
        field = cls.model_fields.get(name.partition(".")[0])
        return (field and shown(field.metadata).flag) or f"--{name.replace('_', '-')}"

    @property
    def given(self) -> dict[str, Any]:
        """The options that were given, defaults left out."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}

    def part(self, group: type[Part]) -> Part:
        """The options of one group alone."""
        return group(**{name: value for name, value in self.given.items() if name in group.model_fields})


class Models(Told):
    """Who plays each role."""

    generator: Annotated[str | None, Shown(default="offline/generator")] = None
    """Writes descriptions: any litellm model string, or a mix A,B,C."""
    checker: Annotated[str | None, Shown(default="the generator if that is a real model, else offline/checker")] = None
    """Follows descriptions on the training inputs."""
    reviser: Annotated[str | None, Shown(default="the generator")] = None
    """Revises descriptions."""
    recombiner: Annotated[str | None, Shown(default="the generator")] = None
    """Recombines descriptions."""
    answerer: Annotated[str | None, Shown(default="the checker")] = None
    """Follows the best on the test inputs."""
    reviewer: Annotated[str | None, Shown(default="the checker")] = None
    """Says whether a rule that fits will hold on the test inputs (policy.review)."""
    judge: Annotated[str | None, Shown(default="the checker")] = None
    """Picks the answers where rules that fit differ (answers.judge)."""
    coder: Annotated[str | None, Shown(default="none")] = None
    """Says descriptions in Python, for a sandbox to run on every grid; needs the extra `code`."""


class Choice(Models):
    """What decides how models are called."""

    preset: Annotated[str, Shown(metavar="NAME|FILE")] = DEFAULT_PRESET
    """A schedule by name, or a TOML file."""
    settings: Annotated[Mapping[str, Any], BeforeValidator(_as_typed), Shown(flag="--set", metavar="KEY=VALUE")] = {}
    """One setting; repeatable: generator.temperature=1.0"""

    trust: bool = False
    """Say yes to the addresses, variables, prices and prompts that only a received run, preset, sweep or .env names."""


class Asked(Choice):
    """What decides every request: a resumed run has the same."""

    prompts: Annotated[Path | str | None, Shown(metavar="DIR")] = None
    """A folder of your own prompts."""
    seed: Annotated[int | None, Shown(metavar="N", default="0")] = None
    """Of every random choice."""


class Limits(Told):
    """What a resumed run may change: money, calls, and how much happens at once. None of it changes an answer."""

    budget: Annotated[float | None, Field(ge=0), Shown(metavar="USD")] = None
    """USD for the run."""
    budget_file: Annotated[Path | None, AfterValidator(_absolute), Shown(metavar="FILE")] = None
    """Make --budget, and --max-tokens-total, one for all runs that name this file."""
    task_budget: Annotated[float | None, Field(ge=0), Shown(metavar="USD")] = None
    """USD for each task."""
    max_calls: Annotated[int | None, Field(ge=0), Shown(metavar="N")] = None
    """Calls that reach a provider, at most, over the whole run; what embedded models are asked reaches none."""
    max_tokens_total: Annotated[int | None, Field(ge=0), Shown(metavar="N")] = None
    """Tokens of prompts and replies, as they are billed, at most, over the whole run."""
    hub: Annotated[str | None, Shown(metavar="URL")] = None
    """Share caps, limits and the sample bank with all runs that name this hub; NLEVOLVE_HUB_TOKEN holds its token."""
    concurrency: Annotated[int, Field(ge=1), Shown(metavar="N")] = 64
    """Calls in flight."""
    tasks_at_once: Annotated[Annotated[int, Field(ge=1)] | Literal["auto"], BeforeValidator(_tasks), Shown(metavar="N|auto")] = (
        "auto"
    )
    """Tasks under way; auto: one more begins whenever a call could go out at once, as far as the caps carry it."""
    patience: Annotated[float, Field(ge=0), BeforeValidator(_seconds), Shown(metavar="TIME", default="15m")] = 900.0
    """How long to wait for a server that is away: seconds, or 47s, 15m, 1h30m."""
    allow_unknown_prices: bool = False
    """Call models whose price is not known, in spite of --budget."""


class Places(Told):
    """Where things are kept."""

    runs_dir: Annotated[Path | str, Shown(metavar="DIR")] = Path("runs")
    """Where runs are kept."""
    cache_dir: Annotated[Path | str, Shown(metavar="DIR")] = Path(".nlevolve-cache")
    """The sample bank: every paid reply."""


LOCAL = "local"
"""What `--cluster` takes for this machine."""


class Spread(Told):
    """On which machines a run is solved. None of it changes an answer, and a resumption says it anew."""

    cluster: Annotated[str | None, Shown(metavar="local|ADDRESS", default="none")] = None
    """Solve tasks with the workers of a Dask cluster: local starts them on this machine, an address is a scheduler's."""
    workers: Annotated[int | None, Field(ge=1), Shown(metavar="N", default="as many as there are")] = None
    """Workers of the cluster."""


class Resumable(Places, Spread, Limits, Asked):
    """What `nlevolve resume` takes: new limits, and what it compares with the run's own."""

    see: Annotated[tuple[str, ...], Shown(metavar="NAME")] = ()
    """A view from another package that shall see every event; repeatable."""


class Controlled(Places, Limits):
    """What `nlevolve control` takes beside the run: limits of its own."""

    replay: bool = False
    """Answer from the cache alone; a miss sends nothing."""
    trust: bool = False
    """Say yes to the addresses, variables, prices and prompts that only a received run names."""


class Data(Told):
    """What is taken for a task."""

    skip_broken: bool = False
    """Leave out tasks that are broken, and say which."""
    max_side: Annotated[int, Field(ge=30, le=100), Shown(metavar="N")] = 30
    """Rows or columns that a grid may have at most: 1D-ARC has 93."""
    shard: Annotated[str | None, AfterValidator(_shard), Shown(metavar="I/N")] = None
    """Every N-th of the tasks selected, from the I-th on: N such runs, anywhere, and nlevolve merge makes them one."""


class Options(Resumable, Data):
    """What `nlevolve solve` takes beside the tasks."""

    run: Annotated[str | None, Shown(metavar="NAME", default="the time")] = None
    """Name of the run."""
    seeds: Annotated[Path | str | None, Shown(metavar="FILE|RUN")] = None
    """Descriptions to begin with: of a JSON file, of LARC, of a library, or another run's best. They are checked as any other."""
    library: Annotated[Path | str | None, Shown(metavar="none|run|FILE", default="none")] = None
    """Rules of other tasks that some births are shown as examples: of those that this run has solved, or of a file."""
    replay: bool = False
    """Answer from the cache alone; a miss sends nothing."""
    ping: Annotated[bool | None, Shown(default="asked by nlevolve solve, not by a sweep or from Python")] = None
    """Ask every real model one small question first: what cannot work is said before it costs much."""


class Several(Options):
    """What the commands take that make several runs."""

    repeats: Annotated[int, Field(ge=1, lt=2000), Shown(metavar="N")] = 1
    """Run it so often, as RUN.s1, RUN.s2, …, with seeds SEED, SEED+1, …, then compare; caps hold for all of them
    together, --task-budget for each task of each."""


def shown(metadata: Iterable[Any]) -> Shown:
    """How an option is shown, from its field's metadata."""
    return next((one for one in metadata if isinstance(one, Shown)), Shown())


def nearest(word: str, words: Iterable[str]) -> str:
    """`; nearest: a, b` for an error, or nothing."""
    close = difflib.get_close_matches(word, list(words), n=3, cutoff=0.4)
    return f"; nearest: {', '.join(close)}" if close else ""


def explain(error: ValidationError, model: type[BaseModel], named: Callable[[str], str] = "setting {!r}".format) -> str:
    """The first fault of a validation in one line, with the nearest known names for an unknown one."""
    faults = error.errors(include_url=False)
    # a misspelt name is the cause where another one is then missing
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown setting {where!r}{nearest(where, _names(model))}"
    if first["type"] == "missing":
        return f"{named(where)} is missing"
    if first["type"] == "model_type":
        return f"{named(where)} is a group of settings, not one: write {where}.NAME=VALUE"
    said = WORDS.get(first["type"], "").format_map(first.get("ctx", {})) or first["msg"].removeprefix("Value error, ")
    got = "" if CONFIDENTIAL & set(where.split(".")) else f", got {_shortly(first['input'])}"
    return f"{named(where)}: {said[:1].lower()}{said[1:]}{got}"


def _shortly(value: Any) -> str:
    """A value as it is written, or the beginning of it."""
    try:
        told = repr(value)
    except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
        return f"a {type(value).__name__} that is too long to show"
    return told if len(told) <= LONGEST_SHOWN else f"{told[:LONGEST_SHOWN]}…"


def _names(model: type[BaseModel], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, info in model.model_fields.items():
        groups = [t for t in (info.annotation, *get_args(info.annotation)) if isinstance(t, type) and issubclass(t, BaseModel)]
        names.append(prefix + name)
        for group in groups:
            names += _names(group, f"{prefix}{name}.")
    return names
