"""What each checker is asked: every grid with the true description, with one that says nothing, and with another task's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from nlevolve.ask.checker import following
from nlevolve.ask.look import look_of
from nlevolve.ask.prompts import Prompts
from nlevolve.exam.lessons import Exercise, Lesson
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.manner import manner_of
from nlevolve.llm.settings import RoleSettings
from nlevolve.offline.english import steps
from nlevolve.offline.provider import MODELS
from nlevolve.records import Description
from nlevolve.run.controls import EMPTY
from nlevolve.run.forecast import Forecast, dearest, prompt_tokens

Arm = Literal["true", "empty", "shuffled"]
"""true: the description; empty: one that says nothing; shuffled: the right one of another task."""
Shown = Literal["others", "none"]
"""Whether the examples are shown beside the description."""
ARMS: tuple[Arm, ...] = get_args(Arm)
SHOWN: tuple[Shown, ...] = get_args(Shown)


@dataclass(frozen=True, slots=True)
class Question:
    """A checker to follow a description on a grid."""

    settings: RoleSettings
    exercise: Exercise
    arm: Arm
    description: Description
    sample: int = 0

    @property
    def understood(self) -> bool:
        """Whether the checker can read every true step: an embedded one reads some sentences, and leaves the others out."""
        return not embedded(self.settings.model) or all(steps(bullet) is not None for bullet in self.exercise.lesson.steps)


def embedded(model: str) -> bool:
    """Whether it is a program of ours, here or behind a server (`nlevolve serve`)."""
    return model.endswith(MODELS)


def questions(
    checkers: Sequence[RoleSettings],
    exercises: Sequence[Exercise],
    *,
    arms: Sequence[Arm] = ARMS,
    shown: Sequence[Shown] = SHOWN,
    samples: int = 1,
    seed: int = 0,
) -> list[Question]:
    """Grid by grid, so that where a budget ends all checkers have come equally far.

    The true description is asked for `samples` times, to see how far a checker agrees with itself; what is there to compare
    with, once.
    """
    lessons = list({id(one.lesson): one.lesson for one in exercises}.values())
    told: dict[Arm, Mapping[int, Description]] = {
        "true": {id(one): one.description for one in lessons},
        "empty": {id(one): EMPTY for one in lessons},
        "shuffled": {id(one): _others(one, lessons, seed) for one in lessons},
    }
    called = {(n, see): one.model_copy(update={"shown": see}) for n, one in enumerate(checkers) for see in shown}
    return [
        Question(called[n, see], exercise, arm, told[arm][id(exercise.lesson)], sample)
        for exercise in exercises
        for arm in arms
        for see in shown
        for sample in range(samples if arm == "true" else 1)
        for n in range(len(checkers))
    ]


def _others(lesson: Lesson, lessons: Sequence[Lesson], seed: int) -> Description:
    """A right description of another task that says something else; nothing at all where every task is described alike."""
    said = lesson.description.normalised
    apart = (one for one in lessons if not set(one.task.pairs) & set(lesson.task.pairs))
    others = [one.description for one in apart if one.description.normalised != said]
    return Random(f"{seed}/{lesson.task.id}/shuffled").choice(others) if others else EMPTY


def forecast(asked: Sequence[Question], prompts: Prompts, cards: Mapping[str, ModelCard]) -> dict[str, Forecast]:
    """Model -> calls and dollars, at most: what the sample bank holds is counted too, repairs are not."""
    found: dict[str, Forecast] = {}
    for question, tokens in _lengths(asked, prompts, cards):
        model = question.settings.model
        one = Forecast(1, dearest(question.settings, tokens, cards))
        found[model] = found[model] + one if model in found else one
    return found


def _lengths(asked: Sequence[Question], prompts: Prompts, cards: Mapping[str, ModelCard]) -> Iterator[tuple[Question, int]]:
    """The tokens of each prompt that will be sent."""
    for question in asked:
        if question.arm == "true" and not question.understood:
            continue
        settings, exercise = question.settings, question.exercise
        shown = exercise.shown if settings.shown == "others" else None
        manner, given = manner_of(settings, cards.get(settings.model)), exercise.truth.input
        messages = following(prompts, shown, given, question.description, manner, look=look_of(settings))
        yield question, prompt_tokens(messages)
