"""Two readers of the same words: who reads a description, which pair the checker reads next, which reading counts. Pure.

What is read twice buys one thing: to see whether the program says what the words say. Where it does, one reading is as good as
all of them; so a reading that came out alike speaks for the program's other grids, and many of them for the coder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlevolve.evolve.pair_choice import borderline, telling_pair
from nlevolve.evolve.population import Candidate, Population
from nlevolve.records import Attempt, Description, Followed, Garbled, OtherReading, Refused, Skipped, Unreached

TRUSTED = 3
"""So many readings alike, and as many again for each that was not, speak for the programs of a task."""
SPOT = 4
"""Of the programs that are right nowhere one in so many births is read all the same: to learn whether programs can be trusted."""
UNABLE = 3
"""So many descriptions that the coder could not say, for each that it could, speak against asking it."""

SENTENCE = 4
"""Words of a bullet that does not stand in a reason by chance."""


def asks_coder(description: Description, seen: Population) -> bool:
    """Whether a program may come of asking: not of a bullet that the coder has said of this task to be beyond any program, nor
    where next to nothing that it was asked for on this task came to one."""
    said = [c for c in seen.members.values() if c.duplicate_of is None and (c.program or c.unsaid)]
    unsaid = [f" {_words(c.unsaid)} " for c in said if c.unsaid]
    bullets = [words for bullet in description.bullets if (words := _words(bullet)).count(" ") >= SENTENCE - 1]
    known = any(f" {words} " in reason for words in bullets for reason in unsaid)
    return not known and len(unsaid) < UNABLE * (1 + len(said) - len(unsaid))


def worth_reading_on(first: Attempt, rivals: Sequence[Candidate], birth: int) -> bool:
    """Whether the checker reads the other pairs of a description that no program reads, when its first reading came out so.

    Wrong on one pair it can only be a parent, and a new idea costs less than to read on: it must lead on this pair. Where there
    are no rivals yet, one in so many births is read whole, so that there is something to go on from.
    """
    judged = [c.attempts[first.pair].cells for c in rivals if isinstance(c.attempts[first.pair], Followed)]
    return first.exact or (first.cells > max(judged) if judged else birth % SPOT == 0)


def reads_next(code: Sequence[Attempt], words: Mapping[int, Attempt], seen: Population, birth: int) -> tuple[int, ...]:
    """The pairs that the checker reads next, of a birth whose program came out so; none where enough is known.

    `words` is what it has read. An exact program is read once, to confirm it. One that is wrong is read on one pair, if it is
    worth that: do the words give the same grid there, the program is their reading. If not, or where it gave no grid, the other
    pairs are read, too.
    """
    wrong = [attempt.pair for attempt in code if isinstance(attempt, Followed) and not attempt.exact]
    failed = [attempt.pair for attempt in code if isinstance(attempt, Garbled)]
    exact = any(attempt.exact for attempt in code)
    if not words and failed and not wrong:
        return tuple(failed)
    if not words:
        return (telling_pair(seen, len(code), wrong),) if not wrong or _worth_reading(code, seen, birth) else ()
    if not wrong or any(isinstance(attempt, Unreached) for attempt in words.values()):
        return ()
    alike = any(_alike(code[pair], reading) for pair, reading in words.items())
    left = sorted([*wrong, *failed]) if not alike else failed if exact else []
    return tuple(pair for pair in left if pair not in words)


def _worth_reading(code: Sequence[Attempt], seen: Population, birth: int) -> bool:
    """Whether a program that is wrong somewhere may be no good reading of its words, or nobody knows yet how good they are."""
    alike, differ = _record(seen)
    if alike >= TRUSTED * (1 + differ):
        # right, it were perfect
        return borderline(code) is not None
    return differ > 0 or birth % SPOT == 0 or any(attempt.exact for attempt in code)


def _record(seen: Population) -> tuple[int, int]:
    """On how many pairs the two readers gave the same grid, and on how many they did not."""
    both = [(a, a.other.grid) for c in seen.members.values() if c.duplicate_of is None for a in c.attempts if a.other]
    alike = [a.grid == grid for a, grid in both if isinstance(a, Followed) and grid is not None]
    return alike.count(True), alike.count(False)


def better(words: Attempt, code: Attempt) -> Attempt:
    """The better evidence of what the words say, with the other beside it where both read them; of equals the checker's.

    What a provider's failure took from the checker is asked again, so nothing stands in for it.
    """
    if isinstance(words, Followed | Garbled):
        if not isinstance(code, Followed | Garbled):
            return words
        first, second = (words, code) if words.cells >= code.cells else (code, words)
        return beside(first, second)
    return code if isinstance(words, Skipped | Refused) and isinstance(code, Followed) else words


def beside(attempt: Attempt, other: Attempt) -> Attempt:
    """The attempt, with what the other reader made of the pair."""
    if isinstance(other, Followed):
        return attempt.model_copy(update={"other": OtherReading(by=other.by, grid=other.grid, accuracy=other.cells)})
    if isinstance(other, Garbled):
        return attempt.model_copy(update={"other": OtherReading(by=other.by, why=other.why)})
    return attempt


def _alike(code: Attempt, words: Attempt) -> bool:
    return isinstance(code, Followed) and isinstance(words, Followed) and code.grid == words.grid


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
