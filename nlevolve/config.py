"""RunConfig: gathers the settings that live beside their readers. Presets are TOML files in presets/."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nlevolve.errors import UsageError
from nlevolve.evolve.answers import AnswerPolicy
from nlevolve.evolve.policy import Policy
from nlevolve.llm.request import RoleSettings
from nlevolve.records import Role

PRESETS = Path(__file__).parent / "presets"
DEFAULT_PRESET = "thrifty"
"""It solves as many tasks as the others for the fewest calls (docs/BENCHMARKS.md)."""


def seconds(span: Any) -> Any:
    """Seconds in `15m`, `47s` or `1h30m`; what is no such text is left as it is."""
    parts = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?", span) if isinstance(span, str) and span else None
    if parts is None:
        return span
    hours, minutes, rest = (float(part or 0) for part in parts.groups())
    return 3600 * hours + 60 * minutes + rest


class Limits(BaseModel):
    """What a resumed run may change: money, calls, and how much happens at once. None of it changes an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    budget: float | None = Field(None, ge=0)
    """USD for the run."""
    task_budget: float | None = Field(None, ge=0)
    """USD for each task."""
    max_calls: int | None = Field(None, ge=0)
    """Tries that reach a provider, over the whole run."""
    concurrency: int = Field(64, ge=1)
    """Calls in flight."""
    tasks_at_once: int = Field(8, ge=1)
    patience: Annotated[float, BeforeValidator(seconds)] = Field(900.0, ge=0)
    """Seconds to wait for a server that is away; `15m`, `47s` or `1h` too."""
    allow_unknown_prices: bool = False


class RunConfig(BaseModel):
    """Everything that decides what a run asks, beside the tasks and the prompts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    generator: RoleSettings = RoleSettings(model="offline/generator")
    reviser: RoleSettings = RoleSettings(model="offline/generator")
    recombiner: RoleSettings = RoleSettings(model="offline/generator")
    checker: RoleSettings = RoleSettings(model="offline/checker")
    answerer: RoleSettings = RoleSettings(model="offline/checker")
    policy: Policy
    answers: AnswerPolicy = AnswerPolicy()
    seed: int = 0

    def role(self, name: Role) -> RoleSettings:
        """How a role is called."""
        settings: RoleSettings = getattr(self, name)
        return settings

    @property
    def roles(self) -> dict[Role, RoleSettings]:
        return {name: self.role(name) for name in ROLES}

    def changed(self, changes: Mapping[str, Any]) -> RunConfig:
        """The same with some dotted keys changed. Raises UsageError."""
        tree = self.model_dump(mode="json")
        for key, value in changes.items():
            tree = _merge(tree, _nest(key.split("."), value))
        return validated(tree)

    @property
    def models(self) -> dict[str, str]:
        """Role -> model string."""
        return {name: settings.model for name, settings in self.roles.items()}


ROLES: tuple[Role, ...] = ("generator", "reviser", "recombiner", "checker", "answerer")
_HEIR: dict[Role, Role] = {"reviser": "generator", "recombiner": "generator", "answerer": "checker"}


def presets() -> list[str]:
    """Names of the presets that ship with nlevolve."""
    return sorted(p.stem for p in PRESETS.glob("*.toml"))


def configure(
    preset: str = DEFAULT_PRESET,
    *,
    models: Mapping[str, str | None] | None = None,
    changes: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> RunConfig:
    """The settings of a run: the preset, then the models named, then each change by its dotted key.

    A reviser and a recombiner are called as the generator is, an answerer as the checker, save for what is set for them alone.
    Raises UsageError for an unknown preset, key or value, naming the nearest.
    """
    tree = _load(preset)
    named = {role: {"model": model} for role, model in (models or {}).items() if model is not None}
    tree = _merge(tree, named)
    for key, value in (changes or {}).items():
        tree = _merge(tree, _nest(key.split("."), value))
    for heir in ROLES:
        source = _HEIR.get(heir)
        inherited = tree.get(source, {}) if source else _default(heir)
        own = tree.get(heir, {})
        # what is no table of settings is left for the validation to refuse
        tree[heir] = _merge(inherited, own) if isinstance(own, Mapping) and isinstance(inherited, Mapping) else own
    return validated(tree if seed is None else tree | {"seed": seed})


def digest(content: Any) -> str:
    """SHA-256 of the canonical JSON of settings."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two trees of settings differ, a line a key."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [line for key in keys for line in differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))]
    return [] if old == new else [f"{path}: {json.dumps(old)} -> {json.dumps(new)}"]


def nearest(word: str, words: Iterable[str]) -> str:
    """`; nearest: a, b` for an error, or nothing."""
    close = difflib.get_close_matches(word, list(words), n=3, cutoff=0.4)
    return f"; nearest: {', '.join(close)}" if close else ""


def _default(role: Role) -> dict[str, Any]:
    default: RoleSettings = RunConfig.model_fields[role].default
    return {"model": default.model}


def _load(preset: str) -> dict[str, Any]:
    path = Path(preset) if preset.endswith(".toml") else PRESETS / f"{preset}.toml"
    if not path.is_file():
        if preset.endswith(".toml"):
            raise UsageError(f"preset file {preset} does not exist")
        raise UsageError(f"unknown preset {preset!r}{nearest(preset, presets()) or '; known: ' + ', '.join(presets())}")
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"preset file {path.name} is not TOML: {error}") from None
    tree.pop("about", None)
    return tree


def parse_changes(texts: Iterable[str]) -> dict[str, Any]:
    """`dotted.key=value` texts as a mapping. Values are TOML; what is no TOML is a bare word. Raises UsageError."""
    return dict(_change(text) for text in texts)


def _change(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set takes dotted.key=value, got {text!r}")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def _nest(keys: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    nested: dict[str, Any] = value
    return nested


def _merge(tree: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(tree)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def validated(tree: Any) -> RunConfig:
    """Settings from a tree of them. Raises UsageError."""
    try:
        return RunConfig.model_validate(tree)
    except ValidationError as error:
        raise UsageError(explain(error, RunConfig)) from None


def explain(error: ValidationError, model: type[BaseModel], named: Callable[[str], str] = "setting {!r}".format) -> str:
    """The first fault of a validation in one line, with the nearest known names for an unknown one."""
    faults = error.errors(include_url=False)
    # a misspelt name is the cause where another one is then missing
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"unknown setting {where!r}{nearest(where, _names(model))}"
    if first["type"] == "missing":
        return f"{named(where)} is missing"
    if first["type"] == "model_type":
        return f"{named(where)} is a group of settings, not one: write {where}.NAME=VALUE"
    said = first["msg"].removeprefix("Value error, ")
    return f"{named(where)}: {said[:1].lower()}{said[1:]}, got {first['input']!r}"


def _names(model: type[BaseModel], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, info in model.model_fields.items():
        groups = [t for t in (info.annotation, *get_args(info.annotation)) if isinstance(t, type) and issubclass(t, BaseModel)]
        names.append(prefix + name)
        for group in groups:
            names += _names(group, f"{prefix}{name}.")
    return names
