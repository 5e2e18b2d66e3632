"""The run that a new one repeats: what is changed against it, and what a user is told of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlevolve.ask.prompts import known_then
from nlevolve.config import RunConfig, differences, validated
from nlevolve.records import CallFinished, Event
from nlevolve.run.recorded import other_models


@dataclass(frozen=True)
class Origin:
    """The run that a new one repeats."""

    run: str
    id: str
    changes: tuple[str, ...] = ()
    """What decides requests and is not as it was, a line each."""
    limits: tuple[str, ...] = ()
    """Limits that are not as they were: they change no answer."""
    log: Sequence[Event] = ()
    """Its events, where it is told again: the same, from the bank alone."""
    recorded: Mapping[str, Any] = field(default_factory=dict)
    """Its config.json."""

    @property
    def told_again(self) -> bool:
        return bool(self.log)

    @property
    def endpoints(self) -> Mapping[str, str]:
        """The addresses that its environment named: they are part of what was asked."""
        found: Mapping[str, str] = self.recorded.get("endpoints", {})
        return found

    @property
    def inherited(self) -> dict[str, Any]:
        """What is true of its calls, and so of those of a run that tells it again: where they went, what they cost."""
        return {name: self.recorded[name] for name in ("endpoints", "prices", "stand_in") if name in self.recorded}

    @property
    def not_bought(self) -> set[str]:
        """Digests of the requests whose replies came to it from the bank alone, whoever had bought them."""
        calls = [event for event in self.log if isinstance(event, CallFinished)]
        return {call.request for call in calls} - {call.request for call in calls if call.source == "provider"}

    @property
    def row(self) -> dict[str, Any]:
        """As config.json has it."""
        return {"run": self.run, "id": self.id, "changes": [*self.changes, *self.limits], "told_again": self.told_again}

    def notices(self) -> Iterator[str]:
        """What a user is told."""
        if self.told_again:
            yield f"run {self.run} is told again from the bank: nothing is sent, and calls, tokens and dollars are those it took"
        elif changed := (*self.changes, *self.limits):
            yield f"repeats run {self.run} with other settings: {'; '.join(changed)}"
        else:
            yield f"repeats run {self.run}; nothing is changed"


def changed(old: Mapping[str, Any], config: RunConfig, deciding: Mapping[str, Any]) -> tuple[str, ...]:
    """What decides the requests of a recorded run and is not as it was, a line each. Raises UsageError."""
    known = {**old, "settings": validated(old["settings"]).model_dump(mode="json")}
    deciding = {**deciding, "prompts": known_then(deciding["prompts"], known.get("prompts") or {})}
    same = known["tasks"] == deciding["tasks"]
    compared = ("settings", "prompts", *(("tasks_digest",) if same else ()))
    lines = differences({name: known.get(name) for name in compared}, {name: deciding[name] for name in compared})
    tasks = () if same else (f"tasks: {len(known['tasks'])} -> {len(deciding['tasks'])}",)
    return (*tasks, *lines, *other_models(old, config))
