"""RunConfig: gathers the settings that live beside their readers. Presets are TOML files in presets/."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nlevolve.errors import UsageError
from nlevolve.evolve.answers import AnswerPolicy
from nlevolve.evolve.parents import check_named
from nlevolve.evolve.policy import Policy
from nlevolve.files import read_settings
from nlevolve.llm.embedded import embedded_version
from nlevolve.llm.keys import refuse_secrets
from nlevolve.llm.settings import MOST_IN_MIX, CoderSettings, RoleSettings
from nlevolve.options import DEFAULT_PRESET, Asked, Models, explain, nearest
from nlevolve.records import Role
from nlevolve.sandbox.pool import require_sandbox

PRESETS = Path(__file__).parent / "presets"


class RunConfig(BaseModel):
    """Everything that decides what a run asks, beside the tasks and the prompts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    generator: RoleSettings = RoleSettings(model="offline/generator")
    reviser: RoleSettings = RoleSettings(model="offline/generator")
    recombiner: RoleSettings = RoleSettings(model="offline/generator")
    checker: RoleSettings = RoleSettings(model="offline/checker")
    answerer: RoleSettings = RoleSettings(model="offline/checker")
    reviewer: RoleSettings | None = None
    """None where nobody reviews."""
    judge: RoleSettings | None = None
    """None where nobody judges."""
    coder: CoderSettings | None = None
    """None where no description is said in Python. Of generators that write programs themselves: within what limits these run."""
    policy: Policy
    answers: AnswerPolicy = AnswerPolicy()
    seed: int = 0
    repeat: int = Field(default=0, ge=0, lt=2000)
    """Which of several equal runs this is: each asks for samples of its own, so that what one bought does not stand in for
    another's. 0 for a run that is no repeat, and for the first of them."""

    @model_validator(mode="after")
    def _phases_named(self) -> RunConfig:
        for place, phase in enumerate(self.policy.phases, 1):
            mix = ["-"] if phase.generator is None else phase.generator.split(",")
            if not all(name.strip() for name in mix) or len(mix) > MOST_IN_MIX:
                why = f"policy.phases: generator of phase {place} names a model, or a mix of {MOST_IN_MIX} at most"
                raise ValueError(f"{why}; left out, it is the role's own")
        return self

    def role(self, name: Role) -> RoleSettings:
        """How a role is called. Raises KeyError for one that nobody plays."""
        settings: RoleSettings | None = getattr(self, name)
        if settings is None:
            raise KeyError(name)
        return settings

    @property
    def roles(self) -> dict[Role, RoleSettings]:
        """Those that are asked in such a run."""
        idle = {role for role, (table, setting) in _WORK.items() if getattr(getattr(self, table), setting) == "off"}
        idle |= {"coder"} if self.policy.read == "words" or self.policy.writes == "programs" else set()
        return {name: self.role(name) for name in ROLES if name not in idle}

    def called(self, name: Role, phase: int) -> RoleSettings:
        """How a role is called in a phase, which may have a model of its own for all who write."""
        settings = self.role(name)
        if name not in WRITERS or phase >= len(self.policy.phases):
            return settings
        own = self.policy.phases[phase]
        changes = {"model": own.generator, "reasoning_effort": own.reasoning_effort, "temperature": own.temperature}
        if own.generator not in (None, settings.model):
            # a price that is set for the role is that of its own model
            settings = settings.model_copy(update={"price_in": None, "price_out": None, "price_cached": None})
        return settings.model_copy(update={key: value for key, value in changes.items() if value is not None})

    @property
    def every(self) -> dict[str, RoleSettings]:
        """Each role, and whoever takes its place in a phase: all that such a run may ask."""
        found: dict[str, RoleSettings] = dict(self.roles.items())
        known = {settings.model_dump_json() for settings in found.values()}
        for place, phase in enumerate(self.policy.phases):
            for name in WRITERS if phase.differs else ():
                settings = self.called(name, place)
                if settings.model_dump_json() not in known:
                    known.add(settings.model_dump_json())
                    found[f"{name} of phase {place + 1}"] = settings
        return found

    def changed(self, changes: Mapping[str, Any]) -> RunConfig:
        """The same with some dotted keys changed. Raises UsageError."""
        tree = self.model_dump(mode="json")
        for key, value in changes.items():
            tree = _merge(tree, _nest(key.split("."), value))
        return validated(tree)

    @property
    def models(self) -> dict[str, str]:
        """Role -> model string; and of phases that have one of their own, "phase 2" -> model string."""
        own = {f"phase {place}": phase.generator for place, phase in enumerate(self.policy.phases, 1) if phase.generator}
        return {name: settings.model for name, settings in self.roles.items()} | own


ROLES: tuple[Role, ...] = ("generator", "reviser", "recombiner", "checker", "answerer", "reviewer", "judge", "coder")
_HEIR: dict[Role, Role] = {"reviser": "generator", "recombiner": "generator", "answerer": "checker"}
SIGHT = ("shown", "grids", "facts", "images", "image_numbers")
"""What is set of how a role sees a task, rather than of how its model is called."""
_WORK: Mapping[Role, tuple[str, str]] = {
    "reviewer": ("policy", "review"),
    "judge": ("answers", "judge"),
}
"""Roles that most runs have no work for, and then ask nobody to play: the setting that gives them some."""
WRITERS: tuple[Role, ...] = ("generator", "reviser", "recombiner")
_FOLLOWS: tuple[Role, ...] = ("checker", "answerer")


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
    Where a real model is named for the generator or the checker alone, it is the other one too: an embedded model reads only
    the English of the other embedded ones.
    Raises UsageError for an unknown preset, key or value, naming the nearest.
    """
    tree = _load(preset)
    named = {role: {"model": model} for role, model in (models or {}).items() if model is not None}
    tree = _merge(tree, named)
    for key, value in (changes or {}).items():
        tree = _merge(tree, _nest(key.split("."), value))
    tree = _shared(_shared(tree, "generator", "checker"), "checker", "generator")
    for heir in (role for role in ROLES if role not in _WORK and role != "coder"):
        source = _HEIR.get(heir)
        inherited = tree.get(source, {}) if source else _default(heir)
        own = tree.get(heir, {})
        # what is no table of settings is left for the validation to refuse
        tree[heir] = _merge(inherited, own) if isinstance(own, Mapping) and isinstance(inherited, Mapping) else own
    tree = _with_coder(_with_limits(tree))
    config = validated(tree if seed is None else tree | {"seed": seed})
    check_named(config.policy.parents)
    if not config.policy.phases and not config.answers.direct:
        raise UsageError("setting 'policy.phases' is empty: with no births there is nothing to answer with but answers.direct")
    require_coder(config)
    # of the runs of a sweep, which all name one coder, some may have policy.read = words
    for idle in (role for role in ROLES if role in named and role not in config.roles and role != "coder"):
        setting = ".".join(_WORK[idle])
        raise UsageError(f"--{idle} names a model, but {setting} is off, so that there is nothing for it to do: set {setting}")
    for who, role in config.every.items():
        refuse_secrets(role.base_url, role.extra_headers)
        if role.shown == "none" and who not in (*_FOLLOWS, "coder"):
            raise UsageError(f"setting '{who}.shown': a {who} needs to see the pairs; only checker and answerer can do without")
    return config


def _shared(tree: dict[str, Any], role: Role, other: Role) -> dict[str, Any]:
    """With the other role called as this one is, if a real model is named for this one and none for the other."""
    own, others = tree.get(role, {}), tree.get(other, {})
    if not (isinstance(own, Mapping) and isinstance(others, Mapping)) or "model" in others:
        return tree
    real = [name.strip() for name in str(own.get("model", "")).split(",") if name.strip() and not embedded_version(name)]
    if not real:
        return tree
    # who writes descriptions follows none, and how each sees a task is its own
    passed_on = {name: value for name, value in own.items() if name not in SIGHT}
    # of a mix the first: descriptions are compared with each other, so one model has to follow them all
    return {**tree, other: _merge({**passed_on, "model": real[0]}, others)}


def _with_limits(tree: dict[str, Any]) -> dict[str, Any]:
    """Where generators write programs: with the limits within which these run, as a coder has them."""
    policy, coder, generator = (tree.get(name, {}) for name in ("policy", "coder", "generator"))
    if not all(isinstance(table, Mapping) for table in (policy, coder, generator)) or policy.get("writes") != "programs":
        return tree
    # its own programs read what a generator writes, unless it is said otherwise
    return {**tree, "policy": {"read": "code", **policy}, "coder": {"model": generator.get("model"), **coder}}


def _with_coder(tree: dict[str, Any]) -> dict[str, Any]:
    """With a coder that is named put to use: both read unless it is said who, and one model is called in one way.

    Raises UsageError where a coder is described that nobody plays.
    """
    coder = tree.get("coder")
    if not isinstance(coder, Mapping) or not coder:
        return tree
    if "model" not in coder:
        raise UsageError(f"setting 'coder.{next(iter(coder))}': there is no coder; name one with --coder MODEL")
    like: Mapping[str, Any] = next(
        (
            own
            for role in ("generator", "checker")
            if isinstance(own := tree.get(role), Mapping) and own.get("model") == coder["model"]
        ),
        {},
    )
    policy = tree.get("policy", {})
    called = {name: value for name, value in like.items() if name not in (*SIGHT, "form")}
    return _merge({"policy": {"read": "both"}, "coder": called}, tree) if isinstance(policy, Mapping) else tree


def require_coder(config: RunConfig) -> None:
    """Raises UsageError where programs are asked for and nobody can write or run them."""
    if config.policy.writes == "programs":
        require_writers(config)
    if config.policy.read == "words":
        return
    if config.coder is None:
        raise UsageError(f"setting 'policy.read' is {config.policy.read}: name who writes the programs with --coder MODEL")
    if len(config.coder.mix) > 1 and "coder" in config.roles:
        raise UsageError(f"--coder takes one model, got {config.coder.model}: programs are compared with each other")
    if config.coder.form not in ("auto", "text"):
        raise UsageError(f"setting 'coder.form' is {config.coder.form}: a program is asked for as text")
    _require_numbers(config.coder)
    require_sandbox()


def _require_numbers(coder: CoderSettings) -> None:
    """Raises UsageError where a coder is to see a task in another way than its programs do."""
    if coder.grids != "digits":
        raise UsageError(f"setting 'coder.grids' is {coder.grids}: a program is given numbers")
    if coder.images != "none":
        raise UsageError(f"setting 'coder.images' is {coder.images}: the coder says the words in Python, and sees no pictures")
    if coder.facts:
        raise UsageError("setting 'coder.facts': the coder says the words in Python, and facts are no part of them")


def require_writers(config: RunConfig) -> None:
    """Raises UsageError for settings that do not go with generators who write programs."""
    policy = config.policy
    if policy.read != "code":
        raise UsageError(f"setting 'policy.read' is {policy.read}: what generators write as programs is read by them (code)")
    moves = {"policy.phases": [move for phase in policy.phases for move in phase.moves]}
    moves |= {"policy.after_perfect": list(policy.after_perfect)} if policy.stop_when == "agree" else {}
    for setting, those in moves.items():
        if other := sorted(set(those) - {"write", "revise", "recombine"}):
            why = f"setting '{setting}' has {', '.join(other)}, and who writes programs (policy.writes) knows the moves"
            empty = "; [] takes those of the phase" if setting == "policy.after_perfect" else ""
            raise UsageError(f"{why} write, revise and recombine{empty}")
    for name in WRITERS:
        if config.role(name).form not in ("auto", "text"):
            raise UsageError(f"setting '{name}.form' is {config.role(name).form}: a program is asked for as text")
        for grids in policy.grids or (config.role(name).grids,):
            if grids != "digits":
                raise UsageError(
                    f"grids are to be written as {grids} for the {name}, who writes programs: a program is given numbers"
                )


def configured(options: Asked) -> RunConfig:
    """The settings that options ask for. Raises UsageError."""
    return configure(options.preset, models=models_named(options), changes=options.settings, seed=options.seed)


def models_named(options: Models) -> dict[str, str | None]:
    """Role -> the model named for it, None where none is."""
    return {role: getattr(options, role) for role in Models.model_fields}


def digest(content: Any) -> str:
    """SHA-256 of the canonical JSON of settings."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two trees of settings differ, a line a key."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return [line for key in keys for line in differences(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))]
    return [] if old == new else [f"{path}: {json.dumps(old)} -> {json.dumps(new)}"]


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
        tree = tomllib.loads(read_settings(path))
    except OSError as error:
        raise UsageError(f"cannot read preset file {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number too long
        raise UsageError(f"preset file {path.name} is not TOML: {error}") from None
    tree.pop("about", None)
    return tree


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
    """Settings from a tree of them; who has work and is not named is called as the checker is. Raises UsageError."""
    try:
        return RunConfig.model_validate(_staffed(tree) if isinstance(tree, Mapping) else tree)
    except ValidationError as error:
        raise UsageError(explain(error, RunConfig)) from None


def _staffed(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with settings for the roles that have work, or some settings of their own."""
    staffed = dict(tree)
    checker = tree.get("checker") or _default("checker")
    for role, (table, setting) in _WORK.items():
        own, wanted = tree.get(role), tree.get(table)
        works = isinstance(wanted, Mapping) and wanted.get(setting, "off") != "off"
        if (own or works) and isinstance(own, Mapping | None) and isinstance(checker, Mapping):
            # it has no use for a description alone
            staffed[role] = _merge({name: value for name, value in checker.items() if name != "shown"}, own or {})
    return staffed
