"""How many calls may be in flight for a model: slots that grow, shrink, and keep to what a provider works on at once (pure)."""

from __future__ import annotations

from math import inf

from nlevolve.llm.remembered import AtOnce

FIRST_IN_FLIGHT = 64
"""In flight for a model before anything is known of it. It was 32: a run of sixty calls was over before it had doubled."""
SHRINK = 0.8
"""What is left of the slots after a refusal. A half, as in TCP, is for networks where senders hurt each other; here it would idle
a provider for a refusal that may have been chance, and what the rate is to blame for, the learned rate takes care of."""
HOLD, LONGEST_HOLD = 20, 320
"""Clean replies until one more at once is tried where too many were refused; twice as many each time that it is refused again.
What finding out that the limit has grown costs is one refusal in these."""
STRAYS = 5
"""So many let through beside more than are held to be allowed, and none refused meanwhile, and they are allowed."""
ALMOST = 0.9
"""Up to this share of what was refused the slots come back quickly."""


class Slots:
    """How many calls may be in flight for a model: grows while it is full and clean, shrinks when one is refused.

    It doubles with every round of full slots up to the first refusal; then it returns quickly to nine tenths of what was
    refused, and goes on by one a round.
    """

    def __init__(self, most: int, served: int | None = None) -> None:
        """`served`: how many the server says that it works on at once: a beginning, from which it is gone on with care."""
        self.most = most
        self.limit = float(min(most, served or FIRST_IN_FLIGHT))
        self.in_flight = 0
        self._refused_at = float(served or inf)
        self._before = 0.0
        self.held = self._beyond = 0
        self._hold = self._to_come = 0

    def remembered(self) -> AtOnce:
        """For whoever asks the model after us."""
        told = {"held": self.held, "hold": self._hold, "to_come": self._to_come, "before": self._before}
        return AtOnce(limit=self.limit, refused_at=None if self._refused_at == inf else self._refused_at, **told)

    def recall(self, known: AtOnce) -> None:
        """What was known before; that more are allowed to us by now does not make it grow."""
        self.limit = min(float(self.most), known.limit)
        self._refused_at = inf if known.refused_at is None else known.refused_at
        self._before, self.held, self._hold, self._to_come = known.before, known.held, known.hold, known.to_come

    @property
    def full(self) -> bool:
        return self.in_flight >= int(self.limit)

    def grow(self) -> None:
        """A call came back clean while all slots were taken."""
        if self._to_come:
            self._to_come -= 1
            return
        quick = self.limit < ALMOST * self._refused_at
        self.limit = min(float(self.most), self.limit + (1.0 if quick else 1.0 / self.limit))

    def shrink(self) -> None:
        self._refused_at = self.limit
        self._before = max(self._before, self.limit)
        self.limit = max(1.0, self.limit * SHRINK)

    def hold(self, at_once: int) -> bool:
        """So many at once are allowed and not more: keep to that for long, and longer each time that it proves right, as it does
        when one more is refused again. Whether it has."""
        proved = at_once == self.held
        self._hold = min(LONGEST_HOLD, 2 * self._hold) if proved else HOLD
        self.held, self._to_come, self._beyond = at_once, self._hold, 0
        self._before = 0.0 if proved else max(self._before, self.limit)
        self.limit = self._refused_at = min(self.limit, float(at_once))
        return proved

    def holds(self, beside: int) -> bool:
        """Whether a call beside so many others is known to be too many."""
        return 0 < self.held <= beside

    def passed(self, beside: int) -> None:
        """A call was let through beside so many others: where that is more than was thought to be allowed, it was wrong.

        A few mean nothing: the provider is done with a call before its reply is here.
        """
        self._beyond += self.holds(beside)
        if self._beyond >= STRAYS:
            self._forget()

    def regain(self) -> None:
        """It was not for their number that calls were refused: as many as before."""
        self._forget()
        self.limit = max(self.limit, self._before)
        self._before = 0.0

    def _forget(self) -> None:
        self.held = self._hold = self._to_come = self._beyond = 0
        self._refused_at = inf
