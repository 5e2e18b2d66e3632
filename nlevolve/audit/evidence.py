"""What an audit goes by: the log line by line, config.json, the tasks as they lie, and the two files that are audited."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from nlevolve import files
from nlevolve.audit.findings import Findings
from nlevolve.audit.truth import Solution, Truth
from nlevolve.errors import UsageError
from nlevolve.puzzle.tasks import Pair, Task
from nlevolve.records import AnyEvent, DamagedLine, RunFinished, RunStarted, TaskAnswered, TaskStarted, read_event
from nlevolve.version import __version__

LOG = "events.jsonl"
FAULTS = {"garbled": "is no JSON", "altered": "is not as it was written: its check digit is wrong", "strange": "is no event"}


@dataclass(frozen=True)
class Line:
    """One event, and where it stands."""

    number: int
    session: int
    """From 0: a run that was resumed has several."""
    event: AnyEvent

    @property
    def where(self) -> str:
        return f"{LOG}, line {self.number}"


@dataclass(frozen=True)
class Evidence:
    """A run's folder, read for an audit."""

    folder: Path
    config: Mapping[str, Any]
    lines: Sequence[Line]
    tasks: Mapping[str, Task]
    """Those selected, in order; of a run whose task files are gone, those that it took up."""
    solutions: Mapping[str, Solution]
    public: Collection[str] | None
    """Those of a published data set; None where their files are gone."""
    found: Findings
    torn: bool = False
    """Whether the log ends in the middle of a line, as a kill leaves it."""
    _by_task: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for line in self.lines:
            self._by_task[getattr(line.event, "task", "")].append(line)

    def of(self, task: str) -> Sequence[Line]:
        """The lines of one task."""
        return self._by_task.get(task, ())

    def setting(self, path: str, default: Any) -> Any:
        """A resolved setting, `policy.rank`. `default`: what held before it could be said."""
        value: Any = self.config.get("settings", {})
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return default if value is None else value

    def before(self, task: str) -> int:
        """How many descriptions come before the schedule's own births (`--seeds`)."""
        return len(self.config.get("given", {}).get(task, ())) if self.config.get("seeds") else 0

    def models(self, role: str, default: str, task: str, birth: int | None) -> list[str]:
        """Who may play a role: in a phase that names a model, that one; where no birth is said, those of every phase."""
        phases = self.setting("policy.phases", []) if role in ("generator", "reviser", "recombiner") else []
        mix = str(self.setting(f"{role}.model", default))
        own = [str(phase["generator"]) for phase in phases if phase.get("generator")]
        if birth is not None:
            ends = list(accumulate((phase["births"] for phase in phases), initial=self.before(task)))[1:]
            place = next((n for n, end in enumerate(ends) if birth < end), None)
            named = None if place is None else phases[place].get("generator")
            own, mix = [], str(named or mix)
        return [name.strip() for name in ",".join([mix, *own]).split(",")]

    def tasks_of(self, session: int) -> Collection[str]:
        """Those that a session had to do with: all, unless it is of one of the runs that this one was merged from."""
        part = self._part_of.get(session, "")
        return self.parts.get(part, ()) if part else self.tasks

    def id_of(self, session: int) -> str:
        """Under which a session's purchases are banked."""
        part = self._part_of.get(session, "")
        return next((str(row["id"]) for row in self._merged if row["run"] == part), str(self.config.get("id")))

    @cached_property
    def _part_of(self) -> Mapping[int, str]:
        """Session -> the run that it is of, where this one was merged from several."""
        begun = ((line.session, line.event) for line in self.lines if isinstance(line.event, RunStarted))
        return {number: event.part for number, event in reversed(list(begun))}

    @cached_property
    def parts(self) -> Mapping[str, Sequence[str]]:
        """The tasks of each run that this one was merged from, by its name."""
        return {str(row["run"]): row["tasks"] for row in self._merged}

    @property
    def ids(self) -> Collection[str]:
        """Under which its purchases are banked: its own, and those of the runs that it was merged from."""
        return {str(self.config.get("id")), *(str(row["id"]) for row in self._merged)}

    @property
    def _merged(self) -> Sequence[Mapping[str, Any]]:
        rows: Sequence[Mapping[str, Any]] = (self.config.get("merged") or {}).get("parts", ())
        return rows

    @property
    def ended(self) -> bool:
        """Whether its latest session came to an end of its own: a killed one did not."""
        return bool(self.lines) and isinstance(self.lines[-1].event, RunFinished) and not self.torn

    @cached_property
    def started(self) -> list[Line]:
        return [line for line in self.lines if isinstance(line.event, RunStarted)]

    def json(self, name: str) -> Any:
        """One of the run's files; None where there is none that can be read. It is there as soon as a task has ended."""
        try:
            return json.loads(files.read(self.folder / name))
        except FileNotFoundError:
            answered = sum(isinstance(line.event, TaskAnswered) for line in self.lines)
            if answered:
                told = f"{answered} answer{'' if answered == 1 else 's'}"
                self.found.wrong("file", name, f"is not there, and the log has {told}: nlevolve resume writes it anew")
            else:
                self.found.cannot(f"{name} is not there yet: no task has ended")
        except (OSError, ValueError, RecursionError) as error:
            self.found.wrong("file", name, f"cannot be read ({type(error).__name__})")
        return None


def read(folder: Path, config: Mapping[str, Any], found: Findings) -> Evidence:
    """Read what there is; what is damaged is a finding. Raises UsageError where there is no log."""
    try:
        data = files.read(folder / LOG)
    except OSError as error:
        raise UsageError(f"{folder / LOG} cannot be read ({error.strerror}): there is nothing to audit by") from None
    lines = list(_lines(data, found, config.get("versions", {}).get("nlevolve") == __version__))
    truth = Truth.of(config, found)
    tasks = truth.tasks or {task.id: task for task in _taken_up(lines)}
    return Evidence(folder, config, lines, tasks, truth.solutions, truth.public, found, bool(data) and not data.endswith(b"\n"))


def _lines(data: bytes, found: Findings, ours: bool) -> Iterator[Line]:
    """`ours`: this very version began the run, so that its first session has no kind of line that is not known."""
    session, plain, newer = -1, 0, 0
    seen: set[bytes] = set()
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            event = read_event(line)
        except DamagedLine as damaged:
            newer += damaged.fault == "newer"
            if damaged.fault != "newer":
                found.wrong("line", f"{LOG}, line {number}", FAULTS[damaged.fault])
            elif ours and session <= 0:
                found.wrong("line", f"{LOG}, line {number}", f"nlevolve {__version__} wrote it and knows no such kind")
            continue
        found.compared["line"] += 1
        plain += b',"crc":"' not in line[-20:]
        session += isinstance(event, RunStarted)
        if line not in seen:  # a log that was put together twice says everything twice, and means it once
            seen.add(line)
            yield Line(number, max(session, 0), event)
    if plain:
        found.cannot(f"{plain:,} lines of the log have no check digit (an older version wrote them): whether they were altered")
    if newer:
        found.cannot(f"{newer:,} lines are of kinds that only a newer version knows")


def _taken_up(lines: Sequence[Line]) -> list[Task]:
    told = [line.event for line in lines if isinstance(line.event, TaskStarted)]
    return [Task(event.task, tuple(Pair(*pair) for pair in event.pairs), event.tests) for event in told]
