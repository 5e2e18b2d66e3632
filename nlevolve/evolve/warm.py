"""A schedule behind descriptions that are given: these are checked first, and only then is anybody asked for others. Pure."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate

from nlevolve.evolve.policy import Policy


class Warm(Policy):
    """The policy, its births numbered from `given` on: no phase loses one, and each sees all that is given."""

    given: int

    @property
    def births(self) -> int:
        return self.given + sum(phase.births for phase in self.phases)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(accumulate((phase.births for phase in self.phases[:-1]), initial=self.given))

    def phase_of(self, k: int) -> int:
        return 0 if k < self.given else super().phase_of(k)

    def phase_end(self, k: int) -> int:
        return self.given - 1 if k < self.given else super().phase_end(k)

    def sees(self, k: int) -> int:
        # one that fits all pairs spares the rest, so nobody else is asked before it is known
        return 0 if k < self.given else max(self.given, super().sees(k))


def warmed(policy: Policy, given: int) -> Policy:
    """The policy behind so many births that are given."""
    return Warm(given=given, **dict(policy)) if given else policy
