"""Which roles a run puts any question to, and what is known of all its models before it does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from nlevolve.config import WRITERS, RunConfig
from nlevolve.llm.catalogue import ModelCard
from nlevolve.llm.pictures import require_sight
from nlevolve.llm.preflight import check_models
from nlevolve.llm.settings import RoleSettings
from nlevolve.options import Limits
from nlevolve.records import Role
from nlevolve.run.controls import Brought


def unasked(config: RunConfig, brought: Brought) -> frozenset[Role]:
    """Roles to which nothing is put: who writes, where every description is given, as in a control; whoever has to do with
    descriptions, where there are no births; who checks, where each brings its program."""
    births = config.policy.births
    instead = bool(brought.given) and brought.seeds is None
    given = births == 0 or (instead and all(len(told) >= births for told in brought.given.values()))
    programs = config.policy.read == "code" and not (config.policy.writes == "programs" and brought.given)
    none = ("checker", "reviewer", "judge", "coder") if births == 0 else ("checker",) if programs else ()
    return frozenset((*(WRITERS if given else ()), *none))


def asked(config: RunConfig, brought: Brought) -> dict[str, RoleSettings]:
    """The others, with their settings; "generator of phase 2" where a phase has others."""
    quiet = unasked(config, brought)
    return {name: settings for name, settings in config.every.items() if role_of(name) not in quiet}


def roles_asked(config: RunConfig, brought: Brought) -> tuple[Role, ...]:
    """The roles alone, each once."""
    return tuple(dict.fromkeys(role_of(name) for name in asked(config, brought)))


def role_of(name: str) -> Role:
    """The role, whatever phase."""
    return cast(Role, name.partition(" ")[0])


def cards_of(
    config: RunConfig, brought: Brought, limits: Limits, *, replay: bool, cache_dir: Path, capped: bool = False
) -> Mapping[str, ModelCard]:
    """What is known of every model. Of those that are asked a key is needed, and, where a budget is to be kept (`capped`: by
    others than the run's own limits), a price.

    Raises UsageError.
    """
    capped = capped or limits.budget is not None or limits.task_budget is not None
    shelf = cache_dir / "cards.json"
    needed = asked(config, brought)
    others = [settings for name, settings in config.every.items() if name not in needed]
    known = check_models(others, keyed=False, remember=shelf)
    priced = capped and not limits.allow_unknown_prices and not replay
    cards = known | check_models(needed.values(), priced=priced, keyed=not replay, remember=shelf)
    require_sight_of(config, needed, cards)
    return cards


def require_sight_of(config: RunConfig, needed: Mapping[str, RoleSettings], cards: Mapping[str, ModelCard]) -> None:
    """Raises UsageError for a model that is to be shown pictures and sees none."""
    competing = any(eye != "none" for eye in config.policy.eyes)
    for name, settings in needed.items():
        wanted = competing if config.policy.eyes and role_of(name) in WRITERS else settings.images != "none"
        for model in settings.mix:
            require_sight(name, settings, cards[model], wanted=wanted)
