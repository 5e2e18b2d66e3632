"""Whether each candidate is what the log says: its grids judged anew, and each backed by a call that brought it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from random import Random

from nlevolve.audit.evidence import Evidence, Line
from nlevolve.audit.truth import accuracy
from nlevolve.puzzle.grids import LARGEST_SIDE, GridError, grid
from nlevolve.puzzle.tasks import Task
from nlevolve.records import (
    Attempt,
    Birth,
    BirthPlanned,
    CallFinished,
    CandidateChecked,
    Followed,
    Garbled,
    ModelStopped,
    MoveFailed,
    Refused,
    ReplyUnread,
    RunStarted,
    TaskStarted,
    Unreached,
)

NO_PROGRAM = "no program: "
"""What stands before why nothing that a coder said could be read."""
UNSENT = ("too_long", "fewer_tokens", "away", "budget")
"""Kinds of failure that may be found before anything is called."""
ROLES = {
    **dict.fromkeys(("write", "alternative", "restart"), "generator"),
    **dict.fromkeys(("revise", "generalise"), "reviser"),
    "recombine": "recombiner",
}
"""Who is asked for what."""
Calls = dict[tuple[str, int | None, int | None], list[CallFinished]]
"""(purpose, birth, pair) -> the calls of a task."""

NEAR = 1e-6
"""Of a cost: rounding of sums of floats."""


def check(evidence: Evidence) -> None:
    """Every task's births, in the order of the log."""
    stopped = any(isinstance(line.event, ModelStopped) for line in evidence.lines)
    for name, task in evidence.tasks.items():
        _Births(evidence, task, stopped).check(name)


class _Births:
    """One task's."""

    def __init__(self, evidence: Evidence, task: Task, stopped: bool) -> None:
        self.evidence, self.found, self.task = evidence, evidence.found, task
        self.stopped = stopped
        """Whether a model gave up in this run: then others of its mix were asked in its place."""
        self.planned: dict[int, Birth] = {}
        self.checked: dict[int, CandidateChecked] = {}
        self.calls: Calls = defaultdict(list)
        self.unread: dict[tuple[str, int | None, int | None], set[str]] = defaultdict(set)
        """(purpose, birth, pair) -> why replies to it could not be read."""
        self.reads = all(line.event.reads for line in evidence.started if isinstance(line.event, RunStarted))
        self.side = evidence.config.get("max_side", LARGEST_SIDE)

    def check(self, name: str) -> None:
        for line in self.evidence.of(name):
            event = line.event
            if isinstance(event, TaskStarted):
                self._started(line, event)
            elif isinstance(event, BirthPlanned):
                self._planned(line, event.birth)
            elif isinstance(event, CallFinished):
                self.calls[event.purpose, event.birth, event.target].append(event)
            elif isinstance(event, ReplyUnread):
                self.unread[event.purpose, event.birth, event.target].add(event.why)
            elif isinstance(event, CandidateChecked):
                self._as_planned(line, event.birth)
                self._candidate(line, event)
                self.checked[event.birth.index] = event
            elif isinstance(event, MoveFailed):
                self._as_planned(line, event.birth)
                self._failed(line, event)

    def _started(self, line: Line, event: TaskStarted) -> None:
        pairs = [[pair.input, pair.output] for pair in self.task.pairs]
        self.found.equal("task", f"{line.where}: the training pairs of {event.task}", [list(pair) for pair in event.pairs], pairs)
        self.found.equal("task", f"{line.where}: the test inputs of {event.task}", event.tests, self.task.tests)
        copied = [accuracy(pair.input, pair.output) for pair in self.task.pairs]
        self.found.equal("figure", f"{line.where}: copy_accuracy", event.copy_accuracy, sum(copied) / len(copied))
        phases = self.evidence.setting("policy.phases", None)
        if phases is not None:
            births = self.evidence.before(self.task.id) + sum(phase["births"] for phase in phases)
            self.found.equal("figure", f"{line.where}: births", event.births, births)

    def _planned(self, line: Line, birth: Birth) -> None:
        self.planned[birth.index] = birth
        if birth.operator == "given":
            return
        known = [parent for parent in birth.parents if parent in self.checked and parent < birth.index]
        self.found.equal("birth", f"{line.where}: the parents of birth {birth.index}", list(birth.parents), known)
        role = ROLES[birth.operator]
        mix = self.evidence.models(role, birth.model, self.task.id, birth.index)
        self.found.holds(
            "birth", line.where, birth.model in mix, f"birth {birth.index} is of {birth.model}, the {role} is {', '.join(mix)}"
        )
        self._shown(line, role, birth)
        if birth.operator == "write":
            self.found.equal("birth", f"{line.where}: the pair hidden from birth {birth.index}", birth.blind, self._blind(birth))

    def _shown(self, line: Line, role: str, birth: Birth) -> None:
        """How the task was shown to whoever wrote: in turn, or as it is set for the role."""
        turns = self.evidence.setting("policy.grids", [])
        grids = turns[birth.index % len(turns)] if turns else self.evidence.setting(f"{role}.grids", "digits")
        facts = self.evidence.setting(f"{role}.facts", False)
        eyes = self.evidence.setting("policy.eyes", []) or [self.evidence.setting(f"{role}.images", "none")]
        eye = birth.eye if birth.eye in eyes else {False: "none", True: "all"}.get(eyes[0], eyes[0])
        shown, wanted = (birth.grids, birth.facts, birth.eye), (grids, facts, eye)
        self.found.equal("birth", f"{line.where}: how birth {birth.index} was shown the task", list(shown), list(wanted))

    def _blind(self, birth: Birth) -> int | None:
        """What chance hides from a description that is written: drawn from the seed, so that another seed shows."""
        rng, pairs = Random(f"{self.evidence.setting('seed', 0)}/{self.task.id}/{birth.index}"), len(self.task.pairs)
        hides = pairs > 2 and rng.random() < self.evidence.setting("policy.blind", 0.0)
        return rng.randrange(pairs) if hides else None

    def _as_planned(self, line: Line, birth: Birth) -> None:
        planned = self.planned.get(birth.index)
        if planned is not None and self.stopped:
            planned = planned.model_copy(update={"model": birth.model})
        self.found.holds("birth", line.where, planned == birth, f"birth {birth.index} is not as it was planned")

    def _candidate(self, line: Line, event: CandidateChecked) -> None:
        k, places = event.birth.index, [one.pair for one in event.attempts]
        where = f"{line.where}: birth {k} of {event.task}"
        self.found.equal("grid", f"{where}, its pairs", places, list(range(len(self.task.pairs))))
        self._grids(where, event)
        if event.duplicate_of is not None:
            self._twin(where, event)
        else:
            self._attempts(where, event)
        if event.birth.operator == "given":
            self._given(where, event)
            return
        wrote = [call for call in self.calls[event.birth.operator, k, None] if call.source != "failed"]
        self.found.holds("call", where, bool(wrote), "has a description, and no call that brought one")
        models = {call.model for call in wrote}
        self.found.holds(
            "call", where, not wrote or event.birth.model in models, f"was planned for {event.birth.model}, asked of {models}"
        )
        if wrote:
            self._bought(where, event.generator_usd, wrote)

    def _bought(self, where: str, said: float | None, wrote: Sequence[CallFinished]) -> None:
        """What the description cost is what the calls that brought it did; of several some may have brought another."""
        costs = [_paid(call) for call in wrote]
        if None in costs or any(call.source == "cache" and call.bought is None for call in wrote):
            return
        most = sum(cost or 0.0 for cost in costs)
        fits = said is not None and (0 <= said <= most + NEAR if len(costs) > 1 else abs(said - most) <= NEAR)
        self.found.holds("cost", where, fits, f"its description is said to have cost {said}, and its calls did {most:g}")

    def _given(self, where: str, event: CandidateChecked) -> None:
        """No call brought it: config.json did."""
        given = self.evidence.config.get("given", {}).get(self.task.id, [])
        told = given[event.birth.index] if event.birth.index < len(given) else None
        self.found.equal("birth", f"{where}, what it was given", event.description.model_dump(mode="json"), told)

    def _grids(self, where: str, event: CandidateChecked) -> None:
        for attempt in event.attempts:
            if isinstance(attempt, Followed) and attempt.pair < len(self.task.pairs):
                try:
                    grid(attempt.grid, self.side)
                except GridError as error:
                    self.found.wrong("grid", f"{where}, pair {attempt.pair + 1}", str(error))
                    continue
                derived = accuracy(attempt.grid, self.task.pairs[attempt.pair].output)
                self.found.equal("grid", f"{where}, pair {attempt.pair + 1}: accuracy", attempt.accuracy, derived)

    def _twin(self, where: str, event: CandidateChecked) -> None:
        twin = self.checked.get(event.duplicate_of if event.duplicate_of is not None else -1)
        same = twin is not None and twin.description.normalised == event.description.normalised
        self.found.holds("birth", where, same, f"is no duplicate of birth {event.duplicate_of}: it says something else")
        if twin is not None and same:
            self.found.holds("grid", where, twin.attempts == event.attempts, "has other grids than the birth it repeats")

    def _attempts(self, where: str, event: CandidateChecked) -> None:
        for attempt in event.attempts:
            calls = self._brought(event.birth, attempt)
            replied = any(call.source != "failed" for call in calls)
            pair = f"{where}, pair {attempt.pair + 1}"
            if isinstance(attempt, Followed | Garbled):
                self.found.holds("call", pair, replied, "has a reply that no call brought")
                if isinstance(attempt, Garbled) and attempt.by == "checker":
                    self._unreadable(pair, "check", event.birth.index, attempt.pair, attempt.why)
                elif isinstance(attempt, Garbled) and attempt.why.startswith(NO_PROGRAM) and not self._writes_programs:
                    self._unreadable(pair, "code", event.birth.index, None, attempt.why.removeprefix(NO_PROGRAM))
            elif isinstance(attempt, Unreached | Refused) and getattr(attempt, "failure", "") not in UNSENT:
                failed = any(call.source == "failed" for call in calls)
                self.found.holds("call", pair, failed, "is said not to have been reached, and no call failed")

    def _brought(self, birth: Birth, attempt: Attempt) -> list[CallFinished]:
        """The calls behind a reading: a checker's of the pair, a coder's, or of a generator that writes programs its own."""
        if attempt.by == "checker":
            return self.calls["check", birth.index, attempt.pair]
        return self.calls[birth.operator if self._writes_programs else "code", birth.index, None]

    @property
    def _writes_programs(self) -> bool:
        """Whether it is the generator that writes them, beside its words."""
        return bool(self.evidence.setting("policy.writes", "words") == "programs")

    def _unreadable(self, where: str, purpose: str, birth: int, pair: int | None, why: str) -> None:
        """A reply that counts as none is one of which the log says why."""
        told = not self.reads or why in self.unread[purpose, birth, pair]
        self.found.holds(
            "reply", where, told, f"has a reply that could not be read ({why[:80]}), and the log does not say so of any"
        )

    def _failed(self, line: Line, event: MoveFailed) -> None:
        if event.failure in UNSENT:
            return
        if event.reason == "garbled":
            self._unreadable(line.where, event.birth.operator, event.birth.index, None, event.why)
        wanted = "provider" if event.reason == "garbled" else "failed"
        calls = self.calls[event.birth.operator, event.birth.index, None]
        there = any((call.source == "failed") == (wanted == "failed") for call in calls)
        self.found.holds(
            "call", line.where, there, f"birth {event.birth.index} failed ({event.reason}), and no such call is logged"
        )


def _paid(call: CallFinished) -> float | None:
    """USD when it was bought; None where that is not known."""
    took = call.bought if call.source == "cache" else call
    return None if took is None else took.cost_usd
