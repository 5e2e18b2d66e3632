"""What config.json says of a run that decides its requests: a resumed run must have the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nlevolve.ask.prompts import Prompts, known_then
from nlevolve.config import RunConfig, configure, differences, digest, models_named, validated
from nlevolve.errors import UsageError
from nlevolve.llm.catalogue import ModelCard, price_of
from nlevolve.llm.embedded import embedded_version
from nlevolve.llm.endpoints import endpoint_of
from nlevolve.options import Asked, Limits
from nlevolve.puzzle.selection import Selection
from nlevolve.records import Event
from nlevolve.version import versions

PLACES = ("prompts_dir", "cache_dir")
"""Keys of config.json that say where things are on this machine."""
DIGITS = 16
"""Of a digest: enough to see that something was changed."""


def sealed(config: Mapping[str, Any]) -> dict[str, str]:
    """What a session's first event says of config.json: see RunStarted."""
    limits = config.get("limits")
    kept = {key: value for key, value in config.items() if key not in PLACES}
    if isinstance(limits, Mapping):
        kept["limits"] = {name: value for name, value in limits.items() if name != "budget"}
    return {key: digest(value)[:DIGITS] for key, value in kept.items()}


def reconfigure(old: Mapping[str, Any], asked: Asked) -> RunConfig:
    """The settings of a recorded run, with what was asked for anew laid over them.

    A resumed run refuses any difference, so this only serves to name it. Raises UsageError.
    """
    recorded = validated(old["settings"])
    models = models_named(asked)
    if "preset" in asked.given and asked.preset != old["preset"]:
        seed = recorded.seed if asked.seed is None else asked.seed
        return configure(asked.preset, models=models, changes=asked.settings, seed=seed)
    named = {f"{role}.model": model for role, model in models.items() if model}
    return recorded.changed(named | dict(asked.settings) | ({} if asked.seed is None else {"seed": asked.seed}))


def deciding(config: RunConfig, selection: Selection, prompts: Prompts) -> dict[str, Any]:
    """What decides the requests: a resumed run must have the same."""
    return {
        "settings": config.model_dump(mode="json"),
        "tasks": list(selection.selectors),
        "tasks_digest": selection.digest,
        "prompts": prompts.digests,
    }


def endpoints_of(config: RunConfig, cards: Mapping[str, ModelCard]) -> dict[str, str]:
    """Model -> the address that the environment names for its provider, where no role sets one."""
    open_ = {one.model for role in config.every.values() for one in role.each if one.base_url is None}
    return {model: url for model in sorted(open_) if model in cards and (url := endpoint_of(cards[model].provider))}


def require_same(folder: Path, old: Mapping[str, Any], config: RunConfig, settings: Mapping[str, Any]) -> None:
    """Raises UsageError listing every setting, prompt, task or embedded model that is not as it was."""
    # what did not exist yet when the run began is as it was: a later setting's default means that nothing changes
    known = {**old, "settings": validated(old["settings"]).model_dump(mode="json")}
    settings = {**settings, "prompts": known_then(settings["prompts"], old.get("prompts", {}))}
    _refuse(folder, [*differences({key: known.get(key) for key in settings}, settings), *other_models(old, config)])


def _refuse(folder: Path, changed: Sequence[str]) -> None:
    if changed:
        raise UsageError(
            f"run {folder.name} was started with other settings ({'; '.join(changed)}); "
            "resume it with the old ones, or start a new run: what is equal comes from the cache"
        )


def require_endpoints(folder: Path, old: Mapping[str, Any], config: RunConfig, cards: Mapping[str, ModelCard]) -> None:
    """Raises UsageError where the environment names another address. A run from before they were recorded goes on."""
    if "endpoints" in old:
        _refuse(folder, differences({"endpoints": old["endpoints"]}, {"endpoints": endpoints_of(config, cards)}))


def other_models(old: Mapping[str, Any], config: RunConfig) -> list[str]:
    """Whether the embedded models reply otherwise by now. A run from before they had a version goes on, and asks them anew."""
    recorded, now = old.get("versions", {}).get("embedded"), embedded_version(*config.models.values())
    return [f"versions.embedded: {recorded} -> {now}"] if recorded and now and recorded != now else []


def by_task(events: Sequence[Event]) -> Mapping[str, Sequence[Event]]:
    """The events of each task, in order."""
    by_task: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        task = getattr(event, "task", None)
        if task is not None:
            by_task[task].append(event)
    return by_task


def prices_of(config: RunConfig, cards: Mapping[str, ModelCard]) -> dict[str, Any]:
    """Model -> its price: the one that a role sets, before the one that is known."""
    told = {
        m: settings for settings in reversed(list(config.every.values())) for m in settings.mix if settings.price_in is not None
    }
    found = {m: price_of(told[m], card) if m in told else card.price for m, card in sorted(cards.items())}
    return {m: price.model_dump(mode="json") if price else None for m, price in found.items()}


def versions_of(config: RunConfig) -> dict[str, str]:
    """What it is made with."""
    embedded = embedded_version(*config.models.values())
    return versions() | ({"embedded": embedded} if embedded else {})


def made_with(
    limits: Limits, replay: bool, prompts: Path, cache_dir: Path, cards: Mapping[str, ModelCard], config: RunConfig
) -> dict[str, Any]:
    """What config.json has beside what decides the requests."""
    return {
        "limits": limits.model_dump(mode="json"),
        "replay": replay,
        "prompts_dir": str(prompts.resolve()),
        "cache_dir": str(cache_dir.resolve()),
        "prices": prices_of(config, cards),
        "versions": versions_of(config),
    }


def check_views(config: RunConfig, prompts: Prompts) -> None:
    """Raises UsageError where a setting names a way of looking that there is not."""
    for view in config.policy.views:
        if view not in prompts.views:
            there = ", ".join(prompts.views) or "none"
            raise UsageError(f"policy.views names {view!r}; in {prompts.folder / 'views'} there are: {there}")
