"""What solving needs beside the task: the way to the models, the settings, and where events go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from nlevolve.ask.question import Asker
from nlevolve.config import RunConfig
from nlevolve.evolve.parents import Parents
from nlevolve.evolve.policy import Policy
from nlevolve.evolve.warm import warmed
from nlevolve.llm.kept import Keeping, keeping_nothing
from nlevolve.llm.request import LLM
from nlevolve.llm.settings import CoderSettings, RoleSettings
from nlevolve.records import Description, Event, Role
from nlevolve.run.examples import Library
from nlevolve.run.retold import Retold
from nlevolve.sandbox.pool import Sandbox

Emit = Callable[[Event], None]


def _tell_nobody(*_: object) -> None:
    """Nobody is told."""


def _nothing_lacks(owed: Callable[[str], bool]) -> LLM:
    raise AssertionError("no run is told again")


Value = TypeVar("Value")


@dataclass(frozen=True)
class Context:
    """One run's equipment, shared by its tasks."""

    asker: Asker
    config: RunConfig
    emit: Emit
    telling: Callable[[Callable[[], None]], LLM]
    """The asker's LLM for one who is told, at once, whenever a reply is not in the sample bank: it waits for a provider then."""
    parents: Parents | None = None
    """Chooses the parent of a move; None: the one that the settings name."""

    given: Mapping[str, Sequence[Description]] = field(default_factory=dict)
    """Task -> what its first births are given, in order, instead of asking a model for it."""
    warm: bool = False
    """Whether these come before the schedule's own births; a control's take the place of the first of them."""

    examples: Library = field(default_factory=Library)
    """Where the examples are from that births are shown."""

    keeping: Keeping = keeping_nothing
    """Keeps of the caps what a task's answers will take."""

    retold: Retold = field(default_factory=Retold)
    """What is left of a run that is told again."""
    lacking: Callable[[Callable[[str], bool]], LLM] = _nothing_lacks
    """The asker's LLM for what is left of it: of what is not (told by a request's digest) the account says nothing."""

    asked_early: LLM | None = None
    """The asker's LLM for what may be needed; None: nothing is asked early."""

    sandbox: Sandbox = field(default_factory=lambda: Sandbox(1))
    """Where the coder's programs run."""

    unusable: set[str] = field(default_factory=set)
    """Models that will answer nothing more: key refused, quota exhausted."""

    def early(self) -> Context | None:
        """The same equipment for what may be needed: it is asked when a place stands free, and nobody is told what came of it.

        None where nothing can be.
        """
        if self.asked_early is None:
            return None
        asker = replace(self.asker, llm=self.asked_early, reject=_tell_nobody, emit=_tell_nobody)
        return replace(self, asker=asker, emit=_tell_nobody)

    def policy(self, task: str) -> Policy:
        """The schedule of a task, behind what comes before it."""
        return warmed(self.config.policy, len(self.given.get(task, ()))) if self.warm else self.config.policy

    def told(self, waits: Callable[[], None]) -> Context:
        """The same equipment for a task, or a birth of it, which is told whenever it must wait for a provider."""

        def telling(also: Callable[[], None]) -> LLM:
            def both() -> None:
                waits()
                also()

            return self.telling(both)

        return replace(self, asker=replace(self.asker, llm=self.telling(waits)), telling=telling)

    @property
    def coder(self) -> CoderSettings | None:
        """How the coder is called; None where nothing is coded."""
        return None if self.config.policy.read == "words" else self.config.coder

    @property
    def mixed(self) -> bool:
        """Whether any role has several models, or eyes, to choose from."""
        return self.config.policy.eyed or any(len(settings.mix) > 1 for settings in self.config.every.values())

    def usable(self, role: Role, phase: int) -> Sequence[str]:
        """The models of a role, in a phase, that answer; all of them when none does, so that the failure shows."""
        models = self.config.called(role, phase).mix
        return tuple(model for model in models if model not in self.unusable) or models

    def settings(self, role: Role, model: str | None = None, phase: int | None = None) -> RoleSettings:
        """How a role is called, in a phase if one is said; `model` names one of a mix."""
        settings = self.config.role(role) if phase is None else self.config.called(role, phase)
        return settings.model_copy(update={"model": model}) if model else settings


async def together(asked: Iterable[Coroutine[Any, Any, Value]]) -> list[Value]:
    """Await all, side by side. When one fails the others still end, since they may be paid; then the first failure is raised."""
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]


@contextmanager
def first_failure() -> Iterator[None]:
    """Raise what a TaskGroup, or one within it, failed of first: callers catch errors by their names, not groups of them."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
