"""Every real model of a run asked one small question before the run begins: what cannot work is said before it costs much."""

from __future__ import annotations

from collections.abc import Iterator

from nlevolve.ask.ping import Pong, explained, ping, trial
from nlevolve.ask.question import Asker
from nlevolve.config import RunConfig
from nlevolve.llm.embedded import embedded_version
from nlevolve.llm.request import Doubtful, Filtered, Rejected, Unusable
from nlevolve.llm.settings import RoleSettings
from nlevolve.records import Noticed, Role
from nlevolve.run.context import Emit
from nlevolve.run.losses import LASTING, told


class Unfit(Exception):
    """No model of a role can answer. The message is one line for people; `lasting`: a resumed run would meet the same."""

    def __init__(self, why: str, lasting: bool) -> None:
        super().__init__(why)
        self.lasting = lasting


async def ping_models(asker: Asker, config: RunConfig, task: str, emit: Emit) -> None:
    """Ping each real model once for each way in which it is called; `task` is the one whose account it goes into.

    Raises Unfit when none of a role's models can answer. What may pass (a rate limit, a server that is away) is the run's
    own business.
    """
    unfit: dict[Role, list[str]] = {}
    lasting = True
    for role, settings in _called(config):
        pong = await ping(asker.llm, trial(role, settings, asker.prompts, asker.manner(settings), task))
        if pong.unread:
            emit(Noticed(text=f"asked a small question, the {role}'s model {settings.model} was not understood: {pong.unread}"))
        if _hopeless(pong) and pong.failure is not None:
            lasting &= pong.failure.kind in LASTING
            unfit.setdefault(role, []).append(f"{settings.model}: {told(pong.failure.kind, explained(pong.failure, settings))}")
            if len(unfit[role]) == len(config.role(role).each):
                why = "; ".join(unfit[role])
                raise Unfit(f"the {role} cannot answer, so nothing was begun: {why} (--no-ping asks nobody first)", lasting)


def _called(config: RunConfig) -> Iterator[tuple[Role, RoleSettings]]:
    """Each way in which a real model is called, with the first role that calls it so."""
    seen: list[RoleSettings] = []
    for role, mix in config.roles.items():
        for settings in mix.each:
            if settings not in seen and not embedded_version(settings.model):
                seen.append(settings)
                yield role, settings


def _hopeless(pong: Pong) -> bool:
    return isinstance(pong.failure, Unusable | Rejected | Doubtful) and not isinstance(pong.failure, Filtered)
