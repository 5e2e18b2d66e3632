"""The questions put to the checkers: many at once, in order, until the last is answered or a cap is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nlevolve.ask.checker import follow
from nlevolve.ask.question import Asker
from nlevolve.exam.questions import Question
from nlevolve.exam.rows import Row
from nlevolve.llm.request import LLM, Halt, OverBudget, Reply, Request, Unusable
from nlevolve.puzzle.grids import cell_accuracy, shape
from nlevolve.records import Attempt, Followed, Garbled, Refused
from nlevolve.run.context import first_failure


class Meter:
    """An LLM that adds up what its replies cost and took when they were bought."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.usd: float | None = 0.0
        self.seconds = 0.0

    async def __call__(self, request: Request) -> Reply:
        reply = await self._llm(request)
        self.usd = None if self.usd is None or reply.cost_usd is None else self.usd + reply.cost_usd
        self.seconds += reply.seconds
        return reply


@dataclass
class Sitting:
    """What was answered so far, and why more was not."""

    rows: dict[int, Row] = field(default_factory=dict)
    """By the place of its question."""
    unusable: dict[str, str] = field(default_factory=dict)
    """Models that will answer nothing more, with why."""
    over: str = ""
    """The cap that was reached."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it to let what is in flight end and send nothing more."""

    @property
    def in_order(self) -> list[Row]:
        return [self.rows[place] for place in sorted(self.rows)]

    async def sit(self, asker: Asker, asked: Sequence[Question], at_once: int, see: Callable[[Row], None]) -> None:
        """Put all questions, so many at once; `see` is told of each as it is answered."""
        places = iter(enumerate(asked))
        with first_failure():
            async with asyncio.TaskGroup() as group:
                for _ in range(min(at_once, len(asked))):
                    group.create_task(self._work(asker, places, see))

    async def _work(self, asker: Asker, places: Iterator[tuple[int, Question]], see: Callable[[Row], None]) -> None:
        for place, question in places:
            if self.stopping.is_set() or self.over:
                return
            if question.settings.model in self.unusable:
                continue
            try:
                row = await ask(asker, question)
            except OverBudget as cap:
                self.over = str(cap)
            except Unusable as failure:
                self.unusable[question.settings.model] = str(failure)
            except Halt:  # it was interrupted
                return
            else:
                self.rows[place] = row
                see(row)


async def ask(asker: Asker, question: Question) -> Row:
    """Put one question. Raises Halt; other failures are rows. What an embedded checker cannot read is not put to it."""
    if question.arm == "true" and not question.understood:
        return _row(question, outcome="not_understood")
    meter = Meter(asker.llm)
    exercise = question.exercise
    attempt = await follow(
        replace(asker, llm=meter),
        question.settings,
        exercise.shown,
        0,
        question.description,
        birth=exercise.number,
        sample=question.sample,
    )
    return _row(question, **_became(attempt, question), cost_usd=meter.usd, seconds=meter.seconds)


def _became(attempt: Attempt, question: Question) -> dict[str, object]:
    if isinstance(attempt, Followed):
        truth = question.exercise.truth.output
        wrong = "wrong" if shape(attempt.grid) == shape(truth) else "size"
        outcome = "exact" if attempt.grid == truth else wrong
        return {"outcome": outcome, "accuracy": cell_accuracy(attempt.grid, truth), "answer": attempt.grid}
    why = {"why": getattr(attempt, "why", "")}
    if isinstance(attempt, Garbled):
        return {"outcome": "unreadable", "accuracy": 0.0, **why}
    return {"outcome": "refused" if isinstance(attempt, Refused) else "unreached", **why}


def _row(question: Question, **became: object) -> Row:
    exercise, settings = question.exercise, question.settings
    return Row.model_validate(
        {
            "checker": settings.model,
            "task": exercise.lesson.task.id,
            "grid": exercise.number,
            "arm": question.arm,
            "shown": settings.shown,
            "sample": question.sample,
            "cells": exercise.cells,
            "words": exercise.lesson.description.words,
            **became,
        }
    )
