"""Every real model of a run asked one small question before the run begins: what cannot work is said before it costs much."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from nlevolve.ask.ping import Pong, advice, ping, trial
from nlevolve.ask.question import Asker, unread
from nlevolve.config import WRITERS
from nlevolve.llm.embedded import embedded_version
from nlevolve.llm.request import Doubtful, Filtered, NoReply, NoSight, NotBanked, Rejected, Request, Unusable
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Eye, Noticed, RunFinished
from nlevolve.run.asking import role_of
from nlevolve.run.context import Emit
from nlevolve.run.losses import LASTING, told

SEEING: tuple[Eye, ...] = get_args(Eye)
"""From the one that sees nothing to the one that sees most."""


class Unfit(Exception):
    """No model of a role can answer. The message is one line for people; `lasting`: a resumed run would meet the same."""

    def __init__(self, why: str, lasting: bool, remedy: str) -> None:
        super().__init__(why)
        self.lasting = lasting
        self.remedy = remedy
        """What has to be changed first; empty where that is not known."""

    def ending(self) -> RunFinished:
        """The end of a run that was not begun."""
        told = {"why": str(self), "remedy": self.remedy}
        return RunFinished(reason="failed", exit_code=4, resumable=not self.lasting, **told)


@dataclass(frozen=True)
class _Pinged:
    """What came of one ping."""

    name: str
    """Of the role, with the phase where it has one of its own."""
    model: str
    request: Request
    pong: Pong

    @property
    def hopeless(self) -> NoReply | None:
        """Why the model can answer nothing at all, if it cannot."""
        failure = self.pong.failure
        sure = isinstance(failure, Unusable | Rejected | Doubtful) and not isinstance(failure, Filtered)
        return failure if sure else None


async def ping_models(asker: Asker, roles: Mapping[str, RoleSettings], task: str, emit: Emit, eyes: Sequence[Eye] = ()) -> None:
    """Ping each real model of these roles once for each way in which it is called, side by side: one that thinks takes minutes.
    `task` is the one whose account it goes into.

    `eyes` are those with which births compete: who writes is tried with pictures if any has them, and what is refused of these
    is remembered for the run. What is said of them comes in the order of the roles. Raises Unfit as soon as none of a role's
    models can answer, or none takes pictures where each birth is to see some; what may pass (a rate limit, a server that is
    away) is the run's own business.
    """
    asking = [asyncio.create_task(_pinged(asker, name, settings, task, eyes)) for name, settings in _called(roles, eyes)]
    told, waited = 0, set(asking)
    try:
        while waited:
            _, waited = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            _require_fit(roles, [one.result() for one in asking if one.done()])
            while told < len(asking) and asking[told].done():
                _tell(asking[told].result(), emit)
                told += 1
    finally:
        for one in waited:
            one.cancel()
        await asyncio.gather(*waited, return_exceptions=True)


async def _pinged(asker: Asker, name: str, settings: RoleSettings, task: str, eyes: Sequence[Eye]) -> _Pinged:
    role = role_of(name)
    request = trial(role, settings, asker.prompts, asker.manner(settings), task)
    pong = await ping(asker.llm, request)
    if pong.failure is not None and "none" in eyes and role in WRITERS and request.images:
        pong = await _without_pictures(asker, request, pong, task)
    elif isinstance(pong.failure, NoSight):
        asker.sight.refused(request, pong.failure)
    elif pong.failure is None:
        asker.sight.passed(request)
    return _Pinged(name, settings.model, request, pong)


def _require_fit(roles: Mapping[str, RoleSettings], came: Sequence[_Pinged]) -> None:
    """Raises Unfit for the first role none of whose models can answer."""
    unfit: dict[str, list[tuple[str, NoReply]]] = {}
    for one in came:
        if one.hopeless is not None:
            unfit.setdefault(one.name, []).append((one.model, one.hopeless))
    for name, its in unfit.items():
        if len(its) == len(roles[name].each):
            raise _unfit(name, its, [failure for each in unfit.values() for _, failure in each])


def _tell(one: _Pinged, emit: Emit) -> None:
    """Say so where the reply could not be read."""
    role, pong = role_of(one.name), one.pong
    if pong.unread and pong.reply:
        why = f"asked a small question, the {role}'s model {one.model} was not understood: {pong.unread}"
        emit(unread(one.request, pong.reply, pong.unread))
        emit(Noticed(text=f"{why}; {advice(pong, role)}"))


def _unfit(role: str, its: Sequence[tuple[str, NoReply]], every: Sequence[NoReply]) -> Unfit:
    """Why nothing was begun: what the role's models said, and what is to be changed first."""
    remedy = next((failure.remedy for _, failure in its if failure.remedy), "")
    why = "; ".join(f"{model}: {told(failure.kind, str(failure))}" for model, failure in its)
    # a model that is stopped is so for the run, too
    unasked = "" if all(isinstance(failure, Unusable) for _, failure in its) else " (--no-ping asks nobody first)"
    lasting = all(failure.kind in LASTING or getattr(failure, "lasting", False) for failure in every)
    return Unfit(f"the {role} cannot answer, so nothing was begun: {why}{unasked}", lasting, remedy)


async def _without_pictures(asker: Asker, request: Request, pong: Pong, task: str) -> Pong:
    """Asked once more, where births without pictures go on all the same: what passes so was refused for its pictures."""
    failure = pong.failure
    if failure is None or not (isinstance(failure, NotBanked) or asker.sight.may_be_blamed(request, failure)):
        return pong
    plain = request.settings.model_copy(update={"images": "none"})
    second = await ping(asker.llm, trial(request.label.role, plain, asker.prompts, asker.manner(plain), task))
    if second.failure is None and isinstance(failure, Rejected):
        asker.sight.refused(request, failure)
    return second


def _called(roles: Mapping[str, RoleSettings], eyes: Sequence[Eye]) -> Iterator[tuple[str, RoleSettings]]:
    """Each way in which a real model is called, with the first role that calls it so; of several eyes with the one that sees
    most."""
    seen: list[RoleSettings] = []
    for role, mix in roles.items():
        most: dict[str, Any] = {"images": max(eyes, key=SEEING.index)} if eyes and role_of(role) in WRITERS else {}
        for settings in mix.model_copy(update=most).each:
            if settings not in seen and not embedded_version(settings.model):
                seen.append(settings)
                yield role, settings
