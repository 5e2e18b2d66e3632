"""A reviewer or a judge asked for its opinion: what goes wrong is one, too, that says so."""

from __future__ import annotations

from typing import TypeVar

from nlevolve.ask.fitting import Cut, Requests, put_fitting
from nlevolve.ask.question import Asker, Reader
from nlevolve.ask.replies import Unreadable
from nlevolve.llm.request import CallFailed, Filtered
from nlevolve.records import Opinion

Said = TypeVar("Said", bound=Opinion)


async def opinion(asker: Asker, requests: Requests[Cut], read: Reader[Said], kind: type[Said]) -> Said:
    """What the first of these requests that fits brings. Raises Halt; other failures are opinions that are missing."""
    try:
        return (await put_fitting(asker, requests, read)).value
    except Filtered as refusal:
        return kind(missing="refused", why=str(refusal))
    except CallFailed as failure:
        return kind(missing="unreached", why=str(failure), failure=failure.kind)
    except Unreadable as problem:
        return kind(missing="garbled", why=str(problem))
