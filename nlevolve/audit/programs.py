"""Whether each program gives what the log says: run once more, in a sandbox, on the grids that it was run on."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from nlevolve.audit.evidence import Evidence
from nlevolve.errors import UsageError
from nlevolve.puzzle.grids import LARGEST_SIDE, Grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import AnswerFollowed, Attempt, CandidateChecked, Followed, Garbled
from nlevolve.sandbox.pool import Bounds, Failed, Sandbox, require_sandbox

PROGRAMS = ("made", "failed", "pairs", "saved", "differ")
LONGEST_SECONDS, LARGEST_MEMORY = 60.0, 1024
"""The settings of a stranger's run bind nobody to more."""
BY_CHANCE = ("TimeoutError", "MemoryError", "the sandbox broke")
"""What may be otherwise on another machine."""


def programs_row(checked: Iterable[CandidateChecked]) -> dict[str, int]:
    """What results.json has of the programs of a task's candidates."""
    found = dict.fromkeys(PROGRAMS, 0)
    for event in checked:
        if not event.program or event.duplicate_of is not None:
            continue
        alone = [one for one in event.attempts if one.by == "coder"]
        beside = [one for one in event.attempts if one.other is not None and one.other.by == "coder"]
        grids = [one.grid for one in alone if isinstance(one, Followed)]
        grids += [one.other.grid for one in beside if one.other is not None and one.other.grid is not None]
        two = [(one.grid, one.other.grid) for one in event.attempts if isinstance(one, Followed) and one.other is not None]
        found["made"] += 1
        found["pairs"] += len(grids)
        found["failed"] += len(grids) < len(alone) + len(beside)
        found["saved"] += sum(one.other is None for one in alone)
        found["differ"] += sum(b is not None and a != b for a, b in two)
    return found


def check(evidence: Evidence) -> None:
    """Every reading by a program, in the order of the log."""
    if not any(_coded(line.event) for name in evidence.tasks for line in evidence.of(name)):
        return
    try:
        require_sandbox()
    except UsageError:
        evidence.found.cannot("the sandbox is not installed (nlevolve[code]): whether the programs give what the log says")
        return
    with closing(Sandbox(1)) as sandbox:
        for name, task in evidence.tasks.items():
            _Programs(evidence, task, sandbox).check(name)


def _coded(event: object) -> bool:
    """Whether there is a program, or a reading that is said to be one's: what was struck out must not go unseen."""
    if isinstance(event, AnswerFollowed):
        return event.attempt.by == "coder"
    return isinstance(event, CandidateChecked) and (bool(event.program) or any(one.by == "coder" for one in event.attempts))


class _Programs:
    """Those of one task."""

    def __init__(self, evidence: Evidence, task: Task, sandbox: Sandbox) -> None:
        self.evidence, self.task, self.sandbox = evidence, task, sandbox
        self.found = evidence.found
        self.programs: dict[int, str] = {}
        self.bounds = Bounds(
            min(evidence.setting("coder.seconds", 2.0), LONGEST_SECONDS),
            min(evidence.setting("coder.memory", 64), LARGEST_MEMORY),
            evidence.config.get("max_side", LARGEST_SIDE),
        )

    def check(self, name: str) -> None:
        for line in self.evidence.of(name):
            event = line.event
            if isinstance(event, CandidateChecked):
                self.programs[event.birth.index] = event.program
                where = f"{line.where}: the program of birth {event.birth.index} of {name}"
                for attempt, pair in zip(event.attempts, self.task.pairs, strict=False):
                    self._reading(f"{where} on pair {attempt.pair + 1}", event.program, attempt, pair.input)
            elif isinstance(event, AnswerFollowed) and event.attempt.by == "coder" and event.attempt.pair < len(self.task.tests):
                program, number = self.programs.get(event.birth, ""), event.attempt.pair
                where = f"{line.where}: the program of birth {event.birth} of {name} on test input {number + 1}"
                self.found.holds("program", where, bool(program), "is said to have been run, and no candidate has it")
                self._reading(where, program, event.attempt, self.task.tests[number])

    def _reading(self, where: str, program: str, attempt: Attempt, given: Grid) -> None:
        """Of the two readings of a pair the one that is the program's."""
        if attempt.by == "coder":
            grid = attempt.grid if isinstance(attempt, Followed) else None
            failed = attempt.why if isinstance(attempt, Garbled) else ""
        elif attempt.other is not None and attempt.other.by == "coder":
            grid, failed = attempt.other.grid, attempt.other.why
        else:
            return
        if not program:
            self.found.holds("program", where, grid is None, "gave a grid, and there is no program")
        elif grid is not None or failed:
            self._run_again(where, program, given, grid, failed)

    def _run_again(self, where: str, program: str, given: Grid, grid: Grid | None, failed: str) -> None:
        gave = self.sandbox.run_now(program, given, self.bounds)
        now = gave.why if isinstance(gave, Failed) else ""
        if failed.startswith(BY_CHANCE) or now.startswith(BY_CHANCE):
            self.found.cannot("some programs came to the limits of their sandbox, then or now: what they give on another machine")
        else:
            self.found.equal("program", where, grid or failed, now or gave)
