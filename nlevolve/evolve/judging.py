"""Where the grids that lead differ: what a judge is asked, and what is made of what it picks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from nlevolve.evolve.population import Population
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Answer, AnswerFollowed, AnswerJudged, Followed, Proposal

MOST = 6
"""Grids that a judge is shown."""
BEHIND = 2
"""Descriptions that it is shown for each of them."""
ANSWERS = 2
"""That may be given for a test input."""
POINTS = (2, 1)
"""What a grid gets each time for the first and the second place (Borda)."""


@dataclass(frozen=True)
class Case:
    """What a judge is shown, once, of the grids that were proposed for a test input."""

    grids: tuple[Grid, ...]
    votes: tuple[float, ...]
    behind: tuple[tuple[int, int], ...]
    """(place of the grid, birth whose description led to it)."""


def leading(answer: Answer, fitting: Iterable[Grid]) -> tuple[Proposal, ...]:
    """The grids between which there is something to decide, by votes; none where there is nothing.

    Those of descriptions that fit all pairs, or, where there are no such, all of them. What leads alone is the first answer,
    whatever stands second; and two that fit nothing are the two answers, whichever comes first.
    """
    fits = frozenset(fitting)
    first = tuple(one for one in answer.proposed if one.grid in fits)
    if not first and len(answer.proposed) > ANSWERS:
        first = answer.proposed
    return first[:MOST] if len(first) > 1 else ()


def case(
    lead: Sequence[Proposal], number: int, follows: Iterable[AnswerFollowed], order: Sequence[int], grown: Population, rng: Random
) -> Case:
    """The leading grids of a test input (from 0) and the best descriptions behind them, in an order drawn by `rng`."""
    shown = rng.sample(list(lead), len(lead))
    behind = [
        (place, birth) for place, one in enumerate(shown) for birth in _behind(one.grid, number, follows, order, grown)[:BEHIND]
    ]
    rng.shuffle(behind)
    return Case(tuple(one.grid for one in shown), tuple(one.votes for one in shown), tuple(behind))


def _behind(grid: Grid, number: int, follows: Iterable[AnswerFollowed], order: Sequence[int], grown: Population) -> list[int]:
    """Births whose description gave the grid, the best first, each text once."""
    gave = {
        one.birth
        for one in follows
        if isinstance(one.attempt, Followed) and one.attempt.pair == number and one.attempt.grid == grid and one.birth in order
    }
    texts = {grown.members[birth].description.normalised: birth for birth in sorted(gave, key=order.index, reverse=True)}
    return sorted(texts.values(), key=order.index)


def judged(answer: Answer, lead: Sequence[Proposal], choices: Iterable[AnswerJudged]) -> Answer:
    """The answer with the leading grids in the order in which the judge's picks have them; of equals, votes decide.

    Without any pick it stays as it is. Picks between other grids than these say nothing.
    """
    points = dict.fromkeys((one.grid for one in lead), 0)
    for event in choices:
        if points.keys() == set(event.shown):
            for place, gets in zip(event.choice.picks, POINTS, strict=False):
                points[event.shown[place]] += gets
    if not any(points.values()):
        return answer
    first = sorted(points, key=lambda grid: -points[grid])
    rest = [one.grid for one in answer.proposed if one.grid not in points]
    attempts = [*first, *rest, None]
    return answer.model_copy(update={"attempt_1": attempts[0], "attempt_2": attempts[1]})
