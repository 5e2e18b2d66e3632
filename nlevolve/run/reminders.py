"""How many rules of other tasks a birth is taken to be shown, and how long these are, before anything is sent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from nlevolve.evolve.policy import Policy
from nlevolve.formats import LibraryRow
from nlevolve.records import Description
from nlevolve.run.luck import USUAL, solved

USUAL_RULE = Description(
    bullets=("A step of a rule, in as many words as such a step usually has, about what it does, and to what.",) * 6
)
"""As long as those that runs find: about 150 tokens."""


@dataclass(frozen=True)
class Reminders:
    """What a birth is shown that is shown examples."""

    rules: tuple[Sequence[Description], ...]
    """With good, usual and bad luck."""
    known: bool
    """Whether they are there beforehand, and not found by the run."""


def reminders(library: LibraryRow | None, policy: Policy, place: int) -> Reminders | None:
    """For the task in this place, from 0; None without a library."""
    if library is None:
        return None
    if not library.grows:
        return Reminders(_of_a_file([one.description for one in library.entries], policy.examples.most), known=True)
    before = max(0, place - policy.mix.behind)
    usual = round(before * solved(policy, USUAL, policy.births))
    most = policy.examples.most
    return Reminders(tuple([USUAL_RULE] * min(most, number) for number in (0, usual, before)), known=False)


def _of_a_file(rules: Sequence[Description], most: int) -> tuple[Sequence[Description], ...]:
    """The shortest, those about as long as the mean, and the longest."""
    ranked = sorted(rules, key=_length)
    usual = mean(map(_length, ranked))
    return ranked[:most], sorted(ranked, key=lambda one: abs(_length(one) - usual))[:most], ranked[-most:]


def _length(rule: Description) -> int:
    return sum(map(len, rule.bullets))
