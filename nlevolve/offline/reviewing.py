"""A review: whether a description that fits the pairs will hold on the test inputs, by following it there."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from nlevolve.offline.alternatives import plainer_rule
from nlevolve.offline.believing import Rule, sentence, told
from nlevolve.offline.hypotheses import Puzzle

OVERLOOKS = 0.15
"""Chance in one call that somebody careless sees no harm in a description."""
MOST_QUOTED = 160
"""Characters of a step in a reason."""


@dataclass(frozen=True)
class Verdict:
    """What is said of a description."""

    word: str
    """accept, doubt or stuck."""
    test: int = 0
    """The number of the test input that it is about, as the prompt counts; 0 for all."""
    reason: str = ""


def review(bullets: list[str], puzzle: Puzzle, work: int, careless: bool, rng: Random) -> Verdict:
    """The verdict on a description; `work` is how far a plainer rule is looked for, in the generator's units."""
    if careless and rng.random() < OVERLOOKS:
        return Verdict("accept")
    given = told(bullets, puzzle)
    if not given.fits:
        return Verdict("accept")
    return _stuck(given) or _idle(given) or _too_narrow(given, puzzle, work) or Verdict("accept")


def _stuck(given: Rule) -> Verdict | None:
    for number, step in given.undone.items():
        return Verdict("stuck", number, f'This step makes no sense there: "{sentence(step)[:MOST_QUOTED]}".')
    return None


def _idle(given: Rule) -> Verdict | None:
    for number, step in given.idle.items():
        why = "This step changes something in every pair and nothing there, so it takes for granted what only the pairs have"
        return Verdict("doubt", number, f'{why}: "{sentence(step)[:MOST_QUOTED]}".')
    return None


def _too_narrow(given: Rule, puzzle: Puzzle, work: int) -> Verdict | None:
    plainer = plainer_rule(given, puzzle, work)
    if plainer is None:
        return None
    words = ". ".join(map(sentence, plainer.steps))[: 2 * MOST_QUOTED]
    why = "A rule that takes less for granted fits every pair, too, and makes something else of a test input"
    return Verdict("doubt", 0, f'{why}: "{words}".')
