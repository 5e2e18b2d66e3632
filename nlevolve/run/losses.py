"""Requests that brought no reply: why, how many, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nlevolve.evolve.population import Population
from nlevolve.llm.request import Filtered, Halt, Interrupted, OverBudget, Unusable
from nlevolve.records import AnswerFollowed, AnswerGuessed, Attempt, Choice, Loss, Opinion, Refused, TaskAnswered, Unreached

LASTING = frozenset({"too_long", "fewer_tokens", "parameter", "rejected", "no_sight", "filtered", "not_banked"})
"""Kinds of failure that lie in what is asked: a resumed run meets them again."""
HALTED = "unusable"
TOLD = {
    "too_long": "the prompt does not fit into the model's window",
    "fewer_tokens": "the reply was allowed more tokens than the model has",
    "parameter": "the provider refuses a parameter",
    "rejected": "the provider refuses the request",
    "no_sight": "the provider takes no pictures, or fewer",
    "filtered": "the provider refuses it for its content",
    "too_large": "the reply was too large",
    "timeout": "no reply came in time",
    "rate_limit": "the provider's rate limit stood to the end",
    "not_banked": "not in the cache, and --replay sends nothing",
}
ADVICE = {
    "too_long": "serve the model with a larger window, or choose another model",
    "fewer_tokens": "set ROLE.max_tokens to less",
    "parameter": "take it out of the settings",
    "no_sight": "leave out images and eyes, or choose a model that sees",
    "too_large": "set ROLE.max_tokens, or ROLE.largest_reply to more",
    "timeout": "set ROLE.timeout to more, or let it think less",
    "rate_limit": "set ROLE.requests_per_minute, or --concurrency lower",
    "not_banked": "start a run without it, or with the settings that filled the cache",
}


def losses(
    population: Population,
    follows: Iterable[AnswerFollowed | AnswerGuessed],
    choices: Iterable[Choice] = (),
    halted: Halt | None = None,
) -> tuple[Loss, ...]:
    """Why births, follows, reviews and choices of a task brought nothing, by kind of failure, the commonest first."""
    lost = [*_halt(halted), *_of_births(population), *_of_attempts(follow.attempt for follow in follows)]
    lost += _of_opinions([*population.reviews.values(), *choices])
    return added(lost)


def added(lost: Iterable[Loss]) -> tuple[Loss, ...]:
    """Losses of one kind made one, the commonest first; each keeps what was said first."""
    by_kind: dict[str, Loss] = {}
    for one in lost:
        before = by_kind.get(one.failure)
        by_kind[one.failure] = before.model_copy(update={"count": before.count + one.count}) if before else one
    return tuple(sorted(by_kind.values(), key=lambda one: (one.failure != HALTED, -one.count)))


def sentence(lost: Iterable[Loss]) -> str:
    """What became of the requests, each kind of failure once, with a count."""
    every = list(lost)
    halts = [one.why for one in every if one.failure == HALTED]
    others = [_said(one) for one in every if one.failure != HALTED]
    return "; ".join([*halts, *([f"replies did not come: {'; '.join(others)}"] if others else [])]) or "replies did not come"


def may_pass(answered: Iterable[TaskAnswered]) -> bool:
    """Whether a resumed run may bring what this one lost."""
    lost = [one for event in answered for one in event.losses]
    return not lost or any(one.failure not in LASTING for one in lost) or any(e.stopped == "budget" for e in answered)


def told(failure: str, why: str) -> str:
    """A kind of failure in words, with what was said of it and what to do about it."""
    kind, advice = TOLD.get(failure), ADVICE.get(failure)
    return (f"{kind} ({why})" if kind else why) + (f": {advice}" if advice else "")


def _said(loss: Loss) -> str:
    return f"{loss.count} × {told(loss.failure, loss.why)}"


def _halt(halted: Halt | None) -> Iterator[Loss]:
    if isinstance(halted, Unusable):
        yield Loss(failure="rejected" if halted.lasting else HALTED, count=1, why=str(halted))
    elif halted is not None and not isinstance(halted, OverBudget | Interrupted):
        yield Loss(failure=halted.kind, count=1, why=str(halted))


def _of_births(population: Population) -> Iterator[Loss]:
    for move in population.failed.values():
        if move.reason != "garbled":
            kind = Filtered.kind if move.reason == "refused" else move.failure
            yield Loss(failure=kind, count=1, why=move.why)
    for candidate in population.members.values():
        if candidate.duplicate_of is None:
            yield from _of_attempts(candidate.attempts)


def _of_attempts(attempts: Iterable[Attempt]) -> Iterator[Loss]:
    for attempt in attempts:
        if isinstance(attempt, Unreached):
            yield Loss(failure=attempt.failure, count=1, why=attempt.why)
        elif isinstance(attempt, Refused):
            yield Loss(failure=Filtered.kind, count=1, why=attempt.why)


def _of_opinions(opinions: Iterable[Opinion]) -> Iterator[Loss]:
    for one in opinions:
        if one.missing in ("unreached", "refused"):
            yield Loss(failure=one.failure if one.missing == "unreached" else Filtered.kind, count=1, why=one.why)
