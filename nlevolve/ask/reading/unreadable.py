"""Why a reply is of no use."""

from __future__ import annotations

from nlevolve.records import Unseen

CUT_OFF = "it is cut off before its {} is complete"


class Unreadable(ValueError):
    """The reply holds no usable answer. The message says exactly what is wrong, in the words of a repair request."""

    unseen: tuple[Unseen, ...] = ()
    """What of how the task was to be shown was left out of the question."""
