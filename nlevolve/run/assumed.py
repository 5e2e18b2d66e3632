"""What a forecast takes for granted of the models, and where a run would ask them: told before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlevolve.config import RunConfig
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.embedded import is_embedded
from nlevolve.llm.endpoints import ON_THIS_MACHINE, endpoint_of
from nlevolve.llm.keys import shown
from nlevolve.llm.settings import RoleSettings
from nlevolve.run.asking import asked
from nlevolve.run.controls import Brought


@dataclass(frozen=True)
class Asked:
    """A model that some role of a run asks."""

    role: str
    model: str
    address: str
    """Where; empty for the provider's own address."""
    provider: str
    unknown: bool
    """Whether nobody knows if it thinks before it answers."""
    plain: bool
    """Whether it is then likely taken not to."""
    own: bool
    """Whether the role itself sets the address."""


def kind_unknown(settings: RoleSettings, card: ModelCard | None) -> bool:
    """Whether neither the settings say if the model thinks before it answers, nor anybody knows."""
    told = settings.thinking != "auto" or settings.reasoning_effort is not None or settings.thinking_budget is not None
    return not told and (card is None or card.thinks is None)


def taken_plain(settings: RoleSettings, card: ModelCard | None) -> bool:
    """Whether a model of unknown kind is likely one that does not think: no table lists it, like what people run themselves. Of
    those that are listed without a word on it, some of the dearest think."""
    return kind_unknown(settings, card) and (card is None or card.context is None)


def models_asked(configs: Sequence[RunConfig], cards: Mapping[str, ModelCard]) -> list[Asked]:
    """Every real model that these runs ask, role by role, each once."""
    found: dict[Asked, None] = {}
    for config in configs:
        for role, settings in asked(config, Brought()).items():
            for one in settings.each:
                if not is_embedded(one.model):
                    found[_asked(role, one, cards.get(one.model))] = None
    return list(found)


def _asked(role: str, settings: RoleSettings, card: ModelCard | None) -> Asked:
    provider = card.provider if card else settings.model.partition("/")[0]
    address = settings.base_url or endpoint_of(provider) or ""
    kind = kind_unknown(settings, card), taken_plain(settings, card)
    return Asked(role, settings.model, shown(".base_url", address), provider, *kind, own=settings.base_url is not None)


def lines(found: Sequence[Asked]) -> Iterator[str]:
    """What is to be known of them, a line each: where each is asked, which role may lack an address, which kind was assumed."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in found:
        places.setdefault((_where(one), one.model), []).append(one.role)
    for (where, model), roles in places.items():
        yield f"{', '.join(roles)}: {model} at {where}"
    yield from _lacking(found)
    for one in {one.model: one for one in reversed(found) if one.unknown}.values():
        likely = "as if it did not, high as if it did" if one.plain else "as if it did"
        yield (
            f"{one.model}: nobody knows whether it thinks first, which takes 6 to 10 times the tokens; likely is {likely}. "
            f"--set {one.role}.thinking=off, or =medium, tells it, and this forecast"
        )


def _where(one: Asked) -> str:
    if one.address:
        return one.address if one.own else f"{one.address}, from the environment or .env"
    return f"{one.provider}'s port of this machine" if one.provider in ON_THIS_MACHINE else f"{one.provider}'s own address"


def _lacking(found: Sequence[Asked]) -> Iterator[str]:
    """Roles whose provider another role asks at an address that is not theirs."""
    for provider in dict.fromkeys(one.provider for one in found):
        those = [one for one in found if one.provider == provider]
        told = next((one for one in those if one.own), None)
        bare = list(dict.fromkeys(one.role for one in those if not one.own))
        if told is not None and bare:
            yield (
                f"{told.role}.base_url is of the {told.role} alone, since a model is named for {' and '.join(bare)}, too: "
                f"--set {bare[0]}.base_url=… asks there"
            )
