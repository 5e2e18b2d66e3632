"""Controls of a run: the same tasks and models with no description, with another task's, and with no loop at all. Pure.

A strong checker that sees the other pairs may solve a puzzle whatever the description says, and one bare call may solve what a
loop takes a hundred for. What a run's descriptions add is its score less that of a control.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from nlevolve.config import RunConfig
from nlevolve.errors import UsageError
from nlevolve.evolve.population import Population, grow
from nlevolve.formats import ControlRow, LibraryRow, SeedsRow
from nlevolve.llm.settings import RoleSettings
from nlevolve.puzzle.selection import Selection
from nlevolve.puzzle.tasks import Task
from nlevolve.records import Arm, CandidateChecked, Description, Event, TaskAnswered

ARMS: tuple[Arm, ...] = ("empty", "shuffled", "direct")
EMPTY = Description(bullets=("Do what the examples show.",))
ANSWERS = 2
"""A test input, as every run may give."""
PLAIN = {"policy.stop_when": "count", "policy.review": "off", "answers.judge": "off"}
"""A control has one description, or none: there is nothing to agree, to review or to choose between."""
LONGEST = 80
"""Characters of the run's name that a control's begins with."""
MOST = 96
"""Characters of a control's name, before what tells it from one on more tasks."""


@dataclass(frozen=True)
class Brought:
    """What a run has beside its settings."""

    given: Mapping[str, Sequence[Description]] = field(default_factory=dict)
    """Task -> what its first births are given, in order, instead of asking a model for it."""
    control: ControlRow | None = None
    """Whose control it is."""
    seeds: SeedsRow | None = None
    """Where what is given is from, if it is what the run begins with: then the schedule comes behind it."""
    examples: LibraryRow | None = None
    """Where the examples are from that its births are shown."""

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Brought:
        """From the content of a config.json."""
        given = {task: tuple(map(Description.model_validate, told)) for task, told in (config.get("given") or {}).items()}
        control, seeds, library = (config.get(name) for name in ("control", "seeds", "library"))
        return cls(
            given,
            ControlRow.model_validate(control) if control else None,
            SeedsRow.model_validate(seeds) if seeds else None,
            LibraryRow.model_validate(library) if library else None,
        )

    def among(self, tasks: Sequence[Task], run: str) -> Brought:
        """What of it these tasks have. Raises UsageError where the `run` brought something, and has nothing for one of them."""
        if self.seeds is not None:
            return self
        if self.given and (strange := [task.id for task in tasks if task.id not in self.given]):
            raise UsageError(f"{run} is a control and has no description for task {strange[0]}: repeat it on its own tasks")
        given = {task.id: self.given[task.id] for task in tasks if self.given}
        return Brought(given, self.control, examples=self.examples)

    @property
    def row(self) -> dict[str, Any]:
        """As config.json has it."""
        control, given = self.control and self.control.model_dump(mode="json"), self.deciding.get("given", {})
        seeds, library = (one and one.model_dump(mode="json") for one in (self.seeds, self.examples))
        return {"control": control, "given": given, "seeds": seeds, "library": library}

    @property
    def deciding(self) -> dict[str, Any]:
        """What of it decides requests; nothing where nothing is given, nor shown."""
        given = {task: [one.model_dump(mode="json") for one in told] for task, told in self.given.items()}
        begun = {"given": given, **({"seeds": self.seeds.digest} if self.seeds else {})} if given else {}
        return begun | ({"library": [self.examples.of, self.examples.digest]} if self.examples else {})


@dataclass(frozen=True)
class Control:
    """A run to be made: what is asked, of which tasks, and whose control it is."""

    name: str
    row: ControlRow
    config: RunConfig
    selection: Selection
    given: Mapping[str, Sequence[Description]]
    """Task -> the description that is followed in the place of the run's."""

    @property
    def brought(self) -> Brought:
        return Brought(self.given, self.row)


@dataclass(frozen=True)
class Original:
    """The run that is to be controlled, as far as it has come."""

    name: str
    id: str
    config: RunConfig
    selection: Selection
    events: Sequence[Event]

    @cached_property
    def populations(self) -> dict[str, Population]:
        """Task -> its candidates."""
        grown = {task.id: Population() for task in self.selection.tasks}
        for event in self.events:
            if isinstance(event, CandidateChecked) and event.task in grown:
                grown[event.task] = grow(grown[event.task], event)
        return grown

    @cached_property
    def best(self) -> dict[str, Description]:
        """Task -> the description that its answers rest on, else the best there is; tasks without any are missing."""
        named = {event.task: event.best for event in self.events if isinstance(event, TaskAnswered)}
        found: dict[str, Description] = {}
        for task, grown in self.populations.items():
            ranked, birth = grown.ranked(self.config.policy.rank), named.get(task)
            if birth is not None and birth in grown.members:
                found[task] = grown.members[birth].description
            elif ranked:
                found[task] = ranked[0].description
        return found

    def answered(self, most: int | None = None) -> Selection:
        """The tasks that it has answered; of more than `most` a sample drawn by the seed. Raises UsageError for none.

        One that a cap, Ctrl-C or a provider took away before there was a description is not among them: it says nothing of words.
        """
        ended = [event for event in self.events if isinstance(event, TaskAnswered)]
        done = {one.task for one in ended if one.stopped in ("perfect", "exhausted") or self.populations[one.task].members}
        found = [one for one in self.selection.found if one.task.id in done]
        if not found:
            raise UsageError(f"run {self.name} has answered no task yet: there is nothing to compare a control with")
        if most is not None and most < len(found):
            drawn = Random(f"{self.config.seed}/control").sample(range(len(found)), most)
            found = [found[place] for place in sorted(drawn)]
        return Selection(tuple(found), self.selection.max_side)


class NothingToShuffle(UsageError):
    """No task can be told another one's description."""


def controls(original: Original, arms: Sequence[Arm], most: int | None = None) -> list[Control]:
    """The runs that make up these arms, each on at most `most` tasks. Raises UsageError where an arm cannot be made."""
    selection = original.answered(most)
    return [control for arm in arms for control in _of_arm(original, arm, selection)]


def _of_arm(original: Original, arm: Arm, selection: Selection) -> Iterator[Control]:
    def control(
        name: str, config: RunConfig, chosen: Selection, given: Mapping[str, Sequence[Description]], model: str = ""
    ) -> Control:
        row = ControlRow(of=original.name, of_id=original.id, arm=arm, model=model)
        return Control(f"{original.name[:LONGEST]}.{name}", row, config, chosen, given)

    if arm == "direct":
        bare = _bare_models(original.config)
        room = MOST - len(original.name[:LONGEST])
        for name, settings in zip(_names([one.model for one in bare], room), bare, strict=True):
            yield control(name, _direct(original.config, settings), selection, {}, settings.model)
        return
    if arm == "empty":
        given = {task.id: (EMPTY,) for task in selection.tasks}
    else:
        given = {task: (other,) for task, other in _of_others(original, selection.tasks).items()}
    chosen = Selection(tuple(one for one in selection.found if one.task.id in given), selection.max_side)
    yield control(arm, _followed(original.config), chosen, given)


def _followed(config: RunConfig) -> RunConfig:
    """One description a task, checked and followed as the run does it; two answers, where two readings may differ."""
    samples = max(config.answers.samples, ANSWERS if config.answerer.varies else 1)
    return config.changed({**PLAIN, "policy.phases": [{"births": 1}], "answers.samples": samples})


def _direct(config: RunConfig, settings: RoleSettings) -> RunConfig:
    """No births: every test input is put to the bare model, twice."""
    return config.changed({**PLAIN, "policy.phases": [], "answers.direct": ANSWERS, "answerer": settings.model_dump(mode="json")})


def _bare_models(config: RunConfig) -> list[RoleSettings]:
    """The checker's model and the generator's, if that is another one, each as its role calls it."""
    places: dict[tuple[str, str | None], RoleSettings] = {}
    for settings in (*config.generator.each, *config.checker.each):
        places.setdefault((settings.model, settings.base_url), settings)
    return list(places.values())


def _names(models: Sequence[str], room: int) -> list[str]:
    """direct, or direct-MODEL where there are several, with so much room; a number tells apart models whose names end alike."""
    if len(models) == 1:
        return ["direct"]
    room -= len(".direct-") + len("-9")
    short = [
        re.sub(r"[^A-Za-z0-9_-]+", "-", model.rpartition("/")[2]).strip("-")[:room].strip("-") or "model" for model in models
    ]
    return [f"direct-{one}" + (f"-{place + 1}" if short.count(one) > 1 else "") for place, one in enumerate(short)]


def _of_others(original: Original, tasks: Iterable[Task]) -> dict[str, Description]:
    """Task -> the best description of another task, drawn by the seed; tasks for which there is none are left out.

    Never one of the same rule by content: not of a task that shares a pair, and not in the words of any description that fitted
    this task's pairs. Raises NothingToShuffle where no task has one.
    """
    grown, best = original.populations, original.best
    pairs = {task.id: set(task.pairs) for task in original.selection.tasks}
    found: dict[str, Description] = {}
    for task in tasks:
        own = {one.description.normalised for one in grown[task.id].members.values() if one.fitness.perfect}
        own |= {best[task.id].normalised} if task.id in best else set()
        others = [
            best[one] for one in best if one != task.id and not pairs[one] & pairs[task.id] and best[one].normalised not in own
        ]
        if others:
            found[task.id] = Random(f"{original.config.seed}/{task.id}/shuffled").choice(others)
    if not found:
        raise NothingToShuffle(
            f"run {original.name} has no two tasks with descriptions of their own: there is nothing to shuffle"
        )
    return found
