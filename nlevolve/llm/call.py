"""One call under way: what is asked, who waits for it, how often it went out, and what is reserved for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nlevolve.llm.ledger import Hold
from nlevolve.llm.request import CallFailed, Reply, Request


@dataclass(eq=False)
class Call:
    """One request on its way, for all who asked the same. Whoever carries it further writes into it how far it has come."""

    request: Request
    askers: int = 0
    """How many wait for it. With nobody left no further try is sent."""
    hold: Hold | None = None
    """What was reserved for the try that a provider has just now, or has answered: it may be paid for, whether or not we wait."""
    tries: int = 0
    """How often it left for a provider. Counted here and nowhere else."""
    logged: bool = False
    """Whether the log says that a try of it left."""
    failures: int = 0
    """Tries after which we waited to try again."""
    nudges: int = 0
    """How many of these would fail alike if they were asked alike: the next try has another seed."""
    waited: float = 0.0
    """Seconds of waiting between tries."""
    form: int = 0
    """How its reply's form is asked for: index into schema_fallback.FORMS."""
    refusal: CallFailed | None = None
    """Why the first form that was asked for was refused."""
    most: int | None = None
    """Tokens that its reply may have at most, as a provider told us."""

    @property
    def in_the_air(self) -> bool:
        return self.hold is not None


Deliver = Callable[[Call], Awaitable[Reply]]
"""Gets a call its reply. Raises NoReply."""
