"""Whether a call that failed is sent again, and after which wait: Retry-After honoured, full jitter, capped in tries and time."""

from __future__ import annotations

from random import Random

from nlevolve.llm.call import Call
from nlevolve.llm.request import CallFailed, TimedOut

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds: the back-off doubles from the first to the longest. With the six retries that are usual, a provider may be away for
about a minute before calls are lost (half of 1 + 2 + 4 + 8 + 16 + 32 s, since the jitter is full)."""
LONGEST_IN_ALL = 1800.0
"""Seconds of waiting for one logical call; a provider that asks for more is given up. A rate limit's window is a minute or an
hour at most; a quota that comes back tomorrow is none that a run can wait for."""


def wait_before_another(call: Call, failure: CallFailed, rng: Random) -> float | None:
    """Seconds until the call may be sent again after this failure; None when it is given up."""
    if not failure.can_pass or call.failures >= call.request.settings.retries:
        return None
    wait = backoff(call.failures + 1, failure.retry_after, rng)
    return wait if call.waited + wait <= LONGEST_IN_ALL else None


def fails_alike(failure: CallFailed) -> bool:
    """Whether a server that always answers alike would fail alike: it took too long, or answered what nobody can read.

    A refusal for load or a lost connection says nothing of the question: asked alike, it gets the reply it would have had.
    """
    return isinstance(failure, TimedOut) or (failure.status is not None and failure.status < 400)


def backoff(tries: int, retry_after: float | None, rng: Random) -> float:
    """Seconds to wait after this many tries: what the provider asked for, and full jitter on top so that calls spread.

    Full jitter (anything from 0 to the doubled wait) rather than a little around it: hundreds of calls that fail in the same
    moment would come back in the same moment, and fail again.
    """
    jitter = rng.uniform(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)))
    return jitter if retry_after is None else retry_after + min(jitter, 1.0 + retry_after / 10)
