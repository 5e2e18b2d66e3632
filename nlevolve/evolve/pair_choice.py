"""Which training pair is checked first, and what else is worth its calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlevolve.evolve.population import Candidate, Population
from nlevolve.puzzle.grids import Grid
from nlevolve.records import Attempt, Followed, Garbled


def telling_pair(seen: Population, pairs: int, among: Sequence[int] = ()) -> int:
    """The training pair (from 0) on which the population differs most: by distinct grids, then by spread of accuracy.

    Of all, or of those `among` which one is looked for.
    """

    def telling(pair: int) -> tuple[float, ...]:
        attempts = [c.attempts[pair] for c in seen.members.values()]
        followed = [a for a in attempts if isinstance(a, Followed)]
        shares = [a.cells for a in followed]
        return (len({a.grid for a in followed}), max(shares, default=0) - min(shares, default=0), -pair)

    return max(among or range(pairs), key=telling)


def worth_checking(first: Attempt, pair: int, rivals: Sequence[Candidate]) -> bool:
    """Whether a candidate whose first attempt came out so can still reach its rivals, the pool that it would have to enter.

    It can when it is exact, or no worse on this pair than the worst of them; while the pool is empty every candidate can.
    """
    judged = [c for c in rivals if isinstance(c.attempts[pair], Followed)]
    return first.exact or not judged or first.cells >= min(c.attempts[pair].cells for c in judged)


def worth_asking_again(pair: int, attempts: Iterable[Attempt], seen: Population) -> bool:
    """Whether a garbled attempt at a pair was bad luck, so that it says nothing of the description.

    It was if the checker could be read on this pair before, or, where it was never asked, on another pair of the description.
    """
    before = [c.attempts[pair] for c in seen.members.values() if isinstance(c.attempts[pair], Followed | Garbled)]
    return any(isinstance(attempt, Followed) for attempt in before or attempts)


def worth_describing_again(model: str, seen: Population) -> bool:
    """Whether a description that nobody could read was bad luck: the model could be read before, or nobody knows yet.

    A birth that sees no other decides for all that see as little: were they told apart, the order of arrival would decide.
    """
    readable = any(candidate.birth.model == model for candidate in seen.members.values())
    return readable or not any(move.birth.model == model and move.reason == "garbled" for move in seen.failed.values())


def borderline(attempts: Sequence[Attempt]) -> int | None:
    """The one pair that keeps a candidate from being perfect: all others are exact, and here the checker gave another grid.

    It may be a slip of the checker's. None where there is no such pair, or more than one.
    """
    wrong = [attempt for attempt in attempts if not attempt.exact]
    return wrong[0].pair if len(attempts) > 1 and len(wrong) == 1 and isinstance(wrong[0], Followed) else None


def agreed(readings: Sequence[Attempt]) -> Attempt | None:
    """The reading whose grid came twice first; None while they all differ."""
    grids: list[Grid] = []
    for reading in readings:
        if isinstance(reading, Followed):
            if reading.grid in grids:
                return reading
            grids.append(reading.grid)
    return None
