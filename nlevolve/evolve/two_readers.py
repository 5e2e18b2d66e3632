"""Two readers of the same words, one pair: which reading counts, and what is kept of the other. Pure."""

from __future__ import annotations

from nlevolve.records import Attempt, Followed, Garbled, OtherReading, Refused, Skipped


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
